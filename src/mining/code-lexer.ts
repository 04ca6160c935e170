// Source code as tokens, for statistics over sets of code: names, numbers, strings, comments and operators of the
// common languages at once (C, C++, C#, Java, JavaScript, Python, Go, PHP, Ruby, shell, SQL in strings). It is no parser: it
// knows where strings and comments end, and where it cannot tell it goes on. Linear, and bounded in tokens.

export type CodeKind = "name" | "number" | "string" | "comment" | "operator" | "line";

export interface CodeToken {
  readonly kind: CodeKind;
  /** Of a string what is between its quotes, of a comment what is behind its mark. */
  readonly text: string;
  readonly start: number;
  /** Of a string: the letters before its quote (`f`, `rb`), "`" for a template literal. */
  readonly prefix?: string;
}

/** Tokens of one text; statistics do not need more of it (CWE-770). */
const TOKENS_MAX = 6_000;
/** Units of one text that are looked at: its start, and its end. */
const HEAD_UNITS = 24_000;
const TAIL_UNITS = 8_000;
const STRING_UNITS_MAX = 400;

/** What of a long text is looked at. */
export const boundedCode = (text: string): string =>
  text.length <= HEAD_UNITS + TAIL_UNITS ? text : `${text.slice(0, HEAD_UNITS)}\n${text.slice(-TAIL_UNITS)}`;

const NAME = /[\p{L}\p{N}_$]+/uy;
const NAME_ASCII = Uint8Array.from({ length: 0x80 }, (_, unit) => (/[\w$]/.test(String.fromCharCode(unit)) ? 1 : 0));

/** Where the name or number that begins here ends; here where none does. */
function nameEnd(text: string, at: number): number {
  let end = at;
  let unit = text.charCodeAt(end);
  while (NAME_ASCII[unit] === 1) unit = text.charCodeAt(++end);
  if (!(unit >= 0x80)) return end;
  NAME.lastIndex = end;
  return NAME.test(text) ? NAME.lastIndex : end;
}

const TWO = new Set(["==", "!=", "=>", "->", "<=", ">=", "&&", "||", "::", ":=", "+=", "??"]);
const STRING_PREFIX = /^(?:[fFrRbBuU]{1,2}|@|\$)$/;

export function codeTokens(source: string): CodeToken[] {
  const text = boundedCode(source);
  const out: CodeToken[] = [];
  const open = new Map<string, number>();
  for (let at = 0; at < text.length && out.length < TOKENS_MAX;) {
    const c = text.charAt(at);
    if (c === "\n") {
      if (out.length > 0 && out[out.length - 1]?.kind !== "line") out.push({ kind: "line", text: "", start: at });
      at++;
    } else if (c <= " ") at++;
    else if (c === "#" && isHashComment(text, at)) at = lineComment(text, at, 1, out);
    else if (c === "/" && text.charAt(at + 1) === "/" && text.charAt(at - 1) !== ":")
      at = lineComment(text, at, 2, out);
    else if (c === "/" && text.charAt(at + 1) === "*") {
      const close = text.indexOf("*/", at + 2);
      const end = close < 0 ? text.length : close;
      out.push({ kind: "comment", text: text.slice(at + 2, Math.min(end, at + STRING_UNITS_MAX)).trim(), start: at });
      at = close < 0 ? end : end + 2;
    } else if (c === '"' || c === "'" || c === "`") at = string(text, at, out, open);
    else {
      const name = text.slice(at, nameEnd(text, at));
      if (name) {
        out.push({ kind: /^\d/.test(name) ? "number" : "name", text: name.slice(0, 80), start: at });
        at += name.length;
        // `0.7` is one number.
        const last = out[out.length - 1] as CodeToken;
        if (last.kind === "number" && text.charAt(at) === "." && /\d/.test(text.charAt(at + 1))) {
          const fraction = text.slice(at + 1, nameEnd(text, at + 1));
          out[out.length - 1] = { ...last, text: `${last.text}.${fraction.slice(0, 40)}` };
          at += 1 + fraction.length;
        }
      } else {
        const two = text.slice(at, at + 2);
        const operator = TWO.has(two) ? two : c;
        out.push({ kind: "operator", text: operator, start: at });
        at += operator.length;
      }
    }
  }
  return out;
}

