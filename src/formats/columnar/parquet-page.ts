// One Parquet page: header, checksum, decompression, levels, values (parquet-format 2.11, Encodings.md). Everything is
// decoded into flat arrays with one slot per entry; byte arrays stay where the page holds them, as start and end. The
// counts in a page are its author's: they are checked against the limits before an array is sized by them.
import { crc32 } from "node:zlib";
import { deltaBinaryUnpack } from "hyparquet/src/delta.js";
import { readVarInt } from "hyparquet/src/thrift.js";
import type { Limits } from "../../base/limits.ts";
import { Thrift, type Fields } from "./thrift.ts";
import { decompress, type Codec } from "./codec.ts";
import { Fault, malformed, overLimit } from "./fault.ts";
import type { Leaf } from "./parquet-footer.ts";

export type Numbers = Uint8Array | Int32Array | BigInt64Array | Float32Array | Float64Array;

/** Values without their nulls. Byte arrays and fixed-length ones lie in `data` at [starts, ends). */
interface Values {
  readonly data: Uint8Array;
  readonly starts: Uint32Array;
  readonly ends: Uint32Array;
  readonly numbers: Numbers | undefined;
}

/** Consecutive entries of a leaf column. Absent levels: all are at the maximum (defs), or zero (reps). */
export interface Entries extends Values {
  readonly count: number;
  readonly defs: Uint8Array | undefined;
  readonly reps: Uint8Array | undefined;
}

export interface PageHeader {
  readonly kind: "data" | "data-v2" | "dictionary" | "other";
  readonly values: number;
  /** Rows, where the header says it. */
  readonly rows: number | undefined;
  readonly encoding: number;
  readonly compressed: number;
  readonly uncompressed: number;
  readonly crc: number | undefined;
  readonly repBytes: number;
  readonly defBytes: number;
  readonly isCompressed: boolean;
  /** Encodings of the definition and repetition levels. */
  readonly levelEncodings: readonly [number, number];
  readonly headerBytes: number;
}

/** A page is held whole, several at a time; writers make them of about 1 MiB. A quarter of `rowGroupBytesMax`. */
export const pageBytesMax = (limits: Limits): number => limits.rowGroupBytesMax / 4;
/** Run lengths let a page of ten bytes hold two thousand million entries (CWE-409); 16 Mi for a limit of 1 GiB. */
export const pageValuesMax = (limits: Limits): number => limits.rowGroupBytesMax / 64;

export function parsePageHeader(bytes: Uint8Array, limits: Limits): PageHeader {
  const thrift = new Thrift(bytes);
  const span = thrift.struct(0);
  const fields = thrift.fields(span);
  const number = (from: Fields, id: number): number => thrift.integer(from.get(id)) ?? 0;
  const type = number(fields, 1);
  const kind = type === 0 ? "data" : type === 2 ? "dictionary" : type === 3 ? "data-v2" : "other";
  const inner = thrift.fields(fields.get(type === 0 ? 5 : type === 2 ? 7 : 8));
  const v2 = kind === "data-v2";
  const header: PageHeader = {
    kind,
    values: number(inner, 1),
    rows: v2 ? number(inner, 3) : undefined,
    encoding: number(inner, v2 ? 4 : 2),
    compressed: number(fields, 3),
    uncompressed: number(fields, 2),
    crc: thrift.integer(fields.get(4)),
    repBytes: v2 ? number(inner, 6) : 0,
    defBytes: v2 ? number(inner, 5) : 0,
    isCompressed: thrift.boolean(inner.get(7)) ?? true,
    levelEncodings:
      kind === "data" ? [thrift.integer(inner.get(3)) ?? RLE, thrift.integer(inner.get(4)) ?? RLE] : [RLE, RLE],
    headerBytes: span.end,
  };
  const { values, rows = 0, compressed, uncompressed, repBytes, defBytes } = header;
  const levels = repBytes + defBytes;
  if (
    Math.min(values, rows, compressed, uncompressed, repBytes, defBytes) < 0 ||
    levels > compressed ||
    levels > uncompressed
  ) {
    throw malformed("a page header holds an impossible size.");
  }
  if (Math.max(compressed, uncompressed) > pageBytesMax(limits))
    throw overLimit("rowGroupBytesMax", `a page claims ${uncompressed} bytes`);
  if (values > pageValuesMax(limits)) throw overLimit("rowGroupBytesMax", `a page claims ${values} values`);
  return header;
}

