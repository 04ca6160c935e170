// One text for one JSON value, whoever wrote it (RFC 8785): keys in order of their UTF-16 units, numbers as ECMAScript
// writes them, no white space. Beyond the RFC: a lone surrogate keeps its escape, integers past 2^53 keep their digits,
// bytes become base64, a date its ISO text, and NaN and the infinities their JavaScript names as bare words.
import { LIMITS } from "./limits.ts";

export interface CanonicalOptions {
  /** Leaves out members that are null or undefined: columnar files cannot tell them from absent ones. */
  readonly dropNull?: boolean;
}

export function canonicalJson(value: unknown, options: CanonicalOptions = {}): string {
  return write(value, options.dropNull ?? false, 2 * LIMITS.depthMax);
}

function write(value: unknown, dropNull: boolean, depthLeft: number): string {
  switch (typeof value) {
    case "string":
      return JSON.stringify(value);
    case "number":
      return Number.isFinite(value) ? JSON.stringify(value) : String(value);
    case "boolean":
    case "bigint":
      return String(value);
    case "object":
      break;
    default:
      return "null";
  }
  // Readers bound the depth of what they yield; whoever hands over something deeper loses it here (CWE-674).
  if (value === null || depthLeft <= 0) return "null";
  if (Array.isArray(value)) return `[${value.map((item) => write(item, dropNull, depthLeft - 1)).join(",")}]`;
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? "null" : JSON.stringify(value.toISOString());
  if (value instanceof Uint8Array) return JSON.stringify(Buffer.from(value).toString("base64"));
  if (ArrayBuffer.isView(value))
    return `[${Array.from(value as unknown as ArrayLike<number | bigint>, (item) => write(item, dropNull, depthLeft - 1)).join(",")}]`;
  const parts: string[] = [];
  for (const key of Object.keys(value).sort()) {
    const item = (value as Record<string, unknown>)[key];
    if (item === undefined || (dropNull && item === null)) continue;
    parts.push(`${JSON.stringify(key)}:${write(item, dropNull, depthLeft - 1)}`);
  }
  return `{${parts.join(",")}}`;
}
