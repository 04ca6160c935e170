// Python literals (Python 3.14 Language Reference, 2.4 to 2.7, as ast.literal_eval takes them) as values: strings with
// prefixes, triple quotes and implicit concatenation, numbers, None, True, False, lists, tuples, sets, dicts, comments.
// Refuses names, calls, operators and f-strings: nothing is ever evaluated. Never throws; recursion is bounded.
import type { Shadowed } from "../../base/json.ts";

export interface ParsedLiteral {
  readonly value: unknown;
  readonly shadowed: readonly Shadowed[];
  /** The text holds a string whose raw form differs from its value by more than JSON's escapes. */
  readonly odd: boolean;
  readonly problem?: string;
  /** UTF-16 offset of the problem; the length of the text where it ends too early. */
  readonly at?: number;
}

export function parsePython(text: string, depthMax: number): ParsedLiteral {
  return new Literal(text, depthMax).parse();
}

const NUMBER =
  /[+-]?(?:0[xX][0-9a-fA-F_]+|0[oO][0-7_]+|0[bB][01_]+|(?:[0-9][0-9_]*\.?[0-9_]*|\.[0-9][0-9_]*)(?:[eE][+-]?[0-9]+)?)/y;
const WORD = /[A-Za-z_][A-Za-z0-9_]*/y;
const PREFIX = /^(?:[uUbBrR]|[bB][rR]|[rR][bB])$/;
const WORDS = new Map<string, unknown>([
  ["None", null],
  ["True", true],
  ["False", false],
]);
const SIMPLE = new Map([
  ["n", "\n"],
  ["t", "\t"],
  ["r", "\r"],
  ["b", "\b"],
  ["f", "\f"],
  ["a", "\x07"],
  ["v", "\v"],
  ["\\", "\\"],
  ["'", "'"],
  ['"', '"'],
  ["\n", ""],
]);
const CODES = new Map([
  ["x", 2],
  ["u", 4],
  ["U", 8],
]);

class Literal {
  readonly #text: string;
  readonly #depthMax: number;
  readonly #shadowed: Shadowed[] = [];
  readonly #path: string[] = [];
  #at = 0;
  #odd = false;
  #problem: string | undefined;
  #problemAt = 0;

  constructor(text: string, depthMax: number) {
    this.#text = text;
    this.#depthMax = depthMax;
  }

  parse(): ParsedLiteral {
    this.#space();
    const value = this.#value(0);
    this.#space();
    if (this.#at < this.#text.length) this.#fail("text after the value");
    return {
      value,
      shadowed: this.#shadowed,
      odd: this.#odd,
      ...(this.#problem === undefined ? {} : { problem: this.#problem, at: this.#problemAt }),
    };
  }

  /** Breaks off: every caller returns what it has. */
  #fail(problem: string, at = this.#at): undefined {
    if (this.#problem === undefined) {
      this.#problem = at >= this.#text.length ? "the text ends inside a value" : problem;
      this.#problemAt = at;
    }
    this.#at = this.#text.length;
    return undefined;
  }

  #space(): void {
    for (;;) {
      const code = this.#text.charCodeAt(this.#at);
      if (code === 32 || (code >= 9 && code <= 13)) this.#at++;
      else if (code === 35) {
        const newline = this.#text.indexOf("\n", this.#at);
        this.#at = newline < 0 ? this.#text.length : newline + 1;
      } else return;
    }
  }

