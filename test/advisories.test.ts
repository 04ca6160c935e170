// Published ways past scanners of pickles, one test for each advisory, named after it. Every payload is inert: it is
// assembled from opcodes here, never loaded, and would do nothing if it were.
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { gzipSync } from "node:zlib";
import { memorySource } from "../src/core/bytes.ts";
import { LIMITS } from "../src/base/limits.ts";
import { atLeast } from "../src/core/severity.ts";
import { detectors } from "../src/detectors/index.ts";
import { formats } from "../src/formats/index.ts";
import { assemble, calling, named, type Step } from "../src/formats/pickle/testing/assemble.ts";
import { makeZip, type Made } from "../src/formats/shared/testing/make-zip.ts";
import { buildEngine, scanUnit } from "../src/scan/unit.ts";
import { ustar } from "../src/formats/testing/ustar.ts";

const engine = buildEngine(formats, detectors, LIMITS);
const P4: Step = ["PROTO", 4];
const CLEAN = assemble(P4, "EMPTY_DICT", "STOP");
const COMMAND = "true";
const PAYLOAD = calling("os", "system", COMMAND);
const call = (module: string, name: string): Buffer => calling(module, name, "x");

/** The detectors that find something at high or above, and whether all of it was looked at. */
async function judged(name: string, bytes: Uint8Array): Promise<{ failing: string[]; lost: boolean }> {
  const memory = async (source: { stream(): AsyncIterable<Uint8Array>; name: string }): Promise<never> => {
    const chunks: Uint8Array[] = [];
    for await (const chunk of source.stream()) chunks.push(Uint8Array.from(chunk));
    return memorySource(source.name, Buffer.concat(chunks)) as never;
  };
  const { artifacts } = await scanUnit({ source: memorySource(name, bytes), spool: memory }, engine);
  const failing = artifacts.flatMap(({ groups }) =>
    groups.filter(({ severity }) => atLeast(severity, "high")).map(({ detector }) => detector),
  );
  return { failing: [...new Set(failing)].sort(), lost: artifacts.some(({ lost }) => lost) };
}

const archive = (members: readonly Made[]): Buffer =>
  makeZip([{ name: "m/version", data: Buffer.from("3\n") }, ...members]);

const THREAT = "dangerous-pickle-name";
const CALL = "unlisted-pickle-call";
const ODD = "irregular-pickle";

interface Advisory {
  readonly id: string;
  readonly what: string;
  readonly file: string;
  readonly bytes: Uint8Array;
  readonly found: string;
}

const corrupt = (bytes: Buffer, needle: string, by: number, value: number): Buffer => {
  const out = Buffer.from(bytes);
  out[out.indexOf(needle, 0, "latin1") + by] = value;
  return out;
};