/** The page's bytes, decompressed, levels in front. */
export function openPage(header: PageHeader, body: Uint8Array, codec: Codec): Uint8Array {
  if (header.crc !== undefined && crc32(body) !== header.crc >>> 0)
    throw new Fault("corrupt", "a page's checksum does not match.");
  if (header.kind !== "data-v2") return decompress(codec, body, header.uncompressed);
  const levels = header.repBytes + header.defBytes;
  if (!header.isCompressed || codec === "UNCOMPRESSED") return decompress("UNCOMPRESSED", body, header.uncompressed);
  const values = decompress(codec, body.subarray(levels), header.uncompressed - levels);
  return levels === 0 ? values : Buffer.concat([body.subarray(0, levels), values]);
}

const EMPTY = new Uint32Array(0);
const NOTHING = new Uint8Array(0);

export function decodeDictionary(header: PageHeader, page: Uint8Array, leaf: Leaf): Values {
  return plain(page, 0, header.values, leaf);
}

export function decodePage(
  header: PageHeader,
  page: Uint8Array,
  leaf: Leaf,
  dictionary: Values | undefined,
  limits: Limits,
): Entries {
  const count = header.values;
  let at = 0;
  const levels = (max: number, v2Bytes: number, encoding: number): Uint8Array | undefined => {
    if (max > 0 && encoding !== RLE)
      throw new Fault("unsupported", `levels in encoding ${encoding} are not supported.`);
    if (header.kind === "data-v2") {
      const end = at + v2Bytes;
      const out = max === 0 ? undefined : levelRun(page, at, end, max, count);
      at = end;
      return out;
    }
    if (max === 0) return undefined;
    if (at + 4 > page.length) throw malformed("a page ends in its levels.");
    const end = at + 4 + new DataView(page.buffer, page.byteOffset).getUint32(at, true);
    if (end > page.length) throw malformed("a page ends in its levels.");
    const out = levelRun(page, at + 4, end, max, count);
    at = end;
    return out;
  };
  const reps = levels(leaf.maxRep, header.repBytes, header.levelEncodings[1]);
  const defs = levels(leaf.maxDef, header.defBytes, header.levelEncodings[0]);
  let present = count;
  if (defs) {
    present = 0;
    for (let i = 0; i < count; i++) if (defs[i] === leaf.maxDef) present++;
  }
  const values = decodeValues(header.encoding, page, at, present, leaf, dictionary, limits);
  if (!defs || present === count) return { ...values, count, defs: undefined, reps };
  return { ...spread(values, defs, leaf.maxDef, count), count, defs, reps };
}

/** One slot per entry instead of one per value. */
function spread(values: Values, defs: Uint8Array, max: number, count: number): Values {
  if (values.numbers) {
    const Type = values.numbers.constructor as new (length: number) => Numbers;
    const numbers = new Type(count);
    for (let i = 0, v = 0; i < count; i++) if (defs[i] === max) numbers[i] = values.numbers[v++] as never;
    return { ...values, numbers };
  }
  const starts = new Uint32Array(count);
  const ends = new Uint32Array(count);
  for (let i = 0, v = 0; i < count; i++) {
    if (defs[i] !== max) continue;
    starts[i] = values.starts[v] ?? 0;
    ends[i] = values.ends[v++] ?? 0;
  }
  return { ...values, starts, ends };
}

const PLAIN = 0;
const PLAIN_DICTIONARY = 2;
const RLE = 3;
const DELTA_BINARY_PACKED = 5;
const DELTA_LENGTH_BYTE_ARRAY = 6;
const DELTA_BYTE_ARRAY = 7;
const RLE_DICTIONARY = 8;
const BYTE_STREAM_SPLIT = 9;

