// The central directory of a zip archive (PKWARE APPNOTE 6.3.10, sections 4.3.12 to 4.3.16), zip64 included. It alone
// says what is in the archive; what local headers say otherwise is a reason for suspicion.
import type { ByteSource } from "../../core/bytes.ts";
import { decodeText } from "../../base/utf8.ts";
import { ByteWindow } from "./byte-window.ts";

export interface ZipEntry {
  readonly name: string;
  readonly rawName: Buffer;
  readonly flags: number;
  readonly method: number;
  readonly crc: number;
  readonly compressedBytes: number;
  readonly expandedBytes: number;
  /** Where its local header lies. */
  readonly offset: number;
  /** Of Unix, where the archive was made there; else 0. */
  readonly mode: number;
}

export interface ZipDirectory {
  readonly entriesMax: number;
  readonly start: number;
  readonly end: number;
  /** Bytes that stand before the archive, by which its offsets may be off. */
  readonly shift: number;
}

const END_MARK = Buffer.from("PK\x05\x06", "latin1");
const END64 = 0x06064b50;
const LOCATOR64 = 0x07064b50;
const CENTRAL = 0x02014b50;
const END_BYTES = 22;
const COMMENT_MAX = 0xffff;
const MAX32 = 0xffffffff;

const buffer = (bytes: Uint8Array): Buffer => Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);

const number64 = (bytes: Buffer, at: number): number => Number(bytes.readBigUInt64LE(at));

/** Finds the directory from the end of the archive; undefined where there is none. */
export async function findDirectory(source: Required<ByteSource>): Promise<ZipDirectory | undefined> {
  const size = source.sizeBytes ?? 0;
  const tailStart = Math.max(0, size - END_BYTES - COMMENT_MAX);
  const tail = buffer(await source.slice(tailStart, size));
  for (let at = tail.length; at > 0;) {
    at = tail.lastIndexOf(END_MARK, at - 1);
    if (at < 0) break;
    // The comment could hold something that looks like an end record: the true one has a comment that ends the file.
    if (at + END_BYTES > tail.length || at + END_BYTES + tail.readUInt16LE(at + 20) !== tail.length) continue;
    const end = tailStart + at;
    const wide = await findDirectory64(source, end);
    if (wide) return wide;
    const bytes = tail.readUInt32LE(at + 12);
    const offset = tail.readUInt32LE(at + 16);
    if (bytes > end) return undefined;
    return { entriesMax: tail.readUInt16LE(at + 10), start: end - bytes, end, shift: end - bytes - offset };
  }
  return undefined;
}

async function findDirectory64(source: Required<ByteSource>, end: number): Promise<ZipDirectory | undefined> {
  if (end < 20) return undefined;
  const locator = buffer(await source.slice(end - 20, end));
  if (locator.length < 20 || locator.readUInt32LE(0) !== LOCATOR64) return undefined;
  // Where it says it is, or directly before the locator, where it is when bytes stand before the archive.
  for (const at of [number64(locator, 8), end - 20 - 56]) {
    if (!Number.isSafeInteger(at) || at < 0 || at > end) continue;
    const record = buffer(await source.slice(at, at + 56));
    if (record.length < 56 || record.readUInt32LE(0) !== END64) continue;
    const bytes = number64(record, 40);
    const offset = number64(record, 48);
    if (!Number.isSafeInteger(bytes) || bytes > at) return undefined;
    return { entriesMax: number64(record, 32), start: at - bytes, end: at, shift: at - bytes - offset };
  }
  return undefined;
}

/** The entries of the directory; ends early, without a word, where it is damaged. */
export async function* readEntries(source: Required<ByteSource>, directory: ZipDirectory): AsyncGenerator<ZipEntry> {
  const window = new ByteWindow(source.stream(directory.start, directory.end), directory.start);
  try {
    while (await window.fill(46)) {
      if (window.bytes.readUInt32LE(0) !== CENTRAL) return;
      const header = window.bytes;
      const [nameBytes, extraBytes, commentBytes] = [
        header.readUInt16LE(28),
        header.readUInt16LE(30),
        header.readUInt16LE(32),
      ];
      if (!(await window.fill(46 + nameBytes + extraBytes + commentBytes))) return;
      const { bytes } = window;
      // A copy: the entry outlives the window.
      const rawName = Buffer.from(bytes.subarray(46, 46 + nameBytes));
      const extra = bytes.subarray(46 + nameBytes, 46 + nameBytes + extraBytes);
      const wide = wideNumbers(extra, [bytes.readUInt32LE(24), bytes.readUInt32LE(20), bytes.readUInt32LE(42)]);
      yield {
        name: decodeText(rawName).text,
        rawName,
        flags: bytes.readUInt16LE(8),
        method: bytes.readUInt16LE(10),
        crc: bytes.readUInt32LE(16),
        compressedBytes: wide[1] ?? 0,
        expandedBytes: wide[0] ?? 0,
        offset: (wide[2] ?? 0) + directory.shift,
        mode: bytes[5] === 3 ? bytes.readUInt32LE(38) >>> 16 : 0,
      };
      window.skip(46 + nameBytes + extraBytes + commentBytes);
    }
  } finally {
    await window.close();
  }
}

/** Section 4.5.3: what does not fit into 32 bits stands in the extra field, in this order. */
function wideNumbers(extra: Buffer, numbers: readonly number[]): number[] {
  let at = 0;
  while (at + 4 <= extra.length && extra.readUInt16LE(at) !== 1) at += 4 + extra.readUInt16LE(at + 2);
  const end = at + 4 <= extra.length ? Math.min(extra.length, at + 4 + extra.readUInt16LE(at + 2)) : 0;
  at += 4;
  return numbers.map((number) => {
    if (number !== MAX32 || at + 8 > end) return number;
    at += 8;
    return number64(extra, at - 8);
  });
}

/** An archive that ends where the source ends and whose first member is where its directory says; where it begins. */
export async function appendedZip(
  source: Required<ByteSource>,
): Promise<{ readonly start: number; readonly members: number } | undefined> {
  const directory = await findDirectory(source);
  if (!directory) return undefined;
  let start = directory.start;
  let members = 0;
  for await (const { offset } of readEntries(source, directory)) {
    members++;
    if (offset >= 0 && offset < start) start = offset;
    if (members >= APPENDED_MEMBERS_MAX) break;
  }
  if (members === 0) return undefined;
  const first = buffer(await source.slice(start, start + 4));
  return first.length === 4 && first.readUInt32LE(0) === LOCAL ? { start, members } : undefined;
}

const LOCAL = 0x04034b50;
/** Enough to know where the first one lies: members stand in the order of the directory. */
const APPENDED_MEMBERS_MAX = 10_000;

export const startsZip = (bytes: Uint8Array): boolean => {
  const [a, b, c, d] = bytes;
  return a === 0x50 && b === 0x4b && ((c === 3 && d === 4) || (c === 5 && d === 6) || (c === 7 && d === 8));
};
