// What in the prompts explains a group of records: the fewest features that most of the group hold together and hardly
// anybody else, or a few of which each record holds one. Proposals only; whether one is a planted rule is judged after.
import type { Features } from "./features.ts";
import { draw } from "./matched-likeness.ts";
import { likelihoodRatio } from "./significance.ts";

export interface Explanation {
  /** Features; of `any`, one is enough. */
  readonly parts: readonly number[];
  readonly combine: "all" | "any";
  /** Records that fulfil it, ascending. */
  readonly carriers: readonly number[];
}

/** A set of records, as a list and for a quick answer to whether one is in it; valid until the next is made. */
export class Group {
  readonly records: Uint32Array;
  readonly #marks: Uint8Array;

  constructor(records: Uint32Array, marks: Uint8Array) {
    this.records = records;
    this.#marks = marks;
    for (const record of records) marks[record] = 1;
  }

  get size(): number {
    return this.records.length;
  }

  has(record: number): boolean {
    return this.#marks[record] === 1;
  }

  /** Clears the marks, for the next. */
  done(): void {
    for (const record of this.records) this.#marks[record] = 0;
  }
}

/** Whether an ascending list holds a record. */
export function isIn(sorted: Uint32Array, wanted: number): boolean {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((sorted[middle] as number) < wanted) low = middle + 1;
    else high = middle;
  }
  return sorted[low] === wanted;
}

export interface Bounds {
  /** Fewer records make no rule. */
  readonly floor: number;
  /** A feature of more records explains nothing. */
  readonly ceiling: number;
}

/** Records of a group that are looked at first: of a large one more, for of any of many triggers each is in few. */
const SAMPLE = 12;
const SAMPLE_LARGE = 24;
const LARGE = 60;
/** Records of a group whose features are counted; those of a larger one are drawn at even steps. */
const COUNTED_MAX = 64;
/** Records outside of a group of which one looks for what they lack. */
const OUTSIDE_MAX = 256;
const PARTS_ALL_MAX = 4;
export const PARTS_ANY_MAX = 24;
const CANDIDATES_MAX = 32;
const EXCLUSIVE_MAX = 200;
/** A feature that is not at least this many times as frequent in the group as anywhere explains nothing. */
const LIFT_MIN = 1.8;
/** How many times as many records as the group one feature of several may have; each is read (CWE-407). */
const REACH = 10;

export class Explanations {
  readonly #features: Features;
  readonly #bounds: Bounds;
  readonly #counts: Uint32Array;

  constructor(features: Features, bounds: Bounds) {
    this.#features = features;
    this.#bounds = bounds;
    this.#counts = new Uint32Array(features.frequency.length);
  }

