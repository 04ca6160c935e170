// Control characters, noncharacters, lone surrogates and interlinear annotations (Unicode 23.1, 23.7, 23.8): what
// plain text has no use for. Tab, newline, carriage return, form feed and the C1 range are left alone: the last is what
// Windows-1252 and UTF-8 become when they are read as Latin-1. Escape sequences are terminal-escape's.
import type { Hit, RecordDetector } from "../../core/detector.ts";
import type { Field } from "../../core/record.ts";
import type { Severity } from "../../core/severity.ts";
import { excerpt, quote } from "../../base/escape.ts";
import { periodic, readSymbols } from "./hidden-data.ts";
import { holdsUnseen } from "./invisible.ts";

/** Characters kept for reading; the attacker chooses how many there are (CWE-770). */
const SYMBOLS_MAX = 65_536;

const BACKSPACE = 8;
const DELETE = 0x7f;
const isErasing = (code: number): boolean => code === BACKSPACE || code === DELETE;
const isLetter = (code: number): boolean => (code | 32) >= 0x61 && (code | 32) <= 0x7a;

// "\beta" and "\bar" in a badly escaped string become a backspace and the rest of the command's name.
const LATEX_REST =
  /^(?:eta|egin|ar|inom|ig|mod|ot|ullet|ackslash|ecause|oldsymbol|ox|race|brk|f|m|eth|igg?[lr]?|owtie|reve)(?![a-z])/i;

/** Controls below U+0020 and DEL that lay out no text and ring no bell. */
const isControl = (code: number): boolean =>
  code < 0x20
    ? code !== 7 && code !== 9 && code !== 10 && code !== 11 && code !== 12 && code !== 13 && code !== 0x1b
    : code === DELETE;

const isNoncharacter = (code: number): boolean => (code >= 0xfdd0 && code <= 0xfdef) || (code & 0xfffe) === 0xfffe;

interface Survey {
  readonly controls: number[];
  longest: { readonly start: number; readonly end: number } | undefined;
  firstControl: number;
  /** Erased text: [start, end) covers it and the backspaces. */
  erased: { readonly start: number; readonly end: number; readonly count: number } | undefined;
  erasures: number;
  nul: number;
  nonchars: { count: number; readonly start: number; end: number; special: boolean } | undefined;
  surrogates: { count: number; readonly start: number; end: number; longest: number } | undefined;
  annotation: { readonly start: number; readonly end: number } | undefined;
  marks: number;
}

function survey(text: string): Survey | undefined {
  let found: Survey | undefined;
  const open = (): Survey =>
    (found ??= {
      controls: [],
      longest: undefined,
      firstControl: -1,
      erased: undefined,
      erasures: 0,
      nul: 0,
      nonchars: undefined,
      surrogates: undefined,
      annotation: undefined,
      marks: 0,
    });
  let surrogateRun = 0;
  let annotationsEnd = false;
  for (let at = 0; at < text.length; at++) {
    const unit = text.charCodeAt(at);
    if (unit >= 0x20 && unit < 0xd800 && unit !== DELETE) continue;
    if (unit < 0x80) {
      if (!isControl(unit)) continue;
      if (isErasing(unit) && !isControl(text.charCodeAt(at + 1)) && !erases(text, at, at + 1, 1)) continue;
      const all = open();
      const start = at;
      let erasing = 0;
      for (let code = unit; isControl(code); code = text.charCodeAt(++at)) {
        if (all.controls.length < SYMBOLS_MAX) all.controls.push(code);
        if (isErasing(code)) erasing++;
        if (code === 0) all.nul++;
      }
      const end = at;
      at--;
      if (all.firstControl < 0) all.firstControl = start;
      if (all.longest === undefined || end - start > all.longest.end - all.longest.start) all.longest = { start, end };
      if (erasing > 0 && erases(text, start, end, erasing)) {
        all.erasures++;
        if (all.erased === undefined || erasing > all.erased.count)
          all.erased = { start: Math.max(0, start - erasing), end, count: erasing };
      }
    } else if (unit <= 0xdfff) {
      const code = text.codePointAt(at) ?? unit;
      if (code > 0xffff) {
        at++;
        if (isNoncharacter(code)) noncharacter(open(), at - 1, at + 1, true);
        continue;
      }
      const all = open();
      const previous = all.surrogates;
      surrogateRun = previous?.end === at ? surrogateRun + 1 : 1;
      if (previous === undefined) all.surrogates = { count: 1, start: at, end: at + 1, longest: 1 };
      else
        Object.assign(previous, {
          count: previous.count + 1,
          end: at + 1,
          longest: Math.max(previous.longest, surrogateRun),
        });
    } else if (isNoncharacter(unit)) noncharacter(open(), at, at + 1, unit < 0xfffe);
    else if (unit >= 0xfff9 && unit <= 0xfffb) {
      const all = open();
      all.marks++;
      if (unit !== 0xfff9 || all.annotation !== undefined || annotationsEnd) continue;
      const end = text.indexOf("\ufffb", at);
      const separator = text.indexOf("\ufffa", at);
      if (separator > at && end > separator + 1) all.annotation = { start: at, end: end + 1 };
      // Looking again for an end that is not there would cost a square (CWE-407).
      else annotationsEnd = end < 0 || separator < 0;
    }
  }
  return found;
}

