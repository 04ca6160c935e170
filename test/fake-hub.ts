// A Hugging Face Hub in this process, on 127.0.0.1: the routes that scanning uses, answered like the real one (info,
// revisions, paged trees, paths-info, resolve with ranges, LFS files behind a redirect to a second host), plus the ways
// in which it fails. Every request is kept, so that a test can say what was asked for, and what was not.
import http, { type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

export type FakeFiles = Readonly<Record<string, Uint8Array | string>>;

export interface FakeRepo {
  /** Contents by path, or a folder to serve. */
  readonly files: FakeFiles | string;
  readonly gated?: boolean;
  readonly private?: boolean;
  /** The name it has now; requests for the old one are redirected. */
  readonly movedTo?: string;
  /** The identity of the repository and of its owner; both can be set while it runs. */
  identity?: string;
  ownerId?: string;
  readonly license?: string;
}

export interface FakeHubOptions {
  /** By `datasets/owner/name`, `owner/name` or `spaces/owner/name`. */
  readonly repos: Readonly<Record<string, FakeRepo>>;
  /** Files of this size and more are LFS files. */
  readonly lfsBytes?: number;
  readonly pageSize?: number;
  /** The one token that opens private and gated repositories. */
  readonly token?: string;
}

export interface SeenRequest {
  readonly host: "hub" | "cdn";
  readonly method: string;
  readonly path: string;
  readonly range: string | undefined;
  readonly authorization: string | undefined;
  /** Bytes of file content in the answer. */
  sent: number;
}

/** What goes wrong, counted down or until it is reset. */
export interface Faults {
  /** Answers this many requests with 503. */
  unavailable: number;
  /** Cuts this many file answers after `dropAfterBytes`. */
  drops: number;
  dropAfterBytes: number;
  ignoreRanges: boolean;
  /** Where file requests are redirected to. */
  redirectTo: string | undefined;
  /** Where the next page of a listing is said to be. */
  nextPageHost: string | undefined;
  /** Answers with a validator of this value. */
  etag: string | undefined;
  /** Expires the signed links given out before. */
  generation: number;
}

export interface FakeHub {
  readonly url: string;
  readonly cdnUrl: string;
  /** HF_ENDPOINT set to this hub, and nothing else of the machine's environment. */
  readonly env: Readonly<Record<string, string>>;
  readonly requests: SeenRequest[];
  readonly faults: Faults;
  /** Commits new contents to a branch; gives the commit. */
  push(repo: string, files: FakeFiles, branch?: string): string;
  /** The same, and the branch forgets what it was before; `forget` removes the old commits too. */
  force(repo: string, files: FakeFiles, options?: { readonly branch?: string; readonly forget?: boolean }): string;
  /** What the repository says of itself, to be changed. */
  about(repo: string): FakeRepo;
  commitOf(repo: string, revision?: string): string;
  close(): Promise<void>;
}

interface Blob {
  readonly bytes: Buffer;
  readonly oid: string;
  readonly sha256: string;
  readonly lfs: boolean;
}
interface Repo {
  readonly refs: Map<string, string>;
  readonly commits: Map<string, Map<string, Blob>>;
  /** Commits of each branch, the newest last. */
  readonly history: Map<string, string[]>;
  readonly about: FakeRepo;
}

const hash = (algorithm: string, ...parts: readonly (string | Uint8Array)[]): string => {
  const made = createHash(algorithm);
  for (const part of parts) made.update(part);
  return made.digest("hex");
};

function folderFiles(folder: string): FakeFiles {
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  return Object.fromEntries(
    entries.map((entry) => {
      const path = join(entry.parentPath, entry.name);
      return [path.slice(folder.length).replaceAll("\\", "/").replace(/^\//, ""), readFileSync(path)];
    }),
  );
}

export async function fakeHub(options: FakeHubOptions): Promise<FakeHub> {
  const { lfsBytes = 100_000, pageSize = 1_000, token = "hf_fake" } = options;
  const requests: SeenRequest[] = [];
  const faults: Faults = {
    unavailable: 0,
    drops: 0,
    dropAfterBytes: 0,
    ignoreRanges: false,
    redirectTo: undefined,
    nextPageHost: undefined,
    etag: undefined,
    generation: 0,
  };
  const repos = new Map<string, Repo>();
  const blobs = new Map<string, Blob>();

  const push: FakeHub["push"] = (name, files, branch = "main") => {
    const repo = repos.get(name);
    if (!repo) throw new Error(`no repository ${name}`);
    const tree = new Map<string, Blob>();
    for (const [path, content] of Object.entries(files)) {
      const bytes = Buffer.from(content as Uint8Array);
      const blob = {
        bytes,
        oid: hash("sha1", `blob ${bytes.length}\0`, bytes),
        sha256: hash("sha256", bytes),
        lfs: bytes.length >= lfsBytes,
      };
      tree.set(path, blob);
      blobs.set(blob.sha256, blob);
    }
    const commit = hash("sha1", JSON.stringify([...tree].map(([path, { oid }]) => [path, oid])), branch);
    repo.commits.set(commit, tree);
    repo.refs.set(branch, commit);
    repo.history.set(branch, [...(repo.history.get(branch) ?? []), commit]);
    return commit;
  };
  const force: FakeHub["force"] = (name, files, { branch = "main", forget = false } = {}) => {
    const repo = repos.get(name);
    repo?.history.delete(branch);
    if (forget) repo?.commits.clear();
    return push(name, files, branch);
  };
  for (const [name, about] of Object.entries(options.repos)) {
    repos.set(name, { refs: new Map(), commits: new Map(), history: new Map(), about: { ...about } });
    push(name, typeof about.files === "string" ? folderFiles(about.files) : about.files);
  }

  const refuse = (response: ServerResponse, status: number, code: string, message: string): void => {
    const body = JSON.stringify({ error: message });
    response.writeHead(status, {
      "content-type": "application/json",
      ...(code ? { "x-error-code": code } : {}),
      "x-error-message": message,
    });
    response.end(body);
  };
  const json = (response: ServerResponse, value: unknown, headers: Record<string, string> = {}): void => {
    response.writeHead(200, { "content-type": "application/json; charset=utf-8", ...headers });
    response.end(JSON.stringify(value));
  };

  const sendBytes = (
    request: IncomingMessage,
    response: ServerResponse,
    seen: SeenRequest,
    blob: Blob,
    headers: Record<string, string>,
  ): void => {
    const { bytes } = blob;
    const range = faults.ignoreRanges ? null : /^bytes=(\d+)-(\d*)$/.exec(request.headers.range ?? "");
    const start = range ? Number(range[1]) : 0;
    const end = range ? Math.min(bytes.length, range[2] ? Number(range[2]) + 1 : bytes.length) : bytes.length;
    if (range && start >= bytes.length) {
      response.writeHead(416, { "content-range": `bytes */${bytes.length}` });
      response.end();
      return;
    }
    response.writeHead(range ? 206 : 200, {
      ...headers,
      ...(faults.etag === undefined ? {} : { etag: `"${faults.etag}"` }),
      "accept-ranges": "bytes",
      "content-length": String(end - start),
      ...(range ? { "content-range": `bytes ${start}-${end - 1}/${bytes.length}` } : {}),
    });
    if (request.method === "HEAD") return void response.end();
    const body = bytes.subarray(start, end);
    if (faults.drops > 0 && body.length > faults.dropAfterBytes) {
      faults.drops--;
      seen.sent = faults.dropAfterBytes;
      response.write(body.subarray(0, faults.dropAfterBytes), () => setTimeout(() => response.destroy(), 5));
      return;
    }
    seen.sent = body.length;
    response.end(body);
  };

  const note = (host: SeenRequest["host"], request: IncomingMessage): SeenRequest => {
    const { range, authorization } = request.headers;
    const seen = { host, method: request.method ?? "", path: request.url ?? "", range, authorization, sent: 0 };
    requests.push(seen);
    return seen;
  };

  const cdn = http.createServer((request, response) => {
    const seen = note("cdn", request);
    const [, generation, digest = ""] = (request.url ?? "").replace(/\?.*/, "").split("/");
    const blob = blobs.get(digest);
    if (!blob || Number(generation) < faults.generation) return refuse(response, 403, "", "This link has expired");
    // A content network's validator is its own.
    sendBytes(request, response, seen, blob, { etag: `"${digest.slice(0, 8)}-${requests.length}"` });
  });

  const hub = http.createServer((request, response) => {
    const seen = note("hub", request);
    if (faults.unavailable > 0) {
      faults.unavailable--;
      return refuse(response, 503, "", "Try again");
    }
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => answer(request, response, seen, Buffer.concat(chunks).toString("utf8")));
  });

  const route =
    /^\/(api\/)?(?:(datasets|models|spaces)\/)?([^/]+\/[^/]+)(?:\/(revision|tree|paths-info|resolve|commits)\/([^/]+))?(?:\/(.*))?$/;
  function answer(request: IncomingMessage, response: ServerResponse, seen: SeenRequest, body: string): void {
    const url = new URL(request.url ?? "/", base());
    const owner = /^\/api\/organizations\/([^/]+)\/overview$/.exec(url.pathname)?.[1];
    if (owner !== undefined) {
      const owned = [...repos].find(([repo]) => repo.replace(/^(datasets|spaces)\//, "").startsWith(`${owner}/`))?.[1];
      if (owned?.about.ownerId === undefined) return refuse(response, 404, "", "Not found");
      return json(response, { _id: owned.about.ownerId, name: owner });
    }
    const [, api, kind, name = "", verb = "revision", rawRevision = "HEAD", rawPath = ""] =
      route.exec(url.pathname) ?? [];
    const key = `${kind && kind !== "models" ? `${kind}/` : ""}${name}`;
    const repo = repos.get(key);
    const authorized = request.headers.authorization === `Bearer ${token}`;
    if (request.headers.authorization !== undefined && !authorized)
      return refuse(response, 401, "", "Invalid credentials in Authorization header");
    if (!repo || (repo.about.private && !authorized))
      return refuse(response, authorized ? 404 : 401, authorized ? "RepoNotFound" : "", "Repository not found");
    if (repo.about.movedTo !== undefined) {
      response.writeHead(307, { location: (request.url ?? "").replace(name, repo.about.movedTo) });
      return void response.end();
    }
    const revision = decodeURIComponent(rawRevision);
    const commit = repo.commits.has(revision) ? revision : repo.refs.get(revision === "HEAD" ? "main" : revision);
    const tree = commit === undefined ? undefined : repo.commits.get(commit);
    if (commit === undefined || !tree) return refuse(response, 404, "RevisionNotFound", `Invalid rev id: ${revision}`);
    const path = decodeURIComponent(rawPath);
    const gated = repo.about.gated && !authorized;
    if (api && verb === "revision") {
      return json(response, {
        _id: repo.about.identity ?? "1",
        ...(repo.about.license === undefined ? {} : { cardData: { license: repo.about.license } }),
        id: name,
        sha: commit,
        private: Boolean(repo.about.private),
        gated: repo.about.gated ? "auto" : false,
        downloads: 0,
        likes: 0,
        lastModified: "2026-01-01T00:00:00.000Z",
        siblings: [...tree.keys()].map((rfilename) => ({ rfilename })),
      });
    }
    if (gated) return refuse(response, authorized ? 403 : 401, "GatedRepo", `Access to ${name} is restricted.`);
    if (api && verb === "commits") {
      const line = [...repo.history.values()].find((commits) => commits.includes(commit)) ?? [commit];
      const list = line.slice(0, line.indexOf(commit) + 1).toReversed();
      return json(
        response,
        list.map((id) => ({ id, title: "", message: "", authors: [], date: "2026-01-01T00:00:00.000Z" })),
      );
    }
    if (api && verb === "tree") return list(response, url, tree, path);
    if (api && verb === "paths-info") {
      const form = (request.headers["content-type"] ?? "").includes("form");
      const paths = form ? new URLSearchParams(body).getAll("paths") : (JSON.parse(body) as { paths: string[] }).paths;
      const all = entriesOf(tree, "", true);
      return json(
        response,
        all.filter((entry) => paths.includes(entry.path)),
      );
    }
    const blob = verb === "resolve" ? tree.get(path) : undefined;
    if (!blob) return refuse(response, 404, "EntryNotFound", "Entry not found");
    const headers = { "x-repo-commit": commit };
    const away = faults.redirectTo ?? (blob.lfs ? `${cdnBase()}/${faults.generation}/${blob.sha256}` : undefined);
    if (away !== undefined) {
      response.writeHead(302, {
        ...headers,
        location: away,
        "x-linked-etag": `"${blob.sha256}"`,
        "x-linked-size": String(blob.bytes.length),
      });
      return void response.end();
    }
    sendBytes(request, response, seen, blob, { ...headers, etag: `"${blob.oid}"` });
  }

  function list(response: ServerResponse, url: URL, tree: ReadonlyMap<string, Blob>, path: string): void {
    const entries = entriesOf(tree, path, url.searchParams.get("recursive") === "true");
    if (path !== "" && entries.length === 0) return refuse(response, 404, "EntryNotFound", `${path} does not exist`);
    const from = Number(url.searchParams.get("cursor") ?? 0);
    const next = new URL(url);
    next.searchParams.set("cursor", String(from + pageSize));
    const host = faults.nextPageHost ?? base();
    const more =
      from + pageSize < entries.length ? { link: `<${host}${next.pathname}${next.search}>; rel="next"` } : {};
    json(response, entries.slice(from, from + pageSize), more);
  }

  const listening = async (server: http.Server): Promise<void> => {
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    server.unref();
  };
  const base = (): string => `http://127.0.0.1:${(hub.address() as AddressInfo).port}`;
  const cdnBase = (): string => `http://127.0.0.1:${(cdn.address() as AddressInfo).port}`;
  await listening(hub);
  await listening(cdn);
  return {
    url: base(),
    cdnUrl: cdnBase(),
    env: { HF_ENDPOINT: base(), HF_TOKEN_PATH: "/nonexistent/token" },
    requests,
    faults,
    push,
    force,
    about: (name) => repos.get(name)?.about as FakeRepo,
    commitOf: (name, revision = "main") => repos.get(name)?.refs.get(revision) ?? "",
    close: async () => {
      for (const server of [hub, cdn]) {
        server.closeAllConnections();
        await new Promise((resolve) => server.close(resolve));
      }
    },
  };
}

interface TreeEntry {
  readonly type: "file" | "directory";
  readonly path: string;
  readonly size: number;
  readonly oid: string;
  readonly lfs?: { readonly oid: string; readonly size: number; readonly pointerSize: number };
}

function entriesOf(tree: ReadonlyMap<string, Blob>, under: string, recursive: boolean): TreeEntry[] {
  const entries = new Map<string, TreeEntry>();
  const prefix = under === "" ? "" : `${under}/`;
  for (const [path, blob] of tree) {
    if (!path.startsWith(prefix)) continue;
    const parts = path.slice(prefix.length).split("/");
    const depth = recursive ? parts.length : 1;
    for (let i = 1; i <= depth; i++) {
      const at = prefix + parts.slice(0, i).join("/");
      const lfs = blob.lfs ? { lfs: { oid: blob.sha256, size: blob.bytes.length, pointerSize: 134 } } : {};
      if (i < parts.length) entries.set(at, { type: "directory", path: at, size: 0, oid: hash("sha1", at) });
      else entries.set(at, { type: "file", path: at, size: blob.bytes.length, oid: blob.oid, ...lfs });
    }
  }
  return [...entries.values()];
}
