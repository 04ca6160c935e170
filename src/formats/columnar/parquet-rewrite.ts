// A Parquet file without some of its rows. Schema, key-value metadata and row group structure are copied as they are;
// a row group that loses nothing is copied byte for byte; one that does is written again at the level of entries, not
// values, so that every type comes through unchanged: plain encoding, the same compression (Zstandard for LZ4).
import { brotliCompressSync, constants, gzipSync, zstdCompressSync } from "node:zlib";
import { createRequire } from "node:module";
import type { ByteSource } from "../../core/bytes.ts";
import { unsupported, type ToolError } from "../../core/errors.ts";
import type { Limits } from "../../base/limits.ts";
import { CODECS, type Codec } from "./codec.ts";
import { faultOf, malformed } from "./fault.ts";
import { Budget } from "./budget.ts";
import { columnName, ParquetColumn } from "./parquet-column.ts";
import { parseGroup, type Chunk, type Footer, type Leaf } from "./parquet-footer.ts";
import { T, thriftList, ThriftWriter, type Fields } from "./thrift.ts";

const PAGE_BYTES = 1024 * 1024;
const COPY_BYTES = 4 * 1024 * 1024;
const MAGIC = Buffer.from("PAR1");

let snappyCompress: ((bytes: Uint8Array) => Uint8Array) | undefined;

/** Loaded when a file is rewritten: reading never needs it. */
function snappy(bytes: Uint8Array): Uint8Array {
  snappyCompress ??= (
    createRequire(import.meta.url)("hyparquet-writer/src/snappy.js") as {
      snappyCompress: (bytes: Uint8Array) => Uint8Array;
    }
  ).snappyCompress;
  return snappyCompress(bytes);
}

export async function* rewrite(
  footer: Footer,
  source: Required<ByteSource>,
  drop: (record: number) => boolean,
  limits: Limits,
): AsyncGenerator<Uint8Array> {
  let offset = 4;
  let record = 0;
  let rowsKept = 0;
  const groups: Uint8Array[] = [];
  yield MAGIC;
  const { thrift } = footer;
  for (const [g, span] of footer.groups.entries()) {
    const group = parsed(() => parseGroup(footer, span), `row group ${g}`);
    const fields = thrift.fields(span);
    // No row is without an entry in every column: this bounds what is allocated by a row count.
    for (const chunk of group.chunks)
      if (chunk.values < group.rows) throw cannot(`row group ${g}`, "it holds fewer values than rows.");
    const keep = new Uint8Array(group.rows);
    let kept = 0;
    for (let i = 0; i < group.rows; i++) {
      if (drop(record++)) continue;
      keep[i] = 1;
      kept++;
    }
    if (kept === 0) continue;
    const begin = offset;
    const columns: Uint8Array[] = [];
    let uncompressed = 0;
    for (const [c, column] of thrift.list(fields.get(1), Infinity, "columns").entries()) {
      const meta = thrift.fields(thrift.fields(column).get(3));
      const leaf = footer.leaves[c];
      const chunk = group.chunks[c];
      if (!leaf || !chunk) throw cannot(`row group ${g}`, "it lacks a column.");
      if (chunk.fault) throw cannot(`row group ${g}, column ${columnName(leaf)}`, chunk.fault.message);
      let written: Written;
      if (kept === group.rows) {
        for (let at = chunk.start; at < chunk.end; at += COPY_BYTES)
          yield source.slice(at, Math.min(chunk.end, at + COPY_BYTES));
        written = copied(footer, meta, chunk, offset);
      } else written = yield* rewriteColumn(footer, leaf, chunk, meta, keep, source, limits, offset);
      columns.push(new ThriftWriter().integer(2, offset).bytes(3, T.struct, written.meta).end());
      uncompressed += written.uncompressed;
      offset += written.compressed;
    }
    const row = new ThriftWriter()
      .bytes(1, T.list, thriftList(T.struct, columns))
      .integer(2, uncompressed)
      .integer(3, kept)
      .copy(fields, 4, thrift.bytes)
      .integer(5, begin)
      .integer(6, offset - begin);
    groups.push(row.end());
    rowsKept += kept;
  }
  const old = footer.fields;
  const end = new ThriftWriter()
    .copy(old, 1, thrift.bytes)
    .copy(old, 2, thrift.bytes)
    .integer(3, rowsKept)
    .bytes(4, T.list, thriftList(T.struct, groups))
    .copy(old, 5, thrift.bytes)
    .copy(old, 6, thrift.bytes)
    .copy(old, 7, thrift.bytes)
    .end();
  const length = Buffer.alloc(4);
  length.writeUInt32LE(end.length);
  yield Buffer.concat([end, length, MAGIC]);
}

