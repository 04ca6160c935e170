// What several detectors ask of one table is made once and kept as long as the table is: its indexes, and counts of its
// words. Each thread makes its own.
import type { Side, Table } from "../core/table.ts";

/** `make`, called once for each table. What it gives is shared: nobody may change it. */
export function perTable<T extends object>(make: (table: Table) => T): (table: Table) => T {
  const made = new WeakMap<Table, T>();
  return (table) => {
    let own = made.get(table);
    if (own === undefined) made.set(table, (own = make(table)));
    return own;
  };
}

/** How many records hold each token on one side. */
export function holdersIn({ tokens, ends }: Side, words: number): Uint32Array {
  const holders = new Uint32Array(words);
  const seen = new Int32Array(words).fill(-1);
  for (let record = 0, i = 0; record < ends.length; record++) {
    for (const end = ends[record] as number; i < end; i++) {
      const token = tokens[i] as number;
      if (seen[token] === record) continue;
      seen[token] = record;
      holders[token] = (holders[token] as number) + 1;
    }
  }
  return holders;
}
