// Classes and calls of well-known libraries that are ordinary by their module and do harm all the same: by the state they
// are given, by a text among their operands, when they go. Each beside its harmless twin. Inert: assembled from opcodes,
// never loaded, and the texts would do nothing.
import assert from "node:assert/strict";
import { test } from "node:test";
import { memorySource } from "../src/core/bytes.ts";
import { LIMITS } from "../src/base/limits.ts";
import { atLeast } from "../src/core/severity.ts";
import { detectors } from "../src/detectors/index.ts";
import { formats } from "../src/formats/index.ts";
import { assemble, named, type Step } from "../src/formats/pickle/testing/assemble.ts";
import { buildEngine, scanUnit } from "../src/scan/unit.ts";

const engine = buildEngine(formats, detectors, LIMITS);
const P4: Step = ["PROTO", 4];
const text = (value: string): Step => ["BINUNICODE", value];

async function fails(...steps: readonly Step[]): Promise<boolean> {
  const spool = (): Promise<never> => Promise.reject(new Error("a source in memory is never spooled"));
  const source = memorySource("m.pkl", assemble(P4, ...steps, "STOP"));
  const { artifacts } = await scanUnit({ source, spool }, engine);
  assert.ok(artifacts.every(({ lost }) => !lost));
  return artifacts.some(({ groups }) => groups.some(({ severity }) => atLeast(severity, "high")));
}

const made = (module: string, name: string, ...state: readonly Step[]): Step[] => [
  ...named(module, name),
  "EMPTY_TUPLE",
  "NEWOBJ",
  "EMPTY_DICT",
  "MARK",
  ...state,
  "SETITEMS",
  "BUILD",
];
const call = (module: string, name: string, ...operands: readonly Step[]): Step[] => [
  ...named(module, name),
  "MARK",
  ...operands,
  "TUPLE",
  "REDUCE",
];
const PARSER =
  "\ndef _parse_args(self, a, loc=0, scale=1):\n    return (a,), loc, scale\n\ndef _parse_args_rvs(self, a, loc=0, scale=1, size=None):\n    return self._argcheck_rvs(a, loc, scale, size=size)\n\ndef _parse_args_stats(self, a, loc=0, scale=1, moments='mv'):\n    return (a,), loc, scale, moments\n";
const DISTRIBUTION = ["scipy.stats._continuous_distns", "gamma_gen"] as const;
const PROGRAM = "raise SystemExit";

test("a state that its class runs as a program", async () => {
  assert.equal(await fails(...made(...DISTRIBUTION, text("_parse_arg_template"), text(PARSER))), false);
  assert.equal(await fails(...made(...DISTRIBUTION, text("_parse_arg_template"), text(PROGRAM))), true);
  assert.equal(await fails(...made(...DISTRIBUTION, text("_parse_arg_template"), text(PARSER + PROGRAM))), true);
  assert.equal(await fails(...made("statsmodels.other", "Alias", text("_parse_arg_template"), text(PROGRAM))), true);
});

test("the same class again, with another state", async () => {
  const harmless = [...made(...DISTRIBUTION, text("_parse_arg_template"), text(PARSER)), "POP"] as Step[];
  const harmful = made(...DISTRIBUTION, text("_parse_arg_template"), text(PROGRAM));
  assert.equal(await fails(...harmless, ...harmless, ...harmful), true);
});

test("a state that does not show what is in it", async () => {
  const many = Array.from({ length: 40 }, (_, i): Step[] => [text(`k${i}`), "NONE"]).flat();
  assert.equal(await fails(...made(...DISTRIBUTION, ...many)), true);
  const pairs = [text("_parse_arg_template"), text(PROGRAM), "TUPLE2", "TUPLE1"] as Step[];
  assert.equal(await fails(...named(...DISTRIBUTION), "EMPTY_TUPLE", "NEWOBJ", ...pairs, "BUILD"), true);
});

