// One 512-byte header of a tar archive: POSIX.1-1988 ustar, POSIX.1-2001 pax, GNU, and the older v7.
import { decodeText } from "../../base/utf8.ts";

export const BLOCK = 512;

export interface TarHeader {
  readonly name: string;
  readonly type: string;
  readonly sizeBytes: number;
  readonly link: string;
}

/** Undefined when the checksum does not match: this is not a header. */
export function parseHeader(block: Buffer): TarHeader | undefined {
  if (block.length < BLOCK) return undefined;
  const claimed = readOctal(block, 148, 156);
  let unsigned = 0;
  let signed = 0;
  for (let i = 0; i < BLOCK; i++) {
    const byte = i >= 148 && i < 156 ? 0x20 : (block[i] ?? 0);
    unsigned += byte;
    signed += byte > 127 ? byte - 256 : byte;
  }
  // Some old programs summed signed characters.
  if (claimed !== unsigned && claimed !== signed) return undefined;
  const posix = block.toString("latin1", 257, 263) === "ustar\0";
  const prefix = posix ? readText(block, 345, 500) : "";
  const name = readText(block, 0, 100);
  const sizeBytes = readSize(block);
  if (sizeBytes === undefined) return undefined;
  return {
    name: prefix === "" ? name : `${prefix}/${name}`,
    type: String.fromCharCode(block[156] ?? 0),
    sizeBytes,
    link: readText(block, 157, 257),
  };
}

export const isZero = (block: Buffer): boolean => block.every((byte) => byte === 0);

/** A string field, cut at its zero. */
export function readText(bytes: Buffer, start: number, end: number): string {
  const zero = bytes.indexOf(0, start);
  return decodeText(bytes.subarray(start, zero < 0 || zero > end ? end : zero)).text;
}

function readOctal(bytes: Buffer, start: number, end: number): number {
  const digits = /^[ \0]*([0-7]*)[ \0]*$/.exec(bytes.toString("latin1", start, end))?.[1];
  return digits === undefined || digits === "" ? 0 : Number.parseInt(digits, 8);
}

/** Octal, or GNU's base 256 where the first bit is set. */
function readSize(block: Buffer): number | undefined {
  const first = block[124] ?? 0;
  if (first < 0x80) return readOctal(block, 124, 136);
  let size = first & 0x3f;
  for (let i = 125; i < 136; i++) size = size * 256 + (block[i] ?? 0);
  return (first & 0x40) !== 0 || !Number.isSafeInteger(size) ? undefined : size;
}

/** The records of a pax header: `27 path=some/long/name\n`. */
export function parsePax(bytes: Buffer): Map<string, string> {
  const records = new Map<string, string>();
  for (let at = 0; at < bytes.length;) {
    const space = bytes.indexOf(0x20, at);
    if (space < 0 || space - at > 20) break;
    const length = Number.parseInt(bytes.toString("latin1", at, space), 10);
    if (!(length > space - at) || at + length > bytes.length) break;
    const record = bytes.subarray(space + 1, at + length - 1);
    const equals = record.indexOf(0x3d);
    if (equals > 0) records.set(record.toString("utf8", 0, equals), decodeText(record.subarray(equals + 1)).text);
    at += length;
  }
  return records;
}
