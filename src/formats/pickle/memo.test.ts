// What is put away and taken out again says the same, over more values than are held; and what cannot be said any more is
// told, never passed over.
import assert from "node:assert/strict";
import { test } from "node:test";
import { Memo, putAway, takenOut } from "./memo.ts";
import { LIMITS } from "../../base/limits.ts";
import { assemble, named, type Step } from "./testing/assemble.ts";
import { readingOf } from "./testing/read.ts";
import { machineAt } from "./run.ts";
import { Status } from "./machine.ts";

const P4: Step = ["PROTO", 4];
/** More memorised texts than are held before what nothing needs is dropped. */
const FILLER = ((): Buffer => {
  const one = assemble(["SHORT_BINUNICODE", "x"], "MEMOIZE", "POP");
  return Buffer.concat(Array.from({ length: 1_200_000 }, () => one));
})();

test("a value in one number", () => {
  for (const value of [
    { tag: 0, at: 0, count: 0 },
    { tag: 1, at: 2 ** 36, count: 4095 },
    { tag: 4, at: 70_000, count: 240 },
  ])
    assert.deepEqual(takenOut(putAway(value.tag, value.at, value.count)), value);
  assert.equal(putAway(0, 1, 4096), 0);
  assert.equal(putAway(0, 2 ** 40, 1), 0);
});

test("indices in order, far apart, and then in between", () => {
  const memo = new Memo();
  const written = new Map<number, number>();
  for (const index of [5_000, 0, 1, 2, 1_000_000, 70_000, 3, 2 ** 31, 65_535, 65_536, 70_000]) {
    memo.set(index, index * 2);
    written.set(index, index * 2);
  }
  for (let index = 0; index < 200_000; index++) {
    memo.set(index, index * 2 + 2);
    written.set(index, index * 2 + 2);
  }
  for (const [index, value] of written) assert.equal(memo.get(index), value, String(index));
  assert.equal(memo.get(500_000), -1);
  assert.equal(memo.count, written.size);
});

test("names that were memorised a million values ago are the same names", async () => {
  const head = assemble(
    P4,
    ["SHORT_BINUNICODE", "os"],
    "MEMOIZE",
    "POP",
    ["SHORT_BINUNICODE", "system"],
    "MEMOIZE",
    "POP",
  );
  const pair = assemble(...named("a", "B"), "MEMOIZE", "EMPTY_TUPLE", "NEWOBJ", "MEMOIZE", "POP");
  const tail = assemble(
    ["BINGET", 0],
    ["BINGET", 1],
    "STACK_GLOBAL",
    "EMPTY_TUPLE",
    "REDUCE",
    "POP",
    ["BINGET", 3],
    ["BINGET", 0],
    "BUILD",
    "POP",
    ["BINGET", 2],
    "EMPTY_TUPLE",
    "REDUCE",
    "STOP",
  );
  const { said, problems } = await readingOf(Buffer.concat([head, pair, FILLER, tail]));
  assert.deepEqual(problems, []);
  assert.deepEqual(said, ["a.B.__new__()", "os.system()", 'a.B.__new__().__setstate__("os")', "a.B()"]);
});

test("operands that are no longer held are told, and what stands on the stack is held", async () => {
  const operands = assemble(P4, ["SHORT_BINUNICODE", "id"], "TUPLE1", "MEMOIZE");
  const call = assemble(...named("os", "system"), ["BINGET", 0], "REDUCE", "STOP");
  const dropped = await readingOf(Buffer.concat([operands, assemble("POP"), FILLER, call]));
  assert.deepEqual(dropped.problems, ["limit"]);
  const held = await readingOf(Buffer.concat([operands, FILLER, call]));
  assert.deepEqual(held.said, ['os.system("id")']);
});

test("nesting and sharing are counted on across what is put away", async () => {
  const doubled = Array.from({ length: 45 }, (): Step[] => ["DUP", "TUPLE2"]).flat();
  const head = assemble(P4, "EMPTY_TUPLE", ...doubled.slice(0, 50), "MEMOIZE", "POP");
  const tail = assemble(["BINGET", 0], ...doubled.slice(50), "STOP");
  const { irregularities } = await readingOf(Buffer.concat([head, FILLER, tail]));
  assert.ok(irregularities.some(({ code }) => code === "expansion"));
});

test("memory asked for without a value is bounded", () => {
  const limits = { ...LIMITS, pickleHeldBytesMax: 1 << 20 };
  const far = Array.from({ length: 300_000 }, (_, i) => assemble(["LONG_BINPUT", i * 13_337]));
  for (const bytes of [
    Buffer.concat([assemble(P4, "NONE"), ...far]),
    Buffer.concat([assemble(P4), Buffer.alloc(3_000_000, "N")]),
    Buffer.concat([assemble(P4), Buffer.alloc(3_000_000, "(")]),
  ]) {
    const machine = machineAt(0, bytes.length, limits);
    assert.equal(machine.run(bytes, 0), Status.Broken);
    assert.ok(machine.limited, machine.why);
  }
});
