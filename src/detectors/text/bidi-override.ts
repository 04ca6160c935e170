// Bidirectional controls that show text in another order than it has (Trojan Source, CVE-2021-42574; UAX #9, UTS #55).
// What counts is the effect: a paragraph is laid out with and without its controls, and only letters that move are
// reported, so the isolates and embeddings of ordinary Arabic, Hebrew and Persian text stay silent.
import type { RecordDetector } from "../../core/detector.ts";
import { excerpt, quote } from "../../base/escape.ts";
import { displayed, isControl, PARAGRAPH_MAX } from "./bidi.ts";
import { holdsUnseen, isRightToLeft } from "./invisible.ts";

/** Characters laid out in one field: layout costs more than a look, and the attacker chooses how often (CWE-407). */
const LAYOUT_MAX = 65_536;
const RLO = 0x202e;
const LRO = 0x202d;

const NEWLINE = /[\n\r\u2028\u2029\u0085]/;

function nextControl(text: string, from: number): number {
  for (let at = from; at < text.length; at++) {
    const unit = text.charCodeAt(at);
    if (unit >= 0x202a && unit <= 0x2069 && isControl(unit)) return at;
  }
  return -1;
}

function lineAround(text: string, at: number): { readonly start: number; readonly end: number } {
  let start = at;
  while (start > 0 && at - start < PARAGRAPH_MAX / 2 && !NEWLINE.test(text[start - 1] ?? "")) start--;
  let end = at;
  while (end < text.length && end - start < PARAGRAPH_MAX && !NEWLINE.test(text[end] ?? "")) end++;
  return { start, end };
}

const lettersOnly = (text: string): string => text.replaceAll(/[^\p{L}\p{N}]/gu, "");
/** Two different marks that code has and sentences do not. */
const codeLike = (text: string): boolean => new Set(text.match(/[;{}=<>[\]]|\/\/|\/\*|["'`]{3}|^\s*#/g)).size >= 2;

interface Moved {
  readonly start: number;
  readonly end: number;
  readonly logical: string;
  readonly shown: string;
  readonly severity: "high" | "medium" | "low";
}

function movedIn(text: string, start: number, end: number): Moved | undefined {
  const line = text.slice(start, end);
  const logical = [...line].filter((character) => !isControl(character.codePointAt(0) ?? 0)).join("");
  const shown = displayed(line);
  const expected = displayed(logical);
  const result = (severity: Moved["severity"]): Moved => ({ start, end, logical, shown, severity });
  const codes = [...line].map((character) => character.codePointAt(0) ?? 0);
  if (!codes.some(isRightToLeft)) {
    if (lettersOnly(shown) !== lettersOnly(expected))
      return result(codes.includes(RLO) || codeLike(logical) ? "high" : "low");
    // Quotes, brackets and comment marks that move change what code seems to do.
    return codeLike(logical) && shown.replaceAll(/\s/g, "") !== expected.replaceAll(/\s/g, "")
      ? result("high")
      : undefined;
  }
  if (!codes.includes(RLO) && !codes.includes(LRO)) return undefined;
  // Beside Arabic or Hebrew, whole words may change places by right; a word that is spelled backwards may not.
  const words = line.match(/[\p{L}\p{N}]{3,}/gu) ?? [];
  const order = displayed(logical);
  const reversed = words.slice(0, 200).some((word) => {
    const backwards = [...word].reverse().join("");
    const usual = order.includes(word) ? word : backwards;
    const wrong = usual === word ? backwards : word;
    return word !== backwards && order.includes(usual) && !shown.includes(usual) && shown.includes(wrong);
  });
  return reversed ? result("medium") : undefined;
}

export const bidiOverride: RecordDetector = {
  id: "bidi-override",
  reads: "record",
  family: "hidden-text",
  title: "Text displayed in another order than it has",
  severity: "high",
  confidence: "high",
  maturity: "stable",
  since: "0.1.0",
  references: [
    "AML.T0020",
    "LLM04:2025",
    "CWE-1007",
    "https://www.unicode.org/reports/tr55/",
    "https://trojansource.codes",
  ],
  docs: {
    finds:
      "Bidirectional overrides, embeddings and isolates that move or reverse letters of left-to-right text or code, and overrides that spell Arabic or Hebrew words backwards. The report shows the text as it is and as it is displayed.",
    matters:
      "A reviewer approves the order that the screen shows; the compiler and the model take the other. Code that looks commented out runs, a file name seems to end in another extension, and a model learns to write such code.",
    misses:
      "Layout is approximated (no bracket pairing), only the first 4,000 characters of a line and 65,536 of a field are laid out, and a reordering inside mixed Arabic or Hebrew text that moves whole words stays silent.",
    remedy:
      "Remove the controls from the field, or drop the record. Code needs none of them outside string literals in right-to-left languages.",
  },
  anchors: [{ bytes: "invisible" }],
  inspect(record, report) {
    for (const field of record.fields) {
      if (!holdsUnseen(field)) continue;
      const { text } = field;
      let worst: Moved | undefined;
      let laidOut = 0;
      for (let at = nextControl(text, 0); at >= 0 && laidOut < LAYOUT_MAX;) {
        const { start, end } = lineAround(text, at);
        laidOut += end - start;
        const moved = movedIn(text, start, end);
        if (moved && (worst === undefined || RANK[moved.severity] > RANK[worst.severity])) worst = moved;
        at = nextControl(text, Math.max(end, at + 1));
      }
      if (worst === undefined) continue;
      const from = nextControl(text, worst.start);
      report({
        message: `The text ${quote(worst.logical, 60)} is displayed as ${quote(worst.shown, 60)}.`,
        field,
        start: from,
        end: worst.end,
        excerpt: excerpt(text, from, worst.end),
        severity: worst.severity,
        confidence: worst.severity === "low" ? "low" : "high",
        group: worst.severity === "low" ? "moved prose" : "moved text",
        payload: worst.logical.slice(0, 500),
        evidence: { logical: worst.logical.slice(0, 500), displayed: worst.shown.slice(0, 500) },
      });
    }
  },
};

const RANK: Readonly<Record<Moved["severity"], number>> = { low: 0, medium: 1, high: 2 };
