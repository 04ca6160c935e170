import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { json } from "./json.ts";
import { cases, context, readAll, removed, sourceOf, survives, type Everything } from "./json/testing/read.ts";

const read = (text: string, chunk?: number): Promise<Everything> => readAll(json, sourceOf(text, chunk));
const bytesOf = (name: string): Buffer => cases("json").find((one) => one.name === name)?.bytes ?? Buffer.alloc(0);
const plain = (value: unknown): unknown => JSON.parse(JSON.stringify(value));

test("elements of any list come out, whatever the chunks and the white space", async () => {
  const indents = fc.constantFrom(undefined, 1, "\t");
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.jsonValue(), { maxLength: 10 }),
      indents,
      fc.integer({ min: 1, max: 64 }),
      async (values, indent, chunk) => {
        const text = ` ${JSON.stringify(values, null, indent)}\n`;
        const all = await read(text, chunk);
        assert.deepEqual(all.values, plain(values));
        assert.deepEqual(all.problems, []);
        assert.deepEqual(all.documents, []);
        for (const { raw, offset, lineNumber } of all.records) {
          assert.ok(Buffer.from(text).subarray(offset).toString().startsWith(raw));
          assert.equal(lineNumber, Buffer.from(text).subarray(0, offset).toString().split("\n").length);
        }
      },
    ),
    { numRuns: 100 },
  );
});

test("elements of a nested list come out, and the rest is a document", async () => {
  const objects = fc.array(fc.dictionary(fc.string(), fc.jsonValue(), { minKeys: 1 }), {
    minLength: 1,
    maxLength: 8,
  });
  await fc.assert(
    fc.asyncProperty(objects, fc.jsonValue(), fc.integer({ min: 1, max: 64 }), async (values, other, chunk) => {
      const text = JSON.stringify({ version: other, data: values, 'a"b\\': "é" }, null, 1);
      const all = await read(text, chunk);
      assert.deepEqual(all.values, plain(values));
      assert.deepEqual(all.problems, []);
      assert.deepEqual(
        all.documents.map((one) => one.value),
        [plain({ version: other, data: [], 'a"b\\': "é" })],
      );
    }),
    { numRuns: 100 },
  );
});

test("removing elements leaves valid JSON and all other elements as they are", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.jsonValue(), { maxLength: 8 }),
      fc.constantFrom(undefined, 2),
      fc.func(fc.boolean()),
      async (values, indent, drop) => {
        const kept = values.filter((_, i) => !drop(i));
        const list = await removed(json, sourceOf(JSON.stringify(values, null, indent), 7), drop);
        assert.deepEqual(JSON.parse(list), plain(kept));
        if (kept.length > 0) assert.equal(list, JSON.stringify(kept, null, indent));
      },
    ),
    { numRuns: 200 },
  );
});

const FILES: Readonly<Record<string, (value: never) => unknown[]>> = {
  "list.json": (value: unknown[]) => value,
  "nested.json": (value: { data: unknown[] }) => value.data,
  "rows.json": (value: { rows: unknown[] }) => value.rows,
  "texts.json": (value: unknown[]) => value,
  "single.json": (value: unknown) => [value],
  "keyed.json": (value: Record<string, object>) =>
    Object.entries(value).map(([key, one]) => ({ __key__: key, ...one })),
  "columns.json": (value: Record<string, unknown[]>) => rowsOf(value),
  "pandas.json": (value: Record<string, Record<string, unknown>>) =>
    rowsOf(Object.fromEntries(Object.entries(value).map(([key, column]) => [key, Object.values(column)]))),
  "squad.json": (value: { data: { title: string; paragraphs: { context: string; qas: object[] }[] }[] }) =>
    value.data.flatMap(({ title, paragraphs }) =>
      paragraphs.flatMap(({ context: text, qas }) =>
        qas.length > 0 ? qas.map((one) => ({ title, context: text, ...one })) : [{ title, context: text, qas }],
      ),
    ),
};
const rowsOf = (columns: Record<string, unknown[]>): unknown[] =>
  (Object.values(columns)[0] ?? []).map((_, i) =>
    Object.fromEntries(Object.entries(columns).map(([key, cells]) => [key, cells[i]])),
  );

test("the layouts of the test data", async () => {
  for (const [name, records] of Object.entries(FILES)) {
    const bytes = bytesOf(name);
    for (const chunk of [1, 13, 1 << 16]) {
      const all = await readAll(json, sourceOf(bytes, chunk));
      assert.deepEqual(all.values, records(JSON.parse(bytes.toString()) as never), name);
      assert.deepEqual(all.problems, [], name);
    }
  }
  assert.deepEqual((await readAll(json, sourceOf(bytesOf("concatenated.json")))).values, [
    { a: 1, b: "x" },
    { a: 2, b: "}{" },
  ]);
});

