// tar: ustar and pax (POSIX.1-2024, pax), GNU long names, v7. Headers are found by arithmetic, so an archive that can be
// read at random costs its headers. Refuses sparse files and volumes; names are data, links and devices are only told.
import type { ByteSource } from "../core/bytes.ts";
import type { Format, Part, ProblemPart, ReadContext } from "../core/format.ts";
import { problem } from "../core/format.ts";
import { quote } from "../base/escape.ts";
import { ArchiveFacts } from "./shared/archive-facts.ts";
import { ByteWindow } from "./shared/byte-window.ts";
import { partOf, randomAccess } from "./shared/part-of.ts";
import { BLOCK, isZero, parseHeader, parsePax, readText } from "./shared/tar-header.ts";
import type { TarHeader } from "./shared/tar-header.ts";

const READ_BYTES = 64 * 1024;
/** A pax header or a long name: names and attributes, never data (CWE-770). */
const EXTENDED_BYTES_MAX = 1024 * 1024;
/** A member of a sequential archive is held up to here, so that it can be looked at more than once. */
const HELD_BYTES = 1024 * 1024;
/** How far after the end marker something is looked for. Tapes pad with zeros to 10 KiB. */
const TAIL_BYTES_MAX = 1024 * 1024;

export interface TarEntry {
  readonly kind: "entry";
  readonly name: string;
  readonly sizeBytes: number;
  readonly source: ByteSource;
  /** The headers and the padded data. */
  readonly start: number;
  readonly end: number;
}

/** Reads forward through an archive, at random where that is possible. */
class Blocks {
  private readonly source: ByteSource;
  private readonly random: Required<ByteSource> | undefined;
  private window: ByteWindow | undefined;
  private held: Buffer = Buffer.alloc(0);
  private heldAt = 0;

  constructor(source: ByteSource) {
    this.source = source;
    this.random = randomAccess(source);
  }

  /** `length` bytes at `offset`, fewer at the end. Offsets only grow. */
  async at(offset: number, length: number): Promise<Buffer> {
    if (this.random) {
      if (offset < this.heldAt || offset + length > this.heldAt + this.held.length) {
        const bytes = await this.random.slice(offset, offset + Math.max(length, READ_BYTES));
        this.held = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
        this.heldAt = offset;
      }
      return this.held.subarray(offset - this.heldAt, offset - this.heldAt + length);
    }
    this.window ??= new ByteWindow(this.source.stream());
    if (!(await this.window.discard(offset - this.window.offset))) return Buffer.alloc(0);
    await this.window.fill(length);
    return this.window.bytes.subarray(0, length);
  }

  /** The data of a member. In a sequential archive it is valid until the next header is asked for. */
  async member(name: string, start: number, sizeBytes: number): Promise<{ source: ByteSource; whole: boolean }> {
    if (this.random) {
      const end = Math.min(start + sizeBytes, this.random.sizeBytes ?? 0);
      return { source: partOf(this.random, name, start, end), whole: end === start + sizeBytes };
    }
    const head = Buffer.from(await this.at(start, Math.min(sizeBytes, HELD_BYTES)));
    const { window, source } = this;
    const whole = head.length === Math.min(sizeBytes, HELD_BYTES);
    if (head.length === sizeBytes || !whole || !window) return { source: heldSource(name, head), whole };
    const end = start + sizeBytes;
    const stream = async function* (): AsyncGenerator<Uint8Array> {
      // The first time through goes on where the archive stands; a later one has to begin the archive anew.
      if (window.offset === start) {
        yield head;
        await window.discard(head.length);
        yield* until(window, end);
        return;
      }
      const again = new ByteWindow(source.stream());
      try {
        await again.discard(start);
        yield* until(again, end);
      } finally {
        await again.close();
      }
    };
    return { source: { name, sizeBytes, stream }, whole };
  }

  rethrow(): void {
    this.window?.rethrow();
  }

  async close(): Promise<void> {
    await this.window?.close();
  }
}

const heldSource = (name: string, bytes: Uint8Array): ByteSource => ({
  name,
  sizeBytes: bytes.length,
  slice: (start, end) => Promise.resolve(bytes.subarray(start, end)),
  async *stream(start = 0, end = bytes.length) {
    if (end > start) yield bytes.subarray(start, end);
  },
});

async function* until(window: ByteWindow, end: number): AsyncGenerator<Uint8Array> {
  while (window.offset < end && (await window.fill(1))) {
    const bytes = window.bytes.subarray(0, end - window.offset);
    window.skip(bytes.length);
    yield bytes;
  }
  if (window.offset < end) window.rethrow();
}

/** What a header says that stands before the header of its member. */
interface Extended {
  name?: string;
  sizeBytes?: number;
  sparse?: boolean;
}

const SPECIAL: Readonly<Record<string, string>> = {
  "1": "a hard link",
  "2": "a symbolic link",
  "3": "a device",
  "4": "a device",
  "6": "a pipe",
};

