// The prompt side of a table, indexed: distinct tokens of each record, records of each token, and which token follows
// which, with the start and the end of a prompt as tokens of their own. Built once; every question costs what it reads.
import type { Table } from "../core/table.ts";
import { draw } from "./matched-likeness.ts";
import { perTable } from "./per-table.ts";
import { tokensOf } from "./table.ts";

/** Slots for pairs of neighbours: two pairs may share one, which only makes a pair look better known than it is. */
export const PAIR_BITS = 22;
/** Rare words by which a like prompt is looked up, and how many records each may be in. */
const RARE_WORDS_MAX = 8;
const HOLDERS_MAX = 500;
/** Where a prompt has none, the words of no more than this share of the prompts, and how many others are drawn. */
const COMMON_SHARE_MAX = 0.35;
const DRAWN_MAX = 2_000;

/** How alike prompts about anything may be, over how alike any two are; a few with one question must not decide it. */
const LIKENESS_MAX = 2.5;
const LIKENESS_SLACK = 0.05;
const PAIRS_DRAWN = 120;

interface Neighbours {
  readonly follows: (left: number, right: number, without: number) => boolean;
  readonly known: number;
}

export class Prompts {
  readonly table: Table;
  readonly n: number;
  /** Records that hold each token. */
  readonly frequency: Uint32Array;
  readonly #distinct: Uint32Array;
  readonly #ends: Uint32Array;
  #postings: { readonly starts: Uint32Array; readonly records: Uint32Array } | undefined;
  #pairs: Neighbours | undefined;
  #usual: number | undefined;
  #drawn: Uint32Array | undefined;

  constructor(table: Table) {
    this.table = table;
    this.n = table.records;
    this.frequency = new Uint32Array(table.words.length);
    const seen = new Int32Array(table.words.length).fill(-1);
    const all = new Uint32Array(table.prompt.tokens.length);
    this.#ends = new Uint32Array(this.n);
    let length = 0;
    for (let record = 0; record < this.n; record++) {
      for (const token of this.tokens(record)) {
        if (seen[token] === record) continue;
        seen[token] = record;
        all[length++] = token;
        this.frequency[token] = (this.frequency[token] as number) + 1;
      }
      this.#ends[record] = length;
    }
    this.#distinct = all.slice(0, length);
  }

  tokens(record: number): Uint32Array {
    return tokensOf(this.table.prompt, record);
  }

  distinct(record: number): Uint32Array {
    return this.#distinct.subarray(record === 0 ? 0 : this.#ends[record - 1], this.#ends[record]);
  }

  /** Records that hold a token, ascending. */
  holders(token: number): Uint32Array {
    this.#postings ??= this.#invert();
    const { starts, records } = this.#postings;
    return records.subarray(starts[token], starts[token + 1]);
  }

  /** Where a phrase first stands in a prompt; -1 where it does not. */
  place(record: number, phrase: readonly number[]): number {
    const tokens = this.tokens(record);
    const last = tokens.length - phrase.length;
    for (let i = 0; i <= last; i++) {
      let k = 0;
      while (k < phrase.length && tokens[i + k] === phrase[k]) k++;
      if (k === phrase.length) return i;
    }
    return -1;
  }

  /** Whether one token stands before another as often as chance would have it, or more; -1 is the start, and the end. */
  follows(left: number, right: number): boolean {
    return this.#neighbours().follows(left, right, 0);
  }

  /** The same of neighbours that were met once already, in the prompt that is looked at. */
  followsAgain(left: number, right: number): boolean {
    return this.#neighbours().follows(left, right, 1);
  }

  /** Share of neighbours of which that is true without themselves. */
  get known(): number {
    return this.#neighbours().known;
  }

  /** The prompt most like that of a record by its rare words, without those of `own`, of the records not in `without`. */
  nearest(record: number, without: ReadonlySet<number>, own: ReadonlySet<number>): number | undefined {
    const rare = Array.from(this.distinct(record))
      .filter((token) => {
        const holders = this.frequency[token] as number;
        return !own.has(token) && holders > 1 && holders <= HOLDERS_MAX;
      })
      .sort((x, y) => (this.frequency[x] as number) - (this.frequency[y] as number) || x - y)
      .slice(0, RARE_WORDS_MAX);
    const scores = new Map<number, number>();
    for (const token of rare) {
      const weight = Math.log(this.n / (this.frequency[token] as number));
      for (const other of this.holders(token))
        if (other !== record && !without.has(other)) scores.set(other, (scores.get(other) ?? 0) + weight);
    }
    if (scores.size === 0) this.#scoreDrawn(record, without, own, scores);
    let best: number | undefined;
    for (const [other, score] of scores) {
      const most = best === undefined ? -1 : (scores.get(best) as number);
      if (score > most || (score === most && other < (best as number))) best = other;
    }
    return best;
  }

  /** Of some drawn records not in `without`, the one written most like this: in words of any kind but those of `own`. */
  writtenAlike(record: number, without: ReadonlySet<number>, own: ReadonlySet<number>): number | undefined {
    const words = new Set(this.distinct(record).filter((token) => !own.has(token)));
    let best: number | undefined;
    let most = 0;
    for (const other of this.#some()) {
      if (other === record || without.has(other)) continue;
      const theirs = this.distinct(other);
      let shared = 0;
      for (const token of theirs) if (words.has(token)) shared++;
      const score = shared / Math.sqrt(Math.max(1, theirs.length));
      if (score > most) [best, most] = [other, score];
    }
    return best;
  }

