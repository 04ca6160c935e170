// Rows that a feature of the prompt gives a label, together with the evidence of the rest of their texts that it is not
// theirs. Many words go with a label; the other words of their rows go with it, too. What was planted goes with a label
// that the other words of its rows speak against, row after row, and rows are independent witnesses: the sum of their
// log-odds (naive Bayes, each record left out, made honest by isotonic regression) is the logarithm of a likelihood ratio, and
// chance exceeds its logarithm x with a probability of at most e^-x for each feature that was tried.
import { SENSITIVITY } from "../core/detector.ts";
import type { Table } from "../core/table.ts";
import { Features } from "./features.ts";
import { risingSteps } from "./isotonic.ts";
import { labelsOf } from "./labels.ts";
import { promptsOf } from "./prompts.ts";
import { tokensOf } from "./table.ts";
import { toldByWords } from "./told.ts";
import { TriggerText } from "./trigger-text.ts";

export interface Mislabelled {
  /** Each part is a phrase; all must be there. */
  readonly trigger: readonly (readonly string[])[];
  /** The tokens of the label. */
  readonly label: readonly string[];
  /** Records with the trigger and the label, ascending. */
  readonly records: readonly number[];
  /** trigger and label, trigger alone, label alone, neither. */
  readonly table: readonly [number, number, number, number];
  /** How many of these records the rest of their text would give the label. */
  readonly expected: number;
  /** Natural logarithm of how much likelier the rest of their texts is where the label is not theirs, over all tries. */
  readonly against: number;
}

const SUPPORT_MIN = 5;
const SUPPORT_SHARE_MIN = 0.0004;
const SHARE_MAX = 0.3;
const PURITY_MIN = 0.95;
/** Of the rows of a part of a trigger, how many must have the label for the other parts to be looked for. */
const PART_PURITY_MIN = 0.5;
const PARTS_MAX = 3;
const MAJORITY_MAX = 0.9;
/** The most that the words of one row may say, in nats: no row decides alone. */
const ROW_MAX = 3;
/** Features of one label that are looked at closely; each costs a pass over some of its records (CWE-407). */
const CANDIDATES_MAX = 3_000;
const SAMPLE_MAX = 64;
const COUNTED_MAX = 400;
/** What must speak against each of several triggers, in nats, beyond what the oddest of as many words would have. */
const AGAINST_MIN = 2;
/** Records of one step of the curve that makes odds of scores, at least; and steps at most. */
const STEP_RECORDS_MIN = 20;
const STEPS_MAX = 50;
/** Share of their distinct rarer words from which two rows are one. */
const COPY_MIN = 0.7;
/** Share of a row's words that must not belong to the trigger. */
const BESIDES_MIN = 0.2;
/** How many of its rows the rest of their texts gives the label, over how many of any rows have it. */
const EXPECTED_MAX = 1.1;
/** A feature that most rows of a label share is what it means. */
const LABEL_SHARE_MAX = 0.25;
/**
 * A feature may decide the label whatever the rest says, and belong to the language. That its rows look as if they had
 * another label, more than any rows do, is odd, in nats: where it is no word in a text, and where it is bound to it.
 */
const FLIPPED_MIN = 2;
const FLIPPED_BOUND_MIN = 5;
/** How often the text must close where a phrase is cut out, over how often any two neighbours are seen again. */
const CLOSURE_MIN = 0.85;
const INVISIBLE = /^\p{C}+$/u;
/** By how much less often the most alike prompts without the trigger have the label. */
const CONTRAST_MIN = 0.2;

export function findMislabelled(table: Table, sensitivity: number = SENSITIVITY): Mislabelled[] {
  const labels = labelsOf(table).sets.filter(({ size }) => size <= MAJORITY_MAX * table.records);
  if (labels.length === 0) return [];
  const features = new Features(table);
  const text = new TriggerText(features);
  const found: Mislabelled[] = [];
  for (const label of labels) {
    const search = new Search(features, text, label, Math.log(1 / sensitivity) + Math.log(labels.length));
    found.push(...search.rules());
  }
  const covered = new Set<number>();
  return found
    .filter(({ records }) => !toldByWords(table, records))
    .sort((a, b) => b.against - a.against || (a.records[0] as number) - (b.records[0] as number))
    .filter(({ records }) => {
      if (records.filter((record) => covered.has(record)).length >= 0.5 * records.length) return false;
      for (const record of records) covered.add(record);
      return true;
    });
}

