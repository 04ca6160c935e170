// The digests of a dataset's records in their order, 32 bytes each, as a file beside the lockfile, and their sketches, 48
// bytes each, as another. They need no trust: the lockfile holds the Merkle root over the one and the SHA-256 of the other.
// Written through temporary files; read piecewise, never whole where a walk is enough. What was added, removed and altered
// between two of them is told here.
import { closeSync, fstatSync, fsyncSync, mkdirSync, openSync, readSync, rmSync, writeSync } from "node:fs";
import { createHash } from "node:crypto";
import { join } from "node:path";
import { RECORD_DIGEST_BYTES } from "../core/record-digest.ts";
import { SKETCH_BYTES } from "../core/record-sketch.ts";
import { settle, temporaryName, writeFailure } from "./durably.ts";
import { MerkleFold } from "../tlog/merkle.ts";

export interface RowCommitment {
  readonly count: number;
  /** Hex: the RFC 6962 root over the record digests in order. */
  readonly root: string;
  /** Hex: the SHA-256 of their sketches in order. Absent in what was pinned before there were any. */
  readonly sketches?: string;
}

/** Whole digests and whole sketches. */
const CHUNK_BYTES = 32 * 3 * 16 * 1024;

export const rowIndexName = (root: string): string => `rows-${root.slice(0, 32)}.bin`;
export const sketchIndexName = (sha256: string): string => `sketches-${sha256.slice(0, 32)}.bin`;

/** A file that is written under another name until it is whole and its own name is known. */
class PartFile {
  readonly #folder: string;
  readonly #temporary: string;
  #handle: number | undefined;

  /** No file is made before the first byte. */
  constructor(folder: string, name: string) {
    this.#folder = folder;
    this.#temporary = temporaryName(join(folder, name));
  }

