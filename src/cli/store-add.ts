// Feeds the provenance store: a lockfile with its row indexes and the settings of pinned models, reports of scans, and
// every document that store/facts reads, in bundles too. What a key that the user names has signed is proven; the rest is
// declared.
import { createHash } from "node:crypto";
import { existsSync, openSync, readFileSync, closeSync, fstatSync } from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import { badConfig } from "../core/errors.ts";
import type { Facts, Thing } from "../core/lineage.ts";
import { LIMITS } from "../base/limits.ts";
import { card } from "../formats/card.ts";
import { memorySource } from "../core/bytes.ts";
import { factsOf, fromModelFiles, hubKey } from "../store/facts.ts";
import type { LockEntry, Lockfile } from "../store/lockfile.ts";
import { LOCK_SCHEMA, parseLockfile } from "../store/lockfile.ts";
import { ProvenanceStore } from "../store/provenance.ts";
import { readRowIndex, rowIndexFault, rowIndexName, sketchIndexFault, sketchIndexName } from "../store/row-index.ts";
import type { Trust } from "../attest/verified.ts";

/** A document is read whole (CWE-770); a BOM of ten thousand components has some megabytes. */
const DOCUMENT_BYTES_MAX = 256 * 1024 * 1024;

export interface Added {
  readonly file: string;
  readonly format: string;
  readonly links: number;
  readonly proven: number;
  readonly notes: readonly string[];
}

const sha256 = (bytes: Uint8Array | string): string => createHash("sha256").update(bytes).digest("hex");

export const thingOf = (entry: LockEntry): Thing => ({
  kind: entry.kind,
  name: entry.id,
  keys: [
    ...(entry.revision && entry.repository && !/^hf:\/\/(?:datasets\/|spaces\/)?[^/]+\/[^/]+\//.test(entry.id)
      ? [hubKey(entry.repository.name, entry.revision)]
      : []),
    `dir:${Buffer.from(entry.h1.slice(3), "base64").toString("hex")}`,
    `sha256:${entry.files.length === 1 ? entry.files[0]?.sha256 : entry.omsRoot}`,
    ...(entry.rows ? [`rows:${entry.rows.root}`] : []),
  ],
});

/** Adds one file. Throws a ToolError where it cannot be read or is nothing that is known. */
export async function addFile(store: ProvenanceStore, file: string, trust?: Trust): Promise<Added> {
  const bytes = readDocument(file);
  const text = bytes.toString("utf8");
  if (text.includes(`"${LOCK_SCHEMA}"`)) {
    const read = parseLockfile(text);
    if ("refusal" in read) throw badConfig(file, read.refusal.message);
    return addLock(store, file, read.lock, sha256(bytes));
  }
  const values = documentsIn(text);
  if (values.length === 0) throw badConfig(file, "is neither JSON nor JSON Lines.");
  const notes: string[] = [];
  const formats = new Set<string>();
  let links = 0;
  let proven = 0;
  for (const { value, raw } of values) {
    const opened = await open(value, raw, trust, notes);
    const id = sha256(raw);
    const report = reportOf(opened.value);
    const facts = report ? undefined : factsOf(opened.value, id);
    if (!facts && !report) continue;
    formats.add(facts?.format ?? "scan-report");
    store.transaction(() => {
      const { id: document, known } = store.document({
        sha256: id,
        name: basename(file),
        format: facts?.format ?? "scan-report",
        ...(opened.signer ? { signer: opened.signer } : {}),
      });
      if (known) return;
      for (const { sha256: digest, verdict } of report ?? [])
        for (const holder of store.holders(digest)) store.verdict(holder, verdict);
      if (facts) addFacts(store, facts, opened.signer ? "proven" : "declared", document);
      links += facts?.links.length ?? 0;
      if (opened.signer) proven += facts?.links.length ?? 0;
    });
  }
  if (formats.size === 0)
    throw badConfig(
      file,
      "is no lockfile, scan report, in-toto statement or bundle, CycloneDX BOM, OpenLineage event, Croissant description or MLflow run.",
    );
  return { file, format: [...formats].join(", "), links, proven, notes: [...new Set(notes)] };
}

function addFacts(store: ProvenanceStore, facts: Facts, basis: "declared" | "proven", document: number): void {
  for (const thing of facts.things) store.artifact(thing);
  for (const { from, to, relation } of facts.links)
    store.link(store.artifact(from), store.artifact(to), relation, basis, document);
}

function readDocument(file: string): Buffer {
  let handle: number | undefined;
  try {
    handle = openSync(file, "r");
    if (fstatSync(handle).size > DOCUMENT_BYTES_MAX)
      throw badConfig(file, `is larger than ${DOCUMENT_BYTES_MAX} bytes.`);
    return readFileSync(handle);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === undefined || !/^E[A-Z0-9]+$/.test(code)) throw error;
    throw badConfig(file, code === "ENOENT" ? "there is no such file." : `could not be read (${code}).`);
  } finally {
    if (handle !== undefined) closeSync(handle);
  }
}

