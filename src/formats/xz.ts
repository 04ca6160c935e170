// The .xz file format (version 1.2.1): any number of streams and blocks with LZMA2, checks verified, index read. Refuses
// other filters than LZMA2 (those are for executables) and dictionaries that no preset of xz asks for.
import { createHash } from "node:crypto";
import type { Hash } from "node:crypto";
import { crc32 } from "node:zlib";
import type { Format } from "../core/format.ts";
import type { ByteWindow } from "./shared/byte-window.ts";
import { Crc64 } from "./shared/crc64.ts";
import { expandedMember } from "./shared/expand.ts";
import { CHUNK_INPUT_MAX, Lzma2, LzmaFault } from "./shared/lzma2.ts";
import type { ReadProblem } from "./shared/read-problem.ts";
import { readProblem } from "./shared/read-problem.ts";

const MAGIC = Buffer.from([0xfd, 0x37, 0x7a, 0x58, 0x5a, 0x00]);
const LZMA2_FILTER = 0x21;
/** xz -9 asks for 64 MiB. Memory is taken as output comes, so this bounds what a long stream can hold (CWE-770). */
const DICTIONARY_BYTES_MAX = 256 * 1024 * 1024;
/** Empty streams and blocks cost time and give nothing (CWE-770). */
const BLOCKS_MAX = 1_000_000;
/** Section 2.1.1.2: how long a check is, by its id. */
const CHECK_BYTES = [0, 4, 4, 4, 8, 8, 8, 16, 16, 16, 32, 32, 32, 64, 64, 64];

const damaged = (what: string, window: ByteWindow, lost = true): ReadProblem =>
  readProblem("corrupt", `The xz data is damaged (${what}). What comes before was searched.`, {
    lost,
    at: { offset: window.offset },
  });

/** Fills the window or says that the data ends here. */
async function need(window: ByteWindow, count: number): Promise<void> {
  if (await window.fill(count)) return;
  window.rethrow();
  throw readProblem("truncated", "The xz data ends too early. What comes before was searched.", {
    at: { offset: window.offset },
  });
}

export async function* unxz(window: ByteWindow): AsyncGenerator<Uint8Array> {
  let blocks = 0;
  for (let streams = 0; await window.fill(1); streams++) {
    const at = { offset: window.offset };
    if (streams > 0 && (await skipPadding(window))) break;
    if (!(await window.fill(6)) || !window.bytes.subarray(0, 6).equals(MAGIC)) {
      window.rethrow();
      if (streams === 0) throw readProblem("truncated", "The xz data ends inside of its header.", { at });
      throw readProblem("malformed", "Bytes follow the xz data that are not xz. They were not searched.", { at });
    }
    await need(window, 12);
    const check = (window.bytes[7] ?? 0) & 0x0f;
    if (window.bytes.readUInt32LE(8) !== crc32(window.bytes.subarray(6, 8)))
      throw damaged("the checksum of its header", window);
    window.skip(12);
    for (;;) {
      await need(window, 1);
      if (window.bytes[0] === 0) break;
      if (++blocks > BLOCKS_MAX)
        throw readProblem("limit", `More than ${BLOCKS_MAX} xz blocks. The rest was not searched.`, { at });
      yield* readBlock(window, check);
    }
    if (++blocks > BLOCKS_MAX)
      throw readProblem("limit", `More than ${BLOCKS_MAX} xz streams. The rest was not searched.`, { at });
    await skipIndex(window);
    await need(window, 12);
    const footer = window.bytes.subarray(0, 12);
    if (footer.readUInt32LE(0) !== crc32(footer.subarray(4, 10)) || footer[10] !== 0x59 || footer[11] !== 0x5a) {
      throw damaged("its footer", window, false);
    }
    window.skip(12);
  }
  window.rethrow();
}

/** Section 2.2: zeros between streams. True when nothing follows them. */
async function skipPadding(window: ByteWindow): Promise<boolean> {
  while (await window.fill(1)) {
    const end = window.bytes.findIndex((byte) => byte !== 0);
    window.skip(end < 0 ? window.length : end);
    if (end >= 0) return false;
  }
  return true;
}

