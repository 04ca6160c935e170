// JSON (RFC 8259) that keeps what JSON.parse hides: values under a key that a later duplicate shadows, and where a text
// breaks. Besides the standard it takes NaN, Infinity and -Infinity, because Python's json.dumps writes them. Refuses
// comments, trailing commas, single quotes and raw control characters. Never throws; recursion is bounded by `depthMax`.
import { LIMITS } from "./limits.ts";

export interface Shadowed {
  /** RFC 6901 pointer of the key that occurs again. */
  readonly pointer: string;
  readonly value: unknown;
}

export interface ParsedJson {
  /** The last of duplicate keys wins, as in JSON.parse. Of a broken text, what was read before the break. */
  readonly value: unknown;
  readonly shadowed: readonly Shadowed[];
  readonly problem?: string;
  /** UTF-16 offset of the problem; the length of the text where it ends too early. */
  readonly at?: number;
}

const NONE: readonly Shadowed[] = [];

/** Parses one JSON text. JSON.parse does the work wherever counting keys proves that it hid none. */
export function parseJson(text: string, depthMax: number = LIMITS.depthMax): ParsedJson {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return new Parser(text, depthMax).parse();
  }
  // Whoever wrote the record may repeat a key: JSON.parse keeps the last value and a payload in the first goes unseen.
  if (typeof value !== "object" || value === null || keysInText(text) === keysInValue(value, depthMax)) {
    return { value, shadowed: NONE };
  }
  return new Parser(text, depthMax).parse();
}

/** Keys as written, of a text that JSON.parse accepted. */
function keysInText(text: string): number {
  let count = 0;
  for (let open = text.indexOf('"'); open >= 0;) {
    let at = stringEnd(text, open) + 1;
    let code = text.charCodeAt(at);
    while (code === 32 || code === 10 || code === 13 || code === 9) code = text.charCodeAt(++at);
    if (code === COLON) count++;
    open = code === QUOTE ? at : text.indexOf('"', at);
  }
  return count;
}

/** Keys of a parsed value; NaN, which equals no count, where it is nested too deeply to recurse into. */
function keysInValue(value: object, depthLeft: number): number {
  if (depthLeft <= 0) return Number.NaN;
  let count = 0;
  if (Array.isArray(value)) {
    for (const item of value) if (typeof item === "object" && item !== null) count += keysInValue(item, depthLeft - 1);
    return count;
  }
  for (const key of Object.keys(value)) {
    count++;
    const item = (value as Record<string, unknown>)[key];
    if (typeof item === "object" && item !== null) count += keysInValue(item, depthLeft - 1);
  }
  return count;
}

const QUOTE = 34;
const COLON = 58;
const BACKSLASH = 92;

/** Index of the quote that closes the string opened at `open`; -1 if none does. Linear: a run of backslashes is counted
 * only for the quote it touches. */
function stringEnd(text: string, open: number): number {
  for (let at = text.indexOf('"', open + 1); at >= 0; at = text.indexOf('"', at + 1)) {
    let slash = at - 1;
    while (slash > open && text.charCodeAt(slash) === BACKSLASH) slash--;
    if ((at - slash) % 2 === 1) return at;
  }
  return -1;
}

const SHADOWED_MAX = LIMITS.fieldsPerRecordMax;
const NUMBER = /-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?/y;
const NUMBER_CUT = /^-?(?:(?:0|[1-9][0-9]*)(?:\.|(?:\.[0-9]+)?[eE][+-]?))?$/;
const WORDS: readonly (readonly [string, unknown])[] = [
  ["true", true],
  ["false", false],
  ["null", null],
  ["NaN", Number.NaN],
  ["Infinity", Number.POSITIVE_INFINITY],
  ["-Infinity", Number.NEGATIVE_INFINITY],
];
// oxlint-disable-next-line no-control-regex -- the control characters that RFC 8259, section 7, forbids.
const PLAIN = /^[^\\\u0000-\u001f]*$/;

class Parser {
  readonly #text: string;
  readonly #depthMax: number;
  readonly #shadowed: Shadowed[] = [];
  readonly #path: string[] = [];
  #at = 0;
  #problem: string | undefined;
  #problemAt = 0;
  #broken = false;

  constructor(text: string, depthMax: number) {
    this.#text = text;
    this.#depthMax = depthMax;
  }

  parse(): ParsedJson {
    this.#space();
    const value = this.#value(0);
    this.#space();
    if (!this.#broken && this.#at < this.#text.length) this.#fail("text after the value", this.#at);
    return {
      value,
      shadowed: this.#shadowed,
      ...(this.#problem === undefined ? {} : { problem: this.#problem, at: this.#problemAt }),
    };
  }

  /** Breaks off: every caller returns what it has. */
  #fail(problem: string, at: number): undefined {
    if (!this.#broken) {
      this.#problem = problem;
      this.#problemAt = at;
    }
    this.#broken = true;
    return undefined;
  }

  #space(): void {
    for (;;) {
      const code = this.#text.charCodeAt(this.#at);
      if (code !== 32 && code !== 10 && code !== 13 && code !== 9) return;
      this.#at++;
    }
  }

