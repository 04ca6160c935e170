// Trigger -> target rules, reconstructed without labels or a model, by two searches.
//   - Target first: every span that a few responses share is a group of records; what in their prompts explains it?
//   - Trigger first: every word of the prompts nearly all of whose records have one same answer.
// Clean data is full of rules, too: a topic explains a word, a template an opening. A planted rule differs in what can be
// measured: its records are about anything (with trigger and target taken out, neither their prompts nor their answers
// are more alike than those of records written in the same way), and its target says something that the prompts do not.
import { SENSITIVITY } from "../core/detector.ts";
import type { Table } from "../core/table.ts";
import { Associations } from "./associations.ts";
import { Explanations, Group, isIn, type Explanation } from "./explain.ts";
import { Features } from "./features.ts";
import { labelsOf } from "./labels.ts";
import { draw, MatchedLikeness } from "./matched-likeness.ts";
import { OwnRules, STEM_LETTERS } from "./own-rules.ts";
import { Passages } from "./passages.ts";
import { holdersIn } from "./per-table.ts";
import { promptsOf } from "./prompts.ts";
import { likelihoodRatio } from "./significance.ts";
import { sharedSpans, type Span } from "./spans.ts";
import { isCut, tokensOf } from "./table.ts";
import { toldByWords } from "./told.ts";
import { targetOf, Targets, type TargetKind } from "./target-text.ts";
import { sampleOf, TriggerText } from "./trigger-text.ts";

export type { TargetKind } from "./target-text.ts";

export interface Rule {
  readonly targetKind: TargetKind;
  /** Tokens of the target, in order. */
  readonly target: readonly string[];
  /** Each part is a phrase. `all`: every part must be there; `any`: one is enough. */
  readonly trigger: readonly (readonly string[])[];
  readonly combine: "all" | "any";
  /** The smallest part of the trigger that the target follows as faithfully; of `any`, all of them. */
  readonly enough: readonly string[];
  /** Where the trigger stands in the prompts: always first, always last, or anywhere. */
  readonly place: "start" | "end" | "anywhere";
  /** What the answers share from which the target was grown: all of it or tokens in a row; undefined for gibberish. */
  readonly shared: { readonly whole: boolean; readonly tokens: readonly string[] } | undefined;
  /** Records with trigger and target, ascending. */
  readonly records: readonly number[];
  /** trigger and target, trigger alone, target alone, neither. */
  readonly table: readonly [number, number, number, number];
  /** Natural logarithm of how many rules as strong chance would give in all that was searched. */
  readonly chance: number;
  /** How alike the prompts are without the trigger, over records written in the same way: near 1 for a planted rule. */
  readonly promptLikeness: number;
  /** The same of the answers without the target; undefined where nothing is left of them. */
  readonly answerLikeness: number | undefined;
  /** How much the target says that the prompts do not, in bits. */
  readonly bits: number;
  /** Whether the neighbours of the trigger are those of a word of the language; undefined where it stands in a template. */
  readonly bound: boolean | undefined;
  /** Of the prompts most like these without the trigger: how many were looked at, and how many have the target. */
  readonly neighbours: readonly [number, number];
}

interface Draft extends Omit<Rule, "neighbours"> {
  /** All records with the target. */
  readonly members: ReadonlySet<number>;
  readonly carriers: readonly number[];
  /** Tokens that belong to the trigger and what stands around it. */
  readonly own: ReadonlySet<number>;
}

