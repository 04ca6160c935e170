// Rows of a Parquet file as values: definition and repetition levels back into lists, maps and structs (the Dremel
// encoding), one row at a time and only when asked for. Keys that hide each other keep both values: the one that
// readers show, and the rest as shadowed.
import { pointerToken } from "../../core/fields.ts";
import type { RecordValue } from "../../core/record.ts";
import { decodeText } from "../../base/utf8.ts";
import {
  date,
  decimal,
  float16,
  integer,
  interval,
  isTextual,
  put,
  signed,
  timeOfDay,
  timestamp,
  uuid,
} from "./scalar.ts";
import { jsonValue } from "./json-value.ts";
import { isSearched, type ParquetColumn } from "./parquet-column.ts";
import { malformed } from "./fault.ts";
import type { Leaf, Shape } from "./parquet-footer.ts";
import type { Entries } from "./parquet-page.ts";

/** A column as it stands while a batch is out. */
export interface Held {
  readonly leaf: Leaf;
  readonly entries: Entries;
  readonly rowAt: Uint32Array | undefined;
  readonly base: number;
  readonly data: Buffer;
  /** Its strings in this batch are known to be UTF-8. */
  readonly isUtf8: boolean;
}

export function hold({ leaf, entries, rows, rowAt, base }: ParquetColumn, isUtf8: boolean): Held | undefined {
  if (!entries || rows === 0) return undefined;
  const { buffer, byteOffset, byteLength } = entries.data;
  return { leaf, entries, rowAt, base, data: Buffer.from(buffer, byteOffset, byteLength), isUtf8 };
}

/** Values in one record: a run of nulls takes no bytes, and a list of a thousand million would (CWE-770). */
const ENTRIES_MAX = 4 * 1024 * 1024;

type Shadowed = { readonly pointer: string; readonly value: unknown }[];

/** Row `row` of the held columns; undefined stands for a column that could not be read. */
export function rowValue(root: Shape, columns: readonly (Held | undefined)[], row: number): RecordValue {
  const shadowed: Shadowed = [];
  const at = new Uint32Array(columns.length);
  const end = new Uint32Array(columns.length);
  let entries = 0;
  for (let i = 0; i < columns.length; i++) {
    const column = columns[i];
    if (!column) continue;
    const { rowAt, base } = column;
    at[i] = rowAt ? (rowAt[base + row] ?? 0) : base + row;
    end[i] = rowAt ? (rowAt[base + row + 1] ?? 0) : base + row + 1;
    entries += (end[i] ?? 0) - (at[i] ?? 0);
  }
  // The first leaf under a node that can be read says whether the node is there.
  const lead = (shape: Shape): number => {
    for (let i = shape.from; i < shape.to; i++) if (columns[i]) return i;
    return -1;
  };
  const def = (i: number): number => {
    const column = columns[i];
    const e = at[i] ?? 0;
    if (!column || e >= (end[i] ?? 0)) throw malformed("the levels of a row do not fit together.");
    return column.entries.defs ? (column.entries.defs[e] ?? 0) : column.leaf.maxDef;
  };
  const pass = (shape: Shape): void => {
    for (let i = shape.from; i < shape.to; i++) if (columns[i]) at[i] = (at[i] ?? 0) + 1;
  };
  const build = (shape: Shape, pointer: string): unknown => {
    const first = lead(shape);
    if (first < 0) return null;
    if (shape.optional && def(first) < shape.def) {
      pass(shape);
      return null;
    }
    if (shape.kind === "leaf") {
      const column = columns[first];
      def(first);
      const e = at[first] ?? 0;
      at[first] = e + 1;
      return column ? leafValue(column, e, pointer, shadowed) : null;
    }
    if (shape.kind === "struct") return struct(shape, pointer);
    const items: unknown[] = [];
    if (def(first) < shape.itemDef) {
      pass(shape);
      return shape.kind === "map" ? {} : items;
    }
    const [item] = shape.children;
    if (item === undefined) return items;
    const { reps } = columns[first]?.entries ?? {};
    do items.push(build(item, `${pointer}/${items.length}`));
    while ((at[first] ?? 0) < (end[first] ?? 0) && (reps?.[at[first] ?? 0] ?? 0) === shape.itemRep);
    return shape.kind === "map" ? mapValue(items, item, pointer, shadowed) : items;
  };
  const struct = (shape: Shape, pointer: string): Record<string, unknown> => {
    const value: Record<string, unknown> = {};
    for (let c = 0; c < shape.children.length; c++) {
      const child = shape.children[c];
      if (child === undefined) continue;
      const place = pointer + child.step;
      const built = build(child, place);
      if (shape.hidden.has(c)) shadowed.push({ pointer: place, value: built });
      else put(value, child.name, built);
    }
    return value;
  };
  let value: unknown = null;
  let problem: string | undefined;
  try {
    if (entries > ENTRIES_MAX) throw malformed(`a record has more than ${ENTRIES_MAX} values.`);
    value = struct(root, "");
  } catch (error) {
    problem = error instanceof Error ? error.message : String(error);
    value = remains(columns, row);
  }
  return { value, ...(shadowed.length > 0 ? { shadowed } : {}), ...(problem === undefined ? {} : { problem }) };
}

