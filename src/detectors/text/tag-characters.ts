// Text written in Unicode tag characters (U+E0000 to U+E007F, Unicode 23.9): a copy of ASCII that no font draws and
// every tokenizer reads. Their one living use is the flags of England, Scotland, Wales and the like (UTS #51, emoji tag
// sequences); anything else is reported with its ASCII reading.
import type { RecordDetector } from "../../core/detector.ts";
import { excerpt, quote } from "../../base/escape.ts";
import { LIMITS } from "../../base/limits.ts";
import { holdsUnseen } from "./invisible.ts";

// A region of two letters or three digits and a subdivision of one to four: what a well-formed flag spells.
const SUBDIVISION = /^(?:[a-z]{2}|[0-9]{3})[a-z0-9]{1,4}$/;
/** What is left of the three common flags when a program strips emoji but not tags, or cuts a text in a flag. */
const FLAG_REMAINS = /^(?:gb(?:e(?:n(?:g)?)?|s(?:c(?:t)?)?|w(?:l(?:s)?)?)?)?$/;
const BLACK_FLAG = 0x1f3f4;
const CANCEL = 0x7f;

const isTag = (text: string, at: number): boolean => {
  if (text.charCodeAt(at) !== 0xdb40) return false;
  const low = text.charCodeAt(at + 1);
  return low >= 0xdc00 && low <= 0xdc7f;
};

interface Tagged {
  decoded: string;
  start: number;
  end: number;
  runs: number;
}

function collect(text: string): Tagged | undefined {
  let found: Tagged | undefined;
  for (let at = text.indexOf("\udb40"); at >= 0; at = text.indexOf("\udb40", at)) {
    const start = at;
    let run = "";
    for (; isTag(text, at); at += 2) {
      // The attacker chooses the length; what is decoded is bounded (CWE-409), what is skipped over is not.
      if (run.length < LIMITS.decodedBytesMax) run += String.fromCharCode(text.charCodeAt(at + 1) - 0xdc00);
    }
    if (at === start) {
      at += 1;
      continue;
    }
    const flagged = start >= 2 && text.codePointAt(start - 2) === BLACK_FLAG;
    if (flagged && run.charCodeAt(run.length - 1) === CANCEL && SUBDIVISION.test(run.slice(0, -1))) continue;
    if (found === undefined) found = { decoded: run, start, end: at, runs: 1 };
    else {
      if (found.decoded.length < LIMITS.decodedBytesMax) found.decoded += run;
      found.end = at;
      found.runs++;
    }
  }
  return found;
}

export const tagCharacters: RecordDetector = {
  id: "tag-characters",
  reads: "record",
  family: "hidden-text",
  title: "Text hidden in Unicode tag characters",
  severity: "high",
  confidence: "high",
  maturity: "stable",
  since: "0.1.0",
  references: [
    "AML.T0020",
    "AML.T0051",
    "LLM01:2025",
    "LLM04:2025",
    "https://www.unicode.org/reports/tr51/#Tag_Sequences",
  ],
  docs: {
    finds:
      "Characters from the tag block (U+E0000 to U+E007F) outside well-formed flag emoji, in one row or scattered through the text. They are read back as ASCII and shown.",
    matters:
      "Tag characters are invisible everywhere, and language models read them as the ASCII they copy. A prompt that looks harmless can carry a full instruction or a trigger that no reviewer sees.",
    misses:
      "Well-formed flag sequences stay silent, so a sequence of made-up black flags could carry up to six letters each; every one of them shows as a black flag, though.",
    remedy:
      "Remove the tag characters, or drop the record. Ask where the text came from: nobody types these by accident.",
  },
  anchors: [{ bytes: "invisible" }],
  inspect(record, report) {
    for (const field of record.fields) {
      if (!holdsUnseen(field)) continue;
      const found = collect(field.text);
      if (found === undefined) continue;
      const { decoded, start, end, runs } = found;
      const printable = decoded.replaceAll(/[^\x20-\x7e]/g, "");
      const remains = decoded.split("\u007f").every((part) => FLAG_REMAINS.test(part));
      report({
        message: remains
          ? `Tag characters left over from a flag emoji: ${quote(decoded)}.`
          : `Invisible tag characters spell ${quote(decoded)}.`,
        field,
        start,
        end,
        excerpt: excerpt(field.text, start, end),
        severity: remains ? "low" : printable.length >= 2 ? "high" : "medium",
        confidence: remains ? "low" : "high",
        group: remains ? "flag remains" : decoded.slice(0, 200),
        payload: decoded.slice(0, 2_000),
        evidence: { decoded: decoded.slice(0, 2_000), characters: decoded.length, runs },
      });
    }
  },
};
