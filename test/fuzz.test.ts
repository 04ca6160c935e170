// A few seconds of fuzzing in every run; `npm run fuzz` goes on as long as asked.
import assert from "node:assert/strict";
import { test } from "node:test";
import { fuzz } from "../fuzz/run.ts";

test("every reader answers damaged input", { timeout: 120_000 }, async () => {
  const { steps, failure } = await fuzz(undefined, 6, 20_261);
  assert.equal(failure && { ...failure, bytes: failure.bytes.length }, undefined);
  assert.ok(steps > 50, `only ${steps} inputs`);
});
