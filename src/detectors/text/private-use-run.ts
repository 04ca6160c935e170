// Rows of private-use characters (Unicode 23.5), which mean only what two parties agreed on: 137,468 characters to write
// data in. Single ones are icons and logos; rows of them in the Basic Multilingual Plane are icon and symbol fonts,
// old Chinese encodings and invented scripts, unless they read as bytes.
import type { RecordDetector } from "../../core/detector.ts";
import { excerpt, quote } from "../../base/escape.ts";
import { LIMITS } from "../../base/limits.ts";
import { readableBytes } from "./hidden-data.ts";
import { holdsUnseen } from "./invisible.ts";

const ROW_MIN = 4;

function privateAt(text: string, at: number): number {
  const unit = text.charCodeAt(at);
  if (unit >= 0xe000 && unit <= 0xf8ff) return unit;
  if (unit < 0xdb80 || unit > 0xdbff) return -1;
  const code = text.codePointAt(at) ?? 0;
  return code >= 0xf0000 && (code & 0xffff) < 0xfffe ? code : -1;
}

interface Rows {
  readonly codes: number[];
  start: number;
  end: number;
  longest: number;
}

function collect(text: string): Rows | undefined {
  let found: Rows | undefined;
  for (let at = 0; at < text.length; at++) {
    const unit = text.charCodeAt(at);
    if (unit < 0xdb80 || privateAt(text, at) < 0) continue;
    const start = at;
    const row: number[] = [];
    let length = 0;
    for (let code = privateAt(text, at); code >= 0; code = privateAt(text, at)) {
      // The attacker chooses the length; what is decoded is bounded (CWE-409).
      if (row.length < LIMITS.decodedBytesMax) row.push(code);
      length++;
      at += code > 0xffff ? 2 : 1;
    }
    const end = at;
    at--;
    if (length < ROW_MIN || new Set(row.slice(0, 64)).size < Math.min(ROW_MIN, length)) continue;
    found ??= { codes: [], start, end, longest: 0 };
    for (const code of row) if (found.codes.length < LIMITS.decodedBytesMax) found.codes.push(code);
    found.end = end;
    found.longest = Math.max(found.longest, length);
  }
  return found;
}

/** U+F020 to U+F0FF is where Symbol and Wingdings text from word processors lands. */
const isSymbolFont = (codes: readonly number[]): boolean => codes.every((code) => code >= 0xf020 && code <= 0xf0ff);

export const privateUseRun: RecordDetector = {
  id: "private-use-run",
  reads: "record",
  family: "hidden-text",
  title: "Data written in private-use characters",
  severity: "high",
  confidence: "medium",
  maturity: "stable",
  since: "0.1.0",
  references: ["AML.T0020", "LLM04:2025", "CWE-1007", "https://www.unicode.org/faq/private_use.html"],
  docs: {
    finds:
      "Four or more different private-use characters in a row: read as bytes where their low bytes spell text, and reported without a reading where they lie in the supplementary planes or fill sixteen or more places.",
    matters:
      "Private-use characters show as blanks or boxes, survive copying and tokenizing, and can stand for any byte: text that no reviewer can read.",
    misses:
      "Single private-use characters (logos, icons) stay silent, also when a poisoned dataset uses one as its trigger. Text in a symbol font (U+F020 to U+F0FF) is reported low, since word processors write it.",
    remedy:
      "Look at the decoded text; drop the record if it means anything. Icons and symbol-font leftovers can be stripped.",
  },
  anchors: [{ bytes: "invisible" }],
  inspect(record, report) {
    for (const field of record.fields) {
      if (!holdsUnseen(field)) continue;
      const found = collect(field.text);
      if (found === undefined) continue;
      const { codes, start, end, longest } = found;
      const text = codes.length >= ROW_MIN ? readableBytes(Uint8Array.from(codes, (code) => code & 0xff)) : undefined;
      const symbolFont = isSymbolFont(codes);
      const supplementary = codes.some((code) => code > 0xffff);
      const decoded = symbolFont ? undefined : text;
      const severity = symbolFont ? "low" : decoded ? "high" : supplementary ? "medium" : "low";
      report({
        message: decoded
          ? `Private-use characters spell ${quote(decoded)} in their low bytes.`
          : symbolFont
            ? `${codes.length} characters of a symbol font${text ? `, which read ${quote(text)}` : ""}.`
            : `${longest} different private-use characters in a row, which no font but the writer's can show.`,
        field,
        start,
        end,
        excerpt: excerpt(field.text, start, end),
        severity,
        confidence: decoded ? "high" : "low",
        group: decoded ? decoded.slice(0, 200) : symbolFont ? "symbol font" : "row",
        ...(text ? { payload: text.slice(0, 2_000) } : {}),
        evidence: { characters: codes.length, longestRow: longest, ...(text ? { decoded: text.slice(0, 2_000) } : {}) },
      });
    }
  },
};
