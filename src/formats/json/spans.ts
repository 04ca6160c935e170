// Spans of records in a buffer, and the batch made of them: what the line splitter and the element splitter share.
import { isUtf8 } from "node:buffer";
import { problem, type ProblemPart } from "../../core/format.ts";
import type { RawEscapes, RecordBatch, RecordValue } from "../../core/record.ts";
import type { Limits } from "../../base/limits.ts";
import { decodeText } from "../../base/utf8.ts";
import { parseJson } from "../../base/json.ts";
import { unescaped } from "../shared/unescape.ts";

/** A growing list of [start, end) pairs, used again for the next batch. */
export class Spans {
  count = 0;
  #starts = new Uint32Array(1024);
  #ends = new Uint32Array(1024);
  #marks = new Uint8Array(1024);

  /** `mark` is whatever the caller wants to know of the span again. */
  add(start: number, end: number, mark = 0): void {
    if (this.count === this.#starts.length) {
      const starts = new Uint32Array(this.count * 2);
      const ends = new Uint32Array(this.count * 2);
      starts.set(this.#starts);
      ends.set(this.#ends);
      const marks = new Uint8Array(this.count * 2);
      marks.set(this.#marks);
      this.#marks = marks;
      this.#starts = starts;
      this.#ends = ends;
    }
    this.#starts[this.count] = start;
    this.#ends[this.count] = end;
    this.#marks[this.count] = mark;
    this.count++;
  }

  get starts(): Uint32Array {
    return this.#starts.subarray(0, this.count);
  }

  get ends(): Uint32Array {
    return this.#ends.subarray(0, this.count);
  }

  get marks(): Uint8Array {
    return this.#marks.subarray(0, this.count);
  }

  get lastEnd(): number {
    return this.count === 0 ? 0 : (this.#ends[this.count - 1] ?? 0);
  }

  clear(): void {
    this.count = 0;
  }
}

const buffer = (bytes: Uint8Array): Buffer => Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);

/** One JSON record from its raw bytes. A broken one is its raw text, so that every field detector still sees it. */
export function jsonValue(bytes: Uint8Array, limits: Limits): RecordValue {
  const decoded = decodeText(bytes).text;
  const text = decoded.charCodeAt(0) === 0xfeff ? decoded.slice(1) : decoded;
  const { value, shadowed, problem: broken, at } = parseJson(text, limits.depthMax);
  if (broken === undefined) return shadowed.length === 0 ? { value } : { value, shadowed };
  const where = `${broken} (character ${(at ?? 0) + 1})`;
  // Other parsers take what ours refuses: a deeper nesting, a comma too many, a raw tab. They would resolve its escapes.
  const plain = unescaped(text);
  const beside = plain === text ? [] : [{ pointer: "", value: plain }];
  return broken.startsWith("nested deeper")
    ? { value, shadowed: [...shadowed, ...beside], problem: where }
    : { value: text, shadowed: beside, problem: where };
}

export interface BatchOptions {
  readonly first: number;
  readonly bytes: Uint8Array;
  readonly starts: Uint32Array;
  readonly ends: Uint32Array;
  readonly escapes: RawEscapes;
  readonly offset?: number | undefined;
  /** Line number of bytes[0]; absent for bytes that are not lines of the file. */
  readonly line?: number;
  readonly value: (bytes: Uint8Array, i: number) => RecordValue;
}

export function recordBatch({ first, bytes, starts, ends, escapes, offset, line, value }: BatchOptions): RecordBatch {
  let lines: Uint32Array | undefined;
  return {
    kind: "records",
    first,
    count: starts.length,
    escapes,
    bytes,
    starts,
    ends,
    ...(offset === undefined ? {} : { offset }),
    ...(line === undefined
      ? {}
      : { lineNumber: (i: number) => (lines ??= lineNumbers(bytes, starts, line))[i] ?? line }),
    value: (i) => value(bytes.subarray(starts[i], ends[i]), i),
  };
}

function lineNumbers(bytes: Uint8Array, starts: Uint32Array, line: number): Uint32Array {
  const raw = buffer(bytes);
  const lines = new Uint32Array(starts.length);
  let newline = raw.indexOf(10);
  for (let i = 0; i < starts.length; i++) {
    while (newline >= 0 && newline < (starts[i] as number)) {
      line++;
      newline = raw.indexOf(10, newline + 1);
    }
    lines[i] = line;
  }
  return lines;
}

export function countLines(bytes: Uint8Array): number {
  const raw = buffer(bytes);
  let count = 0;
  for (let at = raw.indexOf(10); at >= 0; at = raw.indexOf(10, at + 1)) count++;
  return count;
}

/** How many times something happened in one read, and where first. */
interface Count {
  count: number;
  record: number;
  offset: number | undefined;
}

/** What is wrong with the records of one read, gathered so that a million broken lines are one problem. */
export class Tally {
  records = 0;
  readonly #limits: Limits;
  readonly #counts = new Map<"malformed" | "encoding" | "overlong", Count>();

  constructor(limits: Limits) {
    this.#limits = limits;
  }

  add(what: "malformed" | "encoding" | "overlong", record: number, offset: number | undefined): void {
    const known = this.#counts.get(what);
    if (known) known.count++;
    else this.#counts.set(what, { count: 1, record, offset });
  }

  /** Checks the records of a batch, cheaply, and counts them. */
  check(batch: RecordBatch, closed: (bytes: Uint8Array, start: number, end: number) => boolean): void {
    const { bytes, starts, ends, first } = batch;
    const place = (i: number): number | undefined =>
      batch.offset === undefined ? undefined : batch.offset + (starts[i] as number);
    for (let i = 0; i < starts.length; i++) {
      if (!closed(bytes, starts[i] as number, ends[i] as number)) this.add("malformed", first + i, place(i));
    }
    if (!isUtf8(bytes)) {
      for (let i = 0; i < starts.length; i++) {
        if (!isUtf8(bytes.subarray(starts[i], ends[i]))) this.add("encoding", first + i, place(i));
      }
    }
    this.records += batch.count;
  }

  /** The problems, in a fixed order. In a range read only the offset says where: records count from its start. */
  problems(unit: "line" | "record", ranged: boolean): ProblemPart[] {
    const parts: ProblemPart[] = [];
    const say = (
      what: "malformed" | "encoding" | "overlong",
      code: ProblemPart["code"],
      lost: boolean,
      tell: (n: string, is: string) => string,
    ): void => {
      const found = this.#counts.get(what);
      if (!found) return;
      const number = found.count === 1 ? `1 ${unit}` : `${found.count} ${unit}s`;
      const at = {
        ...(ranged ? {} : { record: found.record }),
        ...(found.offset === undefined ? {} : { offset: found.offset }),
      };
      parts.push(problem(code, tell(number, found.count === 1 ? "is" : "are"), { lost, at }));
    };
    say(
      "overlong",
      "limit",
      true,
      (n, is) =>
        `${n} ${is} longer than ${this.#limits.recordBytesMax} bytes (recordBytesMax), and no ordinary training data: not looked at.`,
    );
    say(
      "malformed",
      "malformed-record",
      false,
      (n, is) => `${n} ${is} not well formed; the raw text was searched instead.`,
    );
    say("encoding", "encoding", false, (n, is) => `${n} ${is} not valid UTF-8, and read as windows-1252.`);
    return parts;
  }
}

/** Whether bytes look like one JSON value: an opener has its closer at the other end. A parse may still find more. */
export function looksClosed(bytes: Uint8Array, start: number, end: number): boolean {
  if (bytes[start] === 0xef && bytes[start + 1] === 0xbb && bytes[start + 2] === 0xbf) start += 3;
  while (start < end && (bytes[start] as number) <= 32) start++;
  while (end > start && (bytes[end - 1] as number) <= 32) end--;
  const open = bytes[start] as number;
  const close = open === 0x7b ? 0x7d : open === 0x5b ? 0x5d : open === 0x22 ? 0x22 : -1;
  if (close >= 0) return bytes[end - 1] === close && end - start > 1;
  return end - start <= SCALAR_BYTES_MAX && SCALAR.test(buffer(bytes).toString("latin1", start, end));
}

const SCALAR_BYTES_MAX = 400;
const SCALAR = /^(?:true|false|null|NaN|-?Infinity|-?[0-9][0-9.eE+-]*)$/;