const cannot = (where: string, why: string): ToolError =>
  unsupported(
    `The Parquet file cannot be rewritten: ${where}: ${why.replace(/\.$/, "")}`,
    "Filter it where it was made, with the row numbers that --records lists.",
  );

function parsed<T>(parse: () => T, where: string): T {
  try {
    return parse();
  } catch (error) {
    throw cannot(where, faultOf(error).message);
  }
}

interface Written {
  readonly meta: Uint8Array;
  readonly compressed: number;
  readonly uncompressed: number;
}

function copied({ thrift }: Footer, meta: Fields, chunk: Chunk, offset: number): Written {
  const data = thrift.integer(meta.get(9)) ?? 0;
  const writer = new ThriftWriter();
  for (const id of [1, 2, 3, 4, 5, 6, 7, 8]) writer.copy(meta, id, thrift.bytes);
  writer.integer(9, chunk.values === 0 ? 0 : offset + data - chunk.start);
  if (chunk.start < data) writer.integer(11, offset);
  // Statistics stay true; the page index and the Bloom filters lie elsewhere and are left out.
  for (const id of [12, 13, 16, 17]) writer.copy(meta, id, thrift.bytes);
  return { meta: writer.end(), compressed: chunk.end - chunk.start, uncompressed: chunk.uncompressed };
}

async function* rewriteColumn(
  footer: Footer,
  leaf: Leaf,
  chunk: Chunk,
  meta: Fields,
  keep: Uint8Array,
  source: Required<ByteSource>,
  limits: Limits,
  offset: number,
): AsyncGenerator<Uint8Array, Written> {
  const { thrift } = footer;
  const codec: Codec = chunk.codec === "LZ4" || chunk.codec === "LZ4_RAW" ? "ZSTD" : chunk.codec;
  const column = new ParquetColumn(
    leaf,
    chunk,
    (start, end) => source.slice(start, end),
    limits,
    new Budget(limits, source.sizeBytes ?? 0),
    PAGE_BYTES,
  );
  let values = 0;
  let compressed = 0;
  let uncompressed = 0;
  const finish = (page: PageBuilder): Uint8Array => {
    values += page.count;
    const body = page.body();
    const packed = compress(codec, body);
    const inner = new ThriftWriter()
      .integer(1, page.count, T.i32)
      .integer(2, 0, T.i32)
      .integer(3, 3, T.i32)
      .integer(4, 3, T.i32)
      .end();
    const header = new ThriftWriter()
      .integer(1, 0, T.i32)
      .integer(2, body.length, T.i32)
      .integer(3, packed.length, T.i32)
      .bytes(5, T.struct, inner)
      .end();
    compressed += header.length + packed.length;
    uncompressed += header.length + body.length;
    return Buffer.concat([header, packed]);
  };
  let page = new PageBuilder(leaf);
  for (let row = 0; row < keep.length;) {
    await column.fill(1024);
    if (column.fault && column.rows === 0) throw cannot(`column ${columnName(leaf)}`, column.fault.message);
    if (column.rows === 0) throw cannot(`column ${columnName(leaf)}`, "it has fewer rows than its row group says.");
    const rows = Math.min(column.rows, keep.length - row);
    for (let i = 0; i < rows; i++) {
      if (keep[row + i] === 0) continue;
      page.add(column, i);
      if (page.bytes < PAGE_BYTES) continue;
      yield finish(page);
      page = new PageBuilder(leaf);
    }
    column.consume(rows);
    row += rows;
  }
  if (column.fault) throw cannot(`column ${columnName(leaf)}`, column.fault.message);
  if (page.count > 0) yield finish(page);
  const writer = new ThriftWriter()
    .copy(meta, 1, thrift.bytes)
    .bytes(2, T.list, thriftList(T.i32, [Uint8Array.of(0), Uint8Array.of(6)])) // PLAIN and RLE, zigzag
    .copy(meta, 3, thrift.bytes)
    .integer(4, CODECS.indexOf(codec), T.i32)
    .integer(5, values)
    .integer(6, uncompressed)
    .integer(7, compressed)
    .copy(meta, 8, thrift.bytes)
    .integer(9, offset);
  return { meta: writer.end(), compressed, uncompressed };
}

