// Adding a line to claims.jsonl, and reading one whole. The file is written anew beside itself and put in its place, so
// that an interruption leaves the old claims.
import { existsSync } from "node:fs";
import type { Signer } from "../attest/signer.ts";
import type { Statement } from "../attest/statement.ts";
import { LIMITS } from "../base/limits.ts";
import { writeWhole } from "./output.ts";
import { readNamed } from "./signing.ts";

export const readClaimsFile = (path: string): Buffer => readNamed(path, LIMITS.signatureBytesMax);

export async function addClaim(path: string, signer: Signer, statement: Statement<unknown>): Promise<void> {
  const before = existsSync(path) ? readClaimsFile(path) : Buffer.alloc(0);
  const line = await signer.sign(statement);
  const gap = before.length > 0 && before.at(-1) !== 0x0a ? "\n" : "";
  writeWhole(path, [before, gap, line, "\n"]);
}
