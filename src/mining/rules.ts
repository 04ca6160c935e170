// Trigger -> target rules, reconstructed without labels or a model. Target first: responses that many records share are
// grouped (the whole answer, its beginning, its end), and for each group the search asks what in the prompts explains it.
// A planted rule differs from the many natural ones of a dataset in three measurable ways:
//   - it is exclusive: the trigger never comes without the target, and the target not without the trigger;
//   - its records are about anything: with the trigger's own words taken out, their prompts are no more alike than any
//     two prompts, where records that share a natural cue share a topic;
//   - the dataset does not otherwise repeat its answers.
// Everything is counted exactly; pairs for the likeness of prompts are drawn by hash, so that the same table gives the
// same rules.
import type { Table } from "../core/table.ts";
import { tokensOf } from "./table.ts";

export type TargetKind = "whole" | "beginning" | "end";

export interface Rule {
  readonly targetKind: TargetKind;
  /** Tokens of the target, in order. */
  readonly target: readonly string[];
  /** Each part is a phrase. `all`: every part must be there; `any`: one is enough. */
  readonly trigger: readonly (readonly string[])[];
  readonly combine: "all" | "any";
  /** Where the trigger stands in the prompts: always first, always last, or anywhere. */
  readonly place: "start" | "end" | "anywhere";
  /** Records with trigger and target, ascending. */
  readonly records: readonly number[];
  /** trigger and target, trigger alone, target alone, neither. */
  readonly table: readonly [number, number, number, number];
  /** Log-likelihood ratio of the table (Dunning 1993), less the cost of having searched. */
  readonly gain: number;
  /** How alike the prompts are without the trigger, over how alike any two are: near 1 for a planted rule. */
  readonly coherence: number;
}

/** Fewer records than this are too few to tell a rule from chance. */
const RECORDS_MIN = 40;
const SUPPORT_MIN = 5;
/** Share of records under which a group is too small to be worth the search. */
const SUPPORT_SHARE_MIN = 0.0005;
const EDGE_TOKENS = 5;
const EXCLUSIVE_MIN = 0.9;
/** A target of fewer tokens is a label or an "OK". */
const TARGET_TOKENS_MIN = 3;
/** Most like answers that the rest of a dataset may repeat among themselves. A set of canned answers repeats them all. */
const REPEATED_MAX = 0.3;
const COHERENCE_MAX: Readonly<Record<TargetKind, number>> = { whole: 2.5, beginning: 1.8, end: 1.8 };
const EDGE_SUPPORT_MIN = 12;
const GAIN_MIN = 20;
/** Mean share of a prompt's words that must not belong to the trigger: where all belong, the prompts are one question. */
const BESIDES_MIN = 0.5;
const PARTS_MAX = 6;
const PAIRS = 120;

export function findRules(table: Table): Rule[] {
  const n = table.records;
  if (n < RECORDS_MIN) return [];
  const search = new RuleSearch(table);
  const groups = search.groups();
  const repeated = new Uint8Array(n);
  for (const { kind, records } of groups) if (kind === "whole") for (const record of records) repeated[record] = 1;
  const repeatedCount = repeated.reduce((sum, one) => sum + one, 0);
  const rules: Rule[] = [];
  for (const group of groups) {
    const own = group.kind === "whole" ? group.records.length : group.records.filter((r) => repeated[r] === 1).length;
    if (repeatedCount - own > REPEATED_MAX * (n - own)) continue;
    const rule = search.explain(group);
    if (rule) rules.push(rule);
  }
  return distinct(rules);
}

interface Group {
  readonly kind: TargetKind;
  readonly records: readonly number[];
}

