import assert from "node:assert/strict";
import { test } from "node:test";
import { progressText } from "./progress.ts";

test("the line shows share, records, rate and time left", () => {
  const line = progressText({ bytes: 50e6, totalBytes: 200e6, records: 12_345 }, 2);
  assert.match(line, /^█{6}░{18} 25 % · 12,345 records · 25 MB\/s · 6 s left$/);
  assert.match(progressText({ bytes: 1, totalBytes: 0, records: 0 }, 1), /0 % /);
  assert.match(progressText({ bytes: 300e6, totalBytes: 200e6, records: 1 }, 1), /100 %/);
  assert.match(progressText({ bytes: 1e6, totalBytes: 90e6, records: 1 }, 2), /2 min 58 s left$/);
});
