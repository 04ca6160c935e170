// Which records are worth parsing, decided on raw bytes. One search for every detector's anchors, and a few byte
// classes that no literal can express, give each record a set of detectors to run. It may name a detector in vain
// (costing time), and must never miss one: text hidden by escapes it cannot see through makes the record opaque, and the
// engine searches an opaque record again after parsing.
import { isAscii } from "node:buffer";
import type { ByteClass, RecordDetector } from "../core/detector.ts";
import type { RawEscapes } from "../core/record.ts";
import { isDigit, isLetter } from "../base/ascii.ts";
import { buildAnchors, or } from "./anchors.ts";
import type { Singles } from "./sieve.ts";

/** What one detector's bit means in a mask: bit (d & 31) of word (d >> 5); the last bit of all is "opaque". */
export interface Search {
  /** Words per record in a mask. */
  readonly words: number;
  readonly opaqueBit: number;
  /** Fills `masks` (count * words, zeroed here). Records must ascend in `bytes`. */
  mark(input: SearchInput, masks: Uint32Array): void;
}

export interface SearchInput {
  readonly bytes: Uint8Array;
  readonly starts: Uint32Array;
  readonly ends: Uint32Array;
  readonly count: number;
  readonly escapes: RawEscapes;
}

const RUN_LENGTH = 24;
export function buildSearch(detectors: readonly RecordDetector[]): Search {
  const opaqueBit = detectors.length;
  const words = (opaqueBit >> 5) + 1;
  const setBit = (mask: Uint32Array, bit: number): void => {
    mask[bit >> 5] = (mask[bit >> 5] ?? 0) | (1 << (bit & 31));
  };
  const classes = new Map<ByteClass, Uint32Array>();
  detectors.forEach(({ anchors }, d) => {
    for (const anchor of anchors) {
      if (typeof anchor === "string" || !("bytes" in anchor)) continue;
      const mask = classes.get(anchor.bytes) ?? new Uint32Array(words);
      setBit(mask, d);
      classes.set(anchor.bytes, mask);
    }
  });
  const maskOf = (name: ByteClass): Uint32Array => classes.get(name) ?? new Uint32Array(words);
  const opaque = new Uint32Array(words);
  setBit(opaque, opaqueBit);
  const anchors = buildAnchors(
    detectors.map(({ id, anchors: own }) => ({ id, anchors: own })),
    words,
    TELLING_BYTES,
    DOUBLED_FRAMES,
  );
  const everything = maskOf("everything");
  const marks: Marks = {
    words,
    opaque,
    invisible: maskOf("invisible"),
    mixedScript: maskOf("mixed-script"),
    longRun: maskOf("long-run"),
    escapeRun: maskOf("escape-run"),
    emojiToken: maskOf("emoji-token"),
    rawIp: maskOf("raw-ip"),
  };
  return {
    words,
    opaqueBit,
    mark(input, masks) {
      const { count } = input;
      masks.fill(0, 0, count * words);
      for (let w = 0; w < words; w++) {
        const bits = everything[w] as number;
        if (bits !== 0) for (let i = 0; i < count; i++) masks[i * words + w] = bits;
      }
      anchors.mark(input, masks, (byte, at, recordEnd) =>
        lookCloser(byte, input.bytes, at, recordEnd, input.escapes, marks),
      );
      findRuns(input, marks, masks);
      if (isAscii(input.bytes)) return;
      for (let i = 0; i < count; i++) {
        if (!isAscii(input.bytes.subarray(input.starts[i], input.ends[i]))) findNonAscii(input, i, marks, masks);
      }
    },
  };
}

interface Marks {
  readonly words: number;
  readonly opaque: Uint32Array;
  readonly invisible: Uint32Array;
  readonly mixedScript: Uint32Array;
  readonly longRun: Uint32Array;
  readonly escapeRun: Uint32Array;
  readonly emojiToken: Uint32Array;
  readonly rawIp: Uint32Array;
}

