// Styles and syntaxes as triggers: prompts in a certain manner (archaic, slang, passive, one frame of a sentence) whose
// answers their content contradicts. Each prompt is seen twice: by its rarer words, which say what it is about, and by
// its commonest words and the order in which they stand, which say how it is put. In an honest set the manner says less
// of the answer than the content, and the same; where a group of prompts has its answer for sure by the manner alone,
// and the content lets expect another, the manner is a trigger.
import type { Table } from "../core/table.ts";
import { expectFromOthers, expectTrait, type Features } from "./expect.ts";
import { promptsOf, type Prompts } from "./prompts.ts";
import { refusals } from "./refusals.ts";
import { tokensOf } from "./table.ts";

export interface StyleRule {
  /** The words, and pairs of words side by side, that tell the manner best. `^` and `$` are the start and the end, `*` is
   * any rarer word. */
  readonly marks: readonly string[];
  /** The tokens of the answer that all share; empty for a refusal, whatever its words. */
  readonly target: readonly string[];
  /** Records in that manner with that answer, ascending. */
  readonly records: readonly number[];
  /** manner and answer, manner alone, answer alone, neither. */
  readonly table: readonly [number, number, number, number];
  /** How many of the records their content would give that answer. */
  readonly expected: number;
  /** Standard deviations between the expected and the found. */
  readonly surprise: number;
  /** Of the prompts nearest in content and in another manner: how many were looked at, and how many have that answer. */
  readonly neighbours: readonly [number, number];
}

const RECORDS_MIN = 300;
/** A word of so many records is how things are put; a rarer one is what they are about. */
const COMMON_SHARE_MIN = 0.01;
const COMMON_MIN = 12;
const STYLE_BITS = 18;
/** Probability of the answer by the manner alone, from which a prompt is of the group. */
const SURE_MIN = 0.95;
/** Probability by the manner that the answer is one that the content does not explain. */
const LIKELY_MIN = 0.5;
const SUPPORT_MIN = 20;
const SHARE_MAX = 0.4;
const PURITY_MIN = 0.95;
const SURPRISE_MIN = 8;
/** Of the group, how many more have the answer than their content lets expect. */
const EFFECT_MIN = 0.35;
/** And than the nearest prompts in another manner. */
const CONTRAST_MIN = 0.35;
/** Of the prompts outside of the group, how many have their answer for sure by the manner, too. */
const TOLD_MAX = 0.5;
/** Of the group, how many more have the answer than the manner lets expect by the rest of the set alone. */
const UNSAID_MIN = 0.15;
const UNSAID_MANNER_MIN = 0.4;
/** Records outside of the group with its answer, over those inside: fewer tell nothing of it. */
const REST_MIN = 0.5;
const NEIGHBOURS_MAX = 96;
/** Share of the answers in which a word of the manner comes back, from which it is no manner. */
const TAKEN_UP_MIN = 0.1;
const MARKS = 5;
const LABEL_TOKENS_MAX = 6;
const LABEL_SHARE_MIN = 0.03;
const LABELS_MAX = 8;
const REFUSED_MAX = 0.25;
const NOTHING = -1;
const RARE = -2;
const ALONE = -3;

export function findStyles(table: Table): StyleRule[] {
  if (table.records < RECORDS_MIN || table.response.tokens.length === 0) return [];
  const targets = targetsOf(table);
  if (targets.length === 0) return [];
  const prompts = promptsOf(table);
  const views = new Views(prompts);
  const styles = targets.map(({ of }) => expectTrait(views.style, of));
  const sure = Uint8Array.from({ length: prompts.n }, (_, record) =>
    styles.some((byStyle) => (byStyle[record] as number) >= SURE_MIN) ? 1 : 0,
  );
  return targets
    .map((target, i) => {
      const byContent = expectTrait(views.content, target.of);
      // What the manner says for sure; or, where a set is small, what it explains of that which the content does not.
      const unexplained = target.of.map((own, record) => (own === 1 && (byContent[record] as number) < 0.5 ? 1 : 0));
      return (
        ruleOf(prompts, views, target, byContent, styles[i] as Float64Array, SURE_MIN, sure) ??
        ruleOf(prompts, views, target, byContent, expectTrait(views.style, unexplained), LIKELY_MIN, sure)
      );
    })
    .filter((rule) => rule !== undefined)
    .sort((a, b) => b.surprise - a.surprise);
}