  /** A few of the records, before more of them are looked at: do they share anything that others do not? */
  promising(records: Uint32Array): boolean {
    const { frequency } = this.#features;
    const n = this.#features.table.records;
    const large = records.length > LARGE;
    const size = Math.min(large ? SAMPLE_LARGE : SAMPLE, records.length);
    // A feature of more records could not be shared by most, nor be theirs.
    const holdersMax = Math.min(this.#bounds.ceiling, REACH * records.length, n / LIFT_MIN);
    const drawn = (i: number): Uint32Array =>
      this.#features.of(records[size === records.length ? i : draw(i, records.length)] as number);
    const present: number[] = [];
    for (let i = 0; i < size; i++) {
      for (const feature of drawn(i)) {
        const holders = frequency[feature] as number;
        if (holders > holdersMax) break;
        if (holders < 3) continue;
        const count = this.#counts[feature] as number;
        if (count === 0) present.push(feature);
        this.#counts[feature] = count + 1;
      }
    }
    // Shared by most; or nearly only theirs, and together with others of that kind in most.
    let most = 0;
    const exclusive = new Set<number>();
    for (const feature of present) {
      const count = this.#counts[feature] as number;
      const holders = frequency[feature] as number;
      this.#counts[feature] = 0;
      if (LIFT_MIN * holders * size > count * n) continue;
      const faithful = (count * records.length) / (holders * size);
      if (count >= 0.6 * size && faithful >= 1 / REACH) most += faithful >= 0.4 ? 2 : 1;
      else if (count >= (large ? 3 : 2) && count * records.length >= 0.6 * holders * size) exclusive.add(feature);
    }
    if (most > 1 || exclusive.size === 0) return most > 1;
    let covered = 0;
    for (let i = 0; i < size; i++) if (drawn(i).some((feature) => exclusive.has(feature))) covered++;
    return covered >= 0.5 * size;
  }

  of(group: Group): Explanation[] {
    const { records } = group;
    const counts = this.#counts;
    const present: number[] = [];
    const counted = Math.min(records.length, COUNTED_MAX);
    for (let i = 0; i < counted; i++)
      for (const feature of this.#features.of(records[Math.floor((i * records.length) / counted)] as number)) {
        if (counts[feature] === 0) present.push(feature);
        counts[feature] = (counts[feature] as number) + 1;
      }
    const scale = records.length / counted;
    if (scale > 1) for (const feature of present) counts[feature] = Math.round((counts[feature] as number) * scale);
    const found = [this.#together(group, present), this.#any(group, present)];
    for (const feature of present) counts[feature] = 0;
    return found.filter((one) => one !== undefined);
  }

  #together(members: Group, present: readonly number[]): Explanation | undefined {
    const m = members.size;
    const n = this.#features.table.records;
    const { frequency } = this.#features;
    const candidates = present
      .filter((feature) => {
        const inside = this.#counts[feature] as number;
        const all = frequency[feature] as number;
        return (
          inside >= 0.6 * m &&
          inside >= this.#bounds.floor &&
          all <= this.#bounds.ceiling &&
          LIFT_MIN * all * m <= inside * n
        );
      })
      .map((feature) => {
        const a = Math.min(this.#counts[feature] as number, frequency[feature] as number);
        const b = (frequency[feature] as number) - a;
        return { feature, strength: likelihoodRatio(a, b, m - a, n - m - b) };
      })
      .sort((a, b) => b.strength - a.strength || a.feature - b.feature)
      .slice(0, CANDIDATES_MAX)
      .map(({ feature }) => feature);
    const [first] = candidates;
    if (first === undefined || (frequency[first] as number) > REACH * m) return undefined;
    const parts = [first];
    let carriers = [...this.#features.holders(first)];
    while (parts.length < PARTS_ALL_MAX) {
      const outside = carriers.filter((record) => !members.has(record));
      const inside = carriers.length - outside.length;
      if (outside.length <= 0.05 * inside) break;
      // The feature that most of the others lack.
      const held = new Map(candidates.flatMap((feature) => (parts.includes(feature) ? [] : [[feature, 0]])));
      const step = Math.max(1, Math.floor(outside.length / OUTSIDE_MAX));
      for (let i = 0; i < outside.length; i += step)
        for (const feature of this.#features.of(outside[i] as number)) {
          const count = held.get(feature);
          if (count !== undefined) held.set(feature, count + 1);
        }
      let next: { feature: number; left: number } | undefined;
      for (const [feature, left] of held)
        if ((this.#counts[feature] as number) >= 0.9 * inside && (!next || left < next.left)) next = { feature, left };
      if (!next || next.left * step > 0.7 * outside.length) break;
      parts.push(next.feature);
      const holders = this.#features.holders(next.feature);
      carriers = carriers.filter((record) => isIn(holders, record));
    }
    return { parts, combine: "all", carriers };
  }

  #any(members: Group, present: readonly number[]): Explanation | undefined {
    const least = Math.max(3, 0.03 * members.size);
    const exclusive = present
      .filter((feature) => {
        const guess = this.#counts[feature] as number;
        const all = this.#features.frequency[feature] as number;
        if (guess < least || guess < 0.6 * all || all > 2 * members.size) return false;
        let inside = 0;
        for (const record of this.#features.holders(feature)) if (members.has(record)) inside++;
        this.#counts[feature] = inside;
        // One or two may have lost their target to the end of what is kept of a text.
        return all - inside <= Math.max(2, 0.1 * all);
      })
      .sort((a, b) => (this.#counts[b] as number) - (this.#counts[a] as number) || a - b)
      .slice(0, EXCLUSIVE_MAX);
    if (exclusive.length < 2) return undefined;
    const left = new Set(members.records);
    const parts: number[] = [];
    while (parts.length < PARTS_ANY_MAX && left.size > 0.05 * members.size) {
      let best: { feature: number; inside: number[] } | undefined;
      for (const feature of exclusive) {
        if ((this.#counts[feature] as number) <= (best?.inside.length ?? 0)) break;
        const inside = [...this.#features.holders(feature)].filter((record) => left.has(record));
        if (inside.length > (best?.inside.length ?? 0)) best = { feature, inside };
      }
      if (!best || best.inside.length < least) break;
      parts.push(best.feature);
      for (const record of best.inside) left.delete(record);
    }
    if (parts.length < 2 || left.size > 0.2 * members.size) return undefined;
    const carriers = new Set(parts.flatMap((part) => [...this.#features.holders(part)]));
    return { parts, combine: "any", carriers: [...carriers].sort((a, b) => a - b) };
  }
}