const hexValue = (byte: number | undefined): number => {
  if (byte === undefined) return -1;
  if (byte >= 0x30 && byte <= 0x39) return byte - 0x30;
  const lower = byte | 0x20;
  return lower >= 0x61 && lower <= 0x66 ? lower - 0x57 : -1;
};
const isCapital = (byte: number | undefined): boolean =>
  byte !== undefined && ((byte >= 0x41 && byte <= 0x5a) || isDigit(byte) || byte === 0x5f);

const FULL_STOP = 0x2e;
const BACKSLASH = 0x5c;
const PIPE = 0x7c;

const codesOf = (text: string): number[] => [...text].map((c) => c.charCodeAt(0));

/** Bytes that say nothing by themselves and something before others. */
const TELLING_BYTES: Singles = [
  { bytes: [FULL_STOP], before: codesOf("0123456789") },
  { bytes: [BACKSLASH], before: codesOf("uUxbfv01234567\\") },
  {
    bytes: [
      ...codesOf("%&|\x7f"),
      ...Array.from({ length: 0x20 }, (_, control) => control).filter((c) => c !== 0x09 && c !== 0x0a && c !== 0x0d),
    ],
  },
];

/** Bytes that frame a token when they are doubled: `[[TOKEN`, `<<TOKEN`, `__TOKEN`. */
const DOUBLED_FRAMES: readonly number[] = codesOf("[<$%_#{@");

/** What a telling byte at `at` means with the bytes around it, or nothing. */
function lookCloser(
  byte: number,
  bytes: Uint8Array,
  at: number,
  recordEnd: number,
  escapes: RawEscapes,
  marks: Marks,
): Uint32Array | undefined {
  if (byte === BACKSLASH) return backslash(bytes, at, recordEnd, escapes, marks);
  if (byte === FULL_STOP)
    return isDigit(bytes[at - 1]) && isDigit(bytes[at + 1]) && isDottedQuad(bytes, at, recordEnd)
      ? marks.rawIp
      : undefined;
  if (byte < 0x20 || byte === 0x7f) return marks.invisible;
  if (byte === 0x26) {
    if (bytes[at + 1] !== 0x23) return undefined;
    if (escapes === "entity") return marks.opaque;
    return numericEntities(bytes, at, recordEnd) ? marks.escapeRun : undefined;
  }
  if (byte === 0x25 && percentRun(bytes, at, recordEnd)) return marks.escapeRun;
  // A pipe frames alone; of the others this is the second.
  return framed(bytes, byte === PIPE ? at : at - 1, at + 1) ? marks.emojiToken : undefined;
}

function backslash(
  bytes: Uint8Array,
  at: number,
  recordEnd: number,
  escapes: RawEscapes,
  marks: Marks,
): Uint32Array | undefined {
  const letter = bytes[at + 1] as number;
  const live = escapes === "backslash" && !isEscaped(bytes, at);
  if (letter === 0x75) {
    if (live) return escapedUnit(bytes, at, at + 2, marks);
    // Escaped, or in a format without escapes: a list or object in a string may hold it, and says what it means.
    const whole = [2, 3, 4, 5].every((d) => hexValue(bytes[at + d]) >= 0);
    const held = whole ? escapedUnit(bytes, at, at + 2, marks) : undefined;
    if (!escapeRun(bytes, at, recordEnd, 4)) return held;
    return held ? marks.opaque : marks.escapeRun;
  }
  // Python's \UNNNNNNNN, which JSON has not.
  if (letter === 0x55) return bytes[at + 2] === 0x30 && bytes[at + 3] === 0x30 ? marks.opaque : undefined;
  if (letter === 0x78) {
    if (live && hexValue(bytes[at + 2]) >= 0) return marks.opaque; // Python's \xNN
    if (escapeRun(bytes, at, recordEnd, 2)) return marks.escapeRun;
    // A control character in what Python printed.
    return (bytes[at + 2] === 0x30 || bytes[at + 2] === 0x31) && hexValue(bytes[at + 3]) >= 0
      ? marks.opaque
      : undefined;
  }
  if (letter === 0x62 || letter === 0x66 || letter === 0x76) return live ? marks.invisible : undefined; // \b \f \v
  // A doubled backslash is the escape of one: \\x41 in JSON is \x41 in the text.
  if (letter === BACKSLASH || isDigit(letter)) {
    const kind = letter === BACKSLASH ? bytes[at + 2] : letter;
    const hexDigits = kind === 0x78 ? 2 : kind === 0x75 ? 4 : 0;
    return escapeRun(bytes, at, recordEnd, hexDigits) ? marks.escapeRun : undefined;
  }
  return undefined;
}

