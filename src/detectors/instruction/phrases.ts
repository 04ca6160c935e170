// Phrases in many languages, found in linear time. A phrase is a few slots (a verb, a qualifier, a noun), each a list of
// words; it stands where one word of every slot falls within a short span of one sentence, in any order, so that word
// order, spacing and filler do not matter. The first slot holds the rarest words: they are the anchors, and only the text
// around them is looked at. No regular expression here repeats anything, whatever the text.
import type { Anchor } from "../../core/detector.ts";
import { assert } from "../../base/assert.ts";

export interface Phrase {
  readonly language: string;
  /** Characters from the first word to the last. */
  readonly span: number;
  /** `word` stands alone, `stem*` begins a word; scripts without spaces match anywhere. The first slot is the pivot; in
   * a term of several words `=` marks the rare one, or else the longest is taken. */
  readonly slots: readonly (readonly string[])[];
}

export interface PhraseMatch {
  readonly language: string;
  readonly phrase: number;
  readonly start: number;
  readonly end: number;
}

export interface Lexicon {
  readonly anchors: readonly Anchor[];
  /** Matches in order of the text, not overlapping. `folded` comes from `fold`. */
  find(folded: string): PhraseMatch[];
}

const FOLDABLE = /[\u00df-\u024f\u0451\u0622-\u0625\u1e00-\u1eff\uff10-\uff5a]/g;
const ODD: Readonly<Record<string, string>> = { ı: "i", ł: "l", ø: "o", đ: "d", ё: "е", آ: "ا", أ: "ا", إ: "ا" };
const oneUnit = (character: string): string => {
  const lower = character.toLowerCase();
  return lower.length === 1 ? lower : (lower[0] ?? character);
};

/** Lower case without Latin accents or full-width forms, unit for unit: offsets stay true. */
export function fold(text: string): string {
  let lower = text.toLowerCase();
  // A few capitals grow in lower case (U+0130), which would shift every offset after them.
  if (lower.length !== text.length) lower = text.replace(/[A-Z\u00c0-\uffff]/g, oneUnit);
  return lower.replace(FOLDABLE, (c) => {
    const plain = ODD[c] ?? c.normalize("NFKD")[0] ?? c;
    return plain.length === 1 ? plain : c;
  });
}

/** Matches of one phrase kept from one field: enough to find the worst of them, not to be drowned in them (CWE-770). */
const MATCHES_MAX = 64;

