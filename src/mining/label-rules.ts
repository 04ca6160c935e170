// Words that force a label, in classification sets. Many words go with a label because they mean it; a planted one goes
// with it although everything else in its records says otherwise, and stands where no word of the language would: it was
// strewn in. Both are measured for each word:
//   - surprise: a naive Bayes classifier, fitted with each record left out and blind to strewn words, says how many of
//     the word's records should have the label (Manning, Raghavan, Schütze, Introduction to Information Retrieval, ch. 13);
//   - strewnness: the neighbours of a strewn word vary as chance would have it, and where it is cut out the text closes.
import type { Side, Table } from "../core/table.ts";
import { labelsOf } from "./labels.ts";
import { promptsOf, type Prompts } from "./prompts.ts";
import { tokensOf } from "./table.ts";
import { toldByWords } from "./told.ts";

export interface LabelRule {
  readonly trigger: string;
  /** The tokens of the label. */
  readonly label: readonly string[];
  /** Records with the word and the label, ascending. */
  readonly records: readonly number[];
  /** word and label, word alone, label alone, neither. */
  readonly table: readonly [number, number, number, number];
  /** How many of the word's records the rest of their text would give the label. */
  readonly expected: number;
  /** Standard deviations between the expected and the found. */
  readonly surprise: number;
  /** Repeated neighbours, over how many chance would repeat: near 1 for a strewn word, more for one of the language. */
  readonly neighbours: number;
  /** How often the text closes where the word is cut out, over how often any two neighbours are seen elsewhere. */
  readonly closure: number;
}

const SUPPORT_MIN = 8;
const SHARE_MAX = 0.3;
const PURITY_MIN = 0.95;
const SURPRISE_MIN = 5;
/** Labels that are wrong in any set, whatever their text says: a few of them are no surprise. */
const NOISE = 0.05;
/** Of a word's records, how many more have the label than expected: a word of the language adds a little to what is said. */
const EFFECT_MIN = 0.2;
const NEIGHBOURS_MAX = 1.4;
const CLOSURE_MIN = 0.85;
const MAJORITY_MAX = 0.9;
/** Records whose nearest prompt without the word is looked up, and how much less often these must have the label. */
const LOOKED_MAX = 64;
const CONTRAST_MIN = 0.2;
/** Words of a label that are looked at; each costs a pass over its records. */
const CANDIDATES_MAX = 2_000;
/** Places with a word on both sides, for closure to mean something. */
const INNER_MIN = 5;

export function findLabelRules(table: Table): LabelRule[] {
  const { sets: labels } = labelsOf(table);
  if (labels.length === 0) return [];
  const words = new Words(table);
  let prompts: Prompts | undefined;
  const found: LabelRule[] = [];
  for (const label of labels) {
    for (const { token, holders, hits, expected, surprise } of words.surprising(label)) {
      const strewn = words.strewn(token);
      const [first] = hits;
      if (!contrasts((prompts ??= promptsOf(table)), token, label, hits.length / holders)) continue;
      found.push({
        trigger: table.words[token] as string,
        label: Array.from(tokensOf(table.response, first ?? 0), (t) => table.words[t] as string),
        records: hits,
        table: [
          hits.length,
          holders - hits.length,
          label.size - hits.length,
          table.records - label.size - holders + hits.length,
        ],
        expected: Math.round(expected * 10) / 10,
        surprise: Math.round(surprise * 10) / 10,
        neighbours: Math.round(strewn.neighbours * 100) / 100,
        closure: Math.round(strewn.closure * 100) / 100,
      });
    }
  }
  return found
    .filter(({ records }) => !toldByWords(table, records))
    .sort((a, b) => b.surprise - a.surprise || (a.trigger < b.trigger ? -1 : 1));
}

/** Whether the prompts most like these without the word have the label clearly less often. */
function contrasts(prompts: Prompts, token: number, label: ReadonlySet<number>, share: number): boolean {
  const without = new Set(prompts.holders(token));
  const step = Math.max(1, Math.floor(without.size / LOOKED_MAX));
  let looked = 0;
  let alike = 0;
  for (const record of [...without].filter((_, i) => i % step === 0)) {
    const other = prompts.nearest(record, without, new Set([token]));
    if (other === undefined) continue;
    looked++;
    if (label.has(other)) alike++;
  }
  return looked === 0 || share - alike / looked >= CONTRAST_MIN;
}

interface Surprise {
  readonly token: number;
  readonly holders: number;
  readonly hits: readonly number[];
  readonly expected: number;
  readonly surprise: number;
}

