// Thrift compact protocol, read as spans: a struct gives where its fields lie, nothing is built until it is asked for.
// So a footer of 60 MB costs 60 MB, and unchanged parts of it can be copied when a file is rewritten. Nesting is
// bounded (CWE-674); a length is checked against the bytes that are there before anything is sized by it.
import { malformed, overLimit } from "./fault.ts";

export interface Span {
  /** The compact protocol's type nibble. */
  readonly type: number;
  readonly start: number;
  readonly end: number;
}
export type Fields = ReadonlyMap<number, Span>;

export const T = {
  true: 1,
  false: 2,
  byte: 3,
  i16: 4,
  i32: 5,
  i64: 6,
  double: 7,
  binary: 8,
  list: 9,
  set: 10,
  map: 11,
  struct: 12,
  uuid: 13,
} as const;
const DEPTH_MAX = 24;

export class Thrift {
  readonly bytes: Uint8Array;
  private pos = 0;
  constructor(bytes: Uint8Array) {
    this.bytes = bytes;
  }

  /** The span of the struct that starts at `start`. */
  struct(start: number): Span {
    this.pos = start;
    this.skip(T.struct, 0);
    return { type: T.struct, start, end: this.pos };
  }

  /** The fields of a struct; a later field of the same id wins, as in every reader. */
  fields(span: Span | undefined): Fields {
    const fields = new Map<number, Span>();
    if (span === undefined) return fields;
    if (span.type !== T.struct) throw malformed("a footer field has the wrong type.");
    this.pos = span.start;
    let id = 0;
    for (;;) {
      const header = this.byte();
      const type = header & 15;
      if (type === 0) return fields;
      id = header >> 4 ? id + (header >> 4) : this.zigzag();
      const start = this.pos;
      if (type !== T.true && type !== T.false) this.skip(type, 1);
      fields.set(id, { type, start, end: this.pos });
    }
  }

  list(span: Span | undefined, max: number, what: string): readonly Span[] {
    if (span === undefined) return [];
    if (span.type !== T.list) throw malformed("a footer field has the wrong type.");
    this.pos = span.start;
    const { type, size } = this.listHeader();
    // Each element is at least a byte, so the bytes bound the loop; `max` bounds the memory.
    if (size > max) throw overLimit(what, `the footer lists ${size} ${what}`);
    const spans: Span[] = [];
    for (let i = 0; i < size; i++) {
      const start = this.pos;
      this.skip(type === T.true || type === T.false ? T.byte : type, 1);
      spans.push({ type, start, end: this.pos });
    }
    return spans;
  }

  integer(span: Span | undefined): number | undefined {
    if (span === undefined) return undefined;
    this.pos = span.start;
    if (span.type === T.byte) return (this.byte() << 24) >> 24;
    if (span.type < T.i16 || span.type > T.i64) throw malformed("a footer field has the wrong type.");
    return this.zigzag();
  }

  boolean(span: Span | undefined): boolean | undefined {
    return span && span.type === T.true;
  }

  binary(span: Span | undefined): Uint8Array | undefined {
    if (span === undefined) return undefined;
    if (span.type !== T.binary) throw malformed("a footer field has the wrong type.");
    this.pos = span.start;
    const length = this.varint();
    return this.bytes.subarray(this.pos, this.pos + length);
  }

  private byte(): number {
    const byte = this.bytes[this.pos++];
    if (byte === undefined) throw malformed("a header ends early.");
    return byte;
  }

  // As a double: exact to 2^53, and a larger one is nonsense that range checks refuse.
  private varint(): number {
    let value = 0;
    for (let shift = 0; shift < 70; shift += 7) {
      const byte = this.byte();
      value += (byte & 0x7f) * 2 ** shift;
      if (byte < 0x80) return value;
    }
    throw malformed("a number in a header is too long.");
  }

  private zigzag(): number {
    const value = this.varint();
    return value % 2 === 0 ? value / 2 : -(value + 1) / 2;
  }

