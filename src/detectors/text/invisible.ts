// What an invisible character is doing where it stands. Most of those in the world's text are spelling: Persian, Kurdish
// and Indic joiners, Khmer and Thai break hints, emoji sequences, direction marks beside Arabic and Hebrew.
import type { Field } from "../../core/record.ts";
import { scriptId, scriptOf } from "./script.ts";

const NONE = 0;
const LETTER = 1; // Latin, Greek, Cyrillic, Armenian, Georgian…: no invisible character belongs inside a word
const RTL = 2;
const JOINING = 4; // ZWJ and ZWNJ are spelling
const BREAKING = 8; // written without spaces: ZWSP and word joiners are break hints
const HANGUL = 16;
const MONGOLIAN = 32;
const KHMER = 64;

const ids = (names: string): number[] => names.split(" ").map(scriptId);

let traits: Uint8Array | undefined;
function build(): Uint8Array {
  const table = new Uint8Array(256);
  const add = (names: string, trait: number): void => {
    for (const id of ids(names)) table[id] = (table[id] ?? 0) | trait;
  };
  add("Latin Greek Cyrillic Armenian Georgian Cherokee Coptic Glagolitic Runic Gothic Deseret Osage", LETTER);
  add("Arabic Hebrew Syriac Thaana Nko Samaritan Mandaic Adlam Hanifi_Rohingya Manichaean Sogdian", RTL);
  add("Arabic Syriac Nko Mandaic Adlam Hanifi_Rohingya Manichaean Sogdian Mongolian Phags_Pa", JOINING);
  add(
    "Devanagari Bengali Gurmukhi Gujarati Oriya Tamil Telugu Kannada Malayalam Sinhala Grantha Newa Tirhuta Modi Kaithi Sharada Khojki Takri Chakma Meetei_Mayek Syloti_Nagri Limbu Lepcha Brahmi Saurashtra Ol_Chiki Dogra Bhaiksuki Tulu_Tigalari",
    JOINING,
  );
  add(
    "Khmer Myanmar Thai Lao Tibetan Javanese Balinese Sundanese Tai_Tham New_Tai_Lue Tai_Le Tai_Viet Cham Buginese Batak Rejang Kayah_Li",
    JOINING | BREAKING,
  );
  add("Han Hiragana Katakana Bopomofo Yi Hangul", BREAKING);
  add("Hangul", HANGUL);
  add("Mongolian Phags_Pa", MONGOLIAN);
  add("Khmer", KHMER);
  return table;
}
const traitOf = (code: number): number => (code < 0x41 ? NONE : ((traits ??= build())[scriptOf(code)] ?? NONE));

/** Default-ignorable characters and other blanks that can spell something unseen. Tags, variation selectors and bidi
 * controls have detectors of their own; bidi controls count here only inside a row of others. */
export function isHidden(code: number): boolean {
  if (code < 0xad) return false;
  if (code < 0x2000)
    return (
      code === 0xad ||
      code === 0x34f ||
      code === 0x61c ||
      code === 0x115f ||
      code === 0x1160 ||
      code === 0x17b4 ||
      code === 0x17b5 ||
      (code >= 0x180b && code <= 0x180f)
    );
  if (code < 0x3000)
    return (
      (code >= 0x200b && code <= 0x200f) || (code >= 0x2060 && code <= 0x2065) || (code >= 0x206a && code <= 0x206f)
    );
  if (code < 0x10000)
    return code === 0x3164 || code === 0xfeff || code === 0xffa0 || (code >= 0xfff0 && code <= 0xfff8);
  return (
    (code >= 0x1bca0 && code <= 0x1bca3) ||
    (code >= 0x1d173 && code <= 0x1d17a) ||
    (code >= 0xe0080 && code <= 0xe00ff) ||
    (code >= 0xe01f0 && code <= 0xe0fff)
  );
}

export const isBidiControl = (code: number): boolean =>
  (code >= 0x202a && code <= 0x202e) || (code >= 0x2066 && code <= 0x2069);

/** A letter of an alphabet in which no invisible character is spelling. */
export const isPlainLetter = (code: number): boolean => (traitOf(code) & LETTER) !== 0;

/** A letter or mark of a right-to-left script. */
export const isRightToLeft = (code: number): boolean => (traitOf(code) & RTL) !== 0;

const isPictograph = (code: number): boolean =>
  code === 0xfe0f ||
  code === 0xfe0e ||
  code === 0x20e3 ||
  (code >= 0x2190 && code <= 0x2bff) ||
  code === 0x3030 ||
  code === 0x303d ||
  code === 0x3297 ||
  code === 0x3299 ||
  (code >= 0x1f000 && code <= 0x1faff) ||
  (code >= 0xe0020 && code <= 0xe007f);

const isMark = (code: number): boolean =>
  (code >= 0x300 && code <= 0x36f) ||
  (code >= 0x591 && code <= 0x5c7) ||
  (code >= 0x1ab0 && code <= 0x1aff) ||
  (code >= 0x20d0 && code <= 0x20ff);

const isJamo = (code: number): boolean =>
  (code >= 0x1100 && code <= 0x11ff) || (code >= 0xa960 && code <= 0xa97c) || (code >= 0xd7b0 && code <= 0xd7fb);

