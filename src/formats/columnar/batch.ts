// Rows of string leaves as a batch: every string of a record copied behind the one before it, a newline between, so
// that one byte-level search covers all columns. Nothing is decoded here.
import type { Limits } from "../../base/limits.ts";

/** A string leaf of consecutive rows. Entry e lies in data[starts[e], ends[e]). */
export interface TextLeaf {
  readonly data: Uint8Array;
  readonly starts: ArrayLike<number>;
  readonly ends: ArrayLike<number>;
  /** Entries [rowAt[base + i], rowAt[base + i + 1]) belong to row i; absent where each row has one entry, base + i. */
  readonly rowAt: ArrayLike<number> | undefined;
  readonly base: number;
  /** Zero for entries that are not text. */
  readonly textual?: Uint8Array | undefined;
}

export interface Packed {
  readonly rows: number;
  readonly bytes: Uint8Array;
  readonly starts: Uint32Array;
  readonly ends: Uint32Array;
  /** Rows of more than `recordBytesMax` bytes: their strings are left out. */
  readonly oversize: readonly number[];
}

/** Raw bytes of a batch: large enough that a call costs nothing, small enough to stay in the processor's cache. */
export const BATCH_BYTES: number = 1024 * 1024;
export const BATCH_ROWS_MAX = 16_384;

/** Packs at most `rowsMax` rows, at least one, and no more than about `BATCH_BYTES`. */
export function pack(leaves: readonly TextLeaf[], rowsMax: number, limits: Limits): Packed {
  const sizes = new Float64Array(rowsMax);
  for (const leaf of leaves) measure(leaf, sizes);
  const starts = new Uint32Array(rowsMax);
  const ends = new Uint32Array(rowsMax);
  const oversize: number[] = [];
  let rows = 0;
  let total = 0;
  for (; rows < rowsMax; rows++) {
    let size = sizes[rows] ?? 0;
    if (size > limits.recordBytesMax) {
      oversize.push(rows);
      size = 0;
    }
    if (rows > 0 && total + size > BATCH_BYTES) {
      if (oversize.at(-1) === rows) oversize.pop();
      break;
    }
    starts[rows] = total;
    total += size;
    ends[rows] = total;
  }
  const bytes = Buffer.allocUnsafe(total);
  const at = starts.slice(0, rows);
  // A row that is left out has no room: moving its cursor past the end makes every copy of it empty.
  for (const row of oversize) at[row] = 0xffffffff;
  for (const leaf of leaves) copy(leaf, bytes, at);
  return { rows, bytes, starts: starts.subarray(0, rows), ends: trimmed(starts, ends, rows), oversize };
}

// Each string is measured with its newline; the last newline of a record is not part of it.
function trimmed(starts: Uint32Array, ends: Uint32Array, rows: number): Uint32Array {
  for (let i = 0; i < rows; i++) if ((ends[i] ?? 0) > (starts[i] ?? 0)) ends[i] = (ends[i] ?? 0) - 1;
  return ends.subarray(0, rows);
}

function measure({ starts, ends, rowAt, base, textual }: TextLeaf, sizes: Float64Array): void {
  const rows = sizes.length;
  for (let i = 0; i < rows; i++) {
    const from = rowAt ? (rowAt[base + i] ?? 0) : base + i;
    const to = rowAt ? (rowAt[base + i + 1] ?? 0) : from + 1;
    let size = 0;
    for (let e = from; e < to; e++) {
      const length = (ends[e] ?? 0) - (starts[e] ?? 0);
      if (length > 0 && (textual === undefined || textual[e] === 1)) size += length + 1;
    }
    sizes[i] = (sizes[i] ?? 0) + size;
  }
}

function copy({ data, starts, ends, rowAt, base, textual }: TextLeaf, out: Buffer, at: Uint32Array): void {
  const source = Buffer.from(data.buffer, data.byteOffset, data.byteLength);
  const rows = at.length;
  for (let i = 0; i < rows; i++) {
    const from = rowAt ? (rowAt[base + i] ?? 0) : base + i;
    const to = rowAt ? (rowAt[base + i + 1] ?? 0) : from + 1;
    let o = at[i] ?? 0;
    if (o === 0xffffffff) continue;
    for (let e = from; e < to; e++) {
      const start = starts[e] ?? 0;
      const end = ends[e] ?? 0;
      if (end <= start || (textual !== undefined && textual[e] !== 1)) continue;
      if (end - start < 24) for (let k = start; k < end; k++) out[o++] = source[k] ?? 0;
      else {
        source.copy(out, o, start, end);
        o += end - start;
      }
      out[o++] = 0x0a;
    }
    at[i] = o;
  }
}
