// What a statement may be about: the predicate types that Bezoar writes and reads, each with the short word by which the
// command line and a policy ask for it.

export const PREDICATES = {
  signature: "https://model_signing/signature/v1.0",
  scan: "https://in-toto.io/attestation/test-result/v0.1",
  train: "https://slsa.dev/provenance/v1",
  vsa: "https://slsa.dev/verification_summary/v1",
  bom: "https://cyclonedx.org/bom",
  vex: "https://openvex.dev/ns/v0.2.0",
} as const;

export type ClaimKind = keyof typeof PREDICATES;
export const CLAIM_KINDS = Object.keys(PREDICATES) as readonly ClaimKind[];

export const kindOf = (predicateType: string): ClaimKind | undefined =>
  CLAIM_KINDS.find((kind) => PREDICATES[kind] === predicateType);

/** docs/specs/fine-tuning.md */
export const FINE_TUNING_BUILD_TYPE = "urn:bezoar:fine-tuning:v1";
/** docs/specs/fine-tuning.md, "Datasets made from datasets" */
export const TRANSFORM_BUILD_TYPE = "urn:bezoar:dataset-transform:v1";
/** Who verified, in a verification summary. */
export const VERIFIER_ID = "urn:bezoar:verifier";
