// XML 1.0 (fifth edition) data: repeated elements are the records, found on bytes and parsed on demand; what stands
// outside of them is a document. Refuses to expand a DTD's entities or fetch anything, so an entity bomb is just text.
import { isUtf8 } from "node:buffer";
import type { ByteSource } from "../core/bytes.ts";
import type { ByteRange, Format, Head, Part, ProblemPart, ReadContext } from "../core/format.ts";
import { problem } from "../core/format.ts";
import type { RecordBatch, RecordValue } from "../core/record.ts";
import { decodeText } from "../base/utf8.ts";
import { ByteWindow } from "./shared/byte-window.ts";
import { looksLikeText } from "./shared/plain.ts";
import { copyWithout } from "./shared/removal.ts";
import { firstNotUtf8, RowBatch, withoutOffset } from "./shared/row-batch.ts";
import { openText } from "./shared/text-window.ts";
import type { XmlEvents, XmlFault } from "./shared/xml-cutter.ts";
import { XmlCutter } from "./shared/xml-cutter.ts";
import { planRecords } from "./shared/xml-plan.ts";
import { XmlScanner } from "./shared/xml-tokens.ts";
import { resolveReferences, xmlValue } from "./shared/xml-value.ts";

const WINDOW_BYTES = 1024 * 1024;
/** Text outside of records is handed over in documents of about this size. */
const OUTSIDE_BYTES = 512 * 1024;

function sniff(head: Head): number {
  if (!looksLikeText(head)) return 0;
  const text = head.text.slice(0, 512).trimStart();
  const named = head.extension === ".xml";
  if (!text.startsWith("<") || /^<(!doctype\s+html|html[\s>])/i.test(text)) return 0;
  if (/^<\?xml[\s?]/.test(text)) return 0.95;
  if (!/^<([A-Za-z_:]|!--|!DOCTYPE\s)/.test(text)) return 0;
  if (named) return 0.9;
  return hasOneRoot(Buffer.from(head.text)) ? 0.5 : 0.05;
}

/** False for lines of text that happen to begin with a tag, such as `<s>…</s>`. */
function hasOneRoot(bytes: Buffer): boolean {
  const scanner = new XmlScanner();
  scanner.load(bytes, true);
  let depth = 0;
  let roots = 0;
  let bad = 0;
  for (let at = 0; at < bytes.length; at = scanner.end) {
    scanner.next(at);
    if (scanner.kind === "bad") bad++;
    if (depth === 0 && (scanner.kind === "open" || scanner.kind === "empty")) roots++;
    if (scanner.kind === "open") depth++;
    if (scanner.kind === "close") depth = Math.max(0, depth - 1);
  }
  return roots === 1 && bad < 3;
}

async function* read(source: ByteSource, context: ReadContext): AsyncGenerator<Part> {
  const opened = await openText(source);
  if (!opened.exact) {
    for await (const part of parts(opened.window, context)) yield withoutOffset(part);
    return;
  }
  const label = await declaredEncoding(opened.window, context);
  if (label === undefined) {
    yield* parts(opened.window, context);
    return;
  }
  yield { kind: "note", message: `Read as ${label}, which the XML declaration names.` };
  const window = new ByteWindow(transcoded(opened.window, label));
  for await (const part of parts(window, context)) yield withoutOffset(part);
}