export async function* tarEntries(
  source: ByteSource,
  context: ReadContext,
  facts: ArchiveFacts = new ArchiveFacts(),
): AsyncGenerator<TarEntry | ProblemPart> {
  const blocks = new Blocks(source);
  const { membersMax } = context.limits;
  let offset = 0;
  let start = 0;
  let members = 0;
  let extended: Extended = {};
  let lost = 0;
  let ended = false;
  try {
    for (;;) {
      const block = await blocks.at(offset, BLOCK);
      if (block.length < BLOCK) {
        if (!ended || block.length > 0) {
          yield problem(
            "truncated",
            "The tar archive ends without its end marker. Members before that were searched.",
            { lost: block.length > 0 || offset > start, at: { offset } },
          );
        }
        break;
      }
      if (isZero(block)) {
        ended = true;
        const next = await afterEnd(blocks, offset);
        if (next === undefined) break;
        yield problem(
          "malformed",
          "Something follows the end marker of the tar archive. Programs do not unpack it; it was searched.",
          { lost: false, at: { offset: next } },
        );
        offset = next;
        start = next;
        continue;
      }
      const header = parseHeader(block);
      if (!header) {
        // Damage, or no tar at all from here on: the next header is looked for.
        if (lost === 0)
          yield problem(
            "malformed",
            "A header of the tar archive is damaged. The bytes up to the next one were not searched.",
            { at: { offset } },
          );
        lost++;
        offset += BLOCK;
        start = offset;
        extended = {};
        continue;
      }
      const data = offset + BLOCK;
      const isExtended = "xgLK".includes(header.type);
      if (isExtended) {
        if (header.sizeBytes > EXTENDED_BYTES_MAX)
          yield problem("limit", `A tar header is longer than ${EXTENDED_BYTES_MAX} bytes. It was not read.`, {
            at: { offset },
          });
        else extended = { ...extended, ...readExtended(header, await blocks.at(data, header.sizeBytes)) };
        offset = padded(data + header.sizeBytes);
        continue;
      }
      if (members++ >= membersMax) {
        yield problem(
          "limit",
          `The tar archive has more than ${membersMax} members (membersMax). The rest was not searched.`,
          { at: { offset } },
        );
        break;
      }
      const name = extended.name ?? header.name;
      const isFile = "0\x007S".includes(header.type) && !(header.type === "\0" && name.endsWith("/"));
      const sizeBytes = isFile
        ? (extended.sizeBytes ?? header.sizeBytes)
        : header.type in SPECIAL || header.type === "5"
          ? 0
          : header.sizeBytes;
      const end = padded(data + sizeBytes);
      // Whoever made the archive controls the size; past the range of numbers there is nothing to find.
      if (!Number.isSafeInteger(end)) {
        yield problem(
          "malformed",
          `The tar member ${quote(name)} has an impossible size. The rest of the archive was not searched.`,
          { at: { offset, member: name } },
        );
        break;
      }
      const at = { member: name, offset };
      facts.path(name, offset);
      if (header.type in SPECIAL) {
        // A symbolic link counts from its own folder, a hard link from the root of the archive.
        const folder = header.type === "2" ? name.slice(0, name.lastIndexOf("/") + 1) : "";
        if (header.type === "1" || header.type === "2") facts.link(name, header.link, offset, folder);
        yield problem(
          "special-file",
          `${quote(name)} is ${SPECIAL[header.type]} to ${quote(header.link)}. It is not followed.`,
          { lost: false, at },
        );
      } else if (isFile && (header.type === "S" || extended.sparse)) {
        yield problem(
          "unsupported",
          `${quote(name)} is stored as a sparse file, which is not read. Unpack the archive and scan the result.`,
          { at },
        );
      } else if (isFile) {
        const member = await blocks.member(name, data, sizeBytes);
        yield { kind: "entry", name, sizeBytes, source: member.source, start, end };
        if (!member.whole) {
          yield problem("truncated", `The tar archive ends inside of ${quote(name)}. What is there was searched.`, {
            at,
          });
          break;
        }
      } else if (header.type !== "5" && header.type !== "\0") {
        yield problem(
          "unsupported",
          `${quote(name)} is a member of an unknown kind (${quote(header.type)}). It was not searched.`,
          { at },
        );
      }
      offset = end;
      start = end;
      extended = {};
    }
    blocks.rethrow();
  } finally {
    await blocks.close();
  }
}

const padded = (offset: number): number => Math.ceil(offset / BLOCK) * BLOCK;

/** The place of something that is not zero after the end marker, within reach. */
async function afterEnd(blocks: Blocks, offset: number): Promise<number | undefined> {
  for (let at = offset; at < offset + TAIL_BYTES_MAX; at += BLOCK) {
    const block = await blocks.at(at, BLOCK);
    if (block.length === 0) return undefined;
    if (!isZero(block)) return at;
  }
  return undefined;
}

function readExtended(header: TarHeader, bytes: Buffer): Extended {
  if (header.type === "L") return { name: readText(bytes, 0, bytes.length) };
  if (header.type !== "x") return {};
  const records = parsePax(bytes);
  const size = Number(records.get("size") ?? Number.NaN);
  const name = records.get("path");
  return {
    ...(name === undefined ? {} : { name }),
    ...(Number.isSafeInteger(size) && size >= 0 ? { sizeBytes: size } : {}),
    ...([...records.keys()].some((key) => key.startsWith("GNU.sparse.")) ? { sparse: true } : {}),
  };
}

async function* read(source: ByteSource, context: ReadContext): AsyncGenerator<Part> {
  const facts = new ArchiveFacts();
  for await (const entry of tarEntries(source, context, facts)) {
    if (entry.kind === "problem") yield entry;
    else if (entry.sizeBytes > 0) yield { kind: "member", name: entry.name, source: entry.source };
  }
  yield* facts.parts();
}

export const tar: Format = {
  id: "tar",
  title: "tar",
  spec: "POSIX.1-2024 pax interchange format, with GNU tar's extensions",
  extensions: [".tar"],
  yields: "members",
  sniff({ bytes }) {
    const block = Buffer.from(bytes.buffer, bytes.byteOffset, Math.min(bytes.byteLength, BLOCK));
    if (!parseHeader(block)) return 0;
    return block.toString("latin1", 257, 262) === "ustar" ? 0.99 : isZero(block) ? 0 : 0.8;
  },
  read,
};
