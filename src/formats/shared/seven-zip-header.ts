// The list of a 7z archive (7zFormat.txt): where packed bytes lie, how they are coded, and what the members are called.
// Every count in it is the author's: loops end with the bytes of the header or at a named bound.
import type { Limits } from "../../base/limits.ts";

export class SevenZipFault extends Error {
  readonly code: "malformed" | "truncated" | "unsupported" | "limit" | "encrypted";
  constructor(code: "malformed" | "truncated" | "unsupported" | "limit" | "encrypted", what: string) {
    super(what);
    this.code = code;
  }
}

export interface Coder {
  /** Hex. */
  readonly id: string;
  readonly properties: Buffer;
  readonly ins: number;
  readonly outs: number;
}

export interface Folder {
  readonly coders: readonly Coder[];
  /** Behind the start header. */
  packedAt: number;
  packedBytes: number;
  unpackedBytes: number;
  /** Of its members, in order, with their checksums. */
  sizes: number[];
  sums: (number | undefined)[];
}

export interface SevenZipList {
  readonly folders: readonly Folder[];
  /** Names of the members that have bytes, in order. */
  readonly files: readonly string[];
}

const ENCODED = 0x17;
const HEADER = 0x01;
const CODERS_MAX = 32;

interface Building extends Folder {
  readonly outs: number;
  readonly packedStreams: number;
  /** The stream that nothing else takes: what the folder gives. */
  readonly main: number;
  sum: number | undefined;
  empty: boolean;
}

export function parseArchive(header: Buffer, limits: Limits): SevenZipList {
  const reader = new HeaderReader(header, limits);
  const kind = reader.byte();
  if (kind === ENCODED) return { folders: reader.streams(), files: [] };
  if (kind !== HEADER) throw new SevenZipFault("malformed", "has no list of members");
  let folders: readonly Folder[] = [];
  let files: readonly string[] = [];
  for (let id = reader.byte(); id !== 0; id = reader.byte()) {
    if (id === 0x04) folders = reader.streams();
    else if (id === 0x05) files = reader.files();
    else if (id === 0x02) reader.archiveProperties();
    else if (id === 0x03) reader.streams();
    else throw new SevenZipFault("malformed", "has a list that cannot be read");
  }
  return { folders, files };
}

class HeaderReader {
  private at = 0;
  private readonly bytes: Buffer;
  private readonly limits: Limits;

  constructor(bytes: Buffer, limits: Limits) {
    this.bytes = bytes;
    this.limits = limits;
  }

  byte(): number {
    return this.take(1)[0] ?? 0;
  }

  archiveProperties(): void {
    for (let id = this.byte(); id !== 0; id = this.byte()) this.take(this.number());
  }

  streams(): Building[] {
    let packedAt = 0;
    let packed: number[] = [];
    let folders: Building[] = [];
    for (let id = this.byte(); id !== 0; id = this.byte()) {
      if (id === 0x06) ({ at: packedAt, sizes: packed } = this.packInfo());
      else if (id === 0x07) folders = this.folders();
      else if (id === 0x08) this.subStreams(folders);
      else throw new SevenZipFault("malformed", "has a list that cannot be read");
    }
    let stream = 0;
    for (const folder of folders) {
      folder.packedAt = packedAt;
      for (let i = 0; i < folder.packedStreams; i++) {
        const size = packed[stream++] ?? 0;
        // Folders of several streams are not decoded; the first tells where they lie.
        if (i === 0) folder.packedBytes = size;
        packedAt += size;
      }
      if (folder.sizes.length === 0 && !folder.empty) {
        folder.sizes.push(folder.unpackedBytes);
        folder.sums.push(folder.sum);
      }
    }
    return folders;
  }

  files(): string[] {
    const count = this.count(this.number());
    let names: string[] = [];
    let empty: boolean[] = [];
    for (let id = this.byte(); id !== 0; id = this.byte()) {
      const end = this.number() + this.at;
      if (end > this.bytes.length) throw new SevenZipFault("truncated", "ends inside of its list");
      if (id === 0x0e) empty = this.bits(count);
      else if (id === 0x11) {
        if (this.byte() !== 0) throw new SevenZipFault("unsupported", "keeps the names of its members elsewhere");
        names = this.bytes.toString("utf16le", this.at, end).split("\0", count);
      }
      this.at = end;
    }
    return Array.from({ length: count }, (_, i) => names[i] ?? "").filter((_, i) => !empty[i]);
  }

  private packInfo(): { at: number; sizes: number[] } {
    const at = this.number();
    const count = this.count(this.number());
    let sizes: number[] = [];
    for (let id = this.byte(); id !== 0; id = this.byte()) {
      if (id === 0x09) sizes = Array.from({ length: count }, () => this.number());
      else if (id === 0x0a) this.digests(count);
      else throw new SevenZipFault("malformed", "has a list that cannot be read");
    }
    return { at, sizes };
  }

