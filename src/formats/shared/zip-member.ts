// One member of a zip archive: what its entry says about its data, checked against it, and a source that decompresses as
// it is read. A mark of encryption is believed only where the data cannot be read without.
import { crc32, createInflateRaw } from "node:zlib";
import type { ByteSource } from "../../core/bytes.ts";
import type { MemberPart, Part, ProblemPart, ReadContext } from "../../core/format.ts";
import { problem } from "../../core/format.ts";
import { quote } from "../../base/escape.ts";
import { bunzip2 } from "../bzip2.ts";
import { unzipLzma } from "../lzma.ts";
import { holdsPickle } from "../pickle/embedded-head.ts";
import { unxz } from "../xz.ts";
import { unzstd } from "../zstd.ts";
import type { ArchiveFacts } from "./archive-facts.ts";
import { ByteWindow } from "./byte-window.ts";
import { OUTPUT_BYTES, runEngine } from "./engine.ts";
import type { Decoder } from "./expand.ts";
import { bounded } from "./expand.ts";
import { partOf } from "./part-of.ts";
import { ReadProblem, readProblem } from "./read-problem.ts";
import type { ZipEntry } from "./zip-directory.ts";

/** Section 4.4.4: general purpose flags. */
const ENCRYPTED = 1;
const STRONG_ENCRYPTION = 0x40;
const MASKED_HEADERS = 0x2000;
const STORED = 0;
const FILE_KIND = 0o170000;
const LINK = 0o120000;

const DECODERS: Readonly<Record<number, Decoder>> = {
  8: (window) => runEngine(createInflateRaw({ chunkSize: OUTPUT_BYTES }), window, "deflate"),
  12: bunzip2,
  14: unzipLzma,
  93: unzstd,
  95: unxz,
};

export async function* member(
  source: Required<ByteSource>,
  entry: ZipEntry,
  dataStart: number,
  renamed: boolean,
  context: ReadContext,
  facts: ArchiveFacts,
  torch: boolean,
): AsyncGenerator<Part> {
  facts.path(entry.name, entry.offset);
  if (renamed) {
    facts.add(
      "other-name",
      `${quote(entry.name)} has another name in front of its data than in the directory: programs disagree on which file it is.`,
      entry.offset,
    );
    yield refused(
      "malformed",
      entry,
      "has another name in front of its data than in the directory. It was searched",
      false,
    );
  }
  const decoder = DECODERS[entry.method];
  const data = partOf(source, entry.name, dataStart, dataStart + entry.compressedBytes);
  const opened = decoder ? expanded(data, entry, decoder, context) : stored(data, entry);
  if (entry.flags & (ENCRYPTED | STRONG_ENCRYPTION | MASKED_HEADERS)) {
    if (!(await isLegible(opened, entry))) {
      yield refused("encrypted", entry, "is encrypted. Decrypt it and scan the result");
      return;
    }
    facts.add(
      "false-encryption",
      `${quote(entry.name)} is marked as encrypted and is not: some programs refuse it, others load it.`,
      entry.offset,
    );
  }
  if ((entry.mode & FILE_KIND) === LINK) {
    facts.link(
      entry.name,
      (await headOf(opened)).toString("utf8"),
      entry.offset,
      entry.name.slice(0, entry.name.lastIndexOf("/") + 1),
    );
    yield refused("special-file", entry, "is a symbolic link. It is not followed", false);
    return;
  }
  if (entry.expandedBytes === 0 && entry.compressedBytes === 0) return;
  if (!decoder && entry.method !== STORED) {
    yield refused(
      "unsupported",
      entry,
      `is compressed by method ${entry.method}, which is not read. Unpack the archive and scan the result`,
    );
    return;
  }
  if (torch && (await isPlainData(opened, entry))) return;
  yield { kind: "member", name: entry.name, source: opened } satisfies MemberPart;
}

/** Bytes that are read to see whether a member that says so is encrypted. */
const TRIAL_BYTES_MAX = 64 * 1024 * 1024;

/** The mark of encryption is a bit that anybody can set, and not all programs look at it. */
async function isLegible(opened: ByteSource, entry: ZipEntry): Promise<boolean> {
  // Encryption puts twelve bytes before the data.
  if (entry.method === STORED && entry.compressedBytes !== entry.expandedBytes) return false;
  if (entry.compressedBytes > TRIAL_BYTES_MAX) return entry.method === STORED;
  let read = 0;
  try {
    for await (const chunk of opened.stream()) {
      read += chunk.length;
      if (read > TRIAL_BYTES_MAX) break;
    }
    return true;
  } catch (error) {
    if (error instanceof ReadProblem) return false;
    throw error;
  }
}

