// Arrow IPC (Arrow columnar format 1.5), file and stream, as Hugging Face caches, Feather 2 and Polars write them:
// record batches one at a time, strings handed to the search as they lie in their buffers. Reads LZ4 and Zstandard
// buffers, dictionaries with deltas, views; says which columns it does not read (unions, run-end encoding, list views).
import { isUtf8 } from "node:buffer";
import type { ByteSource } from "../core/bytes.ts";
import { unsupported } from "../core/errors.ts";
import { problem, type ByteRange, type Format, type Part, type ReadContext } from "../core/format.ts";
import type { RecordBatch } from "../core/record.ts";
import { quote } from "../base/escape.ts";
import {
  fileMessages,
  isFile,
  readFooter,
  sequential,
  sliced,
  streamMessages,
  type Message,
  type Messages,
} from "./columnar/arrow-message.ts";
import { rewriteArrow } from "./columnar/arrow-rewrite.ts";
import { parseSchema, type ArrowField, type ArrowSchema } from "./columnar/arrow-schema.ts";
import {
  appendDictionary,
  batchValue,
  decodeBatch,
  textLeaves,
  type DecodedBatch,
  type Dictionaries,
} from "./columnar/arrow-vector.ts";
import { BATCH_ROWS_MAX, pack, type TextLeaf } from "./columnar/batch.ts";
import { Budget } from "./columnar/budget.ts";
import { faultOf, malformed } from "./columnar/fault.ts";
import { metadataParts } from "./columnar/metadata.ts";

export const arrow: Format = {
  id: "arrow",
  title: "Apache Arrow IPC",
  spec: "Arrow columnar format 1.5",
  extensions: [".arrow", ".feather", ".ipc", ".arrows"],
  yields: "records",
  sniff: ({ bytes }) => (isFile(bytes) ? 1 : isStream(bytes) ? 0.95 : 0),

  async *read(source, context) {
    const opened = await open(source, context);
    if ("code" in opened) {
      yield { kind: "problem", ...opened };
      return;
    }
    yield* readMessages(opened, context);
  },

  async split(source, targetBytes, context) {
    const size = source.sizeBytes ?? 0;
    const cuts: number[] = [];
    try {
      const opened = await open(source, context);
      if ("code" in opened) return [{ start: 0, end: size }];
      let begin = 0;
      for await (const message of opened.messages) {
        if (message.kind !== "batch") continue;
        if (message.start - begin >= targetBytes && begin < message.start) {
          cuts.push(message.start);
          begin = message.start;
        }
      }
    } catch {
      // What is broken is said by the read; up to there the cuts are good.
    }
    const edges = [0, ...cuts, size];
    return edges.slice(1).map((end, i): ByteRange => ({ start: edges[i] ?? 0, end }));
  },

  async *remove(source, drop, context) {
    const opened = await open(source, context);
    if ("code" in opened) throw unsupported(`The Arrow data could not be held: ${opened.message}`, "Unpack it first.");
    yield* rewriteArrow(opened, drop, context.limits);
  },
};

// A stream has no magic number: a continuation mark, a metadata length, and a schema message behind it.
function isStream(bytes: Uint8Array): boolean {
  if (bytes.length < 32) return false;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (view.getUint32(0, true) !== 0xffffffff) return false;
  const length = view.getInt32(4, true);
  const root = view.getUint32(8, true);
  if (length < 16 || length % 8 !== 0 || root < 4 || root > Math.min(length, bytes.length - 16)) return false;
  const vtable = 8 + root - view.getInt32(8 + root, true);
  if (vtable < 12 || vtable + 8 > bytes.length || view.getUint16(vtable, true) < 8) return false;
  // Field 1 of a Message is the kind of its header: 1 is a schema.
  const kind = view.getUint16(vtable + 6, true);
  return kind > 0 && bytes[8 + root + kind] === 1;
}

async function open(
  source: ByteSource,
  context: ReadContext,
): Promise<Messages | Exclude<Awaited<ReturnType<ReadContext["spool"]>>, Required<ByteSource>>> {
  const { limits } = context;
  const random = source.slice && source.sizeBytes !== undefined ? (source as Required<ByteSource>) : undefined;
  const from = random ? sliced(random) : sequential(source);
  const head = await from.read(8);
  if (!isFile(head)) return { footer: undefined, source: from, messages: streamMessages(from, head, limits) };
  let held = random;
  if (!held) {
    await from.close();
    const spooled = await context.spool(source);
    if ("code" in spooled) return spooled;
    held = spooled;
  }
  const reader = sliced(held);
  try {
    const footer = await readFooter(held, limits);
    return { footer, source: reader, messages: fileMessages(reader, footer, limits) };
  } catch (error) {
    // A cut file has lost its footer; what it holds is still a stream, and is searched as one.
    const fault = faultOf(error);
    await reader.read(8);
    return {
      footer: undefined,
      source: reader,
      broken: fault,
      messages: streamMessages(reader, new Uint8Array(0), limits),
    };
  }
}