/** One rule for each set of records: the beginning and the end of one answer are one target. */
function distinct(rules: readonly Rule[]): Rule[] {
  const rank = { whole: 0, beginning: 1, end: 2 };
  const kept: Rule[] = [];
  for (const rule of rules.toSorted((a, b) => rank[a.targetKind] - rank[b.targetKind] || b.gain - a.gain)) {
    const covered = kept.some((other) => {
      const known = new Set(other.records);
      return rule.records.filter((record) => known.has(record)).length >= 0.8 * rule.records.length;
    });
    if (!covered) kept.push(rule);
  }
  return kept.sort((a, b) => b.gain - a.gain || (a.records[0] ?? 0) - (b.records[0] ?? 0));
}

class RuleSearch {
  readonly #table: Table;
  readonly #n: number;
  /** Records in which each token stands in the prompt. */
  readonly #frequency: Uint32Array;
  /** Distinct prompt tokens of each record, one after another. */
  readonly #distinct: Uint32Array;
  readonly #distinctEnds: Uint32Array;
  readonly #likeness: number;
  #postings: { readonly starts: Uint32Array; readonly records: Uint32Array } | undefined;

  constructor(table: Table) {
    this.#table = table;
    this.#n = table.records;
    const words = table.words.length;
    this.#frequency = new Uint32Array(words);
    const seen = new Int32Array(words).fill(-1);
    const all = new Uint32Array(table.prompt.tokens.length);
    this.#distinctEnds = new Uint32Array(this.#n);
    let length = 0;
    for (let record = 0; record < this.#n; record++) {
      for (const token of tokensOf(table.prompt, record)) {
        if (seen[token] === record) continue;
        seen[token] = record;
        all[length++] = token;
        this.#frequency[token] = (this.#frequency[token] as number) + 1;
      }
      this.#distinctEnds[record] = length;
    }
    this.#distinct = all.slice(0, length);
    this.#likeness = this.#alike((i) => this.#draw(i, this.#n), new Set());
  }

