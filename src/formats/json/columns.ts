// Column-oriented JSON, as pandas writes it: `to_dict("list")`, {"a": [..], "b": [..]}, and `to_json()`, {"a": {"0": ..}}.
// The rows go across the whole file, so it is held, up to `rowGroupBytesMax`; one cursor walks each column.
import { problem, type Part } from "../../core/format.ts";
import type { Limits } from "../../base/limits.ts";
import { Cursor, OPEN_LIST, OPEN_OBJECT } from "./cursor.ts";
import { cutItems } from "./cuts.ts";
import type { Layout } from "./layout.ts";
import { Rows } from "./rows.ts";

type ColumnLayout = Layout & { kind: "columns" };

interface Column {
  readonly key: Uint8Array;
  readonly open: number;
  readonly end: number;
}

interface Table {
  readonly columns: readonly Column[];
  /** The text without the cells. */
  readonly rest: Buffer;
}

// A key is written again with every row: a long one would make the rows many times the file (CWE-409).
const KEY_BYTES_MAX = 64;

function tableIn(bytes: Buffer, { path, container }: ColumnLayout): Table {
  let open = 0;
  while (open < bytes.length && bytes[open] !== OPEN_OBJECT) open++;
  let end = bytes.length;
  for (const step of path) {
    const member = new Cursor(bytes, open, end);
    let found = false;
    while (!found && member.next()) found = bytes[member.start] === OPEN_OBJECT && member.key === step;
    if (!found) return { columns: [], rest: bytes };
    ({ start: open, end } = member);
  }
  const opener = container === "array" ? OPEN_LIST : OPEN_OBJECT;
  const columns: Column[] = [];
  const rest: Uint8Array[] = [bytes.subarray(0, open + 1)];
  const member = new Cursor(bytes, open, end);
  while (member.next()) {
    if (rest.length > 1) rest.push(Buffer.from(","));
    if (member.start < member.end && member.start > member.keyEnd && bytes[member.start] === opener) {
      const long = member.keyEnd - member.keyStart > KEY_BYTES_MAX;
      const key = bytes.subarray(member.keyStart, member.keyEnd);
      columns.push({
        key: long ? Buffer.from(`"column ${columns.length + 1}"`) : key,
        open: member.start,
        end: member.end,
      });
      rest.push(key, Buffer.from(container === "array" ? ":[]" : ":{}"));
    } else rest.push(bytes.subarray(member.itemStart, member.end));
  }
  rest.push(bytes.subarray(member.at));
  return { columns, rest: Buffer.concat(rest) };
}

const OPEN = Buffer.from("{");
const CLOSE = Buffer.from("}");
const COLON = Buffer.from(":");
const COMMA = Buffer.from(",");
const LABEL = Buffer.from('"__key__":');

export interface ColumnsRead {
  readonly rest: Buffer;
  readonly records: number;
}

export async function* columnRows(
  bytes: Buffer,
  layout: ColumnLayout,
  limits: Limits,
): AsyncGenerator<Part, ColumnsRead> {
  const { columns, rest } = tableIn(bytes, layout);
  if (columns.length > limits.columnsMax) {
    yield problem("limit", `${columns.length} columns, and columnsMax is ${limits.columnsMax}; the rest was not read.`);
  }
  const rows = new Rows(limits);
  let active = columns
    .slice(0, limits.columnsMax)
    .map(({ key, open, end }) => ({ key, cell: new Cursor(bytes, open, end) }));
  let uneven = false;
  let tooLong = 0;
  for (let row = 0; ; row++) {
    const filled = active.filter(({ cell }) => cell.next());
    if (filled.length === 0) break;
    uneven ||= filled.length < active.length;
    active = filled;
    const label = `"${row}"`;
    const size = filled.reduce((sum, { cell }) => sum + cell.end - cell.start, 0);
    const fits = size <= limits.recordBytesMax;
    if (!fits) tooLong++;
    rows.push(OPEN);
    const before = rows.pushed;
    for (const { key, cell } of fits ? filled : []) {
      if (rows.pushed > before) rows.push(COMMA);
      rows.push(key);
      rows.push(COLON);
      rows.push(bytes.subarray(cell.start, cell.end));
      const named = bytes.subarray(cell.keyStart, cell.keyEnd);
      if (layout.container === "object" && (named.length !== label.length || named.toString("latin1") !== label)) {
        rows.push(COMMA);
        rows.push(LABEL);
        rows.push(named);
      }
    }
    rows.push(CLOSE);
    rows.end();
    if (rows.full) {
      yield rows.batch();
      rows.clear();
    }
  }
  if (rows.count > 0) yield rows.batch();
  rows.clear();
  if (tooLong > 0) {
    yield problem("limit", `${tooLong} rows longer than recordBytesMax (${limits.recordBytesMax} bytes) not read.`);
  }
  if (uneven)
    yield problem("malformed", "The columns have different lengths; the rows at the end lack some.", { lost: false });
  return { rest, records: rows.first };
}

/** What to cut out of the bytes so that the dropped rows are gone from every column. */
export function columnCuts(bytes: Buffer, layout: ColumnLayout, drop: (record: number) => boolean): number[] {
  const cuts: number[] = [];
  for (const { open, end } of tableIn(bytes, layout).columns) {
    cutItems(bytes, open, end, cuts, (row) => !drop(row));
  }
  return cuts;
}