const stored = (data: Required<ByteSource>, entry: ZipEntry): ByteSource => ({
  ...data,
  // Only a read of everything can check the sum.
  stream: (start, end) =>
    start === undefined && end === undefined ? checked(data.stream(), entry) : data.stream(start, end),
});

const expanded = (data: Required<ByteSource>, entry: ZipEntry, decoder: Decoder, context: ReadContext): ByteSource => ({
  name: entry.name,
  sizeBytes: undefined,
  stream: () => checked(expand(data, decoder, context), entry),
});

async function* expand(data: ByteSource, decoder: Decoder, context: ReadContext): AsyncGenerator<Uint8Array> {
  const window = new ByteWindow(data.stream());
  try {
    yield* bounded(decoder, window, context.limits);
    if (await window.fill(1)) {
      throw readProblem(
        "malformed",
        "Bytes follow the data of the member that are not part of it. They were not searched.",
        { at: { member: data.name } },
      );
    }
  } finally {
    await window.close();
  }
}

async function* checked(chunks: AsyncIterable<Uint8Array>, entry: ZipEntry): AsyncGenerator<Uint8Array> {
  let crc = 0;
  let size = 0;
  for await (const chunk of chunks) {
    crc = crc32(chunk, crc);
    size += chunk.length;
    yield chunk;
  }
  if (crc !== entry.crc || size !== entry.expandedBytes) {
    throw readProblem(
      "corrupt",
      `The checksum or size of ${quote(entry.name)} does not match what was read. It was searched all the same.`,
      {
        lost: false,
        at: { member: entry.name },
      },
    );
  }
}

/** Where PyTorch keeps the bytes of tensors; and single numbers and words about the archive. */
const TENSORS =
  /(?:^|[\\/])(?:data[\\/](?:weights|constants)|data|constants|storages?|xl_model_weights)[\\/][\w.-]{1,80}$|(?:^|[\\/])\.data[\\/]\d+\.storage$/i;
/** Files of a package, of a settings file, of a program: no tensor is called so. */
const NO_TENSOR = /\.(?:json|txt|md|cfg|ini|toml|ya?ml|jinja|py|pyc|so|sh|pkl|pickle|pth?|ckpt|zip|whl)$/i;
const LABELS =
  /(?:^|[\\/])(?:byteorder|version|archive_format|archive_version|\.format_version|\.storage_alignment|\.data[\\/]serialization_id)$/i;
const LABEL_BYTES_MAX = 256;
const HEAD_BYTES = 4096;

/** Tensors, and labels, which nothing loads: what only has the name of one is read. */
async function isPlainData(source: ByteSource, { name, expandedBytes }: ZipEntry): Promise<boolean> {
  const label = LABELS.test(name) && expandedBytes <= LABEL_BYTES_MAX;
  if (!label && (!TENSORS.test(name) || NO_TENSOR.test(name))) return false;
  const head = await headOf(source);
  if (label) return /^[\w.\s-]*$/.test(head.toString("latin1"));
  return !holdsPickle(head, expandedBytes <= head.length) && !ARCHIVE.test(head.subarray(0, 8).toString("latin1"));
}

/** Other things that a loader opens by their first bytes: zip, gzip, xz, zlib is tried by nothing. */
const ARCHIVE = /^(?:PK\x03\x04|\x1f\x8b\x08|\xfd7zXZ|7z\xbc\xaf|\x93NUMPY|\x89HDF|BZh[1-9]1AY)/;

async function headOf(source: ByteSource): Promise<Buffer> {
  if (source.slice) return Buffer.from(await source.slice(0, HEAD_BYTES));
  const chunks: Buffer[] = [];
  let length = 0;
  try {
    for await (const chunk of source.stream()) {
      chunks.push(Buffer.from(chunk));
      length += chunk.length;
      if (length >= HEAD_BYTES) break;
    }
  } catch (error) {
    if (!(error instanceof ReadProblem)) throw error;
  }
  return Buffer.concat(chunks).subarray(0, HEAD_BYTES);
}

export function refused(code: ProblemPart["code"], entry: ZipEntry, what: string, lost = true): ProblemPart {
  return problem(code, `${quote(entry.name)} ${what}.`, {
    lost,
    at: { member: entry.name, offset: Math.max(0, entry.offset) },
  });
}