/** The label in the declaration, where the bytes are not UTF-8 and it is one that we know. */
async function declaredEncoding(window: ByteWindow, context: ReadContext): Promise<string | undefined> {
  await window.fill(context.limits.headBytes);
  const head = window.bytes.subarray(0, context.limits.headBytes);
  // A character may be cut by the end of the head, a tag is not.
  if (isUtf8(head.subarray(0, head.lastIndexOf(0x3e) + 1))) return undefined;
  const label = /^<\?xml[^>]{0,100}?encoding=["']([A-Za-z0-9._-]{1,40})["']/
    .exec(head.toString("latin1", 0, 200))?.[1]
    ?.toLowerCase();
  if (label === undefined || label === "utf-8" || label === "utf8" || label.startsWith("utf-16")) return undefined;
  try {
    return new TextDecoder(label).encoding;
  } catch {
    return undefined;
  }
}

async function* transcoded(window: ByteWindow, label: string): AsyncGenerator<Uint8Array> {
  const decoder = new TextDecoder(label);
  try {
    for await (const chunk of window.rest()) yield Buffer.from(decoder.decode(chunk, { stream: true }));
    yield Buffer.from(decoder.decode());
  } finally {
    await window.close();
  }
}

const FAULTS: Readonly<Record<XmlFault, (count: number, context: ReadContext) => ProblemPart>> = {
  bad: (count) =>
    problem(
      "malformed",
      `${count} ${count === 1 ? "place is" : "places are"} not well-formed XML. Everything was searched, records were told apart as well as possible.`,
      { lost: false },
    ),
  deep: (_, { limits }) =>
    problem(
      "limit",
      `Elements are nested deeper than ${limits.depthMax} (depthMax). Their text was searched with that of the element at that depth.`,
      { lost: false },
    ),
  long: (_, { limits }) =>
    problem(
      "limit",
      `An element is longer than ${limits.recordBytesMax} bytes (recordBytesMax). It was searched as text.`,
      { lost: false },
    ),
  unclosed: () => problem("truncated", "The XML ends inside of an element; the file is probably cut off."),
  entities: () =>
    problem("unsupported", "The DTD declares entities. They are not expanded; the DTD was searched as text.", {
      lost: false,
    }),
};

type OnRecord = (record: number, range: ByteRange) => void;

async function* parts(window: ByteWindow, context: ReadContext, onRecord?: OnRecord): AsyncGenerator<Part> {
  const { limits } = context;
  const rows = new RowBatch();
  const outside: string[] = [];
  let outsideLength = 0;
  let bytes: Buffer = Buffer.alloc(0);
  let records = 0;
  let line = 1;
  let counted = 0;
  const faults = new Map<XmlFault, { count: number; lineNumber: number }>();
  let odd: { record: number; lineNumber: number } | undefined;

  const lineOf = (index: number): number => {
    for (let at = bytes.indexOf(0x0a, counted); at >= 0 && at < index; at = bytes.indexOf(0x0a, counted)) {
      line++;
      counted = at + 1;
    }
    return line;
  };
  const batch = (run: boolean): RecordBatch => {
    const value = (raw: Uint8Array): RecordValue => xmlValue(decodeText(raw).text, run, limits.depthMax);
    const part = rows.take({ first: records, escapes: "entity", bytes, offset: window.offset, value });
    const bad = odd ? -1 : firstNotUtf8(part);
    if (bad >= 0) odd = { record: records + bad, lineNumber: part.lineNumber?.(bad) ?? 1 };
    records += part.count;
    return part;
  };
  const document = (): Part => {
    const text = outside.splice(0).join("\n");
    outsideLength = 0;
    return { kind: "document", language: "other", text: resolveReferences(text) };
  };
  const events: XmlEvents = {
    record(start, end, blank) {
      rows.push(start, end, lineOf(start));
      onRecord?.(records + rows.count - 1, { start: window.offset + blank, end: window.offset + end });
    },
    outside(start, end) {
      outside.push(decodeText(bytes.subarray(start, end)).text);
      outsideLength += end - start;
    },
    fault(kind, at) {
      const seen = faults.get(kind);
      if (seen) seen.count++;
      else faults.set(kind, { count: 1, lineNumber: lineOf(at) });
    },
  };

  try {
    await window.fill(WINDOW_BYTES);
    const plan = planRecords(window.bytes.subarray(0, WINDOW_BYTES));
    const cutter = new XmlCutter(plan, limits.depthMax, events);
    const scanner = new XmlScanner();
    let at = 0;
    for (;;) {
      bytes = window.bytes;
      // Whoever wrote the file controls the length of everything: a token that fills the window has to end there.
      scanner.load(bytes, window.ended || bytes.length - at >= limits.recordBytesMax);
      while (at < bytes.length && scanner.next(at)) {
        cutter.token(bytes, at, scanner);
        at = scanner.end;
        if (rows.count > 0 && rows.full) yield batch(plan.mode === "flat");
        if (cutter.recordStart >= 0 && at - cutter.recordStart > limits.recordBytesMax) cutter.giveUp(at);
      }
      const done = window.ended && at >= bytes.length;
      if (done) cutter.finish(at);
      else cutter.flush(at);
      if (rows.count > 0) yield batch(plan.mode === "flat");
      if (outsideLength > (done ? 0 : OUTSIDE_BYTES)) yield document();
      if (done) break;
      const kept = cutter.recordStart >= 0 ? cutter.recordStart : at;
      lineOf(kept);
      window.skip(kept);
      cutter.rebase(kept);
      at -= kept;
      counted = Math.max(0, counted - kept);
      await window.fill(Math.max(WINDOW_BYTES, window.length * 2));
    }
    for (const [kind, { count, lineNumber }] of faults) yield { ...FAULTS[kind](count, context), at: { lineNumber } };
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

async function* remove(
  source: ByteSource,
  drop: (record: number) => boolean,
  context: ReadContext,
): AsyncGenerator<Uint8Array> {
  const { window, encoding, bomBytes } = await openText(source);
  const ranges: ByteRange[] = [];
  // Tags are ASCII in every encoding that needs no transcoding first.
  for await (const _ of parts(window, context, (record, range) => drop(record) && ranges.push(range)));
  yield* copyWithout(source, { ranges, encoding, bomBytes, lineEnds: false });
}

export const xml: Format = {
  id: "xml",
  title: "XML",
  spec: "XML 1.0, fifth edition (https://www.w3.org/TR/xml/)",
  extensions: [".xml"],
  yields: "records",
  sniff,
  read,
  remove,
};
