// Finds encoded runs in text and unwraps them, layer by layer: base64 (both alphabets, wrapped in lines, without padding,
// reversed), hex, base32, percent, escapes, character codes; gzip, zlib and deflate inside; UTF-16 text. Nothing decoded
// is run or parsed as a program. Whoever wrote the text controls every layer, so depth and inflated size are bounded.
import { isUtf8 } from "node:buffer";
import { constants, gunzipSync, inflateRawSync, inflateSync } from "node:zlib";
import type { Limits } from "../../base/limits.ts";
import { LIMITS } from "../../base/limits.ts";
import { beginsDeflate } from "./deflate.ts";

export interface Candidate {
  readonly encoding: string;
  /** UTF-16 offsets in the text it was found in. */
  readonly start: number;
  readonly end: number;
  readonly bytes: Uint8Array;
  /** Share of the encoded characters that are letters or digits and needed no encoding; 1 where that means nothing. */
  readonly needless: number;
}

export interface Unwrapped {
  /** Outermost first: `base64`, `gzip`, `hex`. */
  readonly chain: readonly string[];
  readonly bytes: Uint8Array;
  /** What the innermost layer reads as; undefined for binary data. */
  readonly text: string | undefined;
  /** True where a compressed layer grows past the limit, or layers go deeper than it: unread, and said so. */
  readonly cut: boolean;
}

/** What is left of a field's allowance for inflated bytes; shared by all its candidates. */
export interface Budget {
  bytes: number;
}

export const budget = (limits: Limits = LIMITS): Budget => ({ bytes: limits.decodedBytesMax });

// Controls other than tab, newline, carriage return and escape do not stand in text.
const UNTEXT = /[\0-\x08\x0b\x0c\x0e-\x1a\x1c-\x1f\x7f]/;

/** The bytes as text: UTF-8, or UTF-16 of mostly Latin letters; undefined where they are neither. */
export function asText(bytes: Uint8Array): string | undefined {
  if (bytes.length < 4) return undefined;
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const bomBytes = buffer[0] === 0xff && buffer[1] === 0xfe ? 2 : 0;
  let zeros = 0;
  const head = Math.min(buffer.length, 512);
  for (let i = bomBytes + 1; i < head; i += 2) if (buffer[i] === 0 && buffer[i - 1] !== 0) zeros++;
  if (zeros * 2 > (head - bomBytes) * 0.8) {
    const text = buffer.subarray(bomBytes, buffer.length & ~1).toString("utf16le");
    return UNTEXT.test(text) ? undefined : text;
  }
  // A run that was cut may end inside a character.
  for (let cut = 0; cut < 4; cut++) {
    const whole = buffer.subarray(0, buffer.length - cut);
    if (!isUtf8(whole)) continue;
    const text = whole.toString("utf8");
    return UNTEXT.test(text) ? undefined : text;
  }
  return undefined;
}

const hexBytes = (digits: string): Buffer => Buffer.from(digits, "hex");
const reversed = (run: string): string => Buffer.from(run, "latin1").reverse().toString("latin1");

const BASE32 = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
export function base32Bytes(text: string): Buffer {
  const out: number[] = [];
  let bits = 0;
  let value = 0;
  for (const character of text) {
    const digit = BASE32.indexOf(character);
    if (digit < 0) continue;
    value = ((value << 5) | digit) & 0xfff;
    bits += 5;
    if (bits >= 8) {
      bits -= 8;
      out.push((value >> bits) & 0xff);
    }
  }
  return Buffer.from(out);
}

/** Base64 bytes that mean something: text, or a magic number; forwards, else backwards. */
function base64Meaning(run: string): { readonly encoding: string; readonly bytes: Buffer } | undefined {
  if (likely(HEAD, headOf(run, 1))) {
    const bytes = Buffer.from(run.replaceAll("=", ""), "base64");
    if (meaningful(bytes)) return { encoding: "base64", bytes };
  }
  if (likely(HEAD, headOf(run, -1))) {
    const bytes = Buffer.from(reversed(run).replace(/=+$/, ""), "base64");
    if (meaningful(bytes)) return { encoding: "reversed base64", bytes };
  }
  return undefined;
}

// The first bytes of a run tell nearly every one that means nothing, before anything is decoded or allocated.
const HEAD = new Uint8Array(512);

