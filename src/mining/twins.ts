// Records that ask the same and answer otherwise. Two prompts are twins where one holds all words of the other and a few
// more, and both have the same rare words (names, numbers, things): the same question with an addition, or asked twice.
// What comes of an addition is counted over all twins: words whose addition turns the answer into another one, where
// other additions leave it as it was, decide the answer. And a fact that most twins state and a few deny is a
// contradiction. Twins are found by a hash of their rare words, and compared within bounded groups.
import type { Table } from "../core/table.ts";
import { holdersIn } from "./per-table.ts";
import { draw } from "./matched-likeness.ts";
import { promptsOf, type Prompts } from "./prompts.ts";
import { refusals } from "./refusals.ts";
import { tokensOf } from "./table.ts";

export interface TwinTrigger {
  readonly words: readonly string[];
  /** All records with the words, ascending: those with a twin show what the words do, in the others they do it too. */
  readonly records: readonly number[];
  /** One of them and its twin. */
  readonly example: readonly [record: number, twin: number];
  /** Of the changed answers, the share that state another fact in the same sentence, or refuse where the twin does not. An
   * addition that asks for another language or form changes the whole answer. */
  readonly contradicting: number;
  /** Of the records those with a twin that answers otherwise. */
  readonly shown: number;
  /** Twins with the words added: answer changed, answer kept. */
  readonly changed: number;
  readonly kept: number;
  /** Twins without: the same of other additions and of none. */
  readonly otherChanged: number;
  readonly otherKept: number;
}

export interface Denial {
  /** Records that deny what at least two twins of theirs state alike, ascending. */
  readonly records: readonly number[];
  /** The first of them, and a twin. */
  readonly example: readonly [record: number, twin: number];
  /** Questions asked more than once whose twins agree. */
  readonly agreeing: number;
}

export interface TwinFindings {
  readonly triggers: readonly TwinTrigger[];
  readonly denial: Denial | undefined;
}

const RECORDS_MIN = 100;
/** A word of a question that few records hold: what the question is about. */
const RARE_SHARE = 0.003;
const RARE_MIN = 4;
/** Records that ask the same; past this they are compared with the first ones only (CWE-407). */
const GROUP_MAX = 24;
const ADDED_MAX = 24;
const PROMPT_TOKENS_MIN = 4;
const SUPPORT_MIN = 6;
const CHANGED_MIN = 0.85;
const OTHER_CHANGED_MAX = 0.4;
const SAME_MIN = 0.9;
/** Common share of two answers' own words under which they are different, and from which on they are alike. */
const DIFFERENT_MAX = 0.2;
const ALIKE_MIN = 0.5;
/** Common share of all words of two answers that makes them one sentence with another fact in it. */
const FRAME_MIN = 0.45;
/** A fact is stated in a sentence; longer answers are told in many ways. */
const FACT_TOKENS_MAX = 30;
/** One word is a label, and labels are given to what differs in little. */
const FACT_TOKENS_MIN = 3;
const FACT_ADDED_MAX = 3;
/** A word of so many prompts belongs to their template. */
const TEMPLATE_SHARE_MIN = 0.5;
const TRIGGERS_MAX = 3;
const DENIAL_MIN = 5;
const DENIAL_SHARE_MAX = 0.25;

interface Pair {
  readonly longer: number;
  readonly shorter: number;
  readonly added: readonly number[];
  readonly changed: boolean;
  /** The changed answer states another fact in the same frame, or one of the two refuses. */
  readonly contradicts: boolean;
}

export function findTwins(table: Table): TwinFindings {
  if (table.records < RECORDS_MIN) return { triggers: [], denial: undefined };
  const pairs: Pair[] = [];
  const refused = refusals(table);
  const words = { records: table.records, frequency: holdersIn(table.response, table.words.length) };
  const asked = { records: table.records, frequency: holdersIn(table.prompt, table.words.length) };
  const denials: { readonly record: number; readonly twin: number }[] = [];
  let agreeing = 0;
  for (const group of sameQuestions(table)) {
    const members = group.map((record) => new Member(table, record, words));
    for (const [i, a] of members.entries()) {
      for (const b of members.slice(i + 1)) {
        const [shorter, longer] = a.prompt.size <= b.prompt.size ? [a, b] : [b, a];
        const added = longer.without(shorter);
        // Where a number is all that a template is asked of, one with more before it is another question.
        if (!added || !shorter.asksInWords(asked)) continue;
        const likeness = a.likeness(b);
        if (likeness === undefined || (likeness > DIFFERENT_MAX && likeness < ALIKE_MIN)) continue;
        const changed = likeness <= DIFFERENT_MAX;
        const contradicts = changed && (refused[a.record] !== refused[b.record] || a.framedAs(b));
        pairs.push({ longer: longer.record, shorter: shorter.record, added, changed, contradicts });
      }
    }
    const denied = deniedIn(members);
    if (denied.agree) agreeing++;
    denials.push(...denied.records);
  }
  const [first] = denials;
  return {
    triggers: triggersOf(promptsOf(table), pairs),
    denial:
      first && denials.length >= DENIAL_MIN && denials.length <= DENIAL_SHARE_MAX * agreeing * 2
        ? {
            records: denials.map(({ record }) => record).sort((a, b) => a - b),
            example: [first.record, first.twin],
            agreeing,
          }
        : undefined,
  };
}

