// Parquet (parquet-format 2.11): rows as records, read page by page, so that memory follows the pages and not the row
// groups. Handles all physical and logical types, nesting, dictionary and delta encodings, both data page versions, and
// every codec but LZO; checks page checksums where a writer left them. Refuses encryption and data in other files.
import { isUtf8 } from "node:buffer";
import type { ByteSource } from "../core/bytes.ts";
import { problem, type ByteRange, type Format, type Part, type ProblemPart, type ReadContext } from "../core/format.ts";
import { unsupported } from "../core/errors.ts";
import type { RecordBatch } from "../core/record.ts";
import type { Limits } from "../base/limits.ts";
import { BATCH_BYTES, BATCH_ROWS_MAX, pack, type TextLeaf } from "./columnar/batch.ts";
import { faultOf, Fault, malformed, overLimit } from "./columnar/fault.ts";
import { metadataParts } from "./columnar/metadata.ts";
import { Budget } from "./columnar/budget.ts";
import { columnName, isSearched, ParquetColumn } from "./columnar/parquet-column.ts";
import { parseFooter, parseGroup, type Footer, type Group } from "./columnar/parquet-footer.ts";
import { hold, rowValue } from "./columnar/parquet-record.ts";
import { rewrite } from "./columnar/parquet-rewrite.ts";

type RandomSource = Required<ByteSource>;

/** A footer this large belongs to thousands of columns in thousands of row groups: a sixteenth of `rowGroupBytesMax`. */
const footerBytesMax = (limits: Limits): number => limits.rowGroupBytesMax / 16;

/** Parts that one row group is cut into at most: each must pass over the pages before it. */
const PARTS_PER_GROUP_MAX = 4;

export const parquet: Format = {
  id: "parquet",
  title: "Apache Parquet",
  spec: "Parquet format 2.11",
  extensions: [".parquet", ".parq", ".pq"],
  yields: "records",
  sniff: ({ bytes }) => (startsWith(bytes, "PAR1") || startsWith(bytes, "PARE") ? 1 : 0),

  async *read(source, context) {
    const access = await randomAccess(source, context);
    if ("code" in access) {
      yield { kind: "problem", ...access };
      return;
    }
    let footer: Footer;
    try {
      footer = await openFooter(access, context.limits);
    } catch (error) {
      yield fileProblem(error);
      return;
    }
    yield* readFile(footer, access, context);
  },

  async split(source, targetBytes, context) {
    const whole = [{ start: 0, end: source.sizeBytes ?? 0 }];
    try {
      return splitGroups(await openFooter(source, context.limits), targetBytes, source.sizeBytes ?? 0);
    } catch {
      return whole;
    }
  },

  async *remove(source, drop, context) {
    const access = await randomAccess(source, context);
    if ("code" in access) throw unsupported(`The file could not be held: ${access.message}`, "Unpack it first.");
    let footer: Footer;
    try {
      footer = await openFooter(access, context.limits);
    } catch (error) {
      throw unsupported(fileProblem(error).message.replace(/\.$/, ""), "Nothing was removed.");
    }
    yield* rewrite(footer, access, drop, context.limits);
  },
};

const startsWith = (bytes: Uint8Array, magic: string): boolean =>
  bytes.length >= magic.length && Buffer.from(bytes.subarray(0, magic.length)).toString("latin1") === magic;

export async function randomAccess(source: ByteSource, context: ReadContext): ReturnType<ReadContext["spool"]> {
  return source.slice && source.sizeBytes !== undefined ? (source as RandomSource) : context.spool(source);
}

const fileProblem = (error: unknown): ProblemPart => {
  const fault = faultOf(error);
  return problem(fault.code, `The Parquet file could not be read: ${fault.message}`);
};

async function openFooter(source: RandomSource, limits: Limits): Promise<Footer> {
  const size = source.sizeBytes ?? 0;
  if (size === 0) throw new Fault("empty", "it is empty.");
  const tail = await source.slice(Math.max(0, size - 8), size);
  const magic = Buffer.from(tail.subarray(-4)).toString("latin1");
  if (magic === "PARE") throw new Fault("encrypted", "its footer is encrypted.");
  if (size < 12 || tail.length < 8 || magic !== "PAR1")
    throw new Fault("truncated", "it does not end with a footer; the end may be missing.");
  const length = new DataView(tail.buffer, tail.byteOffset).getUint32(0, true);
  const dataEnd = size - 8 - length;
  if (dataEnd < 4) throw malformed("its footer claims to be longer than the file.");
  if (length > footerBytesMax(limits)) throw overLimit("rowGroupBytesMax", `its footer claims ${length} bytes`);
  // A copy: what `slice` gave may be reused by the source.
  return parseFooter(Uint8Array.from(await source.slice(dataEnd, dataEnd + length)), dataEnd, limits);
}

