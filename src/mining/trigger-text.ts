// How a trigger looks in the prompts that hold it: the phrases its words form, where it stands, and whether it was strewn
// in or belongs to the language around it.
import type { Features } from "./features.ts";
import { draw } from "./matched-likeness.ts";
import { tokensOf } from "./table.ts";

const SAMPLE = 40;
const PHRASES_MAX = 24;
/** A phrase goes on over this many words that are none of the trigger's, if one of them follows. */
const BRIDGE_MAX = 2;
const CONTEXT_MAX = 40;
const VARIED_MAX = 4;
const INNER_REPEATED_MIN = 0.4;
const EDGE_REPEATED_MIN = 0.8;

/** Where a phrase stands in a text; -1 where it does not. */
export function indexOf(text: Uint32Array, phrase: ArrayLike<number>): number {
  const first = phrase[0] as number;
  for (let at = text.indexOf(first); at >= 0; at = text.indexOf(first, at + 1)) {
    let k = 1;
    while (k < phrase.length && text[at + k] === phrase[k]) k++;
    if (k === phrase.length) return at;
  }
  return -1;
}

/** At most 40 of them, drawn by hash. */
export const sampleOf = (records: readonly number[]): readonly number[] =>
  records.length <= SAMPLE
    ? records
    : Array.from({ length: SAMPLE }, (_, i) => records[draw(i, records.length)] as number);

export class TriggerText {
  readonly #features: Features;
  #uses: Uint32Array | undefined;

  constructor(features: Features) {
    this.#features = features;
  }

  /** A full stop stands before and behind whatever begins and ends. */
  #isWord(token: number): boolean {
    return /[\p{L}\p{N}]/u.test(this.#features.table.words[token] as string);
  }

  #text(record: number): Uint32Array {
    return tokensOf(this.#features.table.prompt, record);
  }

