import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import type { ByteSource } from "../core/bytes.ts";
import { LIMITS } from "../base/limits.ts";
import type { ProblemPart } from "../core/format.ts";
import { arrow } from "./arrow.ts";
import { parquet } from "./parquet.ts";
import {
  cases,
  contextOf,
  inRanges,
  matchGolden,
  readBytes,
  removed,
  strings,
  survive,
  toJson,
  visible,
  type Reading,
} from "./columnar/testing.ts";

const folder = new URL("../../testdata/formats/arrow/", import.meta.url);
const files = cases(folder, ".arrow");
const load = (name: string): Uint8Array => Uint8Array.from(readFileSync(new URL(name, folder)));
const problems = ({ parts }: Reading): ProblemPart[] => parts.filter((part) => part.kind === "problem");
const unread = (name: string): boolean => name === "views-stream.arrow";

for (const { name, bytes } of files) {
  test(`reads ${name}`, async () => {
    const reading = await readBytes(arrow, bytes);
    matchGolden(new URL(name.replace(".arrow", ".json"), folder), reading);
    assert.deepEqual(
      problems(reading).map(({ code }) => code),
      unread(name) ? Array(4).fill("unsupported") : [],
    );
  });
}

test("every string of a record is in its searched bytes", async () => {
  for (const { name, bytes } of files.filter((file) => file.name.startsWith("chat") || file.name.startsWith("delta"))) {
    const { records, texts } = await readBytes(arrow, bytes);
    records.forEach(({ value }, i) => {
      assert.deepEqual(
        texts[i]?.split("\n").toSorted(),
        strings(value)
          .filter((text) => text !== "")
          .toSorted(),
        name,
      );
    });
  }
});

test("types read the same from Arrow and from Parquet", async () => {
  const [left = [], right = []] = [
    visible(await readBytes(arrow, load("types.arrow"))),
    visible(await readBytes(parquet, readFileSync(new URL("../parquet/types.parquet", folder)))),
  ] as Record<string, unknown>[][];
  right.forEach((row, i) => {
    for (const [column, value] of Object.entries(row))
      assert.deepEqual(left[i]?.[column], value, `${column} of row ${i}`);
  });
});

test("a pipe gives the same as a file", async () => {
  for (const { name, bytes } of files) {
    const pipe: ByteSource = {
      name,
      sizeBytes: undefined,
      async *stream() {
        const chunk = new Uint8Array(7);
        // A source may use one buffer again and again.
        for (let at = 0; at < bytes.length; at += chunk.length) {
          const part = bytes.subarray(at, at + chunk.length);
          chunk.set(part);
          yield chunk.subarray(0, part.length);
        }
      },
    };
    const values: string[] = [];
    for await (const part of arrow.read(pipe, contextOf())) {
      if (part.kind === "records") for (let i = 0; i < part.count; i++) values.push(toJson(part.value(i)));
    }
    assert.deepEqual(values, (await readBytes(arrow, bytes)).records.map(toJson), name);
  }
});

test("split ranges give the same records once each", async () => {
  for (const { name, bytes } of files) {
    const whole = await readBytes(arrow, bytes);
    for (const target of [1, 2_500]) {
      const { values, ranges } = await inRanges(arrow, bytes, target);
      assert.deepEqual(values, visible(whole), name);
      if (target === 1 && name.startsWith("chat")) assert.equal(ranges, 4);
    }
  }
});

test("removing rows leaves every other value as it was", async () => {
  for (const { name, bytes } of files) {
    if (unread(name)) {
      await assert.rejects(
        removed(arrow, bytes, (record) => record === 1),
        /column ‹lv›.*Filter it where it was made/,
      );
      continue;
    }
    const before = await readBytes(arrow, bytes);
    for (const drop of [
      (record: number) => record % 3 === 1,
      (record: number) => record === 15,
      () => true,
      () => false,
    ]) {
      const result = await removed(arrow, bytes, drop);
      const after = await readBytes(arrow, result);
      assert.deepEqual(problems(after), [], name);
      assert.equal(toJson(after.records), toJson(before.records.filter((_, record) => !drop(record))), name);
      assert.deepEqual(
        after.parts.filter((part) => part.kind === "document"),
        before.parts.filter((part) => part.kind === "document"),
      );
    }
  }
});

test("every truncation and any byte flip gives an answer", async () => {
  for (const { bytes } of files) await survive(arrow, bytes, 200);
});

test("a file without its footer is read as a stream, and said so", async () => {
  const bytes = load("chat.arrow");
  const reading = await readBytes(arrow, bytes.subarray(0, bytes.length - 30));
  assert.equal(reading.records.length, 24);
  assert.match(problems(reading)[0]?.message ?? "", /no footer/);
});

test("a cut stream keeps what came before", async () => {
  const reading = await readBytes(arrow, load("chat-stream.arrow").subarray(0, 6_000));
  assert.deepEqual(
    problems(reading).map(({ code }) => code),
    ["truncated"],
  );
  assert.ok(reading.records.length >= 10 && reading.records.length < 24);
});

test("each limit that is crossed is said", async () => {
  const chat = load("chat-zstd-stream.arrow");
  const said = async (limits: Partial<typeof LIMITS>): Promise<string> =>
    problems(await readBytes(arrow, chat, contextOf(limits)))
      .map(({ code, message }) => `${code}: ${message}`)
      .join("\n");
  assert.match(await said({ columnsMax: 5 }), /limit: .*columnsMax/);
  assert.match(await said({ depthMax: 1 }), /limit: .*depthMax/);
  assert.match(await said({ recordBytesMax: 100 }), /limit: .*recordBytesMax/);
  assert.match(await said({ rowGroupBytesMax: 600 }), /limit: .*rowGroupBytesMax/);
  assert.match(await said({ expandedFreeBytes: 10, expansionRatioMax: 0.1 }), /limit: .*expansionRatioMax/);
  assert.match(await said({ documentBytesMax: 100 }), /limit: .*documentBytesMax/);
});

test("is known by its magic number or its first message", () => {
  const sniff = (bytes: Uint8Array): number => arrow.sniff({ bytes, text: "", extension: "", name: "", whole: false });
  for (const { name, bytes } of files)
    assert.equal(sniff(bytes.subarray(0, 1024)), name.includes("stream") ? 0.95 : 1, name);
  assert.equal(sniff(Buffer.alloc(64, 255)), 0);
  assert.equal(sniff(Buffer.from("ARROW")), 0);
});
