// Phrases in many languages, found in linear time. A phrase is a few slots (a verb, a qualifier, a noun), each a list of
// words; it stands where one word of every slot falls within a short span of one sentence, in any order, so that word
// order, spacing and filler do not matter. The first slot holds the rarest words: only the text around them is looked at.
// No regular expression here repeats anything, whatever the text.
import type { Anchor, Literal } from "../../core/detector.ts";
import { assert } from "../../base/assert.ts";
import { fold, type Folded } from "./fold.ts";

export interface Phrase {
  readonly language: string;
  /** Characters from the first word to the last. */
  readonly span: number;
  /** `word` stands alone, `stem*` begins a word; scripts without spaces match anywhere. The first slot is the pivot; in
   * a term of several words `=` marks the rare one, or else the longest is taken. */
  readonly slots: readonly (readonly string[])[];
  /** What raw bytes must show of it, where that can be said more narrowly than "a word of every slot". */
  readonly anchors?: readonly Anchor[];
}

export interface PhraseMatch {
  readonly language: string;
  readonly phrase: number;
  readonly start: number;
  readonly end: number;
}

export interface Lexicon {
  readonly phrases: readonly Phrase[];
  readonly anchors: readonly Anchor[];
  /** Matches in order of the text, not overlapping. */
  find(folded: Folded): PhraseMatch[];
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
}

const longestFirst = (a: string, b: string): number => b.length - a.length || (a < b ? -1 : 1);

/** The word of a term that is looked for. */
const pivotOf = (term: string): string => {
  const words = term.normalize("NFC").replace("*", "").split(" ");
  return words.find((w) => w.startsWith("="))?.slice(1) ?? words.sort(longestFirst)[0] ?? term;
};

function compilePhrase(phrase: Phrase): Compiled {
  const sets = phrase.slots
    .map((marked) => marked.map((t) => t.replace("=", "")))
    .map((terms) => ({
      stems: new Set(terms.filter((t) => t.endsWith("*")).map((t) => fold(t.slice(0, -1)))),
      words: new Set(terms.filter((t) => !t.endsWith("*")).map(fold)),
    }));
  const groups = sets.map((s) => `(${[...s.stems, ...s.words].sort(longestFirst).map(escaped).join("|")})`);
  const pivots = (phrase.slots[0] ?? []).map((t) => fold(pivotOf(t)));
  return { ...phrase, sets, pivots: [...new Set(pivots)], pattern: new RegExp(groups.join("|"), "g") };
}

/** Spellings of one word of which one is in the raw bytes of any text that holds it; none where it is too short. */
function literalsOf(word: string): string[] {
  const run = (word.match(/[a-z0-9_&:-]+/g) ?? []).sort(longestFirst)[0] ?? "";
  // Raw bytes show accents as one character, as two, or not at all; a run of plain letters is the same in all three.
  if (run.length >= LITERAL_MIN && (run.length >= 7 || run.length >= word.length - 2)) return [run];
  if (!/\P{ASCII}/u.test(word) || Buffer.byteLength(word) < LITERAL_MIN) return [];
  // Cyrillic and Arabic letters that decompose, or that lose a mark in folding, are left out of what is looked for.
  const kept = (/^[\u0400-\u06ff]/.test(word) ? word.match(/[^йёїўѓќآأإؤئ]{2,}/g) : null)?.sort(longestFirst)[0];
  if (kept !== undefined) return [kept];
  const plain = fold(word);
  // Without its accents a short word is part of too many others.
  const forms = [word, word.normalize("NFD"), ...(/^[a-z]{1,4}$/.test(plain) ? [] : [plain])];
  return [...new Set(forms)];
}

// Bytes: shorter ones are too common, and cost the search more than all others.
const LITERAL_MIN = 4;

/** A pivot behind another word of its term has white space before it: the search can ask for the word alone. */
const isAlone = (term: string, word: string): boolean =>
  !term.endsWith("*") && /^[a-z]{4,}$/.test(word) && !term.replaceAll("=", "").startsWith(word);

