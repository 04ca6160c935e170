// The report: `bezoar.report/v1`. This is the wire shape that `--format json` prints and every renderer reads; its JSON
// Schema is docs/reference/report.schema.json. A renderer never decides anything.
import type { Confidence, Severity } from "./severity.ts";
import type { ProblemCode, ProblemPlace } from "./problem.ts";

export type Verdict = "pass" | "fail" | "undecided";

export interface Reason {
  readonly code: "finding" | "coverage" | "nothing-scanned" | "policy" | "waiver-expired";
  readonly message: string;
}

export interface ReportProblem {
  readonly code: ProblemCode;
  readonly message: string;
  readonly at?: ProblemPlace;
}

export interface ArtifactReport {
  readonly uri: string;
  readonly kind: "dataset" | "model" | "code" | "card" | "archive" | "other";
  /** The id of the reader, compressions first: `gzip+jsonl`. "unknown" where no reader fits. */
  readonly format: string;
  /** Of this file alone, with everything in it. */
  readonly verdict?: Verdict;
  readonly bytes: number;
  /** Hex. Null where not all bytes were read. */
  readonly sha256: string | null;
  readonly records?: number;
  /** How the columns were understood: column -> role. */
  readonly roles?: Readonly<Record<string, string>>;
  readonly notes?: readonly string[];
  readonly coverage: { readonly status: "full" | "partial" | "none"; readonly problems: readonly ReportProblem[] };
}

export interface FindingLocation {
  readonly uri: string;
  readonly record?: number;
  readonly pointer?: string;
  /** UTF-16 offsets [start, end) in the field's text. */
  readonly start?: number;
  readonly end?: number;
  readonly lineNumber?: number;
  readonly member?: string;
  readonly offset?: number;
}

export interface Sample {
  readonly record: number;
  readonly pointer?: string;
  readonly excerpt: string;
}

export interface Finding {
  /** Stable for the same detector, artifact and group: 16 hex digits. */
  readonly id: string;
  readonly detector: string;
  readonly severity: Severity;
  readonly confidence: Confidence;
  readonly title: string;
  readonly message: string;
  readonly references: readonly string[];
  readonly location: FindingLocation;
  readonly records?: { readonly count: number; readonly share: number; readonly sample: readonly Sample[] };
  /** What a backdoor does, reconstructed: trigger -> target. */
  readonly rule?: { readonly trigger: string; readonly target: string; readonly [key: string]: unknown };
  /** Compared with another revision (`since`): all its records came since. */
  readonly added?: boolean;
  readonly evidence?: Readonly<Record<string, string | number | boolean>>;
  /** Set when a waiver covers it; it then does not count against the verdict. */
  readonly waived?: { readonly reason: string; readonly owner: string; readonly expires: string };
}

export interface ScanReport {
  readonly schema: "bezoar.report/v1";
  readonly tool: { readonly name: "bezoar"; readonly version: string };
  readonly verdict: Verdict;
  readonly reasons: readonly Reason[];
  readonly artifacts: readonly ArtifactReport[];
  readonly findings: readonly Finding[];
  /** Files that `--exclude` left out. */
  readonly excluded?: readonly string[];
  readonly since?: SinceReport;
  readonly stats: {
    readonly records: number;
    /** Distinct records with a finding at medium or above that no waiver covers. */
    readonly flagged: number;
    readonly bytes: number;
    readonly seconds: number;
  };
}

/** What another revision of the same data says of this one. */
export interface SinceReport {
  /** The revision compared with, as it was named. */
  readonly target: string;
  readonly records: number;
  /** Records of this revision that the other does not hold, and those of the other that are gone. */
  readonly added: number;
  readonly removed: number;
  /** Ids of the findings all of whose records were added. */
  readonly findings: readonly string[];
  /** Whether all of the other could be read; where not, more records count as added than were. */
  readonly coverage: "full" | "partial";
}

/** One line of `--records`. */
export interface RecordLine {
  readonly uri: string;
  readonly record: number;
  readonly finding: string;
  readonly detector: string;
  readonly severity: Severity;
  readonly score: number;
}
