import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { jsonl } from "./jsonl.ts";
import { json } from "./json.ts";
import { cases, context, headOf, readAll, removed, sourceOf, survives } from "./json/testing/read.ts";

const objects = fc.array(fc.dictionary(fc.string(), fc.jsonValue()), {
  minLength: 1,
  maxLength: 12,
});

test("records in are records out, whatever the chunks, the line breaks and the ranges", async () => {
  const breaks = fc.constantFrom("\n", "\r\n", "\n\n", "\n \t\r\n");
  await fc.assert(
    fc.asyncProperty(
      objects,
      breaks,
      fc.boolean(),
      fc.integer({ min: 1, max: 64 }),
      fc.integer({ min: 1, max: 200 }),
      async (values, end, last, chunk, target) => {
        const text = values.map((value) => JSON.stringify(value)).join(end) + (last ? end : "");
        const wanted = values.map((value) => JSON.parse(JSON.stringify(value)) as unknown);
        const { values: got, problems, records } = await readAll(jsonl, sourceOf(text, chunk));
        assert.deepEqual(got, wanted);
        assert.deepEqual(problems, []);
        for (const { raw, offset, lineNumber } of records) {
          const before = Buffer.from(text).subarray(0, offset).toString();
          assert.ok(Buffer.from(text).subarray(offset).toString().startsWith(raw));
          assert.equal(lineNumber, before.split("\n").length);
        }
        const source = sourceOf(text, chunk);
        const ranges = (await jsonl.split?.(source, target, context())) ?? [];
        const apart: unknown[] = [];
        for (const range of ranges) {
          const part = await readAll(jsonl, source, context({}, range));
          apart.push(...part.values);
          assert.deepEqual(part.problems, []);
        }
        assert.deepEqual(apart, wanted);
        assert.equal(ranges[0]?.start, 0);
        assert.equal(ranges.at(-1)?.end, Buffer.byteLength(text));
        ranges.slice(1).forEach((range, i) => assert.equal(range.start, ranges[i]?.end));
      },
    ),
    { numRuns: 60 },
  );
});

test("removing lines leaves all other bytes as they are", async () => {
  await fc.assert(
    fc.asyncProperty(objects, fc.func(fc.boolean()), fc.integer({ min: 1, max: 64 }), async (values, drop, chunk) => {
      const lines = values.map((value, i) => `${JSON.stringify(value)}${i % 2 ? "\r\n" : "\n"}${i % 3 ? "" : " \n"}`);
      const blank = (line: string, i: number): string => (drop(i) ? line.slice(line.indexOf("\n") + 1) : line);
      assert.equal(
        await removed(jsonl, sourceOf(`\ufeff${lines.join("")}`, chunk), drop),
        `\ufeff${lines.map(blank).join("")}`,
      );
    }),
    { numRuns: 60 },
  );
});

const read = async (name: string): ReturnType<typeof readAll> =>
  readAll(jsonl, sourceOf(cases("jsonl").find((one) => one.name === name)?.bytes ?? ""));

test("encodings", async () => {
  assert.deepEqual((await read("bom.jsonl")).values, [{ q: "ß" }, { q: "🙂" }]);
  assert.equal((await read("bom.jsonl")).records[0]?.offset, 3);
  const wide = await read("utf16.jsonl");
  assert.deepEqual(wide.values, [{ q: "größe" }, { q: "второй" }]);
  assert.equal(wide.records[0]?.offset, undefined);
  const latin = await read("latin1.jsonl");
  assert.deepEqual(latin.values, [{ q: "plain" }, { q: "café" }, { q: "naïve" }]);
  assert.deepEqual(
    latin.problems.map(({ code, lost, at }) => ({ code, lost, at })),
    [{ code: "encoding", lost: false, at: { record: 1, offset: 14 } }],
  );
  assert.match(latin.problems[0]?.message ?? "", /^2 lines/);
});

test("broken lines are one problem, a cut last line another, and all of them are searched", async () => {
  const { records, problems } = await read("broken.jsonl");
  assert.deepEqual(
    problems.map(({ code, lost, at }) => [code, lost, at?.record]),
    [
      ["malformed-record", false, 1],
      ["truncated", true, 5],
    ],
  );
  assert.equal(records[1]?.value, "not json");
  assert.match(records[1]?.problem ?? "", /no JSON value/);
  assert.deepEqual(records[2]?.shadowed, [{ pointer: "/a", value: 2 }]);
  assert.deepEqual(records[3]?.value, { a: Number.NaN });
  assert.ok(Object.hasOwn(records[4]?.value as object, "__proto__"));
  assert.equal(records[5]?.value, '{"a":');
});