/** The spellings of some terms, without those that another one is a part of; undefined when a term has none. */
function literalsOfAll(terms: readonly string[]): Literal[] | undefined {
  const parts = new Set<string>();
  const words = new Set<string>();
  for (const term of terms) {
    const pivot = pivotOf(term);
    const literals = literalsOf(pivot);
    if (literals.length === 0) return undefined;
    for (const literal of literals) (isAlone(term, pivot) ? words : parts).add(literal);
  }
  const isCovered = (literal: string): boolean => [...parts].some((part) => part !== literal && literal.includes(part));
  return [
    ...[...parts].filter((part) => !isCovered(part)).sort(),
    ...[...words]
      .filter((word) => !parts.has(word) && !isCovered(word))
      .sort()
      .map((word) => ({ word })),
  ];
}

// What raw bytes show of a phrase: a word of each slot that has one in every term, and of a pivot of several words the
// others too, where they are no mere "not" or "the".
function anchorsOf(phrase: Phrase): readonly Anchor[] {
  if (phrase.anchors !== undefined) return phrase.anchors;
  const [pivots = [], ...rest] = phrase.slots;
  const others = rest.flatMap((slot) => {
    const literals = literalsOfAll(slot);
    return literals === undefined ? [] : [literals];
  });
  const byCompany = new Map<string, { readonly company: readonly Literal[]; readonly terms: string[] }>();
  for (const term of pivots) {
    const company = term
      .replaceAll(/[=*]/g, "")
      .split(" ")
      .flatMap((word, at): Literal[] => {
        if (word === pivotOf(term) || !/^[a-z]{4,}$/.test(word)) return [];
        return at === 0 ? [word] : [{ word }];
      });
    const key = JSON.stringify(company);
    const known = byCompany.get(key) ?? { company, terms: [] };
    known.terms.push(term);
    byCompany.set(key, known);
  }
  const found: Anchor[] = [];
  const alone = new Set(byCompany.get("[]")?.terms.map(pivotOf));
  for (const { company, terms } of byCompany.values()) {
    // "not tell" asks for "tell" only, and so covers "never tell".
    const own = company.length === 0 ? terms : terms.filter((term) => !alone.has(pivotOf(term)));
    if (own.length === 0) continue;
    const pivot = literalsOfAll(own);
    assert(pivot !== undefined, `a pivot needs words that raw bytes show: ${own.join(", ")}`);
    const parts = [pivot, ...company, ...others];
    // The slots lie within a span of characters. In bytes a character of another script, escaped and with its accent
    // apart, is twelve; an ASCII one three at most.
    const plain = !/[^\0-\x7f]/.test(JSON.stringify(parts));
    if (parts.length > 1) found.push({ all: parts, within: phrase.span * (plain ? 3 : 12) + 64 });
    else found.push(...pivot);
  }
  return found;
}

// Pivots are looked for by script: most texts are of one, and hold no pivot of the others.
const SCRIPTS: readonly RegExp[] = [
  /[\u0370-\u052f]/,
  /[\u0590-\u05ff]/,
  /[\u0600-\u06ff]/,
  /[\u0900-\u097f]/,
  /[\u0980-\u0dff]/,
  /[\u0e00-\u0e7f]/,
  /[\u3040-\u9fff]/,
  /[\uac00-\ud7af]/,
];
const BEYOND_LATIN = /[\u0370-\u0e7f\u3040-\u9fff\uac00-\ud7af]/;

interface Pivot {
  readonly word: string;
  /** Letters before the first mark in it. */
  readonly head: number;
  /** Which phrases it is a pivot of. */
  readonly phrases: readonly number[];
}
type Seen = (pivot: Pivot, at: number) => void;

type Finder = (text: string, seen: Seen) => void;

