// Record batches of Arrow IPC (Arrow columnar format 1.5): buffers into vectors, vectors into strings for the search
// and values on demand. Lengths and offsets are the file author's: each is checked once, here, against the bytes that
// are there, so that reading a value cannot leave its buffer.
import { zstdDecompressSync } from "node:zlib";
import type { RecordValue } from "../../core/record.ts";
import { decodeText } from "../../base/utf8.ts";
import type { ArrowField, ArrowSchema, ArrowType } from "./arrow-schema.ts";
import type { TextLeaf } from "./batch.ts";
import { faultOf, Fault, malformed } from "./fault.ts";
import type { Table } from "./flatbuffer.ts";
import { lz4Frame } from "./lz4.ts";
import type { Budget } from "./budget.ts";
import { mapValue, shortFloat } from "./parquet-record.ts";
import { date, decimal, float16, integer, interval, isTextual, put, signed, timeOfDay, timestamp } from "./scalar.ts";

export interface Vec {
  readonly field: ArrowField;
  readonly length: number;
  /** The field node as it was: null count for a rewrite. */
  readonly validity: Uint8Array | undefined;
  /** All buffers in the order of the format, validity first where the type has one. */
  readonly buffers: readonly Uint8Array[];
  readonly children: readonly Vec[];
  /** Strings and bytes: entry i lies in data[starts[i], ends[i]). */
  readonly strings?: Strings;
  /** Lists: items of i are [offsets[i], offsets[i + 1]) of the child. */
  readonly offsets?: ArrayLike<number>;
  /** Dictionary-encoded: what the indexes mean, and the indexes. */
  readonly dictionary?: Vec | undefined;
  readonly indexes?: Uint32Array;
}

interface Strings {
  readonly data: Uint8Array;
  readonly starts: ArrayLike<number>;
  readonly ends: ArrayLike<number>;
}

export interface DecodedBatch {
  readonly rows: number;
  /** Undefined for a column that could not be read. */
  readonly columns: readonly (Vec | undefined)[];
  readonly faults: readonly { readonly path: string; readonly fault: Fault }[];
}

export type Dictionaries = Map<number, Vec>;

interface Source {
  readonly batch: Table;
  readonly body: Uint8Array;
  readonly budget: Budget;
  readonly dictionaries: Dictionaries;
  readonly codec: number | undefined;
  readonly nodes: { readonly start: number; readonly length: number };
  readonly slots: { readonly start: number; readonly length: number };
  readonly variadic: { readonly start: number; readonly length: number };
  node: number;
  slot: number;
  view: number;
}

/** Rows without a byte behind them: columns of nulls. More than this is a bomb (CWE-409). */
const FREE_ROWS_MAX = 1024 * 1024;

export function decodeBatch(
  fields: readonly ArrowField[],
  batch: Table,
  body: Uint8Array,
  dictionaries: Dictionaries,
  budget: Budget,
): DecodedBatch {
  const rows = batch.i64(0);
  const compression = batch.table(3);
  const source: Source = {
    batch,
    body,
    budget,
    dictionaries,
    codec: compression && compression.i8(0),
    nodes: batch.vector(1, 16),
    slots: batch.vector(2, 16),
    variadic: batch.vector(4, 8),
    node: 0,
    slot: 0,
    view: 0,
  };
  const columns: (Vec | undefined)[] = [];
  const faults: { path: string; fault: Fault }[] = [];
  for (const field of fields) {
    const mark = { node: source.node, slot: source.slot, view: source.view };
    try {
      const vec = decodeVec(field, source);
      if (vec.length !== rows) throw malformed(`it has ${vec.length} rows where the batch has ${rows}.`);
      columns.push(vec);
    } catch (error) {
      faults.push({ path: field.path, fault: faultOf(error) });
      columns.push(undefined);
      Object.assign(source, mark);
      pass(field, source);
    }
  }
  const bytes = columns.reduce((sum, vec) => sum + (vec ? bytesOf(vec) : 0), 0);
  if (!(rows >= 0) || rows > bytes * 8 + FREE_ROWS_MAX)
    throw malformed(`it claims ${rows} rows, which its bytes cannot hold.`);
  return { rows, columns, faults };
}

const bytesOf = (vec: Vec): number =>
  vec.buffers.reduce((sum, buffer) => sum + buffer.length, 0) +
  vec.children.reduce((sum, child) => sum + bytesOf(child), 0);