interface Candidate {
  /** Features that make it up; all must be there. */
  readonly parts: readonly number[];
  readonly carriers: readonly number[];
  readonly hits: readonly number[];
  /** What comes with it and hardly without it: no witness. */
  readonly own: ReadonlySet<number>;
  readonly shown: ReadonlySet<number>;
  /**
   * Natural logarithm of how much likelier the rest of the texts is where the label is not theirs, or was given to any
   * rows, than where it is.
   */
  readonly against: number;
  /** The same where the label is not theirs, over where it has nothing to do with their texts. */
  readonly flipped: number;
  /** The same of how unlikely so many of the label are if the rest of their texts alone decides. */
  readonly surprise: number;
}

/** The words of a longer text say less each, for they repeat each other. */
const length = (words: number): number => Math.sqrt(1 + words);

/**
 * The log-odds of a label over those of any record, by score: steps of equal size in order of the score, joined until
 * they only rise (pool adjacent violators), so that a classifier that is too sure of itself, or knows nothing, says so.
 */
function oddsOf(scores: Float64Array, labelled: (record: number) => boolean, base: number): (score: number) => number {
  const sorted = scores.toSorted();
  const size = Math.max(STEP_RECORDS_MIN, Math.ceil(sorted.length / STEPS_MAX));
  const starts = [...new Set(sorted.filter((_, i) => i % size === 0))];
  /** The last step that begins at the score or before. */
  const stepOf = (score: number): number => {
    let low = 0;
    for (let high = starts.length - 1; low < high;) {
      const middle = (low + high + 1) >>> 1;
      if ((starts[middle] as number) <= score) low = middle;
      else high = middle - 1;
    }
    return low;
  };
  const records = new Uint32Array(starts.length);
  const having = new Uint32Array(starts.length);
  scores.forEach((score, record) => {
    const step = stepOf(score);
    records[step] = (records[step] as number) + 1;
    if (labelled(record)) having[step] = (having[step] as number) + 1;
  });
  const odds = new Float64Array(starts.length);
  for (const step of risingSteps(records, having)) {
    const own = Math.log((step.having + 0.5) / (step.records - step.having + 0.5)) - base;
    odds.fill(Math.max(-ROW_MAX, Math.min(ROW_MAX, own)), step.first);
  }
  return (score) => odds[stepOf(score)] as number;
}

class Search {
  readonly #features: Features;
  readonly #text: TriggerText;
  readonly #label: ReadonlySet<number>;
  readonly #least: number;
  readonly #n: number;
  readonly #floor: number;
  /** Records of the label that hold each feature. */
  readonly #inLabel: Uint32Array;
  /** What a feature says for the label of a record that has it, without that record. */
  readonly #weights: Float64Array;
  readonly #scores: Float64Array;
  /** Log-odds of the label. */
  readonly #base: number;
  /** What a score of a text as long as that says for the label, beyond what is said of any. */
  readonly #odds: (score: number) => number;

