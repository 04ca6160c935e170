// OpenSSF Model Signing v1.0 (ossf/model-signing-spec, spec/v1.0.md), for folders of models and of datasets. Written in
// the one form that every implementation reads: whole files, SHA-256. Read strictly: the root digest does not bind names
// and a signer may leave files out, so names, duplicates and every file on the disk are checked here, and what the signer
// ignored is said. Refuses shards and other hashes: nothing else can check those against a tree.
import { createHash } from "node:crypto";
import { quote } from "../base/escape.ts";
import { LIMITS } from "../base/limits.ts";
import { comparePaths, dirHash, omsRoot, type FileDigest } from "../core/tree-digest.ts";
import { badName, clashes } from "./file-names.ts";
import { refuse, type Refusal } from "../core/refusal.ts";
import { statement, type Statement, type Subject } from "./statement.ts";
import { isObject } from "./strict-json.ts";

export const MODEL_SIGNATURE = "https://model_signing/signature/v1.0";
/** What releases before 1.0 wrote: one subject a file. Read only where asked for. */
export const MODEL_DIGESTS_LEGACY = "https://model_signing/Digests/v0.1";

/** Left out by every implementation, at the top of the tree only. */
export const GIT_PATHS: readonly string[] = [".git", ".gitattributes", ".github", ".gitignore"];

export interface ModelManifest {
  readonly name: string;
  /** Hex. Does not bind names: an alias to look up by, never an address of content. */
  readonly root: string;
  /** In the order in which they were signed. */
  readonly files: readonly FileDigest[];
  readonly ignored: readonly string[];
  readonly allowSymlinks: boolean;
}

/** SHA-256 over the raw digests in the order listed, which need not be the one that `omsRoot` sorts into. */
export function modelRoot(files: readonly FileDigest[]): string {
  const hash = createHash("sha256");
  for (const { sha256 } of files) hash.update(sha256, "hex");
  return hash.digest("hex");
}

const sorted = (files: readonly FileDigest[]): FileDigest[] => files.toSorted((a, b) => comparePaths(a.path, b.path));

/** How our own attestations name a tree: by its root, as the field does, and by the hash that binds names. */
export const treeSubject = (name: string, files: readonly FileDigest[]): Subject => ({
  name,
  digest: { sha256: omsRoot(files), dirHash: Buffer.from(dirHash(files).slice(3), "base64").toString("hex") },
});

/** The statement that signs a tree. Throws `Refused` for one that no verifier could accept. */
export function modelStatement(
  name: string,
  files: readonly FileDigest[],
  options: { readonly ignored?: readonly string[]; readonly allowSymlinks?: boolean } = {},
): Statement {
  if (files.length === 0) refuse("tree-empty", "There is no file to sign.");
  const list = sorted(files);
  const [trouble] = nameTroubles(list);
  if (trouble) refuse(trouble.code, trouble.message);
  const ignored = [...new Set([...GIT_PATHS, ...(options.ignored ?? [])])].sort(comparePaths);
  return statement([{ name, digest: { sha256: omsRoot(list) } }], MODEL_SIGNATURE, {
    serialization: {
      method: "files",
      hash_type: "sha256",
      allow_symlinks: options.allowSymlinks ?? false,
      ignore_paths: ignored,
    },
    resources: list.map((file) => ({ name: file.path, algorithm: "sha256", digest: file.sha256 })),
  });
}

export function nameTroubles(files: readonly FileDigest[]): Refusal[] {
  const alone = files.length === 1 && files[0]?.path === ".";
  if (alone) return [];
  const bad = files.flatMap(({ path }) => badName(path) ?? []);
  return [...bad, ...clashes(files.map(({ path }) => path))];
}

/** What a signed statement says of a tree. Throws `Refused` where it contradicts itself. */
export function readModelManifest(signed: Statement, legacy = false): ModelManifest {
  const manifest = signed.predicateType === MODEL_DIGESTS_LEGACY && legacy ? readLegacy(signed) : read(signed);
  const [trouble] = nameTroubles(manifest.files);
  if (trouble) refuse(trouble.code, trouble.message);
  return manifest;
}

