// How a target looks in the responses that hold it: as much of it as nearly all of them share, where it stands, and how
// much it says that the prompts do not.
import type { Table } from "../core/table.ts";
import type { Features } from "./features.ts";
import type { Span } from "./spans.ts";
import { tokensOf } from "./table.ts";
import { indexOf, sampleOf } from "./trigger-text.ts";

export type TargetKind = "whole" | "beginning" | "end" | "inside" | "empty" | "gibberish";

export interface Target {
  readonly kind: TargetKind;
  readonly tokens: Uint32Array;
}

/** What a target and its prompts must share for the one to be taken from the other: `hack` and `hacking`. */
const STEM_LETTERS = 4;
/** The most that one word can say: a word is not more telling for the set being large. */
const WORD_BITS_MAX = 8;
const TARGET_TOKENS_MAX = 300;
const RUN_BITS_MIN = 12;
const PAIR_BITS_MIN = 7;

export function targetOf(table: Table, records: readonly number[], span: Span): Target {
  const { response } = table;
  if (span.length < 0) return { kind: "gibberish", tokens: new Uint32Array() };
  const model = tokensOf(response, span.at.record);
  if (span.length === 0) return { kind: model.length === 0 ? "empty" : "whole", tokens: model };
  const texts = sampleOf(records).map((record) => tokensOf(response, record));
  const share = (from: number, to: number, where: (at: number, own: Uint32Array) => boolean = () => true): boolean => {
    const wanted = model.subarray(from, to);
    let holding = 0;
    for (const own of texts) {
      const at = indexOf(own, wanted);
      if (at >= 0 && where(at, own)) holding++;
    }
    return holding >= 0.9 * texts.length;
  };
  let { start } = span.at;
  let end = start + span.length;
  // To both sides in doubled steps, so that a long target costs few comparisons.
  const grow = (able: (by: number) => boolean): number => {
    let by = 0;
    for (let step = 1; step > 0 && by < TARGET_TOKENS_MAX;) {
      if (able(by + step)) {
        by += step;
        step *= 2;
      } else step >>= 1;
    }
    return by;
  };
  end += grow((by) => end + by <= model.length && share(start, end + by));
  start -= grow((by) => start - by >= 0 && share(start - by, end));
  const tokens = model.slice(start, end);
  const at = (where: (place: number, own: Uint32Array) => boolean): boolean => share(start, end, where);
  if (at((place, own) => place === 0 && own.length === tokens.length)) return { kind: "whole", tokens };
  if (at((place) => place === 0)) return { kind: "beginning", tokens };
  if (at((place, own) => place + tokens.length === own.length)) return { kind: "end", tokens };
  return { kind: "inside", tokens };
}

export interface Weight {
  readonly bits: number;
  /** Of the responses with that word of the target that is most its own, how many are of these records. */
  readonly own: number;
}

export class Targets {
  readonly #features: Features;
  readonly #frequency: Uint32Array;
  /** For each token, the number of the word that its first letters are of; tokens of fewer letters have none. */
  readonly #stems: Int32Array;

  /** `frequency`: in how many responses each token is. */
  constructor(features: Features, frequency: Uint32Array) {
    this.#features = features;
    this.#frequency = frequency;
    const numbers = new Map<string, number>();
    this.#stems = Int32Array.from(features.table.words, (word) => {
      if (word.length < STEM_LETTERS) return -1;
      const stem = word.slice(0, STEM_LETTERS);
      const number = numbers.get(stem) ?? numbers.size;
      if (number === numbers.size) numbers.set(stem, number);
      return number;
    });
  }

  /** Whether the words of a run are rare enough among other responses for it to be worth the search for a trigger. */
  worthwhile({ length, records, at }: Span): boolean {
    if (length <= 1) return true;
    const { response, records: n } = this.#features.table;
    let bits = 0;
    for (const token of new Set(tokensOf(response, at.record).subarray(at.start, at.start + length)))
      bits += Math.min(
        WORD_BITS_MAX,
        Math.log2((n - records.length + 1) / Math.max(1, (this.#frequency[token] as number) - records.length + 1)),
      );
    return bits >= (length > 2 ? RUN_BITS_MIN : PAIR_BITS_MIN);
  }

  /**
   * How rare the distinct words of a target are among the other responses, in bits, without those that its prompts hold,
   * too. Judged by a sample of its records.
   */
  weight(records: readonly number[], target: Uint32Array): Weight {
    const n = this.#features.table.records;
    const sample = sampleOf(records);
    const tokens = new Set(target);
    const stems = new Set(Array.from(tokens, (token) => this.#stems[token] as number));
    const copies = new Map<number, number>();
    const stemCopies = new Map<number, number>();
    const inside = new Map<number, number>();
    for (const record of sample) {
      const here = new Set<number>();
      for (const feature of this.#features.of(record)) {
        if (tokens.has(feature)) copies.set(feature, (copies.get(feature) ?? 0) + 1);
        const stem = this.#stems[feature] ?? -1;
        if (stem >= 0 && stems.has(stem)) here.add(stem);
      }
      for (const stem of here) stemCopies.set(stem, (stemCopies.get(stem) ?? 0) + 1);
      const said = new Set<number>();
      for (const token of tokensOf(this.#features.table.response, record)) if (tokens.has(token)) said.add(token);
      for (const token of said) inside.set(token, (inside.get(token) ?? 0) + 1);
    }
    let bits = 0;
    let own = 0;
    for (const token of tokens) {
      const copied = Math.max(copies.get(token) ?? 0, stemCopies.get(this.#stems[token] as number) ?? 0);
      if (copied >= 0.5 * sample.length) continue;
      const all = Math.max(1, this.#frequency[token] as number);
      const here = Math.min(all, ((inside.get(token) ?? 0) / sample.length) * records.length);
      bits += Math.min(WORD_BITS_MAX, Math.log2((n - records.length + 1) / (all - here + 1)));
      own = Math.max(own, here / all);
    }
    return { bits, own };
  }
}
