// The answer to "is this what was pinned, signed, attested or logged": one check for each thing that was asked about, of
// one shape for all of them. Refusals are listed, so that a reader sees every changed file at once and a program can tell
// one reason from another by its code.
import { refusalExitCode, type Refusal, type RefusalCode } from "./refusal.ts";

/** Who signed, as far as that was proven. */
export interface SignerName {
  readonly type: "key" | "certificate" | "keyless";
  /** The key's hint, the certificate's name, or the identity. */
  readonly name: string;
  /** Who vouches for a keyless identity. */
  readonly issuer?: string;
}

export interface Check {
  /** What was checked, as it was named. */
  readonly target: string;
  /** The entry of the lockfile that it was checked against. */
  readonly entry?: string;
  /** Undecided: nothing is wrong with what could be read, and not all of it could. */
  readonly verdict: "pass" | "fail" | "undecided";
  /** Who signed. Absent where no signature was asked for, or where none holds. */
  readonly signer?: SignerName;
  /** The OMS root that was signed, hex. */
  readonly root?: string;
  readonly bundleSha256?: string;
  /** Files that were compared. */
  readonly files: number;
  /** Bytes that were read for it, where they were counted. */
  readonly bytes?: number;
  readonly refusals: readonly Refusal[];
  /** How many more there were. */
  readonly refusalsLeftOut?: number;
  /** What a reader should know although it does not count against it. */
  readonly notes: readonly string[];
}

/** Refused only because it could not be looked at: nothing is known against it. */
const UNDECIDED: ReadonlySet<RefusalCode> = new Set<RefusalCode>(["tree-unreadable", "tree-limit"]);

export const verdictOf = (refusals: readonly Refusal[]): Check["verdict"] =>
  refusals.length === 0 ? "pass" : refusals.every(({ code }) => UNDECIDED.has(code)) ? "undecided" : "fail";

/** Of all checks; of none, undecided. */
export const verdictOfAll = (checks: readonly Check[]): Check["verdict"] =>
  checks.some(({ verdict }) => verdict === "fail")
    ? "fail"
    : checks.length === 0 || checks.some(({ verdict }) => verdict === "undecided")
      ? "undecided"
      : "pass";

/** 0 pass, 1 refused, 2 undecided; where asked for, the first refusal's own code in place of 1 and 2. */
export function exitCodeOf(checks: readonly Check[], detailed = false): number {
  const refusals = checks.flatMap((check) => check.refusals);
  if (detailed && refusals.length > 0) return refusalExitCode(refusals);
  return { pass: 0, fail: 1, undecided: 2 }[verdictOfAll(checks)];
}
