// An entry of a lockfile against what is there now: a folder, a snapshot of a cache, a repository at the pinned commit
// (`verify`), or the source as it was asked for, branch and all (`lock --check`).
import { readFileSync } from "node:fs";
import { join, relative } from "node:path";
import { quote } from "../base/escape.ts";
import { verdictOf, type Check } from "../core/check.ts";
import { ToolError } from "../core/errors.ts";
import type { Refusal } from "../core/refusal.ts";
import { cacheFolder, cachedCommits, cachedPlace, hubCache, snapshotFolder } from "../sources/hub-cache.ts";
import { repositoryOf, type HubTarget } from "../sources/hub.ts";
import { isInHistory, repositoryState, type RepositoryState } from "../sources/hub-repository.ts";
import type { HttpSettings } from "../sources/http.ts";
import { compareFiles } from "../store/compare.ts";
import { parseLockfile, type LockEntry, type Lockfile } from "../store/lockfile.ts";
import { besideRefusals } from "./beside-lock.ts";
import { observe, ownFiles, type ObserveOptions } from "./observe.ts";
import { hubSource, isCommit, placeOf, placeOfSource, type Place } from "./places.ts";

export interface CheckOptions extends ObserveOptions {
  readonly lockfile: string;
  readonly partial?: boolean;
  /** Ask no Hub: repositories are looked for in the local cache. */
  readonly offline?: boolean;
  readonly requirePass?: boolean;
  /** The id or source of the entry that the target is a copy of. */
  readonly as?: string;
}

/** Throws a ToolError where there is no lockfile, gives a refusal where it is not one that was written here. */
export function readLock(path: string): { readonly lock: Lockfile } | { readonly refusal: Refusal } {
  let text: string;
  try {
    text = readFileSync(path, "utf8");
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new ToolError(
      "target-missing",
      code === "ENOENT"
        ? `${path}: there is no lockfile. \`bezoar lock TARGET\` makes one.`
        : `${path}: the lockfile could not be read (${code}).`,
    );
  }
  return parseLockfile(text);
}

/** The one check where the lockfile itself is refused. */
export const lockRefused = (lockfile: string, refusal: Refusal): Check => checkOf(lockfile, undefined, [refusal]);

export const checkOptions = (lockfile: string, rest: Omit<CheckOptions, "own" | "lockfile">): CheckOptions => ({
  ...rest,
  lockfile,
  own: ownFiles(lockfile),
});

/** Each target against its entry; with no targets, each entry against where it is kept. */
export async function checkTargets(
  targets: readonly string[],
  lock: Lockfile,
  options: CheckOptions,
  how: "verify" | "drift",
): Promise<Check[]> {
  const out: Check[] = [];
  const work =
    targets.length === 0
      ? lock.entries.map((entry) => ({
          target: entry.source,
          entry,
          place: placeOfSource(entry.source, options.lockfile, process.env),
        }))
      : targets.map((target) => ({ target, ...entryFor(target, lock, options) }));
  for (const { target, entry, place } of work) {
    if (!entry) {
      out.push(
        checkOf(target, undefined, [
          {
            code: "entry-missing",
            message: `${quote(target)} is not in the lockfile. \`bezoar lock ${target}\` pins it; --as ENTRY names the entry that it is a copy of.`,
          },
        ]),
      );
      continue;
    }
    try {
      out.push(
        how === "drift" ? await drift(target, entry, place, options) : await verify(target, entry, place, options),
      );
    } catch (error) {
      if (!(error instanceof ToolError) || error.code === "interrupted" || error.code === "usage") throw error;
      out.push({ ...checkOf(target, entry, []), verdict: "undecided", notes: [error.message] });
    }
  }
  return out;
}

function entryFor(
  target: string,
  lock: Lockfile,
  options: CheckOptions,
): { entry: LockEntry | undefined; place: Place } {
  const place = placeOf(target, options.lockfile, process.env);
  const named = (name: string): LockEntry | undefined => {
    const exact = lock.entries.find(({ source }) => source === name);
    const same = lock.entries.filter(({ id }) => id === name);
    return exact ?? (same.length === 1 ? same[0] : undefined);
  };
  if (options.as !== undefined) return { entry: named(options.as), place };
  const cached = place.path === undefined ? undefined : cachedPlace(place.path);
  const entry =
    named(place.source) ??
    byRevision(lock, place.hub) ??
    (cached && named(`hf://${cached.repository}`)) ??
    (place.hub ? named(place.id) : undefined);
  return { entry, place };
}