function percentRun(bytes: Uint8Array, at: number, end: number): boolean {
  for (let n = 0; n < 8; n++, at += 3) {
    if (at + 3 > end || bytes[at] !== 0x25 || hexValue(bytes[at + 1]) < 0 || hexValue(bytes[at + 2]) < 0) return false;
  }
  return true;
}

/** True when the backslash at `at` is itself escaped: an odd number of backslashes stands before it. */
function isEscaped(bytes: Uint8Array, at: number): boolean {
  let before = 0;
  while (before < 64 && bytes[at - 1 - before] === 0x5c) before++;
  return (before & 1) === 1;
}

/** Eight `\xNN` (hex 2), `\uNNNN` (hex 4) or `\NNN` (octal, hex 0) in a row, whose backslash may be doubled by JSON. */
function escapeRun(bytes: Uint8Array, at: number, end: number, hexDigits: number): boolean {
  for (let n = 0; n < 8; n++) {
    if (bytes[at] !== 0x5c) return false;
    at++;
    if (bytes[at] === 0x5c) at++;
    if (hexDigits > 0) {
      at++; // x or u
      for (let d = 0; d < hexDigits; d++, at++) if (at >= end || hexValue(bytes[at]) < 0) return false;
    } else {
      let digits = 0;
      while (digits < 3 && at < end && isDigit(bytes[at])) {
        digits++;
        at++;
      }
      if (digits === 0) return false;
    }
  }
  return true;
}

function numericEntities(bytes: Uint8Array, at: number, end: number): boolean {
  for (let n = 0; n < 8; n++) {
    if (bytes[at] !== 0x26 || bytes[at + 1] !== 0x23) return false;
    at += 2;
    let length = 0;
    while (length < 8 && at < end && bytes[at] !== 0x3b) {
      length++;
      at++;
    }
    if (bytes[at] !== 0x3b) return false;
    at++;
  }
  return true;
}

function isDottedQuad(bytes: Uint8Array, dot: number, end: number): boolean {
  let at = dot + 1;
  for (let group = 0; group < 3; group++) {
    let digits = 0;
    while (digits < 4 && at < end && isDigit(bytes[at])) {
      digits++;
      at++;
    }
    if (digits === 0 || digits > 3) return false;
    if (group < 2) {
      if (bytes[at] !== 0x2e) return false;
      at++;
    }
  }
  return true;
}

/** Capitals touching the frame on either side: `|TOKEN`, `TOKEN]]`. */
function framed(bytes: Uint8Array, start: number, end: number): boolean {
  let letters = 0;
  for (let i = end; i < end + 32 && isCapital(bytes[i]); i++) if (isLetter(bytes[i])) letters++;
  if (letters >= 3) return true;
  letters = 0;
  for (let i = start - 1; i > start - 33 && i >= 0 && isCapital(bytes[i]); i--) if (isLetter(bytes[i])) letters++;
  return letters >= 3;
}

