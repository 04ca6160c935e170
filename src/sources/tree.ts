// The files of a local folder, sorted by the bytes of their names, whatever the file system's order. Names are bytes: a
// name that is not UTF-8 is still opened. Links are followed only to where the scanned folder's own files live; devices,
// sockets and pipes are never opened.
import { opendirSync, lstatSync, readlinkSync, realpathSync, type Dirent, type Stats } from "node:fs";
import { isUtf8 } from "node:buffer";
import { basename, dirname } from "node:path";
import type { ArtifactRef, Target } from "../core/artifact.ts";
import type { ProblemCode } from "../core/problem.ts";
import type { Limits } from "../base/limits.ts";
import { quote } from "../base/escape.ts";
import { versionOf } from "./file-source.ts";

export interface TreeBudget {
  files: number;
  folders: number;
}

type TreeLimits = Pick<Limits, "filesMax" | "folderDepthMax">;

const SLASH = Buffer.from("/");
const join = (folder: Buffer, name: Buffer): Buffer =>
  folder.at(-1) === 0x2f ? Buffer.concat([folder, name]) : Buffer.concat([folder, SLASH, name]);

/** A name as text; bytes that are not UTF-8 become `%FF`. */
export const nameOf = (bytes: Buffer): string =>
  isUtf8(bytes)
    ? bytes.toString("utf8")
    : bytes.toString("latin1").replace(/[\x80-\xff]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`);

export const problemAt = (uri: string, code: ProblemCode, message: string, lost = true): Target => ({
  kind: "problem",
  uri,
  code,
  message,
  lost,
});

export function fileRef(uri: string, name: string, path: Buffer, stats: Stats): ArtifactRef {
  return {
    kind: "artifact",
    uri,
    name,
    sizeBytes: stats.size,
    location: {
      type: "file",
      path: path.toString("utf8"),
      ...(isUtf8(path) ? {} : { pathBytes: path.toString("base64") }),
      version: versionOf(stats),
    },
  };
}

/** Where links may lead from a scanned folder: into itself, and, for a snapshot in a Hugging Face cache, which is a
 * folder of links, into the blobs of the same repository. */
export interface Fence {
  readonly root: Buffer;
  readonly blobs: Buffer | undefined;
}

export function fenceOf(root: Buffer): Fence {
  for (let folder = root.toString("latin1"); dirname(folder) !== folder; folder = dirname(folder)) {
    if (/^(datasets|models|spaces)--/.test(basename(folder))) {
      return { root, blobs: join(Buffer.from(folder, "latin1"), Buffer.from("blobs")) };
    }
  }
  return { root, blobs: undefined };
}

const within = (path: Buffer, folder: Buffer): boolean =>
  path.equals(folder) ||
  (path.subarray(0, folder.length).equals(folder) && (folder.at(-1) === 0x2f || path[folder.length] === 0x2f));

const inside = (path: Buffer, fence: Fence): boolean =>
  within(path, fence.root) || (fence.blobs !== undefined && within(path, fence.blobs));

type Entry =
  | { readonly type: "file"; readonly path: Buffer; readonly stats: Stats }
  | { readonly type: "folder"; readonly path: Buffer }
  | { readonly type: "problem"; readonly code: ProblemCode; readonly message: string };

const trouble = (code: ProblemCode, message: string): Entry => ({ type: "problem", code, message });

/** What stands at a path, links followed as far as the fence allows. */
export function entryAt(path: Buffer, fence: Fence): Entry {
  let real = path;
  let stats: Stats;
  try {
    stats = lstatSync(path);
    if (stats.isSymbolicLink()) {
      // Whoever made the folder chose where its links point: followed blindly, one would read this machine's own files
      // into a report (CWE-59).
      const target = quote(nameOf(readlinkSync(path, { encoding: "buffer" })));
      try {
        real = realpathSync(path, { encoding: "buffer" });
        stats = lstatSync(real);
      } catch (error) {
        const loops = (error as NodeJS.ErrnoException).code === "ELOOP";
        return trouble("link", loops ? "A link that leads only to itself." : `A link to ${target}, where nothing is.`);
      }
      if (!inside(real, fence)) {
        return trouble(
          "link",
          `A link to ${target}, outside of the scanned folder: not followed. Scan its target by name.`,
        );
      }
    }
  } catch (error) {
    return trouble("unreadable", `Could not be looked at (${(error as NodeJS.ErrnoException).code}).`);
  }
  if (stats.isDirectory()) return { type: "folder", path: real };
  if (stats.isFile()) return { type: "file", path: real, stats };
  const kind = stats.isFIFO() ? "pipe" : stats.isSocket() ? "socket" : "device";
  return trouble(
    "special-file",
    `A ${kind}, not a file: not read. To scan what comes out of it, pipe it to \`bezoar scan -\`.`,
  );
}

