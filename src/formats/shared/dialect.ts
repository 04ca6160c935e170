// How a delimited file is written: its delimiter, whether quotes mean anything, what ends a row, and whether the first
// row names the columns. Decided once, on the head of the file, by trying each reading and taking the most regular one.
import { splitCells, RowScanner } from "./csv-rows.ts";

export interface Dialect {
  /** A byte; -1 for a file of one column. */
  readonly delimiter: number;
  /** False where quotes are ordinary characters, as in most tab-separated text. */
  readonly quoted: boolean;
  /** LF (also for CR LF), or CR in files that have no LF. */
  readonly newline: number;
  readonly header: boolean;
  /** Columns of the first row. */
  readonly columns: number;
  /** The share of sampled rows that have that many. */
  readonly regular: number;
  readonly rows: number;
}

const ROWS_SAMPLED = 100;
const CELLS_SAMPLED = 1000;
const TAB = 0x09;
const [COMMA, SEMICOLON, PIPE] = [0x2c, 0x3b, 0x7c];

const PREFERRED: Readonly<Record<string, number>> = { ".csv": COMMA, ".tsv": TAB, ".tab": TAB, ".psv": PIPE };

export function sniffDialect(head: Buffer, extension: string, whole: boolean): Dialect {
  const newline = head.includes(0x0a) || !head.includes(0x0d) ? 0x0a : 0x0d;
  const preferred = PREFERRED[extension];
  const candidates = [...new Set([...(preferred === undefined ? [] : [preferred]), TAB, COMMA, SEMICOLON, PIPE])];
  let best: { delimiter: number; quoted: boolean; rows: string[][]; regular: number } | undefined;
  for (const delimiter of candidates) {
    let sample = sampleRows(head, { delimiter, quoted: true, newline }, whole);
    // Tab-separated text often holds quotes that mean nothing (pandas' QUOTE_NONE); one that never closes shows it.
    const quoted = delimiter !== TAB || sample.strays === 0;
    if (!quoted) sample = sampleRows(head, { delimiter, quoted, newline }, whole);
    const { rows, strays } = sample;
    const columns = rows[0]?.length ?? 0;
    if (columns < 2) continue;
    const regular = (rows.filter((row) => row.length === columns).length - (quoted ? strays : 0)) / rows.length;
    // The preferred delimiter, then the earlier one, wins unless another is clearly more regular.
    if (!best || regular > best.regular + 0.02) best = { delimiter, quoted, rows, regular };
  }
  // Delimiters that do not agree from row to row are punctuation, unless the extension says otherwise.
  if (!best || (best.regular < 0.5 && best.delimiter !== preferred)) {
    const { rows } = sampleRows(head, { delimiter: -1, quoted: true, newline }, whole);
    return { delimiter: -1, quoted: true, newline, header: hasHeader(rows), columns: 1, regular: 1, rows: rows.length };
  }
  const { delimiter, quoted, rows, regular } = best;
  return {
    delimiter,
    quoted,
    newline,
    header: hasHeader(rows),
    columns: rows[0]?.length ?? 0,
    regular,
    rows: rows.length,
  };
}

function sampleRows(
  head: Buffer,
  dialect: { readonly delimiter: number; readonly quoted: boolean; readonly newline: number },
  whole: boolean,
): { rows: string[][]; strays: number } {
  const scanner = new RowScanner(dialect, head.length);
  const rows: string[][] = [];
  scanner.load(head, true);
  let strays = 0;
  let at = 0;
  while (at < head.length && rows.length < ROWS_SAMPLED) {
    scanner.next(at);
    // The last row of a head that was cut is not a whole row.
    if (!whole && scanner.nextRow >= head.length && rows.length > 0) break;
    if (scanner.stray) strays++;
    // Past the cells that are looked at, the rest of a row is one more, and says nothing.
    if (scanner.end > at)
      rows.push(splitCells(head.toString("utf8", at, scanner.end), dialect, CELLS_SAMPLED + 1).slice(0, CELLS_SAMPLED));
    at = scanner.nextRow;
  }
  return { rows, strays };
}

const NUMBER = /^\s*[-+]?(\d+\.?\d*|\.\d+)([eE][-+]?\d+)?\s*$/;
const NAME_CHARACTERS_MAX = 120;
const NAME_WORDS_MAX = 12;

/** Dataset files nearly always name their columns, so the first row is a header unless it reads like the others. */
function hasHeader(rows: readonly string[][]): boolean {
  const [first, ...others] = rows;
  if (!first) return false;
  if (first.every((cell) => cell === "")) return false;
  // `,0,1,2`: what pandas writes for columns without names.
  const unnamed = first.filter((cell, i) => i > 0 || cell !== "");
  if (unnamed.length > 1 && unnamed.every((cell, i) => cell === String(i))) return true;
  if (first.some((cell) => NUMBER.test(cell))) return false;
  if (first.some((cell) => cell.length > NAME_CHARACTERS_MAX || cell.includes("\n"))) return false;
  // A sentence in the first row is text, not a name; a survey question as a name is shorter, and ends in its mark.
  if (first.some((cell) => !cell.trimEnd().endsWith("?") && cell.trim().split(/\s+/).length > NAME_WORDS_MAX))
    return false;
  // A name does not come back as a value of its own column; a class label in a file without header does.
  const rest = others.filter((row) => row.some((cell, i) => cell !== first[i]));
  return !first.some(
    (cell, i) => cell.trim() !== "" && rest.filter((row) => row[i] === cell).length >= Math.max(1, rest.length / 50),
  );
}