/** Collects the entries of kept rows into one plain version 1 data page. */
class PageBuilder {
  count = 0;
  bytes = 0;
  private readonly leaf: Leaf;
  private readonly reps: number[] = [];
  private readonly defs: number[] = [];
  private readonly values: Uint8Array[] = [];
  private readonly booleans: number[] = [];
  constructor(leaf: Leaf) {
    this.leaf = leaf;
  }

  add(column: ParquetColumn, row: number): void {
    const { entries, rowAt, base } = column;
    if (!entries) throw malformed("its rows are gone.");
    const { leaf } = this;
    const from = rowAt ? (rowAt[base + row] ?? 0) : base + row;
    const to = rowAt ? (rowAt[base + row + 1] ?? 0) : from + 1;
    for (let e = from; e < to; e++) {
      const def = entries.defs ? (entries.defs[e] ?? 0) : leaf.maxDef;
      this.count++;
      if (leaf.maxRep > 0) this.reps.push(entries.reps?.[e] ?? 0);
      if (leaf.maxDef > 0) this.defs.push(def);
      this.bytes += 2;
      if (def < leaf.maxDef) continue;
      if (leaf.physical === "BOOLEAN") this.booleans.push(Number(entries.numbers?.[e] ?? 0));
      else if (entries.numbers) {
        const { buffer, byteOffset, BYTES_PER_ELEMENT: width } = entries.numbers;
        this.push(Uint8Array.from(new Uint8Array(buffer, byteOffset + e * width, width)));
      } else {
        const value = Uint8Array.from(entries.data.subarray(entries.starts[e], entries.ends[e]));
        if (leaf.physical === "BYTE_ARRAY") {
          const length = new Uint8Array(4);
          new DataView(length.buffer).setUint32(0, value.length, true);
          this.push(length);
        }
        this.push(value);
      }
    }
  }

  body(): Uint8Array {
    const { leaf, reps, defs, booleans } = this;
    const bits = new Uint8Array(Math.ceil(booleans.length / 8));
    booleans.forEach((value, i) => (bits[i >> 3] = (bits[i >> 3] ?? 0) | (value << (i & 7))));
    return Buffer.concat([...levels(reps, leaf.maxRep), ...levels(defs, leaf.maxDef), ...this.values, bits]);
  }

  private push(value: Uint8Array): void {
    this.values.push(value);
    this.bytes += value.length;
  }
}

/** One run of the hybrid encoding behind its length: repeated where all levels are equal, else bit-packed. */
function levels(values: readonly number[], max: number): Uint8Array[] {
  if (max === 0) return [];
  const [first = 0] = values;
  const run: number[] = [];
  const varint = (n: number): void => {
    for (; n >= 0x80; n >>>= 7) run.push((n & 0x7f) | 0x80);
    run.push(n);
  };
  if (values.every((value) => value === first)) {
    varint(values.length << 1);
    run.push(first);
  } else {
    const width = 32 - Math.clz32(max);
    const groups = Math.ceil(values.length / 8);
    varint((groups << 1) | 1);
    let held = 0;
    let bits = 0;
    for (let i = 0; i < groups * 8; i++) {
      held |= (values[i] ?? 0) << bits;
      for (bits += width; bits >= 8; bits -= 8, held >>>= 8) run.push(held & 255);
    }
  }
  const out = Uint8Array.from([0, 0, 0, 0, ...run]);
  new DataView(out.buffer).setUint32(0, run.length, true);
  return [out];
}

function compress(codec: Codec, bytes: Uint8Array): Uint8Array {
  switch (codec) {
    case "UNCOMPRESSED":
      return bytes;
    case "SNAPPY":
      return snappy(bytes);
    case "GZIP":
      return gzipSync(bytes);
    case "ZSTD":
      return zstdCompressSync(bytes);
    case "BROTLI":
      return brotliCompressSync(bytes, { params: { [constants.BROTLI_PARAM_QUALITY]: 5 } });
    default:
      throw cannot(`codec ${codec}`, "there is no writer for it.");
  }
}
