// JSON (RFC 8259) as data sets come in it: a list; a list under a key, such as {"data": [..]}; SQuAD's nesting; an object
// keyed by id; columns; single values one after another. Records are found by a splitter that keeps a few mebibytes and
// are parsed one by one. What stands outside the records is given as one document. Notebooks and weight maps are not ours.
import type { ByteSource } from "../core/bytes.ts";
import { problem, type Format, type Head, type Part, type ReadContext } from "../core/format.ts";
import type { RecordBatch, RecordValue } from "../core/record.ts";
import { unsupported } from "../core/errors.ts";
import { decodeText } from "../base/utf8.ts";
import { parseJson } from "../base/json.ts";
import type { Limits } from "../base/limits.ts";
import { contextBudget, questionRow, questions } from "./json/article.ts";
import { columnCuts, columnRows } from "./json/columns.ts";
import { withoutCuts } from "./json/cuts.ts";
import { beginning, layoutOf, type Layout } from "./json/layout.ts";
import { openText, rejoin, take, type OpenText } from "./json/open-text.ts";
import { Rows } from "./json/rows.ts";
import { jsonValue, looksClosed, recordBatch, Tally } from "./json/spans.ts";
import { FIRST, OVERLONG, Splitter, type ItemPiece } from "./json/splitter.ts";
import { sniffJson } from "./json/sniff.ts";
import { withBeside } from "./shared/beside.ts";
import { unescaped } from "./shared/unescape.ts";

export const json: Format = {
  id: "json",
  title: "JSON",
  spec: "https://www.rfc-editor.org/rfc/rfc8259",
  extensions: [".json", ".jsonl", ".txt"],
  yields: "records",
  sniff: (head: Head): number => sniffJson(head).whole,
  read,
  remove,
};

// What the layout is decided from, and what more is parsed for it when that shows no list.
const BEGINNING_BYTES = 256 * 1024;
const BEGINNING_BYTES_MAX = 8 * 1024 * 1024;

interface Opened extends OpenText {
  readonly layout: Layout;
}

/** Opens the source and decides its layout from its beginning, from more of it where that holds no list yet. */
async function openJson(source: ByteSource): Promise<Opened> {
  const text = await openText(source);
  const chunks = text.chunks[Symbol.asyncIterator]();
  let { head, ended } = await take(chunks, BEGINNING_BYTES);
  let start = beginning(Buffer.from(head.buffer, head.byteOffset, head.length).toString("utf8"));
  let layout = layoutOf(start);
  if (!ended && !start.complete && (layout.kind === "values" || (layout.kind === "elements" && !layout.known))) {
    const more = await take(chunks, BEGINNING_BYTES_MAX - head.length);
    head = Buffer.concat([head, more.head]);
    ended = more.ended;
    start = beginning(Buffer.from(head.buffer, head.byteOffset, head.length).toString("utf8"));
    layout = layoutOf(start);
  }
  return { ...text, layout, chunks: rejoin(head, ended, chunks) };
}

async function* read(source: ByteSource, { limits }: ReadContext): AsyncIterable<Part> {
  const text = await openJson(source);
  if (text.encoding !== "utf-8") yield { kind: "note", message: `The text is ${text.encoding.toUpperCase()}.` };
  if (text.layout.kind === "columns") yield* readColumns(text, text.layout, limits);
  else yield* readItems(source, text, text.layout, limits);
}

