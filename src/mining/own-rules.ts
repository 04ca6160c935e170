// Whether rows follow rules of their own: some word of the prompt always brings a word of the answer that hardly any
// other answer holds, and that no prompt lent it. In a set of templates and their fillers, of questions by entity, of
// glossaries or of canned replies nearly every row does, and one more such rule is how the set is written. In a set of
// talk about anything hardly any does.
import type { Table } from "../core/table.ts";
import { holdersIn } from "./per-table.ts";
import type { Prompts } from "./prompts.ts";
import { tokensOf } from "./table.ts";

const HOLDERS_MIN = 5;
const REPEATED_MIN = 3;
const SAME_HASH_MAX = 8;
const HOLDERS_SHARE_MAX = 0.35;
/** Records of a word that are read, at even steps; and words of a prompt that are tried (CWE-407). */
const SAMPLE_MAX = 48;
const WORDS_MAX = 24;
/** Of the records of a word, how many answers must hold the other; and of these answers, how many must be its. */
const FAITHFUL_MIN = 0.8;
const EXCLUSIVE_MIN = 0.7;
/** What two words must share for the one to be taken from the other: `hack` and `hacking`. */
export const STEM_LETTERS = 4;

export class OwnRules {
  readonly #table: Table;
  readonly #prompts: Prompts;
  readonly #said: Uint32Array;
  #answers: Map<number, number[]> | undefined;
  readonly #known = new Map<number, ReadonlySet<number>>();

  constructor(prompts: Prompts) {
    this.#prompts = prompts;
    this.#table = prompts.table;
    this.#said = holdersIn(this.#table.response, this.#table.words.length);
  }

  /** Whether a few other records have the same answer, of the first with its hash. */
  repeated(record: number): boolean {
    const { response, whole } = this.#table;
    if (!this.#answers) {
      this.#answers = new Map();
      whole.forEach((key, own) => {
        const list = this.#answers?.get(key);
        if (!list) this.#answers?.set(key, [own]);
        else if (list.length < SAME_HASH_MAX) list.push(own);
      });
    }
    const answer = tokensOf(response, record).join();
    const like = this.#answers.get(whole[record] as number) ?? [];
    // The same row in another file or format repeats nothing.
    const rows = like
      .filter((other) => tokensOf(response, other).join() === answer)
      .map((other) => this.#table.rows[other]);
    return new Set(rows).size >= REPEATED_MIN;
  }

  /** Whether a word of its prompt brings a word into its answer. */
  follows(record: number): boolean {
    const answer = new Set(tokensOf(this.#table.response, record));
    return this.#words(record).some((token) => [...this.#brought(token)].some((own) => answer.has(own)));
  }

  /** Whether the words of its prompt, but for `own`, bring words into answers elsewhere and none of them into this. */
  broken(record: number, own: ReadonlySet<number>): boolean {
    const answer = new Set(tokensOf(this.#table.response, record));
    const brought = this.#words(record).flatMap((token) => (own.has(token) ? [] : [...this.#brought(token)]));
    return brought.length > 0 && !brought.some((word) => answer.has(word));
  }

  /** Words of a prompt that may have a rule, the rarest first. */
  #words(record: number): number[] {
    return Array.from(this.#prompts.distinct(record))
      .filter((token) => {
        const holders = this.#prompts.frequency[token] as number;
        return holders >= HOLDERS_MIN && holders <= HOLDERS_SHARE_MAX * this.#prompts.n;
      })
      .sort((a, b) => (this.#prompts.frequency[a] as number) - (this.#prompts.frequency[b] as number) || a - b)
      .slice(0, WORDS_MAX);
  }

  /** Words that this one brings into the answers, and hardly anything else does. */
  #brought(token: number): ReadonlySet<number> {
    const known = this.#known.get(token);
    if (known) return known;
    const holders = this.#prompts.holders(token);
    const steps = Math.min(SAMPLE_MAX, holders.length);
    const sample = new Map<number, number>();
    for (let i = 0; i < steps; i++) {
      const record = holders[Math.floor((i * holders.length) / steps)] as number;
      sample.set(this.#table.rows[record] as number, record);
    }
    const { size } = sample;
    const counts = new Map<number, number>();
    for (const record of size < HOLDERS_MIN ? [] : sample.values()) {
      const asked = new Set(this.#prompts.distinct(record));
      for (const own of new Set(tokensOf(this.#table.response, record)))
        if (!asked.has(own)) counts.set(own, (counts.get(own) ?? 0) + 1);
    }
    const stem = (of: number): string => (this.#table.words[of] as string).slice(0, STEM_LETTERS);
    const brought = new Set(
      [...counts]
        .filter(
          ([own, count]) =>
            count >= FAITHFUL_MIN * size &&
            (count * holders.length) / size >= EXCLUSIVE_MIN * (this.#said[own] as number) &&
            stem(own) !== stem(token),
        )
        .map(([own]) => own),
    );
    this.#known.set(token, brought);
    return brought;
  }
}
