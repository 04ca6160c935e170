// Which records are meant by a file of them: digests in hex, records as JSON, or the lines that `scan --records` writes,
// whose numbers are looked up in the row index and the sketches beside the lockfile.
import { closeSync, existsSync, openSync, readFileSync, readSync } from "node:fs";
import { join, resolve } from "node:path";
import { parseJson } from "../base/json.ts";
import { targetMissing } from "../core/errors.ts";
import { RECORD_DIGEST_BYTES, recordDigest } from "../core/record-digest.ts";
import { parseLockfile, type LockEntry } from "../store/lockfile.ts";
import { recordSketch, SKETCH_BYTES } from "../core/record-sketch.ts";
import { rowIndexName, sketchIndexName } from "../store/row-index.ts";
import type { AskedRecord } from "../store/sketch-index.ts";

export function recordDigests(
  file: string,
  lockfile: string,
): { readonly asked: AskedRecord[]; readonly unknown: number } {
  if (!existsSync(file)) throw targetMissing(file);
  const index = new RowLookup(lockfile);
  const found = new Map<string, AskedRecord>();
  let unknown = 0;
  try {
    for (const line of readFileSync(file, "utf8").split("\n")) {
      if (line.trim() === "") continue;
      const asked = askedBy(line.trim(), index);
      if (!asked) {
        unknown++;
        continue;
      }
      const key = Buffer.from(asked.digest).toString("hex");
      if (asked.sketch || !found.has(key)) found.set(key, asked);
    }
  } finally {
    index.close();
  }
  return { asked: [...found.values()], unknown };
}

function askedBy(line: string, index: RowLookup): AskedRecord | undefined {
  if (/^[0-9a-f]{64}$/.test(line)) return { digest: Buffer.from(line, "hex") };
  const record = parseJson(line);
  const {
    uri,
    record: number,
    finding,
  } = (record.value ?? {}) as { uri?: unknown; record?: unknown; finding?: unknown };
  if (typeof uri === "string" && Number.isSafeInteger(number) && typeof finding === "string")
    return index.record(uri, number as number);
  if (record.problem !== undefined) return undefined;
  return { digest: recordDigest(record, new Uint8Array(0)), sketch: recordSketch(record) };
}

interface RowPlace {
  readonly index: string;
  readonly sketches: string | undefined;
  readonly first: number;
  readonly count: number;
}

class RowLookup {
  readonly #places = new Map<string, RowPlace>();
  readonly #handles = new Map<string, number>();

  constructor(lockfile: string) {
    if (!existsSync(lockfile)) return;
    const read = parseLockfile(readFileSync(lockfile, "utf8"));
    if ("refusal" in read) return;
    const beside = `${resolve(lockfile)}.d`;
    for (const entry of read.lock.entries) {
      if (!entry.rows) continue;
      const index = join(beside, rowIndexName(entry.rows.root));
      const sketches = entry.rows.sketches && join(beside, sketchIndexName(entry.rows.sketches));
      let first = 0;
      for (const { path, records = 0 } of entry.files) {
        for (const uri of urisOf(entry, path)) this.#places.set(uri, { index, sketches, first, count: records });
        first += records;
      }
    }
  }

  record(uri: string, record: number): AskedRecord | undefined {
    const place = this.#places.get(uri.replace(/^\.\//, ""));
    if (!place || record < 0 || record >= place.count) return undefined;
    const digest = this.#bytes(place.index, place.first + record, RECORD_DIGEST_BYTES);
    const sketch = place.sketches && this.#bytes(place.sketches, place.first + record, SKETCH_BYTES);
    return digest && { digest, ...(sketch ? { sketch } : {}) };
  }

  #bytes(path: string, at: number, length: number): Uint8Array | undefined {
    if (!existsSync(path)) return undefined;
    let handle = this.#handles.get(path);
    if (handle === undefined) this.#handles.set(path, (handle = openSync(path, "r")));
    const bytes = Buffer.alloc(length);
    return readSync(handle, bytes, 0, length, at * length) === length ? bytes : undefined;
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
