import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { deflateSync } from "node:zlib";
import { pickle } from "../pickle.ts";
import { assemble, calling, named, type Step } from "./testing/assemble.ts";
import { readingOf } from "./testing/read.ts";

const COMMAND = ["ec", "ho hello"].join("");
const SYSTEM = `os.system(${JSON.stringify(COMMAND)})`;
const P4: Step = ["PROTO", 4];
const GLOBAL: Step = ["GLOBAL", "os", "system"];
const ARGS: Step[] = [["BINUNICODE", COMMAND], "TUPLE1"];

describe("what a pickle calls is found", () => {
  const cases: readonly (readonly [title: string, steps: readonly Step[], said?: string])[] = [
    ["REDUCE of a GLOBAL", [P4, GLOBAL, ...ARGS, "REDUCE", "STOP"]],
    ["in protocol 0", [GLOBAL, "MARK", ["STRING", `'${COMMAND}'`], "TUPLE", "REDUCE", "STOP"]],
    ["by INST", ["MARK", ["UNICODE", COMMAND], ["INST", "os", "system"], "STOP"]],
    ["by OBJ", ["MARK", GLOBAL, ["BINUNICODE", COMMAND], "OBJ", "STOP"]],
    ["by NEWOBJ", [P4, GLOBAL, ...ARGS, "NEWOBJ", "STOP"], `os.system.__new__(${JSON.stringify(COMMAND)})`],
    [
      "by NEWOBJ_EX",
      [P4, GLOBAL, ...ARGS, "EMPTY_DICT", "NEWOBJ_EX", "STOP"],
      `os.system.__new__((${JSON.stringify(COMMAND)},), {})`,
    ],
    ["its result dropped", [P4, GLOBAL, ...ARGS, "REDUCE", "POP", "NONE", "STOP"]],
    ["STACK_GLOBAL", [P4, ...named("os", "system"), ...ARGS, "REDUCE", "STOP"]],
    [
      "operands through the memo, decoys last",
      [
        P4,
        ["SHORT_BINUNICODE", "os"],
        "MEMOIZE",
        ["SHORT_BINUNICODE", "system"],
        ["BINPUT", 9],
        ["SHORT_BINUNICODE", "math"],
        ["SHORT_BINUNICODE", "sqrt"],
        "POP",
        "POP",
        "POP",
        "POP",
        ["BINGET", 0],
        ["LONG_BINGET", 9],
        "STACK_GLOBAL",
        ...ARGS,
        "REDUCE",
        "STOP",
      ],
    ],
    [
      "a memo that is written over",
      [
        P4,
        ["SHORT_BINUNICODE", "math"],
        ["PUT", "007"],
        "POP",
        ["SHORT_BINUNICODE", "os"],
        ["BINPUT", 7],
        "POP",
        ["GET", "7"],
        ["SHORT_BINUNICODE", "system"],
        "STACK_GLOBAL",
        ...ARGS,
        "REDUCE",
        "STOP",
      ],
    ],
    [
      "BINUNICODE8 and UNICODE",
      [P4, ["BINUNICODE8", "os"], ["UNICODE", "sys\\u0074em"], "STACK_GLOBAL", ...ARGS, "REDUCE", "STOP"],
    ],
    [
      "marks between operands",
      [
        P4,
        ["BINUNICODE", "os"],
        "MARK",
        "NONE",
        "POP_MARK",
        ["BINUNICODE", "system"],
        "STACK_GLOBAL",
        ...ARGS,
        "REDUCE",
        "STOP",
      ],
    ],
    ["DUP", [P4, ...named("os", "system"), "DUP", "POP", ...ARGS, "REDUCE", "STOP"]],
    [
      "names of Python 2",
      [["PROTO", 2], ["GLOBAL", "__builtin__", "eval"], ...ARGS, "REDUCE", "STOP"],
      `builtins.eval(${JSON.stringify(COMMAND)})`,
    ],
  ];
  for (const [title, steps, said = SYSTEM] of cases) {
    test(title, async () => {
      const reading = await readingOf(assemble(...steps));
      assert.deepEqual(reading.said, [said]);
      assert.deepEqual(reading.problems, []);
    });
  }

  test("BUILD on an object and on what a name stands for", async () => {
    const state = await readingOf(
      assemble(P4, ...named("a", "B"), "EMPTY_TUPLE", "NEWOBJ", "EMPTY_DICT", "BUILD", "STOP"),
    );
    assert.deepEqual(
      state.operations.map(({ use, module, name }) => [use, module, name]),
      [
        ["import", "a", "B"],
        ["new", "a", "B"],
        ["state", "a", "B"],
      ],
    );
    const patch = await readingOf(assemble(P4, ...named("a", "B"), "NONE", "EMPTY_DICT", "TUPLE2", "BUILD", "STOP"));
    assert.deepEqual(
      patch.operations.map(({ use }) => use),
      ["import", "patch"],
    );
    const item = await readingOf(
      assemble(P4, ...named("os", "environ"), ["BINUNICODE", "A"], "NONE", "SETITEM", "STOP"),
    );
    assert.deepEqual(
      item.operations.map(({ use }) => use),
      ["import", "patch"],
    );
  });

  test("the result of a call is called", async () => {
    const { operations } = await readingOf(
      assemble(
        P4,
        ...named("builtins", "getattr"),
        ...named("os", "path"),
        ["BINUNICODE", "x"],
        "TUPLE2",
        "REDUCE",
        ...ARGS,
        "REDUCE",
        "STOP",
      ),
    );
    assert.equal(operations.at(-1)?.text, `builtins.getattr(os.path, "x")(${JSON.stringify(COMMAND)})`);
    assert.equal(operations[operations.at(-1)?.callee ?? -1]?.name, "getattr");
  });

  test("copyreg makes objects of the class it is given", async () => {
    const { operations } = await readingOf(
      assemble(
        ["PROTO", 2],
        ["GLOBAL", "copy_reg", "_reconstructor"],
        "MARK",
        ["GLOBAL", "a", "B"],
        ["GLOBAL", "__builtin__", "object"],
        "NONE",
        "TUPLE",
        "REDUCE",
        "STOP",
      ),
    );
    assert.deepEqual([operations.at(-1)?.use, operations.at(-1)?.name], ["new", "B"]);
  });
});

