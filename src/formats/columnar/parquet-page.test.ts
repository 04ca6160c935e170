import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { LIMITS } from "../../base/limits.ts";
import type { Leaf } from "./parquet-footer.ts";
import { decodeDictionary, decodePage, hybrid, parsePageHeader, type PageHeader } from "./parquet-page.ts";
import { T, ThriftWriter } from "./thrift.ts";

const leaf = (physical: Leaf["physical"], maxDef = 0, maxRep = 0): Leaf => ({
  index: 0,
  path: ["x"],
  physical,
  typeLength: 4,
  meaning: { kind: "plain" },
  maxDef,
  maxRep,
});

const header = (values: number, encoding: number): PageHeader => ({
  kind: "data",
  values,
  rows: undefined,
  encoding,
  compressed: 0,
  uncompressed: 0,
  crc: undefined,
  repBytes: 0,
  defBytes: 0,
  isCompressed: true,
  levelEncodings: [3, 3],
  headerBytes: 0,
});

/** Bit-packs values, as the format does: little end first, groups of eight. */
function pack(values: readonly number[], width: number): Uint8Array {
  const groups = Math.ceil(values.length / 8);
  const out = new Uint8Array(1 + groups * width);
  out[0] = (groups << 1) | 1;
  values.forEach((value, i) => {
    for (let b = 0; b < width; b++) {
      const bit = i * width + b;
      if (Math.floor(value / 2 ** b) % 2 === 1) out[1 + (bit >> 3)] = (out[1 + (bit >> 3)] ?? 0) | (1 << (bit & 7));
    }
  });
  return out;
}

test("bit-packed runs of every width", () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 32 }),
      fc.array(fc.nat(2 ** 31 - 1), { minLength: 1, maxLength: 60 }),
      (width, numbers) => {
        const values = numbers.map((number) => number % 2 ** width);
        const bytes = pack(values, width);
        const out = new Uint32Array(values.length);
        hybrid(bytes, 0, bytes.length, width, out);
        assert.deepEqual([...out], values);
      },
    ),
  );
});

test("a run never writes past what was asked for, whatever length it claims", () => {
  const out = new Uint8Array(5);
  // A repeated run of two thousand million ones.
  hybrid(Uint8Array.of(0xfe, 0xff, 0xff, 0xff, 0x0f, 1), 0, 6, 1, out);
  assert.deepEqual([...out], [1, 1, 1, 1, 1]);
  assert.throws(() => hybrid(Uint8Array.of(0x03, 1), 0, 2, 8, new Uint8Array(8)), /ends early/);
});

test("a page may not claim more values or bytes than the limits allow", () => {
  const page = (values: number, size: number): Uint8Array =>
    new ThriftWriter()
      .integer(1, 0, T.i32)
      .integer(2, size, T.i32)
      .integer(3, 10, T.i32)
      .bytes(5, T.struct, new ThriftWriter().integer(1, values, T.i32).integer(2, 0, T.i32).end())
      .end();
  assert.equal(parsePageHeader(page(5, 10), LIMITS).values, 5);
  assert.throws(() => parsePageHeader(page(2 ** 31 - 1, 10), LIMITS), /rowGroupBytesMax/);
  assert.throws(() => parsePageHeader(page(5, 2 ** 31 - 1), LIMITS), /rowGroupBytesMax/);
  assert.throws(() => parsePageHeader(page(-5, 10), LIMITS), /impossible/);
});

test("a dictionary index out of range is refused", () => {
  const words = decodeDictionary(header(2, 0), Buffer.from("\x01\0\0\0a\x01\0\0\0b", "latin1"), leaf("BYTE_ARRAY"));
  const page = (index: number): Uint8Array => Buffer.concat([Uint8Array.of(8), pack([1, 0, index], 8)]);
  const read = (index: number): unknown => decodePage(header(3, 8), page(index), leaf("BYTE_ARRAY"), words, LIMITS);
  assert.ok(read(1));
  assert.throws(() => read(2), /out of range/);
  assert.throws(() => decodePage(header(3, 8), page(0), leaf("BYTE_ARRAY"), undefined, LIMITS), /not there/);
});

test("delta headers that would walk backwards, and prefixes that would grow without end, are refused", () => {
  // Block size 128, then minus one miniblocks: a decoder that believes it never ends.
  const backwards = Uint8Array.of(0x80, 0x01, 0xff, 0xff, 0xff, 0xff, 0x0f, 5, 0, 0, 0, 0, 0, 0);
  assert.throws(() => decodePage(header(5, 5), backwards, leaf("INT32"), undefined, LIMITS), /delta block/);
  // One block of four miniblocks; the smallest delta is minus four, the rest of each is eight bits wide.
  const deltas = (...numbers: number[]): number[] => {
    const steps = Array.from({ length: 32 }, (_, i) => (numbers[i + 1] ?? 0) - (numbers[i] ?? 0) + 4);
    return [0x80, 0x01, 0x04, numbers.length, (numbers[0] ?? 0) * 2, 7, 8, 0, 0, 0, ...steps];
  };
  const page = Uint8Array.from([...deltas(0, 3, 4), ...deltas(3, 1, 1), ...Buffer.from("abcde")]);
  const { data, starts, ends } = decodePage(header(3, 7), page, leaf("BYTE_ARRAY"), undefined, LIMITS);
  assert.deepEqual(
    [0, 1, 2].map((i) => Buffer.from(data.subarray(starts[i], ends[i])).toString()),
    ["abc", "abcd", "abcde"],
  );
  assert.throws(
    () => decodePage(header(3, 7), page, leaf("BYTE_ARRAY"), undefined, { ...LIMITS, rowGroupBytesMax: 40 }),
    /rowGroupBytesMax/,
  );
});

test("a level above its column's maximum is refused", () => {
  const page = Uint8Array.from([2, 0, 0, 0, 4, 3]);
  assert.throws(() => decodePage(header(2, 0), page, leaf("INT32", 2), undefined, LIMITS), /level is out of range/);
});
