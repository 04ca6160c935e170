// Arrow IPC without some of its rows. Schema, dictionaries, metadata and untouched record batches are copied byte for
// byte; a batch that loses rows keeps its message, in which lengths are put right, over buffers gathered anew. So every
// type that is read is also written, unchanged.
import { zstdCompressSync } from "node:zlib";
import { unsupported, type ToolError } from "../../core/errors.ts";
import type { Limits } from "../../base/limits.ts";
import { quote } from "../../base/escape.ts";
import { parseSchema, type ArrowSchema } from "./arrow-schema.ts";
import { streamMessages, type Message, type Messages } from "./arrow-message.ts";
import { appendDictionary, decodeBatch, type Dictionaries, type Vec } from "./arrow-vector.ts";
import { Budget } from "./budget.ts";
import { faultOf } from "./fault.ts";
import { Table } from "./flatbuffer.ts";

const MAGIC = Buffer.from("ARROW1\0\0");

export async function* rewriteArrow(
  opened: Messages,
  drop: (record: number) => boolean,
  limits: Limits,
): AsyncGenerator<Uint8Array> {
  const { footer, source } = opened;
  if (opened.broken) throw cannot(opened.broken.message);
  const budget = new Budget(limits, source.sizeBytes ?? Infinity);
  const dictionaries: Dictionaries = new Map();
  const blocks: Placed[] = [];
  let schema: ArrowSchema | undefined;
  let framing = 8;
  let record = 0;
  let offset = 0;
  const put = (bytes: Uint8Array): Uint8Array => {
    offset += bytes.length;
    return bytes;
  };
  if (footer) yield put(MAGIC);
  try {
    for await (const message of opened.messages) {
      if (message.kind === "schema") {
        schema = parseSchema(message.header, limits);
        // The footer holds a copy of the schema; the message itself stands behind the magic number.
        if (footer) {
          source.position = 8;
          for await (const first of streamMessages(source, new Uint8Array(0), limits)) {
            yield put(first.prefix);
            break;
          }
        } else yield put(message.prefix);
        framing = message.framing || framing;
        continue;
      }
      if (!schema) throw cannot("it does not begin with a schema.");
      budget.release();
      const body = await message.body();
      let written = { prefix: message.prefix, body };
      if (message.kind === "dictionary") learn(schema, message, body, dictionaries, budget);
      else {
        const { rows, columns, faults } = decodeBatch(schema.fields, message.header, body, dictionaries, budget);
        const kept: number[] = [];
        for (let row = 0; row < rows; row++) if (!drop(record++)) kept.push(row);
        if (kept.length < rows) {
          for (const { path, fault } of faults) throw cannot(`column ${quote(path)}: ${fault.message}`);
          written = gathered(message, columns as readonly Vec[], Uint32Array.from(kept));
          // What is written is read back before it is believed.
          const again = Table.root(written.prefix.subarray(message.framing)).table(2);
          const check =
            again && decodeBatch(schema.fields, again, written.body, dictionaries, new Budget(limits, Infinity));
          if (check?.rows !== kept.length || check.faults.length > 0)
            throw cannot("a record batch has an unusual layout.");
        }
      }
      blocks.push({ offset, metadataLength: written.prefix.length, bodyLength: written.body.length });
      yield put(written.prefix);
      yield put(written.body);
    }
  } catch (error) {
    throw error instanceof Error && error.name === "ToolError" ? error : cannot(faultOf(error).message);
  } finally {
    await source.close();
  }
  yield put(framing === 8 ? Uint8Array.of(255, 255, 255, 255, 0, 0, 0, 0) : new Uint8Array(4));
  if (!footer) return;
  const end = Uint8Array.from(footer.bytes);
  const view = new DataView(end.buffer);
  for (const [i, { place }] of [...footer.dictionaries, ...footer.batches].entries()) {
    const block = blocks[i];
    if (!block) throw cannot("its footer lists more than it holds.");
    view.setBigInt64(place, BigInt(block.offset), true);
    view.setInt32(place + 8, block.metadataLength, true);
    view.setBigInt64(place + 16, BigInt(block.bodyLength), true);
  }
  const length = new Uint8Array(4);
  new DataView(length.buffer).setInt32(0, end.length, true);
  yield Buffer.concat([end, length, MAGIC.subarray(0, 6)]);
}

interface Placed {
  readonly offset: number;
  readonly metadataLength: number;
  readonly bodyLength: number;
}

const cannot = (why: string): ToolError =>
  unsupported(
    `The Arrow data cannot be rewritten: ${why.replace(/\.$/, "")}`,
    "Filter it where it was made, with the row numbers that --records lists.",
  );

function learn(
  schema: ArrowSchema,
  message: Message,
  body: Uint8Array,
  dictionaries: Dictionaries,
  budget: Budget,
): void {
  const id = message.header.i64(0);
  const batch = message.header.table(1);
  const field = schema.dictionaries.get(id);
  if (!batch || !field) throw cannot("a dictionary belongs to no column.");
  const { columns, faults } = decodeBatch([field], batch, body, dictionaries, budget);
  const [vec] = columns;
  if (!vec) throw cannot(`a dictionary: ${faults[0]?.fault.message ?? "it is empty."}`);
  const old = dictionaries.get(id);
  dictionaries.set(id, message.header.i8(2) !== 0 && old ? appendDictionary(old, vec, budget) : vec);
}