describe("what ran before a break counts", () => {
  const payload: Step[] = [P4, GLOBAL, ...ARGS, "REDUCE"];
  const broken: Readonly<Record<string, Uint8Array>> = {
    "no STOP": Buffer.alloc(0),
    "no opcode": Buffer.from("~"),
    "stack underflow": assemble("POP", "POP", "POP"),
    "no MARK": assemble("TUPLE"),
    "bad INT": assemble(["INT", "zwölf"]),
    "bad FLOAT": assemble(["FLOAT", "1.5x"]),
    "negative PUT": assemble(["PUT", "-1"]),
    "empty memo": assemble(["BINGET", 77]),
    "unquoted STRING": assemble(["STRING", "a"]),
    "bad UTF-8": Buffer.concat([Buffer.from([0x8c, 2, 0xff, 0xfe])]),
    "bad escape": assemble(["UNICODE", "\\u12"]),
    "protocol 9": assemble(["PROTO", 9]),
    "operand cut": Buffer.from([0x58, 0xff, 0, 0, 0, 0x61]),
    "odd SETITEMS": assemble("EMPTY_DICT", "MARK", "NONE", "SETITEMS"),
  };
  for (const [title, rest] of Object.entries(broken)) {
    test(title, async () => {
      const reading = await readingOf(Buffer.concat([assemble(...payload), rest]));
      assert.deepEqual(reading.said, [SYSTEM]);
      assert.equal(reading.problems.length, 1);
    });
  }
});

