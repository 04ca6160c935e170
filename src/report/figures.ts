// Numbers as people read them, the same on every machine: no locale of the reader's is consulted.

/** `12,345`. */
export const count = (n: number): string => String(Math.trunc(n)).replace(/\B(?=(?:\d{3})+$)/g, ",");

/** `1 record`, `2 records`. */
export const plural = (n: number, noun: string, nouns: string = `${noun}s`): string =>
  `${count(n)} ${n === 1 ? noun : nouns}`;

const UNITS = ["B", "kB", "MB", "GB", "TB", "PB"] as const;

/** Powers of 1,000, as disks and the Hub count: `1.2 MB`. */
export function size(bytes: number): string {
  let value = bytes;
  let unit = 0;
  while (value >= 999.5 && unit < UNITS.length - 1) {
    value /= 1000;
    unit++;
  }
  return `${unit === 0 || value >= 100 ? Math.round(value) : value.toFixed(1)} ${UNITS[unit] ?? "B"}`;
}

/** `2.1%`; never `0%` for something that is there, never `100%` for less than all. */
export function percent(share: number): string {
  if (share <= 0) return "0%";
  if (share >= 1) return "100%";
  if (share < 0.0005) return "<0.1%";
  if (share > 0.9995) return ">99.9%";
  return `${(share * 100).toFixed(share < 0.01 ? 2 : 1).replace(/\.?0+$/, "")}%`;
}

/** `0.4 s`, `2 min 5 s`. */
export function duration(seconds: number): string {
  if (seconds < 60) return `${seconds.toFixed(1)} s`;
  const whole = Math.round(seconds);
  return `${count(Math.floor(whole / 60))} min ${whole % 60} s`;
}

/** A key of the report as words: `rowsWithTrigger` -> `rows with trigger`. */
export const words = (key: string): string =>
  key.replace(/([a-z])([A-Z])/g, (_, a: string, b: string) => `${a} ${b.toLowerCase()}`);
