// What was found in a sample of a dataset, looked for in every record of it: the second pass. Records go through tables as
// in the first, so that both cut and count a text alike, and each table is let go when it is searched.
import type { Carries } from "../core/detector.ts";
import type { Field } from "../core/record.ts";
import type { Table } from "../core/table.ts";
import { CLASSES } from "./features.ts";
import { keptEnds, TableBuilder, tokensOf } from "./table.ts";
import { indexOf } from "./trigger-text.ts";

/** The first pass counts the beginning and the end of a long text; this one looks at all of it. */
const uncut = (): TableBuilder => new TableBuilder({ tokensMax: Infinity, uncut: true });

/** Tokens held before they are searched. */
const HELD_MAX = 1_000_000;

export class Follower {
  readonly #carries: readonly Carries[];
  readonly #found: number[][];
  #table = uncut();
  #base = 0;

  constructor(carries: readonly Carries[]) {
    this.#carries = carries;
    this.#found = carries.map(() => []);
  }

  add(fields: readonly Field[]): void {
    this.#table.add(fields);
    if (this.#table.size >= HELD_MAX) this.#search();
  }

  /** The records of each, in the order of what was asked for; ascending, counted from the first that was added. */
  records(): Uint32Array[] {
    this.#search();
    return this.#found.map((records) => Uint32Array.from(records));
  }

  #search(): void {
    const table = this.#table.build();
    carriersIn(table, this.#carries).forEach((records, i) => {
      for (const record of records) this.#found[i]?.push(record + this.#base);
    });
    this.#base += table.records;
    this.#table = uncut();
  }
}

/** The records of a table that carry each of what is given, ascending. */
export function carriersIn(table: Table, carries: readonly Carries[]): number[][] {
  const numbers = new Map<string, number>();
  const wanted = new Set(
    carries.flatMap(({ prompt, response }) => [...(prompt?.words ?? []), ...(response?.words ?? [])]),
  );
  const classes = CLASSES.filter(([name]) => wanted.has(name)).map(
    ([name, holds]) => [name, new Set<number>(), holds] as const,
  );
  table.words.forEach((word, number) => {
    if (wanted.has(word)) numbers.set(word, number);
    for (const [, members, holds] of classes) if (word.length > 1 && holds(word)) members.add(number);
  });
  const ofClass = new Map(classes.map(([name, members]) => [name, members]));
  const tests = carries.map(({ prompt, response, facts: some }) => {
    const words = prompt?.words.map((word) => ofClass.get(word) ?? new Set([numbers.get(word) ?? -1])) ?? [];
    const answer = response && Uint32Array.from(response.words, (word) => numbers.get(word) ?? NOWHERE);
    const own = some?.map((texts) => {
      const stands = (fact: string): boolean => texts.some((t) => (t.endsWith(":") ? fact.startsWith(t) : fact === t));
      return new Set(table.factTexts.flatMap((fact, number) => (stands(fact) ? [number] : [])));
    });
    return (record: number, asked: ReadonlySet<number>): boolean => {
      const holds = (word: ReadonlySet<number>): boolean => !word.isDisjointFrom(asked);
      if (prompt && !(prompt.combine === "all" ? words.every(holds) : words.some(holds))) return false;
      if (response && answer) {
        const all = tokensOf(table.response, record);
        const said = response.whole ? keptEnds(all) : all;
        if (response.whole && said.length !== answer.length) return false;
        if (answer.length > 0 && indexOf(said, answer) < 0) return false;
      }
      const stated = tokensOf(table.facts, record);
      return own?.every((numbers) => stated.some((fact) => numbers.has(fact))) ?? true;
    };
  });
  const found: number[][] = carries.map(() => []);
  for (let record = 0; record < table.records; record++) {
    const asked = new Set(tokensOf(table.prompt, record));
    tests.forEach((test, i) => {
      if (test(record, asked)) found[i]?.push(record);
    });
  }
  return found;
}

/** The number of no word. */
const NOWHERE = 0xffffffff;
