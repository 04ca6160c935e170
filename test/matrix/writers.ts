// The formats in which records are written for the matrix, as the usual tools write them. Small and plain; only what
// these records need.
import { crc32, deflateRawSync, gzipSync, zstdCompressSync } from "node:zlib";
import { Field, List, makeBuilder, Struct, Table, tableToIPC, Utf8, Vector, type DataType } from "apache-arrow";
import { parquetWriteBuffer } from "hyparquet-writer";
import { stringify as toYaml } from "yaml";
import type { Row } from "./records.ts";
import { ustar } from "../../src/formats/testing/ustar.ts";

export interface Written {
  readonly name: string;
  readonly bytes: Uint8Array;
}

export type Writer = (rows: readonly Row[]) => Written;

const written = (name: string, content: string | Uint8Array): Written => ({
  name,
  bytes: Buffer.from(content as string),
});

const columnsOf = (rows: readonly Row[]): string[] => [...new Set(rows.flatMap((row) => Object.keys(row)))];
const isNested = (value: unknown): boolean => typeof value === "object" && value !== null;
/** A cell of a flat table: what is nested becomes JSON. */
const cell = (value: unknown): string =>
  value === undefined || value === null ? "" : isNested(value) ? JSON.stringify(value) : String(value);

const lines = (rows: readonly Row[]): string => rows.map((row) => `${JSON.stringify(row)}\n`).join("");

const ascii = (text: string): string =>
  text.replaceAll(/[^\0-\x7e]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`);

const table = (rows: readonly Row[], separator: string, written: (value: unknown) => string = cell): string => {
  const names = columnsOf(rows);
  const quoted = (text: string): string =>
    /["\r\n\t]/.test(text) || text.includes(separator) ? `"${text.replaceAll('"', '""')}"` : text;
  return [names, ...rows.map((row) => names.map((name) => written(row[name])))]
    .map((cells) => `${cells.map(quoted).join(separator)}\n`)
    .join("");
};

/** Like Python's repr: what it calls not printable is escaped. */
const python = (value: unknown): string => {
  if (Array.isArray(value)) return `[${value.map(python).join(", ")}]`;
  if (typeof value === "object" && value !== null)
    return `{${Object.entries(value)
      .map(([key, item]) => `${python(key)}: ${python(item)}`)
      .join(", ")}}`;
  if (typeof value !== "string") return value === null || value === undefined ? "None" : String(value);
  const mark = value.includes("'") && !value.includes('"') ? '"' : "'";
  const body = value.replaceAll(/[\\'"]|[\p{C}\p{Zl}\p{Zp}]/gu, (c) => {
    if (c === "\\" || c === mark) return `\\${c}`;
    if (c === "'" || c === '"') return c;
    const special = { "\n": "\\n", "\r": "\\r", "\t": "\\t" }[c];
    if (special !== undefined) return special;
    const hex = (c.codePointAt(0) as number).toString(16);
    return hex.length > 4
      ? `\\U${hex.padStart(8, "0")}`
      : hex.length > 2
        ? `\\u${hex.padStart(4, "0")}`
        : `\\x${hex.padStart(2, "0")}`;
  });
  return `${mark}${body}${mark}`;
};

const NAME = /^[\p{L}_][\p{L}\p{N}_.-]*$/u;

const xml = (rows: readonly Row[]): string => {
  const escaped = (text: string): string =>
    text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll('"', "&quot;");
  const element = (name: string, value: unknown): string => {
    if (Array.isArray(value)) return value.map((item) => element(name, item)).join("");
    const [open, close] = NAME.test(name) ? [name, name] : [`item name="${escaped(name)}"`, "item"];
    const inside = isNested(value)
      ? Object.entries(value as Row)
          .map(([key, item]) => element(key, item))
          .join("")
      : escaped(cell(value));
    return `<${open}>${inside}</${close}>`;
  };
  const body = rows.map((row) => `  ${element("record", row)}\n`).join("");
  return `<?xml version="1.0" encoding="UTF-8"?>\n<dataset>\n${body}</dataset>\n`;
};

/** Strings and numbers in order; of a number its key says what it counts. */
const leaves = (value: unknown): string[] =>
  isNested(value)
    ? Object.entries(value as Row).flatMap(([key, item]) => [...(item === 1 ? [key] : []), ...leaves(item)])
    : [cell(value)];