test("classes that delete, write, import or unpickle by their state", async () => {
  for (const [module, name] of [
    ["numpy.lib._datasource", "DataSource"],
    ["numpy", "DataSource"],
    ["numpy.lib.npyio", "DataSource"],
    ["transformers.integrations.integration_utils", "NeptuneCallback"],
    ["ultralytics.utils", "JSONDict"],
    ["nltk.lazyimport", "LazyModule"],
    ["torch.utils.data.datapipes.datapipe", "_IterDataPipeSerializationWrapper"],
    ["sklearn", "utils._testing.TempMemmap"],
  ] as const)
    assert.equal(await fails(...made(module, name, text("a"), text("b"))), true, `${module}.${name}`);
  assert.equal(await fails(...made("torch.utils.data.dataset", "TensorDataset", text("a"), text("b"))), false);
});

test("arrays on disk: as the class of an array harmless, made or called not", async () => {
  const rebuilt = call("numpy.core.multiarray", "_reconstruct", ...named("numpy", "memmap"), ["BININT1", 0], "TUPLE1", [
    "SHORT_BINBYTES",
    Buffer.from("b"),
  ]);
  assert.equal(await fails(...rebuilt), false);
  assert.equal(await fails(...named("numpy", "memmap"), text("a"), "TUPLE1", "NEWOBJ"), true);
  assert.equal(await fails(...call("numpy", "memmap", text("a"))), true);
});

test("a text that a library for algebra reads as a program", async () => {
  assert.equal(await fails(...call("sympy.core.symbol", "Symbol", text("x"))), false);
  assert.equal(await fails(...call("sympy.core.numbers", "Integer", ["BININT1", 3])), false);
  const product = call("sympy.core.mul", "Mul", ...call("sympy.core.symbol", "Symbol", text("x")), ["BININT1", 2]);
  assert.equal(await fails(...product), false);
  assert.equal(await fails(...call("sympy.core.containers", "Tuple", text(PROGRAM))), true);
  assert.equal(await fails(...named("sympy.core.containers", "Tuple"), text(PROGRAM), "TUPLE1", "NEWOBJ"), true);
  assert.equal(await fails(...named("sympy.sets.sets", "FiniteSet"), text(PROGRAM), "TUPLE1", "NEWOBJ"), true);
  const nested = [text(PROGRAM), "TUPLE1"] as Step[];
  assert.equal(await fails(...call("sympy.core.containers", "Tuple", ...nested)), true);
});

test("makers that call or import what they are given", async () => {
  assert.equal(await fails(...call("codecs", "encode", text("a"), text("rot13"))), true);
  assert.equal(await fails(...call("_codecs", "encode", text("a"), text("latin1"))), false);
  assert.equal(await fails(...call("builtins", "iter", "EMPTY_LIST")), false);
  assert.equal(await fails(...call("builtins", "iter", ...named("a", "b"), "NONE")), true);
  assert.equal(
    await fails(...call("_operator", "getitem", ...named("typing", "List"), ...named("builtins", "int"))),
    false,
  );
  assert.equal(await fails(...call("_operator", "getitem", ...named("numpy", "ndarray"), text("a"))), true);
  assert.equal(await fails(...call("operator", "attrgetter", text("score"))), false);
  assert.equal(await fails(...call("operator", "attrgetter", text("__class__.__base__"))), true);
  const point = (module: string): Step[] => [
    ...call("dill._dill", "_create_namedtuple", text("Point"), "EMPTY_TUPLE", text(module)),
    ["BININT1", 1],
    "TUPLE1",
    "NEWOBJ",
  ];
  assert.equal(await fails(...point("__main__")), false);
  assert.equal(await fails(...point("subprocess")), true);
});

test("the class of a tensor is used, and not called", async () => {
  const rebuilt = (maker: readonly Step[], type: readonly Step[]): Step[] =>
    call("torch._tensor", "_rebuild_from_type_v2", ...maker, ...type, "EMPTY_TUPLE", "NONE");
  const plain = named("torch._utils", "_rebuild_tensor_v2");
  assert.equal(await fails(...rebuilt(plain, named("__main__", "Own"))), false);
  assert.equal(await fails(...rebuilt(named("__main__", "own"), named("torch", "Tensor"))), true);
  assert.equal(await fails(...rebuilt(plain, named("os", "system"))), true);
});