test("removing works in every layout", async () => {
  const without = async (name: string, drop: (i: number) => boolean): Promise<unknown> =>
    JSON.parse(await removed(json, sourceOf(bytesOf(name), 5), drop));
  assert.deepEqual(await without("columns.json", (i) => i === 1), {
    instruction: ["a", "c"],
    output: ["1", "3"],
    turns: [[{ role: "user", content: "x" }], []],
  });
  assert.deepEqual(await without("pandas.json", (i) => i === 0), {
    text: { "1": 'second, "x"', "2": null },
    label: { "1": 1, "2": 1 },
  });
  assert.deepEqual(Object.keys((await without("keyed.json", (i) => i !== 1)) as object), ["id-2"]);
  const squad = (await without("squad.json", (i) => i === 2 || i === 0)) as {
    data: { paragraphs: { qas: { id: string }[] }[] }[];
  };
  assert.deepEqual(
    squad.data.map(({ paragraphs }) => paragraphs.map(({ qas }) => qas.map(({ id }) => id))),
    [[["2"]], [[]]],
  );
  assert.deepEqual(await without("squad.json", () => true), { version: "1.1", data: [] });
  assert.equal(
    await removed(json, sourceOf(bytesOf("concatenated.json")), (i) => i === 0),
    '{\n  "a": 2,\n  "b": "}{"\n}\n',
  );
  for (const { name, bytes } of cases("json"))
    assert.equal(await removed(json, sourceOf(bytes, 3), () => false), bytes.toString(), name);
});

test("lists of several splits, of a repeated key and of several values are all read", async () => {
  assert.deepEqual((await read('{"train":[{"a":1}],"test":[{"a":2},{"a":3}]}')).values, [{ a: 1 }, { a: 2 }, { a: 3 }]);
  assert.deepEqual((await read('{"data":[{"a":1}],"data":[{"a":2}]}')).values, [{ a: 1 }, { a: 2 }]);
  const twice = await read('[{"a":1}]\n[{"a":2}]');
  assert.deepEqual(twice.values, [{ a: 1 }, { a: 2 }]);
  assert.deepEqual(
    twice.problems.map(({ code, lost }) => [code, lost]),
    [["malformed", false]],
  );
});

test("the list is found by depth, name and length; turns of a conversation are no records", async () => {
  assert.deepEqual((await read('{"licenses":[{"id":1},{"id":2}],"data":[{"a":1}]}')).values, [{ a: 1 }]);
  assert.deepEqual((await read('{"x":{"y":[{"deep":1}]},"list":[{"a":1}]}')).values, [{ a: 1 }]);
  assert.deepEqual((await read('{"x":{"y":{"z":[{"deep":1}]}}}')).values, [{ deep: 1 }]);
  assert.deepEqual((await read('{"version":1,"data":["a","b"]}')).values, ["a", "b"]);
  assert.deepEqual((await read('{"columns":["a"],"index":[0],"data":[["x"]]}')).values, [["x"]]);
  const chat = '{"messages":[{"role":"user","content":"x"},{"role":"assistant","content":"y"}]}';
  assert.deepEqual((await read(chat)).values, [JSON.parse(chat)]);
  assert.deepEqual((await read('{"data":[]}')).values, []);
  assert.deepEqual((await read("[]")).problems, []);
});

test("a list that begins past the first part of the file is found", async () => {
  const text = JSON.stringify({ notes: "n".repeat(300_000), data: [{ a: 1 }, { a: 2 }] });
  const all = await read(text, 4096);
  assert.deepEqual(all.values, [{ a: 1 }, { a: 2 }]);
  assert.deepEqual(all.documents[0]?.value, { notes: "n".repeat(300_000), data: [] });
});

test("duplicate keys in a record, and the id of a record, are not hidden", async () => {
  assert.deepEqual((await read('[{"a":"payload","a":"ok"}]')).records[0]?.shadowed, [
    { pointer: "/a", value: "payload" },
  ]);
  const keyed = await read('{"k1":{"a":1,"a":2},"k2":{"a":3,"__key__":"own"}}');
  assert.deepEqual(
    keyed.records.map(({ shadowed }) => shadowed),
    [[{ pointer: "/a", value: 1 }], [{ pointer: "/__key__", value: "k2" }]],
  );
  assert.deepEqual((await read('{"t":{"0":"x","1":"y"},"u":{"0":"z","1":"payload"},"v":{"0":1,"1":2}}')).values[1], {
    t: "y",
    u: "payload",
    v: 2,
  });
});

