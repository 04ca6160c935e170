import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { memorySource } from "../core/bytes.ts";
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
import { xml } from "./xml.ts";
import { cpuSeconds } from "../base/testing/cpu-clock.ts";

const sniffed = (name: string, text: string): number =>
  xml.sniff({ bytes: Buffer.from(text), text, name, extension: /\.\w+$/.exec(name)?.[0] ?? "", whole: true });

test("rows with references, CDATA and comments", async () => {
  const heard = await hearCase(xml, "rows.xml");
  assert.deepEqual(heard.values, [
    { instruction: "Add 1 & 2.", input: "", output: "3" },
    { instruction: "Spell cat.", output: "c < a > t", "#comment": " aside " },
  ]);
  assert.deepEqual(heard.lines, [3, 4]);
  assert.ok(heard.raw[1]?.startsWith("<row><instruction>Spell &#x63;at."));
  assert.deepEqual([heard.documents, heard.problems], [[], []]);
});

test("a flat run of leaves is cut into records", async () => {
  const heard = await hearCase(xml, "flat.xml");
  assert.deepEqual(heard.values, [
    { instruction: "One?", output: "1" },
    { instruction: "Two?", input: "x", output: "2" },
  ]);
  assert.deepEqual(heard.documents, []);
  assert.deepEqual((await hearText(xml, "a.xml", "<d><t>one</t><!-- aside --><t>two</t></d>")).documents.length, 1);
});

test("nested repeated elements are the records, the rest is a document", async () => {
  const heard = await hearCase(xml, "pairs.xml");
  assert.deepEqual(heard.values, [
    { "@n": "1", Question: { b: "ripe", "#text": "What is a ripe pear?" }, Answer: "Soft." },
    { "@n": "2", Question: "And a fig?", Answer: ["Sweet.", "Soft."] },
  ]);
  assert.equal(heard.documents.length, 1);
  assert.match(heard.documents[0] ?? "", /<Topic>Fruit<\/Topic>/);
});

test("entities are neither expanded nor fetched", async () => {
  const heard = await hearCase(xml, "entities.xml");
  assert.deepEqual(heard.values, [{ t: "&b;" }, { t: "&x;" }]);
  assert.deepEqual(codes(heard), ["unsupported"]);
  assert.match(heard.documents[0] ?? "", /<!ENTITY x SYSTEM/);
});

test("damaged XML is searched to its end", async () => {
  const heard = await hearCase(xml, "malformed.xml");
  assert.deepEqual(codes(heard), ["malformed", "truncated lost"]);
  const all = JSON.stringify([heard.values, heard.documents]);
  for (const word of ["one", "two", "three", "four"]) assert.ok(all.includes(word), word);
});

test("the declared encoding is honoured where the bytes are not UTF-8", async () => {
  const heard = await hearCase(xml, "latin-1.xml");
  assert.deepEqual(heard.values, [{ t: "café" }, { t: "thé" }]);
  assert.equal(heard.notes.length, 1);
  const utf16 = Buffer.from(`\ufeff${caseBytes("xml", "rows.xml").toString()}`, "utf16le");
  assert.equal((await hearText(xml, "a.xml", utf16)).values.length, 2);
});

test("limits on depth and length lose nothing", async () => {
  const deep = `<d><r><t>${"<a>".repeat(400)}buried${"</a>".repeat(400)}</t></r><r><t>x</t></r></d>`;
  const heard = await hearText(xml, "a.xml", deep);
  assert.equal(heard.values.length, 2);
  assert.ok(codes(heard).includes("limit"));
  assert.ok(JSON.stringify(heard.values).includes("buried"));
  const long = `<d><r><t>short</t></r><r><t>${"long ".repeat(100)}</t></r><r><t>again</t></r></d>`;
  const cut = await hearText(xml, "a.xml", long, { recordBytesMax: 100 });
  assert.deepEqual(codes(cut), ["limit"]);
  assert.ok(JSON.stringify([cut.values, cut.documents]).includes("long long"));
  assert.deepEqual(cut.values.at(-1), { t: "again" });
});

test("comments and tags that never close take linear time", async () => {
  const started = cpuSeconds();
  for (const opening of ["<!-- ", "<![CDATA[", "<a b='", "<? ", "<!DOCTYPE ["]) {
    await hearText(xml, "a.xml", `<d>${opening.repeat(100_000)}`);
  }
  assert.ok(cpuSeconds() - started < 20);
});

test("what is not XML is left to others", () => {
  assert.equal(sniffed("a.txt", "<!doctype html><p>hello"), 0);
  assert.ok(sniffed("a.txt", "<s>one</s>\n<s>two</s>\n") <= 0.05);
  assert.equal(sniffed("a.xml", '{"a": "<b>"}'), 0);
  assert.ok(sniffed("a", "<dataset><row><a>1</a></row></dataset>") > 0.3);
});

test("what was written is what is read, however it is handed out", async () => {
  const text = fc.string({
    unit: fc.constantFrom("a", "é", "😀", "<", "&", ">", '"', "'", "\n", " ", "]"),
    minLength: 1,
    maxLength: 12,
  });
  const escape = (value: string): string =>
    value.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.tuple(text, text), { minLength: 2, maxLength: 8 }),
      fc.integer({ min: 1, max: 40 }),
      async (rows, size) => {
        const document = `<set>${rows.map(([a, b]) => ` <row><a>${escape(a)}</a><b>${escape(b)}</b></row>\n`).join("")}</set>`;
        const heard = await hear(xml, sequentialSource("a.xml", Buffer.from(document), size));
        assert.deepEqual(
          heard.values,
          rows.map(([a, b]) => ({ a, b })),
        );
        assert.deepEqual([heard.problems, heard.documents], [[], []]);
      },
    ),
    { numRuns: 200 },
  );
});

test("removal leaves every other byte as it was", async () => {
  for (const name of caseNames("xml")) {
    const bytes = caseBytes("xml", name);
    const source = memorySource(name, bytes);
    assert.ok((await collect(xml.remove!(source, () => false, readContext()))).equals(bytes), name);
  }
  const left = await collect(
    xml.remove!(memorySource("rows.xml", caseBytes("xml", "rows.xml")), (record) => record === 0, readContext()),
  );
  assert.match(left.toString(), /^<\?xml[^\n]*\n<dataset>\n {2}<row><instruction>Spell/);
});
