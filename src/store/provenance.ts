// The provenance store: one SQLite file (node:sqlite, write-ahead log off, every import one transaction, so that a crash
// leaves all of it or nothing). What it holds: artifacts and their identities, who says that what came from what, which
// records a dataset holds. Records that two datasets share are counted when the second comes in, so that a question costs
// a walk over edges and never a scan of records.
import { createRequire } from "node:module";
import type { DatabaseSync as Database, StatementSync } from "node:sqlite";
import type { Basis, Carried, Lineage, Thing, ThingKind } from "../core/lineage.ts";
import { outputFailed, ToolError } from "../core/errors.ts";
import { LineageWalk } from "./lineage-walk.ts";
import { SKETCH_SCHEMA, SketchIndex, type AskedRecord } from "./sketch-index.ts";

/** Version 1 held no sketches; it is brought up to this one when it is opened. */
const SCHEMA_VERSION = 2;
const SCHEMA = `
CREATE TABLE artifact (id INTEGER PRIMARY KEY, kind TEXT NOT NULL, name TEXT NOT NULL, records INTEGER, verdict TEXT);
CREATE INDEX artifact_name ON artifact (name);
CREATE TABLE identity (key TEXT PRIMARY KEY, artifact INTEGER NOT NULL, rank INTEGER NOT NULL) WITHOUT ROWID;
CREATE INDEX identity_artifact ON identity (artifact);
CREATE TABLE document (id INTEGER PRIMARY KEY, sha256 TEXT NOT NULL, signer TEXT NOT NULL, name TEXT NOT NULL, format TEXT NOT NULL, UNIQUE (sha256, signer));
CREATE TABLE edge (origin INTEGER NOT NULL, made INTEGER NOT NULL, relation TEXT NOT NULL, basis TEXT NOT NULL, document INTEGER NOT NULL, PRIMARY KEY (origin, made, relation, document)) WITHOUT ROWID;
CREATE INDEX edge_made ON edge (made);
CREATE TABLE file (sha256 BLOB NOT NULL, artifact INTEGER NOT NULL, path TEXT NOT NULL, size INTEGER NOT NULL, PRIMARY KEY (sha256, artifact, path)) WITHOUT ROWID;
CREATE INDEX file_artifact ON file (artifact);
CREATE TABLE row (digest BLOB NOT NULL, artifact INTEGER NOT NULL, count INTEGER NOT NULL, PRIMARY KEY (digest, artifact)) WITHOUT ROWID;
CREATE TABLE overlap (one INTEGER NOT NULL, other INTEGER NOT NULL, shared INTEGER NOT NULL, PRIMARY KEY (one, other)) WITHOUT ROWID;
`;

/** Of the records that are asked for, those that an artifact must nearly hold to count as reached by them alone. */
const NEAR_SHARE_MIN = 0.02;

/** 16 bytes of a record's digest: enough that nobody finds another record with the same. */
const ROW_KEY_BYTES = 16;
const DIGEST_BYTES = 32;

/** What SQLite says of a disk, by its result code. */
const DISK: Readonly<Record<number, string>> = {
  5: "another program is writing to it. Try again.",
  8: "it is read-only.",
  10: "the disk failed. Nothing was added.",
  13: "the disk is full. Nothing was added.",
};

function database(path: string): Database {
  // Loaded when the first store is opened, and without the notice that it prints: nothing else needs it.
  const { emitWarning } = process;
  process.emitWarning = () => undefined;
  try {
    const { DatabaseSync } = createRequire(import.meta.url)("node:sqlite") as typeof import("node:sqlite");
    return new DatabaseSync(path);
  } finally {
    process.emitWarning = emitWarning;
  }
}

export interface DocumentInfo {
  readonly sha256: string;
  readonly name: string;
  readonly format: string;
  /** Who signed it, where that was verified. */
  readonly signer?: string;
}

export class ProvenanceStore {
  readonly #path: string;
  readonly #db: Database;
  readonly #statements = new Map<string, StatementSync>();

