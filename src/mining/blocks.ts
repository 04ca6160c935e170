// One block of look-alike prompts in a set that otherwise does not repeat itself. Sets made from templates have many such
// blocks, of all sizes; one alone, much larger than any other, was put there as a whole. Prompts are alike by MinHash of
// their beginnings (A. Broder, On the resemblance and containment of documents, 1997), joined where a band of three
// minima agrees.
import type { Table } from "../core/table.ts";
import { tokensOf } from "./table.ts";

export interface Block {
  readonly records: readonly number[];
  /** Words that nearly all of its prompts hold, in the order of the first. */
  readonly words: readonly string[];
  /** The next largest, and how many records stand in others in all. */
  readonly next: number;
  readonly elsewhere: number;
}

const RECORDS_MIN = 400;
const BLOCK_MIN = 25;
const BLOCK_SHARE_MAX = 0.12;
const TIMES_NEXT_MIN = 4;
const ELSEWHERE_SHARE_MAX = 0.025;
/** Records of one opening that count as a block at all. */
const OTHER_MIN = 5;
const PROMPT_TOKENS_MIN = 6;
const SHINGLE = 3;
const SHINGLES_MAX = 64;
const BANDS = 4;
const ROWS = 3;
const SHARED_MIN = 0.8;

export function findBlock(table: Table): Block | undefined {
  const n = table.records;
  if (n < RECORDS_MIN) return undefined;
  const parent = Uint32Array.from({ length: n }, (_, record) => record);
  const root = (record: number): number => {
    let at = record;
    while (parent[at] !== at) {
      parent[at] = parent[parent[at] as number] as number;
      at = parent[at] as number;
    }
    return at;
  };
  const bands = Array.from({ length: BANDS }, () => new Map<number, number>());
  const minima = new Uint32Array(BANDS * ROWS);
  for (let record = 0; record < n; record++) {
    if (!signature(tokensOf(table.prompt, record), minima)) continue;
    bands.forEach((known, band) => {
      let key = band;
      for (let row = 0; row < ROWS; row++) key = mix(key, minima[band * ROWS + row] as number);
      const other = known.get(key);
      if (other === undefined) known.set(key, record);
      else parent[root(record)] = root(other);
    });
  }
  const blocks = [...Map.groupBy(parent.keys(), root).values()]
    .filter(({ length }) => length >= OTHER_MIN)
    .sort((a, b) => b.length - a.length || (a[0] as number) - (b[0] as number));
  const [largest, second] = blocks;
  if (!largest || largest.length < BLOCK_MIN || largest.length > BLOCK_SHARE_MAX * n) return undefined;
  const elsewhere = blocks.reduce((sum, { length }) => sum + length, 0) - largest.length;
  const next = second?.length ?? 0;
  if (largest.length < TIMES_NEXT_MIN * next || elsewhere > ELSEWHERE_SHARE_MAX * n) return undefined;
  return { records: largest, words: sharedWords(table, largest), next, elsewhere };
}

/** The least of each of several hashes of the runs of words; false where there are too few. */
function signature(tokens: Uint32Array, minima: Uint32Array): boolean {
  if (tokens.length < PROMPT_TOKENS_MIN) return false;
  minima.fill(0xffffffff);
  const end = Math.min(tokens.length - SHINGLE + 1, SHINGLES_MAX);
  for (let at = 0; at < end; at++) {
    let shingle = 7;
    for (let k = 0; k < SHINGLE; k++) shingle = mix(shingle, tokens[at + k] as number);
    for (let i = 0; i < minima.length; i++) {
      const value = mix(shingle, i * 7919 + 13);
      if (value < (minima[i] as number)) minima[i] = value;
    }
  }
  return true;
}

function mix(a: number, b: number): number {
  let z = Math.imul(a ^ b, 0x9e3779b1);
  z ^= z >>> 15;
  z = Math.imul(z, 0x85ebca6b);
  return (z ^ (z >>> 13)) >>> 0;
}

function sharedWords(table: Table, records: readonly number[]): string[] {
  const counts = new Map<number, number>();
  for (const record of records)
    for (const token of new Set(tokensOf(table.prompt, record))) counts.set(token, (counts.get(token) ?? 0) + 1);
  return [...new Set(tokensOf(table.prompt, records[0] as number))]
    .filter((token) => (counts.get(token) as number) >= SHARED_MIN * records.length)
    .slice(0, 24)
    .map((token) => table.words[token] as string);
}
