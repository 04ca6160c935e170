// LZMA alone: .lzma files of the LZMA SDK and of Python's FORMAT_ALONE (lzma-file-format.txt, xz 5.8), and, without the
// header, method 14 of zip. Memory is what the output takes, up to the dictionary that a file may ask for.
import type { Format } from "../core/format.ts";
import type { ByteWindow } from "./shared/byte-window.ts";
import { expandedMember } from "./shared/expand.ts";
import { Lzma2, LzmaFault } from "./shared/lzma2.ts";
import { readProblem } from "./shared/read-problem.ts";

const HEADER_BYTES = 13;
const DICTIONARY_BYTES_MAX = 256 * 1024 * 1024;
const INPUT_BYTES = 64 * 1024;

async function* unlzma(window: ByteWindow): AsyncGenerator<Uint8Array> {
  if (!(await window.fill(HEADER_BYTES))) {
    window.rethrow();
    throw readProblem("truncated", "The LZMA data ends inside of its header.");
  }
  const { bytes } = window;
  const properties = bytes[0] ?? 0;
  const dictionary = bytes.readUInt32LE(1);
  const size = bytes.readBigUInt64LE(5);
  window.skip(HEADER_BYTES);
  yield* lzmaStream(window, properties, dictionary, size === 0xffffffffffffffffn ? undefined : Number(size));
  if (await window.fill(1))
    throw readProblem("malformed", "Bytes follow the LZMA data that are not part of it. They were not searched.", {
      at: { offset: window.offset },
    });
  window.rethrow();
}

/** Method 14 of zip (APPNOTE 5.8.8): a version, the length of the properties, the properties; then the data. */
export async function* unzipLzma(window: ByteWindow): AsyncGenerator<Uint8Array> {
  if (!(await window.fill(9)) || window.bytes.readUInt16LE(2) !== 5) {
    window.rethrow();
    throw readProblem("malformed", "The LZMA data of a member has no beginning.");
  }
  const [properties, dictionary] = [window.bytes[4] ?? 0, window.bytes.readUInt32LE(5)];
  window.skip(9);
  yield* lzmaStream(window, properties, dictionary, undefined);
}

async function* lzmaStream(
  window: ByteWindow,
  properties: number,
  dictionary: number,
  size: number | undefined,
): AsyncGenerator<Uint8Array> {
  if (dictionary > DICTIONARY_BYTES_MAX)
    throw readProblem(
      "unsupported",
      `The LZMA data asks for a dictionary of ${dictionary} bytes. It was not searched.`,
    );
  const lzma = new Lzma2(Math.max(4096, dictionary));
  let left = size ?? Infinity;
  let overran = false;
  try {
    await window.fill(5);
    lzma.open(properties, window.bytes.subarray(0, 5));
    window.skip(5);
    while (left > 0 && !lzma.ended) {
      const more = await window.fill(INPUT_BYTES);
      const { output, used, short } = lzma.step(window.bytes, left, !more);
      left -= output.length;
      window.skip(used);
      if (output.length > 0) yield output;
      if (short) {
        if (!lzma.ended) overran = true;
        break;
      }
    }
  } catch (error) {
    if (!(error instanceof LzmaFault)) throw error;
    throw readProblem("corrupt", `The LZMA data is damaged (${error.message}). What comes before was searched.`, {
      at: { offset: window.offset },
    });
  }
  if (overran && (left > 0 || size === undefined)) {
    window.rethrow();
    throw readProblem("truncated", "The LZMA data ends too early. What comes before was searched.", {
      at: { offset: window.offset },
    });
  }
}

export const lzma: Format = {
  id: "lzma",
  title: "LZMA alone",
  spec: "https://github.com/tukaani-project/xz/blob/master/doc/lzma-file-format.txt",
  extensions: [".lzma"],
  yields: "stream",
  // No magic number: properties that every program writes, a dictionary of a usual size, a size that can be, and the
  // zero with which the data begins.
  sniff({ bytes }) {
    if (bytes.length < 18 || (bytes[0] ?? 255) >= 225 || bytes[13] !== 0) return 0;
    const head = Buffer.from(bytes.buffer, bytes.byteOffset, 13);
    const dictionary = head.readUInt32LE(1);
    const bits = 31 - Math.clz32(dictionary);
    const usual = dictionary >= 4096 && (dictionary === 2 ** bits || dictionary === 2 ** bits + 2 ** (bits - 1));
    const size = head.readBigUInt64LE(5);
    const sized = size === 0xffffffffffffffffn || size < 1n << 40n;
    return usual && sized ? (bytes[0] === 0x5d ? 0.97 : 0.9) : 0;
  },
  read: (source, context) => expandedMember(source, /\.lzma$/i, unlzma, context),
};