// In Latin text a pivot begins a word: a tree of their letters is walked from the start of each word, and left at the
// first letter that begins no pivot.
const CLASSES = 32;
const CLASS_OF = new Uint8Array(128);
for (let code = 0; code < 128; code++) {
  const c = String.fromCharCode(code).toLowerCase();
  if (c >= "a" && c <= "z") CLASS_OF[code] = 1 + c.charCodeAt(0) - 97;
  else if (c === "_") CLASS_OF[code] = 27;
  else if (c >= "0" && c <= "9") CLASS_OF[code] = 28;
}
const START = 0;
const LOST = 1;

function latinFinder(pivots: readonly Pivot[]): Finder {
  const rows: number[][] = [START, LOST].map(() => [START, ...Array.from({ length: CLASSES - 1 }, () => LOST)]);
  const ended: Pivot[][] = [[], []];
  for (const pivot of pivots) {
    let node = START;
    // A pivot with a mark in it is walked up to the mark, and then compared.
    for (const letter of pivot.word.slice(0, pivot.head)) {
      const row = rows[node] as number[];
      const c = CLASS_OF[letter.charCodeAt(0)] as number;
      if (row[c] === LOST) {
        row[c] = rows.length;
        rows.push([START, ...Array.from({ length: CLASSES - 1 }, () => LOST)]);
        ended.push([]);
      }
      node = row[c] as number;
    }
    ended[node]?.push(pivot);
  }
  const next = Uint16Array.from(rows.flat());
  const ends = Uint8Array.from(ended, (list) => (list.length > 0 ? 1 : 0));
  return (text, seen) => {
    let node = START;
    for (let at = 0; at < text.length; at++) {
      const code = text.charCodeAt(at);
      node = next[node * CLASSES + (code < 128 ? (CLASS_OF[code] as number) : 0)] as number;
      if (ends[node] === 0) continue;
      for (const pivot of ended[node] as Pivot[]) {
        const start = at + 1 - pivot.head;
        if (text.startsWith(pivot.word, start)) seen(pivot, start);
      }
    }
  };
}

function scriptFinder(script: RegExp, pivots: readonly Pivot[]): Finder {
  const heads = pivots.filter(({ word }) => !pivots.some((b) => b.word !== word && word.startsWith(b.word)));
  const begun = new Map(
    heads.map(({ word }) => [word, pivots.filter((pivot) => pivot.word.startsWith(word))] as const),
  );
  const pattern = new RegExp(heads.map(({ word }) => escaped(word)).join("|"), "g");
  return (text, seen) => {
    if (!script.test(text)) return;
    pattern.lastIndex = 0;
    for (let match = pattern.exec(text); match !== null; match = pattern.exec(text)) {
      pattern.lastIndex = match.index + 1;
      for (const pivot of begun.get(match[0]) ?? [])
        if (text.startsWith(pivot.word, match.index)) seen(pivot, match.index);
    }
  };
}

function finderOf(compiled: readonly Compiled[]): Finder {
  const all = [...new Set(compiled.flatMap(({ pivots }) => pivots))].map((word) => ({
    word,
    head: /^\w*/.exec(word)?.[0].length ?? 0,
    phrases: compiled.flatMap(({ pivots }, index) => (pivots.includes(word) ? [index] : [])),
  }));
  const own = (script: RegExp | undefined): Pivot[] =>
    all.filter(({ word }) => SCRIPTS.find((s) => s.test(word[0] ?? "")) === script);
  const latin = latinFinder(own(undefined));
  const others = SCRIPTS.flatMap((script) => (own(script).length === 0 ? [] : [scriptFinder(script, own(script))]));
  return (text, seen) => {
    latin(text, seen);
    if (BEYOND_LATIN.test(text)) for (const find of others) find(text, seen);
  };
}

// The phrases of all lexicons, numbered. A text is searched once for the pivots of all of them, whichever asks first:
// their detectors mostly look at the same records.
const everyPhrase: Phrase[] = [];
let compiled: readonly Compiled[] = [];
let findPivots: Finder = () => undefined;
const placesOf = new WeakMap<Folded, ReadonlyMap<number, number[]>>();