describe("what stands beside the first pickle is read", () => {
  const clean = assemble(P4, "EMPTY_LIST", "STOP");
  const bad = calling("os", "system", COMMAND);
  test("a second pickle", async () =>
    assert.deepEqual((await readingOf(Buffer.concat([clean, clean, bad]))).said, [SYSTEM]));
  test("junk, then a pickle", async () => {
    const reading = await readingOf(Buffer.concat([clean, Buffer.alloc(5_000, 0xee), bad]));
    assert.deepEqual(reading.said, [SYSTEM]);
    assert.deepEqual(
      reading.irregularities.map(({ code }) => code),
      ["pickle-behind"],
    );
  });
  test("a pickle behind a broken one", async () => {
    const reading = await readingOf(Buffer.concat([assemble(P4, "NONE"), Buffer.from("~~~~"), bad]));
    assert.deepEqual(reading.said, [SYSTEM]);
  });
  test("a value that is a pickle, raw, deflated, in base64 and in hex", async () => {
    for (const value of [bad, deflateSync(bad)])
      for (const spelled of [value, Buffer.from(value.toString("base64")), Buffer.from(value.toString("hex"))]) {
        const outer = assemble(P4, ["BINBYTES", spelled], "STOP");
        assert.deepEqual((await readingOf(outer)).said, [SYSTEM], spelled.subarray(0, 8).toString("latin1"));
      }
  });
  test("a value that is a pickle, as each protocol spells bytes", async () => {
    const old = assemble(GLOBAL, ["UNICODE", COMMAND], "TUPLE1", "REDUCE", "STOP");
    for (const pickled of [bad, old])
      for (const value of [pickled, deflateSync(pickled), Buffer.from(pickled.toString("hex"))]) {
        const letters = value.toString("latin1");
        const escaped = letters.replaceAll(
          /[\\\n\0\r\x1a]/g,
          (one) => `\\u00${one.charCodeAt(0).toString(16).padStart(2, "0")}`,
        );
        const line = Buffer.from(escaped, "latin1");
        const spellings = [
          assemble(["BINUNICODE", letters]),
          assemble(["BINSTRING", value]),
          Buffer.concat([Buffer.from("V"), line, Buffer.from("\n")]),
        ];
        for (const spelling of spellings) {
          const { said } = await readingOf(Buffer.concat([assemble(P4), spelling, assemble("STOP")]));
          assert.deepEqual(said, [SYSTEM], spelling.subarray(0, 12).toString("hex"));
        }
      }
  });
  test("a value whose head ends in the middle of a character", async () => {
    for (let filled = 0; filled < 24; filled++) {
      const value = deflateSync(
        Buffer.concat([
          assemble(P4),
          Buffer.from(`C${String.fromCharCode(filled)}${"\xff".repeat(filled)}0`, "latin1"),
          bad.subarray(2),
        ]),
        { level: 0 },
      );
      const { said } = await readingOf(assemble(P4, ["BINUNICODE", value.toString("latin1")], "STOP"));
      assert.deepEqual(said, [SYSTEM], String(filled));
    }
  });
  test("what torch has loaded from bytes that an old protocol spells; computed ones are told", async () => {
    const encoded = (text: Step): Step[] => [
      ...named("_codecs", "encode"),
      text,
      ["BINUNICODE", "latin1"],
      "TUPLE2",
      "REDUCE",
    ];
    const loading = (...steps: readonly Step[]): Buffer =>
      assemble(P4, ...named("torch.storage", "_load_from_bytes"), ...steps, "TUPLE1", "REDUCE", "STOP");
    const spelled = await readingOf(loading(...encoded(["BINUNICODE", bad.toString("latin1")])));
    assert.equal(spelled.said.at(-1), SYSTEM);
    assert.ok(!spelled.irregularities.some(({ code }) => code === "computed-file"));
    const computed = await readingOf(loading(...named("a", "b"), "EMPTY_TUPLE", "REDUCE"));
    assert.ok(computed.irregularities.some(({ code }) => code === "computed-file"));
  });
  test("more values that look like files than are looked at are told", async () => {
    const many = Array.from({ length: 10_001 }, (): Step[] => [
      ["SHORT_BINBYTES", Buffer.from("PK\x03\x04....")],
      "POP",
    ]).flat();
    assert.ok((await readingOf(assemble(P4, ...many, "NONE", "STOP"))).problems.includes("limit"));
  });
  test("what torch has loaded from bytes, without a magic number", async () => {
    const inner = assemble(GLOBAL, ["UNICODE", COMMAND], "TUPLE1", "REDUCE", "STOP");
    const outer = assemble(
      P4,
      ...named("torch.storage", "_load_from_bytes"),
      ["BINBYTES", inner],
      "TUPLE1",
      "REDUCE",
      "STOP",
    );
    const { said, irregularities } = await readingOf(outer);
    assert.equal(said.at(-1), SYSTEM);
    assert.deepEqual(irregularities, []);
  });
  test("data that only looks like a pickle is none", async () => {
    const reading = await readingOf(assemble(P4, ["BINBYTES", Buffer.from("80037e7e7e7e7e7e7e7e7e", "hex")], "STOP"));
    assert.deepEqual(reading.irregularities, []);
    assert.deepEqual(reading.problems, []);
  });
});

