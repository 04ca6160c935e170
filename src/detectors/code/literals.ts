// Finds many short literals in a text at once, in either case of ASCII letters. Each literal is known by three of its
// characters: a bitmap of those triples turns almost every position away after loads that wait for nothing before them,
// and where a triple stands the whole literal is compared. Linear: a position costs at most the literals of one triple.
import { assert } from "../../base/assert.ts";

export interface Literals {
  /** Calls `visit` with the index of each literal found and where it begins. */
  find(text: string, visit: (literal: number, at: number) => void): void;
}

// Six bits a character: a letter, a digit, or one of the classes that the others share; white space and what is not
// ASCII is 0.
const CODE = new Uint8Array(256);
for (let unit = 0x21; unit < 128; unit++) {
  const lower = unit >= 0x41 && unit <= 0x5a ? unit + 0x20 : unit;
  if (lower >= 0x61 && lower <= 0x7a) CODE[unit] = 1 + lower - 0x61;
  else if (unit >= 0x30 && unit <= 0x39) CODE[unit] = 27 + unit - 0x30;
  else CODE[unit] = 37 + (unit % 27);
}
const foldOf = (unit: number): number => (unit >= 0x41 && unit <= 0x5a ? unit + 0x20 : unit);

// Per mille of each letter in ordinary text, a to z; and of anything else.
const LETTERS = [82, 15, 28, 43, 127, 22, 20, 61, 70, 2, 8, 40, 24, 67, 75, 19, 1, 60, 63, 91, 28, 10, 24, 2, 20, 1];
const rateOf = (triple: string): number =>
  [...triple].reduce((rate, c) => rate * (LETTERS[c.charCodeAt(0) - 0x61] ?? 8), 1);

const KEYS = 1 << 18;
const SCRATCH = Buffer.alloc(1 << 16);

/** Literals in ASCII and lower case. One that is `ordered` is found in the order of where it begins. */
export function buildLiterals(literals: readonly { readonly text: string; readonly ordered: boolean }[]): Literals {
  const bitmap = new Int32Array(KEYS >> 5);
  // Entry e is literal `literalOf[e]`, which begins `backOf[e]` characters before the last one of its triple.
  const first = new Int32Array(KEYS).fill(-1);
  const next: number[] = [];
  const literalOf: number[] = [];
  const backOf: number[] = [];
  const enter = (key: number, literal: number, back: number): void => {
    bitmap[key >> 5] = (bitmap[key >> 5] as number) | (1 << (key & 31));
    literalOf.push(literal);
    backOf.push(back);
    next.push(first[key] as number);
    first[key] = next.length - 1;
  };
  const units = literals.map(({ text }) => [...text].map((c) => c.charCodeAt(0)));
  for (const [id, { text, ordered }] of literals.entries()) {
    assert(text !== "" && text === text.toLowerCase() && !/[^\0-\x7f]/.test(text), `literal ${text}`);
    let best = 0;
    for (let at = 1; !ordered && at + 3 <= text.length; at++)
      if (rateOf(text.slice(at, at + 3)) < rateOf(text.slice(best, best + 3))) best = at;
    const known = (units[id] ?? []).slice(best, best + 3).reduce((key, unit) => (key << 6) | (CODE[unit] as number), 0);
    // A literal shorter than a triple has one entry for each that ends with it.
    const bits = 6 * Math.min(3, text.length);
    for (let any = 0; any < KEYS >> bits; any++) enter((any << bits) | known, id, Math.min(best + 2, text.length - 1));
  }
  return {
    find(text, visit) {
      let key = 0;
      for (let from = 0; from < text.length; from += SCRATCH.length) {
        // A copy as bytes is several times faster to walk than the text. What is not Latin-1 loses its upper byte: a
        // literal may be seen in vain, never missed.
        const size = SCRATCH.write(from === 0 ? text : text.slice(from, from + SCRATCH.length), "latin1");
        for (let i = 0; i < size; i++) {
          key = ((key << 6) & (KEYS - 1)) | (CODE[SCRATCH[i] as number] as number);
          if ((((bitmap[key >> 5] as number) >>> (key & 31)) & 1) === 0) continue;
          for (let e = first[key] as number; e >= 0; e = next[e] as number) {
            const at = from + i - (backOf[e] as number);
            const literal = units[literalOf[e] as number] as readonly number[];
            let k = 0;
            while (k < literal.length && foldOf(text.charCodeAt(at + k)) === literal[k]) k++;
            if (k === literal.length) visit(literalOf[e] as number, at);
          }
        }
      }
    },
  };
}
