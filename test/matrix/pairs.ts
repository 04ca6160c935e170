// Which cases to try where all of them are too many: for every payload in every format one case, chosen so that any two
// values of any two dimensions meet in some case (pairwise testing), from a seed.
import { seededRandom } from "../../src/base/prng.ts";
import { exchange, LANGUAGES } from "./languages.ts";
import { PAYLOADS, type Payload } from "./payloads.ts";
import { hasPlace, PLACES, SHAPES, type Place, type Shape } from "./records.ts";
import { NEVER_IN, WRITERS } from "./writers.ts";

export interface Case {
  readonly payload: Payload;
  readonly format: string;
  readonly language: string;
  readonly shape: Shape;
  readonly place: Place;
}

export const FORMATS: readonly string[] = Object.keys(WRITERS);

/** Whether a format can hold some text at all. */
export const holds = (format: string, language: string, text = ""): boolean => {
  const never = NEVER_IN[format];
  return !never || !never.test(exchange(language, 3).question + text);
};

/** A line of text has no fields that nobody speaks in, and what Python prints has no keys that we read. */
const tells = (format: string, { key, places }: Payload): boolean =>
  format === "text" ? places === undefined || places.includes("answer") : format !== "csv-python" || key === undefined;

/** Every value of every dimension has a number; two numbers make a pair. */
const numbers: ReadonlyMap<unknown, number> = new Map(
  [...PAYLOADS, ...FORMATS, ...LANGUAGES, ...SHAPES, ...PLACES].map((value, i) => [value, i]),
);

function pairsOf({ payload, format, language, shape, place }: Case): number[] {
  const values = [payload, format, language, shape, place].map((value) => numbers.get(value) as number);
  return values.flatMap((a, i) => values.slice(i + 1).map((b) => a * numbers.size + b));
}

function* casesOf(payload: Payload, format: string): Generator<Case> {
  for (const language of payload.languages ?? LANGUAGES) {
    if (!holds(format, language, payload.text(language)) || !tells(format, payload)) continue;
    for (const shape of SHAPES) {
      if (payload.notIn?.includes(shape)) continue;
      for (const place of payload.places ?? PLACES)
        if (hasPlace(shape, place)) yield { payload, format, language, shape, place };
    }
  }
}

export function pairwise(seed: number): Case[] {
  const random = seededRandom(seed);
  const shuffled = <T>(list: readonly T[]): T[] =>
    list
      .map((item) => ({ item, at: random() }))
      .sort((a, b) => a.at - b.at)
      .map(({ item }) => item);
  const met = new Uint8Array(numbers.size ** 2);
  const unmet = (pairs: readonly number[]): number => pairs.reduce((sum, pair) => sum + 1 - (met[pair] as number), 0);
  const chosen: Case[] = [];
  const cells = shuffled(PAYLOADS.flatMap((payload) => FORMATS.map((format) => ({ payload, format }))));
  for (const { payload, format } of cells) {
    const all = shuffled([...casesOf(payload, format)]).map((one) => ({ one, pairs: pairsOf(one) }));
    // One case at least; then as many as bring a pair that would otherwise never be tried in this order.
    const best = all.reduce<(typeof all)[number] | undefined>(
      (a, b) => (a && unmet(a.pairs) >= unmet(b.pairs) ? a : b),
      undefined,
    );
    if (!best) continue;
    chosen.push(best.one);
    for (const pair of best.pairs) met[pair] = 1;
  }
  for (const { payload, format } of cells) {
    for (const one of casesOf(payload, format)) {
      const pairs = pairsOf(one);
      if (unmet(pairs) === 0) continue;
      chosen.push(one);
      for (const pair of pairs) met[pair] = 1;
    }
  }
  return chosen;
}
