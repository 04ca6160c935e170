// The elements of one Python list literal in bytes held in memory: strings in all their quotes, comments and brackets are
// stepped over without parsing them.
import { Spans } from "./spans.ts";

export interface LiteralSpans {
  readonly starts: Uint32Array;
  readonly ends: Uint32Array;
  /** The list ended, and nothing but space and comments follows. */
  readonly closed: boolean;
}

const BACKSLASH = 0x5c;
const NEWLINE = 0x0a;

export function literalSpans(bytes: Buffer): LiteralSpans {
  const spans = new Spans();
  let depth = 0;
  let start = -1;
  let end = 0;
  let closed = false;
  const finish = (): void => {
    if (start >= 0) spans.add(start, end);
    start = -1;
  };
  for (let at = 0; at < bytes.length;) {
    const byte = bytes[at] as number;
    if (byte === 0x23) {
      const newline = bytes.indexOf(NEWLINE, at);
      at = newline < 0 ? bytes.length : newline;
      continue;
    }
    if (byte <= 32) {
      at++;
      continue;
    }
    const isOpener = byte === 0x5b || byte === 0x7b || byte === 0x28;
    const isCloser = byte === 0x5d || byte === 0x7d || byte === 0x29;
    if (isCloser && depth === 1) {
      finish();
      depth = 0;
      closed = true;
      at++;
      continue;
    }
    if (depth === 1 && byte === 0x2c) {
      finish();
      at++;
      continue;
    }
    if (start < 0 && (depth > 0 || closed)) start = at;
    if (byte === 0x22 || byte === 0x27) at = afterLiteral(bytes, at);
    else {
      at++;
      if (isOpener) depth++;
      else if (isCloser) depth = Math.max(0, depth - 1);
    }
    end = at;
  }
  const all = closed && start < 0;
  finish();
  return { starts: spans.starts, ends: spans.ends, closed: all };
}

/** The index after the string that opens at `open`; after its line, or the bytes, where it does not end. */
function afterLiteral(bytes: Buffer, open: number): number {
  const quote = bytes[open] as number;
  const triple = bytes[open + 1] === quote && bytes[open + 2] === quote;
  for (let at = open + (triple ? 3 : 1); at < bytes.length; at++) {
    const byte = bytes[at] as number;
    if (byte === BACKSLASH) at++;
    else if (byte === quote && (!triple || (bytes[at + 1] === quote && bytes[at + 2] === quote)))
      return at + (triple ? 3 : 1);
    else if (byte === NEWLINE && !triple) return at;
  }
  return bytes.length;
}
