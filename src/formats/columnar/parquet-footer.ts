// The Parquet footer (parquet-format 2.11, parquet.thrift): schema, row groups, key-value metadata. Whoever made the
// file controls every number in it; each is checked here against the file's size and the limits, once, so that the
// page readers can size their buffers by it. Row groups are parsed one at a time.
import type { Limits } from "../../base/limits.ts";
import { pointerToken } from "../../core/fields.ts";
import { quote } from "../../base/escape.ts";
import { Thrift, type Fields, type Span } from "./thrift.ts";
import { CODECS, type Codec } from "./codec.ts";
import { Fault, malformed, overLimit } from "./fault.ts";
import type { Pair } from "./metadata.ts";
import { repeats, type TimeUnit } from "./scalar.ts";

export const PHYSICAL = [
  "BOOLEAN",
  "INT32",
  "INT64",
  "INT96",
  "FLOAT",
  "DOUBLE",
  "BYTE_ARRAY",
  "FIXED_LEN_BYTE_ARRAY",
] as const;
export type Physical = (typeof PHYSICAL)[number];

/** What a leaf's physical value means. */
export type Meaning =
  | { readonly kind: "plain" | "string" | "json" | "bson" | "date" | "uuid" | "float16" | "interval" | "unsigned" }
  | { readonly kind: "decimal"; readonly scale: number }
  | { readonly kind: "time" | "timestamp"; readonly unit: TimeUnit; readonly utc: boolean };

export interface Leaf {
  readonly index: number;
  readonly path: readonly string[];
  readonly physical: Physical;
  readonly typeLength: number;
  readonly meaning: Meaning;
  readonly maxDef: number;
  readonly maxRep: number;
}

/** A node of the schema, with list and map wrappers folded. `def` is the definition level at which it is present. */
export interface Shape {
  readonly kind: "leaf" | "struct" | "list" | "map";
  readonly name: string;
  /** Its name as a step of a JSON pointer. */
  readonly step: string;
  readonly optional: boolean;
  readonly def: number;
  /** Lists and maps: the levels of an item. */
  readonly itemDef: number;
  readonly itemRep: number;
  /** Leaves [from, to) lie under it. */
  readonly from: number;
  readonly to: number;
  readonly children: readonly Shape[];
  /** Children, by position, whose name a later sibling takes again. */
  readonly hidden: ReadonlySet<number>;
}

export interface Chunk {
  readonly start: number;
  readonly end: number;
  readonly values: number;
  readonly codec: Codec;
  readonly uncompressed: number;
  readonly fault?: Fault;
}

export interface Group {
  readonly rows: number;
  readonly chunks: readonly Chunk[];
  readonly uncompressed: number;
}

export interface Footer {
  readonly thrift: Thrift;
  readonly fields: Fields;
  readonly rows: number;
  readonly root: Shape;
  readonly leaves: readonly Leaf[];
  readonly groups: readonly Span[];
  readonly metadata: readonly Pair[];
  /** Where the data ends and the footer begins. */
  readonly dataEnd: number;
}

export const GROUPS_MAX = 1_000_000;
const METADATA_MAX = 10_000;

export function parseFooter(bytes: Uint8Array, dataEnd: number, limits: Limits): Footer {
  const thrift = new Thrift(bytes);
  const fields = thrift.fields(thrift.struct(0));
  const elements = thrift.list(fields.get(2), limits.columnsMax * 4, "columnsMax");
  const leaves: Leaf[] = [];
  const root = schemaTree(thrift, elements, leaves, limits);
  const metadata = thrift.list(fields.get(5), METADATA_MAX, "metadata keys").map((span): Pair => {
    const pair = thrift.fields(span);
    return {
      key: thrift.binary(pair.get(1)) ?? new Uint8Array(0),
      value: thrift.binary(pair.get(2)) ?? new Uint8Array(0),
    };
  });
  const writer = thrift.binary(fields.get(6));
  if (writer) metadata.push({ key: Buffer.from("created_by"), value: writer });
  return {
    thrift,
    fields,
    rows: thrift.integer(fields.get(3)) ?? 0,
    root,
    leaves,
    groups: thrift.list(fields.get(4), GROUPS_MAX, "row groups"),
    metadata,
    dataEnd,
  };
}

export function parseGroup(footer: Footer, span: Span): Group {
  const { thrift, leaves } = footer;
  const fields = thrift.fields(span);
  const columns = thrift.list(fields.get(1), leaves.length, "columns of a row group");
  if (columns.length !== leaves.length) throw malformed("a row group has another number of columns than the schema.");
  const rows = thrift.integer(fields.get(3)) ?? 0;
  if (rows < 0 || !Number.isSafeInteger(rows)) throw malformed("a row group has an impossible number of rows.");
  const chunks = columns.map((column) => parseChunk(footer, thrift.fields(column)));
  const uncompressed = chunks.reduce((sum, chunk) => sum + chunk.uncompressed, 0);
  return { rows, chunks, uncompressed };
}

