// Text that markup hides from readers: comments, elements styled away, Markdown reference comments, white LaTeX. Web
// pages are full of such things for good reasons, so what counts is hidden text that speaks to a model or gives a
// command, and hidden elements in records that are not about the web at all. Nothing is rendered or parsed as a tree.
import type { Hit, RecordDetector } from "../../core/detector.ts";
import type { DataRecord, Field } from "../../core/record.ts";
import type { Severity } from "../../core/severity.ts";
import { excerpt, quote } from "../../base/escape.ts";
import { addressesModel, givesCommand } from "./addressed.ts";

/** Hidden text read of one element, and elements looked at in one field; the attacker chooses both (CWE-407). */
const HIDDEN_MAX = 4_000;
const ELEMENTS_MAX = 500;

// Every repetition is bounded or excludes its own start, so the search is linear.
const OPENING =
  /<!--|<([a-z][a-z0-9]{0,15})\s([^<>]{1,1500})>|^[ \t]{0,3}\[(?:\/\/|comment|hidden|_)\]:[ \t]?(?:#|<>)[ \t]?|\\(?:textcolor|color)\{(?:white|transparent|background)\}|\\phantom\{/gim;

function hides(attributes: string): boolean {
  const flat = attributes.toLowerCase().replaceAll(/\s+/g, "");
  if (
    /(?:display:none|visibility:hidden|font-size:0(?![.\d]*[1-9])|font-size:[01]px|opacity:0(?![.\d]*[1-9])|left:-\d{3,}|top:-\d{3,}|text-indent:-\d{3,}|clip:rect\(0|clip-path:inset\((?:50|100)%|transform:scale\(0)/.test(
      flat,
    )
  )
    return true;
  if (/(?:^|[;"'])color:(?:white|transparent|#fff(?:fff)?|rgba\(\d+,\d+,\d+,0\))(?:[;"']|$)/.test(flat))
    return !/background(?:-color)?:(?!white|#fff|transparent|none)/.test(flat);
  if (
    /(?:max-)?(?:height|width):[01](?:px)?[;"'].*overflow:hidden|overflow:hidden.*(?:height|width):[01](?:px)?[;"']/.test(
      flat,
    )
  )
    return true;
  return /(?:^|\s)hidden(?:\s|=|$)/i.test(attributes);
}

interface Hidden {
  readonly how: "comment" | "element" | "markdown" | "latex";
  readonly text: string;
  readonly start: number;
  readonly end: number;
}

function closing(text: string, tag: string, from: number): { readonly at: number; readonly end: number } {
  const window = text.slice(from, from + HIDDEN_MAX).toLowerCase();
  const at = window.indexOf(`</${tag.toLowerCase()}`);
  if (at < 0) return { at: from + window.length, end: from + window.length };
  const bracket = window.indexOf(">", at);
  return { at: from + at, end: from + (bracket < 0 ? window.length : bracket + 1) };
}

function* hiddenIn(text: string): Generator<Hidden> {
  OPENING.lastIndex = 0;
  let commentsEnd = false;
  for (let seen = 0; seen < ELEMENTS_MAX; seen++) {
    const match = OPENING.exec(text);
    if (match === null) return;
    const start = match.index;
    const inner = start + match[0].length;
    const [, tag, attributes] = match;
    let found: Hidden | undefined;
    if (match[0] === "<!--") {
      const at: number = commentsEnd ? -1 : text.indexOf("-->", inner);
      // Without its end a comment hides the rest of a page; looking for one again and again would cost a square.
      commentsEnd = at < 0;
      const end = at < 0 ? Math.min(text.length, inner + HIDDEN_MAX) : at;
      found = {
        how: "comment",
        text: text.slice(inner, Math.min(end, inner + HIDDEN_MAX)),
        start,
        end: Math.min(text.length, at < 0 ? end : end + 3),
      };
    } else if (tag !== undefined) {
      if (!hides(attributes ?? "")) continue;
      const { at, end } = closing(text, tag, inner);
      found = { how: "element", text: text.slice(inner, at).replaceAll(/<[^<>]{0,500}>/g, " "), start, end };
    } else if (match[0].startsWith("\\")) {
      const brace = text.indexOf("}", inner + 1);
      const end = brace < 0 || brace > inner + HIDDEN_MAX ? Math.min(text.length, inner + HIDDEN_MAX) : brace + 1;
      found = { how: "latex", text: text.slice(inner, end), start, end };
    } else {
      const newline = text.indexOf("\n", inner);
      const end = newline < 0 ? text.length : newline;
      found = { how: "markdown", text: text.slice(inner, Math.min(end, inner + HIDDEN_MAX)), start, end };
    }
    yield found;
    OPENING.lastIndex = Math.max(OPENING.lastIndex, found.how === "element" ? inner : found.end);
  }
}

const ABOUT_WEB =
  /<!doctype|<(?:html|head|body|script|style|template|svg|nav|form)\b|```(?:html|css|jsx?|tsx?|vue|xml|php|svelte)|\b(?:html5?|css|xml|javascript|jquery|react|vue|angular|dom|webpage|web page|website|browser|stylesheet|latex|markdown)\b/i;

/** True where markup is the subject, so that hidden elements are no surprise. */
function isAboutWeb(record: DataRecord): boolean {
  let tags = 0;
  for (const { text } of record.fields) {
    const head = text.slice(0, 100_000);
    if (ABOUT_WEB.test(head)) return true;
    tags += head.match(/<\/[a-z]/gi)?.length ?? 0;
  }
  return tags >= 8;
}

const HOW: Readonly<Record<Hidden["how"], string>> = {
  comment: "A markup comment",
  element: "An element styled out of sight",
  markdown: "A Markdown comment",
  latex: "LaTeX text in an invisible colour",
};

function judge(
  { how, text }: Hidden,
  web: () => boolean,
): { readonly severity: Severity; readonly what: string } | undefined {
  const words = text.trim();
  if (words.length < 4) return undefined;
  if (addressesModel(words))
    return {
      severity: web() && (how === "comment" || how === "markdown") ? "medium" : "high",
      what: "speaks to a model",
    };
  if (web()) return undefined;
  if (givesCommand(words)) return { severity: "high", what: "holds a command" };
  if (how === "element" && /\p{L}{2,}\P{L}+\p{L}{2,}/u.test(words))
    return { severity: "medium", what: "holds text, in a record that is no web page" };
  if (how !== "element" && /https?:\/\//i.test(words) && !/\[if\s|w3\.org|schema\.org/i.test(words))
    return { severity: "low", what: "holds a link" };
  return undefined;
}

export const invisibleMarkup: RecordDetector = {
  id: "invisible-markup",
  reads: "record",
  family: "hidden-text",
  title: "Text that markup hides from readers",
  severity: "high",
  confidence: "medium",
  maturity: "stable",
  since: "0.1.0",
  references: ["AML.T0051", "LLM01:2025", "LLM04:2025", "CWE-1021"],
  docs: {
    finds:
      "HTML and Markdown comments, elements with display:none, zero size, zero opacity, white text or positions off the screen, and white LaTeX, when what they hide speaks to a model or gives a command; and hidden elements with text in records that have nothing to do with the web.",
    matters: "Rendered, such a text is gone; a model is trained on the source and reads every word of it.",
    misses:
      "Hiding by a stylesheet elsewhere, by a class name or by script; hidden text in a language or wording that the short list of orders does not know; ordinary comments and links hidden in web pages.",
    remedy:
      "Read the hidden text shown. Strip comments and hidden elements from training text that is not meant to teach markup.",
  },
  subject: { share: 0.2, severity: "low" },
  anchors: [
    "<!--",
    // What an element is styled away by, in an attribute that may hold spaces anywhere.
    { all: ["style", "display", "none"] },
    { all: ["style", "color", ["white", "transparent", "#fff", "rgba("]] },
    {
      all: ["style", ["font-size", "opacity", "text-indent", "left:", "top:", "overflow", "rect(", "inset(", "scale("]],
    },
    { word: "hidden" },
    "[//]:",
    "[comment]:",
    "[hidden]:",
    "[_]:",
    "color{white}",
    "color{transparent}",
    "color{background}",
    "phantom{",
  ],
  inspect(record, report) {
    let about: boolean | undefined;
    const web = (): boolean => (about ??= isAboutWeb(record));
    for (const field of record.fields) {
      if (
        !field.text.includes("<") &&
        !field.text.includes("]:") &&
        !field.text.includes("color{") &&
        !field.text.includes("phantom{")
      )
        continue;
      const hit = worst(field, web);
      if (hit) report(hit);
    }
  },
};

function worst(field: Field, web: () => boolean): Hit | undefined {
  let best: { readonly hidden: Hidden; readonly severity: Severity; readonly what: string } | undefined;
  for (const hidden of hiddenIn(field.text)) {
    const judged = judge(hidden, web);
    if (judged === undefined) continue;
    if (best === undefined || (judged.severity === "high" && best.severity !== "high")) best = { hidden, ...judged };
    if (best.severity === "high") break;
  }
  if (best === undefined) return undefined;
  const { hidden, severity, what } = best;
  const text = hidden.text.replaceAll(/\s+/g, " ").trim();
  return {
    message: `${HOW[hidden.how]} ${what}: ${quote(text)}.`,
    field,
    start: hidden.start,
    end: hidden.end,
    excerpt: excerpt(field.text, hidden.start, hidden.end),
    severity,
    confidence: severity === "high" ? "high" : "medium",
    group: `${hidden.how} ${what}`,
    payload: text.toLowerCase().slice(0, 500),
    evidence: { hidden: text.slice(0, 500), by: hidden.how },
  };
}
