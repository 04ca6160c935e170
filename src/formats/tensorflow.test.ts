import assert from "node:assert/strict";
import { test } from "node:test";
import { memorySource } from "../core/bytes.ts";
import { LIMITS } from "../base/limits.ts";
import { readHead } from "../scan/unit.ts";
import { protoMessage, type ProtoField } from "./model/testing/writers.ts";
import { codes, hear, type Heard } from "./shared/testing.ts";
import { tensorflow } from "./tensorflow.ts";

const node = (name: string, op: string, ...more: ProtoField[]): ProtoField => [1, [[1, name], [2, op], ...more]];
const input = (name: string): ProtoField => [3, name];
const attribute = (key: string, value: readonly ProtoField[]): ProtoField => [
  5,
  [
    [1, key],
    [2, value],
  ],
];
const constant = (name: string, text: string): ProtoField =>
  node(name, "Const", attribute("value", [[8, [[8, text]]]]));
const inner = (name: string, op: string, ...more: ProtoField[]): ProtoField => [3, [[1, name], [2, op], ...more]];
const library = (...functions: readonly (readonly ProtoField[])[]): ProtoField => [
  2,
  functions.map((one) => [1, one] as const),
];
const definition = (name: string, ...nodes: ProtoField[]): ProtoField[] => [[1, [[1, name]]], ...nodes];
const saved = (graph: readonly ProtoField[], ...more: ProtoField[]): Buffer =>
  protoMessage([
    [1, 1],
    [2, [[1, [[4, "serve"]]], [2, graph], ...more]],
  ]);
const read = (bytes: Uint8Array, name = "saved_model.pb"): Promise<Heard> =>
  hear(tensorflow, memorySource(name, bytes));
const uses = ({ models }: Heard): string[] =>
  models.flatMap(({ operations }) =>
    operations.map(({ use, module, name, arguments: given }) =>
      [use, module ? `${module}/${name}` : name, ...given.map((one) => ("text" in one ? one.text : ""))].join(" "),
    ),
  );

test("operators of the graph and of its functions are listed, with the names of files", async () => {
  const heard = await read(
    saved([
      constant("name", "/tmp/out"),
      node("w", "WriteFile", input("name"), input("name")),
      node("call", "StatefulPartitionedCall", attribute("f", [[10, [[1, "f"]]]])),
      library(definition("f", inner("x", "ReadFile"), inner("y", "MatMul"))),
    ]),
  );
  assert.deepEqual(uses(heard), [
    "op Const",
    "op WriteFile /tmp/out /tmp/out",
    "op StatefulPartitionedCall",
    "op ReadFile",
    "op MatMul",
  ]);
});

const SAVER: ProtoField = [
  3,
  [
    [1, "file:0"],
    [2, "save:0"],
    [3, "restore"],
  ],
];
const SAVING = [
  node("file", "Placeholder"),
  node("save", "StatefulPartitionedCall", input("file"), attribute("f", [[10, [[1, "save_it"]]]])),
  node("restore", "NoOp"),
];

test("what only the saver reaches is the saver's; the same elsewhere is not", async () => {
  const functions = library(
    definition("save_it", inner("s", "SaveV2")),
    definition("other", inner("m", "MergeV2Checkpoints")),
  );
  const scopes = async (graph: readonly ProtoField[], ...more: ProtoField[]): Promise<string[]> =>
    uses(await read(saved(graph, ...more))).filter((one) => /SaveV2|Merge/.test(one));
  assert.deepEqual(await scopes([...SAVING, functions], SAVER), ["op saver/SaveV2", "op MergeV2Checkpoints"]);
  // Without a saver, or where something else calls it as well.
  assert.deepEqual(await scopes([...SAVING, functions]), ["op SaveV2", "op MergeV2Checkpoints"]);
  const also = node("serve", "PartitionedCall", attribute("f", [[10, [[1, "save_it"]]]]));
  assert.deepEqual(await scopes([...SAVING, also, functions], SAVER), ["op SaveV2", "op MergeV2Checkpoints"]);
  // Restoring runs when the model is loaded.
  const loaded: ProtoField = [
    3,
    [
      [2, "save:0"],
      [3, "save"],
    ],
  ];
  assert.deepEqual(await scopes([...SAVING, functions], loaded), ["op SaveV2", "op MergeV2Checkpoints"]);
  // A signature that gives out what the saver makes.
  const served: ProtoField = [
    5,
    [
      [1, "serving"],
      [
        2,
        [
          [
            2,
            [
              [1, "y"],
              [2, [[1, "save:0"]]],
            ],
          ],
        ],
      ],
    ],
  ];
  assert.deepEqual(await scopes([...SAVING, functions], SAVER, served), ["op SaveV2", "op MergeV2Checkpoints"]);
});

