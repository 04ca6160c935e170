import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { memorySource } from "../core/bytes.ts";
import { safetensorsFile } from "./model/testing/writers.ts";
import { safetensors } from "./safetensors.ts";
import { codes, hear } from "./shared/testing.ts";

const tensor = (start: number, end: number, more: object = {}): object => ({
  dtype: "F32",
  shape: [(end - start) / 4],
  data_offsets: [start, end],
  ...more,
});

const oddities = async (bytes: Buffer): Promise<string[]> => {
  const { models } = await hear(safetensors, memorySource("m.safetensors", bytes));
  return models.flatMap(({ irregularities }) => irregularities.map(({ code }) => code));
};

test("a file as its writer makes it is silent and whole", async () => {
  for (const header of [
    { a: tensor(0, 8), b: tensor(8, 16), __metadata__: { format: "pt" } },
    { b: tensor(8, 16), a: tensor(0, 8) },
    { a: tensor(0, 16, { dtype: "F8_E4M3", shape: [4, 4] }) },
    { a: tensor(0, 16, { dtype: "F4", shape: [32] }), empty: tensor(16, 16, { shape: [0, 3] }) },
    { scalar: tensor(0, 16, { dtype: "C64", shape: [2] }) },
  ]) {
    const heard = await hear(safetensors, memorySource("m.safetensors", safetensorsFile(header, Buffer.alloc(16))));
    assert.deepEqual(
      heard.models.flatMap(({ irregularities }) => irregularities),
      [],
      JSON.stringify(header),
    );
    assert.deepEqual(codes(heard), []);
  }
  // Writers align the header with spaces.
  const padded = `${JSON.stringify({ a: tensor(0, 16) })}     `;
  assert.deepEqual(await oddities(safetensorsFile(padded, Buffer.alloc(16))), []);
});

describe("what no writer makes is told", () => {
  const cases: readonly [string, Buffer, string][] = [
    ["a header over the bound", safetensorsFile({}, Buffer.alloc(0), 100_000_001n), "header-too-long"],
    ["a length with the sign bit", safetensorsFile({}, Buffer.alloc(0), 1n << 63n), "header-too-long"],
    ["no JSON", safetensorsFile("{nothing", Buffer.alloc(8)), "header-not-json"],
    ["no object", safetensorsFile("[1]", Buffer.alloc(8)), "header-not-object"],
    [
      "a space before the header",
      safetensorsFile(` ${JSON.stringify({ a: tensor(0, 8) })}`, Buffer.alloc(8)),
      "header-start",
    ],
    ["a deep header", safetensorsFile(`{"a":${"[".repeat(5000)}${"]".repeat(5000)}}`), "header-deep"],
    [
      "zeros behind the JSON",
      safetensorsFile(`${JSON.stringify({ a: tensor(0, 8) })}\0\0`, Buffer.alloc(8)),
      "header-not-json",
    ],
    [
      "a name twice",
      safetensorsFile(`{"a":${JSON.stringify(tensor(0, 8))},"a":${JSON.stringify(tensor(0, 8))}}`, Buffer.alloc(8)),
      "duplicate-key",
    ],
    ["an overlap", safetensorsFile({ a: tensor(0, 8), b: tensor(4, 12) }, Buffer.alloc(12)), "tensors-overlap"],
    ["a hole", safetensorsFile({ a: tensor(0, 8), b: tensor(12, 16) }, Buffer.alloc(16)), "hole"],
    ["a hole at the start", safetensorsFile({ a: tensor(4, 8) }, Buffer.alloc(8)), "hole"],
    ["bytes behind", safetensorsFile({ a: tensor(0, 8) }, Buffer.alloc(9)), "trailing-bytes"],
    [
      "a negative place",
      safetensorsFile({ a: tensor(0, 8, { data_offsets: [-8, 0] }) }, Buffer.alloc(8)),
      "offsets-impossible",
    ],
    [
      "an end before the start",
      safetensorsFile({ a: tensor(8, 8, { data_offsets: [8, 0] }) }, Buffer.alloc(8)),
      "offsets-impossible",
    ],
    [
      "a type of nothing",
      safetensorsFile({ a: tensor(0, 8, { dtype: "WIDGET" }) }, Buffer.alloc(8)),
      "dtype-impossible",
    ],
    [
      "a span that does not fit",
      safetensorsFile({ a: tensor(0, 8, { shape: [3] }) }, Buffer.alloc(8)),
      "span-mismatch",
    ],
    [
      "a product that wraps around, hidden by a zero",
      safetensorsFile({ a: tensor(0, 0, { shape: [2 ** 52, 2 ** 52, 0] }) }),
      "shape-overflow",
    ],
    ["a shape of texts", safetensorsFile({ a: tensor(0, 8, { shape: ["2"] }) }, Buffer.alloc(8)), "shape-impossible"],
    ["an entry that is none", safetensorsFile({ a: 1 }), "tensor-form"],
    ["metadata that is no text", safetensorsFile({ __metadata__: { a: 1 } }), "metadata-form"],
  ];
  for (const [title, bytes, code] of cases) {
    test(title, async () => {
      const found = await oddities(bytes);
      assert.ok(found.includes(code), found.join(" "));
    });
  }
});

test("a file that was cut is told as cut, not as hostile", async () => {
  const whole = safetensorsFile({ a: tensor(0, 4000) }, Buffer.alloc(4000));
  const heard = await hear(safetensors, memorySource("m.safetensors", whole.subarray(0, 3000)));
  assert.deepEqual(codes(heard), ["truncated lost"]);
  assert.deepEqual(
    heard.models.flatMap(({ irregularities }) => irregularities),
    [],
  );
  assert.deepEqual(codes(await hear(safetensors, memorySource("m.safetensors", whole.subarray(0, 30)))), [
    "truncated lost",
  ]);
});
