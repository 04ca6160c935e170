import assert from "node:assert/strict";
import { test } from "node:test";
import type { DocumentDetector } from "../../core/detector.ts";
import { leavesOf, lineOf, settingsOf } from "./tree.ts";
import { executableConfig } from "./executable-config.ts";
import { gitFilterDriver } from "./git-filter-driver.ts";
import { inconsistentDatasetInfo } from "./inconsistent-dataset-info.ts";
import { remoteDataFiles } from "./remote-data-files.ts";
import { unsafeCardInstruction } from "./unsafe-card-instruction.ts";
import { unsafeRequirement } from "./unsafe-requirement.ts";
import { cpuSeconds } from "../../base/testing/cpu-clock.ts";

const all: readonly DocumentDetector[] = [
  executableConfig,
  gitFilterDriver,
  inconsistentDatasetInfo,
  remoteDataFiles,
  unsafeCardInstruction,
  unsafeRequirement,
];

test("leaves have their keys, and their number and depth are bounded", () => {
  assert.deepEqual(
    leavesOf({ a: [{ b: "x" }], c: true, d: {} }).map(({ path }) => path.join(".")),
    ["a.0.b", "c"].concat("d"),
  );
  let deep: unknown = "x";
  for (let i = 0; i < 1_000; i++) deep = [deep];
  assert.equal(leavesOf(deep).length, 0);
  assert.equal(leavesOf(Array.from({ length: 50_000 }, () => 1)).length, 20_000);
});

test("a tree comes from the reader, or from the text", () => {
  assert.deepEqual(settingsOf({ kind: "document", language: "card", text: "---\na: 1\n---\n", value: { a: 2 } }), {
    a: 2,
  });
  assert.deepEqual(settingsOf({ kind: "document", language: "card", text: "---\na: 1\n---\n# x" }), { a: 1 });
  assert.equal(settingsOf({ kind: "document", language: "card", text: "---\na: [\n---\n" }), undefined);
  assert.equal(settingsOf({ kind: "document", language: "card", text: "# no front matter" }), undefined);
  assert.equal(lineOf("a\nb\nc", "c"), 3);
});

test("an address behind an anchor or an escape is found", () => {
  const hits: string[] = [];
  const text = '---\nx: &u "\\x68ttps://data.example.com/a.csv"\nconfigs:\n- data_files: *u\n---\n';
  remoteDataFiles.inspect({ kind: "document", language: "card", text }, (hit) => hits.push(hit.severity ?? ""));
  assert.deepEqual(hits, ["medium"]);
});

test("time is linear in hostile text", () => {
  for (const unit of [
    "---\n",
    "a: ",
    "- ",
    "{",
    "[",
    "&a ",
    "*a ",
    "git+https://",
    "filter=a ",
    "curl ",
    "| sh ",
    "!!python/object",
    "data_files: ",
    "=",
    " ",
    "\t",
    "disable ",
  ]) {
    for (const detector of all) {
      for (const language of detector.languages) {
        const text = unit.repeat(Math.ceil(60_000 / unit.length));
        const begun = cpuSeconds();
        detector.inspect({ kind: "document", language, text }, () => undefined);
        const lines = `---\n${`${unit}\n`.repeat(6_000)}---\n`;
        detector.inspect({ kind: "document", language, text: lines }, () => undefined);
        assert.ok(
          cpuSeconds() - begun < 4,
          `${detector.id} ${language} ${JSON.stringify(unit)}: ${(cpuSeconds() - begun).toFixed(1)} s`,
        );
      }
    }
  }
});
