import assert from "node:assert/strict";
import { test } from "node:test";
import type { Part } from "../../core/format.ts";
import { Operations } from "./operations.ts";

const parts = (different: number): Part[] => {
  const operations = new Operations();
  for (let i = 0; i < different; i++)
    for (let again = 0; again < 2; again++)
      operations.add({ use: "op", module: "m", name: `op${i}`, arguments: [], text: `op${i}` });
  return [...operations.parts("other")];
};

test("equal operations are one, with their count", () => {
  const [part, ...more] = parts(3);
  assert.ok(part?.kind === "model");
  assert.deepEqual(
    part.operations.map(({ name, count }) => [name, count]),
    [
      ["op0", 2],
      ["op1", 2],
      ["op2", 2],
    ],
  );
  assert.deepEqual(more, []);
});

test("a model that does more different things than are listed is never taken for looked at", () => {
  const [part, problem] = parts(20_001);
  assert.ok(part?.kind === "model");
  assert.equal(part.operations.length, 20_000);
  assert.ok(problem?.kind === "problem");
  assert.deepEqual([problem.code, problem.lost], ["limit", true]);
});