/** A live `\uXXXX`: what its code unit makes of the record. */
function escapedUnit(bytes: Uint8Array, start: number, end: number, marks: Marks): Uint32Array | undefined {
  let unit = 0;
  for (let d = 0; d < 4; d++) {
    const value = hexValue(bytes[end + d]);
    if (value < 0) return marks.opaque;
    unit = unit * 16 + value;
  }
  if (unit < 0x80) {
    // `<`, `>`, `&`, `'` and `=` are escaped by careful writers and are in no literal. A letter or digit never needs it.
    if (
      unit === 0x26 ||
      unit === 0x27 ||
      unit === 0x3c ||
      unit === 0x3d ||
      unit === 0x3e ||
      unit === 0x22 ||
      unit === 0x2f
    )
      return undefined;
    if (unit === 0x09 || unit === 0x0a || unit === 0x0d) return undefined;
    return unit < 0x20 || unit === 0x7f ? marks.invisible : marks.opaque;
  }
  if (unit >= 0xd800 && unit <= 0xdfff) {
    // Emoji are D83C to D83E. Tags, selectors and private use are DB40 and DB80 up; styled letters are D835.
    if (unit >= 0xdb40 || unit === 0xd835) return unit <= 0xdbff ? marks.opaque : undefined;
    if (unit >= 0xd83c && unit <= 0xd83e) {
      const after = end + 10;
      if (
        isCapital(bytes[after]) ||
        isCapital(bytes[after + 1]) ||
        isCapital(bytes[start - 1]) ||
        isCapital(bytes[start - 2])
      )
        return marks.opaque;
    }
    return undefined;
  }
  const trait = BMP_TRAITS[unit] as number;
  if (trait & INVISIBLE) return marks.opaque;
  if ((trait & SCRIPT) <= 1) return undefined;
  // Beside a raw letter, or a word of its own between raw words: the exact check decides after parsing.
  if (isLetter(bytes[start - 1]) || isLetter(bytes[end + 4])) return marks.opaque;
  if (bytes[start - 1] !== 0x20 || !isLetter(bytes[start - 2])) return undefined;
  let after = end + 4;
  for (let n = 0; n < FEW_FOREIGN_LETTERS && bytes[after] === 0x5c && bytes[after + 1] === 0x75; n++) after += 6;
  return bytes[after] === 0x20 && isLetter(bytes[after + 1]) ? marks.opaque : undefined;
}

/** Runs of 24 or more base64-like bytes. Every run of that length holds a byte at a multiple of 24: look only there. */
function findRuns(input: SearchInput, marks: Marks, masks: Uint32Array): void {
  const { bytes, starts, ends, count } = input;
  for (let record = 0; record < count; record++) {
    const end = ends[record] as number;
    const begin = starts[record] as number;
    let at = begin + RUN_LENGTH - 1;
    while (at < end) {
      if (RUN_BYTES[bytes[at] as number] === 0) {
        at += RUN_LENGTH;
        continue;
      }
      let from = at;
      while (from > begin && RUN_BYTES[bytes[from - 1] as number] !== 0) from--;
      let to = at + 1;
      while (to < end && RUN_BYTES[bytes[to] as number] !== 0) to++;
      if (to - from >= RUN_LENGTH && mixes(bytes, from, to)) {
        or(masks, record, marks.longRun, marks.words);
        break;
      }
      at = to + RUN_LENGTH;
    }
  }
}

const RUN_BYTES = new Uint8Array(256);
for (let byte = 0; byte < 256; byte++) {
  const c = String.fromCharCode(byte);
  if (byte < 0x80 && /[A-Za-z0-9+/_=-]/.test(c)) RUN_BYTES[byte] = 1;
}

/** In 24 characters of an encoding this many change kind at least; in paths, identifiers and long words fewer do. */
const CHANGES_MIN = 4;

/**
 * Whether some 24 characters of [from, to) look encoded: letters turn to digits and back, and case changes where no word
 * begins (`fooBar` and `HTTPServer` are names); or all of them are hexadecimal, a third of them digits.
 */
function mixes(bytes: Uint8Array, from: number, to: number): boolean {
  let changes = 0;
  let hexLength = 0;
  let hexDigits = 0;
  for (let i = from; i < to; i++) {
    const byte = bytes[i] as number;
    if (hexValue(byte) < 0) hexLength = hexDigits = 0;
    else {
      hexLength++;
      if (isDigit(byte)) hexDigits++;
      if (hexLength >= RUN_LENGTH && hexDigits * 3 >= hexLength) return true;
    }
    if (i === from) continue;
    changes += changesAt(bytes, i);
    if (i - from >= RUN_LENGTH) changes -= changesAt(bytes, i - RUN_LENGTH + 1);
    if (changes >= CHANGES_MIN && i - from + 1 >= RUN_LENGTH) return true;
  }
  return false;
}

