// Values of columnar types as a person would write them: timestamps and dates in ISO 8601, decimals in digits, UUIDs in
// hex groups, 64-bit integers as numbers where a double holds them and as digits where not.
import { isUtf8 } from "node:buffer";

export type TimeUnit = "s" | "ms" | "us" | "ns";

const PER_SECOND: Readonly<Record<TimeUnit, bigint>> = { s: 1n, ms: 1_000n, us: 1_000_000n, ns: 1_000_000_000n };
const DIGITS: Readonly<Record<TimeUnit, number>> = { s: 0, ms: 3, us: 6, ns: 9 };
const SECONDS_MAX = 8_640_000_000_000n;

const fraction = (part: bigint, unit: TimeUnit): string =>
  part === 0n ? "" : `.${part.toString().padStart(DIGITS[unit], "0")}`;

/** ISO 8601; `utc` adds the Z. Beyond the years that ISO 8601 writes plainly, the bare count. */
export function timestamp(count: bigint, unit: TimeUnit, utc: boolean): string {
  const per = PER_SECOND[unit];
  let seconds = count / per;
  let rest = count % per;
  if (rest < 0n) {
    rest += per;
    seconds -= 1n;
  }
  if (seconds > SECONDS_MAX || seconds < -SECONDS_MAX) return `${count} ${unit}`;
  const iso = new Date(Number(seconds) * 1000).toISOString();
  return `${iso.slice(0, -5)}${fraction(rest, unit)}${utc ? "Z" : ""}`;
}

export function date(days: number): string {
  const ms = days * 86_400_000;
  return Math.abs(ms) > 8.64e15 ? `${days} days` : new Date(ms).toISOString().slice(0, -14);
}

export function timeOfDay(count: bigint, unit: TimeUnit): string {
  const per = PER_SECOND[unit];
  const seconds = count / per;
  if (count < 0n || seconds > 86_400n) return `${count} ${unit}`;
  const two = (n: bigint): string => n.toString().padStart(2, "0");
  return `${two(seconds / 3600n)}:${two((seconds / 60n) % 60n)}:${two(seconds % 60n)}${fraction(count % per, unit)}`;
}

export function decimal(unscaled: bigint, scale: number): string {
  // The scale is the file's; a silly one would ask for a string of a billion zeros.
  if (scale === 0) return unscaled.toString();
  if (scale < -1_000 || scale > 1_000) return `${unscaled}e${-scale}`;
  if (scale < 0) return `${unscaled}${"0".repeat(-scale)}`;
  const digits = (unscaled < 0n ? -unscaled : unscaled).toString().padStart(scale + 1, "0");
  return `${unscaled < 0n ? "-" : ""}${digits.slice(0, -scale)}.${digits.slice(-scale)}`;
}

/** Two's complement, big end first (Parquet) or last (Arrow). */
export function signed(bytes: Uint8Array, littleEndian: boolean): bigint {
  if (bytes.length === 0) return 0n;
  const hex = Buffer.from(littleEndian ? Uint8Array.from(bytes).reverse() : bytes).toString("hex");
  return BigInt.asIntN(bytes.length * 8, BigInt(`0x${hex}`));
}

export function integer(value: bigint): number | string {
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : value.toString();
}

export function uuid(bytes: Uint8Array): string {
  const hex = Buffer.from(bytes).toString("hex");
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}

export function float16(bits: number): number {
  const sign = bits >> 15 ? -1 : 1;
  const exponent = (bits >> 10) & 0x1f;
  const mantissa = bits & 0x3ff;
  if (exponent === 0) return sign * 2 ** -24 * mantissa;
  if (exponent === 0x1f) return mantissa ? NaN : sign * Infinity;
  return sign * 2 ** (exponent - 15) * (1 + mantissa / 1024);
}

/** Months, days and a rest of a day as an ISO 8601 duration. */
export function interval(months: number, days: number, seconds: number): string {
  const text = `P${months ? `${months}M` : ""}${days ? `${days}D` : ""}${seconds ? `T${seconds}S` : ""}`;
  return text === "P" ? "P0D" : text;
}

/**
 * Whether bytes of an untyped column are text worth searching: UTF-8, or nearly all printable. The second half is there
 * because one bad byte appended to a payload must not make it an image.
 */
export function isTextual(bytes: Uint8Array): boolean {
  if (isUtf8(bytes)) return true;
  let printable = 0;
  for (let i = 0; i < bytes.length; i++) {
    const byte = bytes[i] ?? 0;
    if ((byte >= 0x20 && byte < 0x7f) || byte === 0x0a || byte === 0x0d || byte === 0x09) printable++;
  }
  return printable >= bytes.length * 0.7;
}

/** Sets a key whose name somebody else chose: `__proto__` becomes an own property like any other. */
export function put(target: Record<string, unknown>, key: string, value: unknown): void {
  if (key === "__proto__") {
    Object.defineProperty(target, key, { value, enumerable: true, configurable: true, writable: true });
  } else target[key] = value;
}

/** Positions whose name comes again later: readers that go by name see only one of them. */
export function repeats(names: readonly string[]): Set<number> {
  const last = new Map(names.map((name, i) => [name, i]));
  return new Set(names.flatMap((name, i) => (last.get(name) === i ? [] : [i])));
}