/** Why a hidden character stands where it does. */
export type Standing =
  | "spelling" // the script, an emoji sequence or a formula calls for it
  | "noise" // beside a space, a digit or a mark: what copying from a page leaves behind
  | "stray"; // inside a word of letters, where nothing calls for it

/** How hidden character `code` stands between its neighbours (0 at an end of the text). */
export function standing(code: number, before: number, after: number): Standing {
  const around = traitOf(before) | traitOf(after);
  const rest: Standing = isPlainLetter(before) && isPlainLetter(after) ? "stray" : "noise";
  const spelled = (yes: boolean): Standing => (yes ? "spelling" : rest);
  switch (code) {
    case 0xad: // soft hyphen
      return "spelling";
    case 0x200c:
      return spelled((around & (JOINING | RTL)) !== 0);
    case 0x200d:
      return spelled((around & (JOINING | RTL)) !== 0 || isPictograph(before) || isPictograph(after));
    case 0x200b:
    case 0x2060:
    case 0xfeff:
      return spelled(
        (around & (BREAKING | JOINING | RTL)) !== 0 || (code === 0xfeff && (before === 0 || before === 10)),
      );
    case 0x200e:
    case 0x200f:
    case 0x61c:
      return spelled((around & RTL) !== 0);
    case 0x2061:
    case 0x2062:
    case 0x2063:
    case 0x2064:
      return "spelling"; // formulas copied from a page
    case 0x34f:
      return spelled(isMark(before) || isMark(after) || (around & RTL) !== 0);
    case 0x115f:
    case 0x1160:
      return spelled(isJamo(before) || isJamo(after));
    case 0x3164:
    case 0xffa0:
      return spelled((around & HANGUL) !== 0);
    case 0x17b4:
    case 0x17b5:
      return spelled((around & KHMER) !== 0);
    case 0x180b:
    case 0x180c:
    case 0x180d:
    case 0x180e:
    case 0x180f:
      return spelled((around & MONGOLIAN) !== 0);
    default:
      return rest;
  }
}

/** True where joiners and marks come in pairs by right: beside Arabic, Hebrew, Indic and South-East Asian letters. */
export const isJoiningContext = (before: number, after: number): boolean =>
  ((traitOf(before) | traitOf(after)) & (JOINING | RTL)) !== 0 || isPictograph(before) || isPictograph(after);

/** The code point that ends at `at`, or 0 at the start of the text. */
export function codeBefore(text: string, at: number): number {
  if (at <= 0) return 0;
  const unit = text.charCodeAt(at - 1);
  if (unit < 0xdc00 || unit > 0xdfff || at === 1) return unit;
  const pair = text.codePointAt(at - 2) ?? unit;
  return pair > 0xffff ? pair : unit;
}

// Everything that a hidden-text detector looks at, by code unit. Of the selectors that follow an emoji only a row, or one
// behind a letter: those of ordinary emoji are in every chat.
const SEEN = 0;
const LOOK = 1;
const SELECTOR = 2;
const HIGH = 3;
const UNITS = new Uint8Array(0x10000);
for (const [from, to, trait] of [
  [0, 8, LOOK],
  [0x0e, 0x1f, LOOK],
  [0x7f, 0x7f, LOOK],
  [0x9b, 0x9b, LOOK],
  [0x9d, 0x9d, LOOK],
  [0x202a, 0x202e, LOOK],
  [0x2066, 0x2069, LOOK],
  [0xd800, 0xdbff, HIGH],
  [0xdc00, 0xf8ff, LOOK],
  [0xfdd0, 0xfdef, LOOK],
  [0xfe00, 0xfe0d, LOOK],
  [0xfe0e, 0xfe0f, SELECTOR],
  [0xfff9, 0xfffb, LOOK],
  [0xfffe, 0xffff, LOOK],
] as const)
  UNITS.fill(trait, from, to + 1);
for (let code = 0; code < 0x10000; code++) if (isHidden(code)) UNITS[code] = LOOK;

const LETTER_OR_MARK = /[\p{L}\p{M}\p{Nl}]/u;
const ROW = /[\ufe0e\ufe0f]{4}/y;

function unseenIn(text: string): boolean {
  for (let at = 0; at < text.length; at++) {
    const trait = UNITS[text.charCodeAt(at)] as number;
    if (trait === SEEN) continue;
    if (trait === LOOK) return true;
    if (trait === SELECTOR) {
      ROW.lastIndex = at;
      if (ROW.test(text) || LETTER_OR_MARK.test(String.fromCodePoint(codeBefore(text, at)))) return true;
      continue;
    }
    const code = text.codePointAt(at) as number;
    // Lone surrogates, tags and private planes, noncharacters, and the few hidden ones of the first plane.
    if (code < 0x10000 || code >= 0xe0000 || (code & 0xfffe) === 0xfffe || isHidden(code)) return true;
    at++;
  }
  return false;
}

const looked = new WeakMap<Field, boolean>();

/** True when a field holds a character that some detector of hidden text must look at; looked for once per field. */
export function holdsUnseen(field: Field): boolean {
  let holds = looked.get(field);
  if (holds === undefined) looked.set(field, (holds = unseenIn(field.text)));
  return holds;
}
