// The script of a code point (UAX #24, Unicode Script property), as a table look-up: detectors ask it for every
// character of hostile text, so it must cost the same whatever the character is.
import { SCRIPT_NAMES, SCRIPT_RUNS } from "./script.data.ts";

/** The id of a script by its Unicode name: `scriptId("Latin")`. An unknown name is our bug. */
export function scriptId(name: string): number {
  const id = SCRIPT_NAMES.indexOf(name);
  if (id < 0) throw new Error(`no script is called ${name}`);
  return id;
}

export const COMMON: number = scriptId("Common");
export const INHERITED: number = scriptId("Inherited");
export const LATIN: number = scriptId("Latin");
export const HAN: number = scriptId("Han");

interface Tables {
  /** Script id of each code point of the Basic Multilingual Plane. */
  readonly basic: Uint8Array;
  /** Start of each run above it, ascending, and its script id. */
  readonly starts: Uint32Array;
  readonly ids: Uint8Array;
}

let tables: Tables | undefined;

function build(): Tables {
  const basic = new Uint8Array(0x10000);
  const starts: number[] = [];
  const ids: number[] = [];
  let at = 0;
  for (const run of SCRIPT_RUNS.split(" ")) {
    const dot = run.indexOf(".");
    const end = at + Number.parseInt(run.slice(0, dot), 36);
    const id = Number.parseInt(run.slice(dot + 1), 36);
    if (at < 0x10000) basic.fill(id, at, Math.min(end, 0x10000));
    if (end > 0x10000) {
      starts.push(Math.max(at, 0x10000));
      ids.push(id);
    }
    at = end;
  }
  return { basic, starts: Uint32Array.from(starts), ids: Uint8Array.from(ids) };
}

/** The script's id, to compare with `scriptId(…)`; 0 is Unknown (unassigned, private use, surrogates). */
export function scriptOf(codePoint: number): number {
  const { basic, starts, ids } = (tables ??= build());
  if (codePoint < 0x10000) return basic[codePoint] ?? 0;
  let low = 0;
  let high = starts.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if ((starts[middle] ?? 0) <= codePoint) low = middle;
    else high = middle - 1;
  }
  return ids[low] ?? 0;
}

/** The script's Unicode name, `Latin`, `Old_Turkic`, `Common`. */
export const scriptName = (codePoint: number): string => SCRIPT_NAMES[scriptOf(codePoint)] ?? "Unknown";
