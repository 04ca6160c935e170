// What a Hub says of a repository besides its files: identity, owner, licence, where a branch stands, and whether a
// commit is still one of its past. A name can be registered again by somebody else; an identity cannot.
import { sourceRefused, ToolError } from "../core/errors.ts";
import type { HttpSettings } from "./http.ts";
import { apiFetch, repositoryOf, type HubTarget } from "./hub.ts";
import { hubAccess } from "./hub-access.ts";

export interface RepositoryState {
  /** `datasets/owner/name`, as the Hub names it now. */
  readonly name: string;
  readonly id: string | undefined;
  readonly ownerId: string | undefined;
  readonly private: boolean;
  readonly licence: string | undefined;
  /** Where the revision that was asked for stands. */
  readonly commit: string;
}

const prefixes = { dataset: "datasets/", model: "", space: "spaces/" } as const;
/** Commits of a branch that are looked through for an old one. */
const HISTORY_MAX = 20_000;

interface Api {
  readonly endpoint: string;
  readonly fetch: typeof fetch;
}

function apiOf(target: HubTarget, given: HttpSettings): Api {
  const access = hubAccess(given.env);
  const uri = `hf://${repositoryOf(target)}${target.revision === undefined ? "" : `@${target.revision}`}`;
  const settings = { ...given, allowHttp: given.allowHttp || access.plain };
  return { endpoint: access.endpoint, fetch: apiFetch(uri, access, settings) };
}

/** Throws a ToolError where the Hub does not answer, or knows no such repository or revision. */
export async function repositoryState(target: HubTarget, settings: HttpSettings): Promise<RepositoryState> {
  const api = apiOf(target, settings);
  const revision = encodeURIComponent(target.revision ?? "HEAD");
  const answer = await api.fetch(`${api.endpoint}/api/${target.type}s/${target.name}/revision/${revision}`);
  const info = (await answer.json()) as Record<string, unknown>;
  const commit = info["sha"];
  if (typeof commit !== "string" || !/^[0-9a-f]{40}$/.test(commit))
    throw sourceRefused(`hf://${repositoryOf(target)}`, "the Hub names no commit for it, so it cannot be pinned.");
  const name = typeof info["id"] === "string" ? info["id"] : target.name;
  const licence = (info["cardData"] as { license?: unknown } | null | undefined)?.license;
  return {
    name: `${prefixes[target.type]}${name}`,
    id: textOf(info["_id"]),
    ownerId: await ownerOf(name.split("/")[0] ?? "", name.includes("/"), target, settings),
    private: info["private"] === true,
    licence: licenceText(licence),
    commit,
  };
}

const textOf = (value: unknown): string | undefined =>
  typeof value === "string" && /^[\w.-]{1,200}$/.test(value) ? value : undefined;

/** `mit`, or several joined; undefined for what is no licence name. */
export function licenceText(value: unknown): string | undefined {
  const all = (Array.isArray(value) ? value : [value]).filter(
    (item): item is string => typeof item === "string" && /^[\w.+ -]{1,100}$/.test(item),
  );
  return all.length === 0 ? undefined : all.slice(0, 20).join(" OR ");
}

/** Organisations and people both have an identity; a Hub that tells neither is no reason to stop. */
async function ownerOf(
  owner: string,
  owned: boolean,
  target: HubTarget,
  settings: HttpSettings,
): Promise<string | undefined> {
  if (!owned) return undefined;
  for (const kind of ["organizations", "users"]) {
    try {
      const api = apiOf(target, settings);
      const answer = await api.fetch(`${api.endpoint}/api/${kind}/${encodeURIComponent(owner)}/overview`);
      const id = textOf(((await answer.json()) as Record<string, unknown>)["_id"]);
      if (id !== undefined) return id;
    } catch (error) {
      if (!(error instanceof ToolError) || error.code === "interrupted") throw error;
    }
  }
  return undefined;
}

/** Whether a commit is in the past of the revision; undefined where that past is too long to be looked through. */
export async function isInHistory(
  target: HubTarget,
  commit: string,
  settings: HttpSettings,
): Promise<boolean | undefined> {
  const api = apiOf(target, settings);
  const hub = await import("@huggingface/hub");
  let seen = 0;
  const commits = hub.listCommits({
    repo: { type: target.type, name: target.name },
    revision: encodeURIComponent(target.revision ?? "main"),
    batchSize: 1000,
    hubUrl: api.endpoint,
    fetch: api.fetch,
  });
  for await (const { oid } of commits) {
    if (oid === commit) return true;
    if (++seen >= HISTORY_MAX) return undefined;
  }
  return false;
}
