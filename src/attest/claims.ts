// claims.jsonl: what has been attested of an artifact, one Sigstore bundle a line (docs/specs/claims.md). Lines are read
// one by one and each stands or falls alone; a line that does not hold is named by its number and counts for nothing.
import { LIMITS } from "../base/limits.ts";
import { Refused, type RefusalCode } from "../core/refusal.ts";
import type { Statement, Subject } from "./statement.ts";
import { verifyBundle, type Trust, type Verified } from "./verified.ts";

export interface ClaimTrouble {
  readonly code: RefusalCode;
  readonly message: string;
  /** From 1. */
  readonly lineNumber: number;
}

export interface Claims {
  readonly verified: readonly Verified<Statement>[];
  readonly troubles: readonly ClaimTrouble[];
}

/** Verifies every line under any of `trusts`. Never throws for what the file says. */
export function readClaims(bytes: Uint8Array, trusts: readonly Trust[]): Claims {
  const verified: Verified<Statement>[] = [];
  const troubles: ClaimTrouble[] = [];
  const seen = new Set<string>();
  let lineNumber = 0;
  for (const line of linesOf(bytes)) {
    lineNumber++;
    if (line.length === 0) continue;
    if (lineNumber > LIMITS.claimsMax) {
      troubles.push({
        code: "bundle-malformed",
        message: `There are more than ${LIMITS.claimsMax} claims (limit claimsMax): the rest was not read.`,
        lineNumber,
      });
      break;
    }
    try {
      const claim = firstThatHolds(line, trusts);
      // One attestation twice is one attestation: counting it twice would let one signer pass for two.
      if (seen.has(claim.bundleSha256))
        troubles.push({ code: "replayed", message: "The same claim stands there already.", lineNumber });
      else verified.push(claim);
      seen.add(claim.bundleSha256);
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      troubles.push({ code: error.code, message: error.message, lineNumber });
    }
  }
  return { verified, troubles };
}

function firstThatHolds(line: Uint8Array, trusts: readonly Trust[]): Verified<Statement> {
  let first: unknown;
  for (const trust of trusts) {
    try {
      return verifyBundle(line, trust);
    } catch (error) {
      first ??= error;
    }
  }
  throw first ?? new Refused("material-mismatch", "Nobody's word was said to count.");
}

function* linesOf(bytes: Uint8Array): Generator<Uint8Array> {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (let at = 0; at < buffer.length;) {
    const end = buffer.indexOf(0x0a, at);
    const stop = end < 0 ? buffer.length : end;
    yield buffer.subarray(at, buffer[stop - 1] === 0x0d ? stop - 1 : stop);
    at = stop + 1;
  }
}

/**
 * Whether a statement is about `subject`. The OMS root binds no names, so it is enough only where a statement gives
 * nothing better: with a `dirHash`, that one decides.
 */
export function isAbout(statement: Statement, subject: Subject): boolean {
  return statement.subject.some(({ digest }) => {
    const bound = digest["dirHash"] ?? digest["dirHash1"];
    if (bound !== undefined && subject.digest["dirHash"] !== undefined) return bound === subject.digest["dirHash"];
    return digest["sha256"] !== undefined && digest["sha256"] === subject.digest["sha256"];
  });
}
