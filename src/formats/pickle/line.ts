// Operands that are lines of text, as the C unpickler reads them: numbers by strtol and int(), floats, quoted strings
// with escapes, and raw-unicode-escape.

export function decodeLine(bytes: Uint8Array, from: number, to: number, utf8 = false): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset + from, to - from).toString(utf8 ? "utf8" : "latin1");
}

const WHOLE =
  /^[ \t\v\f\r]*[+-]?(?:0[xX]_?[0-9a-fA-F]+(?:_[0-9a-fA-F]+)*|0[oO]_?[0-7]+(?:_[0-7]+)*|0[bB]_?[01]+(?:_[01]+)*|\d+(?:_\d+)*)[ \t\v\f\r]*$/;
const FLOAT = /^[+-]?(?:(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?|inf|infinity|nan)$/i;
/** Longer ones are judged by their characters alone: no honest number is. */
const PATTERN_MAX = 4_400;

/** strtol stops at a zero byte and the C unpickler takes that for the end. */
const untilZero = (text: string): string => {
  const at = text.indexOf("\0");
  return at < 0 ? text : text.slice(0, at);
};

export const isIntLine = (text: string): boolean => {
  const number = untilZero(text);
  return number.length > PATTERN_MAX ? /^[+-]?[\da-fA-FxX_]*$/.test(number) : WHOLE.test(number);
};

export const isFloatLine = (text: string): boolean => {
  const number = untilZero(text);
  return number.length > PATTERN_MAX ? /^[+-]?[\d.eE+-]*$/.test(number) : FLOAT.test(number);
};

/** int(text) in base 10, not negative and not larger than a memo can be. */
export function memoIndex(text: string): number | undefined {
  if (text.length > 40 || !/^[ \t\v\f\r]*\+?\d+(?:_\d+)*[ \t\v\f\r]*$/.test(text)) return undefined;
  const index = Number(text.trim().replaceAll("_", ""));
  return index <= 2 ** 53 ? index : undefined;
}

/** The inside of a quoted string with its escapes resolved; undefined where it is not quoted. */
export function stringLine(line: string): string | undefined {
  const text = line.replace(/[ \t\v\f\r]+$/, "");
  const quote = text.charAt(0);
  if (text.length < 2 || (quote !== "'" && quote !== '"') || !text.endsWith(quote)) return undefined;
  // A backslash escapes itself first; what then is \x without two digits is refused.
  if (/(?:^|[^\\])(?:\\\\)*\\x(?![0-9a-fA-F]{2})/.test(text)) return undefined;
  return text
    .slice(1, -1)
    .replace(/\\(?:x([0-9a-fA-F]{2})|([0-7]{1,3})|(.))/g, (_, hex?: string, octal?: string, letter?: string) =>
      hex !== undefined
        ? String.fromCharCode(Number.parseInt(hex, 16))
        : octal !== undefined
          ? String.fromCharCode(Number.parseInt(octal, 8) & 0xff)
          : (ESCAPES[letter ?? ""] ?? `\\${letter}`),
    );
}

const ESCAPES: Readonly<Record<string, string>> = {
  "\\": "\\",
  "'": "'",
  '"': '"',
  a: "\x07",
  b: "\b",
  f: "\f",
  n: "\n",
  r: "\r",
  t: "\t",
  v: "\v",
};

/** raw-unicode-escape: only \u and \U are escapes. Undefined where one is cut. */
export function unicodeLine(line: string): string | undefined {
  let broken = false;
  const text = line.replace(/(\\+)(u[0-9a-fA-F]{0,4}|U[0-9a-fA-F]{0,8})/g, (whole, slashes: string, escape: string) => {
    // An even number of backslashes escapes nothing.
    if (slashes.length % 2 === 0) return whole;
    const code = Number.parseInt(escape.slice(1), 16);
    if (escape.length !== (escape.startsWith("u") ? 5 : 9) || !(code <= 0x10ffff)) {
      broken = true;
      return whole;
    }
    return slashes.slice(1) + String.fromCodePoint(code);
  });
  return broken ? undefined : text;
}
