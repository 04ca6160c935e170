// A text source as UTF-8 chunks, with the place of its first byte, so that spans found in the chunks are spans of the
// file. UTF-16 is transcoded and then has no place. Bytes that are not UTF-8 pass as they are.
import type { ByteSource } from "../../core/bytes.ts";
import type { ByteRange } from "../../core/format.ts";
import { sniffEncoding, utf8Chunks, type TextEncoding } from "../../base/utf8.ts";

export interface OpenText {
  readonly encoding: TextEncoding;
  /** The byte order mark that the chunks leave out. */
  readonly mark: Uint8Array;
  /** Where the first byte of the chunks lies in the source; undefined for transcoded text. */
  readonly offset: number | undefined;
  readonly chunks: AsyncIterable<Uint8Array>;
}

// What a byte order mark or the zeros of UTF-16 are looked for in.
const HEAD_BYTES = 1024;

/** A range that starts past 0 lies inside UTF-8 text: `split` gives no other. */
export async function openText(source: ByteSource, range?: ByteRange): Promise<OpenText> {
  const chunks = (range ? source.stream(range.start, range.end) : source.stream())[Symbol.asyncIterator]();
  const start = range?.start ?? 0;
  const { head, ended } = start > 0 ? { head: new Uint8Array(0), ended: false } : await take(chunks, HEAD_BYTES);
  const { encoding, bomBytes } = sniffEncoding(head);
  const mark = Uint8Array.from(head.subarray(0, bomBytes));
  if (encoding !== "utf-8") {
    return { encoding, mark, offset: undefined, chunks: utf8Chunks(rejoin(head, ended, chunks)) };
  }
  return {
    encoding,
    mark,
    offset: start + bomBytes,
    chunks: rejoin(head.subarray(bomBytes), ended, chunks),
  };
}

export interface Taken {
  /** At least the bytes asked for, or all there are. A copy. */
  readonly head: Uint8Array;
  readonly ended: boolean;
}

export async function take(chunks: AsyncIterator<Uint8Array>, bytes: number): Promise<Taken> {
  const parts: Uint8Array[] = [];
  let length = 0;
  let ended = false;
  while (length < bytes) {
    const next = await chunks.next();
    if (next.done) {
      ended = true;
      break;
    }
    parts.push(Uint8Array.from(next.value));
    length += next.value.length;
  }
  return {
    head: parts.length === 1 ? (parts[0] as Uint8Array) : Buffer.concat(parts, length),
    ended,
  };
}

export async function* rejoin(
  head: Uint8Array,
  ended: boolean,
  chunks: AsyncIterator<Uint8Array>,
): AsyncIterable<Uint8Array> {
  try {
    if (head.length > 0) yield head;
    while (!ended) {
      const next = await chunks.next();
      if (next.done) return;
      yield next.value;
    }
  } finally {
    await chunks.return?.();
  }
}