interface Place {
  readonly start: number;
  readonly end: number;
  readonly rows: number;
  readonly bytes: number;
}

/** Where each row group lies, up to the next; undefined when they are not in order, and the file cannot be split. */
function places({ thrift, groups, dataEnd }: Footer): Place[] | undefined {
  const starts: number[] = [];
  const sizes: { rows: number; bytes: number }[] = [];
  for (const span of groups) {
    const fields = thrift.fields(span);
    const [column] = thrift.list(fields.get(1), Infinity, "columns of a row group");
    const meta = thrift.fields(thrift.fields(column).get(3));
    const data = thrift.integer(meta.get(9)) ?? 0;
    const dictionary = thrift.integer(meta.get(11)) ?? 0;
    starts.push(dictionary > 0 && dictionary < data ? dictionary : data);
    sizes.push({ rows: thrift.integer(fields.get(3)) ?? 0, bytes: thrift.integer(fields.get(2)) ?? 0 });
  }
  const ends = [...starts.slice(1), dataEnd];
  if (starts.some((start, i) => start <= 0 || start >= (ends[i] ?? 0))) return undefined;
  return starts.map((start, i) => ({ start, end: ends[i] ?? 0, rows: 0, bytes: 0, ...sizes[i] }));
}

function splitGroups(footer: Footer, targetBytes: number, size: number): ByteRange[] {
  const cuts: number[] = [];
  let held = 0;
  for (const { start, end, rows, bytes } of places(footer) ?? []) {
    if (held > 0 && held + bytes / 2 > targetBytes) {
      cuts.push(start);
      held = 0;
    }
    held += bytes;
    const parts = Math.min(PARTS_PER_GROUP_MAX, Math.floor(held / targetBytes), rows, end - start);
    for (let part = 1; part < parts; part++) cuts.push(start + Math.floor(((end - start) * part) / parts));
    if (parts > 1) held /= parts;
  }
  const edges = [...new Set([0, ...cuts, size])];
  return edges.slice(1).map((end, i) => ({ start: edges[i] ?? 0, end }));
}

/** Rows of a group that lie before byte `at`, as if rows were spread evenly: both sides of a cut agree on it. */
const rowsBefore = ({ start, end, rows }: Place, at: number): number =>
  at <= start ? 0 : at >= end ? rows : Math.ceil((rows * (at - start)) / (end - start));

async function* readFile(footer: Footer, source: RandomSource, context: ReadContext): AsyncGenerator<Part> {
  const { limits } = context;
  const size = source.sizeBytes ?? 0;
  const range = context.range ?? { start: 0, end: size };
  let order: Place[] | undefined;
  try {
    order = places(footer);
  } catch {
    order = undefined;
  }
  if (range.start === 0)
    yield* metadataParts(
      footer.metadata,
      footer.leaves.map((leaf) => leaf.path.join(".")),
      limits,
    );
  else if (order === undefined) return;
  const notes = new Set<string>();
  const budget = new Budget(limits, size);
  let first = 0;
  let rows = 0;
  let compressed = 0;
  for (let g = 0; g < footer.groups.length; g++) {
    const place = order?.[g];
    const span = footer.groups[g];
    if (span === undefined) break;
    rows += place?.rows ?? 0;
    const from = place ? rowsBefore(place, range.start) : 0;
    const to = place ? rowsBefore(place, range.end) : Infinity;
    const begins = place === undefined || (place.start >= range.start && place.start < range.end);
    if (from === to && !(begins && from === 0)) continue;
    let group: Group;
    try {
      group = parseGroup(footer, span);
    } catch (error) {
      yield problem(faultOf(error).code, `Row group ${g} could not be read: ${faultOf(error).message}`);
      first += place ? to - from : 0;
      continue;
    }
    if (!order) rows += group.rows;
    for (const chunk of group.chunks) compressed += chunk.end - chunk.start;
    // Row groups that share their bytes would make a small file read for ever.
    if (compressed > size) {
      yield problem("malformed", `Row group ${g} overlaps others; it and what follows it was not read.`);
      return;
    }
    const until = Math.min(to, group.rows);
    yield* readGroup({ footer, group, name: `Row group ${g}`, from, to: until, first, source, limits, budget, notes });
    first += until - from;
  }
  if (range.start === 0 && range.end >= size && rows !== footer.rows) {
    yield problem(
      "malformed",
      `The footer says ${footer.rows} rows, the row groups ${rows}. All row groups were read.`,
      { lost: false },
    );
  }
}