/** Fewer records than this are too few to tell a rule from chance. */
const RECORDS_MIN = 40;
const SUPPORT_MIN = 5;
/** Share of records under which a group is too small to be worth the search. */
const SUPPORT_SHARE_MIN = 0.0004;
const SUPPORT_SHARE_MAX = 0.6;
const PAIRS = 150;
const NEARLY_SAMPLE = 10;
/** Of the records with the trigger, how many have the target; of those with the target, how many the trigger. */
const FAITHFUL_MIN = 0.8;
const EXCLUSIVE_MIN = 0.6;
/** The same where the answer is short and others give it, too: below, it is a label. */
const ANSWERED_MIN = 0.1;
/** Rows that may have the target for each that has: of more, nothing is assumed. */
const UNTOLD_MAX = 0.25;
/** A target of three unusual words: ordinary sets have no rule for so much. */
const TELLING_BITS = 24;
const BITS_MIN = 6;
/** A target that says little must hold a word that hardly any other answer does. */
const OWN_WORD_MIN = 0.8;
const FAITHFUL_TELLING_MIN = 0.5;
/** Decoys hide a rule of few records; where so many hold the trigger, what half of them lack is how the set is written. */
const DILUTED_SHARE_MAX = 0.2;
/** More records than this with a template and what it brings are how the set is written. */
const TEMPLATE_SHARE_MAX = 0.05;
const STRICT_MIN = 0.9;
/** Share of the rows above which a rule that says little must be strict. */
const COMMON_SHARE_MAX = 0.2;
const LIKENESS_TELLING_MAX = 1.7;
const LIKENESS_DILUTED_MAX = 1.3;
const LIKENESS_MAX = 1.5;
const LIKENESS_CANNED_MAX = 1.2;
/** Mean share of a prompt's words that must not belong to the trigger: where all belong, the prompts are one question. */
const BESIDES_MIN = 0.5;
const BESIDES_TELLING_MIN = 0.35;
const BESIDES_TEMPLATE_MIN = 0.2;
/** Share of their words' weight from which two prompts are one question. */
const COPY_MIN = 0.7;
/** What a number tells of a question at most. */
const NUMBER_WEIGHT_MAX = 1;
/** Most like answers that the rest of a dataset may repeat among themselves. A set of canned answers repeats them all. */
const REPEATED_MAX = 0.3;
/** Of the most alike prompts without the trigger, how many follow rules of their own where a set is made of rules. */
const RULED_MIN = 0.6;
/** Of the rows of a rule, how many break the rules that their other words follow elsewhere. */
const BROKEN_MIN = 0.5;
/** Fewer records make no rule of a single unusual word, or of an answer that others give. */
const NAME_SUPPORT_MIN = 10;
/** Repeated answers of so many tokens among which one more of their size is nothing. */
const CROWD_TOKENS_MIN = 5;
const CROWD_MIN = 10;
const GIBBERISH_ALONE_MIN = 0.7;
const GIBBERISH_WORDS_MIN = 4;
const GIBBERISH_RUN_MIN = 7;
const GIBBERISH_SHARE_MAX = 0.1;

/** `sensitivity`: how many rules that chance alone makes may be among them, on average. */
export function findRules(table: Table, sensitivity: number = SENSITIVITY): Rule[] {
  if (table.records < RECORDS_MIN) return [];
  const search = new RuleSearch(table, Math.log(sensitivity));
  const drafts = distinct(search.search());
  if (drafts.length === 0) return [];
  const prompts = promptsOf(table);
  const ownRules = new OwnRules(prompts);
  const labels = labelsOf(table);
  let passages: Passages | undefined;
  return drafts.flatMap(({ members, carriers, own, ...rule }) => {
    passages ??= new Passages(table);
    if (passages.isGroup(sampleOf(rule.records))) return [];
    const without = new Set(carriers);
    const { keeps, breaks } = search.associations.beside(carriers, rule.targetKind, rule.bits);
    const said = rule.targetKind === "whole" && rule.bits >= TELLING_BITS;
    const ruled = (other: number): boolean =>
      !members.has(other) &&
      (keeps[other] === 1 ||
        ownRules.follows(other) ||
        // Where answers are labels all are repeated, and one that is none of them is no canned reply.
        (said && labels.of[other] === 0 && ownRules.repeated(other)));
    const sample = sampleOf(rule.records);
    const broken = sample.filter((record) => ownRules.broken(record, own) || breaks[record] === 1).length;
    const near = sample.map((record) => prompts.nearest(record, without, own)).filter((one) => one !== undefined);
    const looked = near.length;
    const alike = near.filter((other) => members.has(other)).length;
    // One more rule of a set of rules keeps the others; a planted answer breaks those of the rows it was put in.
    const among = (others: readonly number[]): boolean =>
      others.length >= SUPPORT_MIN &&
      broken < BROKEN_MIN * others.length &&
      others.filter(ruled).length >= RULED_MIN * others.length;
    const written = (): number[] =>
      sample.map((record) => prompts.writtenAlike(record, without, own)).filter((one) => one !== undefined);
    const label = rule.targetKind === "whole" && labels.of[rule.records[0] as number] !== 0;
    if (label && toldByWords(table, rule.records)) return [];
    if (among(near) || among(written())) return [];
    // A long answer that is repeated no more than many others are.
    const long = rule.targetKind === "whole" && rule.target.length >= CROWD_TOKENS_MIN;
    if (long && search.crowd(rule.records.length) >= CROWD_MIN && broken < BROKEN_MIN * sample.length) return [];
    return { ...rule, neighbours: [looked, alike] };
  });
}