  #value(depth: number): unknown {
    const code = this.#text.charCodeAt(this.#at);
    if (code === QUOTE) return this.#string();
    if (code === 123 || code === 91) {
      if (depth >= this.#depthMax) return this.#tooDeep();
      return code === 123 ? this.#object(depth) : this.#array(depth);
    }
    return this.#scalar();
  }

  #string(): string | undefined {
    const open = this.#at;
    const end = stringEnd(this.#text, open);
    if (end < 0) return this.#fail("the text ends inside a string", this.#text.length);
    const inner = this.#text.slice(open + 1, end);
    this.#at = end + 1;
    if (PLAIN.test(inner)) return inner;
    try {
      return JSON.parse(this.#text.slice(open, end + 1)) as string;
    } catch {
      return this.#fail("a string holds a control character or an unknown escape", open);
    }
  }

  #scalar(): unknown {
    const text = this.#text;
    for (const [word, value] of WORDS) {
      if (text.startsWith(word, this.#at)) {
        this.#at += word.length;
        return value;
      }
    }
    NUMBER.lastIndex = this.#at;
    const digits = NUMBER.exec(text)?.[0];
    const rest = text.slice(this.#at, this.#at + 400);
    if (
      text.length - this.#at === rest.length &&
      (NUMBER_CUT.test(rest) || WORDS.some(([word]) => word.startsWith(rest)))
    ) {
      return this.#fail("the text ends where a value should be", text.length);
    }
    if (digits === undefined) return this.#fail("no JSON value", this.#at);
    this.#at += digits.length;
    return Number(digits);
  }

  #array(depth: number): unknown[] {
    const items: unknown[] = [];
    this.#at++;
    this.#space();
    if (this.#closes(93)) return items;
    while (!this.#broken) {
      this.#path.push(String(items.length));
      const item = this.#value(depth + 1);
      this.#path.pop();
      if (!this.#broken || item !== undefined) items.push(item);
      if (this.#broken || this.#ends(93)) break;
    }
    return items;
  }

  #object(depth: number): Record<string, unknown> {
    const object: Record<string, unknown> = {};
    this.#at++;
    this.#space();
    if (this.#closes(125)) return object;
    while (!this.#broken) {
      if (this.#text.charCodeAt(this.#at) !== QUOTE) {
        this.#fail(
          this.#at < this.#text.length ? "no key where one should be" : "the text ends inside an object",
          this.#at,
        );
        break;
      }
      const key = this.#string();
      if (key === undefined) break;
      this.#space();
      if (this.#text.charCodeAt(this.#at) !== COLON) {
        this.#fail(this.#at < this.#text.length ? "no colon after a key" : "the text ends after a key", this.#at);
        break;
      }
      this.#at++;
      this.#space();
      this.#path.push(key);
      const value = this.#value(depth + 1);
      if (!this.#broken || value !== undefined) this.#set(object, key, value);
      this.#path.pop();
      if (this.#broken || this.#ends(125)) break;
    }
    return object;
  }

  #set(object: Record<string, unknown>, key: string, value: unknown): void {
    if (Object.hasOwn(object, key)) {
      // Whoever wrote the text can repeat a key millions of times (CWE-770).
      if (this.#shadowed.length >= SHADOWED_MAX) this.#fail("too many repeated keys", this.#at);
      else this.#shadowed.push({ pointer: pointerOf(this.#path), value: object[key] });
    }
    // Plain assignment to `__proto__` would let whoever wrote the text choose the prototype (CWE-1321).
    if (key === "__proto__")
      Object.defineProperty(object, key, {
        value,
        writable: true,
        enumerable: true,
        configurable: true,
      });
    else object[key] = value;
  }

  #closes(closer: number): boolean {
    if (this.#text.charCodeAt(this.#at) !== closer) return false;
    this.#at++;
    return true;
  }

  /** After an item: true when the container ends here, or breaks; otherwise the comma is passed. */
  #ends(closer: number): boolean {
    this.#space();
    if (this.#closes(closer)) return true;
    if (this.#text.charCodeAt(this.#at) !== 44) {
      this.#fail(
        this.#at < this.#text.length ? "no comma between values" : "the text ends inside a list or object",
        this.#at,
      );
      return true;
    }
    this.#at++;
    this.#space();
    return false;
  }

  /** The writer chooses the depth, and the stack pays for it (CWE-674): deeper parts stay raw text, still searched. */
  #tooDeep(): string | undefined {
    const from = this.#at;
    let depth = 0;
    for (let at = from; at < this.#text.length; at++) {
      const code = this.#text.charCodeAt(at);
      if (code === QUOTE) {
        at = stringEnd(this.#text, at);
        if (at < 0) break;
      } else if (code === 123 || code === 91) depth++;
      else if ((code === 125 || code === 93) && --depth === 0) {
        this.#at = at + 1;
        this.#problem ??= `nested deeper than ${this.#depthMax} levels; the deeper part was read as text`;
        this.#problemAt = from;
        return this.#text.slice(from, this.#at);
      }
    }
    return this.#fail("the text ends inside a list or object", this.#text.length);
  }
}

const pointerOf = (path: readonly string[]): string =>
  path.map((key) => `/${key.replaceAll("~", "~0").replaceAll("/", "~1")}`).join("");