/** Moves past the nodes and buffers of a field that could not be read. */
function pass(field: ArrowField, source: Source): void {
  source.node++;
  if (field.dictionary) {
    source.slot += 2;
    return;
  }
  source.slot += bufferCount(field);
  if (field.type.kind.endsWith("-view")) source.slot += variadicCount(source);
  for (const child of field.children) pass(child, source);
}

function bufferCount({ type, buffers }: ArrowField): number {
  switch (type.kind) {
    case "null":
      return 0;
    case "unsupported":
      return buffers;
    case "struct":
    case "fixed-list":
      return 1;
    case "utf8":
    case "binary":
      return 3;
    default:
      return 2;
  }
}

function variadicCount(source: Source): number {
  const { batch, variadic } = source;
  const index = source.view++;
  if (index >= variadic.length) return 0;
  const count = batch.long(variadic.start + 8 * index);
  if (count < 0 || count > source.slots.length) throw malformed("it claims too many buffers.");
  return count;
}

function buffer(source: Source): Uint8Array {
  const { batch, slots, body, codec, budget } = source;
  if (source.slot >= slots.length) throw malformed("a buffer is missing.");
  const at = slots.start + 16 * source.slot++;
  const start = batch.long(at);
  const length = batch.long(at + 8);
  if (start < 0 || length < 0 || start + length > body.length) throw malformed("a buffer lies outside its batch.");
  const bytes = body.subarray(start, start + length);
  if (codec === undefined || length === 0) return bytes;
  if (length < 8) throw malformed("a compressed buffer has no length.");
  const size = Number(new DataView(bytes.buffer, bytes.byteOffset).getBigInt64(0, true));
  const packed = bytes.subarray(8);
  if (size === -1) return packed;
  if (size < 0 || !Number.isSafeInteger(size)) throw malformed("a compressed buffer has an impossible length.");
  // The size is a claim, and memory is taken by it: it counts before anything is decompressed (CWE-409).
  budget.hold(size);
  budget.expand(size);
  if (codec === 0) return lz4Frame(packed, size);
  if (codec !== 1) throw new Fault("unsupported", `buffer compression ${codec} is not known.`);
  let out: Uint8Array;
  try {
    out = size === 0 ? new Uint8Array(0) : zstdDecompressSync(packed, { maxOutputLength: size });
  } catch (error) {
    throw new Fault("corrupt", `Zstandard data is damaged: ${error instanceof Error ? error.message : String(error)}.`);
  }
  if (out.length !== size) throw malformed("a compressed buffer has another length than it says.");
  return out;
}

function decodeVec(field: ArrowField, source: Source): Vec {
  const { type } = field;
  if (source.node >= source.nodes.length) throw malformed("a field node is missing.");
  const length = source.batch.long(source.nodes.start + 16 * source.node++);
  if (length < 0 || !Number.isSafeInteger(length)) throw malformed("it has an impossible length.");
  // Nulls, structs and fixed-size lists take no bytes, so their number is a claim that nothing else bounds (CWE-770).
  source.budget.hold(length * 4);
  source.budget.expand(length);
  if (type.kind === "unsupported") throw new Fault("unsupported", `its type, ${field.typeName}, is not read.`);
  if (type.kind === "null" && !field.dictionary)
    return { field, length, validity: undefined, buffers: [], children: [] };
  const bits = buffer(source);
  if (bits.length > 0 && bits.length * 8 < length) throw malformed("its validity is too short.");
  const validity = bits.length > 0 ? bits : undefined;
  const base = { field, length, validity, children: [] };
  const need = (bytes: Uint8Array, width: number): Uint8Array => {
    if (bytes.length < length * width) throw malformed("a buffer is too short.");
    return bytes;
  };
  if (field.dictionary) {
    const raw = need(buffer(source), field.dictionary.width);
    const dictionary = source.dictionaries.get(field.dictionary.id);
    if (dictionary === undefined && length > 0) throw malformed("its dictionary is missing.");
    return {
      ...base,
      buffers: [bits, raw],
      dictionary,
      indexes: indexesOf(raw, field.dictionary.width, length, validity, dictionary?.length ?? 0),
    };
  }
  switch (type.kind) {
    case "bool": {
      const values = buffer(source);
      if (values.length * 8 < length) throw malformed("a buffer is too short.");
      return { ...base, buffers: [bits, values] };
    }
    case "utf8":
    case "binary": {
      const raw = buffer(source);
      const data = buffer(source);
      const offsets = offsetsOf(raw, length, type.large, data.length);
      const strings = { data, starts: offsets.subarray(0, length), ends: offsets.subarray(1) };
      return { ...base, buffers: [bits, raw, data], strings };
    }
    case "utf8-view":
    case "binary-view": {
      const views = need(buffer(source), 16);
      const count = variadicCount(source);
      const data: Uint8Array[] = [];
      for (let i = 0; i < count; i++) data.push(buffer(source));
      return { ...base, buffers: [bits, views, ...data], strings: viewStrings(views, data, length, source.budget) };
    }
    case "struct": {
      const children = field.children.map((child) => decodeVec(child, source));
      if (children.some((child) => child.length < length))
        throw malformed("a struct's field has fewer values than the struct.");
      return { ...base, buffers: [bits], children };
    }
    case "list":
    case "map": {
      const raw = buffer(source);
      const child = onlyChild(field, source);
      return {
        ...base,
        buffers: [bits, raw],
        children: [child],
        offsets: offsetsOf(raw, length, type.kind === "list" && type.large, child.length),
      };
    }
    case "fixed-list": {
      const child = onlyChild(field, source);
      if (length * type.size > child.length) throw malformed("a list has fewer items than it says.");
      return { ...base, buffers: [bits], children: [child] };
    }
    case "fixed-binary": {
      const data = need(buffer(source), type.width);
      const starts = new Uint32Array(type.width === 0 ? 0 : length);
      const ends = new Uint32Array(starts.length);
      for (let i = 0; i < starts.length; i++) ends[i] = (starts[i] = i * type.width) + type.width;
      return { ...base, buffers: [bits, data], strings: { data, starts, ends } };
    }
    default:
      return { ...base, buffers: [bits, need(buffer(source), (type as { width: number }).width)] };
  }
}

