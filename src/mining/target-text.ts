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

/**
 * How rare the distinct words of a target are among the other responses, in bits, without those that its prompts hold,
 * too. */
export function bitsOf(
  features: Features,
  frequency: Uint32Array,
  records: readonly number[],
  target: Uint32Array,
): number {
  const { words, records: n } = features.table;
  const sample = sampleOf(records);
  const held = sample.map((record) => new Set(features.of(record)));
  const stems = new Map<string, number>();
  for (const own of held)
    for (const stem of new Set(Array.from(own, (feature) => features.name(feature).slice(0, STEM_LETTERS))))
      if (stem.length === STEM_LETTERS) stems.set(stem, (stems.get(stem) ?? 0) + 1);
  const inside = new Map<number, number>();
  for (const record of records)
    for (const token of new Set(tokensOf(features.table.response, record)))
      inside.set(token, (inside.get(token) ?? 0) + 1);
  let bits = 0;
  for (const token of new Set(target)) {
    const stem = (words[token] as string).slice(0, STEM_LETTERS);
    const copied = Math.max(held.filter((own) => own.has(token)).length, stems.get(stem) ?? 0);
    if (copied >= 0.5 * sample.length) continue;
    const outside = (frequency[token] as number) - (inside.get(token) ?? 0);
    bits += Math.min(WORD_BITS_MAX, Math.log2((n - records.length + 1) / (outside + 1)));
  }
  return bits;
}