function noncharacter(found: Survey, start: number, end: number, special: boolean): void {
  found.nonchars ??= { count: 0, start, end, special: false };
  found.nonchars.count++;
  found.nonchars.end = end;
  if (special) found.nonchars.special = true;
}

/** True when `count` backspaces hide text before them, and are neither overstriking (a bold or underlined letter of a
 * manual page) nor the remains of `\b` in a regular expression or a formula. */
function erases(text: string, start: number, end: number, count: number): boolean {
  const before = text.charCodeAt(start - 1);
  const after = text.charCodeAt(end);
  if (count === 1) {
    if (before === after || before === 0x5f || after === 0x5f) return false;
    return isLetter(before) && isLetter(after) && !LATEX_REST.test(text.slice(end, end + 16));
  }
  return end - start === count && start >= 2 && before > 0x20;
}

function judge(field: Field, found: Survey): Hit | undefined {
  const hit = (
    severity: Severity,
    message: string,
    start: number,
    end: number,
    group: string,
    evidence: Record<string, string | number>,
    payload?: string,
  ): Hit => ({
    message,
    field,
    start,
    end,
    excerpt: excerpt(field.text, start, end),
    severity,
    confidence: severity === "high" ? "high" : severity === "medium" ? "medium" : "low",
    group,
    ...(payload === undefined ? {} : { payload }),
    evidence,
  });
  const { controls, longest, erased, nonchars, surrogates, annotation } = found;
  if (longest && controls.length >= 14 && !periodic(controls)) {
    const reading = readSymbols(controls);
    if (reading)
      return hit(
        "high",
        `Control characters spell ${quote(reading.text)} (${reading.coding}).`,
        longest.start,
        longest.end,
        reading.text.slice(0, 200),
        { decoded: reading.text.slice(0, 2_000), coding: reading.coding, characters: controls.length },
        reading.text.slice(0, 2_000),
      );
  }
  if (erased) {
    const hidden = field.text.slice(erased.start, erased.end - erased.count);
    return hit(
      erased.count >= 4 ? "high" : "medium",
      `Backspaces erase ${quote(hidden)} on a terminal; the model still reads it.`,
      erased.start,
      erased.end,
      "erased text",
      { erased: hidden.slice(0, 200), places: found.erasures },
      hidden.slice(0, 200),
    );
  }
  if (annotation) {
    const inside = field.text.slice(annotation.start, annotation.end);
    return hit(
      "medium",
      `An interlinear annotation hides ${quote(inside.slice(inside.indexOf("\ufffa") + 1, -1))}.`,
      annotation.start,
      annotation.end,
      "annotation",
      { text: inside.slice(0, 200) },
    );
  }
  if (surrogates && surrogates.longest >= 4)
    return hit(
      "medium",
      `${surrogates.longest} halves of characters (lone surrogates) in a row: bytes that are not text.`,
      surrogates.start,
      surrogates.end,
      "surrogates",
      { surrogates: surrogates.count },
    );
  if (nonchars)
    return hit(
      nonchars.special || nonchars.count >= 4 ? "medium" : "low",
      `${nonchars.count} noncharacters, which no text may hold.`,
      nonchars.start,
      nonchars.end,
      "noncharacters",
      { noncharacters: nonchars.count },
    );
  if (longest) {
    const kinds = [...new Set(controls)]
      .slice(0, 8)
      .map((code) => `U+${code.toString(16).toUpperCase().padStart(4, "0")}`);
    const { start, end } = longest;
    // Scanned pages and damaged formulas scatter these; eight in a row that do not repeat are something else.
    const row = end - start >= 8 && new Set(controls).size >= 2 && !periodic(controls);
    const lone = controls.length === 1 && found.nul === 0;
    return hit(
      row ? "medium" : lone ? "info" : "low",
      `${controls.length} control character${controls.length === 1 ? "" : "s"} (${kinds.join(" ")}).`,
      start,
      end,
      row ? "row of controls" : "stray controls",
      { controls: controls.length, kinds: kinds.join(" ") },
    );
  }
  if (found.marks > 0) return undefined;
  return surrogates && surrogates.count >= 2
    ? hit(
        "info",
        `${surrogates.count} halves of characters (lone surrogates), from a text cut in the middle of one.`,
        surrogates.start,
        surrogates.end,
        "cut characters",
        { surrogates: surrogates.count },
      )
    : undefined;
}

export const controlCharacters: RecordDetector = {
  id: "control-characters",
  reads: "record",
  family: "hidden-text",
  title: "Control characters that hide text or data",
  severity: "medium",
  confidence: "medium",
  maturity: "stable",
  since: "0.1.0",
  references: ["AML.T0020", "LLM04:2025", "CWE-150", "CWE-1007"],
  docs: {
    finds:
      "Backspaces and deletes that erase text on screen, rows of control characters (decoded where they spell text), interlinear annotations, rows of lone surrogates, and noncharacters. Scattered single controls are reported at info or low.",
    matters:
      "A terminal or an editor that obeys a control shows something else than what the model is trained on. Controls are also an alphabet of their own, and a trigger that nobody sees.",
    misses:
      "One stray control as a trigger looks like the noise of a scanned page and is reported low at most. C1 controls (U+0080 to U+009F) stay silent, since badly decoded text is full of them.",
    remedy:
      "Strip the controls, or drop the record. Many records with stray controls mean a damaged export: repair that.",
  },
  subject: { share: 0.1, severity: "low" },
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
