// Digests of a whole tree of files from the digests of its files. `h1` binds names and contents (Go's dirhash Hash1:
// golang.org/x/mod/sumdb/dirhash) and is an identity. The OpenSSF Model Signing root binds contents and their order only:
// two trees that differ in names alone share it, so it is an alias and never an identity.
import { createHash } from "node:crypto";

export interface FileDigest {
  /** Relative, with `/`. */
  readonly path: string;
  /** Hex. */
  readonly sha256: string;
}

/** By code points, which is the order of UTF-8 bytes and not that of JavaScript's strings. */
export const comparePaths = (a: string, b: string): number => Buffer.compare(Buffer.from(a), Buffer.from(b));

const sorted = <T extends { readonly path: string }>(files: readonly T[]): T[] =>
  files.toSorted((a, b) => comparePaths(a.path, b.path));

/** `h1:` and base64. A name with a line break has no line of its own, so whoever calls refuses it before. */
export function dirHash(files: readonly FileDigest[]): string {
  const hash = createHash("sha256");
  for (const { path, sha256 } of sorted(files)) hash.update(`${sha256}  ${path}\n`);
  return `h1:${hash.digest("base64")}`;
}

/** Hex. Resources in order of their names (OMS v1.0, section 6). */
export function omsRoot(files: readonly FileDigest[]): string {
  const hash = createHash("sha256");
  for (const { sha256 } of sorted(files)) hash.update(Buffer.from(sha256, "hex"));
  return hash.digest("hex");
}
