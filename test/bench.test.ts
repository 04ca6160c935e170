// Each benchmark also runs tiny, so that it does not rot.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { speed, table } from "../bench/speed.ts";

test("the speed bench runs on half a megabyte", { timeout: 120_000 }, async () => {
  const folder = mkdtempSync(join(tmpdir(), "bezoar-bench-"));
  try {
    if (!existsSync("dist/cli/main.js")) execFileSync(process.execPath, ["scripts/build.ts"]);
    const measures = await speed({ megabytes: 0.5, folder, runs: 1 });
    const own = measures.filter(({ what }) => what.includes("bezoar"));
    assert.ok(own.length >= 4);
    for (const { seconds, megabytes } of own) assert.ok(seconds > 0 && megabytes >= 0.5);
    assert.match(table(measures), /\| everyday: bezoar, JSON Lines, /);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