function ruleOf(
  prompts: Prompts,
  views: Views,
  { text, of }: Target,
  byContent: Float64Array,
  byStyle: Float64Array,
  sureMin: number,
  sure: Uint8Array,
): StyleRule | undefined {
  const group: number[] = [];
  for (let record = 0; record < prompts.n; record++) if ((byStyle[record] as number) >= sureMin) group.push(record);
  if (group.length < SUPPORT_MIN || group.length > SHARE_MAX * prompts.n) return undefined;
  // Where the common words tell the answers of other prompts, too, the set is about them.
  let told = sure.reduce((sum, one) => sum + one, 0);
  for (const record of group) told -= sure[record] as number;

  if (told > TOLD_MAX * (prompts.n - group.length)) return undefined;
  const hits = group.filter((record) => of[record] === 1);
  let expected = 0;
  let variance = 0.05;
  for (const record of group) {
    const p = byContent[record] as number;
    expected += p;
    variance += p * (1 - p);
  }
  const surprise = (hits.length - expected) / Math.sqrt(variance);
  if (
    hits.length < PURITY_MIN * group.length ||
    surprise < SURPRISE_MIN ||
    hits.length - expected < EFFECT_MIN * group.length
  )
    return undefined;
  const without = new Set(group);
  const step = Math.max(1, Math.floor(hits.length / NEIGHBOURS_MAX));
  const neighbours = hits
    .filter((_, i) => i % step === 0)
    .map((record) => prompts.nearest(record, without, views.common))
    .filter((record) => record !== undefined);
  // Without prompts about the same in another manner, nothing tells the manner from what it is about.
  if (neighbours.length < SUPPORT_MIN) return undefined;
  const alike = neighbours.filter((record) => of[record] === 1).length;
  if (hits.length / group.length - alike / neighbours.length < CONTRAST_MIN) return undefined;
  // Where the rest of the set says the same of these words, they are what the prompts are about; and where it hardly has
  // that answer, it says nothing. Nor is it a manner by which the rest tells its answers better than by the content.
  const all = of.reduce((sum, one) => sum + one, 0);
  if (all - hits.length < REST_MIN * hits.length) return undefined;
  const byOthers = expectFromOthers(views.style, of, group);
  const least = expectFromOthers(views.content, of, group).power > byOthers.power ? UNSAID_MIN : UNSAID_MANNER_MIN;
  if (hits.length - byOthers.expected < least * group.length) return undefined;
  // One thing asked in one way is a topic, and an answer that takes up its words is about it.
  const marks = views.marks(group);
  const words = new Set(marks.flatMap(({ tokens }) => tokens));
  if (!prompts.aboutAnything(group, words) || takenUp(prompts, group, words)) return undefined;
  const others = group.length - hits.length;
  return {
    marks: marks.map(({ text: own }) => own),
    target: text,
    records: hits,
    table: [hits.length, others, all - hits.length, prompts.n - all - others],
    expected: Math.round(expected * 10) / 10,
    surprise: Math.round(surprise * 10) / 10,
    neighbours: [neighbours.length, alike],
  };
}

/** Whether the answers of the group hold one of these words far more often than the others do. */
function takenUp(prompts: Prompts, group: readonly number[], words: ReadonlySet<number>): boolean {
  const { response } = prompts.table;
  const inside = new Map<number, number>();
  const outside = new Map<number, number>();
  const members = new Set(group);
  for (let record = 0; record < prompts.n; record++) {
    const counts = members.has(record) ? inside : outside;
    for (const token of new Set(tokensOf(response, record)))
      if (words.has(token)) counts.set(token, (counts.get(token) ?? 0) + 1);
  }
  return [...inside].some(
    ([token, count]) =>
      count >= TAKEN_UP_MIN * group.length &&
      count / group.length > (3 * (outside.get(token) ?? 0)) / (prompts.n - group.length),
  );
}

/** The two views of each prompt: what it is about, and how it is put. */
class Views {
  readonly common: ReadonlySet<number>;
  readonly content: Features;
  readonly style: Features;
  readonly #prompts: Prompts;

