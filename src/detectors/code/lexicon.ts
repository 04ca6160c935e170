// A lexicon: words and phrases in any script with spaces, looked up at each beginning of a word in one pass. An entry
// ending in `*` stands for all its endings; a space in it is one to three spaces or hyphens. A regular expression of a
// thousand alternatives says the same a hundred times slower.

interface Node {
  readonly next: Map<number, Node>;
  /** Lists, as bits, with an entry that ends here at the end of a word, and with one that ends here anyhow. */
  whole: number;
  open: number;
  /** What follows a `*` inside an entry. */
  rest?: Node;
}

export interface Lexicon {
  /** Calls `visit` with the lists (one bit each, by index) that have the words at [start, end) of the lower-case text. */
  find(lower: string, visit: (lists: number, start: number, end: number) => void): void;
}

const SPACE = 0x20;
const GAP_MAX = 3;
const ENDING_MAX = 12;

// Letters, digits and `_`: 1; what is none: 2; not asked yet: 0.
const KINDS = new Uint8Array(0x10000);
function isWord(unit: number): boolean {
  if (Number.isNaN(unit)) return false;
  let kind = KINDS[unit] as number;
  if (kind === 0) KINDS[unit] = kind = /[\p{L}\p{N}_]/u.test(String.fromCharCode(unit)) ? 1 : 2;
  return kind === 1;
}
const isGap = (unit: number): boolean => unit === SPACE || unit === 0x2d || (unit >= 9 && unit <= 13) || unit === 0xa0;

const node = (): Node => ({ next: new Map(), whole: 0, open: 0 });

/** Of lists of entries separated by commas; at most 31. */
export function buildLexicon(lists: readonly string[]): Lexicon {
  const root = node();
  for (const [index, list] of lists.entries()) {
    for (const entry of list
      .trim()
      .toLowerCase()
      .split(/\s*,\s*/)) {
      let at = root;
      const letters = entry.replaceAll(/\s+/g, " ");
      for (let i = 0; i < letters.length; i++) {
        const unit = letters.charCodeAt(i);
        if (unit === 0x2a) {
          if (i < letters.length - 1) at = at.rest ??= node();
          continue;
        }
        let child = at.next.get(unit);
        if (!child) at.next.set(unit, (child = node()));
        at = child;
      }
      if (letters.endsWith("*")) at.open |= 1 << index;
      else at.whole |= 1 << index;
    }
  }
  return {
    find(lower, visit) {
      let inWord = false;
      for (let i = 0; i < lower.length; i++) {
        const unit = lower.charCodeAt(i);
        if (!inWord) {
          const first = root.next.get(unit);
          if (first) walk(first, lower, i, i + 1, visit);
        }
        inWord = isWord(unit);
      }
    },
  };
}

// As deep as the longest entry.
function walk(
  from: Node,
  lower: string,
  start: number,
  at: number,
  visit: (lists: number, start: number, end: number) => void,
): void {
  const unit = lower.charCodeAt(at);
  if (from.whole !== 0 && !isWord(unit)) visit(from.whole, start, at);
  let end = at;
  if (from.open !== 0 || from.rest)
    while (end - at < ENDING_MAX && lower.charCodeAt(end) !== 0x5f && isWord(lower.charCodeAt(end))) end++;
  if (from.open !== 0) visit(from.open, start, end);
  if (from.rest) walk(from.rest, lower, start, end, visit);
  const next = from.next.get(unit);
  if (next && unit !== SPACE) walk(next, lower, start, at + 1, visit);
  const space = from.next.get(SPACE);
  if (space)
    for (let n = 0; n < GAP_MAX && isGap(lower.charCodeAt(at + n)); n++) walk(space, lower, start, at + n + 1, visit);
}
