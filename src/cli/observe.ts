// What stands at a place now: every file with its size and digest, and what could not be read as refusals. A folder, a
// snapshot of a cache or a single file is read whole, once; of a Hub's large files the digest that it declares is taken,
// unless every byte is asked for.
import { realpathSync } from "node:fs";
import { basename, dirname, join, resolve, sep } from "node:path";
import type { ArtifactRef, TargetProblem } from "../core/artifact.ts";
import type { Refusal } from "../core/refusal.ts";
import { collisionText, pathCollision, pathFault } from "../core/safe-path.ts";
import { quote } from "../base/escape.ts";
import { resolveTargets } from "../sources/resolve.ts";
import type { LockedFile } from "../store/lockfile.ts";
import type { SeenFile } from "../store/compare.ts";
import { hashFiles, type HashOptions } from "./hash.ts";
import { LIMITS } from "../base/limits.ts";
import { opener } from "./engine.ts";

export interface Observed {
  readonly files: readonly SeenFile[];
  readonly refusals: readonly Refusal[];
  /** Bytes that were read for it. */
  readonly bytes: number;
  /** Files whose digest is what their repository says. */
  readonly declared: number;
}

export interface ObserveOptions extends HashOptions {
  /** Our own files and folders, which are no part of what is pinned. Absolute paths. */
  readonly own: readonly string[];
  /** Read every byte of a repository, and believe no digest that it declares. */
  readonly download?: boolean;
  readonly onTotal?: (bytes: number) => void;
  readonly onRef?: (ref: ArtifactRef) => void;
}

/** The lockfile and what stands beside it. */
export function ownFiles(lockfile: string): string[] {
  const path = resolve(lockfile);
  let folder = dirname(path);
  try {
    folder = realpathSync(folder);
  } catch {
    // It is not there: nothing of ours is in it.
  }
  return [join(folder, basename(path)), join(folder, `${basename(path)}.d`)];
}

export const isOwn = (ref: ArtifactRef, own: readonly string[]): boolean => {
  const { location } = ref;
  if (location.type !== "file") return false;
  const path = location.path;
  return own.some((mine) => path === mine || path.startsWith(mine + sep));
};

export const troubleOf = ({ uri, code, message }: TargetProblem): Refusal => ({
  code: code === "link" ? "file-link" : code === "special-file" ? "file-special" : "file-unreadable",
  message: `${quote(uri)}: ${message}`,
  path: uri,
});

/** Names that cannot be pinned, or that some system keeps as one file. */
export function nameRefusals(names: readonly string[]): Refusal[] {
  for (const path of names) {
    const fault = pathFault(path);
    if (fault) return [{ code: "lock-path", message: `A file is named ${quote(path)}, which ${fault}.`, path }];
  }
  const collision = pathCollision(names);
  return collision ? [{ code: "lock-collision", message: `${collisionText(collision)}.`, path: collision.second }] : [];
}

/** `target` as resolveTargets takes it. Throws a ToolError where nothing is there. */
export async function observe(target: string, options: ObserveOptions): Promise<Observed> {
  const refs: ArtifactRef[] = [];
  const refusals: Refusal[] = [];
  const { allowHttp, signal } = options;
  const access = { ...(allowHttp ? { allowHttp } : {}), ...(signal ? { signal } : {}) };
  for await (const found of resolveTargets([target], access)) {
    if (found.kind === "artifact") {
      if (isOwn(found, options.own)) continue;
      refs.push(found);
      options.onRef?.(found);
    } else if (found.kind === "problem" && found.lost) refusals.push(troubleOf(found));
  }
  const files: SeenFile[] = [];
  const read = refs.filter(({ declared }) => options.download || declared?.sha256 === undefined);
  for (const { name, sizeBytes = 0, declared } of refs)
    if (declared?.sha256 !== undefined && !options.download)
      files.push({ path: name, size: sizeBytes, sha256: declared.sha256 });
  const bytes = read.reduce((sum, { sizeBytes = 0 }) => sum + sizeBytes, 0);
  options.onTotal?.(bytes);
  const hashed = await hashFiles(read, options);
  for (const [i, ref] of read.entries()) {
    const digest = hashed[i];
    const { name, sizeBytes = 0 } = ref;
    if (digest && "sha256" in digest) {
      files.push({
        path: name,
        size: sizeBytes,
        sha256: digest.sha256,
        ...((await isPointer(ref)) ? { pointer: true } : {}),
      });
      continue;
    }
    files.push({ path: name, size: sizeBytes, sha256: undefined });
    refusals.push({
      code: "file-unreadable",
      message: `${quote(name)} could not be read: ${digest?.problem.message ?? "it gave no bytes."}`,
      path: name,
    });
  }
  return { files, refusals, bytes, declared: refs.length - read.length };
}

const POINTER = "version https://git-lfs.github.com/spec/v1\n";

async function isPointer(ref: ArtifactRef): Promise<boolean> {
  if ((ref.sizeBytes ?? 0) > 1024 || (ref.sizeBytes ?? 0) < POINTER.length) return false;
  const source = await opener(LIMITS).open(ref);
  try {
    const head = await source.slice?.(0, POINTER.length);
    return head !== undefined && Buffer.from(head).toString("latin1") === POINTER;
  } catch {
    return false;
  } finally {
    await source.close();
  }
}

export const asLocked = (files: readonly SeenFile[]): LockedFile[] =>
  files.flatMap(({ path, size, sha256 }) => (sha256 === undefined ? [] : [{ path, size, sha256 }]));

/** The folder that holds what entries keep beside the lockfile. */
export const besideLock = (lockfile: string): string => `${resolve(lockfile)}.d`;