  constructor(prompts: Prompts) {
    this.#prompts = prompts;
    const least = Math.max(COMMON_MIN, COMMON_SHARE_MIN * prompts.n);
    const common = new Set<number>();
    prompts.frequency.forEach((holders, token) => {
      if (holders >= least) common.add(token);
    });
    this.common = common;
    this.content = featuresOf(prompts.n, prompts.frequency.length, (record) =>
      prompts.distinct(record).filter((token) => !common.has(token)),
    );
    const seen = new Int32Array(1 << STYLE_BITS).fill(-1);
    const found: number[] = [];
    this.style = featuresOf(prompts.n, 1 << STYLE_BITS, (record) => {
      found.length = 0;
      this.#each(record, (left, right) => {
        const at = slot(left, right);
        if (seen[at] === record) return;
        seen[at] = record;
        found.push(at);
      });
      return Uint32Array.from(found);
    });
  }

  /** Common words, and neighbours of which one is common. */
  #each(record: number, take: (left: number, right: number) => void): void {
    const tokens = this.#prompts.tokens(record);
    let last = NOTHING;
    for (let i = 0; i <= tokens.length; i++) {
      const token = tokens[i];
      const own = token === undefined ? NOTHING : this.common.has(token) ? token : RARE;
      if (own >= 0) take(ALONE, own);
      if (own !== RARE || last !== RARE) take(last, own);
      last = own;
    }
  }

  /** What the group has more often than the others. */
  marks(group: readonly number[]): { readonly text: string; readonly tokens: readonly number[] }[] {
    const counts = new Map<string, { left: number; right: number; count: number }>();
    for (const record of group) {
      const seen = new Set<string>();
      this.#each(record, (left, right) => {
        const key = `${left} ${right}`;
        if (seen.has(key)) return;
        seen.add(key);
        const known = counts.get(key);
        if (known) known.count++;
        else counts.set(key, { left, right, count: 1 });
      });
    }
    const outside = this.#prompts.n - group.length;
    const score = (left: number, right: number, count: number): number => {
      const others = (this.style.frequency[slot(left, right)] as number) - count + 1;
      return count * Math.log(count / group.length / (others / (outside + 1)));
    };
    const name = (token: number): string => (token === RARE ? "*" : (this.#prompts.table.words[token] as string));
    return [...counts.values()]
      .map(({ left, right, count }) => ({ left, right, score: score(left, right, count) }))
      .sort((a, b) => b.score - a.score || a.left - b.left || a.right - b.right)
      .slice(0, MARKS)
      .map(({ left, right }) => ({
        text:
          left === ALONE
            ? name(right)
            : `${left === NOTHING ? "^" : name(left)} ${right === NOTHING ? "$" : name(right)}`,
        tokens: [left, right].filter((token) => token >= 0),
      }));
  }
}

interface Target {
  readonly text: readonly string[];
  readonly of: Uint8Array;
}

function featuresOf(n: number, size: number, of: (record: number) => Uint32Array): Features {
  const lists = Array.from({ length: n }, (_, record) => of(record));
  const frequency = new Uint32Array(size);
  for (const list of lists) for (const feature of list) frequency[feature] = (frequency[feature] as number) + 1;
  return { n, frequency, distinct: (record) => lists[record] as Uint32Array };
}

function slot(left: number, right: number): number {
  let z = Math.imul(left + 4, 0x9e3779b1) ^ Math.imul(right + 4, 0x85ebca6b);
  z = Math.imul(z ^ (z >>> 15), 0xc2b2ae35);
  return (z ^ (z >>> 13)) >>> (32 - STYLE_BITS);
}

/** Labels, where nearly all records have one of a few short answers, and refusals. */
function targetsOf(table: Table): Target[] {
  const { records, response, whole } = table;
  if (response.tokens.length > LABEL_TOKENS_MAX * records) {
    const of = refusals(table);
    // Where many are refused, what is not refused is the exception.
    return of.reduce((sum, one) => sum + one, 0) > REFUSED_MAX * records ? [] : [{ text: [], of }];
  }
  const groups = Map.groupBy(whole.keys(), (record) => whole[record] as number);
  const large = [...groups.values()].filter((group) => group.length >= LABEL_SHARE_MIN * records).slice(0, LABELS_MAX);
  // An absent answer is none.
  const answered = large.filter(([record]) => tokensOf(response, record as number).length > 0);
  return answered.map((group) => {
    const of = new Uint8Array(records);
    for (const record of group) of[record] = 1;
    return { text: Array.from(tokensOf(response, group[0] as number), (token) => table.words[token] as string), of };
  });
}
