// A file that is scanned in ranges on many threads is read once: from its start to its end, each byte into its digest, and
// the bytes of each range into memory that threads share. So what is pinned is what was scanned, and a disk is asked for
// each byte one time. The memory is a few buffers that go round.
import { createHash } from "node:crypto";
import type { ByteSource } from "../core/bytes.ts";
import type { ByteRange } from "../core/format.ts";
import { linesIn } from "../scan/unit.ts";

/** A larger range is read by its thread itself, a second time: shared memory would not stay flat. */
const BUFFER_BYTES = 16 * 1024 * 1024;
const CHUNK_BYTES = 1024 * 1024;

/** Bytes of a file, from `start` on, in shared memory. */
export interface SharedBytes {
  readonly buffer: SharedArrayBuffer;
  readonly start: number;
  readonly length: number;
}

/** Buffers that are lent to items of work, and given back when their results are there. */
export class SharedBuffers {
  readonly #free: SharedArrayBuffer[] = [];
  readonly #waiting: ((buffer: SharedArrayBuffer) => void)[] = [];
  #left: number;

  constructor(count: number) {
    this.#left = count;
  }

  take(): Promise<SharedArrayBuffer> {
    const buffer = this.#free.pop();
    if (buffer) return Promise.resolve(buffer);
    if (this.#left > 0) {
      this.#left--;
      return Promise.resolve(new SharedArrayBuffer(BUFFER_BYTES));
    }
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  give(buffer: SharedArrayBuffer): void {
    const next = this.#waiting.shift();
    if (next) next(buffer);
    else this.#free.push(buffer);
  }
}

export interface ReadRange {
  readonly index: number;
  readonly range: ByteRange;
  /** Absent where the range is too long, or stands before one that was read already. */
  readonly bytes?: SharedBytes;
  /** Lines of the file before the range. */
  readonly linesBefore: number;
  /** Hex, of the whole file; with the last range. */
  readonly sha256?: string;
}

/** Throws what the source throws. A buffer is lent out with each range that has `bytes`. */
export async function* readOnce(
  source: ByteSource,
  ranges: readonly ByteRange[],
  buffers: SharedBuffers,
): AsyncIterable<ReadRange> {
  const hash = createHash("sha256");
  let at = 0;
  let lines = 0;
  const pass = async (to: number, into?: Uint8Array): Promise<void> => {
    if (to <= at) return;
    const from = at;
    for await (const chunk of source.stream(at, to)) {
      hash.update(chunk);
      into?.set(chunk, at - from);
      lines += linesIn(chunk, 0, chunk.length);
      at += chunk.length;
    }
  };
  for (const [index, range] of ranges.entries()) {
    const { start, end } = range;
    await pass(start);
    const linesBefore = lines;
    const length = end - start;
    let bytes: SharedBytes | undefined;
    if (start === at && length > 0 && length <= BUFFER_BYTES) {
      bytes = { buffer: await buffers.take(), start, length };
      try {
        await pass(end, new Uint8Array(bytes.buffer, 0, length));
      } catch (error) {
        buffers.give(bytes.buffer);
        throw error;
      }
    } else await pass(end);
    const last = index === ranges.length - 1;
    if (last) await pass(source.sizeBytes ?? end);
    yield {
      index,
      range,
      linesBefore,
      ...(bytes ? { bytes } : {}),
      ...(last ? { sha256: hash.digest("hex") } : {}),
    };
  }
}

let scratch = Buffer.alloc(0);

/** A source that takes from shared memory what is there. Its bytes are valid until the next one is made on this thread. */
export function sharedSource<T extends ByteSource>(source: T, { buffer, start, length }: SharedBytes): T {
  const { slice } = source;
  if (!slice) return source;
  if (scratch.length < length) scratch = Buffer.allocUnsafeSlow(BUFFER_BYTES);
  const held = scratch.subarray(0, length);
  held.set(new Uint8Array(buffer, 0, length));
  const end = start + length;
  return {
    ...source,
    slice: async (from, to) =>
      from >= start && to <= end ? Buffer.from(held.subarray(from - start, to - start)) : slice(from, to),
    async *stream(from = 0, to = source.sizeBytes ?? Infinity) {
      if (from < start) yield* source.stream(from, Math.min(to, start));
      for (let at = Math.max(from, start); at < Math.min(to, end); at += CHUNK_BYTES)
        yield held.subarray(at - start, Math.min(at + CHUNK_BYTES, to, end) - start);
      if (to > end) yield* source.stream(Math.max(from, end), to);
    },
  };
}