const ADVISORIES: readonly Advisory[] = [
  { id: "CVE-2025-1716", what: "pip.main", file: "m.pkl", bytes: call("pip", "main"), found: THREAT },
  {
    id: "CVE-2025-1889",
    what: "a pickle under another extension in an archive",
    file: "m.pt",
    bytes: archive([
      { name: "m/data.pkl", data: CLEAN },
      { name: "m/config.p", data: PAYLOAD },
    ]),
    found: THREAT,
  },
  {
    id: "CVE-2025-1944",
    what: "another name before the data than in the directory",
    file: "m.pt",
    bytes: archive([{ name: "m/data.pkl", data: PAYLOAD, local: "m/none.pkl" }]),
    found: THREAT,
  },
  {
    id: "CVE-2025-1945",
    what: "flags of encryption that are false",
    file: "m.pt",
    bytes: archive([{ name: "m/data.pkl", data: PAYLOAD, flags: 0x61 }]),
    found: THREAT,
  },
  {
    id: "CVE-2025-10155",
    what: "a raw pickle called .bin or .pt",
    file: "pytorch_model.bin",
    bytes: PAYLOAD,
    found: THREAT,
  },
  {
    id: "CVE-2025-10156",
    what: "a wrong checksum",
    file: "m.pt",
    bytes: corrupt(archive([{ name: "m/data.pkl", data: PAYLOAD }]), "m/data.pkl", -16, 0x5a),
    found: THREAT,
  },
  {
    id: "CVE-2025-10157",
    what: "a module below a dangerous one",
    file: "m.pkl",
    bytes: call("asyncio.unix_events", "_UnixSubprocessTransport._start"),
    found: THREAT,
  },
  {
    id: "CVE-2025-23304",
    what: "a pickle in a .nemo archive",
    file: "m.nemo",
    bytes: gzipSync(
      ustar({ name: "model_config.yaml", bytes: Buffer.from("a: 1\n") }, { name: "weights.ckpt", bytes: PAYLOAD }),
    ),
    found: THREAT,
  },
  {
    id: "CVE-2025-32434",
    what: "the legacy tar that weights_only unpickled in full",
    file: "m.pt",
    bytes: ustar(
      { name: "pickle", bytes: PAYLOAD },
      { name: "storages", bytes: CLEAN },
      { name: "tensors", bytes: CLEAN },
    ),
    found: THREAT,
  },
  {
    id: "CVE-2026-24747",
    what: "items written into a tensor, which weights_only let through",
    file: "m.pkl",
    bytes: assemble(
      P4,
      ...named("torch._utils", "_rebuild_tensor_v2"),
      "EMPTY_TUPLE",
      "REDUCE",
      ["BININT1", 0],
      ["BININT1", 1],
      "SETITEM",
      "STOP",
    ),
    found: CALL,
  },
  {
    id: "GHSA-5j3x-jp52-966f",
    what: "os.system by way of logging",
    file: "m.pkl",
    bytes: call("logging", "os.system"),
    found: THREAT,
  },
  {
    id: "GHSA-mxhj",
    what: "OBJ, with its result dropped",
    file: "m.pkl",
    bytes: assemble(P4, "MARK", ["GLOBAL", "os", "system"], ["BINUNICODE", COMMAND], "OBJ", "POP", "NONE", "STOP"),
    found: THREAT,
  },
  {
    id: "cpython#154848",
    what: "an operand that reaches over the end of its frame",
    file: "m.pkl",
    bytes: Buffer.concat([assemble(P4, ["FRAME", 6]), assemble(["GLOBAL", "collections", "OrderedDict"], "STOP")]),
    found: ODD,
  },
  {
    id: "fickling#317",
    what: "a frame that ends before its pickle",
    file: "m.pkl",
    bytes: Buffer.concat([assemble(P4, ["FRAME", 3]), assemble(["BINUNICODE", COMMAND], "STOP")]),
    found: ODD,
  },
  {
    id: "fickling#211",
    what: "values that double with every opcode",
    file: "m.pkl",
    bytes: assemble(P4, "EMPTY_TUPLE", ...Array.from({ length: 60 }, (): Step[] => ["DUP", "TUPLE2"]).flat(), "STOP"),
    found: ODD,
  },
  {
    id: "modelscan#330",
    what: "an imported function overwritten by BUILD",
    file: "m.pkl",
    bytes: assemble(
      P4,
      ...named("numpy", "size"),
      "NONE",
      ...named("numpy", "__builtins__"),
      "TUPLE2",
      "BUILD",
      "STOP",
    ),
    found: CALL,
  },
  {
    id: "modelscan#338",
    what: "a function of a package that is on no list",
    file: "m.pkl",
    bytes: call("torch.utils.bottleneck.__main__", "run_cprofile"),
    found: CALL,
  },
  {
    id: "agent-bom#3326",
    what: "decoys between the operands of STACK_GLOBAL",
    file: "m.pkl",
    bytes: assemble(
      P4,
      ["BINUNICODE", "os"],
      "MEMOIZE",
      ["BINUNICODE", "system"],
      "MEMOIZE",
      "POP",
      "POP",
      ["BINGET", 0],
      ["BINGET", 1],
      ["BINUNICODE", "math"],
      "POP",
      "STACK_GLOBAL",
      ["BINUNICODE", COMMAND],
      "TUPLE1",
      "REDUCE",
      "STOP",
    ),
    found: THREAT,
  },
  {
    id: "saferpickle#18",
    what: "pandas.read_pickle, torch.hub, mlflow",
    file: "m.pkl",
    bytes: Buffer.concat([call("pandas", "read_pickle"), call("torch.hub", "load"), call("mlflow.projects", "run")]),
    found: THREAT,
  },
  {
    id: "picklescan#66",
    what: "functions of the standard library that lists forget",
    file: "m.pkl",
    bytes: call("pydoc", "pipepager"),
    found: THREAT,
  },
  {
    id: "arXiv:2607.17503",
    what: "a method put into a class before it is used",
    file: "m.pkl",
    bytes: assemble(
      P4,
      ...named("collections", "OrderedDict"),
      "NONE",
      "EMPTY_DICT",
      ["BINUNICODE", "get"],
      ...named("builtins", "print"),
      "SETITEM",
      "TUPLE2",
      "BUILD",
      "STOP",
    ),
    found: CALL,
  },
  {
    id: "arXiv:2508.19774",
    what: "a joblib file that is compressed twice",
    file: "m.joblib",
    bytes: gzipSync(gzipSync(PAYLOAD)),
    found: THREAT,
  },
  {
    id: "nullifAI",
    what: "a payload, then a stream that is broken",
    file: "m.pt",
    bytes: Buffer.concat([PAYLOAD.subarray(0, -1), Buffer.from("~broken")]),
    found: THREAT,
  },
];

describe("advisories", () => {
  for (const { id, what, file, bytes, found } of ADVISORIES)
    test(`${id}: ${what}`, async () => {
      const { failing } = await judged(file, bytes);
      assert.ok(failing.includes(found), `${failing.join()} and not ${found}`);
    });

  test("the same files without their payloads pass", async () => {
    for (const [file, bytes] of [
      ["m.pkl", CLEAN],
      ["m.pt", archive([{ name: "m/data.pkl", data: CLEAN }])],
      [
        "m.pt",
        ustar({ name: "pickle", bytes: CLEAN }, { name: "storages", bytes: CLEAN }, { name: "tensors", bytes: CLEAN }),
      ],
      ["m.joblib", gzipSync(CLEAN)],
    ] as const)
      assert.deepEqual(await judged(file, bytes), { failing: [], lost: false }, file);
  });
});