function decodeValues(
  encoding: number,
  page: Uint8Array,
  at: number,
  count: number,
  leaf: Leaf,
  dictionary: Values | undefined,
  limits: Limits,
): Values {
  if (count === 0) return plain(page, at, 0, leaf);
  switch (encoding) {
    case PLAIN:
      return plain(page, at, count, leaf);
    case PLAIN_DICTIONARY:
    case RLE_DICTIONARY:
      if (!dictionary) throw malformed("a page refers to a dictionary that is not there.");
      return lookUp(page, at, count, dictionary);
    case RLE: {
      if (leaf.physical !== "BOOLEAN") break;
      const numbers = new Uint8Array(count);
      hybrid(page, at + 4, page.length, 1, numbers);
      return { data: NOTHING, starts: EMPTY, ends: EMPTY, numbers };
    }
    case DELTA_BINARY_PACKED: {
      if (leaf.physical !== "INT32" && leaf.physical !== "INT64") break;
      const numbers = leaf.physical === "INT32" ? new Int32Array(count) : new BigInt64Array(count);
      deltas(page, at, numbers);
      return { data: NOTHING, starts: EMPTY, ends: EMPTY, numbers };
    }
    case DELTA_LENGTH_BYTE_ARRAY: {
      if (leaf.physical !== "BYTE_ARRAY") break;
      const lengths = new Int32Array(count);
      let pos = deltas(page, at, lengths);
      const starts = new Uint32Array(count);
      const ends = new Uint32Array(count);
      for (let i = 0; i < count; i++) {
        const length = lengths[i] ?? 0;
        if (length < 0 || pos + length > page.length) throw malformed("a value lies outside its page.");
        starts[i] = pos;
        ends[i] = pos += length;
      }
      return { data: page, starts, ends, numbers: undefined };
    }
    case DELTA_BYTE_ARRAY:
      if (leaf.physical !== "BYTE_ARRAY" && leaf.physical !== "FIXED_LEN_BYTE_ARRAY") break;
      return prefixed(page, at, count, leaf, limits);
    case BYTE_STREAM_SPLIT:
      return plain(unsplit(page, at, count, widthOf(leaf)), 0, count, leaf);
  }
  throw new Fault("unsupported", `encoding ${encoding} of ${leaf.physical} values is not supported.`);
}

const widthOf = (leaf: Leaf): number => {
  switch (leaf.physical) {
    case "INT32":
    case "FLOAT":
      return 4;
    case "INT64":
    case "DOUBLE":
      return 8;
    case "INT96":
      return 12;
    case "FIXED_LEN_BYTE_ARRAY":
      return leaf.typeLength;
    default:
      throw malformed(`an encoding does not fit ${leaf.physical} values.`);
  }
};

function plain(page: Uint8Array, at: number, count: number, leaf: Leaf): Values {
  const none = { data: NOTHING, starts: EMPTY, ends: EMPTY };
  switch (leaf.physical) {
    case "BOOLEAN": {
      if (at + Math.ceil(count / 8) > page.length) throw malformed("a page holds fewer values than it says.");
      const numbers = new Uint8Array(count);
      for (let i = 0; i < count; i++) numbers[i] = ((page[at + (i >> 3)] ?? 0) >> (i & 7)) & 1;
      return { ...none, numbers };
    }
    case "INT32":
      return { ...none, numbers: copyInto(new Int32Array(fits(page, at, count, 4)), page, at) };
    case "INT64":
      return { ...none, numbers: copyInto(new BigInt64Array(fits(page, at, count, 8)), page, at) };
    case "FLOAT":
      return { ...none, numbers: copyInto(new Float32Array(fits(page, at, count, 4)), page, at) };
    case "DOUBLE":
      return { ...none, numbers: copyInto(new Float64Array(fits(page, at, count, 8)), page, at) };
    case "INT96":
    case "FIXED_LEN_BYTE_ARRAY": {
      const width = widthOf(leaf);
      const starts = new Uint32Array(fits(page, at, count, width));
      const ends = new Uint32Array(count);
      for (let i = 0; i < count; i++) {
        starts[i] = at + i * width;
        ends[i] = at + (i + 1) * width;
      }
      return { data: page, starts, ends, numbers: undefined };
    }
    case "BYTE_ARRAY": {
      fits(page, at, count, 4);
      const starts = new Uint32Array(count);
      const ends = new Uint32Array(count);
      const length = page.length;
      let pos = at;
      for (let i = 0; i < count; i++) {
        const start = pos + 4;
        // Reads past the end give zeros here and are refused by the check below.
        pos =
          start +
          (((page[pos] ?? 0) |
            ((page[pos + 1] ?? 0) << 8) |
            ((page[pos + 2] ?? 0) << 16) |
            ((page[pos + 3] ?? 0) << 24)) >>>
            0);
        if (pos > length) throw malformed("a value lies outside its page.");
        starts[i] = start;
        ends[i] = pos;
      }
      return { data: page, starts, ends, numbers: undefined };
    }
  }
}