/** `hf://…@COMMIT` of an entry that was pinned through a branch. */
const byRevision = (lock: Lockfile, hub: HubTarget | undefined): LockEntry | undefined =>
  hub && isCommit(hub.revision)
    ? lock.entries.find(
        ({ id, revision }) =>
          revision === hub.revision && id === hubSource({ type: hub.type, name: hub.name, path: hub.path }),
      )
    : undefined;

function checkOf(
  target: string,
  entry: LockEntry | undefined,
  refusals: readonly Refusal[],
  more: Partial<Check> = {},
): Check {
  return {
    target,
    ...(entry ? { entry: entry.source } : {}),
    verdict: verdictOf(refusals),
    refusals,
    notes: [],
    files: entry?.files.length ?? 0,
    bytes: 0,
    ...more,
  };
}

async function verify(target: string, entry: LockEntry, place: Place, options: CheckOptions): Promise<Check> {
  const beside = besideRefusals(entry, options);
  const where = place.hub && !options.offline ? undefined : localPlace(entry, place);
  if (where && "refusal" in where) return checkOf(target, entry, [where.refusal]);
  const state = place.hub && !where ? await stateOf(place.hub, entry, options) : undefined;
  if (state && "refusal" in state) return checkOf(target, entry, [state.refusal]);
  const moved = state ? identityRefusals(entry, state) : [];
  // Of a name that another repository has now, nothing is fetched.
  if (moved.some(({ code }) => code === "repository-replaced")) return checkOf(target, entry, moved);
  const asked = place.hub && isCommit(place.hub.revision) && place.hub.revision !== entry.revision;
  if (asked)
    return checkOf(target, entry, [
      {
        code: "revision-moved",
        message: `${quote(target)} asks for another commit than ${entry.revision}, which was pinned.`,
      },
    ]);
  const seen = await observe(where?.path ?? hubSource(place.hub as HubTarget, entry.revision), options);
  const compared = compareFiles(entry.files, seen.files, { ...(options.partial ? { partial: true } : {}) });
  const declared = seen.declared;
  return checkOf(target, entry, [...moved, ...seen.refusals, ...compared, ...beside.refusals], {
    bytes: seen.bytes,
    notes: [
      ...(declared > 0
        ? [
            `${declared} of ${seen.files.length} files were compared by the digest that the Hub declares; --download reads them.`,
          ]
        : []),
      ...beside.notes,
    ],
  });
}

/** A folder as it was named, or the snapshot of the pinned commit in a cache. */
function localPlace(entry: LockEntry, place: Place): { readonly path: string } | { readonly refusal: Refusal } {
  if (!place.hub) {
    const path = place.path ?? ".";
    const cached = cachedPlace(path);
    if (!cached) return { path: relative(process.cwd(), path) || "." };
    if (cached.commit === undefined) return snapshotOf(entry, cached.folder, "");
    if (entry.revision !== undefined && cached.commit !== entry.revision)
      return {
        refusal: {
          code: "revision-moved",
          message: `The snapshot is of the commit ${quote(cached.commit)}; ${entry.revision} was pinned.`,
        },
      };
    return { path: relative(process.cwd(), path) || "." };
  }
  return snapshotOf(entry, join(hubCache(process.env), cacheFolder(repositoryOf(place.hub))), place.hub.path);
}

function snapshotOf(
  entry: LockEntry,
  folder: string,
  inside: string,
): { readonly path: string } | { readonly refusal: Refusal } {
  const path = entry.revision === undefined ? undefined : snapshotFolder(folder, entry.revision);
  if (path !== undefined) return { path: join(path, inside) };
  const { commits } = cachedCommits(folder);
  return {
    refusal: {
      code: "revision-absent",
      message: `The cache holds no snapshot of the pinned commit ${entry.revision ?? ""}${
        commits.length > 0
          ? `, only of ${commits
              .slice(0, 3)
              .map((commit) => quote(commit))
              .join(", ")}`
          : ""
      }.`,
    },
  };
}

const settingsOf = (options: ObserveOptions): HttpSettings => ({
  env: process.env,
  ...(options.allowHttp ? { allowHttp: true } : {}),
  ...(options.signal ? { signal: options.signal } : {}),
});

/** The repository at the pinned commit, or why that is not there any more. */
async function stateOf(
  hub: HubTarget,
  entry: LockEntry,
  options: ObserveOptions,
): Promise<RepositoryState | { readonly refusal: Refusal }> {
  const pinned: HubTarget = { ...hub, ...(entry.revision === undefined ? {} : { revision: entry.revision }) };
  try {
    return await repositoryState(pinned, settingsOf(options));
  } catch (error) {
    if (!(error instanceof ToolError)) throw error;
    if (error.absent === "repository")
      return {
        refusal: {
          code: "repository-gone",
          message: `${hubSource(hub)}: the repository is gone, or not public any more.`,
        },
      };
    if (error.absent !== "revision") throw error;
    return {
      refusal: {
        code: "revision-vanished",
        message: `${hubSource(hub)}: the pinned commit ${entry.revision} is not in the repository any more.`,
      },
    };
  }
}