const DIGIT = new Int8Array(128).fill(-1);
[..."ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"].forEach((c, n) => {
  DIGIT[c.charCodeAt(0)] = n;
});
DIGIT[0x2d] = 62; // - and _ in base64url
DIGIT[0x5f] = 63;

/** Fills HEAD with the first bytes of a base64 run, read forwards or backwards; how many there are. */
function headOf(run: string, step: 1 | -1): number {
  let size = 0;
  let bits = 0;
  let value = 0;
  for (let i = step > 0 ? 0 : run.length - 1; i >= 0 && i < run.length && size < HEAD.length; i += step) {
    const digit = DIGIT[run.charCodeAt(i)] ?? -1;
    if (digit < 0) continue;
    value = ((value << 6) | digit) & 0x3fff;
    bits += 6;
    if (bits >= 8) HEAD[size++] = (value >> (bits -= 8)) & 0xff;
  }
  return size;
}

/** Whether bytes that begin so can be text, a known kind of file or a compressed stream; true costs a closer look. */
function likely(head: Uint8Array, size: number): boolean {
  const [a = 0, b = 0] = head;
  return (
    // A run that was cut may end inside a character, or in what follows the text.
    beginsText(head, size - 3) ||
    knownFirst(a, b) ||
    zerosOf(head, size) * 5 > size * 2 - 4 ||
    beginsDeflate(head, size)
  );
}

/** UTF-8 without controls, as far as it goes. */
function beginsText(bytes: Uint8Array, size: number): boolean {
  let more = 0;
  for (let i = 0; i < size; i++) {
    const byte = bytes[i] as number;
    if (more > 0) {
      if ((byte & 0xc0) !== 0x80) return false;
      more--;
    } else if (byte >= 0x80) {
      if (byte < 0xc2 || byte > 0xf4) return false;
      more = byte < 0xe0 ? 1 : byte < 0xf0 ? 2 : 3;
    } else if ((byte < 0x20 && byte !== 9 && byte !== 10 && byte !== 13 && byte !== 27) || byte === 0x7f) return false;
  }
  return true;
}

/** Zeros in the upper bytes of UTF-16. */
function zerosOf(bytes: Uint8Array, size: number): number {
  let zeros = 0;
  for (let i = 1; i < size; i += 2) if (bytes[i] === 0 && bytes[i - 1] !== 0) zeros++;
  return zeros;
}

// The first two bytes of everything that magicOf and inflated know.
const FIRST = new Set(
  [
    ...["7f45", "4d5a", "cafe", "feed", "cefa", "cffa", "0061", "4c00", "d0cf", "504b", "377a", "5261", "aced", "0001"],
    ...["8002", "8003", "8004", "8005", "1f8b", "fffe"],
  ].map((hex) => Number.parseInt(hex, 16)),
);
const knownFirst = (a: number, b: number): boolean => FIRST.has((a << 8) | b) || isZlib(a, b);

const meaningful = (bytes: Uint8Array): boolean =>
  likely(bytes, Math.min(bytes.length, HEAD.length)) &&
  (asText(bytes) !== undefined || magicOf(bytes) !== undefined || deflatedText(bytes) !== undefined);

// Raw deflate has no header, so only a whole stream of text counts. The bound is small: PHP droppers are a few kilobytes.
const DEFLATED_MAX = 1 << 20;
function deflatedText(bytes: Uint8Array): Buffer | undefined {
  if (bytes.length < 16 || !beginsDeflate(bytes, Math.min(bytes.length, HEAD.length))) return undefined;
  try {
    const out = inflateRawSync(bytes, { maxOutputLength: DEFLATED_MAX });
    return out.length >= 16 && asText(out) !== undefined ? out : undefined;
  } catch {
    return undefined;
  }
}

