// Spans that the responses of many records share: whole answers, and runs of one, two and four tokens anywhere in them.
// Counted exactly, in time linear in the tokens: a first pass throws away what is too rare to matter, the second keeps
// the records of the rest. The hash is seeded from the data, and a probe sequence is bounded, so that crafted collisions
// cost candidates and not time (CWE-407).
import type { Table } from "../core/table.ts";
import { tokensOf } from "./table.ts";

export interface Span {
  /** Tokens of the run; 0 for a whole answer. */
  readonly length: number;
  /** The records that hold it, ascending. */
  readonly records: Uint32Array;
  /** A record that holds it, and where in its response. */
  readonly at: { readonly record: number; readonly start: number };
}

const LENGTHS = [4, 2, 1] as const;
const PROBES_MAX = 64;
const CELLS_MAX = 1 << 26;

/** All spans that `floor` to `ceiling` records share: whole answers, then longer runs before shorter ones. */
export function sharedSpans(table: Table, floor: number, ceiling: number): Span[] {
  const seed = seedOf(table);
  const out: Span[] = wholes(table, floor, ceiling);
  for (const length of LENGTHS) runs(table, length, floor, ceiling, seed, out);
  return out;
}

/** A number that whoever writes the records cannot choose without writing them all. */
function seedOf({ whole, prompt }: Table): number {
  let seed = prompt.tokens.length;
  for (const hash of whole) seed = Math.imul(seed ^ hash, 0x9e3779b1) ^ (seed >>> 15);
  return seed >>> 0;
}

function wholes(table: Table, floor: number, ceiling: number): Span[] {
  const byAnswer = new Map<number, number[]>();
  for (let record = 0; record < table.records; record++) {
    const key = table.whole[record] as number;
    const own = byAnswer.get(key);
    if (own) own.push(record);
    else byAnswer.set(key, [record]);
  }
  const out: Span[] = [];
  for (const records of byAnswer.values()) {
    if (records.length < floor || records.length > ceiling) continue;
    // Two answers of one hash are told apart by their tokens.
    const first = tokensOf(table.response, records[0] as number);
    const same = records.filter((record) => equal(tokensOf(table.response, record), first));
    if (same.length >= floor)
      out.push({ length: 0, records: Uint32Array.from(same), at: { record: same[0] as number, start: 0 } });
  }
  return out;
}

const equal = (a: Uint32Array, b: Uint32Array): boolean =>
  a.length === b.length && a.every((token, i) => token === b[i]);

function runs(table: Table, length: number, floor: number, ceiling: number, seed: number, out: Span[]): void {
  const { tokens, ends } = table.response;
  const bits = Math.min(26, Math.max(10, Math.ceil(Math.log2(tokens.length + 1)) + 1));
  const cells = new Uint8Array(Math.min(CELLS_MAX, 1 << bits));
  const shift = 32 - bits;
  const least = Math.min(floor, 255);
  const hashAt = (at: number): number => {
    let hash = seed;
    for (let i = 0; i < length; i++) {
      hash = Math.imul(hash ^ (tokens[at + i] as number), 0x85ebca6b);
      hash ^= hash >>> 13;
    }
    hash = Math.imul(hash, 0xc2b2ae35);
    return (hash ^ (hash >>> 16)) >>> 0;
  };
  const each = (take: (at: number, record: number, hash: number) => void): void => {
    let at = 0;
    for (let record = 0; record < table.records; record++) {
      const end = ends[record] as number;
      for (; at + length <= end; at++) take(at, record, hashAt(at));
      at = end;
    }
  };
  each((_, __, hash) => {
    const cell = hash >>> shift;
    const count = cells[cell] as number;
    if (count < 255) cells[cell] = count + 1;
  });
  // Second pass: those that may be frequent enough, each with the place where it was first seen.
  let capacity = 1 << 12;
  let slots = new Int32Array(capacity).fill(-1);
  const firsts: number[] = [];
  const firstRecords: number[] = [];
  const counts: number[] = [];
  const lasts: number[] = [];
  const hashes: number[] = [];
  const same = (a: number, b: number): boolean => {
    for (let i = 0; i < length; i++) if (tokens[a + i] !== tokens[b + i]) return false;
    return true;
  };
  const find = (at: number, hash: number): number => {
    for (let probe = 0, slot = hash & (capacity - 1); probe < PROBES_MAX; probe++, slot = (slot + 1) & (capacity - 1)) {
      const own = slots[slot] as number;
      if (own < 0) return -1 - slot;
      if (hashes[own] === hash && same(firsts[own] as number, at)) return own;
    }
    return -1 - capacity;
  };
  const grow = (): void => {
    capacity *= 2;
    slots = new Int32Array(capacity).fill(-1);
    hashes.forEach((hash, own) => {
      for (let probe = 0, slot = hash & (capacity - 1); probe < PROBES_MAX; probe++, slot = (slot + 1) & (capacity - 1))
        if ((slots[slot] as number) < 0) {
          slots[slot] = own;
          return;
        }
    });
  };
  each((at, record, hash) => {
    if ((cells[hash >>> shift] as number) < least) return;
    let own = find(at, hash);
    if (own < 0) {
      const slot = -1 - own;
      if (slot === capacity) return;
      own = firsts.length;
      firsts.push(at);
      firstRecords.push(record);
      counts.push(0);
      lasts.push(-1);
      hashes.push(hash);
      slots[slot] = own;
      if (2 * firsts.length > capacity) grow();
    }
    if (lasts[own] === record) return;
    lasts[own] = record;
    counts[own] = (counts[own] as number) + 1;
  });
  // Third pass: the records of those that are.
  const lists: (Uint32Array | undefined)[] = counts.map((count) =>
    count >= floor && count <= ceiling ? new Uint32Array(count) : undefined,
  );
  const next = new Uint32Array(lists.length);
  lasts.fill(-1);
  each((at, record, hash) => {
    if ((cells[hash >>> shift] as number) < least) return;
    const own = find(at, hash);
    const list = own < 0 ? undefined : lists[own];
    if (!list || lasts[own] === record) return;
    lasts[own] = record;
    list[next[own] as number] = record;
    next[own] = (next[own] as number) + 1;
  });
  lists.forEach((records, own) => {
    const record = firstRecords[own] as number;
    const begin = record === 0 ? 0 : (ends[record - 1] as number);
    if (records) out.push({ length, records, at: { record, start: (firsts[own] as number) - begin } });
  });
}
