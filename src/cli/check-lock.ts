// A lockfile against what is there now, the flow that `verify` and `lock --check` share: read, check, tell, exit.
import type { Check } from "../core/check.ts";
import { checkOptions, checkTargets, lockRefused, readLock, type CheckOptions } from "./check-pin.ts";
import { HashProgress } from "./progress.ts";
import { conclude, type Telling } from "./verdicts.ts";

export interface CheckLockFlags extends Telling {
  readonly lockfile: string;
  readonly progress: boolean;
}

/** `verify`: is the content what was pinned; `drift`: would the same be pinned again. */
export async function checkLock(
  targets: readonly string[],
  how: "verify" | "drift",
  flags: CheckLockFlags,
  asked: { readonly [K in keyof CheckOptions]?: CheckOptions[K] | undefined },
  signal: AbortSignal,
): Promise<void> {
  const read = readLock(flags.lockfile);
  let checks: readonly Check[];
  if ("refusal" in read) checks = [lockRefused(flags.lockfile, read.refusal)];
  else {
    const progress = new HashProgress(process.stderr, flags.progress);
    const given = Object.fromEntries(Object.entries(asked).filter(([, value]) => value !== undefined));
    const options = checkOptions(flags.lockfile, { ...given, ...progress.watch(), signal });
    checks = await checkTargets(targets, read.lock, options, how).finally(() => progress.end());
  }
  await conclude(checks, flags);
}