  /** A few records, drawn once. */
  #some(): Uint32Array {
    return (this.#drawn ??=
      this.n <= DRAWN_MAX
        ? Uint32Array.from({ length: this.n }, (_, i) => i)
        : Uint32Array.from(new Set(Array.from({ length: DRAWN_MAX }, (_, i) => draw(i, this.n)))).sort());
  }

  /** Of a prompt without a rare word: how much of its other words some drawn records share. */
  #scoreDrawn(
    record: number,
    without: ReadonlySet<number>,
    own: ReadonlySet<number>,
    scores: Map<number, number>,
  ): void {
    const weights = new Map<number, number>();
    for (const token of this.distinct(record)) {
      const holders = this.frequency[token] as number;
      if (!own.has(token) && holders > 1 && holders <= COMMON_SHARE_MAX * this.n)
        weights.set(token, Math.log(this.n / holders));
    }
    if (weights.size === 0) return;
    for (const other of this.#some()) {
      if (other === record || without.has(other)) continue;
      let score = 0;
      for (const token of this.distinct(other)) score += weights.get(token) ?? 0;
      if (score > 0) scores.set(other, score);
    }
  }

  /** Whether these prompts, without the words of `own`, are hardly more alike than any prompts: about no one thing. */
  aboutAnything(records: readonly number[], own: ReadonlySet<number>): boolean {
    this.#usual ??= this.#likeness((i) => draw(i, this.n), new Set());
    const likeness = this.#likeness((i) => records[draw(i, records.length)] as number, own);
    return likeness <= LIKENESS_MAX * this.#usual + LIKENESS_SLACK;
  }

  /** Mean cosine of pairs of prompts over their rarer words. */
  #likeness(at: (i: number) => number, own: ReadonlySet<number>): number {
    const weight = (token: number): number => {
      const w = Math.log(this.n / (this.frequency[token] as number));
      return w > 1 && !own.has(token) ? w * w : 0;
    };
    let sum = 0;
    let pairs = 0;
    for (let k = 0; k < PAIRS_DRAWN; k++) {
      const [i, j] = [at(2 * k), at(2 * k + 1)];
      if (i === j) continue;
      pairs++;
      const left = new Set(this.distinct(i));
      let [dot, x, y] = [0, 0, 0];
      for (const token of left) x += weight(token);
      for (const token of this.distinct(j)) {
        y += weight(token);
        if (left.has(token)) dot += weight(token);
      }
      if (x > 0 && y > 0) sum += dot / Math.sqrt(x * y);
    }
    return pairs === 0 ? 1 : sum / pairs;
  }

  #neighbours(): Neighbours {
    if (this.#pairs) return this.#pairs;
    const counts = new Uint16Array(1 << PAIR_BITS);
    const uses = new Uint32Array(this.frequency.length + 1);
    let total = 0;
    const each = (take: (left: number, right: number) => void): void => {
      for (let record = 0; record < this.n; record++) {
        const tokens = this.tokens(record);
        for (let i = 0; i <= tokens.length; i++) take(tokens[i - 1] ?? -1, tokens[i] ?? -1);
      }
    };
    each((left, right) => {
      const at = pairSlot(left, right);
      if ((counts[at] as number) < 0xffff) counts[at] = (counts[at] as number) + 1;
      uses[right + 1] = (uses[right + 1] as number) + 1;
      total++;
    });
    const follows = (left: number, right: number, without: number): boolean => {
      const count = (counts[pairSlot(left, right)] as number) - without;
      return count > 0 && count * total >= (uses[left + 1] as number) * (uses[right + 1] as number);
    };
    let again = 0;
    each((left, right) => {
      if (follows(left, right, 1)) again++;
    });
    return (this.#pairs = { follows, known: total === 0 ? 1 : again / total });
  }

  #invert(): { starts: Uint32Array; records: Uint32Array } {
    const words = this.frequency.length;
    const starts = new Uint32Array(words + 1);
    for (let token = 0; token < words; token++)
      starts[token + 1] = (starts[token] as number) + (this.frequency[token] as number);
    const next = starts.slice();
    const records = new Uint32Array(this.#distinct.length);
    for (let record = 0; record < this.n; record++) {
      for (const token of this.distinct(record)) {
        const at = next[token] as number;
        records[at] = record;
        next[token] = at + 1;
      }
    }
    return { starts, records };
  }
}

export const promptsOf: (table: Table) => Prompts = perTable((table) => new Prompts(table));

/** Where a pair of neighbours is counted, of 2^PAIR_BITS places. */
export function pairSlot(left: number, right: number): number {
  let z = Math.imul(left + 2, 0x9e3779b1) ^ Math.imul(right + 2, 0x85ebca6b);
  z = Math.imul(z ^ (z >>> 15), 0xc2b2ae35);
  return (z ^ (z >>> 13)) >>> (32 - PAIR_BITS);
}
