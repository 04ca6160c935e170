// The four compressed streams, and what they promise together: every byte of a sound one, and of a damaged one what
// comes before the damage, then the reason; a bomb stops at a named limit.
import assert from "node:assert/strict";
import { test } from "node:test";
import { gzipSync, zstdCompressSync } from "node:zlib";
import fc from "fast-check";
import type { Format } from "../../core/format.ts";
import { bzip2 } from "../bzip2.ts";
import { gzip } from "../gzip.ts";
import { xz } from "../xz.ts";
import { zip } from "../zip.ts";
import { makeZip } from "./testing/make-zip.ts";
import { zstd } from "../zstd.ts";
import { caseBytes, caseNames, codes, hear, hearCase, hearText, readContext, sequentialSource } from "./testing.ts";

const LINES = Buffer.from(Array.from({ length: 40 }, (_, n) => `{"n": ${n}}\n`).join(""));

for (const format of [gzip, zstd, bzip2, xz]) {
  for (const name of caseNames(format.id).filter((file) => file.includes(".jsonl."))) {
    test(`${name} is read whole`, async () => {
      const heard = await hearCase(format, name);
      assert.deepEqual(heard.members, [{ name: name.slice(0, name.lastIndexOf(".")), bytes: LINES }]);
      assert.deepEqual(heard.problems, []);
    });

    test(`${name} is told to be cut, wherever that is`, async () => {
      const bytes = caseBytes(format.id, name);
      let longest = 0;
      for (let length = 1; length < bytes.length; length++) {
        const heard = await hearText(format, name, bytes.subarray(0, length));
        const got = heard.members[0]?.bytes ?? Buffer.alloc(0);
        assert.ok(LINES.subarray(0, got.length).equals(got), `${length}: ${got.length}`);
        longest = Math.max(longest, got.length);
        // Between two streams of one file nothing is missing.
        if (got.length !== 100 && got.length !== LINES.length)
          assert.deepEqual(codes(heard), ["truncated lost"], String(length));
      }
      assert.equal(longest, LINES.length);
    });
  }

  test(`${format.id} is recognised by its first bytes`, () => {
    const bytes = caseBytes(format.id, caseNames(format.id)[0] ?? "");
    const head = { text: "", extension: "", name: "", whole: true };
    assert.equal(format.sniff({ ...head, bytes }), 1);
    assert.equal(format.sniff({ ...head, bytes: Buffer.from("BZh is how a line of text may begin") }), 0);
    assert.equal(format.sniff({ ...head, bytes: new Uint8Array(0) }), 0);
  });
}

test("bytes after the last member are told", async () => {
  assert.deepEqual(codes(await hearCase(gzip, "trailing.txt.gz")), ["malformed lost"]);
  const padded = Buffer.concat([gzipSync("a"), Buffer.alloc(512)]);
  assert.deepEqual(codes(await hearText(gzip, "a.gz", padded)), []);
  const followed = Buffer.concat([zstdCompressSync(Buffer.from("a")), Buffer.from("more")]);
  assert.deepEqual(codes(await hearText(zstd, "a.zst", followed)), ["malformed lost"]);
});

test("a wrong checksum loses nothing of what is read", async () => {
  const bytes = gzipSync("content");
  bytes.writeUInt32LE(1, bytes.length - 8);
  const heard = await hearText(gzip, "a.gz", bytes);
  assert.equal(heard.members[0]?.bytes.toString(), "content");
  assert.deepEqual(codes(heard), ["corrupt"]);
});

// 64 MiB of zeros are 64 KiB of gzip; the same member a hundred times over is 6 GiB.
const zeros = Buffer.alloc(1 << 26);
const times = (count: number, bytes: Buffer): Buffer => Buffer.concat(Array.from({ length: count }, () => bytes));
const BOMBS: readonly (readonly [Format, string, Buffer])[] = [
  [gzip, "bomb.gz", times(100, gzipSync(zeros))],
  [zstd, "bomb.zst", times(100, zstdCompressSync(zeros))],
];

for (const [format, name, bytes] of BOMBS) {
  test(`${name} stops at the size it may grow to`, async () => {
    const heard = await hearText(format, name, bytes, { expandedBytesMax: 1_000_000, expansionRatioMax: Infinity });
    assert.deepEqual(codes(heard), ["limit lost"]);
    const size = heard.members[0]?.bytes.length ?? 0;
    assert.ok(size <= 1_000_000, String(size));
  });

  test(`${name} stops at the ratio it may have`, async () => {
    const heard = await hearText(format, name, bytes, { expandedFreeBytes: 4_000_000, expansionRatioMax: 10 });
    assert.deepEqual(codes(heard), ["limit lost"]);
    assert.ok((heard.members[0]?.bytes.length ?? 0) < 1 << 26);
  });
}