/** What can be saved of a row whose levels make no sense: its strings, column by column. */
function remains(columns: readonly (Held | undefined)[], row: number): Record<string, unknown> {
  const value: Record<string, unknown> = {};
  for (const column of columns) {
    if (!column || !isSearched(column.leaf)) continue;
    const { rowAt, base, entries, leaf } = column;
    const texts: string[] = [];
    const end = rowAt ? (rowAt[base + row + 1] ?? 0) : base + row + 1;
    for (let e = rowAt ? (rowAt[base + row] ?? 0) : base + row; e < end; e++) {
      const text = decodeText(entries.data.subarray(entries.starts[e], entries.ends[e])).text;
      if (text !== "") texts.push(text);
    }
    put(value, leaf.path.join("."), texts);
  }
  return value;
}

/** A map with distinct string keys as an object; any other as a list of its entries. */
export function mapValue(
  items: readonly unknown[],
  item: { readonly children: readonly { readonly name: string }[] },
  pointer: string,
  shadowed: Shadowed,
): unknown {
  const [keyName = "key", valueName = "value"] = item.children.map((child) => child.name);
  const entries = items.map((entry) => entry as Record<string, unknown>);
  if (!entries.every((entry) => typeof entry[keyName] === "string")) return items;
  const value: Record<string, unknown> = {};
  const last = new Map(entries.map((entry, i) => [entry[keyName] as string, i]));
  entries.forEach((entry, i) => {
    const key = entry[keyName] as string;
    if (last.get(key) === i) put(value, key, entry[valueName] ?? null);
    else shadowed.push({ pointer: `${pointer}/${pointerToken(key)}`, value: entry[valueName] ?? null });
  });
  return value;
}

function leafValue({ leaf, entries, data, isUtf8 }: Held, e: number, pointer: string, shadowed: Shadowed): unknown {
  const { meaning, physical } = leaf;
  const { numbers } = entries;
  if (numbers) {
    const raw = numbers[e] ?? 0;
    if (physical === "BOOLEAN") return raw === 1;
    if (physical === "FLOAT") return shortFloat(Number(raw));
    if (physical === "DOUBLE") return raw;
    const wide = BigInt(raw);
    switch (meaning.kind) {
      case "decimal":
        return decimal(wide, meaning.scale);
      case "date":
        return date(Number(wide));
      case "time":
        return timeOfDay(wide, meaning.unit);
      case "timestamp":
        return timestamp(wide, meaning.unit, meaning.utc);
      case "unsigned":
        return integer(BigInt.asUintN(physical === "INT32" ? 32 : 64, wide));
      default:
        return integer(wide);
    }
  }
  if (meaning.kind === "string" && isUtf8) return data.toString("utf8", entries.starts[e], entries.ends[e]);
  const bytes = entries.data.subarray(entries.starts[e], entries.ends[e]);
  if (physical === "INT96") return int96(bytes);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  switch (meaning.kind) {
    case "decimal":
      return decimal(signed(bytes, false), meaning.scale);
    case "uuid":
      return uuid(bytes);
    case "float16":
      return bytes.length === 2 ? float16(view.getUint16(0, true)) : null;
    case "interval":
      return bytes.length === 12
        ? interval(view.getUint32(0, true), view.getUint32(4, true), view.getUint32(8, true) / 1000)
        : null;
    case "bson":
      return Uint8Array.from(bytes);
    case "json":
      return jsonValue(decodeText(bytes).text, pointer, shadowed);
    case "plain":
      return isTextual(bytes) ? decodeText(bytes).text : Uint8Array.from(bytes);
    default:
      return decodeText(bytes).text;
  }
}

/** Nanoseconds of a day and a Julian day. Old, without a time zone. */
function int96(bytes: Uint8Array): string {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const days = BigInt(view.getUint32(8, true)) - 2_440_588n;
  return timestamp(days * 86_400_000_000_000n + view.getBigUint64(0, true), "ns", false);
}

/** 0.1 stored in 32 bits is shown as 0.1, not as the double next to it. */
export const shortFloat = (value: number): number => {
  for (let digits = 6; digits < 9; digits++) {
    const short = Number(value.toPrecision(digits));
    if (Math.fround(short) === value) return short;
  }
  return value;
};