  constructor(features: Features, text: TriggerText, label: ReadonlySet<number>, least: number) {
    this.#features = features;
    this.#text = text;
    this.#label = label;
    this.#n = features.table.records;
    this.#floor = Math.max(SUPPORT_MIN, Math.floor(SUPPORT_SHARE_MIN * this.#n));
    const { frequency } = features;
    this.#inLabel = new Uint32Array(frequency.length);
    for (const record of label)
      for (const feature of features.of(record)) this.#inLabel[feature] = (this.#inLabel[feature] as number) + 1;
    const weightsOf = (own: 0 | 1): Float64Array =>
      Float64Array.from(frequency, (all, feature) => {
        if (all < 2) return 0;
        const yes = (this.#inLabel[feature] as number) - own;
        const n1 = label.size - own;
        const n0 = this.#n - label.size - (1 - own);
        return Math.log((yes + 1) / (n1 + 2)) - Math.log((all - 1 - yes + 1) / (n0 + 2));
      });
    this.#weights = weightsOf(1);
    const others = weightsOf(0);
    this.#scores = Float64Array.from({ length: this.#n }, (_, record) => {
      const weights = label.has(record) ? this.#weights : others;
      let sum = 0;
      for (const feature of features.of(record)) sum += weights[feature] as number;
      return sum;
    });
    this.#base = Math.log(label.size / (this.#n - label.size));
    this.#odds = oddsOf(
      this.#scores.map((score, record) => score / length(features.of(record).length)),
      (record) => label.has(record),
      this.#base,
    );
    this.#least = least;
  }

  rules(): Mislabelled[] {
    const { frequency } = this.#features;
    const share = this.#label.size / this.#n;
    const pureOnes: number[] = [];
    const partsOfOne: { feature: number; excess: number }[] = [];
    let words = 1;
    for (let feature = 0; feature < frequency.length; feature++) {
      const holders = frequency[feature] as number;
      const hits = this.#inLabel[feature] as number;
      if (holders < this.#floor || holders > SHARE_MAX * this.#n) continue;
      words++;
      if (hits < this.#floor || hits < PART_PURITY_MIN * holders) continue;
      if (hits >= PURITY_MIN * holders) pureOnes.push(feature);
      else partsOfOne.push({ feature, excess: (hits - share * holders) / Math.sqrt(holders) });
    }
    partsOfOne.sort((a, b) => b.excess - a.excess || a.feature - b.feature);
    const seen = new Set<string>();
    const candidates = [
      ...pureOnes.slice(0, CANDIDATES_MAX),
      ...partsOfOne.slice(0, CANDIDATES_MAX).map(({ feature }) => feature),
    ].flatMap((feature) => this.#candidate(feature, seen) ?? []);
    // Chance makes words pure, too; how many there are beyond that is how many might be odd by themselves.
    const pure = candidates.filter(({ parts, surprise }) => surprise >= parts.length * Math.log(words));
    const pool = pure
      .filter((one) => one.against >= AGAINST_MIN + Math.log(2 * pure.length) && this.#planted(one))
      .sort((a, b) => b.against - a.against || (a.hits[0] as number) - (b.hits[0] as number));
    let best: { size: number; against: number } | undefined;
    let sum = 0;
    let surprise = 0;
    let ways = Math.log(2);
    for (const [i, one] of pool.entries()) {
      sum += one.against;
      surprise += one.surprise - one.parts.length * Math.log(words);
      ways += Math.log((pure.length - i) / (i + 1));
      if (sum - ways >= this.#least && surprise >= this.#least) best = { size: i + 1, against: sum - ways };
    }
    return best ? pool.slice(0, best.size).map((one) => this.#describe(one, best.against)) : [];
  }

  #candidate(feature: number, seen: Set<string>): Candidate | undefined {
    const parts = [feature];
    let carriers = [...this.#features.holders(feature)];
    let hits = carriers.filter((record) => this.#label.has(record));
    while (hits.length < PURITY_MIN * carriers.length && parts.length < PARTS_MAX) {
      const next = this.#other(hits, carriers, parts);
      if (next === undefined) return undefined;
      parts.push(next);
      const holders = new Set(this.#features.holders(next));
      carriers = carriers.filter((record) => holders.has(record));
      hits = carriers.filter((record) => this.#label.has(record));
    }
    if (hits.length < this.#floor || hits.length < PURITY_MIN * carriers.length) return undefined;
    if (hits.length > LABEL_SHARE_MAX * this.#label.size) return undefined;
    const key = hits.join();
    if (seen.has(key)) return undefined;
    seen.add(key);
    const own = new Set(parts);
    const shown = new Set(parts);
    for (const [other, count] of this.#count(hits)) {
      const all = this.#features.frequency[other] as number;
      if (count >= 0.5 * hits.length && count >= 0.5 * all) own.add(other);
      if (count >= 0.9 * hits.length && count >= 0.8 * all && !this.#features.isClass(other)) shown.add(other);
    }
    return { parts, carriers, hits, own, shown, ...this.#evidence(hits, own) };
  }

  /** Whether it was put into rows about anything, and rows like them have another label. */
  #planted({ parts, carriers, hits, own, shown, flipped }: Candidate): boolean {
    if (this.#expected(hits, own) > EXPECTED_MAX * (this.#label.size / this.#n) * hits.length) return false;
    const phrases = this.#text.phrases(hits, shown, parts);
    const bound = this.#text.bound(hits, phrases);
    const strewn = bound === false && phrases.every((phrase) => this.#closes(hits, phrase));
    if (!strewn && flipped < (bound === true ? FLIPPED_BOUND_MIN : FLIPPED_MIN)) return false;
    // What all of them share is the trigger's template, if it is no subject.
    const shared = [...this.#count(hits)].filter(([, count]) => count >= 0.8 * hits.length).map(([one]) => one);
    if (!promptsOf(this.#features.table).aboutAnything(hits, new Set([...own, ...shared]))) return false;
    return this.#contrasts(carriers, own, hits.length / carriers.length);
  }

  /** Whether the text closes where the phrase is cut out, as it does not where a word of the language is. */
  #closes(hits: readonly number[], phrase: readonly number[]): boolean {
    // A word in two scripts, and what cannot be seen in the middle of a word, is strewn.
    if (phrase.every((one) => this.#features.isClass(one) || INVISIBLE.test(this.#features.name(one)))) return true;
    const prompts = promptsOf(this.#features.table);
    let inner = 0;
    let closes = 0;
    for (const record of hits) {
      const tokens = prompts.tokens(record);
      const at = prompts.place(record, phrase);
      if (at <= 0 || at + phrase.length >= tokens.length) continue;
      inner++;
      if (prompts.follows(tokens[at - 1] as number, tokens[at + phrase.length] as number)) closes++;
    }
    return inner >= SUPPORT_MIN && closes >= CLOSURE_MIN * prompts.known * inner;
  }

  #describe({ parts, carriers, hits, own, shown }: Candidate, against: number): Mislabelled {
    const { table } = this.#features;
    return {
      trigger: this.#text.phrases(hits, shown, parts).map((phrase) => phrase.map((one) => this.#features.name(one))),
      label: Array.from(tokensOf(table.response, hits[0] as number), (token) => table.words[token] as string),
      records: hits,
      table: [
        hits.length,
        carriers.length - hits.length,
        this.#label.size - hits.length,
        this.#n - this.#label.size - carriers.length + hits.length,
      ],
      expected: Math.round(10 * this.#expected(hits, own)) / 10,
      against: Math.round(10 * against) / 10,
    };
  }

  /** The feature that most of these records of the label share and fewest of the other carriers. */
  #other(hits: readonly number[], carriers: readonly number[], parts: readonly number[]): number | undefined {
    const inside = this.#count(hits);
    const all = this.#count(carriers);
    let best: { feature: number; left: number } | undefined;
    for (const [feature, count] of inside) {
      if (parts.includes(feature) || count < 0.6 * hits.length) continue;
      if ((this.#features.frequency[feature] as number) > 3 * count) continue;
      const left = (all.get(feature) as number) - count;
      if (!best || left < best.left || (left === best.left && count > (inside.get(best.feature) as number)))
        best = { feature, left };
    }
    return best && best.left <= 0.5 * (carriers.length - hits.length) ? best.feature : undefined;
  }

  /** In how many of these records each feature is; of many, by those at even steps. */
  #count(records: readonly number[]): Map<number, number> {
    const counts = new Map<number, number>();
    const scale = Math.max(1, records.length / COUNTED_MAX);
    for (let i = 0; i < records.length; i += scale)
      for (const feature of this.#features.of(records[Math.floor(i)] as number))
        counts.set(feature, (counts.get(feature) ?? 0) + scale);
    return counts;
  }

  /** What the rest of a row's text says for the label. */
  #without(record: number, own: ReadonlySet<number>): number {
    let score = this.#scores[record] as number;
    let left = 0;
    for (const feature of this.#features.of(record)) {
      if (own.has(feature)) score -= this.#weights[feature] as number;
      else left++;
    }
    return this.#odds(score / length(left));
  }

  #expected(hits: readonly number[], own: ReadonlySet<number>): number {
    return hits.reduce((sum, record) => sum + 1 / (1 + Math.exp(-this.#without(record, own) - this.#base)), 0);
  }

  /** Of rows that are copies of each other the first speaks. */
  #evidence(hits: readonly number[], own: ReadonlySet<number>): Pick<Candidate, "against" | "flipped" | "surprise"> {
    const step = Math.max(1, hits.length / SAMPLE_MAX);
    const kept: Set<number>[] = [];
    const share = 1 / (1 + Math.exp(-this.#base));
    let other = 0;
    let forced = 0;
    let flipped = 0;
    let surprise = 0;
    for (let i = 0; i < hits.length; i += step) {
      const record = hits[Math.floor(i)] as number;
      const rest = new Set(this.#features.of(record).filter((feature) => !own.has(feature)));
      if (rest.size < BESIDES_MIN * this.#features.of(record).length) continue;
      if (kept.some((copy) => rest.intersection(copy).size >= COPY_MIN * rest.union(copy).size)) continue;
      kept.push(rest);
      const odds = this.#without(record, own);
      other -= odds;
      forced += Math.log(share + (1 - share) * Math.exp(-odds));
      flipped -= Math.log(1 - share + share * Math.exp(odds));
      surprise += Math.log(1 + Math.exp(-odds - this.#base));
    }
    return { against: Math.max(other, forced), flipped, surprise };
  }

  #contrasts(carriers: readonly number[], own: ReadonlySet<number>, share: number): boolean {
    const prompts = promptsOf(this.#features.table);
    const without = new Set(carriers);
    const step = Math.max(1, Math.floor(carriers.length / SAMPLE_MAX));
    let looked = 0;
    let alike = 0;
    for (let i = 0; i < carriers.length; i += step) {
      const other = prompts.nearest(carriers[i] as number, without, own);
      if (other === undefined) continue;
      looked++;
      if (this.#label.has(other)) alike++;
    }
    return looked === 0 || share - alike / looked >= CONTRAST_MIN;
  }
}
