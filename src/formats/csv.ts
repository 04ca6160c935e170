// Delimited text: CSV as RFC 4180 describes it and as pandas and Python write it, TSV and other delimiters. Rows are
// found on bytes and parsed on demand. Refuses to let a quote that is never closed swallow the rows after it.
import type { ByteSource } from "../core/bytes.ts";
import type { Format, Head, Part, ReadContext } from "../core/format.ts";
import { problem } from "../core/format.ts";
import type { RecordBatch, RecordValue } from "../core/record.ts";
import { decodeText } from "../base/utf8.ts";
import { countCells, RowScanner, splitCells } from "./shared/csv-rows.ts";
import { sniffDialect } from "./shared/dialect.ts";
import { extensionOf, looksLikeText, put } from "./shared/plain.ts";
import { copyWithout, droppedRanges } from "./shared/removal.ts";
import { firstNotUtf8, RowBatch, withoutOffset } from "./shared/row-batch.ts";
import type { TextWindow } from "./shared/text-window.ts";
import { openText } from "./shared/text-window.ts";

const WINDOW_BYTES = 1024 * 1024;
const EXTENSIONS = [".csv", ".tsv", ".tab", ".psv"];
const OTHERS = new Set([".md", ".py", ".sh", ".ipynb", ".html", ".htm", ".yaml", ".yml", ".xml", ".js", ".ts", ".log"]);
/** Names as people give them. Anything else in a header is text that somebody wrote there, and is searched. */
const PLAIN_NAME = /^[\p{L}\p{N}_ .-]{0,40}$/u;

