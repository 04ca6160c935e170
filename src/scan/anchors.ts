// Anchors of detectors as literals in bytes. A literal that means something by itself marks its record. The parts of an
// `all` are noted for each record; where all but the very common ones are there, the bytes around the rarest are
// searched again for every part, and the detector is marked where they stand together.
import { BEFORE_BYTES, FOLLOWING_BYTES_MAX, type Anchor, type Literal } from "../core/detector.ts";
import { isLetterOrDigit } from "../base/ascii.ts";
import { assert } from "../base/assert.ts";
import { rateOf } from "./commonness.ts";
import { buildLiterals, type Literals } from "./literals.ts";
import type { Singles } from "./sieve.ts";

/** Records as raw bytes, in ascending order. */
export interface RecordBytes {
  readonly bytes: Uint8Array;
  readonly starts: Uint32Array;
  readonly ends: Uint32Array;
  readonly count: number;
}

export interface Anchors {
  /** Adds to `masks`, `words` a record. `look` says what a telling byte means, as a mask of one record. */
  mark(
    input: RecordBytes,
    masks: Uint32Array,
    look: (byte: number, at: number, recordEnd: number) => Uint32Array | undefined,
  ): void;
}

// No space, quote or backslash: formats spell those in too many ways for a byte search.
const LITERAL = /^[a-z0-9_.:$@#!<>&=/()[\]{}*|,;~^?+-]{3,}$/i;
/** A part more common than this, in a thousand bytes, is taken to be there. */
const COMMON_RATE = 0.1;

interface Pattern {
  readonly bytes: Uint8Array;
  /** Detectors that it marks by itself. */
  readonly mask: Uint32Array;
  /** Detectors that it marks where what follows is as they say. */
  readonly checks: { readonly detector: number; readonly worth: (following: string, before: string) => boolean }[];
  /** Parts that it is a literal of; those of them that are noted for each record, and those that a set begins from. */
  readonly parts: number[];
  noted: readonly number[];
  rarest: readonly number[];
  /** It counts only where it stands as a word. */
  readonly word: boolean;
}

/** An `all` of a detector: its parts, those of them that are noted, and how far apart they may begin, in bytes. */
interface PartSet {
  readonly detector: number;
  readonly parts: readonly number[];
  readonly noted: readonly number[];
  readonly within: number;
  /** That all its parts are noted for a record is all that it asks. */
  readonly whole: boolean;
}

export function buildAnchors(
  detectors: readonly { readonly id: string; readonly anchors: readonly Anchor[] }[],
  words: number,
  telling: Singles,
  doubled: readonly number[],
): Anchors {
  const patterns = new Map<string, Pattern>();
  const add = (bytes: string, word: boolean): Pattern => {
    // Equal but for the case of ASCII letters is the same pattern; bytes of UTF-8 have no case.
    const lower = /[A-Z]/.test(bytes) ? bytes.replaceAll(/[A-Z]+/g, (letters) => letters.toLowerCase()) : bytes;
    const key = word ? `word ${lower}` : lower;
    let pattern = patterns.get(key);
    if (!pattern) {
      pattern = {
        bytes: Buffer.from(lower, "latin1"),
        mask: new Uint32Array(words),
        checks: [],
        parts: [],
        noted: [],
        rarest: [],
        word,
      };
      patterns.set(key, pattern);
    }
    return pattern;
  };
  const enter = (literal: Literal, id: string): Pattern[] => {
    if (typeof literal === "string") return spellings(literal, id).map((bytes) => add(bytes, false));
    // A word of two letters is too short to search for; with the space behind it, it is not.
    if (literal.word.length === 2) return [add(`${literal.word} `, true)];
    return spellings(literal.word, id).map((bytes) => add(bytes, true));
  };
  const parts = new Map<
    string,
    { readonly literals: readonly Literal[]; readonly id: number; readonly rate: number }
  >();
  const noted = new Set<number>();
  const sets: PartSet[] = [];
  /** Sets by their rarest part, and by each of their parts. */
  const setsFrom: PartSet[][] = [];
  const setsWith: PartSet[][] = [];
  detectors.forEach(({ id, anchors }, detector) => {
    for (const anchor of anchors) {
      if (typeof anchor === "string" || "word" in anchor) {
        for (const { mask } of enter(anchor, id)) mask[detector >> 5]! |= 1 << (detector & 31);
        continue;
      }
      if ("at" in anchor) {
        for (const { checks } of enter(anchor.at, id)) checks.push({ detector, worth: anchor.worth });
        continue;
      }
      if (!("all" in anchor)) continue;
      const own = anchor.all.map((part) => {
        const literals: readonly Literal[] = typeof part === "string" || "word" in part ? [part] : part;
        const key = JSON.stringify(literals);
        const rate = (literal: Literal): number => rateOf(typeof literal === "string" ? literal : literal.word);
        const known = parts.get(key) ?? {
          literals,
          id: parts.size,
          rate: literals.reduce((sum, literal) => sum + rate(literal), 0),
        };
        parts.set(key, known);
        return known;
      });
      const rarest = own.reduce((a, b) => (b.rate < a.rate ? b : a));
      const set: PartSet = {
        detector,
        parts: own.map((part) => part.id),
        noted: own.filter((part) => part !== rarest && part.rate < COMMON_RATE).map((part) => part.id),
        within: anchor.within ?? Infinity,
        whole: anchor.within === undefined && own.every((part) => part === rarest || part.rate < COMMON_RATE),
      };
      sets.push(set);
      (setsFrom[rarest.id] ??= []).push(set);
      for (const part of set.noted) noted.add(part);
      for (const part of new Set(set.parts)) (setsWith[part] ??= []).push(set);
    }
  });
  for (const { literals, id } of parts.values()) {
    for (const pattern of literals.flatMap((literal) => enter(literal, "all"))) {
      if (pattern.parts.includes(id)) continue;
      pattern.parts.push(id);
      if (noted.has(id)) pattern.noted = [...pattern.noted, id];
      if (setsFrom[id]) pattern.rarest = [...pattern.rarest, id];
    }
  }
  const list = [...patterns.values()];
  const first = list.filter(
    ({ mask, checks, noted: own, rarest }) =>
      checks.length > 0 || own.length > 0 || rarest.length > 0 || mask.some((bits) => bits !== 0),
  );
  const literals = buildLiterals(
    first.map(({ bytes }) => bytes),
    telling,
    doubled,
  );
  const noteWords = (parts.size >> 5) + 1;
  let notes = new Uint32Array(0);
  const reachOf = Float64Array.from({ length: parts.size }, (_, part) =>
    (setsFrom[part] ?? []).reduce((most, { within }) => Math.max(most, within), 0),
  );
  const placeOf = new Int32Array(parts.size);
  const around = new Around(
    list.filter((pattern) => pattern.parts.length > 0),
    setsWith,
    parts.size,
    words,
  );
  return {
    mark(input, masks, look) {
      const { bytes, starts, ends, count } = input;
      if (count === 0) return;
      if (notes.length < count * noteWords) notes = new Uint32Array(count * noteWords);
      else notes.fill(0, 0, count * noteWords);
      // Literals are found in the order of their rarest bytes: nearly, but not strictly, in the order of the records.
      let record = 0;
      const seek = (start: number): boolean => {
        while (start >= (ends[record] as number)) record++;
        while (record > 0 && start < (ends[record - 1] as number)) record--;
        return start >= (starts[record] as number);
      };
      /** Of each rarest part: record, part, and where it begins first and last, nearer each time than its sets reach. */
      const places: number[] = [];
      placeOf.fill(-1);
      let askedOf = -1;
      let asked = 0;
      literals.find(
        bytes,
        starts[0] as number,
        ends[count - 1] as number,
        (id, start, end) => {
          const pattern = first[id] as Pattern;
          if ((pattern.word && !isWord(bytes, start, end)) || !seek(start) || end > (ends[record] as number)) return;
          or(masks, record, pattern.mask, words);
          if (pattern.checks.length > 0) {
            asked = record === askedOf ? asked + 1 : 1;
            askedOf = record;
            const following = latin1(bytes, start, Math.min(ends[record] as number, start + FOLLOWING_BYTES_MAX));
            const before = latin1(bytes, Math.max(starts[record] as number, start - BEFORE_BYTES), start);
            for (const { detector, worth } of pattern.checks) {
              if (asked > ASKED_MAX || worth(following, before))
                masks[record * words + (detector >> 5)]! |= 1 << (detector & 31);
            }
          }
          for (let p = 0; p < pattern.noted.length; p++) {
            const part = pattern.noted[p] as number;
            notes[record * noteWords + (part >> 5)]! |= 1 << (part & 31);
          }
          for (let p = 0; p < pattern.rarest.length; p++) {
            const part = pattern.rarest[p] as number;
            const place = placeOf[part] as number;
            // A record full of one literal is one place, not millions (CWE-770).
            if (place >= 0 && places[place] === record && start - places[place + 3]! <= (reachOf[part] as number)) {
              places[place + 2] = Math.min(start, places[place + 2] as number);
              places[place + 3] = Math.max(start, places[place + 3] as number);
            } else placeOf[part] = places.push(record, part, start, start) - 4;
          }
        },
        (byte, at) => {
          if (!seek(at)) return;
          const found = look(byte, at, ends[record] as number);
          if (found) or(masks, record, found, words);
        },
      );
      const windows: Window[] = [];
      for (let p = 0; p < places.length; p += 4) {
        const of = places[p] as number;
        const part = places[p + 1] as number;
        let reach = -1;
        for (const set of setsFrom[part] as readonly PartSet[]) {
          const there = set.noted.every((note) => (notes[of * noteWords + (note >> 5)]! >>> (note & 31)) & 1);
          if (!there) continue;
          if (set.whole) masks[of * words + (set.detector >> 5)]! |= 1 << (set.detector & 31);
          else reach = Math.max(reach, set.within);
        }
        if (reach < 0) continue;
        const from = Math.max(starts[of] as number, (places[p + 2] as number) - reach);
        const to = Math.min(ends[of] as number, (places[p + 3] as number) + reach + PART_BYTES_MAX);
        windows.push({ record: of, from, to });
      }
      if (windows.length > 0) around.mark(input, merged(windows), masks);
    },
  };
}

const latin1 = (bytes: Uint8Array, from: number, to: number): string =>
  Buffer.from(bytes.buffer, bytes.byteOffset + from, to - from).toString("latin1");

/** Bytes of a record around the rarest part of a set. */
interface Window {
  readonly record: number;
  readonly from: number;
  to: number;
}

/** A record with more literals to ask about than this is looked at without asking (CWE-407). */
const ASKED_MAX = 10_000;
/** A part is no longer than this with its escapes. */
const PART_BYTES_MAX = 256;

/** The windows in order, and none of them over another: bytes are searched again once, whatever their number. */
function merged(windows: Window[]): Window[] {
  windows.sort((a, b) => a.from - b.from);
  const out: Window[] = [];
  for (const window of windows) {
    const last = out[out.length - 1];
    if (last?.record === window.record && window.from <= last.to) last.to = Math.max(last.to, window.to);
    else out.push(window);
  }
  return out;
}

/** Remembers where the parts of the sets were last seen, and marks a detector when one of its sets is together. */
class Around {
  readonly #patterns: readonly Pattern[];
  readonly #setsWith: readonly (readonly PartSet[])[];
  readonly #words: number;
  readonly #at: Float64Array;
  readonly #record: Float64Array;
  /** Counts records over all calls: a part seen in another record is not seen. */
  #base = 0;
  /** Built when it is first needed: most small inputs never do. */
  #literals: Literals | undefined;

  constructor(
    patterns: readonly Pattern[],
    setsWith: readonly (readonly PartSet[])[],
    partCount: number,
    words: number,
  ) {
    this.#patterns = patterns;
    this.#setsWith = setsWith;
    this.#words = words;
    this.#at = new Float64Array(partCount);
    this.#record = new Float64Array(partCount).fill(-1);
  }

  mark({ bytes, count }: RecordBytes, windows: readonly Window[], masks: Uint32Array): void {
    this.#literals ??= buildLiterals(
      this.#patterns.map((pattern) => pattern.bytes),
      [],
    );
    for (const { record, from, to } of windows) {
      this.#literals.find(
        bytes,
        from,
        to,
        (id, start, end) => {
          const { parts, word } = this.#patterns[id] as Pattern;
          if (word && !isWord(bytes, start, end)) return;
          for (let p = 0; p < parts.length; p++) this.#see(parts[p] as number, start, record, masks);
        },
        () => undefined,
      );
    }
    this.#base += count;
  }

  #see(part: number, at: number, record: number, masks: Uint32Array): void {
    const serial = this.#base + record;
    this.#at[part] = at;
    this.#record[part] = serial;
    const sets = this.#setsWith[part] as readonly PartSet[];
    for (let s = 0; s < sets.length; s++) {
      const { detector, parts, within } = sets[s] as PartSet;
      let p = 0;
      while (
        p < parts.length &&
        this.#record[parts[p] as number] === serial &&
        Math.abs(at - (this.#at[parts[p] as number] as number)) <= within
      )
        p++;
      if (p < parts.length) continue;
      const word = record * this.#words + (detector >> 5);
      masks[word] = (masks[word] as number) | (1 << (detector & 31));
    }
  }
}

