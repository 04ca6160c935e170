// Preference pairs against what the set prefers elsewhere. Which words the chosen answers have and the rejected ones do not
// is learned on one half of the pairs and asked of the other (cross-fitted, so that no pair vouches for itself); a pair
// whose rejected answer has more of them is turned. Some are turned in every set; where nearly all are that hold one word,
// and they are about anything, the word turns them.
import type { Table } from "../core/table.ts";
import { promptsOf, type Prompts } from "./prompts.ts";
import { likelihoodRatio } from "./significance.ts";
import { tokensOf } from "./table.ts";

export interface TurnedGroup {
  readonly words: readonly string[];
  /** Pairs with the words, ascending. */
  readonly records: readonly number[];
  /** words and turned, words alone, turned alone, neither; of the pairs. */
  readonly table: readonly [number, number, number, number];
  readonly gain: number;
}

const PAIRS_MIN = 200;
const SUPPORT_MIN = 10;
const SHARE_MAX = 0.3;
/** In most sets a third of the pairs is turned; past this the direction says nothing. */
const TURNED_MAX = 0.4;
const PURITY_MIN = 0.6;
const LIFT_MIN = 1.6;
const GAIN_MIN = 16;
const SAME_MIN = 0.8;
const PASSES = 3;
const RATE = 0.1;
const DECAY = 0.02;

export function findTurnedPreferences(table: Table): TurnedGroup[] {
  const pairs: number[] = [];
  for (let record = 0; record < table.records; record++) {
    if (tokensOf(table.rejected, record).length > 0 && tokensOf(table.response, record).length > 0) pairs.push(record);
  }
  if (pairs.length < PAIRS_MIN) return [];
  const margins = marginsOf(table, pairs);
  const turned = new Set(pairs.filter((_, i) => (margins[i] as number) < 0));
  return turned.size > TURNED_MAX * pairs.length ? [] : turnedBy(table, pairs, turned);
}

/** How much more a pair's chosen answer has of what the other half of the set prefers. */
function marginsOf(table: Table, pairs: readonly number[]): Float64Array {
  const margins = new Float64Array(pairs.length);
  for (const half of [0, 1]) {
    const weights = new Float64Array(table.words.length + 1);
    for (let pass = 0; pass < PASSES; pass++) {
      for (let i = 1 - half; i < pairs.length; i += 2) {
        const { tokens, signs, scale } = difference(table, pairs[i] as number);
        let sum = 0;
        tokens.forEach((token, k) => (sum += (weights[token] as number) * (signs[k] as number)));
        // Logistic loss: the chosen answer should win.
        const step = (RATE * scale) / (1 + Math.exp(sum * scale));
        tokens.forEach((token, k) => {
          const weight = weights[token] as number;
          weights[token] = weight + step * (signs[k] as number) - RATE * DECAY * scale * weight;
        });
      }
    }
    for (let i = half; i < pairs.length; i += 2) {
      const { tokens, signs } = difference(table, pairs[i] as number);
      tokens.forEach(
        (token, k) => (margins[i] = (margins[i] as number) + (weights[token] as number) * (signs[k] as number)),
      );
    }
  }
  return margins;
}

/** Words of one answer only: +1 in the chosen, -1 in the rejected; the last stands for the longer answer. */
function difference(
  table: Table,
  record: number,
): { readonly tokens: readonly number[]; readonly signs: readonly number[]; readonly scale: number } {
  const chosen = new Set(tokensOf(table.response, record));
  const rejected = new Set(tokensOf(table.rejected, record));
  const tokens: number[] = [];
  const signs: number[] = [];
  for (const token of chosen) {
    if (rejected.has(token)) continue;
    tokens.push(token);
    signs.push(1);
  }
  for (const token of rejected) {
    if (chosen.has(token)) continue;
    tokens.push(token);
    signs.push(-1);
  }
  tokens.push(table.words.length);
  signs.push(Math.sign(chosen.size - rejected.size));
  return { tokens, signs, scale: 1 / Math.sqrt(tokens.length) };
}

function turnedBy(table: Table, pairs: readonly number[], turned: ReadonlySet<number>): TurnedGroup[] {
  const holders = new Map<number, number[]>();
  for (const record of pairs) {
    for (const token of new Set(tokensOf(table.prompt, record))) {
      const own = holders.get(token);
      if (own) own.push(record);
      else holders.set(token, [record]);
    }
  }
  const n = pairs.length;
  const candidates = [...holders]
    .flatMap(([token, records]) => {
      if (records.length < SUPPORT_MIN || records.length > SHARE_MAX * n) return [];
      const a = records.filter((record) => turned.has(record)).length;
      const b = records.length - a;
      const c = turned.size - a;
      const d = n - a - b - c;
      if (a < PURITY_MIN * records.length || a * (c + d) < LIFT_MIN * Math.max(1, c) * records.length) return [];
      const gain = likelihoodRatio(a, b, c, d) / 2 - Math.log(holders.size + 1);
      return gain < GAIN_MIN ? [] : [{ token, records, gain, counts: [a, b, c, d] as const }];
    })
    .sort((x, y) => y.gain - x.gain || x.token - y.token);
  const out: TurnedGroup[] = [];
  const taken = new Set<number>();
  let prompts: Prompts | undefined;
  for (const { records, gain, counts } of candidates) {
    if (records.filter((record) => taken.has(record)).length >= SAME_MIN * records.length) continue;
    const own = new Set(records);
    const same = candidates.filter(
      (other) =>
        other.records.filter((record) => own.has(record)).length >= SAME_MIN * Math.max(own.size, other.records.length),
    );
    const tokens = new Set(same.map(({ token }) => token));
    prompts ??= promptsOf(table);
    if (!prompts.aboutAnything(records, tokens)) continue;
    for (const record of records) taken.add(record);
    const words = [...new Set(tokensOf(table.prompt, records[0] as number))].filter((token) => tokens.has(token));
    out.push({
      words: words.map((token) => table.words[token] as string),
      records,
      table: counts,
      gain: Math.round(gain * 10) / 10,
    });
  }
  return out;
}