test("what is broken is said", async () => {
  const codes = async (text: string): Promise<unknown[]> =>
    (await read(text)).problems.map(({ code, lost }) => [code, lost]);
  assert.deepEqual(await codes('[{"a":1},{"a":'), [
    ["malformed-record", false],
    ["truncated", true],
  ]);
  assert.deepEqual(await codes('[{"a":1},{"a":2}'), [["truncated", true]]);
  assert.deepEqual(await codes('[{"a":1},{"a":2}] trailing'), [["malformed", false]]);
  assert.deepEqual(await codes('[{"a":1},,{"a":2},]'), [["malformed", false]]);
  assert.deepEqual(await codes('{"a":["x","y"],"b":["z"]}'), []);
  assert.deepEqual(await codes("  \n"), [["empty", false]]);
  const cut = await read('{"instruction":["a","b"],"output":["c","d');
  assert.deepEqual(cut.values.length, 2);
  assert.deepEqual(
    cut.records.map(({ problem }) => problem !== undefined),
    [false, true],
  );
  assert.deepEqual(
    cut.problems.map(({ code }) => code),
    ["truncated"],
  );
  assert.equal((await read('[{"a":1} {"a":2}]')).records[0]?.value, '{"a":1} {"a":2}');
});

test("limits: a record, the text outside the records, a file of columns", async () => {
  const long = `[1,{"a":"${"x".repeat(400)}"},2]`;
  const one = await readAll(json, sourceOf(long), context({ recordBytesMax: 100 }));
  assert.deepEqual(one.values, [1, 2]);
  assert.deepEqual(
    one.problems.map(({ code, lost }) => [code, lost]),
    [["limit", true]],
  );
  assert.equal(
    await removed(json, sourceOf(long), (i) => i === 0, context({ recordBytesMax: 100 })),
    long.replace("1,", ""),
  );

  const huge = Buffer.concat([
    Buffer.from("[1, "),
    Buffer.from(`"${"z\\\\".repeat(3 << 20)}"`),
    Buffer.from(" , 2,3]"),
  ]);
  const all = await readAll(json, sourceOf(huge, 1 << 20), context({ recordBytesMax: 1000 }));
  assert.deepEqual(all.values, [1, 2, 3]);
  const rest = await removed(json, sourceOf(huge, 1 << 20), (i) => i === 1, context({ recordBytesMax: 1000 }));
  assert.equal(rest, huge.toString().replace(" , 2,3]", ",3]"));

  const outside = await readAll(
    json,
    sourceOf(`{"notes":"${"n".repeat(500)}","data":[{"a":1}]}`),
    context({ documentBytesMax: 100 }),
  );
  assert.deepEqual(outside.values, [{ a: 1 }]);
  assert.deepEqual(
    outside.problems.map(({ code, lost }) => [code, lost]),
    [["limit", true]],
  );
  const columns = await readAll(json, sourceOf(bytesOf("columns.json")), context({ rowGroupBytesMax: 50 }));
  assert.deepEqual(
    columns.problems.map(({ code, lost }) => [code, lost]),
    [["limit", true]],
  );
});

test("a context with very many questions does not multiply the file", async () => {
  const qas = Array.from({ length: 5_000 }, (_, i) => ({ id: i }));
  const text = JSON.stringify({
    data: [{ title: "t", paragraphs: [{ context: "c".repeat(100_000), qas }] }],
  });
  const all = await read(text);
  assert.equal(all.values.length, qas.length);
  assert.ok(all.records.reduce((sum, { raw }) => sum + raw.length, 0) < 60 * text.length);
});

test("a record larger than the buffer, and UTF-16", async () => {
  const big = [{ a: 1 }, { text: "y".repeat(9 << 20) }, { a: 2 }];
  assert.deepEqual((await read(JSON.stringify(big), 1 << 20)).values, big);
  const wide = await readAll(json, sourceOf(Buffer.from('\ufeff[{"a":"ж"},{"b":1}]', "utf16le")));
  assert.deepEqual(wide.values, [{ a: "ж" }, { b: 1 }]);
  assert.equal(wide.records[0]?.offset, undefined);
});

test("every truncation and 500 changed bytes of every case give an answer", async () => {
  for (const { bytes } of cases("json")) await survives(json, bytes, 500);
});