test("what restores is told from what reads, and a table without a file is told", async () => {
  const restoring = node("r", "RestoreV2", input("file"));
  const graph = [
    node("file", "Placeholder"),
    restoring,
    node("restore", "NoOp", input("^r")),
    node("away", "RestoreV2"),
  ];
  const heard = await read(saved([...graph, node("t", "InitializeTableFromTextFileV2")], SAVER));
  assert.deepEqual(uses(heard).slice(1), [
    "op restorer/RestoreV2",
    "op NoOp",
    "op RestoreV2",
    "op InitializeTableFromTextFileV2 no input",
  ]);
});

test("assets are paths, and settings of Keras objects are looked at", async () => {
  const settings = JSON.stringify({
    class_name: "Lambda",
    config: { function: { class_name: "__lambda__", config: { code: "" } } },
  });
  const heard = await read(
    saved(
      [node("a", "Const")],
      [6, [[2, "../vocab.txt"]]],
      [
        7,
        [
          [
            1,
            [
              [
                4,
                [
                  [1, "_tf_keras_layer"],
                  [3, settings],
                ],
              ],
            ],
          ],
        ],
      ],
    ),
  );
  assert.deepEqual(uses(heard), ["op Const", "path ../vocab.txt asset", "layer Lambda", "code __lambda__ Lambda"]);
});

test("frozen graphs, checkpoints' graphs and texts are the same", async () => {
  assert.deepEqual(uses(await read(protoMessage([node("a", "WriteFile")]), "frozen.pb")), ["op WriteFile"]);
  assert.deepEqual(
    uses(
      await read(
        protoMessage([
          [1, [[4, "train"]]],
          [2, [node("a", "PyFunc")]],
        ]),
        "m.meta",
      ),
    ),
    ["op PyFunc"],
  );
  const text = `# made by hand
saved_model_schema_version: 1
meta_graphs { graph_def { node: [ { name: "a" op: 'Re' "adFile" }, < name: "b", op: "Mat\\115ul" > ] } }`;
  assert.deepEqual(uses(await read(Buffer.from(text), "saved_model.pbtxt")), ["op ReadFile", "op MatMul"]);
});

test("a cut file says so and keeps what came before", async () => {
  const whole = saved([node("a", "PyFunc"), node("b", "MatMul")]);
  const heard = await read(whole.subarray(0, whole.length - 4));
  assert.deepEqual(codes(heard), ["truncated lost"]);
  assert.deepEqual(uses(heard)[0], "op PyFunc");
  assert.deepEqual(codes(await read(Buffer.from('meta_graphs { graph_def { node { op: "A" }'), "a.pbtxt")), [
    "truncated lost",
  ]);
});

test("its bytes alone name it", async () => {
  const sniff = async (bytes: Buffer): Promise<number> =>
    tensorflow.sniff(await readHead(memorySource("x", bytes), LIMITS));
  assert.ok((await sniff(saved([node("a", "Const")]))) > 0.8);
  assert.ok((await sniff(protoMessage([node("a", "Const")]))) > 0.8);
  assert.equal(
    await sniff(
      protoMessage([
        [1, 9],
        [2, "onnx"],
        [7, [[1, [[4, "Relu"]]]]],
      ]),
    ),
    0,
  );
});
