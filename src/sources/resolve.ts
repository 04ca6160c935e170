// From what was typed to the files it means: local files, folders and patterns, standard input, Hub repositories, URLs.
// Order is fixed (targets as given, files by the bytes of their names), no file comes twice, and no two share a URI.
import { lstatSync, realpathSync, statSync } from "node:fs";
import { glob } from "node:fs/promises";
import { resolve } from "node:path";
import type { Target } from "../core/artifact.ts";
import { LIMITS, type Limits } from "../base/limits.ts";
import { targetMissing, usage } from "../core/errors.ts";
import type { HttpSettings } from "./http.ts";
import { spoolToFile } from "./spool.ts";
import { entryAt, fenceOf, fileRef, nameOf, problemAt, walkTree, type TreeBudget } from "./tree.ts";

export interface ResolveOptions extends Partial<HttpSettings> {
  readonly limits?: Limits;
  /** Where `-` reads from. */
  readonly stdin?: AsyncIterable<Uint8Array>;
}

/** Throws a ToolError when a target does not exist or cannot be reached; what a target holds gives problems. */
export async function* resolveTargets(targets: readonly string[], options: ResolveOptions = {}): AsyncIterable<Target> {
  const seen = new Set<string>();
  const uris = new Map<string, number>();
  for (const target of targets) {
    for await (const found of resolveTarget(target, options)) {
      if (found.kind !== "artifact") {
        yield found;
        continue;
      }
      const { location } = found;
      const place = location.type === "file" ? `${found.uri} ${location.pathBytes ?? location.path}` : location.url;
      if (seen.has(place)) continue;
      seen.add(place);
      // Names whose odd bytes are drawn alike, links with different signatures: told apart, or one could hide another.
      const twin = (uris.get(found.uri) ?? 0) + 1;
      uris.set(found.uri, twin);
      yield twin === 1 ? found : { ...found, uri: `${found.uri}#${twin}` };
    }
  }
}

function resolveTarget(target: string, options: ResolveOptions): AsyncIterable<Target> | Iterable<Target> {
  const limits = options.limits ?? LIMITS;
  const settings: HttpSettings = { ...options, env: options.env ?? process.env };
  if (target === "") throw usage("An empty target. Name a file, a folder, - or an address.");
  if (target === "-") return standardInput(limits, options);
  const scheme = /^([A-Za-z][A-Za-z0-9+.-]+):\/\//.exec(target)?.[1]?.toLowerCase();
  if (scheme === undefined) return localTargets(target, limits);
  return remoteTargets(target, scheme, limits, settings);
}

/** The network's code is loaded only here: most scans are of local files. */
async function* remoteTargets(
  target: string,
  scheme: string,
  limits: Limits,
  settings: HttpSettings,
): AsyncIterable<Target> {
  const [{ hubAccess }, { hubTargets, parseHubTarget }] = await Promise.all([
    import("./hub-access.ts"),
    import("./hub.ts"),
  ]);
  const hub = parseHubTarget(target, hubAccess(settings.env).endpoint);
  if (hub) {
    yield* hubTargets(hub, limits, settings);
    return;
  }
  if (scheme === "https" || scheme === "http") {
    yield await (await import("./url.ts")).urlTarget(target, settings);
    return;
  }
  throw usage(`${scheme}:// is not read. Use hf://, https://, a path, or - for standard input.`);
}

async function* standardInput(limits: Limits, options: ResolveOptions): AsyncIterable<Target> {
  const stdin = options.stdin ?? process.stdin;
  const held = await spoolToFile(stdin, { limits, ...(options.signal ? { signal: options.signal } : {}) });
  if ("code" in held) yield { kind: "problem", uri: "stdin", ...held };
  else yield { ...fileRef("stdin", "stdin", Buffer.from(held.path), statSync(held.path)), uri: "stdin" };
}

/** `data`, `./data/`, `C:\data`: as typed, with `/`, without a slash at the end. */
const uriOf = (target: string): string =>
  (process.platform === "win32" ? target.replaceAll("\\", "/") : target).replace(/(?<=[^/])\/+$/, "");
const baseName = (uri: string): string => uri.slice(uri.lastIndexOf("/") + 1);

async function* localTargets(target: string, limits: Limits): AsyncIterable<Target> {
  const path = resolve(target);
  const budget = { files: limits.filesMax, folders: limits.filesMax };
  if (exists(path)) {
    yield* local(uriOf(target), path, limits, budget);
    return;
  }
  if (!/[*?[{]/.test(target)) throw targetMissing(target);
  yield* matches(target, limits, budget);
}

function exists(path: string): boolean {
  try {
    lstatSync(path);
    return true;
  } catch {
    return false;
  }
}

// A path that a person typed may be a link to anywhere: they named it.
function* local(uri: string, path: string, limits: Limits, budget: TreeBudget): Generator<Target> {
  let real: Buffer;
  try {
    real = realpathSync(path, { encoding: "buffer" });
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    if (code === "ELOOP") yield problemAt(uri, "link", "A link that leads only to itself.");
    else if (code === "ENOENT") yield problemAt(uri, "link", "A link to where nothing is.");
    else yield problemAt(uri, "unreadable", `Could not be looked at (${code}).`);
    return;
  }
  const fence = fenceOf(real);
  const entry = entryAt(real, fence);
  const prefix = uri === "." ? "" : uri.endsWith("/") ? uri : `${uri}/`;
  if (entry.type === "problem") yield problemAt(uri, entry.code, entry.message);
  else if (entry.type === "folder") {
    let any = false;
    for (const found of walkTree(real, prefix, "", fence, limits, budget)) {
      any = true;
      yield found;
    }
    if (!any) yield problemAt(uri, "empty", "The folder holds no files: there is nothing to look at.", false);
  } else yield fileRef(uri, baseName(uri), real, entry.stats);
}

/** Patterns we expand ourselves, for shells that do not know `**` and for quoted arguments. */
async function* matches(pattern: string, limits: Limits, budget: TreeBudget): AsyncIterable<Target> {
  const found: string[] = [];
  for await (const path of glob(pattern)) {
    if (found.length >= limits.filesMax) break;
    found.push(path);
  }
  if (found.length === 0) throw targetMissing(pattern);
  // Links among the matches were not typed: they stay inside the part of the pattern before its first wildcard.
  const fixed = pattern.slice(0, pattern.search(/[*?[{]/));
  const base = resolve(fixed.slice(0, fixed.lastIndexOf("/") + 1) || ".");
  const fence = fenceOf(realpathSync(base, { encoding: "buffer" }));
  const keyed = found.map((path) => ({ uri: uriOf(path), path: Buffer.from(resolve(path)) }));
  keyed.sort((a, b) => Buffer.compare(Buffer.from(a.uri), Buffer.from(b.uri)));
  for (const { uri, path } of keyed) {
    const entry = entryAt(path, fence);
    const name = nameOf(path).slice(base.length).replace(/^\//, "");
    if (entry.type === "problem") yield problemAt(uri, entry.code, entry.message);
    else if (entry.type === "folder") yield* walkTree(entry.path, `${uri}/`, `${name}/`, fence, limits, budget);
    else yield fileRef(uri, name, entry.path, entry.stats);
  }
  if (found.length >= limits.filesMax) {
    yield problemAt(
      pattern,
      "limit",
      `Matches ${limits.filesMax} files or more (limit filesMax): the rest was not looked at.`,
    );
  }
}
