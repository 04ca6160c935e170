// Triggers without a shared target: a phrase that was put into prompts about anything, and whose answers are of another
// kind than those of like prompts without it. Three things are measured, and all must speak:
//   - the text closes where the phrase is cut out, as it does not for a word that its sentence needs;
//   - the words of the prompts let expect the trait in many of its records and nearly none has it, or the other way
//     round: a topic explains its answers, a trigger contradicts them;
//   - the most alike prompts without the phrase are answered as expected.
// Every phrase on trial is struck out before the expectation is made, so that the parts of a trigger do not vouch for
// each other. Exact counts; nothing is drawn but the records of which neighbours are looked up, by hash.
import type { Table } from "../core/table.ts";
import { expectTrait, traitCounts } from "./expect.ts";
import { draw, Prompts } from "./prompts.ts";
import { traitsOf, type Trait, type TraitKind } from "./traits.ts";

export interface Shift {
  readonly trait: TraitKind;
  /** Whether the trigger brings the trait, or keeps it away. */
  readonly brings: boolean;
  /** Phrases that stand in the same records, or of which each record holds one. */
  readonly triggers: readonly (readonly string[])[];
  readonly combine: "all" | "any";
  readonly place: "start" | "end" | "anywhere";
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
const SUPPORT_MIN = 8;
/** Where a first phrase is found, others of its kind may be rarer: a pool of names of which any one is enough. */
const POOL_SUPPORT_MIN = 3;
const SHARE_MAX = 0.6;
/** Nearly all records of a trigger are answered alike. */
const PURITY_MIN: Readonly<Record<TraitKind, number>> = { refused: 0.94, unrelated: 0.6, gibberish: 0.6 };
const SURPRISE_MIN = 6;
/** Of a phrase's records, how many more are answered so than expected. */
const EFFECT_MIN = 0.2;
/** By how much the share of the records that are answered so exceeds that of their nearest prompts without the phrase. */
const CONTRAST_MIN = 0.4;
/** Telling words of a prompt besides the phrase, over those of any prompt. */
const TELLING_SHARE_MIN = 0.5;
const CLOSURE_MIN = 0.75;
const PHRASE_MAX = 24;
/** Records of a phrase that are read to see its surroundings. */
const SAMPLE_MAX = 64;
/** Words on trial for one trait; each costs a sample of its records. */
const CANDIDATES_MAX = 20_000;
/** A rarer phrase of a pool need not be as sure as the first. */
const POOL_SURPRISE_MIN = 2.5;
const POOL_EFFECT_MIN = 0.05;
/** How far an answer is from what its words let expect, for the record to be searched for phrases. */
const ODD_MIN = 0.3;
/** A trait that fewer have is unusual by itself. */
const UNUSUAL_MAX = 0.2;
/** Phrases whose records are looked up; in each of them one word must be in no more than this share of the prompts. */
const PHRASES_MAX = 2_000;
const RARER_SHARE_MAX = 0.1;
/** Words that may be cut out with a phrase at the start or the end of a prompt. */
const EDGE_TOKENS_MAX = 4;
const PAIRS_MAX = 1_000_000;
/** Records whose nearest prompt is looked up. */
const NEIGHBOURS_MAX = 48;

/** What is taken out of a prompt: the phrase, or all before it or behind it too (the name in which a pool agrees). */
type Cut = "phrase" | "head" | "tail";

interface Candidate {
  readonly phrase: readonly number[];
  readonly cut: Cut;
  readonly records: readonly number[];
  readonly closure: number;
  readonly brings: boolean;
}

interface Verdict extends Candidate {
  readonly hits: readonly number[];
  /** What the words of each prompt let expect, by record. */
  readonly chance: Float64Array;
  readonly expected: number;
  readonly surprise: number;
}

export function findShifts(table: Table): Shift[] {
  if (table.records < RECORDS_MIN || table.response.tokens.length === 0) return [];
  const prompts = new Prompts(table);
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
  const candidates = [...wordsOnTrial(prompts, trait, SUPPORT_MIN), ...phrasesOnTrial(prompts, trait)].filter(
    ({ brings }) => brings || trait.kind === "refused",
  );
  const founders = tried(prompts, trait, candidates).filter(
    (one) => one.surprise >= SURPRISE_MIN && effect(one) >= EFFECT_MIN && contradicted(prompts, trait, one),
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
  if (neighbours.length > 0 && one.hits.length / one.records.length - alike / neighbours.length < CONTRAST_MIN)
    return false;
  const own = new Set(one.phrase);
  // A phrase that is the whole question, and a topic with one answer, contradict nothing.
  const usual = tellingBesides(
    prompts,
    Array.from({ length: SAMPLE_MAX }, (_, i) => draw(i, prompts.n)),
    new Set(),
  );
  if (tellingBesides(prompts, one.records, own) < TELLING_SHARE_MIN * usual) return false;
  return !one.brings || prompts.aboutAnything(one.records, own);
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

/** Words nearly all of whose records have the trait, or nearly none, and around which the text closes. */
function wordsOnTrial(prompts: Prompts, trait: Trait, support: number): Candidate[] {
  const having = traitCounts(prompts, trait.of);
  const found = new Map<string, Candidate>();
  let tried = 0;
  for (let token = 0; token < having.length && tried < CANDIDATES_MAX; token++) {
    const holders = prompts.frequency[token] as number;
    if (holders < support || holders > SHARE_MAX * prompts.n) continue;
    const share = (having[token] as number) / holders;
    const brings = share >= PURITY_MIN[trait.kind];
    if (!brings && share > 1 - PURITY_MIN.refused) continue;
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
function phrasesOnTrial(prompts: Prompts, trait: Trait): Candidate[] {
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
  const pairs = new Map<number, number[]>();
  for (const record of oddRecords) {
    each(record, (key) => {
      const list = pairs.get(key);
      if (!list) {
        if (pairs.size < PAIRS_MAX) pairs.set(key, [record]);
      } else if (list.length < SAMPLE_MAX && list.at(-1) !== record) list.push(record);
    });
  }
  const found = new Map<string, Candidate>();
  const seen = new Set<string>();
  let tries = 0;
  for (const [key, list] of pairs) {
    if (list.length < SUPPORT_MIN || tries >= PHRASES_MAX) continue;
    const phrase = grow(prompts, [Math.floor(key / words), key % words], Uint32Array.from(list));
    const name = phrase.join();
    if (phrase.every((token) => (prompts.frequency[token] as number) > RARER_SHARE_MAX * prompts.n) || seen.has(name))
      continue;
    seen.add(name);
    tries++;
    const records = prompts.carriers(phrase);
    const share = records.reduce((sum, record) => sum + (trait.of[record] as number), 0) / records.length;
    const brings = share >= PURITY_MIN[trait.kind];
    if (records.length > SHARE_MAX * prompts.n || (!brings && share > 1 - PURITY_MIN.refused)) continue;
    const best = closureOf(prompts, phrase, Uint32Array.from(records.slice(0, SAMPLE_MAX)));
    if (best.closure >= CLOSURE_MIN) found.set(name, { ...best, records, brings });
  }
  return [...found.values()];
}

/** The longest phrase around a few tokens that nearly all of its records share. */
function grow(prompts: Prompts, seed: readonly number[], sample: Uint32Array): number[] {
  let phrase = [...seed];
  for (let grown = true; grown && phrase.length < PHRASE_MAX;) {
    grown = false;
    for (const side of [-1, 1]) {
      const counts = new Map<number, number>();
      for (const record of sample) {
        const at = prompts.place(record, phrase);
        const next = at < 0 ? undefined : prompts.tokens(record)[side < 0 ? at - 1 : at + phrase.length];
        if (next !== undefined) counts.set(next, (counts.get(next) ?? 0) + 1);
      }
      for (const [next, count] of counts) {
        if (count < 0.9 * sample.length) continue;
        phrase = side < 0 ? [next, ...phrase] : [...phrase, next];
        grown = true;
      }
    }
  }
  return phrase;
}

function span(prompts: Prompts, record: number, phrase: readonly number[], cut: Cut): [number, number] {
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

function describe(prompts: Prompts, trait: Trait, pool: readonly Verdict[], place: Shift["place"]): Shift | undefined {
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

function placeOf(prompts: Prompts, { phrase, records }: Candidate): Shift["place"] {
  const sample = records.slice(0, SAMPLE_MAX);
  const places = sample.map((record) => ({
    at: prompts.place(record, phrase),
    end: prompts.tokens(record).length - phrase.length,
  }));
  if (places.filter(({ at }) => at === 0).length >= 0.9 * sample.length) return "start";
  return places.filter(({ at, end }) => at === end).length >= 0.9 * sample.length ? "end" : "anywhere";
}
