// A SLSA verification summary v1: that this verifier looked at these attestations under this policy, and what it found.
import { PREDICATES, VERIFIER_ID } from "./predicates.ts";
import { statement, type ResourceDescriptor, type Statement, type Subject } from "./statement.ts";

export interface VerificationSummary {
  readonly verifier: { readonly id: string; readonly version: Readonly<Record<string, string>> };
  readonly timeVerified: string;
  readonly resourceUri: string;
  readonly policy: ResourceDescriptor;
  readonly inputAttestations: readonly ResourceDescriptor[];
  readonly verificationResult: "PASSED" | "FAILED";
  readonly verifiedLevels: readonly string[];
  readonly slsaVersion: "1.0";
}

export function summaryStatement(
  subject: Subject,
  found: {
    readonly passed: boolean;
    readonly at: Date;
    readonly resourceUri: string;
    readonly version: string;
    readonly policySha256: string;
    /** SHA-256 of each bundle that was looked at. */
    readonly inputs: readonly string[];
  },
): Statement<VerificationSummary> {
  return statement([subject], PREDICATES.vsa, {
    verifier: { id: VERIFIER_ID, version: { bezoar: found.version } },
    timeVerified: `${found.at.toISOString().slice(0, 19)}Z`,
    resourceUri: found.resourceUri,
    policy: { uri: "urn:bezoar:policy:claims", digest: { sha256: found.policySha256 } },
    inputAttestations: found.inputs.map((sha256) => ({
      uri: `urn:bezoar:bundle:${sha256.slice(0, 16)}`,
      digest: { sha256 },
    })),
    verificationResult: found.passed ? "PASSED" : "FAILED",
    // A training run has no SLSA level of its own yet; saying one would claim what nobody checked.
    verifiedLevels: found.passed ? ["BEZOAR_CLAIMS_VERIFIED"] : ["FAILED"],
    slsaVersion: "1.0",
  });
}
