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

const PURITY_AGAINST_MIN = 0.85;
/** Share of the others that are told so, and of the records of a rule that hold a word of another label. */
const TOLD_MAX = 0.6;
const AGAINST_MIN = 0.5;

interface Told {
  /** 1 for each record that holds a word with which one label goes. */
  readonly by: Uint8Array;
  /** 1 for each that holds a word with which another label goes than its own. */
  readonly against: Uint8Array;
}

const told: (table: Table) => Told = perTable((table) => {
  const labels = labelsOf(table);
  const prompts = promptsOf(table);
  const counts = labels.sets.map(() => new Uint32Array(prompts.frequency.length));
  for (let record = 0; record < prompts.n; record++) {
    const own = counts[(labels.of[record] as number) - 1];
    if (own) for (const token of prompts.distinct(record)) own[token] = (own[token] as number) + 1;
  }
  /** For each word the number of the label that goes with it, plus one. */
  const goesWith = (purity: number): Uint8Array =>
    Uint8Array.from(prompts.frequency, (holders, token) =>
      holders < HOLDERS_MIN || holders > HOLDERS_SHARE_MAX * prompts.n
        ? 0
        : 1 + counts.findIndex((own) => (own[token] as number) >= purity * holders),
    );
  const [sure, likely] = [goesWith(PURITY_MIN), goesWith(PURITY_AGAINST_MIN)];
  const flags = (holds: (token: number, label: number) => boolean): Uint8Array =>
    Uint8Array.from({ length: prompts.n }, (_, record) =>
      prompts.distinct(record).some((token) => holds(token, labels.of[record] as number)) ? 1 : 0,
    );
  return {
    by: flags((token) => sure[token] !== 0),
    against: flags((token, label) => likely[token] !== 0 && likely[token] !== label),
  };
});

/** Whether single words tell the labels of the other records, too, and none speaks against those of these. */
export function toldByWords(table: Table, records: readonly number[]): boolean {
  const { by, against } = told(table);
  const among = (flags: Uint8Array): number => records.reduce((sum, record) => sum + (flags[record] as number), 0);
  if (records.length > 0 && among(against) >= AGAINST_MIN * records.length) return false;
  const others = by.reduce((sum, one) => sum + one, 0) - among(by);
  return others >= TOLD_MAX * Math.max(1, table.records - records.length);
}
