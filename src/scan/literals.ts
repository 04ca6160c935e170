// Finds many literals in bytes at once. Each literal is known by its rarest four bytes: a bitmap of those quadruples turns
// almost every position away after two loads that wait for nothing before them (an automaton waits for its last state at
// every byte). Where a quadruple stands, the whole literal is compared. ASCII letters match in either case. The worst
// input, all quadruples, costs a comparison of each literal that shares the quadruple.
import { assert } from "../base/assert.ts";
import { buildSieve, LITERAL_BYTES_MAX, LOWER, type SieveEntry, type Singles } from "./sieve.ts";

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
 * Literals of three bytes or more; `singles` are visited where one of their followers stands behind, `doubled` after
 * another of the same.
 */
export function buildLiterals(
  literals: readonly Uint8Array[],
  singles: Singles,
  doubled: readonly number[] = [],
): Literals {
  const folded = literals.map((literal) => literal.map((byte) => FOLD[byte] as number));
  const entries: SieveEntry[] = [];
  folded.forEach((literal, id) => {
    const { length } = literal;
    assert(length >= 3 && length <= LITERAL_BYTES_MAX, "a literal is shorter than 3 bytes or longer than 255");
    const keyAt = (at: number): number => {
      let key = 0;
      for (let k = 0; k < 4; k++) key |= (literal[at + k] ?? 0) << (8 * k);
      return key | LOWER;
    };
    if (length === 3) {
      // Behind any byte, of which the key holds seven bits.
      const key = keyAt(0) << 8;
      for (let any = 0; any < 256; any++) if ((any & 0x20) !== 0) entries.push({ key: key | any, id, back: 3 });
      return;
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
    entries.push({ key: keyAt(best), id, back: best + 4 });
  });
  const sieve = buildSieve(FOLD, folded, entries, singles, doubled);
  return {
    find(bytes, from, to, visit, visitByte) {
      sieve.run(
        bytes,
        from,
        to,
        (id, start) => visit(id, start, start + (folded[id] as Uint8Array).length),
        (at) => visitByte(bytes[at] as number, at),
      );
    },
  };
}
