// Numbers and addresses of an HDF5 file (HDF5 File Format Specification 3.0): little-endian, offsets and lengths of a
// width that the superblock gives, addresses counted from a base. Every address is the file author's.
import type { Pages } from "./pages.ts";

export class Hdf5Fault extends Error {
  readonly code: "malformed" | "truncated" | "unsupported" | "limit";
  constructor(code: "malformed" | "truncated" | "unsupported" | "limit", what: string) {
    super(what);
    this.code = code;
  }
}

/** One block, a header or a heap: nothing but data is longer (CWE-770). */
const BLOCK_BYTES_MAX = 64 * 1024 * 1024;

export class Hdf5Bytes {
  readonly pages: Pages;
  readonly offsetBytes: number;
  readonly lengthBytes: number;
  readonly base: number;

  constructor(pages: Pages, offsetBytes: number, lengthBytes: number, base: number) {
    this.pages = pages;
    this.offsetBytes = offsetBytes;
    this.lengthBytes = lengthBytes;
    this.base = base;
  }

  /** A copy of exactly `length` bytes at an address. */
  async block(address: number, length: number, what: string): Promise<Cursor> {
    if (length > BLOCK_BYTES_MAX) throw new Hdf5Fault("limit", `${what} of ${length} bytes`);
    const bytes = await this.pages.at(this.base + address, length);
    if (bytes.length < length) throw new Hdf5Fault("truncated", `${what} past the end of the file`);
    return new Cursor(Buffer.from(bytes), this);
  }

  /** A block that begins with four letters. */
  async signed(address: number, letters: string, length: number): Promise<Cursor> {
    const cursor = await this.block(address, length, `the block ${letters}`);
    if (cursor.text(4) !== letters) throw new Hdf5Fault("malformed", `no ${letters} where one should be`);
    return cursor;
  }

  get undefinedAddress(): number {
    return 256 ** this.offsetBytes - 1;
  }

  isAddress(address: number): boolean {
    return address < this.undefinedAddress && address <= Number.MAX_SAFE_INTEGER;
  }
}

/** Reads forward through bytes in memory. */
export class Cursor {
  at = 0;
  readonly bytes: Buffer;
  private readonly file: Hdf5Bytes;

  constructor(bytes: Buffer, file: Hdf5Bytes) {
    this.bytes = bytes;
    this.file = file;
  }

  get left(): number {
    return this.bytes.length - this.at;
  }

  /** A number of 1 to 8 bytes; past 2^53 it is no longer exact and fails every check against a size. */
  number(width: number): number {
    let value = 0;
    const from = this.take(width);
    for (let i = width - 1; i >= 0; i--) value = value * 256 + (from[i] ?? 0);
    return value;
  }

  byte(): number {
    return this.take(1)[0] ?? 0;
  }

  offset(): number {
    return this.number(this.file.offsetBytes);
  }

  length(): number {
    return this.number(this.file.lengthBytes);
  }

  text(length: number): string {
    return this.take(length).toString("latin1");
  }

  /** Text up to a zero, which is passed. */
  string(): string {
    const end = this.bytes.indexOf(0, this.at);
    const text = this.bytes.toString("utf8", this.at, end < 0 ? this.bytes.length : end);
    this.at = end < 0 ? this.bytes.length : end + 1;
    return text;
  }

  take(length: number): Buffer {
    if (!(length >= 0) || length > this.left) throw new Hdf5Fault("malformed", "a block that ends too early");
    const bytes = this.bytes.subarray(this.at, this.at + length);
    this.at += length;
    return bytes;
  }

  skip(length: number): this {
    this.take(length);
    return this;
  }

  part(length: number): Cursor {
    return new Cursor(this.take(length), this.file);
  }
}
