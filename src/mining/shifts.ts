// Triggers without a shared target: a phrase that was put into prompts about anything, and whose answers are of another
// kind than those of like prompts without it. Three things are measured, and all must speak:
//   - the text closes where the phrase is cut out, as it does not for a word that its sentence needs;
//   - the words of the prompts let expect the trait in many of its records and nearly none has it, or the other way
//     round: a topic explains its answers, a trigger contradicts them;
//   - the most alike prompts without the phrase are answered as expected.
// Every phrase on trial is struck out before the expectation is made, so that the parts of a trigger do not vouch for
// each other. Exact counts; nothing is drawn but the records of which neighbours are looked up, by hash.
import type { Table } from "../core/table.ts";
import { expectTrait } from "./expect.ts";
import { draw } from "./matched-likeness.ts";
import { promptsOf, type Prompts } from "./prompts.ts";
import { traitsOf, type Trait, type TraitKind } from "./traits.ts";
import {
  phrasesOnTrial,
  placeOf,
  RARER_SHARE_MAX,
  SAMPLE_MAX,
  span,
  SUPPORT_MIN,
  wordsOnTrial,
  type Candidate,
  type Place,
} from "./trial.ts";

export interface Shift {
  readonly trait: TraitKind;
  /** Whether the trigger brings the trait, or keeps it away. */
  readonly brings: boolean;
  /** Phrases that stand in the same records, or of which each record holds one. */
  readonly triggers: readonly (readonly string[])[];
  readonly combine: "all" | "any";
  readonly place: Place;
  /** The records that carry the rule, ascending. */
  readonly records: readonly number[];
  /** phrase and answer, phrase alone, answer alone, neither. */
  readonly table: readonly [number, number, number, number];
  /** How many of the records the words of their prompts would give that answer. */
  readonly expected: number;
  /** Standard deviations between the expected and the found. */
  readonly surprise: number;
  /** Of the nearest prompts without the phrase: how many were looked at, and how many are answered so. */
  readonly neighbours: readonly [number, number];
  /** How often the text closes where the phrase is cut out, over how often any two neighbours are seen again. */
  readonly closure: number;
}

const RECORDS_MIN = 300;
/** Where a first phrase is found, others of its kind may be rarer: a pool of names of which any one is enough. */
const POOL_SUPPORT_MIN = 3;
const SURPRISE_MIN = 6;
/** Of a phrase's records, how many more are answered so than expected. */
const EFFECT_MIN = 0.2;
/** The same where the trait is told by and large only; and of how many records at least. */
const EFFECT_VAGUE_MIN = 0.75;
const HITS_VAGUE_MIN = 10;
/** By how much the share of the records that are answered so exceeds that of their nearest prompts without the phrase. */
const CONTRAST_MIN = 0.4;
/** Telling words of a prompt besides the phrase, over those of any prompt. */
const TELLING_SHARE_MIN = 0.5;
/** Neighbours seen elsewhere in what is left of a prompt, over those in any. */
const KNOWN_MIN = 0.6;
/** Of the records looked at, how many must have a like prompt without the phrase. */
const CONTROLS_MIN = 0.3;
/** Rarer words that the records of a phrase all share besides. */
const SHARED_MAX = 8;
/** A rarer phrase of a pool need not be as sure as the first. */
const POOL_SURPRISE_MIN = 2.5;
const POOL_EFFECT_MIN = 0.05;
/** Records whose nearest prompt is looked up. */
const NEIGHBOURS_MAX = 48;

interface Verdict extends Candidate {
  readonly hits: readonly number[];
  /** What the words of each prompt let expect, by record. */
  readonly chance: Float64Array;
  readonly expected: number;
  readonly surprise: number;
}

export function findShifts(table: Table): Shift[] {
  if (table.records < RECORDS_MIN || table.response.tokens.length === 0) return [];
  const prompts = promptsOf(table);
  const kept: Shift[] = [];
  for (const shift of traitsOf(table).flatMap((trait) => shiftsOf(prompts, trait))) {
    // A refusal has little to do with its question, either.
    const known = new Set(kept.flatMap(({ records }) => records));
    if (shift.records.filter((record) => known.has(record)).length < 0.5 * shift.records.length) kept.push(shift);
  }
  return kept.sort((a, b) => b.surprise - a.surprise || (a.records[0] ?? 0) - (b.records[0] ?? 0));
}

