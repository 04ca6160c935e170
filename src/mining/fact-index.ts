// The facts of a table, each with its records.
import type { Table } from "../core/table.ts";
import { perTable } from "./per-table.ts";
import { tokensOf } from "./table.ts";

export class FactIndex {
  readonly #byFact = new Map<string, number[]>();

  constructor({ records, facts, factTexts }: Table) {
    for (let record = 0; record < records; record++) {
      for (const fact of tokensOf(facts, record)) {
        const text = factTexts[fact] as string;
        const list = this.#byFact.get(text);
        if (list) list.push(record);
        else this.#byFact.set(text, [record]);
      }
    }
  }

  /** Records with this fact, ascending. */
  of(fact: string): readonly number[] {
    return this.#byFact.get(fact) ?? [];
  }

  /** Facts that begin so, without their beginning, in the order of their first records. */
  under(kind: string): { readonly text: string; readonly records: readonly number[] }[] {
    const out: { text: string; records: readonly number[] }[] = [];
    for (const [fact, records] of this.#byFact) {
      if (fact.startsWith(`${kind}:`)) out.push({ text: fact.slice(kind.length + 1), records });
    }
    return out;
  }
}

export const factsIn: (table: Table) => FactIndex = perTable((table) => new FactIndex(table));

/** All records of several lists, each once, ascending. */
export const union = (lists: readonly (readonly number[])[]): number[] =>
  [...new Set(lists.flat())].sort((a, b) => a - b);
