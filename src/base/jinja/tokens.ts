// Jinja source as tokens (Jinja2 3.1, default delimiters, `trim_blocks` and `lstrip_blocks` as transformers sets them).
// Refuses line statements and other delimiters, which no chat template can switch on. Whoever wrote the template controls
// every character: one pass, no backtracking, a bounded number of tokens.

export interface Token {
  readonly kind: "text" | "open" | "close" | "name" | "string" | "number" | "sign" | "end";
  /** The text between tags; `{%` or `{{` and their ends; the decoded value of a string. */
  readonly value: string;
  readonly at: number;
  readonly to: number;
}

export interface Tokens {
  readonly tokens: readonly Token[];
  readonly comments: readonly { readonly text: string; readonly at: number }[];
  readonly problem: { readonly message: string; readonly at: number } | undefined;
}

/** A long template has twenty thousand; each costs about a hundred bytes (CWE-770). */
export const TOKENS_MAX: number = 300_000;
const COMMENTS_MAX = 1_000;

const NAME = /[\p{L}_\p{Nl}][\p{L}\p{Nl}\p{M}\p{Nd}\p{Pc}]*/uy;
const NUMBER = /0[xX][\da-fA-F_]+|0[bB][01_]+|0[oO][0-7_]+|\d[\d_]*(?:\.\d[\d_]*)?(?:[eE][+-]?\d[\d_]*)?/y;
const SIGNS = [
  "**",
  "//",
  "==",
  "!=",
  "<=",
  ">=",
  "+",
  "-",
  "*",
  "/",
  "%",
  "~",
  "<",
  ">",
  "=",
  ".",
  ":",
  "|",
  ",",
  ";",
];
const CLOSES: Readonly<Record<string, string>> = { "(": ")", "[": "]", "{": "}" };
const RAW = /\{%[-+]?\s{0,100}raw\s{0,100}(-?)%\}/y;
const END_RAW = /\{%([-+]?)\s{0,100}endraw\s{0,100}(-?)[+]?%\}/g;

export function tokensOf(source: string): Tokens {
  const tokens: Token[] = [];
  const comments: { text: string; at: number }[] = [];
  let at = 0;
  /** What the tag before asks of the text behind it. */
  let trim: "all" | "newline" | undefined;
  const fail = (message: string, where: number): Tokens => ({ tokens, comments, problem: { message, at: where } });
  const text = (from: number, to: number, next: string): void => {
    let value = source.slice(from, to);
    if (trim === "all") value = value.trimStart();
    else if (trim === "newline" && value.startsWith("\n")) value = value.slice(1);
    const at = to - value.length;
    if (next === "-") value = value.trimEnd();
    else if (next === "block") value = value.slice(0, lineIndent(value, from === 0 || trim !== undefined));
    trim = undefined;
    if (value !== "") tokens.push({ kind: "text", value, at, to });
  };
  while (at < source.length) {
    const tag = nextTag(source, at);
    if (tag < 0) {
      text(at, source.length, "");
      break;
    }
    const sign = source[tag + 1] ?? "";
    const mark = source[tag + 2] ?? "";
    text(at, tag, mark === "-" ? "-" : sign !== "{" && mark !== "+" ? "block" : "");
    if (sign === "#") {
      const end = source.indexOf("#}", tag + 2);
      if (end < 0) return fail("a comment that never ends", tag);
      if (comments.length < COMMENTS_MAX) comments.push({ text: source.slice(tag + 2, end), at: tag });
      trim = source[end - 1] === "-" ? "all" : "newline";
      at = end + 2;
      continue;
    }
    RAW.lastIndex = tag;
    const raw = sign === "%" ? RAW.exec(source) : null;
    if (raw) {
      END_RAW.lastIndex = RAW.lastIndex;
      const end = END_RAW.exec(source);
      if (!end) return fail("a raw block that never ends", tag);
      trim = raw[1] === "-" ? "all" : "newline";
      text(tag + raw[0].length, end.index, end[1] === "-" ? "-" : "");
      trim = end[2] === "-" ? "all" : "newline";
      at = end.index + end[0].length;
      continue;
    }
    const open = source.slice(tag, tag + 2);
    tokens.push({ kind: "open", value: open, at: tag, to: tag + 2 });
    const inside = tagTokens(source, tag + (mark === "-" || mark === "+" ? 3 : 2), sign === "%" ? "%}" : "}}", tokens);
    if (inside.problem !== undefined) return fail(inside.problem, inside.at);
    trim = inside.trims ? "all" : sign === "%" ? "newline" : undefined;
    at = inside.at;
    if (tokens.length > TOKENS_MAX) return fail(`more than ${TOKENS_MAX} words and signs`, at);
  }
  tokens.push({ kind: "end", value: "", at: source.length, to: source.length });
  return { tokens, comments, problem: undefined };
}

