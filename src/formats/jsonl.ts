// JSON Lines (jsonlines.org; NDJSON 1.0): one JSON value on each line, in UTF-8, also after a byte order mark, in UTF-16,
// or with a fallback for other bytes. Blank lines are no records. A line longer than the limit is skipped and said so.
import type { ByteSource } from "../core/bytes.ts";
import { problem, type ByteRange, type Format, type Head, type Part, type ReadContext } from "../core/format.ts";
import { unsupported } from "../core/errors.ts";
import { sniffEncoding } from "../base/utf8.ts";
import { parseJson } from "../base/json.ts";
import { afterLine, lines } from "./json/lines.ts";
import { openText } from "./json/open-text.ts";
import { jsonValue, looksClosed, recordBatch, Tally } from "./json/spans.ts";
import { sniffJson } from "./json/sniff.ts";

export const jsonl: Format = {
  id: "jsonl",
  title: "JSON Lines",
  spec: "https://jsonlines.org/",
  extensions: [".jsonl", ".ndjson", ".jsonlines", ".json", ".txt"],
  yields: "records",
  sniff: (head: Head): number => sniffJson(head).lines,
  read,
  split: splitLines,
  remove: removeLines,
};

async function* read(source: ByteSource, { limits, range }: ReadContext): AsyncIterable<Part> {
  const text = await openText(source, range);
  const tally = new Tally(limits);
  let cut = false;
  let ended = 0;
  for await (const piece of lines(text.chunks, limits, source.sizeBytes)) {
    const offset = text.offset === undefined ? undefined : text.offset + piece.offset;
    ended = piece.offset + piece.bytes.length;
    const overlong = piece.overlong + (piece.begins ? 1 : 0);
    for (let i = 0; i < overlong; i++) tally.add("overlong", tally.records, offset);
    if (piece.starts.length === 0) continue;
    const { bytes, starts, ends, line } = piece;
    const batch = recordBatch({
      first: tally.records,
      bytes,
      starts,
      ends,
      escapes: "backslash",
      offset,
      line,
      value: (raw) => jsonValue(raw, limits),
    });
    // Only the last line of a text has no line break.
    const end = ends[ends.length - 1] as number;
    if (end === bytes.length) {
      const last = jsonText(bytes.subarray(starts[starts.length - 1], end));
      cut = last.problem !== undefined && last.at === last.text.length;
    }
    tally.check(batch, looksClosed);
    yield batch;
  }
  const ranged = (range?.start ?? 0) > 0;
  if (text.encoding !== "utf-8") yield { kind: "note", message: `The text is ${text.encoding.toUpperCase()}.` };
  yield* tally.problems("line", ranged);
  if (cut) {
    yield problem("truncated", "The last line ends in the middle of a value; the file is probably cut off.", {
      at: ranged ? { offset: (text.offset ?? 0) + ended } : { record: tally.records - 1 },
    });
  }
  if (!range && tally.records === 0 && source.sizeBytes !== 0) {
    yield problem("empty", "There is no line with anything on it.", { lost: false });
  }
}

function jsonText(bytes: Uint8Array): { text: string; problem?: string; at?: number } {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length)
    .toString("utf8")
    .replace(/^\ufeff/, "");
  return { text, ...parseJson(text) };
}

const PROBE_BYTES = 64 * 1024;
const PROBE_BYTES_MAX = 4 * 1024 * 1024;

/** Ranges that end after a line break. Each stretch of the file is looked at once at most, whatever its lines. */
export async function splitLines(source: Required<ByteSource>, targetBytes: number): Promise<readonly ByteRange[]> {
  const size = source.sizeBytes ?? 0;
  const target = Math.max(1, Math.floor(targetBytes));
  const { encoding } = sniffEncoding(await source.slice(0, 1024));
  if (encoding !== "utf-8") return [{ start: 0, end: size }];
  const ranges: ByteRange[] = [];
  let start = 0;
  for (let goal = target; goal < size; goal += target) {
    if (goal <= start) continue;
    const end = await afterNewline(source, goal - 1, Math.min(size, goal - 1 + target));
    if (end === undefined || end >= size) continue;
    ranges.push({ start, end });
    start = end;
  }
  ranges.push({ start, end: size });
  return ranges;
}

async function afterNewline(source: Required<ByteSource>, from: number, to: number): Promise<number | undefined> {
  let probe = PROBE_BYTES;
  for (let at = from; at < to;) {
    const bytes = await source.slice(at, Math.min(to, at + probe));
    const newline = bytes.indexOf(10);
    if (newline >= 0) return at + newline + 1;
    if (bytes.length === 0) return undefined;
    at += bytes.length;
    probe = Math.min(PROBE_BYTES_MAX, probe * 2);
  }
  return undefined;
}

/** The same bytes without the dropped lines and their line breaks. */
export async function* removeLines(
  source: ByteSource,
  drop: (record: number) => boolean,
  { limits }: ReadContext,
): AsyncIterable<Uint8Array> {
  const text = await openText(source);
  if (text.encoding !== "utf-8")
    throw unsupported("Lines cannot be taken out of UTF-16 text", "Convert it to UTF-8 first.");
  if (text.mark.length > 0) yield text.mark;
  let record = 0;
  for await (const { bytes, starts, ends } of lines(text.chunks, limits, source.sizeBytes)) {
    let from = 0;
    for (let i = 0; i < starts.length; i++) {
      if (!drop(record++)) continue;
      const start = starts[i] as number;
      if (start > from) yield bytes.subarray(from, start);
      from = afterLine(bytes, ends[i] as number);
    }
    if (from < bytes.length) yield bytes.subarray(from);
  }
}
