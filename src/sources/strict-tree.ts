// Every regular file of a folder that is to be signed or checked, whatever its name: unlike a scan, nothing is skipped
// but the paths that the caller leaves out, and what is not a plain file is trouble and not passed over. Links are
// followed only when asked to, and only as far as a scan would.
import { createHash, type Hash } from "node:crypto";
import { constants, lstatSync, opendirSync, realpathSync, type Dirent } from "node:fs";
import { isUtf8 } from "node:buffer";
import { open } from "node:fs/promises";
import { join } from "node:path";
import { targetMissing, usage } from "../core/errors.ts";
import type { Limits } from "../base/limits.ts";
import { LIMITS } from "../base/limits.ts";
import { quote } from "../base/escape.ts";
import { gitBlobHash } from "../core/git-digest.ts";
import { entryAt, fenceOf, nameOf } from "./tree.ts";

export interface TreeFile {
  /** Relative, with `/`. */
  readonly path: string;
  /** Where it is opened: a followed link's own place. */
  readonly location: string;
  readonly sizeBytes: number;
  /** Its owner may run it: git names such files apart. */
  readonly executable?: boolean;
}

export interface TreeTrouble {
  readonly why: "link" | "special" | "unreadable" | "name" | "limit";
  readonly message: string;
}

export interface StrictTree {
  readonly files: readonly TreeFile[];
  readonly troubles: readonly TreeTrouble[];
}

export interface StrictTreeOptions {
  /** Relative paths left out with all below them. */
  readonly leaveOut?: readonly string[];
  readonly followLinks?: boolean;
  readonly limits?: Pick<Limits, "filesMax" | "folderDepthMax">;
}

/** Lists `folder`. A single file is a tree of itself, named `.` as the reference names it. */
export function strictTree(folder: string, options: StrictTreeOptions = {}): StrictTree {
  const { followLinks = false, limits = LIMITS } = options;
  const leaveOut = new Set(options.leaveOut);
  const stats = lstatSync(folder, { throwIfNoEntry: false });
  if (!stats) throw targetMissing(folder);
  const root = realpathSync(folder);
  const rootStats = lstatSync(root);
  if (rootStats.isFile()) return { files: [{ path: ".", location: root, sizeBytes: rootStats.size }], troubles: [] };
  if (!rootStats.isDirectory()) throw usage(`${quote(folder)} is neither a folder nor a file.`);
  const fence = fenceOf(Buffer.from(root));
  const files: TreeFile[] = [];
  const troubles: TreeTrouble[] = [];
  const trouble = (why: TreeTrouble["why"], path: string, message: string): void => {
    if (troubles.length < LIMITS.problemsMax) troubles.push({ why, message: `${quote(path)}: ${message}` });
  };
  let entriesLeft = 2 * limits.filesMax;
  let full = false;
  const walk = (place: string, prefix: string, above: readonly string[]): void => {
    if (above.length > limits.folderDepthMax)
      return trouble("limit", prefix, `folders nest deeper than ${limits.folderDepthMax} (limit folderDepthMax).`);
    let entries: Dirent<Buffer>[];
    try {
      entries = list(place, limits.filesMax);
    } catch (error) {
      return trouble(
        "unreadable",
        prefix || ".",
        `the folder could not be listed (${(error as NodeJS.ErrnoException).code}).`,
      );
    }
    for (const entry of entries) {
      if (full) return;
      const name = nameOf(entry.name);
      const path = `${prefix}${name}`;
      if (leaveOut.has(path)) continue;
      if (entriesLeft-- <= 0 || files.length >= limits.filesMax) {
        full = true;
        return trouble("limit", path, `there are more than ${limits.filesMax} files (limit filesMax).`);
      }
      // A name that is not UTF-8 cannot be written into a manifest, so nothing could vouch for the file.
      if (!isUtf8(entry.name)) {
        trouble("name", path, "its name is not UTF-8.");
        continue;
      }
      if (entry.isSymbolicLink() && !followLinks) {
        trouble("link", path, "it is a symbolic link. Accept links with --allow-links, or replace it by its target.");
        continue;
      }
      const found = entryAt(Buffer.from(join(place, name)), fence);
      if (found.type === "problem")
        trouble(
          found.code === "link" ? "link" : found.code === "special-file" ? "special" : "unreadable",
          path,
          found.message,
        );
      else if (found.type === "folder") {
        const inner = found.path.toString();
        if (above.includes(inner) || inner === place) trouble("link", path, "a link back to a folder above it.");
        else walk(inner, `${path}/`, [...above, place]);
      } else
        files.push({
          path,
          location: found.path.toString(),
          sizeBytes: found.stats.size,
          ...((found.stats.mode & 0o100) !== 0 ? { executable: true } : {}),
        });
    }
  };
  walk(root, "", []);
  return { files, troubles };
}

function list(place: string, max: number): Dirent<Buffer>[] {
  const entries: Dirent<Buffer>[] = [];
  const dir = opendirSync(place, { encoding: "buffer" as BufferEncoding, bufferSize: 1024 });
  try {
    for (let entry = dir.readSync(); entry && entries.length <= max; entry = dir.readSync())
      entries.push(entry as unknown as Dirent<Buffer>);
  } finally {
    dir.closeSync();
  }
  return entries.sort((a, b) => Buffer.compare(a.name, b.name));
}

const CHUNK_BYTES = 1024 * 1024;

/** SHA-256 of a file in hex, read once. What took its place since it was listed is not followed. */
export const sha256Of = (location: string, signal?: AbortSignal): Promise<string> =>
  digestOf(location, createHash("sha256"), signal);

/** Git's name for a file's content. */
export const gitBlobOf = ({ location, sizeBytes }: TreeFile, signal?: AbortSignal): Promise<string> =>
  digestOf(location, gitBlobHash(sizeBytes), signal);

async function digestOf(location: string, hash: Hash, signal?: AbortSignal): Promise<string> {
  const handle = await open(location, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0) | (constants.O_NOFOLLOW ?? 0));
  try {
    const buffer = Buffer.allocUnsafe(CHUNK_BYTES);
    for (;;) {
      signal?.throwIfAborted();
      const { bytesRead } = await handle.read(buffer, 0, CHUNK_BYTES, null);
      if (bytesRead === 0) return hash.digest("hex");
      hash.update(buffer.subarray(0, bytesRead));
    }
  } finally {
    await handle.close();
  }
}