function parseChunk({ thrift, dataEnd }: Footer, fields: Fields): Chunk {
  const none = (fault: Fault): Chunk => ({
    start: 0,
    end: 0,
    values: 0,
    codec: "UNCOMPRESSED",
    uncompressed: 0,
    fault,
  });
  if (fields.has(8) || fields.has(9)) return none(new Fault("encrypted", "it is encrypted."));
  // Following the path would read a file of the attacker's choice.
  if (fields.has(1)) return none(new Fault("unsupported", "its data lies in another file, which is not followed."));
  if (!fields.has(3)) return none(malformed("it has no metadata."));
  const meta = thrift.fields(fields.get(3));
  const values = thrift.integer(meta.get(5)) ?? 0;
  const uncompressed = thrift.integer(meta.get(6)) ?? 0;
  const compressed = thrift.integer(meta.get(7)) ?? 0;
  const data = thrift.integer(meta.get(9)) ?? 0;
  const dictionary = thrift.integer(meta.get(11)) ?? 0;
  // Old writers put a zero, or an offset behind the data, where there is no dictionary.
  const start = dictionary > 0 && dictionary < data ? dictionary : data;
  const end = start + compressed;
  const codec = CODECS[thrift.integer(meta.get(4)) ?? 0];
  if (codec === undefined) return none(new Fault("unsupported", "its compression is unknown."));
  if (values === 0) return { start: 0, end: 0, values, codec, uncompressed: 0 };
  if (values < 0 || uncompressed < 0 || compressed < 0 || start < 4 || end > dataEnd || !Number.isSafeInteger(values)) {
    return none(malformed("its place or size is impossible."));
  }
  return { start, end, values, codec, uncompressed };
}

interface Element {
  readonly name: string;
  readonly physical: Physical | undefined;
  readonly repetition: number;
  readonly children: number;
  readonly converted: number | undefined;
  readonly fields: Fields;
}

