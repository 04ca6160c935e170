// Collects rows of one buffer until there are enough for a batch.
import { isUtf8 } from "node:buffer";
import type { Part } from "../../core/format.ts";
import type { RecordBatch, RecordValue, RawEscapes } from "../../core/record.ts";

const ROWS_MAX = 8192;
/** A batch is closed at this size: large enough for one search to pay, small enough to stay in cache. */
const BATCH_BYTES = 1024 * 1024;

export interface TakeOptions {
  readonly first: number;
  readonly escapes: RawEscapes;
  readonly bytes: Buffer;
  /** Where `bytes[0]` lies in the source (or its UTF-8 form: then `withoutOffset` comes after). */
  readonly offset: number;
  readonly value: (bytes: Uint8Array, i: number) => RecordValue;
}

export class RowBatch {
  count = 0;
  private readonly starts = new Uint32Array(ROWS_MAX);
  private readonly ends = new Uint32Array(ROWS_MAX);
  private readonly lines = new Float64Array(ROWS_MAX);

  push(start: number, end: number, line: number): void {
    this.starts[this.count] = start;
    this.ends[this.count] = end;
    this.lines[this.count++] = line;
  }

  get full(): boolean {
    return this.count === ROWS_MAX || (this.ends[this.count - 1] ?? 0) - (this.starts[0] ?? 0) >= BATCH_BYTES;
  }

  /** The batch so far, cut out of `bytes`; the builder is empty again. */
  take(options: TakeOptions): RecordBatch {
    const { count } = this;
    const from = this.starts[0] ?? 0;
    const bytes = options.bytes.subarray(from, this.ends[count - 1]);
    const starts = this.starts.slice(0, count);
    const ends = this.ends.slice(0, count);
    for (let i = 0; i < count; i++) {
      starts[i] = (starts[i] ?? 0) - from;
      ends[i] = (ends[i] ?? 0) - from;
    }
    const lines = this.lines.slice(0, count);
    this.count = 0;
    return {
      kind: "records",
      first: options.first,
      count,
      escapes: options.escapes,
      bytes,
      starts,
      ends,
      offset: options.offset + from,
      lineNumber: (i) => lines[i] ?? 1,
      value: (i) => options.value(bytes.subarray(starts[i], ends[i]), i),
    };
  }
}

/** For transcoded text, in which offsets would point to the wrong place. */
export function withoutOffset(part: Part): Part {
  if (part.kind !== "records") return part;
  const { offset: _, ...batch } = part;
  return batch;
}

/** The first row of a batch that is not UTF-8, or -1. */
export function firstNotUtf8(batch: RecordBatch): number {
  if (isUtf8(batch.bytes)) return -1;
  for (let i = 0; i < batch.count; i++) if (!isUtf8(batch.bytes.subarray(batch.starts[i], batch.ends[i]))) return i;
  return -1;
}
