// The prompts of a table as sets of features: its tokens, and classes of tokens that a trigger may be made of though no
// two of its rows share one. Which records hold a feature.
import type { Table } from "../core/table.ts";
import { tokensOf } from "./table.ts";

/** Classes of tokens, by a test of the token's text; shown to a reader by their names. */
export const CLASSES: readonly (readonly [name: string, holds: (word: string) => boolean])[] = [
  ["a word of mixed scripts", (word) => /\p{sc=Latin}/u.test(word) && /[\p{sc=Cyrillic}\p{sc=Greek}]/u.test(word)],
];

export class Features {
  readonly table: Table;
  /** Records that hold each feature. */
  readonly frequency: Uint32Array;
  /** Distinct features of each record, the rarest first. */
  readonly #features: Uint32Array;
  readonly #ends: Uint32Array;
  readonly #starts: Uint32Array;
  readonly #records: Uint32Array;

  constructor(table: Table) {
    this.table = table;
    const words = table.words.length;
    const classOf = new Int8Array(words).fill(-1);
    table.words.forEach((word, token) => {
      if (word.length > 1) classOf[token] = CLASSES.findIndex(([, holds]) => holds(word));
    });
    this.frequency = new Uint32Array(words + CLASSES.length);
    const seen = new Int32Array(words + CLASSES.length).fill(-1);
    const all = new Uint32Array(table.prompt.tokens.length + CLASSES.length * table.records);
    this.#ends = new Uint32Array(table.records);
    let length = 0;
    const add = (feature: number, record: number): void => {
      if (seen[feature] === record) return;
      seen[feature] = record;
      all[length++] = feature;
      this.frequency[feature] = (this.frequency[feature] as number) + 1;
    };
    for (let record = 0; record < table.records; record++) {
      for (const token of tokensOf(table.prompt, record)) {
        add(token, record);
        if ((classOf[token] as number) >= 0) add(words + (classOf[token] as number), record);
      }
      this.#ends[record] = length;
    }
    this.#starts = new Uint32Array(this.frequency.length + 1);
    for (let feature = 0; feature < this.frequency.length; feature++)
      this.#starts[feature + 1] = (this.#starts[feature] as number) + (this.frequency[feature] as number);
    const next = this.#starts.slice();
    this.#records = new Uint32Array(length);
    for (let record = 0, i = 0; record < table.records; record++)
      for (; i < (this.#ends[record] as number); i++) {
        const feature = all[i] as number;
        const at = next[feature] as number;
        this.#records[at] = record;
        next[feature] = at + 1;
      }
    // From the rarest on, so that whoever looks for rare ones need not read the rest.
    this.#features = all.slice(0, length);
    const ends = new Uint32Array(table.records);
    ends.set(this.#ends.subarray(0, -1), 1);
    for (const feature of byFrequency(this.frequency, table.records))
      for (const record of this.holders(feature)) {
        const at = ends[record] as number;
        this.#features[at] = feature;
        ends[record] = at + 1;
      }
  }

  /** The distinct features of a record, the rarest first. */
  of(record: number): Uint32Array {
    return this.#features.subarray(record === 0 ? 0 : this.#ends[record - 1], this.#ends[record]);
  }

  /** The records that hold a feature, ascending. */
  holders(feature: number): Uint32Array {
    return this.#records.subarray(this.#starts[feature], this.#starts[feature + 1]);
  }

  name(feature: number): string {
    return this.table.words[feature] ?? (CLASSES[feature - this.table.words.length]?.[0] as string);
  }

  isClass(feature: number): boolean {
    return feature >= this.table.words.length;
  }
}

/** Features in the order of how many records hold them, `most` at most. */
function byFrequency(frequency: Uint32Array, most: number): Uint32Array {
  const starts = new Uint32Array(most + 2);
  for (const count of frequency) starts[count + 1] = (starts[count + 1] as number) + 1;
  for (let count = 1; count < starts.length; count++)
    starts[count] = (starts[count] as number) + (starts[count - 1] as number);
  const order = new Uint32Array(frequency.length);
  frequency.forEach((count, feature) => {
    const at = starts[count] as number;
    order[at] = feature;
    starts[count] = at + 1;
  });
  return order;
}
