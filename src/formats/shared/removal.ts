// Copies a text source without some of its byte ranges: everything else stays byte for byte what it was.
import type { ByteSource } from "../../core/bytes.ts";
import type { ByteRange, Part } from "../../core/format.ts";
import type { TextEncoding } from "../../base/utf8.ts";
import { utf8Chunks } from "../../base/utf8.ts";

export interface Removal {
  /** Ascending, not overlapping, counted in the source, or in its UTF-8 without mark where it is UTF-16. */
  readonly ranges: readonly ByteRange[];
  readonly encoding: TextEncoding;
  readonly bomBytes: number;
  /** The line end after each range goes with it. */
  readonly lineEnds: boolean;
}

/** Where the records lie that `drop` names. The parts must carry offsets. */
export async function droppedRanges(
  parts: AsyncIterable<Part>,
  drop: (record: number) => boolean,
): Promise<ByteRange[]> {
  const ranges: ByteRange[] = [];
  for await (const part of parts) {
    if (part.kind !== "records") continue;
    for (let i = 0; i < part.count; i++) {
      if (!drop(part.first + i)) continue;
      const offset = part.offset ?? 0;
      ranges.push({ start: offset + (part.starts[i] ?? 0), end: offset + (part.ends[i] ?? 0) });
    }
  }
  return ranges;
}

export async function* copyWithout(source: ByteSource, removal: Removal): AsyncGenerator<Uint8Array> {
  const { encoding, bomBytes, lineEnds } = removal;
  if (encoding === "utf-8") {
    yield* cut(source.stream(), removal.ranges, lineEnds);
    return;
  }
  const swap = encoding === "utf-16be";
  if (bomBytes > 0) yield swap ? Buffer.of(0xfe, 0xff) : Buffer.of(0xff, 0xfe);
  const decoder = new TextDecoder("utf-8", { ignoreBOM: true });
  for await (const chunk of cut(utf8Chunks(source.stream()), removal.ranges, lineEnds)) {
    const bytes = Buffer.from(decoder.decode(chunk, { stream: true }), "utf16le");
    yield swap ? bytes.swap16() : bytes;
  }
}

async function* cut(
  chunks: AsyncIterable<Uint8Array>,
  ranges: readonly ByteRange[],
  lineEnds: boolean,
): AsyncGenerator<Uint8Array> {
  let next = 0;
  let offset = 0;
  /** What of a line end may still be swallowed: CR LF, then LF only, then nothing. */
  let swallow: "any" | "lf" | "none" = "none";
  for await (const chunk of chunks) {
    let at = 0;
    while (at < chunk.length) {
      if (swallow !== "none") {
        const byte = chunk[at];
        const eaten: boolean = byte === 0x0a || (byte === 0x0d && swallow === "any");
        swallow = eaten && byte === 0x0d ? "lf" : "none";
        if (eaten) {
          at++;
          continue;
        }
      }
      const range = ranges[next];
      const start = range ? Math.max(0, range.start - offset) : chunk.length;
      if (start > at) {
        const to = Math.min(start, chunk.length);
        yield chunk.subarray(at, to);
        at = to;
        continue;
      }
      const end = range ? range.end - offset : at;
      at = Math.min(end, chunk.length);
      if (end <= chunk.length) {
        next++;
        if (lineEnds) swallow = "any";
      }
    }
    offset += chunk.length;
  }
}