test("zip members of every readable method", async () => {
  const heard = await hearCase(zip, "methods.zip");
  assert.deepEqual(
    heard.members.map(({ name }) => name),
    ["train.jsonl", "stored.txt", "bzip2.txt", "lzma.txt"],
  );
  assert.ok(heard.members[0]?.bytes.equals(LINES));
  assert.equal(heard.members[3]?.bytes.toString(), "lzma\n");
  assert.deepEqual(codes(heard), ["special-file"]);
  const streamed = await hearCase(zip, "descriptor.zip");
  assert.deepEqual([streamed.members[0]?.bytes.toString(), streamed.problems], ["streamed\n", []]);
});

test("what a zip archive says about a member and what is there", async () => {
  const data = Buffer.from("hello hello hello\n");
  const renamed = await hearText(zip, "a.zip", makeZip([{ name: "a.txt", local: "b.txt", data }]));
  assert.deepEqual([codes(renamed), renamed.members.length], [["malformed"], 1]);
  const encrypted = await hearText(zip, "a.zip", makeZip([{ name: "a.txt", data, flags: 1, sealed: true }]));
  assert.deepEqual([codes(encrypted), encrypted.members.length], [["encrypted lost"], 0]);
  const open = await hearText(zip, "a.zip", makeZip([{ name: "a.txt", data, flags: 1 }]));
  assert.deepEqual(
    [codes(open), open.members.length, open.models[0]?.irregularities[0]?.code],
    [[], 1, "false-encryption"],
  );
  const twice = await hearText(
    zip,
    "a.zip",
    makeZip([
      { name: "a", data },
      { name: "a", data },
    ]),
  );
  assert.deepEqual([codes(twice), twice.members.length], [["malformed"], 2]);
  const overlapping = await hearText(
    zip,
    "a.zip",
    makeZip([
      { name: "a", data },
      { name: "b", data, offset: 0 },
    ]),
  );
  assert.ok(codes(overlapping).includes("malformed lost"));
  assert.equal(overlapping.members.length, 1);
  const before = await hearText(zip, "a.zip", makeZip([{ name: "a", data }], Buffer.from("#!/bin/true\n")));
  assert.deepEqual([codes(before), before.members.length], [["malformed lost"], 1]);
  const changed = makeZip([{ name: "a", data, stored: true }]);
  changed[32] = 0x48;
  assert.deepEqual(codes(await hearText(zip, "a.zip", changed)), ["corrupt"]);
});

test("a zip archive without its end gives what stands before", async () => {
  const whole = makeZip([
    { name: "a", data: Buffer.from("first") },
    { name: "b", data: Buffer.from("second") },
  ]);
  const heard = await hearText(zip, "a.zip", whole.subarray(0, whole.indexOf("PK\x01\x02")));
  assert.deepEqual(
    heard.members.map(({ bytes }) => bytes.toString()),
    ["first", "second"],
  );
  assert.deepEqual(codes(heard), ["truncated lost"]);
});

test("zip limits", async () => {
  const many = makeZip(Array.from({ length: 5 }, (_, i) => ({ name: `m${i}`, data: Buffer.from("x") })));
  const heard = await hearText(zip, "a.zip", many, { membersMax: 3 });
  assert.deepEqual([codes(heard), heard.members.length], [["limit lost"], 3]);
  const bomb = makeZip([{ name: "bomb", data: zeros }]);
  assert.deepEqual(
    codes(await hearText(zip, "a.zip", bomb, { expandedFreeBytes: 1_000_000, expansionRatioMax: 100 })),
    ["limit lost"],
  );
});

test("zip archives of any members come back", async () => {
  const file = fc.record({
    name: fc.string({ minLength: 1, maxLength: 10 }),
    data: fc.uint8Array({ minLength: 1, maxLength: 300 }),
    stored: fc.boolean(),
  });
  await fc.assert(
    fc.asyncProperty(
      fc.uniqueArray(file, { selector: ({ name }) => name, minLength: 1, maxLength: 6 }),
      async (files) => {
        const made = files.map(({ name, data, stored }) => ({
          name: name.toWellFormed(),
          data: Buffer.from(data),
          stored,
        }));
        const heard = await hear(zip, sequentialSource("a.zip", makeZip(made), 50), readContext());
        assert.deepEqual(
          heard.members,
          made.map(({ name, data }) => ({ name, bytes: data })),
        );
      },
    ),
    { numRuns: 100 },
  );
});
