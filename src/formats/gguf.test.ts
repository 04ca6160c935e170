import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { memorySource } from "../core/bytes.ts";
import { gguf } from "./gguf.ts";
import { ggufFile, type GgufTensor } from "./model/testing/writers.ts";
import { codes, hear, type Heard } from "./shared/testing.ts";

const ARCHITECTURE = ["general.architecture", "llama"] as const;
const f32 = (name: string, elements: number, offset: number): GgufTensor => ({
  name,
  shape: [elements],
  type: 0,
  offset,
});
const read = (bytes: Buffer): Promise<Heard> => hear(gguf, memorySource("m.gguf", bytes));
const oddities = ({ models }: Heard): string[] =>
  models.flatMap(({ irregularities }) => irregularities.map(({ code }) => code));
const raw = (...numbers: number[]): Buffer => Buffer.from(numbers);

test("a file as its writer makes it is silent, and its templates are documents", async () => {
  const heard = await read(
    ggufFile(
      [
        ARCHITECTURE,
        ["tokenizer.ggml.tokens", ["<s>", "a", ""]],
        ["tokenizer.chat_template", "{{ messages }}"],
        ["tokenizer.chat_template.tool_use", "{{ tools }}"],
        ["tokenizer.ggml.add_bos_token", true],
      ],
      [f32("a", 8, 0), { name: "b", shape: [256, 2], type: 12, offset: 32 }],
      Buffer.alloc(32 + 288),
    ),
  );
  assert.deepEqual(oddities(heard), []);
  assert.deepEqual(codes(heard), []);
  assert.deepEqual(heard.documents, ["{{ messages }}", "{{ tools }}"]);
});

test("files without tensors, of version 1 and of the other byte order are read", async () => {
  assert.deepEqual(codes(await read(ggufFile([ARCHITECTURE]))), []);
  const swapped = Buffer.concat([
    Buffer.from("GGUF"),
    raw(0, 0, 0, 3),
    raw(0, 0, 0, 0, 0, 0, 0, 0),
    raw(0, 0, 0, 0, 0, 0, 0, 1),
    raw(0, 0, 0, 0, 0, 0, 0, 23),
    Buffer.from("tokenizer.chat_template"),
    raw(0, 0, 0, 8, 0, 0, 0, 0, 0, 0, 0, 1),
    Buffer.from("x"),
  ]);
  const heard = await read(swapped);
  assert.deepEqual([oddities(heard), codes(heard), heard.documents], [[], [], ["x"]]);
  const first = Buffer.concat([
    Buffer.from("GGUF"),
    raw(1, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0),
    Buffer.from("k"),
    raw(4, 0, 0, 0, 7, 0, 0, 0),
  ]);
  assert.deepEqual(codes(await read(first)), []);
});

describe("what no writer makes is told", () => {
  const data = Buffer.alloc(64);
  const cases: readonly [string, Buffer, string][] = [
    ["an unknown version", ggufFile([], [], data, { version: 77 }), "version-unknown"],
    ["a count of keys", ggufFile([ARCHITECTURE], [], data, { keys: 1n << 40n }), "count-impossible"],
    ["a count of tensors", ggufFile([ARCHITECTURE], [], data, { tensors: 100_000n }), "count-impossible"],
    ["a key twice", ggufFile([ARCHITECTURE, ARCHITECTURE]), "duplicate-key"],
    ["a tensor twice", ggufFile([], [f32("a", 8, 0), f32("a", 8, 32)], data), "duplicate-tensor"],
    ["an overlap", ggufFile([], [f32("a", 16, 0), f32("b", 8, 32)], data), "tensors-overlap"],
    ["a hole", ggufFile([], [f32("a", 8, 0), f32("b", 8, 96)], Buffer.alloc(128)), "hole"],
    ["a place far outside", ggufFile([], [f32("a", 8, 1 << 30)], data), "out-of-bounds"],
    [
      "a place past all numbers",
      ggufFile([], [f32("a", 8, 0), { ...f32("b", 8, 0), offset: 1n << 62n }], data),
      "offset-impossible",
    ],
    ["a place between", ggufFile([], [f32("a", 8, 0), f32("b", 4, 33)], data), "misaligned"],
    [
      "a product past 64 bits",
      ggufFile([], [{ name: "a", shape: [1n << 40n, 1n << 40n], type: 0, offset: 0 }], data),
      "shape-overflow",
    ],
    [
      "nine dimensions",
      ggufFile([], [{ name: "a", shape: [1, 1, 1, 1, 1, 1, 1, 1, 1], type: 0, offset: 0 }], data),
      "dimensions-impossible",
    ],
    ["a type of tensors", ggufFile([], [{ ...f32("a", 8, 0), type: 9000 }], data), "tensor-type-impossible"],
    ["a later type of tensors", ggufFile([], [{ ...f32("a", 8, 0), type: 50 }], data), "tensor-type-unknown"],
    ["a dimension of none", ggufFile([], [{ name: "a", shape: [8, 0], type: 0, offset: 0 }], data), "dimension-zero"],
    ["an empty key", ggufFile([["", 1]]), "key-form"],
    ["a name that no buffer holds", ggufFile([], [f32("a".repeat(200), 8, 0)], data), "name-overlong"],
    ["a type of values", ggufFile([["k", { type: 99, raw: raw(1) }]]), "type-unknown"],
    ["half a block", ggufFile([], [{ name: "a", shape: [33], type: 2, offset: 0 }], data), "row-impossible"],
    ["an alignment", ggufFile([["general.alignment", 33]]), "alignment-impossible"],
    ["an alignment of zero", ggufFile([["general.alignment", 0]]), "alignment-impossible"],
    [
      "a long text",
      ggufFile([["k", { type: 8, raw: raw(255, 255, 255, 255, 255, 255, 255, 127) }]]),
      "length-impossible",
    ],
    [
      "a long array",
      ggufFile([["k", { type: 9, raw: raw(8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 32) }]]),
      "length-impossible",
    ],
    [
      "arrays of arrays",
      ggufFile([
        [
          "k",
          { type: 9, raw: Buffer.concat(Array.from({ length: 9 }, () => raw(9, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0))) },
        ],
      ]),
      "array-deep",
    ],
    ["a half truth", ggufFile([["k", { type: 7, raw: raw(7) }]]), "bool-impossible"],
    [
      "something behind",
      ggufFile([], [f32("a", 8, 0)], Buffer.concat([Buffer.alloc(32), Buffer.from("more")])),
      "trailing-bytes",
    ],
  ];
  for (const [title, bytes, code] of cases) {
    test(title, async () => {
      const found = oddities(await read(bytes));
      assert.ok(found.includes(code), found.join(" "));
    });
  }
});

test("a file that was cut is told as cut", async () => {
  const whole = ggufFile([ARCHITECTURE], [f32("a", 8, 0), f32("b", 8, 32)], Buffer.alloc(64));
  for (const length of [20, 40, whole.length - 10]) {
    const heard = await read(whole.subarray(0, length));
    assert.deepEqual([codes(heard), oddities(heard)], [["truncated lost"], []], `cut at ${length}`);
  }
});
