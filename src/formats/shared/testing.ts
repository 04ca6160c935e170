// What the tests of readers share: sources that hand out their bytes in awkward ways, and everything a reader says.
import { readdirSync, readFileSync } from "node:fs";
import type { ByteSource } from "../../core/bytes.ts";
import { memorySource } from "../../core/bytes.ts";
import type { ModelPart } from "../../core/model.ts";
import type { Format, NotePart, Part, ProblemPart, ReadContext } from "../../core/format.ts";
import type { Limits } from "../../base/limits.ts";
import { LIMITS } from "../../base/limits.ts";
import { ReadProblem } from "./read-problem.ts";

/** No random access, and chunks of at most `size` bytes that are overwritten as soon as the next one is asked for. */
export function sequentialSource(name: string, bytes: Uint8Array, size: number = 64 * 1024): ByteSource {
  return {
    name,
    sizeBytes: undefined,
    async *stream() {
      const chunk = Buffer.alloc(size);
      for (let at = 0; at < bytes.length; at += size) {
        const piece = bytes.subarray(at, at + size);
        chunk.set(piece);
        yield chunk.subarray(0, piece.length);
        chunk.fill(0x58);
      }
    },
  };
}

export function readContext(limits: Partial<Limits> = {}): ReadContext {
  return {
    limits: { ...LIMITS, ...limits },
    async spool(source) {
      return memorySource(source.name, await collect(source.stream())) as Required<ByteSource>;
    },
  };
}

export async function collect(chunks: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const all: Buffer[] = [];
  for await (const chunk of chunks) all.push(Buffer.from(chunk));
  return Buffer.concat(all);
}

export interface Heard {
  /** Plain values, and the raw bytes, lines and trouble of each record. */
  readonly values: unknown[];
  readonly raw: string[];
  readonly lines: number[];
  readonly troubles: (string | undefined)[];
  readonly documents: string[];
  readonly members: { readonly name: string; readonly bytes: Buffer }[];
  readonly problems: ProblemPart[];
  readonly notes: NotePart[];
  readonly models: ModelPart[];
}

/** Reads everything, members included, and checks what every batch promises. */
export async function hear(format: Format, source: ByteSource, context: ReadContext = readContext()): Promise<Heard> {
  const heard: Heard = {
    values: [],
    raw: [],
    lines: [],
    troubles: [],
    documents: [],
    members: [],
    problems: [],
    notes: [],
    models: [],
  };
  try {
    for await (const part of format.read(source, context)) await note(part, heard, source);
  } catch (error) {
    if (!(error instanceof ReadProblem)) throw error;
    heard.problems.push(error.problem);
  }
  return heard;
}

async function note(part: Part, heard: Heard, source: ByteSource): Promise<void> {
  if (part.kind === "records") {
    if (part.first !== heard.values.length)
      throw new Error(`batch begins at ${part.first}, not ${heard.values.length}`);
    let reached = 0;
    for (let i = 0; i < part.count; i++) {
      const [start = -1, end = -1] = [part.starts[i], part.ends[i]];
      if (start < reached || end < start || end > part.bytes.length)
        throw new Error(`record ${i} lies outside of its batch`);
      reached = end;
      const { value, problem } = part.value(i);
      heard.values.push(structuredClone(value));
      heard.raw.push(Buffer.from(part.bytes.subarray(start, end)).toString());
      heard.lines.push(part.lineNumber?.(i) ?? 0);
      heard.troubles.push(problem);
    }
    if (part.offset !== undefined && source.slice) {
      const there = await source.slice(part.offset, part.offset + part.bytes.length);
      if (!Buffer.from(there).equals(part.bytes)) throw new Error("a batch is not where its offset says");
    }
  } else if (part.kind === "document") heard.documents.push(part.text);
  else if (part.kind === "problem") heard.problems.push(part);
  else if (part.kind === "note") heard.notes.push(part);
  else if (part.kind === "model") heard.models.push(part);
  else {
    const chunks: Buffer[] = [];
    try {
      for await (const chunk of part.source.stream()) chunks.push(Buffer.from(chunk));
    } catch (error) {
      if (!(error instanceof ReadProblem)) throw error;
      heard.problems.push(error.problem);
    }
    heard.members.push({ name: part.name, bytes: Buffer.concat(chunks) });
  }
}

export const hearText = (
  format: Format,
  name: string,
  text: string | Uint8Array,
  limits: Partial<Limits> = {},
): Promise<Heard> => hear(format, memorySource(name, Buffer.from(text)), readContext(limits));

const ROOT = new URL("../../../testdata/formats/", import.meta.url);

export const caseNames = (id: string): string[] => readdirSync(new URL(`${id}/`, ROOT)).toSorted();

export const caseBytes = (id: string, name: string): Buffer => readFileSync(new URL(`${id}/${name}`, ROOT));

export const hearCase = (format: Format, name: string, limits: Partial<Limits> = {}): Promise<Heard> =>
  hearText(format, name, caseBytes(format.id, name), limits);

export const codes = (heard: Heard): string[] =>
  heard.problems.map((problem) => problem.code + (problem.lost ? " lost" : ""));
