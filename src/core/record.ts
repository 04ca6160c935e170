// One training record, and a batch of them as a reader hands them over. Fields are the string leaves of a record with
// their place (a JSON pointer) and their role; detectors see fields, never the file's format.

export const ROLES = [
  "system", // a system prompt
  "prompt", // what the model is asked: instruction, question, user turn
  "context", // what the prompt comes with: input, passage, schema, tool result
  "response", // what the model learns to say: output, answer, assistant turn
  "chosen", // the preferred response of a pair
  "rejected", // the other one
  "label", // a class
  "tool", // a tool definition, call or result
  "text", // running text to continue
  "metadata", // anything else: ids, sources, hidden fields
] as const;
export type Role = (typeof ROLES)[number];

export interface Field {
  /** RFC 6901 pointer into the record: `/messages/0/content`. */
  readonly pointer: string;
  /** The pointer with array indexes folded, as a column: `messages[].content`. */
  readonly column: string;
  readonly role: Role;
  readonly text: string;
}

export interface DataRecord {
  /** Counted from 0 in file order. */
  readonly index: number;
  readonly fields: readonly Field[];
}

/** A record's value as its reader understood it. */
export interface RecordValue {
  /** The parsed value: an object for most formats, an array or a string for a few. */
  readonly value: unknown;
  /** Values that a later duplicate key hides from ordinary parsers. They are searched like any other. */
  readonly shadowed?: readonly { readonly pointer: string; readonly value: unknown }[];
  /** Set when the record is broken; `value` is then what could be saved of it (the raw text at worst). */
  readonly problem?: string;
}

/** Which escapes can hide text in raw bytes: JSON and Python `\uXXXX`, XML `&#…;`, or none. */
export type RawEscapes = "backslash" | "entity" | "none";

/**
 * Consecutive records. `bytes` holds the raw bytes of all of them in UTF-8, so that one byte-level search can decide
 * which records are worth parsing; `value` parses one on demand. All of it is valid until the next part is asked for.
 */
export interface RecordBatch {
  readonly kind: "records";
  /** Index of the first record, counted from 0 within this read (a range read starts at 0 again). */
  readonly first: number;
  readonly count: number;
  readonly escapes: RawEscapes;
  readonly bytes: Uint8Array;
  /** Record i lies in bytes [starts[i], ends[i]), ascending and not overlapping; length `count`. */
  readonly starts: Uint32Array;
  readonly ends: Uint32Array;
  /** Where bytes[0] lies in the source; absent for columnar or transcoded data. */
  readonly offset?: number;
  /** Line number (from 1) on which record i starts, for text formats; relative to the range in a range read. */
  lineNumber?(i: number): number;
  /** Never throws: a broken record says so in `problem`. */
  value(i: number): RecordValue;
}
