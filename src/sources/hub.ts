// Repositories of a Hugging Face Hub, or of anything that speaks its API. The revision becomes a commit before the first
// byte, and every request after that names the commit: a branch that moves during a scan changes nothing. File names,
// sizes and digests are the Hub's claims and travel as `declared`.
import type { ArtifactRef, Target } from "../core/artifact.ts";
import type { Limits } from "../base/limits.ts";
import { quote } from "../base/escape.ts";
import { sourceRefused, ToolError, usage } from "../core/errors.ts";
import { readBody, request, type HttpSettings } from "./http.ts";
import { refusal } from "./http-source.ts";
import { hubAccess, type HubAccess } from "./hub-access.ts";
import { problemAt } from "./tree.ts";

export interface HubTarget {
  readonly type: "dataset" | "model" | "space";
  readonly name: string;
  readonly revision?: string;
  /** A file or folder in the repository; empty for all of it. */
  readonly path: string;
}

/** One answer of the API: a thousand tree entries are under a megabyte. */
const ANSWER_BYTES_MAX = 64 * 1024 * 1024;
/** Pages of a listing. A page may be empty and still have a next one (CWE-835). */
const PAGES_MAX = 2_000;

const REPOSITORY = /^[A-Za-z0-9][\w.-]{0,95}$/;
const prefixes = { dataset: "datasets/", model: "", space: "spaces/" } as const;
export const repositoryOf = (target: HubTarget): string => `${prefixes[target.type]}${target.name}`;
const encodePath = (path: string): string => path.split("/").map(encodeURIComponent).join("/");