function gathered(
  message: Message,
  columns: readonly Vec[],
  rows: Uint32Array,
): { prefix: Uint8Array; body: Uint8Array } {
  const nodes: [number, number][] = [];
  const buffers: Uint8Array[] = [];
  for (const column of columns) gather(column, rows, nodes, buffers);
  const { header, framing } = message;
  const compression = header.table(3);
  const prefix = Uint8Array.from(message.prefix);
  const view = new DataView(prefix.buffer);
  const long = (place: number, value: number): void => view.setBigInt64(framing + place, BigInt(value), true);
  const nodeAt = header.vector(1, 16);
  const slotAt = header.vector(2, 16);
  if (nodeAt.length !== nodes.length || slotAt.length !== buffers.length || header.place(0) === 0)
    throw cannot("a record batch has an unusual layout.");
  long(header.place(0), rows.length);
  for (const [i, [length, nulls]] of nodes.entries()) {
    long(nodeAt.start + 16 * i, length);
    long(nodeAt.start + 16 * i + 8, nulls);
  }
  const parts: Uint8Array[] = [];
  let offset = 0;
  for (const [i, buffer] of buffers.entries()) {
    const stored = compression && buffer.length > 0 ? packed(buffer, compression.i8(0)) : buffer;
    long(slotAt.start + 16 * i, offset);
    long(slotAt.start + 16 * i + 8, stored.length);
    const padding = (8 - (stored.length % 8)) % 8;
    parts.push(stored, new Uint8Array(padding));
    offset += stored.length + padding;
  }
  const bodyPlace = message.message.place(3);
  if (bodyPlace > 0) long(bodyPlace, offset);
  else if (offset > 0) throw cannot("a record batch has an unusual layout.");
  return { prefix, body: Buffer.concat(parts) };
}

/** The length in front, or -1 for bytes that are stored as they are (LZ4 has no writer here). */
function packed(buffer: Uint8Array, codec: number): Uint8Array {
  const length = new Uint8Array(8);
  new DataView(length.buffer).setBigInt64(0, codec === 1 ? BigInt(buffer.length) : -1n, true);
  return Buffer.concat([length, codec === 1 ? zstdCompressSync(buffer) : buffer]);
}

/** Entries `rows` of a vector, as field nodes and buffers in the order of the format. */
function gather(vec: Vec, rows: Uint32Array, nodes: [number, number][], buffers: Uint8Array[]): void {
  const { field, validity, children, offsets, strings } = vec;
  const { type, dictionary } = field;
  const bits = validity && gatherBits(validity, rows);
  let nulls = type.kind === "null" && !dictionary ? rows.length : 0;
  if (validity) for (const row of rows) if (((validity[row >> 3] ?? 0) >> (row & 7)) % 2 === 0) nulls++;
  nodes.push([rows.length, nulls]);
  if (type.kind === "null" && !dictionary) return;
  buffers.push(bits ?? new Uint8Array(0));
  const [, second = new Uint8Array(0)] = vec.buffers;
  if (dictionary) {
    buffers.push(gatherFixed(second, dictionary.width, rows));
    return;
  }
  switch (type.kind) {
    case "bool":
      buffers.push(gatherBits(second, rows));
      return;
    case "utf8":
    case "binary": {
      const ends: number[] = [];
      const parts: Uint8Array[] = [];
      let end = 0;
      for (const row of rows) {
        const part = strings?.data.subarray(strings.starts[row] ?? 0, strings.ends[row] ?? 0) ?? new Uint8Array(0);
        parts.push(part);
        ends.push((end += part.length));
      }
      buffers.push(offsetBuffer(ends, type.large), Buffer.concat(parts));
      return;
    }
    case "utf8-view":
    case "binary-view":
      buffers.push(gatherFixed(second, 16, rows), ...vec.buffers.slice(2));
      return;
    case "struct":
      for (const child of children) gather(child, rows, nodes, buffers);
      return;
    case "list":
    case "map":
    case "fixed-list": {
      const items: number[] = [];
      const ends: number[] = [];
      for (const row of rows) {
        const from = type.kind === "fixed-list" ? row * type.size : (offsets?.[row] ?? 0);
        const to = type.kind === "fixed-list" ? from + type.size : (offsets?.[row + 1] ?? 0);
        for (let item = from; item < to; item++) items.push(item);
        ends.push(items.length);
      }
      if (type.kind !== "fixed-list") buffers.push(offsetBuffer(ends, type.kind === "list" && type.large));
      for (const child of children) gather(child, Uint32Array.from(items), nodes, buffers);
      return;
    }
    case "fixed-binary":
      buffers.push(gatherFixed(second, type.width, rows));
      return;
    default:
      buffers.push(gatherFixed(second, (type as { width: number }).width, rows));
  }
}

function gatherBits(bits: Uint8Array, rows: Uint32Array): Uint8Array {
  const out = new Uint8Array(Math.ceil(rows.length / 8));
  rows.forEach((row, i) => {
    out[i >> 3] = (out[i >> 3] ?? 0) | ((((bits[row >> 3] ?? 0) >> (row & 7)) & 1) << (i & 7));
  });
  return out;
}

function gatherFixed(bytes: Uint8Array, width: number, rows: Uint32Array): Uint8Array {
  const out = new Uint8Array(rows.length * width);
  rows.forEach((row, i) => out.set(bytes.subarray(row * width, (row + 1) * width), i * width));
  return out;
}

function offsetBuffer(ends: readonly number[], large: boolean): Uint8Array {
  const out = new Uint8Array((ends.length + 1) * (large ? 8 : 4));
  const view = new DataView(out.buffer);
  ends.forEach((end, i) => view.setUint32((i + 1) * (large ? 8 : 4), end, true));
  return out;
}
