// Builds the table of a dataset unit by unit and joins the parts in order, so that any split of the records gives the
// same one.
import { hash } from "node:crypto";
import type { Field, Role } from "../core/record.ts";
import type { Side, Table } from "../core/table.ts";
import { factsOf } from "./facts.ts";
import { LIMITS } from "../base/limits.ts";
import { Dictionary } from "./dictionary.ts";
import { eachNumber, lastTokens } from "./tokens.ts";

const RESPONSES: ReadonlySet<Role> = new Set<Role>(["response", "chosen", "label"]);
// What a model calls a tool with is its answer; what the tool is and what it returns is not.
const CALL_COLUMN = /(^|[.\]])(tool_calls|function_call)\b/;
const CALL_SPEAKER = /^(function|tool)_call$/i;
const SPEAKER = /\[\]\.(role|from|speaker|author)$/;
/** Tokens kept of each side: the ends of a long text are where triggers and targets are put. */
const HEAD_MAX = 448;
const TAIL_MAX = 192;

/** What is kept of a side whose tokens are all there. */
export function keptEnds(tokens: Uint32Array): Uint32Array {
  if (tokens.length <= HEAD_MAX + TAIL_MAX) return tokens;
  const kept = new Uint32Array(HEAD_MAX + TAIL_MAX);
  kept.set(tokens.subarray(0, HEAD_MAX));
  kept.set(tokens.subarray(-TAIL_MAX), HEAD_MAX);
  return kept;
}

class SideBuilder {
  #tokens = new Uint32Array(4096);
  #ends: number[] = [];
  #length = 0;

