// Text for a terminal: how many columns it takes, lines cut and wrapped to fit, and the few styles used. What comes in
// is already escaped; the only escape sequences in the output are those added here.
import type { Segment } from "./drawn.ts";

const MARK = /^\p{M}$/u;
// East Asian wide and fullwidth (UAX #11), and what terminals draw as emoji.
const WIDE =
  /^(?:\p{Emoji_Presentation}|[\u1100-\u115f\u2e80-\u303e\u3041-\u33ff\u3400-\u4dbf\u4e00-\u9fff\ua000-\ua4cf\ua960-\ua97f\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6\u{16fe0}-\u{18aff}\u{1b000}-\u{1b2ff}\u{1f200}-\u{1f2ff}\u{20000}-\u{3fffd}])$/u;

/** Columns that one character takes. */
const characterColumns = (character: string): number => {
  if (character < "\u0300") return 1;
  return MARK.test(character) ? 0 : WIDE.test(character) ? 2 : 1;
};

export function columns(text: string): number {
  let sum = 0;
  for (const character of text) sum += characterColumns(character);
  return sum;
}

/** Cut to `width` columns, in the middle: the ends of a path or token say most. */
export function cut(text: string, width: number): string {
  if (text.length <= width && columns(text) <= width) return text;
  const characters = [
    ...text.slice(0, width * 2),
    ...(text.length > width * 4 ? text.slice(-width * 2) : text.slice(width * 2)),
  ];
  const tailMax = Math.floor((width - 1) / 2);
  const headMax = width - 1 - tailMax;
  const head = take(characters, headMax);
  const tail = take(characters.toReversed(), tailMax).toReversed();
  return `${head.join("")}…${tail.join("")}`.toWellFormed();
}

function take(characters: readonly string[], width: number): string[] {
  const taken: string[] = [];
  let used = 0;
  for (const character of characters) {
    used += characterColumns(character);
    if (used > width) break;
    taken.push(character);
  }
  return taken;
}

/** Lines of at most `width` columns, broken at spaces; a longer word is broken where it must be. */
export function wrap(text: string, width: number): string[] {
  const lines: string[] = [];
  let line = "";
  let used = 0;
  const end = (): void => {
    lines.push(line);
    line = "";
    used = 0;
  };
  for (const word of text.split(" ")) {
    const needs = columns(word);
    if (used > 0 && used + 1 + needs > width) end();
    if (used > 0) {
      line += " ";
      used++;
    }
    if (needs <= width - used) {
      line += word;
      used += needs;
      continue;
    }
    for (const character of word) {
      const takes = characterColumns(character);
      if (used + takes > width) end();
      line += character;
      used += takes;
    }
  }
  if (line !== "" || lines.length === 0) end();
  return lines;
}

interface Cell {
  readonly text: string;
  readonly width: number;
  readonly unseen: boolean;
  readonly mark: boolean;
}

/** The part of an excerpt that fits in one line of `width` columns, with the first mark and what is around it. */
export function fit(segments: readonly Segment[], width: number): Segment[] {
  const cells: Cell[] = segments.flatMap(({ text, unseen, mark }) =>
    (unseen ? [text] : [...text]).map((t) => ({ text: t, width: columns(t), unseen, mark })),
  );
  const total = cells.reduce((sum, cell) => sum + cell.width, 0);
  if (total <= width) return [...segments];
  const room = width - 2;
  const anchor = Math.max(
    0,
    cells.findIndex((cell) => cell.mark),
  );
  let start = anchor;
  let end = anchor;
  let used = 0;
  const grow = (index: number, most: number): boolean => {
    const cell = cells[index];
    if (!cell || used + cell.width > most) return false;
    used += cell.width;
    return true;
  };
  while (cells[end]?.mark && grow(end, room)) end++;
  const markWidth = used;
  while (start > 0 && grow(start - 1, markWidth + Math.floor((room - markWidth) / 3))) start--;
  while (end < cells.length && grow(end, room)) end++;
  while (start > 0 && grow(start - 1, room)) start--;
  const dots = { text: "…", unseen: false, mark: false };
  return joined([...(start > 0 ? [dots] : []), ...cells.slice(start, end), ...(end < cells.length ? [dots] : [])]);
}

/** Neighbours of one kind as one segment, so that each is styled once. */
function joined(cells: readonly Segment[]): Segment[] {
  const segments: Segment[] = [];
  for (const { text, unseen, mark } of cells) {
    const last = segments.at(-1);
    if (last && !unseen && !last.unseen && last.mark === mark)
      segments[segments.length - 1] = { text: last.text + text, unseen, mark };
    else segments.push({ text, unseen, mark });
  }
  return segments;
}

export type StyleName =
  | "bold"
  | "dim"
  | "red"
  | "yellow"
  | "green"
  | "cyan"
  | "blue"
  | "magenta"
  | "evidence"
  | "unseen";
export type Styles = Readonly<Record<StyleName, (text: string) => string>>;

const CODES: Readonly<Record<StyleName, string>> = {
  bold: "1",
  dim: "2",
  red: "1;31",
  yellow: "1;33",
  green: "1;32",
  cyan: "36",
  blue: "1;34",
  magenta: "1;35",
  evidence: "1;31",
  unseen: "7;35",
};

/** Styles that are plain text without colour. */
export function styles(color: boolean): Styles {
  const style = (name: StyleName): ((text: string) => string) =>
    color ? (text) => (text.trim() === "" ? text : `\u001b[${CODES[name]}m${text}\u001b[0m`) : (text) => text;
  return Object.fromEntries(Object.keys(CODES).map((name) => [name, style(name as StyleName)])) as Styles;
}
