// Text as tokens for statistics over a dataset: words in lower case, ideographs and Thai-like letters one by one, every
// other visible character by itself, and invisible characters by their code, so that a trigger made of them is a token
// like any other. Linear in the text.
import { type Dictionary, HASH_START, mix } from "./dictionary.ts";

const SPACE = 0;
const SINGLE = 1;
const WORD = 2;
const ASCII_WORD = 3;

/** A longer token is cut: an attacker's endless word must not fill the dictionary (CWE-770). */
const TOKEN_UNITS_MAX = 40;

const kindsOfAscii = (): Uint8Array =>
  Uint8Array.from({ length: 0x80 }, (_, unit) => {
    const letter = String.fromCharCode(unit);
    return /\s/.test(letter) ? SPACE : /\w/.test(letter) ? ASCII_WORD : SINGLE;
  });

let ascii: Uint8Array | undefined;
let all: Uint8Array | undefined;
const BEYOND_ASCII = /[^\0-\x7f]/;

/** The kinds of the units of a text. Those of all units take longer to make than a small dataset to read. */
const kindsFor = (text: string): Uint8Array =>
  all ?? (BEYOND_ASCII.test(text) ? (all = kindsOfUnits()) : (ascii ??= kindsOfAscii()));

/** Kinds of UTF-16 units. Scripts written without spaces have letters as tokens. */
function kindsOfUnits(): Uint8Array {
  const made = new Uint8Array(0x10000).fill(SINGLE);
  for (let unit = 0; unit < 0x10000; unit += 0x2000) {
    const text = String.fromCharCode(...Array.from({ length: 0x2000 }, (_, i) => unit + i));
    const mark = (pattern: RegExp, kind: number): void => {
      for (const { 0: run, index } of text.matchAll(pattern)) made.fill(kind, unit + index, unit + index + run.length);
    };
    mark(/[\p{L}\p{M}\p{N}_]+/gu, WORD);
    mark(/[\p{sc=Han}\p{sc=Hiragana}\p{sc=Katakana}\p{sc=Thai}\p{sc=Lao}\p{sc=Khmer}\p{sc=Myanmar}]+/gu, SINGLE);
    mark(/\s+/gu, SPACE);
  }
  // The mark of byte order counts as white space and is invisible; half of a pair is a character with the other.
  made[0xfeff] = SINGLE;
  made.fill(SINGLE, 0xd800, 0xe000);
  for (let unit = 0; unit < 0x80; unit++) if (made[unit] === WORD) made[unit] = ASCII_WORD;
  return made;
}

const isPair = (text: string, at: number): boolean =>
  (text.charCodeAt(at) & 0xfc00) === 0xd800 && (text.charCodeAt(at + 1) & 0xfc00) === 0xdc00;

/**
 * Calls `take` with the number of each token from `from` on, at most `max` of them; returns where it stopped.
 */
export function eachNumber(
  text: string,
  from: number,
  max: number,
  dictionary: Dictionary,
  take: (number: number) => void,
): number {
  const kindOf = kindsFor(text);
  const { length } = text;
  let at = from;
  for (let count = 0; count < max;) {
    let unit = 0;
    let kind = SPACE;
    while (at < length && (kind = kindOf[(unit = text.charCodeAt(at))] as number) === SPACE) at++;
    if (at >= length) return length;
    count++;
    const start = at++;
    if (kind === SINGLE) {
      if ((unit & 0xfc00) === 0xd800 && isPair(text, start)) take(dictionary.of(text.slice(start, ++at)));
      else take(dictionary.ofUnit(unit));
      continue;
    }
    let hash = HASH_START;
    let ascii = kind === ASCII_WORD;
    if (ascii) hash = mix(hash, unit >= 0x41 && unit <= 0x5a ? unit + 0x20 : unit);
    for (; at < length && (kind = kindOf[(unit = text.charCodeAt(at))] as number) >= WORD; at++) {
      if (kind === WORD) ascii = false;
      else hash = mix(hash, unit >= 0x41 && unit <= 0x5a ? unit + 0x20 : unit);
    }
    if (ascii && at - start <= TOKEN_UNITS_MAX) take(dictionary.ofAscii(text, start, at, hash));
    else take(dictionary.of(text.slice(start, Math.min(at, start + TOKEN_UNITS_MAX)).toLowerCase()));
  }
  return at;
}

/** Where the last `count` tokens of the text begin, and how many of them there are at or after `floor`. */
export function lastTokens(
  text: string,
  floor: number,
  count: number,
): { readonly at: number; readonly found: number } {
  const kindOf = kindsFor(text);
  let at = text.length;
  let start = at;
  let found = 0;
  while (found < count) {
    while (at > floor && kindOf[text.charCodeAt(at - 1)] === SPACE) at--;
    if (at <= floor) break;
    at--;
    if ((kindOf[text.charCodeAt(at)] as number) >= WORD)
      while (at > floor && (kindOf[text.charCodeAt(at - 1)] as number) >= WORD) at--;
    else if (at > floor && isPair(text, at - 1)) at--;
    start = at;
    found++;
  }
  return { at: start, found };
}

/** Calls `take` with each token in order, as long as it returns true. */
export function eachToken(text: string, take: (token: string) => boolean): void {
  const kindOf = kindsFor(text);
  for (let at = 0; at < text.length;) {
    const kind = kindOf[text.charCodeAt(at)] as number;
    const start = at++;
    if (kind === SPACE) continue;
    if (kind >= WORD) while (at < text.length && (kindOf[text.charCodeAt(at)] as number) >= WORD) at++;
    else if (isPair(text, start)) at++;
    if (!take(text.slice(start, Math.min(at, start + TOKEN_UNITS_MAX)).toLowerCase())) return;
  }
}
