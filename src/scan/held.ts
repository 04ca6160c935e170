// The tables of a dataset while its files are read: as soon as all of them together are too large, each is thinned, and
// whoever reads on is told, so that what no statistics will be made of is not counted either. It changes no answer: the
// level that some tables need is one that all of them need at least.
import type { Limits } from "../base/limits.ts";
import { tableSize, thin, TABLE_LEVEL_MAX } from "../mining/table.ts";
import type { ArtifactPartial } from "./partial.ts";

export class HeldTables {
  /** One record in 2^level is kept. */
  level = 0;
  #size = 0;
  /** Who holds tables, and how many of them are counted. */
  readonly #owners = new Map<ArtifactPartial, number>();
  readonly #tokensMax: number;

  constructor({ tableTokensMax }: Limits) {
    this.#tokensMax = tableTokensMax;
  }

  /** Takes into account the tables that `owner` has got since it was last looked at. */
  add(owner: ArtifactPartial): void {
    const tables = owner.tables;
    if (!tables) return;
    const fresh = tables.slice(this.#owners.get(owner) ?? 0);
    this.#owners.set(owner, tables.length);
    for (const table of fresh) this.#size += tableSize(table);
    const level = fresh.reduce((most, table) => Math.max(most, table.level), this.level);
    if (level > this.level || fresh.some((table) => table.level < level)) this.#thin(level);
    while (this.#size > this.#tokensMax && this.level < TABLE_LEVEL_MAX) this.#thin(this.level + 1);
  }

  #thin(level: number): void {
    this.level = level;
    this.#size = 0;
    for (const owner of this.#owners.keys()) {
      owner.tables = (owner.tables ?? []).map((table) => thin(table, level));
      for (const table of owner.tables) this.#size += tableSize(table);
    }
  }
}
