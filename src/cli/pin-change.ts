// What a new pin changes, in words: files, and records where both indexes are at hand.
import { join } from "node:path";
import { visible } from "../base/escape.ts";
import { count, plural } from "../report/figures.ts";
import { compareFiles } from "../store/compare.ts";
import type { LockEntry } from "../store/lockfile.ts";
import { compareRowIndexes, rowIndexFault, rowIndexName, type RowChange, type RowRange } from "../store/row-index.ts";

const SHOWN = 20;

export function describeChange(
  before: LockEntry | undefined,
  entry: LockEntry,
  beside: string,
): { readonly lines: readonly string[]; readonly rows?: RowChange } {
  const bytes = entry.files.reduce((sum, { size }) => sum + size, 0);
  const facts = [
    entry.kind,
    ...(entry.revision === undefined ? [] : [entry.revision.slice(0, 12)]),
    plural(entry.files.length, "file"),
    plural(bytes, "byte"),
    ...(entry.rows ? [plural(entry.rows.count, "record")] : []),
    entry.scan ? `scan: ${entry.scan.verdict}` : "not scanned",
  ];
  const lines = [`${visible(entry.source)}: ${facts.join(", ")}`, `  ${entry.h1}`];
  if (!before) return { lines };
  if (before === entry || before.h1 === entry.h1) return { lines: [...lines, "  Nothing changed."] };
  if (before.revision !== entry.revision) lines.push(`  commit ${before.revision} → ${entry.revision}`);
  const files = compareFiles(before.files, entry.files);
  for (const { code, message } of files.slice(0, SHOWN)) lines.push(`  ${code}: ${message}`);
  if (files.length > SHOWN) lines.push(`  and ${count(files.length - SHOWN)} more files`);
  if (!before.rows || !entry.rows) return { lines };
  const [old, now] = [before.rows, entry.rows].map(({ root }) => join(beside, rowIndexName(root))) as [string, string];
  if (rowIndexFault(old, before.rows) !== undefined || rowIndexFault(now, entry.rows) !== undefined) {
    lines.push("  The index of the records is not at hand: which of them changed is not known, and all were scanned.");
    return { lines };
  }
  const rows = compareRowIndexes(
    { path: old, ranges: rangesOf(before, entry) },
    { path: now, ranges: rangesOf(entry, before) },
  );
  lines.push(
    `  records: ${count(rows.added)} added, ${count(rows.removed)} removed, ${count(rows.altered)} altered, ${count(rows.moved)} moved`,
  );
  return { lines, rows };
}

/** The runs of the index that are of files which the other pin does not hold as they are. */
function rangesOf(entry: LockEntry, other: LockEntry): RowRange[] {
  const same = new Set(other.files.map(({ path, sha256 }) => `${sha256} ${path}`));
  const ranges: RowRange[] = [];
  let at = 0;
  for (const { path, sha256, records = 0 } of entry.files) {
    if (records > 0 && !same.has(`${sha256} ${path}`)) ranges.push([at, at + records]);
    at += records;
  }
  return ranges;
}
