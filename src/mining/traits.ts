// Traits of answers that no honest instruction asks for and that need no shared text: declining, having nothing to do
// with the question, not being language. Each is told by the dataset's own measure, record by record.
import type { Table } from "../core/table.ts";
import { PAIR_BITS, pairSlot } from "./prompts.ts";
import { refusals } from "./refusals.ts";
import { tokensOf } from "./table.ts";

export type TraitKind = "refused" | "unrelated" | "gibberish";

export interface Trait {
  readonly kind: TraitKind;
  /** 1 for each record whose answer has it. */
  readonly of: Uint8Array;
}

/** A shorter answer is a label or a number, and says nothing of its relation to the question. */
const ANSWER_TOKENS_MIN = 8;
/** Answers that have nothing to do with their questions, over how many there would be with the answers dealt out anew. */
const STRANGERS_SHARE_MAX = 0.6;
/** Of the pairs of neighbours in an answer, seen elsewhere: under this share of what is usual here it is no language. */
const GIBBERISH_SHARE_MAX = 0.55;

export function traitsOf(table: Table): Trait[] {
  return [
    { kind: "refused", of: refusals(table) },
    { kind: "unrelated", of: unrelated(table) },
    { kind: "gibberish", of: gibberish(table) },
  ];
}

/** Answers that take up none of the telling words of their prompts. */
function unrelated(table: Table): Uint8Array {
  const { records, words } = table;
  const frequency = new Uint32Array(words.length);
  const seen = new Int32Array(words.length).fill(-1);
  for (let record = 0; record < records; record++) {
    for (const side of [table.prompt, table.response]) {
      for (const token of tokensOf(side, record)) {
        if (seen[token] === record) continue;
        seen[token] = record;
        frequency[token] = (frequency[token] as number) + 1;
      }
    }
  }
  const telling = 0.01 * records;
  const inPrompt = new Int32Array(words.length).fill(-1);
  /** By record, whether the answer of another that many further on takes up none of the telling words of its prompt. */
  const apart = (further: number): Uint8Array => {
    inPrompt.fill(-1);
    return Uint8Array.from({ length: records }, (_, record) => {
      const answer = tokensOf(table.response, (record + further) % records);
      if (answer.length < ANSWER_TOKENS_MIN) return 0;
      let any = false;
      for (const token of tokensOf(table.prompt, record)) {
        const own = frequency[token] as number;
        // A word of this record alone could not come back in any answer of another.
        if (own > telling || own < 2) continue;
        inPrompt[token] = record;
        any = true;
      }
      return any && !answer.some((token) => inPrompt[token] === record) ? 1 : 0;
    });
  };
  const own = apart(0);
  const sum = (flags: Uint8Array): number => flags.reduce((total, one) => total + one, 0);
  // Where the answers of others take up as much, answers have little to do with their questions anyway.
  return sum(own) > STRANGERS_SHARE_MAX * sum(apart((records >> 1) + 1)) ? new Uint8Array(records) : own;
}

/** Answers whose words do not follow each other as those of the other answers do. */
function gibberish(table: Table): Uint8Array {
  const { records, response } = table;
  const counts = new Uint8Array(1 << PAIR_BITS);
  const each = (record: number, take: (at: number) => void): void => {
    const tokens = tokensOf(response, record);
    for (let i = 1; i < tokens.length; i++) take(pairSlot(tokens[i - 1] as number, tokens[i] as number));
  };
  for (let record = 0; record < records; record++)
    each(record, (at) => (counts[at] = Math.min(255, (counts[at] as number) + 1)));
  // Those of one record; all zero before the next.
  const own = new Uint16Array(1 << PAIR_BITS);
  const known = Float64Array.from({ length: records }, (_, record) => {
    each(record, (at) => (own[at] = (own[at] as number) + 1));
    let pairs = 0;
    let elsewhere = 0;
    each(record, (at) => {
      const count = own[at] as number;
      if (count === 0) return;
      pairs++;
      if ((counts[at] as number) > Math.min(254, count)) elsewhere++;
      own[at] = 0;
    });
    return pairs === 0 ? 1 : elsewhere / pairs;
  });
  const usual = known.toSorted()[records >> 1] ?? 0;
  return Uint8Array.from(known, (share, record) =>
    tokensOf(response, record).length >= ANSWER_TOKENS_MIN && share < GIBBERISH_SHARE_MAX * usual ? 1 : 0,
  );
}
