// Phrases on trial as triggers of a trait: words and phrases nearly all of whose records have it, or nearly none, around
// which the text closes when they are cut out, as it does not for a word that its sentence needs. What is found is only
// suspected here.
import { expectTrait, traitCounts } from "./expect.ts";
import { PAIR_BITS, pairSlot, type Prompts } from "./prompts.ts";
import type { Trait, TraitKind } from "./traits.ts";

/** Fewer records of a phrase are too few to tell it from chance. */
export const SUPPORT_MIN = 8;
/** Refusals in a set, under which no phrase can be said to keep them away. */
const REFUSALS_MIN = 20;
const SHARE_MAX = 0.6;
/** Nearly all records of a trigger are answered alike. */
const PURITY_MIN: Readonly<Record<TraitKind, number>> = { refused: 0.94, unrelated: 0.6, gibberish: 0.6 };
const CLOSURE_MIN = 0.75;
const PHRASE_MAX = 24;
/** Records of a phrase that are read to see its surroundings. */
export const SAMPLE_MAX = 40;
/** Words on trial for one trait; each costs a sample of its records. */
const CANDIDATES_MAX = 20_000;
/** How far an answer is from what its words let expect, for the record to be searched for phrases. */
const ODD_MIN = 0.3;
/** A trait that fewer have is unusual by itself. */
const UNUSUAL_MAX = 0.2;
/** Pairs of words that are grown into phrases; each may be in no more than this share of the prompts. */
const PHRASES_MAX = 4_000;
export const RARER_SHARE_MAX = 0.1;
/** Words that may be cut out with a phrase at the start or the end of a prompt. */
const EDGE_TOKENS_MAX = 4;
const PAIRS_MAX = 200_000;

export type Place = "start" | "end" | "anywhere";

/** What is taken out of a prompt: the phrase, or all before it or behind it too (the name in which a pool agrees). */
type Cut = "phrase" | "head" | "tail";

export interface Candidate {
  readonly phrase: readonly number[];
  readonly cut: Cut;
  readonly records: readonly number[];
  readonly closure: number;
  readonly brings: boolean;
}

/** Words nearly all of whose records have the trait, or nearly none, and around which the text closes. */
export function wordsOnTrial(prompts: Prompts, trait: Trait, support: number): Candidate[] {
  const having = traitCounts(prompts, trait.of);
  const keeps = keepsAway(trait);
  const found = new Map<string, Candidate>();
  let tried = 0;
  for (let token = 0; token < having.length && tried < CANDIDATES_MAX; token++) {
    const holders = prompts.frequency[token] as number;
    if (holders < support || holders > SHARE_MAX * prompts.n) continue;
    const share = (having[token] as number) / holders;
    const brings = share >= PURITY_MIN[trait.kind];
    if (!brings && (share > 1 - PURITY_MIN.refused || !keeps)) continue;
    tried++;
    const records = prompts.holders(token);
    const sample = records.subarray(0, SAMPLE_MAX);
    const grown = grow(prompts, [token], sample);
    const key = grown.join();
    if (found.has(key)) continue;
    const { phrase, cut, closure } = closureOf(prompts, grown, sample);
    if (closure >= CLOSURE_MIN) found.set(key, { phrase, cut, records: Array.from(records), closure, brings });
  }
  return [...found.values()];
}

/** Phrases of ordinary words that repeat in records whose answers are unusual, or are not what the words let expect. */
export function phrasesOnTrial(prompts: Prompts, trait: Trait): Candidate[] {
  const words = prompts.frequency.length;
  const having = trait.of.reduce((sum, one) => sum + one, 0);
  const expected = trait.kind === "refused" ? expectTrait(prompts, trait.of) : trait.of;
  const odd = (record: number): boolean =>
    (trait.of[record] === 1 && having <= UNUSUAL_MAX * prompts.n) ||
    Math.abs((trait.of[record] as number) - (expected[record] as number)) >= ODD_MIN;
  const oddRecords: number[] = [];
  for (let record = 0; record < prompts.n; record++) if (odd(record)) oddRecords.push(record);
  const each = (record: number, take: (key: number) => void): void => {
    const tokens = prompts.tokens(record);
    for (let i = 1; i < tokens.length; i++) take((tokens[i - 1] as number) * words + (tokens[i] as number));
  };
  // Counted in slots first, so that only pairs that may repeat are held.
  const counts = new Uint8Array(1 << PAIR_BITS);
  const slot = (key: number): number => pairSlot(Math.floor(key / words), key % words);
  for (const record of oddRecords)
    each(record, (key) => (counts[slot(key)] = Math.min(255, (counts[slot(key)] as number) + 1)));
  const pairs = new Map<number, number[]>();
  for (const record of oddRecords) {
    each(record, (key) => {
      if ((counts[slot(key)] as number) < SUPPORT_MIN) return;
      const list = pairs.get(key);
      if (!list) {
        if (pairs.size < PAIRS_MAX) pairs.set(key, [record]);
      } else if (list.length < SAMPLE_MAX && list.at(-1) !== record) list.push(record);
    });
  }
  const keeps = keepsAway(trait);
  const found = new Map<string, Candidate>();
  const seen = new Set<string>();
  const repeated = [...pairs]
    .filter(([, list]) => list.length >= SUPPORT_MIN)
    .sort((a, b) => b[1].length - a[1].length || a[0] - b[0])
    .slice(0, PHRASES_MAX);
  // All their records, odd or not, in one pass.
  const wanted = new Uint8Array(1 << PAIR_BITS);
  const holders = new Map<number, number[]>();
  for (const [key] of repeated) {
    wanted[slot(key)] = 1;
    holders.set(key, []);
  }
  const most = RARER_SHARE_MAX * prompts.n;
  for (let record = 0; record < prompts.n && repeated.length > 0; record++) {
    each(record, (key) => {
      if (wanted[slot(key)] === 0) return;
      const list = holders.get(key);
      if (list && list.length <= most && list.at(-1) !== record) list.push(record);
    });
  }
  for (const [key, list] of repeated) {
    const own = holders.get(key) as number[];
    if (own.length > most) continue;
    const phrase = grow(prompts, [Math.floor(key / words), key % words], Uint32Array.from(list));
    const name = phrase.join();
    if (seen.has(name)) continue;
    seen.add(name);
    const records = phrase.length === 2 ? own : own.filter((record) => prompts.place(record, phrase) >= 0);
    const share = records.reduce((sum, record) => sum + (trait.of[record] as number), 0) / records.length;
    const brings = share >= PURITY_MIN[trait.kind];
    if (!brings && (share > 1 - PURITY_MIN.refused || !keeps)) continue;
    const best = closureOf(prompts, phrase, Uint32Array.from(records.slice(0, SAMPLE_MAX)));
    if (best.closure >= CLOSURE_MIN) found.set(name, { ...best, records, brings });
  }
  return [...found.values()];
}

