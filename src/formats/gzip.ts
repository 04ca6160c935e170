// gzip (RFC 1952), any number of members one after another, as `cat a.gz b.gz` and bgzip make them. Checksums and sizes
// are checked; what follows the last member and is not padding is said to be there.
import { crc32, createInflateRaw } from "node:zlib";
import type { Format } from "../core/format.ts";
import type { ByteWindow } from "./shared/byte-window.ts";
import { OUTPUT_BYTES, runEngine } from "./shared/engine.ts";
import { expandedMember } from "./shared/expand.ts";
import { readProblem } from "./shared/read-problem.ts";

/** Empty members cost time and give nothing: more than this many in one stream are an attack (CWE-770). */
const MEMBERS_MAX = 1_000_000;
const HEADER_TEXT_MAX = 64 * 1024;

// RFC 1952, section 2.3.1: FLG.
const FLAG_CRC = 2;
const FLAG_EXTRA = 4;
const FLAG_NAME = 8;
const FLAG_COMMENT = 16;

export async function* gunzip(window: ByteWindow): AsyncGenerator<Uint8Array> {
  for (let members = 0; await window.fill(1); members++) {
    const at = { offset: window.offset };
    if (members > 0 && !(await startsMember(window))) {
      if (await onlyZeros(window)) return;
      throw readProblem("malformed", "Bytes follow the gzip data that are not gzip. They were not searched.", { at });
    }
    if (members >= MEMBERS_MAX)
      throw readProblem("limit", `More than ${MEMBERS_MAX} gzip members. The rest was not searched.`, { at });
    if (!(await skipHeader(window))) {
      window.rethrow();
      throw readProblem("truncated", "The gzip data ends inside of a header.", { at });
    }
    let crc = 0;
    let size = 0;
    for await (const chunk of runEngine(createInflateRaw({ chunkSize: OUTPUT_BYTES }), window, "gzip")) {
      crc = crc32(chunk, crc);
      size += chunk.length;
      yield chunk;
    }
    if (!(await window.fill(8))) {
      window.rethrow();
      throw readProblem("truncated", "The gzip data ends before its checksum.", { at: { offset: window.offset } });
    }
    const { bytes } = window;
    if (bytes.readUInt32LE(0) !== crc || bytes.readUInt32LE(4) !== size >>> 0) {
      throw readProblem("corrupt", "The gzip checksum does not match what was read. It was searched all the same.", {
        lost: false,
        at,
      });
    }
    window.skip(8);
  }
  window.rethrow();
}

async function startsMember(window: ByteWindow): Promise<boolean> {
  return (await window.fill(3)) && isGzip(window.bytes);
}

const isGzip = (bytes: Uint8Array): boolean => bytes[0] === 0x1f && bytes[1] === 0x8b && bytes[2] === 8;

/** Tapes and block devices pad with zeros. */
async function onlyZeros(window: ByteWindow): Promise<boolean> {
  while (await window.fill(1)) {
    if (window.bytes.some((byte) => byte !== 0)) return false;
    window.skip(window.length);
  }
  return true;
}

async function skipHeader(window: ByteWindow): Promise<boolean> {
  if (!(await window.fill(10))) return false;
  const flags = window.bytes[3] ?? 0;
  window.skip(10);
  if (flags & FLAG_EXTRA) {
    if (!(await window.fill(2))) return false;
    if (!(await window.discard(2 + window.bytes.readUInt16LE(0)))) return false;
  }
  if (flags & FLAG_NAME && !(await skipString(window))) return false;
  if (flags & FLAG_COMMENT && !(await skipString(window))) return false;
  return !(flags & FLAG_CRC) || window.discard(2);
}

async function skipString(window: ByteWindow): Promise<boolean> {
  for (let wanted = 1; wanted <= HEADER_TEXT_MAX; wanted = window.length + 1) {
    if (!(await window.fill(wanted))) return false;
    const end = window.bytes.indexOf(0);
    if (end >= 0) {
      window.skip(end + 1);
      return true;
    }
  }
  return false;
}

export const gzip: Format = {
  id: "gzip",
  title: "gzip",
  spec: "RFC 1952",
  extensions: [".gz", ".gzip", ".tgz"],
  yields: "stream",
  sniff: (head) => (isGzip(head.bytes) ? 1 : 0),
  read: (source, context) => expandedMember(asTar(source), /\.(gz|gzip)$/i, gunzip, context),
};

/** `.tgz` is short for `.tar.gz`. */
const asTar = <T extends { readonly name: string }>(source: T): T =>
  /\.tgz$/i.test(source.name) ? { ...source, name: source.name.replace(/\.tgz$/i, ".tar.gz") } : source;
