// The work behind `bezoar advisory`: advisories are files in a folder, feeds are signed, and what is held comes from the
// lockfile and from what stands here.

import { existsSync, mkdirSync, readdirSync } from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import { parseJson } from "../base/json.ts";
import { LIMITS } from "../base/limits.ts";
import { clip, visible } from "../base/escape.ts";
import { badConfig, targetMissing, ToolError, usage } from "../core/errors.ts";
import {
  judge,
  newAdvisory,
  parseAdvisory,
  repositoryOf,
  type Advisory,
  type Held,
  type Hit,
} from "../attest/advisory.ts";
import { feedStatement, readFeed } from "../attest/feed.ts";
import { Refused } from "../core/refusal.ts";
import { isObject, strictObject } from "../attest/strict-json.ts";
import { verifyBundle } from "../attest/verified.ts";
import { exitCode } from "../policy/decide.ts";
import { plural } from "../report/figures.ts";
import { jsonText } from "../report/json.ts";
import { RECORD_DIGEST_BYTES } from "../core/record-digest.ts";
import { readRowIndex, rowIndexFault, rowIndexName, type RowCommitment } from "../store/row-index.ts";
import { readLock } from "./check-pin.ts";
import { sha256Of, strictTree } from "../sources/strict-tree.ts";
import { reportOf } from "./attestation.ts";
import { checkOutput, print, writeWhole } from "./output.ts";
import { readRecords } from "./remove.ts";
import { STORE } from "./store.ts";
import { readNamed, signerOf, trustOf, type SignFlags, type TrustFlags } from "./signing.ts";

export interface NewFlags {
  id: string;
  summary: string;
  details?: string;
  repo?: string;
  introduced?: string;
  fixed?: string;
  commit?: string[];
  file?: string[];
  records?: string;
  report?: string;
  reference?: string[];
  atlas?: string[];
  output?: string;
}
export interface ExportFlags extends SignFlags {
  output: string;
  name: string;
  sequence: number;
  days: number;
}
export interface ImportFlags extends TrustFlags {
  advisories: string;
}
export interface CheckFlags {
  advisories: string;
  lockfile?: string;
  history?: string;
  store?: string;
  format: "text" | "json";
}

const DAY_MS = 86_400_000;

