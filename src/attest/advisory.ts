// Advisories about poisoned datasets and models, as OSV records (schema 1.7). The Hub's repositories are git repositories,
// so a range of commits says which revisions are meant; no ecosystem of OSV is about data, so none is named. What is
// poisoned is said by digest too, of files and of single records, because a copy under another name keeps its bytes and
// not its address. The records' digests are those of docs/specs/record-digest.md.
import { badConfig } from "../core/errors.ts";
import { quote } from "../base/escape.ts";
import { LIMITS } from "../base/limits.ts";
import { isObject, strictObject, type JsonObject } from "./strict-json.ts";
import { Refused } from "../core/refusal.ts";

export const OSV_VERSION = "1.7.5";
/** OSV lets anybody use ids that begin so. */
export const ID_PATTERN: RegExp = /^x_[A-Za-z0-9_]+-\d{4}-\d{4,}$/;

export interface Advisory {
  readonly id: string;
  readonly modified: string;
  readonly withdrawn?: string;
  readonly summary: string;
  readonly details?: string;
  readonly affected: readonly Affected[];
}

export interface Affected {
  /** `datasets/owner/name` or `owner/name`. */
  readonly repository?: string;
  readonly introduced: readonly string[];
  readonly fixed: readonly string[];
  /** Commits listed one by one. */
  readonly versions: readonly string[];
  /** SHA-256 of files, hex. */
  readonly files: readonly string[];
  /** Record digests, hex. */
  readonly records: readonly string[];
}

export interface NewAdvisory {
  readonly id: string;
  readonly at: Date;
  readonly summary: string;
  readonly details?: string;
  readonly repository?: string;
  readonly introduced?: string;
  readonly fixed?: string;
  readonly versions?: readonly string[];
  readonly files?: readonly string[];
  readonly records?: readonly string[];
  readonly references?: readonly string[];
  /** MITRE ATLAS technique ids. */
  readonly atlas?: readonly string[];
}

const HUB = "https://huggingface.co/";

/** An OSV record. Throws a usage error for one that says nothing. */
export function newAdvisory(given: NewAdvisory): JsonObject {
  const {
    id,
    at,
    summary,
    details,
    repository,
    versions = [],
    files = [],
    records = [],
    references = [],
    atlas = [],
  } = given;
  if (!ID_PATTERN.test(id))
    throw badConfig("--id", "must be such as x_ACME-2026-0001: a prefix that OSV leaves to everybody.");
  if (repository === undefined && files.length + records.length === 0)
    throw badConfig("advisory new", "say what is affected: --repo, or --file or --records for digests.");
  if (repository === undefined && (given.introduced ?? given.fixed ?? versions[0]) !== undefined)
    throw badConfig("advisory new", "--introduced, --fixed and --commit go with --repo.");
  const time = `${at.toISOString().slice(0, 19)}Z`;
  const events = [
    { introduced: given.introduced ?? "0" },
    ...(given.fixed === undefined ? [] : [{ fixed: given.fixed }]),
  ];
  return {
    schema_version: OSV_VERSION,
    id,
    modified: time,
    published: time,
    summary,
    ...(details === undefined ? {} : { details }),
    affected: [
      {
        ...(repository === undefined ? {} : { ranges: [{ type: "GIT", repo: `${HUB}${repository}`, events }] }),
        ...(versions.length > 0 ? { versions } : {}),
        ...(files.length + records.length > 0
          ? {
              database_specific: {
                ...(files.length > 0 ? { files: files.map((sha256) => ({ sha256 })) } : {}),
                ...(records.length > 0
                  ? { records: { digest: "bezoar-record/v1", sha256: [...new Set(records)].sort() } }
                  : {}),
              },
            }
          : {}),
      },
    ],
    ...(references.length > 0 ? { references: references.map((url) => ({ type: "EVIDENCE", url })) } : {}),
    ...(atlas.length > 0 ? { database_specific: { atlas } } : {}),
  };
}

/** Reads an OSV record of anybody's; refuses what cannot be judged by. `where` names it. */
export function parseAdvisory(bytes: Uint8Array, where: string): Advisory {
  let json: JsonObject;
  try {
    json = strictObject(bytes, "statement-malformed", "It");
  } catch (error) {
    if (error instanceof Refused) throw badConfig(where, error.message);
    throw error;
  }
  return readAdvisory(json, where);
}

export function readAdvisory(json: JsonObject, where: string): Advisory {
  const { id, modified, withdrawn, summary, details, affected } = json;
  if (typeof id !== "string" || !/^[A-Za-z0-9_][A-Za-z0-9_.-]{2,200}$/.test(id))
    throw badConfig(where, "is no OSV record: its id is not one.");
  if (typeof modified !== "string" || Number.isNaN(Date.parse(modified)))
    throw badConfig(where, "is no OSV record: it does not say when it was modified.");
  if (affected !== undefined && !Array.isArray(affected))
    throw badConfig(where, "its list of what is affected is no list.");
  return {
    id,
    modified,
    ...(typeof withdrawn === "string" ? { withdrawn } : {}),
    summary: typeof summary === "string" ? summary : "",
    ...(typeof details === "string" ? { details } : {}),
    affected: ((affected ?? []) as unknown[])
      .slice(0, LIMITS.groupsMax * 100)
      .flatMap((item) => (isObject(item) ? readAffected(item) : [])),
  };
}