function schemaTree(thrift: Thrift, spans: readonly Span[], leaves: Leaf[], limits: Limits): Shape {
  let next = 0;
  const element = (): Element => {
    const span = spans[next++];
    if (span === undefined) throw malformed("the schema ends early.");
    const fields = thrift.fields(span);
    const type = thrift.integer(fields.get(1));
    return {
      name: Buffer.from(thrift.binary(fields.get(4)) ?? []).toString("utf8"),
      physical: type === undefined ? undefined : PHYSICAL[type],
      repetition: thrift.integer(fields.get(3)) ?? 0,
      children: Math.max(0, thrift.integer(fields.get(5)) ?? 0),
      converted: thrift.integer(fields.get(6)),
      fields,
    };
  };
  // Builds the node without its own repetition: `wrap` adds that.
  let variants = 0;
  const content = (self: Element, path: readonly string[], def: number, rep: number): Shape => {
    const isVariant = thrift.fields(self.fields.get(10)).has(16);
    if (isVariant) variants++;
    try {
      return contentOf(self, path, def, rep);
    } finally {
      if (isVariant) variants--;
    }
  };
  const contentOf = (self: Element, path: readonly string[], def: number, rep: number): Shape => {
    // The nesting is the file author's choice, and this function calls itself (CWE-674).
    if (path.length > limits.depthMax) throw overLimit("depthMax", "the schema is nested too deeply");
    const from = leaves.length;
    const base = {
      name: self.name,
      step: `/${pointerToken(self.name)}`,
      optional: self.repetition === 1,
      def,
      itemDef: 0,
      itemRep: 0,
      from,
      hidden: new Set<number>(),
    };
    if (self.children === 0) {
      if (self.physical === undefined) throw malformed(`column ${quote(path.join("."))} has no type.`);
      if (leaves.length >= limits.columnsMax) throw overLimit("columnsMax", "the file has too many columns");
      const typeLength = thrift.integer(self.fields.get(2)) ?? 0;
      if (self.physical === "FIXED_LEN_BYTE_ARRAY" && (typeLength <= 0 || typeLength > limits.recordBytesMax)) {
        throw malformed(`column ${quote(path.join("."))} has an impossible width.`);
      }
      // A variant's bytes hold strings among tags and lengths: they are searched whole, as if they were text.
      const meaning: Meaning =
        variants > 0 && self.physical === "BYTE_ARRAY" ? { kind: "string" } : meaningOf(thrift, self);
      leaves.push({ index: from, path, physical: self.physical, typeLength, meaning, maxDef: def, maxRep: rep });
      return { ...base, kind: "leaf", to: from + 1, children: [] };
    }
    const logical = thrift.fields(self.fields.get(10));
    const isList = self.converted === 3 || logical.has(3);
    const isMap = self.converted === 1 || self.converted === 2 || logical.has(2);
    if ((isList || isMap) && self.children === 1) {
      const repeated = element();
      const inner = [...path, repeated.name];
      if (repeated.repetition === 2) {
        const items = { itemDef: def + 1, itemRep: rep + 1 };
        if (isMap && repeated.children > 0) {
          const entry = content(repeated, inner, def + 1, rep + 1);
          return { ...base, ...items, kind: "map", to: leaves.length, children: [entry] };
        }
        // Parquet's LIST backward-compatibility rules: when the repeated group is itself the item.
        const bare = repeated.children !== 1 || repeated.name === "array" || repeated.name === `${self.name}_tuple`;
        const item = bare ? content(repeated, inner, def + 1, rep + 1) : node(inner, def + 1, rep + 1);
        return { ...base, ...items, kind: "list", to: leaves.length, children: [item] };
      }
      const only = wrap(repeated, inner, def, rep);
      return { ...base, kind: "struct", to: leaves.length, children: [only] };
    }
    const children: Shape[] = [];
    for (let i = 0; i < self.children; i++) children.push(node(path, def, rep));
    return {
      ...base,
      kind: "struct",
      to: leaves.length,
      children,
      hidden: repeats(children.map((child) => child.name)),
    };
  };
  const wrap = (self: Element, path: readonly string[], def: number, rep: number): Shape => {
    if (self.repetition === 1) return content(self, path, def + 1, rep);
    if (self.repetition !== 2) return content(self, path, def, rep);
    const item = content(self, path, def + 1, rep + 1);
    return {
      kind: "list",
      name: self.name,
      step: item.step,
      optional: false,
      def,
      itemDef: def + 1,
      itemRep: rep + 1,
      from: item.from,
      to: item.to,
      children: [item],
      hidden: new Set(),
    };
  };
  const node = (parent: readonly string[], def: number, rep: number): Shape => {
    const self = element();
    return wrap(self, [...parent, self.name], def, rep);
  };
  const root = element();
  if (root.children === 0) throw malformed("the schema has no columns.");
  const shape = content({ ...root, converted: undefined, fields: new Map(), repetition: 0 }, [], 0, 0);
  if (next !== spans.length) throw malformed("the schema has elements outside its tree.");
  return shape;
}

const CONVERTED: Readonly<Record<number, Meaning>> = {
  0: { kind: "string" },
  4: { kind: "string" },
  6: { kind: "date" },
  7: { kind: "time", unit: "ms", utc: true },
  8: { kind: "time", unit: "us", utc: true },
  9: { kind: "timestamp", unit: "ms", utc: true },
  10: { kind: "timestamp", unit: "us", utc: true },
  11: { kind: "unsigned" },
  12: { kind: "unsigned" },
  13: { kind: "unsigned" },
  14: { kind: "unsigned" },
  19: { kind: "json" },
  20: { kind: "bson" },
  21: { kind: "interval" },
};

function meaningOf(thrift: Thrift, element: Element): Meaning {
  const logical = thrift.fields(element.fields.get(10));
  if (logical.has(1) || logical.has(4)) return { kind: "string" };
  if (logical.has(12)) return { kind: "json" };
  if (logical.has(13)) return { kind: "bson" };
  if (logical.has(14)) return { kind: "uuid" };
  if (logical.has(15)) return { kind: "float16" };
  if (logical.has(6)) return { kind: "date" };
  if (logical.has(5) || element.converted === 5) {
    const scale = thrift.integer(thrift.fields(logical.get(5)).get(1)) ?? thrift.integer(element.fields.get(7)) ?? 0;
    return { kind: "decimal", scale };
  }
  for (const [id, kind] of [
    [7, "time"],
    [8, "timestamp"],
  ] as const) {
    if (!logical.has(id)) continue;
    const fields = thrift.fields(logical.get(id));
    const unit = thrift.fields(fields.get(2));
    return { kind, unit: unit.has(1) ? "ms" : unit.has(2) ? "us" : "ns", utc: thrift.boolean(fields.get(1)) ?? false };
  }
  if (logical.has(10) && thrift.boolean(thrift.fields(logical.get(10)).get(2)) === false) return { kind: "unsigned" };
  return CONVERTED[element.converted ?? -1] ?? { kind: "plain" };
}
