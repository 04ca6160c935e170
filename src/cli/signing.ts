// What commands that sign or check signatures share: their flags, the keys and trusted authorities those name, and the
// tree that is signed.
import { readFileSync, statSync } from "node:fs";
import { basename, relative, resolve, sep } from "node:path";
import { Option, type Command } from "commander";
import type { TrustMaterial } from "@sigstore/verify";
import { badConfig, ToolError, usage } from "../core/errors.ts";
import type { FileDigest } from "../core/tree-digest.ts";
import { visible } from "../base/escape.ts";
import { LIMITS } from "../base/limits.ts";
import { GIT_PATHS } from "../attest/model-signing.ts";
import type { RefusalCode } from "../core/refusal.ts";
import type { Signer } from "../attest/signer.ts";
import type { Trust } from "../attest/verified.ts";
import { repeated } from "./flags.ts";
import { strictTree, type StrictTree, type TreeFile, type TreeTrouble } from "../sources/strict-tree.ts";

export interface SignFlags {
  key?: string;
  certificate?: string;
  chain?: string[];
  keyless?: boolean;
  identityToken?: string;
  fulcioUrl: string;
  rekorUrl: string;
  rekorVersion: "1" | "2";
  tsaUrl: string;
  trustedRoot?: string;
  allowHttp?: boolean;
}

const TRUSTED_ROOT = [
  "--trusted-root <file>",
  "whom to trust instead of the public instance: a Sigstore trusted root",
] as const;

/** A command that signs and checks has one trusted root for both. */
const withTrustedRoot = (command: Command): Command =>
  command.options.some(({ long }) => long === "--trusted-root") ? command : command.option(...TRUSTED_ROOT);

export const withSignFlags = (command: Command): Command =>
  withTrustedRoot(command)
    .option("--key <file>", "the private key, PEM: ECDSA on P-256, P-384 or P-521")
    .option("--certificate <file>", "the key's certificate, PEM, to sign with instead of the bare key")
    .option("--chain <file>", "the certificates between it and the root, PEM (repeatable)", repeated)
    .option("--keyless", "sign with an OpenID identity instead of a key, and log it in public (Sigstore)")
    .option("--identity-token <file>", "the OpenID token, where SIGSTORE_ID_TOKEN does not hold it")
    .option("--fulcio-url <url>", "the certificate authority", "https://fulcio.sigstore.dev")
    .option("--rekor-url <url>", "the transparency log", "https://rekor.sigstore.dev")
    .addOption(new Option("--rekor-version <n>", "what the log speaks").choices(["1", "2"]).default("1"))
    .option("--tsa-url <url>", "the timestamp authority", "https://timestamp.sigstore.dev")
    .option("--allow-http", "speak to http:// addresses too, which anybody on the way can change");

export interface TrustFlags {
  publicKey?: string;
  roots?: string[];
  at?: string;
  legacy?: boolean;
  identity?: string;
  issuer?: string;
  trustedRoot?: string;
}

export const withTrustFlags = (command: Command): Command =>
  withTrustedRoot(command)
    .option("--public-key <file>", "accept what this key signed, PEM")
    .option("--roots <file>", "accept certificates that lead to one of these, PEM (repeatable)", repeated)
    .option("--identity <name>", "accept what this identity signed keylessly: the whole e-mail address or URI")
    .option("--issuer <url>", "who must vouch for the identity: the whole URL of the OpenID issuer")
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
  if ((flags.key === undefined) !== (flags.keyless === true)) throw usage("Say who signs: --key FILE or --keyless.");
  if (flags.key === undefined) return keyless(flags);
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

async function keyless(flags: SignFlags): Promise<Signer> {
  const [{ identityOf, keylessSigner }, { post }] = await Promise.all([
    import("../attest/keyless-signer.ts"),
    import("./post.ts"),
  ]);
  const variable = "SIGSTORE_ID_TOKEN";
  const where = flags.identityToken ?? variable;
  const token =
    flags.identityToken === undefined ? process.env[variable] : readNamed(flags.identityToken).toString("utf8");
  if (token === undefined || token === "")
    throw usage(
      `--keyless needs an OpenID token with the audience sigstore: in ${variable}, or --identity-token FILE.`,
    );
  return keylessSigner(
    {
      fulcio: flags.fulcioUrl,
      rekor: flags.rekorUrl,
      rekorVersion: flags.rekorVersion === "2" ? 2 : 1,
      tsa: flags.tsaUrl,
    },
    identityOf(token, where),
    await rootOf(flags.trustedRoot),
    post(flags.allowHttp),
  );
}

/** The given trusted root, or that of the public instance. */
async function rootOf(path: string | undefined): Promise<TrustMaterial> {
  const { trustedRoot } = await import("../attest/trusted-root.ts");
  if (path !== undefined) return trustedRoot(readNamed(path), path);
  const { PUBLIC_GOOD_ROOT } = await import("../attest/trusted-root.data.ts");
  return trustedRoot(Buffer.from(PUBLIC_GOOD_ROOT), "the public instance's trusted root");
}

export async function trustOf(flags: TrustFlags): Promise<Trust> {
  const ways = [flags.publicKey, flags.roots, flags.identity ?? flags.issuer].filter(
    (flag) => flag !== undefined,
  ).length;
  if (ways !== 1)
    throw usage("Say whose signature counts: --public-key FILE, --roots FILE, or --identity NAME with --issuer URL.");
  if (flags.at !== undefined && flags.roots === undefined) throw usage("--at goes with --roots.");
  const { identity, issuer } = flags;
  if (identity !== undefined || issuer !== undefined) {
    if (identity === undefined || issuer === undefined)
      throw usage("--identity and --issuer go together: the same name at another issuer is somebody else.");
    return { type: "keyless", root: await rootOf(flags.trustedRoot), identity, issuer };
  }
  if (flags.trustedRoot !== undefined) throw usage("--trusted-root goes with --identity.");
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
