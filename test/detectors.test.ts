// One suite that every detector passes, from the registry: its card, its examples, its anchors, its manners.
import assert from "node:assert/strict";
import { existsSync, globSync, readFileSync } from "node:fs";
import { basename } from "node:path";
import { describe, test } from "node:test";
import { pathToFileURL } from "node:url";
import type { Detector, Example, RecordDetector } from "../src/core/detector.ts";
import { FAMILIES } from "../src/core/detector.ts";
import { LIMITS } from "../src/base/limits.ts";
import { detectors } from "../src/detectors/index.ts";
import { compare, hitsOf } from "../src/detectors/testing/examples.ts";
import { formats } from "../src/formats/index.ts";
import { memorySource } from "../src/core/bytes.ts";
import { buildEngine, scanUnit } from "../src/scan/unit.ts";
import { cpuMs } from "../src/base/testing/cpu-clock.ts";

const files = new Map(globSync("src/detectors/*/*.ts").map((path) => [basename(path, ".ts"), path] as const));

async function examplesOf(detector: Detector): Promise<readonly Example[]> {
  const path = files.get(`${detector.id}.examples`);
  if (!path) return [];
  return ((await import(pathToFileURL(path).href)) as { examples: readonly Example[] }).examples;
}

const isRecords = (example: Example): example is Example & { given: readonly unknown[] } =>
  Array.isArray(example.given);

const spool = (): Promise<never> => Promise.reject(new Error("nothing here needs spooling"));

/** The hits of one detector through the whole engine: which records of a JSON Lines text it flags. */
async function scanJsonl(detector: RecordDetector, text: string): Promise<number[]> {
  const engine = buildEngine(formats, [detector], LIMITS);
  const result = await scanUnit({ source: memorySource("train.jsonl", Buffer.from(text)), spool }, engine);
  return [...new Set(result.artifacts.flatMap((a) => a.groups.flatMap((g) => g.records)))].sort((a, b) => a - b);
}

const asciiJson = (value: unknown): string =>
  JSON.stringify(value).replaceAll(/[^\0-\x7f]/g, (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, "0")}`);

const CLEAN = Array.from({ length: 30 }, (_, i) => ({
  instruction: `How many legs do ${i + 2} spiders have?`,
  input: "",
  output: `A spider has eight legs, so ${i + 2} of them have ${8 * (i + 2)}.`,
}));

test("ids are unique, and the registry knows every detector file", () => {
  const ids = detectors.map(({ id }) => id);
  assert.equal(new Set(ids).size, ids.length);
  for (const path of files.values()) {
    if (!path.endsWith(".examples.ts")) continue;
    const id = basename(path, ".examples.ts");
    assert.ok(ids.includes(id), `${path} has no detector in the registry: run npm run generate`);
  }
});

for (const detector of detectors) {
  describe(detector.id, async () => {
    const examples = await examplesOf(detector);

    test("its card is complete", () => {
      assert.match(detector.id, /^[a-z0-9]+(-[a-z0-9]+)*$/);
      assert.ok(FAMILIES.includes(detector.family));
      assert.ok(detector.title.length > 8 && !detector.title.endsWith("."));
      for (const part of ["finds", "matters", "misses", "remedy"] as const)
        assert.match(detector.docs[part], /\.$/, `docs.${part} ends with a full stop`);
      assert.ok(detector.references.length > 0, "it refers to ATLAS, OWASP, CWE or a specification");
      assert.ok(existsSync(files.get(detector.id) ?? ""), "its file is named after it");
    });

    if (detector.reads === "artifact") return;

    test("it has examples that fire and examples that stay silent", () => {
      assert.ok(
        examples.some(({ finds }) => finds.length > 0),
        "no example fires",
      );
      assert.ok(
        examples.some(({ finds }) => finds.length === 0),
        "no example stays silent",
      );
    });

    for (const example of examples) {
      test(`example: ${example.title}`, () => {
        const { expected, actual } = compare(detector, example);
        assert.deepEqual(actual, expected);
      });
    }

    test("what it reports is bounded, located and whole", () => {
      for (const example of examples) {
        for (const { hit } of hitsOf(detector, example)) {
          assert.ok(hit.message.length > 10 && hit.message.length < 600, `message of ${hit.message.length} characters`);
          assert.ok(
            !/[\p{Cc}\u202a-\u202e\u2066-\u2069\u{e0000}-\u{e007f}]/u.test(hit.message),
            "a message holds raw control characters",
          );
          assert.ok(hit.excerpt.length < 1000);
          if (hit.field && hit.start !== undefined && hit.end !== undefined)
            assert.ok(hit.start <= hit.end && hit.end <= hit.field.text.length);
        }
      }
    });

    if (detector.reads !== "record") return;
    const firing = examples.filter(isRecords).filter(({ finds }) => finds.length > 0);
    const flagged = (example: Example): number[] =>
      [...new Set(example.finds.map((find) => Number(find.split(" ")[0])))].sort((a, b) => a - b);

    test("its anchors let every example through, raw and escaped", async () => {
      for (const example of firing) {
        const raw = example.given.map((value) => JSON.stringify(value)).join("\n");
        assert.deepEqual(await scanJsonl(detector, raw), flagged(example), example.title);
        const escaped = example.given.map(asciiJson).join("\n");
        assert.deepEqual(await scanJsonl(detector, escaped), flagged(example), `${example.title}, escaped`);
      }
    });

    test("clean records around it do not hide it, and order does not matter", async () => {
      for (const example of firing) {
        const lines = [...CLEAN, ...example.given, ...CLEAN].map((value) => JSON.stringify(value)).join("\n");
        const expected = flagged(example).map((record) => record + CLEAN.length);
        const found = await scanJsonl(detector, lines);
        assert.deepEqual(
          found.filter((record) => record >= CLEAN.length && record < CLEAN.length + example.given.length),
          expected,
          example.title,
        );
        assert.deepEqual(found, expected, `${example.title}: a clean record is flagged`);
      }
    });

    test("time is linear in a hostile field", () => {
      for (const unit of [
        "a",
        " ",
        "<",
        "\u200b",
        "=",
        "A1",
        "\\x41",
        "%41",
        "(((",
        "http://",
        "curl ",
        "ignore ",
        "а",
        "🚨A",
        "[[",
        "1.2.",
        "-----BEGIN ",
      ]) {
        const time = (count: number): number => {
          const text = unit.repeat(Math.ceil(count / unit.length));
          const field = { pointer: "/text", column: "text", role: "text" as const, text };
          const begun = cpuMs();
          detector.inspect({ index: 0, fields: [field] }, () => undefined);
          return cpuMs() - begun;
        };
        time(10_000);
        const long = time(400_000);
        assert.ok(long < 10_000, `${JSON.stringify(unit)} takes ${Math.round(long)} ms for 400 kB`);
      }
    });
  });
}

test("the clean shelf stays silent", async () => {
  const engine = buildEngine(formats, detectors, LIMITS);
  const wrong: string[] = [];
  for (const path of globSync("testdata/clean/**/*.*").sort()) {
    const result = await scanUnit({ source: memorySource(path, readFileSync(path)), spool }, engine);
    for (const artifact of result.artifacts) {
      for (const group of artifact.groups) {
        if (["medium", "high", "critical"].includes(group.severity))
          wrong.push(`${path}: ${group.detector} ${group.samples[0]?.message}`);
      }
    }
  }
  assert.deepEqual(wrong, []);
});