function onlyChild(field: ArrowField, source: Source): Vec {
  const [child] = field.children;
  if (child === undefined) throw malformed("a list has no items field.");
  return decodeVec(child, source);
}

/** The buffer as 32-bit numbers, copied only where it is not aligned. */
function words(bytes: Uint8Array, count: number): Uint32Array {
  if (bytes.length < count * 4) throw malformed("a buffer is too short.");
  if (bytes.byteOffset % 4 === 0) return new Uint32Array(bytes.buffer, bytes.byteOffset, count);
  return new Uint32Array(Uint8Array.from(bytes.subarray(0, count * 4)).buffer);
}

/** `length + 1` offsets, checked to ascend and to end within `max`. */
function offsetsOf(bytes: Uint8Array, length: number, large: boolean, max: number): Uint32Array {
  if (length === 0) return new Uint32Array(1);
  let offsets: Uint32Array;
  if (large) {
    const pairs = words(bytes, (length + 1) * 2);
    offsets = new Uint32Array(length + 1);
    for (let i = 0; i <= length; i++) {
      if (pairs[2 * i + 1] !== 0) throw malformed("an offset is out of range.");
      offsets[i] = pairs[2 * i] ?? 0;
    }
  } else offsets = words(bytes, length + 1);
  let last = 0;
  for (let i = 0; i <= length; i++) {
    const offset = offsets[i] ?? 0;
    if (offset < last) throw malformed("offsets do not ascend.");
    last = offset;
  }
  if (last > max) throw malformed("an offset is out of range.");
  return offsets;
}

function indexesOf(
  bytes: Uint8Array,
  width: number,
  length: number,
  validity: Uint8Array | undefined,
  size: number,
): Uint32Array {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const out = new Uint32Array(length);
  for (let i = 0; i < length; i++) {
    if (!isValid(validity, i)) continue;
    const index =
      width === 1
        ? view.getUint8(i)
        : width === 2
          ? view.getUint16(2 * i, true)
          : width === 4
            ? view.getUint32(4 * i, true)
            : Number(view.getBigUint64(8 * i, true));
    if (index >= size) throw malformed("a dictionary index is out of range.");
    out[i] = index;
  }
  return out;
}

/** Views hold up to 12 bytes themselves, or point into one of the data buffers. */
function viewStrings(views: Uint8Array, data: readonly Uint8Array[], length: number, budget: Budget): Strings {
  const view = new DataView(views.buffer, views.byteOffset, views.byteLength);
  const bases: number[] = [];
  let total = views.length;
  for (const part of data) {
    bases.push(total);
    total += part.length;
  }
  budget.hold(total);
  const starts = new Uint32Array(length);
  const ends = new Uint32Array(length);
  for (let i = 0; i < length; i++) {
    const size = view.getUint32(16 * i, true);
    let start = 16 * i + 4;
    if (size > 12) {
      const index = view.getUint32(16 * i + 8, true);
      const offset = view.getUint32(16 * i + 12, true);
      const part = data[index];
      if (part === undefined || offset + size > part.length) throw malformed("a view points outside its buffer.");
      start = (bases[index] ?? 0) + offset;
    }
    starts[i] = start;
    ends[i] = start + size;
  }
  return { data: Buffer.concat([views, ...data]), starts, ends };
}

