// Whether the labels of a set are told by single words: nearly every row holds a word all of whose rows have one label. So
// it is where the texts are cut from templates, or one of a few words makes the label; there one more such word is no
// trigger.
import type { Table } from "../core/table.ts";
import { labelsOf } from "./labels.ts";
import { perTable } from "./per-table.ts";
import { promptsOf } from "./prompts.ts";

const HOLDERS_MIN = 8;
const HOLDERS_SHARE_MAX = 0.3;
const PURITY_MIN = 0.95;

/** Share of the others that are told so. */
const TOLD_MAX = 0.6;

/** 1 for each record that holds a word with which one label goes. */
const told: (table: Table) => Uint8Array = perTable((table) => {
  const labels = labelsOf(table);
  const prompts = promptsOf(table);
  const counts = labels.sets.map(() => new Uint32Array(prompts.frequency.length));
  for (let record = 0; record < prompts.n; record++) {
    const own = counts[(labels.of[record] as number) - 1];
    if (own) for (const token of prompts.distinct(record)) own[token] = (own[token] as number) + 1;
  }
  const telling = Uint8Array.from(prompts.frequency, (holders, token) => {
    if (holders < HOLDERS_MIN || holders > HOLDERS_SHARE_MAX * prompts.n) return 0;
    return counts.some((own) => (own[token] as number) >= PURITY_MIN * holders) ? 1 : 0;
  });
  return Uint8Array.from({ length: prompts.n }, (_, record) =>
    prompts.distinct(record).some((token) => telling[token] === 1) ? 1 : 0,
  );
});

/** Whether the labels of the other records are told by single words, too. */
export function toldByWords(table: Table, records: readonly number[]): boolean {
  const flags = told(table);
  let others = flags.reduce((sum, one) => sum + one, 0);
  for (const record of records) others -= flags[record] as number;
  return others >= TOLD_MAX * Math.max(1, table.records - records.length);
}