describe("irregular streams", () => {
  const frame = (steps: readonly Step[], bytes: number): Buffer =>
    Buffer.concat([assemble(P4, ["FRAME", bytes]), assemble(...steps)]);
  const nested = Buffer.concat([Buffer.alloc(20_000, "]"), Buffer.alloc(19_999, "a"), Buffer.from(".")]);
  const laughs = assemble(
    P4,
    "EMPTY_TUPLE",
    ...Array.from({ length: 64 }, (): Step[] => ["DUP", "TUPLE2"]).flat(),
    "STOP",
  );
  const cases: Readonly<Record<string, Uint8Array>> = {
    "computed-name": assemble(
      P4,
      ...named("builtins", "str"),
      ["BINUNICODE", "os"],
      "TUPLE1",
      "REDUCE",
      ["BINUNICODE", "system"],
      "STACK_GLOBAL",
      "STOP",
    ),
    "extension-code": assemble(P4, ["EXT1", 7], "STOP"),
    "crosses-frame": frame([["BINUNICODE", "abcdef"], "STOP"], 7),
    "frame-beyond": frame(["NONE", "STOP"], 90),
    "memo-index": assemble(P4, "NONE", ["LONG_BINPUT", 0x7fffffff], "STOP"),
    "deep-nesting": nested,
    expansion: laughs,
    "long-number": assemble(["INT", "9".repeat(5_000)], "STOP"),
    "operand-too-long": Buffer.from([0x80, 4, 0x8b, 0xff, 0xff, 0xff, 0x7f, 0x2e]),
    "values-left": assemble(P4, "NONE", "NONE", "STOP"),
    "bytes-behind": Buffer.concat([assemble(P4, "NONE", "STOP"), Buffer.alloc(10, 0xee)]),
  };
  for (const [code, bytes] of Object.entries(cases))
    test(code, async () =>
      assert.deepEqual(
        (await readingOf(bytes)).irregularities.map((one) => one.code),
        [code],
      ),
    );
});

