// Bytes written as variation selectors (Unicode 23.4): 256 invisible characters, so one per byte, in a row behind any
// visible character. One selector is ordinary behind an emoji, a CJK ideograph (UTS #37) or a mathematical symbol.
import type { RecordDetector } from "../../core/detector.ts";
import { excerpt, quote } from "../../base/escape.ts";
import { LIMITS } from "../../base/limits.ts";
import { codeBefore, holdsUnseen, isPlainLetter } from "./invisible.ts";
import { readableBytes } from "./hidden-data.ts";
import { HAN, scriptOf } from "./script.ts";

/** No registered ideographic variation sequence goes this far; ASCII letters written as selectors do. */
const REGISTERED_MAX = 0xe0120;

/** 0 to 255 for VS1 to VS256, or -1. */
function selectorAt(text: string, at: number): number {
  const unit = text.charCodeAt(at);
  if (unit >= 0xfe00 && unit <= 0xfe0f) return unit - 0xfe00;
  if (unit !== 0xdb40) return -1;
  const low = text.charCodeAt(at + 1);
  return low >= 0xdd00 && low <= 0xddef ? low - 0xdd00 + 16 : -1;
}

interface Smuggled {
  readonly bytes: number[];
  start: number;
  end: number;
  longest: number;
}

function collect(text: string): Smuggled | undefined {
  let found: Smuggled | undefined;
  for (let at = 0; at < text.length; at++) {
    const unit = text.charCodeAt(at);
    if (unit < 0xdb40 || selectorAt(text, at) < 0) continue;
    const start = at;
    const run: number[] = [];
    let length = 0;
    let presentation = true;
    for (let value = selectorAt(text, at); value >= 0; value = selectorAt(text, at)) {
      // The attacker chooses the length; what is decoded is bounded (CWE-409).
      if (run.length < LIMITS.decodedBytesMax) run.push(value);
      if (value < 14 || value > 15) presentation = false;
      length++;
      at += value < 16 ? 1 : 2;
    }
    const end = at;
    at--;
    const base = codeBefore(text, start);
    // Emoji editors double VS16, and leave it behind where they remove the emoji.
    if (presentation && length <= 3) continue;
    const first = run[0] ?? 0;
    if (length === 1 && first < 16 && !isPlainLetter(base)) continue;
    if (length === 1 && first >= 16 && scriptOf(base) === HAN && first - 16 + 0xe0100 < REGISTERED_MAX) continue;
    found ??= { bytes: [], start, end, longest: 0 };
    for (const value of run) if (found.bytes.length < LIMITS.decodedBytesMax) found.bytes.push(value);
    found.end = end;
    found.longest = Math.max(found.longest, length);
  }
  return found;
}

/** The known ways to write bytes: VS1 to VS256 as 0 to 255, VS17 on as ASCII from 0, VS1 to VS16 as hexadecimal digits. */
function decode(values: readonly number[]): { readonly text: string; readonly coding: string } | undefined {
  const tries: [string, number[]][] = [
    ["one byte per selector", [...values]],
    ["one byte per selector from VS17", values.map((value) => (value >= 16 ? value - 16 : value))],
  ];
  if (values.every((value) => value < 16)) {
    const pairs = Array.from(
      { length: values.length >> 1 },
      (_, i) => ((values[2 * i] ?? 0) << 4) | (values[2 * i + 1] ?? 0),
    );
    tries.push(["two hexadecimal digits per byte", pairs]);
  }
  if (new Set(values).size === 2) {
    const one = Math.max(...values.slice(0, 2), values.find((value) => value !== values[0]) ?? 0);
    for (const flip of [0, 1]) {
      const bits = values.map((value) => (value === one ? 1 : 0) ^ flip);
      tries.push([
        "eight selectors per byte",
        Array.from({ length: bits.length >> 3 }, (_, i) =>
          bits.slice(8 * i, 8 * i + 8).reduce((byte, bit) => byte * 2 + bit, 0),
        ),
      ]);
    }
  }
  for (const [coding, bytes] of tries) {
    const text = readableBytes(Uint8Array.from(bytes));
    if (text !== undefined) return { text, coding };
  }
  return undefined;
}

export const variationSelectorPayload: RecordDetector = {
  id: "variation-selector-payload",
  reads: "record",
  family: "hidden-text",
  title: "Bytes hidden in variation selectors",
  severity: "high",
  confidence: "high",
  maturity: "stable",
  since: "0.1.0",
  references: ["AML.T0020", "LLM01:2025", "LLM04:2025", "CWE-1007", "https://www.unicode.org/reports/tr37/"],
  docs: {
    finds:
      "Variation selectors in rows behind one character, or behind letters that have no variants, read back as bytes and shown where they are text.",
    matters:
      "256 invisible selectors are one for every byte value, so a single emoji can carry a whole program or instruction through copy and paste. Loaders that decode such rows have shipped in real malicious packages.",
    misses:
      "One registered selector behind each of many Chinese characters is normal typography; data written only with those few is not told apart.",
    remedy: "Strip the selectors (keep one U+FE0F behind an emoji), or drop the record.",
  },
  anchors: [{ bytes: "invisible" }],
  inspect(record, report) {
    for (const field of record.fields) {
      if (!holdsUnseen(field)) continue;
      const found = collect(field.text);
      if (found === undefined) continue;
      const { bytes, start, end, longest } = found;
      const decoded = decode(bytes);
      // One or two odd selectors are a font's or an editor's; from there on somebody wrote them.
      const severity = decoded
        ? "high"
        : bytes.length >= 8 || longest >= 4
          ? "high"
          : bytes.length >= 3
            ? "medium"
            : "low";
      report({
        message: decoded
          ? `Invisible variation selectors spell ${quote(decoded.text)}.`
          : `${bytes.length} variation selectors stand where no character has variants${longest > 1 ? `, ${longest} of them in a row` : ""}.`,
        field,
        start,
        end,
        excerpt: excerpt(field.text, start, end),
        severity,
        confidence: decoded ? "high" : severity === "low" ? "low" : "medium",
        group: decoded ? decoded.text.slice(0, 200) : severity === "low" ? "odd selector" : "bytes in selectors",
        payload: decoded
          ? decoded.text.slice(0, 2_000)
          : bytes
              .slice(0, 64)
              .map((byte) => byte.toString(16).padStart(2, "0"))
              .join(""),
        evidence: {
          selectors: bytes.length,
          longestRow: longest,
          ...(decoded
            ? { decoded: decoded.text.slice(0, 2_000), coding: decoded.coding }
            : {
                bytes: bytes
                  .slice(0, 32)
                  .map((byte) => byte.toString(16).padStart(2, "0"))
                  .join(" "),
              }),
        },
      });
    }
  },
};
