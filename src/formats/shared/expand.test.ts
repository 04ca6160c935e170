// The four compressed streams, and what they promise together: every byte of a sound one, and of a damaged one what
// comes before the damage, then the reason; a bomb stops at a named limit.
import assert from "node:assert/strict";
import { test } from "node:test";
import { crc32, deflateRawSync, gzipSync, zstdCompressSync } from "node:zlib";
import fc from "fast-check";
import type { Format } from "../../core/format.ts";
import { bzip2 } from "../bzip2.ts";
import { gzip } from "../gzip.ts";
import { xz } from "../xz.ts";
import { zip } from "../zip.ts";
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

interface Made {
  readonly name: string;
  readonly data: Buffer;
  readonly stored?: boolean;
  readonly local?: string;
  readonly flags?: number;
  /** Where the directory says it lies, instead of where it does. */
  readonly offset?: number;
}

function makeZip(files: readonly Made[], before = Buffer.alloc(0)): Buffer {
  const parts: Buffer[] = [before];
  const entries: Buffer[] = [];
  let offset = before.length;
  for (const file of files) {
    const packed = file.stored ? file.data : deflateRawSync(file.data);
    const fields = Buffer.alloc(26);
    fields.writeUInt16LE(20, 0);
    fields.writeUInt16LE(file.flags ?? 0, 2);
    fields.writeUInt16LE(file.stored ? 0 : 8, 4);
    fields.writeUInt32LE(crc32(file.data), 10);
    fields.writeUInt32LE(packed.length, 14);
    fields.writeUInt32LE(file.data.length, 18);
    const local = Buffer.from(file.local ?? file.name);
    fields.writeUInt16LE(local.length, 22);
    const head = Buffer.concat([Buffer.from("PK\x03\x04"), fields, local]);
    const entry = Buffer.alloc(14);
    entry.writeUInt32LE(file.offset ?? offset, 10);
    const central = Buffer.from(fields);
    central.writeUInt16LE(Buffer.byteLength(file.name), 22);
    entries.push(Buffer.concat([Buffer.from("PK\x01\x02\x14\x00"), central, entry, Buffer.from(file.name)]));
    parts.push(head, packed);
    offset += head.length + packed.length;
  }
  const directory = Buffer.concat(entries);
  const end = Buffer.alloc(18);
  end.writeUInt16LE(files.length, 4);
  end.writeUInt16LE(files.length, 6);
  end.writeUInt32LE(directory.length, 8);
  end.writeUInt32LE(offset, 12);
  return Buffer.concat([...parts, directory, Buffer.from("PK\x05\x06"), end]);
}

test("zip members of every readable method", async () => {
  const heard = await hearCase(zip, "methods.zip");
  assert.deepEqual(
    heard.members.map(({ name }) => name),
    ["train.jsonl", "stored.txt", "bzip2.txt"],
  );
  assert.ok(heard.members[0]?.bytes.equals(LINES));
  assert.deepEqual(codes(heard), ["unsupported lost", "special-file"]);
  const streamed = await hearCase(zip, "descriptor.zip");
  assert.deepEqual([streamed.members[0]?.bytes.toString(), streamed.problems], ["streamed\n", []]);
});

test("what a zip archive says about a member and what is there", async () => {
  const data = Buffer.from("hello hello hello\n");
  const renamed = await hearText(zip, "a.zip", makeZip([{ name: "a.txt", local: "b.txt", data }]));
  assert.deepEqual([codes(renamed), renamed.members.length], [["malformed"], 1]);
  const encrypted = await hearText(zip, "a.zip", makeZip([{ name: "a.txt", data, flags: 1 }]));
  assert.deepEqual([codes(encrypted), encrypted.members.length], [["encrypted lost"], 0]);
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