test("numbers as joblib and torch need them: an array in the stream is stepped over, one of objects is read", async () => {
  const wrapper = (dtype: string, after: Uint8Array): Buffer =>
    Buffer.concat([
      assemble(
        P4,
        "MARK",
        ...named("joblib.numpy_pickle", "NumpyArrayWrapper"),
        "EMPTY_TUPLE",
        "NEWOBJ",
        "EMPTY_DICT",
        "MARK",
        ["SHORT_BINUNICODE", "shape"],
        ["BININT1", 3],
        ["BININT1", 2],
        "TUPLE2",
        ["SHORT_BINUNICODE", "dtype"],
        ...named("numpy", "dtype"),
        ["SHORT_BINUNICODE", dtype],
        "NEWFALSE",
        "NEWTRUE",
        "TUPLE3",
        "REDUCE",
        ["SHORT_BINUNICODE", "numpy_array_alignment_bytes"],
        ["BININT1", 16],
        "SETITEMS",
        "BUILD",
      ),
      after,
      assemble(GLOBAL, ...ARGS, "REDUCE", "TUPLE", "STOP"),
    ]);
  const raw = await readingOf(
    wrapper("f8", Buffer.concat([Buffer.of(5), Buffer.alloc(5, 0xff), Buffer.alloc(48, 0x2e)])),
  );
  assert.deepEqual(raw.problems, []);
  assert.equal(raw.said.at(-1), SYSTEM);
  const objects = await readingOf(wrapper("O8", calling("posix", "abort", "x")));
  assert.deepEqual(objects.problems, []);
  assert.ok(objects.said.includes('posix.abort("x")'), objects.said.join());
  assert.ok(objects.said.includes(SYSTEM));
});

test("equal calls are one, with a count; memory does not grow with numbers", async () => {
  const row: Step[] = [
    ...named("datetime", "date"),
    ["SHORT_BINBYTES", Buffer.of(7, 230, 1, 1)],
    "TUPLE1",
    "REDUCE",
    "POP",
  ];
  const { operations } = await readingOf(
    Buffer.concat([
      assemble(P4),
      Buffer.concat(Array.from({ length: 2_000 }, () => assemble(...row))),
      assemble("NONE", "STOP"),
    ]),
  );
  assert.ok(operations.length < 12);
  assert.equal(
    operations.filter(({ use }) => use === "call").reduce((sum, { count = 1 }) => sum + count, 0),
    2_000,
  );
});

test("content decides: pickles of any protocol under any name, and no text", () => {
  const sniff = (bytes: Uint8Array, name = "x"): number => {
    const dot = name.lastIndexOf(".");
    const text = Buffer.from(bytes).toString("latin1");
    return pickle.sniff({ bytes, text, name, extension: dot > 0 ? name.slice(dot) : "", whole: true });
  };
  for (const steps of [
    [GLOBAL, "MARK", ["STRING", "'a'"], "TUPLE", "REDUCE", "STOP"],
    [["PROTO", 2], "NONE", "STOP"],
    ["MARK", "LIST", ["PUT", "0"], ["INT", "1"], "APPEND", "STOP"],
    [GLOBAL, "MARK", ["STRING", "'a'"], "TUPLE", "REDUCE"],
  ] as Step[][])
    assert.ok(sniff(assemble(...steps)) > 0.9, JSON.stringify(steps));
  for (const text of [
    "cat\ndog\nbird\n",
    "coffee\nmilk\n(two cups)\n",
    "N.\n",
    "I am here\nYou are there\n",
    "(see below)\nand above\n",
    "]]]]]",
    "Very well\n.",
    '{"a": 1}',
    "column\nrow\nNone\n",
    "import os\n",
  ])
    assert.equal(sniff(Buffer.from(text)), 0, text);
  assert.equal(sniff(Buffer.from([0x80, 0x02])), 0);
});

test("texts that lie far behind are read again, and every opcode still runs once", async () => {
  const far: Step[] = [
    ["SHORT_BINUNICODE", "os"],
    "MEMOIZE",
    ["SHORT_BINUNICODE", "system"],
    "MEMOIZE",
    ["SHORT_BINUNICODE", "key"],
    "MEMOIZE",
    ...named("a", "B"),
    "MEMOIZE",
    // More than one piece of the file.
    ["BINBYTES", Buffer.alloc(3 * 1024 * 1024)],
    ["BINBYTES", Buffer.alloc(3 * 1024 * 1024)],
    ["BINGET", 3],
    "EMPTY_TUPLE",
    "NEWOBJ",
    "MARK",
    ["BINGET", 2],
    ["BINGET", 2],
    "SETITEMS",
    "MARK",
    ["BINGET", 2],
    "APPENDS",
    ["BINGET", 0],
    ["BINGET", 1],
    "STACK_GLOBAL",
    ["BINGET", 2],
    "TUPLE1",
    "REDUCE",
  ];
  const { said, problems } = await readingOf(assemble(P4, "MARK", ...far, "TUPLE", "STOP"));
  assert.deepEqual(problems, []);
  assert.deepEqual(said, [
    "a.B.__new__()",
    'a.B.__new__().__setitem__("key")',
    'a.B.__new__().extend("key")',
    'os.system("key")',
  ]);
});

