// Text from bytes that somebody else wrote. UTF-8 where it is valid; otherwise windows-1252, as the WHATWG Encoding
// Standard reads "latin1", so that every byte still becomes a character that can be searched.
import { isAscii, isUtf8 } from "node:buffer";
import { TextDecoder } from "node:util";

const windows1252 = new TextDecoder("windows-1252");

export interface Decoded {
  readonly text: string;
  /** True when the bytes were not UTF-8. */
  readonly fallback: boolean;
}

export function decodeText(bytes: Uint8Array): Decoded {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (isAscii(buffer)) return { text: buffer.toString("latin1"), fallback: false };
  if (isUtf8(buffer)) return { text: buffer.toString("utf8"), fallback: false };
  return { text: windows1252.decode(bytes), fallback: true };
}

export type TextEncoding = "utf-8" | "utf-16le" | "utf-16be";

/** The encoding that a byte order mark, or else the place of the zero bytes in the first kilobyte, gives away. */
export function sniffEncoding(head: Uint8Array): { readonly encoding: TextEncoding; readonly bomBytes: number } {
  if (head[0] === 0xef && head[1] === 0xbb && head[2] === 0xbf) return { encoding: "utf-8", bomBytes: 3 };
  if (head[0] === 0xff && head[1] === 0xfe) return { encoding: "utf-16le", bomBytes: 2 };
  if (head[0] === 0xfe && head[1] === 0xff) return { encoding: "utf-16be", bomBytes: 2 };
  const zeros = [0, 0];
  const length = Math.min(head.length & ~1, 1024);
  for (let i = 0; i < length; i++) if (head[i] === 0) zeros[i & 1] = (zeros[i & 1] ?? 0) + 1;
  // ASCII in UTF-16 has a zero in every second byte; binary data has them on both sides.
  const [even = 0, odd = 0] = zeros;
  if (length >= 8 && odd > length * 0.3 && even < length * 0.05) return { encoding: "utf-16le", bomBytes: 0 };
  if (length >= 8 && even > length * 0.3 && odd < length * 0.05) return { encoding: "utf-16be", bomBytes: 0 };
  return { encoding: "utf-8", bomBytes: 0 };
}

/**
 * The bytes of a text source as UTF-8 without its byte order mark. UTF-16 is transcoded; anything else passes as it is
 * (invalid UTF-8 included: whoever decodes a record falls back and says so).
 */
export async function* utf8Chunks(
  chunks: AsyncIterable<Uint8Array>,
  onEncoding?: (encoding: TextEncoding) => void,
): AsyncIterable<Uint8Array> {
  let decoder: TextDecoder | undefined;
  let begun = false;
  let carry: Uint8Array = new Uint8Array(0);
  const begin = (head: Uint8Array): Uint8Array => {
    begun = true;
    const { encoding, bomBytes } = sniffEncoding(head);
    onEncoding?.(encoding);
    if (encoding !== "utf-8") decoder = new TextDecoder(encoding);
    return head.subarray(bomBytes);
  };
  const convert = (bytes: Uint8Array): Uint8Array =>
    decoder ? Buffer.from(decoder.decode(bytes, { stream: true })) : bytes;
  for await (const chunk of chunks) {
    if (begun) {
      yield convert(chunk);
      continue;
    }
    // A mark may be cut by a tiny first chunk.
    carry = carry.length === 0 ? chunk : Buffer.concat([carry, chunk]);
    if (carry.length < 1024) {
      carry = Uint8Array.from(carry);
      continue;
    }
    yield convert(begin(carry));
  }
  if (!begun && carry.length > 0) yield convert(begin(carry));
  if (decoder) {
    const rest = decoder.decode();
    if (rest) yield Buffer.from(rest);
  }
}
