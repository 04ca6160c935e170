// What stands beside a lockfile, in its folder `.d`: row indexes, sketches and reports. They are recognised by the digests in the
// lockfile, may be missing, and are believed no further.
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { LIMITS } from "../base/limits.ts";
import type { Refusal } from "../core/refusal.ts";
import type { LockEntry } from "../store/lockfile.ts";
import { rowIndexFault, rowIndexName, sketchIndexFault, sketchIndexName } from "../store/row-index.ts";
import { besideLock } from "./observe.ts";

export const reportName = (sha256: string): string => `report-${sha256.slice(0, 32)}.json`;

/** The row index, the sketches and the report that stand beside the lockfile, where they do. */
export function besideRefusals(
  entry: LockEntry,
  options: { readonly lockfile: string; readonly requirePass?: boolean },
): { readonly refusals: Refusal[]; readonly notes: string[] } {
  const refusals: Refusal[] = [];
  const notes: string[] = [];
  const folder = besideLock(options.lockfile);
  if (entry.rows) {
    const path = join(folder, rowIndexName(entry.rows.root));
    const fault = rowIndexFault(path, entry.rows);
    if (fault === "missing")
      notes.push("The index of its records is not beside the lockfile: changes of single records cannot be told.");
    else if (fault === "length")
      refusals.push({
        code: "rows-shortened",
        message: `The index of its records holds another number than the ${entry.rows.count} that were pinned.`,
        path,
      });
    else if (fault)
      refusals.push({
        code: "rows-changed",
        message: `The index of its records does not make the root ${entry.rows.root} that was pinned: records in it were changed, swapped or repeated.`,
        path,
      });
    if (entry.rows.sketches !== undefined) {
      const place = join(folder, sketchIndexName(entry.rows.sketches));
      const faulty = sketchIndexFault(place, entry.rows);
      if (faulty === "missing")
        notes.push("The sketches of its records are not beside the lockfile: edited copies of them are not found.");
      else if (faulty)
        refusals.push({
          code: "sketches-changed",
          message: "The sketches of its records beside the lockfile are not those that were pinned.",
          path: place,
        });
    }
  }
  if (entry.scan) {
    const path = join(folder, reportName(entry.scan.report));
    try {
      const bytes = readFileSync(path);
      if (bytes.length > LIMITS.spoolBytesMax || createHash("sha256").update(bytes).digest("hex") !== entry.scan.report)
        refusals.push({
          code: "report-changed",
          message: "The report of its scan beside the lockfile is not the one that was pinned.",
          path,
        });
      else {
        const said = verdictIn(bytes);
        if (said !== undefined && VERDICTS.indexOf(said) > VERDICTS.indexOf(entry.scan.verdict))
          refusals.push({
            code: "verdict-changed",
            message: `The lockfile says that its scan said ${entry.scan.verdict}, and the report says ${said}: the lockfile was edited.`,
            path,
          });
      }
    } catch {
      notes.push("The report of its scan is not beside the lockfile.");
    }
    if (options.requirePass && entry.scan.verdict !== "pass")
      refusals.push({ code: "scan-failed", message: `Its scan said ${entry.scan.verdict} when it was pinned.` });
  } else if (options.requirePass) refusals.push({ code: "scan-failed", message: "It was pinned without a scan." });
  return { refusals, notes };
}

/** From good to bad. What is pinned may be worse than its last report, which may be of new records alone; never better. */
const VERDICTS: readonly string[] = ["pass", "undecided", "fail"];

function verdictIn(report: Buffer): string | undefined {
  if (report.length > LIMITS.documentBytesMax) return undefined;
  try {
    const { verdict } = JSON.parse(report.toString("utf8")) as { verdict?: unknown };
    return typeof verdict === "string" && VERDICTS.includes(verdict) ? verdict : undefined;
  } catch {
    return undefined;
  }
}
