// What must have been attested of an artifact before it is used. Takes only verified statements: the type says that a
// trusted signature stands behind each, so nothing that anybody could have written is ever weighed here.
import type { Verdict } from "../core/report.ts";
import type { Verified } from "../attest/verified.ts";
import type { Statement } from "../attest/statement.ts";

export interface ClaimRule {
  /** The word by which the rule is asked for. */
  readonly kind: string;
  readonly predicateType: string;
  /** Whether a claim of that type says what it must; absent: being there is enough. */
  readonly holds?: (statement: Statement) => boolean;
}

export interface ClaimReason {
  readonly code: "claim-missing" | "claim-failed";
  readonly message: string;
}

export interface ClaimDecision {
  readonly verdict: Verdict;
  readonly reasons: readonly ClaimReason[];
  /** Claims that were about the artifact. */
  readonly used: readonly Verified<Statement>[];
}

/** Decides over the claims that `isAbout` says are about the artifact in question. */
export function decideClaims(
  claims: readonly Verified<Statement>[],
  rules: readonly ClaimRule[],
  isAbout: (statement: Statement) => boolean,
): ClaimDecision {
  const used = claims.filter(({ value }) => isAbout(value));
  const reasons = rules.flatMap(({ kind, predicateType, holds }): ClaimReason[] => {
    const fitting = used.filter(({ value }) => value.predicateType === predicateType);
    if (fitting.length === 0)
      return [{ code: "claim-missing", message: `No trusted signer has attested ${kind} of exactly this artifact.` }];
    // A claim that speaks against the artifact is not outvoted by another that speaks for it.
    if (holds && !fitting.every(({ value }) => holds(value)))
      return [
        { code: "claim-failed", message: `A trusted signer attested ${kind} of this artifact, and it did not pass.` },
      ];
    return [];
  });
  return { verdict: reasons.length === 0 ? "pass" : "fail", reasons, used };
}