function fits(page: Uint8Array, at: number, count: number, width: number): number {
  if (at + count * width > page.length) throw malformed("a page holds fewer values than it says.");
  return count;
}

function copyInto<N extends Numbers>(numbers: N, page: Uint8Array, at: number): N {
  new Uint8Array(numbers.buffer).set(page.subarray(at, at + numbers.byteLength));
  return numbers;
}

function lookUp(page: Uint8Array, at: number, count: number, dictionary: Values): Values {
  const width = page[at] ?? 0;
  if (width > 32) throw malformed("a dictionary index is wider than 32 bits.");
  const indexes = new Uint32Array(count);
  if (width > 0) hybrid(page, at + 1, page.length, width, indexes);
  const { numbers, starts, ends } = dictionary;
  const size = numbers ? numbers.length : starts.length;
  // One index past the end would read another column's memory in a careless reader.
  for (let i = 0; i < count; i++) if ((indexes[i] ?? 0) >= size) throw malformed("a dictionary index is out of range.");
  if (numbers) {
    const Type = numbers.constructor as new (length: number) => Numbers;
    const out = new Type(count);
    for (let i = 0; i < count; i++) out[i] = numbers[indexes[i] ?? 0] as never;
    return { data: NOTHING, starts: EMPTY, ends: EMPTY, numbers: out };
  }
  const outEnds = new Uint32Array(count);
  for (let i = 0; i < count; i++) {
    const index = indexes[i] ?? 0;
    outEnds[i] = ends[index] ?? 0;
    indexes[i] = starts[index] ?? 0;
  }
  return { data: dictionary.data, starts: indexes, ends: outEnds, numbers: undefined };
}

function levelRun(page: Uint8Array, at: number, end: number, max: number, count: number): Uint8Array {
  const out = new Uint8Array(count);
  hybrid(page, at, end, 32 - Math.clz32(max), out);
  // A level above the maximum would make the assembly look for a place that is not there.
  for (let i = 0; i < count; i++) if ((out[i] ?? 0) > max) throw malformed("a level is out of range.");
  return out;
}

/** The run-length and bit-packing hybrid. Fills `out`; runs never write past it whatever length they claim. */
export function hybrid(page: Uint8Array, at: number, end: number, width: number, out: Uint8Array | Uint32Array): void {
  const count = out.length;
  const byteWidth = (width + 7) >> 3;
  let pos = at;
  let filled = 0;
  while (filled < count) {
    let header = 0;
    for (let shift = 0; ; shift += 7) {
      if (pos >= end || shift > 28) throw malformed("a run of levels or indexes ends early.");
      const byte = page[pos++] ?? 0;
      header += (byte & 0x7f) * 2 ** shift;
      if (byte < 0x80) break;
    }
    if (header % 2 === 0) {
      if (pos + byteWidth > end) throw malformed("a run of levels or indexes ends early.");
      let value = 0;
      for (let i = 0; i < byteWidth; i++) value += (page[pos++] ?? 0) * 2 ** (8 * i);
      const until = Math.min(count, filled + header / 2);
      // A run of no values makes no progress; the bytes it takes still bound the loop.
      out.fill(value, filled, until);
      filled = until;
      continue;
    }
    const until = Math.min(count, filled + ((header - 1) / 2) * 8);
    if (pos + Math.ceil(((until - filled) * width) / 8) > end)
      throw malformed("a run of levels or indexes ends early.");
    unpack(page, pos, width, out, filled, until);
    pos += ((header - 1) / 2) * width;
    filled = until;
  }
}

