// Which records are worth parsing, decided on raw bytes. One automaton over every detector's anchors, and a few byte
// classes that no literal can express, give each record a set of detectors to run. It may name a detector in vain
// (costing time), and must never miss one: text hidden by escapes it cannot see through makes the record opaque, and the
// engine searches an opaque record again after parsing.
import { isAscii } from "node:buffer";
import type { ByteClass, RecordDetector } from "../core/detector.ts";
import type { RawEscapes } from "../core/record.ts";
import { assert } from "../base/assert.ts";
import { buildAutomaton, type Automaton } from "./automaton.ts";

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
// No space, quote or backslash: formats spell those in too many ways for a byte search.
const LITERAL = /^[a-z0-9_.:$@#!<>&=/()[\]{}*|,;~^?+-]{3,}$/i;

// What a matched pattern asks for: bits straight away, or a closer look at the bytes around it.
const LOOK_DOT = 1;
const LOOK_PERCENT = 2;
const LOOK_BACKSLASH_U = 3;
const LOOK_BACKSLASH_X = 4;
const LOOK_BACKSLASH_DIGIT = 5;
const LOOK_BACKSLASH_CONTROL = 6;
const LOOK_ENTITY = 7;
const LOOK_FRAME = 8;
/** Its bits count only where the pattern stands as a word. */
const LOOK_WORD = 9;

interface Pattern {
  readonly bytes: Uint8Array;
  readonly mask: Uint32Array;
  readonly look: number;
}

export function buildSearch(detectors: readonly RecordDetector[]): Search {
  const opaqueBit = detectors.length;
  const words = (opaqueBit >> 5) + 1;
  // Past a mask's own words, inside the search only: one bit for each part of an `all`.
  const parts = new Map<string, { readonly literals: readonly string[]; readonly bit: number }>();
  const sets: { readonly detector: number; readonly bits: number[] }[] = [];
  detectors.forEach((detector, d) => {
    for (const anchor of detector.anchors) {
      if (typeof anchor === "string" || !("all" in anchor)) continue;
      const bits = anchor.all.map((part) => {
        const literals = typeof part === "string" ? [part] : part;
        const key = literals.join("\0");
        const known = parts.get(key) ?? { literals, bit: words * 32 + parts.size };
        parts.set(key, known);
        return known.bit;
      });
      sets.push({ detector: d, bits });
    }
  });
  const wide = words + ((parts.size + 31) >> 5);
  const classes = new Map<ByteClass, Uint32Array>();
  const patterns = new Map<string, { bytes: Uint8Array; mask: Uint32Array; look: number }>();
  const setBit = (mask: Uint32Array, bit: number): void => {
    mask[bit >> 5] = (mask[bit >> 5] ?? 0) | (1 << (bit & 31));
  };
  const add = (bytes: Uint8Array, detector: number, look = 0): void => {
    const key = `${look}:${Buffer.from(bytes).toString("latin1").toLowerCase()}`;
    let pattern = patterns.get(key);
    if (!pattern) patterns.set(key, (pattern = { bytes, mask: new Uint32Array(wide), look }));
    if (detector >= 0) setBit(pattern.mask, detector);
  };
  detectors.forEach((detector, d) => {
    for (const anchor of detector.anchors) {
      if (typeof anchor === "string") for (const bytes of spellings(anchor, detector.id)) add(bytes, d);
      else if ("word" in anchor) for (const bytes of spellings(anchor.word, detector.id)) add(bytes, d, LOOK_WORD);
      else if ("bytes" in anchor) {
        const mask = classes.get(anchor.bytes) ?? new Uint32Array(wide);
        setBit(mask, d);
        classes.set(anchor.bytes, mask);
      }
    }
  });
  for (const { literals, bit } of parts.values()) {
    for (const literal of literals) for (const bytes of spellings(literal, "all")) add(bytes, bit);
  }
  const maskOf = (name: ByteClass): Uint32Array => classes.get(name) ?? new Uint32Array(wide);
  const opaque = new Uint32Array(wide);
  setBit(opaque, opaqueBit);
  const look = (text: string, kind: number): void => add(Buffer.from(text, "latin1"), -1, kind);
  look(".", LOOK_DOT);
  look("%", LOOK_PERCENT);
  look("\\u", LOOK_BACKSLASH_U);
  look("\\x", LOOK_BACKSLASH_X);
  for (const digit of "01234567") look(`\\${digit}`, LOOK_BACKSLASH_DIGIT);
  for (const letter of "bfv") look(`\\${letter}`, LOOK_BACKSLASH_CONTROL);
  look("&#", LOOK_ENTITY);
  for (const frame of ["|", "[[", "<<", "%%", "$$", "__", "##"]) look(frame, LOOK_FRAME);
  const invisible = maskOf("invisible");
  for (let control = 0; control < 0x20; control++) {
    if (control === 0x09 || control === 0x0a || control === 0x0d) continue;
    for (let d = 0; d < detectors.length; d++) {
      if (((invisible[d >> 5] ?? 0) >>> (d & 31)) & 1) add(Uint8Array.of(control), d);
    }
  }
  for (let d = 0; d < detectors.length; d++) {
    if (((invisible[d >> 5] ?? 0) >>> (d & 31)) & 1) add(Uint8Array.of(0x7f), d);
  }
  const list: readonly Pattern[] = [...patterns.values()];
  // Two automata: the ASCII one has few byte classes and so a small table that stays in the nearest cache; the other runs
  // only over records that hold other bytes.
  const [ascii, other] = [true, false].map((wanted): Literals => {
    const own = list.filter(({ bytes }) => isAscii(bytes) === wanted);
    const automaton = buildAutomaton(own.map(({ bytes }) => bytes));
    return { automaton, finals: finalStates(automaton, own, wide) };
  }) as [Literals, Literals];
  const everything = maskOf("everything");
  const marks: Marks = {
    words: wide,
    opaque,
    invisible,
    mixedScript: maskOf("mixed-script"),
    longRun: maskOf("long-run"),
    escapeRun: maskOf("escape-run"),
    emojiToken: maskOf("emoji-token"),
    rawIp: maskOf("raw-ip"),
  };
  let inner = new Uint32Array(0);
  return {
    words,
    opaqueBit,
    mark(input, masks) {
      const { count } = input;
      if (inner.length < count * wide) inner = new Uint32Array(count * wide);
      inner.fill(0, 0, count * wide);
      if (count > 0) findLiterals(input, 0, count, ascii, marks, inner);
      findRuns(input, marks, inner);
      if (!isAscii(input.bytes)) {
        for (let i = 0; i < count; i++) {
          if (isAscii(input.bytes.subarray(input.starts[i], input.ends[i]))) continue;
          findLiterals(input, i, i + 1, other, marks, inner);
          findNonAscii(input, i, marks, inner);
        }
      }
      for (let i = 0; i < count; i++) {
        for (let w = 0; w < words; w++)
          masks[i * words + w] = (inner[i * wide + w] as number) | (everything[w] as number);
        let seen = 0;
        for (let w = words; w < wide; w++) seen |= inner[i * wide + w] as number;
        if (seen !== 0) joinSets(sets, inner, i * wide, masks, i * words);
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

/** Marks the detectors whose sets of literals are complete in a record. */
function joinSets(
  sets: readonly { readonly detector: number; readonly bits: readonly number[] }[],
  inner: Uint32Array,
  at: number,
  masks: Uint32Array,
  out: number,
): void {
  for (const { detector, bits } of sets) {
    let whole = true;
    for (const bit of bits) {
      if ((((inner[at + (bit >> 5)] as number) >>> (bit & 31)) & 1) === 0) {
        whole = false;
        break;
      }
    }
    if (whole) masks[out + (detector >> 5)] = (masks[out + (detector >> 5)] as number) | (1 << (detector & 31));
  }
}

/** The byte spellings of one anchor: as it is, in its other cases, and as JSON, careful JSON and XML escape it. */
function spellings(anchor: string, id: string): Uint8Array[] {
  if (!/[^\0-\x7f]/.test(anchor)) {
    assert(
      LITERAL.test(anchor),
      `${id}: anchor ${JSON.stringify(anchor)} is shorter than three, or holds a space, quote or backslash`,
    );
    const out = new Set([anchor]);
    out.add(anchor.replaceAll("/", "\\/"));
    out.add(anchor.replaceAll(/[<>&=]/g, toJsonEscape));
    out.add(anchor.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;"));
    return [...out].map((text) => Buffer.from(text, "latin1"));
  }
  const lower = anchor.toLowerCase();
  const cases = new Set([anchor, lower, anchor.toUpperCase(), lower.charAt(0).toUpperCase() + lower.slice(1)]);
  const out: Uint8Array[] = [];
  for (const text of cases) {
    out.push(Buffer.from(text, "utf8"));
    const escaped = [...text].map((c) => (c <= "\x7f" ? c : toJsonEscape(c))).join("");
    out.push(Buffer.from(escaped, "latin1"));
  }
  return out;
}

const toJsonEscape = (character: string): string => {
  let out = "";
  for (let i = 0; i < character.length; i++) out += `\\u${character.charCodeAt(i).toString(16).padStart(4, "0")}`;
  return out;
};

interface FinalState {
  readonly mask: Uint32Array | undefined;
  readonly looks: readonly { readonly kind: number; readonly length: number; readonly mask: Uint32Array }[];
}

interface Literals {
  readonly automaton: Automaton;
  readonly finals: readonly FinalState[];
}

function finalStates(automaton: Automaton, patterns: readonly Pattern[], words: number): readonly FinalState[] {
  return automaton.ending.map((ids) => {
    const mask = new Uint32Array(words);
    const looks: { kind: number; length: number; mask: Uint32Array }[] = [];
    for (const id of ids) {
      const pattern = patterns[id] as Pattern;
      if (pattern.look) {
        looks.push({ kind: pattern.look, length: pattern.bytes.length, mask: pattern.mask });
        continue;
      }
      for (let w = 0; w < words; w++) mask[w] = (mask[w] ?? 0) | (pattern.mask[w] ?? 0);
    }
    return { mask: mask.some((word) => word !== 0) ? mask : undefined, looks };
  });
}

function or(masks: Uint32Array, record: number, mask: Uint32Array, words: number): void {
  const base = record * words;
  for (let w = 0; w < words; w++) masks[base + w] = (masks[base + w] as number) | (mask[w] as number);
}

/** Marks records [from, to) by the literals in their bytes, and looks closer where one asks for it. */
function findLiterals(
  input: SearchInput,
  from: number,
  to: number,
  literals: Literals,
  marks: Marks,
  masks: Uint32Array,
): void {
  const { bytes, ends, escapes } = input;
  const { automaton, finals } = literals;
  const { next, classOf, shift, firstFinal } = automaton;
  const { words } = marks;
  const stop = ends[to - 1] as number;
  let record = from;
  let recordEnd = ends[from] as number;
  let state = 0;
  for (let i = input.starts[from] as number; i < stop; i++) {
    state = next[(state << shift) | (classOf[bytes[i] as number] as number)] as number;
    if (state < firstFinal) continue;
    while (i >= recordEnd) recordEnd = ends[++record] as number;
    const final = finals[state - firstFinal] as FinalState;
    if (final.mask) or(masks, record, final.mask, words);
    for (const { kind, length, mask } of final.looks) {
      const start = i + 1 - length;
      const found =
        kind === LOOK_WORD
          ? isWord(bytes, start, i + 1)
            ? mask
            : undefined
          : lookCloser(kind, bytes, start, i + 1, recordEnd, escapes, marks);
      if (found) or(masks, record, found, words);
    }
  }
}

const isDigit = (byte: number | undefined): boolean => byte !== undefined && byte >= 0x30 && byte <= 0x39;
const hexValue = (byte: number | undefined): number => {
  if (byte === undefined) return -1;
  if (byte >= 0x30 && byte <= 0x39) return byte - 0x30;
  const lower = byte | 0x20;
  return lower >= 0x61 && lower <= 0x66 ? lower - 0x57 : -1;
};
const isLetter = (byte: number | undefined): boolean => {
  const lower = (byte ?? 0) | 0x20;
  return lower >= 0x61 && lower <= 0x7a;
};
const isCapital = (byte: number | undefined): boolean =>
  byte !== undefined && ((byte >= 0x41 && byte <= 0x5a) || isDigit(byte) || byte === 0x5f);

/** No ASCII letter or digit on either side; the letter of a `\n` or `\t` escape before it is none. */
function isWord(bytes: Uint8Array, start: number, end: number): boolean {
  const after = bytes[end];
  if (isLetter(after) || isDigit(after)) return false;
  const before = bytes[start - 1];
  return !(isLetter(before) || isDigit(before)) || bytes[start - 2] === 0x5c;
}

/** [start, end) is a pattern; what the bytes around it mean, or nothing. */
function lookCloser(
  kind: number,
  bytes: Uint8Array,
  start: number,
  end: number,
  recordEnd: number,
  escapes: RawEscapes,
  marks: Marks,
): Uint32Array | undefined {
  switch (kind) {
    case LOOK_DOT:
      return isDigit(bytes[start - 1]) && isDigit(bytes[end]) && isDottedQuad(bytes, start, recordEnd)
        ? marks.rawIp
        : undefined;
    case LOOK_PERCENT:
      return hexValue(bytes[end]) >= 0 &&
        repeats(
          start,
          recordEnd,
          3,
          (at) => bytes[at] === 0x25 && hexValue(bytes[at + 1]) >= 0 && hexValue(bytes[at + 2]) >= 0,
        )
        ? marks.escapeRun
        : undefined;
    case LOOK_BACKSLASH_X: {
      if (escapes === "backslash" && !isEscaped(bytes, start) && hexValue(bytes[end]) >= 0) return marks.opaque; // Python's \xNN
      return escapeRun(bytes, start, recordEnd, 2) ? marks.escapeRun : undefined;
    }
    case LOOK_BACKSLASH_DIGIT:
      return escapeRun(bytes, start, recordEnd, 0) ? marks.escapeRun : undefined;
    case LOOK_BACKSLASH_CONTROL:
      return escapes === "backslash" && !isEscaped(bytes, start) ? marks.invisible : undefined;
    case LOOK_ENTITY:
      return escapes === "entity"
        ? marks.opaque
        : numericEntities(bytes, start, recordEnd)
          ? marks.escapeRun
          : undefined;
    case LOOK_BACKSLASH_U:
      if (escapes !== "backslash" || isEscaped(bytes, start))
        return escapeRun(bytes, start, recordEnd, 4) ? marks.escapeRun : undefined;
      return escapedUnit(bytes, start, end, marks);
    case LOOK_FRAME:
      return framed(bytes, start, end) ? marks.emojiToken : undefined;
    default:
      return undefined;
  }
}

/** True when the backslash at `at` is itself escaped: an odd number of backslashes stands before it. */
function isEscaped(bytes: Uint8Array, at: number): boolean {
  let before = 0;
  while (before < 64 && bytes[at - 1 - before] === 0x5c) before++;
  return (before & 1) === 1;
}

function repeats(at: number, end: number, width: number, matches: (at: number) => boolean): boolean {
  for (let n = 0; n < 8; n++, at += width) if (at + width > end || !matches(at)) return false;
  return true;
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

/** Letters with digits, or both cases inside a word: not `----` and not one long lower-case word or path of words. */
function mixes(bytes: Uint8Array, from: number, to: number): boolean {
  let lower = 0;
  let upper = 0;
  let digit = 0;
  for (let i = from; i < to; i++) {
    const byte = bytes[i] as number;
    if (byte >= 0x61 && byte <= 0x7a) lower++;
    else if (byte >= 0x41 && byte <= 0x5a) upper++;
    else if (isDigit(byte)) digit++;
  }
  return (lower > 0 && upper > 0) || (digit > 0 && lower + upper > 0) || upper + digit >= RUN_LENGTH;
}

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
      const now = BMP_TRAITS[byte] as number;
      if (now !== 0 && script > 1) mixed = true;
      script = now;
      at++;
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
      if (trait & INVISIBLE) invisible = true;
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
