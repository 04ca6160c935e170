// zip (PKWARE APPNOTE 6.3.10) with zip64: members by the central directory, each decompressed as it is read. Refuses
// members that share bytes, as the bombs that need no nesting do; names are data and never paths.
import { crc32, createInflateRaw } from "node:zlib";
import type { ByteSource } from "../core/bytes.ts";
import type { Format, MemberPart, Part, ProblemPart, ReadContext } from "../core/format.ts";
import { problem } from "../core/format.ts";
import { quote } from "../base/escape.ts";
import { bunzip2 } from "./bzip2.ts";
import { ByteWindow } from "./shared/byte-window.ts";
import { OUTPUT_BYTES, runEngine } from "./shared/engine.ts";
import type { Decoder } from "./shared/expand.ts";
import { bounded } from "./shared/expand.ts";
import { partOf, randomAccess } from "./shared/part-of.ts";
import { readProblem } from "./shared/read-problem.ts";
import type { ZipDirectory, ZipEntry } from "./shared/zip-directory.ts";
import { findDirectory, readEntries } from "./shared/zip-directory.ts";
import { unxz } from "./xz.ts";
import { unzstd } from "./zstd.ts";

const LOCAL = 0x04034b50;
const LOCAL_BYTES = 30;
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
  93: unzstd,
  95: unxz,
};

async function* read(source: ByteSource, context: ReadContext): AsyncGenerator<Part> {
  let random = randomAccess(source);
  if (!random) {
    const spooled = await context.spool(source);
    if ("code" in spooled) {
      yield { kind: "problem", ...spooled };
      return;
    }
    random = spooled;
  }
  const directory = await findDirectory(random);
  if (!directory) {
    yield problem(
      "truncated",
      "The zip archive has no directory: its end is missing. Only members whose size stands before them were searched.",
    );
    yield* readWithoutDirectory(random, context);
    return;
  }
  const { entries, problems } = await collect(random, directory, context);
  yield* problems;
  // In the order of their bytes, so that shared bytes and gaps show, whatever order the directory names them in.
  let reached = 0;
  for (const entry of entries) {
    if (entry.offset < reached) {
      yield refused("malformed", entry, "shares bytes with another member, as zip bombs do. It was not searched");
      continue;
    }
    const found = await locate(random, entry);
    if (found.kind === "problem") {
      yield found;
      continue;
    }
    const hidden = entry.offset > reached && (await isMember(random, reached));
    if (hidden || (reached === 0 && entry.offset > 0)) {
      const message = hidden
        ? "A member stands in the zip archive that its directory does not name"
        : `${entry.offset} bytes stand before the zip archive`;
      yield problem("malformed", `${message}. Programs do not unpack it; it was not searched.`, {
        at: { offset: reached },
      });
    }
    const next = found.dataStart + entry.compressedBytes;
    if (next > directory.start) {
      yield refused("malformed", entry, "reaches past the place where its directory begins. It was not searched");
      continue;
    }
    reached = next + (await descriptorBytes(random, entry, next));
    yield* member(random, entry, found.dataStart, found.renamed, context);
  }
}

/** The entries by where they lie, with what is wrong with the directory. */
async function collect(
  source: Required<ByteSource>,
  directory: ZipDirectory,
  context: ReadContext,
): Promise<{ entries: ZipEntry[]; problems: ProblemPart[] }> {
  const { membersMax } = context.limits;
  const entries: ZipEntry[] = [];
  const problems: ProblemPart[] = [];
  const names = new Set<string>();
  let again = 0;
  let read = 0;
  for await (const entry of readEntries(source, directory)) {
    read++;
    if (entries.length >= membersMax) {
      problems.push(
        problem(
          "limit",
          `The zip archive has more than ${membersMax} members (membersMax). The rest was not searched.`,
        ),
      );
      break;
    }
    const name = entry.rawName.toString("latin1");
    if (names.has(name)) again++;
    names.add(name);
    entries.push(entry);
  }
  if (read < Math.min(directory.entriesMax, membersMax)) {
    problems.push(
      problem(
        "malformed",
        `The directory of the zip archive is damaged: it names ${read} of ${directory.entriesMax} members.`,
      ),
    );
  }
  if (again > 0)
    problems.push(
      problem("malformed", `${again} members of the zip archive have the name of another one. All were searched.`, {
        lost: false,
      }),
    );
  return { entries: entries.sort((a, b) => a.offset - b.offset), problems };
}

function refused(code: ProblemPart["code"], entry: ZipEntry, what: string, lost = true): ProblemPart {
  return problem(code, `${quote(entry.name)} ${what}.`, {
    lost,
    at: { member: entry.name, offset: Math.max(0, entry.offset) },
  });
}