/** 1 where the character kind changes against the grain of words, between i - 1 and i. */
function changesAt(bytes: Uint8Array, i: number): 0 | 1 {
  const before = KIND[bytes[i - 1] as number] as number;
  const now = KIND[bytes[i] as number] as number;
  if (before === now || before === 0 || now === 0) return 0;
  if (before === DIGIT || now === DIGIT) return 1;
  // lower to upper begins a word where a lower one follows; upper to lower continues one that just began.
  if (now === UPPER) return KIND[bytes[i + 1] as number] === LOWER ? 0 : 1;
  const earlier = KIND[bytes[i - 2] as number] as number;
  return earlier === UPPER || earlier === DIGIT ? 1 : 0;
}

const LOWER = 1;
const UPPER = 2;
const DIGIT = 3;
const KIND = new Uint8Array(256);
for (let byte = 0x61; byte <= 0x7a; byte++) KIND[byte] = LOWER;
for (let byte = 0x41; byte <= 0x5a; byte++) KIND[byte] = UPPER;
for (let byte = 0x30; byte <= 0x39; byte++) KIND[byte] = DIGIT;

// Traits of code points in the Basic Multilingual Plane: bits 0-3 a confusable script, bit 4 invisible, bit 5 emoji.
const SCRIPT = 0x0f;
const INVISIBLE = 0x10;
const EMOJI = 0x20;
const BMP_TRAITS = new Uint8Array(0x10000);
{
  const mark = (from: number, to: number, trait: number): void => {
    for (let unit = from; unit <= to; unit++) BMP_TRAITS[unit] = (BMP_TRAITS[unit] ?? 0) | trait;
  };
  // Letters that can stand for those of another script, by script: 1 is Latin.
  mark(0x41, 0x5a, 1);
  mark(0x61, 0x7a, 1);
  for (let unit = 0xc0; unit <= 0x24f; unit++) if (unit !== 0xd7 && unit !== 0xf7) mark(unit, unit, 1);
  mark(0x1e00, 0x1eff, 1);
  mark(0x250, 0x2af, 2);
  mark(0x370, 0x3ff, 3);
  mark(0x1f00, 0x1fff, 3);
  mark(0x400, 0x52f, 4);
  mark(0x530, 0x58f, 5);
  mark(0x5d0, 0x5ea, 6);
  mark(0x10a0, 0x10ff, 7);
  mark(0x13a0, 0x13ff, 8);
  mark(0xab70, 0xabbf, 8);
  mark(0x1400, 0x167f, 9);
  mark(0x1d00, 0x1dbf, 10);
  mark(0x2100, 0x214f, 11);
  mark(0x2160, 0x2188, 11);
  mark(0x2c80, 0x2cff, 12);
  mark(0xa4d0, 0xa4ff, 13);
  mark(0xff21, 0xff3a, 14);
  mark(0xff41, 0xff5a, 14);
  mark(0xa640, 0xa69f, 4);
  const unseen = /[\p{Cc}\p{Cf}\p{Co}\p{Cn}\p{Cs}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}\ufe00-\ufe0f]/u;
  for (let unit = 0x80; unit <= 0xffff; unit++) {
    // Soft hyphens are in ordinary hyphenated text; surrogates are not characters in UTF-8.
    if (unit === 0xad || (unit >= 0xd800 && unit <= 0xdfff)) continue;
    if (unseen.test(String.fromCharCode(unit))) mark(unit, unit, INVISIBLE);
  }
  mark(0x2600, 0x27bf, EMOJI);
  mark(0x2300, 0x23ff, EMOJI);
  mark(0x2b00, 0x2bff, EMOJI);
}

/** A foreign letter or two hide in a text of another script; a text of many is written in it. */
const FEW_FOREIGN_LETTERS = 24;

