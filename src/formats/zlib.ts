// zlib (RFC 1950), as joblib compresses by default, and joblib's older ZF: the letters ZF and a length in hex before it.
import { createInflate, inflateSync, constants } from "node:zlib";
import type { Format, Head } from "../core/format.ts";
import type { ByteWindow } from "./shared/byte-window.ts";
import { OUTPUT_BYTES, runEngine } from "./shared/engine.ts";
import { expandedMember } from "./shared/expand.ts";
import { readProblem } from "./shared/read-problem.ts";

/** "ZF" and hex(2**64) padded: joblib/numpy_pickle_compat.py. */
const ZF_BYTES = 21;

async function* inflate(window: ByteWindow): AsyncGenerator<Uint8Array> {
  if ((await window.fill(ZF_BYTES)) && isZf(window.bytes)) window.skip(ZF_BYTES);
  yield* runEngine(createInflate({ chunkSize: OUTPUT_BYTES }), window, "zlib");
  if (await window.fill(1))
    throw readProblem("malformed", "Bytes follow the zlib data that are not part of it. They were not searched.", {
      at: { offset: window.offset },
    });
}

const isZf = (bytes: Uint8Array): boolean =>
  bytes[0] === 0x5a && bytes[1] === 0x46 && bytes[2] === 0x30 && bytes[3] === 0x78 && isZlib(bytes.subarray(ZF_BYTES));

/** Method 8 with a window that may be, no dictionary, and the check over both bytes (RFC 1950, section 2.2). */
const isZlib = (bytes: Uint8Array): boolean => {
  const [method = 0, flags = 0] = bytes;
  return (method & 0x0f) === 8 && method >> 4 <= 7 && (flags & 0x20) === 0 && (method * 256 + flags) % 31 === 0;
};

function sniff({ bytes, whole }: Head): number {
  const data = isZf(bytes) ? bytes.subarray(ZF_BYTES) : bytes;
  if (data.length < 8 || !isZlib(data)) return 0;
  try {
    // A head is cut: only what is there must make sense.
    const head = inflateSync(data.subarray(0, 4096), {
      finishFlush: constants.Z_SYNC_FLUSH,
      maxOutputLength: 4 * 1024 * 1024,
    });
    return head.length > 0 || whole ? 0.96 : 0;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "ERR_BUFFER_TOO_LARGE" ? 0.96 : 0;
  }
}

export const zlib: Format = {
  id: "zlib",
  title: "zlib, joblib's ZF",
  spec: "RFC 1950",
  extensions: [".z", ".zlib"],
  yields: "stream",
  sniff,
  read: (source, context) => expandedMember(source, /\.(z|zlib)$/i, inflate, context),
};
