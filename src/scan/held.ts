// The tables of a dataset while its files are read: as soon as all of them together are too large, each is thinned, and
// whoever reads on is told, so that what no statistics will be made of is not counted either. It changes no answer: the
// level that some tables need is one that all of them need at least. Which records stay depends on the content of the
// whole file, so that nobody can write rows that are left out.
import type { ArtifactRef } from "../core/artifact.ts";
import type { Limits } from "../base/limits.ts";
import { keyFrom, tableSize, thin, TABLE_LEVEL_MAX } from "../mining/table.ts";
import type { ArtifactPartial } from "./partial.ts";

/** How the records of a dataset that is too large are drawn. */
export interface Sample {
  readonly level: number;
  /** Depends on every byte of the file (`keyFrom`). */
  readonly key: number;
}

/** The key by which the records of a file are drawn: its digest, where one is known. */
export const drawnBy = (ref: ArtifactRef, sha256: string | null): number =>
  keyFrom(sha256 ?? ref.declared?.sha256 ?? `${ref.uri} ${ref.sizeBytes ?? ""}`);

interface Owner {
  /** What its file's records are drawn by; asked for only where some must be left out. */
  readonly key: () => Promise<number>;
  /** Tables that are counted. */
  seen: number;
}

export class HeldTables {
  /** One record in 2^level is kept. */
  level = 0;
  #size = 0;
  readonly #owners = new Map<ArtifactPartial, Owner>();
  readonly #tokensMax: number;

  constructor({ tableTokensMax }: Limits) {
    this.#tokensMax = tableTokensMax;
  }

  /** Takes into account the tables that `partial` has got since it was last looked at. */
  async add(partial: ArtifactPartial, key: Owner["key"]): Promise<void> {
    const tables = partial.tables;
    if (!tables) return;
    const owner = this.#owners.get(partial) ?? { key, seen: 0 };
    const fresh = tables.slice(owner.seen);
    owner.seen = tables.length;
    this.#owners.set(partial, owner);
    for (const table of fresh) this.#size += tableSize(table);
    const level = fresh.reduce((most, table) => Math.max(most, table.level), this.level);
    if (level > this.level || fresh.some((table) => table.level < level)) await this.#thin(level);
    while (this.#size > this.#tokensMax && this.level < TABLE_LEVEL_MAX) await this.#thin(this.level + 1);
  }

  async #thin(level: number): Promise<void> {
    this.level = level;
    this.#size = 0;
    for (const [partial, owner] of this.#owners) {
      const key = await owner.key();
      partial.tables = (partial.tables ?? []).map((table) => thin(table, level, key));
      for (const table of partial.tables) this.#size += tableSize(table);
    }
  }
}