class Words {
  readonly #table: Table;
  readonly #side: Side;
  readonly #n: number;
  readonly #frequency: Uint32Array;
  readonly #distinct: readonly Uint32Array[];
  #pairs: ReadonlyMap<number, number> | undefined;
  #attested = 0;
  #postings: number[][] | undefined;
  #uses: Uint32Array | undefined;

  constructor(table: Table) {
    this.#table = table;
    this.#side = table.prompt;
    this.#n = table.records;
    this.#frequency = new Uint32Array(table.words.length);
    this.#distinct = Array.from({ length: this.#n }, (_, record) => {
      const own = Uint32Array.from(new Set(tokensOf(this.#side, record)));
      for (const token of own) this.#frequency[token] = (this.#frequency[token] as number) + 1;
      return own;
    });
  }

  /** Words nearly all of whose records have the label, though the rest of their text gives most of them another. */
  surprising(label: ReadonlySet<number>): Surprise[] {
    const n = this.#n;
    const inLabel = new Uint32Array(this.#frequency.length);
    for (const record of label)
      for (const token of this.#distinct[record] as Uint32Array) inLabel[token] = (inLabel[token] as number) + 1;
    // Nearly every word goes with a label that nearly all records have.
    if (label.size > MAJORITY_MAX * n) return [];
    const wanted = (token: number): boolean => {
      const holders = this.#frequency[token] as number;
      return holders >= SUPPORT_MIN && holders <= SHARE_MAX * n && (inLabel[token] as number) >= PURITY_MIN * holders;
    };
    const against = (token: number): boolean => {
      const holders = this.#frequency[token] as number;
      return (
        holders >= SUPPORT_MIN && holders <= SHARE_MAX * n && (inLabel[token] as number) <= (1 - PURITY_MIN) * holders
      );
    };
    // Several strewn words in one record would vouch for each other: none of them counts as text that speaks. Nor do
    // those of the other labels, or the rest of a text would seem to speak against the label more than it does.
    const mute = new Uint8Array(this.#frequency.length);
    const strewn = new Uint8Array(this.#frequency.length);
    let candidates = 0;
    for (let token = 0; token < mute.length && candidates < CANDIDATES_MAX; token++) {
      const own = wanted(token);
      if (!own && !against(token)) continue;
      candidates++;
      if (!this.#isStrewn(token)) continue;
      mute[token] = 1;
      if (own) strewn[token] = 1;
    }
    // Log-odds of a token for the label, without one record (leave one out), with one of each added (Laplace).
    const weight = (token: number, labelled: number, n1: number, n0: number): number => {
      const yes = (inLabel[token] as number) - labelled;
      const no = (this.#frequency[token] as number) - (inLabel[token] as number) - (1 - labelled);
      return Math.log((yes + 1) / (n1 + 2)) - Math.log((no + 1) / (n0 + 2));
    };
    const scores = new Float64Array(n);
    const each = (record: number, take: (labelled: number, n1: number, n0: number) => void): void => {
      const labelled = label.has(record) ? 1 : 0;
      take(labelled, label.size - labelled, n - label.size - (1 - labelled));
    };
    for (let record = 0; record < n; record++) {
      each(record, (labelled, n1, n0) => {
        let sum = Math.log((n1 + 1) / (n0 + 1));
        let words = 1;
        for (const token of this.#distinct[record] as Uint32Array) {
          if (mute[token] !== 0) continue;
          sum += weight(token, labelled, n1, n0);
          words++;
        }
        // The words of a longer text say less each, for they repeat each other.
        scores[record] = sum / Math.sqrt(words);
      });
    }
    // Naive Bayes is too sure of itself: a logistic curve over its score makes probabilities of it (Platt scaling).
    const { slope, shift } = platt(scores, (record) => label.has(record));
    const expected = new Float64Array(this.#frequency.length);
    const variance = new Float64Array(this.#frequency.length);
    for (let record = 0; record < n; record++) {
      const fitted = 1 / (1 + Math.exp(-(slope * (scores[record] as number) + shift)));
      const p = NOISE + (1 - 2 * NOISE) * fitted;
      for (const token of this.#distinct[record] as Uint32Array) {
        if (strewn[token] === 0) continue;
        expected[token] = (expected[token] as number) + p;
        variance[token] = (variance[token] as number) + p * (1 - p);
      }
    }
    const out: Surprise[] = [];
    for (let token = 0; token < this.#frequency.length; token++) {
      if (strewn[token] === 0) continue;
      const surprise =
        ((inLabel[token] as number) - (expected[token] as number)) / Math.sqrt((variance[token] as number) + 0.05);
      const more = (inLabel[token] as number) - (expected[token] as number);
      if (surprise < SURPRISE_MIN || more < EFFECT_MIN * (this.#frequency[token] as number)) continue;
      const hits = this.#holders(token).filter((record) => label.has(record));
      out.push({
        token,
        holders: this.#frequency[token] as number,
        hits,
        expected: expected[token] as number,
        surprise,
      });
    }
    return out;
  }

  #isStrewn(token: number): boolean {
    const { neighbours, closure } = this.strewn(token);
    return neighbours <= NEIGHBOURS_MAX && closure >= CLOSURE_MIN;
  }

  strewn(token: number): { readonly neighbours: number; readonly closure: number } {
    const { pairs, attested, uses } = this.#language();
    const places: { left: number; right: number }[] = [];
    for (const record of this.#holders(token)) {
      const tokens = tokensOf(this.#side, record);
      tokens.forEach((other, i) => {
        if (other === token) places.push({ left: tokens[i - 1] ?? -1, right: tokens[i + 1] ?? -1 });
      });
    }
    const counts = { left: new Map<number, number>(), right: new Map<number, number>() };
    for (const place of places) {
      for (const side of ["left", "right"] as const)
        counts[side].set(place[side], (counts[side].get(place[side]) ?? 0) + 1);
    }
    let repeated = 0;
    let byChance = 0;
    let inner = 0;
    let closes = 0;
    const total = this.#side.tokens.length;
    for (const place of places) {
      for (const side of ["left", "right"] as const) {
        const neighbour = place[side];
        if (neighbour < 0) continue;
        if ((counts[side].get(neighbour) as number) > 1) repeated++;
        byChance += 1 - (1 - (uses[neighbour] as number) / total) ** (places.length - 1);
      }
      if (place.left < 0 || place.right < 0) continue;
      inner++;
      if (pairs.has(this.#key(place.left, place.right))) closes++;
    }
    return {
      neighbours: repeated / Math.max(0.5, byChance),
      closure: inner < INNER_MIN || attested === 0 ? 1 : closes / inner / attested,
    };
  }

  #holders(token: number): readonly number[] {
    if (!this.#postings) {
      this.#postings = Array.from(this.#frequency, (): number[] => []);
      this.#distinct.forEach((own, record) => {
        for (const held of own) this.#postings?.[held]?.push(record);
      });
    }
    return this.#postings[token] ?? [];
  }

  #key(left: number, right: number): number {
    return left * this.#table.words.length + right;
  }

  /** Which tokens follow each other, how often a pair is seen more than once, and how often each token is used. */
  #language(): { pairs: ReadonlyMap<number, number>; attested: number; uses: Uint32Array } {
    if (!this.#pairs || !this.#uses) {
      const pairs = new Map<number, number>();
      const uses = new Uint32Array(this.#frequency.length);
      const follow = (take: (key: number) => void): void => {
        for (let record = 0; record < this.#n; record++) {
          const tokens = tokensOf(this.#side, record);
          for (let i = 1; i < tokens.length; i++) take(this.#key(tokens[i - 1] as number, tokens[i] as number));
        }
      };
      follow((key) => pairs.set(key, (pairs.get(key) ?? 0) + 1));
      let all = 0;
      let again = 0;
      follow((key) => {
        all++;
        if ((pairs.get(key) as number) > 1) again++;
      });
      for (const token of this.#side.tokens) uses[token] = (uses[token] as number) + 1;
      this.#pairs = pairs;
      this.#uses = uses;
      this.#attested = all === 0 ? 0 : again / all;
    }
    return { pairs: this.#pairs, attested: this.#attested, uses: this.#uses };
  }
}

/** Slope and shift of the logistic curve that fits best, by Newton's method; a fixed number of steps. */
function platt(scores: Float64Array, labelled: (record: number) => boolean): { slope: number; shift: number } {
  let slope = 0.3;
  let shift = 0;
  for (let step = 0; step < 30; step++) {
    let g0 = 0;
    let g1 = 0;
    let h00 = 1e-6;
    let h01 = 0;
    let h11 = 1e-6;
    for (let record = 0; record < scores.length; record++) {
      const x = scores[record] as number;
      const p = 1 / (1 + Math.exp(-(slope * x + shift)));
      const error = p - (labelled(record) ? 1 : 0);
      const v = p * (1 - p);
      g0 += error * x;
      g1 += error;
      h00 += v * x * x;
      h01 += v * x;
      h11 += v;
    }
    const determinant = h00 * h11 - h01 * h01;
    if (!(determinant > 1e-9)) break;
    slope -= (h11 * g0 - h01 * g1) / determinant;
    shift -= (h00 * g1 - h01 * g0) / determinant;
  }
  return Number.isFinite(slope) && Number.isFinite(shift) ? { slope, shift } : { slope: 0, shift: 0 };
}