async function* readItems(
  source: ByteSource,
  text: Opened,
  layout: Layout & { kind: "elements" | "values" },
  limits: Limits,
): AsyncIterable<Part> {
  const splitter = new Splitter(layout.kind === "values" ? { path: [], container: "values" } : layout, limits);
  const tally = new Tally(limits);
  const value = layout.kind === "elements" && layout.container === "object" ? memberValue : jsonValue;
  const rows = layout.kind === "elements" && layout.questions ? new Rows(limits) : undefined;
  const isYaml = /\.ya?ml$/i.test(source.name);
  let bytes = 0;
  for await (const piece of splitter.split(text.chunks, source.sizeBytes)) {
    bytes += piece.bytes.length;
    const offset = text.offset === undefined ? undefined : text.offset + piece.offset;
    if (piece.overlongAt >= 0) tally.add("overlong", tally.records, offset);
    for (const mark of piece.marks) if (mark & OVERLONG) tally.add("overlong", tally.records, offset);
    const { starts, ends } = withinLimit(piece);
    if (rows) {
      for (let i = 0; i < starts.length; i++) {
        const [start, end] = [starts[i] as number, ends[i] as number];
        const records = questions(piece.bytes, start, end, []);
        let budget = contextBudget(start, end);
        for (let next = records.next(true); !next.done; next = records.next(true)) {
          budget = questionRow(piece.bytes, next.value, rows, budget);
          if (rows.full) yield* counted(rows, tally);
        }
      }
      yield* counted(rows, tally);
      continue;
    }
    if (starts.length === 0) continue;
    const batch = recordBatch({
      first: tally.records,
      bytes: piece.bytes,
      starts,
      ends,
      escapes: "backslash",
      offset,
      line: piece.line,
      value: (raw) => value(raw, limits),
    });
    tally.check(batch, value === memberValue ? looksMember : looksClosed);
    yield isYaml ? withBeside(batch, yamlEscapes(batch)) : batch;
  }
  yield* documentOf(splitter.rest, splitter.restLost, limits);
  yield* tally.problems("record", false);
  if (splitter.cut) {
    const at = bytes + (text.offset ?? 0);
    yield problem("truncated", "The text ends inside a value; the file is probably cut off.", {
      at: { offset: at },
    });
  }
  if (splitter.gaps > 0) {
    const commas = splitter.gaps === 1 ? "1 comma" : `${splitter.gaps} commas`;
    yield problem("malformed", `${commas} too many between records.`, { lost: false });
  }
  if (layout.kind === "elements" && (splitter.values > 1 || splitter.stray)) {
    yield problem("malformed", "There is text after the end of the first value; it was searched too.", {
      lost: splitter.restLost,
    });
  }
  if (layout.kind === "values" && tally.records === 0 && source.sizeBytes !== 0) {
    yield problem("empty", "There is nothing but white space.", { lost: false });
  }
}

/** JSON under the name of YAML is loaded as YAML, which knows escapes that JSON does not: their text, where there are any. */
function yamlEscapes({ bytes, starts, ends, count }: RecordBatch): Buffer[] {
  const decoded: Buffer[] = [];
  for (let i = 0; i < count; i++) {
    const text = Buffer.from(
      bytes.buffer,
      bytes.byteOffset + (starts[i] ?? 0),
      (ends[i] ?? 0) - (starts[i] ?? 0),
    ).toString();
    if (/\\[Ux]/.test(text)) decoded[i] = Buffer.from(unescaped(text));
  }
  return decoded;
}

function* counted(rows: Rows, tally: Tally): Generator<RecordBatch> {
  if (rows.count === 0) return;
  const batch = rows.batch();
  tally.check(batch, looksClosed);
  yield batch;
  rows.clear();
}

/** The items of a piece but those that cross the limit. */
function withinLimit(piece: ItemPiece): { starts: Uint32Array; ends: Uint32Array } {
  if (!piece.marks.some((mark) => mark & OVERLONG)) return piece;
  const short = (_: number, i: number): boolean => !((piece.marks[i] as number) & OVERLONG);
  return { starts: piece.starts.filter(short), ends: piece.ends.filter(short) };
}

/** `"id": {..}` as the object, which gets the id as `__key__`: whoever wrote the file can hide text in it. */
function memberValue(raw: Uint8Array, limits: Limits): RecordValue {
  const wrapped = Buffer.concat([Buffer.from("{"), raw, Buffer.from("}")]);
  const { value, shadowed, problem: broken } = jsonValue(wrapped, { ...limits, depthMax: limits.depthMax + 1 });
  if (typeof value !== "object" || value === null)
    return { value: decodeText(raw).text, problem: broken ?? "no member", ...(shadowed ? { shadowed } : {}) };
  const [key = ""] = Object.keys(value);
  const inner = (value as Record<string, unknown>)[key];
  const isObject = typeof inner === "object" && inner !== null && !Array.isArray(inner);
  const prefix = `/${key.replaceAll("~", "~0").replaceAll("/", "~1")}`;
  const hidden = (shadowed ?? []).map((one) => ({
    pointer: one.pointer.slice(prefix.length),
    value: one.value,
  }));
  if (isObject && Object.hasOwn(inner, "__key__")) hidden.push({ pointer: "/__key__", value: key });
  return {
    // Spreading copies an own `__proto__` as an own property; it never becomes the prototype.
    value: isObject ? { __key__: key, ...inner } : { __key__: key, value: inner },
    ...(hidden.length > 0 ? { shadowed: hidden } : {}),
    ...(broken === undefined ? {} : { problem: broken }),
  };
}

const looksMember = (bytes: Uint8Array, start: number, end: number): boolean => {
  const last = bytes[end - 1];
  return bytes[start] === 0x22 && (last === 0x7d || last === 0x5d);
};