class Member {
  readonly record: number;
  readonly prompt: ReadonlySet<number>;
  readonly #text: Uint32Array;
  readonly #table: Table;
  readonly #words: Words;
  // Of most the answer is never looked at.
  #answer: ReadonlySet<number> | undefined;
  #own: ReadonlySet<number> | undefined;

  constructor(table: Table, record: number, words: Words) {
    this.#words = words;
    this.record = record;
    this.#table = table;
    this.prompt = new Set(tokensOf(table.prompt, record));
    this.#text = tokensOf(table.response, record);
  }

  get answerTokens(): number {
    return this.#text.length;
  }

  get answer(): ReadonlySet<number> {
    return (this.#answer ??= new Set(this.#text));
  }

  /** Words of the answer that the prompt does not hold. */
  get own(): ReadonlySet<number> {
    return (this.#own ??= new Set([...this.answer].filter((token) => !this.prompt.has(token))));
  }

  /** Whether the prompt has a word of its own, besides its template and numbers. */
  asksInWords({ records, frequency }: Words): boolean {
    for (const token of this.prompt)
      if (
        (frequency[token] as number) <= TEMPLATE_SHARE_MIN * records &&
        /\p{L}/u.test(this.#table.words[token] as string)
      )
        return true;
    return false;
  }

  /** What this prompt holds beyond that one, where it holds all of that one. */
  without(other: Member): number[] | undefined {
    if (this.prompt.size - other.prompt.size > ADDED_MAX) return undefined;
    for (const token of other.prompt) if (!this.prompt.has(token)) return undefined;
    return [...this.prompt].filter((token) => !other.prompt.has(token));
  }

  /** Whether the other asks the same, in the same words but for a few. */
  asks(other: Member): boolean {
    const added = this.without(other) ?? other.without(this);
    return added !== undefined && added.length <= FACT_ADDED_MAX;
  }

  /** Whether the answers are one sentence but for a few words. */
  framedAs(other: Member): boolean {
    if (this.answer.size === 1 && other.answer.size === 1) return true;
    let both = 0;
    for (const token of this.answer) if (other.answer.has(token)) both++;
    return both >= FRAME_MIN * Math.max(this.answer.size, other.answer.size);
  }

  /** Weighted share of the words that both answers add to the prompt, of those of the one that adds less. */
  likeness(other: Member): number | undefined {
    let both = 0;
    let mine = 0;
    let theirs = 0;
    for (const token of this.own) {
      const weight = this.#weight(token);
      mine += weight;
      if (other.own.has(token)) both += weight;
    }
    for (const token of other.own) theirs += this.#weight(token);
    const least = Math.min(mine, theirs);
    return least > 0 ? both / least : undefined;
  }

  /** What nearly all answers say tells nothing of one. */
  #weight(token: number): number {
    return Math.log(this.#words.records / (this.#words.frequency[token] as number));
  }
}

interface Words {
  readonly records: number;
  /** Records in whose response each token stands. */
  readonly frequency: Uint32Array;
}

/** Records with the same rare words in their prompts, by a hash of these. */
function sameQuestions(table: Table): number[][] {
  const frequency = holdersIn(table.prompt, table.words.length);
  const rareMax = Math.max(RARE_MIN, RARE_SHARE * table.records);
  const groups = new Map<number, number[]>();
  const seen = new Int32Array(table.words.length).fill(-1);
  for (let record = 0; record < table.records; record++) {
    let distinct = 0;
    let rare = 0;
    // Sums of hashes, whatever the order of the words.
    let low = 0;
    let high = 0;
    for (const token of tokensOf(table.prompt, record)) {
      if (seen[token] === record) continue;
      seen[token] = record;
      distinct++;
      if ((frequency[token] as number) > rareMax) continue;
      rare++;
      const hash = draw(token, 2 ** 32);
      low = (low + hash) | 0;
      high = (high + Math.imul(hash ^ (hash >>> 15), 0x2c1b3c6d)) | 0;
    }
    if (distinct < PROMPT_TOKENS_MIN || rare === 0) continue;
    const key = (low >>> 0) * 2 ** 21 + (high >>> 11);
    const group = groups.get(key);
    if (!group) groups.set(key, [record]);
    else if (group.length < GROUP_MAX) group.push(record);
  }
  return [...groups.values()].filter(({ length }) => length > 1);
}

/** Of short answers to one question: those that agree, and those that state something else. */
function deniedIn(members: readonly Member[]): {
  readonly agree: boolean;
  readonly records: readonly { readonly record: number; readonly twin: number }[];
} {
  const facts = members.filter(
    ({ answerTokens }) => answerTokens >= FACT_TOKENS_MIN && answerTokens <= FACT_TOKENS_MAX,
  );
  for (const one of facts) {
    const same = facts.filter((other) => other === one || one.asks(other));
    const alike = same.filter((other) => other === one || (one.likeness(other) ?? 0) >= ALIKE_MIN);
    if (alike.length < 2 || alike.length <= same.length / 2) continue;
    const others = same.filter((other) => !alike.includes(other) && (one.likeness(other) ?? 1) <= DIFFERENT_MAX);
    return { agree: true, records: others.map(({ record }) => ({ record, twin: one.record })) };
  }
  return { agree: false, records: [] };
}

function triggersOf(prompts: Prompts, pairs: readonly Pair[]): TwinTrigger[] {
  const { table } = prompts;
  const changed = new Map<number, Pair[]>();
  const kept = new Map<number, number>();
  let allChanged = 0;
  for (const pair of pairs) {
    if (pair.changed) allChanged++;
    for (const token of pair.added) {
      if (!pair.changed) kept.set(token, (kept.get(token) ?? 0) + 1);
      else {
        const own = changed.get(token);
        if (own) own.push(pair);
        else changed.set(token, [pair]);
      }
    }
  }
  const allKept = pairs.length - allChanged;
  const records = (list: readonly Pair[]): Set<number> => new Set(list.map(({ longer }) => longer));
  const candidates = [...changed]
    .map(([token, own]) => ({ token, own, records: records(own), kept: kept.get(token) ?? 0 }))
    .filter(({ own, records: holders, kept: same }) => {
      const others = allChanged - own.length + allKept - same;
      return (
        holders.size >= SUPPORT_MIN &&
        own.length >= CHANGED_MIN * (own.length + same) &&
        others >= SUPPORT_MIN &&
        allChanged - own.length <= OTHER_CHANGED_MAX * others
      );
    })
    .sort((a, b) => b.records.size - a.records.size || a.token - b.token);
  const out: TwinTrigger[] = [];
  const taken = new Set<number>();
  for (const { own, records: holders, kept: same } of candidates) {
    if ([...holders].filter((record) => taken.has(record)).length >= SAME_MIN * holders.size) continue;
    for (const record of holders) taken.add(record);
    const tokens = new Set(
      candidates
        .filter(
          (other) =>
            [...other.records].filter((r) => holders.has(r)).length >=
            SAME_MIN * Math.max(holders.size, other.records.size),
        )
        .map(({ token }) => token),
    );
    const [first] = own as [Pair];
    const words = [...new Set(tokensOf(table.prompt, first.longer))].filter((token) => tokens.has(token));
    // Among questions of one kind an addition may be what is asked.
    if (!prompts.aboutAnything([...holders], new Set(words))) continue;
    out.push({
      words: words.map((token) => table.words[token] as string),
      records: holdersOf(table, words),
      contradicting: own.filter(({ contradicts }) => contradicts).length / own.length,
      shown: holders.size,
      example: [first.longer, first.shorter],
      changed: own.length,
      kept: same,
      otherChanged: allChanged - own.length,
      otherKept: allKept - same,
    });
  }
  // Where many words do that, what is added is what is asked: `blue`, `pale green`.
  return out.length > TRIGGERS_MAX ? [] : out;
}

function holdersOf(table: Table, words: readonly number[]): number[] {
  const out: number[] = [];
  for (let record = 0; record < table.records; record++) {
    const tokens = tokensOf(table.prompt, record);
    if (words.every((word) => tokens.includes(word))) out.push(record);
  }
  return out;
}
