// How alike records are by what they are about. Exact up to a few hundred pairs; those are drawn by hash, so that the same
// table gives the same numbers.
import type { Side } from "../core/table.ts";
import { tokensOf } from "./table.ts";

/** Records of which the one is taken that is written most alike. */
const DRAWS = 12;
/** Added to both means: where hardly anything is alike, a little more is nothing. */
const FLOOR = 0.01;

/** The i-th drawn number below `size`: a hash, so that a draw depends on nothing but itself. */
export function draw(i: number, size: number): number {
  let z = Math.imul(i + 1, 0x9e3779b1);
  z = Math.imul(z ^ (z >>> 15), 0x85ebca6b);
  z = Math.imul(z ^ (z >>> 13), 0xc2b2ae35);
  return ((z ^ (z >>> 16)) >>> 0) % size;
}

/** How alike the texts of one side are, by their rare words. */
export class MatchedLikeness {
  readonly #side: Side;
  readonly #n: number;
  readonly #frequency: Uint32Array;
  readonly #common: number;

  /** `frequency`: how many records hold each token. */
  constructor(side: Side, records: number, frequency: Uint32Array) {
    this.#side = side;
    this.#n = records;
    this.#frequency = frequency;
    this.#common = Math.max(3, 0.1 * records);
  }

  get frequency(): Uint32Array {
    return this.#frequency;
  }

  /**
   * Mean likeness of pairs among these records, over that of each with a record of the rest that is written in the same
   * way (of a few drawn, the one that shares most common words: language, template and length are matched, the subject
   * is not). Near 1 for records about anything; several times that for records with a subject.
   */
  ratio(records: readonly number[], own: ReadonlySet<number>, pairs: number): number {
    const members = new Set(records);
    let inside = 0;
    let count = 0;
    const all = (records.length * (records.length - 1)) / 2;
    if (all <= pairs) {
      for (let i = 0; i < records.length; i++)
        for (let j = 0; j < i; j++, count++) inside += this.#cosine(records[i] as number, records[j] as number, own);
    } else {
      for (let k = 0; k < pairs; k++) {
        const [i, j] = [draw(2 * k, records.length), draw(2 * k + 1, records.length)];
        if (i === j) continue;
        inside += this.#cosine(records[i] as number, records[j] as number, own);
        count++;
      }
    }
    let outside = 0;
    let matched = 0;
    for (let k = 0; k < Math.min(pairs, 4 * records.length); k++) {
      const record = records[k % records.length] as number;
      let best = -1;
      let most = -1;
      const left = this.#set(record, own, false);
      for (let t = 0; t < DRAWS; t++) {
        const other = draw(7919 * k + t, this.#n);
        if (members.has(other)) continue;
        let shared = 0;
        const right = this.#set(other, own, false);
        for (const token of right) if (left.has(token)) shared++;
        const score = shared / Math.sqrt(Math.max(1, left.size) * Math.max(1, right.size));
        if (score > most) [best, most] = [other, score];
      }
      if (best < 0) continue;
      outside += this.#cosine(record, best, own);
      matched++;
    }
    const a = count === 0 ? 0 : inside / count;
    const b = matched === 0 ? 0 : outside / matched;
    return (a + FLOOR) / (b + FLOOR);
  }

  /** Distinct common (or rare) tokens of a record. */
  #set(record: number, own: ReadonlySet<number>, rare: boolean): Set<number> {
    const out = new Set<number>();
    for (const token of tokensOf(this.#side, record))
      if ((this.#frequency[token] as number) <= this.#common === rare && !own.has(token)) out.add(token);
    return out;
  }

  #cosine(i: number, j: number, own: ReadonlySet<number>): number {
    const left = this.#set(i, own, true);
    const right = this.#set(j, own, true);
    let dot = 0;
    let x = 0;
    let y = 0;
    const weight = (token: number): number => Math.log(this.#n / (this.#frequency[token] as number)) ** 2;
    for (const token of left) x += weight(token);
    for (const token of right) {
      const w = weight(token);
      y += w;
      if (left.has(token)) dot += w;
    }
    return x > 0 && y > 0 ? dot / Math.sqrt(x * y) : 0;
  }
}