  private listHeader(): { type: number; size: number } {
    const header = this.byte();
    const size = header >> 4 === 15 ? this.varint() : header >> 4;
    return { type: header & 15, size };
  }

  private advance(count: number): void {
    if (count > this.bytes.length - this.pos) throw malformed("a header ends early.");
    this.pos += count;
  }

  private skip(type: number, depth: number): void {
    if (depth > DEPTH_MAX) throw malformed("a header is nested too deeply.");
    switch (type) {
      case T.true:
      case T.false:
        return;
      case T.byte:
        return this.advance(1);
      case T.i16:
      case T.i32:
      case T.i64:
        this.varint();
        return;
      case T.double:
        return this.advance(8);
      case T.binary:
        return this.advance(this.varint());
      case T.uuid:
        return this.advance(16);
      case T.list:
      case T.set: {
        const { type: element, size } = this.listHeader();
        if (size > this.bytes.length - this.pos) throw malformed("a list in a header is too long.");
        for (let i = 0; i < size; i++)
          this.skip(element === T.true || element === T.false ? T.byte : element, depth + 1);
        return;
      }
      case T.map: {
        const size = this.varint();
        if (size === 0) return;
        if (size > this.bytes.length - this.pos) throw malformed("a map in a header is too long.");
        const types = this.byte();
        const flat = (t: number): number => (t === T.true || t === T.false ? T.byte : t);
        for (let i = 0; i < size; i++) {
          this.skip(flat(types >> 4), depth + 1);
          this.skip(flat(types & 15), depth + 1);
        }
        return;
      }
      case T.struct:
        for (;;) {
          const header = this.byte();
          if ((header & 15) === 0) return;
          if (header >> 4 === 0) this.varint();
          this.skip(header & 15, depth + 1);
        }
      default:
        throw malformed("a header holds an unknown type.");
    }
  }
}

/** Writes a struct field by field, ids ascending. Values are spans of another struct's bytes, or numbers. */
export class ThriftWriter {
  private readonly out: number[] = [];
  private readonly chunks: Uint8Array[] = [];
  private id = 0;

  field(id: number, type: number): this {
    const delta = id - this.id;
    if (delta > 0 && delta < 16) this.out.push((delta << 4) | type);
    else {
      this.out.push(type);
      this.number(id);
    }
    this.id = id;
    return this;
  }

  integer(id: number, value: number, type: number = T.i64): this {
    this.field(id, type);
    this.number(value);
    return this;
  }

  bytes(id: number, type: number, value: Uint8Array): this {
    this.field(id, type);
    return this.raw(value);
  }

  copy(fields: Fields, id: number, from: Uint8Array): this {
    const span = fields.get(id);
    return span ? this.bytes(id, span.type, from.subarray(span.start, span.end)) : this;
  }

  raw(value: Uint8Array): this {
    this.flush();
    this.chunks.push(value);
    return this;
  }

  /** The struct with its stop byte. */
  end(): Uint8Array {
    this.out.push(0);
    this.flush();
    return Buffer.concat(this.chunks);
  }

  private flush(): void {
    if (this.out.length > 0) this.chunks.push(Uint8Array.from(this.out.splice(0)));
  }

  private number(value: number): void {
    this.out.push(...varint(value < 0 ? -2 * value - 1 : 2 * value));
  }
}

function varint(value: number): number[] {
  const bytes: number[] = [];
  let rest = value;
  while (rest >= 0x80) {
    bytes.push((rest % 0x80) | 0x80);
    rest = Math.floor(rest / 0x80);
  }
  bytes.push(rest);
  return bytes;
}

/** A list of structs or other values that are serialized already. */
export function thriftList(type: number, items: readonly Uint8Array[]): Uint8Array {
  const header = items.length < 15 ? [(items.length << 4) | type] : [0xf0 | type, ...varint(items.length)];
  return Buffer.concat([Uint8Array.from(header), ...items]);
}
