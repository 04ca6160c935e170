import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { memorySource } from "../core/bytes.ts";
import { csv } from "./csv.ts";
import {
  caseBytes,
  caseNames,
  codes,
  collect,
  hear,
  hearCase,
  hearText,
  readContext,
  sequentialSource,
} from "./shared/testing.ts";
import { cpuSeconds } from "../base/testing/cpu-clock.ts";

const headOf = (name: string, text: string): number =>
  csv.sniff({ bytes: Buffer.from(text), text, name, extension: name.slice(name.lastIndexOf(".")), whole: true });

const cell = (value: string, delimiter: string): string =>
  /["\n\r]/.test(value) || value.includes(delimiter) || value === "" ? `"${value.replaceAll('"', '""')}"` : value;

const write = (rows: readonly (readonly string[])[], delimiter = ",", newline = "\n"): string =>
  rows.map((row) => row.map((value) => cell(value, delimiter)).join(delimiter) + newline).join("");

test("quoted newlines, doubled quotes and CR LF", async () => {
  const heard = await hearCase(csv, "quoted.csv");
  assert.deepEqual(heard.values, [
    { instruction: "Name a fruit.", input: "", output: "Apple" },
    { instruction: 'Say "hi", twice.', input: "a, b", output: "Hi\nHi" },
    { instruction: "Count.", input: "1;2", output: "3" },
  ]);
  assert.deepEqual(heard.lines, [2, 3, 5]);
  assert.equal(heard.raw[0], "Name a fruit.,,Apple");
  assert.deepEqual(heard.problems, []);
});

test("a quote that is never closed does not swallow the rows after it", async () => {
  const heard = await hearCase(csv, "stray-quote.csv");
  assert.deepEqual(heard.values, [
    { text: "fine", label: "0" },
    { text: '"never closed', label: "1" },
    { text: "still a row", label: "0" },
    { text: "closed, this one", label: "1" },
  ]);
  assert.deepEqual(codes(heard), ["malformed"]);
  const rows = Array.from({ length: 3000 }, (_, i) => [i === 2000 ? '"open' : `row ${i}`, String(i)].join(","));
  assert.equal((await hearText(csv, "a.csv", `text,n\n${rows.join("\n")}`)).values.length, 3000);
});

test("quotes in tab-separated text are ordinary characters", async () => {
  const { values, problems } = await hearCase(csv, "literal-quotes.tsv");
  assert.deepEqual(values[1], { sentence: '"opened and left', label: "0" });
  assert.equal(values.length, 4);
  assert.deepEqual(problems, []);
});

test("rows of another width keep all their cells", async () => {
  const heard = await hearCase(csv, "uneven.csv");
  assert.deepEqual(heard.values, [{ a: "1", b: "2" }, { a: "3" }, { a: "4", b: "5", _extra: ["6", "7"] }]);
  assert.deepEqual(codes(heard), ["malformed-record"]);
});

test("files without a header get their columns by number", async () => {
  assert.deepEqual((await hearCase(csv, "no-header.tsv")).values[0], { "0": "a fine film", "1": "good" });
  assert.equal((await hearText(csv, "a.csv", "1,2\n3,4\n")).values.length, 2);
  assert.deepEqual((await hearText(csv, "a.csv", ",0,1\n0,x,y\n")).values, [{ "0": "0", "0.1": "x", "1": "y" }]);
});

test("delimiters and encodings are recognised", async () => {
  assert.deepEqual((await hearCase(csv, "semicolon.csv")).values[0], { id: "1", text: "one, two" });
  assert.deepEqual((await hearCase(csv, "utf-16.csv")).values[1], { name: "李", city: "北京" });
  const latin = await hearCase(csv, "latin-1.csv");
  assert.deepEqual(latin.values[0], { text: "café", label: "0" });
  assert.deepEqual(codes(latin), ["encoding"]);
  assert.deepEqual((await hearText(csv, "a.csv", "\ufeffa|b\r1|2\r")).values, [{ a: "1", b: "2" }]);
});

test("a file of one column keeps its commas", async () => {
  const heard = await hearText(csv, "a.csv", 'text\nOne, two, three.\nFour.\n"Five, six."\n\n');
  assert.deepEqual(heard.values, [{ text: "One, two, three." }, { text: "Four." }, { text: "Five, six." }]);
});

test("names and cells that a JavaScript object would lose are kept", async () => {
  const { values } = await hearText(csv, "a.csv", "__proto__,a,a\nhidden,1,2\n");
  assert.deepEqual(Object.entries(values[0] as object), [
    ["__proto__", "hidden"],
    ["a", "1"],
    ["a.1", "2"],
  ]);
});

test("a header that is more than names is searched", async () => {
  const heard = await hearText(csv, "a.csv", "text,<!-- do not tell -->\nx,y\nz,w\n");
  assert.deepEqual(heard.documents, ["text,<!-- do not tell -->"]);
});

test("a row longer than the limit is searched in pieces and said so", async () => {
  const long = "x".repeat(500);
  const heard = await hearText(csv, "a.csv", `a,b\n1,2\n3,${long}\n5,6\n`, { recordBytesMax: 200, headBytes: 8 });
  assert.ok(codes(heard).includes("limit"));
  assert.ok(heard.raw.join("").includes(long));
  assert.ok(heard.raw.includes("5,6"));
});

test("many quotes that never close take linear time", async () => {
  // Each opens a cell and the next closes it where no cell ends.
  const text = `a,b\n${'"x\n'.repeat(200_000)}`;
  const started = cpuSeconds();
  const heard = await hearText(csv, "a.csv", text);
  assert.equal(heard.values.length, 200_000);
  assert.ok(cpuSeconds() - started < 20);
});

test("what is not delimited text is left to others", () => {
  assert.equal(headOf("a.txt", '{"a": 1, "b": 2}\n{"a": 1, "b": 2}\n{"a": 3, "b": 4}\n'), 0);
  assert.equal(headOf("a.txt", "Dear all, hello.\nThis is a letter.\nIt has, here and there, commas.\n"), 0);
  assert.equal(headOf("a.md", "| a | b |\n|---|---|\n| 1 | 2 |\n"), 0);
  assert.equal(headOf("a.csv", "a,b\n1,\0\n"), 0);
  assert.ok(headOf("a.txt", "sentence\tlabel\nfine\t1\nbad\t0\n") > 0.05);
  assert.ok(headOf("a.csv", "text\nhello there, friend\n") > 0.05);
});

test("what a writer wrote is what the reader reads, however it is handed out", async () => {
  const word = fc.string({
    unit: fc.constantFrom("a", "é", "😀", '"', ",", "\n", " ", ";", "0", "\u202e"),
    maxLength: 12,
  });
  const table = fc
    .integer({ min: 2, max: 4 })
    .chain((width) =>
      fc.array(fc.array(word, { minLength: width, maxLength: width }), { minLength: 1, maxLength: 12 }),
    );
  await fc.assert(
    fc.asyncProperty(
      table,
      fc.integer({ min: 1, max: 40 }),
      fc.constantFrom("\n", "\r\n"),
      async (rows, size, newline) => {
        const names = (rows[0] ?? []).map((_, i) => `name_${"abcd"[i]}`);
        // Quoted throughout, as the csv module's QUOTE_ALL: nothing is left to guess.
        const quoted = [names, ...rows]
          .map((row) => row.map((value) => `"${value.replaceAll('"', '""')}"`).join(",") + newline)
          .join("");
        const heard = await hear(csv, sequentialSource("a.csv", Buffer.from(quoted), size));
        assert.deepEqual(
          heard.values,
          rows.map((row) => Object.fromEntries(row.map((value, i) => [names[i], value]))),
        );
        assert.deepEqual(heard.problems, []);
      },
    ),
    { numRuns: 300 },
  );
});

test("removal leaves every other byte as it was", async () => {
  for (const name of caseNames("csv")) {
    const bytes = caseBytes("csv", name);
    const source = memorySource(name, bytes);
    assert.ok((await collect(csv.remove!(source, () => false, readContext()))).equals(bytes), name);
    const { raw } = await hear(csv, source);
    const kept = await hear(
      csv,
      memorySource(name, await collect(csv.remove!(source, (record) => record === 1, readContext()))),
    );
    assert.deepEqual(kept.raw, raw.toSpliced(1, 1), name);
  }
  const text = write(
    [
      ["a", "b"],
      ["1", "x\ny"],
      ["2", "z"],
    ],
    ",",
    "\r\n",
  );
  const left = await collect(
    csv.remove!(memorySource("a.csv", Buffer.from(text)), (record) => record === 0, readContext()),
  );
  assert.equal(left.toString(), "a,b\r\n2,z\r\n");
});
