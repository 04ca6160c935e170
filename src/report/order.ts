// The order in which every output shows findings, and the counts that open it. Nothing here judges: severities and
// verdicts come from the report as they are.
import type { ArtifactReport, Finding } from "../core/report.ts";
import { SEVERITIES, severityRank, type Severity } from "../core/severity.ts";

/** Records that a finding touches; a finding about a file as a whole counts as none. */
export const recordCount = (finding: Finding): number =>
  finding.records?.count ?? (finding.location.record === undefined ? 0 : 1);

const compareText = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

/** Worst first, rules first among equals, then by records touched; ties by place and id, so that two runs agree. */
export function sortFindings(findings: readonly Finding[]): Finding[] {
  return findings.toSorted(
    (a, b) =>
      severityRank(b.severity) - severityRank(a.severity) ||
      Number(b.rule !== undefined) - Number(a.rule !== undefined) ||
      recordCount(b) - recordCount(a) ||
      compareText(a.location.uri, b.location.uri) ||
      (a.location.record ?? -1) - (b.location.record ?? -1) ||
      compareText(a.id, b.id),
  );
}

/** Findings that count against the verdict, in order; and those a waiver covers. */
export function splitWaived(findings: readonly Finding[]): { readonly active: Finding[]; readonly waived: Finding[] } {
  const sorted = sortFindings(findings);
  return { active: sorted.filter((f) => !f.waived), waived: sorted.filter((f) => f.waived) };
}

export type Tally = Readonly<Record<Severity, number>>;

export function tally(findings: readonly Finding[]): Tally {
  const counts = { info: 0, low: 0, medium: 0, high: 0, critical: 0 };
  for (const { severity } of findings) counts[severity]++;
  return counts;
}

export const WORST_FIRST: readonly Severity[] = SEVERITIES.toReversed();

/** Artifacts by how much of each was searched. */
export function byCoverage(
  artifacts: readonly ArtifactReport[],
): Readonly<Record<"full" | "partial" | "none", ArtifactReport[]>> {
  const groups = { full: [] as ArtifactReport[], partial: [] as ArtifactReport[], none: [] as ArtifactReport[] };
  for (const artifact of artifacts) groups[artifact.coverage.status].push(artifact);
  return groups;
}