/** The Hub target in `hf://…` or in the address of a page of a Hub; undefined for anything else. */
export function parseHubTarget(target: string, endpoint: string): HubTarget | undefined {
  if (target.startsWith("hf://")) {
    const parsed = fromSegments(target.slice("hf://".length), target);
    return parsed;
  }
  const url = URL.parse(target);
  if (!url || url.search) return undefined;
  const base = [endpoint, "https://huggingface.co", "https://hf.co", "https://www.huggingface.co"].find((hub) =>
    target.startsWith(`${hub}/`),
  );
  if (base === undefined) return undefined;
  return fromPage(target.slice(base.length + 1).replace(/#.*$/, ""));
}

/** `datasets/owner/name@revision/path`. A revision's own slashes are written %2F, except in the two forms the Hub makes
 * itself: `refs/pr/1` and `refs/convert/parquet`. */
function fromSegments(text: string, target: string): HubTarget {
  const kind = /^(datasets|spaces|models)\//.exec(text)?.[1];
  const type = kind === "datasets" ? "dataset" : kind === "spaces" ? "space" : "model";
  const rest = kind === undefined ? text : text.slice(kind.length + 1);
  const match = /^([^/@]+(?:\/[^/@]+)?)(?:@(refs\/(?:pr\/\d{1,9}|convert\/\w{1,64})|[^/]{1,500}))?(?:\/(.*))?$/s.exec(
    rest,
  );
  const [, name = "", revision, path = ""] = match ?? [];
  const clean = path.replace(/\/+$/, "");
  const sound =
    match !== null &&
    name.split("/").every((part) => REPOSITORY.test(part) && !part.includes("..")) &&
    clean.split("/").every((part) => part !== ".." && part !== ".");
  if (!sound) {
    throw usage(
      `${quote(target)} names no repository. Write hf://datasets/owner/name, hf://owner/name, with @revision and /path where wanted.`,
    );
  }
  return { type, name, path: clean, ...(revision === undefined ? {} : { revision: decode(revision) }) };
}

const NO_REPOSITORY = new Set(["api", "docs", "blog", "papers", "collections", "settings", "tasks", "organizations"]);

/** `datasets/owner/name`, `owner/name/tree/revision/path` and the like. */
function fromPage(path: string): HubTarget | undefined {
  const parts = path.split("/").filter((part) => part !== "");
  const kind = parts[0] === "datasets" || parts[0] === "spaces" ? parts.shift() : undefined;
  const name = parts.splice(0, 2);
  if (name.length < 2 || NO_REPOSITORY.has(name[0] ?? "") || !name.every((part) => REPOSITORY.test(part)))
    return undefined;
  const type = kind === "datasets" ? "dataset" : kind === "spaces" ? "space" : "model";
  const target: HubTarget = { type, name: name.join("/"), path: "" };
  if (parts.length === 0) return target;
  if (!["tree", "blob", "resolve", "raw"].includes(parts.shift() ?? "")) return undefined;
  const fixed = /^(?:refs\/(?:pr\/\d{1,9}|convert\/\w{1,64}))(?=\/|$)/.exec(parts.join("/"))?.[0];
  const revision = fixed ?? parts[0];
  if (revision === undefined) return target;
  const inside = parts.slice(fixed ? 3 : 1).map(decode);
  if (inside.some((part) => part === ".." || part === ".")) return undefined;
  return { ...target, revision: decode(revision), path: inside.join("/") };
}

const decode = (text: string): string => {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
};

export async function* hubTargets(target: HubTarget, limits: Limits, given: HttpSettings): AsyncIterable<Target> {
  const access = hubAccess(given.env);
  const settings = { ...given, allowHttp: given.allowHttp || access.plain };
  const repository = repositoryOf(target);
  const at = target.revision === undefined ? "" : `@${target.revision}`;
  const uri = `hf://${repository}${at}`;
  const hub = await import("@huggingface/hub");
  const api = { hubUrl: access.endpoint, fetch: apiFetch(uri, access, settings) };
  const repo = { type: target.type, name: target.name } as const;

  const about = {
    name: target.name,
    additionalFields: ["sha"] as "sha"[],
    ...api,
    ...(target.revision === undefined ? {} : { revision: target.revision }),
  };
  const info =
    target.type === "dataset"
      ? await hub.datasetInfo(about)
      : target.type === "model"
        ? await hub.modelInfo(about)
        : await hub.spaceInfo(about);
  const commit: unknown = info.sha;
  if (typeof commit !== "string" || !/^[0-9a-f]{40}$/.test(commit)) {
    throw sourceRefused(uri, "the Hub names no commit for it, so what is scanned could not be pinned.");
  }
  const pinned = `hf://${repository}@${commit.slice(0, 12)}`;
  if (typeof info.name === "string" && info.name !== target.name) {
    // An abandoned name can be registered by somebody else, who then serves whoever still uses it.
    yield {
      kind: "note",
      uri: pinned,
      message: `The repository has moved to ${quote(info.name)}. Use that name: the old one can change hands.`,
    };
  }

  const ref = (entry: TreeEntry): ArtifactRef => {
    const sizeBytes = entry.lfs?.size ?? entry.size;
    const sha256 = entry.lfs?.oid;
    return {
      kind: "artifact",
      uri: `${pinned}/${entry.path}`,
      name: entry.path,
      sizeBytes,
      location: {
        type: "http",
        url: `${access.endpoint}/${repository}/resolve/${commit}/${encodePath(entry.path)}`,
        sizeBytes,
        credential: "hub",
      },
      declared: {
        revision: commit,
        repository,
        ...(sha256 !== undefined && /^[0-9a-f]{64}$/.test(sha256) ? { sha256 } : {}),
      },
    };
  };

  let folder = target.path;
  if (folder !== "") {
    const [found] = await hub.pathsInfo({ repo, paths: [folder], revision: commit, ...api });
    if (!found) throw sourceRefused(`${pinned}/${folder}`, "no such file or folder at this revision. Check the path.");
    if (found.type === "file") {
      yield isSound(found) ? ref(found) : unsound(pinned);
      return;
    }
    folder = encodePath(folder);
  }
  const files: TreeEntry[] = [];
  let cut = false;
  const listing = hub.listFiles({
    repo,
    recursive: true,
    revision: commit,
    ...(folder === "" ? {} : { path: folder }),
    ...api,
  });
  for await (const entry of listing as AsyncIterable<unknown>) {
    if ((entry as { type?: unknown }).type === "directory") continue;
    if (files.length >= limits.filesMax) {
      cut = true;
      break;
    }
    if (isSound(entry)) files.push(entry);
    else yield unsound(pinned);
  }
  const keyed = files.map((entry) => ({ entry, key: Buffer.from(entry.path) }));
  keyed.sort((a, b) => Buffer.compare(a.key, b.key));
  for (const { entry } of keyed) yield ref(entry);
  if (cut)
    yield problemAt(
      pinned,
      "limit",
      `More than ${limits.filesMax} files (limit filesMax): the rest was not looked at. Scan its folders one by one.`,
    );
}

interface TreeEntry {
  readonly path: string;
  readonly size: number;
  readonly lfs?: { readonly oid: string; readonly size: number };
}

// The listing is JSON from another machine: a size that is no size would become a range, a name a place in a URL.
function isSound(entry: unknown): entry is TreeEntry {
  const { path, size, lfs } = entry as { path?: unknown; size?: unknown; lfs?: { oid?: unknown; size?: unknown } };
  return (
    typeof path === "string" &&
    path !== "" &&
    path.split("/").every((part) => part !== "" && part !== "." && part !== "..") &&
    path.isWellFormed() &&
    Number.isSafeInteger(size) &&
    (size as number) >= 0 &&
    (lfs === undefined ||
      lfs === null ||
      (typeof lfs.oid === "string" && Number.isSafeInteger(lfs.size) && (lfs.size as number) >= 0))
  );
}

const unsound = (uri: string): Target =>
  problemAt(uri, "malformed", "The Hub lists a file whose name or size makes no sense: not looked at.");

/** `fetch` for the Hub's client library: our limits, our retries, the token for this endpoint alone. */
export function apiFetch(uri: string, access: HubAccess, settings: HttpSettings): typeof fetch {
  const bearer = access.token();
  let calls = 0;
  return async (input, init) => {
    const url = new URL(String(input));
    // The next page's address comes from the answer. Through a mirror that forgot to rewrite it, it would lead around
    // the mirror, and take the token along.
    if (!url.href.startsWith(`${access.endpoint}/`)) {
      throw sourceRefused(uri, `its listing goes on at ${quote(url.origin)}, which is not the Hub that was asked.`);
    }
    if (++calls > PAGES_MAX)
      throw sourceRefused(uri, `its listing has more than ${PAGES_MAX} pages. Scan its folders one by one.`);
    const answer = await request(
      uri,
      url,
      {
        method: init?.method === "POST" ? "POST" : "GET",
        headers: { accept: "application/json", ...(init?.body ? { "content-type": "application/json" } : {}) },
        ...(typeof init?.body === "string" ? { body: init.body } : {}),
        ...(bearer === undefined ? {} : { bearer }),
      },
      settings,
    );
    if (answer.status !== 200) {
      answer.body.destroy();
      throw refusal(uri, answer, bearer !== undefined);
    }
    const body = await readBody(uri, answer, ANSWER_BYTES_MAX);
    try {
      JSON.parse(body.toString("utf8"));
    } catch (error) {
      throw new ToolError(
        "source-unreachable",
        `${uri}: the server at ${access.endpoint} does not answer like a Hub. Check HF_ENDPOINT.`,
        error,
      );
    }
    const link = answer.headers.link;
    return new Response(new Uint8Array(body), {
      headers: { "content-type": "application/json", ...(typeof link === "string" ? { link } : {}) },
    });
  };
}