function readAffected(item: JsonObject): Affected[] {
  const specific = isObject(item["database_specific"]) ? item["database_specific"] : {};
  const records = isObject(specific["records"]) ? specific["records"]["sha256"] : undefined;
  const files = hexOf(list(specific["files"]).map((file) => (isObject(file) ? file["sha256"] : undefined)));
  const versions = texts(item["versions"]);
  const digests = { files, records: hexOf(list(records)) };
  const ranges = list(item["ranges"]).flatMap((range): Affected[] => {
    if (!isObject(range) || range["type"] !== "GIT" || typeof range["repo"] !== "string") return [];
    const events = list(range["events"]).filter(isObject);
    const of = (key: string): string[] =>
      events.flatMap((event) => (typeof event[key] === "string" ? [event[key]] : []));
    const repository = repositoryOf(range["repo"]);
    return repository === undefined
      ? []
      : [
          {
            repository,
            introduced: of("introduced"),
            fixed: [...of("fixed"), ...of("last_affected")],
            versions,
            files: [],
            records: [],
          },
        ];
  });
  return [...ranges, { introduced: [], fixed: [], versions: [], ...digests }];
}

const list = (value: unknown): readonly unknown[] => (Array.isArray(value) ? (value as unknown[]) : []);
const texts = (value: unknown): string[] => list(value).filter((item) => typeof item === "string");
const hexOf = (value: readonly unknown[]): string[] => texts(value).filter((item) => /^[0-9a-f]{64}$/.test(item));

/** `datasets/owner/name` of a Hub address, lower case: the Hub does not tell case apart. */
export function repositoryOf(address: string): string | undefined {
  const path =
    /^(?:https:\/\/huggingface\.co\/|hf:\/\/)?((?:datasets\/|spaces\/)?[\w.-]+\/[\w.-]+?)(?:\.git|\/)?$/.exec(
      address.replace(/@[^/]*.*$/, ""),
    )?.[1];
  return path?.toLowerCase();
}

/** Something that is pinned or stands here, as far as it is known. */
export interface Held {
  readonly name: string;
  readonly repository?: string;
  readonly revision?: string;
  /** Path -> SHA-256, hex. */
  readonly files: ReadonlyMap<string, string>;
  /** Record digests in hex, where its records were read. */
  readonly records?: ReadonlySet<string>;
  /** Commits from the newest to the oldest, where known: which is older than which. */
  readonly history?: readonly string[];
}

export interface Hit {
  readonly advisory: string;
  readonly summary: string;
  readonly held: string;
  readonly certainty: "affected" | "undecided";
  readonly message: string;
}

/** What an advisory says of what is held. A range that cannot be judged is undecided, and never passed over. */
export function judge(advisory: Advisory, held: Held): Hit[] {
  if (advisory.withdrawn !== undefined) return [];
  const hits: Hit[] = [];
  const hit = (certainty: Hit["certainty"], message: string): void => {
    hits.push({ advisory: advisory.id, summary: advisory.summary, held: held.name, certainty, message });
  };
  const digests = new Set(held.files.values());
  for (const affected of advisory.affected) {
    const files = affected.files.filter((sha256) => digests.has(sha256));
    if (files.length > 0)
      hit("affected", `${files.length} of its files ${files.length === 1 ? "is" : "are"} named by digest.`);
    if (affected.records.length > 0) {
      const found = held.records ? affected.records.filter((digest) => held.records?.has(digest)) : [];
      if (found.length > 0)
        hit("affected", `It holds ${found.length} of the ${affected.records.length} poisoned records.`);
      else if (!held.records)
        hit(
          "undecided",
          `The advisory names ${affected.records.length} records, and those of ${quote(held.name)} were not read.`,
        );
    }
    if (affected.repository === undefined || affected.repository !== held.repository?.toLowerCase()) continue;
    const range = inRange(affected, held);
    if (range === "inside")
      hit("affected", `Its revision ${held.revision?.slice(0, 12) ?? ""} is one that the advisory names.`);
    else if (range === "unknown")
      hit(
        "undecided",
        held.revision === undefined
          ? "The advisory names commits of its repository, and its revision is not known."
          : `The advisory names a range of commits, and whether ${held.revision.slice(0, 12)} lies in it needs the history: --history.`,
      );
  }
  return hits;
}

function inRange(
  { introduced, fixed, versions }: Affected,
  { revision, history }: Held,
): "inside" | "outside" | "unknown" {
  if (revision === undefined) return "unknown";
  if (versions.includes(revision) || introduced.includes(revision)) return "inside";
  if (fixed.includes(revision)) return "outside";
  const open = introduced.includes("0");
  if (open && fixed.length === 0) return "inside";
  if (introduced.length === 0) return "outside";
  // A list from the newest commit: a larger index is older.
  const at = history?.indexOf(revision) ?? -1;
  if (!history || at < 0) return "unknown";
  const places = [...introduced.filter((commit) => commit !== "0"), ...fixed].map((commit) => history.indexOf(commit));
  if (places.some((place) => place < 0)) return "unknown";
  const begun = open || introduced.some((commit) => commit !== "0" && history.indexOf(commit) >= at);
  const ended = fixed.some((commit) => history.indexOf(commit) >= at);
  return begun && !ended ? "inside" : "outside";
}
