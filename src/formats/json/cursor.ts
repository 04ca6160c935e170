// Steps over JSON in bytes held in memory, without parsing it: where a value ends, and the items of a list or object one
// by one. Iterative, so that nesting costs no stack. Broken text ends a value at the end of the bytes.

export const QUOTE = 0x22;
export const COMMA = 0x2c;
export const OPEN_LIST = 0x5b;
export const BACKSLASH = 0x5c;
export const CLOSE_LIST = 0x5d;
export const OPEN_OBJECT = 0x7b;
export const CLOSE_OBJECT = 0x7d;

/** 1 for quotes, 2 for openers, 3 for closers, 0 for all that can be passed over inside a value. */
export const CLASS: Uint8Array = new Uint8Array(256);
CLASS[QUOTE] = 1;
CLASS[OPEN_LIST] = CLASS[OPEN_OBJECT] = 2;
CLASS[CLOSE_LIST] = CLASS[CLOSE_OBJECT] = 3;

// Short strings end sooner in a loop, long ones in the native search.
const LOOP_BYTES = 32;

/** The string goes on past the end; `CUT_ESCAPE` when, besides, the last byte escapes the next. */
export const CUT = -1;
export const CUT_ESCAPE = -2;

/** The index after the quote that ends a string whose inside goes on at `from`; `CUT` or `CUT_ESCAPE` if none does. */
export function afterString(bytes: Buffer, from: number, to: number): number {
  for (let at = from; ;) {
    // A loop first, again after every escaped quote: code is full of them, and each native search has its price.
    const near = Math.min(to, at + LOOP_BYTES);
    while (at < near) {
      const byte = bytes[at] as number;
      if (byte === QUOTE) return at + 1;
      at += byte === BACKSLASH ? 2 : 1;
    }
    if (at >= to) return at > to ? CUT_ESCAPE : CUT;
    const quote = bytes.indexOf(QUOTE, at);
    if (quote < 0 || quote >= to) return isEscaped(bytes, at, to) ? CUT_ESCAPE : CUT;
    if (!isEscaped(bytes, at, quote)) return quote + 1;
    at = quote + 1;
  }
}

/** Whether an odd run of backslashes, begun at `from` at the earliest, stands before `at`. */
function isEscaped(bytes: Buffer, from: number, at: number): boolean {
  let slash = at - 1;
  while (slash >= from && bytes[slash] === BACKSLASH) slash--;
  return (at - slash) % 2 === 0;
}

export const afterSpace = (bytes: Uint8Array, from: number, to: number): number => {
  let at = from;
  while (at < to && (bytes[at] as number) <= 32) at++;
  return at;
};

/** The index after the value that starts at `from`; of a scalar, after its last character. */
export function afterValue(bytes: Buffer, from: number, to: number): number {
  const first = CLASS[bytes[from] as number];
  if (first === 1) return orEnd(afterString(bytes, from + 1, to), to);
  if (first !== 2) {
    let at = from;
    while (at < to && (bytes[at] as number) > 32 && bytes[at] !== COMMA && CLASS[bytes[at] as number] !== 3) at++;
    return at;
  }
  let depth = 0;
  for (let at = from; at < to;) {
    const kind = CLASS[bytes[at] as number];
    if (kind === 1) at = orEnd(afterString(bytes, at + 1, to), to);
    else {
      at++;
      if (kind === 2) depth++;
      else if (kind === 3 && --depth === 0) return at;
    }
  }
  return to;
}

const orEnd = (after: number, to: number): number => (after < 0 ? to : after);

/** The items of a list, or the members of an object, in turn. */
export class Cursor {
  /** The item: for a member its key, colon and value. */
  itemStart = 0;
  /** The value of the item. */
  start = 0;
  end = 0;
  keyStart = 0;
  keyEnd = 0;
  /** After the last item: where the closing bracket stands, or where the text broke. */
  at: number;
  readonly #bytes: Buffer;
  readonly #to: number;
  readonly #keyed: boolean;

  /** `open` is the place of the opening bracket; nothing at or past `to` is looked at. */
  constructor(bytes: Buffer, open: number, to: number) {
    this.#bytes = bytes;
    this.#to = to;
    this.#keyed = bytes[open] === OPEN_OBJECT;
    this.at = afterSpace(bytes, open + 1, to);
  }

  next(): boolean {
    const bytes = this.#bytes;
    const to = this.#to;
    while (bytes[this.at] === COMMA && this.at < to) this.at = afterSpace(bytes, this.at + 1, to);
    if (this.at >= to || CLASS[bytes[this.at] as number] === 3) return false;
    this.itemStart = this.start = this.keyStart = this.keyEnd = this.at;
    let end = afterValue(bytes, this.at, to);
    if (this.#keyed && bytes[this.at] === QUOTE) {
      this.keyEnd = end;
      const colon = afterSpace(bytes, end, to);
      if (bytes[colon] === 0x3a && colon < to) {
        this.start = Math.min(to, afterSpace(bytes, colon + 1, to));
        end = this.start < to ? Math.max(this.start, afterValue(bytes, this.start, to)) : to;
      }
    }
    if (end === this.itemStart) end++;
    this.end = end;
    this.at = afterSpace(bytes, end, to);
    return true;
  }

  get key(): string {
    return keyText(this.#bytes.subarray(this.keyStart, this.keyEnd));
  }
}

/** A key from its raw bytes with quotes. */
export function keyText(raw: Uint8Array): string {
  const text = Buffer.from(raw.buffer, raw.byteOffset, raw.length).toString("utf8");
  try {
    return String(JSON.parse(text));
  } catch {
    return text;
  }
}