async function* readMessages(opened: Messages, context: ReadContext): AsyncGenerator<Part> {
  const { limits, range } = context;
  const whole = range === undefined || range.start === 0;
  const budget = new Budget(limits, opened.source.sizeBytes ?? Infinity);
  const dictionaries: Dictionaries = new Map();
  const notes = new Set<string>();
  let schema: ArrowSchema | undefined;
  let first = 0;
  let index = 0;
  if (opened.broken && whole)
    yield problem(
      opened.broken.code,
      `The Arrow file has no footer that can be read: ${opened.broken.message} It was read as a stream.`,
    );
  try {
    for await (const message of opened.messages) {
      if (message.kind === "schema") {
        if (schema) throw malformed("it holds a second schema.");
        schema = parseSchema(message.header, limits);
        if (whole) yield* metadataParts([...schema.metadata, ...message.metadata()], schema.columns, limits);
        continue;
      }
      if (!schema) throw malformed("it does not begin with a schema.");
      if (message.kind === "dictionary") {
        budget.release();
        try {
          await loadDictionary(schema, message, dictionaries, budget);
        } catch (error) {
          const fault = faultOf(error);
          yield problem(fault.code, `A dictionary could not be read: ${fault.message}`);
        }
        continue;
      }
      const name = `Record batch ${index++}`;
      if (range && (message.start < range.start || message.start >= range.end)) {
        if (message.start >= range.end) return;
        continue;
      }
      const rows = message.header.i64(0);
      budget.release();
      try {
        const metadata = message.metadata();
        if (metadata.length > 0) yield* metadataParts(metadata, [], limits);
        const body = await message.body();
        const decoded = decodeBatch(schema.fields, message.header, body, dictionaries, budget);
        yield* batchParts({ schema, name, decoded, first, budget, notes, context });
      } catch (error) {
        const fault = faultOf(error);
        yield problem(fault.code, `${name} could not be read: ${fault.message}`);
        if (fault.code === "truncated") return;
      }
      first += Number.isSafeInteger(rows) && rows > 0 ? rows : 0;
    }
    const { position, sizeBytes } = opened.source;
    if (schema && !opened.footer && !opened.broken && sizeBytes !== undefined && position < sizeBytes) {
      yield problem("malformed", `${sizeBytes - position} bytes behind the end of the stream were not read.`);
    }
    if (!schema) yield problem("empty", "The Arrow data holds no schema.");
  } catch (error) {
    const fault = faultOf(error);
    yield problem(
      fault.code,
      `The Arrow data could not be read ${schema ? `after record batch ${index - 1}` : "at all"}: ${fault.message}`,
    );
  } finally {
    await opened.source.close();
  }
}

async function loadDictionary(
  schema: ArrowSchema,
  message: Message,
  dictionaries: Dictionaries,
  budget: Budget,
): Promise<void> {
  const id = message.header.i64(0);
  const batch = message.header.table(1);
  const field = schema.dictionaries.get(id);
  if (!batch || !field) throw malformed("it belongs to no column.");
  const { columns, faults } = decodeBatch([field], batch, await message.body(), dictionaries, budget);
  const [vec] = columns;
  if (!vec) throw faults[0]?.fault ?? malformed("it is empty.");
  const old = dictionaries.get(id);
  dictionaries.set(id, message.header.i8(2) !== 0 && old ? appendDictionary(old, vec, budget) : vec);
}

interface BatchRead {
  readonly schema: ArrowSchema;
  readonly name: string;
  readonly decoded: DecodedBatch;
  readonly first: number;
  readonly budget: Budget;
  readonly notes: Set<string>;
  readonly context: ReadContext;
}

function* batchParts({ schema, name, decoded, first, budget, notes, context }: BatchRead): Generator<Part> {
  const { limits } = context;
  const columns = [...decoded.columns];
  const texts: TextLeaf[] = [];
  const binary: ArrowField[] = [];
  for (const { path, fault } of decoded.faults)
    yield problem(fault.code, `${name}, column ${quote(path)}: ${fault.message}`);
  for (const [c, vec] of columns.entries()) {
    try {
      if (vec) texts.push(...textLeaves(vec, (field) => binary.push(field)));
    } catch (error) {
      columns[c] = undefined;
      yield problem(faultOf(error).code, `${name}, column ${quote(vec?.field.path ?? "")}: ${faultOf(error).message}`);
    }
  }
  for (const field of binary) {
    const message = `Column ${quote(field.path)} holds binary data, which was not searched as text.`;
    if (notes.has(message)) continue;
    notes.add(message);
    yield { kind: "note", message };
  }
  for (let row = 0; row < decoded.rows;) {
    const base = row;
    const packed = pack(
      texts.map((leaf) => ({ ...leaf, base })),
      Math.min(BATCH_ROWS_MAX, decoded.rows - row),
      limits,
    );
    const { rows, bytes, starts, ends, oversize } = packed;
    budget.expand(bytes.length);
    for (const each of oversize) {
      const record = first + base + each;
      yield problem(
        "limit",
        `Record ${record} is larger than ${limits.recordBytesMax} bytes (limit recordBytesMax) and was skipped.`,
        { at: { record } },
      );
    }
    if (!notes.has("encoding") && !isUtf8(bytes)) {
      notes.add("encoding");
      yield problem("encoding", `${name} holds text that is not UTF-8; it was read as windows-1252.`, { lost: false });
    }
    const skipped = new Set(oversize);
    const batch: RecordBatch = {
      kind: "records",
      first: first + base,
      count: rows,
      escapes: "none",
      bytes,
      starts,
      ends,
      value: (i) =>
        skipped.has(i) ? { value: null, problem: "larger than recordBytesMax" } : batchValue(schema, columns, base + i),
    };
    yield batch;
    row += rows;
  }
}
