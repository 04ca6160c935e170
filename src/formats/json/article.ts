// SQuAD nesting (rajpurkar.github.io/SQuAD-explorer): an article holds paragraphs, a paragraph a context and questions. A
// record is a question with what its article and paragraph say. A paragraph without questions, and an article without
// paragraphs, is one record itself, so that nothing is left out.
import { Cursor, OPEN_LIST, OPEN_OBJECT } from "./cursor.ts";
import { ItemCuts } from "./cuts.ts";
import type { Rows } from "./rows.ts";

/** The members of an article or paragraph beside its list. */
interface Around {
  readonly spans: readonly (readonly [start: number, end: number])[];
  readonly bytes: number;
  used: boolean;
}

export interface Question {
  readonly start: number;
  readonly end: number;
  readonly around: readonly Around[];
}

const LISTS = ["paragraphs", "qas"];

/**
 * The records of an article in turn. Each is answered with whether it stays; what that leaves to cut out is added to
 * `cuts`. Returns whether anything of the article stays.
 */
export function* questions(
  bytes: Buffer,
  start: number,
  end: number,
  cuts: number[],
  around: readonly Around[] = [],
): Generator<Question, boolean, boolean> {
  const name = LISTS[around.length];
  if (name === undefined || bytes[start] !== OPEN_OBJECT) return yield { start, end, around };
  const lists: number[] = [];
  const spans: [number, number][] = [];
  let size = 0;
  for (const member = new Cursor(bytes, start, end); member.next();) {
    if (bytes[member.start] === OPEN_LIST && member.start < member.end && member.key === name) {
      lists.push(member.start, member.end);
    } else {
      spans.push([member.itemStart, member.end]);
      size += member.end - member.itemStart + 1;
    }
  }
  const all = [...around, { spans, bytes: size, used: false }];
  let total = 0;
  let kept = 0;
  for (let i = 0; i < lists.length; i += 2) {
    const list = new ItemCuts(cuts);
    for (const item = new Cursor(bytes, lists[i] as number, lists[i + 1] as number); item.next();) {
      list.begin();
      list.end(item.itemStart, item.end, yield* questions(bytes, item.start, item.end, cuts, all));
    }
    total += list.total;
    kept += list.kept;
  }
  return total === 0 ? yield { start, end, around } : kept > 0;
}

const OPEN = Buffer.from("{");
const CLOSE = Buffer.from("}");
const COMMA = Buffer.from(",");
const ITEM = Buffer.from('"item":');

// One long context with a million short questions would make the records grow without end (CWE-409). Ordinary articles
// grow by a handful; past this, a context stands with its first question only.
const GROWTH_MAX = 48;

/** How many bytes of context may be repeated in the records of an article. */
export const contextBudget = (start: number, end: number): number => (end - start) * GROWTH_MAX;

/** Writes a record of an article as a JSON object; returns what is left of the budget. */
export function questionRow(bytes: Buffer, { start, end, around }: Question, rows: Rows, budget: number): number {
  rows.push(OPEN);
  const before = rows.pushed;
  for (const one of around) {
    if (one.used && one.bytes > budget) continue;
    one.used = true;
    budget -= one.bytes;
    for (const [from, to] of one.spans) {
      if (rows.pushed > before) rows.push(COMMA);
      rows.push(bytes.subarray(from, to));
    }
  }
  const isObject = bytes[start] === OPEN_OBJECT;
  const isEmpty = isObject && new Cursor(bytes, start, end).at >= end - 1;
  if (rows.pushed > before && !isEmpty) rows.push(COMMA);
  if (!isObject) rows.push(ITEM);
  rows.push(bytes.subarray(isObject ? start + 1 : start, end));
  if (!isObject) rows.push(CLOSE);
  rows.end();
  return budget;
}
