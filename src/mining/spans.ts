// Spans that the responses of many records share: whole answers, and runs of one, two and four tokens anywhere in them.
// Counted exactly, in time linear in the tokens: a run can only be frequent if its halves are, so that runs of two are
// pairs of frequent tokens, and runs of four pairs of frequent pairs. A first pass over the pairs throws away what is too
// rare to matter, the second counts the records of the rest. The hash is seeded from the data, and a probe sequence is
// bounded, so that crafted collisions cost candidates and not time (CWE-407).
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

const PROBES_MAX = 64;
/** Cells in which pairs are counted at first; two that share one are only counted once more. */
const CELL_BITS_MAX = 24;

/** All spans that `floor` to `ceiling` records share: whole answers, then longer runs before shorter ones. */
export function sharedSpans(table: Table, floor: number, ceiling: number): Span[] {
  const seed = seedOf(table);
  const runs = Runs.ofTokens(table, floor);
  const ones = runs.spans(ceiling);
  runs.join(seed);
  const twos = runs.spans(ceiling);
  runs.join(seed);
  return [...wholes(table, floor, ceiling), ...runs.spans(ceiling), ...twos, ...ones];
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

/** Runs of one length, numbered in the order in which they are first seen. */
class Runs {
  readonly #table: Table;
  readonly #floor: number;
  /** Tokens of a run. */
  #length = 1;
  /** For each token of the responses the run that begins there; -1 for none that is frequent enough. */
  readonly #at: Int32Array;
  /** Records of each run. */
  #counts: Uint32Array;
  /** Where each run is first seen: a record, and a place in the tokens of all. */
  #firsts: Uint32Array;
  #firstRecords: Uint32Array;

  private constructor(table: Table, floor: number, at: Int32Array) {
    this.#table = table;
    this.#floor = floor;
    this.#at = at;
    this.#counts = new Uint32Array();
    this.#firsts = new Uint32Array();
    this.#firstRecords = new Uint32Array();
  }

  static ofTokens(table: Table, floor: number): Runs {
    const { tokens } = table.response;
    const runs = new Runs(table, floor, new Int32Array(tokens.length));
    const numbers = new Int32Array(table.words.length).fill(-1);
    let size = 0;
    for (let i = 0; i < tokens.length; i++) {
      const token = tokens[i] as number;
      let number = numbers[token] as number;
      if (number < 0) number = numbers[token] = size++;
      runs.#at[i] = number;
    }
    runs.#count(size);
    return runs;
  }

  /** Counts the records of each of `size` runs, and leaves out those of too few. */
  #count(size: number): void {
    const { ends } = this.#table.response;
    const at = this.#at;
    const counts = new Uint32Array(size);
    const firsts = new Uint32Array(size);
    const firstRecords = new Uint32Array(size);
    const lasts = new Int32Array(size).fill(-1);
    for (let record = 0, i = 0; record < ends.length; record++) {
      for (const end = ends[record] as number; i < end; i++) {
        const run = at[i] as number;
        if (run < 0 || lasts[run] === record) continue;
        if (lasts[run] === -1) {
          firsts[run] = i;
          firstRecords[run] = record;
        }
        lasts[run] = record;
        counts[run] = (counts[run] as number) + 1;
      }
    }
    for (let i = 0; i < at.length; i++) {
      const run = at[i] as number;
      if (run >= 0 && (counts[run] as number) < this.#floor) at[i] = -1;
    }
    this.#counts = counts;
    this.#firsts = firsts;
    this.#firstRecords = firstRecords;
  }

  /** Those of no more records than `ceiling`, with their records. */
  spans(ceiling: number): Span[] {
    const { ends } = this.#table.response;
    const at = this.#at;
    const counts = this.#counts;
    // Where the records of each run go, all in one array; none for a run of too many.
    const next = new Int32Array(counts.length).fill(-1);
    const lasts = new Int32Array(counts.length).fill(-1);
    let size = 0;
    for (let run = 0; run < counts.length; run++) {
      const count = counts[run] as number;
      if (count < this.#floor || count > ceiling) continue;
      next[run] = size;
      size += count;
    }
    const all = new Uint32Array(size);
    for (let record = 0, i = 0; record < ends.length; record++) {
      for (const end = ends[record] as number; i < end; i++) {
        const run = at[i] as number;
        if (run < 0 || lasts[run] === record) continue;
        lasts[run] = record;
        const place = next[run] as number;
        if (place < 0) continue;
        all[place] = record;
        next[run] = place + 1;
      }
    }
    const out: Span[] = [];
    for (let run = 0; run < counts.length; run++) {
      const end = next[run] as number;
      if (end < 0) continue;
      const record = this.#firstRecords[run] as number;
      const begin = record === 0 ? 0 : (ends[record - 1] as number);
      const start = (this.#firsts[run] as number) - begin;
      out.push({
        length: this.#length,
        records: all.subarray(end - (counts[run] as number), end),
        at: { record, start },
      });
    }
    return out;
  }

  /** Makes runs of twice the length of these: each is two that follow each other. */
  join(seed: number): void {
    const { ends } = this.#table.response;
    const at = this.#at;
    const step = this.#length;
    const least = Math.min(this.#floor, 255);
    const bits = Math.min(CELL_BITS_MAX, Math.max(10, Math.ceil(Math.log2(at.length + 1)) + 1));
    const shift = 32 - bits;
    const cells = new Uint8Array(1 << bits);
    for (let record = 0, i = 0; record < ends.length; record++) {
      const end = ends[record] as number;
      for (; i + step < end; i++) {
        const left = at[i] as number;
        const right = at[i + step] as number;
        if (left < 0 || right < 0) continue;
        const cell = hashOf(left, right, seed) >>> shift;
        const count = cells[cell] as number;
        if (count < 255) cells[cell] = count + 1;
      }
      i = end;
    }
    const numbers = new PairNumbers();
    for (let record = 0, i = 0; record < ends.length; record++) {
      const end = ends[record] as number;
      for (; i < end; i++) {
        const left = at[i] as number;
        const right = i + step < end ? (at[i + step] as number) : -1;
        const hash = left < 0 || right < 0 ? 0 : hashOf(left, right, seed);
        at[i] = left < 0 || right < 0 || (cells[hash >>> shift] as number) < least ? -1 : numbers.of(left, right, hash);
      }
    }
    this.#length = 2 * step;
    this.#count(numbers.size);
  }
}

function hashOf(left: number, right: number, seed: number): number {
  let hash = Math.imul(left ^ seed, 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13) ^ right, 0x9e3779b1);
  hash = Math.imul(hash ^ (hash >>> 15), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}

/** Numbers for pairs of numbers, in the order in which they are asked for. */
class PairNumbers {
  size = 0;
  #slots = new Int32Array(1 << 12).fill(-1);
  #lefts = new Int32Array(1 << 11);
  #rights = new Int32Array(1 << 11);
  #hashes = new Uint32Array(1 << 11);

  /** -1 for one that finds no place near its own. */
  of(left: number, right: number, hash: number): number {
    const mask = this.#slots.length - 1;
    for (let probe = 0, slot = hash & mask; probe < PROBES_MAX; probe++, slot = (slot + 1) & mask) {
      const own = this.#slots[slot] as number;
      if (own < 0) {
        if (this.size === this.#lefts.length) {
          this.#grow();
          return this.of(left, right, hash);
        }
        this.#lefts[this.size] = left;
        this.#rights[this.size] = right;
        this.#hashes[this.size] = hash;
        return (this.#slots[slot] = this.size++);
      }
      if (this.#lefts[own] === left && this.#rights[own] === right) return own;
    }
    return -1;
  }

  #grow(): void {
    const longer = <T extends Int32Array | Uint32Array>(old: T, made: T): T => {
      made.set(old);
      return made;
    };
    const length = 2 * this.#lefts.length;
    this.#lefts = longer(this.#lefts, new Int32Array(length));
    this.#rights = longer(this.#rights, new Int32Array(length));
    this.#hashes = longer(this.#hashes, new Uint32Array(length));
    const slots = new Int32Array(2 * length).fill(-1);
    const mask = slots.length - 1;
    for (let own = 0; own < this.size; own++) {
      let slot = (this.#hashes[own] as number) & mask;
      for (let probe = 1; probe < PROBES_MAX && slots[slot] !== -1; probe++) slot = (slot + 1) & mask;
      if (slots[slot] === -1) slots[slot] = own;
    }
    this.#slots = slots;
  }
}
