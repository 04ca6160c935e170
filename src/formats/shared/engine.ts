// Runs one of zlib's decompressors over a window and knows exactly where its stream ends, which piping does not tell:
// what follows may be another member, a checksum, or something that somebody hid there.
import type { BrotliDecompress, Inflate, InflateRaw, ZstdDecompress } from "node:zlib";
import type { ByteWindow } from "./byte-window.ts";
import { readProblem } from "./read-problem.ts";

/** One call into zlib. */
const INPUT_BYTES = 64 * 1024;
export const OUTPUT_BYTES: number = 256 * 1024;

export type Engine = Inflate | InflateRaw | ZstdDecompress | BrotliDecompress;

/** The decompressed bytes of one stream; afterwards the window stands just behind it. */
export async function* runEngine(engine: Engine, window: ByteWindow, what: string): AsyncGenerator<Uint8Array> {
  const output: Uint8Array[] = [];
  let failure: NodeJS.ErrnoException | undefined;
  let ended = false;
  let busy = false;
  let fed = 0;
  let used = 0;
  let wake = (): void => {};
  engine.on("data", (chunk: Uint8Array) => {
    output.push(chunk);
    // Nothing more is expanded until this chunk has been used.
    engine.pause();
    wake();
  });
  engine.on("end", () => {
    ended = true;
    wake();
  });
  engine.on("error", (error) => {
    failure = error;
    wake();
  });
  const skipUsed = (): void => {
    window.skip(engine.bytesWritten - used);
    used = engine.bytesWritten;
  };
  try {
    for (;;) {
      const chunk = output.shift();
      if (chunk) {
        yield chunk;
        continue;
      }
      if (failure || ended) break;
      if (!busy) {
        skipUsed();
        // Bytes that were offered and not taken: the stream has ended before them.
        if (fed > used) break;
        if (await window.fill(1)) {
          const input = window.bytes.subarray(0, INPUT_BYTES);
          fed += input.length;
          busy = true;
          engine.write(input, () => {
            busy = false;
            wake();
          });
        } else {
          busy = true;
          engine.end();
        }
      }
      await new Promise<void>((resolve) => {
        wake = resolve;
        engine.resume();
      });
    }
    skipUsed();
    // The stream that feeds this one has a better explanation, if it failed.
    window.rethrow();
    if (failure) throw broken(failure, window, what);
  } finally {
    engine.destroy();
  }
}

function broken(error: NodeJS.ErrnoException, window: ByteWindow, what: string): Error {
  if (
    error.code === "Z_BUF_ERROR" ||
    (window.ended && window.length === 0 && !/data|corrupt|checksum/i.test(error.message))
  ) {
    return readProblem("truncated", `The ${what} data ends too early. What comes before was searched.`, {
      at: { offset: window.offset },
    });
  }
  return readProblem("corrupt", `The ${what} data is damaged (${error.message}). What comes before was searched.`, {
    at: { offset: window.offset },
  });
}