const WORD_SCRIPT = /^[a-z0-9\u0370-\u052f]/;
const LETTER = /[a-z0-9_\u0370-\u052f]/;
const SENTENCE_END = /[.!?][\s"')\]]|[。！？؟।]/;
const escaped = (term: string): string =>
  term.replaceAll(/[\\^$.*+?()[\]{}|/]/g, String.raw`\$&`).replaceAll(" ", String.raw`\s{1,3}`);

interface Slot {
  readonly stems: ReadonlySet<string>;
  readonly words: ReadonlySet<string>;
}
interface Compiled extends Phrase {
  readonly pivots: readonly string[];
  readonly pattern: RegExp;
  readonly sets: readonly Slot[];
  /** The first word of every term of each slot: a text without any of one slot's cannot match. */
  readonly heads: readonly (readonly string[])[];
}

const longestFirst = (a: string, b: string): number => b.length - a.length || (a < b ? -1 : 1);

const pivotOf = (term: string): string => {
  const words = term.replace("*", "").split(" ");
  return words.find((w) => w.startsWith("="))?.slice(1) ?? words.sort(longestFirst)[0] ?? term;
};

function compilePhrase(phrase: Phrase): Compiled {
  const sets = phrase.slots
    .map((marked) => marked.map((t) => t.replace("=", "")))
    .map((terms) => ({
      stems: new Set(terms.filter((t) => t.endsWith("*")).map((t) => fold(t.slice(0, -1)))),
      words: new Set(terms.filter((t) => !t.endsWith("*")).map(fold)),
    }));
  const heads = sets.map((s) => [...new Set([...s.stems, ...s.words].map((t) => t.split(" ")[0] ?? t))]);
  const groups = sets.map((s) => `(${[...s.stems, ...s.words].sort(longestFirst).map(escaped).join("|")})`);
  const pivots = (phrase.slots[0] ?? []).map((t) => fold(pivotOf(t)));
  return { ...phrase, sets, heads, pivots: [...new Set(pivots)], pattern: new RegExp(groups.join("|"), "g") };
}

// What of a word survives in raw bytes whatever its case and accents: its longest run of ASCII or of non-ASCII.
function anchorsOf(term: string): string[] {
  const word = pivotOf(term);
  const runs = word.match(/[a-z0-9_-]{3,}|\P{ASCII}+/gu) ?? [];
  const run = runs.sort((a, b) => Buffer.byteLength(b) - Buffer.byteLength(a))[0];
  assert(run !== undefined && Buffer.byteLength(run) > 2, `a pivot needs a word that raw bytes show: ${term}`);
  // Raw search knows no case beyond ASCII: a capital can only be the first letter, or all of them.
  if (/^[\u0370-\u052f]/.test(run)) return [run.slice(1), run.slice(1).toUpperCase()];
  return [run];
}

export function lexicon(phrases: readonly Phrase[]): Lexicon {
  const compiled = phrases.map(compilePhrase);
  const anchors = [...new Set(phrases.flatMap((p) => (p.slots[0] ?? []).flatMap(anchorsOf)))].sort();
  return {
    anchors,
    find(folded) {
      const matches: PhraseMatch[] = [];
      compiled.forEach((phrase, index) => {
        let count = 0;
        if (
          !phrase.pivots.some((p) => folded.includes(p)) ||
          !phrase.heads.every((words) => words.some((w) => folded.includes(w)))
        )
          return;
        for (const [from, to] of ranges(folded, phrase)) {
          for (const place of sweep(folded, phrase, from, to)) {
            matches.push({ language: phrase.language, phrase: index, ...place });
            if (++count >= MATCHES_MAX) return;
          }
        }
      });
      matches.sort((a, b) => a.start - b.start || b.end - a.end);
      let end = -1;
      return matches.filter((m) => (m.start < end ? false : ((end = m.end), true)));
    },
  };
}

// The text within one span of any pivot, as disjoint ranges, so that a field full of pivots is still read once.
function ranges(folded: string, phrase: Compiled): [number, number][] {
  const found: number[] = [];
  for (const pivot of phrase.pivots)
    for (let at = folded.indexOf(pivot); at !== -1; at = folded.indexOf(pivot, at + pivot.length)) found.push(at);
  found.sort((a, b) => a - b);
  const merged: [number, number][] = [];
  for (const at of found) {
    const last = merged.at(-1);
    const to = Math.min(folded.length, at + phrase.span + 40);
    if (last && at - phrase.span <= last[1]) last[1] = to;
    else merged.push([Math.max(0, at - phrase.span), to]);
  }
  return merged;
}

function* sweep(folded: string, phrase: Compiled, from: number, to: number): Generator<{ start: number; end: number }> {
  const { pattern, sets, span } = phrase;
  const last: ({ start: number; end: number } | undefined)[] = sets.map(() => undefined);
  pattern.lastIndex = from;
  for (let match = pattern.exec(folded); match !== null && match.index < to; match = pattern.exec(folded)) {
    let slot = 0;
    while (slot < sets.length - 1 && match[slot + 1] === undefined) slot++;
    const start = match.index;
    const end = start + match[0].length;
    if (!standsAlone(folded, start, end, match[0], sets[slot])) {
      pattern.lastIndex = start + 1;
      continue;
    }
    last[slot] = { start, end };
    let first = start;
    if (!last.every((place) => place !== undefined && ((first = Math.min(first, place.start)), true))) continue;
    if (end - first > span || SENTENCE_END.test(folded.slice(first, end))) continue;
    yield { start: first, end };
    last.fill(undefined);
  }
}

function standsAlone(folded: string, start: number, end: number, word: string, slot: Slot | undefined): boolean {
  if (!WORD_SCRIPT.test(word)) return true;
  if (start > 0 && LETTER.test(folded[start - 1] ?? "")) return false;
  const term = word.replaceAll(/\s+/g, " ");
  return slot?.stems.has(term) === true || end >= folded.length || !LETTER.test(folded[end] ?? "");
}
