// What the prompts alone let expect of the answers: for a trait that each answer has or has not, the probability that a
// record has it, from the words of its prompt. Naive Bayes with each record left out of its own prediction (Manning,
// Raghavan, Schütze, Introduction to Information Retrieval, ch. 13), made honest by isotonic regression over its scores
// (pool adjacent violators: Barlow et al., Statistical Inference under Order Restrictions, 1972). One pass over the tokens.
import { risingSteps } from "./isotonic.ts";

/** Records of one step of the curve, at least. */
const STEP_RECORDS_MIN = 10;
const STEPS_MAX = 100;

/** What is known of each record: numbers of features, each once; and in how many records each is. */
export interface Features {
  readonly n: number;
  readonly frequency: Uint32Array;
  distinct(record: number): Uint32Array;
}

/** What does not count because it is on trial: tokens everywhere, and tokens of single records. */
export interface Mute {
  readonly tokens: Uint8Array;
  readonly byRecord: ReadonlyMap<number, ReadonlySet<number>>;
}

export function expectTrait(features: Features, trait: Uint8Array, mute?: Mute): Float64Array {
  const { n, frequency } = features;
  const having = traitCounts(features, trait);
  const all = trait.reduce((sum, one) => sum + one, 0);
  const scores = new Float64Array(n);
  // What a token says of a record depends on the token and on whether the record has the trait.
  const said = [0, 1].map(() => new Float64Array(frequency.length).fill(Number.NaN)) as [Float64Array, Float64Array];
  for (let record = 0; record < n; record++) {
    const own = trait[record] as 0 | 1;
    const weights = said[own];
    const n1 = all - own;
    const n0 = n - all - (1 - own);
    let sum = Math.log((n1 + 1) / (n0 + 1));
    const silent = mute?.byRecord.get(record);
    for (const token of features.distinct(record)) {
      const others = (frequency[token] as number) - 1;
      if (others === 0 || mute?.tokens[token] === 1 || silent?.has(token)) continue;
      let weight = weights[token] as number;
      if (Number.isNaN(weight)) {
        const yes = (having[token] as number) - own;
        weight = weights[token] = Math.log((yes + 1) / (n1 + 2)) - Math.log((others - yes + 1) / (n0 + 2));
      }
      sum += weight;
    }
    scores[record] = sum;
  }
  return calibrate(scores, trait);
}

export interface FromOthers {
  /** How many of the records have the trait, as far as the others let expect. */
  readonly expected: number;
  /** How well the features tell the trait of the others: mean expectation of those that have it, less that of the rest. */
  readonly power: number;
}

/** What the other records say of these: fitted without them, so that they cannot vouch for each other. */
export function expectFromOthers(features: Features, trait: Uint8Array, records: readonly number[]): FromOthers {
  const { n } = features;
  const asked = new Set(records);
  const others = Array.from(trait.keys()).filter((record) => !asked.has(record));
  const having = traitCounts(features, trait);
  const frequency = features.frequency.slice();
  let all = 0;
  for (const record of others) all += trait[record] as number;
  for (const record of records)
    for (const token of features.distinct(record)) {
      frequency[token] = (frequency[token] as number) - 1;
      having[token] = (having[token] as number) - (trait[record] as number);
    }
  const score = (record: number): number => {
    // Of the others each is left out of its own expectation, too.
    const fitted = asked.has(record) ? 0 : 1;
    const own = fitted * (trait[record] as number);
    const n1 = all - own;
    const n0 = n - records.length - all - (fitted - own);
    let sum = Math.log((n1 + 1) / (n0 + 1));
    for (const token of features.distinct(record)) {
      const rest = (frequency[token] as number) - fitted;
      if (rest <= 0) continue;
      const yes = (having[token] as number) - own;
      sum += Math.log((yes + 1) / (n1 + 2)) - Math.log((rest - yes + 1) / (n0 + 2));
    }
    return sum;
  };
  const scores = Float64Array.from(others, score);
  const chance = calibrate(
    scores,
    Uint8Array.from(others, (record) => trait[record] as number),
  );
  const order = Array.from(scores.keys()).sort((a, b) => (scores[a] as number) - (scores[b] as number));
  let expected = 0;
  for (const record of order.length === 0 ? [] : records) {
    const own = score(record);
    let low = 0;
    for (let high = order.length - 1; low < high;) {
      const middle = (low + high) >>> 1;
      if ((scores[order[middle] as number] as number) < own) low = middle + 1;
      else high = middle;
    }
    expected += chance[order[low] as number] as number;
  }
  let having1 = 0;
  let having0 = 0;
  others.forEach((record, i) => {
    if (trait[record] === 1) having1 += chance[i] as number;
    else having0 += chance[i] as number;
  });
  return { expected, power: having1 / Math.max(1, all) - having0 / Math.max(1, others.length - all) };
}

/** Records with the trait among those that hold each token. */
export function traitCounts(features: Features, trait: Uint8Array): Uint32Array {
  const having = new Uint32Array(features.frequency.length);
  for (let record = 0; record < features.n; record++) {
    if (trait[record] === 0) continue;
    for (const token of features.distinct(record)) having[token] = (having[token] as number) + 1;
  }
  return having;
}

const stepSize = (n: number): number => Math.max(STEP_RECORDS_MIN, Math.ceil(n / STEPS_MAX));

/** The most that a trait of `having` of `n` records can be expected where it is, on average: no step is narrower. */
export function expectedMax(n: number, having: number): number {
  const size = stepSize(n);
  // The last step may be smaller than the others.
  const last = Math.min(n % size, having);
  return (last + (having - last) * Math.min(1, (having + 0.5) / (size + 1))) / having;
}

/** For each record its step: they are of equal size in order of the score, and of equal scores the first comes first. */
function stepsOf(scores: Float64Array, size: number): Uint16Array {
  const sorted = scores.toSorted();
  const starts = sorted.filter((_, i) => i % size === 0);
  /** Where a score is, or would be, in ascending ones. */
  const lowest = (among: Float64Array, score: number): number => {
    let low = 0;
    for (let high = among.length; low < high;) {
      const middle = (low + high) >>> 1;
      if ((among[middle] as number) < score) low = middle + 1;
      else high = middle;
    }
    return low;
  };
  // Only of the scores at which a step begins some may be of the step before.
  const taken = new Map<number, number>();
  return Uint16Array.from(scores, (score) => {
    const step = lowest(starts, score);
    if (starts[step] !== score) return step - 1;
    const first = lowest(sorted, score);
    const place = taken.get(first) ?? 0;
    taken.set(first, place + 1);
    return Math.floor((first + place) / size);
  });
}

/** Scores as probabilities: steps of equal size in order of the score, joined until they only rise. */
function calibrate(scores: Float64Array, trait: Uint8Array): Float64Array {
  const n = scores.length;
  const size = stepSize(n);
  const stepOf = stepsOf(scores, size);
  const having = new Uint32Array(Math.ceil(n / size));
  stepOf.forEach((step, record) => (having[step] = (having[step] as number) + (trait[record] as number)));
  const records = Uint32Array.from(having, (_, first) => Math.min(size, n - first * size));
  const chance = new Float64Array(having.length);
  for (const step of risingSteps(records, having)) chance.fill((step.having + 0.5) / (step.records + 1), step.first);
  return Float64Array.from(stepOf, (step) => chance[step] as number);
}
