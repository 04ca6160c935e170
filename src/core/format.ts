// A format turns bytes into parts. Content decides which one reads a file; the extension only orders candidates. A
// format never judges, never recurses into containers (the engine does) and never throws on bad bytes.
import type { ByteSource } from "./bytes.ts";
import type { ModelPart } from "./model.ts";
import type { Problem } from "./problem.ts";
import type { RecordBatch } from "./record.ts";
import type { Limits } from "../base/limits.ts";

/** A file inside a container. Its source is valid until the next part is asked for. */
export interface MemberPart {
  readonly kind: "member";
  /** The name as the container gives it. Never used as a path. */
  readonly name: string;
  readonly source: ByteSource;
}

/** A document that is not records: a loading script, a notebook cell, a card, a JSON of settings, a chat template. */
export interface DocumentPart {
  readonly kind: "document";
  /** `python` and `shell` are programs; `card`, `infos`, `yaml`, `json` are metadata; `template` is a chat template. */
  readonly language: "python" | "shell" | "markdown" | "card" | "infos" | "yaml" | "json" | "template" | "other";
  readonly text: string;
  /** What it is called where it stands: the base name of a file, lower case, or a key inside of a model file. */
  readonly name?: string;
  /** For a notebook: which cell, from 0; lines then count within it. */
  readonly cell?: number;
  /** The parsed front matter or value, where the reader parsed it. */
  readonly value?: unknown;
}

export interface ProblemPart extends Problem {
  readonly kind: "problem";
}

/** Something worth a line in the report that lost nothing: "read as Latin-1", "one array in a .jsonl file". */
export interface NotePart {
  readonly kind: "note";
  readonly message: string;
}

export type Part = RecordBatch | MemberPart | DocumentPart | ModelPart | ProblemPart | NotePart;

export interface ByteRange {
  readonly start: number;
  readonly end: number;
}

export interface Head {
  /** The first bytes, `limits.headBytes` at most. */
  readonly bytes: Uint8Array;
  /** The same as text: UTF-8 with replacement characters, BOM removed; UTF-16 decoded where a BOM or zeros say so. */
  readonly text: string;
  /** Lower case, the last extension with its dot, compression suffixes removed: `.jsonl` for `a/b.JSONL.gz`. */
  readonly extension: string;
  /** Base name, lower case. */
  readonly name: string;
  /** True when `bytes` is the whole source. */
  readonly whole: boolean;
}

export interface ReadContext {
  readonly limits: Limits;
  /** Read only what begins in this range (as `split` gave it). */
  readonly range?: ByteRange;
  /** Gives a sequential source random access by holding it (in memory or a temporary file). */
  readonly spool: (source: ByteSource) => Promise<Required<ByteSource> | Problem>;
}

export interface Format {
  readonly id: string;
  readonly title: string;
  /** The specification it follows, with its version. */
  readonly spec: string;
  readonly extensions: readonly string[];
  /** What it yields: decides the artifact's kind and how the engine treats it. */
  readonly yields: "records" | "members" | "stream" | "document" | "model";
  /** Its files end with a zip archive by design: one there is no second file. */
  readonly carriesArchive?: boolean;
  /** 0 (not this) to 1 (certain, a magic number). The best guess wins; equal guesses go to a matching extension. */
  sniff(head: Head): number;
  read(source: ByteSource, context: ReadContext): AsyncIterable<Part>;
  /** Ranges of about `targetBytes` that can be read apart and, in order, give exactly the records of the whole. Absent
   * where a reader must start at the start. */
  split?(source: Required<ByteSource>, targetBytes: number, context: ReadContext): Promise<readonly ByteRange[]>;
  /** The same bytes without the records that `drop` names; all other bytes unchanged (text formats) or all other values
   * unchanged (columnar ones). */
  remove?(source: ByteSource, drop: (record: number) => boolean, context: ReadContext): AsyncIterable<Uint8Array>;
}

export const problem = (
  code: Problem["code"],
  message: string,
  options: { lost?: boolean; at?: Problem["at"] } = {},
): ProblemPart => ({
  kind: "problem",
  code,
  message,
  lost: options.lost ?? true,
  ...(options.at ? { at: options.at } : {}),
});
