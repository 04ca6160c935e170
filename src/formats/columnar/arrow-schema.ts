// The schema of an Arrow IPC file or stream (Arrow columnar format 1.5, Schema.fbs): fields, their types and the
// key-value metadata at every level. Offsets may make one field its own child, so both depth and number are bounded.
import type { Limits } from "../../base/limits.ts";
import { pointerToken } from "../../core/fields.ts";
import { decodeText } from "../../base/utf8.ts";
import { Fault, malformed, overLimit } from "./fault.ts";
import type { Table } from "./flatbuffer.ts";
import type { Pair } from "./metadata.ts";
import { repeats, type TimeUnit } from "./scalar.ts";

/** How values lie in buffers, and what they mean. `width` is in bytes. */
export type ArrowType =
  | { readonly kind: "null" | "bool" | "struct" | "map" | "unsupported" }
  | { readonly kind: "int"; readonly width: number; readonly signed: boolean }
  | { readonly kind: "float" | "date" | "interval"; readonly width: number }
  | { readonly kind: "decimal"; readonly width: number; readonly scale: number }
  | { readonly kind: "time" | "duration"; readonly width: number; readonly unit: TimeUnit }
  | { readonly kind: "timestamp"; readonly width: number; readonly unit: TimeUnit; readonly utc: boolean }
  | { readonly kind: "utf8" | "binary"; readonly large: boolean }
  | { readonly kind: "utf8-view" | "binary-view" }
  | { readonly kind: "fixed-binary"; readonly width: number }
  | { readonly kind: "list"; readonly large: boolean }
  | { readonly kind: "fixed-list"; readonly size: number };

export interface ArrowField {
  readonly name: string;
  /** Its name as a step of a JSON pointer. */
  readonly step: string;
  readonly path: string;
  readonly type: ArrowType;
  /** For what is not read: which buffers it has, so that the fields behind it are still found. */
  readonly buffers: number;
  readonly typeName: string;
  readonly children: readonly ArrowField[];
  /** Children, by position, whose name a later sibling takes again. */
  readonly hidden: ReadonlySet<number>;
  readonly dictionary: { readonly id: number; readonly width: number } | undefined;
}

export interface ArrowSchema {
  readonly fields: readonly ArrowField[];
  readonly hidden: ReadonlySet<number>;
  /** Fields that hold dictionary-encoded values, by dictionary. */
  readonly dictionaries: ReadonlyMap<number, ArrowField>;
  readonly metadata: readonly Pair[];
  readonly columns: readonly string[];
}

const METADATA_MAX = 10_000;

export function keyValues(table: Table, id: number): Pair[] {
  if (table.vector(id, 4).length > METADATA_MAX) throw overLimit("metadata keys", "it has too many metadata keys");
  return [...table.tables(id)].map((pair) => ({ key: pair.string(0), value: pair.string(1) }));
}

export function parseSchema(schema: Table, limits: Limits): ArrowSchema {
  if (schema.i16(0) !== 0) throw new Fault("unsupported", "it is big-endian.");
  const dictionaries = new Map<number, ArrowField>();
  const columns: string[] = [];
  const metadata = keyValues(schema, 2);
  let count = 0;
  const field = (table: Table, parent: string, depth: number): ArrowField => {
    if (depth > limits.depthMax) throw overLimit("depthMax", "its schema is nested too deeply");
    if (++count > limits.columnsMax) throw overLimit("columnsMax", "it has too many columns");
    const name = decodeText(table.string(0)).text;
    const path = parent === "" ? name : `${parent}.${name}`;
    columns.push(path);
    metadata.push(...keyValues(table, 6));
    const children: ArrowField[] = [];
    for (const child of table.tables(5)) children.push(field(child, path, depth + 1));
    const encoding = table.table(4);
    const type = typeOf(table, children.length);
    const index = encoding?.table(1);
    const dictionary = encoding && { id: encoding.i64(0), width: index ? index.i32(0) / 8 : 4 };
    const plain: ArrowField = {
      name,
      step: `/${pointerToken(name)}`,
      path,
      ...type,
      children,
      hidden: repeats(children.map((child) => child.name)),
      dictionary: undefined,
    };
    if (!dictionary) return plain;
    if (![1, 2, 4, 8].includes(dictionary.width)) throw malformed("a dictionary index has an impossible width.");
    dictionaries.set(dictionary.id, plain);
    return { ...plain, dictionary };
  };
  const fields = [...schema.tables(1)].map((table) => field(table, "", 0));
  return { fields, hidden: repeats(fields.map((each) => each.name)), dictionaries, metadata, columns };
}

