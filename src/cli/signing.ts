// What commands that sign or check signatures share: their flags, the keys and trusted authorities those name, and the
// tree that is signed.
import { readFileSync, statSync } from "node:fs";
import { basename, relative, resolve, sep } from "node:path";
import type { Command } from "commander";
import { badConfig, ToolError, usage } from "../core/errors.ts";
import type { FileDigest } from "../core/tree-digest.ts";
import { visible } from "../base/escape.ts";
import { LIMITS } from "../base/limits.ts";
import { GIT_PATHS } from "../attest/model-signing.ts";
import type { RefusalCode } from "../attest/refusal.ts";
import type { Signer } from "../attest/signer.ts";
import type { Trust } from "../attest/verified.ts";
import { strictTree, type StrictTree, type TreeFile, type TreeTrouble } from "../sources/strict-tree.ts";

export const repeated = (value: string, before: string[] | undefined): string[] => [...(before ?? []), value];

export interface SignFlags {
  key?: string;
  certificate?: string;
  chain?: string[];
}

export const withSignFlags = (command: Command): Command =>
  command
    .option("--key <file>", "the private key, PEM: ECDSA on P-256, P-384 or P-521")
    .option("--certificate <file>", "the key's certificate, PEM, to sign with instead of the bare key")
    .option("--chain <file>", "the certificates between it and the root, PEM (repeatable)", repeated);

export interface TrustFlags {
  publicKey?: string;
  roots?: string[];
  at?: string;
  legacy?: boolean;
}

export const withTrustFlags = (command: Command): Command =>
  command
    .option("--public-key <file>", "accept what this key signed, PEM")
    .option("--roots <file>", "accept certificates that lead to one of these, PEM (repeatable)", repeated)
    .option("--at <date>", "judge certificates by this day instead of today, as 2026-06-30")
    .option("--legacy", "accept signatures of model_signing before 1.0 too");

/** A small file that the user named; what is wrong with it is said with its name. */
export function readNamed(path: string, maxBytes: number = LIMITS.documentBytesMax): Buffer {
  try {
    const { size } = statSync(path);
    if (size > maxBytes) throw badConfig(path, `is larger than ${maxBytes} bytes.`);
    return readFileSync(path);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === undefined || !/^E[A-Z0-9]+$/.test(code)) throw error;
    throw badConfig(path, code === "ENOENT" ? "there is no such file." : `could not be read (${code}).`);
  }
}

export async function signerOf(flags: SignFlags): Promise<Signer> {
  if (flags.key === undefined) throw usage("Say who signs: --key FILE.");
  const [{ privateKey }, { certificateSigner, keySigner }, { certificatesOf }] = await Promise.all([
    import("../attest/keys.ts"),
    import("../attest/signer.ts"),
    import("../attest/certificate.ts"),
  ]);
  const key = privateKey(readNamed(flags.key).toString("utf8"), flags.key, process.env["BEZOAR_KEY_PASSPHRASE"]);
  if (flags.certificate === undefined) {
    if (flags.chain) throw usage("--chain goes with --certificate.");
    return keySigner(key);
  }
  const chain = [flags.certificate, ...(flags.chain ?? [])].flatMap((path) =>
    certificatesOf(readNamed(path).toString("utf8"), path),
  );
  return certificateSigner(key, chain, flags.certificate);
}

export async function trustOf(flags: TrustFlags): Promise<Trust> {
  const ways = [flags.publicKey, flags.roots].filter((flag) => flag !== undefined).length;
  if (ways !== 1) throw usage("Say whose signature counts: --public-key FILE or --roots FILE.");
  if (flags.at !== undefined && flags.roots === undefined) throw usage("--at goes with --roots.");
  const legacy = flags.legacy ? { legacy: true } : {};
  if (flags.publicKey !== undefined) {
    const { publicKey } = await import("../attest/keys.ts");
    return { type: "key", key: publicKey(readNamed(flags.publicKey).toString("utf8"), flags.publicKey), ...legacy };
  }
  const { certificatesOf } = await import("../attest/certificate.ts");
  const roots = (flags.roots ?? []).flatMap((path) => certificatesOf(readNamed(path).toString("utf8"), path));
  return { type: "certificate", roots, at: dayOf(flags.at), ...legacy };
}

function dayOf(text: string | undefined): Date {
  if (text === undefined) return new Date();
  const time = /^\d{4}-\d{2}-\d{2}$/.test(text) ? Date.parse(text) : Number.NaN;
  if (Number.isNaN(time)) throw usage(`--at takes a day such as 2026-06-30, and ${JSON.stringify(text)} is none.`);
  return new Date(time);
}

export interface ListedTree extends StrictTree {
  /** The folder's own name. */
  readonly name: string;
  /** The signature's place in the tree, where it lies in it. */
  readonly signatureName: string | undefined;
}

/** Lists a tree without git's files, the signature beside them, and what is left out by name. */
export function listTree(
  target: string,
  signature: string,
  options: { readonly leaveOut?: readonly string[]; readonly followLinks?: boolean } = {},
): ListedTree {
  const inside = relative(resolve(target), resolve(signature)).split(sep).join("/");
  const signatureName = inside === "" || inside.startsWith("../") || inside === ".." ? undefined : inside;
  const leaveOut = [...GIT_PATHS, ...(signatureName === undefined ? [] : [signatureName]), ...(options.leaveOut ?? [])];
  const tree = strictTree(target, { leaveOut, ...(options.followLinks ? { followLinks: true } : {}) });
  return { ...tree, name: basename(resolve(target)), signatureName };
}

/** SHA-256 of files, each read once and large trees on several threads. Throws for a file that cannot be read. */
export async function digestsOf(files: readonly TreeFile[], signal: AbortSignal): Promise<FileDigest[]> {
  const { hashFiles } = await import("./hash.ts");
  const hashed = await hashFiles(
    files.map(({ path, location, sizeBytes }) => ({
      kind: "artifact",
      uri: path,
      name: path,
      sizeBytes,
      location: { type: "file", path: location },
    })),
    { signal },
  );
  return files.map(({ path }, i) => {
    const found = hashed[i];
    if (!found || "problem" in found) throw new UnreadableFile(path, found?.problem.message ?? "It could not be read.");
    return { path, sha256: found.sha256 };
  });
}

export class UnreadableFile extends ToolError {
  constructor(path: string, why: string) {
    super("source-unreachable", `${visible(path)}: ${why}`);
  }
}

export const TROUBLE_CODES: Readonly<Record<TreeTrouble["why"], RefusalCode>> = {
  link: "tree-link",
  special: "tree-special",
  unreadable: "tree-unreadable",
  name: "tree-name",
  limit: "tree-limit",
};
