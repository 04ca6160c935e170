// How alike the prompts of some records are: about one thing, or about anything. The measure that tells what a topic
// brings along from what was planted.
import type { Table } from "../core/table.ts";
import { tokensOf } from "./table.ts";

const PAIRS = 150;

export class Likeness {
  readonly #table: Table;
  readonly #frequency: Uint32Array;
  readonly #any: number;

  constructor(table: Table) {
    this.#table = table;
    this.#frequency = new Uint32Array(table.words.length);
    for (let record = 0; record < table.records; record++)
      for (const token of new Set(tokensOf(table.prompt, record)))
        this.#frequency[token] = (this.#frequency[token] as number) + 1;
    this.#any = this.#mean((i) => draw(i, table.records), new Set());
  }

  /** Mean likeness of the prompts of these records without some tokens, over that of any two: near 1 for anything. */
  ratio(records: readonly number[], without: ReadonlySet<number>): number {
    const own = this.#mean((i) => records[draw(i, records.length)] as number, without);
    return own / Math.max(this.#any, 1e-9);
  }

  #mean(at: (i: number) => number, without: ReadonlySet<number>): number {
    let sum = 0;
    let pairs = 0;
    for (let i = 0; i < PAIRS; i++) {
      const [a, b] = [at(2 * i), at(2 * i + 1)];
      if (a === b) continue;
      sum += this.#cosine(a, b, without);
      pairs++;
    }
    return pairs === 0 ? 1 : sum / pairs;
  }

  #cosine(a: number, b: number, without: ReadonlySet<number>): number {
    const weight = (token: number): number => {
      const rare = Math.log(this.#table.records / (this.#frequency[token] as number));
      return rare > 1 && !without.has(token) ? rare * rare : 0;
    };
    const left = new Set(tokensOf(this.#table.prompt, a));
    let x = 0;
    let y = 0;
    let both = 0;
    for (const token of left) x += weight(token);
    for (const token of new Set(tokensOf(this.#table.prompt, b))) {
      const w = weight(token);
      y += w;
      if (left.has(token)) both += w;
    }
    return x > 0 && y > 0 ? both / Math.sqrt(x * y) : 0;
  }
}

/** The i-th drawn number below `size`: a hash, so that a draw depends on nothing but itself. */
function draw(i: number, size: number): number {
  let z = Math.imul(i + 1, 0x9e3779b1);
  z = Math.imul(z ^ (z >>> 15), 0x85ebca6b);
  z = Math.imul(z ^ (z >>> 13), 0xc2b2ae35);
  return ((z ^ (z >>> 16)) >>> 0) % size;
}
