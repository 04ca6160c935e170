import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { pythonLines } from "./python-lines.ts";
import { parsePython } from "./json/python-literal.ts";
import { cases, context, headOf, readAll, removed, sourceOf, survives } from "./json/testing/read.ts";

const bytesOf = (name: string): Buffer =>
  cases("python-lines").find((one) => one.name === name)?.bytes ?? Buffer.alloc(0);

/** A value as Python's repr writes it. */
function repr(value: unknown): string {
  if (value === null) return "None";
  if (typeof value === "boolean") return value ? "True" : "False";
  if (typeof value === "number") return String(value);
  if (typeof value === "string") {
    const inner = value.replace(/[\\'\p{Cc}\u00a0]/gu, (c) =>
      c === "\\" || c === "'" ? `\\${c}` : c === "\n" ? "\\n" : `\\x${c.charCodeAt(0).toString(16).padStart(2, "0")}`,
    );
    return `'${inner}'`;
  }
  if (Array.isArray(value)) return `[${value.map(repr).join(", ")}]`;
  return `{${Object.entries(value as object)
    .map(([key, one]) => `${repr(key)}: ${repr(one)}`)
    .join(", ")}}`;
}

const dicts = fc.array(fc.dictionary(fc.string(), fc.jsonValue(), { minKeys: 1 }), {
  minLength: 1,
  maxLength: 8,
});

test("dicts as Python prints them come out, on lines and in a list, whatever the chunks", async () => {
  await fc.assert(
    fc.asyncProperty(dicts, fc.integer({ min: 1, max: 64 }), async (anyValues, chunk) => {
      const values = JSON.parse(JSON.stringify(anyValues)) as object[];
      const lines = await readAll(pythonLines, sourceOf(`${values.map(repr).join("\n")}\n`, chunk));
      assert.deepEqual(lines.values, values);
      assert.deepEqual(lines.problems, []);
      const list = await readAll(
        pythonLines,
        sourceOf(`[\n${values.map((value) => `  ${repr(value)},`).join("\n")}\n]\n`, chunk),
      );
      assert.deepEqual(list.values, values);
      assert.deepEqual(list.problems, []);
    }),
    { numRuns: 100 },
  );
});

test("the literals of Python", () => {
  const cases: readonly [string, unknown][] = [
    ["(1,)", [1]],
    ["(1)", 1],
    ["()", []],
    ["{1, 2}", [1, 2]],
    ["{}", {}],
    ["0x1F", 31],
    ["1_000.5e1", 10_005],
    ["-2", -2],
    ["'a' \"b\" '''c\nd'''", "abc\nd"],
    ["r'\\n'", "\\n"],
    ["b'\\x41\\101'", "AA"],
    ["'\\N{DASH}\\q\\u00e9\\U0001F600'", "\\N{DASH}\\qé😀"],
    ["{1: 'a', None: 'b', (1, 2): 'c'}", { "1": "a", null: "b", "[1,2]": "c" }],
    ["'''a'b''c'''", "a'b''c"],
  ];
  for (const [text, value] of cases) {
    const parsed = parsePython(text, 10);
    assert.deepEqual(parsed.value, value, text);
    assert.equal(parsed.problem, undefined, text);
  }
});

test("nothing is evaluated", () => {
  for (const text of [
    "nan",
    "inf",
    "f'{x}'",
    "array([1])",
    "__import__('os')",
    "1 + 1",
    "[x for x in y]",
    "lambda: 0",
    "...",
    "'a' % 1",
    "{**a}",
  ]) {
    assert.ok(parsePython(`{'k': ${text}}`, 10).problem, text);
  }
  assert.ok(parsePython("[".repeat(50_000), 128).problem);
  const value = parsePython("{'__proto__': {'bad': 1}}", 10).value as { bad?: unknown };
  assert.ok(Object.hasOwn(value, "__proto__"));
  assert.equal(value.bad, undefined);
  assert.deepEqual(parsePython("{'a': 'hidden', 'a': 1}", 10).shadowed, [{ pointer: "/a", value: "hidden" }]);
});

test("broken records say so and keep their text", async () => {
  const { records, problems } = await readAll(pythonLines, sourceOf(bytesOf("names.txt")));
  assert.deepEqual(
    records.map(({ problem }) => problem !== undefined),
    [false, true, true, true, false],
  );
  assert.equal(records[3]?.value, "{'x': __import__('os')}");
  assert.deepEqual(
    problems.map(({ code, lost, at }) => [code, lost, at?.record]),
    [["malformed-record", false, 1]],
  );
});

test("text hidden by escapes or joined strings stands decoded in the raw bytes", async () => {
  const { records, values } = await readAll(pythonLines, sourceOf(bytesOf("lines.txt")));
  assert.equal(values.length, 3);
  assert.deepEqual((values[0] as { t: unknown }).t, ["a", "b"]);
  assert.ok(records[1]?.raw.includes("bytes"));
  assert.ok(records[2]?.raw.includes("joined string"));
  assert.deepEqual(
    records.map(({ lineNumber }) => lineNumber),
    [1, 2, 4],
  );
});

test("a list over several lines, with comments", async () => {
  const { values, problems } = await readAll(pythonLines, sourceOf(bytesOf("list.txt"), 3));
  assert.deepEqual(values, [
    { q: "one", a: "multi\nline ' \" ] " },
    { q: "two", a: "inparens" },
  ]);
  assert.deepEqual(problems, []);
  const rest = await removed(pythonLines, sourceOf(bytesOf("list.txt")), (i) => i === 0);
  assert.deepEqual((await readAll(pythonLines, sourceOf(rest))).values, [values[1]]);
});

test("limits and cuts", async () => {
  const long = await readAll(
    pythonLines,
    sourceOf(`[\n${"{'a': 1},\n".repeat(100)}]`),
    context({ recordBytesMax: 200 }),
  );
  assert.deepEqual(long.problems.map(({ code, lost }) => [code, lost]).at(0), ["limit", true]);
  const cut = await readAll(pythonLines, sourceOf("{'a': 1}\n{'a': 'x"));
  assert.ok(cut.problems.some(({ code }) => code === "truncated"));
});

test("lines can be split and removed like any others", async () => {
  const source = sourceOf(bytesOf("lines.txt"));
  const ranges = (await pythonLines.split?.(source, 10, context())) ?? [];
  const apart: unknown[] = [];
  for (const range of ranges) apart.push(...(await readAll(pythonLines, source, context({}, range))).values);
  assert.deepEqual(apart, (await readAll(pythonLines, source)).values);
  assert.ok(ranges.length > 1);
  assert.equal(
    (await removed(pythonLines, source, (i) => i < 2)).trim(),
    bytesOf("lines.txt").toString().trimEnd().split("\n").at(-1),
  );
});

test("sniff: Python's own spelling only", () => {
  const sniff = (text: string, name = "a.txt"): number => pythonLines.sniff(headOf(text, name));
  assert.ok(sniff("{'a': 1}\n{'a': None}\n") >= 0.9);
  assert.ok(sniff("[{'a': 1},\n {'a': True}]\n") >= 0.9);
  for (const text of [
    '{"a":1}\n{"a":2}\n',
    '[{"a":1}]',
    "a,b\n1,2\n",
    "x = {'a': 1}\n",
    "key: value\n",
    "{% if x %}\n",
    "(see below)\n",
    "[section]\na = 1\n",
    "plain\n",
    "{ color: red }\n",
  ]) {
    assert.equal(sniff(text), 0, text);
  }
  assert.equal(sniff("{'a': 1}\n", "a.py"), 0);
});

test("every truncation and 500 changed bytes of every case give an answer", async () => {
  for (const { bytes } of cases("python-lines")) await survives(pythonLines, bytes, 500);
});