test("a line past recordBytesMax is skipped and said so, in the buffer and past it", async () => {
  const long = `{"a":"${"x".repeat(300)}"}`;
  const { values, problems } = await readAll(
    jsonl,
    sourceOf(`{"a":1}\n${long}\n{"a":2}\n`),
    context({ recordBytesMax: 100 }),
  );
  assert.deepEqual(values, [{ a: 1 }, { a: 2 }]);
  assert.deepEqual(
    problems.map(({ code, lost }) => [code, lost]),
    [["limit", true]],
  );

  // Ten mebibytes without a line break, between two records, through a buffer of four.
  const zeros = Buffer.concat([Buffer.from('{"a":1}\n'), Buffer.alloc(10 << 20), Buffer.from('\n{"a":2}')]);
  const huge = await readAll(jsonl, sourceOf(zeros, 1 << 20), context({ recordBytesMax: 1000 }));
  assert.deepEqual(huge.values, [{ a: 1 }, { a: 2 }]);
  assert.equal(huge.records[1]?.lineNumber, 3);
  assert.match(huge.problems[0]?.message ?? "", /1 line is longer than 1000 bytes \(recordBytesMax\)/);
  assert.equal(
    await removed(jsonl, sourceOf(zeros, 1 << 20), (i) => i === 1, context({ recordBytesMax: 1000 })),
    zeros.subarray(0, -7).toString(),
  );
});

test("a record larger than the buffer is read", async () => {
  const value = { text: "y".repeat(9 << 20) };
  const { values, problems } = await readAll(jsonl, sourceOf(`{"a":1}\n${JSON.stringify(value)}\n{"a":2}\n`, 1 << 20));
  assert.deepEqual(values, [{ a: 1 }, value, { a: 2 }]);
  assert.deepEqual(problems, []);
});

test("a file of blank lines is empty", async () => {
  const { problems } = await readAll(jsonl, sourceOf("\n \n"));
  assert.deepEqual(
    problems.map(({ code }) => code),
    ["empty"],
  );
});

test("sniff: lines against one value, and against what is neither", () => {
  const guess = (text: string, name = "a", whole = true): [number, number] => {
    const head = headOf(text, name, whole);
    return [jsonl.sniff(head), json.sniff(head)];
  };
  const lines = (text: string, name?: string, whole?: boolean): void => {
    const [a, b] = guess(text, name, whole);
    assert.ok(a > b && a >= 0.6, `${text.slice(0, 40)}: lines ${a}, whole ${b}`);
  };
  const whole = (text: string, name?: string, all?: boolean): void => {
    const [a, b] = guess(text, name, all);
    assert.ok(b > a && b >= 0.6, `${text.slice(0, 40)}: lines ${a}, whole ${b}`);
  };
  const neither = (text: string, name?: string): void => assert.deepEqual(guess(text, name), [0, 0], text.slice(0, 40));
  lines('{"a":1}\n{"a":2}\n');
  lines('{"a":1}\n{"a":2}\n{"a":', "x.json", false);
  lines('["a",1]\n["b",2]\n');
  lines('{"a":1}\nbroken\n{"a":2}\n{"a":3}\n');
  lines('[{"role":"user","content":"x"}]\n[{"role":"user","content":"y"}]\n', "x.jsonl");
  whole('[{"a":1},{"a":2}]', "x.jsonl");
  whole('[{"a":1},\n{"a":2}]\n', "x.jsonl");
  whole('[\n{"a":1},\n{"a":2}\n]\n', "x.jsonl");
  whole('{"data":[{"a":1},{"a":2}]}', "x.jsonl");
  whole('{\n  "a": 1\n}\n{\n  "a": 2\n}\n', "x.jsonl");
  whole('{\n "instruction": "x"\n}');
  whole('{"instruction":["a","b"],"output":["c","d"]}');
  whole('["a","b","c"]');
  whole(`[{"a":"${"x".repeat(70_000)}`, "x.jsonl", false);
  assert.deepEqual(guess('{"messages":[{"role":"user","content":"x"}]}\n'), [0.8, 0.8]);
  for (const text of [
    "a,b\n1,2\n",
    '"a","b"\n"1","2"\n',
    "key: value\n",
    "[1] Smith et al.\n[2] Jones\n",
    "[section]\nkey = 1\n",
    "{% if x %}{{ y }}{% endif %}",
    "{ foo: 1 }",
    "{'a': 1}\n{'a': 2}\n",
    "import os\n",
    "plain text\n",
    "",
    '{"cells":[{"cell_type":"code","source":["x"]}],"nbformat":4}',
    '{"metadata":{"total_size":1},"weight_map":{"a":"b"}}',
  ]) {
    neither(text);
  }
  neither('{"default":{"features":{}}}', "dataset_infos.json");
  assert.ok(guess('{"model_type":"x","layers":[1]}', "config.json")[1] <= 0.2);
});

test("every truncation and 500 changed bytes of every case give an answer", async () => {
  for (const { bytes } of cases("jsonl")) await survives(jsonl, bytes, 500);
});