function unpack(
  page: Uint8Array,
  at: number,
  width: number,
  out: Uint8Array | Uint32Array,
  from: number,
  to: number,
): void {
  if (width === 1) {
    for (let i = from; i < to; i++) out[i] = ((page[at + ((i - from) >> 3)] ?? 0) >> ((i - from) & 7)) & 1;
    return;
  }
  if (width === 8) {
    for (let i = from; i < to; i++) out[i] = page[at + i - from] ?? 0;
    return;
  }
  let pos = at;
  let held = 0;
  let bits = 0;
  if (width <= 24) {
    const mask = 2 ** width - 1;
    for (let i = from; i < to; i++) {
      while (bits < width) {
        held |= (page[pos++] ?? 0) << bits;
        bits += 8;
      }
      out[i] = held & mask;
      held >>>= width;
      bits -= width;
    }
    return;
  }
  const modulus = 2 ** width;
  for (let i = from; i < to; i++) {
    while (bits < width) {
      held += (page[pos++] ?? 0) * 2 ** bits;
      bits += 8;
    }
    out[i] = held % modulus;
    held = Math.floor(held / modulus);
    bits -= width;
  }
}

/** Fills `out` and returns where the deltas end. */
function deltas(page: Uint8Array, at: number, out: Int32Array | BigInt64Array): number {
  const reader = { view: new DataView(page.buffer, page.byteOffset, page.byteLength), offset: at };
  // The decoder believes this header: a negative count of miniblocks would make it walk backwards for ever.
  const header = { view: reader.view, offset: at };
  const block = readVarInt(header);
  const miniblocks = readVarInt(header);
  if (block <= 0 || miniblocks <= 0 || block % (miniblocks * 8) !== 0)
    throw malformed("a delta block has an impossible size.");
  deltaBinaryUnpack(reader, out.length, out);
  return reader.offset;
}

function prefixed(page: Uint8Array, at: number, count: number, leaf: Leaf, limits: Limits): Values {
  const prefixes = new Int32Array(count);
  const suffixes = new Int32Array(count);
  let pos = deltas(page, deltas(page, at, prefixes), suffixes);
  let total = 0;
  for (let i = 0; i < count; i++) {
    const prefix = prefixes[i] ?? 0;
    const suffix = suffixes[i] ?? 0;
    const before = i === 0 ? 0 : (prefixes[i - 1] ?? 0) + (suffixes[i - 1] ?? 0);
    if (prefix < 0 || suffix < 0 || prefix > before)
      throw malformed("a value's prefix is longer than the value before it.");
    if (leaf.physical === "FIXED_LEN_BYTE_ARRAY" && prefix + suffix !== leaf.typeLength)
      throw malformed("a value has another width than its column.");
    total += prefix + suffix;
    // Two bytes can repeat a prefix of a megabyte (CWE-409).
    if (total > pageBytesMax(limits)) throw overLimit("rowGroupBytesMax", "a page's values grow too large");
  }
  const data = new Uint8Array(total);
  const starts = new Uint32Array(count);
  const ends = new Uint32Array(count);
  for (let i = 0, o = 0; i < count; i++) {
    const prefix = prefixes[i] ?? 0;
    const suffix = suffixes[i] ?? 0;
    if (pos + suffix > page.length) throw malformed("a value lies outside its page.");
    const before = starts[i - 1] ?? 0;
    data.copyWithin(o, before, before + prefix);
    data.set(page.subarray(pos, pos + suffix), o + prefix);
    starts[i] = o;
    ends[i] = o += prefix + suffix;
    pos += suffix;
  }
  return { data, starts, ends, numbers: undefined };
}

function unsplit(page: Uint8Array, at: number, count: number, width: number): Uint8Array {
  fits(page, at, count, width);
  const out = new Uint8Array(count * width);
  for (let b = 0; b < width; b++) for (let i = 0; i < count; i++) out[i * width + b] = page[at + b * count + i] ?? 0;
  return out;
}