async function* readBlock(window: ByteWindow, check: number): AsyncGenerator<Uint8Array> {
  const headerBytes = ((window.bytes[0] ?? 0) + 1) * 4;
  await need(window, headerBytes);
  const header = window.bytes.subarray(0, headerBytes);
  if (header.readUInt32LE(headerBytes - 4) !== crc32(header.subarray(0, headerBytes - 4)))
    throw damaged("the checksum of a block header", window);
  const lzma = new Lzma2(dictionaryBytes(header, window));
  window.skip(headerBytes);
  const start = window.offset;
  const sum = checkOf(check);
  for (;;) {
    await window.fill(CHUNK_INPUT_MAX);
    const length = Lzma2.chunkLength(window.bytes);
    if (length === 0) break;
    if (length < 0 || length > window.length) await need(window, length < 0 ? window.length + 1 : length);
    let chunk: Uint8Array;
    try {
      chunk = lzma.decode(window.bytes.subarray(0, length));
    } catch (error) {
      if (error instanceof LzmaFault) throw damaged(error.message, window);
      throw error;
    }
    window.skip(length);
    sum?.update(chunk);
    yield chunk;
  }
  window.skip(1);
  const padding = (4 - ((window.offset - start) & 3)) & 3;
  const checkBytes = CHECK_BYTES[check] ?? 0;
  await need(window, padding + checkBytes);
  const expected = window.bytes.subarray(padding, padding + checkBytes);
  if (sum && !sum.digest().equals(expected)) throw damaged("a checksum does not match", window, false);
  window.skip(padding + checkBytes);
}

/** Section 3.1: the size of the dictionary, from the one filter a block may have here. */
function dictionaryBytes(header: Buffer, window: ByteWindow): number {
  const flags = header[1] ?? 0;
  let at = 2;
  const number = (): number => {
    let value = 0;
    for (let shift = 0; shift < 63; shift += 7) {
      const byte = header[at++] ?? 0;
      value += (byte & 0x7f) * 2 ** shift;
      if (byte < 0x80) return value;
    }
    throw damaged("a number in a block header", window);
  };
  if (flags & 0x40) number();
  if (flags & 0x80) number();
  const unsupported = (what: string): ReadProblem =>
    readProblem("unsupported", `The xz data uses ${what}, which is not read. Unpack it with xz and scan the result.`, {
      at: { offset: window.offset },
    });
  if ((flags & 0x3f) !== 0) throw unsupported("several filters");
  const filter = number();
  const size = number();
  if (filter !== LZMA2_FILTER) throw unsupported(`the filter ${filter}`);
  const bits = header[at] ?? 0xff;
  if (size !== 1 || bits > 40) throw damaged("a dictionary of a wrong size", window);
  const bytes = bits === 40 ? 0xffffffff : (2 | (bits & 1)) * 2 ** ((bits >> 1) + 11);
  if (bytes > DICTIONARY_BYTES_MAX) throw unsupported(`a dictionary of ${bytes} bytes`);
  return bytes;
}

interface Sum {
  update(bytes: Uint8Array): unknown;
  digest(): Buffer;
}

function checkOf(check: number): Sum | undefined {
  if (check === 1) {
    let crc = 0;
    return {
      update: (bytes) => (crc = crc32(bytes, crc)),
      digest() {
        const digest = Buffer.alloc(4);
        digest.writeUInt32LE(crc);
        return digest;
      },
    };
  }
  if (check === 4) return new Crc64();
  const sha256: Hash | undefined = check === 10 ? createHash("sha256") : undefined;
  return sha256;
}

/** Section 4. The index repeats what the blocks said; only its end matters here. */
async function skipIndex(window: ByteWindow): Promise<void> {
  const start = window.offset;
  const number = async (): Promise<number> => {
    let value = 0;
    for (let shift = 0; shift < 63; shift += 7) {
      await need(window, 1);
      const byte = window.bytes[0] ?? 0;
      window.skip(1);
      value += (byte & 0x7f) * 2 ** shift;
      if (byte < 0x80) return value;
    }
    throw damaged("a number in its index", window);
  };
  window.skip(1);
  const records = await number();
  for (let i = 0; i < records; i++) {
    await number();
    await number();
  }
  const padding = (4 - ((window.offset - start) & 3)) & 3;
  await need(window, padding + 4);
  window.skip(padding + 4);
}

export const xz: Format = {
  id: "xz",
  title: "xz",
  spec: "The .xz file format 1.2.1 (https://tukaani.org/xz/xz-file-format.txt)",
  extensions: [".xz", ".txz"],
  yields: "stream",
  sniff: ({ bytes }) => (bytes.length >= 6 && MAGIC.equals(bytes.subarray(0, 6)) ? 1 : 0),
  read: (source, context) => expandedMember(source, /\.xz$/i, unxz, context),
};