  private folders(): Building[] {
    if (this.byte() !== 0x0b) throw new SevenZipFault("malformed", "has a list without folders");
    const count = this.count(this.number());
    if (this.byte() !== 0) throw new SevenZipFault("unsupported", "keeps its folders elsewhere");
    const folders = Array.from({ length: count }, () => this.folder());
    for (let id = this.byte(); id !== 0; id = this.byte()) {
      if (id === 0x0c) {
        for (const folder of folders) {
          const sizes = Array.from({ length: folder.outs }, () => this.number());
          folder.unpackedBytes = sizes[folder.main] ?? sizes[0] ?? 0;
        }
      } else if (id === 0x0a) {
        const sums = this.digests(count);
        folders.forEach((folder, i) => (folder.sum = sums[i]));
      } else throw new SevenZipFault("malformed", "has a list that cannot be read");
    }
    return folders;
  }

  private folder(): Building {
    const count = this.number();
    if (count === 0 || count > CODERS_MAX) throw new SevenZipFault("malformed", "has a folder of an impossible form");
    const coders: Coder[] = [];
    let ins = 0;
    let outs = 0;
    for (let i = 0; i < count; i++) {
      const flags = this.byte();
      const id = this.take(flags & 0x0f).toString("hex");
      const complex = (flags & 0x10) !== 0;
      const coderIns = complex ? this.number() : 1;
      const coderOuts = complex ? this.number() : 1;
      if (coderIns > CODERS_MAX || coderOuts > CODERS_MAX)
        throw new SevenZipFault("malformed", "has a folder of an impossible form");
      const properties = (flags & 0x20) !== 0 ? this.take(this.number()) : Buffer.alloc(0);
      coders.push({ id, properties, ins: coderIns, outs: coderOuts });
      ins += coderIns;
      outs += coderOuts;
    }
    const bound = new Set<number>();
    const pairs = Math.max(0, outs - 1);
    for (let i = 0; i < pairs; i++) {
      this.number();
      bound.add(this.number());
    }
    const packedStreams = Math.max(0, ins - pairs);
    if (packedStreams > 1) for (let i = 0; i < packedStreams; i++) this.number();
    let main = 0;
    while (bound.has(main)) main++;
    return {
      coders,
      outs,
      packedStreams,
      main,
      packedAt: 0,
      packedBytes: 0,
      unpackedBytes: 0,
      sizes: [],
      sums: [],
      sum: undefined,
      empty: false,
    };
  }

  private subStreams(folders: Building[]): void {
    let counts = folders.map(() => 1);
    let id = this.byte();
    if (id === 0x0d) {
      counts = folders.map(() => this.count(this.number()));
      id = this.byte();
    }
    folders.forEach((folder, f) => {
      const count = counts[f] ?? 0;
      let left = folder.unpackedBytes;
      for (let i = 0; i + 1 < count; i++) {
        const size = id === 0x09 ? this.number() : 0;
        folder.sizes.push(size);
        left -= size;
      }
      if (count > 0) folder.sizes.push(Math.max(0, left));
      if (count === 0) folder.empty = true;
    });
    if (id === 0x09) id = this.byte();
    // Folders of one member whose checksum is known are left out of the list of checksums.
    const isKnown = ({ sizes, sum }: Building): boolean => sizes.length === 1 && sum !== undefined;
    let sums: (number | undefined)[] = [];
    for (; id !== 0; id = this.byte()) {
      if (id === 0x0a)
        sums = this.digests(folders.reduce((total, one) => total + (isKnown(one) ? 0 : one.sizes.length), 0));
      else throw new SevenZipFault("malformed", "has a list that cannot be read");
    }
    let next = 0;
    for (const folder of folders) {
      folder.sums = isKnown(folder) ? [folder.sum] : folder.sizes.map(() => sums[next++]);
    }
  }

  private digests(count: number): (number | undefined)[] {
    const known = this.byte() === 0 ? this.bits(count) : Array.from({ length: count }, () => true);
    return known.map((is) => (is ? this.take(4).readUInt32LE(0) : undefined));
  }

  private bits(count: number): boolean[] {
    const bytes = this.take(Math.ceil(count / 8));
    return Array.from({ length: count }, (_, i) => (((bytes[i >> 3] ?? 0) >> (7 - (i & 7))) & 1) === 1);
  }

  /** A count of things that each take a bit of the header at the least. */
  private count(count: number): number {
    if (count > this.limits.membersMax || count > this.bytes.length * 8)
      throw new SevenZipFault("limit", `claims ${count} members or folders`);
    return count;
  }

  /** "NUMBER": the ones at the front of the first byte count the bytes that follow. */
  private number(): number {
    const first = this.byte();
    let mask = 0x80;
    let value = 0;
    for (let i = 0; i < 8; i++) {
      if ((first & mask) === 0) return value + (first & (mask - 1)) * 2 ** (8 * i);
      value += this.byte() * 2 ** (8 * i);
      mask >>= 1;
    }
    return value;
  }

  private take(length: number): Buffer {
    if (!(length >= 0) || this.at + length > this.bytes.length)
      throw new SevenZipFault("truncated", "ends inside of its list");
    this.at += length;
    return this.bytes.subarray(this.at - length, this.at);
  }
}
