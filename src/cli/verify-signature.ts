// `bezoar verify DIR --signature F`: the signature first, then the names, then the bytes. Nothing of a signed manifest is
// looked at before its signature holds, and no file is read before the names do.
import { lstatSync } from "node:fs";
import { basename, resolve } from "node:path";
import { visible } from "../base/escape.ts";
import { plural } from "../report/figures.ts";
import {
  compareDigests,
  compareNames,
  isUnder,
  readModelManifest,
  type ModelManifest,
} from "../attest/model-signing.ts";
import type { Check, SignerName } from "../core/check.ts";
import { Refused, type Refusal } from "../core/refusal.ts";
import { verification } from "../attest/verification.ts";
import { verifyBundle, type Verified } from "../attest/verified.ts";
import { LIMITS } from "../base/limits.ts";
import { digestsOf, listTree, readNamed, TROUBLE_CODES, trustOf, UnreadableFile, type TrustFlags } from "./signing.ts";

export interface SignatureFlags extends TrustFlags {
  signature: string;
  allowUnsigned?: boolean;
  allowIgnored?: string[];
  allowLinks?: boolean;
}

export async function verifyTree(target: string, flags: SignatureFlags, signal: AbortSignal): Promise<Check> {
  const trust = await trustOf(flags);
  const bundle = readNamed(flags.signature, LIMITS.signatureBytesMax);
  let signed: Verified<ModelManifest>;
  try {
    signed = verifyBundle(bundle, trust).map((statement) => readModelManifest(statement, flags.legacy));
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    return verification(target, { refusals: [{ code: error.code, message: error.message }] });
  }
  const { signer, bundleSha256 } = signed;
  const manifest = asOneFile(signed.value, target);
  const tree = listTree(target, flags.signature, { ...(flags.allowLinks ? { followLinks: true } : {}) });
  const refusals: Refusal[] = tree.troubles.map(({ why, message }) => ({ code: TROUBLE_CODES[why], message }));
  const names = compareNames(
    manifest,
    tree.files.map(({ path }) => path),
    {
      ...(flags.allowUnsigned ? { allowUnsigned: true } : {}),
      ...(flags.allowIgnored ? { allowIgnored: flags.allowIgnored } : {}),
    },
  );
  // A file that could not be listed was named as trouble; that it is missing too would say it twice.
  const troubled = tree.troubles.length > 0;
  refusals.push(...names.refusals.filter(({ code }) => !(troubled && code === "file-missing")));
  const covered = new Set(names.covered);
  const toRead = tree.files.filter(({ path }) => covered.has(path));
  const digests = new Map<string, string>();
  try {
    for (const { path, sha256 } of await digestsOf(toRead, signal)) digests.set(path, sha256);
  } catch (error) {
    if (!(error instanceof UnreadableFile)) throw error;
    refusals.push({ code: "tree-unreadable", message: error.message });
  }
  refusals.push(...compareDigests(manifest, digests));
  const notes =
    names.leftOut.length > 0
      ? [`${plural(names.leftOut.length, "file")} not covered by the signature, and accepted as such.`]
      : [];
  const odd = manifest.ignored.filter(
    (path) => !isUnder(path, [".git", ".gitattributes", ".github", ".gitignore"]) && path !== tree.signatureName,
  );
  if (odd.length > 0) notes.push(`The signer left out: ${odd.map((path) => visible(path)).join(", ")}.`);
  return verification(target, { refusals, signer, root: manifest.root, bundleSha256, files: digests.size, notes });
}

/** A model that is one file is named `.` by one implementation and by its name by others. */
function asOneFile(manifest: ModelManifest, target: string): ModelManifest {
  const [file, ...more] = manifest.files;
  if (
    !file ||
    more.length > 0 ||
    file.path !== basename(resolve(target)) ||
    !lstatSync(target, { throwIfNoEntry: false })?.isFile()
  )
    return manifest;
  return { ...manifest, files: [{ ...file, path: "." }] };
}

const signerText = ({ type, name, issuer }: SignerName): string =>
  type === "key"
    ? `the key ${name.slice(0, 16)}…`
    : type === "keyless"
      ? `${visible(name)}, as ${visible(issuer ?? "")} vouches`
      : name;

export function renderVerification(result: Check): string {
  const { target, verdict, signer, files, refusals, refusalsLeftOut = 0, notes } = result;
  const lines: string[] = [];
  const by = signer ? signerText(signer) : "";
  if (verdict === "pass")
    lines.push(`Verified: ${visible(target)} is what was signed by ${by} (${plural(files, "file")}).`);
  else {
    const firstLine = {
      undecided: `Undecided: ${visible(target)} could not be looked at in full.`,
      fail: signer
        ? `Refused: ${visible(target)}, which ${by} signed.`
        : `Refused: ${visible(target)}: no signature of it holds.`,
    };
    lines.push(firstLine[verdict]);
    for (const { code, message } of refusals) lines.push(`  ${message} [${code}]`);
    if (refusalsLeftOut > 0) lines.push(`  … and ${refusalsLeftOut} more.`);
  }
  for (const note of notes) lines.push(`Note: ${note}`);
  return `${lines.join("\n")}\n`;
}
