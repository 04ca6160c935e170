// What the tests of the columnar readers share: reading a file from memory into plain values, goldens, damage.
import assert from "node:assert/strict";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { memorySource } from "../../core/bytes.ts";
import type { Format, Part, ReadContext } from "../../core/format.ts";
import type { RecordValue } from "../../core/record.ts";
import { LIMITS, type Limits } from "../../base/limits.ts";

export interface Reading {
  readonly records: RecordValue[];
  readonly texts: string[];
  readonly indexes: number[];
  readonly parts: Part[];
}

export const contextOf = (limits: Partial<Limits> = {}): ReadContext => ({
  limits: { ...LIMITS, ...limits },
  spool: async (source) => {
    const chunks: Uint8Array[] = [];
    for await (const chunk of source.stream()) chunks.push(Uint8Array.from(chunk));
    return memorySource(source.name, Buffer.concat(chunks)) as Awaited<ReturnType<ReadContext["spool"]>>;
  },
});

export async function readBytes(
  format: Format,
  bytes: Uint8Array,
  context: ReadContext = contextOf(),
): Promise<Reading> {
  const reading: Reading = { records: [], texts: [], indexes: [], parts: [] };
  for await (const part of format.read(memorySource("data", bytes), context)) {
    if (part.kind !== "records") {
      reading.parts.push(part);
      continue;
    }
    assert.equal(part.starts.length, part.count);
    assert.equal(part.ends.length, part.count);
    for (let i = 0; i < part.count; i++) {
      const [start = 0, end = 0] = [part.starts[i], part.ends[i]];
      assert.ok(start <= end && end <= part.bytes.length && start >= (part.ends[i - 1] ?? 0));
      reading.records.push(part.value(i));
      reading.texts.push(Buffer.from(part.bytes.subarray(start, end)).toString("utf8"));
      reading.indexes.push(part.first + i);
    }
  }
  return reading;
}

/** JSON of anything a reader gives: bytes as base64, numbers that JSON lacks by name. */
export const toJson = (value: unknown): string =>
  JSON.stringify(
    value,
    (_, item: unknown) => {
      if (typeof item === "number" && !Number.isFinite(item)) return String(item);
      return ArrayBuffer.isView(item)
        ? { $bytes: Buffer.from(item.buffer, item.byteOffset, item.byteLength).toString("base64") }
        : item;
    },
    1,
  );

export const cases = (folder: URL, extension: string): { name: string; bytes: Uint8Array }[] =>
  readdirSync(folder)
    .filter((name) => name.endsWith(extension))
    .toSorted()
    .map((name) => ({ name, bytes: Uint8Array.from(readFileSync(new URL(name, folder))) }));

export function matchGolden(file: URL, reading: Reading): void {
  const got = `${toJson({ parts: reading.parts, records: reading.records })}\n`;
  if (process.env["UPDATE"] === "1") writeFileSync(file, got);
  assert.equal(got, readFileSync(file, "utf8"));
}

/** Every string in a value, in order: what the search must have seen. */
export function strings(value: unknown): string[] {
  if (typeof value === "string") return [value];
  if (typeof value !== "object" || value === null || ArrayBuffer.isView(value)) return [];
  return Object.values(value).flatMap(strings);
}

export const visible = ({ records }: Reading): unknown[] =>
  records.map(({ value }) => JSON.parse(toJson(value)) as unknown);

/** A small generator with a seed, so that a failure can be repeated. */
export function random(seed: number): () => number {
  let state = seed >>> 0 || 1;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) / 2 ** 32;
  };
}

/** Reads damaged copies: each must give an answer, and soon. */
export async function survive(format: Format, bytes: Uint8Array, flips: number): Promise<void> {
  const limits = { rowGroupBytesMax: 64 * 1024 * 1024, expandedFreeBytes: 8 * 1024 * 1024 };
  const check = async (damaged: Uint8Array, what: string): Promise<void> => {
    const begun = performance.now();
    try {
      await readBytes(format, damaged, contextOf(limits));
    } catch (error) {
      throw new Error(`${what}: ${String(error)}`, { cause: error });
    }
    const ms = performance.now() - begun;
    assert.ok(ms < 5_000, `${what} took ${ms} ms`);
  };
  const step = Math.max(3, Math.floor(bytes.length / 100));
  for (let end = 0; end < bytes.length; end += step) await check(bytes.slice(0, end), `cut at ${end}`);
  const next = random(bytes.length);
  for (let i = 0; i < flips; i++) {
    const damaged = Uint8Array.from(bytes);
    const at = Math.floor(next() * damaged.length);
    const to = Math.floor(next() * 256);
    damaged[at] = to;
    await check(damaged, `byte ${at} set to ${to}`);
  }
}

export async function removed(
  format: Format,
  bytes: Uint8Array,
  drop: (record: number) => boolean,
): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  assert.ok(format.remove);
  for await (const chunk of format.remove(memorySource("data", bytes), drop, contextOf()))
    chunks.push(Uint8Array.from(chunk));
  return Buffer.concat(chunks);
}

/** The records of every range of a split, in order. */
export async function inRanges(
  format: Format,
  bytes: Uint8Array,
  targetBytes: number,
): Promise<{ values: unknown[]; ranges: number; parts: Part[] }> {
  assert.ok(format.split);
  const source = memorySource("data", bytes) as Required<ReturnType<typeof memorySource>>;
  const ranges = await format.split(source, targetBytes, contextOf());
  assert.equal(ranges[0]?.start, 0);
  assert.equal(ranges.at(-1)?.end, bytes.length);
  const values: unknown[] = [];
  const parts: Part[] = [];
  for (const [i, range] of ranges.entries()) {
    assert.ok(range.end > range.start && range.start === (ranges[i - 1]?.end ?? 0));
    const reading = await readBytes(format, bytes, { ...contextOf(), range });
    assert.deepEqual(
      reading.indexes,
      reading.indexes.map((_, k) => k),
    );
    values.push(...visible(reading));
    parts.push(...reading.parts);
  }
  return { values, ranges: ranges.length, parts };
}
