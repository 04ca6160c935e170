// A template as its detectors see it: its tree, what it means, and what it prints as passages of text, each with the
// conditions under which it is there. Worked out once per document.
import type { DocumentPart } from "../../core/format.ts";
import type { Hit } from "../../core/detector.ts";
import { excerpt } from "../../base/escape.ts";
import { parseJinja } from "../../base/jinja/parse.ts";
import type { Template } from "../../base/jinja/ast.ts";
import { Meaning } from "./meaning.ts";
import { FROM, type Piece, type Question } from "./value.ts";

/** Stands in a passage for words of a message, and for anything else that is only known when rendered. */
export const MESSAGE_HOLE = "\u{f0000}";
export const OTHER_HOLE = "\u{f0001}";
const PASSAGE_MAX = 64 * 1024;

export interface Passage {
  readonly text: string;
  readonly questions: readonly Question[];
  /** Where in the template each part of the text comes from, by its offset in the text. */
  readonly marks: readonly (readonly [offset: number, at: number])[];
}

/** What one condition decides. */
export interface Branching {
  readonly question: Question;
  /** The fixed text that hangs on it. */
  readonly text: string;
  /** Of that, what is not printed without the condition too. */
  readonly own: string;
  /** Words of users or others hang on it too. */
  readonly holdsMessage: boolean;
  readonly at: number;
}

export class TemplateReading {
  readonly text: string;
  readonly template: Template;
  readonly meaning: Meaning;
  readonly passages: readonly Passage[];
  readonly branchings: readonly Branching[];

  constructor(text: string) {
    this.text = text;
    this.template = parseJinja(text);
    this.meaning = new Meaning(this.template);
    this.passages = passagesOf(this.meaning.output);
    this.branchings = branchingsOf(this.meaning.output);
  }

  lineOf(offset: number): number {
    let line = 1;
    for (let at = this.text.indexOf("\n"); at >= 0 && at < offset; at = this.text.indexOf("\n", at + 1)) line++;
    return line;
  }

  /** Where in the template a place of a passage comes from. */
  placeOf({ marks }: Passage, offset: number): number {
    let place = marks[0]?.[1] ?? 0;
    for (const [from, at] of marks) if (from <= offset) place = at;
    return place;
  }

  source(at: number, to: number): string {
    return this.text.slice(at, Math.min(to, at + 300));
  }

  /** A hit at a place in the template. */
  hit(at: number, to: number, message: string, more: Partial<Hit> = {}): Hit {
    return {
      message,
      lineNumber: this.lineOf(at),
      excerpt: excerpt(this.text, at, Math.min(to, at + 200), 40),
      ...more,
    };
  }
}

const drawn = ({ text, from }: Piece): string =>
  text !== "" || from === 0 ? text : (from & FROM.text) !== 0 ? MESSAGE_HOLE : OTHER_HOLE;

/** Consecutive pieces that are there under the same conditions. */
function passagesOf(output: readonly Piece[]): Passage[] {
  const passages: { text: string; questions: readonly Question[]; marks: [number, number][] }[] = [];
  let last: readonly Question[] | undefined;
  for (const piece of output) {
    const passage = passages[passages.length - 1];
    if (passage && last && sameQuestions(last, piece.because) && passage.text.length < PASSAGE_MAX) {
      passage.marks.push([passage.text.length, piece.at]);
      passage.text += drawn(piece);
    } else passages.push({ text: drawn(piece), questions: piece.because, marks: [[0, piece.at]] });
    last = piece.because;
  }
  return passages;
}

const sameQuestions = (a: readonly Question[], b: readonly Question[]): boolean =>
  a === b ||
  (a.length === b.length && a.every((one, i) => one === b[i] || (one.at === b[i]?.at && one.about === b[i]?.about)));

function branchingsOf(output: readonly Piece[]): Branching[] {
  const found = new Map<string, { -readonly [K in keyof Branching]: Branching[K] }>();
  const free = new Map<string, Piece[]>();
  for (const piece of output) {
    const key = `${piece.at} ${piece.text}`;
    const known = free.get(key);
    if (!known) free.set(key, [piece]);
    else if (known.length < 32) known.push(piece);
  }
  for (const piece of output) {
    for (const question of piece.because) {
      const key = `${question.about} ${question.at}`;
      let branching = found.get(key);
      if (!branching) found.set(key, (branching = { question, text: "", own: "", holdsMessage: false, at: piece.at }));
      if (branching.text.length < PASSAGE_MAX) branching.text += drawn(piece);
      const isFree = free
        .get(`${piece.at} ${piece.text}`)
        ?.some(({ because }) => because.every(({ at }) => at !== question.at));
      if (!isFree && branching.own.length < PASSAGE_MAX) branching.own += drawn(piece);
      if (piece.text === "" && (piece.from & FROM.text) !== 0) branching.holdsMessage = true;
    }
  }
  return [...found.values()].toSorted((a, b) => a.question.at - b.question.at);
}

const readings = new WeakMap<DocumentPart, TemplateReading>();

/** The reading of a document, worked out at the first question. */
export function templateOf(document: DocumentPart): TemplateReading {
  let reading = readings.get(document);
  if (!reading) readings.set(document, (reading = new TemplateReading(document.text)));
  return reading;
}

/** A passage for a sentence: holes drawn. */
export const shown = (text: string): string =>
  text.replaceAll(MESSAGE_HOLE, "{message}").replaceAll(OTHER_HOLE, "{…}").replaceAll(/\s+/g, " ").trim();