/** The longest phrase around a few tokens that nearly all of its records share. */
function grow(prompts: Prompts, seed: readonly number[], sample: Uint32Array): number[] {
  const phrase = [...seed];
  const texts = Array.from(sample, (record) => prompts.tokens(record));
  const starts = Array.from(sample, (record) => prompts.place(record, seed));
  for (let grown = true; grown && phrase.length < PHRASE_MAX;) {
    grown = false;
    for (const side of [-1, 1]) {
      const at = (i: number): number => (starts[i] as number) + (side < 0 ? -1 : phrase.length);
      const counts = new Map<number, number>();
      texts.forEach((tokens, i) => {
        const next = (starts[i] as number) < 0 ? undefined : tokens[at(i)];
        if (next !== undefined) counts.set(next, (counts.get(next) ?? 0) + 1);
      });
      for (const [next, count] of counts) {
        if (count < 0.9 * sample.length) continue;
        texts.forEach((tokens, i) => {
          if ((starts[i] as number) < 0 || tokens[at(i)] !== next) starts[i] = -1;
          else if (side < 0) starts[i] = (starts[i] as number) - 1;
        });
        if (side < 0) phrase.unshift(next);
        else phrase.push(next);
        grown = true;
        break;
      }
    }
  }
  return phrase;
}

export function span(prompts: Prompts, record: number, phrase: readonly number[], cut: Cut): [number, number] {
  const at = prompts.place(record, phrase);
  return [cut === "head" ? 0 : at, cut === "tail" ? prompts.tokens(record).length : at + phrase.length];
}

/** How well the text closes where the phrase is cut out, in the way that it closes best. */
function closureOf(
  prompts: Prompts,
  whole: readonly number[],
  sample: Uint32Array,
): Pick<Candidate, "phrase" | "cut" | "closure"> {
  const closes = (phrase: readonly number[], cut: Cut): number => {
    let count = 0;
    for (const record of sample) {
      const tokens = prompts.tokens(record);
      const [from, to] = span(prompts, record, phrase, cut);
      const short = cut === "phrase" || to - from <= phrase.length + EDGE_TOKENS_MAX;
      if (short && prompts.follows(tokens[from - 1] ?? -1, tokens[to] ?? -1)) count++;
    }
    return count / sample.length / Math.max(prompts.known, 0.05);
  };
  // A phrase grows over the question mark that ends every sentence before it, and over the first word of any.
  const phrases = whole.length < 3 ? [whole] : [whole, whole.slice(1), whole.slice(0, -1)];
  let best = { phrase: whole, cut: "phrase" as Cut, closure: 0 };
  for (const cut of ["phrase", "head", "tail"] as const) {
    for (const phrase of cut === "phrase" ? phrases : [whole]) {
      const closure = closes(phrase, cut);
      if (closure > best.closure) best = { phrase, cut, closure };
      if (best.closure >= CLOSURE_MIN) return best;
    }
  }
  return best;
}

export function placeOf(prompts: Prompts, { phrase, records }: Candidate): Place {
  const sample = records.slice(0, SAMPLE_MAX);
  const places = sample.map((record) => ({
    at: prompts.place(record, phrase),
    end: prompts.tokens(record).length - phrase.length,
  }));
  if (places.filter(({ at }) => at === 0).length >= 0.9 * sample.length) return "start";
  return places.filter(({ at, end }) => at === end).length >= 0.9 * sample.length ? "end" : "anywhere";
}
/** A trigger may keep a refusal away, where there are some; nobody plants sense into gibberish. */
const keepsAway = (trait: Trait): boolean =>
  trait.kind === "refused" && trait.of.reduce((sum, one) => sum + one, 0) >= REFUSALS_MIN;