function pivotsIn(folded: Folded): ReadonlyMap<number, number[]> {
  if (compiled.length !== everyPhrase.length) {
    compiled = everyPhrase.map(compilePhrase);
    findPivots = finderOf(compiled);
  }
  let places = placesOf.get(folded);
  if (places === undefined) {
    const found = new Map<number, number[]>();
    findPivots(folded.text, ({ phrases }, at) => {
      for (const phrase of phrases) {
        const list = found.get(phrase);
        if (list) list.push(at);
        else found.set(phrase, [at]);
      }
    });
    placesOf.set(folded, (places = found));
  }
  return places;
}

export function lexicon(phrases: readonly Phrase[]): Lexicon {
  const first = everyPhrase.length;
  everyPhrase.push(...phrases);
  const anchors = [...new Map(phrases.flatMap(anchorsOf).map((anchor) => [JSON.stringify(anchor), anchor])).values()];
  return {
    phrases,
    anchors,
    find(whole) {
      const places = pivotsIn(whole);
      if (places.size === 0) return [];
      const matches: PhraseMatch[] = [];
      const { text: folded } = whole;
      for (let index = 0; index < phrases.length; index++) {
        const list = places.get(first + index);
        if (list === undefined) continue;
        const phrase = compiled[first + index] as Compiled;
        let count = 0;
        for (const [from, to] of ranges(list, phrase.span, folded.length)) {
          if (count >= MATCHES_MAX) break;
          for (const place of sweep(folded, phrase, from, to)) {
            matches.push({ language: phrase.language, phrase: index, ...place });
            if (++count >= MATCHES_MAX) break;
          }
        }
      }
      matches.sort((a, b) => a.start - b.start || b.end - a.end || a.phrase - b.phrase);
      let end = -1;
      return matches.filter((m) => (m.start < end ? false : ((end = m.end), true)));
    },
  };
}

// The text within one span of any pivot, as disjoint ranges, so that a field full of pivots is still read once.
function ranges(places: number[], span: number, length: number): [number, number][] {
  const merged: [number, number][] = [];
  for (const at of places.sort((a, b) => a - b)) {
    const last = merged.at(-1);
    const to = Math.min(length, at + span + 40);
    if (last && at - span <= last[1]) last[1] = to;
    else merged.push([Math.max(0, at - span), to]);
  }
  return merged;
}

function* sweep(folded: string, phrase: Compiled, from: number, to: number): Generator<{ start: number; end: number }> {
  const { pattern, sets, span } = phrase;
  const last: ({ start: number; end: number } | undefined)[] = sets.map(() => undefined);
  const text = folded.slice(from, to);
  pattern.lastIndex = 0;
  for (let match = pattern.exec(text); match !== null; match = pattern.exec(text)) {
    let slot = 0;
    while (slot < sets.length - 1 && match[slot + 1] === undefined) slot++;
    const start = from + match.index;
    const end = start + match[0].length;
    if (!standsAlone(folded, start, end, match[0], sets[slot])) {
      pattern.lastIndex = match.index + 1;
      continue;
    }
    last[slot] = { start, end };
    let first = start;
    if (!last.every((place) => place !== undefined && ((first = Math.min(first, place.start)), true))) continue;
    if (end - first > span || SENTENCE_END.test(folded.slice(first, end))) continue;
    const resume = pattern.lastIndex;
    yield { start: first, end };
    pattern.lastIndex = resume;
    last.fill(undefined);
  }
}

function standsAlone(folded: string, start: number, end: number, word: string, slot: Slot | undefined): boolean {
  if (!WORD_SCRIPT.test(word)) return true;
  if (start > 0 && LETTER.test(folded[start - 1] ?? "")) return false;
  const term = word.replaceAll(/\s+/g, " ");
  return slot?.stems.has(term) === true || end >= folded.length || !LETTER.test(folded[end] ?? "");
}