const isValid = (validity: Uint8Array | undefined, i: number): boolean =>
  validity === undefined || (((validity[i >> 3] ?? 0) >> (i & 7)) & 1) === 1;

/** What a later batch of the same dictionary adds. */
export function appendDictionary(old: Vec, more: Vec, budget: Budget): Vec {
  if (!old.strings || !more.strings) throw new Fault("unsupported", "a dictionary of other values than strings grows.");
  const shift = old.strings.data.length;
  const length = old.length + more.length;
  budget.expand(shift + more.strings.data.length + length);
  const data = Buffer.concat([old.strings.data, more.strings.data]);
  const at = (from: ArrayLike<number>, to: ArrayLike<number>): Uint32Array => {
    const out = new Uint32Array(length);
    for (let i = 0; i < old.length; i++) out[i] = from[i] ?? 0;
    for (let i = 0; i < more.length; i++) out[old.length + i] = (to[i] ?? 0) + shift;
    return out;
  };
  const strings = {
    data,
    starts: at(old.strings.starts, more.strings.starts),
    ends: at(old.strings.ends, more.strings.ends),
  };
  let validity: Uint8Array | undefined;
  if (old.validity || more.validity) {
    validity = new Uint8Array(Math.ceil(length / 8));
    for (let i = 0; i < length; i++) {
      const valid = i < old.length ? isValid(old.validity, i) : isValid(more.validity, i - old.length);
      if (valid) validity[i >> 3] = (validity[i >> 3] ?? 0) | (1 << (i & 7));
    }
  }
  return { field: old.field, length, validity, buffers: [], children: [], strings };
}

/** The strings of a column for the search. What lies behind a null is searched too: it costs nothing to be sure. */
export function textLeaves(vec: Vec, onBinary: (field: ArrowField) => void): TextLeaf[] {
  const leaves: TextLeaf[] = [];
  const walk = (at: Vec, rowAt: ArrayLike<number> | undefined): void => {
    const { field, length } = at;
    if (at.indexes && at.dictionary) {
      const { strings } = at.dictionary;
      if (!strings) {
        if (at.dictionary.children.length > 0) throw new Fault("unsupported", "its dictionary holds nested values.");
        return;
      }
      const starts = new Uint32Array(length);
      const ends = new Uint32Array(length);
      for (let i = 0; i < length; i++) {
        if (!isValid(at.validity, i)) continue;
        const index = at.indexes[i] ?? 0;
        starts[i] = strings.starts[index] ?? 0;
        ends[i] = strings.ends[index] ?? 0;
      }
      push(field, { data: strings.data, starts, ends }, length, rowAt);
    } else if (at.strings) push(field, at.strings, length, rowAt);
    else if (at.offsets) for (const child of at.children) walk(child, composed(at.offsets, rowAt));
    else if (field.type.kind === "fixed-list") {
      const { size } = field.type;
      for (const child of at.children) walk(child, composed(stride(length, size), rowAt));
    } else for (const child of at.children) walk(child, rowAt);
  };
  const push = (field: ArrowField, strings: Strings, length: number, rowAt: ArrayLike<number> | undefined): void => {
    leaves.push({
      ...strings,
      rowAt,
      base: 0,
      textual: field.type.kind.startsWith("utf8") ? undefined : classify(field, strings, length),
    });
  };
  const classify = (field: ArrowField, { data, starts, ends }: Strings, length: number): Uint8Array => {
    const textual = new Uint8Array(length);
    let binary = false;
    for (let i = 0; i < length; i++) {
      if (isTextual(data.subarray(starts[i] ?? 0, ends[i] ?? 0))) textual[i] = 1;
      else binary = true;
    }
    if (binary) onBinary(field);
    return textual;
  };
  walk(vec, undefined);
  return leaves;
}

const stride = (length: number, size: number): Uint32Array => {
  const offsets = new Uint32Array(length + 1);
  for (let i = 0; i <= length; i++) offsets[i] = i * size;
  return offsets;
};

/** Where each row begins among the items of a list. */
function composed(offsets: ArrayLike<number>, rowAt: ArrayLike<number> | undefined): ArrayLike<number> {
  if (rowAt === undefined) return offsets;
  const out = new Uint32Array(rowAt.length);
  for (let i = 0; i < out.length; i++) out[i] = offsets[rowAt[i] ?? 0] ?? 0;
  return out;
}

