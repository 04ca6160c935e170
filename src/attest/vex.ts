// OpenVEX v0.2.0: whether an advisory affects an artifact, said by somebody. The product is named by digests, so that the
// statement moves with the bytes and not with a name.
import { createHash } from "node:crypto";
import { canonicalJson } from "../base/canonical.ts";
import { usage } from "../core/errors.ts";
import { PREDICATES } from "./predicates.ts";
import { statement, type Statement, type Subject } from "./statement.ts";

export type VexStatus = "not_affected" | "affected" | "fixed" | "under_investigation";

export interface VexInput {
  readonly advisory: string;
  readonly status: VexStatus;
  readonly justification?: string;
  readonly action?: string;
  readonly author: string;
  readonly at: Date;
  readonly version: string;
}

export interface VexDocument {
  readonly "@context": string;
  readonly "@id": string;
  readonly author: string;
  readonly timestamp: string;
  readonly version: 1;
  readonly tooling: string;
  readonly statements: readonly object[];
}

/** Throws a usage error for a combination that the specification does not allow. */
export function vexStatement(subject: Subject, input: VexInput): Statement<VexDocument> {
  const { advisory, status, justification, action, author, at } = input;
  if (status === "not_affected" && justification === undefined)
    throw usage("--status not_affected needs --justification: a reader must know why.");
  if (status === "affected" && action === undefined)
    throw usage("--status affected needs --action: a reader must know what to do.");
  if (status !== "not_affected" && justification !== undefined)
    throw usage("--justification goes with --status not_affected.");
  const product = `urn:bezoar:tree:${subject.digest["dirHash"] ?? subject.digest["sha256"]}`;
  const body = {
    vulnerability: { name: advisory },
    products: [{ "@id": product, hashes: { "sha-256": subject.digest["sha256"] } }],
    status,
    ...(justification === undefined ? {} : { justification }),
    ...(action === undefined ? {} : { action_statement: action }),
  };
  const timestamp = `${at.toISOString().slice(0, 19)}Z`;
  const id = createHash("sha256").update(canonicalJson({ author, timestamp, body })).digest("hex").slice(0, 32);
  return statement([subject], PREDICATES.vex, {
    "@context": "https://openvex.dev/ns/v0.2.0",
    "@id": `urn:bezoar:vex:${id}`,
    author,
    timestamp,
    version: 1,
    tooling: `bezoar ${input.version}`,
    statements: [body],
  });
}