  /** Opens or makes the file. Throws a ToolError where it is something else. */
  constructor(path: string) {
    this.#path = path;
    try {
      this.#db = database(path);
      this.#db.exec(
        "PRAGMA journal_mode = DELETE; PRAGMA synchronous = FULL; PRAGMA cache_size = -65536; PRAGMA trusted_schema = OFF",
      );
      const { user_version: version } = this.#db.prepare("PRAGMA user_version").get() as { user_version: number };
      if (version === 0 || version === 1)
        this.#db.exec(
          `BEGIN IMMEDIATE; ${version === 0 ? SCHEMA : ""} ${SKETCH_SCHEMA} PRAGMA user_version = ${SCHEMA_VERSION}; COMMIT`,
        );
      else if (version !== SCHEMA_VERSION)
        throw new Error(`it is of version ${version}, and this reads ${SCHEMA_VERSION}`);
    } catch (error) {
      throw new ToolError(
        "config",
        `${path}: is no provenance store that can be opened (${(error as Error).message}).`,
        error,
      );
    }
  }

  close(): void {
    this.#db.close();
  }

  #run(sql: string): StatementSync {
    let statement = this.#statements.get(sql);
    if (!statement) this.#statements.set(sql, (statement = this.#db.prepare(sql)));
    return statement;
  }

  /** All of it or nothing. */
  transaction<T>(work: () => T): T {
    this.#db.exec("BEGIN IMMEDIATE");
    try {
      const result = work();
      this.#db.exec("COMMIT");
      return result;
    } catch (error) {
      try {
        this.#db.exec("ROLLBACK");
      } catch {
        // A full disk has rolled it back already.
      }
      const { errcode } = error as { errcode?: number };
      const why = errcode === undefined ? undefined : DISK[errcode & 0xff];
      throw why === undefined ? error : outputFailed(this.#path, why, error);
    }
  }

  /** The document's number, and whether it was there already: the same document adds nothing twice. */
  document({ sha256, name, format, signer = "" }: DocumentInfo): { readonly id: number; readonly known: boolean } {
    const there = this.#run("SELECT id FROM document WHERE sha256 = ? AND signer = ?").get(sha256, signer) as
      | { id: number }
      | undefined;
    if (there) return { id: there.id, known: true };
    const { lastInsertRowid } = this.#run(
      "INSERT INTO document (sha256, signer, name, format) VALUES (?, ?, ?, ?)",
    ).run(sha256, signer, name, format);
    return { id: Number(lastInsertRowid), known: false };
  }

  /**
   * The artifact that a document means. The strongest of its keys that is known decides; keys that another artifact has
   * stay with that one, because whoever writes a document could otherwise make two artifacts one.
   */
  artifact({ kind, name, keys }: Thing): number {
    let id: number | undefined;
    for (const key of keys) {
      const found = this.#run("SELECT artifact FROM identity WHERE key = ?").get(key) as
        | { artifact: number }
        | undefined;
      if (found) {
        id = found.artifact;
        break;
      }
    }
    if (id === undefined && keys.length === 0) {
      const found = this.#run(
        "SELECT id FROM artifact WHERE name = ? AND NOT EXISTS (SELECT 1 FROM identity WHERE artifact = artifact.id)",
      ).get(name) as { id: number } | undefined;
      id = found?.id;
    }
    if (id === undefined)
      id = Number(this.#run("INSERT INTO artifact (kind, name) VALUES (?, ?)").run(kind, name).lastInsertRowid);
    else if (kind !== "other") this.#run("UPDATE artifact SET kind = ? WHERE id = ? AND kind = 'other'").run(kind, id);
    keys.forEach((key, rank) =>
      this.#run("INSERT OR IGNORE INTO identity (key, artifact, rank) VALUES (?, ?, ?)").run(key, id, rank),
    );
    return id;
  }

  rename(artifact: number, kind: ThingKind, name: string): void {
    this.#run("UPDATE artifact SET kind = ?, name = ? WHERE id = ?").run(kind, name, artifact);
  }

  link(origin: number, made: number, relation: string, basis: Basis, document: number): void {
    if (origin === made) return;
    this.#run("INSERT OR IGNORE INTO edge (origin, made, relation, basis, document) VALUES (?, ?, ?, ?, ?)").run(
      origin,
      made,
      relation,
      basis,
      document,
    );
  }

  verdict(artifact: number, verdict: string): void {
    this.#run("UPDATE artifact SET verdict = ? WHERE id = ?").run(verdict, artifact);
  }

  /** Artifacts that hold a file of this content. */
  holders(sha256: string): number[] {
    return (
      this.#run("SELECT DISTINCT artifact FROM file WHERE sha256 = ?").all(Buffer.from(sha256, "hex")) as {
        artifact: number;
      }[]
    ).map(({ artifact }) => artifact);
  }

  files(
    artifact: number,
    files: readonly { readonly path: string; readonly size: number; readonly sha256: string }[],
  ): void {
    const insert = this.#run("INSERT OR IGNORE INTO file (sha256, artifact, path, size) VALUES (?, ?, ?, ?)");
    for (const { path, size, sha256 } of files) insert.run(Buffer.from(sha256, "hex"), artifact, path, size);
  }

  /** The records of a dataset, as chunks of whole 32-byte digests; counts what it shares with every other. */
  rows(artifact: number, chunks: Iterable<Uint8Array>): void {
    if (this.#run("SELECT 1 FROM row WHERE artifact = ? LIMIT 1").get(artifact)) return;
    this.#db.exec(
      "CREATE TEMP TABLE IF NOT EXISTS incoming (digest BLOB PRIMARY KEY, count INTEGER NOT NULL) WITHOUT ROWID; DELETE FROM incoming",
    );
    const insert = this.#run(
      "INSERT INTO incoming (digest, count) VALUES (?, 1) ON CONFLICT (digest) DO UPDATE SET count = count + 1",
    );
    let count = 0;
    for (const chunk of chunks) {
      for (let at = 0; at + DIGEST_BYTES <= chunk.length; at += DIGEST_BYTES)
        insert.run(chunk.subarray(at, at + ROW_KEY_BYTES));
      count += Math.floor(chunk.length / DIGEST_BYTES);
    }
    const shared = this.#run(
      "SELECT row.artifact AS other, COUNT(*) AS shared FROM incoming CROSS JOIN row ON row.digest = incoming.digest GROUP BY row.artifact",
    ).all() as { other: number; shared: number }[];
    for (const { other, shared: n } of shared) {
      this.#run("INSERT OR REPLACE INTO overlap (one, other, shared) VALUES (?, ?, ?)").run(artifact, other, n);
      this.#run("INSERT OR REPLACE INTO overlap (one, other, shared) VALUES (?, ?, ?)").run(other, artifact, n);
    }
    this.#run("INSERT INTO row (digest, artifact, count) SELECT digest, ?, count FROM incoming").run(artifact);
    this.#run("UPDATE artifact SET records = ? WHERE id = ?").run(count, artifact);
    this.#db.exec("DELETE FROM incoming");
  }

  /**
   * The sketches of the records of a dataset, in the order of their digests; counts what it nearly shares with every
   * other. Adds nothing where they are known.
   */
  sketches(artifact: number, digests: Iterable<Uint8Array>, sketches: Iterable<Uint8Array>): void {
    let next = 0;
    let chunk: Uint8Array = new Uint8Array(0);
    const chunks = digests[Symbol.iterator]();
    // Asked for in rising order.
    const exact = (record: number): Set<number> => {
      while (record >= next + chunk.length / DIGEST_BYTES) {
        next += chunk.length / DIGEST_BYTES;
        const step = chunks.next();
        if (step.done) return new Set();
        chunk = step.value;
      }
      const at = (record - next) * DIGEST_BYTES;
      return this.#holding(chunk.subarray(at, at + DIGEST_BYTES));
    };
    try {
      new SketchIndex((sql) => this.#run(sql)).add(artifact, sketches, exact);
    } finally {
      chunks.return?.();
    }
  }

  /** Artifacts with exactly this record. */
  #holding(digest: Uint8Array): Set<number> {
    const rows = this.#run("SELECT artifact FROM row WHERE digest = ?").all(digest.subarray(0, ROW_KEY_BYTES));
    return new Set((rows as { artifact: number }[]).map(({ artifact }) => artifact));
  }

  /** Artifacts by a key, a name, a name with a commit (or its beginning), or a digest of a file in them. */
  find(asked: string): number[] {
    const ids = (sql: string, ...values: (string | Uint8Array)[]): number[] =>
      (this.#run(sql).all(...values) as { id: number }[]).map(({ id }) => id);
    const direct = ids("SELECT artifact AS id FROM identity WHERE key = ?", asked);
    if (direct.length > 0) return direct;
    const h1 = /^h1:([A-Za-z0-9+/]{43}=)$/.exec(asked)?.[1];
    if (h1)
      return ids(
        "SELECT artifact AS id FROM identity WHERE key = ?",
        `dir:${Buffer.from(h1, "base64").toString("hex")}`,
      );
    const hex = /^(?:sha256:)?([0-9a-f]{64})$/.exec(asked)?.[1];
    if (hex)
      return [
        ...new Set([
          ...ids("SELECT artifact AS id FROM identity WHERE key IN (?, ?)", `sha256:${hex}`, `dir:${hex}`),
          ...this.holders(hex),
        ]),
      ];
    const [, name = asked, revision] = /^(.+?)@([0-9a-f]{7,40})$/.exec(asked) ?? [];
    const named = name.includes("://") || revision === undefined ? [name] : [name, `hf://${name}`];
    for (const candidate of [...named, `hf://${name}`, `hf://datasets/${name}`]) {
      const found =
        revision === undefined
          ? ids("SELECT id FROM artifact WHERE name = ? ORDER BY id", candidate)
          : ids(
              "SELECT DISTINCT artifact AS id FROM identity WHERE key >= ? AND key < ?",
              `hub:${candidate.replace(/^hf:\/\//, "")}@${revision}`,
              `hub:${candidate.replace(/^hf:\/\//, "")}@${revision}g`,
            );
      if (found.length > 0) return found;
    }
    return [];
  }

  /** How many of these records each artifact holds: as they are, and besides those nearly. */
  carriers(asked: readonly AskedRecord[]): Map<number, Carried> {
    const out = new Map<number, Carried>();
    for (const { digest } of asked)
      for (const artifact of this.#holding(digest))
        out.set(artifact, { exact: (out.get(artifact)?.exact ?? 0) + 1, near: 0 });
    const near = new SketchIndex((sql) => this.#run(sql)).carriers(asked, (digest) => this.#holding(digest));
    for (const [artifact, count] of near)
      // One record among hundreds that is like another is chance.
      if (out.has(artifact) || count >= NEAR_SHARE_MIN * asked.length)
        out.set(artifact, { exact: out.get(artifact)?.exact ?? 0, near: count });
    return out;
  }

  counts(): {
    readonly artifacts: number;
    readonly edges: number;
    readonly documents: number;
    readonly records: number;
  } {
    const one = (sql: string): number => (this.#run(sql).get() as { n: number }).n;
    return {
      artifacts: one("SELECT COUNT(*) AS n FROM artifact"),
      edges: one("SELECT COUNT(*) AS n FROM edge"),
      documents: one("SELECT COUNT(*) AS n FROM document"),
      records: one("SELECT COALESCE(SUM(records), 0) AS n FROM artifact"),
    };
  }

  /** What SQLite finds wrong with the file; undefined where nothing is. */
  fault(): string | undefined {
    const { integrity_check: found } = this.#run("PRAGMA integrity_check(1)").get() as { integrity_check: string };
    return found === "ok" ? undefined : found;
  }

  /** The size of the file. */
  bytes(): number {
    const one = (sql: string): number => Object.values(this.#run(sql).get() as Record<string, number>)[0] as number;
    return one("PRAGMA page_count") * one("PRAGMA page_size");
  }

  /** What is reached from `roots`: see LineageWalk. */
  walk(...asked: Parameters<LineageWalk["walk"]>): Lineage {
    return new LineageWalk((sql) => this.#run(sql)).walk(...asked);
  }
}
