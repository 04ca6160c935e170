// Letters of other scripts that pass for ASCII letters (UTS #39, section 4), one character at a time. What is given is the
// letter that a reader believes to see, not the UTS #39 internal form (which writes m as rn and I as l).
import { LOOKALIKES } from "./confusable.data.ts";

export interface Lookalike {
  readonly letter: string;
  /** False when only the capital looks the same: к, т, м and κ, τ pass for k, t, m in a hurry. */
  readonly exact: boolean;
}

let table: Map<number, Lookalike> | undefined;

function build(): Map<number, Lookalike> {
  const map = new Map<number, Lookalike>();
  for (const [letter, codes] of Object.entries(LOOKALIKES)) {
    for (const code of codes.split(" ")) map.set(Number.parseInt(code, 16), { letter, exact: true });
  }
  for (const [code, { letter }] of Array.from(map)) {
    const lower = String.fromCodePoint(code).toLowerCase().codePointAt(0) ?? code;
    if (!map.has(lower)) map.set(lower, { letter: letter.toLowerCase(), exact: false });
  }
  return map;
}

/** The ASCII letter that a letter of another script looks like; its accents are looked through (ё as e). */
export function lookalike(codePoint: number): Lookalike | undefined {
  table ??= build();
  const found = table.get(codePoint);
  if (found !== undefined || codePoint < 0x370) return found;
  const base = String.fromCodePoint(codePoint).normalize("NFD").codePointAt(0) ?? codePoint;
  return base === codePoint ? undefined : table.get(base);
}

/** ASCII letters that have a Cyrillic double: what a Russian or Ukrainian keyboard mixes up. */
export const CYRILLIC_DOUBLES: ReadonlySet<string> = new Set("aceopxyijsABCEHIKMOPTXYSJ");
