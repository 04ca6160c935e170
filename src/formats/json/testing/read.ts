// What the tests of the JSON readers share: sources cut into tiny chunks, and everything that a reader gives.
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { ByteSource } from "../../../core/bytes.ts";
import type { ByteRange, DocumentPart, Format, Head, ProblemPart, ReadContext } from "../../../core/format.ts";
import type { RecordValue } from "../../../core/record.ts";
import { LIMITS, type Limits } from "../../../base/limits.ts";

export const context = (limits: Partial<Limits> = {}, range?: ByteRange): ReadContext => ({
  limits: { ...LIMITS, ...limits },
  ...(range ? { range } : {}),
  spool: () => Promise.resolve({ code: "unsupported", message: "no spool in tests", lost: true }),
});

/** A source whose chunks are valid only until the next one, as the contract says: it overwrites them. */
export function sourceOf(
  content: string | Uint8Array,
  chunkBytes: number = 1 << 16,
  name = "data",
): Required<ByteSource> {
  const bytes = Buffer.from(content as string);
  return {
    name,
    sizeBytes: bytes.length,
    slice: (start, end) => Promise.resolve(bytes.subarray(start, end)),
    async *stream(start = 0, end = bytes.length) {
      const chunk = Buffer.alloc(chunkBytes);
      for (let at = start; at < end; at += chunkBytes) {
        const length = bytes.copy(chunk, 0, at, Math.min(end, at + chunkBytes));
        yield chunk.subarray(0, length);
        chunk.fill(0xaa);
      }
    },
  };
}

export interface Everything {
  readonly values: unknown[];
  readonly records: (RecordValue & {
    readonly raw: string;
    readonly offset: number | undefined;
    readonly lineNumber: number | undefined;
  })[];
  readonly problems: ProblemPart[];
  readonly documents: DocumentPart[];
}

export async function readAll(format: Format, source: ByteSource, using: ReadContext = context()): Promise<Everything> {
  const all: Everything = { values: [], records: [], problems: [], documents: [] };
  for await (const part of format.read(source, using)) {
    if (part.kind === "problem") all.problems.push(part);
    if (part.kind === "document") all.documents.push(part);
    if (part.kind !== "records") continue;
    if (part.first !== all.records.length)
      throw new Error(`a batch begins at ${part.first}, not ${all.records.length}`);
    for (let i = 0; i < part.count; i++) {
      const value = part.value(i);
      const start = part.starts[i] as number;
      all.values.push(value.value);
      all.records.push({
        ...value,
        raw: Buffer.from(part.bytes.subarray(start, part.ends[i])).toString(),
        offset: part.offset === undefined ? undefined : part.offset + start,
        lineNumber: part.lineNumber?.(i),
      });
    }
  }
  return all;
}

export async function removed(
  format: Format,
  source: ByteSource,
  drop: (record: number) => boolean,
  using: ReadContext = context(),
): Promise<string> {
  const parts: Uint8Array[] = [];
  for await (const part of format.remove?.(source, drop, using) ?? []) parts.push(Uint8Array.from(part));
  return Buffer.concat(parts).toString();
}

export function headOf(text: string, name: string, whole = true): Head {
  const dot = name.lastIndexOf(".");
  return { bytes: Buffer.from(text), text, name, extension: dot < 0 ? "" : name.slice(dot), whole };
}

/** The files in a format's folder of test data. */
export function cases(id: string): { readonly name: string; readonly bytes: Buffer }[] {
  const folder = join(import.meta.dirname, "../../../../testdata/formats", id);
  return readdirSync(folder)
    .sort()
    .map((name) => ({ name, bytes: readFileSync(join(folder, name)) }));
}

/** Every truncation, and `flips` changed bytes, give an answer; the places come from a fixed sequence. */
export async function survives(format: Format, bytes: Buffer, flips: number): Promise<void> {
  const run = async (content: Uint8Array): Promise<void> => {
    await readAll(format, sourceOf(content, 512));
    let record = 0;
    try {
      await removed(format, sourceOf(content), () => record++ % 2 === 0);
    } catch (error) {
      if ((error as { code?: string }).code !== "unsupported") throw error;
    }
  };
  for (let length = 0; length < bytes.length; length++) await run(bytes.subarray(0, length));
  let state = 0x9e3779b9;
  const next = (below: number): number => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
  for (let i = 0; i < flips; i++) {
    const copy = Buffer.from(bytes);
    copy[next(copy.length)] = next(256);
    await run(copy);
  }
}
