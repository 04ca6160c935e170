// YAML 1.2.2 data: the items of a list, or several documents, are records, found by their first lines and parsed on
// demand; anything else is one document. Refuses tags beyond the core schema (nothing is constructed), and aliases that
// would multiply.
import type { Document } from "yaml";
import { yaml as library } from "../base/yaml.ts";
import type { ByteSource } from "../core/bytes.ts";
import type { Format, Head, Part, ReadContext } from "../core/format.ts";
import { problem } from "../core/format.ts";
import type { RecordBatch, RecordValue } from "../core/record.ts";
import { decodeText } from "../base/utf8.ts";
import { withBeside } from "./shared/beside.ts";
import { looksLikeText } from "./shared/plain.ts";
import { copyWithout, droppedRanges } from "./shared/removal.ts";
import { firstNotUtf8, RowBatch, withoutOffset } from "./shared/row-batch.ts";
import type { TextWindow } from "./shared/text-window.ts";
import { openText } from "./shared/text-window.ts";
import { lineKind, yamlLayout } from "./shared/yaml-layout.ts";

const WINDOW_BYTES = 1024 * 1024;
/** Aliases resolved in one value. Ten levels of ten make ten thousand million nodes (CWE-776). */
const ALIASES_MAX = 100;
/** A parser of YAML takes seconds for this much (CWE-400); a longer value is searched as text. */
const PARSED_CHARACTERS_MAX = 1024 * 1024;
/** Brackets in brackets, in a value that is worth parsing. */
const BRACKETS_MAX = 500;

const KEY = String.raw`["']?\w[\w -]{0,60}["']?:(\s|$)`;
const MARKED = new RegExp(String.raw`^(%YAML 1\.\d\s+)?---\r?\n(- )?${KEY}`);
const LISTED = new RegExp(String.raw`^- ${KEY}`);
const GOES_ON = new RegExp(String.raw`\n {2}${KEY}`);

function sniff(head: Head): number {
  if (head.extension === ".md" || !looksLikeText(head)) return 0;
  if (head.extension === ".yaml" || head.extension === ".yml") return 0.7;
  const text = head.text.slice(0, 4096);
  return MARKED.test(text) || (LISTED.test(text) && GOES_ON.test(text)) ? 0.2 : 0;
}

function valueOf(text: string): RecordValue {
  if (text.length > PARSED_CHARACTERS_MAX) return { value: text, problem: "too long to parse" };
  if (bracketDepth(text) > BRACKETS_MAX) return { value: text, problem: "nested too deeply" };
  try {
    const parsed = library().parseAllDocuments(text, { uniqueKeys: false, logLevel: "silent", prettyErrors: false });
    const [document] = Array.isArray(parsed) ? parsed : [];
    if (!document) return { value: null };
    const value: unknown = document.toJS({ maxAliasCount: ALIASES_MAX });
    const error = document.errors[0]?.message;
    const trouble = /call stack/.test(error ?? "")
      ? "nested too deeply"
      : (error ?? (hasSameKeys(document) ? "a key that stands twice" : undefined));
    // What the parser made of a broken value may lack some of it.
    return trouble === undefined ? { value } : { value: { "#value": value, "#raw": text }, problem: trouble };
  } catch (error) {
    return {
      value: text,
      problem: error instanceof RangeError ? "nested too deeply" : "too many aliases, or not YAML",
    };
  }
}

/** The parser's own check takes quadratic time. */
function hasSameKeys(document: Document): boolean {
  let same = false;
  library().visit(document, {
    Map(_, map) {
      same ||= new Set(map.items.map(({ key }) => String(key))).size < map.items.length;
    },
  });
  return same;
}

function bracketDepth(text: string): number {
  let depth = 0;
  let deepest = 0;
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    if (unit === 0x5b || unit === 0x7b) deepest = Math.max(deepest, ++depth);
    else if (unit === 0x5d || unit === 0x7d) depth = Math.max(0, depth - 1);
  }
  return deepest;
}

/** The value of `- item`, which parses as a list of one. */
function itemOf(text: string): RecordValue {
  const { value, ...rest } = valueOf(text);
  return { value: Array.isArray(value) && value.length === 1 ? (value[0] as unknown) : value, ...rest };
}

async function* read(source: ByteSource, context: ReadContext): AsyncGenerator<Part> {
  const opened = await openText(source);
  for await (const part of parts(opened, context)) {
    const placed = opened.exact ? part : withoutOffset(part);
    yield placed.kind === "records" ? withBeside(placed, decodedOf(placed)) : placed;
  }
}

/** Escapes that YAML has and JSON has not, such as those of code points above U+FFFF and a word that goes on in the next
 * line. Whoever writes the record can hide text in them from a search of its bytes. */
const YAML_ESCAPE = /\\[UaeNLP_0\r\n]/;

function decodedOf(batch: RecordBatch): Buffer[] {
  const decoded: Buffer[] = [];
  const { bytes, starts, ends } = batch;
  for (let i = 0; i < batch.count; i++) {
    const raw = Buffer.from(bytes.buffer, bytes.byteOffset + (starts[i] ?? 0), (ends[i] ?? 0) - (starts[i] ?? 0));
    if (!raw.includes(0x5c) || !YAML_ESCAPE.test(raw.toString("latin1"))) continue;
    decoded[i] = Buffer.from(JSON.stringify(batch.value(i).value) ?? "");
  }
  return decoded;
}