function sniff(head: Head): number {
  const { text, extension } = head;
  if (OTHERS.has(extension) || !looksLikeText(head)) return 0;
  const named = EXTENSIONS.includes(extension);
  // Structured text is full of commas; its own readers know it better.
  const structured =
    /^\s*[{[<]/.test(text.slice(0, 100)) || text.startsWith("---") || text.startsWith("version https://git-lfs");
  if (structured && !named) return 0;
  const dialect = sniffDialect(Buffer.from(text), extension, head.whole);
  if (named) return structured ? 0.3 : dialect.columns > 1 && dialect.regular > 0.9 ? 0.7 : 0.5;
  if (dialect.columns < 2 || dialect.rows < 3 || dialect.regular < 0.98) return 0;
  return dialect.header || dialect.delimiter === 0x09 ? 0.3 : 0.06;
}

async function* read(source: ByteSource, context: ReadContext): AsyncGenerator<Part> {
  const opened = await openText(source, context.range);
  for await (const part of parts(opened, source.name, context)) yield opened.exact ? part : withoutOffset(part);
}

async function* parts({ window }: TextWindow, name: string, context: ReadContext): AsyncGenerator<Part> {
  const { limits } = context;
  const rows = new RowBatch();
  let records = 0;
  let line = 1;
  let odd: { record: number; lineNumber: number } | undefined;
  let stray = 0;
  let strayLine = 0;
  let uneven = 0;
  let unevenLine = 0;
  let cutLine = 0;
  try {
    await window.fill(limits.headBytes);
    const dialect = sniffDialect(
      window.bytes.subarray(0, limits.headBytes),
      extensionOf(name),
      window.ended && window.length <= limits.headBytes,
    );
    let columns: string[] | undefined;
    /** Cells of the first row. */
    let width: number | undefined;
    let scanner = new RowScanner(dialect, limits.recordBytesMax);
    const value = (bytes: Uint8Array): RecordValue =>
      toObject(splitCells(decodeText(bytes).text, dialect, limits.columnsMax), columns);
    const finish = (bytes: Buffer): RecordBatch => {
      const batch = rows.take({ first: records, escapes: "none", bytes, offset: window.offset, value });
      const bad = odd ? -1 : firstNotUtf8(batch);
      if (bad >= 0) odd = { record: records + bad, lineNumber: batch.lineNumber?.(bad) ?? 1 };
      records += batch.count;
      return batch;
    };
    while (await window.fill(1)) {
      await window.fill(WINDOW_BYTES);
      const { bytes } = window;
      let at = 0;
      scanner.load(bytes, window.ended);
      while (at < bytes.length && scanner.next(at)) {
        if (scanner.cut) cutLine ||= line;
        const { end, lines } = scanner;
        if (scanner.stray) {
          stray++;
          strayLine ||= line;
        }
        if (end > at) {
          const cells = countCells(bytes, at, end, dialect);
          width ??= cells;
          if (columns === undefined && dialect.header) {
            const header = decodeText(bytes.subarray(at, end)).text;
            columns = columnNames(splitCells(header, dialect, limits.columnsMax));
            if (!columns.every((column) => PLAIN_NAME.test(column)))
              yield { kind: "document", language: "other", text: header };
          } else {
            rows.push(at, end, line);
            if (cells !== width) {
              uneven++;
              unevenLine ||= line;
            }
          }
        }
        line += lines;
        at = scanner.nextRow;
        if (rows.full) yield finish(bytes);
        if (scanner.rescanned > limits.recordBytesMax) {
          // Too many quotes that never close: from here on a quote is an ordinary character.
          scanner = new RowScanner({ ...dialect, quoted: false }, limits.recordBytesMax);
          scanner.load(bytes, window.ended);
        }
      }
      if (rows.count > 0) yield finish(bytes);
      window.skip(at);
      if (at === 0) await window.fill(Math.min(bytes.length * 2, limits.recordBytesMax + 2));
    }
    if (stray > 0) {
      const what = `${stray} ${stray === 1 ? "row opens" : "rows open"} a quote that is not closed where a cell ends. The quote was read as an ordinary character.`;
      yield problem("malformed", what, { lost: false, at: { lineNumber: strayLine } });
    }
    if (uneven > 0) {
      const what = `${uneven} ${uneven === 1 ? "row has" : "rows have"} more or fewer cells than the ${width} of the first row. They were searched as they are.`;
      yield problem("malformed-record", what, { lost: false, at: { lineNumber: unevenLine } });
    }
    if (width !== undefined && width > limits.columnsMax) {
      const what = `${width} columns are more than are told apart (columnsMax, ${limits.columnsMax}). The last ones were searched as one.`;
      yield problem("limit", what, { lost: false, at: { lineNumber: 1 } });
    }
    if (cutLine > 0) {
      const what = `A row is longer than ${limits.recordBytesMax} bytes (recordBytesMax). It was searched in pieces.`;
      yield problem("limit", what, { lost: false, at: { lineNumber: cutLine } });
    }
    if (odd)
      yield problem("encoding", "Some rows are not UTF-8. They were read as windows-1252.", { lost: false, at: odd });
    window.rethrow();
  } finally {
    await window.close();
  }
}

/** Names of the columns: an empty one is called by its place, a second one of a name gets `.1`, as pandas does. */
function columnNames(header: readonly string[]): string[] {
  const seen = new Map<string, number>();
  return header.map((cell, i) => {
    const name = cell.trim() === "" ? String(i) : cell;
    const times = seen.get(name) ?? 0;
    seen.set(name, times + 1);
    return times === 0 ? name : `${name}.${times}`;
  });
}

function toObject(cells: readonly string[], columns: readonly string[] | undefined): RecordValue {
  const value: Record<string, unknown> = {};
  const width = columns?.length ?? cells.length;
  for (let i = 0; i < Math.min(cells.length, width); i++) put(value, columns?.[i] ?? String(i), cells[i]);
  if (cells.length <= width) return { value };
  put(value, "_extra", cells.slice(width));
  return { value, problem: `${cells.length} cells where the header has ${width}` };
}

async function* remove(
  source: ByteSource,
  drop: (record: number) => boolean,
  context: ReadContext,
): AsyncGenerator<Uint8Array> {
  const opened = await openText(source);
  const ranges = await droppedRanges(parts(opened, source.name, context), drop);
  yield* copyWithout(source, { ranges, encoding: opened.encoding, bomBytes: opened.bomBytes, lineEnds: true });
}

export const csv: Format = {
  id: "csv",
  title: "CSV, TSV and other delimited text",
  spec: "RFC 4180; IANA text/tab-separated-values",
  extensions: EXTENSIONS,
  yields: "records",
  sniff,
  read,
  remove,
};
