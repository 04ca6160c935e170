// Python literals as data: one printed dict on each line, or one list of dicts in the file (Python 3.14 Language
// Reference, as ast.literal_eval reads it). Nothing is evaluated: a name, a call or an f-string makes a record broken.
// Where Python's escapes or joined strings hide text from a byte search, the decoded strings stand beside the raw record.
import type { ByteSource } from "../core/bytes.ts";
import { problem, type Format, type Head, type Part, type ReadContext } from "../core/format.ts";
import type { RecordValue } from "../core/record.ts";
import { unsupported } from "../core/errors.ts";
import type { Limits } from "../base/limits.ts";
import { decodeText } from "../base/utf8.ts";
import { parseJson } from "../base/json.ts";
import { removeLines, splitLines } from "./jsonl.ts";
import { withoutCuts } from "./json/cuts.ts";
import { lines } from "./json/lines.ts";
import { openText, rejoin, take, type OpenText } from "./json/open-text.ts";
import { parsePython } from "./json/python-literal.ts";
import { literalSpans } from "./json/python-spans.ts";
import { recordBatch, Tally } from "./json/spans.ts";
import { withBeside } from "./shared/beside.ts";
import { unescaped } from "./shared/unescape.ts";

export const pythonLines: Format = {
  id: "python-lines",
  title: "Python literals",
  spec: "https://docs.python.org/3.14/library/ast.html#ast.literal_eval",
  extensions: [".txt", ".jsonl", ".json", ".pyl"],
  yields: "records",
  sniff,
  read,
  split: async (source, targetBytes) => {
    const first = (await source.slice(0, HEAD_BYTES)).find((byte) => byte > 32 && byte < 0x80);
    return first === 0x5b ? [{ start: 0, end: source.sizeBytes ?? 0 }] : splitLines(source, targetBytes);
  },
  remove,
};

const HEAD_BYTES = 4096;
const LINES_MAX = 20;

function sniff(head: Head): number {
  const text = head.text.replace(/^\ufeff/, "");
  const first = text[text.search(/\S/)];
  if (head.extension === ".py" || (first !== "{" && first !== "[" && first !== "(")) return 0;
  if (first === "[") {
    const { value, problem: broken, at } = parsePython(text, 64);
    const list = Array.isArray(value) && isContainer(value[0]);
    return list && (broken === undefined || at === text.length) && !isJson(text) ? 0.9 : sniffLines(text, head.whole);
  }
  return sniffLines(text, head.whole);
}

function sniffLines(text: string, isWhole: boolean): number {
  const all = text.split("\n", LINES_MAX * 4);
  if (!isWhole && all.length < LINES_MAX * 4) all.pop();
  const wanted = all.filter((line) => line.trim() !== "").slice(0, LINES_MAX);
  let python = 0;
  let json = 0;
  for (const line of wanted) {
    if (parseJson(line).problem === undefined) {
      json++;
      continue;
    }
    const { value, problem: broken } = parsePython(line, 64);
    if (broken === undefined && isContainer(value) && Object.keys(value).length > 0) python++;
  }
  return python > 0 && python + json >= wanted.length * 0.6 && python >= json ? 0.9 : 0;
}

const isContainer = (value: unknown): value is object => typeof value === "object" && value !== null;
const isJson = (text: string): boolean => {
  const { problem: broken, at } = parseJson(text);
  return broken === undefined || at === text.length;
};

function literalValue(raw: Uint8Array, limits: Limits): RecordValue {
  const text = decodeText(raw).text.replace(/^\ufeff/, "");
  const { value, shadowed, problem: broken, at } = parsePython(text, limits.depthMax);
  if (broken !== undefined) {
    const plain = unescaped(text);
    return {
      value: text,
      problem: `${broken} (character ${(at ?? 0) + 1})`,
      ...(plain === text ? {} : { shadowed: [{ pointer: "", value: plain }] }),
    };
  }
  return shadowed.length === 0 ? { value } : { value, shadowed };
}

interface Opened extends OpenText {
  /** The text is one list, to be held whole. */
  readonly isList: boolean;
}

