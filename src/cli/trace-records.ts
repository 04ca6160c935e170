// Which records are meant by a file of them: digests in hex, records as JSON, or the lines that `scan --records` writes,
// whose numbers are looked up in the row index beside the lockfile.
import { closeSync, existsSync, openSync, readFileSync, readSync } from "node:fs";
import { join, resolve } from "node:path";
import { parseJson } from "../base/json.ts";
import { targetMissing } from "../core/errors.ts";
import { RECORD_DIGEST_BYTES, recordDigest } from "../core/record-digest.ts";
import { parseLockfile, type LockEntry } from "../store/lockfile.ts";
import { rowIndexName } from "../store/row-index.ts";

export function recordDigests(
  file: string,
  lockfile: string,
): { readonly digests: Uint8Array[]; readonly unknown: number } {
  if (!existsSync(file)) throw targetMissing(file);
  const index = new RowLookup(lockfile);
  const found = new Map<string, Uint8Array>();
  let unknown = 0;
  try {
    for (const line of readFileSync(file, "utf8").split("\n")) {
      if (line.trim() === "") continue;
      const digest = digestOf(line.trim(), index);
      if (digest) found.set(Buffer.from(digest).toString("hex"), digest);
      else unknown++;
    }
  } finally {
    index.close();
  }
  return { digests: [...found.values()], unknown };
}

function digestOf(line: string, index: RowLookup): Uint8Array | undefined {
  if (/^[0-9a-f]{64}$/.test(line)) return Buffer.from(line, "hex");
  const record = parseJson(line);
  const {
    uri,
    record: number,
    finding,
  } = (record.value ?? {}) as { uri?: unknown; record?: unknown; finding?: unknown };
  if (typeof uri === "string" && Number.isSafeInteger(number) && typeof finding === "string")
    return index.digest(uri, number as number);
  return record.problem === undefined ? recordDigest(record, new Uint8Array(0)) : undefined;
}

class RowLookup {
  readonly #places = new Map<string, { readonly index: string; readonly first: number; readonly count: number }>();
  readonly #handles = new Map<string, number>();

  constructor(lockfile: string) {
    if (!existsSync(lockfile)) return;
    const read = parseLockfile(readFileSync(lockfile, "utf8"));
    if ("refusal" in read) return;
    for (const entry of read.lock.entries) {
      if (!entry.rows) continue;
      const index = join(`${resolve(lockfile)}.d`, rowIndexName(entry.rows.root));
      let first = 0;
      for (const { path, records = 0 } of entry.files) {
        for (const uri of urisOf(entry, path)) this.#places.set(uri, { index, first, count: records });
        first += records;
      }
    }
  }

  digest(uri: string, record: number): Uint8Array | undefined {
    const place = this.#places.get(uri.replace(/^\.\//, ""));
    if (!place || record < 0 || record >= place.count || !existsSync(place.index)) return undefined;
    let handle = this.#handles.get(place.index);
    if (handle === undefined) this.#handles.set(place.index, (handle = openSync(place.index, "r")));
    const bytes = Buffer.alloc(RECORD_DIGEST_BYTES);
    const read = readSync(handle, bytes, 0, bytes.length, (place.first + record) * RECORD_DIGEST_BYTES);
    return read === bytes.length ? bytes : undefined;
  }

  close(): void {
    for (const handle of this.#handles.values()) closeSync(handle);
  }
}

/** How a scan names a file of an entry. */
function urisOf({ source, id, revision, files }: LockEntry, path: string): string[] {
  if (source.startsWith("hf://")) return [`${id}@${(revision ?? "").slice(0, 12)}/${path}`];
  if (source === ".") return [path];
  return files.length === 1 && source.endsWith(path) ? [source, `${source}/${path}`] : [`${source}/${path}`];
}
