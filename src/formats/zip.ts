// zip (PKWARE APPNOTE 6.3.10) with zip64: members by the central directory, each decompressed as it is read. Refuses
// members that share bytes, as the bombs that need no nesting do; names are data and never paths.
import type { ByteSource } from "../core/bytes.ts";
import type { Format, Part, ProblemPart, ReadContext } from "../core/format.ts";
import { problem } from "../core/format.ts";
import { quote } from "../base/escape.ts";
import { ArchiveFacts } from "./shared/archive-facts.ts";
import { partOf, randomAccess } from "./shared/part-of.ts";
import type { ZipDirectory, ZipEntry } from "./shared/zip-directory.ts";
import { appendedZip, findDirectory, readEntries, startsZip } from "./shared/zip-directory.ts";
import { member, refused } from "./shared/zip-member.ts";

const LOCAL = 0x04034b50;
const LOCAL_BYTES = 30;
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
  const facts = new ArchiveFacts();
  const torch = isTorch(entries);
  facts.duplicates(entries);
  // In the order of their bytes, so that shared bytes and gaps show, whatever order the directory names them in.
  let reached = 0;
  const before = await archivesBefore(random, entries[0]?.offset ?? 0);
  for (const { start, end } of before) {
    yield { kind: "member", name: `archive at byte ${start}`, source: partOf(random, random.name, start, end) };
    reached = end;
  }
  for (const entry of entries) {
    for (let hidden = await localEntry(random, reached); hidden && reached < entry.offset;) {
      const end = hidden.dataStart + hidden.entry.compressedBytes;
      if (!hidden.sized || end > entry.offset) break;
      facts.add(
        "hidden-member",
        `${quote(hidden.entry.name)} stands in the zip archive, and its directory does not name it. It was read.`,
        reached,
      );
      yield* member(random, hidden.entry, hidden.dataStart, false, context, facts, false);
      reached = end;
      hidden = reached < entry.offset ? await localEntry(random, reached) : undefined;
    }
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
    yield* member(random, entry, found.dataStart, found.renamed, context, facts, torch);
  }
  yield* facts.parts();
}

/** Tensors of a distributed checkpoint: each is an archive (CWE-770). */
const ARCHIVES_MAX = 20_000;

/** Archives that fill the file up to `end`, one behind another, as torch.distributed.checkpoint writes them; none where
 * anything else stands there. */
async function archivesBefore(
  source: Required<ByteSource>,
  end: number,
): Promise<{ readonly start: number; readonly end: number }[]> {
  if (end === 0 || !(await isMember(source, 0))) return [];
  const found: { start: number; end: number }[] = [];
  for (let at = end; at > 0;) {
    const archive = found.length < ARCHIVES_MAX ? await appendedZip(partOf(source, source.name, 0, at)) : undefined;
    if (!archive || archive.start >= at) return [];
    found.push({ start: archive.start, end: at });
    at = archive.start;
  }
  return found.reverse();
}

/** PyTorch looks its records up without regard to case. Its exports and packages hold no pickle of that name. */
const isTorch = (entries: readonly ZipEntry[]): boolean =>
  entries.some(({ name }) => /(?:^|[\\/])(?:data\.pkl|\.data[\\/](?:serialization_id|version))$/i.test(name));

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

/** What can be saved of an archive that was cut: members, one after another, as long as each says its size. */
async function* readWithoutDirectory(source: Required<ByteSource>, context: ReadContext): AsyncGenerator<Part> {
  const facts = new ArchiveFacts();
  let offset = 0;
  for (let members = 0; members < context.limits.membersMax; members++) {
    const found = await localEntry(source, offset);
    if (!found?.sized) break;
    yield* member(source, found.entry, found.dataStart, false, context, facts, false);
    offset = found.dataStart + found.entry.compressedBytes;
  }
  yield* facts.parts();
}

/** A member by what stands before its data; undefined where none begins. */
async function localEntry(
  source: Required<ByteSource>,
  offset: number,
): Promise<{ readonly entry: ZipEntry; readonly dataStart: number; readonly sized: boolean } | undefined> {
  const bytes = Buffer.from(await source.slice(offset, offset + LOCAL_BYTES));
  if (bytes.length < LOCAL_BYTES || bytes.readUInt32LE(0) !== LOCAL) return undefined;
  const flags = bytes.readUInt16LE(6);
  const nameBytes = bytes.readUInt16LE(26);
  const rawName = Buffer.from(await source.slice(offset + LOCAL_BYTES, offset + LOCAL_BYTES + nameBytes));
  const compressedBytes = bytes.readUInt32LE(18);
  return {
    entry: {
      name: rawName.toString("utf8"),
      rawName,
      flags,
      method: bytes.readUInt16LE(8),
      crc: bytes.readUInt32LE(14),
      compressedBytes,
      expandedBytes: bytes.readUInt32LE(22),
      offset,
      mode: 0,
    },
    dataStart: offset + LOCAL_BYTES + nameBytes + bytes.readUInt16LE(28),
    // Sizes that were not known in time stand behind the data, and nothing says where that ends.
    sized: (flags & 8) === 0 || compressedBytes !== 0,
  };
}

export const zip: Format = {
  id: "zip",
  title: "zip",
  spec: "PKWARE APPNOTE 6.3.10",
  extensions: [".zip"],
  yields: "members",
  // A format that is a zip with certain members knows better.
  sniff: ({ bytes }) => (startsZip(bytes) ? 0.98 : 0),
  read,
};