/** Values in one record. Dictionaries in lists in dictionaries could otherwise multiply without end (CWE-776). */
export const ENTRIES_MAX: number = 4 * 1024 * 1024;

interface Walk {
  readonly shadowed: { readonly pointer: string; readonly value: unknown }[];
  left: number;
}

export function batchValue(schema: ArrowSchema, columns: readonly (Vec | undefined)[], row: number): RecordValue {
  const walk: Walk = { shadowed: [], left: ENTRIES_MAX };
  const { shadowed } = walk;
  const value: Record<string, unknown> = {};
  let problem: string | undefined;
  for (let c = 0; c < columns.length; c++) {
    const vec = columns[c];
    const { name = "", step: place = "/" } = schema.fields[c] ?? {};
    let built: unknown = null;
    try {
      if (vec) built = valueAt(vec, row, place, walk);
    } catch (error) {
      problem = faultOf(error).message;
    }
    if (schema.hidden.has(c)) shadowed.push({ pointer: place, value: built });
    else put(value, name, built);
  }
  return { value, ...(shadowed.length > 0 ? { shadowed } : {}), ...(problem === undefined ? {} : { problem }) };
}

function valueAt(vec: Vec, i: number, pointer: string, walk: Walk): unknown {
  if (--walk.left < 0) throw new Fault("limit", `a record has more than ${ENTRIES_MAX} values`);
  if (!isValid(vec.validity, i)) return null;
  if (vec.indexes) return vec.dictionary ? valueAt(vec.dictionary, vec.indexes[i] ?? 0, pointer, walk) : null;
  const { field, children, offsets, strings } = vec;
  const { type } = field;
  if (strings) {
    const bytes = strings.data.subarray(strings.starts[i] ?? 0, strings.ends[i] ?? 0);
    return type.kind.startsWith("utf8") || isTextual(bytes) ? decodeText(bytes).text : Uint8Array.from(bytes);
  }
  const items = (from: number, to: number): unknown[] => {
    const [child] = children;
    const out: unknown[] = [];
    for (let k = from; child && k < to; k++) out.push(valueAt(child, k, `${pointer}/${k - from}`, walk));
    return out;
  };
  switch (type.kind) {
    case "null":
      return null;
    case "struct": {
      const value: Record<string, unknown> = {};
      children.forEach((child, c) => {
        const place = pointer + child.field.step;
        const built = valueAt(child, i, place, walk);
        if (field.hidden.has(c)) walk.shadowed.push({ pointer: place, value: built });
        else put(value, child.field.name, built);
      });
      return value;
    }
    case "list":
      return items(offsets?.[i] ?? 0, offsets?.[i + 1] ?? 0);
    case "map":
      return mapValue(
        items(offsets?.[i] ?? 0, offsets?.[i + 1] ?? 0),
        field.children[0] ?? { children: [] },
        pointer,
        walk.shadowed,
      );
    case "fixed-list":
      return items(i * type.size, (i + 1) * type.size);
    case "bool":
      return (((vec.buffers[1]?.[i >> 3] ?? 0) >> (i & 7)) & 1) === 1;
    case "fixed-binary":
      return "";
    default:
      return scalarAt(type, vec.buffers[1] ?? new Uint8Array(0), i);
  }
}

function scalarAt(type: ArrowType, bytes: Uint8Array, i: number): unknown {
  const width = (type as { width: number }).width;
  const own = bytes.subarray(i * width, (i + 1) * width);
  const view = new DataView(own.buffer, own.byteOffset, own.byteLength);
  const whole = (): bigint => signed(own, true);
  switch (type.kind) {
    case "int":
      return integer(type.signed ? whole() : BigInt.asUintN(width * 8, whole()));
    case "float":
      return width === 8
        ? view.getFloat64(0, true)
        : width === 4
          ? shortFloat(view.getFloat32(0, true))
          : float16(view.getUint16(0, true));
    case "decimal":
      return decimal(whole(), type.scale);
    case "date":
      return width === 4 ? date(view.getInt32(0, true)) : date(Number(whole()) / 86_400_000);
    case "time":
      return timeOfDay(whole(), type.unit);
    case "timestamp":
      return timestamp(whole(), type.unit, type.utc);
    case "duration":
      return `${whole()} ${type.unit}`;
    case "interval":
      if (width === 4) return interval(view.getInt32(0, true), 0, 0);
      if (width === 8) return interval(0, view.getInt32(0, true), view.getInt32(4, true) / 1000);
      return interval(view.getInt32(0, true), view.getInt32(4, true), Number(view.getBigInt64(8, true)) / 1e9);
    default:
      return null;
  }
}
