// Protocol Buffers (encoding reference; wire types 0, 1, 2 and 5), decoded by a schema that names the fields somebody
// looks at. Every field is a list, as they come: a parser merges messages that stand twice, so none may be overlooked.
// Long messages are walked in place and only what the schema names is read. Refuses groups; depth and number of messages
// are bounded (CWE-674, CWE-770).
import { decodeText } from "../../base/utf8.ts";
import type { Pages } from "./pages.ts";

export type Field =
  | { readonly name: string; readonly kind: "text" }
  | { readonly name: string; readonly kind: "int" | "span" }
  | { readonly name: string; readonly kind: "message"; readonly schema: () => Schema };
export type Schema = Readonly<Record<number, Field>>;
/** Fields of a schema. */
export const textField = (name: string): Field => ({ name, kind: "text" });
export const messageField = (name: string, schema: () => Schema): Field => ({ name, kind: "message", schema });

/** Bytes [start, end) of the file, not read. */
export interface ByteSpan {
  readonly start: number;
  readonly end: number;
}

/** A decoded message: by the names of its schema, each a list. */
export class Message {
  readonly start: number;
  /** Field numbers with their wire types that the schema does not know. */
  unknown = 0;
  known = 0;
  readonly #values = new Map<string, unknown[]>();

  constructor(start: number) {
    this.start = start;
  }

  add(name: string, value: unknown): void {
    const list = this.#values.get(name);
    if (list) list.push(value);
    else this.#values.set(name, [value]);
  }