  write(bytes: Uint8Array): void {
    try {
      if (this.#handle === undefined) {
        mkdirSync(this.#folder, { recursive: true });
        this.#handle = openSync(this.#temporary, "wx");
      }
      for (let at = 0; at < bytes.length;) at += writeSync(this.#handle, bytes, at);
    } catch (error) {
      throw writeFailure(this.#folder, error);
    }
  }

  finish(name: string): void {
    if (this.#handle === undefined) return;
    try {
      fsyncSync(this.#handle);
      this.#close();
      settle(this.#temporary, join(this.#folder, name));
    } catch (error) {
      rmSync(this.#temporary, { force: true });
      throw writeFailure(this.#folder, error);
    }
  }

  abandon(): void {
    if (this.#handle === undefined) return;
    this.#close();
    rmSync(this.#temporary, { force: true });
  }

  #close(): void {
    const handle = this.#handle as number;
    this.#handle = undefined;
    closeSync(handle);
  }
}

/** Takes digests and sketches as they come, and keeps each under the name of what commits to them. */
export class RowIndexWriter {
  readonly #fold = new MerkleFold();
  readonly #hash = createHash("sha256");
  readonly #rows: PartFile;
  readonly #sketches: PartFile;

  constructor(folder: string) {
    this.#rows = new PartFile(folder, "rows");
    this.#sketches = new PartFile(folder, "sketches");
  }

  /** Of the same records. */
  add(digests: Uint8Array, sketches: Uint8Array): void {
    if (digests.length === 0) return;
    this.#rows.write(digests);
    for (let at = 0; at + RECORD_DIGEST_BYTES <= digests.length; at += RECORD_DIGEST_BYTES)
      this.#fold.push(digests.subarray(at, at + RECORD_DIGEST_BYTES));
    this.#sketches.write(sketches);
    this.#hash.update(sketches);
  }

  /** The commitment, the files on disk under their names; undefined where there were no records. */
  finish(): RowCommitment | undefined {
    if (this.#fold.size === 0) return undefined;
    const root = this.#fold.root().toString("hex");
    const sketches = this.#hash.digest("hex");
    this.#rows.finish(rowIndexName(root));
    this.#sketches.finish(sketchIndexName(sketches));
    return { count: this.#fold.size, root, sketches };
  }

  /** Takes back what was begun and not finished. */
  abandon(): void {
    this.#rows.abandon();
    this.#sketches.abandon();
  }
}

/** The digests or sketches of an index, a chunk of whole ones at a time; a chunk is valid until the next. Throws where it cannot be read. */
export function* readRowIndex(path: string): Generator<Buffer> {
  const handle = openSync(path, "r");
  try {
    const buffer = Buffer.alloc(CHUNK_BYTES);
    for (;;) {
      let filled = 0;
      for (let got = 1; got > 0 && filled < buffer.length; filled += got)
        got = readSync(handle, buffer, filled, buffer.length - filled, null);
      if (filled > 0) yield buffer.subarray(0, filled);
      if (filled < buffer.length) return;
    }
  } finally {
    closeSync(handle);
  }
}

/** Why an index is not the one that was committed to; undefined where it is. */
export function rowIndexFault(path: string, committed: RowCommitment): "missing" | "length" | "root" | undefined {
  const fold = new MerkleFold();
  try {
    const handle = openSync(path, "r");
    const { size } = fstatSync(handle);
    closeSync(handle);
    if (size !== committed.count * RECORD_DIGEST_BYTES) return "length";
    for (const chunk of readRowIndex(path))
      for (let at = 0; at < chunk.length; at += RECORD_DIGEST_BYTES)
        fold.push(chunk.subarray(at, at + RECORD_DIGEST_BYTES));
  } catch {
    return "missing";
  }
  return fold.root().toString("hex") === committed.root ? undefined : "root";
}

/** The same for the sketches. Absent ones are missing. */
export function sketchIndexFault(path: string, committed: RowCommitment): "missing" | "length" | "root" | undefined {
  if (committed.sketches === undefined) return "missing";
  const hash = createHash("sha256");
  let length = 0;
  try {
    for (const chunk of readRowIndex(path)) {
      hash.update(chunk);
      length += chunk.length;
      if (length > committed.count * SKETCH_BYTES) return "length";
    }
  } catch {
    return "missing";
  }
  if (length !== committed.count * SKETCH_BYTES) return "length";
  return hash.digest("hex") === committed.sketches ? undefined : "root";
}

/** 16 bytes of a digest are enough that nobody can find a record that passes for a known one. */
export const PREFIX_BYTES = 16;

/** The first 16 bytes of every digest, ascending, in memory that threads share. */
export function sortedPrefixes(path: string, count: number): Uint8Array {
  const keys = new BigUint64Array(count);
  const all = Buffer.alloc(count * PREFIX_BYTES);
  let n = 0;
  for (const chunk of readRowIndex(path)) {
    for (let at = 0; at < chunk.length && n < count; at += RECORD_DIGEST_BYTES)
      all.set(chunk.subarray(at, at + PREFIX_BYTES), PREFIX_BYTES * n++);
  }
  for (let i = 0; i < n; i++) keys[i] = all.readBigUInt64BE(i * PREFIX_BYTES);
  const order = Uint32Array.from({ length: n }, (_, i) => i).sort((a, b) => {
    const [x, y] = [keys[a] as bigint, keys[b] as bigint];
    if (x !== y) return x < y ? -1 : 1;
    return all.compare(all, b * PREFIX_BYTES, (b + 1) * PREFIX_BYTES, a * PREFIX_BYTES, (a + 1) * PREFIX_BYTES);
  });
  const shared = new Uint8Array(new SharedArrayBuffer(n * PREFIX_BYTES));
  order.forEach((from, to) =>
    shared.set(all.subarray(from * PREFIX_BYTES, (from + 1) * PREFIX_BYTES), to * PREFIX_BYTES),
  );
  return shared;
}

/** Whether ascending prefixes hold that of `digest`. */
export function holdsPrefix(prefixes: Uint8Array, digest: Uint8Array): boolean {
  let low = 0;
  let high = prefixes.length / PREFIX_BYTES;
  while (low < high) {
    const middle = (low + high) >>> 1;
    let order = 0;
    for (let i = 0; i < PREFIX_BYTES && order === 0; i++)
      order = (prefixes[middle * PREFIX_BYTES + i] as number) - (digest[i] as number);
    if (order === 0) return true;
    if (order < 0) low = middle + 1;
    else high = middle;
  }
  return false;
}

/** What became of the records between two indexes. */
export interface RowChange {
  readonly added: number;
  readonly removed: number;
  /** Records with another content at the place of one that is gone, between neighbours that stayed. */
  readonly altered: number;
  /** Records that stayed and stand elsewhere in the order. */
  readonly moved: number;
  /** The first few new record numbers (from 0) that are added or altered, and old ones that are removed. */
  readonly sample: { readonly added: readonly number[]; readonly removed: readonly number[] };
}

const SAMPLE_MAX = 5;

/** A run of records of an index: [from, to). */
export type RowRange = readonly [from: number, to: number];

/** Compares runs of two indexes as if each were one list; memory is that of the digests in them. */
export function compareRowIndexes(
  older: { readonly path: string; readonly ranges: readonly RowRange[] },
  newer: { readonly path: string; readonly ranges: readonly RowRange[] },
): RowChange {
  const before = listOf(older.path, older.ranges);
  const after = listOf(newer.path, newer.ranges);
  // Equal records are paired in their order.
  const places = new Map<string, number[]>();
  before.forEach((digest, at) => {
    const list = places.get(digest);
    if (list) list.push(at);
    else places.set(digest, [at]);
  });
  const used = new Map<string, number>();
  const freshAt: number[] = [];
  const stayed: number[] = [];
  const gone = new Uint8Array(before.length).fill(1);
  after.forEach((digest, at) => {
    const next = used.get(digest) ?? 0;
    const place = places.get(digest)?.[next];
    if (place === undefined) freshAt.push(at);
    else {
      used.set(digest, next + 1);
      stayed.push(place);
      gone[place] = 0;
    }
  });
  const goneAt: number[] = [];
  gone.forEach((flag, at) => flag === 1 && goneAt.push(at));
  // A gap is what stands between two records that stayed: as many as were there before were altered.
  const gaps = (at: readonly number[]): Map<number, number> => {
    const out = new Map<number, number>();
    at.forEach((place, earlier) => out.set(place - earlier, (out.get(place - earlier) ?? 0) + 1));
    return out;
  };
  let altered = 0;
  const fresh = gaps(freshAt);
  for (const [gap, count] of gaps(goneAt)) altered += Math.min(count, fresh.get(gap) ?? 0);
  return {
    added: freshAt.length - altered,
    removed: goneAt.length - altered,
    altered,
    moved: stayed.length - risingLength(stayed),
    sample: { added: freshAt.slice(0, SAMPLE_MAX), removed: goneAt.slice(0, SAMPLE_MAX) },
  };
}

/** The length of the longest rising subsequence of distinct numbers: what did not have to move. */
function risingLength(numbers: readonly number[]): number {
  const tails: number[] = [];
  for (const number of numbers) {
    let low = 0;
    let high = tails.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((tails[middle] as number) < number) low = middle + 1;
      else high = middle;
    }
    tails[low] = number;
  }
  return tails.length;
}

function listOf(path: string, ranges: readonly RowRange[]): string[] {
  const out: string[] = [];
  let first = 0;
  let next = 0;
  for (const chunk of readRowIndex(path)) {
    const count = Math.floor(chunk.length / RECORD_DIGEST_BYTES);
    for (; next < ranges.length; next++) {
      const [from, to] = ranges[next] as RowRange;
      for (let at = Math.max(from, first); at < Math.min(to, first + count); at++)
        out.push(
          chunk.toString(
            "latin1",
            (at - first) * RECORD_DIGEST_BYTES,
            (at - first) * RECORD_DIGEST_BYTES + PREFIX_BYTES,
          ),
        );
      if (to > first + count) break;
    }
    first += count;
  }
  return out;
}