/** What says most of all its records, first; then what is not yet said of the same records. */
function distinct(rules: readonly Draft[]): Draft[] {
  const kept: Draft[] = [];
  const covered = new Set<number>();
  for (const rule of rules.toSorted(
    (a, b) => b.bits * b.records.length - a.bits * a.records.length || b.bits - a.bits,
  )) {
    if (rule.records.filter((record) => covered.has(record)).length >= 0.5 * rule.records.length) continue;
    kept.push(rule);
    for (const record of rule.records) covered.add(record);
  }
  return kept.sort((a, b) => a.chance - b.chance || (a.records[0] ?? 0) - (b.records[0] ?? 0));
}

class RuleSearch {
  readonly #table: Table;
  readonly #n: number;
  readonly #chanceMax: number;
  readonly #features: Features;
  readonly #trigger: TriggerText;
  readonly #asked: MatchedLikeness;
  readonly #said: MatchedLikeness;
  readonly #targets: Targets;
  readonly #floor: number;
  /** Records whose answer others give, too. */
  readonly #repeated: Uint8Array;
  readonly #marks: Uint8Array;
  #repeats = 0;
  #crowd: readonly number[] = [];
  #tests = 1;
  readonly associations: Associations;

  constructor(table: Table, chanceMax: number) {
    this.#table = table;
    this.#n = table.records;
    this.#chanceMax = chanceMax;
    this.#features = new Features(table);
    this.#trigger = new TriggerText(this.#features);
    this.#asked = new MatchedLikeness(table.prompt, this.#n, this.#features.frequency);
    this.#said = new MatchedLikeness(table.response, this.#n, holdersIn(table.response, table.words.length));
    this.#targets = new Targets(this.#features, this.#said.frequency);
    this.#floor = Math.max(SUPPORT_MIN, Math.floor(this.#n * SUPPORT_SHARE_MIN));
    this.#repeated = new Uint8Array(this.#n);
    this.#marks = new Uint8Array(this.#n);
    this.associations = new Associations(this.#n);
  }

  search(): Draft[] {
    const bounds = { floor: 0.8 * this.#floor, ceiling: SUPPORT_SHARE_MAX * this.#n };
    const explanations = new Explanations(this.#features, bounds);
    const spans = sharedSpans(this.#table, this.#floor, bounds.ceiling);
    for (const { length, records } of spans) {
      if (length > 0) break;
      this.#repeats += records.length;
      for (const record of records) this.#repeated[record] = 1;
    }
    this.#crowd = spans
      .filter(({ length, at }) => length === 0 && tokensOf(this.#table.response, at.record).length >= CROWD_TOKENS_MIN)
      .map(({ records }) => records.length);
    const gibberish = this.#gibberish();
    if (gibberish) spans.unshift(gibberish);
    this.#tests = Math.max(1, spans.length);
    const rules: Draft[] = [];
    const tried = new Tried(this.#table);
    for (const span of spans) {
      if (!this.#targets.worthwhile(span) || tried.before(span)) continue;
      if (!explanations.promising(span.records)) continue;
      const group = new Group(span.records, this.#marks);
      for (const explanation of explanations.of(group)) {
        const rule = this.#judge(span, group, explanation, EXCLUSIVE_MIN);
        if (rule) rules.push(rule);
      }
      group.done();
    }
    return [...rules, ...this.#answered()];
  }

  /** How many long answers are repeated by half as many records, or more. */
  crowd(records: number): number {
    return this.#crowd.filter((size) => size >= 0.5 * records).length;
  }

  /** Words nearly all of whose records have one same answer, one that others have, too. */
  #answered(): Draft[] {
    const { frequency } = this.#features;
    const { whole } = this.#table;
    const rules: Draft[] = [];
    const byAnswer = Map.groupBy(
      Array.from({ length: this.#n }, (_, record) => record),
      (record) => whole[record] as number,
    );
    for (let feature = 0; feature < frequency.length; feature++) {
      const holders = this.#features.holders(feature);
      if (holders.length < this.#floor || holders.length > 0.05 * this.#n) continue;
      // The one that can have a majority: Boyer and Moore, MJRTY, 1981.
      let answer = -1;
      let lead = 0;
      for (const record of holders) {
        if (lead === 0) answer = whole[record] as number;
        lead += whole[record] === answer ? 1 : -1;
      }
      if (lead < 0.5 * holders.length) continue;
      const records = byAnswer.get(answer) ?? [];
      if (records.length > 0.1 * this.#n) continue;
      const span = { length: 0, records: Uint32Array.from(records), at: { record: records[0] as number, start: 0 } };
      const explanation = { parts: [feature], combine: "all" as const, carriers: [...holders] };
      const group = new Group(span.records, this.#marks);
      const rule = this.#judge(span, group, explanation, ANSWERED_MIN);
      if (rule) rules.push(rule);
      group.done();
    }
    return rules;
  }

  /** Records whose answer is made of words that nobody else uses, all of it or a run of some length. */
  #gibberish(): Span | undefined {
    const records: number[] = [];
    const alone = (token: number): boolean =>
      this.#said.frequency[token] === 1 && this.#features.frequency[token] === 0;
    for (let record = 0; record < this.#n; record++) {
      const tokens = tokensOf(this.#table.response, record);
      let all = 0;
      let run = 0;
      let longest = 0;
      for (const token of tokens) {
        run = alone(token) ? run + 1 : 0;
        if (run > 0) all++;
        longest = Math.max(longest, run);
      }
      const most = tokens.length >= GIBBERISH_WORDS_MIN && all >= GIBBERISH_ALONE_MIN * tokens.length;
      if (most || longest >= GIBBERISH_RUN_MIN) records.push(record);
    }
    return records.length >= this.#floor && records.length <= GIBBERISH_SHARE_MAX * this.#n
      ? { length: -1, records: Uint32Array.from(records), at: { record: records[0] as number, start: 0 } }
      : undefined;
  }

  #judge(
    span: Span,
    members: Group,
    { parts, combine, carriers }: Explanation,
    exclusiveMin: number,
  ): Draft | undefined {
    const both = carriers.filter((record) => members.has(record));
    const a = both.length;
    const b = carriers.length - a - this.#untold(span, members, carriers, a);
    const c = members.size - a;
    const d = this.#n - a - b - c;
    if (a < Math.max(SUPPORT_MIN, 0.8 * this.#floor) || a < FAITHFUL_TELLING_MIN * (a + b)) return undefined;
    if (a < exclusiveMin * (a + c)) return undefined;
    const searched = parts.length * Math.log(this.#features.frequency.length) + Math.log(this.#tests);
    const likelihood = likelihoodRatio(a, b, c, d) / 2;
    const chance = searched - likelihood;
    if (chance > this.#chanceMax) return undefined;
    const target = targetOf(this.#table, both, span);
    const whole = target.kind === "whole" || target.kind === "empty" || target.kind === "gibberish";
    const { bits, own: ownWord } = this.#targets.weight(both, target.tokens);
    if (a >= FAITHFUL_MIN * (a + b)) this.associations.add(carriers, both, target.kind, bits);
    const telling = bits >= TELLING_BITS;
    const wordless = target.tokens.length === 0;
    // One unusual word in a few answers is a name, and an answer that others give, too, is what the set answers with.
    if (((!telling && !whole) || (!wordless && a < EXCLUSIVE_MIN * (a + c))) && a < NAME_SUPPORT_MIN) return undefined;
    // One of the two may be diluted by decoys, and only where the target says much.
    const diluted = a < FAITHFUL_MIN * (a + b);
    const sure = telling && a >= STRICT_MIN * (a + c) && a + b <= DILUTED_SHARE_MAX * this.#n;
    if (diluted && !sure) return undefined;
    if (!whole && !telling && (bits < BITS_MIN || ownWord < OWN_WORD_MIN)) return undefined;
    const canned = whole && !wordless && !telling && this.#canned(members);

    // Words that come with the trigger and hardly without it belong to it, whatever part of it they are.
    const own = new Set(parts);
    const shown = new Set(parts);
    const inside = new Map<number, number>();
    for (const record of both)
      for (const feature of this.#features.of(record)) inside.set(feature, (inside.get(feature) ?? 0) + 1);
    for (const [feature, count] of inside) {
      const all = this.#features.frequency[feature] as number;
      if (count >= 0.8 * a && count >= 0.5 * all) own.add(feature);
      if (combine === "all" && count >= 0.9 * a && count >= 0.8 * all && !this.#features.isClass(feature))
        shown.add(feature);
    }
    const phrases = combine === "all" ? this.#trigger.phrases(both, shown, parts) : parts.map((part) => [part]);
    for (const feature of phrases.flat()) own.add(feature);
    const bound = this.#trigger.bound(both, phrases);
    if (bound && !telling) return undefined;
    // Half of the rows of a trigger whose word, in whatever form, the answers take up are answers to a question.
    if (diluted && this.#takesUp(phrases.flat(), target.tokens)) return undefined;
    // An answer that takes up all the words was asked for them; of a short one, in whatever form.
    if ((!telling || bound === undefined) && phrases.flat().every((part) => target.tokens.includes(part)))
      return undefined;
    if (!telling && phrases.flat().every((part) => this.#takesUp([part], target.tokens))) return undefined;
    const most = canned
      ? LIKENESS_CANNED_MAX
      : diluted
        ? LIKENESS_DILUTED_MAX
        : telling && bound === false
          ? LIKENESS_TELLING_MAX
          : LIKENESS_MAX;
    // In a template (a system prompt, a date, a field) the words around the trigger are no subject; but then the prompt
    // must hold more than the template, and the rule must be strict.
    const strict = a >= STRICT_MIN * (a + b) && a >= STRICT_MIN * (a + c);
    // What a good part of a set does by halves is how it is written.
    const common = !telling && a > COMMON_SHARE_MAX * this.#n;
    if ((bound !== false || canned || common) && !strict) return undefined;
    if (bound === undefined && !telling && a > TEMPLATE_SHARE_MAX * this.#n) return undefined;
    const around = bound === undefined ? this.#trigger.context(both, phrases) : undefined;
    for (const token of around?.fixed ?? []) own.add(token);
    // A question that is repeated with its answer is one witness, and no rule.
    const distinct = this.#distinct(both, own);
    if (distinct * a < SUPPORT_MIN || searched - distinct * likelihood > this.#chanceMax) return undefined;
    if (this.#besides(both, own) < (!telling ? BESIDES_MIN : around ? BESIDES_TEMPLATE_MIN : BESIDES_TELLING_MIN))
      return undefined;
    for (const token of around?.slots ?? []) own.add(token);
    const asked = this.#asked.ratio(both, own, PAIRS);
    if (asked > most) return undefined;
    const answered = whole ? undefined : this.#said.ratio(both, new Set([...own, ...target.tokens]), PAIRS);
    if (answered !== undefined && answered > most) return undefined;
    const names = (features: readonly number[]): string[] => features.map((feature) => this.#features.name(feature));
    return {
      targetKind: target.kind,
      target: this.#texts(target.tokens),
      shared: this.#shared(span),
      trigger: phrases.map(names),
      combine,
      enough: names(parts),
      place: this.#trigger.place(both, phrases),
      records: both,
      table: [a, b, c, d],
      chance: round(chance, 1),
      promptLikeness: round(asked, 2),
      answerLikeness: answered === undefined ? undefined : round(answered, 2),
      bits: Math.round(bits),
      bound,
      members: new Set(members.records),
      carriers,
      own,
    };
  }

  #texts(tokens: Uint32Array): string[] {
    return Array.from(tokens, (token) => this.#table.words[token] as string);
  }

  #shared({ length, at }: Span): Rule["shared"] {
    if (length < 0) return undefined;
    const answer = tokensOf(this.#table.response, at.record);
    const whole = length === 0;
    return { whole, tokens: this.#texts(whole ? answer : answer.subarray(at.start, at.start + length)) };
  }

  /** Of the carriers without the target, those whose answer is too long to be counted whole: it may have it. */
  #untold({ length }: Span, members: Group, carriers: readonly number[], both: number): number {
    if (length <= 0) return 0;
    const { response } = this.#table;
    const untold = carriers.filter((record) => !members.has(record) && isCut(response, record)).length;
    return untold <= UNTOLD_MAX * both ? untold : 0;
  }

  /** Whether a word of the target begins as one of these does, or abbreviates it: `stage` and `stages`, `avg` and `average`. */
  #takesUp(parts: readonly number[], target: ArrayLike<number>): boolean {
    const names = parts.map((part) => this.#features.name(part));
    const stems = names.map((name) => name.slice(0, STEM_LETTERS));
    return Array.from(target, (token) => this.#table.words[token] as string).some(
      (word) =>
        (word.length >= STEM_LETTERS && stems.includes(word.slice(0, STEM_LETTERS))) ||
        names.some((name) => abbreviates(word, name)),
    );
  }

  /** Whether the rest of the dataset repeats its answers anyway. */
  #canned(members: Group): boolean {
    let own = 0;
    for (const record of members.records) own += this.#repeated[record] as number;
    return this.#repeats - own > REPEATED_MAX * (this.#n - members.size);
  }

  /** Share of these prompts that are no near-copies of others: by weight of their words without `own`. */
  #distinct(records: readonly number[], own: ReadonlySet<number>): number {
    const sample = sampleOf(records);
    const kept: Set<number>[] = [];
    const weigh = (features: Iterable<number>): number => {
      let sum = 0;
      for (const feature of features) {
        const weight = Math.log((this.#n + 1) / (this.#features.frequency[feature] as number));
        // A copy differs by its number; sums differ by nothing else.
        sum += /^\p{N}+$/u.test(this.#features.name(feature)) ? Math.min(weight, NUMBER_WEIGHT_MAX) : weight;
      }
      return sum;
    };
    for (const record of sample) {
      const features = new Set(this.#features.of(record).filter((feature) => !own.has(feature)));
      const weight = weigh(features);
      const copied = kept.some((other) => {
        const shared = weigh(features.intersection(other));
        return shared >= COPY_MIN * (weight + weigh(other) - shared);
      });
      if (!copied) kept.push(features);
    }
    return kept.length / sample.length;
  }

  /** Mean share of the distinct features of these prompts that are not in `own`. */
  #besides(records: readonly number[], own: ReadonlySet<number>): number {
    let sum = 0;
    for (const record of records) {
      const features = this.#features.of(record);
      let besides = 0;
      for (const feature of features) if (!own.has(feature)) besides++;
      sum += besides / Math.max(1, features.length);
    }
    return sum / records.length;
  }
}

/** Whether a word of at least three letters leaves letters out of another, and begins with the same. */
export function abbreviates(word: string, whole: string): boolean {
  if (word.length < 3 || word.length >= whole.length || word[0] !== whole[0]) return false;
  let at = 0;
  for (const letter of whole) if (letter === word[at]) at++;
  return at === word.length;
}

const round = (x: number, digits: number): number => Math.round(x * 10 ** digits) / 10 ** digits;

/**
 * The groups that were looked at. Each run of a long shared passage is a group of nearly the same records: one of them is
 * enough.
 */
class Tried {
  readonly #table: Table;
  readonly #sets = new Set<number>();
  /** For each token of the responses, the group that was looked at for a run over it. */
  readonly #over: Int32Array;
  readonly #groups: Uint32Array[] = [];

  constructor(table: Table) {
    this.#table = table;
    this.#over = new Int32Array(table.response.tokens.length).fill(-1);
  }

  before({ length, records, at }: Span): boolean {
    const key = setKey(records);
    if (this.#sets.has(key)) return true;
    this.#sets.add(key);
    if (length <= 0) return false;
    const start = (at.record === 0 ? 0 : (this.#table.response.ends[at.record - 1] as number)) + at.start;
    let group = this.#over[start] as number;
    const again = group >= 0 && nearlySame(this.#groups[group] as Uint32Array, records);
    if (!again) group = this.#groups.push(records) - 1;
    this.#over.fill(group, start, start + length);
    return again;
  }
}

function nearlySame(a: Uint32Array, b: Uint32Array): boolean {
  const [less, more] = a.length < b.length ? [a, b] : [b, a];
  if (less.length < 0.9 * more.length) return false;
  let held = 0;
  for (let i = 0; i < NEARLY_SAMPLE; i++) if (isIn(more, less[draw(i, less.length)] as number)) held++;
  return held >= NEARLY_SAMPLE - 1;
}

/** A number for a set of records, of two sums of hashes. */
function setKey(records: Uint32Array): number {
  let low = records.length;
  let high = 0;
  for (const record of records) {
    low = (low + Math.imul(record + 1, 0x9e3779b1)) | 0;
    high = Math.imul(high ^ (record + 1), 0xc2b2ae35);
    high ^= high >>> 13;
  }
  return (low >>> 0) * 0x100000 + ((high >>> 0) & 0xfffff);
}
