// What the targets of `lock` and `verify` mean: a path below the lockfile's folder or beside it, or a repository of a
// Hub, written one way however it was typed.
import { dirname, relative, resolve, sep } from "node:path";
import { usage } from "../core/errors.ts";
import { quote } from "../base/escape.ts";
import { hubAccess } from "../sources/hub-access.ts";
import { parseHubTarget, repositoryOf, type HubTarget } from "../sources/hub.ts";

export interface Place {
  /** What the entry is called. */
  readonly id: string;
  readonly source: string;
  readonly hub?: HubTarget;
  /** Absolute, of a local place. */
  readonly path?: string;
}

export const hubSource = (target: HubTarget, revision: string | undefined = target.revision): string =>
  `hf://${repositoryOf(target)}${revision === undefined ? "" : `@${encodeURIComponent(revision).replace(/^refs%2F(pr|convert)%2F/, "refs/$1/")}`}${target.path === "" ? "" : `/${target.path}`}`;

/** `typed` as it stands on the command line, or the source of an entry; paths are relative to `from`. */
export function placeOf(typed: string, lockfile: string, env: NodeJS.ProcessEnv, from: string = process.cwd()): Place {
  const { endpoint } = hubAccess(env);
  const hub = parseHubTarget(typed, endpoint);
  if (hub) {
    const { revision: _, ...unpinned } = hub;
    return { id: hubSource(unpinned), source: hubSource(hub), hub };
  }
  if (typed === "-" || typed === "" || /^[a-z][a-z0-9+.-]+:\/\//i.test(typed))
    throw usage(`${quote(typed)} cannot be pinned: name a file, a folder, or hf://… .`);
  const path = resolve(from, typed);
  const source =
    relative(dirname(resolve(lockfile)), path)
      .split(sep)
      .join("/") || ".";
  return { id: source, source, path };
}

/** Where an entry's own source is. */
export const placeOfSource = (source: string, lockfile: string, env: NodeJS.ProcessEnv): Place =>
  placeOf(source, lockfile, env, dirname(resolve(lockfile)));

export const isCommit = (revision: string | undefined): boolean =>
  revision !== undefined && /^[0-9a-f]{40}$/.test(revision);
