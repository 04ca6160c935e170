// Whether a value inside of a pickle may hold another file: a pickle, an archive, compressed data, or one of these in
// base64 or hex. Only its first bytes are looked at; reading it decides.
import { inflateSync, gunzipSync } from "node:zlib";
import { OPERANDS } from "./opcodes.ts";

/** "gAJ" to "gAW": 0x80 and a protocol of 2 to 5 in base64; "Y1" to "Y3": a `c` and a letter. */
const BASE64_HEADS = /^(?:gA[IJKLMNOPQRSTUVWX]|eJ[wxyz]|eN[opqr]|eA[EFGH]|H4sI|UEsD|Y[123][\w+/]{2})/;
const HEX_HEADS = /^(?:800[2-5]|63[5-7][\da-f]|1f8b08|789c|78da|7801|504b0304)/i;
/** A name, as protocol 0 writes it, at the start of a pickle. */
const TEXT_PICKLE = /^(?:\([dltS]?)?[ci][A-Za-z_][\w.]{0,80}\n[A-Za-z_][\w.]{0,80}\n/;

export function looksEmbedded(bytes: Uint8Array, at: number, length: number): boolean {
  const [first, second, third] = [bytes[at], bytes[at + 1], bytes[at + 2]];
  if (first === 0x80) return isPickleHead(bytes, at);
  if (first === 0x50) return second === 0x4b && third === 3;
  if (first === 0x1f) return second === 0x8b && third === 8;
  if (first === 0x78) return (second === 0x9c || second === 0xda || second === 0x01 || second === 0x5e) && length >= 12;
  // Letters and digits with which texts in base64 or hex, and pickles of protocol 0, begin.
  if (
    first !== 0x67 &&
    first !== 0x65 &&
    first !== 0x48 &&
    first !== 0x55 &&
    first !== 0x59 &&
    first !== 0x38 &&
    first !== 0x36 &&
    first !== 0x31 &&
    first !== 0x37 &&
    first !== 0x35 &&
    first !== 0x63 &&
    first !== 0x28 &&
    first !== 0x69
  )
    return false;
  const head = Buffer.from(bytes.buffer, bytes.byteOffset + at, Math.min(length, 64)).toString("latin1");
  if (TEXT_PICKLE.test(head)) return true;
  return length >= 16 && (BASE64_HEADS.test(head) || HEX_HEADS.test(head)) && /^[\w+/=\r\n-]*$/.test(head);
}

/** Bytes spelled as text, whose heads have a byte over 0x7F among the first two: pickle, gzip, zlib, xz. */
export const looksEncoded = (bytes: Uint8Array, at: number): boolean =>
  (bytes[at] === 0xc2 && bytes[at + 1] === 0x80) ||
  ((bytes[at] === 0x1f || bytes[at] === 0x78) && ((bytes[at + 1] as number) & 0xfe) === 0xc2) ||
  (bytes[at] === 0x50 && bytes[at + 1] === 0x4b);

/** The bytes of which a text in UTF-8 is the spelling, character by byte; its own where it spells none. */
export function unspelled(encoded: Uint8Array): Uint8Array {
  const text = Buffer.from(encoded.buffer, encoded.byteOffset, encoded.length).toString("utf8");
  for (let i = 0; i < text.length; i++) if (text.charCodeAt(i) > 0xff) return encoded;
  return Buffer.from(text, "latin1");
}

export const isPickleHead = (bytes: Uint8Array, at = 0): boolean => {
  const protocol = bytes[at + 1] ?? 0;
  const next = bytes[at + 2];
  return bytes[at] === 0x80 && protocol >= 2 && protocol <= 5 && next !== undefined && OPERANDS[next] !== 255;
};

export const isTextPickle = (bytes: Uint8Array): boolean =>
  TEXT_PICKLE.test(Buffer.from(bytes.buffer, bytes.byteOffset, Math.min(bytes.length, 200)).toString("latin1"));

/** Undoes base64, hex, zlib and gzip, a few layers of them; undefined where the content then is nothing that loads. */
export function unwrapped(content: Uint8Array, sizeMax: number, depth = 4): Uint8Array | undefined {
  if (isPickleHead(content) || isTextPickle(content) || (content[0] === 0x50 && content[1] === 0x4b)) return content;
  if (depth === 0) return undefined;
  const inner = peeled(content, sizeMax);
  return inner && unwrapped(inner, sizeMax, depth - 1);
}

function peeled(content: Uint8Array, sizeMax: number): Uint8Array | undefined {
  try {
    if (content[0] === 0x1f && content[1] === 0x8b) return gunzipSync(content, { maxOutputLength: sizeMax });
    if (content[0] === 0x78) return inflateSync(content, { maxOutputLength: sizeMax });
  } catch {
    return undefined;
  }
  const text = Buffer.from(content.buffer, content.byteOffset, content.length).toString("latin1");
  if (HEX_HEADS.test(text)) return Buffer.from(text, "hex");
  if (BASE64_HEADS.test(text)) return Buffer.from(text, "base64");
  return undefined;
}
