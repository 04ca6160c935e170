import assert from "node:assert/strict";
import { test } from "node:test";
import type { Field } from "../core/record.ts";
import { fitTables, joinTables, keptRecords, keyFrom, selectRecords, TableBuilder, thin, tokensOf } from "./table.ts";

const fields = (i: number): Field[] => [
  { pointer: "/prompt", column: "prompt", role: "prompt", text: `how many legs have ${i} spiders, said ${i * 7}` },
  { pointer: "/answer", column: "answer", role: "response", text: `${i} spiders have ${8 * i} legs` },
];
const RECORDS = 4_000;

function tableOf(parts: number, tokensMax: number) {
  const builders = Array.from({ length: parts }, () => new TableBuilder({ tokensMax }));
  const each = Math.ceil(RECORDS / parts);
  for (let i = 0; i < RECORDS; i++) builders[Math.floor(i / each)]?.add(fields(i));
  return joinTables(
    fitTables(
      builders.map((builder) => builder.build()),
      tokensMax,
    ),
  );
}

test("a dataset that fits is held whole", () => {
  const table = tableOf(3, 1_000_000);
  assert.equal(table.level, 0);
  assert.equal(keptRecords(table).length, RECORDS);
});

test("past the limit a sample is held, the same for every split, about as large as its level says", () => {
  const whole = tableOf(1, 50_000);
  assert.ok(whole.level > 0);
  assert.equal(whole.records, RECORDS);
  const kept = keptRecords(whole);
  const expected = RECORDS / 2 ** whole.level;
  assert.ok(Math.abs(kept.length - expected) < 5 * Math.sqrt(expected), `${kept.length} of ${expected}`);
  const sample = selectRecords(whole, kept);
  const full = tableOf(1, 1_000_000);
  const text = (table: typeof full, record: number): string[] =>
    Array.from(tokensOf(table.prompt, record), (token) => table.words[token] as string);
  kept.forEach((record, i) => assert.deepEqual(text(sample, i), text(full, record)));
  for (const parts of [2, 7, 64]) {
    const split = tableOf(parts, 50_000);
    assert.equal(split.level, whole.level);
    assert.deepEqual(keptRecords(split), kept);
  }
});

test("rows written to be left out of a sample are left out of one only: the draw depends on the whole file", () => {
  const level = 3;
  const known = keyFrom("the file as its author guesses it");
  const builder = new TableBuilder();
  for (let i = 0; builder.size < 40_000; i++) builder.add(fields(i));
  const all = builder.build();
  const inSampleOf = new Set(keptRecords(thin(all, level, known)));
  const hidden = keptRecords(all).filter((record) => !inSampleOf.has(record));
  const crafted = { ...selectRecords(all, hidden), level: 0 };
  assert.equal(keptRecords(thin(crafted, level, known)).length, 0);
  // Another row anywhere in the file makes another digest, and with it another draw.
  const drawn = keptRecords(thin(crafted, level, keyFrom("the file with one row more"))).length;
  const expected = crafted.records / 2 ** level;
  assert.ok(Math.abs(drawn - expected) < 5 * Math.sqrt(expected), `${drawn} of ${expected}`);
});

test("levels are drawn one after the other as they are drawn at once", () => {
  const key = keyFrom("any");
  const builder = new TableBuilder();
  for (let i = 0; i < 2_000; i++) builder.add(fields(i));
  const at = builder.build();
  assert.deepEqual(keptRecords(thin(thin(thin(at, 1, key), 2, key), 5, key)), keptRecords(thin(at, 5, key)));
});
