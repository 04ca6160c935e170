import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
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

const folder = new URL("../../testdata/formats/parquet/", import.meta.url);
const files = cases(folder, ".parquet");
const load = (name: string): Uint8Array => Uint8Array.from(readFileSync(new URL(name, folder)));
const problems = ({ parts }: Reading): ProblemPart[] => parts.filter((part) => part.kind === "problem");

for (const { name, bytes } of files) {
  test(`reads ${name}`, async () => {
    const reading = await readBytes(parquet, bytes);
    matchGolden(new URL(name.replace(".parquet", ".json"), folder), reading);
    assert.deepEqual(problems(reading), []);
  });
}

test("every string of a record is in its searched bytes", async () => {
  for (const { name, bytes } of files.filter(
    (file) => file.name.startsWith("chat") || file.name === "encodings.parquet",
  )) {
    const { records, texts } = await readBytes(parquet, bytes);
    records.forEach(({ value }, i) => {
      const want = strings(value)
        .filter((text) => text !== "")
        .toSorted();
      assert.deepEqual(texts[i]?.split("\n").toSorted(), want.length > 0 ? want : [""], name);
    });
  }
});

test("the same rows read the same from every codec, page version and list style, and from Arrow", async () => {
  const want = visible(await readBytes(parquet, load("chat-none.parquet")));
  assert.equal(want.length, 24);
  for (const { name, bytes } of files.filter((file) => file.name.startsWith("chat"))) {
    assert.deepEqual(visible(await readBytes(parquet, bytes)), want, name);
  }
  const stream = readFileSync(new URL("../arrow/chat-stream.arrow", folder));
  assert.deepEqual(visible(await readBytes(arrow, stream)), want);
});

test("split ranges give the same records once each", async () => {
  for (const { name, bytes } of files) {
    const whole = await readBytes(parquet, bytes);
    for (const target of [1, 300, 5_000]) {
      const { values, parts } = await inRanges(parquet, bytes, target);
      assert.deepEqual(values, visible(whole), `${name} in ranges of ${target}`);
      assert.deepEqual(
        parts.filter((part) => part.kind === "document"),
        whole.parts.filter((part) => part.kind === "document"),
      );
    }
  }
  assert.ok((await inRanges(parquet, load("chat-pages.parquet"), 1)).ranges > 3, "one row group is cut too");
});

test("removing rows leaves every other value as it was", async () => {
  for (const { name, bytes } of files) {
    const before = await readBytes(parquet, bytes);
    for (const drop of [
      (record: number) => record % 3 === 1,
      (record: number) => record === 15,
      () => true,
      () => false,
    ]) {
      const after = await readBytes(parquet, await removed(parquet, bytes, drop));
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
  for (const { bytes } of files) await survive(parquet, bytes, 200);
});

test("a name that hides another keeps both", async () => {
  const { records } = await readBytes(parquet, load("same-name.parquet"));
  assert.deepEqual(records[0], {
    value: { text: "seen by all" },
    shadowed: [{ pointer: "/text", value: "seen by none" }],
  });
  const { records: json } = await readBytes(parquet, load("json-uuid.parquet"));
  assert.deepEqual(json[1]?.shadowed, [{ pointer: "/j", value: '{"a":"first","a":"second"}' }]);
});

test("a checksum that does not match is corrupt, and other columns are still read", async () => {
  const bytes = load("chat-v2.parquet");
  const clean = await readBytes(parquet, bytes);
  // The first page's data lies right behind its header, near the start of the file.
  bytes[80] = (bytes[80] ?? 0) ^ 1;
  const reading = await readBytes(parquet, bytes);
  assert.deepEqual(
    problems(reading).map(({ code, lost }) => ({ code, lost })),
    [{ code: "corrupt", lost: true }],
  );
  assert.equal(reading.records.length, 24);
  const [value, before] = [reading.records[3]?.value, clean.records[3]?.value] as Record<string, unknown>[];
  assert.deepEqual(value, { ...before, id: null });
});

test("encrypted, cut and empty files are told apart", async () => {
  const end = (magic: string): Uint8Array =>
    Buffer.concat([Buffer.from("PAR1"), new Uint8Array(40), Buffer.from(magic)]);
  const code = async (bytes: Uint8Array): Promise<string | undefined> =>
    problems(await readBytes(parquet, bytes))[0]?.code;
  assert.equal(await code(end("PARE")), "encrypted");
  assert.equal(await code(load("chat-none.parquet").slice(0, 4000)), "truncated");
  assert.equal(await code(new Uint8Array(0)), "empty");
  assert.equal(
    await code(Buffer.concat([Buffer.from("PAR1"), Buffer.from([255, 255, 255, 127]), Buffer.from("PAR1")])),
    "malformed",
  );
});

test("each limit that is crossed is said", async () => {
  const chat = load("chat-none.parquet");
  const said = async (limits: Partial<typeof LIMITS>): Promise<string> =>
    problems(await readBytes(parquet, chat, contextOf(limits)))
      .map(({ code, message }) => `${code}: ${message}`)
      .join("\n");
  assert.match(await said({ columnsMax: 5 }), /limit: .*columnsMax/);
  assert.match(await said({ depthMax: 2 }), /limit: .*depthMax/);
  assert.match(await said({ recordBytesMax: 100 }), /limit: .*recordBytesMax/);
  assert.match(await said({ rowGroupBytesMax: 600 }), /limit: .*rowGroupBytesMax/);
  assert.match(await said({ expandedFreeBytes: 10, expansionRatioMax: 0.1 }), /limit: .*expansionRatioMax/);
  assert.match(await said({ expandedBytesMax: 1_000 }), /limit: .*expandedBytesMax/);
  assert.match(await said({ documentBytesMax: 20 }), /limit: .*documentBytesMax/);
});

test("is known by its magic number", () => {
  const head = (bytes: Uint8Array): Parameters<typeof parquet.sniff>[0] => ({
    bytes,
    text: "",
    extension: "",
    name: "",
    whole: false,
  });
  assert.equal(parquet.sniff(head(load("types.parquet"))), 1);
  assert.equal(parquet.sniff(head(Buffer.from("PAR"))), 0);
});
