// Finds many short literals in a text at once, in either case of ASCII letters. Only the three characters at every second
// place are looked at: each literal is known by two neighbouring triples of its own, one of which falls there. A bitmap
// turns almost every triple away, and where one stands the whole literal is compared. Linear: a place costs at most the
// literals of one triple.
import { lowerAscii } from "../../base/ascii.ts";
import { assert } from "../../base/assert.ts";

export interface Literals {
  /** Calls `visit` with the index of each literal found and where it begins, in no order. */
  find(text: string, visit: (literal: number, at: number) => void): void;
}

// Six bits a character: a letter, a digit, or one of the classes that the others share; white space and what is not
// ASCII is 0.
const CODE = new Uint8Array(256);
for (let unit = 0x21; unit < 128; unit++) {
  const lower = lowerAscii(unit);
  if (lower >= 0x61 && lower <= 0x7a) CODE[unit] = 1 + lower - 0x61;
  else if (unit >= 0x30 && unit <= 0x39) CODE[unit] = 27 + unit - 0x30;
  else CODE[unit] = 37 + (unit % 27);
}

// Per mille of each letter in ordinary text, a to z; and of anything else.
const LETTERS = [82, 15, 28, 43, 127, 22, 20, 61, 70, 2, 8, 40, 24, 67, 75, 19, 1, 60, 63, 91, 28, 10, 24, 2, 20, 1];
const rateOf = (text: string): number =>
  [...text].reduce((rate, c) => rate * (LETTERS[c.charCodeAt(0) - 0x61] ?? 8), 1);

const KEYS = 1 << 18;
const BLOCK = 1 << 16;
const SCRATCH = Buffer.alloc(BLOCK + 4);

/** Literals in ASCII and lower case. */
export function buildLiterals(literals: readonly string[]): Literals {
  const bitmap = new Int32Array(KEYS >> 5);
  // Entry e is literal `literalOf[e]`, of which `backOf[e]` characters stand before its triple.
  const first = new Int32Array(KEYS).fill(-1);
  const next: number[] = [];
  const literalOf: number[] = [];
  const backOf: number[] = [];
  const units = literals.map((text) => [...text].map((c) => c.charCodeAt(0)));
  for (const [id, text] of literals.entries()) {
    assert(text !== "" && text === text.toLowerCase() && !/[^\0-\x7f]/.test(text), `literal ${text}`);
    const codes = (units[id] as readonly number[]).map((unit) => CODE[unit] as number);
    // The triple that begins `back` characters into the literal; beyond its ends stands anything.
    const enter = (back: number): void => {
      let keys = [0];
      for (let at = back; at < back + 3; at++) {
        const code = codes[at];
        keys = keys.flatMap((key) =>
          code === undefined ? Array.from({ length: 64 }, (_, any) => (key << 6) | any) : [(key << 6) | code],
        );
      }
      for (const key of keys) {
        bitmap[key >> 5] = (bitmap[key >> 5] as number) | (1 << (key & 31));
        literalOf.push(id);
        backOf.push(back);
        next.push(first[key] as number);
        first[key] = next.length - 1;
      }
    };
    const rate = (at: number): number => rateOf(text.slice(at, at + 3)) + rateOf(text.slice(at + 1, at + 4));
    let best = codes.length < 4 ? -1 : 0;
    for (let at = 1; at + 4 <= codes.length; at++) if (rate(at) < rate(best)) best = at;
    enter(best);
    enter(best + 1);
  }
  return {
    find(text, visit) {
      for (let from = 0; from < text.length; from += BLOCK) {
        // A copy as bytes is several times faster to walk than the text. What is not Latin-1 loses its upper byte: a
        // literal may be compared in vain, never missed.
        const size = SCRATCH.write(text.slice(from, from + BLOCK + 2), "latin1");
        SCRATCH[size] = SCRATCH[size + 1] = 0;
        const stop = Math.min(size, BLOCK);
        let code = CODE[SCRATCH[0] as number] as number;
        for (let i = 0; i < stop; i += 2) {
          const last = CODE[SCRATCH[i + 2] as number] as number;
          const key = (code << 12) | ((CODE[SCRATCH[i + 1] as number] as number) << 6) | last;
          code = last;
          if ((((bitmap[key >> 5] as number) >>> (key & 31)) & 1) === 0) continue;
          for (let e = first[key] as number; e >= 0; e = next[e] as number) {
            const at = from + i - (backOf[e] as number);
            const literal = units[literalOf[e] as number] as readonly number[];
            let k = 0;
            while (k < literal.length && lowerAscii(text.charCodeAt(at + k)) === literal[k]) k++;
            if (k === literal.length) visit(literalOf[e] as number, at);
          }
        }
      }
    },
  };
}
