// Finds many literals in bytes at once. Each literal is known by its rarest four bytes: a bitmap of those quadruples turns
// almost every position away after two loads that wait for nothing before them (an automaton waits for its last state at
// every byte). Where a quadruple stands, the whole literal is compared. ASCII letters match in either case. The worst
// input, all quadruples, costs a comparison of each literal that shares the quadruple.
import { assert } from "../base/assert.ts";
import { buildSieve, DOUBLED, hashOf, type Singles } from "./sieve.ts";

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

// Six bits a byte: a letter, a digit, or one of the classes that the other bytes share. Sharing costs a comparison.
const CODE = new Uint8Array(256);
const FOLD = new Uint8Array(256);
for (let byte = 0; byte < 256; byte++) {
  const lower = byte >= 0x41 && byte <= 0x5a ? byte + 0x20 : byte;
  FOLD[byte] = lower;
  if (lower >= 0x61 && lower <= 0x7a) CODE[byte] = 1 + lower - 0x61;
  else if (byte >= 0x30 && byte <= 0x39) CODE[byte] = 27 + byte - 0x30;
  else if (byte !== 0x20 && byte !== 0x0a) CODE[byte] = 37 + (byte % 27);
}

// Per mille of each letter in ordinary text, a to z; and of anything else.
const LETTERS = [82, 15, 28, 43, 127, 22, 20, 61, 70, 2, 8, 40, 24, 67, 75, 19, 1, 60, 63, 91, 28, 10, 24, 2, 20, 1];
const FREQUENCY = Uint8Array.from(
  { length: 256 },
  (_, byte) => LETTERS[byte - 0x61] ?? (byte === 0x2e || byte === 0x2d ? 12 : 4),
);

const TABLE_BITS = 16;

/**
 * Literals of three bytes or more; `singles` are visited where one of their followers stands behind, `doubled` after
 * another of the same.
 */
export function buildLiterals(
  literals: readonly Uint8Array[],
  singles: Singles,
  doubled: readonly number[] = [],
): Literals {
  const code = CODE.slice();
  for (const byte of doubled) code[byte] = (code[byte] as number) | DOUBLED;
  // Entry e is literal `literalOf[e]`, whose last looked-up byte is `backOf[e]` bytes after its start.
  const firstOf = new Map<number, number>();
  const nextOf: number[] = [];
  const literalOf: number[] = [];
  const backOf: number[] = [];
  const enter = (key: number, literal: number, back: number): void => {
    const index = hashOf(key);
    nextOf.push(firstOf.get(index) ?? -1);
    literalOf.push(literal);
    backOf.push(back);
    firstOf.set(index, nextOf.length - 1);
  };
  const folded = literals.map((literal) => literal.map((byte) => FOLD[byte] as number));
  folded.forEach((literal, id) => {
    assert(literal.length >= 3, "a literal is shorter than three bytes");
    const keyAt = (at: number): number => {
      let key = 0;
      for (let k = at; k < Math.min(at + 4, literal.length); k++)
        key = (key << 6) | (CODE[literal[k] as number] as number);
      return key;
    };
    if (literal.length === 3) {
      for (let any = 0; any < 64; any++) enter((any << 18) | keyAt(0), id, 2);
      return;
    }
    let best = 0;
    let least = Infinity;
    for (let at = 0; at + 4 <= literal.length; at++) {
      let rate = 1;
      for (let k = at; k < at + 4; k++) rate *= FREQUENCY[literal[k] as number] as number;
      if (rate < least) {
        least = rate;
        best = at;
      }
    }
    enter(keyAt(best), id, best + 3);
  });
  const sieve = buildSieve(code, singles, firstOf.keys());
  const single = new Uint8Array(256);
  for (const { bytes } of singles) for (const byte of bytes) single[byte] = 1;
  const next = Int32Array.from(nextOf);
  const ids = Int32Array.from(literalOf);
  const backs = Int32Array.from(backOf);
  // First entries by index, open addressing: a Map would cost more than all the rest.
  assert(firstOf.size * 2 < 1 << TABLE_BITS, "too many literals for the table");
  const slots = new Int32Array(2 << TABLE_BITS).fill(-1);
  const mask = (1 << TABLE_BITS) - 1;
  for (const [index, entry] of firstOf) {
    let slot = index & mask;
    while (slots[2 * slot] !== -1) slot = (slot + 1) & mask;
    slots[2 * slot] = index;
    slots[2 * slot + 1] = entry;
  }
  const entryOf = (index: number): number => {
    for (let slot = index & mask; ; slot = (slot + 1) & mask) {
      const held = slots[2 * slot] as number;
      if (held === index) return slots[2 * slot + 1] as number;
      if (held === -1) return -1;
    }
  };

  return {
    find(bytes, from, to, visit, visitByte) {
      sieve.run(bytes, from, to, (i) => {
        const byte = bytes[i] as number;
        const own = code[byte] as number;
        if (single[byte] === 1 || ((own & DOUBLED) !== 0 && bytes[i - 1] === byte)) visitByte(byte, i);
        let key = own & 0x3f;
        if (i - 3 >= from) {
          key |= (CODE[bytes[i - 3] as number] as number) << 18;
          key |= (CODE[bytes[i - 2] as number] as number) << 12;
          key |= (CODE[bytes[i - 1] as number] as number) << 6;
        } else {
          for (let back = 1; back <= i - from; back++) key |= (CODE[bytes[i - back] as number] as number) << (6 * back);
        }
        for (let e = entryOf(hashOf(key)); e >= 0; e = next[e] as number) {
          const start = i - (backs[e] as number);
          const literal = folded[ids[e] as number] as Uint8Array;
          const end = start + literal.length;
          if (start < from || end > to) continue;
          let k = 0;
          while (k < literal.length && FOLD[bytes[start + k] as number] === literal[k]) k++;
          if (k === literal.length) visit(ids[e] as number, start, end);
        }
      });
    },
  };
}