function identityRefusals(entry: LockEntry, state: RepositoryState): Refusal[] {
  const pinned = entry.repository;
  const out: Refusal[] = [];
  if (!pinned) return out;
  if (pinned.id !== undefined && state.id !== pinned.id)
    out.push({
      code: "repository-replaced",
      message: `${quote(pinned.name)} is another repository now (identity ${quote(state.id ?? "unknown")}; ${quote(pinned.id)} was pinned): the name was given up and taken by somebody.`,
    });
  if (pinned.ownerId !== undefined && state.ownerId !== undefined && state.ownerId !== pinned.ownerId)
    out.push({
      code: "owner-changed",
      message: `The owner of ${quote(pinned.name)} has another identity (${quote(state.ownerId)}; ${quote(pinned.ownerId)} was pinned).`,
    });
  if (state.name !== pinned.name)
    out.push({
      code: "repository-renamed",
      message: `The repository was renamed to ${quote(state.name)}: the name that was pinned can change hands.`,
    });
  return out;
}

/** What `bezoar lock` would pin now, against what is pinned. */
async function drift(target: string, entry: LockEntry, place: Place, options: CheckOptions): Promise<Check> {
  const { hub } = place;
  if (!hub) return verify(target, entry, place, options);
  if (options.offline) return offlineDrift(target, entry, place, options);
  const settings = settingsOf(options);
  let state: RepositoryState;
  try {
    state = await repositoryState(hub, settings);
  } catch (error) {
    if (!(error instanceof ToolError) || error.absent === undefined) throw error;
    const gone = error.absent === "repository";
    return checkOf(target, entry, [
      {
        code: gone ? "repository-gone" : "revision-vanished",
        message: gone
          ? `${hubSource(hub)}: the repository is gone, or not public any more.`
          : `${hubSource(hub)}: the revision is not in the repository any more.`,
      },
    ]);
  }
  const refusals = identityRefusals(entry, state);
  if (refusals.some(({ code }) => code === "repository-replaced")) return checkOf(target, entry, refusals);
  if (entry.licence !== undefined && state.licence !== entry.licence)
    refusals.push({
      code: "licence-changed",
      message: `The licence is ${quote(state.licence ?? "not given")} now; ${quote(entry.licence)} was pinned.`,
    });
  if (state.commit === entry.revision) {
    const check = await verify(target, entry, place, options);
    return {
      ...check,
      ...checkOf(target, entry, dedupe([...refusals, ...check.refusals]), {
        notes: check.notes,
        bytes: check.bytes ?? 0,
      }),
    };
  }
  return checkOf(target, entry, [...refusals, await movement(entry, hub, state, options)]);
}

/** How the branch came from the pinned commit to where it stands. */
async function movement(
  entry: LockEntry,
  hub: HubTarget,
  state: RepositoryState,
  options: CheckOptions,
): Promise<Refusal> {
  const pinned = await stateOf(hub, entry, options);
  const to = `${hubSource(hub)} stands at ${state.commit} now`;
  if ("refusal" in pinned) return { ...pinned.refusal, message: `${pinned.refusal.message} ${to}.` };
  const past = await isInHistory(hub, entry.revision ?? "", settingsOf(options));
  if (past === false)
    return {
      code: "revision-forced",
      message: `${to}, and the pinned ${entry.revision} is not in its past: the branch was rewritten (force-push).`,
    };
  return {
    code: "revision-moved",
    message: `${to}; ${entry.revision} was pinned. \`bezoar lock update\` shows what changed.${past === undefined ? " Its history is too long to tell whether it was rewritten." : ""}`,
  };
}

async function offlineDrift(target: string, entry: LockEntry, place: Place, options: CheckOptions): Promise<Check> {
  const hub = place.hub as HubTarget;
  const folder = join(hubCache(process.env), cacheFolder(repositoryOf(hub)));
  const { head } = cachedCommits(folder, hub.revision ?? "main");
  if (head !== undefined && !isCommit(hub.revision) && head !== entry.revision)
    return checkOf(target, entry, [
      {
        code: "revision-moved",
        message: `In the cache, ${hubSource(hub)} stands at ${quote(head)}; ${entry.revision} was pinned.`,
      },
    ]);
  return verify(target, entry, place, options);
}

const dedupe = (refusals: readonly Refusal[]): Refusal[] => [
  ...new Map(refusals.map((refusal) => [refusal.message, refusal])).values(),
];
