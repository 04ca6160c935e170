// 7z (7zFormat.txt, LZMA SDK 26): members of archives whose folders have one coder that can be decoded here: stored,
// LZMA, LZMA2, deflate, bzip2, Zstandard, with the filters for x86 and for differences. Refuses encryption, PPMd and other
// coders, and says which member was
// not looked at. Members are decoded in memory under a bound; names are data and never paths.
import { crc32, createInflateRaw } from "node:zlib";
import { memorySource } from "../core/bytes.ts";
import type { Format, Part, ReadContext } from "../core/format.ts";
import { problem } from "../core/format.ts";
import type { Limits } from "../base/limits.ts";
import { quote } from "../base/escape.ts";
import { bunzip2 } from "./bzip2.ts";
import { paged, type Pages } from "./model/pages.ts";
import { ByteWindow } from "./shared/byte-window.ts";
import { OUTPUT_BYTES, runEngine } from "./shared/engine.ts";
import { bounded, type Decoder } from "./shared/expand.ts";
import { CHUNK_INPUT_MAX, Lzma2, LzmaFault } from "./shared/lzma2.ts";
import { ReadProblem } from "./shared/read-problem.ts";
import { ArchiveFacts } from "./shared/archive-facts.ts";
import { undoDelta, undoX86 } from "./shared/branch-filter.ts";
import { parseArchive, SevenZipFault, type Coder, type Folder } from "./shared/seven-zip-header.ts";
import { unzstd } from "./zstd.ts";

const MAGIC = Buffer.from([0x37, 0x7a, 0xbc, 0xaf, 0x27, 0x1c]);
const START_BYTES = 32;
/** The list of members; a million of them take some tens of megabytes (CWE-770). */
const HEADER_BYTES_MAX = 64 * 1024 * 1024;
/** What one folder may be decoded to in memory (CWE-409). */
const FOLDER_BYTES_MAX = 512 * 1024 * 1024;
/** Headers in headers (CWE-674). */
const ENCODED_MAX = 4;

const AES = "06f10701";

async function* read(pages: Pages, context: ReadContext): AsyncGenerator<Part> {
  try {
    yield* members(pages, context.limits);
  } catch (error) {
    if (error instanceof SevenZipFault) yield problem(error.code, `The 7z archive ${error.message}.`);
    else if (error instanceof LzmaFault)
      yield problem("corrupt", `The list of the 7z archive is damaged (${error.message}).`);
    else throw error;
  }
}

async function* members(pages: Pages, limits: Limits): AsyncGenerator<Part> {
  const start = await pages.at(0, START_BYTES);
  if (start.length < START_BYTES) throw new SevenZipFault("truncated", "ends inside of its header");
  let offset = START_BYTES + Number(start.readBigUInt64LE(12));
  const size = Number(start.readBigUInt64LE(20));
  if (size === 0) return;
  let header = await block(pages, offset, size);
  if (crc32(header) !== start.readUInt32LE(28))
    yield problem("corrupt", "The checksum of the list in the 7z archive does not match.", { lost: false });
  for (let i = 0; header[0] === 0x17; i++) {
    if (i >= ENCODED_MAX) throw new SevenZipFault("limit", `hides its list more than ${ENCODED_MAX} times`);
    const { folders } = parseArchive(header, limits);
    const folder = folders[0];
    if (!folder) throw new SevenZipFault("malformed", "has a list that lies nowhere");
    if (folder.unpackedBytes > HEADER_BYTES_MAX) throw new SevenZipFault("limit", "has a list that is too long");
    const decoded = await decodeFolder(pages, folder, limits);
    if (typeof decoded === "string")
      throw new SevenZipFault(decoded === ENCRYPTED ? "encrypted" : "unsupported", `has a list that ${decoded}`);
    header = Buffer.from(decoded);
  }
  const { folders, files } = parseArchive(header, limits);
  const facts = new ArchiveFacts();
  for (const name of files) facts.path(name, 0);
  yield* facts.parts();
  let next = 0;
  for (const folder of folders) {
    const inside = files.slice(next, next + folder.sizes.length);
    next += folder.sizes.length;
    const decoded = await decodeFolder(pages, folder, limits).catch((error: unknown) => {
      if (error instanceof LzmaFault || error instanceof ReadProblem) return `is damaged (${error.message})`;
      throw error;
    });
    const names = `${quote(inside[0] ?? "")}${inside.length > 1 ? ` and ${inside.length - 1} more members` : ""}`;
    if (typeof decoded === "string") {
      const code = decoded === ENCRYPTED ? "encrypted" : decoded.startsWith("is damaged") ? "corrupt" : "unsupported";
      yield problem(code, `${names} of the 7z archive: the data ${decoded}. Unpack it and scan the result.`);
      continue;
    }
    let at = 0;
    for (const [i, bytes] of folder.sizes.entries()) {
      const name = inside[i] ?? `member ${next - folder.sizes.length + i + 1}`;
      const content = decoded.subarray(at, at + bytes);
      at += bytes;
      if (content.length < bytes)
        yield problem("truncated", `${quote(name)} of the 7z archive ends too early. What is there was looked at.`);
      const sum = folder.sums[i];
      if (sum !== undefined && crc32(content) !== sum)
        yield problem("corrupt", `The checksum of ${quote(name)} does not match. It was looked at all the same.`, {
          lost: false,
          at: { member: name },
        });
      if (content.length > 0) yield { kind: "member", name, source: memorySource(name, content) };
    }
  }
}