const UNITS: readonly TimeUnit[] = ["s", "ms", "us", "ns"];
const unitOf = (code: number): TimeUnit => {
  const unit = UNITS[code];
  if (unit === undefined) throw malformed("a time unit is unknown.");
  return unit;
};

function typeOf(table: Table, children: number): { type: ArrowType; buffers: number; typeName: string } {
  const code = table.i8(2);
  const of = table.table(3);
  const known = (type: ArrowType): { type: ArrowType; buffers: number; typeName: string } => ({
    type,
    buffers: 0,
    typeName: type.kind,
  });
  const other = (typeName: string, buffers: number): { type: ArrowType; buffers: number; typeName: string } => ({
    type: { kind: "unsupported" },
    buffers,
    typeName,
  });
  const only = (type: ArrowType, want: number): ReturnType<typeof known> => {
    if (children !== want) throw malformed(`a ${type.kind} has ${children} children.`);
    return known(type);
  };
  const width = (bits: number, allowed: readonly number[]): number => {
    if (!allowed.includes(bits)) throw malformed("a type has an impossible width.");
    return bits / 8;
  };
  switch (code) {
    case 1:
      return known({ kind: "null" });
    case 2:
      return known({ kind: "int", width: width(of?.i32(0) ?? 0, [8, 16, 32, 64]), signed: (of?.i8(1) ?? 0) !== 0 });
    case 3:
      return known({ kind: "float", width: 2 << Math.min(2, Math.max(0, of?.i16(0) ?? 0)) });
    case 4:
      return known({ kind: "binary", large: false });
    case 5:
      return known({ kind: "utf8", large: false });
    case 6:
      return known({ kind: "bool" });
    case 7:
      return known({
        kind: "decimal",
        width: width(of?.i32(2, 128) ?? 128, [32, 64, 128, 256]),
        scale: of?.i32(1) ?? 0,
      });
    case 8:
      return known({ kind: "date", width: of?.i16(0, 1) === 0 ? 4 : 8 });
    case 9:
      return known({ kind: "time", unit: unitOf(of?.i16(0, 1) ?? 1), width: width(of?.i32(1, 32) ?? 32, [32, 64]) });
    case 10:
      return known({
        kind: "timestamp",
        width: 8,
        unit: unitOf(of?.i16(0) ?? 0),
        utc: (of?.string(1).length ?? 0) > 0,
      });
    case 11:
      return known({ kind: "interval", width: [4, 8, 16][of?.i16(0) ?? 0] ?? 4 });
    case 12:
      return only({ kind: "list", large: false }, 1);
    case 13:
      return known({ kind: "struct" });
    case 14:
      return other("union", of?.i16(0) === 1 ? 2 : 1);
    case 15: {
      const size = of?.i32(0) ?? 0;
      if (size < 0) throw malformed("a type has an impossible width.");
      return known({ kind: "fixed-binary", width: size });
    }
    case 16: {
      const size = of?.i32(0) ?? 0;
      if (size < 1) throw malformed("a list has an impossible size.");
      return only({ kind: "fixed-list", size }, 1);
    }
    case 17:
      return only({ kind: "map" }, 1);
    case 18:
      return known({ kind: "duration", width: 8, unit: unitOf(of?.i16(0, 1) ?? 1) });
    case 19:
      return known({ kind: "binary", large: true });
    case 20:
      return known({ kind: "utf8", large: true });
    case 21:
      return only({ kind: "list", large: true }, 1);
    case 22:
      return other("run-end encoded", 0);
    case 23:
      return known({ kind: "binary-view" });
    case 24:
      return known({ kind: "utf8-view" });
    case 25:
    case 26:
      return other("list view", 3);
    default:
      throw new Fault("unsupported", `it has a column of an unknown type (${code}).`);
  }
}
