// URLs that lie about where they go or carry their own program: a known name before an @, `data:` documents with scripts,
// `javascript:` that reads or sends. Lessons on scripts show them too, so most are low.
import type { RecordDetector } from "../../core/detector.ts";
import type { Severity } from "../../core/severity.ts";
import { excerpt, quote } from "../../base/escape.ts";
import { urlsIn } from "./address.ts";

const NAME_ENDINGS = ["com", "org", "net", "co", "io", "ai", "dev", "gov", "edu"] as const;
const NAME_IN_USERINFO = new RegExp(
  String.raw`^(?:www\.)?(?:[a-z0-9-]{2,40}\.){1,3}(?:${NAME_ENDINGS.join("|")})(?:$|[:/%])`,
  "i",
);
const EMBEDDED = [
  "text/html",
  "text/javascript",
  "application/javascript",
  "application/x-javascript",
  "application/xhtml+xml",
] as const;
const SCRIPT = /<script|onerror|onload|fetch\(|eval\(|document\.|window\.location/i;
const SENDS = /document\.cookie|localstorage|fetch\(|xmlhttprequest|sendbeacon|new image|eval\(|atob\(/i;
const SENDING = [
  "document.cookie",
  "localstorage",
  "fetch(",
  "xmlhttprequest",
  "sendbeacon",
  "image",
  "eval(",
  "atob(",
];
const EMBEDDED_MAX = 4_096;
const LOOKED_AT_MAX = 256;

interface Found {
  readonly start: number;
  readonly end: number;
  readonly what: string;
  readonly severity: Severity;
}

export const suspiciousUrl: RecordDetector = {
  id: "suspicious-url",
  family: "network",
  reads: "record",
  title: "A URL that hides its destination or carries a program",
  severity: "medium",
  confidence: "medium",
  maturity: "stable",
  since: "0.1.0",
  references: ["CWE-601", "CWE-79", "https://www.rfc-editor.org/rfc/rfc3986#section-7.6"],
  docs: {
    finds:
      "A domain name in front of an @ in a URL, `data:` URLs that decode to HTML with scripts, and `javascript:` URLs that read cookies or send data.",
    matters: "They pass a reviewer's eye and a list of allowed names, and act when rendered or opened.",
    misses: "Redirectors and shorteners. In answers and lessons a `javascript:` URL is low.",
    remedy: "Read the decoded content in the report. Remove the record unless it teaches this very thing.",
  },
  subject: { share: 0.02, severity: "info" },
  anchors: [
    // A name in front of an @ ends there, at a colon, or at an escaped character (a slash or a space by choice).
    { all: ["://", [...NAME_ENDINGS.flatMap((ending) => [`.${ending}@`, `.${ending}:`]), "2f@", "20@"]] },
    ...EMBEDDED.map((type) => `data:${type}`),
    { all: ["javascript:", SENDING] },
  ],
  inspect(record, report) {
    for (const field of record.fields) {
      for (const { start, end, what, severity } of [
        ...(field.text.includes("@") ? disguised(field.text) : []),
        ...embedded(field.text),
        ...scripts(field.text),
      ]) {
        report({
          message: `${what}: ${quote(field.text.slice(start, end), 100)}`,
          field,
          start,
          end,
          excerpt: excerpt(field.text, start, end),
          severity: severity === "medium" && (field.role === "metadata" || field.role === "tool") ? "high" : severity,
          payload: field.text.slice(start, Math.min(end, start + 200)),
        });
      }
    }
  },
};

function* disguised(text: string): Generator<Found> {
  for (const url of urlsIn(text)) {
    if (url.userinfo === "" || !NAME_IN_USERINFO.test(url.userinfo)) continue;
    yield {
      start: url.start,
      end: url.end,
      what: `a URL that shows one host and goes to ${quote(url.host, 40)}`,
      severity: "medium",
    };
  }
}

const DATA_URL = new RegExp(
  `data:(?:${EMBEDDED.map((type) => type.replace("+", String.raw`\+`)).join("|")})[;,]`,
  "gi",
);

function* embedded(text: string): Generator<Found> {
  let looked = 0;
  for (const match of text.matchAll(DATA_URL)) {
    if (++looked > LOOKED_AT_MAX) return;
    const body = text.slice(match.index, match.index + EMBEDDED_MAX);
    const stop = body.search(/[\s"'`]/);
    const whole = stop === -1 ? body : body.slice(0, stop);
    const comma = whole.indexOf(",");
    if (comma === -1 || whole.length - comma < 12) continue;
    const content = whole.slice(0, comma).includes("base64")
      ? Buffer.from(whole.slice(comma + 1), "base64").toString("latin1")
      : whole.slice(comma + 1);
    if (!SCRIPT.test(content) && !SCRIPT.test(content.replaceAll(/%3c/gi, "<").replaceAll(/%28/g, "("))) continue;
    yield {
      start: match.index,
      end: match.index + whole.length,
      what: "a data URL with a script inside",
      severity: "medium",
    };
  }
}

function* scripts(text: string): Generator<Found> {
  let looked = 0;
  for (const match of text.matchAll(/javascript:/gi)) {
    if (++looked > LOOKED_AT_MAX) return;
    const body = text.slice(match.index, match.index + 300);
    const stop = body.search(/[\n"`]/);
    const whole = stop === -1 ? body : body.slice(0, stop);
    if (SENDS.test(whole))
      yield {
        start: match.index,
        end: match.index + whole.length,
        what: "a javascript: URL that reads or sends",
        severity: "low",
      };
  }
}
