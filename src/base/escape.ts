// The only way by which text from an artifact reaches a terminal, a page or a message. Whoever wrote the artifact
// controls every character of it: escape sequences would drive the reader's terminal, bidi controls would reorder what
// a reviewer sees, markup would run in a page.

// Controls, format characters, line separators, private use, unassigned and lone surrogates; the ignorable characters
// that Unicode calls letters or marks (Hangul fillers, variation selectors, the combining grapheme joiner, Khmer inherent
// vowels, Mongolian selectors) and the blank Braille pattern.
const UNSEEN = /[\p{Cc}\p{Cf}\p{Co}\p{Cn}\p{Cs}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}\u2800]/gu;
// In a quotation the guillemets that frame it too, so that no text can pass for the end of one.
const FRAME = /[\u2039\u203a]/g;

function draw(character: string): string {
  if (character === "\n") return "⏎";
  if (character === "\t") return "⇥";
  if (character === "\r") return "␍";
  return `‹U+${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, "0")}›`;
}

/**
 * One line in which everything unseen is drawn: newlines as `⏎`, tabs as `⇥`, other invisible characters as `‹U+200B›`.
 * Joiners and variation selectors inside emoji, and ZWNJ/ZWJ inside words of scripts that need them, are drawn too:
 * a reviewer of evidence wants to see them. Drawing what is drawn already changes nothing.
 */
export function visible(text: string): string {
  return text.replace(UNSEEN, draw);
}

const quoted = (text: string): string => visible(text.replace(FRAME, (c) => (c === "\u2039" ? "<" : ">")));

/** Text for a sentence: visible, cut to `max` characters as drawn, in the middle, in guillemets. */
export const quote = (text: string, max = 80): string => `‹${clipped(text, max, quoted)}›`;

/** Visible text, cut to `max` characters as drawn, in the middle. */
export const clip = (text: string, max: number): string => clipped(text, max, visible);

function clipped(text: string, max: number, show: (text: string) => string): string {
  // Only what can be shown is drawn: the text may be megabytes, and drawing makes it longer. A character is at most two
  // units, and each is drawn as one character or more.
  const short = text.length <= 4 * max;
  const head = Array.from(short ? text : text.slice(0, 2 * max));
  const tail = Array.from(short ? "" : text.slice(pairStart(text, text.length - 2 * max)));
  const drawn = [...head, ...tail].map(show);
  const widths = drawn.map((piece) => [...piece].length);
  const total = widths.reduce((sum, width) => sum + width, 0);
  if (short && total <= max) return drawn.join("");
  const left = Math.ceil(((max - 1) * 2) / 3);
  let from = 0;
  for (let used = 0; from < drawn.length && used + (widths[from] ?? 0) <= left; from++) used += widths[from] ?? 0;
  let to = drawn.length;
  for (let used = 0; to > from && used + (widths[to - 1] ?? 0) <= max - 1 - left; to--) used += widths[to - 1] ?? 0;
  return `${drawn.slice(0, from).join("")}…${drawn.slice(to).join("")}`;
}

/** About `around` characters either side of [start, end) in `text`, raw; a long middle is cut. Never splits a pair. */
export function excerpt(text: string, start: number, end: number, around = 40, middleMax = 160): string {
  const first = pairStart(text, Math.min(Math.max(0, start), text.length));
  const last = pairEnd(text, Math.min(Math.max(first, end), text.length));
  const from = pairStart(text, Math.max(0, first - around));
  const to = pairEnd(text, Math.min(text.length, last + around));
  const before = (from > 0 ? "…" : "") + text.slice(from, first);
  const after = text.slice(last, to) + (to < text.length ? "…" : "");
  let middle = text.slice(first, last);
  if (middle.length > middleMax) {
    const head = pairStart(text, first + Math.ceil((middleMax * 3) / 4));
    const tail = pairEnd(text, last - Math.floor(middleMax / 4));
    middle = `${text.slice(first, head)}…${text.slice(tail, last)}`;
  }
  return before + middle + after;
}

const splitsPair = (text: string, at: number): boolean => {
  const unit = text.charCodeAt(at);
  const previous = text.charCodeAt(at - 1);
  return unit >= 0xdc00 && unit <= 0xdfff && previous >= 0xd800 && previous <= 0xdbff;
};
const pairStart = (text: string, at: number): number => (splitsPair(text, at) ? at - 1 : at);
const pairEnd = (text: string, at: number): number => (splitsPair(text, at) ? at + 1 : at);

/** Text for HTML element content or a quoted attribute. */
export function html(text: string): string {
  return visible(text).replace(/[&<>"'`=]/g, (c) => `&#${c.charCodeAt(0)};`);
}

const MARKDOWN: Readonly<Record<string, string>> = {
  "<": "&lt;",
  ">": "&gt;",
  "&": "&amp;",
  // GitHub finds mentions, issue numbers, emoji names, e-mail addresses and formulas in the text after Markdown is done,
  // where a backslash or an entity is gone already; an empty comment or an element still stands between.
  "@": "@<!-- -->",
  "#": "\\#<!-- -->",
  ":": ":<!-- -->",
  $: "<span>$</span>",
};

/** Text for one line of Markdown, as literal as GitHub shows it: no links, mentions, images, tables or markup. */
export function markdown(text: string): string {
  return visible(text).replace(/[\\`*_{}[\]()<>#+\-.!|~:@&/=$]/g, (c) => MARKDOWN[c] ?? `\\${c}`);
}
