// Zstandard (RFC 8878), any number of frames, skippable ones passed over. Refuses dictionaries, which are not in the file.
import { createZstdDecompress } from "node:zlib";
import type { Format } from "../core/format.ts";
import type { ByteWindow } from "./shared/byte-window.ts";
import { OUTPUT_BYTES, runEngine } from "./shared/engine.ts";
import { expandedMember } from "./shared/expand.ts";
import { readProblem } from "./shared/read-problem.ts";

const MAGIC = 0xfd2fb528;
const SKIPPABLE = 0x184d2a50;
const FRAMES_MAX = 1_000_000;

export async function* unzstd(window: ByteWindow): AsyncGenerator<Uint8Array> {
  for (let frames = 0; await window.fill(1); frames++) {
    const at = { offset: window.offset };
    if (frames >= FRAMES_MAX)
      throw readProblem("limit", `More than ${FRAMES_MAX} zstd frames. The rest was not searched.`, { at });
    if (!(await window.fill(4))) {
      window.rethrow();
      throw readProblem("truncated", "The zstd data ends inside of a frame.", { at });
    }
    const magic = window.bytes.readUInt32LE(0);
    if ((magic & 0xfffffff0) >>> 0 === SKIPPABLE) {
      // RFC 8878, section 3.1.2. Programs skip it, so nothing in it reaches a model.
      if ((await window.fill(8)) && (await window.discard(8 + window.bytes.readUInt32LE(4)))) continue;
      window.rethrow();
      throw readProblem("truncated", "The zstd data ends inside of a skippable frame.", { at });
    }
    if (magic !== MAGIC)
      throw readProblem("malformed", "Bytes follow the zstd data that are not zstd. They were not searched.", { at });
    yield* runEngine(createZstdDecompress({ chunkSize: OUTPUT_BYTES }), window, "zstd");
  }
  window.rethrow();
}

function startsZstd(bytes: Uint8Array): boolean {
  if (bytes.length < 4) return false;
  const magic = Buffer.from(bytes.buffer, bytes.byteOffset, 4).readUInt32LE(0);
  return magic === MAGIC || (magic & 0xfffffff0) >>> 0 === SKIPPABLE;
}

export const zstd: Format = {
  id: "zstd",
  title: "Zstandard",
  spec: "RFC 8878",
  extensions: [".zst", ".zstd"],
  yields: "stream",
  sniff: (head) => (startsZstd(head.bytes) ? 1 : 0),
  read: (source, context) => expandedMember(source, /\.(zst|zstd)$/i, unzstd, context),
};
