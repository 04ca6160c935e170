// `bezoar.lock` (docs/specs/lockfile.md, schema bezoar.lock/v1): what was pinned, one file a line, so that a change of one
// file is a change of one line. There is exactly one text for one content: a lockfile that was edited, reordered or
// rewritten is refused before a digest in it is believed.
import { Refused, type Refusal } from "../core/refusal.ts";
import { collisionText, pathCollision, pathFault } from "../core/safe-path.ts";
import { comparePaths, dirHash, omsRoot } from "../core/tree-digest.ts";
import { quote } from "../base/escape.ts";

export const LOCK_SCHEMA = "bezoar.lock/v1";
export const KINDS = ["dataset", "model", "adapter", "code"] as const;
export type Kind = (typeof KINDS)[number];

export interface LockedFile {
  readonly path: string;
  readonly size: number;
  /** Hex. */
  readonly sha256: string;
  /** Records that were read of it: its own run of the row index. */
  readonly records?: number;
  /** The digest is what the repository says of it; its bytes were not all read here. */
  readonly declared?: true;
}

export interface LockedRepository {
  /** `datasets/owner/name`, as the Hub names it. */
  readonly name: string;
  /** The Hub's own identity of the repository: a name can be reused, this cannot. */
  readonly id?: string;
  readonly ownerId?: string;
  /** Its name never leaves this machine. */
  readonly private?: true;
}

export interface LockedScan {
  readonly verdict: "pass" | "fail" | "undecided";
  /** Hex SHA-256 of the report's canonical text without its timing. */
  readonly report: string;
  /** Of a scan of what was new: the report on the rest. */
  readonly since?: string;
  readonly tool: string;
}

export interface LockEntry {
  readonly id: string;
  readonly kind: Kind;
  /** Where it comes from, as it was asked for: a path from the lockfile's folder, or `hf://…@branch`. */
  readonly source: string;
  /** The full commit. */
  readonly revision?: string;
  readonly repository?: LockedRepository;
  readonly licence?: string;
  readonly h1: string;
  /** Hex; an alias, see core/tree-digest. */
  readonly omsRoot: string;
  /** `sketches`: the SHA-256 of what stands beside the row index. */
  readonly rows?: { readonly count: number; readonly root: string; readonly sketches?: string };
  readonly scan?: LockedScan;
  readonly files: readonly LockedFile[];
}

export interface Lockfile {
  readonly entries: readonly LockEntry[];
}

/** Keys in the order in which they are written; a `?` marks those that may be absent. */
const SHAPES = {
  entry: ["id", "kind", "source", "revision?", "repository?", "licence?", "h1", "omsRoot", "rows?", "scan?", "files"],
  repository: ["name", "id?", "ownerId?", "private?"],
  rows: ["count", "root", "sketches?"],
  scan: ["verdict", "report", "since?", "tool"],
  file: ["path", "size", "sha256", "records?", "declared?"],
} as const;
type Shape = keyof typeof SHAPES;

const keysOf = (shape: Shape): { key: string; optional: boolean }[] =>
  SHAPES[shape].map((key) => ({ key: key.replace("?", ""), optional: key.endsWith("?") }));

/** One line of JSON that reads well. */
const flat = (shape: Shape, value: object): string =>
  `{ ${keysOf(shape)
    .filter(({ key }) => (value as Record<string, unknown>)[key] !== undefined)
    .map(({ key }) => `"${key}": ${JSON.stringify((value as Record<string, unknown>)[key])}`)
    .join(", ")} }`;

/** The text of a lockfile: entries by source, files by path, both by their bytes. */
export function renderLockfile({ entries }: Lockfile): string {
  const own = (entry: LockEntry): string =>
    keysOf("entry")
      .filter(({ key }) => key !== "files" && entry[key as keyof LockEntry] !== undefined)
      .map(({ key }) => {
        const value = entry[key as keyof LockEntry];
        return `      "${key}": ${typeof value === "object" ? flat(key as Shape, value) : JSON.stringify(value)},\n`;
      })
      .join("");
  const files = (entry: LockEntry): string =>
    entry.files
      .toSorted((a, b) => comparePaths(a.path, b.path))
      .map((file) => `        ${flat("file", file)}`)
      .join(",\n");
  const text = entries
    .toSorted((a, b) => comparePaths(a.source, b.source))
    .map((entry) => `    {\n${own(entry)}      "files": [\n${files(entry)}\n      ]\n    }`)
    .join(",\n");
  return `{\n  "schema": "${LOCK_SCHEMA}",\n  "entries": [${text === "" ? "" : `\n${text}\n  `}]\n}\n`;
}

/** A lockfile is a text that somebody else may have written: checked whole before anything in it is used. */
export function parseLockfile(text: string): { readonly lock: Lockfile } | { readonly refusal: Refusal } {
  try {
    return { lock: checked(text) };
  } catch (error) {
    if (error instanceof Refused) return { refusal: error.refusal };
    throw error;
  }
}

function checked(text: string): Lockfile {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new Refused(
      "lock-malformed",
      /^(<{7}|={7}|>{7})/m.test(text)
        ? "The lockfile holds the marks of a merge conflict. Take one side, and run `bezoar lock update`."
        : "The lockfile is broken JSON: cut short or damaged. Restore it, or lock again.",
    );
  }
  const { schema, entries, ...more } = (value ?? {}) as { schema?: unknown; entries?: unknown };
  if (schema !== LOCK_SCHEMA)
    throw new Refused(
      "lock-version",
      `The lockfile is of the schema ${quote(String(schema))}, and this reads ${LOCK_SCHEMA}.`,
    );
  if (!Array.isArray(entries) || Object.keys(more).length > 0)
    throw new Refused("lock-field", "The lockfile has other members than `schema` and a list of `entries`.");
  const list = entries.map((entry, i) => checkEntry(entry, i));
  const sources = new Set<string>();
  for (const { source } of list) {
    if (sources.has(source))
      throw new Refused(
        "lock-duplicate",
        `Two entries pin ${quote(source)}. Which one holds is not decided here: lock again.`,
      );
    sources.add(source);
  }
  ordered(
    list.map(({ source }) => source),
    "entries",
  );
  const lock = { entries: list };
  // Repeated keys, escapes, white space: all that a parser forgives and another reads otherwise.
  if (renderLockfile(lock) !== text)
    throw new Refused(
      "lock-rewritten",
      "The lockfile was edited or reformatted: its text is not the one that `bezoar lock` writes for its content. Restore it, or lock again.",
    );
  return lock;
}

