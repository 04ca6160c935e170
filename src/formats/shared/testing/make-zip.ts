// Zip archives for tests, with directories and headers that may lie.
import { crc32, deflateRawSync } from "node:zlib";

export interface Made {
  readonly name: string;
  readonly data: Buffer;
  readonly stored?: boolean;
  readonly local?: string;
  readonly flags?: number;
  /** Where the directory says it lies, instead of where it does. */
  readonly offset?: number;
  /** The data is noise, as encryption makes it. */
  readonly sealed?: boolean;
}

export function makeZip(files: readonly Made[], before: Buffer = Buffer.alloc(0)): Buffer {
  const parts: Buffer[] = [before];
  const entries: Buffer[] = [];
  let offset = before.length;
  for (const file of files) {
    const plain = file.stored ? file.data : deflateRawSync(file.data);
    const packed = file.sealed ? Buffer.concat([Buffer.alloc(12), plain.map((byte) => byte ^ 0x5a)]) : plain;
    const fields = Buffer.alloc(26);
    fields.writeUInt16LE(20, 0);
    fields.writeUInt16LE(file.flags ?? 0, 2);
    fields.writeUInt16LE(file.stored ? 0 : 8, 4);
    fields.writeUInt32LE(crc32(file.data), 10);
    fields.writeUInt32LE(packed.length, 14);
    fields.writeUInt32LE(file.data.length, 18);
    const local = Buffer.from(file.local ?? file.name);
    fields.writeUInt16LE(local.length, 22);
    const head = Buffer.concat([Buffer.from("PK\x03\x04"), fields, local]);
    const entry = Buffer.alloc(14);
    entry.writeUInt32LE(file.offset ?? offset, 10);
    const central = Buffer.from(fields);
    central.writeUInt16LE(Buffer.byteLength(file.name), 22);
    entries.push(Buffer.concat([Buffer.from("PK\x01\x02\x14\x00"), central, entry, Buffer.from(file.name)]));
    parts.push(head, packed);
    offset += head.length + packed.length;
  }
  const directory = Buffer.concat(entries);
  const end = Buffer.alloc(18);
  end.writeUInt16LE(files.length, 4);
  end.writeUInt16LE(files.length, 6);
  end.writeUInt32LE(directory.length, 8);
  end.writeUInt32LE(offset, 12);
  return Buffer.concat([...parts, directory, Buffer.from("PK\x05\x06"), end]);
}
