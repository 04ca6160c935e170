// Decompression of one page or buffer into exactly the size it claims. The claim and the bytes are both the attacker's:
// the caller has bounded the claim, and a stream that wants to grow past it is stopped (CWE-409).
import { brotliDecompressSync, unzipSync, zstdDecompressSync } from "node:zlib";
import { lz4Block } from "./lz4.ts";
import { Fault, malformed } from "./fault.ts";

export type Codec = "UNCOMPRESSED" | "SNAPPY" | "GZIP" | "LZO" | "BROTLI" | "LZ4" | "ZSTD" | "LZ4_RAW";
export const CODECS: readonly Codec[] = ["UNCOMPRESSED", "SNAPPY", "GZIP", "LZO", "BROTLI", "LZ4", "ZSTD", "LZ4_RAW"];

type Snappy = (input: Uint8Array, size: number) => Uint8Array;
let snappy: Snappy | undefined;

/** Loads what `decompress` needs for a codec; call it once before. */
export async function loadCodec(codec: Codec): Promise<void> {
  if (codec === "SNAPPY") snappy ??= (await import("hyparquet-compressors")).compressors.SNAPPY as Snappy;
}

export function decompress(codec: Codec, input: Uint8Array, size: number): Uint8Array {
  const out = codec === "UNCOMPRESSED" ? input : expand(codec, input, size);
  if (out.length !== size) throw malformed(`a page holds ${out.length} bytes where its header says ${size}.`);
  return out;
}

function expand(codec: Codec, input: Uint8Array, size: number): Uint8Array {
  if (size === 0) return new Uint8Array(0);
  const options = { maxOutputLength: size };
  try {
    if (codec === "ZSTD") return zstdDecompressSync(input, options);
    if (codec === "GZIP") return unzipSync(input, options);
    if (codec === "BROTLI") return brotliDecompressSync(input, options);
    if (codec === "SNAPPY" && snappy) {
      // The uncompressed length stands in front; the decoder believes it, so it must be the one that was bounded.
      if (snappyLength(input) !== size) throw malformed("a Snappy page is not as long as its header says.");
      return snappy(input, size);
    }
  } catch (error) {
    if (error instanceof Fault) throw error;
    throw new Fault("corrupt", `${codec} data is damaged: ${error instanceof Error ? error.message : String(error)}.`);
  }
  if (codec === "LZ4_RAW") return lz4Raw(input, size);
  if (codec === "LZ4") return lz4Hadoop(input, size);
  throw new Fault("unsupported", `compression ${codec} is not supported.`);
}

function snappyLength(input: Uint8Array): number {
  let length = 0;
  for (let i = 0; i < 5; i++) {
    const byte = input[i] ?? 0;
    length += (byte & 0x7f) * 2 ** (7 * i);
    if (byte < 0x80) return length;
  }
  return -1;
}

function lz4Raw(input: Uint8Array, size: number): Uint8Array {
  const out = new Uint8Array(size);
  return out.subarray(0, lz4Block(input, out));
}

// The codec named LZ4 is Hadoop's framing (big-endian sizes before each block), except where a writer put a bare block.
function lz4Hadoop(input: Uint8Array, size: number): Uint8Array {
  const view = new DataView(input.buffer, input.byteOffset, input.byteLength);
  const out = new Uint8Array(size);
  let i = 0;
  let o = 0;
  while (i + 8 <= input.length) {
    const produced = view.getUint32(i);
    const consumed = view.getUint32(i + 4);
    if (i + 8 + consumed > input.length || o + produced > size) break;
    const end = o + produced;
    try {
      if (lz4Block(input.subarray(i + 8, i + 8 + consumed), out.subarray(o, end)) !== produced) break;
    } catch {
      break;
    }
    i += 8 + consumed;
    o = end;
  }
  return i === input.length && o === size ? out : lz4Raw(input, size);
}