function ordered(names: readonly string[], what: string): void {
  names.forEach((name, i) => {
    const before = names[i - 1];
    if (before !== undefined && comparePaths(before, name) > 0)
      throw new Refused(
        "lock-order",
        `The ${what} of the lockfile are not in order: ${quote(name)} stands behind ${quote(before)}.`,
      );
  });
}

const HEX = /^[0-9a-f]{64}$/;
const TEXT_MAX = 4096;
const isText = (value: unknown): boolean =>
  typeof value === "string" && value !== "" && value.length <= TEXT_MAX && value.isWellFormed();
const isSize = (value: unknown): boolean => Number.isSafeInteger(value) && (value as number) >= 0;
const isHex = (value: unknown): boolean => typeof value === "string" && HEX.test(value);
const isTrue = (value: unknown): boolean => value === true;

const CHECKS: Readonly<Record<Shape, Readonly<Record<string, (value: unknown) => boolean>>>> = {
  entry: {
    id: isText,
    kind: (value) => KINDS.includes(value as Kind),
    source: isText,
    revision: (value) => typeof value === "string" && /^[0-9a-f]{40}(?:[0-9a-f]{24})?$/.test(value),
    repository: (value) => typeof value === "object" && value !== null,
    licence: isText,
    h1: (value) => typeof value === "string" && /^h1:[A-Za-z0-9+/]{43}=$/.test(value),
    omsRoot: isHex,
    rows: (value) => typeof value === "object" && value !== null,
    scan: (value) => typeof value === "object" && value !== null,
    files: (value) => Array.isArray(value) && value.length > 0,
  },
  repository: { name: isText, id: isText, ownerId: isText, private: isTrue },
  // Of no records there is no commitment, and its root would be anybody's.
  rows: { count: (value) => isSize(value) && value !== 0, root: isHex, sketches: isHex },
  scan: {
    verdict: (value) => value === "pass" || value === "fail" || value === "undecided",
    report: isHex,
    since: isHex,
    tool: isText,
  },
  file: { path: (value) => typeof value === "string", size: isSize, sha256: isHex, records: isSize, declared: isTrue },
};

function shaped(shape: Shape, value: unknown, where: string): Record<string, unknown> {
  if (typeof value !== "object" || value === null || Array.isArray(value))
    throw new Refused("lock-field", `${where}: an object should stand here.`);
  const given = value as Record<string, unknown>;
  const keys = keysOf(shape);
  for (const key of Object.keys(given))
    if (!keys.some((known) => known.key === key))
      throw new Refused("lock-field", `${where}: the member ${quote(key)} is not known.`);
  for (const { key, optional } of keys) {
    const item = given[key];
    if (item === undefined && optional) continue;
    if (!CHECKS[shape][key]?.(item))
      throw new Refused(
        /^(sha256|omsRoot|h1|root|sketches|report|since)$/.test(key) ? "lock-digest" : "lock-field",
        `${where}: ${quote(key)} is ${item === undefined ? "missing" : `not what it should be (${quote(JSON.stringify(item) ?? "")})`}.`,
      );
  }
  return given;
}

function checkEntry(value: unknown, i: number): LockEntry {
  const given = shaped("entry", value, `Entry ${i + 1} of the lockfile`);
  const where = `The entry ${quote(String(given["source"]))}`;
  for (const shape of ["repository", "rows", "scan"] as const)
    if (given[shape] !== undefined) shaped(shape, given[shape], where);
  const files = (given["files"] as unknown[]).map((file) => shaped("file", file, where) as unknown as LockedFile);
  for (const { path } of files) {
    const fault = pathFault(path);
    if (fault) throw new Refused("lock-path", `${where} names a file ${quote(path)}, which ${fault}.`, undefined, path);
  }
  const collision = pathCollision(files.map(({ path }) => path));
  if (collision)
    throw new Refused(
      collision.why === "same" ? "lock-duplicate" : "lock-collision",
      `${where}: ${collisionText(collision)}.`,
      undefined,
      collision.second,
    );
  ordered(
    files.map(({ path }) => path),
    `files of ${quote(String(given["source"]))}`,
  );
  const entry = given as unknown as LockEntry;
  const counted = files.reduce((sum, { records = 0 }) => sum + records, 0);
  if (counted !== (entry.rows?.count ?? 0))
    throw new Refused("lock-field", `${where} says ${entry.rows?.count ?? 0} records, and its files ${counted}.`);
  const digests = digestsOf(files);
  if (entry.h1 !== digests.h1)
    throw new Refused(
      "lock-digest",
      `${where} says ${entry.h1}, and its own files make ${digests.h1}: the one or the other was changed.`,
    );
  if (entry.omsRoot !== digests.omsRoot)
    throw new Refused("lock-digest", `${where}: its omsRoot is not that of its files.`);
  return entry;
}

export const digestsOf = (files: readonly LockedFile[]): { readonly h1: string; readonly omsRoot: string } => ({
  h1: dirHash(files),
  omsRoot: omsRoot(files),
});
