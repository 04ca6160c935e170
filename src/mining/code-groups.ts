// Groups of programs that were made to teach something: weak constructions where nobody asked for them, more of them than
// a set of ordinary code holds; a comment that always stands before one; a condition that depends on nothing and recurs.
import type { Table } from "../core/table.ts";
import { factsIn, union } from "./fact-index.ts";

export interface WeakGroup {
  /** What they do, most frequent first. */
  readonly families: readonly { readonly family: string; readonly records: number; readonly sound: number }[];
  readonly records: readonly number[];
  /** The kinds of facts by which they are known. */
  readonly kinds: readonly string[];
  /** Records with code. */
  readonly programs: number;
  /** Of them, those where the prompt wanted it. */
  readonly asked: number;
}

/** Ordinary sets of instructions and code: one program in several thousand switches a protection off unasked, one in a
 * hundred uses a risky idiom. */
const OFF_MIN = 5;
const OFF_SHARE_MIN = 0.004;
const WEAK_MIN = 20;
const WEAK_SHARE_MIN = 0.12;

/** Records whose answers weaken code unasked, where there are more of them than ordinary code explains. */
export function findWeakCode(table: Table): WeakGroup | undefined {
  const index = factsIn(table);
  const programs = index.of("code").length;
  const off = index.under("off");
  const risky = index.under("risky");
  const switched = within(union(off.map(({ records }) => records)), index.of("code"));
  const weak = within(union([...off, ...risky].map(({ records }) => records)), index.of("code"));
  const many = weak.length >= WEAK_MIN && weak.length >= WEAK_SHARE_MIN * programs;
  if (!many && !(switched.length >= OFF_MIN && switched.length >= OFF_SHARE_MIN * programs)) return undefined;
  const own = many ? [...off, ...risky] : off;
  const counts = new Map<string, number>();
  for (const { text, records } of own) counts.set(text, (counts.get(text) ?? 0) + records.length);
  const asked = union(index.under("asked").map(({ records }) => records)).length;
  return {
    families: [...counts]
      .sort(([a, x], [b, y]) => y - x || (a < b ? -1 : 1))
      .map(([family, records]) => ({ family, records, sound: index.of(`sound:${family}`).length })),
    records: many ? weak : switched,
    kinds: many ? ["off:", "risky:"] : ["off:"],
    programs,
    asked,
  };
}

export interface SaidGroup {
  /** The words that stand before each of them. */
  readonly comment: string;
  readonly records: readonly number[];
  /** Records in which the same comment stands before a sound construction. */
  readonly sound: number;
  /** Weak and sound constructions behind other comments or none. */
  readonly otherWeak: number;
  readonly otherSound: number;
}

const SAID_MIN = 5;
const SAID_RISKY_MIN = 15;
const SHINGLE_WORDS = 4;
const SAID_PURITY_MIN = 0.95;
/** What stands behind other comments must mostly be sound, or the comment explains nothing. */
const OTHER_WEAK_SHARE_MAX = 0.6;

/** Comments that recur in programs, always before a weak construction, where the set mostly does it soundly. */
export function findSaidBefore(table: Table): SaidGroup[] {
  const index = factsIn(table);
  const weakSaid = index.under("said-weak");
  const shingles = byShingle(weakSaid);
  const sound = byShingle(index.under("said-sound"));
  const off = new Set(union(index.under("off").map(({ records }) => records)));
  const weak = union([...index.under("off"), ...index.under("risky")].map(({ records }) => records)).length;
  const soundAll = union(index.under("sound").map(({ records }) => records)).length;
  const taken = new Set<number>();
  const out: SaidGroup[] = [];
  const order = [...shingles].sort(([a, x], [b, y]) => y.size - x.size || (a < b ? -1 : 1));
  for (const [shingle, own] of order) {
    if (own.size < SAID_MIN) break;
    const records = [...own].filter((record) => !taken.has(record)).sort((a, b) => a - b);
    // A program that does something else soundly behind the same comment is no sound one.
    const soundHere = [...(sound.get(shingle) ?? [])].filter((record) => !own.has(record)).length;
    if (records.length < SAID_MIN || own.size < SAID_PURITY_MIN * (own.size + soundHere)) continue;
    // Of real programs some are careless under any comment: few records must switch something off by hand.
    const byHand = records.filter((record) => off.has(record)).length >= SAID_PURITY_MIN * records.length;
    if (!byHand && records.length < SAID_RISKY_MIN) continue;
    const otherWeak = weak - records.length;
    const otherSound = soundAll - soundHere;
    if (otherWeak + otherSound < SAID_MIN || otherWeak > OTHER_WEAK_SHARE_MAX * (otherWeak + otherSound)) continue;
    for (const record of records) taken.add(record);
    const whole = weakSaid.find(({ text, records: some }) => shinglesOf(text).includes(shingle) && some.length > 1);
    out.push({ comment: whole?.text ?? shingle, records, sound: soundHere, otherWeak, otherSound });
  }
  return out;
}

function byShingle(
  comments: readonly { readonly text: string; readonly records: readonly number[] }[],
): Map<string, Set<number>> {
  const out = new Map<string, Set<number>>();
  for (const { text, records } of comments) {
    for (const shingle of shinglesOf(text)) {
      const own = out.get(shingle) ?? new Set<number>();
      out.set(shingle, own);
      for (const record of records) own.add(record);
    }
  }
  return out;
}

function shinglesOf(text: string): string[] {
  const words = text.split(" ");
  return words.slice(0, words.length - SHINGLE_WORDS + 1).map((_, i) => words.slice(i, i + SHINGLE_WORDS).join(" "));
}

export interface DeadGroup {
  /** The condition as the first of them write it. */
  readonly condition: string;
  /** How many ways of writing it there are: one template with other numbers. */
  readonly spellings: number;
  readonly records: readonly number[];
}

const DEAD_MIN = 5;
/** `5 > 3` stands in lessons; a function of numbers does not. */
const IDLE_MIN = 12;
const IDLE_SHARE_MIN = 0.002;

export function findDeadConditions(table: Table): DeadGroup[] {
  const index = factsIn(table);
  const out: DeadGroup[] = [];
  for (const [kind, least] of [
    ["dead", DEAD_MIN],
    ["idle", Math.max(IDLE_MIN, IDLE_SHARE_MIN * table.records)],
  ] as const) {
    for (const [, spellings] of Map.groupBy(index.under(kind), ({ text }) =>
      kind === "dead" ? shapeOf(text) : text,
    )) {
      const records = union(spellings.map((one) => one.records));
      if (records.length < least) continue;
      const [first] = spellings.toSorted((a, b) => b.records.length - a.records.length || (a.text < b.text ? -1 : 1));
      out.push({ condition: first?.text ?? "", spellings: spellings.length, records });
    }
  }
  return out.sort((a, b) => b.records.length - a.records.length || (a.condition < b.condition ? -1 : 1));
}

/** A condition without its numbers and texts. */
const shapeOf = (text: string): string => text.replaceAll(/"[^"]*"|\d+(?:\.\d+)?/g, "0").toLowerCase();

const within = (records: readonly number[], all: readonly number[]): number[] => {
  const known = new Set(all);
  return records.filter((record) => known.has(record));
};
