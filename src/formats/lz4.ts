// LZ4 frames (frame format 1.6.1), any number of them one after another, with blocks that refer to those before them.
// Checksums are stepped over; dictionaries are refused.
import type { Format } from "../core/format.ts";
import { Fault } from "./columnar/fault.ts";
import { lz4Block } from "./columnar/lz4.ts";
import type { ByteWindow } from "./shared/byte-window.ts";
import { expandedMember } from "./shared/expand.ts";
import { readProblem, type ReadProblem } from "./shared/read-problem.ts";

const MAGIC = 0x184d2204;
/** 0x184D2A50 to 5F: frames to be skipped. */
const SKIPPABLE = 0x184d2a50;
const HISTORY_BYTES = 64 * 1024;
/** Frames that hold nothing cost time (CWE-770). */
const FRAMES_MAX = 1_000_000;

const cut = (window: ByteWindow): ReadProblem =>
  readProblem("truncated", "The LZ4 data ends too early. What comes before was searched.", {
    at: { offset: window.offset },
  });

async function need(window: ByteWindow, count: number): Promise<void> {
  if (await window.fill(count)) return;
  window.rethrow();
  throw cut(window);
}

async function* unlz4(window: ByteWindow): AsyncGenerator<Uint8Array> {
  for (let frames = 0; await window.fill(1); frames++) {
    await need(window, 7);
    const at = { offset: window.offset };
    if (frames > FRAMES_MAX)
      throw readProblem("limit", `More than ${FRAMES_MAX} LZ4 frames. The rest was not searched.`, { at });
    const magic = window.bytes.readUInt32LE(0);
    if (magic >>> 4 === SKIPPABLE >>> 4) {
      await need(window, 8);
      if (!(await window.discard(8 + window.bytes.readUInt32LE(4)))) throw cut(window);
      continue;
    }
    if (magic !== MAGIC)
      throw readProblem("malformed", "Bytes follow the LZ4 data that are not LZ4. They were not searched.", { at });
    yield* frame(window);
  }
  window.rethrow();
}

async function* frame(window: ByteWindow): AsyncGenerator<Uint8Array> {
  const at = { offset: window.offset };
  const [flags = 0, descriptor = 0] = window.bytes.subarray(4);
  if (flags >> 6 !== 1 || flags & 1)
    throw readProblem("unsupported", "The LZ4 data is of another version or needs a dictionary. It was not searched.", {
      at,
    });
  const blockBytes = 1 << (8 + 2 * ((descriptor >> 4) & 7));
  if (!(await window.discard(7 + (flags & 8 ? 8 : 0)))) throw cut(window);
  let history: Uint8Array = new Uint8Array(0);
  for (;;) {
    await need(window, 4);
    const word = window.bytes.readUInt32LE(0);
    window.skip(4);
    if (word === 0) break;
    const length = word & 0x7fffffff;
    if (length > blockBytes) throw readProblem("malformed", "An LZ4 block is larger than its frame allows.", { at });
    await need(window, length);
    const input = window.bytes.subarray(0, length);
    let block: Uint8Array;
    if (word >>> 31) block = Uint8Array.from(input);
    else {
      const out = new Uint8Array(history.length + blockBytes);
      out.set(history);
      try {
        block = out.subarray(history.length, lz4Block(input, out, history.length));
      } catch (error) {
        if (!(error instanceof Fault)) throw error;
        throw readProblem("corrupt", "The LZ4 data is damaged. What comes before was searched.", { at });
      }
    }
    const kept = Buffer.concat([history, block]);
    history = kept.subarray(Math.max(0, kept.length - HISTORY_BYTES));
    if (!(await window.discard(length + (flags & 16 ? 4 : 0)))) throw cut(window);
    yield block;
  }
  if (flags & 4 && !(await window.discard(4))) throw cut(window);
}

export const lz4: Format = {
  id: "lz4",
  title: "LZ4",
  spec: "https://github.com/lz4/lz4/blob/dev/doc/lz4_Frame_format.md",
  extensions: [".lz4"],
  yields: "stream",
  sniff: ({ bytes }) => (bytes[0] === 4 && bytes[1] === 0x22 && bytes[2] === 0x4d && bytes[3] === 0x18 ? 1 : 0),
  read: (source, context) => expandedMember(source, /\.lz4$/i, unlz4, context),
};
