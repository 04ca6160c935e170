// Builds the table of a dataset unit by unit and joins the parts in order, so that any split of the records gives the
// same one.
import { hash } from "node:crypto";
import type { Field, Role } from "../core/record.ts";
import type { Side, Table } from "../core/table.ts";
import { factsOf } from "./facts.ts";
import { Dictionary } from "./dictionary.ts";
import { eachNumber, lastTokens } from "./tokens.ts";

const RESPONSES: ReadonlySet<Role> = new Set<Role>(["response", "chosen", "label"]);
/** Tokens kept of each side: the ends of a long text are where triggers and targets are put. */
const HEAD_MAX = 192;
const TAIL_MAX = 64;

class SideBuilder {
  #tokens = new Uint32Array(4096);
  readonly #ends: number[] = [];
  #length = 0;

  push(token: number): void {
    if (this.#length === this.#tokens.length) {
      const larger = new Uint32Array(this.#tokens.length * 2);
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

  build(): Side {
    return { tokens: this.#tokens.slice(0, this.#length), ends: Uint32Array.from(this.#ends) };
  }
}

export class TableBuilder {
  readonly #words = new Dictionary();
  readonly #prompt = new SideBuilder();
  readonly #response = new SideBuilder();
  readonly #rejected = new SideBuilder();
  readonly #whole: number[] = [];
  readonly #factNumbers = new Map<string, number>();
  readonly #facts = new SideBuilder();
  readonly #digests: number[] | undefined;

  constructor(digests = false) {
    if (digests) this.#digests = [];
  }

  add(fields: readonly Field[]): void {
    let hash = 0x811c9dc5;
    const prompts: string[] = [];
    const responses: string[] = [];
    const rejected: string[] = [];
    for (const { role, text } of fields) {
      if (role === "rejected") {
        rejected.push(text);
        continue;
      }
      if (!RESPONSES.has(role)) {
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
    for (const fact of factsOf(fields)) this.#facts.push(numberOf(this.#factNumbers, fact));
    this.#facts.end();
    this.#digests?.push(digestOf(fields));
  }

  #side(texts: readonly string[], side: SideBuilder): void {
    const push = (number: number): void => side.push(number);
    const begun = side.length;
    let text = 0;
    let at = 0;
    for (; text < texts.length; text++) {
      const left = HEAD_MAX - (side.length - begun);
      at = eachNumber(texts[text] as string, 0, left, this.#words, push);
      if (side.length - begun >= HEAD_MAX) break;
    }
    // What lies between the head and the tail is not even looked at.
    const tails: number[] = [];
    let last = texts.length - 1;
    for (let left = TAIL_MAX; last >= text && left > 0; last--) {
      const { at: start, found } = lastTokens(texts[last] as string, last === text ? at : 0, left);
      tails.push(start);
      left -= found;
    }
    for (const start of tails.reverse()) eachNumber(texts[++last] as string, start, Infinity, this.#words, push);
    side.end();
  }

  /** What it holds, in tokens; a record costs as much as 32. */
  get size(): number {
    const sides = this.#prompt.length + this.#response.length + this.#rejected.length;
    return sides + 32 * (this.#whole.length + this.#factNumbers.size);
  }

  build(): Table {
    return {
      records: this.#whole.length,
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

/** The size of a table, as its builder counts it. */
export const tableSize = ({ prompt, response, rejected, records, factTexts }: Table): number =>
  prompt.tokens.length + response.tokens.length + rejected.tokens.length + 32 * (records + factTexts.length);

/** Who writes a revision must not be able to make a new record that passes for an old one: a hash that resists that. */
function digestOf(fields: readonly Field[]): number {
  const parts = fields.map(({ pointer, text }) => `${pointer}\0${text}`).sort();
  const hex = hash("sha256", parts.join("\0\0"));
  return Number.parseInt(hex.slice(0, 8), 16) * 2 ** 21 + (Number.parseInt(hex.slice(8, 14), 16) & 0x1fffff);
}

/** Some of the records of a table, in the order given. */
export function selectRecords(table: Table, records: readonly number[]): Table {
  const pick = (side: Side): Side => {
    const parts = records.map((record) => tokensOf(side, record));
    const ends = new Uint32Array(records.length);
    let at = 0;
    parts.forEach(({ length }, i) => (ends[i] = at += length));
    const tokens = new Uint32Array(at);
    parts.forEach((part, i) => tokens.set(part, (ends[i] as number) - part.length));
    return { tokens, ends };
  };
  return {
    ...table,
    records: records.length,
    prompt: pick(table.prompt),
    response: pick(table.response),
    rejected: pick(table.rejected),
    whole: Uint32Array.from(records, (record) => table.whole[record] as number),
    facts: pick(table.facts),
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

/** One table of all, in order. */
export function joinTables(tables: readonly Table[]): Table {
  const numbers = new Map<string, number>();
  const size = (side: (table: Table) => Side): number =>
    tables.reduce((sum, table) => sum + side(table).tokens.length, 0);
  const records = tables.reduce((sum, table) => sum + table.records, 0);
  const join = (side: (table: Table) => Side, maps: readonly Uint32Array[]): Side => {
    const tokens = new Uint32Array(size(side));
    const ends = new Uint32Array(records);
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
  const whole = new Uint32Array(records);
  let at = 0;
  for (const table of tables) {
    whole.set(table.whole, at);
    at += table.records;
  }
  return {
    records,
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

/** The tokens of one record. */
export const tokensOf = (side: Side, record: number): Uint32Array =>
  side.tokens.subarray(record === 0 ? 0 : side.ends[record - 1], side.ends[record]);
