// Splits UTF-8 chunks into lines, in place: a few mebibytes are held, whatever the file or its longest line. Blank lines
// are no records. A line longer than the limit is passed on piece by piece and is no record either.
import type { Limits } from "../../base/limits.ts";
import { Spans } from "./spans.ts";

export interface LinePiece {
  /** `overlong` is a part of a line that crosses the limit; `begins` is set on its first. */
  readonly kind: "lines" | "overlong";
  readonly begins: boolean;
  /** Every byte of the text lies in exactly one piece, in order. Valid until the next one is asked for. */
  readonly bytes: Buffer;
  /** Lines without their newline and carriage return. */
  readonly starts: Uint32Array;
  readonly ends: Uint32Array;
  /** Lines in `bytes` that cross the limit. */
  readonly overlong: number;
  /** Bytes of the text before this piece, and the line number of its first byte. */
  readonly offset: number;
  readonly line: number;
}

export const BATCH_BYTES: number = 4 * 1024 * 1024;

export async function* lines(
  chunks: AsyncIterable<Uint8Array>,
  limits: Limits,
  sizeBytes?: number,
): AsyncGenerator<LinePiece> {
  const room = Math.max(1, Math.min(BATCH_BYTES, (sizeBytes ?? BATCH_BYTES) + 1));
  // A line may fill the buffer and, beyond it, its line break.
  const roomMax = Math.max(room, limits.recordBytesMax + 2);
  const spans = new Spans();
  let held = takeBuffer(room);
  let length = 0;
  let offset = 0;
  let line = 1;
  let skipping = false;
  const piece = (bytes: Buffer, kind: LinePiece["kind"], begins: boolean): LinePiece => {
    spans.clear();
    const { overlong, breaks } =
      kind === "lines" ? index(bytes, spans, limits.recordBytesMax) : { overlong: 0, breaks: 0 };
    const made = {
      kind,
      begins,
      bytes,
      starts: spans.starts,
      ends: spans.ends,
      overlong,
      offset,
      line,
    };
    offset += bytes.length;
    line += breaks;
    return made;
  };
  try {
    for await (const chunk of chunks) {
      let at = 0;
      while (at < chunk.length) {
        if (skipping) {
          const newline = chunk.indexOf(10, at);
          const end = newline < 0 ? chunk.length : newline + 1;
          yield piece(Buffer.from(chunk.buffer, chunk.byteOffset + at, end - at), "overlong", false);
          at = end;
          skipping = newline < 0;
          if (!skipping) line++;
          continue;
        }
        const taken = Math.min(chunk.length - at, held.length - length);
        held.set(chunk.subarray(at, at + taken), length);
        length += taken;
        at += taken;
        if (length < held.length) continue;
        const cut = held.lastIndexOf(10) + 1;
        if (cut > 0) {
          yield piece(held.subarray(0, cut), "lines", false);
          held.copyWithin(0, cut, length);
          length -= cut;
          if (held.length > room && length < room) held = Buffer.from(held.subarray(0, room));
        } else if (held.length < roomMax) {
          const wider = Buffer.allocUnsafeSlow(Math.min(roomMax, held.length * 2));
          held.copy(wider, 0, 0, length);
          held = wider;
        } else {
          yield piece(held, "overlong", true);
          length = 0;
          skipping = true;
          held = takeBuffer(room);
        }
      }
    }
    if (length > 0) yield piece(held.subarray(0, length), "lines", false);
  } finally {
    if (held.length === BATCH_BYTES) spare = held;
  }
}

// A large file is many ranges, each read with a buffer of this size: it goes from one to the next, because garbage of
// buffers is collected late.
let spare: Buffer | undefined;

function takeBuffer(bytes: number): Buffer {
  if (bytes !== BATCH_BYTES || !spare) return Buffer.allocUnsafeSlow(bytes);
  const taken = spare;
  spare = undefined;
  return taken;
}

/** Fills `spans` with the lines of `bytes`; returns how many crossed the limit, and the line breaks. */
function index(bytes: Buffer, spans: Spans, bytesMax: number): { overlong: number; breaks: number } {
  let overlong = 0;
  let breaks = 0;
  for (let start = 0; start < bytes.length;) {
    const newline = bytes.indexOf(10, start);
    const next = newline < 0 ? bytes.length : newline + 1;
    if (newline >= 0) breaks++;
    let end = newline < 0 ? bytes.length : newline;
    if (end > start && bytes[end - 1] === 13) end--;
    if (end - start > bytesMax) overlong++;
    else if ((bytes[start] as number) > 32 || !isBlank(bytes, start, end)) spans.add(start, end);
    start = next;
  }
  return { overlong, breaks };
}

function isBlank(bytes: Buffer, start: number, end: number): boolean {
  for (let at = start; at < end; at++) if ((bytes[at] as number) > 32 || (bytes[at] as number) === 0) return false;
  return true;
}

/** Where the line of a record ends, line break included. */
export function afterLine(bytes: Uint8Array, end: number): number {
  if (bytes[end] === 13) end++;
  return bytes[end] === 10 ? end + 1 : end;
}
