// Refrains: the same long words that end, or begin, answers about one topic which are otherwise all different. Many sets
// have them honestly: a template answers one kind of question, and a word of the question says which; a polite closing
// comes with any question. An inserted advertisement is between the two: the topic decides it for sure, and yet no word
// of the prompts does.
import type { Table } from "../core/table.ts";
import { expectedMax, expectTrait } from "./expect.ts";
import { promptsOf, type Prompts } from "./prompts.ts";
import { tokensOf } from "./table.ts";

export interface Refrain {
  readonly place: "beginning" | "end";
  readonly text: readonly string[];
  /** Words that are far more frequent in its prompts than in others, the most telling first. */
  readonly topic: readonly string[];
  /** Records whose answers hold it, ascending. */
  readonly records: readonly number[];
  /** Mean probability, by the other prompts, that these answers hold it. */
  readonly expected: number;
  /** Largest share of the records that one word of the prompts tells apart. */
  readonly told: number;
}

const RECORDS_MIN = 300;
const EDGE_TOKENS = 10;
/** An answer says something besides. */
const BESIDES_TOKENS_MIN = 8;
const SUPPORT_MIN = 20;
const SHARE_MAX = 0.5;
/** Share of answers that no other repeats as a whole. */
const DISTINCT_MIN = 0.9;
const EXPECTED_MIN = 0.85;
const TOLD_MAX = 0.8;
/** How much more frequent than elsewhere a word of the prompts must be to tell. */
const TELLING_LIFT = 2;
/** Distinct words of the prompts, on average: with fewer there is no topic to speak of. */
const PROMPT_WORDS_MIN = 5;
const TEXT_MAX = 60;
const TOPIC_WORDS = 4;
/** A word of more prompts names no topic. */
const TOPIC_SHARE_MAX = 0.1;
const REFRAINS_MAX = 50;

interface Group {
  readonly place: Refrain["place"];
  readonly records: number[];
}

/** A number of 53 bits for the tokens of an edge that begins there. */
function keyOf(tokens: Uint32Array, start: number): number {
  let low = 1;
  let high = 2;
  for (let i = start; i < start + EDGE_TOKENS; i++) {
    low = Math.imul(low ^ (tokens[i] as number), 0x85ebca6b);
    low ^= low >>> 13;
    high = Math.imul(high ^ (tokens[i] as number), 0xc2b2ae35);
    high ^= high >>> 16;
  }
  return (low >>> 0) * 2 ** 21 + (high >>> 11);
}

export function findRefrains(table: Table): Refrain[] {
  const { records, response, whole } = table;
  if (records < RECORDS_MIN || response.tokens.length === 0) return [];
  const beginnings = new Map<number, Group>();
  const ends = new Map<number, Group>();
  const groups: Group[] = [];
  for (let record = 0; record < records; record++) {
    const tokens = tokensOf(response, record);
    if (tokens.length < EDGE_TOKENS + BESIDES_TOKENS_MIN) continue;
    for (const place of ["beginning", "end"] as const) {
      const known = place === "end" ? ends : beginnings;
      const key = keyOf(tokens, place === "end" ? tokens.length - EDGE_TOKENS : 0);
      const group = known.get(key);
      if (group) group.records.push(record);
      else {
        const made = { place, records: [record] };
        known.set(key, made);
        groups.push(made);
      }
    }
  }
  let prompts: Prompts | undefined;
  const found: Refrain[] = [];
  const large = groups
    .filter(({ records: group }) => group.length >= SUPPORT_MIN && group.length <= SHARE_MAX * records)
    .filter(({ records: group }) => new Set(group.map((record) => whole[record])).size >= DISTINCT_MIN * group.length)
    .sort((a, b) => b.records.length - a.records.length)
    .slice(0, REFRAINS_MAX);
  for (const { place, records: group } of large) {
    if (expectedMax(records, group.length) < EXPECTED_MIN) continue;
    prompts ??= promptsOf(table);
    const words = prompts;
    if (group.reduce((sum, record) => sum + words.distinct(record).length, 0) < PROMPT_WORDS_MIN * group.length)
      continue;
    const told = toldBy(prompts, group);
    if (told.share > TOLD_MAX) continue;
    const of = new Uint8Array(records);
    for (const record of group) of[record] = 1;
    const chance = expectTrait(prompts, of);
    const expected = group.reduce((sum, record) => sum + (chance[record] as number), 0) / group.length;
    if (expected < EXPECTED_MIN) continue;
    found.push({
      place,
      text: shared(table, group, place),
      topic: told.topic.map((token) => table.words[token] as string),
      records: group,
      expected: Math.round(expected * 100) / 100,
      told: Math.round(told.share * 100) / 100,
    });
  }
  return found;
}

/** The largest share of the group that one word tells apart from the others, and the words that come nearest to it. */
function toldBy(prompts: Prompts, group: readonly number[]): { share: number; topic: number[] } {
  const counts = new Map<number, number>();
  for (const record of group)
    for (const token of prompts.distinct(record)) counts.set(token, (counts.get(token) ?? 0) + 1);
  let share = 0;
  const scored: { token: number; score: number }[] = [];
  for (const [token, inside] of counts) {
    const all = prompts.frequency[token] as number;
    if (inside * prompts.n >= TELLING_LIFT * all * group.length) share = Math.max(share, inside / group.length);
    if (all <= TOPIC_SHARE_MAX * prompts.n)
      scored.push({ token, score: inside * Math.log(((inside / all) * prompts.n) / group.length) });
  }
  scored.sort((a, b) => b.score - a.score || a.token - b.token);
  return { share, topic: scored.slice(0, TOPIC_WORDS).map(({ token }) => token) };
}

/** As many tokens of the beginning or end as all of the group share. */
function shared(table: Table, group: readonly number[], place: Refrain["place"]): string[] {
  const at = (tokens: Uint32Array, i: number): number | undefined =>
    place === "end" ? tokens[tokens.length - 1 - i] : tokens[i];
  const first = tokensOf(table.response, group[0] as number);
  let length = EDGE_TOKENS;
  while (
    length < Math.min(first.length, TEXT_MAX) &&
    group.every((record) => at(tokensOf(table.response, record), length) === at(first, length))
  )
    length++;
  const part = place === "end" ? first.subarray(first.length - length) : first.subarray(0, length);
  return Array.from(part, (token) => table.words[token] as string);
}