/** What stands outside the records, where that is more than brackets. */
function* documentOf(rest: Buffer, lost: boolean, limits: Limits): Generator<Part> {
  const { text } = decodeText(rest);
  if (/[^\s[\]{},]/.test(text)) {
    yield {
      kind: "document",
      language: "json",
      text,
      value: parseJson(text, limits.depthMax).value,
    };
  }
  if (lost) {
    yield problem(
      "limit",
      `More text outside the records than documentBytesMax (${limits.documentBytesMax} bytes); the rest was not read.`,
    );
  }
}

/** All of the text; undefined where it is longer than the limit. */
async function whole(chunks: AsyncIterable<Uint8Array>, bytesMax: number): Promise<Buffer | undefined> {
  const parts: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of chunks) {
    length += chunk.length;
    if (length > bytesMax) return undefined;
    parts.push(Uint8Array.from(chunk));
  }
  return Buffer.concat(parts, length);
}

async function* readColumns(text: Opened, layout: Layout & { kind: "columns" }, limits: Limits): AsyncIterable<Part> {
  const bytes = await whole(text.chunks, limits.rowGroupBytesMax);
  if (!bytes) {
    yield problem(
      "limit",
      `Column-oriented JSON longer than rowGroupBytesMax (${limits.rowGroupBytesMax} bytes) is not read. Write it as JSON Lines.`,
    );
    return;
  }
  const tally = new Tally(limits);
  const parts = columnRows(bytes, layout, limits);
  let part = await parts.next();
  for (; !part.done; part = await parts.next()) {
    if (part.value.kind === "records") tally.check(part.value, looksClosed);
    yield part.value;
  }
  const { rest } = part.value;
  yield* documentOf(rest.subarray(0, limits.documentBytesMax), rest.length > limits.documentBytesMax, limits);
  yield* tally.problems("record", false);
  const outside = decodeText(rest).text;
  const { problem: broken, at } = parseJson(outside, limits.depthMax);
  if (broken === undefined) return;
  const code = at === outside.length ? "truncated" : "malformed";
  yield problem(code, `The columns do not end as they should: ${broken}.`, {
    lost: code === "truncated",
  });
}

async function* remove(
  source: ByteSource,
  drop: (record: number) => boolean,
  { limits }: ReadContext,
): AsyncIterable<Uint8Array> {
  const text = await openJson(source);
  if (text.encoding !== "utf-8")
    throw unsupported("Records cannot be taken out of UTF-16 text", "Convert it to UTF-8 first.");
  if (text.mark.length > 0) yield text.mark;
  const { layout } = text;
  if (layout.kind === "columns") {
    const bytes = await whole(text.chunks, limits.rowGroupBytesMax);
    if (!bytes)
      throw unsupported("The file is too large to take rows out of its columns", "Write it as JSON Lines first.");
    yield* withoutCuts(bytes, 0, bytes.length, columnCuts(bytes, layout, drop));
    return;
  }
  const splitter = new Splitter(layout.kind === "values" ? { path: [], container: "values" } : layout, limits);
  const nested = layout.kind === "elements" && layout.questions;
  let record = 0;
  let noneKept = true;
  const keepsAny = (bytes: Buffer, start: number, end: number, cuts: number[]): boolean => {
    const records = questions(bytes, start, end, cuts);
    let next = records.next(true);
    while (!next.done) next = records.next(!drop(record++));
    return next.value;
  };
  for await (const piece of splitter.split(text.chunks, source.sizeBytes)) {
    if (piece.gapCut) {
      throw unsupported("There is too much white space between records to take one out", "Remove it first.");
    }
    const { bytes, starts, ends, marks } = piece;
    const cuts: number[] = [];
    let before = piece.tail;
    for (let i = 0; i < starts.length + (piece.overlongAt >= 0 ? 1 : 0); i++) {
      const start = starts[i] ?? piece.overlongAt;
      const end = ends[i] ?? bytes.length;
      const mark = marks[i] ?? OVERLONG | (piece.overlongIsFirst ? FIRST : 0);
      const isFirst = (mark & FIRST) > 0;
      if (isFirst) noneKept = true;
      const from = cuts.length;
      // What was not read as a record stays.
      let keep = true;
      if (!(mark & OVERLONG)) keep = nested ? keepsAny(bytes, start, end, cuts) : !drop(record++);
      if (!keep) {
        cuts.length = from;
        cuts.push(isFirst ? start : before, end);
      } else {
        if (noneKept && !isFirst) cuts.splice(from, 0, before, start);
        noneKept = false;
      }
      before = end;
    }
    yield* withoutCuts(bytes, 0, bytes.length, cuts);
  }
}