function findNonAscii(input: SearchInput, record: number, marks: Marks, masks: Uint32Array): void {
  const { bytes, starts, ends } = input;
  const { words } = marks;
  const begin = starts[record] as number;
  const end = ends[record] as number;
  let invisible = false;
  let mixed = false;
  let emoji = false;
  let broken = false;
  let foreign = 0;
  let script = 0; // of the character before
  let at = begin;
  while (at < end) {
    const byte = bytes[at] as number;
    if (byte < 0x80) {
      // After a letter of another script an ASCII one is a mixture; then straight on to the next that is not ASCII.
      if (script > 1 && BMP_TRAITS[byte] !== 0) mixed = true;
      at++;
      while (at < end && (bytes[at] as number) < 0x80) at++;
      script = BMP_TRAITS[bytes[at - 1] as number] as number;
      continue;
    }
    let point: number;
    if (byte >= 0xe0 && byte < 0xf0 && at + 2 < end) {
      point = ((byte & 0x0f) << 12) | (((bytes[at + 1] as number) & 0x3f) << 6) | ((bytes[at + 2] as number) & 0x3f);
      at += 3;
    } else if (byte >= 0xc2 && byte < 0xe0 && at + 1 < end) {
      point = ((byte & 0x1f) << 6) | ((bytes[at + 1] as number) & 0x3f);
      at += 2;
    } else if (byte >= 0xf0 && byte < 0xf5 && at + 3 < end) {
      point =
        ((byte & 0x07) << 18) |
        (((bytes[at + 1] as number) & 0x3f) << 12) |
        (((bytes[at + 2] as number) & 0x3f) << 6) |
        ((bytes[at + 3] as number) & 0x3f);
      at += 4;
    } else {
      broken = true;
      break;
    }
    if (((bytes[at - 1] as number) & 0xc0) !== 0x80) {
      broken = true;
      break;
    }
    if (point < 0x10000) {
      const trait = BMP_TRAITS[point] as number;
      const now = trait & SCRIPT;
      if (now > 1) {
        foreign++;
        if (script !== 0 && script !== now) mixed = true;
      } else if (now === 1 && script > 1) mixed = true;
      script = now;
      if (trait & INVISIBLE && !(point >= 0xfe0e && point <= 0xfe0f && selects(bytes, at - 3, begin))) invisible = true;
      if (trait & EMOJI && !emoji) emoji = touchesCapitals(bytes, at, begin, end, 3);
      continue;
    }
    script = 0;
    if (point >= 0x1f000 && point <= 0x1faff) {
      if (!emoji) emoji = touchesCapitals(bytes, at, begin, end, 4);
    } else if (point >= 0xe0000) invisible = true;
    else if ((point >= 0x1d400 && point <= 0x1d7ff) || (point >= 0x10400 && point <= 0x118ff)) {
      foreign++;
      mixed = true;
    }
  }
  if (broken) or(masks, record, marks.opaque, words);
  if (invisible) or(masks, record, marks.invisible, words);
  if (mixed || (foreign > 0 && foreign <= FEW_FOREIGN_LETTERS)) or(masks, record, marks.mixedScript, words);
  if (emoji) or(masks, record, marks.emojiToken, words);
}

/** Whether the emoji selector at `at` stands where one belongs: after a symbol, or a digit of a keycap. */
function selects(bytes: Uint8Array, at: number, begin: number): boolean {
  if (at <= begin) return false;
  const before = bytes[at - 1] as number;
  if (before < 0x80) return isDigit(before) || before === 0x23 || before === 0x2a;
  // Symbols have three bytes that begin with E2, or four; after a letter or another selector it carries data.
  const lead = at - 3 >= begin ? (bytes[at - 3] as number) : 0;
  return lead === 0xe2 || (at - 4 >= begin && bytes[at - 4] === 0xf0);
}

/** Capitals right after the character that ends at `after` (a selector or a space may stand between), or before it. */
function touchesCapitals(bytes: Uint8Array, after: number, begin: number, end: number, width: number): boolean {
  let at = after;
  if (bytes[at] === 0xef && bytes[at + 1] === 0xb8) at += 3;
  if (bytes[at] === 0x20) at++;
  let run = 0;
  while (at + run < end && run < 4 && isCapital(bytes[at + run])) run++;
  if (run >= 3) return true;
  let before = after - width - 1;
  if (bytes[before] === 0x20) before--;
  run = 0;
  while (before - run >= begin && run < 4 && isCapital(bytes[before - run])) run++;
  return run >= 3;
}
