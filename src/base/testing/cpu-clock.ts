// A clock for tests that bound the work of a hostile input: it stands still while other programs have the processor.

/** Milliseconds of processor time that this process has used. */
export function cpuMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1_000;
}

/** The same in seconds. */
export const cpuSeconds = (): number => cpuMs() / 1_000;