/** The bytes of one anchor, as Latin-1, in each spelling: as it is, in its other cases, and as JSON, careful JSON and XML escape it. */
function spellings(anchor: string, id: string): string[] {
  if (/^[a-z0-9_.:-]{3,}$/i.test(anchor)) return [anchor];
  if (!/[^\0-\x7f]/.test(anchor)) {
    assert(
      LITERAL.test(anchor),
      `${id}: anchor ${JSON.stringify(anchor)} is shorter than three, or holds a space, quote or backslash`,
    );
    const out = new Set([anchor]);
    out.add(anchor.replaceAll("/", "\\/"));
    out.add(anchor.replaceAll(/[<>&=]/g, toJsonEscape));
    out.add(anchor.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;"));
    return [...out];
  }
  const lower = anchor.toLowerCase();
  const cases = new Set([anchor, lower, anchor.toUpperCase(), lower.charAt(0).toUpperCase() + lower.slice(1)]);
  const out: string[] = [];
  for (const text of cases) {
    out.push(Buffer.from(text, "utf8").toString("latin1"));
    out.push(text.replaceAll(/[^\0-\x7f]/g, toJsonEscape));
  }
  return out;
}

const toJsonEscape = (character: string): string => {
  let out = "";
  for (let i = 0; i < character.length; i++) out += `\\u${character.charCodeAt(i).toString(16).padStart(4, "0")}`;
  return out;
};

/** Adds a mask to that of a record. */
export function or(masks: Uint32Array, record: number, mask: Uint32Array, words: number): void {
  const base = record * words;
  for (let w = 0; w < words; w++) masks[base + w] = (masks[base + w] as number) | (mask[w] as number);
}

const BACKSLASH = 0x5c;

/** No ASCII letter or digit on either side; what ends an escape before it (`\n`, `\u00a0`) is none. */
function isWord(bytes: Uint8Array, start: number, end: number): boolean {
  const after = bytes[end];
  if (bytes[end - 1] !== 0x20 && isLetterOrDigit(after)) return false;
  const before = bytes[start - 1];
  if (!isLetterOrDigit(before)) return true;
  return bytes[start - 2] === BACKSLASH || (bytes[start - 6] === BACKSLASH && bytes[start - 5] === 0x75);
}