test("a second array whose keys stand far before it is stepped over", async () => {
  const wrapper = named("joblib.numpy_pickle", "NumpyArrayWrapper");
  const type = [...named("numpy", "dtype"), ["SHORT_BINUNICODE", "u1"], "TUPLE1", "REDUCE"] as Step[];
  const keys = [["SHORT_BINUNICODE", "shape"], "MEMOIZE", ["SHORT_BINUNICODE", "dtype"], "MEMOIZE"] as Step[];
  const array = (shape: Step, dtype: Step): Step[] => [
    ...wrapper,
    "EMPTY_TUPLE",
    "NEWOBJ",
    "EMPTY_DICT",
    "MARK",
    shape,
    ["BININT", 3 << 20],
    "TUPLE1",
    dtype,
    ...type,
    "SETITEMS",
    "BUILD",
  ];
  const data = Buffer.alloc(3 << 20, 0x2e);
  const { said, problems } = await readingOf(
    Buffer.concat([
      assemble(P4, "MARK", ...keys, ...array(["BINGET", 0], ["BINGET", 1])),
      data,
      assemble(...array(["BINGET", 0], ["BINGET", 1])),
      data,
      assemble(...named("os", "system"), "EMPTY_TUPLE", "REDUCE", "TUPLE", "STOP"),
    ]),
  );
  assert.deepEqual(problems, []);
  assert.ok(said.includes("os.system()"), said.join());
});

test("calls that share one huge operand are compared in a moment", async () => {
  const wide = Array.from({ length: 4 }, (): Step[] => [
    "EMPTY_LIST",
    "MARK",
    ...Array.from({ length: 60 }, () => ["BINGET", 0] as Step),
    "APPENDS",
    ["BINPUT", 0],
    "POP",
  ]).flat();
  const calls = Array.from({ length: 3_000 }, (): Step[] => [
    ...named("builtins", "getattr"),
    ["BINGET", 0],
    ["BINUNICODE", "a"],
    "TUPLE2",
    "REDUCE",
    "POP",
  ]).flat();
  const begun = process.cpuUsage();
  await readingOf(assemble(P4, ["BININT1", 1], ["BINPUT", 0], "POP", ...wide, ...calls, "NONE", "STOP"));
  const { user } = process.cpuUsage(begun);
  assert.ok(user < 5e6, `${user / 1e6} s`);
});

test("equal calls are told apart where an operand decides", async () => {
  const encode = (codec: string): Step[] => [
    ...named("_codecs", "encode"),
    ["BINUNICODE", "abc def"],
    ["BINUNICODE", codec],
    "TUPLE2",
    "REDUCE",
    "POP",
  ];
  const many = Array.from({ length: 40 }, () => encode("latin1")).flat();
  const { said } = await readingOf(assemble(P4, ...many, ...encode("rot13"), "NONE", "STOP"));
  assert.ok(said.some((text) => text.includes("rot13")));
  const member = (value: string): Step[] => [...named("a", "Mode"), ["BINUNICODE", value], "TUPLE1", "REDUCE", "POP"];
  const modes = Array.from({ length: 40 }, (_, i) => member(`mode${i}`)).flat();
  const path = await readingOf(assemble(P4, ...modes, ...member("/a/path; x"), "NONE", "STOP"));
  assert.ok(path.said.some((text) => text.includes("/a/path")));
});
