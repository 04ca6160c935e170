// The local cache of huggingface_hub, as it lies on disk: `datasets--owner--name/{refs,blobs,snapshots/<commit>}`. Only
// paths are worked out here; what lies there is read like any other folder.
import { readdirSync, readFileSync, statSync } from "node:fs";
import { homedir } from "node:os";
import { basename, dirname, join } from "node:path";
import type { Environment } from "./http.ts";

/** Where the cache is, by the variables that huggingface_hub reads. */
export function hubCache(env: Environment): string {
  const home = env["HF_HOME"] || join(env["XDG_CACHE_HOME"] || join(env["HOME"] || homedir(), ".cache"), "huggingface");
  return env["HF_HUB_CACHE"] || env["HUGGINGFACE_HUB_CACHE"] || join(home, "hub");
}

/** `datasets/owner/name` as its folder in the cache is called. */
export function cacheFolder(repository: string): string {
  const parts = repository.split("/");
  const kind = parts[0] === "datasets" || parts[0] === "spaces" ? (parts.shift() as string) : "models";
  return [kind, ...parts].join("--");
}

/** `datasets/owner/name` of a folder in a cache; undefined for any other folder. */
export function cachedRepository(folder: string): string | undefined {
  const match = /^(datasets|models|spaces)--(.+)$/.exec(basename(folder));
  if (!match) return undefined;
  const name = (match[2] as string).replaceAll("--", "/");
  return match[1] === "models" ? name : `${match[1]}/${name}`;
}

export interface CachedPlace {
  readonly repository: string;
  /** The repository's folder in the cache. */
  readonly folder: string;
  /** Where the path is inside a snapshot: its commit. */
  readonly commit?: string;
}

/** The repository and snapshot a path belongs to, where it lies in a cache. */
export function cachedPlace(path: string): CachedPlace | undefined {
  for (let at = path; dirname(at) !== at; at = dirname(at)) {
    const repository = cachedRepository(at);
    if (repository === undefined) continue;
    const [folder, commit] = path.slice(at.length + 1).split("/");
    return { repository, folder: at, ...(folder === "snapshots" && commit ? { commit } : {}) };
  }
  return undefined;
}

/** The folder of a snapshot; undefined where it is not there. */
export function snapshotFolder(folder: string, commit: string): string | undefined {
  const path = join(folder, "snapshots", commit);
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() ? path : undefined;
}

/** The commits that the cache holds snapshots of, and where its branch stands. */
export function cachedCommits(folder: string, branch = "main"): { commits: string[]; head: string | undefined } {
  let commits: string[] = [];
  let head: string | undefined;
  try {
    commits = readdirSync(join(folder, "snapshots")).sort();
  } catch {
    // No snapshots: nothing is held.
  }
  try {
    head = readFileSync(join(folder, "refs", branch), "utf8").trim();
  } catch {
    // No such branch.
  }
  return { commits, head };
}
