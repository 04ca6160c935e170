// LZ4 block and frame decompression (LZ4 block format 1.5, frame format 1.6.1). Every length comes from the bytes
// themselves: output never grows past the size that the caller allows. Dictionaries are refused.
import { Fault, malformed } from "./fault.ts";

/** Decodes one block into `out` from `at`, and returns where it ended. Matches may reach back to `out[0]`. */
export function lz4Block(input: Uint8Array, out: Uint8Array, at = 0): number {
  let i = 0;
  let o = at;
  const extended = (base: number): number => {
    let length = base;
    for (let byte = 255; byte === 255;) {
      if (i >= input.length) throw malformed("an LZ4 block ends early.");
      byte = input[i++] ?? 0;
      length += byte;
    }
    return length;
  };
  while (i < input.length) {
    const token = input[i++] ?? 0;
    const literals = token >> 4 === 15 ? extended(15) : token >> 4;
    if (i + literals > input.length || o + literals > out.length) throw malformed("an LZ4 literal runs over.");
    if (literals < 32) for (let k = 0; k < literals; k++) out[o + k] = input[i + k] ?? 0;
    else out.set(input.subarray(i, i + literals), o);
    i += literals;
    o += literals;
    if (i >= input.length) break;
    const offset = (input[i] ?? 0) | ((input[i + 1] ?? 0) << 8);
    i += 2;
    const length = 4 + ((token & 15) === 15 ? extended(15) : token & 15);
    // The offset is the attacker's: zero would never end, one past the start would read other data.
    if (i > input.length || offset === 0 || offset > o || o + length > out.length)
      throw malformed("an LZ4 match runs over.");
    if (offset >= length && length >= 32) out.copyWithin(o, o - offset, o - offset + length);
    else for (let k = 0; k < length; k++) out[o + k] = out[o + k - offset] ?? 0;
    o += length;
  }
  return o;
}

/** Decodes whole frames into exactly `size` bytes. */
export function lz4Frame(input: Uint8Array, size: number): Uint8Array {
  const view = new DataView(input.buffer, input.byteOffset, input.byteLength);
  const out = new Uint8Array(size);
  let i = 0;
  let o = 0;
  while (i < input.length) {
    if (view.getUint32(i, true) !== 0x184d2204) throw malformed("an LZ4 frame has no magic number.");
    const flags = view.getUint8(i + 4);
    if (flags >> 6 !== 1) throw new Fault("unsupported", "an LZ4 frame has an unknown version.");
    if (flags & 1) throw new Fault("unsupported", "an LZ4 frame needs a dictionary.");
    i += 7 + (flags & 8 ? 8 : 0);
    for (;;) {
      const word = view.getUint32(i, true);
      i += 4;
      if (word === 0) break;
      const length = word & 0x7fffffff;
      if (i + length > input.length) throw malformed("an LZ4 frame ends early.");
      const block = input.subarray(i, i + length);
      if (word >>> 31) {
        if (o + length > size) throw malformed("an LZ4 frame is longer than it says.");
        out.set(block, o);
        o += length;
      } else o = lz4Block(block, out, o);
      i += length + (flags & 16 ? 4 : 0);
    }
    if (flags & 4) i += 4;
  }
  if (o !== size) throw malformed("an LZ4 frame is shorter than it says.");
  return out;
}
