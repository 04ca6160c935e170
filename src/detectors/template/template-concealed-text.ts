// Text that a template prints and no reviewer of it sees: invisible characters, and texts in an encoding.
import type { DocumentDetector, Hit } from "../../core/detector.ts";
import { quote } from "../../base/escape.ts";
import { reportAll } from "../program/payload.ts";
import { templateOf } from "./passages.ts";

const TAGS = /[\u{e0020}-\u{e007f}]/gu;
const UNSEEN = /[\u00ad\u115f\u1160\u180e\u200b\u200c\u200d\u200e\u200f\u2060-\u2064\u3164\ufeff\uffa0]/gu;
const BIDI = /[\u202a-\u202e\u2066-\u2069]/gu;
const ENCODED = /[A-Za-z0-9+/_-]{16,4096}={0,2}|(?:[0-9a-fA-F]{2}){12,2048}/g;
/** Scripts that need joiners, and emoji. */
const JOINS =
  /[\p{sc=Arabic}\p{sc=Devanagari}\p{sc=Bengali}\p{sc=Tamil}\p{sc=Telugu}\p{sc=Kannada}\p{sc=Malayalam}\p{sc=Sinhala}\p{sc=Khmer}\p{sc=Myanmar}\p{sc=Hebrew}\p{Emoji_Presentation}\p{Extended_Pictographic}]/u;
const CANDIDATES_MAX = 200;

export const templateConcealedText: DocumentDetector = {
  id: "template-concealed-text",
  family: "template",
  reads: "document",
  languages: ["template"],
  title: "Chat template that prints text nobody can read",
  severity: "high",
  confidence: "high",
  maturity: "stable",
  since: "0.1.0",
  references: ["AML.T0051", "LLM01:2025", "CWE-1007", "ATT&CK T1027"],
  docs: {
    finds:
      "In what the template prints, escapes decoded and pieces joined: tag characters and direction overrides, four or more characters of no width outside scripts and emoji that use them, and Base64 or hexadecimal text that decodes to readable text.",
    matters: "A model reads what a person does not see.",
    misses: "One to three such characters, encodings other than Base64 and hexadecimal, and text in comments.",
    remedy: "Use the template of the base model.",
  },
  inspect(document, report) {
    const reading = templateOf(document);
    const hits: Hit[] = [];
    for (const passage of reading.passages) {
      const { text } = passage;
      const tags = text.match(TAGS)?.length ?? 0;
      const directions = text.match(BIDI)?.length ?? 0;
      const unseen = JOINS.test(text) ? 0 : (text.match(UNSEEN)?.length ?? 0);
      const add = (message: string, offset: number, group: string, evidence: NonNullable<Hit["evidence"]>): void => {
        const at = reading.placeOf(passage, offset);
        hits.push(reading.hit(at, at + 200, message, { group, evidence }));
      };
      if (tags > 0) {
        const said = (text.match(TAGS) ?? [])
          .map((c) => String.fromCharCode((c.codePointAt(0) ?? 0) - 0xe0000))
          .join("");
        add(`the template prints ${tags} tag characters, which read ${quote(said, 100)}`, text.search(TAGS), "tags", {
          reads: said.slice(0, 300),
        });
      }
      if (directions > 0)
        add(
          `the template prints ${directions} characters that turn the direction of text`,
          text.search(BIDI),
          "direction",
          { count: directions },
        );
      if (unseen > 3)
        add(`the template prints ${unseen} characters that nobody sees`, text.search(UNSEEN), "unseen", {
          count: unseen,
        });
      let candidates = 0;
      for (const { 0: word, index } of text.matchAll(ENCODED)) {
        if (++candidates > CANDIDATES_MAX) break;
        const decoded = readable(word);
        if (decoded !== undefined)
          add(`the template prints ${quote(word, 60)}, which decodes to ${quote(decoded, 100)}`, index, "encoded", {
            decoded: decoded.slice(0, 300),
          });
      }
    }
    reportAll(hits, report, "high");
  },
};

/** What a word decodes to, where that is text that somebody wrote. */
function readable(word: string): string | undefined {
  if (/^(?:[0-9a-fA-F]{2})+$/.test(word)) {
    const text = Buffer.from(word, "hex").toString("latin1");
    if (isWritten(text)) return text;
  }
  // A word of letters and underscores is a name.
  if (!/\d|[A-Z].*[a-z].*[A-Z]/.test(word) || word.replace(/=+$/, "").length % 4 === 1) return undefined;
  const text = Buffer.from(word, "base64").toString("latin1");
  return isWritten(text) ? text : undefined;
}

const isWritten = (text: string): boolean =>
  text.length >= 10 && /^[\x09\x0a\x0d\x20-\x7e]+$/.test(text) && /[A-Za-z]{2}/.test(text);
