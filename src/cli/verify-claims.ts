// `bezoar verify DIR --claims F --require scan,train`: what trusted signers have attested of exactly these bytes.
import { isAbout, readClaims } from "../attest/claims.ts";
import { kindOf } from "../attest/predicates.ts";
import type { Check } from "../core/check.ts";
import { verification } from "../attest/verification.ts";
import { decideClaims } from "../policy/claims.ts";
import { plural } from "../report/figures.ts";
import { usage } from "../core/errors.ts";
import { digestTree, rulesFor } from "./attestation.ts";
import { readClaimsFile } from "./claims-file.ts";
import { trustOf, type TrustFlags } from "./signing.ts";

export interface ClaimsFlags extends TrustFlags {
  claims: string;
  require?: string[];
}

export async function verifyClaims(target: string, flags: ClaimsFlags, signal: AbortSignal): Promise<Check> {
  const kinds = [...new Set(flags.require ?? [])];
  if (kinds.length === 0) throw usage("Say what must have been attested: --require scan,train.");
  const trust = await trustOf(flags);
  const { verified, troubles } = readClaims(readClaimsFile(flags.claims), [trust]);
  const { files, subject } = await digestTree(target, { beside: flags.claims }, signal);
  const { reasons, used } = decideClaims(verified, rulesFor(kinds, files), (claim) => isAbout(claim, subject));
  const others = verified.length - used.length;
  return verification(target, {
    refusals: reasons,
    files: files.length,
    ...(used[0] ? { signer: used[0].signer } : {}),
    ...(subject.digest["sha256"] === undefined ? {} : { root: subject.digest["sha256"] }),
    notes: [
      ...used.map(({ value }) => `Attested: ${kindOf(value.predicateType) ?? "something else"}.`),
      ...(others > 0 ? [`${plural(others, "claim")} about something else.`] : []),
      ...troubles.map(({ lineNumber, code, message }) => `Line ${lineNumber} counts for nothing: ${message} [${code}]`),
    ],
  });
}
