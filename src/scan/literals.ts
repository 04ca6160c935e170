// Finds many literals in bytes at once. Each literal is known by its rarest four bytes: a bitmap of those quadruples turns
// almost every position away after two loads that wait for nothing before them (an automaton waits for its last state at
// every byte). Where a quadruple stands, the whole literal is compared. ASCII letters match in either case. The worst
// input, all quadruples, costs a comparison of each literal that shares the quadruple.
import { assert } from "../base/assert.ts";
import { buildSieve, ENTRY_WORDS, LITERAL_BYTES_MAX, LOWER, type Singles } from "./sieve.ts";

export interface Literals {
  /**
   * Calls `visit` for each literal found in bytes [from, to), with its index and where it begins and ends, and
   * `visitByte` for each of the bytes asked for.
   */
  find(
    bytes: Uint8Array,
    from: number,
    to: number,
    visit: (literal: number, start: number, end: number) => void,
    visitByte: (byte: number, at: number) => void,
  ): void;
}

const FOLD = new Uint8Array(256);
for (let byte = 0; byte < 256; byte++) FOLD[byte] = byte >= 0x41 && byte <= 0x5a ? byte + 0x20 : byte;

// Per mille of each letter in ordinary text, a to z; and of anything else.
const LETTERS = [82, 15, 28, 43, 127, 22, 20, 61, 70, 2, 8, 40, 24, 67, 75, 19, 1, 60, 63, 91, 28, 10, 24, 2, 20, 1];
const FREQUENCY = Uint8Array.from(
  { length: 256 },
  (_, byte) => LETTERS[byte - 0x61] ?? (byte === 0x2e || byte === 0x2d ? 12 : 4),
);

/**
 * Literals of three bytes or more, in lower case; `singles` are visited where one of their followers stands behind,
 * `doubled` after another of the same.
 */
export function buildLiterals(
  literals: readonly Uint8Array[],
  singles: Singles,
  doubled: readonly number[] = [],
): Literals {
  const three = literals.reduce((count, { length }) => count + (length === 3 ? 1 : 0), 0);
  const entries = new Int32Array(ENTRY_WORDS * (literals.length + 127 * three));
  let entered = 0;
  const enter = (key: number, id: number, back: number): void => {
    entries[entered] = key;
    entries[entered + 1] = id;
    entries[entered + 2] = back;
    entered += ENTRY_WORDS;
  };
  for (let id = 0; id < literals.length; id++) {
    const literal = literals[id] as Uint8Array;
    const { length } = literal;
    assert(length >= 3 && length <= LITERAL_BYTES_MAX, "a literal is shorter than 3 bytes or longer than 255");
    if (length === 3) {
      // Behind any byte, of which the key holds seven bits.
      const key = keyOf(0, literal[0] as number, literal[1] as number, literal[2] as number);
      for (let any = 0; any < 256; any++) if ((any & 0x20) !== 0) enter(key | any, id, 3);
      continue;
    }
    let best = 0;
    let least = Infinity;
    for (let at = 0; at + 4 <= length; at++) {
      let rate = 1;
      for (let k = at; k < at + 4; k++) rate *= FREQUENCY[literal[k] as number] as number;
      if (rate < least) {
        least = rate;
        best = at;
      }
    }
    const key = keyOf(
      literal[best] as number,
      literal[best + 1] as number,
      literal[best + 2] as number,
      literal[best + 3] as number,
    );
    enter(key, id, best + 4);
  }
  const sieve = buildSieve(FOLD, literals, entries, singles, doubled);
  return {
    find(bytes, from, to, visit, visitByte) {
      sieve.run(
        bytes,
        from,
        to,
        (id, start) => visit(id, start, start + (literals[id] as Uint8Array).length),
        (at) => visitByte(bytes[at] as number, at),
      );
    },
  };
}

const keyOf = (a: number, b: number, c: number, d: number): number => a | (b << 8) | (c << 16) | (d << 24) | LOWER;