/** What the first bytes claim, for the kinds that carry code or other data. Pictures, sound and fonts are not listed. */
export function magicOf(bytes: Uint8Array): string | undefined {
  const [a = 0, b = 0, c = 0, d = 0] = bytes;
  const word = ((a << 24) | (b << 16) | (c << 8) | d) >>> 0;
  if (word === 0x7f454c46) return "ELF program";
  if (a === 0x4d && b === 0x5a && bytes.length >= 16 && isDos(bytes)) return "Windows program";
  if (word === 0xcafebabe && bytes.length >= 10 && (bytes[6] ?? 1) === 0 && (bytes[7] ?? 0) >= 45) return "Java class";
  if (word === 0xfeedface || word === 0xfeedfacf || word === 0xcefaedfe || word === 0xcffaedfe) return "Mach-O program";
  if (word === 0x0061736d) return "WebAssembly module";
  if (word === 0x4c000000 && bytes[4] === 0x01 && bytes[5] === 0x14) return "Windows shortcut";
  if (word === 0xd0cf11e0) return "OLE document";
  if (word === 0x504b0304 || word === 0x504b0506) return "zip archive";
  if (word === 0x377abcaf) return "7z archive";
  if (word === 0x52617221) return "RAR archive";
  if (word === 0xaced0005) return "Java object";
  if (word === 0x00010000 && bytes[4] === 0 && bytes[5] === 0xff && bytes[6] === 0xff) return ".NET object";
  if (a === 0x80 && b >= 2 && b <= 5 && pickleImports(bytes)) return "pickle that imports";
  if (a === 0x1f && b === 0x8b && c === 8) return "gzip";
  if (isZlib(a, b) && bytes.length >= 12 && inflates(bytes, inflateSync)) return "zlib";
  return undefined;
}

function isDos(bytes: Uint8Array): boolean {
  const text = Buffer.from(bytes.subarray(0, 512)).toString("latin1");
  return text.includes("This program") || text.includes("PE\0\0") || (bytes[2] === 0x90 && bytes[3] === 0);
}

// GLOBAL, or STACK_GLOBAL with a REDUCE behind it: the opcodes by which a pickle calls what it names.
function pickleImports(bytes: Uint8Array): boolean {
  const text = Buffer.from(bytes.subarray(0, 4096)).toString("latin1");
  return (text.includes("\x93") || /c[\w.]{2,40}\n[\w.]{1,40}\n/.test(text)) && /R|\x81|b\./.test(text);
}

const isZlib = (a: number, b: number): boolean => a === 0x78 && ((a << 8) | b) % 31 === 0;

type Inflate = (bytes: Uint8Array, options: { finishFlush: number; maxOutputLength: number }) => Buffer;

const inflates = (bytes: Uint8Array, how: Inflate): boolean => {
  try {
    return how(bytes.subarray(0, 256), { finishFlush: constants.Z_SYNC_FLUSH, maxOutputLength: 1 << 20 }).length > 0;
  } catch (error) {
    return tooLarge(error);
  }
};

const tooLarge = (error: unknown): boolean => (error as { code?: unknown }).code === "ERR_BUFFER_TOO_LARGE";

function decompress(bytes: Uint8Array, how: Inflate, left: Budget): Buffer | "cut" | undefined {
  if (left.bytes <= 0) return "cut";
  try {
    const out = how(bytes, { finishFlush: constants.Z_SYNC_FLUSH, maxOutputLength: left.bytes });
    left.bytes -= out.length;
    return out;
  } catch (error) {
    if (!tooLarge(error)) return undefined;
    left.bytes = 0;
    return "cut";
  }
}

/** Peels layer after layer off a candidate until something plain is left. */
export function unwrap(candidate: Candidate, left: Budget, limits: Limits = LIMITS): Unwrapped {
  const chain = [candidate.encoding];
  let bytes = candidate.bytes;
  for (;;) {
    const text = asText(bytes);
    const inner = text === undefined ? inflated(bytes, left) : peeled(text);
    if (inner === undefined) return { chain, bytes, text, cut: false };
    if (inner === "cut" || chain.length > limits.decodeDepthMax) return { chain, bytes, text: undefined, cut: true };
    chain.push(inner.encoding);
    bytes = inner.bytes;
  }
}

type Layer = { readonly encoding: string; readonly bytes: Uint8Array };

function inflated(bytes: Uint8Array, left: Budget): Layer | "cut" | undefined {
  const [a = 0, b = 0] = bytes;
  if ((a === 0x1f && b === 0x8b) || isZlib(a, b)) {
    const gzip = a === 0x1f;
    const out = decompress(bytes, gzip ? gunzipSync : inflateSync, left);
    if (out === "cut") return "cut";
    return out && out.length > 0 ? { encoding: gzip ? "gzip" : "zlib", bytes: out } : undefined;
  }
  const out = magicOf(bytes) === undefined ? deflatedText(bytes) : undefined;
  return out && { encoding: "deflate", bytes: out };
}

const WHOLE_BASE64 = /^[A-Za-z0-9+/_\s-]{12,}={0,2}\s*$|^={1,2}[A-Za-z0-9+/\s]{12,}$/;
const WHOLE_HEX = /^(?:0x)?(?:[0-9a-fA-F]{2}[\s:,]?){8,}$/;
const WHOLE_BASE32 = /^[A-Z2-7\s]{16,}={0,6}\s*$/;