/** Where the data of a member begins, by its local header. */
async function locate(
  source: Required<ByteSource>,
  entry: ZipEntry,
): Promise<{ readonly kind: "found"; readonly dataStart: number; readonly renamed: boolean } | ProblemPart> {
  const { offset, rawName } = entry;
  const missing = refused(
    "malformed",
    entry,
    "is not where the directory of the zip archive says. It was not searched",
  );
  if (!Number.isSafeInteger(offset) || offset < 0) return missing;
  const bytes = await source.slice(offset, offset + LOCAL_BYTES + rawName.length);
  const header = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (header.length < LOCAL_BYTES || header.readUInt32LE(0) !== LOCAL) return missing;
  const nameBytes = header.readUInt16LE(26);
  const renamed = nameBytes !== rawName.length || !header.subarray(LOCAL_BYTES).equals(rawName);
  return { kind: "found", dataStart: offset + LOCAL_BYTES + nameBytes + header.readUInt16LE(28), renamed };
}

async function isMember(source: Required<ByteSource>, at: number): Promise<boolean> {
  const bytes = await source.slice(at, at + 4);
  return bytes.length === 4 && Buffer.from(bytes).readUInt32LE(0) === LOCAL;
}

/** Section 4.3.9: sizes that were not known in time stand behind the data, with or without a signature, in 32 or 64 bits. */
async function descriptorBytes(source: Required<ByteSource>, entry: ZipEntry, at: number): Promise<number> {
  if ((entry.flags & 8) === 0) return 0;
  const bytes = Buffer.from(await source.slice(at, at + 24));
  const signed = bytes.length >= 4 && bytes.readUInt32LE(0) === 0x08074b50 ? 4 : 0;
  const wide =
    bytes.length >= signed + 20 &&
    bytes.readBigUInt64LE(signed + 4) === BigInt(entry.compressedBytes) &&
    bytes.readBigUInt64LE(signed + 12) === BigInt(entry.expandedBytes);
  return signed + (wide ? 20 : 12);
}

function* member(
  source: Required<ByteSource>,
  entry: ZipEntry,
  dataStart: number,
  renamed: boolean,
  context: ReadContext,
): Generator<Part> {
  if (renamed)
    yield refused(
      "malformed",
      entry,
      "has another name in front of its data than in the directory. It was searched",
      false,
    );
  if (entry.flags & (ENCRYPTED | STRONG_ENCRYPTION | MASKED_HEADERS)) {
    yield refused("encrypted", entry, "is encrypted. Decrypt it and scan the result");
    return;
  }
  if ((entry.mode & FILE_KIND) === LINK) {
    yield refused("special-file", entry, "is a symbolic link. It is not followed", false);
    return;
  }
  if (entry.expandedBytes === 0 && entry.compressedBytes === 0) return;
  const decoder = DECODERS[entry.method];
  if (!decoder && entry.method !== STORED) {
    yield refused(
      "unsupported",
      entry,
      `is compressed by method ${entry.method}, which is not read. Unpack the archive and scan the result`,
    );
    return;
  }
  const data = partOf(source, entry.name, dataStart, dataStart + entry.compressedBytes);
  yield {
    kind: "member",
    name: entry.name,
    source: decoder ? expanded(data, entry, decoder, context) : stored(data, entry),
  } satisfies MemberPart;
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

/** What can be saved of an archive that was cut: members, one after another, as long as each says its size. */
async function* readWithoutDirectory(source: Required<ByteSource>, context: ReadContext): AsyncGenerator<Part> {
  let offset = 0;
  for (let members = 0; members < context.limits.membersMax; members++) {
    const bytes = Buffer.from(await source.slice(offset, offset + LOCAL_BYTES));
    if (bytes.length < LOCAL_BYTES || bytes.readUInt32LE(0) !== LOCAL) return;
    const flags = bytes.readUInt16LE(6);
    const nameBytes = bytes.readUInt16LE(26);
    const rawName = Buffer.from(await source.slice(offset + LOCAL_BYTES, offset + LOCAL_BYTES + nameBytes));
    const dataStart = offset + LOCAL_BYTES + nameBytes + bytes.readUInt16LE(28);
    const compressedBytes = bytes.readUInt32LE(18);
    if ((flags & 8) !== 0 && compressedBytes === 0) return;
    const entry: ZipEntry = {
      name: rawName.toString("utf8"),
      rawName,
      flags,
      method: bytes.readUInt16LE(8),
      crc: bytes.readUInt32LE(14),
      compressedBytes,
      expandedBytes: bytes.readUInt32LE(22),
      offset,
      mode: 0,
    };
    yield* member(source, entry, dataStart, false, context);
    offset = dataStart + compressedBytes;
  }
}

export const zip: Format = {
  id: "zip",
  title: "zip",
  spec: "PKWARE APPNOTE 6.3.10",
  extensions: [".zip"],
  yields: "members",
  sniff({ bytes }) {
    const [a, b, c, d] = bytes;
    return a === 0x50 && b === 0x4b && ((c === 3 && d === 4) || (c === 5 && d === 6) || (c === 7 && d === 8)) ? 1 : 0;
  },
  read,
};
