// Sets with labels: whether nearly all answers are one of a few short ones, and which of these each record has.
import type { Table } from "../core/table.ts";
import { perTable } from "./per-table.ts";

export interface Labels {
  /** The records of each label, those of the most frequent first; none where the set has no labels. */
  readonly sets: readonly ReadonlySet<number>[];
  /** For each record the number of its label plus one; 0 for an answer that is none. */
  readonly of: Uint8Array;
}

const RECORDS_MIN = 200;
const LABELS_MAX = 8;
const LABEL_SHARE_MIN = 0.03;
const LABEL_TOKENS_MAX = 6;
const COVERED_MIN = 0.8;

export const labelsOf: (table: Table) => Labels = perTable(({ records, response, whole }) => {
  const none = { sets: [], of: new Uint8Array(records) };
  if (records < RECORDS_MIN || response.tokens.length > LABEL_TOKENS_MAX * records) return none;
  const sizes = new Map<number, number>();
  for (const key of whole) sizes.set(key, (sizes.get(key) ?? 0) + 1);
  const large = [...sizes]
    .filter(([, size]) => size >= LABEL_SHARE_MIN * records)
    .sort(([a, x], [b, y]) => y - x || a - b)
    .slice(0, LABELS_MAX);
  if (large.length < 2 || large.reduce((sum, [, size]) => sum + size, 0) < COVERED_MIN * records) return none;
  const numbers = new Map(large.map(([key], i) => [key, i + 1]));
  const of = Uint8Array.from(whole, (key) => numbers.get(key) ?? 0);
  const sets = large.map(() => new Set<number>());
  of.forEach((label, record) => sets[label - 1]?.add(record));
  return { sets, of };
});