interface GroupRead {
  readonly footer: Footer;
  readonly group: Group;
  readonly name: string;
  /** Rows [from, to) of the group are read; the first of them is record `first`. */
  readonly from: number;
  readonly to: number;
  readonly first: number;
  readonly source: RandomSource;
  readonly limits: Limits;
  readonly budget: Budget;
  /** What has been said once already. */
  readonly notes: Set<string>;
}

async function* readGroup(read: GroupRead): AsyncGenerator<Part> {
  const { footer, group, name, from, to, limits, budget, notes } = read;
  const { leaves } = footer;
  const slice = (start: number, end: number): Promise<Uint8Array> => read.source.slice(start, end);
  const windowBytes = Math.max(64 * 1024, Math.min(1024 * 1024, Math.floor((8 * 1024 * 1024) / leaves.length)));
  const columns = leaves.map((leaf, i) => {
    const chunk = group.chunks[i];
    if (chunk === undefined) throw malformed("a row group lacks a column.");
    return new ParquetColumn(leaf, chunk, slice, limits, budget, windowBytes);
  });
  const broken = new Set<ParquetColumn>();
  const faults = function* (row: number): Generator<Part> {
    for (const column of columns) {
      if (!column.fault || broken.has(column)) continue;
      broken.add(column);
      const place = `${name}, column ${columnName(column.leaf)}, after row ${row}`;
      yield problem(column.fault.code, `${place}: ${column.fault.message}`);
    }
  };
  const rowBytes = Math.max(1, group.uncompressed / Math.max(1, group.rows));
  let want = Math.max(16, Math.min(BATCH_ROWS_MAX, Math.ceil(BATCH_BYTES / rowBytes)));
  if (from > 0) for (const column of columns) await column.skip(from);
  let row = from;
  while (row < to) {
    want = Math.min(want, to - row);
    for (const column of columns) await column.fill(want);
    let rows = want;
    for (const column of columns) {
      if (column.rows > 0) rows = Math.min(rows, column.rows);
      else if (column.ended) column.fault ??= malformed("it has fewer rows than its row group says.");
    }
    yield* faults(row);
    if (columns.every((column) => column.rows === 0)) {
      yield problem("malformed", `${name} ends after ${row} of ${group.rows} rows.`);
      return;
    }
    const taken = yield* batchOf(read, columns, read.first + row - from, rows);
    for (const column of columns) if (column.rows > 0) column.consume(taken);
    row += taken;
    want = Math.max(16, Math.min(BATCH_ROWS_MAX, taken < rows ? taken : taken * 2));
    for (const column of columns) {
      const note = `Column ${columnName(column.leaf)} holds binary data, which was not searched as text.`;
      if (!column.binarySeen || notes.has(note)) continue;
      notes.add(note);
      yield { kind: "note", message: note };
    }
  }
  yield* faults(row);
  if (to !== group.rows) return;
  for (const column of columns) {
    if (column.surplus && !column.fault) {
      yield problem(
        "malformed",
        `${name}, column ${columnName(column.leaf)}: it has more rows than its row group says; they were not read.`,
      );
    }
  }
}

/** One batch of at most `rowsMax` rows from what the columns hold; returns how many it took. */
function* batchOf(
  { footer, limits, notes, name }: GroupRead,
  columns: readonly ParquetColumn[],
  first: number,
  rowsMax: number,
): Generator<Part, number> {
  const texts: TextLeaf[] = [];
  for (const column of columns) {
    const text = column.rows > 0 ? column.text() : undefined;
    if (text) texts.push(text);
  }
  const { rows, bytes, starts, ends, oversize } = pack(texts, rowsMax, limits);
  for (const row of oversize) {
    yield problem(
      "limit",
      `Record ${first + row} is larger than ${limits.recordBytesMax} bytes (limit recordBytesMax) and was skipped.`,
      { at: { record: first + row } },
    );
  }
  const allUtf8 = isUtf8(bytes);
  if (!notes.has("encoding") && !allUtf8) {
    notes.add("encoding");
    yield problem("encoding", `${name} holds text that is not UTF-8; it was read as windows-1252.`, { lost: false });
  }
  // A row that was left out was not checked.
  const held = columns.map((column) => hold(column, allUtf8 && oversize.length === 0));
  const skipped = new Set(oversize);
  const batch: RecordBatch = {
    kind: "records",
    first,
    count: rows,
    escapes: footer.leaves.some((leaf) => isSearched(leaf) && leaf.meaning.kind === "json") ? "backslash" : "none",
    bytes,
    starts,
    ends,
    value: (i) =>
      skipped.has(i) ? { value: null, problem: "larger than recordBytesMax" } : rowValue(footer.root, held, i),
  };
  yield batch;
  return rows;
}
