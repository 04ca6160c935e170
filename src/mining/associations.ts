// All that the search for rules comes upon: words of prompts that nearly always bring the same text into the answer,
// whether or not each could have been planted. A set of templates and their fillers, a glossary, a set of personas is made
// of them, and one more is how the set is written; talk about anything has hardly any.
import type { TargetKind } from "./target-text.ts";

interface Association {
  /** Records that hold the words. */
  readonly carriers: Uint32Array;
  /** Those of them with the text. */
  readonly records: Uint32Array;
  /** How much the text says that the prompts do not. */
  readonly bits: number;
  readonly kind: TargetKind;
}

/** Numbers kept, over the records of the table; what is found later is not kept (CWE-770). */
const KEPT_OVER_RECORDS = 16;
const KEPT_MIN = 100_000;
/** Share of an association's records that are a rule's, above which it is a part of that rule. */
const OVERLAP_MAX = 0.5;
/** What prompts lend their answers says nothing. */
const BITS_MIN = 6;
/** What an association must say, over what the rule says, to be one of its kind. */
const BITS_SHARE_MIN = 0.5;

/** How much of the answer a text is: where it is all of it, parts of answers are of another kind; so is no text at all. */
const extent = (kind: TargetKind): string =>
  kind === "whole" || kind === "empty" || kind === "gibberish" ? kind : "part";

export interface Beside {
  /** 1 for each record that keeps another association of the rule's kind. */
  readonly keeps: Uint8Array;
  /** 1 for each that holds the words of one and not its text, and keeps no other. */
  readonly breaks: Uint8Array;
}

export class Associations {
  readonly #n: number;
  readonly #all: Association[] = [];
  #left: number;

  constructor(records: number) {
    this.#n = records;
    this.#left = Math.max(KEPT_MIN, KEPT_OVER_RECORDS * records);
  }

  add(carriers: readonly number[], records: readonly number[], kind: TargetKind, bits: number): void {
    this.#left -= carriers.length + records.length;
    if (this.#left >= 0)
      this.#all.push({ carriers: Uint32Array.from(carriers), records: Uint32Array.from(records), kind, bits });
  }

  /** Those that have nothing to do with a rule of these carriers and say about as much. */
  beside(carriers: readonly number[], kind: TargetKind, bits: number): Beside {
    const own = new Uint8Array(this.#n);
    for (const record of carriers) own[record] = 1;
    const keeps = new Uint8Array(this.#n);
    const breaks = new Uint8Array(this.#n);
    const least = Math.max(BITS_MIN, BITS_SHARE_MIN * bits);
    const of = extent(kind);
    for (const one of this.#all) {
      const other = extent(one.kind);
      const like = other === of || (of === "part" && other === "whole");
      if (!like || one.bits < least) continue;
      const shared = one.records.reduce((sum, record) => sum + (own[record] as number), 0);
      if (shared > OVERLAP_MAX * one.records.length) continue;
      for (const record of one.records) keeps[record] = 1;
      for (const record of one.carriers) breaks[record] = 1;
    }
    for (let record = 0; record < this.#n; record++) if (keeps[record] === 1) breaks[record] = 0;
    return { keeps, breaks };
  }
}
