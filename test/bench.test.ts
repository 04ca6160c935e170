// Each benchmark also runs tiny, so that it does not rot.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { judgedTable, judgeFolder, machineSpeed, speed as modelSpeed, timingTable } from "../bench/artifacts.ts";
import { madeSets } from "../bench/bases.ts";
import { calibration, detection, report, wilson } from "../bench/detection.ts";
import { lockBench } from "../bench/lock.ts";
import { ruleScale } from "../bench/rule-scale.ts";
import { scale, scaleTable } from "../bench/scale.ts";
import { speed, table } from "../bench/speed.ts";
import { assemble, calling } from "../src/formats/pickle/testing/assemble.ts";

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

test("the bench of pinning reads each byte once, with a scan and without", { timeout: 120_000 }, async () => {
  const { bytes, pinned, scanned } = await lockBench({ bytes: 40e6, files: 1, scan: true, detector: "tag-characters" });
  for (const { read } of [pinned, scanned ?? pinned])
    // The program itself and the heads of files; twice would be far more.
    if (read !== undefined) assert.ok(read < bytes + 30e6, `${read} of ${bytes}`);
});

test("the bench of scale scans two small sets with and without the statistics", { timeout: 120_000 }, () => {
  const folder = mkdtempSync(join(tmpdir(), "bezoar-scale-"));
  try {
    if (!existsSync("dist/cli/main.js")) execFileSync(process.execPath, ["scripts/build.ts"]);
    const measures = scale([300, 600], ["everyday"], folder);
    assert.deepEqual(
      measures.map(({ rows }) => rows),
      [300, 600],
    );
    for (const { rows, megabytes, single, statistics } of measures) {
      const lines = readFileSync(join(folder, `short-everyday-${rows}.jsonl`), "utf8")
        .trimEnd()
        .split("\n");
      assert.equal(lines.length, rows);
      assert.ok(lines.every(({ length }) => length > 150 && length < 2_600));
      assert.ok(megabytes > (200 * rows) / 1e6);
      for (const used of [single, statistics]) {
        assert.ok(used.cpuSeconds > 0 && used.seconds > 0);
        assert.ok(used.peakMb > 20, "the memory of the scan is accounted");
      }
    }
    assert.equal(
      scaleTable(measures)
        .split("\n")
        .filter((line) => line.startsWith("| everyday")).length,
      2,
    );
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test("the detection bench plants rules in small sets, finds most of them, and gives the same figures again", () => {
  const bases = madeSets(500, 5);
  const results = detection({ bases, seed: 5, rounds: 1, large: 1_000, largeRounds: 1 });
  const planted = results.outcomes.filter(({ target }) => target === "fixed answer" || target === "suffix");
  assert.ok(results.outcomes.length >= 10 && planted.length > 0);
  assert.ok(results.outcomes.filter(({ caught }) => caught).length >= 0.5 * results.outcomes.length);
  assert.deepEqual(
    results.clean.filter(({ alarms }) => alarms > 0),
    [],
  );
  assert.match(report(results), /\| target: suffix \| \d+\/\d+/);
  const again = (): ReturnType<typeof detection> =>
    detection({ bases: bases.slice(2), seed: 6, rounds: 1, large: 0, largeRounds: 0 });
  assert.deepEqual(again(), again());
});

test("shuffled responses give no rules, or as few as the sensitivity says", () => {
  const [few, many] = calibration(madeSets(400, 9), [0.001, 1], 9);
  assert.equal(few?.rules, 0);
  assert.ok((many?.rules ?? 9) <= 4 + 2 * Math.sqrt(4));
});

test("the bench of growing tables finds its rule and no other", () => {
  const { right, tokens } = ruleScale(10_000);
  assert.ok(right && tokens > 400_000);
});

test("Wilson's interval holds the share and narrows with the count", () => {
  const [low, high] = wilson(19, 20);
  assert.ok(low > 0.76 && low < 0.77 && high > 0.99 && high < 0.995);
  assert.deepEqual(wilson(0, 0), [0, 1]);
});

test(
  "the bench of model files judges labelled files and times a scan, with or without its peer",
  { timeout: 120_000 },
  async () => {
    const folder = mkdtempSync(join(tmpdir(), "bezoar-artifacts-"));
    try {
      if (!existsSync("dist/cli/main.js")) execFileSync(process.execPath, ["scripts/build.ts"]);
      const bad = calling("os", "system", "true");
      writeFileSync(join(folder, "bad.pkl"), bad);
      writeFileSync(join(folder, "good.pkl"), assemble(["PROTO", 4], "EMPTY_LIST", "STOP"));
      const manifest = [
        { path: "bad.pkl", format: "pickle", family: "plain", verdict: "malicious" },
        { path: "good.pkl", format: "pickle", family: "plain", verdict: "benign" },
      ];
      writeFileSync(join(folder, "manifest.json"), JSON.stringify(manifest));
      assert.match(judgedTable(await judgeFolder(folder)), /\| plain \| 1 \| 0 \| 0 \| 0 \| 0 \| 1 \|/);
      const timings = modelSpeed({ folder: join(folder, "out"), runs: 1, scale: 0.01, picklescan: "no-such-program" });
      assert.equal(timings.length, 3);
      for (const { bezoar, read, picklescan } of timings) assert.ok(bezoar > 0 && read > 0 && picklescan === undefined);
      assert.match(timingTable(timings), /not installed/);
      assert.ok(machineSpeed(20_000) > 0);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  },
);