function nextTag(source: string, from: number): number {
  for (let at = source.indexOf("{", from); at >= 0; at = source.indexOf("{", at + 1)) {
    const next = source[at + 1];
    if (next === "%" || next === "{" || next === "#") return at;
  }
  return -1;
}

/** `lstrip_blocks`: blanks between the start of the line and a block tag are no text. */
function lineIndent(text: string, startsLine: boolean): number {
  let end = text.length;
  while (end > 0 && (text[end - 1] === " " || text[end - 1] === "\t")) end--;
  return end === 0 ? (startsLine ? 0 : text.length) : text[end - 1] === "\n" ? end : text.length;
}

/** The tokens between the delimiters of one tag. */
function tagTokens(
  source: string,
  start: number,
  close: string,
  tokens: Token[],
): { at: number; trims: boolean; problem?: string } {
  const stack: string[] = [];
  const begin = tokens.length;
  let at = start;
  const push = (kind: Token["kind"], value: string, to: number): void => {
    tokens.push({ kind, value, at, to });
    at = to;
  };
  while (at < source.length && tokens.length - begin <= TOKENS_MAX) {
    const c = source[at] ?? "";
    if (/\s/.test(c)) {
      at++;
      continue;
    }
    if (stack.length === 0) {
      const trims = c === "-" || c === "+";
      if (source.startsWith(close, trims ? at + 1 : at)) {
        push("close", close, at + (trims ? 3 : 2));
        return { at, trims: c === "-" };
      }
    }
    NAME.lastIndex = at;
    const name = NAME.exec(source)?.[0];
    if (name !== undefined) {
      push("name", name.normalize("NFKC"), at + name.length);
      continue;
    }
    NUMBER.lastIndex = at;
    const number = NUMBER.exec(source)?.[0];
    if (number !== undefined) {
      push("number", number.replaceAll("_", ""), at + number.length);
      continue;
    }
    if (c === '"' || c === "'") {
      const end = stringEnd(source, at, c);
      if (end < 0) return { at, trims: false, problem: "a string that never ends" };
      push("string", unescaped(source.slice(at + 1, end)), end + 1);
      continue;
    }
    const closing = CLOSES[c];
    if (closing !== undefined) {
      stack.push(closing);
      push("sign", c, at + 1);
      continue;
    }
    if (c === ")" || c === "]" || c === "}") {
      if (stack.pop() !== c) return { at, trims: false, problem: `a ${c} that nothing opens` };
      push("sign", c, at + 1);
      continue;
    }
    const sign = SIGNS.find((one) => source.startsWith(one, at));
    if (sign === undefined) return { at, trims: false, problem: "a sign that Jinja does not know" };
    push("sign", sign, at + sign.length);
  }
  return { at: start, trims: false, problem: "a tag that never ends" };
}

function stringEnd(source: string, at: number, quote: string): number {
  for (let end = at + 1; end < source.length; end++) {
    if (source[end] === "\\") end++;
    else if (source[end] === quote) return end;
  }
  return -1;
}

const ESCAPE = /\\(?:x([\da-fA-F]{2})|u([\da-fA-F]{4})|U([\da-fA-F]{8})|([0-7]{1,3})|(\r?\n)|([\s\S]))/g;
const SIMPLE: Readonly<Record<string, string>> = { n: "\n", t: "\t", r: "\r", a: "\x07", b: "\b", f: "\f", v: "\v" };

/** A string's value: Jinja decodes it as Python's `unicode-escape`. */
function unescaped(body: string): string {
  if (!body.includes("\\")) return body;
  return body.replace(
    ESCAPE,
    (all, two?: string, four?: string, eight?: string, octal?: string, line?: string, one?: string) => {
      if (octal !== undefined) return String.fromCharCode(Number.parseInt(octal, 8));
      const digits = two ?? four ?? eight;
      if (digits !== undefined) {
        const code = Number.parseInt(digits, 16);
        return code > 0x10ffff ? all : String.fromCodePoint(code);
      }
      if (line !== undefined) return "";
      return one === undefined ? all : (SIMPLE[one] ?? ("\\'\"".includes(one) ? one : all));
    },
  );
}
