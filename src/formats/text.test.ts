import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import type { ByteSource } from "../core/bytes.ts";
import { memorySource } from "../core/bytes.ts";
import { caseBytes, codes, collect, hear, hearCase, hearText, readContext } from "./shared/testing.ts";
import { text } from "./text.ts";

test("every line that is not blank is a record", async () => {
  const heard = await hearCase(text, "lines.txt");
  assert.deepEqual(heard.values, ["The first line.", "  The second line.", "Une ligne é", "last, without newline"]);
  assert.deepEqual(heard.lines, [1, 3, 4, 5]);
});

test("UTF-16 and Latin-1 are read", async () => {
  assert.deepEqual((await hearText(text, "a.txt", Buffer.from("\ufeffé\nb", "utf16le"))).values, ["é", "b"]);
  const latin = await hearText(text, "a.txt", Buffer.from("ascii\ncaf\xe9\n", "latin1"));
  assert.deepEqual(latin.values, ["ascii", "café"]);
  assert.deepEqual(latin.problems[0]?.at, { record: 1, lineNumber: 2 });
});

test("a long line is searched in pieces", async () => {
  const heard = await hearText(text, "a.txt", `${"x".repeat(250)}\nshort\n`, { recordBytesMax: 100 });
  assert.deepEqual(
    heard.values.map((value) => String(value).length),
    [100, 100, 50, 5],
  );
  assert.deepEqual(codes(heard), ["limit"]);
});

test("binary data and code are left alone", () => {
  const sniffed = (name: string, content: string): number =>
    text.sniff({
      bytes: Buffer.from(content),
      text: content,
      name,
      extension: name.slice(name.lastIndexOf(".")),
      whole: true,
    });
  assert.equal(sniffed("a.txt", "a\0b"), 0);
  assert.equal(sniffed("a.bin", "\u0001\u0002\u0003abc"), 0);
  assert.equal(sniffed("a.py", "import os\n"), 0);
  assert.equal(sniffed("a.txt", "hello\n"), 0.05);
});

test("ranges give the records of the whole", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.string({ maxLength: 20 })), fc.integer({ min: 1, max: 60 }), async (lines, target) => {
      const source = memorySource("a.txt", Buffer.from(lines.join("\n"))) as Required<ByteSource>;
      const whole = await hear(text, source);
      const apart: unknown[] = [];
      for (const range of await text.split!(source, target, readContext()))
        apart.push(...(await hear(text, source, { ...readContext(), range })).values);
      assert.deepEqual(apart, whole.values);
    }),
    { numRuns: 200 },
  );
});

test("removal leaves every other byte as it was", async () => {
  for (const encoding of ["utf8", "utf16le"] as const) {
    const bytes = Buffer.from(`\ufeff${caseBytes("text", "lines.txt").toString()}`, encoding);
    const source = memorySource("lines.txt", bytes);
    assert.ok((await collect(text.remove!(source, () => false, readContext()))).equals(bytes));
    const left = await collect(text.remove!(source, (record) => record === 1, readContext()));
    assert.equal(left.toString(encoding), bytes.toString(encoding).replace("  The second line.\n", ""));
  }
});
