// Plain text: every line that is not blank is one record, a string. No specification; UTF-8, or UTF-16 by its mark or
// zeros, or windows-1252 as a last resort. Refuses binary data, and leaves code and documents to their own readers.
import type { ByteSource } from "../core/bytes.ts";
import type { ByteRange, Format, Head, Part, ReadContext } from "../core/format.ts";
import { problem } from "../core/format.ts";
import type { RecordBatch, RecordValue } from "../core/record.ts";
import { decodeText, sniffEncoding } from "../base/utf8.ts";
import { looksLikeText } from "./shared/plain.ts";
import { copyWithout, droppedRanges } from "./shared/removal.ts";
import { firstNotUtf8, RowBatch, withoutOffset } from "./shared/row-batch.ts";
import type { TextWindow } from "./shared/text-window.ts";
import { openText } from "./shared/text-window.ts";

const NEWLINE = 0x0a;
const WINDOW_BYTES = 1024 * 1024;
const OTHERS = new Set([".md", ".py", ".sh", ".ipynb", ".html", ".htm", ".js", ".ts"]);

function sniff(head: Head): number {
  return !OTHERS.has(head.extension) && looksLikeText(head) ? 0.05 : 0;
}

const value = (bytes: Uint8Array): RecordValue => ({ value: decodeText(bytes).text });

function isBlank(bytes: Buffer, start: number, end: number): boolean {
  for (let i = start; i < end; i++) {
    const byte = bytes[i] ?? 0;
    if (byte !== 32 && (byte < 9 || byte > 13)) return false;
  }
  return true;
}

async function* read(source: ByteSource, context: ReadContext): AsyncGenerator<Part> {
  const opened = await openText(source, context.range);
  for await (const part of parts(opened, context)) yield opened.exact ? part : withoutOffset(part);
}

async function* parts({ window }: TextWindow, context: ReadContext): AsyncGenerator<Part> {
  const { recordBytesMax } = context.limits;
  const rows = new RowBatch();
  let records = 0;
  let line = 1;
  let cutLine = 0;
  let odd: { record: number; lineNumber: number } | undefined;
  const finish = (bytes: Buffer): RecordBatch => {
    const batch = rows.take({ first: records, escapes: "none", bytes, offset: window.offset, value });
    const bad = odd ? -1 : firstNotUtf8(batch);
    if (bad >= 0) odd = { record: records + bad, lineNumber: batch.lineNumber?.(bad) ?? 1 };
    records += batch.count;
    return batch;
  };
  try {
    while (await window.fill(1)) {
      await window.fill(WINDOW_BYTES);
      const { bytes } = window;
      let at = 0;
      while (at < bytes.length) {
        let end = bytes.indexOf(NEWLINE, at);
        // Whoever wrote the file controls the length of a line. A longer one is cut into records, all of them searched.
        const long = (end < 0 ? bytes.length : end) - at > recordBytesMax;
        if (end < 0 && !long && !window.ended) break;
        if (long) {
          cutLine ||= line;
          end = at + recordBytesMax;
        } else if (end < 0) end = bytes.length;
        const textEnd = bytes[end - 1] === 0x0d && end > at ? end - 1 : end;
        if (!isBlank(bytes, at, textEnd)) {
          rows.push(at, textEnd, line);
          if (rows.full) yield finish(bytes);
        }
        if (!long) line++;
        at = long ? end : end + 1;
      }
      if (rows.count > 0) yield finish(bytes);
      window.skip(Math.min(at, bytes.length));
      if (at === 0) await window.fill(Math.min(bytes.length * 2, recordBytesMax + 1));
    }
    if (cutLine > 0) {
      yield problem(
        "limit",
        `A line is longer than ${recordBytesMax} bytes (recordBytesMax). It was searched in pieces.`,
        {
          lost: false,
          at: { lineNumber: cutLine },
        },
      );
    }
    if (odd)
      yield problem("encoding", "Some lines are not UTF-8. They were read as windows-1252.", { lost: false, at: odd });
    window.rethrow();
  } finally {
    await window.close();
  }
}

/** Cuts just after a newline, looking no further than one record may be long. */
async function split(
  source: Required<ByteSource>,
  targetBytes: number,
  context: ReadContext,
): Promise<readonly ByteRange[]> {
  const size = source.sizeBytes ?? 0;
  if (sniffEncoding(await source.slice(0, 1024)).encoding !== "utf-8") return [{ start: 0, end: size }];
  const ranges: ByteRange[] = [];
  let start = 0;
  while (start < size) {
    let end = size;
    const limit = Math.min(size, start + targetBytes + context.limits.recordBytesMax);
    for (let at = start + targetBytes; at < limit; at += WINDOW_BYTES / 16) {
      const newline = Buffer.from(await source.slice(at, Math.min(at + WINDOW_BYTES / 16, size))).indexOf(NEWLINE);
      if (newline >= 0) {
        end = at + newline + 1;
        break;
      }
    }
    ranges.push({ start, end });
    start = end;
  }
  return ranges;
}

async function* remove(
  source: ByteSource,
  drop: (record: number) => boolean,
  context: ReadContext,
): AsyncGenerator<Uint8Array> {
  const opened = await openText(source);
  const ranges = await droppedRanges(parts(opened, context), drop);
  yield* copyWithout(source, { ranges, encoding: opened.encoding, bomBytes: opened.bomBytes, lineEnds: true });
}

export const text: Format = {
  id: "text",
  title: "Plain text",
  spec: "Lines ended by LF or CRLF",
  extensions: [".txt", ".text", ".log"],
  yields: "records",
  sniff,
  read,
  split,
  remove,
};