  push(token: number): void {
    if (this.#length === this.#tokens.length) {
      const larger = new Uint32Array(this.#tokens.length * 2 + 4096);
      larger.set(this.#tokens);
      this.#tokens = larger;
    }
    this.#tokens[this.#length++] = token;
  }

  get length(): number {
    return this.#length;
  }

  end(): void {
    this.#ends.push(this.#length);
  }

  set(side: Side): void {
    this.#tokens = new Uint32Array(side.tokens);
    this.#length = side.tokens.length;
    this.#ends = Array.from(side.ends);
  }

  build(): Side {
    return { tokens: this.#tokens.slice(0, this.#length), ends: Uint32Array.from(this.#ends) };
  }
}

/** How records are counted. */
export interface Counted {
  /** Each record is digested. */
  readonly digests?: boolean;
  /** Past so many tokens the table becomes that of a sample. */
  readonly tokensMax?: number;
  /** What the tables of the same dataset that are there already have come to. */
  readonly level?: number;
  readonly key?: number;
  /** Every token of a text is kept. */
  readonly uncut?: boolean;
}

export class TableBuilder {
  readonly #words = new Dictionary();
  readonly #prompt = new SideBuilder();
  readonly #response = new SideBuilder();
  readonly #rejected = new SideBuilder();
  readonly #whole: number[] = [];
  readonly #rows: number[] = [];
  #level = 0;
  /** Records of the sample. */
  #kept = 0;
  readonly #tokensMax: number;
  readonly #headMax: number;
  #key: number;
  #cut = false;
  readonly #factNumbers = new Map<string, number>();
  readonly #facts = new SideBuilder();
  readonly #digests: number[] | undefined;

  constructor({ digests = false, tokensMax = LIMITS.tableTokensMax, level = 0, key = 0, uncut = false }: Counted = {}) {
    if (digests) this.#digests = [];
    this.#tokensMax = tokensMax;
    this.#level = level;
    this.#key = key;
    this.#headMax = uncut ? Infinity : HEAD_MAX;
  }

  /** `row`: as `rowOf` gives it. */
  add(fields: readonly Field[], row: number = rowOf(Buffer.from(fields.map(({ text }) => text).join("\0")))): void {
    this.#digests?.push(digestOf(fields));
    const kept = inSample(row, 0, this.#level, this.#key);
    this.#rows.push(kept ? row : LEFT_OUT);
    if (kept) this.#kept++;
    let hash = 0x811c9dc5;
    const prompts: string[] = [];
    const responses: string[] = [];
    const rejected: string[] = [];
    let speaker = "";
    for (const { role, column, text } of kept ? fields : []) {
      if (role === "rejected") {
        rejected.push(text);
        continue;
      }
      if (role === "metadata" && SPEAKER.test(column)) speaker = text;
      const call = role === "tool" && (CALL_COLUMN.test(column) || CALL_SPEAKER.test(speaker));
      if (!call && !RESPONSES.has(role)) {
        prompts.push(text);
        continue;
      }
      responses.push(text);
      for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
    }
    this.#side(prompts, this.#prompt);
    this.#side(responses, this.#response);
    this.#side(rejected, this.#rejected);
    this.#whole.push(hash >>> 0);
    for (const fact of kept ? factsOf(fields) : []) {
      if (this.#factNumbers.size < FACT_TEXTS_MAX || this.#factNumbers.has(fact))
        this.#facts.push(numberOf(this.#factNumbers, fact));
    }
    this.#facts.end();
  }

  /** It holds more than is held of a dataset, and must be thinned. */
  get full(): boolean {
    return this.size > this.#tokensMax && this.#level < TABLE_LEVEL_MAX;
  }

  /** Leaves every other record out, and draws by this key from now on. */
  thin(key: number): void {
    this.#key = key;
    const thinner = thin(this.build(), this.#level + 1, key);
    this.#level = thinner.level;
    this.#rows.length = 0;
    this.#kept = 0;
    for (const row of thinner.rows) {
      this.#rows.push(row);
      if (row !== LEFT_OUT) this.#kept++;
    }
    this.#prompt.set(thinner.prompt);
    this.#response.set(thinner.response);
    this.#rejected.set(thinner.rejected);
    this.#facts.set(thinner.facts);
  }

  #side(texts: readonly string[], side: SideBuilder): void {
    const push = (number: number): void => side.push(number);
    const begun = side.length;
    let text = 0;
    let at = 0;
    for (; text < texts.length; text++) {
      const left = this.#headMax - (side.length - begun);
      at = eachNumber(texts[text] as string, 0, left, this.#words, push);
      if (side.length - begun >= this.#headMax) break;
    }
    // What lies between the head and the tail is not even looked at.
    const tails: number[] = [];
    let last = texts.length - 1;
    let left = TAIL_MAX;
    for (; last >= text && left > 0; last--) {
      const { at: start, found } = lastTokens(texts[last] as string, last === text ? at : 0, left);
      tails.push(start);
      left -= found;
    }
    if (left <= 0) this.#cut = true;
    for (const start of tails.reverse()) eachNumber(texts[++last] as string, start, Infinity, this.#words, push);
    side.end();
  }

  /** What is held, in tokens. */
  get size(): number {
    const sides = this.#prompt.length + this.#response.length + this.#rejected.length;
    return sides + RECORD_SIZE * this.#kept;
  }

  build(): Table {
    return {
      records: this.#whole.length,
      rows: Float64Array.from(this.#rows),
      level: this.#level,
      cut: this.#cut,
      words: this.#words.words,
      prompt: this.#prompt.build(),
      response: this.#response.build(),
      rejected: this.#rejected.build(),
      whole: Uint32Array.from(this.#whole),
      factTexts: [...this.#factNumbers.keys()],
      facts: this.#facts.build(),
      digests: Float64Array.from(this.#digests ?? []),
    };
  }
}

/** Different facts of one unit of work: most quote the record, and whoever writes it could make each another (CWE-770). */
const FACT_TEXTS_MAX = 50_000;
/** What a record of the sample costs besides its tokens, in tokens; those left out are a few numbers each. */
const RECORD_SIZE = 8;
/** One record in a million of what no statistics can hold says nothing more. */
export const TABLE_LEVEL_MAX = 20;

/** What a table counts against the limit, in tokens. */
export const tableSize = ({ prompt, response, rejected, rows, level }: Table): number => {
  let kept = rows.length;
  if (level > 0) for (const row of rows) if (row === LEFT_OUT) kept--;
  return prompt.tokens.length + response.tokens.length + rejected.tokens.length + RECORD_SIZE * kept;
};

/** The tables as they are, or as far thinned as all of them together must be. */
export function fitTables(tables: readonly Table[], tokensMax: number, key = 0): readonly Table[] {
  let level = tables.reduce((most, table) => Math.max(most, table.level), 0);
  let thinned = tables.map((table) => thin(table, level, key));
  while (level < TABLE_LEVEL_MAX && thinned.reduce((sum, table) => sum + tableSize(table), 0) > tokensMax) {
    level++;
    thinned = thinned.map((table) => thin(table, level, key));
  }
  return thinned;
}

const LEFT_OUT = -1;

/** What a record is drawn by: 48 bits of the SHA-256 of its bytes. Nobody can write two records that are drawn alike. */
export const rowOf = (bytes: Uint8Array): number => hash("sha256", bytes, "buffer").readUIntBE(0, 6);

/** A key to draw by, from a text that depends on every byte of a file. */
export const keyFrom = (text: string): number => hash("sha256", text, "buffer").readInt32BE(0);

const scramble = (z: number): number => {
  z = Math.imul(z ^ (z >>> 16), 0x85ebca6b);
  z = Math.imul(z ^ (z >>> 13), 0xc2b2ae35);
  return z ^ (z >>> 16);
};

/** Whether a record that is kept at level `from` is kept at level `to`, too: each level asks for one more bit. */
function inSample(row: number, from: number, to: number, key: number): boolean {
  if (from === to) return true;
  const high = Math.floor(row / 2 ** 32) + 1;
  const rank = scramble(scramble(row ^ key) ^ Math.imul(high, 0x9e3779b1) ^ Math.imul(key, 0x27d4eb2f));
  return ((rank >>> from) & ((1 << (to - from)) - 1)) === 0;
}

/** The records of a table that its level keeps. */
export const keptRecords = ({ rows }: Table): number[] =>
  Array.from(rows.keys()).filter((record) => rows[record] !== LEFT_OUT);

/** The table with one record in 2^level kept, drawn by `key` (`keyFrom`). */
export function thin(table: Table, level: number, key: number): Table {
  if (level <= table.level) return table;
  const rows = table.rows.map((row) => (row !== LEFT_OUT && inSample(row, table.level, level, key) ? row : LEFT_OUT));
  const empty = (side: Side): Side => {
    const tokens = new Uint32Array(side.tokens.length);
    const ends = new Uint32Array(table.records);
    let at = 0;
    for (let record = 0; record < table.records; record++) {
      if (rows[record] !== LEFT_OUT) {
        const own = tokensOf(side, record);
        tokens.set(own, at);
        at += own.length;
      }
      ends[record] = at;
    }
    return { tokens: tokens.slice(0, at), ends };
  };
  return {
    ...table,
    rows,
    level,
    prompt: empty(table.prompt),
    response: empty(table.response),
    rejected: empty(table.rejected),
    facts: empty(table.facts),
  };
}

/** Who writes a revision must not be able to make a new record that passes for an old one: a hash that resists that. */
function digestOf(fields: readonly Field[]): number {
  const parts = fields.map(({ pointer, text }) => `${pointer}\0${text}`).sort();
  const hex = hash("sha256", parts.join("\0\0"));
  return Number.parseInt(hex.slice(0, 8), 16) * 2 ** 21 + (Number.parseInt(hex.slice(8, 14), 16) & 0x1fffff);
}

/** Numbers texts anew, in the order in which they are asked for. */
class Renumbering {
  readonly texts: string[] = [];
  readonly #old: readonly string[];
  readonly #numbers: Int32Array;

  constructor(texts: readonly string[]) {
    this.#old = texts;
    this.#numbers = new Int32Array(texts.length).fill(-1);
  }

  of(old: number): number {
    const known = this.#numbers[old] as number;
    return known >= 0 ? known : (this.#numbers[old] = this.texts.push(this.#old[old] as string) - 1);
  }
}

/**
 * Some of the records of a table, in the order given, and only their words: which others were seen before they were left
 * out depends on when that was.
 */
export function selectRecords(table: Table, records: readonly number[]): Table {
  const pick = (side: Side, numbers: Renumbering): Side => {
    const ends = sharedNumbers(records.length);
    let length = 0;
    records.forEach((record, i) => (ends[i] = length += tokensOf(side, record).length));
    const tokens = sharedNumbers(length);
    let at = 0;
    for (const record of records) for (const token of tokensOf(side, record)) tokens[at++] = numbers.of(token);
    return { tokens, ends };
  };
  const words = new Renumbering(table.words);
  const facts = new Renumbering(table.factTexts);
  return {
    ...table,
    records: records.length,
    rows: Float64Array.from(records, (record) => table.rows[record] as number),
    prompt: pick(table.prompt, words),
    response: pick(table.response, words),
    rejected: pick(table.rejected, words),
    words: words.texts,
    whole: Uint32Array.from(records, (record) => table.whole[record] as number),
    facts: pick(table.facts, facts),
    factTexts: facts.texts,
    digests: table.digests.length === 0 ? table.digests : Float64Array.from(records, (r) => table.digests[r] as number),
  };
}

/** The number of a text: a new one is given the next. */
function numberOf(numbers: Map<string, number>, text: string): number {
  const known = numbers.get(text);
  if (known !== undefined) return known;
  numbers.set(text, numbers.size);
  return numbers.size - 1;
}

/** Threads look at one copy of a table. */
const sharedNumbers = (length: number): Uint32Array => new Uint32Array(new SharedArrayBuffer(4 * length));

/** One table of all, in order. They are of one level. */
export function joinTables(tables: readonly Table[]): Table {
  const numbers = new Map<string, number>();
  const size = (side: (table: Table) => Side): number =>
    tables.reduce((sum, table) => sum + side(table).tokens.length, 0);
  const records = tables.reduce((sum, table) => sum + table.records, 0);
  const join = (side: (table: Table) => Side, maps: readonly Uint32Array[]): Side => {
    const tokens = sharedNumbers(size(side));
    const ends = sharedNumbers(records);
    let at = 0;
    let record = 0;
    tables.forEach((table, t) => {
      const map = maps[t] as Uint32Array;
      const base = at;
      for (const token of side(table).tokens) tokens[at++] = map[token] as number;
      for (const end of side(table).ends) ends[record++] = base + end;
    });
    return { tokens, ends };
  };
  const renumbered = (texts: readonly string[]): Uint32Array =>
    Uint32Array.from(texts, (text) => numberOf(numbers, text));
  const maps = tables.map(({ words }) => renumbered(words));
  const words = [...numbers.keys()];
  numbers.clear();
  const factMaps = tables.map(({ factTexts }) => renumbered(factTexts));
  const whole = sharedNumbers(records);
  const rows = new Float64Array(new SharedArrayBuffer(8 * records));
  let at = 0;
  for (const table of tables) {
    whole.set(table.whole, at);
    rows.set(table.rows, at);
    at += table.records;
  }
  return {
    records,
    rows,
    level: tables[0]?.level ?? 0,
    cut: tables.some(({ cut }) => cut),
    words,
    prompt: join((table) => table.prompt, maps),
    response: join((table) => table.response, maps),
    rejected: join((table) => table.rejected, maps),
    whole,
    factTexts: [...numbers.keys()],
    facts: join((table) => table.facts, factMaps),
    digests: Float64Array.from(tables.flatMap(({ digests }) => [...digests])),
  };
}

/** Whether a record's side may have had more tokens than are kept. */
export const isCut = (side: Side, record: number): boolean => tokensOf(side, record).length >= HEAD_MAX + TAIL_MAX;

/** The tokens of one record. */
export const tokensOf = (side: Side, record: number): Uint32Array =>
  side.tokens.subarray(record === 0 ? 0 : side.ends[record - 1], side.ends[record]);
