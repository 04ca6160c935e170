// Git's names for contents (SHA-1 objects): of one file, and of a tree of files. For comparing with what a repository says
// of itself; SHA-1 can be made to collide, so they are never an identity of ours. Symbolic links and submodules have no
// name here.
import { createHash, type Hash } from "node:crypto";
import { LIMITS } from "../base/limits.ts";

/** Takes the file's bytes; its digest is the blob's name. */
export const gitBlobHash = (sizeBytes: number): Hash => createHash("sha1").update(`blob ${sizeBytes}\0`);

export interface GitFile {
  /** Relative, with `/`. */
  readonly path: string;
  /** 40 hex digits. */
  readonly blob: string;
  readonly executable?: boolean;
}

/** The tree's name, 40 hex digits; undefined for folders deeper than `folderDepthMax`. */
export function gitTree(files: readonly GitFile[]): string | undefined {
  const entries = files.map((file) => ({ ...file, parts: file.path.split("/") }));
  if (entries.some(({ parts }) => parts.length > LIMITS.folderDepthMax + 1)) return undefined;
  return treeOf(entries, 0).toString("hex");
}

type Entry = GitFile & { readonly parts: readonly string[] };

function treeOf(files: readonly Entry[], depth: number): Buffer {
  const groups = Map.groupBy(files, ({ parts }) => parts[depth] ?? "");
  const entries = [...groups].map(([name, list]) => {
    const file = list.find(({ parts }) => parts.length === depth + 1);
    return file
      ? { key: Buffer.from(name), mode: file.executable ? "100755" : "100644", name, id: Buffer.from(file.blob, "hex") }
      : // Folders are ordered as if their names ended in a slash.
        { key: Buffer.from(`${name}/`), mode: "40000", name, id: treeOf(list, depth + 1) };
  });
  entries.sort((a, b) => Buffer.compare(a.key, b.key));
  const content = Buffer.concat(entries.flatMap(({ mode, name, id }) => [Buffer.from(`${mode} ${name}\0`), id]));
  return createHash("sha1").update(`tree ${content.length}\0`).update(content).digest();
}