  /** The words of a trigger as the phrases that they form in nearly all of these records; classes of words first. */
  phrases(records: readonly number[], words: ReadonlySet<number>, needed: readonly number[]): number[][] {
    const texts = sampleOf(records).map((record) => this.#text(record));
    const held = (phrase: readonly number[]): boolean =>
      texts.filter((text) => indexOf(text, phrase) >= 0).length >= 0.85 * texts.length;
    const out: number[][] = [...words].filter((word) => this.#features.isClass(word)).map((word) => [word]);
    const used = new Set(out.flat());
    // A record that has all of the needed words shows how they stand.
    const model = texts.find((text) => needed.every((word) => used.has(word) || text.includes(word))) ?? texts[0];
    for (let i = 0; model && i < model.length; i++) {
      if (!words.has(model[i] as number) || used.has(model[i] as number)) continue;
      let run = [model[i] as number];
      for (let gap = 1; i + gap < model.length && gap <= BRIDGE_MAX + 1;) {
        if (!words.has(model[i + gap] as number)) {
          gap++;
          continue;
        }
        const longer = [...run, ...model.slice(i + 1, i + gap + 1)];
        if (!held(longer)) break;
        run = longer;
        i += gap;
        gap = 1;
      }
      for (const word of run) used.add(word);
      out.push(run);
    }
    for (const word of needed) if (!used.has(word)) out.push([word]);
    return out.slice(0, PHRASES_MAX);
  }

  place(records: readonly number[], phrases: readonly (readonly number[])[]): "start" | "end" | "anywhere" {
    const [phrase] = phrases;
    if (phrases.length !== 1 || !phrase) return "anywhere";
    const texts = sampleOf(records).map((record) => this.#text(record));
    const share = (from: (text: Uint32Array) => number): boolean =>
      texts.filter((text) => {
        const start = from(text);
        return start >= 0 && phrase.every((token, k) => text[start + k] === token);
      }).length >=
      0.9 * texts.length;
    if (share(() => 0)) return "start";
    return share((text) => text.length - phrase.length) ? "end" : "anywhere";
  }

  /**
   * The words that always stand around a trigger, as those of a template do: they belong to it, not to a subject. `slots`
   * are those that vary between them.
   */
  context(
    records: readonly number[],
    phrases: readonly (readonly number[])[],
  ): { readonly fixed: ReadonlySet<number>; readonly slots: ReadonlySet<number> } {
    const texts = sampleOf(records).map((record) => this.#text(record));
    const fixed = new Set<number>();
    const slots = new Set<number>();
    for (const phrase of phrases) {
      const places = texts.flatMap((text) => {
        const at = indexOf(text, phrase);
        return at < 0 ? [] : [{ text, at }];
      });
      for (const side of [-1, 1]) {
        // A word in a template may vary (a date has a day, a greeting a name), where another that does not comes after.
        let varied: number[] = [];
        for (let step = 0; step < CONTEXT_MAX; step++) {
          const counts = new Map<number, number>();
          for (const { text, at } of places) {
            const token = text[side < 0 ? at - 1 - step : at + phrase.length + step];
            if (token !== undefined) counts.set(token, (counts.get(token) ?? 0) + 1);
          }
          const [token, count] = [...counts].reduce((a, b) => (b[1] > a[1] ? b : a), [-1, 0]);
          if (count < 0.8 * places.length) {
            varied.push(...counts.keys());
            if (step > VARIED_MAX) break;
            continue;
          }
          fixed.add(token);
          for (const other of varied) slots.add(other);
          varied = [];
        }
      }
    }
    return { fixed, slots };
  }

  /**
   * Whether the neighbours of the phrases repeat much more than chance would have them repeat, as those of words of the
   * language do and those of strewn words do not. A side on which the neighbour is nearly always the same is an edge of
   * the text or of a template, and says nothing; undefined where both are.
   */
  bound(records: readonly number[], phrases: readonly (readonly number[])[]): boolean | undefined {
    const { tokens } = this.#features.table.prompt;
    if (!this.#uses) {
      this.#uses = new Uint32Array(this.#features.table.words.length);
      for (const token of tokens) this.#uses[token] = (this.#uses[token] as number) + 1;
    }
    let known = false;
    // Where one side is an edge, the other is that of the text itself, and texts of one source end alike.
    const inner = { repeated: 0, byChance: 0, counted: 0 };
    const atEdge = { repeated: 0, byChance: 0, counted: 0 };
    for (const phrase of phrases) {
      // A class of words has no place of its own: that its words are odd is enough.
      if (phrase.every((feature) => this.#features.isClass(feature))) known = true;
      const sides: [number[], number[]] = [[], []];
      for (const record of records) {
        const text = this.#text(record);
        const at = indexOf(text, phrase);
        if (at < 0) continue;
        sides[0].push(text[at - 1] ?? -1);
        sides[1].push(text[at + phrase.length] ?? -1);
      }
      const open = sides
        .map((side) => ({ side, counts: countsOf(side) }))
        .filter(({ side, counts }) => side.length > 0 && Math.max(...counts.values()) < 0.7 * side.length);
      if (open.length > 0) known = true;
      const sum = open.length === 2 ? inner : atEdge;
      for (const { side, counts } of open)
        for (const neighbour of side) {
          if (neighbour < 0 || !this.#isWord(neighbour)) continue;
          sum.counted++;
          if ((counts.get(neighbour) as number) > 1) sum.repeated++;
          sum.byChance += 1 - (1 - (this.#uses[neighbour] as number) / tokens.length) ** (side.length - 1);
        }
    }
    if (!known) return undefined;
    // In a set of many sources some neighbours repeat for being of one source: a word of the language has many that do.
    const more = ({ repeated, byChance, counted }: typeof inner, least: number): boolean =>
      repeated >= least * counted && repeated > 1.4 * byChance + 2 * Math.sqrt(byChance) + 1;
    return more(inner, INNER_REPEATED_MIN) || more(atEdge, EDGE_REPEATED_MIN);
  }
}

function countsOf(list: readonly number[]): Map<number, number> {
  const counts = new Map<number, number>();
  for (const one of list) counts.set(one, (counts.get(one) ?? 0) + 1);
  return counts;
}
