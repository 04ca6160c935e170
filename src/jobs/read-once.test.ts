import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { test } from "node:test";
import { memorySource, type ByteSource } from "../core/bytes.ts";
import { readOnce, SharedBuffers, sharedSource, type ReadRange } from "./read-once.ts";

const bytes = Buffer.from(Array.from({ length: 5000 }, (_, i) => `line ${i}\n`).join(""));
const counted = (): { source: ByteSource; read: () => number } => {
  const inner = memorySource("a", bytes);
  let read = 0;
  return {
    read: () => read,
    source: {
      ...inner,
      async *stream(start = 0, end = bytes.length) {
        // Chunks that end in the middle of everything.
        for (let at = start; at < Math.min(end, bytes.length); at += 777) {
          const chunk = bytes.subarray(at, Math.min(at + 777, end, bytes.length));
          read += chunk.length;
          yield chunk;
        }
      },
    },
  };
};
const rangesOf = (...marks: number[]): { start: number; end: number }[] =>
  marks.slice(1).map((end, i) => ({ start: marks[i] as number, end }));
const all = async (source: ByteSource, ranges: { start: number; end: number }[]): Promise<ReadRange[]> => {
  const out: ReadRange[] = [];
  const buffers = new SharedBuffers(2);
  for await (const one of readOnce(source, ranges, buffers)) {
    if (one.bytes) {
      const { buffer, start, length } = one.bytes;
      assert.deepEqual(Buffer.from(buffer, 0, length), bytes.subarray(start, start + length));
      buffers.give(buffer);
    }
    out.push(one);
  }
  return out;
};
const list = async <T>(items: AsyncIterable<T>): Promise<T[]> => {
  const out: T[] = [];
  for await (const item of items) out.push(item);
  return out;
};
const joined = async (source: ByteSource, from: number, to: number): Promise<Buffer> => {
  const out: Buffer[] = [];
  for await (const chunk of source.stream(from, to)) out.push(Buffer.from(chunk));
  return Buffer.concat(out);
};
const sha256 = createHash("sha256").update(bytes).digest("hex");

test("each byte is read once, gaps and the end too, and all of them are in the digest", async () => {
  const { source, read } = counted();
  const ranges = await all(source, [{ start: 4, end: 10_000 }, ...rangesOf(12_000, 30_001, 40_000)]);
  assert.equal(read(), bytes.length);
  assert.deepEqual(
    ranges.map(({ sha256: digest }) => digest),
    [undefined, undefined, sha256],
  );
  for (const { range, linesBefore } of ranges)
    assert.equal(linesBefore, bytes.subarray(0, range.start).toString().split("\n").length - 1);
});

test("ranges out of order or over one another are read by whoever takes them", async () => {
  const { source, read } = counted();
  const ranges = await all(source, [
    { start: 100, end: 900 },
    { start: 500, end: 1000 },
    { start: 0, end: 50 },
  ]);
  assert.deepEqual(
    ranges.map(({ bytes: shared }) => shared !== undefined),
    [true, false, false],
  );
  assert.equal(read(), bytes.length);
  assert.equal(ranges.at(-1)?.sha256, sha256);
});

test("no more buffers are made than may be, and a read waits for one", async () => {
  const buffers = new SharedBuffers(1);
  const steps = readOnce(counted().source, rangesOf(0, 100, 200), buffers)[Symbol.asyncIterator]();
  const first = (await steps.next()).value as ReadRange;
  let waited = true;
  const second = steps.next().then((step) => {
    assert.ok(!waited);
    return step.value as ReadRange;
  });
  await new Promise((resolve) => setImmediate(resolve));
  waited = false;
  buffers.give(first.bytes?.buffer as SharedArrayBuffer);
  assert.equal((await second).bytes?.start, 100);
});

test("a shared source gives the bytes of the file, whichever are asked for", async () => {
  const { source, read } = counted();
  const buffers = new SharedBuffers(2);
  const [, range] = await list(readOnce(source, rangesOf(0, 1000, 21_000), buffers));
  const before = read();
  const shared = sharedSource(source, range?.bytes as NonNullable<ReadRange["bytes"]>);
  for (const [from, to] of [
    [1000, 21_000],
    [5000, 6000],
  ] as const) {
    assert.deepEqual(await joined(shared, from, to), bytes.subarray(from, to));
    assert.deepEqual(Buffer.from((await shared.slice?.(from, to)) ?? []), bytes.subarray(from, to));
  }
  assert.equal(read(), before, "from memory");
  for (const [from, to] of [
    [0, 1],
    [900, 22_000],
    [20_999, 21_001],
    [30_000, 30_010],
  ] as const) {
    assert.deepEqual(await joined(shared, from, to), bytes.subarray(from, to));
    assert.deepEqual(Buffer.from((await shared.slice?.(from, to)) ?? []), bytes.subarray(from, to));
  }
});