  messages(name: string): readonly Message[] {
    return (this.#values.get(name) ?? []).filter((value) => value instanceof Message);
  }

  texts(name: string): readonly string[] {
    return (this.#values.get(name) ?? []).filter((value) => typeof value === "string");
  }

  /** Of a field that should stand once the last one counts. */
  text(name: string): string {
    return this.texts(name).at(-1) ?? "";
  }

  int(name: string): bigint | undefined {
    return (this.#values.get(name) ?? []).findLast((value) => typeof value === "bigint");
  }

  spans(name: string): readonly ByteSpan[] {
    return (this.#values.get(name) ?? []) as ByteSpan[];
  }

  has(name: string): boolean {
    return this.#values.has(name);
  }
}

export class ProtoFault extends Error {
  readonly offset: number;
  readonly code: "malformed" | "truncated" | "limit";
  constructor(code: "malformed" | "truncated" | "limit", what: string, offset: number) {
    super(what);
    this.code = code;
    this.offset = offset;
  }
}

/** Protobuf's own default is 100. */
const DEPTH_MAX = 100;
/** A message up to this is read whole; of a longer one, field by field. */
const WHOLE_BYTES = 4 * 1024 * 1024;
/** Messages held of one file: a million nodes with their attributes and some. */
const MESSAGES_MAX = 4_000_000;
/** A text that is longer is a tensor in disguise, or an attack on memory. */
const TEXT_BYTES_MAX = 16 * 1024 * 1024;

const VARINT = 0;
const FIXED64 = 1;
const LENGTH = 2;
const FIXED32 = 5;

interface Tag {
  readonly number: number;
  readonly wire: number;
  /** Where the content of the field begins and ends, and the number of a varint. */
  readonly start: number;
  readonly end: number;
  readonly value: bigint;
  /** It should go on past the end of its message: what is there is read before that is said. */
  readonly cut: boolean;
}

const pastEnd = (at: number): ProtoFault => new ProtoFault("truncated", "a field that ends past its message", at);

/** Reads tags out of bytes that begin at `base` of the file. */
class Tags {
  at: number;
  private readonly bytes: Buffer;
  private readonly base: number;
  private readonly limit: number;

  constructor(bytes: Buffer, base: number, limit: number) {
    this.bytes = bytes;
    this.base = base;
    this.at = base;
    this.limit = limit;
  }

  next(): Tag {
    const tag = this.number(5);
    const number = Math.floor(tag / 8);
    const wire = tag & 7;
    const from = this.at;
    if (number <= 0 || number > 536_870_911) throw new ProtoFault("malformed", "a field without a number", from);
    let end = from;
    let start = from;
    let value = 0n;
    if (wire === VARINT) {
      value = this.varint();
      end = this.at;
    } else if (wire === FIXED64) end = from + 8;
    else if (wire === FIXED32) end = from + 4;
    else if (wire === LENGTH) {
      const length = Number(this.varint());
      start = this.at;
      end = start + length;
      if (length > 2 ** 40) throw new ProtoFault("malformed", "a field of an impossible length", from);
    } else throw new ProtoFault("malformed", `a field of the wire type ${wire}`, from);
    const cut = end > this.limit;
    if (cut && wire !== LENGTH) throw pastEnd(from);
    this.at = Math.min(end, this.limit);
    return { number, wire, start, end: this.at, value, cut };
  }

  private varint(): bigint {
    const low = this.number(7);
    if (low >= 0) return BigInt(low);
    let long = BigInt(-low - 1);
    for (let shift = 49n; shift < 70n; shift += 7n) {
      const byte = this.byte();
      long |= BigInt(byte & 0x7f) << shift;
      if (byte < 0x80) return BigInt.asUintN(64, long);
    }
    throw new ProtoFault("malformed", "a number of more than ten bytes", this.at);
  }

  /** A number of up to seven bytes; of a longer one these seven, as -n - 1. */
  private number(bytesMax: number): number {
    let value = 0;
    let scale = 1;
    for (let i = 0; i < bytesMax; i++) {
      const byte = this.byte();
      value += (byte & 0x7f) * scale;
      if (byte < 0x80) return value;
      scale *= 128;
    }
    return -value - 1;
  }

  private byte(): number {
    const byte = this.bytes[this.at - this.base];
    if (byte === undefined || this.at >= this.limit) throw pastEnd(this.at);
    this.at++;
    return byte;
  }
}

/** Ten bytes of a tag, ten of a length. */
const TAG_BYTES = 20;

export class Decoder {
  private readonly pages: Pages;
  private messages = 0;

  constructor(pages: Pages) {
    this.pages = pages;
  }

  /** The message in bytes [start, end) of the file. `onFault` is told of the first fault; what came before is given. */
  async decode(schema: Schema, start: number, end: number, onFault: (fault: ProtoFault) => void): Promise<Message> {
    const message = new Message(start);
    try {
      await this.walk(message, schema, start, end, 0);
    } catch (error) {
      if (!(error instanceof ProtoFault)) throw error;
      onFault(error);
    }
    return message;
  }

  private async walk(message: Message, schema: Schema, start: number, end: number, depth: number): Promise<void> {
    if (end - start <= WHOLE_BYTES) {
      const bytes = await this.pages.at(start, end - start);
      this.whole(message, schema, Buffer.from(bytes), start, end, depth);
      return;
    }
    this.count(depth, start);
    for (let at = start; at < end;) {
      const tags = new Tags(await this.pages.at(at, TAG_BYTES), at, end);
      const tag = tags.next();
      at = tag.end;
      const field = schema[tag.number];
      if (field?.kind === "message" && tag.wire === LENGTH) {
        const inner = new Message(tag.start);
        message.known++;
        message.add(field.name, inner);
        await this.walk(inner, field.schema(), tag.start, tag.end, depth + 1);
      } else if (field?.kind === "text" && tag.wire === LENGTH) {
        if (tag.end - tag.start > TEXT_BYTES_MAX)
          throw new ProtoFault("limit", `a text of more than ${TEXT_BYTES_MAX} bytes`, tag.start);
        message.known++;
        message.add(field.name, decodeText(await this.pages.at(tag.start, tag.end - tag.start)).text);
      } else plain(message, field, tag);
      if (tag.cut) throw pastEnd(tag.start);
    }
  }

  /** Throws after the fields that could be read. */
  private whole(message: Message, schema: Schema, bytes: Buffer, start: number, end: number, depth: number): void {
    this.count(depth, start);
    const tags = new Tags(bytes, start, end);
    while (tags.at < end) {
      const tag = tags.next();
      const field = schema[tag.number];
      if (field && (field.kind === "text" || field.kind === "message") && tag.wire === LENGTH) {
        const content = bytes.subarray(tag.start - start, tag.end - start);
        message.known++;
        if (field.kind === "text") message.add(field.name, decodeText(content).text);
        else {
          const inner = new Message(tag.start);
          message.add(field.name, inner);
          this.whole(inner, field.schema(), content, tag.start, tag.end, depth + 1);
        }
      } else plain(message, field, tag);
      if (tag.cut) throw pastEnd(tag.start);
    }
  }

  private count(depth: number, at: number): void {
    if (depth > DEPTH_MAX) throw new ProtoFault("limit", `messages nested deeper than ${DEPTH_MAX}`, at);
    if (++this.messages > MESSAGES_MAX) throw new ProtoFault("limit", `more than ${MESSAGES_MAX} messages`, at);
  }
}

function plain(message: Message, field: Field | undefined, tag: Tag): void {
  if (field?.kind === "int" && tag.wire === VARINT) message.add(field.name, tag.value);
  else if (field?.kind === "span" && tag.wire === LENGTH) message.add(field.name, { start: tag.start, end: tag.end });
  else {
    message.unknown++;
    return;
  }
  message.known++;
}

/**
 * How well bytes fit a schema: the number of fields at the top that stand in `rules`, which gives the wire type of each,
 * as far as `bytes` reach. 0 where one does not fit or none is there; negative where fields fit and something else follows.
 */
export function fits(bytes: Uint8Array, whole: boolean, rules: Readonly<Record<number, number>>): number {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const tags = new Tags(buffer, 0, whole ? buffer.length : Number.MAX_SAFE_INTEGER);
  let known = 0;
  while (tags.at < buffer.length) {
    let tag: Tag;
    try {
      tag = tags.next();
    } catch (error) {
      // The head may end inside of a tag.
      return error instanceof ProtoFault && error.code === "truncated" && !whole ? known : -known;
    }
    if (rules[tag.number] !== tag.wire || (tag.cut && whole)) return -known;
    known++;
  }
  return known;
}

/** The content of the first field `number` of length-delimited bytes at the top, as far as `bytes` reach. */
export function first(bytes: Uint8Array, number: number): Uint8Array | undefined {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const tags = new Tags(buffer, 0, Number.MAX_SAFE_INTEGER);
  while (tags.at < buffer.length) {
    try {
      const tag = tags.next();
      if (tag.number === number && tag.wire === LENGTH)
        return bytes.subarray(tag.start, Math.min(tag.end, bytes.length));
    } catch {
      return undefined;
    }
  }
  return undefined;
}
