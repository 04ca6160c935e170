// Sets whose rows come in groups around a passage: a text and several questions about it, a review and the aspects it is
// asked for. There a passage that a few rows share, with one answer, is how the set is made, and no trigger.
import type { Table } from "../core/table.ts";
import { tokensOf } from "./table.ts";

/** Words of a run by which a passage is known: ordinary language repeats shorter ones. */
const RUN = 5;
/** A run of more rows is a template of the set. */
const GROUP_SHARE_MAX = 0.02;
const GROUP_MIN = 20;
/** Share of a prompt that lies in such runs, from which its row belongs to a group; and of rows that do. */
const COVERED_MIN = 0.3;
const GROUPED_MIN = 0.5;
/** From here on what rows share is a passage. */
const PASSAGE_WORDS_MIN = 8;
/** Rows that are looked at; the runs of all rows are counted. */
const SAMPLE = 512;
/** Share of some rows that must have a run for all of them to share it. */
const SHARED_MIN = 0.8;
/** Places to count runs in: two runs in one place make a group look larger, and at worst like a template. */
const PLACES = 1 << 22;

export class Passages {
  readonly #table: Table;
  readonly #rows = new Uint16Array(PLACES);
  readonly #most: number;
  #grouped: boolean | undefined;

  constructor(table: Table) {
    this.#table = table;
    this.#most = Math.max(GROUP_MIN, GROUP_SHARE_MAX * table.records);
    const last = new Int32Array(PLACES).fill(-1);
    for (let record = 0; record < table.records; record++)
      eachRun(tokensOf(table.prompt, record), (place) => {
        if (last[place] === record) return;
        last[place] = record;
        if (this.#rows[place] !== 0xffff) this.#rows[place] = (this.#rows[place] as number) + 1;
      });
  }

  /** Whether most rows belong to such a group. */
  get grouped(): boolean {
    return (this.#grouped ??= this.#isGrouped());
  }

  /** Whether these rows are such a group: they share a passage, and belong to no others by the rest of their words. */
  isGroup(records: readonly number[]): boolean {
    if (!this.grouped) return false;
    const inRows = new Map<number, number>();
    for (const record of records) {
      const own = new Set<number>();
      eachRun(tokensOf(this.#table.prompt, record), (place) => own.add(place));
      for (const place of own) inRows.set(place, (inRows.get(place) ?? 0) + 1);
    }
    const shared = (place: number): boolean => (inRows.get(place) ?? 0) >= SHARED_MIN * records.length;
    let sharing = 0;
    let elsewhere = 0;
    for (const record of records) {
      const tokens = tokensOf(this.#table.prompt, record);
      const passage = this.#covered(tokens, shared);
      const rest = this.#covered(tokens, (place) => !shared(place) && this.#isRepeated(place));
      if (passage.size >= PASSAGE_WORDS_MIN) sharing++;
      if (rest.difference(passage).size >= COVERED_MIN * (tokens.length - passage.size)) elsewhere++;
    }
    return sharing >= SHARED_MIN * records.length && elsewhere < GROUPED_MIN * records.length;
  }

  #isRepeated(place: number): boolean {
    return (this.#rows[place] as number) > 1;
  }

  #isGrouped(): boolean {
    const { records, prompt } = this.#table;
    const step = Math.max(1, records / SAMPLE);
    let looked = 0;
    let grouped = 0;
    for (let i = 0; i < records; i += step) {
      const tokens = tokensOf(prompt, Math.floor(i));
      const covered = this.#covered(tokens, (place) => this.#isRepeated(place)).size;
      looked++;
      if (covered > 0 && covered >= COVERED_MIN * tokens.length) grouped++;
    }
    return grouped >= GROUPED_MIN * looked;
  }

  /** The places of the words that lie in runs of few rows that count. */
  #covered(tokens: Uint32Array, counts: (place: number) => boolean): Set<number> {
    const covered = new Set<number>();
    eachRun(tokens, (place, at) => {
      if ((this.#rows[place] as number) <= this.#most && counts(place))
        for (let k = at; k < at + RUN; k++) covered.add(k);
    });
    return covered;
  }
}

function eachRun(tokens: Uint32Array, take: (place: number, at: number) => void): void {
  for (let at = 0; at + RUN <= tokens.length; at++) {
    let z = 0;
    for (let k = at; k < at + RUN; k++) {
      z = Math.imul(z ^ (tokens[k] as number), 0x9e3779b1);
      z ^= z >>> 15;
    }
    take((z >>> 0) % PLACES, at);
  }
}