async function block(pages: Pages, offset: number, size: number): Promise<Buffer> {
  if (size > HEADER_BYTES_MAX) throw new SevenZipFault("limit", `has a list of ${size} bytes`);
  const bytes = await pages.at(offset, size);
  if (bytes.length < size)
    throw new SevenZipFault("truncated", "ends before its list of members, so none was looked at");
  return Buffer.from(bytes);
}

const ENCRYPTED = "is encrypted";

/** The bytes of a folder, or why they were not decoded. */
async function decodeFolder(pages: Pages, folder: Folder, limits: Limits): Promise<Uint8Array | string> {
  const { coders, unpackedBytes, packedAt, packedBytes } = folder;
  if (coders.some(({ id }) => id === AES)) return ENCRYPTED;
  const filters = coders.filter(({ id }) => id in FILTERS);
  const [coder, ...others] = coders.filter(({ id }) => !(id in FILTERS));
  if (!coder || others.length > 0 || filters.length > 1)
    return `goes through ${coders.length} coders (${quote(coders.map(({ id }) => id).join(", "))}), which is not read`;
  if (unpackedBytes > Math.min(FOLDER_BYTES_MAX, limits.expandedBytesMax))
    return `has ${unpackedBytes} bytes, too many to decode here`;
  if (unpackedBytes > limits.expandedFreeBytes && unpackedBytes > packedBytes * limits.expansionRatioMax)
    return `expands more than ${limits.expansionRatioMax} times, as a decompression bomb does`;
  if (packedBytes > FOLDER_BYTES_MAX) return `has ${packedBytes} bytes, too many to decode here`;
  const packed = Buffer.from(await pages.at(START_BYTES + packedAt, packedBytes));
  const decoded = await decode(coder, packed, unpackedBytes, limits);
  const [filter] = filters;
  if (filter && typeof decoded !== "string") FILTERS[filter.id]?.(decoded, filter.properties);
  return decoded;
}

/** Filters that go before a compressor and change no lengths. */
const FILTERS: Readonly<Record<string, (bytes: Uint8Array, properties: Buffer) => void>> = {
  "03": (bytes, properties) => undoDelta(bytes, (properties[0] ?? 0) + 1),
  "04": undoX86,
  "03030103": undoX86,
};

async function decode(
  coder: Coder,
  packed: Buffer,
  unpackedBytes: number,
  limits: Limits,
): Promise<Uint8Array | string> {
  switch (coder.id) {
    case "00":
      return packed;
    case "030101": {
      if (coder.properties.length < 5) return "names no properties";
      if (unpackedBytes === 0) return packed.subarray(0, 0);
      return Lzma2.decodeStream(coder.properties[0] ?? 0, coder.properties.readUInt32LE(1), packed, unpackedBytes);
    }
    case "21":
      return lzma2(packed, coder.properties[0] ?? 0, unpackedBytes);
    case "040108":
      return expand(
        (window) => runEngine(createInflateRaw({ chunkSize: OUTPUT_BYTES }), window, "deflate"),
        packed,
        limits,
      );
    case "040202":
      return expand(bunzip2, packed, limits);
    case "04f71101":
      return expand(unzstd, packed, limits);
    default:
      return `is coded by ${quote(coder.id)}, which is not read`;
  }
}

function lzma2(packed: Buffer, dictionary: number, unpackedBytes: number): Uint8Array {
  const lzma = new Lzma2(dictionary >= 40 ? 0xffffffff : (2 | (dictionary & 1)) * 2 ** ((dictionary >> 1) + 11));
  const out = Buffer.alloc(unpackedBytes);
  let filled = 0;
  for (let at = 0; filled < unpackedBytes;) {
    const rest = packed.subarray(at, at + CHUNK_INPUT_MAX);
    const length = Lzma2.chunkLength(rest);
    if (length === 0) break;
    if (length < 0 || length > rest.length) throw new LzmaFault("a chunk that is too short");
    const piece = lzma.decode(rest.subarray(0, length));
    out.set(piece.subarray(0, unpackedBytes - filled), filled);
    filled += piece.length;
    at += length;
  }
  return out.subarray(0, Math.min(filled, unpackedBytes));
}

async function expand(decoder: Decoder, packed: Buffer, limits: Limits): Promise<Uint8Array> {
  const window = new ByteWindow(memorySource("", packed).stream());
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of bounded(decoder, window, limits)) {
    size += chunk.length;
    if (size > FOLDER_BYTES_MAX) break;
    chunks.push(Buffer.from(chunk));
  }
  return Buffer.concat(chunks);
}

export const sevenZip: Format = {
  id: "seven-zip",
  title: "7z",
  spec: "https://github.com/ip7z/7zip/blob/main/DOC/7zFormat.txt",
  extensions: [".7z"],
  yields: "members",
  sniff: ({ bytes }) => (MAGIC.equals(bytes.subarray(0, MAGIC.length)) ? 1 : 0),
  read: paged(read),
};