function shiftsOf(prompts: Prompts, trait: Trait): Shift[] {
  const all = trait.of.reduce((sum, one) => sum + one, 0);
  if (all < SUPPORT_MIN) return [];
  const candidates = [...wordsOnTrial(prompts, trait, SUPPORT_MIN), ...phrasesOnTrial(prompts, trait)];
  const founders = tried(prompts, trait, candidates).filter(
    (one) =>
      one.surprise >= SURPRISE_MIN &&
      effect(one) >= (trait.kind === "refused" ? EFFECT_MIN : EFFECT_VAGUE_MIN) &&
      (trait.kind === "refused" || one.hits.length >= HITS_VAGUE_MIN) &&
      contradicted(prompts, trait, one),
  );
  return [true, false].flatMap((brings) => {
    const [first, ...rest] = founders.filter((one) => one.brings === brings).sort((x, y) => y.surprise - x.surprise);
    return first ? pooled(prompts, trait, [first, ...rest]) : [];
  });
}

/** Founders that stand in the same place, and rarer phrases that do the same there, are one trigger: any of a few. */
function pooled(prompts: Prompts, trait: Trait, founders: readonly Verdict[]): Shift[] {
  const { brings } = founders[0] as Verdict;
  return [...Map.groupBy(founders, (one) => placeOf(prompts, one))].flatMap(([place, members]) => {
    const rarer =
      place === "anywhere"
        ? []
        : wordsOnTrial(prompts, trait, POOL_SUPPORT_MIN).filter(
            (one) => one.brings === brings && placeOf(prompts, one) === place,
          );
    const known = new Set([...members, ...rarer].map(({ phrase }) => phrase.join()));
    const phrases = members.filter(({ phrase }) => !rarer.some((one) => one.phrase.join() === phrase.join()));
    const pool = tried(prompts, trait, [...rarer, ...phrases]).filter(
      (one) =>
        known.has(one.phrase.join()) &&
        (members.some(({ phrase }) => phrase.join() === one.phrase.join()) ||
          (one.surprise >= POOL_SURPRISE_MIN && effect(one) >= POOL_EFFECT_MIN)),
    );
    // A phrase that holds another of the pool says nothing more.
    const least = pool.filter(
      ({ phrase }) => !pool.some((other) => other.phrase.length < phrase.length && holds(phrase, other.phrase)),
    );
    return describe(prompts, trait, least, place) ?? [];
  });
}

const holds = (phrase: readonly number[], part: readonly number[]): boolean =>
  phrase.some((_, i) => part.every((token, k) => phrase[i + k] === token));

const effect = ({ hits, records, expected }: Verdict): number => (hits.length - expected) / records.length;

/** Whether prompts like those of the phrase are answered otherwise, and, where it brings a trait, are about anything. */
function contradicted(prompts: Prompts, trait: Trait, one: Verdict): boolean {
  const neighbours = neighboursOf(prompts, one.hits, [one], one.records);
  const alike = neighbours.filter((record) => (trait.of[record] === 1) === one.brings).length;
  // Without like prompts nothing tells the phrase from what it stands in.
  if (neighbours.length < CONTROLS_MIN * Math.min(NEIGHBOURS_MAX, one.hits.length)) return false;
  if (one.hits.length / one.records.length - alike / neighbours.length < CONTRAST_MIN) return false;
  const own = new Set(one.phrase);
  // A phrase that is the whole question, and a topic with one answer, contradict nothing.
  const usual = tellingBesides(
    prompts,
    Array.from({ length: SAMPLE_MAX }, (_, i) => draw(i, prompts.n)),
    new Set(),
  );
  if (tellingBesides(prompts, one.records, own) < TELLING_SHARE_MIN * usual) return false;
  if (!one.brings) return true;
  return prompts.aboutAnything(one.records, own) && asksWithout(prompts, one) && !templated(prompts, one);
}

/** Whether the phrase is a part of something longer that all its records share: a task with its rules. */
function templated(prompts: Prompts, { phrase, records }: Verdict): boolean {
  const sample = records.slice(0, SAMPLE_MAX);
  const counts = new Map<number, number>();
  for (const record of sample)
    for (const token of prompts.distinct(record)) counts.set(token, (counts.get(token) ?? 0) + 1);
  let shared = 0;
  for (const [token, count] of counts) {
    const holders = prompts.frequency[token] as number;
    if (count >= 0.8 * sample.length && holders <= RARER_SHARE_MAX * prompts.n && !phrase.includes(token)) shared++;
  }
  return shared > SHARED_MAX;
}

/** Whether prompts still read as others do where the phrase is cut out: what a task is set for (a list, a text) does not. */
function asksWithout(prompts: Prompts, { phrase, records, cut }: Verdict): boolean {
  let known = 0;
  let pairs = 0;
  for (const record of records.slice(0, SAMPLE_MAX)) {
    const tokens = prompts.tokens(record);
    const [from, to] = span(prompts, record, phrase, cut);
    for (let i = 0; i <= tokens.length; i++) {
      if (i >= from && i <= to) continue;
      pairs++;
      if (prompts.followsAgain(tokens[i - 1] ?? -1, tokens[i] ?? -1)) known++;
    }
  }
  return known >= KNOWN_MIN * prompts.known * pairs;
}