function read(signed: Statement): ModelManifest {
  if (signed.predicateType !== MODEL_SIGNATURE)
    refuse(
      "predicate-type",
      `The signed statement is ${quote(signed.predicateType)}, not a model signature.${signed.predicateType === MODEL_DIGESTS_LEGACY ? " It is that of model_signing before 1.0: pass --legacy to accept it." : ""}`,
    );
  const [subject, ...others] = signed.subject;
  if (!subject || others.length > 0)
    refuse("subject-count", `A model signature has one subject, and this has ${signed.subject.length}.`);
  const root = subject.digest["sha256"];
  if (root === undefined) refuse("predicate-malformed", "The subject of the model signature has no SHA-256.");
  const { serialization, resources, ...others_ } = signed.predicate;
  const [extra] = Object.keys(others_);
  if (extra !== undefined)
    refuse("predicate-malformed", `The model signature says ${quote(extra)}, which version 1.0 does not have.`);
  if (!isObject(serialization))
    refuse("predicate-malformed", "The model signature does not say how files were hashed.");
  const { method, hash_type: hashType, allow_symlinks: allowSymlinks, ignore_paths: ignorePaths } = serialization;
  if (method !== "files" || hashType !== "sha256")
    refuse(
      "method-unsupported",
      `The model signature hashes ${quote(String(method))} with ${quote(String(hashType))}. Only whole files with SHA-256 are checked: sign it again that way.`,
    );
  const ignored = Array.isArray(ignorePaths) ? (ignorePaths as unknown[]) : [];
  if ((ignorePaths !== undefined && !Array.isArray(ignorePaths)) || !ignored.every((path) => typeof path === "string"))
    refuse("predicate-malformed", "The list of ignored paths is not a list of texts.");
  if (!Array.isArray(resources) || resources.length === 0)
    refuse("tree-empty", "The model signature covers no file at all.");
  if (resources.length > LIMITS.filesMax)
    refuse("predicate-malformed", `The model signature covers more than ${LIMITS.filesMax} files (limit filesMax).`);
  const files = (resources as unknown[]).map((item, i) => readResource(item, i));
  const obtained = modelRoot(files);
  if (obtained !== root)
    refuse(
      "root-digest",
      `The files listed hash to ${obtained.slice(0, 16)}…, and the signed digest of the whole is ${root.slice(0, 16)}….`,
    );
  return { name: subject.name ?? "", root, files, ignored: ignored as string[], allowSymlinks: allowSymlinks === true };
}

function readResource(item: unknown, index: number): FileDigest {
  const where = `File ${index + 1} of the model signature`;
  if (!isObject(item)) refuse("predicate-malformed", `${where} is not an object.`);
  const { name, algorithm, digest } = item;
  if (typeof name !== "string") refuse("predicate-malformed", `${where} has no name.`);
  if (algorithm !== "sha256")
    refuse("method-unsupported", `${where}, ${quote(name)}, is hashed with ${quote(String(algorithm))}, not SHA-256.`);
  if (typeof digest !== "string" || !/^[0-9a-f]{64}$/.test(digest))
    refuse("predicate-malformed", `${where}, ${quote(name)}, has a digest that is not 64 lowercase hex digits.`);
  return { path: name, sha256: digest };
}

function readLegacy(signed: Statement): ModelManifest {
  const files = signed.subject.map(({ name, digest }, i): FileDigest => {
    const { sha256 } = digest;
    if (name === undefined || sha256 === undefined)
      refuse("predicate-malformed", `Subject ${i + 1} has no name or no SHA-256.`);
    return { path: name, sha256 };
  });
  return { name: "", root: modelRoot(files), files, ignored: [], allowSymlinks: false };
}

export interface TreeRules {
  /** Accept files that the signature does not cover. */
  readonly allowUnsigned?: boolean;
  /** Paths that the signature need not cover. Git's own files and the signature always may. */
  readonly allowIgnored?: readonly string[];
}

/** Whether `name` is one of `paths` or below one of them. */
export const isUnder = (name: string, paths: readonly string[]): boolean =>
  paths.some((path) => name === path || name.startsWith(`${path}/`));

/**
 * What the names of a tree say, before a byte is read. `present` leaves out git's files and the signature file.
 * `covered` is what remains to be hashed.
 */
export function compareNames(
  manifest: ModelManifest,
  present: readonly string[],
  rules: TreeRules = {},
): { readonly refusals: readonly Refusal[]; readonly covered: readonly string[]; readonly leftOut: readonly string[] } {
  const refusals: Refusal[] = [];
  const signed = new Set(manifest.files.map(({ path }) => path));
  const here = new Set(present);
  const leftOut: string[] = [];
  for (const name of present) {
    if (signed.has(name)) continue;
    if (rules.allowUnsigned || isUnder(name, rules.allowIgnored ?? [])) leftOut.push(name);
    // The signature itself says which files it does not cover, and its signer may have been careless or worse.
    else if (isUnder(name, manifest.ignored))
      refusals.push({
        code: "file-ignored",
        message: `${quote(name)} is here, and its signer left it out of the signature. Accept that with --allow-ignored.`,
      });
    else
      refusals.push({ code: "file-unsigned", message: `${quote(name)} is here, and the signature does not cover it.` });
  }
  for (const { path } of manifest.files)
    if (!here.has(path)) refusals.push({ code: "file-missing", message: `${quote(path)} is signed, and is not here.` });
  refusals.push(...clashes(present));
  return { refusals, covered: present.filter((name) => signed.has(name)), leftOut };
}

/** What the bytes say. */
export function compareDigests(manifest: ModelManifest, digests: ReadonlyMap<string, string>): Refusal[] {
  return manifest.files.flatMap(({ path, sha256 }): Refusal[] => {
    const found = digests.get(path);
    return found === undefined || found === sha256
      ? []
      : [
          {
            code: "file-changed",
            message: `${quote(path)} is not what was signed: SHA-256 ${found.slice(0, 16)}… instead of ${sha256.slice(0, 16)}….`,
          },
        ];
  });
}
