import assert from "node:assert/strict";
import { test } from "node:test";
import { memorySource } from "../core/bytes.ts";
import { hdf5 } from "./hdf5.ts";
import { caseBytes, codes, hear, hearCase, type Heard } from "./shared/testing.ts";

const uses = ({ models }: Heard): string[] =>
  models.flatMap(({ loader, operations }) => operations.map(({ use, name }) => `${loader} ${use} ${name}`)).toSorted();

test("the settings of a model are found in old groups", async () => {
  const heard = await hearCase(hdf5, "old.h5");
  assert.deepEqual(uses(heard), ["keras layer Dense", "keras layer Sequential"]);
  assert.deepEqual(codes(heard), []);
});

test("links and data in other files are found, however the group keeps them", async () => {
  const fresh = await hearCase(hdf5, "new.h5");
  assert.deepEqual(uses(fresh), [
    "keras layer Dense",
    "keras layer Sequential",
    "keras path ../other.h5",
    "keras path numbers.bin",
  ]);
  const dense = await hearCase(hdf5, "dense.h5");
  assert.deepEqual(uses(dense), ["keras layer MeanSquaredError", "keras path other.h5"]);
  assert.deepEqual(uses(await hearCase(hdf5, "virtual.h5")), ["other path ../b.h5", "other path a.h5"]);
  for (const heard of [fresh, dense]) assert.deepEqual(codes(heard), []);
});

test("a file behind a user block is found, and the block is told", async () => {
  // Addresses count from the base of the file, which is where the block ends.
  const bytes = caseBytes("hdf5", "new.h5");
  const moved = Buffer.concat([Buffer.alloc(512, "x"), bytes]);
  moved.writeBigUInt64LE(512n, 512 + 12);
  const heard = await hear(hdf5, memorySource("m.h5", moved));
  assert.ok(uses(heard).includes("keras path ../other.h5"));
  assert.deepEqual(
    heard.models[0]?.irregularities.map(({ code }) => code),
    ["user-block"],
  );
});

test("a cut file says so, and a group that leads back to itself ends", async () => {
  const bytes = caseBytes("hdf5", "old.h5");
  assert.ok(codes(await hear(hdf5, memorySource("m.h5", bytes.subarray(0, 2000)))).includes("truncated lost"));
  // Every address in the file is made the root's own, one after another.
  const root = bytes.readBigUInt64LE(64);
  for (let at = 96; at + 8 <= bytes.length; at += 8) {
    const looped = Buffer.from(bytes);
    if (looped.readBigUInt64LE(at) === 0n || looped.readBigUInt64LE(at) >= BigInt(bytes.length)) continue;
    looped.writeBigUInt64LE(root, at);
    await hear(hdf5, memorySource("m.h5", looped));
  }
});

test("a pickle in an attribute is handed on, and text is not", async () => {
  const bytes = caseBytes("hdf5", "dense.h5");
  const at = bytes.indexOf('{"loss"');
  const marked = Buffer.from(bytes);
  marked.fill(0x20, at, bytes.indexOf("}}}", at) + 3);
  marked[at] = 0x80;
  marked[bytes.indexOf("}}}", at) + 1] = 0x2e;
  marked[bytes.indexOf("}}}", at) + 2] = 0x2e;
  const heard = await hear(hdf5, memorySource("m.h5", marked));
  assert.deepEqual(
    heard.members.map(({ name }) => name),
    ["@training_config"],
  );
  assert.deepEqual((await hearCase(hdf5, "dense.h5")).members, []);
});