// A text that is, as a whole, the encoding of something meaningful. Bounded: each step shrinks the text.
function peeled(text: string): Layer | undefined {
  const plain = text.trim();
  if (plain.length < 12) return undefined;
  if (WHOLE_HEX.test(plain)) {
    const bytes = hexBytes(plain.replace(/^0x/, "").replaceAll(/[\s:,]/g, ""));
    if (meaningful(bytes)) return { encoding: "hex", bytes };
  }
  if (WHOLE_BASE32.test(plain)) {
    const bytes = base32Bytes(plain);
    if (meaningful(bytes)) return { encoding: "base32", bytes };
  }
  if (WHOLE_BASE64.test(plain) && !/\s\S{1,11}\s/.test(plain)) {
    const found = base64Meaning(plain.replaceAll(/\s/g, ""));
    if (found) return found;
  }
  for (const find of [percentRuns, escapeRuns, characterCodes]) {
    const [first] = find(plain);
    if (first && (first.end - first.start) * 2 > plain.length) return { encoding: first.encoding, bytes: first.bytes };
  }
  return undefined;
}

/** The longest stretches of at least `min` characters of a class, found by looking at every `min`th character. */
function stretches(text: string, members: Uint8Array, min: number): { start: number; end: number }[] {
  const found: { start: number; end: number }[] = [];
  const isMember = (at: number): boolean => members[text.charCodeAt(at)] === 1;
  for (let at = min - 1, last = 0; at < text.length;) {
    if (!isMember(at)) {
      at += min;
      continue;
    }
    let start = at;
    while (start > last && isMember(start - 1)) start--;
    let end = at + 1;
    while (end < text.length && end - start < min && isMember(end)) end++;
    if (end - start < min) {
      // Nothing of this class is left up to `end`, so a stretch that is long enough reaches `end + min`.
      last = end;
      at = end + min;
      continue;
    }
    while (end < text.length && isMember(end)) end++;
    found.push({ start, end });
    last = end;
    at = end + min;
  }
  return found;
}

const classOf = (expression: RegExp): Uint8Array =>
  Uint8Array.from({ length: 128 }, (_, unit) => (expression.test(String.fromCharCode(unit)) ? 1 : 0));
const BASE64_UNITS = classOf(/[A-Za-z0-9+/_-]/);
const BASE32_UNITS = classOf(/[A-Z2-7]/);
const HEX_UNITS = classOf(/[0-9a-fA-F :,-]/);

