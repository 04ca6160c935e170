// What gzip, zstd, bzip2 and xz have in common: one member whose bytes are decompressed as they are read, and the two
// bounds that stop a bomb (CWE-409). Whoever made the file controls how far it expands.
import type { ByteSource } from "../../core/bytes.ts";
import type { Part, ReadContext } from "../../core/format.ts";
import type { Limits } from "../../base/limits.ts";
import { ByteWindow } from "./byte-window.ts";
import { readProblem } from "./read-problem.ts";

/** Yields the bytes of everything in the window, and leaves the window at its end. */
export type Decoder = (window: ByteWindow) => AsyncIterable<Uint8Array>;

export async function* bounded(decoder: Decoder, window: ByteWindow, limits: Limits): AsyncGenerator<Uint8Array> {
  const start = window.offset;
  let expanded = 0;
  for await (const chunk of decoder(window)) {
    expanded += chunk.length;
    if (expanded > limits.expandedBytesMax) {
      throw readProblem(
        "limit",
        `The data expands to more than ${limits.expandedBytesMax} bytes (expandedBytesMax). The rest was not searched.`,
      );
    }
    // What the window holds counts as read: a decoder takes input in blocks.
    const input = window.offset - start + window.length;
    if (expanded > limits.expandedFreeBytes && expanded > input * limits.expansionRatioMax) {
      throw readProblem(
        "limit",
        `The data expands to more than ${limits.expansionRatioMax} times its size (expansionRatioMax), as a decompression bomb does. The rest was not searched.`,
      );
    }
    yield chunk;
  }
}

/** The one member of a compressed stream. Each `stream()` decompresses anew. */
export async function* expandedMember(
  source: ByteSource,
  suffixes: RegExp,
  decoder: Decoder,
  context: ReadContext,
): AsyncGenerator<Part> {
  const name = source.name.replace(suffixes, "");
  yield {
    kind: "member",
    name,
    source: {
      name,
      sizeBytes: undefined,
      async *stream() {
        const window = new ByteWindow(source.stream());
        try {
          yield* bounded(decoder, window, context.limits);
        } finally {
          await window.close();
        }
      },
    },
  };
}
