import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { memorySource } from "../core/bytes.ts";
import { LIMITS } from "../base/limits.ts";
import { readHead } from "../scan/unit.ts";
import { protoMessage, type ProtoField } from "./model/testing/writers.ts";
import { onnx } from "./onnx.ts";
import { codes, hear, type Heard } from "./shared/testing.ts";

const external = (location: string, ...more: ProtoField[]): ProtoField[] => [
  [8, "w"],
  [
    13,
    [
      [1, "location"],
      [2, location],
    ],
  ],
  ...more,
  [14, 1],
];
const node = (type: string, domain = "", ...more: ProtoField[]): ProtoField[] => [
  [1, "x"],
  [4, type],
  ...(domain ? [[7, domain] as const] : []),
  ...more,
];
const model = (graph: readonly ProtoField[], ...more: ProtoField[]): Buffer =>
  protoMessage([
    [1, 9],
    [2, "test"],
    [7, graph],
    [
      8,
      [
        [1, ""],
        [2, 18],
      ],
    ],
    ...more,
  ]);
const read = (bytes: Buffer): Promise<Heard> => hear(onnx, memorySource("m.onnx", bytes));
const uses = ({ models }: Heard): string[] =>
  models.flatMap(({ operations }) =>
    operations.map(({ use, module, name }) => `${use} ${module ? `${module}::` : ""}${name}`),
  );

test("operators are listed once, and functions of the model are none", async () => {
  const heard = await read(
    model(
      [
        [1, node("Relu")],
        [1, node("Relu", "ai.onnx")],
        [1, node("Mine", "local")],
        [1, node("Widget", "com.example")],
        [2, "g"],
      ],
      [
        25,
        [
          [1, "Mine"],
          [10, "local"],
          [7, node("Tanh")],
        ],
      ],
    ),
  );
  assert.deepEqual(uses(heard), ["op Relu", "op com.example::Widget", "op Tanh"]);
  assert.equal(heard.models[0]?.operations[0]?.count, 2);
  assert.deepEqual(codes(heard), []);
});

describe("a file is found wherever a tensor may lie", () => {
  const away = external("../away.bin");
  const graph: readonly ProtoField[] = [[5, away]];
  const places: readonly [string, Buffer][] = [
    [
      "initializer",
      model([
        [1, node("Relu")],
        [5, away],
      ]),
    ],
    [
      "sparse initializer",
      model([
        [1, node("Relu")],
        [15, [[1, away]]],
      ]),
    ],
    [
      "sparse indices",
      model([
        [1, node("Relu")],
        [15, [[2, away]]],
      ]),
    ],
    [
      "attribute",
      model([
        [
          1,
          node("Constant", "", [
            5,
            [
              [1, "value"],
              [5, away],
            ],
          ]),
        ],
      ]),
    ],
    [
      "list of tensors",
      model([
        [
          1,
          node("Constant", "", [
            5,
            [
              [1, "value"],
              [10, away],
            ],
          ]),
        ],
      ]),
    ],
    [
      "sparse attribute",
      model([
        [
          1,
          node("Constant", "", [
            5,
            [
              [1, "v"],
              [22, [[1, away]]],
            ],
          ]),
        ],
      ]),
    ],
    [
      "list of sparse",
      model([
        [
          1,
          node("Constant", "", [
            5,
            [
              [1, "v"],
              [23, [[2, away]]],
            ],
          ]),
        ],
      ]),
    ],
    [
      "subgraph",
      model([
        [
          1,
          node("If", "", [
            5,
            [
              [1, "then_branch"],
              [6, graph],
            ],
          ]),
        ],
      ]),
    ],
    [
      "list of graphs",
      model([
        [
          1,
          node("If", "", [
            5,
            [
              [1, "b"],
              [11, graph],
            ],
          ]),
        ],
      ]),
    ],
    ["subgraph of a subgraph", model([[1, node("If", "", [5, [[6, [[1, node("Loop", "", [5, [[6, graph]]])]]]]])]])],
    [
      "function",
      model(
        [[1, node("Relu")]],
        [
          25,
          [
            [1, "F"],
            [7, node("Constant", "", [5, [[5, away]]])],
          ],
        ],
      ),
    ],
    [
      "default of a function",
      model(
        [[1, node("Relu")]],
        [
          25,
          [
            [1, "F"],
            [11, [[5, away]]],
          ],
        ],
      ),
    ],
    ["training", model([[1, node("Relu")]], [20, [[1, graph]]])],
    ["second graph", model([[1, node("Relu")]], [7, graph])],
    [
      "compiled context",
      model([
        [
          1,
          node(
            "EPContext",
            "com.microsoft",
            [
              5,
              [
                [1, "embed_mode"],
                [3, 0],
              ],
            ],
            [
              5,
              [
                [1, "ep_cache_context"],
                [4, "../away.bin"],
              ],
            ],
          ),
        ],
      ]),
    ],
  ];
  for (const [title, bytes] of places) {
    test(title, async () => {
      const heard = await read(bytes);
      assert.ok(uses(heard).includes("path ../away.bin"), uses(heard).join("; "));
      assert.deepEqual(codes(heard), []);
    });
  }
});

test("spans that cannot be are told", async () => {
  for (const [key, value] of [
    ["offset", "-5"],
    ["length", "99999999999999999999"],
    ["offset", "0x10"],
  ] as const) {
    const heard = await read(
      model([
        [1, node("Relu")],
        [
          5,
          external("w.bin", [
            13,
            [
              [1, key],
              [2, value],
            ],
          ]),
        ],
      ]),
    );
    assert.deepEqual(
      heard.models[0]?.irregularities.map(({ code }) => code),
      ["external-span-impossible"],
    );
  }
  const twice = await read(
    model([
      [1, node("Relu")],
      [
        5,
        external("a.bin", [
          13,
          [
            [1, "location"],
            [2, "b.bin"],
          ],
        ]),
      ],
    ]),
  );
  assert.deepEqual(
    twice.models[0]?.irregularities.map(({ code }) => code),
    ["external-key-twice"],
  );
});

test("a cut file says so and keeps what came before; a model over the page is walked", async () => {
  const whole = model([
    [1, node("Relu")],
    [1, node("Widget", "com.example")],
    [5, [[9, Buffer.alloc(6_000_000)]]],
    [1, node("Tanh")],
  ]);
  assert.deepEqual(uses(await read(whole)), ["op Relu", "op com.example::Widget", "op Tanh"]);
  const heard = await read(whole.subarray(0, 5_000_000));
  assert.deepEqual(codes(heard), ["truncated lost"]);
});

test("its bytes alone name it, and other messages do not", async () => {
  const sniff = async (bytes: Buffer): Promise<number> => onnx.sniff(await readHead(memorySource("x", bytes), LIMITS));
  assert.ok((await sniff(model([[1, node("Relu")]]))) > 0.9);
  assert.equal(
    await sniff(
      protoMessage([
        [1, 1],
        [
          2,
          [
            [
              2,
              [
                [
                  1,
                  [
                    [1, "a"],
                    [2, "Const"],
                  ],
                ],
              ],
            ],
          ],
        ],
      ]),
    ),
    0,
  );
  assert.equal(await sniff(Buffer.from("some text, which is no message\n")), 0);
});