async function* parts({ window }: TextWindow, context: ReadContext): AsyncGenerator<Part> {
  const { limits } = context;
  const rows = new RowBatch();
  let records = 0;
  let line = 1;
  let cutLine = 0;
  let odd: { record: number; lineNumber: number } | undefined;
  try {
    await window.fill(WINDOW_BYTES);
    const layout = yamlLayout(decodeText(window.bytes.subarray(0, WINDOW_BYTES)).text);
    if (layout.mode === "whole") {
      yield* whole(window, limits.documentBytesMax);
      return;
    }
    const value = (raw: Uint8Array): RecordValue => (layout.mode === "list" ? itemOf : valueOf)(decodeText(raw).text);
    const finish = (bytes: Buffer): RecordBatch => {
      const batch = rows.take({ first: records, escapes: "backslash", bytes, offset: window.offset, value });
      const bad = odd ? -1 : firstNotUtf8(batch);
      if (bad >= 0) odd = { record: records + bad, lineNumber: batch.lineNumber?.(bad) ?? 1 };
      records += batch.count;
      return batch;
    };
    // Before the first marker stands the first document; before the first item, at most the key of the list.
    let outside = "";
    let recordStart = -1;
    let recordLine = 1;
    let over = false;
    let at = 0;
    for (;;) {
      const { bytes } = window;
      while (at < bytes.length && !over) {
        let end = bytes.indexOf(0x0a, at);
        const full = bytes.length - Math.max(0, recordStart) >= limits.recordBytesMax;
        if (end < 0 && !window.ended && !full) break;
        if (end < 0) end = bytes.length;
        const kind = lineKind(bytes, at, end, layout);
        if (kind !== "within" && recordStart >= 0) {
          rows.push(recordStart, at, recordLine);
          recordStart = -1;
          if (rows.full) yield finish(bytes);
        }
        if (kind === "after" && records + rows.count > 0) {
          over = true;
          break;
        }
        if (kind === "begin" || (layout.mode === "documents" && recordStart < 0 && !isBlank(bytes, at, end))) {
          recordStart = at;
          recordLine = line;
        } else if (recordStart < 0) outside += decodeText(bytes.subarray(at, Math.min(end + 1, bytes.length))).text;
        at = Math.min(end + 1, bytes.length);
        line++;
        // Whoever wrote the file controls the length of a record. A longer one is cut into records, all of them searched.
        if (recordStart >= 0 && at - recordStart >= limits.recordBytesMax) {
          cutLine ||= recordLine;
          rows.push(recordStart, at, recordLine);
          recordStart = at < bytes.length || !window.ended ? at : -1;
          recordLine = line;
          yield finish(bytes);
        }
      }
      const done = over || (window.ended && at >= bytes.length);
      if (done && recordStart >= 0 && at > recordStart) rows.push(recordStart, at, recordLine);
      if (rows.count > 0) yield finish(bytes);
      if (done) break;
      const kept = recordStart >= 0 ? recordStart : at;
      window.skip(kept);
      at -= kept;
      if (recordStart >= 0) recordStart = 0;
      await window.fill(Math.max(WINDOW_BYTES, window.length * 2));
    }
    if (outside.trim() !== "" && /[^\s\w"':-]/.test(outside))
      yield { kind: "document", language: "yaml", text: outside };
    window.skip(at);
    yield* whole(window, limits.documentBytesMax);
    if (cutLine > 0) {
      const what = `A record is longer than ${limits.recordBytesMax} bytes (recordBytesMax). It was searched in pieces.`;
      yield problem("limit", what, { lost: false, at: { lineNumber: cutLine } });
    }
    if (odd)
      yield problem("encoding", "Some records are not UTF-8. They were read as windows-1252.", {
        lost: false,
        at: odd,
      });
    window.rethrow();
  } finally {
    await window.close();
  }
}

function isBlank(bytes: Buffer, start: number, end: number): boolean {
  const line = bytes.toString("latin1", start, Math.min(end, start + 200)).trim();
  return line === "" || line.startsWith("#") || line.startsWith("%");
}

/** Everything that is left, as a document; in several pieces where it is too long for one. */
async function* whole(window: TextWindow["window"], bytesMax: number): AsyncGenerator<Part> {
  let pieces = 0;
  while (await window.fill(1)) {
    await window.fill(bytesMax + 1);
    const bytes = window.bytes.subarray(0, bytesMax);
    const cut = window.length > bytesMax ? bytes.lastIndexOf(0x0a) + 1 || bytesMax : bytes.length;
    const { text, fallback } = decodeText(bytes.subarray(0, cut));
    window.skip(cut);
    if (text.trim() === "") continue;
    const parsed = pieces++ === 0 && window.length === 0 ? valueOf(text) : undefined;
    yield {
      kind: "document",
      language: "yaml",
      text,
      ...(parsed && parsed.problem === undefined ? { value: parsed.value } : {}),
    };
    if (fallback) yield problem("encoding", "The YAML is not UTF-8. It was read as windows-1252.", { lost: false });
    if (parsed?.problem !== undefined)
      yield problem("malformed", `The YAML could not be parsed (${parsed.problem}). It was searched as text.`, {
        lost: false,
      });
  }
  if (pieces > 1)
    yield problem(
      "limit",
      `The YAML is longer than ${bytesMax} bytes (documentBytesMax). It was searched as text, in pieces.`,
      { lost: false },
    );
  window.rethrow();
}

async function* remove(
  source: ByteSource,
  drop: (record: number) => boolean,
  context: ReadContext,
): AsyncGenerator<Uint8Array> {
  const opened = await openText(source);
  const ranges = await droppedRanges(parts(opened, context), drop);
  yield* copyWithout(source, { ranges, encoding: opened.encoding, bomBytes: opened.bomBytes, lineEnds: false });
}

export const yaml: Format = {
  id: "yaml",
  title: "YAML",
  spec: "YAML 1.2.2 (https://yaml.org/spec/1.2.2/)",
  extensions: [".yaml", ".yml"],
  yields: "records",
  sniff,
  read,
  remove,
};