function documentsIn(text: string): { readonly value: unknown; readonly raw: string }[] {
  const one = parsed(text);
  if (one !== undefined) return [{ value: one, raw: text }];
  return text.split("\n").flatMap((raw) => {
    const value = raw.trim() === "" ? undefined : parsed(raw);
    return value === undefined ? [] : [{ value, raw }];
  });
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

/** The statement in a bundle or envelope, with its signer where `trust` holds for it. */
async function open(
  value: unknown,
  raw: string,
  trust: Trust | undefined,
  notes: string[],
): Promise<{ readonly value: unknown; readonly signer?: string }> {
  const given = (value ?? {}) as { dsseEnvelope?: { payload?: unknown }; payload?: unknown; payloadType?: unknown };
  const envelope = given.dsseEnvelope ?? (given.payloadType === undefined ? undefined : given);
  if (!envelope || typeof envelope.payload !== "string") return { value };
  const statement = parsed(Buffer.from(envelope.payload, "base64").toString("utf8"));
  if (!trust || !given.dsseEnvelope) return { value: statement };
  const [{ verifyBundle }, { Refused }] = await Promise.all([
    import("../attest/verified.ts"),
    import("../core/refusal.ts"),
  ]);
  try {
    const { value: verified, signer } = verifyBundle(Buffer.from(raw), trust);
    return { value: verified, signer: signer.name };
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    notes.push(`A signature does not hold (${error.message}); what it covers counts as declared.`);
    return { value: statement };
  }
}

/** Digests and verdicts of a report of `bezoar scan`. */
function reportOf(value: unknown): { readonly sha256: string; readonly verdict: string }[] | undefined {
  const { schema, artifacts } = (value ?? {}) as { schema?: unknown; artifacts?: unknown };
  if (schema !== "bezoar.report/v1" || !Array.isArray(artifacts)) return undefined;
  return (artifacts as { sha256?: unknown; verdict?: unknown }[]).flatMap(({ sha256: digest, verdict }) =>
    typeof digest === "string" && /^[0-9a-f]{64}$/.test(digest) && /^(pass|fail|undecided)$/.test(String(verdict))
      ? [{ sha256: digest, verdict: String(verdict) }]
      : [],
  );
}

/** Every entry with its files, its records, and what its card and settings declare. */
export async function addLock(store: ProvenanceStore, file: string, lock: Lockfile, digest: string): Promise<Added> {
  const notes: string[] = [];
  const told = await Promise.all(lock.entries.map((entry) => declaredBy(entry, file)));
  let links = 0;
  store.transaction(() => {
    const { id: document } = store.document({ sha256: digest, name: basename(file), format: "lockfile" });
    lock.entries.forEach((entry, i) => {
      const id = store.artifact(thingOf(entry));
      store.rename(id, entry.kind, entry.id);
      if (entry.scan) store.verdict(id, entry.scan.verdict);
      store.files(id, entry.files);
      if (entry.rows) {
        const beside = `${resolve(file)}.d`;
        const path = join(beside, rowIndexName(entry.rows.root));
        const sketches = join(beside, sketchIndexName(entry.rows.sketches ?? ""));
        if (rowIndexFault(path, entry.rows) !== undefined)
          notes.push(`The row index of ${entry.source} is missing or damaged: copies of its records are not found.`);
        else {
          store.rows(id, readRowIndex(path));
          if (sketchIndexFault(sketches, entry.rows) === undefined)
            store.sketches(id, readRowIndex(path), readRowIndex(sketches));
          else
            notes.push(
              `The sketches of the records of ${entry.source} are missing or damaged: edited copies of them are not found.`,
            );
        }
      }
      const facts = told[i];
      if (facts) addFacts(store, facts, "declared", document);
      links += facts?.links.length ?? 0;
    });
  });
  return { file, format: "lockfile", links, proven: 0, notes };
}

/** What a pinned model's own card and adapter settings say, where they are at hand and are the ones that were pinned. */
async function declaredBy(entry: LockEntry, lockfile: string): Promise<Facts | undefined> {
  if (entry.source.startsWith("hf://")) {
    const { cacheFolder, hubCache, snapshotFolder } = await import("../sources/hub-cache.ts");
    const folder =
      entry.repository && entry.revision
        ? snapshotFolder(join(hubCache(process.env), cacheFolder(entry.repository.name)), entry.revision)
        : undefined;
    return folder === undefined ? undefined : modelFiles(entry, folder);
  }
  const path = resolve(dirname(resolve(lockfile)), entry.source);
  return existsSync(join(path, ".")) ? modelFiles(entry, path) : undefined;
}

async function modelFiles(entry: LockEntry, folder: string): Promise<Facts> {
  const read = (name: string): Buffer | undefined => {
    const pinned = entry.files.find(({ path }) => path === name);
    if (!pinned || pinned.size > LIMITS.documentBytesMax) return undefined;
    try {
      const bytes = readFileSync(join(folder, name));
      return sha256(bytes) === pinned.sha256 ? bytes : undefined;
    } catch {
      return undefined;
    }
  };
  const readme = read("README.md");
  let front: unknown;
  if (readme) {
    const spool = (): never => {
      throw new Error("a card is read from memory");
    };
    for await (const part of card.read(memorySource("README.md", readme), { limits: LIMITS, spool }))
      if (part.kind === "document") front = part.value;
  }
  return fromModelFiles(thingOf(entry), front, parsed(read("adapter_config.json")?.toString("utf8") ?? ""));
}