const plain = (rows: readonly Row[]): string =>
  rows
    .map(
      (row) =>
        `${leaves(row)
          .join(" ")
          .replaceAll(/\s*[\r\n]+\s*/g, " ")}\n`,
    )
    .join("");

/** `tags` has other keys in every record: columnar formats hold such an object as JSON. */
const settled = (rows: readonly Row[]): Row[] =>
  rows.map((row) => ("tags" in row ? { ...row, tags: JSON.stringify(row["tags"]) } : row));

const columnsData = (rows: readonly Row[], nested: boolean): { name: string; data: unknown[] }[] => {
  const own = settled(rows);
  return columnsOf(own).map((name) => ({
    name,
    data: own.map((row) => {
      const value = row[name];
      return value === undefined ? null : nested || typeof value === "number" ? value : cell(value);
    }),
  }));
};

type SchemaElement = NonNullable<Parameters<typeof parquetWriteBuffer>[0]["schema"]>[number];

/** The Parquet schema of some values: strings, whole numbers, lists and groups, all optional. */
function parquetSchema(name: string, values: readonly unknown[]): SchemaElement[] {
  const some = values.filter((value) => value !== null && value !== undefined);
  if (some.every((value) => typeof value === "number")) return [{ name, type: "INT32", repetition_type: "OPTIONAL" }];
  if (some.some((value) => Array.isArray(value))) {
    return [
      { name, repetition_type: "OPTIONAL", converted_type: "LIST", num_children: 1 },
      { name: "list", repetition_type: "REPEATED", num_children: 1 },
      ...parquetSchema("element", some.flat()),
    ];
  }
  if (some.some(isNested)) {
    const keys = columnsOf(some as Row[]);
    return [
      { name, repetition_type: "OPTIONAL", num_children: keys.length },
      ...keys.flatMap((key) =>
        parquetSchema(
          key,
          (some as Row[]).map((value) => value[key]),
        ),
      ),
    ];
  }
  return [{ name, type: "BYTE_ARRAY", converted_type: "UTF8", repetition_type: "OPTIONAL" }];
}

const parquet = (rows: readonly Row[], nested: boolean): Uint8Array => {
  const columnData = columnsData(rows, nested);
  const schema = [
    { name: "root", num_children: columnData.length },
    ...columnData.flatMap(({ name, data }) => parquetSchema(name, data)),
  ];
  return new Uint8Array(parquetWriteBuffer({ columnData, schema }));
};

function arrowType(values: readonly unknown[]): DataType {
  const some = values.filter((value) => value !== null && value !== undefined);
  if (some.some((value) => Array.isArray(value))) return new List(new Field("item", arrowType(some.flat()), true));
  if (!some.some(isNested)) return new Utf8();
  const keys = columnsOf(some as Row[]);
  return new Struct(
    keys.map((key) => {
      const type = arrowType((some as Row[]).map((value) => value[key]));
      return new Field(key, type, true);
    }),
  );
}

const arrow = (rows: readonly Row[], how: "file" | "stream"): Uint8Array => {
  const vectors: Record<string, Vector> = {};
  for (const { name, data } of columnsData(rows, true)) {
    const values = data.map((value) => (typeof value === "number" ? String(value) : value));
    const builder = makeBuilder({ type: arrowType(values), nullValues: [null, undefined] });
    for (const value of values) builder.append(value);
    vectors[name] = builder.finish().toVector();
  }
  return tableToIPC(new Table(vectors), how);
};

/** One deflated member after another, and the central directory (APPNOTE 6.3.10). */
function zip(members: readonly Written[]): Buffer {
  const files: Buffer[] = [];
  const directory: Buffer[] = [];
  let offset = 0;
  for (const { name, bytes } of members) {
    const packed = deflateRawSync(bytes);
    const shared = Buffer.alloc(26);
    shared.writeUInt16LE(20, 0);
    shared.writeUInt16LE(0x800, 2);
    shared.writeUInt16LE(8, 4);
    shared.writeUInt16LE(0x21, 8);
    shared.writeUInt32LE(crc32(bytes), 10);
    shared.writeUInt32LE(packed.length, 14);
    shared.writeUInt32LE(bytes.length, 18);
    shared.writeUInt16LE(Buffer.byteLength(name), 22);
    const file = Buffer.concat([Buffer.from("PK\x03\x04"), shared, Buffer.from(name), packed]);
    const rest = Buffer.alloc(14);
    rest.writeUInt32LE(offset, 10);
    directory.push(Buffer.from("PK\x01\x02"), Buffer.from([20, 0]), shared, rest, Buffer.from(name));
    files.push(file);
    offset += file.length;
  }
  const listing = Buffer.concat(directory);
  const end = Buffer.alloc(18);
  end.writeUInt16LE(members.length, 4);
  end.writeUInt16LE(members.length, 6);
  end.writeUInt32LE(listing.length, 8);
  end.writeUInt32LE(offset, 12);
  return Buffer.concat([...files, listing, Buffer.from("PK\x05\x06"), end]);
}