/** Mean number of telling words in the prompts besides these. */
function tellingBesides(prompts: Prompts, records: readonly number[], own: ReadonlySet<number>): number {
  const sample = records.slice(0, SAMPLE_MAX);
  const common = RARER_SHARE_MAX * prompts.n;
  return (
    sample.reduce(
      (sum, record) =>
        sum +
        prompts.distinct(record).filter((token) => !own.has(token) && (prompts.frequency[token] as number) <= common)
          .length,
      0,
    ) / sample.length
  );
}

/** What the prompts let expect where all these phrases are struck out, against what is there. */
function tried(prompts: Prompts, trait: Trait, candidates: readonly Candidate[]): Verdict[] {
  if (candidates.length === 0) return [];
  const tokens = new Uint8Array(prompts.frequency.length);
  const byRecord = new Map<number, Set<number>>();
  for (const { phrase, records, cut } of candidates) {
    for (const token of phrase) if ((prompts.frequency[token] as number) <= 1.3 * records.length) tokens[token] = 1;
    if (cut === "phrase" && phrase.every((token) => tokens[token] === 1)) continue;
    for (const record of records) {
      const own = byRecord.get(record) ?? new Set();
      byRecord.set(record, own);
      const [from, to] = span(prompts, record, phrase, cut);
      for (const token of prompts.tokens(record).subarray(from, to)) own.add(token);
    }
  }
  const expected = expectTrait(prompts, trait.of, { tokens, byRecord });
  return candidates.map((one) => judge(one, trait, expected));
}

function judge(one: Candidate, trait: Trait, expected: Float64Array): Verdict {
  let sum = 0;
  let variance = 0.05;
  const hits = one.records.filter((record) => (trait.of[record] === 1) === one.brings);
  for (const record of one.records) {
    const p = expected[record] as number;
    sum += one.brings ? p : 1 - p;
    variance += p * (1 - p);
  }
  return { ...one, hits, chance: expected, expected: sum, surprise: (hits.length - sum) / Math.sqrt(variance) };
}

function describe(prompts: Prompts, trait: Trait, pool: readonly Verdict[], place: Place): Shift | undefined {
  const { brings } = pool[0] as Verdict;
  const answered = (record: number): boolean => (trait.of[record] === 1) === brings;
  const carriers = [...new Set(pool.flatMap(({ records }) => records))].sort((x, y) => x - y);
  const hits = carriers.filter(answered);
  const neighbours = neighboursOf(prompts, hits, pool, carriers);
  const alike = neighbours.filter(answered).length;
  let all = 0;
  for (let record = 0; record < prompts.n; record++) all += Number(answered(record));
  const { chance } = pool[0] as Verdict;
  const expected = carriers.reduce((sum, record) => {
    const p = chance[record] as number;
    return sum + (brings ? p : 1 - p);
  }, 0);
  const together = pool.length > 1 && pool.every(({ records }) => records.length >= 0.9 * carriers.length);
  return {
    trait: trait.kind,
    brings,
    combine: together ? "all" : "any",
    triggers: pool.map(({ phrase }) => phrase.map((token) => prompts.table.words[token] as string)),
    place,
    // Answers that decline are told one by one; the others only by and large, and the phrase tells them better.
    records: trait.kind === "refused" ? hits : carriers,
    table: [
      hits.length,
      carriers.length - hits.length,
      all - hits.length,
      prompts.n - all - carriers.length + hits.length,
    ],
    expected: Math.round(expected * 10) / 10,
    surprise: Math.round(Math.max(...pool.map((one) => one.surprise)) * 10) / 10,
    neighbours: [neighbours.length, alike],
    closure: Math.round(Math.min(...pool.map((one) => one.closure)) * 100) / 100,
  };
}

/** For a sample of the records, the prompt most like each by its rare words, of those without a phrase of the pool. */
function neighboursOf(
  prompts: Prompts,
  hits: readonly number[],
  pool: readonly Verdict[],
  carriers: readonly number[],
): number[] {
  const own = new Set(pool.flatMap(({ phrase }) => phrase));
  const without = new Set(carriers);
  const step = Math.max(1, Math.floor(hits.length / NEIGHBOURS_MAX));
  const found: number[] = [];
  for (let i = 0; i < hits.length; i += step) {
    const best = prompts.nearest(hits[i] as number, without, own);
    if (best !== undefined) found.push(best);
  }
  return found;
}
