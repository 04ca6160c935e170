// Data written in zero-width and other default-ignorable characters (Unicode 5.21): rows of two or more of them are an
// alphabet, and most public tools encode bits or base 4 that way. Also their use as a mark: inside a word they change
// what a tokenizer sees and nothing a reader sees.
import type { Hit, RecordDetector } from "../../core/detector.ts";
import type { Field } from "../../core/record.ts";
import type { Severity } from "../../core/severity.ts";
import { excerpt, quote } from "../../base/escape.ts";
import {
  codeBefore,
  holdsUnseen,
  isBidiControl,
  isHidden,
  isJoiningContext,
  isPlainLetter,
  standing,
} from "./invisible.ts";
import { periodic, readSymbols, type Reading } from "./hidden-data.ts";

/** Symbols kept for reading; the attacker chooses how many there are, the rest are counted only (CWE-770). */
const SYMBOLS_MAX = 65_536;
/** Rows shorter than this are what copying leaves behind. */
const ROW_MIN = 3;
const isDirectionMark = (code: number): boolean =>
  code === 0x200e || code === 0x200f || code === 0x61c || isBidiControl(code);

interface Row {
  readonly start: number;
  readonly end: number;
  readonly codes: readonly number[];
}

interface Survey {
  /** Rows of two or more different characters. */
  readonly mixed: Row[];
  /** Everything that spelling does not explain, in order. */
  readonly loose: number[];
  looseStart: number;
  looseEnd: number;
  /** Inside words of plain letters. */
  strays: number;
  strayLetters: number;
  firstStray: { readonly at: number; readonly end: number; readonly code: number } | undefined;
  /** A word cut into pieces of one or two letters. */
  shredded: { readonly start: number; readonly end: number } | undefined;
  /** Three or more of one character in a row, inside a word or beside one. */
  repeat: (Row & { readonly inWord: boolean }) | undefined;
  /** A character that no keyboard, page or program leaves inside a word. */
  exotic: Row | undefined;
}

const isExotic = (code: number): boolean =>
  code === 0x34f ||
  code === 0x115f ||
  code === 0x1160 ||
  code === 0x17b4 ||
  code === 0x17b5 ||
  (code >= 0x180b && code <= 0x180f) ||
  code === 0x2065 ||
  (code >= 0x206a && code <= 0x206f) ||
  code === 0x3164 ||
  code === 0xffa0 ||
  (code >= 0xfff0 && code <= 0xfff8) ||
  code > 0xffff;

function wordLengthAround(text: string, from: number, to: number): number {
  let length = 0;
  for (let at = from; at > 0 && length < 40 && isPlainLetter(text.charCodeAt(at - 1)); at--) length++;
  for (let at = to; at < text.length && length < 80 && isPlainLetter(text.charCodeAt(at)); at++) length++;
  return length;
}

function survey(text: string): Survey | undefined {
  let found: Survey | undefined;
  let lastStray = -10;
  let lastStrayEnd = -10;
  let pieces = 0;
  for (let at = 0; at < text.length; at++) {
    const unit = text.charCodeAt(at);
    if (unit < 0xad || (unit >= 0x3165 && unit < 0xd82f)) continue;
    const first = unit >= 0xd800 && unit <= 0xdbff ? (text.codePointAt(at) ?? unit) : unit;
    if (!isHidden(first)) {
      if (first > 0xffff) at++;
      continue;
    }
    const start = at;
    const codes: number[] = [];
    let length = 0;
    let same = true;
    for (let code: number = first; isHidden(code) || isBidiControl(code); code = text.codePointAt(at) ?? 0) {
      if (codes.length < SYMBOLS_MAX) codes.push(code);
      if (code !== first) same = false;
      length++;
      at += code > 0xffff ? 2 : 1;
    }
    const end = at;
    at--;
    const before = codeBefore(text, start);
    const after = text.codePointAt(end) ?? 0;
    const stands = length === 1 || same ? standing(first, before, after) : "noise";
    const inWord = isPlainLetter(before) && isPlainLetter(after);
    if (stands === "spelling" && length < ROW_MIN) continue;
    if (!same && length <= ROW_MIN && (isJoiningContext(before, after) || codes.every(isDirectionMark))) continue;
    found ??= {
      mixed: [],
      loose: [],
      looseStart: start,
      looseEnd: end,
      strays: 0,
      strayLetters: 0,
      firstStray: undefined,
      shredded: undefined,
      repeat: undefined,
      exotic: undefined,
    };
    if (found.loose.length === 0) found.looseStart = start;
    found.looseEnd = end;
    for (const code of codes) if (found.loose.length < SYMBOLS_MAX) found.loose.push(code);
    if (!same && length >= ROW_MIN && found.mixed.length < 1_000) found.mixed.push({ start, end, codes });
    if (same && length >= 3 && found.repeat === undefined) found.repeat = { start, end, codes, inWord };
    if (!inWord) continue;
    if (codes.every(isExotic)) found.exotic ??= { start, end, codes };
    found.strays++;
    found.strayLetters += wordLengthAround(text, start, end);
    found.firstStray ??= { at: start, end, code: first };
    // k·i·l·l: pieces of at most two letters between hidden characters.
    pieces = start - lastStrayEnd <= 2 ? pieces + 1 : 1;
    if (pieces === 1) lastStray = start;
    if (pieces >= 2) found.shredded ??= { start: lastStray, end };
    lastStrayEnd = end;
  }
  return found;
}