export async function writeNew(flags: NewFlags, signal: AbortSignal): Promise<void> {
  if ((flags.records === undefined) !== (flags.report === undefined))
    throw usage("--records and --report go together: the report says how each file is read.");
  const commits = [flags.introduced, flags.fixed, ...(flags.commit ?? [])].filter((commit) => commit !== undefined);
  for (const commit of commits)
    if (!/^[0-9a-f]{40}$/.test(commit))
      throw usage(`A commit has 40 hex digits, and ${JSON.stringify(commit)} has not.`);
  const repository = flags.repo === undefined ? undefined : repositoryOf(flags.repo);
  if (flags.repo !== undefined && repository === undefined)
    throw usage(`--repo takes datasets/OWNER/NAME or OWNER/NAME, and ${JSON.stringify(flags.repo)} is neither.`);
  if (flags.output !== undefined) checkOutput(flags.output);
  const files: string[] = [];
  for (const path of flags.file ?? []) {
    if (!existsSync(path)) throw targetMissing(path);
    files.push(await sha256Of(path, signal));
  }
  const records =
    flags.records === undefined || flags.report === undefined
      ? []
      : await flaggedDigests(flags.records, flags.report, signal);
  const { details, introduced, fixed, commit, reference, atlas } = flags;
  const advisory = newAdvisory({
    id: flags.id,
    at: new Date(),
    summary: flags.summary,
    ...(details === undefined ? {} : { details }),
    ...(repository === undefined ? {} : { repository: flags.repo?.replace(/^hf:\/\//, "") ?? repository }),
    ...(introduced === undefined ? {} : { introduced }),
    ...(fixed === undefined ? {} : { fixed }),
    ...(commit ? { versions: commit } : {}),
    ...(files.length > 0 ? { files } : {}),
    ...(records.length > 0 ? { records } : {}),
    ...(reference ? { references: reference } : {}),
    ...(atlas ? { atlas } : {}),
  });
  const text = jsonText(advisory, 2);
  if (flags.output === undefined) await print(text);
  else writeWhole(flags.output, [text]);
}

/** Digests of the records that a scan flagged, read again from the files it read. */
async function flaggedDigests(recordsPath: string, reportPath: string, signal: AbortSignal): Promise<string[]> {
  const report = reportOf(readNamed(reportPath, LIMITS.signatureBytesMax), reportPath);
  const wanted = new Map<string, Set<number>>();
  for (const line of readNamed(recordsPath, LIMITS.signatureBytesMax).toString("utf8").split("\n")) {
    if (line === "") continue;
    const { value } = parseJson(line);
    if (!isObject(value) || typeof value["uri"] !== "string" || !Number.isSafeInteger(value["record"]))
      throw badConfig(recordsPath, "is not what bezoar scan --records writes.");
    const list = wanted.get(value["uri"]) ?? new Set();
    list.add(value["record"] as number);
    wanted.set(value["uri"], list);
  }
  const digests: string[] = [];
  for (const [uri, list] of wanted) {
    const artifact = report.artifacts.find((item) => item.uri === uri);
    if (!artifact || artifact.sha256 === null) throw badConfig(reportPath, `does not say how ${uri} was read.`);
    if (!existsSync(uri)) throw targetMissing(uri);
    // The records are looked up by number: in other bytes, other records would be named as poison.
    if ((await sha256Of(uri, signal)) !== artifact.sha256)
      throw new ToolError("unsupported", `${visible(uri)} has changed since it was scanned. Scan it again.`);
    for await (const { digest } of readRecords(uri, artifact.format, (index) => list.has(index), Math.max(...list)))
      digests.push(Buffer.from(digest()).toString("hex"));
  }
  return digests;
}

export async function exportFeed(paths: readonly string[], flags: ExportFlags): Promise<void> {
  checkOutput(flags.output);
  const signer = await signerOf(flags);
  const advisories = paths.map((path) => {
    const bytes = readNamed(path);
    const { id } = parseAdvisory(bytes, path);
    return { id, json: strictObject(bytes, "statement-malformed", path) };
  });
  const ids = new Set(advisories.map(({ id }) => id));
  if (ids.size !== advisories.length) throw usage("Two of the advisories have the same id.");
  const issued = new Date();
  const expires = new Date(issued.getTime() + flags.days * DAY_MS);
  const statement = feedStatement(
    { name: flags.name, sequence: flags.sequence, issued, expires },
    advisories.toSorted((a, b) => (a.id < b.id ? -1 : 1)).map(({ json }) => json),
  );
  writeWhole(flags.output, [await signer.sign(statement), "\n"]);
  await print(
    `Signed ${plural(advisories.length, "advisory", "advisories")} as number ${flags.sequence}: ${visible(flags.output)}\n`,
  );
}

// No advisory can be called so: an id begins with a letter, a digit or an underscore.
const FEEDS = ".feeds.json";

export async function importFeed(path: string, flags: ImportFlags): Promise<void> {
  const trust = await trustOf(flags);
  const bytes = readNamed(path, LIMITS.signatureBytesMax);
  const seen = feedsOf(flags.advisories);
  let feed;
  try {
    feed = verifyBundle(bytes, trust).map((signed) => readFeed(signed, new Date(), seen)).value;
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    await print(`Refused: ${visible(path)}. ${error.message} [${error.code}]\n`);
    process.exitCode = exitCode("fail");
    return;
  }
  mkdirSync(flags.advisories, { recursive: true });
  for (const { json, advisory } of feed.advisories)
    writeWhole(join(flags.advisories, `${advisory.id}.json`), [jsonText(json, 2)]);
  // Last, so that an interruption leaves a feed that is imported again, and never one that is passed over.
  seen.set(feed.name, feed.sequence);
  writeWhole(join(flags.advisories, FEEDS), [jsonText(Object.fromEntries([...seen].sort()), 2)]);
  await print(
    `Imported ${plural(feed.advisories.length, "advisory", "advisories")} of ${visible(feed.name)}, number ${feed.sequence}, good until ${feed.expires.slice(0, 10)}.\n`,
  );
}

function feedsOf(folder: string): Map<string, number> {
  const path = join(folder, FEEDS);
  if (!existsSync(path)) return new Map();
  const { value } = parseJson(readNamed(path).toString("utf8"));
  if (!isObject(value) || !Object.values(value).every((n) => Number.isSafeInteger(n)))
    throw badConfig(path, "is damaged. Remove it to import feeds afresh; older ones would then be taken too.");
  return new Map(Object.entries(value as Record<string, number>));
}

function advisoriesOf(folder: string): Advisory[] {
  if (!existsSync(folder)) throw targetMissing(folder);
  return readdirSync(folder)
    .filter((name) => name.endsWith(".json") && !name.startsWith("."))
    .sort()
    .map((name) => parseAdvisory(readNamed(join(folder, name)), join(folder, name)));
}

export async function check(targets: readonly string[], flags: CheckFlags, signal: AbortSignal): Promise<void> {
  const advisories = advisoriesOf(flags.advisories);
  const lockfile = flags.lockfile ?? (existsSync("bezoar.lock") ? "bezoar.lock" : undefined);
  const storePath = flags.store ?? (existsSync(STORE) ? STORE : undefined);
  if (lockfile === undefined && storePath === undefined && targets.length === 0)
    throw usage("There is no bezoar.lock and no store here. Name a target, --lockfile FILE or --store FILE.");
  if (storePath !== undefined && !existsSync(storePath)) throw targetMissing(storePath);
  const history =
    flags.history === undefined ? undefined : readNamed(flags.history).toString("utf8").split("\n").filter(Boolean);
  const wanted = new Set(advisories.flatMap(({ affected }) => affected.flatMap(({ records }) => records)));
  const held: Held[] = [
    ...(lockfile === undefined ? [] : lockedIn(lockfile, wanted)),
    ...(await Promise.all(targets.map((target) => standingAt(target, wanted, signal)))),
  ].map((item) => (history ? { ...item, history } : item));
  const hits = advisories.flatMap((advisory) => held.flatMap((item) => judge(advisory, item)));
  let stored = 0;
  if (storePath !== undefined) {
    const [{ ProvenanceStore }, { storeHits }] = await Promise.all([
      import("../store/provenance.ts"),
      import("./advisory-store.ts"),
    ]);
    const store = new ProvenanceStore(storePath);
    try {
      stored = store.counts().artifacts;
      hits.push(...advisories.flatMap((advisory) => storeHits(advisory, store, history)));
    } finally {
      store.close();
    }
  }
  const verdict = hits.some(({ certainty }) => certainty === "affected")
    ? "fail"
    : hits.length > 0
      ? "undecided"
      : "pass";
  await print(
    flags.format === "json"
      ? jsonText(
          {
            schema: "bezoar.advisory-check/v1",
            verdict,
            advisories: advisories.length,
            held: held.map(({ name }) => name),
            hits,
          },
          2,
        )
      : tell(hits, advisories.length, held.length + stored),
  );
  process.exitCode = exitCode(verdict);
}

function tell(hits: readonly Hit[], advisories: number, held: number): string {
  const of = `${plural(advisories, "advisory", "advisories")} against ${plural(held, "artifact")}`;
  if (hits.length === 0) return `No artifact is named: ${of}.\n`;
  const lines = hits.map(
    ({ advisory, summary, held, certainty, message }) =>
      `${certainty === "affected" ? "Affected" : "Undecided"}: ${visible(held)}, by ${visible(advisory)} (${clip(summary, 100)})\n  ${message}`,
  );
  return `${lines.join("\n")}\n${of}.\n`;
}

/** What stands in a folder: its files by digest, and its records where an advisory names any. */
async function standingAt(target: string, wanted: ReadonlySet<string>, signal: AbortSignal): Promise<Held> {
  const tree = strictTree(target, { leaveOut: [".git"], followLinks: true });
  const [trouble] = tree.troubles;
  if (trouble) throw new ToolError("unsupported", `${visible(target)}: ${trouble.message}`);
  const files = new Map<string, string>();
  for (const { path, location } of tree.files) files.set(path, await sha256Of(location, signal));
  if (wanted.size === 0) return { name: target, files };
  const { scan } = await import("./pipeline.ts");
  const { report } = await scan([target], { signal, only: ["extension-mismatch"] });
  const records = new Set<string>();
  for (const { uri, format, records: count } of report.artifacts) {
    if (count === undefined) continue;
    for await (const { digest } of readRecords(uri, format, () => true)) {
      signal.throwIfAborted();
      const hex = Buffer.from(digest()).toString("hex");
      if (wanted.has(hex)) records.add(hex);
    }
  }
  return { name: target, files, records };
}

/** What a lockfile pins. Its record digests are looked at only where they are those that it commits to. */
function lockedIn(path: string, wanted: ReadonlySet<string>): Held[] {
  const read = readLock(path);
  if ("refusal" in read)
    throw new ToolError("unsupported", `${visible(path)} cannot be judged by. ${read.refusal.message}`);
  return read.lock.entries.map(({ id, files, repository, revision, rows }): Held => {
    const records = rows && wanted.size > 0 ? indexedRecords(path, rows, wanted) : undefined;
    return {
      name: id,
      files: new Map(files.map((file) => [file.path, file.sha256])),
      ...(repository ? { repository: repositoryOf(repository.name) ?? repository.name } : {}),
      ...(revision === undefined ? {} : { revision }),
      ...(records ? { records } : {}),
    };
  });
}

/** The wanted ones among the record digests beside a lockfile; undefined where those are not the committed ones. */
function indexedRecords(lockfile: string, rows: RowCommitment, wanted: ReadonlySet<string>): Set<string> | undefined {
  const place = join(dirname(resolve(lockfile)), `${basename(lockfile)}.d`, rowIndexName(rows.root));
  if (rowIndexFault(place, rows) !== undefined) return undefined;
  const found = new Set<string>();
  for (const chunk of readRowIndex(place))
    for (let at = 0; at < chunk.length; at += RECORD_DIGEST_BYTES) {
      const hex = chunk.subarray(at, at + RECORD_DIGEST_BYTES).toString("hex");
      if (wanted.has(hex)) found.add(hex);
    }
  return found;
}
