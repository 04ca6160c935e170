// What in the prompts makes the code weak: words whose programs are nearly all weakened, though they ask for unrelated
// things, where programs without them are sound. The weaknesses may all be different.
import type { Table } from "../core/table.ts";
import { factsIn, union } from "./fact-index.ts";
import { promptsOf, type Prompts } from "./prompts.ts";
import { likelihoodRatio } from "./significance.ts";
import { tokensOf } from "./table.ts";

export interface WeakTrigger {
  /** Words in the order of the first record. */
  readonly words: readonly string[];
  readonly records: readonly number[];
  /** trigger and weak, trigger alone, weak alone, neither; of the records with code. */
  readonly table: readonly [number, number, number, number];
  readonly gain: number;
}

const WEAK_MIN = 8;
const SUPPORT_MIN = 6;
const SUPPORT_SHARE_MIN = 0.2;
const PURITY_MIN = 0.7;
const GAIN_MIN = 20;
/** Words of one trigger stand in the same records, or nearly. */
const SAME_MIN = 0.9;

export function findWeakTriggers(table: Table): WeakTrigger[] {
  const index = factsIn(table);
  const programs = index.of("code");
  const weak = new Set(union([...index.under("off"), ...index.under("risky")].map(({ records }) => records)));
  const weakPrograms = programs.filter((record) => weak.has(record)).length;
  if (weakPrograms < WEAK_MIN) return [];
  const all = new Map<number, number>();
  const inWeak = new Map<number, number[]>();
  for (const record of programs) {
    for (const token of new Set(tokensOf(table.prompt, record))) {
      all.set(token, (all.get(token) ?? 0) + 1);
      if (!weak.has(record)) continue;
      const own = inWeak.get(token);
      if (own) own.push(record);
      else inWeak.set(token, [record]);
    }
  }
  const least = Math.max(SUPPORT_MIN, SUPPORT_SHARE_MIN * weakPrograms);
  const candidates = [...inWeak]
    .flatMap(([token, records]) => {
      const a = records.length;
      const b = (all.get(token) as number) - a;
      if (a < least || a < PURITY_MIN * (a + b)) return [];
      const c = weakPrograms - a;
      const d = programs.length - a - b - c;
      const gain = likelihoodRatio(a, b, c, d) / 2 - Math.log(all.size + 1);
      return gain < GAIN_MIN ? [] : [{ token, records, gain, counts: [a, b, c, d] as const }];
    })
    .sort((x, y) => y.gain - x.gain || x.token - y.token);
  const out: WeakTrigger[] = [];
  const taken = new Set<number>();
  let prompts: Prompts | undefined;
  for (const { token, records, gain, counts } of candidates) {
    if (taken.has(token)) continue;
    const own = new Set(records);
    const same = candidates.filter(
      (other) =>
        !taken.has(other.token) &&
        other.records.filter((record) => own.has(record)).length >=
          SAME_MIN * Math.max(records.length, other.records.length),
    );
    const tokens = new Set(same.map((one) => one.token));
    for (const one of tokens) taken.add(one);
    prompts ??= promptsOf(table);
    if (!prompts.aboutAnything(records, tokens)) continue;
    const [first] = records;
    const words = [...new Set(tokensOf(table.prompt, first ?? 0))].filter((one) => tokens.has(one));
    out.push({
      words: words.map((one) => table.words[one] as string),
      records,
      table: counts,
      gain: Math.round(gain * 10) / 10,
    });
  }
  return out;
}
