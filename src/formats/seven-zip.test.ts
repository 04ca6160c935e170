import assert from "node:assert/strict";
import { test } from "node:test";
import { memorySource } from "../core/bytes.ts";
import { sevenZip } from "./seven-zip.ts";
import { undoDelta, undoX86 } from "./shared/branch-filter.ts";
import { caseBytes, codes, hear, hearCase } from "./shared/testing.ts";

test("members are read through every coder that there is", async () => {
  for (const name of ["filtered.7z", "lzma.7z", "stored.7z"]) {
    const heard = await hearCase(sevenZip, name);
    assert.deepEqual(
      heard.members.map((member) => member.name),
      ["data/train.jsonl", "note.txt"],
      name,
    );
    assert.match(heard.members[0]?.bytes.toString() ?? "", /"ask 5"/);
    assert.equal(heard.members[1]?.bytes.toString(), "a note\n");
    assert.deepEqual(codes(heard), []);
  }
});

test("what is not decoded is said", async () => {
  const heard = await hearCase(sevenZip, "ppmd.7z");
  assert.deepEqual([codes(heard), heard.members], [["unsupported lost"], []]);
  assert.match(heard.problems[0]?.message ?? "", /train\.jsonl.* and 1 more members/);
});

test("a bound on what a folder expands to is kept, and a damaged sum is told", async () => {
  const bytes = caseBytes("seven-zip", "lzma.7z");
  const bound = await hear(sevenZip, memorySource("a.7z", bytes), {
    limits: { ...(await import("../base/limits.ts")).LIMITS, expandedBytesMax: 100 },
    spool: () => Promise.reject(new Error("no spool")),
  });
  assert.deepEqual(codes(bound), ["unsupported lost"]);
  const stored = Buffer.from(caseBytes("seven-zip", "stored.7z"));
  stored[40] = (stored[40] ?? 0) ^ 1;
  assert.deepEqual(codes(await hear(sevenZip, memorySource("a.7z", stored))), ["corrupt"]);
});

test("filters are undone", () => {
  const delta = Buffer.from([1, 2, 1, 1, 255, 3]);
  undoDelta(delta, 2);
  assert.deepEqual([...delta], [1, 2, 2, 3, 1, 6]);
  // A call at 2 whose target was counted from the start: 0x107 is 0x100 behind its end.
  const call = Buffer.from([0x90, 0x90, 0xe8, 0x07, 0x01, 0x00, 0x00, 0x90]);
  undoX86(call);
  assert.equal(call.readInt32LE(3), 0x100);
  // What is no target that a filter changes stays.
  const other = Buffer.from([0xe8, 1, 2, 3, 4, 0xe9, 0, 0]);
  undoX86(other);
  assert.deepEqual([...other], [0xe8, 1, 2, 3, 4, 0xe9, 0, 0]);
});
