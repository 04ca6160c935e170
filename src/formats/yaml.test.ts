import assert from "node:assert/strict";
import { test } from "node:test";
import { memorySource } from "../core/bytes.ts";
import { caseBytes, caseNames, codes, collect, hear, hearCase, hearText, readContext } from "./shared/testing.ts";
import { yaml } from "./yaml.ts";

test("the items of a list are records", async () => {
  const heard = await hearCase(yaml, "list.yaml");
  assert.deepEqual(heard.values, [
    { prompt: "Name a fruit.", response: "Apple\n- and pear\n" },
    { prompt: "café", response: "x" },
    "plain",
  ]);
  assert.deepEqual(heard.lines, [2, 6, 9]);
  assert.deepEqual(heard.documents, ["# fruit\n"]);
});

test("so are the items of a list under one key, and several documents", async () => {
  const nested = await hearCase(yaml, "nested.yaml");
  assert.deepEqual(nested.values, [{ a: 1, b: ["x", "y"] }, { a: 2 }]);
  assert.deepEqual(nested.documents, ["version: 3\n"]);
  assert.deepEqual((await hearCase(yaml, "documents.yaml")).values, [
    { prompt: "one", response: 1 },
    { prompt: "two", response: 2 },
  ]);
});

test("anything else is one document", async () => {
  const heard = await hearCase(yaml, "settings.yaml");
  assert.deepEqual([heard.values.length, heard.documents.length], [0, 1]);
});

test("aliases that multiply and keys that hide others are told", async () => {
  const heard = await hearCase(yaml, "aliases.yaml");
  assert.match(heard.troubles[0] ?? "", /aliases/);
  assert.match(heard.troubles[1] ?? "", /twice/);
  assert.ok(JSON.stringify(heard.values[1]).includes("e: 1"));
});

test("tags construct nothing", async () => {
  const { values } = await hearText(yaml, "a.yaml", "- !!python/object/apply:os.system [ls]\n- !js/regexp /a/\n");
  assert.deepEqual(values[0], ["ls"]);
});

test("limits lose nothing", async () => {
  const long = `- ${"x".repeat(300)}\n- y\n`;
  const heard = await hearText(yaml, "a.yaml", long, { recordBytesMax: 100 });
  assert.ok(codes(heard).includes("limit"));
  assert.equal(heard.raw.join("").replaceAll("\n", "").length, 305);
  const settings = await hearText(yaml, "a.yaml", `a: 1\n${"b: 2\n".repeat(100)}`, { documentBytesMax: 100 });
  assert.deepEqual(codes(settings), ["limit"]);
  assert.equal(settings.documents.join("").length, 505);
  const deep = await hearText(yaml, "a.yaml", `- ${"[".repeat(100_000)}\n`);
  assert.match(deep.troubles[0] ?? "", /deep/);
});

test("removal leaves every other byte as it was", async () => {
  for (const name of caseNames("yaml")) {
    const bytes = caseBytes("yaml", name);
    const source = memorySource(name, bytes);
    assert.ok((await collect(yaml.remove!(source, () => false, readContext()))).equals(bytes), name);
    const { values } = await hear(yaml, source);
    // One document that is left alone is no longer a record.
    if (name === "documents.yaml") continue;
    const kept = await hear(
      yaml,
      memorySource(name, await collect(yaml.remove!(source, (record) => record === 0, readContext()))),
    );
    assert.deepEqual(kept.values, values.slice(1), name);
  }
});