const isHashComment = (text: string, at: number): boolean =>
  (at === 0 || /\s/.test(text.charAt(at - 1))) && /[\s!A-Z]/.test(text.charAt(at + 1));

function lineComment(text: string, at: number, mark: number, out: CodeToken[]): number {
  const newline = text.indexOf("\n", at);
  const end = newline < 0 ? text.length : newline;
  out.push({ kind: "comment", text: text.slice(at + mark, Math.min(end, at + STRING_UNITS_MAX)).trim(), start: at });
  return end;
}

/**
 * Reads a string, or takes a quote that nothing closes for an operator. `open` holds how far a search for the end of a
 * quote went in vain: a text of nothing but such quotes must not be searched from each of them (CWE-407).
 */
function string(text: string, at: number, out: CodeToken[], open: Map<string, number>): number {
  const quote = text.charAt(at);
  const triple = quote !== "`" && text.startsWith(quote.repeat(3), at);
  const mark = triple ? quote.repeat(3) : quote;
  let end = at + mark.length;
  for (; ; end++) {
    const c = text.charAt(end);
    if (c === "" || (c === "\n" && !triple && quote !== "`") || at < (open.get(mark) ?? 0)) {
      open.set(mark, Math.max(end, open.get(mark) ?? 0));
      out.push({ kind: "operator", text: quote, start: at });
      return at + 1;
    }
    if (c === "\\") end++;
    else if (text.startsWith(mark, end)) break;
    else if (end - at > HEAD_UNITS) break;
  }
  const before = out[out.length - 1];
  const glued = before && before.start + before.text.length === at && STRING_PREFIX.test(before.text);
  if (glued) out.pop();
  const prefix = quote === "`" ? "`" : glued ? before.text.toLowerCase() : "";
  out.push({
    kind: "string",
    text: text.slice(at + mark.length, Math.min(end, at + STRING_UNITS_MAX)),
    start: at,
    prefix,
  });
  return end + mark.length;
}

/** Signs that programs are made of and sentences are not. */
const SIGNS = "(){}[];=<>_";
const IS_SIGN = Uint8Array.from({ length: 0x80 }, (_, unit) => (SIGNS.includes(String.fromCharCode(unit)) ? 1 : 0));
/** A call, the end of a block or statement, or a line that begins as a declaration does. */
const STRUCTURE =
  /[A-Za-z_][\w.]*\([^\n]{0,200}?\)|[{;]\s*(?:\n|$)|\w\s:=\s|^[ \t]*(?:def|class|import|from|function|var|let|const|public|private|using|package|select|#include)\s/im;
const DEFINITION = /^[ \t]*(?:def|func|function|fn|fun)\s+\w+\s?\(/m;
/** A query, with something in it that a sentence does not have. */
const QUERY = /^\s*(?:select\s[^.!?]{1,400}\sfrom\s|insert\s+into\s|delete\s+from\s|update\s+\w+\s+set\s)[^]*[=*;<>]/i;
const SAMPLE_UNITS = 1_500;

/** Whether a text is code rather than prose, by its signs at both ends. */
export function isCode(text: string): boolean {
  const judged = (sample: string): boolean => {
    let signs = 0;
    for (let at = 0; at < sample.length; at++) signs += IS_SIGN[sample.charCodeAt(at)] ?? 0;
    if (QUERY.test(sample) || (sample.includes("(") && DEFINITION.test(sample))) return true;
    return signs >= 3 && signs >= 0.03 * sample.length && STRUCTURE.test(sample);
  };
  return judged(text.slice(0, SAMPLE_UNITS)) || (text.length > SAMPLE_UNITS && judged(text.slice(-SAMPLE_UNITS)));
}

const FENCE = /^[ \t]*(?:```|~~~)/m;
const FENCES_MAX = 32;

/** The code in a text: what stands between its fences, or all of it, or nothing. */
export function codeIn(whole: string): string {
  const text = boundedCode(whole);
  const fenced = (text.includes("```") || text.includes("~~~")) && FENCE.test(text);
  if (!fenced) return isCode(text) ? text : "";
  const parts: string[] = [];
  let open = false;
  for (const part of text.split(/^[ \t]*(?:```|~~~)[^\n]*$/m, 2 * FENCES_MAX)) {
    if (open) parts.push(part);
    open = !open;
  }
  return parts.join("\n");
}
