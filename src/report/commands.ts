// The commands a report proposes. They are made to be pasted into a shell, and file names in them are chosen by
// whoever made the dataset: `x; curl …` as a name must stay a name.
import { visible } from "../base/escape.ts";
import type { ArtifactReport, Finding, ScanReport } from "../core/report.ts";
import { atLeast } from "../core/severity.ts";

/** One shell word that the shell takes literally; undefined where no drawn form of it could be pasted. */
export function shellWord(text: string): string | undefined {
  if (text === "" || visible(text) !== text || text.length > 1_000) return undefined;
  const word = text.startsWith("-") ? `./${text}` : text;
  return /^[\w./:@%+=,-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}

/** `command` is what the person typed, already quoted. */
export const listCommand = (command: string): string => `${visible(command)} --records flagged.jsonl`;

export const explainCommand = (detector: string): string => `bezoar explain ${shellWord(detector) ?? "ID"}`;

/** One command, for the dataset with the most flagged records; none where nothing can be cleaned by removing records. */
export function cleanCommand(report: ScanReport, active: readonly Finding[], options = ""): string[] {
  const counts = new Map<string, number>();
  for (const { location, records, severity } of active) {
    if (records && location.member === undefined && atLeast(severity, "medium"))
      counts.set(location.uri, (counts.get(location.uri) ?? 0) + records.count);
  }
  const worst = report.artifacts
    .filter((a) => counts.has(a.uri) && canClean(a))
    .toSorted((a, b) => (counts.get(b.uri) ?? 0) - (counts.get(a.uri) ?? 0))[0];
  if (!worst) return [];
  const input = shellWord(worst.uri) ?? "DATASET";
  const output = shellWord(cleanName(worst.uri)) ?? "CLEAN";
  return [`bezoar clean ${input} -o ${output}${options === "" ? "" : ` ${visible(options)}`}`];
}

/** `clean` takes local files that were read in full and that can be written again. */
const canClean = ({ uri, format, coverage }: ArtifactReport): boolean =>
  uri !== "stdin" && !uri.includes("://") && coverage.status === "full" && CLEANED.test(format);
const CLEANED = /^(?:(?:gzip|zstd)\+)*(?:jsonl|json|csv|text|xml|yaml|python-lines|parquet|arrow)$/;

// `data/a.jsonl.gz` -> `a.clean.jsonl.gz`, in the working folder.
function cleanName(uri: string): string {
  const name = uri.slice(uri.lastIndexOf("/") + 1) || "dataset";
  const dot = name.indexOf(".", 1);
  return dot < 0 ? `${name}.clean` : `${name.slice(0, dot)}.clean${name.slice(dot)}`;
}
