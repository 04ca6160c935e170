// A scan's result as an in-toto test result (predicate v0.1): which detectors were silent, which were not, and how much
// was looked at. `FAILED` stands for undecided too, because a reader who knows only the standard's three words would take
// a warning for a pass; our own fields say which it was.
import type { ScanReport, Verdict } from "../core/report.ts";
import type { FileDigest } from "../core/tree-digest.ts";
import { quote } from "../base/escape.ts";
import { PREDICATES } from "./predicates.ts";
import { refuse } from "../core/refusal.ts";
import { statement, type ResourceDescriptor, type Statement, type Subject } from "./statement.ts";

export interface ScanResult {
  readonly result: "PASSED" | "FAILED";
  readonly configuration: readonly ResourceDescriptor[];
  readonly passedTests: readonly string[];
  /** Detectors with findings that did not fail the scan. */
  readonly warnedTests: readonly string[];
  readonly failedTests: readonly string[];
  readonly bezoar_verdict: Verdict;
  /** Files of the subject that the report says nothing of. */
  readonly bezoar_unscanned: readonly string[];
  readonly bezoar_records: number;
  readonly bezoar_flagged: number;
  readonly bezoar_report: ResourceDescriptor;
}

export interface ScanEvidence {
  readonly report: ScanReport;
  /** SHA-256 of the report as it was written, hex. */
  readonly reportSha256: string;
  /** Ids of all detectors that ran, where known. */
  readonly detectors?: readonly string[];
}

/** Refuses a report about other bytes than those of the subject. */
export function scanStatement(
  subject: Subject,
  files: readonly FileDigest[],
  evidence: ScanEvidence,
): Statement<ScanResult> {
  const { report, reportSha256, detectors = [] } = evidence;
  const inTree = new Set(files.map(({ sha256 }) => sha256));
  const looked = new Set<string>();
  for (const { uri, sha256 } of report.artifacts) {
    if (sha256 === null) continue;
    if (!inTree.has(sha256))
      refuse(
        "subject-mismatch",
        `The report is about other bytes: ${quote(uri)} is not a file of ${quote(subject.name ?? "")}.`,
      );
    looked.add(sha256);
  }
  const unscanned = files.filter(({ sha256 }) => !looked.has(sha256)).map(({ path }) => path);
  const failing = new Set<string>();
  const found = new Set<string>();
  for (const { detector, severity, waived } of report.findings) {
    found.add(detector);
    if (!waived && (severity === "critical" || severity === "high")) failing.add(detector);
  }
  // Files that were not looked at are not passed over: whatever the report says of the others, this is undecided.
  const verdict = report.verdict === "pass" && unscanned.length > 0 ? "undecided" : report.verdict;
  return statement([subject], PREDICATES.scan, {
    result: verdict === "pass" ? "PASSED" : "FAILED",
    configuration: [{ name: "bezoar", uri: `pkg:npm/bezoar@${report.tool.version}` }],
    passedTests: detectors.filter((id) => !found.has(id)).sort(),
    warnedTests: [...found].filter((id) => !failing.has(id)).sort(),
    failedTests: [...failing].sort(),
    bezoar_verdict: verdict,
    bezoar_unscanned: unscanned,
    bezoar_records: report.stats.records,
    bezoar_flagged: report.stats.flagged,
    bezoar_report: { name: "report.json", mediaType: "application/json", digest: { sha256: reportSha256 } },
  });
}

/** Whether a scan result says that all of its subject was looked at and nothing was found against it. */
export function scanPassed({ predicate }: Statement): boolean {
  const { result, bezoar_verdict: verdict } = predicate;
  return result === "PASSED" && (verdict === undefined || verdict === "pass");
}