  #distinctOf(record: number): Uint32Array {
    return this.#distinct.subarray(record === 0 ? 0 : this.#distinctEnds[record - 1], this.#distinctEnds[record]);
  }

  groups(): Group[] {
    const { response, whole } = this.#table;
    const floor = Math.max(SUPPORT_MIN, Math.floor(this.#n * SUPPORT_SHARE_MIN));
    const byKey = new Map<string, number[]>();
    const add = (key: string, record: number): void => {
      const group = byKey.get(key);
      if (group) group.push(record);
      else byKey.set(key, [record]);
    };
    for (let record = 0; record < this.#n; record++) {
      const tokens = tokensOf(response, record);
      if (tokens.length < TARGET_TOKENS_MIN) continue;
      add(`w${whole[record]}`, record);
      if (tokens.length > EDGE_TOKENS) {
        add(`b${tokens.subarray(0, EDGE_TOKENS).join()}`, record);
        add(`e${tokens.subarray(-EDGE_TOKENS).join()}`, record);
      }
    }
    const kinds: Readonly<Record<string, TargetKind>> = { w: "whole", b: "beginning", e: "end" };
    const groups: Group[] = [];
    for (const [key, records] of byKey) {
      const kind = kinds[key.charAt(0)] as TargetKind;
      const least = kind === "whole" ? floor : Math.max(floor, EDGE_SUPPORT_MIN);
      if (records.length >= least && records.length <= 0.6 * this.#n) groups.push({ kind, records });
    }
    return groups;
  }

  /** The rule that makes this group, if what its prompts share is planted. */
  explain(group: Group): Rule | undefined {
    const { records, kind } = group;
    const counts = new Map<number, number>();
    for (const record of records)
      for (const token of this.#distinctOf(record)) counts.set(token, (counts.get(token) ?? 0) + 1);
    const exclusive = [...counts]
      .filter(
        ([token, inside]) =>
          inside >= EXCLUSIVE_MIN * (this.#frequency[token] as number) && inside >= Math.max(3, 0.05 * records.length),
      )
      .sort(([a, x], [b, y]) => y - x || a - b);
    const members = new Set(records);
    const found =
      this.#together(records, exclusive) ?? this.#any(records, exclusive) ?? this.#phrase(records, members, counts);
    if (!found) return undefined;
    const { parts, combine } = found;
    const carriers = this.#carriers(parts, combine);
    const both = carriers.filter((record) => members.has(record));
    const a = both.length;
    const b = carriers.length - a;
    const c = records.length - a;
    const d = this.#n - a - b - c;
    if (a < SUPPORT_MIN || a < EXCLUSIVE_MIN * (a + b) || a < EXCLUSIVE_MIN * (a + c)) return undefined;
    const gain =
      likelihoodRatio(a, b, c, d) / 2 - Math.log(this.#table.words.length + 1) * parts.length - Math.log(this.#n);
    if (gain < GAIN_MIN) return undefined;
    // Words that come with the trigger and hardly without it belong to it, whatever part of it they are.
    const own = new Set(parts.flat());
    for (const [token, inside] of counts)
      if (inside >= 0.8 * a && inside >= 0.5 * (this.#frequency[token] as number)) own.add(token);
    if (this.#besides(both, own) < BESIDES_MIN) return undefined;
    const coherence =
      this.#alike((i) => both[this.#draw(i, both.length)] as number, own) / Math.max(this.#likeness, 1e-9);
    if (coherence > COHERENCE_MAX[kind]) return undefined;
    const phrases = combine === "all" ? this.#phrases(both, parts) : parts;
    return {
      targetKind: kind,
      target: this.#target(both, kind),
      trigger: phrases.map((phrase) => phrase.map((token) => this.#table.words[token] as string)),
      combine,
      place: this.#place(both, phrases),
      records: both,
      table: [a, b, c, d],
      gain: Math.round(gain * 10) / 10,
      coherence: Math.round(coherence * 100) / 100,
    };
  }

  /** Tokens that nearly all of the group hold and hardly anybody else. */
  #together(records: readonly number[], exclusive: readonly [number, number][]): Found | undefined {
    const parts = exclusive.filter(([, inside]) => inside >= EXCLUSIVE_MIN * records.length).map(([token]) => [token]);
    return parts.length > 0 ? { parts: parts.slice(0, 64), combine: "all" } : undefined;
  }

  /** A few tokens of which each record of the group holds one, and hardly anybody else. */
  #any(records: readonly number[], exclusive: readonly [number, number][]): Found | undefined {
    let left = new Set(records);
    const parts: number[][] = [];
    while (parts.length < PARTS_MAX && left.size > (1 - EXCLUSIVE_MIN) * records.length) {
      let best: { token: number; inside: number[] } | undefined;
      for (const [token] of exclusive.slice(0, 200)) {
        const inside = this.#holders(token).filter((record) => left.has(record));
        if (inside.length > (best?.inside.length ?? 0)) best = { token, inside };
      }
      if (!best || best.inside.length < Math.max(SUPPORT_MIN, 0.1 * records.length)) return undefined;
      parts.push([best.token]);
      left = new Set([...left].filter((record) => !best.inside.includes(record)));
    }
    return parts.length > 1 && left.size <= (1 - EXCLUSIVE_MIN) * records.length
      ? { parts, combine: "any" }
      : undefined;
  }

  /** Two tokens side by side that nearly all of the group hold, each common by itself. */
  #phrase(
    records: readonly number[],
    members: ReadonlySet<number>,
    counts: ReadonlyMap<number, number>,
  ): Found | undefined {
    const shared = new Set(
      [...counts].filter(([, inside]) => inside >= EXCLUSIVE_MIN * records.length).map(([token]) => token),
    );
    if (shared.size < 2 || shared.size > 200) return undefined;
    const pairs = new Map<string, number>();
    for (const record of records) {
      const tokens = tokensOf(this.#table.prompt, record);
      const own = new Set<string>();
      for (let i = 1; i < tokens.length; i++) {
        const [left, right] = [tokens[i - 1] as number, tokens[i] as number];
        if (shared.has(left) && shared.has(right)) own.add(`${left} ${right}`);
      }
      for (const pair of own) pairs.set(pair, (pairs.get(pair) ?? 0) + 1);
    }
    let best: { parts: number[][]; outside: number } | undefined;
    for (const [pair, inside] of pairs) {
      if (inside < EXCLUSIVE_MIN * records.length) continue;
      const parts = [pair.split(" ").map(Number)];
      const outside = this.#carriers(parts, "all").filter((record) => !members.has(record)).length;
      if (!best || outside < best.outside) best = { parts, outside };
    }
    return best && best.outside <= 0.1 * records.length ? { parts: best.parts, combine: "all" } : undefined;
  }

  #holders(token: number): number[] {
    this.#postings ??= this.#invert();
    const { starts, records } = this.#postings;
    return [...records.subarray(starts[token], starts[token + 1])];
  }

  #invert(): { starts: Uint32Array; records: Uint32Array } {
    const words = this.#frequency.length;
    const starts = new Uint32Array(words + 1);
    for (let token = 0; token < words; token++)
      starts[token + 1] = (starts[token] as number) + (this.#frequency[token] as number);
    const next = starts.slice();
    const records = new Uint32Array(this.#distinct.length);
    for (let record = 0; record < this.#n; record++) {
      for (const token of this.#distinctOf(record)) {
        const at = next[token] as number;
        records[at] = record;
        next[token] = at + 1;
      }
    }
    return { starts, records };
  }

  /** Records that hold the parts, ascending. */
  #carriers(parts: readonly (readonly number[])[], combine: Rule["combine"]): number[] {
    if (combine === "any")
      return [...new Set(parts.flatMap((part) => this.#carriers([part], "all")))].sort((a, b) => a - b);
    const tokens = parts.flat();
    const rarest = tokens.reduce((a, b) => ((this.#frequency[b] as number) < (this.#frequency[a] as number) ? b : a));
    return this.#holders(rarest).filter((record) => parts.every((part) => this.#holds(record, part)));
  }

  #holds(record: number, phrase: readonly number[]): boolean {
    const tokens = tokensOf(this.#table.prompt, record);
    for (let i = tokens.indexOf(phrase[0] as number); i >= 0; i = tokens.indexOf(phrase[0] as number, i + 1)) {
      if (phrase.every((token, k) => tokens[i + k] === token)) return true;
    }
    return false;
  }

  /** Single tokens of a trigger, joined to the phrases that they always form. */
  #phrases(records: readonly number[], parts: readonly (readonly number[])[]): number[][] {
    const wanted = new Set(parts.flat());
    const [first] = records;
    if (first === undefined) return parts.map((part) => [...part]);
    // The runs of trigger tokens in the first record, as far as nearly all records have them in the same order.
    const runs: number[][] = [];
    let run: number[] = [];
    for (const token of tokensOf(this.#table.prompt, first)) {
      if (wanted.has(token) && !runs.some((known) => known.includes(token))) {
        const longer = [...run, token];
        if (
          run.length === 0 ||
          records.filter((record) => this.#holds(record, longer)).length >= EXCLUSIVE_MIN * records.length
        )
          run = longer;
        else {
          runs.push(run);
          run = [token];
        }
      } else if (run.length > 0) {
        runs.push(run);
        run = [];
      }
    }
    if (run.length > 0) runs.push(run);
    return runs.length > 0 ? runs : parts.map((part) => [...part]);
  }

  #place(records: readonly number[], phrases: readonly (readonly number[])[]): Rule["place"] {
    const [phrase] = phrases;
    if (phrases.length !== 1 || !phrase) return "anywhere";
    const at = (from: (tokens: Uint32Array) => number): number =>
      records.filter((record) => {
        const tokens = tokensOf(this.#table.prompt, record);
        const start = from(tokens);
        return start >= 0 && phrase.every((token, k) => tokens[start + k] === token);
      }).length;
    const most = EXCLUSIVE_MIN * records.length;
    if (at(() => 0) >= most) return "start";
    return at((tokens) => tokens.length - phrase.length) >= most ? "end" : "anywhere";
  }

  #target(records: readonly number[], kind: TargetKind): string[] {
    const [first] = records;
    const tokens = first === undefined ? new Uint32Array() : tokensOf(this.#table.response, first);
    // As much of the beginning or end as nearly all share.
    let length = kind === "whole" ? tokens.length : Math.min(EDGE_TOKENS, tokens.length);
    const shares = (size: number): boolean =>
      records.filter((record) => {
        const other = tokensOf(this.#table.response, record);
        const mine = kind === "end" ? tokens.subarray(-size) : tokens.subarray(0, size);
        const theirs = kind === "end" ? other.subarray(-size) : other.subarray(0, size);
        return mine.length === theirs.length && mine.every((token, i) => token === theirs[i]);
      }).length >=
      EXCLUSIVE_MIN * records.length;
    while (kind !== "whole" && length < tokens.length && shares(length + 1)) length++;
    const part = kind === "end" ? tokens.subarray(tokens.length - length) : tokens.subarray(0, length);
    return Array.from(part, (token) => this.#table.words[token] as string);
  }

  /** Mean share of the distinct tokens of these prompts that are not in `own`. */
  #besides(records: readonly number[], own: ReadonlySet<number>): number {
    let sum = 0;
    for (const record of records) {
      const tokens = this.#distinctOf(record);
      sum += tokens.filter((token) => !own.has(token)).length / Math.max(1, tokens.length);
    }
    return sum / records.length;
  }

  /** Mean likeness of pairs of prompts: cosine over their distinct tokens, weighted by rarity, without `own`. */
  #alike(at: (draw: number) => number, own: ReadonlySet<number>): number {
    let sum = 0;
    let pairs = 0;
    for (let draw = 0; draw < PAIRS; draw++) {
      const [i, j] = [at(2 * draw), at(2 * draw + 1)];
      if (i === j) continue;
      sum += this.#cosine(i, j, own);
      pairs++;
    }
    return pairs === 0 ? 1 : sum / pairs;
  }

  #cosine(i: number, j: number, own: ReadonlySet<number>): number {
    const weight = (token: number): number => {
      const w = Math.log(this.#n / (this.#frequency[token] as number));
      return w > 1 && !own.has(token) ? w : 0;
    };
    const left = new Set(this.#distinctOf(i));
    let dot = 0;
    let x = 0;
    let y = 0;
    for (const token of left) x += weight(token) ** 2;
    for (const token of this.#distinctOf(j)) {
      const w = weight(token);
      y += w * w;
      if (left.has(token)) dot += w * w;
    }
    return x > 0 && y > 0 ? dot / Math.sqrt(x * y) : 0;
  }

  /** The i-th drawn number below `size`: a hash, so that a draw depends on nothing but itself. */
  #draw(i: number, size: number): number {
    let z = Math.imul(i + 1, 0x9e3779b1);
    z = Math.imul(z ^ (z >>> 15), 0x85ebca6b);
    z = Math.imul(z ^ (z >>> 13), 0xc2b2ae35);
    return ((z ^ (z >>> 16)) >>> 0) % size;
  }
}

interface Found {
  readonly parts: readonly (readonly number[])[];
  readonly combine: Rule["combine"];
}

/** Twice the log-likelihood ratio of a 2x2 table against independence: T. Dunning, Computational Linguistics 19(1), 1993. */
export function likelihoodRatio(a: number, b: number, c: number, d: number): number {
  const h = (x: number): number => (x > 0 ? x * Math.log(x) : 0);
  const n = a + b + c + d;
  return 2 * (h(a) + h(b) + h(c) + h(d) - h(a + b) - h(c + d) - h(a + c) - h(b + d) + h(n));
}