async function open(source: ByteSource, range: ReadContext["range"]): Promise<Opened> {
  const text = await openText(source, range);
  const chunks = text.chunks[Symbol.asyncIterator]();
  const { head, ended } = await take(chunks, HEAD_BYTES);
  const start = head.findIndex((byte) => byte > 32);
  const shown = Buffer.from(head.subarray(Math.max(0, start))).toString("utf8");
  const [line = ""] = shown.split("\n", 1);
  // A list that ends on its line is one record of many, unless it is the only line.
  const alone = ended && shown.trim() === line.trim();
  const inner = /^\[\s*[{([]/.test(line) || line.trim() === "[";
  const isList = (range?.start ?? 0) === 0 && inner && (alone || parsePython(line, 64).problem !== undefined);
  return { ...text, isList, chunks: rejoin(head, ended, chunks) };
}

/** The whole text up to the limit for one record, which a list in Python's syntax is as long as it is held. */
async function whole(
  chunks: AsyncIterable<Uint8Array>,
  bytesMax: number,
): Promise<{ bytes: Buffer; tooLong: boolean }> {
  const iterator = chunks[Symbol.asyncIterator]();
  const { head, ended } = await take(iterator, bytesMax + 1);
  if (!ended) await iterator.return?.();
  const tooLong = head.length > bytesMax;
  return {
    bytes: Buffer.from(head.buffer, head.byteOffset, Math.min(head.length, bytesMax)),
    tooLong,
  };
}

async function* read(source: ByteSource, { limits, range }: ReadContext): AsyncIterable<Part> {
  const text = await open(source, range);
  const tally = new Tally(limits);
  const ranged = (range?.start ?? 0) > 0;
  let cut = false;
  let lost: Part | undefined;
  if (text.isList) {
    const { bytes, tooLong } = await whole(text.chunks, limits.recordBytesMax);
    const { starts, ends, closed } = literalSpans(bytes);
    if (tooLong) {
      const message = `A list longer than recordBytesMax (${limits.recordBytesMax} bytes) is read up to there. Write it as JSON Lines.`;
      lost = problem("limit", message, { at: { offset: bytes.length } });
    } else cut = !closed;
    if (starts.length > 0) yield batchOf(tally, limits, { bytes, starts, ends, offset: text.offset, line: 1 });
  } else {
    for await (const piece of lines(text.chunks, limits, source.sizeBytes)) {
      const offset = text.offset === undefined ? undefined : text.offset + piece.offset;
      const overlong = piece.overlong + (piece.begins ? 1 : 0);
      for (let i = 0; i < overlong; i++) tally.add("overlong", tally.records, offset);
      if (piece.starts.length === 0) continue;
      const last = piece.ends.length - 1;
      if (piece.ends[last] === piece.bytes.length) {
        const line = decodeText(piece.bytes.subarray(piece.starts[last], piece.ends[last])).text;
        const { problem: broken, at } = parsePython(line, limits.depthMax);
        cut = broken !== undefined && at === line.length;
      }
      yield batchOf(tally, limits, { ...piece, offset });
    }
  }
  if (text.encoding !== "utf-8") yield { kind: "note", message: `The text is ${text.encoding.toUpperCase()}.` };
  if (lost) yield lost;
  yield* tally.problems(text.isList ? "record" : "line", ranged);
  if (cut) yield problem("truncated", "The text ends in the middle of a value; the file is probably cut off.");
  if (!range && tally.records === 0 && !text.isList && source.sizeBytes !== 0) {
    yield problem("empty", "There is no line with anything on it.", { lost: false });
  }
}

interface Found {
  readonly bytes: Buffer;
  readonly starts: Uint32Array;
  readonly ends: Uint32Array;
  readonly offset: number | undefined;
  readonly line: number;
}

function batchOf(tally: Tally, limits: Limits, { bytes, starts, ends, offset, line }: Found): Part {
  // Whether a record is broken, or holds hidden text, only a parse can say; the records of a batch are parsed twice.
  const beside: Buffer[] = [];
  const broken = new Set<number>();
  for (let i = 0; i < starts.length; i++) {
    const text = decodeText(bytes.subarray(starts[i], ends[i])).text.replace(/^\ufeff/, "");
    const { value, shadowed, odd, problem: wrong } = parsePython(text, limits.depthMax);
    if (wrong !== undefined) broken.add(starts[i] as number);
    if (odd) beside[i] = Buffer.from(JSON.stringify([value, ...shadowed]));
  }
  const raw = (i: number): Buffer => bytes.subarray(starts[i], ends[i]);
  const value = (_: Uint8Array, i: number): RecordValue => literalValue(raw(i), limits);
  const first = tally.records;
  const plain = recordBatch({
    first,
    bytes,
    starts,
    ends,
    escapes: "backslash",
    offset,
    line,
    value,
  });
  tally.check(plain, (_, start) => !broken.has(start));
  return withBeside(plain, beside);
}

async function* remove(
  source: ByteSource,
  drop: (record: number) => boolean,
  context: ReadContext,
): AsyncIterable<Uint8Array> {
  const text = await open(source, undefined);
  if (!text.isList) {
    await text.chunks[Symbol.asyncIterator]().return?.();
    yield* removeLines(source, drop, context);
    return;
  }
  if (text.encoding !== "utf-8")
    throw unsupported("Records cannot be taken out of UTF-16 text", "Convert it to UTF-8 first.");
  const { bytes, tooLong } = await whole(text.chunks, context.limits.recordBytesMax);
  if (tooLong) throw unsupported("The list is too long to take records out of it", "Write it as JSON Lines first.");
  if (text.mark.length > 0) yield text.mark;
  const { starts, ends } = literalSpans(bytes);
  const cuts: number[] = [];
  let kept = 0;
  for (let i = 0; i < starts.length; i++) {
    const start = starts[i] as number;
    const before = i === 0 ? start : (ends[i - 1] as number);
    if (drop(i)) cuts.push(before, ends[i] as number);
    else if (kept++ === 0 && i > 0) cuts.push(before, start);
  }
  yield* withoutCuts(bytes, 0, bytes.length, cuts);
}
