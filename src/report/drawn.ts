// An excerpt as segments that an output can style: plain text, characters that would otherwise be unseen, and the part
// that is the evidence. The excerpt is written by whoever wrote the artifact; every character of it is drawn by
// `visible`, so no segment holds anything a terminal or page would act on.
import { visible } from "../base/escape.ts";
import type { Finding, Sample } from "../core/report.ts";

export interface Segment {
  readonly text: string;
  readonly unseen: boolean;
  readonly mark: boolean;
}

/** A longer run of unseen characters is drawn as one, with its length: a message of 500 tag characters is 500 chips. */
const RUN_MIN = 4;
/** An excerpt is cut by its detector; one that is not cannot flood the page. */
const EXCERPT_MAX = 2_000;
/** Strings searched for in each excerpt. */
const NEEDLES_MAX = 16;
const NEEDLE_LENGTH_MAX = 400;

/** The excerpt of a sample in segments, each of one kind. */
export function drawSample(finding: Finding, sample: Sample): Segment[] {
  const text = clip(sample.excerpt);
  return draw(text, marks(text, finding, sample));
}

export function draw(text: string, marked: readonly (readonly [number, number])[] = []): Segment[] {
  const segments: Segment[] = [];
  let run: string[] = [];
  let runMark = false;
  let plain = "";
  let plainMark = false;
  const flushPlain = (): void => {
    if (plain !== "") segments.push({ text: plain, unseen: false, mark: plainMark });
    plain = "";
  };
  const flushRun = (): void => {
    if (run.length >= RUN_MIN) {
      const [first, last] = [run[0] ?? "", run.at(-1) ?? ""];
      const names = first === last ? first.slice(1, -1) : `${first.slice(1, -1)}…${last.slice(1, -1)}`;
      segments.push({ text: `‹${run.length} invisible ${names}›`, unseen: true, mark: runMark });
    } else for (const token of run) segments.push({ text: token, unseen: true, mark: runMark });
    run = [];
  };
  let at = 0;
  for (const character of text) {
    const mark = marked.some(([start, end]) => at >= start && at < end);
    at += character.length;
    const shown = visible(character);
    if (shown !== character && shown.length > 1) {
      flushPlain();
      if (run.length > 0 && runMark !== mark) flushRun();
      runMark = mark;
      run.push(shown);
      continue;
    }
    flushRun();
    if (shown !== character) {
      flushPlain();
      segments.push({ text: shown, unseen: true, mark });
      continue;
    }
    if (plain !== "" && plainMark !== mark) flushPlain();
    plainMark = mark;
    plain += character;
  }
  flushRun();
  flushPlain();
  return segments;
}

const clip = (text: string): string =>
  text.length <= EXCERPT_MAX ? text : `${text.slice(0, EXCERPT_MAX)}…`.toWellFormed();

// Which part of an excerpt is the evidence. A report names it in words (the rule, the quotes in the message, the
// evidence) and, for the first place, in offsets; an excerpt that holds none of them is shown unmarked.
function marks(text: string, finding: Finding, sample: Sample): (readonly [number, number])[] {
  const { drawn, rawAt } = drawnWithOffsets(text);
  const haystack = foldAscii(drawn);
  const found: [number, number][] = [];
  for (const needle of needles(finding)) {
    let from = 0;
    for (
      let hit = haystack.indexOf(needle, from);
      hit >= 0 && found.length < 64;
      hit = haystack.indexOf(needle, from)
    ) {
      found.push([rawAt[hit] ?? 0, rawAt[hit + needle.length] ?? text.length]);
      from = hit + needle.length;
    }
  }
  if (found.length > 0) return found;
  return offsets(text, finding, sample);
}

// `excerpt` of base/escape leaves 40 characters before the hit, and an ellipsis where more were cut.
const AROUND = 40;
const MIDDLE_MAX = 160;
function offsets(text: string, { location }: Finding, sample: Sample): (readonly [number, number])[] {
  const { start, end } = location;
  if (start === undefined || end === undefined || end <= start) return [];
  if (location.record !== sample.record || location.pointer !== sample.pointer) return [];
  const cut = start > AROUND;
  if (text.startsWith("…") !== cut) return [];
  const from = cut ? AROUND + 1 : start;
  const to = from + Math.min(end - start, MIDDLE_MAX + 1);
  return to <= text.length ? [[from, to]] : [];
}

function drawnWithOffsets(text: string): { readonly drawn: string; readonly rawAt: readonly number[] } {
  let drawn = "";
  const rawAt: number[] = [];
  let at = 0;
  for (const character of text) {
    const shown = visible(character);
    for (let i = 0; i < shown.length; i++) rawAt.push(at);
    drawn += shown;
    at += character.length;
  }
  return { drawn, rawAt };
}

function needles(finding: Finding): Set<string> {
  const wanted = new Set<string>();
  const add = (text: unknown, least: number): void => {
    if (typeof text !== "string" || wanted.size >= NEEDLES_MAX) return;
    const needle = foldAscii(visible(text.slice(0, NEEDLE_LENGTH_MAX))).trim();
    if (needle.length >= least) wanted.add(needle);
  };
  add(finding.rule?.trigger, 1);
  add(finding.rule?.target, 1);
  for (const quoted of quotes(finding.message))
    for (const part of quoted.split("…")) add(part, quoted === part ? 2 : 6);
  for (const value of Object.values(finding.evidence ?? {})) add(value, 4);
  return wanted;
}

// The outermost ‹…› of a message; drawn invisible characters nest inside as ‹U+200B›.
function quotes(message: string): string[] {
  const found: string[] = [];
  let depth = 0;
  let from = 0;
  for (let i = 0; i < message.length && found.length < NEEDLES_MAX; i++) {
    if (message[i] === "‹" && depth++ === 0) from = i + 1;
    else if (message[i] === "›" && depth > 0 && --depth === 0) found.push(message.slice(from, i));
  }
  return found;
}

// Keeps every offset, unlike toLowerCase.
const foldAscii = (text: string): string => text.replace(/[A-Z]/g, (c) => c.toLowerCase());