  #value(depth: number): unknown {
    if (depth > this.#depthMax) return this.#fail(`nested deeper than ${this.#depthMax} levels`);
    const character = this.#text[this.#at];
    if (character === "{") return this.#braces(depth);
    if (character === "[") return this.#items("]", depth);
    if (character === "(") return this.#parentheses(depth);
    if (character === "'" || character === '"') return this.#strings();
    WORD.lastIndex = this.#at;
    const word = WORD.exec(this.#text)?.[0];
    if (word !== undefined) {
      const next = this.#text[this.#at + word.length];
      if ((next === "'" || next === '"') && PREFIX.test(word)) return this.#strings();
      if (!WORDS.has(word)) return this.#fail("a name, which is no literal");
      this.#at += word.length;
      return WORDS.get(word);
    }
    NUMBER.lastIndex = this.#at;
    const digits = NUMBER.exec(this.#text)?.[0];
    if (digits === undefined) return this.#fail("no Python literal");
    this.#at += digits.length;
    const plain = digits.replaceAll("_", "");
    return /^-0[xXoObB]/.test(plain) ? -Number(plain.slice(1)) : Number(plain.replace(/^\+/, ""));
  }

  #items(closer: string, depth: number): unknown[] {
    const items: unknown[] = [];
    this.#at++;
    for (;;) {
      this.#space();
      if (this.#takes(closer) || this.#problem !== undefined) return items;
      this.#path.push(String(items.length));
      items.push(this.#value(depth + 1));
      this.#path.pop();
      this.#space();
      if (this.#takes(closer)) return items;
      if (!this.#takes(",")) {
        this.#fail("no comma between values");
        return items;
      }
    }
  }

  /** A tuple as a list; a value in parentheses as itself, strings over several lines among them. */
  #parentheses(depth: number): unknown {
    const open = this.#at;
    const items = this.#items(")", depth);
    return items.length === 1 && !/,\s*\)$/.test(this.#text.slice(Math.max(open, this.#at - 64), this.#at))
      ? items[0]
      : items;
  }

  /** A dict, or a set as a list. */
  #braces(depth: number): unknown {
    const object: Record<string, unknown> = {};
    const set: unknown[] = [];
    let isSet = false;
    this.#at++;
    for (let first = true; ; first = false) {
      this.#space();
      if (this.#takes("}") || this.#problem !== undefined) return isSet ? set : object;
      const key = this.#value(depth + 1);
      this.#space();
      if (first) isSet = this.#text[this.#at] !== ":" && this.#problem === undefined;
      if (isSet) set.push(key);
      else if (this.#takes(":")) {
        this.#space();
        // A key that is no string has the name it is printed with.
        const name = typeof key === "string" ? key : JSON.stringify(key);
        this.#path.push(name);
        this.#set(object, name, this.#value(depth + 1));
        this.#path.pop();
      } else this.#fail("no colon after a key");
      this.#space();
      if (this.#takes("}")) return isSet ? set : object;
      if (!this.#takes(",")) {
        this.#fail("no comma between values");
        return isSet ? set : object;
      }
    }
  }

  #set(object: Record<string, unknown>, key: string, value: unknown): void {
    if (Object.hasOwn(object, key)) {
      const pointer = this.#path.map((step) => `/${step.replaceAll("~", "~0").replaceAll("/", "~1")}`).join("");
      this.#shadowed.push({ pointer, value: object[key] });
    }
    // Plain assignment to `__proto__` would let whoever wrote the text choose the prototype (CWE-1321).
    Object.defineProperty(object, key, {
      value,
      writable: true,
      enumerable: true,
      configurable: true,
    });
  }

  #takes(character: string): boolean {
    if (this.#text[this.#at] !== character) return false;
    this.#at++;
    return true;
  }

  /** Strings side by side are one: whoever wrote the file can cut a word in two that way. */
  #strings(): string {
    const parts: string[] = [];
    for (;;) {
      const before = this.#at;
      let prefix = "";
      while (/[uUbBrR]/.test(this.#text[this.#at] ?? "") && prefix.length < 2) prefix += this.#text[this.#at++];
      const quote = this.#text[this.#at];
      if (quote !== "'" && quote !== '"') {
        this.#at = before;
        break;
      }
      parts.push(this.#string(quote, /r/i.test(prefix)));
      if (this.#problem !== undefined) break;
      this.#space();
    }
    if (parts.length > 1) this.#odd = true;
    return parts.join("");
  }

  #string(quote: string, raw: boolean): string {
    const text = this.#text;
    const triple = text.startsWith(quote.repeat(3), this.#at);
    const close = triple ? quote.repeat(3) : quote;
    const parts: string[] = [];
    let from = this.#at + close.length;
    let at = from;
    for (; ; at++) {
      const character = text[at];
      if (character === undefined || (character === "\n" && !triple)) {
        this.#fail("a string does not end on its line", at);
        break;
      }
      if (character === quote && (!triple || text.startsWith(close, at))) {
        this.#at = at + close.length;
        break;
      }
      if (character !== "\\") continue;
      if (raw) {
        this.#odd = true;
        at++;
        continue;
      }
      parts.push(text.slice(from, at));
      const [value, length] = this.#escape(at);
      parts.push(value);
      from = at + length;
      at = from - 1;
    }
    parts.push(text.slice(from, at));
    return parts.join("");
  }

  /** The character of an escape and its length; an unknown one, and \N{…}, stays as it is. */
  #escape(at: number): readonly [string, number] {
    const letter = this.#text[at + 1] ?? "";
    const simple = SIMPLE.get(letter);
    if (simple !== undefined) {
      if (letter === "\n") this.#odd = true;
      return [simple, 2];
    }
    const digits = CODES.get(letter);
    if (digits !== undefined) {
      if (letter !== "u") this.#odd = true;
      const hex = this.#text.slice(at + 2, at + 2 + digits);
      const code = hex.length === digits && /^[0-9a-fA-F]+$/.test(hex) ? Number.parseInt(hex, 16) : -1;
      return code >= 0 && code <= 0x10ffff ? [String.fromCodePoint(code), 2 + digits] : [`\\${letter}`, 2];
    }
    const octal = /^[0-7]{1,3}/.exec(this.#text.slice(at + 1, at + 4))?.[0];
    if (octal !== undefined) {
      this.#odd = true;
      return [String.fromCodePoint(Number.parseInt(octal, 8)), 1 + octal.length];
    }
    return [`\\${letter}`, 1 + letter.length];
  }
}
