// FlatBuffers tables, read in place. Every offset is the file author's: a read outside the bytes throws a RangeError,
// which the reader turns into a problem. Loops over vectors are bounded by the bytes that their elements take.
import { malformed } from "./fault.ts";

export class Table {
  readonly bytes: Uint8Array;
  private readonly view: DataView;
  private readonly at: number;
  private readonly vtable: number;

  constructor(bytes: Uint8Array, at: number) {
    this.bytes = bytes;
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.at = at;
    this.vtable = at - this.view.getInt32(at, true);
  }

  static root(bytes: Uint8Array): Table {
    return new Table(bytes, new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength).getUint32(0, true));
  }

  /** Where field `id` lies, or 0 where it is absent and has its default. */
  place(id: number): number {
    const slot = 4 + 2 * id;
    if (slot + 2 > this.view.getUint16(this.vtable, true)) return 0;
    const offset = this.view.getUint16(this.vtable + slot, true);
    return offset === 0 ? 0 : this.at + offset;
  }

  i8(id: number, missing = 0): number {
    const at = this.place(id);
    return at ? this.view.getInt8(at) : missing;
  }

  i16(id: number, missing = 0): number {
    const at = this.place(id);
    return at ? this.view.getInt16(at, true) : missing;
  }

  i32(id: number, missing = 0): number {
    const at = this.place(id);
    return at ? this.view.getInt32(at, true) : missing;
  }

  i64(id: number): number {
    const at = this.place(id);
    return at ? this.long(at) : 0;
  }

  /** The 64-bit integer at a place, as a double: larger ones than 2^53 fail every check against a size. */
  long(at: number): number {
    return Number(this.view.getBigInt64(at, true));
  }

  int(at: number): number {
    return this.view.getInt32(at, true);
  }

  table(id: number): Table | undefined {
    const at = this.place(id);
    return at ? new Table(this.bytes, at + this.view.getUint32(at, true)) : undefined;
  }

  string(id: number): Uint8Array {
    const vector = this.vector(id, 1);
    return this.bytes.subarray(vector.start, vector.start + vector.length);
  }

  /** A vector's first element and length, checked to lie within the bytes. */
  vector(id: number, width: number): { readonly start: number; readonly length: number } {
    const at = this.place(id);
    if (at === 0) return { start: 0, length: 0 };
    const vector = at + this.view.getUint32(at, true);
    const length = this.view.getUint32(vector, true);
    if (vector + 4 + length * width > this.bytes.length) throw malformed("a vector in its metadata is too long.");
    return { start: vector + 4, length };
  }

  *tables(id: number): Generator<Table> {
    const { start, length } = this.vector(id, 4);
    for (let i = 0; i < length; i++) {
      const at = start + 4 * i;
      yield new Table(this.bytes, at + this.view.getUint32(at, true));
    }
  }
}