/**
 * The files under `folder`, depth first, in the order of their full names. `uri` and `name` are prefixes: empty, or
 * ending in a slash.
 */
export function* walkTree(
  folder: Buffer,
  uri: string,
  name: string,
  fence: Fence,
  limits: TreeLimits,
  budget: TreeBudget,
  above: readonly Buffer[] = [],
): Generator<Target> {
  const here = uri === "" ? "./" : uri;
  if (above.length > limits.folderDepthMax) {
    yield problemAt(
      here,
      "limit",
      `Folders nest deeper than ${limits.folderDepthMax} (limit folderDepthMax): not looked at.`,
    );
    return;
  }
  // Links can name one folder many times over, 2 to the power of the depth: folders are counted like files.
  if (budget.folders-- <= 0) {
    yield tooMany(here, limits);
    return;
  }
  const { entries, error } = entriesOf(folder, limits.filesMax);
  if (error) yield problemAt(here, "unreadable", `The folder could not be listed (${error}).`);
  const chain = [...above, folder];
  for (const { key, link } of entries) {
    const isFolder = key.at(-1) === 0x2f;
    const bytes = isFolder ? key.subarray(0, -1) : key;
    const text = nameOf(bytes);
    const own = `${uri}${text}`;
    const path = join(folder, bytes);
    if (isFolder && text === ".git") {
      yield { kind: "note", uri: own, message: "Git's own folder: its objects were not looked at." };
      continue;
    }
    if (isFolder && text === "huggingface" && nameOf(folder).endsWith("/.cache") && above.length === 1) {
      yield { kind: "note", uri: own, message: "Download bookkeeping: not looked at." };
      continue;
    }
    const entry = entryAt(path, fence);
    if (entry.type === "problem") {
      yield problemAt(own, entry.code, entry.message);
    } else if (entry.type === "folder") {
      if (link && chain.some((seen) => seen.equals(entry.path))) {
        yield problemAt(own, "link", "A link back to a folder above it, which is scanned there.", false);
      } else yield* walkTree(entry.path, `${own}/`, `${name}${text}/`, fence, limits, budget, chain);
    } else if (budget.files-- <= 0) {
      yield tooMany(own, limits);
      return;
    } else yield fileRef(own, `${name}${text}`, entry.path, entry.stats);
    if (budget.files < 0 || budget.folders < 0) return;
  }
}

const tooMany = (uri: string, limits: TreeLimits): Target =>
  problemAt(
    uri,
    "limit",
    `More than ${limits.filesMax} files or folders (limit filesMax): the rest, from here on, was not looked at. Scan its parts one by one.`,
  );

/** The entries' names, folders with a slash at the end, sorted so that full names come out in order of their bytes. */
function entriesOf(folder: Buffer, max: number): { entries: { key: Buffer; link: boolean }[]; error?: string } {
  const entries: { key: Buffer; link: boolean }[] = [];
  let failed: string | undefined;
  try {
    // Read piecewise: a folder of a hundred million names must not fill memory before the limit is seen (CWE-770).
    const dir = opendirSync(folder as unknown as string, { encoding: "buffer" as BufferEncoding, bufferSize: 1024 });
    try {
      for (let entry = dir.readSync(); entry && entries.length <= max; entry = dir.readSync()) {
        const bytes = (entry as unknown as Dirent<Buffer>).name;
        const link = entry.isSymbolicLink();
        const isFolder = entry.isDirectory() || (link && leadsToFolder(join(folder, bytes)));
        entries.push({ key: isFolder ? Buffer.concat([bytes, SLASH]) : bytes, link });
      }
    } finally {
      dir.closeSync();
    }
  } catch (error) {
    failed = (error as NodeJS.ErrnoException).code ?? "unknown error";
  }
  entries.sort((a, b) => Buffer.compare(a.key, b.key));
  return { entries, ...(failed === undefined ? {} : { error: failed }) };
}

function leadsToFolder(path: Buffer): boolean {
  try {
    return lstatSync(realpathSync(path, { encoding: "buffer" })).isDirectory();
  } catch {
    return false;
  }
}