const webdataset = (rows: readonly Row[]): Buffer =>
  ustar(
    ...rows.flatMap((row, i) => {
      const key = `shard/${String(i).padStart(5, "0")}`;
      return [written(`${key}.json`, JSON.stringify(row)), written(`${key}.cls`, String(i % 3))];
    }),
  );

const utf16 = (text: string): Buffer => Buffer.from(`\ufeff${text}`, "utf16le");
const UNTOUCHED = "A note for the reader.\n";

/** Characters that a format cannot hold: XML 1.0 has no controls, not even as references. */
export const NEVER_IN: Readonly<Record<string, RegExp>> = {
  xml: /[\0-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]/,
  "csv-latin-1": /[^\0-\x7f\xa0-\xff]/,
};

export const WRITERS: Readonly<Record<string, Writer>> = {
  jsonl: (rows) => written("train.jsonl", lines(rows)),
  "jsonl-ascii": (rows) => written("train.jsonl", ascii(lines(rows))),
  "jsonl-bom": (rows) => written("train.jsonl", `\ufeff${lines(rows)}`),
  "jsonl-utf16": (rows) => written("train.jsonl", utf16(lines(rows))),
  "jsonl-as-txt": (rows) => written("train.txt", lines(rows)),
  json: (rows) => written("train.json", JSON.stringify(rows)),
  "json-indented-ascii": (rows) => written("train.json", ascii(JSON.stringify(rows, null, 2))),
  "json-data": (rows) => written("train.json", JSON.stringify({ version: "1.0", data: rows })),
  "json-columns": (rows) =>
    written(
      "train.json",
      JSON.stringify(Object.fromEntries(columnsOf(rows).map((name) => [name, rows.map((row) => row[name] ?? null)]))),
    ),
  "python-lines": (rows) => written("train.txt", rows.map((row) => `${python(row)}\n`).join("")),
  csv: (rows) => written("train.csv", table(rows, ",")),
  "csv-utf16": (rows) => written("train.csv", utf16(table(rows, ","))),
  "csv-latin-1": (rows) => written("train.csv", Buffer.from(table(rows, ","), "latin1")),
  // Nested cells as json.dumps and pandas write them: what is not ASCII, or not printable, is escaped.
  "csv-json-ascii": (rows) =>
    written(
      "train.csv",
      table(rows, ",", (value) => (isNested(value) ? ascii(JSON.stringify(value)) : cell(value))),
    ),
  "csv-python": (rows) =>
    written(
      "train.csv",
      table(rows, ",", (value) => (isNested(value) ? python(value) : cell(value))),
    ),
  "csv-semicolons": (rows) => written("train.csv", `\ufeff${table(rows, ";")}`.replaceAll("\n", "\r\n")),
  tsv: (rows) => written("train.tsv", table(rows, "\t")),
  xml: (rows) => written("train.xml", xml(rows)),
  yaml: (rows) => written("train.yaml", toYaml(rows)),
  text: (rows) => written("train.txt", plain(rows)),
  parquet: (rows) => written("train.parquet", parquet(rows, true)),
  "parquet-json": (rows) => written("train.parquet", parquet(rows, false)),
  "arrow-file": (rows) => written("train.arrow", arrow(rows, "file")),
  "arrow-stream": (rows) => written("cache-0123.arrow", arrow(rows, "stream")),
  webdataset: (rows) => written("shard-000000.tar", webdataset(rows)),
  "jsonl-gzip": (rows) => written("train.jsonl.gz", gzipSync(lines(rows))),
  "csv-zstd": (rows) => written("train.csv.zst", zstdCompressSync(table(rows, ","))),
  zip: (rows) => written("train.zip", zip([written("notes.txt", UNTOUCHED), written("data/train.jsonl", lines(rows))])),
  "tar-gzip": (rows) => written("train.tar.gz", gzipSync(ustar(written("data/train.json", JSON.stringify(rows))))),
  "zip-parquet": (rows) => written("train.zip", zip([written("train.parquet", parquet(rows, true))])),
};