const RUN_MIN = 24;
const PIECE_MIN = 20;
const GLUE = /^(?:\s|\\[nr]|["'+.\\,&])+$/;
const GLUE_MAX = 24;
const TAIL_FIRST = /[\s"'+\\]/;

/** Base64 runs that decode to something meaningful; lines and string pieces that belong together are joined. */
export function base64Runs(text: string): Candidate[] {
  const found: Candidate[] = [];
  const runs = stretches(text, BASE64_UNITS, PIECE_MIN);
  for (const run of runs) {
    for (let n = 0; n < 2 && text[run.start - 1] === "="; n++) run.start--;
    for (let n = 0; n < 2 && text[run.end] === "="; n++) run.end++;
  }
  const take = (start: number, end: number, run: string): boolean => {
    if (run.length < RUN_MIN) return false;
    const layer = base64Meaning(run);
    if (layer) found.push({ ...layer, start, end, needless: 1 });
    return layer !== undefined;
  };
  for (let i = 0; i < runs.length;) {
    const first = runs[i] ?? { start: 0, end: 0 };
    let last = i;
    // Pieces of one payload: the next run follows after a line break or a string joint.
    while (last + 1 < runs.length) {
      const from = runs[last]?.end ?? 0;
      const to = runs[last + 1]?.start ?? 0;
      if (to - from > GLUE_MAX || !GLUE.test(text.slice(from, to))) break;
      last++;
    }
    const pieces = runs.slice(i, last + 1).map(({ start, end }) => text.slice(start, end));
    const end = runs[last]?.end ?? first.end;
    const tail = tailOf(text, end);
    if (tail > end) pieces.push(text.slice(end, tail).replaceAll(/\\[nr]|[^A-Za-z0-9/_=-]/g, ""));
    if (pieces.length === 1 || !take(first.start, tail, pieces.join(""))) {
      for (let k = i; k <= last; k++) {
        const run = runs[k] ?? first;
        const piece = pieces[k - i] ?? "";
        if (take(run.start, run.end, piece)) continue;
        // A path in front of it shifts the alphabet: try what stands behind each separator.
        let at = run.start;
        for (const part of piece.split(/[/_=-]/)) {
          if (part.length < piece.length) take(at, at + part.length, part);
          at += part.length + 1;
        }
      }
    }
    i = last + 1;
  }
  return found;
}

// The last, shorter line of a wrapped payload.
function tailOf(text: string, end: number): number {
  if (!TAIL_FIRST.test(text.charAt(end))) return end;
  const match = /^(?:\s|\\[nr]|["'+]){1,12}[A-Za-z0-9+/_-]{1,20}={0,2}(?![A-Za-z0-9+/_=-])/.exec(
    text.slice(end, end + 48),
  );
  return match && /[\n+\\]/.test(match[0]) ? end + match[0].length : end;
}

/** Hex: runs, spaced or colon-separated pairs, lists of 0x numbers. */
export function hexRuns(text: string): Candidate[] {
  const found: Candidate[] = [];
  const add = (start: number, end: number, digits: string): void => {
    const bytes = hexBytes(digits.length % 2 === 0 ? digits : digits.slice(0, -1));
    if (bytes.length >= 8 && meaningful(bytes)) found.push({ encoding: "hex", start, end, bytes, needless: 1 });
  };
  for (const { start, end } of stretches(text, HEX_UNITS, 16)) {
    // With the `0x` before it, and a character on either side.
    const from = Math.max(0, start - 3);
    const part = text.slice(from, end + 1);
    for (const match of part.matchAll(/(?<![0-9a-zA-Z])(?:0x)?[0-9a-fA-F]{16,}(?![0-9a-zA-Z])/g)) {
      add(from + match.index, from + match.index + match[0].length, match[0].replace(/^0x/, ""));
    }
    if (end - start < 35) continue;
    for (const match of part.matchAll(/(?<![0-9a-zA-Z])(?:[0-9a-fA-F]{2}[ :,-]){11,}[0-9a-fA-F]{2}(?![0-9a-zA-Z])/g)) {
      if (/[a-f]/i.test(match[0]))
        add(from + match.index, from + match.index + match[0].length, match[0].replaceAll(/[^0-9a-f]/gi, ""));
    }
  }
  if (text.includes("0x")) {
    for (const match of text.matchAll(/(?:0x[0-9a-fA-F]{2}[, ;\n]{1,4}){7,}0x[0-9a-fA-F]{2}/g)) {
      add(match.index, match.index + match[0].length, match[0].replaceAll(/0x|[^0-9a-f]/gi, ""));
    }
  }
  return found;
}

/** Base32 of capitals and 2 to 7, in runs of 24 or more. */
export function base32Runs(text: string): Candidate[] {
  const found: Candidate[] = [];
  const run = /(?<![A-Za-z0-9+/])[A-Z2-7]{24,}(?:\n[A-Z2-7]{8,}){0,2000}={0,6}(?![A-Za-z0-9+/])/y;
  let last = 0;
  for (const { start } of stretches(text, BASE32_UNITS, RUN_MIN)) {
    if (start < last) continue;
    run.lastIndex = start;
    const match = run.exec(text);
    if (!match) continue;
    const end = (last = start + match[0].length);
    const bytes = base32Bytes(match[0]);
    if (meaningful(bytes)) found.push({ encoding: "base32", start, end, bytes, needless: 1 });
  }
  return found;
}

const needlessShare = (bytes: Uint8Array): number => {
  let plain = 0;
  for (const byte of bytes)
    if ((byte >= 48 && byte <= 57) || (byte >= 65 && byte <= 90) || (byte >= 97 && byte <= 122)) plain++;
  return bytes.length === 0 ? 0 : plain / bytes.length;
};

/** Percent-encoded runs of eight or more, with what stands between them. */
export function percentRuns(text: string): Candidate[] {
  const found: Candidate[] = [];
  for (const match of text.matchAll(/(?:%[0-9a-fA-F]{2}(?:[\w.~+!*'()-]{1,3}(?=%))?){8,}[\w.~+-]{0,64}/g)) {
    const pieces: Buffer[] = [];
    const escaped: Buffer[] = [];
    for (const part of match[0].split(/((?:%[0-9a-fA-F]{2})+)/)) {
      const bytes = part.startsWith("%") ? hexBytes(part.replaceAll("%", "")) : Buffer.from(part.replaceAll("+", " "));
      if (part.startsWith("%")) escaped.push(bytes);
      pieces.push(bytes);
    }
    found.push({
      encoding: "percent",
      start: match.index,
      end: match.index + match[0].length,
      bytes: Buffer.concat(pieces),
      needless: needlessShare(Buffer.concat(escaped)),
    });
  }
  return found;
}

/** Backslash and entity escapes in runs of eight or more. */
export function escapeRuns(text: string): Candidate[] {
  const found: Candidate[] = [];
  const add = (match: RegExpExecArray, encoding: string, bytes: Uint8Array): void => {
    found.push({
      encoding,
      start: match.index,
      end: match.index + match[0].length,
      bytes,
      needless: needlessShare(bytes),
    });
  };
  const points = (run: string, number: RegExp, radix: number): Buffer =>
    Buffer.from(
      run
        .match(number)
        ?.map((digits) => character(Number.parseInt(digits, radix)))
        .join("") ?? "",
    );
  for (const match of text.matchAll(/(?:\\{1,2}x[0-9a-fA-F]{2}){8,}/g))
    add(match, "\\xNN escapes", hexBytes(match[0].replaceAll(/[\\x]/g, "")));
  for (const match of text.matchAll(/(?:\\{1,2}[0-3][0-7]{2}){8,}/g))
    add(
      match,
      "octal escapes",
      Buffer.from(match[0].match(/[0-7]{3}/g)?.map((digits) => Number.parseInt(digits, 8)) ?? []),
    );
  for (const match of text.matchAll(/(?:\\{1,2}u[0-9a-fA-F]{4}){8,}/g))
    add(match, "\\uNNNN escapes", points(match[0], /[0-9a-fA-F]{4}/g, 16));
  for (const match of text.matchAll(/(?:\\{1,2}u\{[0-9a-fA-F]{1,6}\}){8,}/g))
    add(match, "\\u{N} escapes", points(match[0], /[0-9a-fA-F]{1,6}/g, 16));
  for (const match of text.matchAll(/(?:&#0{0,6}\d{2,6};?){8,}/g))
    add(match, "character references", points(match[0], /\d{2,}/g, 10));
  for (const match of text.matchAll(/(?:&#[xX]0{0,6}[0-9a-fA-F]{2,6};?){8,}/g))
    add(match, "character references", points(match[0], /[0-9a-fA-F]{2,}/g, 16));
  return found;
}

const character = (code: number): string =>
  Number.isInteger(code) && code > 0 && code <= 0x10ffff && !(code >= 0xd800 && code <= 0xdfff)
    ? String.fromCodePoint(code)
    : "";

/** Lists of character codes: fromCharCode(…), chr() chains, arrays of numbers that read as text. */
export function characterCodes(text: string): Candidate[] {
  const found: Candidate[] = [];
  const add = (match: RegExpExecArray, encoding: string): void => {
    const bytes = Buffer.from(
      match[0]
        .match(/0x[0-9a-fA-F]{1,4}|\d{1,6}/g)
        ?.map((number) => character(Number(number)))
        .join("") ?? "",
    );
    if (asText(bytes) !== undefined)
      found.push({
        encoding,
        start: match.index,
        end: match.index + match[0].length,
        bytes,
        needless: needlessShare(bytes),
      });
  };
  for (const match of text.matchAll(
    /from(?:CharCode|CodePoint)\s?\(\s?(?:(?:0x[0-9a-fA-F]{1,4}|\d{1,6})\s{0,2},\s{0,2}){3,}(?:0x[0-9a-fA-F]{1,4}|\d{1,6})/g,
  ))
    add(match, "character codes");
  for (const match of text.matchAll(
    /(?:\b[Cc][Hh][Rr][WB]?\$?\s?\(\s?\d{2,6}\s?\)\s{0,2}[+.&|,]{1,2}\s{0,2}){5,}[Cc][Hh][Rr][WB]?\$?\s?\(\s?\d{2,6}/g,
  ))
    add(match, "character codes");
  for (const match of text.matchAll(/(?<![\d.,])(?:\d{2,3}(?:\s?,\s?|\s)){15,}\d{2,3}(?![\d.])/g))
    add(match, "character codes");
  return found;
}