const names = (codes: readonly number[]): string =>
  [...new Set(codes)]
    .slice(0, 8)
    .map((code) => `U+${code.toString(16).toUpperCase().padStart(4, "0")}`)
    .join(" ");

function judge(field: Field, found: Survey): Hit | undefined {
  const hit = (
    severity: Severity,
    message: string,
    start: number,
    end: number,
    codes: readonly number[],
    group: string,
    reading?: Reading,
  ): Hit => ({
    message,
    field,
    start,
    end,
    excerpt: excerpt(field.text, start, end),
    severity,
    confidence: reading ? "high" : severity === "low" ? "low" : "medium",
    group: reading ? reading.text.slice(0, 200) : group,
    ...(reading ? { payload: reading.text.slice(0, 2_000) } : {}),
    evidence: {
      characters: names(codes),
      symbols: codes.length,
      ...(reading ? { decoded: reading.text.slice(0, 2_000), coding: reading.coding } : {}),
    },
  });
  const first = found.mixed[0];
  const last = found.mixed.at(-1);
  if (first && last) {
    const all = found.mixed.flatMap(({ codes }) => codes);
    const longest = found.mixed.reduce((a, b) => (b.codes.length > a.codes.length ? b : a));
    const reading = readSymbols(found.loose) ?? readSymbols(all) ?? readSymbols(longest.codes);
    if (reading)
      return hit(
        "high",
        `Invisible characters spell ${quote(reading.text)} (${reading.coding}).`,
        first.start,
        last.end,
        all,
        "data",
        reading,
      );
    const severity = all.length >= 64 && !periodic(all) ? "high" : "medium";
    return hit(
      severity,
      `${all.length} invisible characters of ${new Set(all).size} kinds in a row (${names(all)}): an alphabet that writes data.`,
      first.start,
      last.end,
      all,
      `row of ${names(all)}`,
    );
  }
  const kinds = new Set(found.loose).size;
  if (kinds >= 2 && found.loose.length >= 16 && !periodic(found.loose)) {
    const reading = readSymbols(found.loose);
    if (reading && reading.text.length >= 3)
      return hit(
        "high",
        `Invisible characters between the visible ones spell ${quote(reading.text)} (${reading.coding}).`,
        found.looseStart,
        found.looseEnd,
        found.loose,
        "data",
        reading,
      );
    if (found.strays >= 8)
      return hit(
        "medium",
        `${found.loose.length} invisible characters of ${kinds} kinds (${names(found.loose)}) are spread through words.`,
        found.looseStart,
        found.looseEnd,
        found.loose,
        `spread ${names(found.loose)}`,
      );
  }
  if (found.exotic) {
    const { start, end, codes } = found.exotic;
    return hit(
      "medium",
      `A word holds the invisible character ${names(codes)}, which nothing there calls for.`,
      start,
      end,
      codes,
      `inside a word ${names(codes)}`,
    );
  }
  if (found.shredded) {
    const { start, end } = found.shredded;
    return hit(
      "medium",
      `A word is cut into single letters by invisible characters: ${quote(field.text.slice(Math.max(0, start - 2), end + 2))}.`,
      start,
      end,
      found.loose,
      "shredded word",
    );
  }
  if (found.repeat) {
    const { start, end, codes, inWord } = found.repeat;
    const severity = inWord ? "medium" : "low";
    return hit(
      severity,
      `${codes.length} times the invisible character ${names(codes)} in a row.`,
      start,
      end,
      codes,
      `repeat of ${names(codes)}`,
    );
  }
  if (found.firstStray) {
    const { at, end, code } = found.firstStray;
    // Long words get break hints; a short one that is cut several times in a text gets them for another reason.
    const severity = found.strays >= 3 && found.strayLetters / found.strays <= 10 ? "medium" : "low";
    const words = found.strays === 1 ? "A word holds" : `${found.strays} words hold`;
    return hit(
      severity,
      `${words} an invisible character (${names([code])}) that spelling does not explain.`,
      at,
      end,
      found.loose,
      `inside a word ${names([code])}`,
    );
  }
  return undefined;
}

export const zeroWidthPayload: RecordDetector = {
  id: "zero-width-payload",
  reads: "record",
  family: "hidden-text",
  title: "Data or marks in zero-width characters",
  severity: "high",
  confidence: "medium",
  maturity: "stable",
  since: "0.1.0",
  references: ["AML.T0020", "LLM04:2025", "CWE-1007", "https://www.unicode.org/reports/tr36/"],
  docs: {
    finds:
      "Rows of different invisible characters (zero-width spaces and joiners, word joiners, byte order marks, Hangul fillers, invisible operators and more) that form an alphabet, in one place or spread between visible characters, decoded where they spell text; and invisible characters inside words, where no spelling calls for them.",
    matters:
      "A model reads what a reviewer cannot see. Invisible rows carry instructions and stolen data; a zero-width character inside a word makes a perfect trigger, since the text looks untouched.",
    misses:
      "A single zero-width character beside a space or a mark is what copying from the web leaves, and stays silent: an attacker who uses exactly that as a trigger is found only by what the trigger does across the dataset. Data hidden among the joiners of a Persian or Indic text one at a time, and data in kinds of visible white space, are not read.",
    remedy:
      "Remove the invisible characters from the field, or drop the record. If a whole dataset has them, find the step that adds them.",
  },
  anchors: [{ bytes: "invisible" }],
  inspect(record, report) {
    for (const field of record.fields) {
      if (!holdsUnseen(field)) continue;
      const found = survey(field.text);
      const hit = found && judge(field, found);
      if (hit) report(hit);
    }
  },
};
