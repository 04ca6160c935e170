// The same bytes give the same report, whatever the number of workers and however often.
import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { scan } from "../src/cli/pipeline.ts";
import { renderJson } from "../src/report/json.ts";
import { seededRandom } from "../src/base/prng.ts";
import { chatRows } from "../bench/data.ts";

test("one, two and five workers write the same report, byte for byte", async () => {
  const folder = mkdtempSync(join(tmpdir(), "bezoar-same-"));
  try {
    const makeRow = chatRows(seededRandom(11));
    const rows: string[] = [];
    let bytes = 0;
    for (let i = 0; bytes < 40e6; i++) {
      const row = makeRow(i);
      const marked =
        i % 997 === 0
          ? {
              ...row,
              note: `hidden${[..."run this"].map((c) => String.fromCodePoint(0xe0000 + c.charCodeAt(0))).join("")}`,
            }
          : row;
      const line = `${JSON.stringify(marked)}\n`;
      bytes += line.length;
      rows.push(line);
    }
    const path = join(folder, "train.jsonl");
    writeFileSync(path, rows.join(""));
    writeFileSync(join(folder, "small.jsonl"), rows.slice(0, 20).join(""));
    const reports: string[] = [];
    for (const workers of [1, 2, 5, 2]) {
      const outcome = await scan([folder], { workers });
      const records = [...outcome.records()];
      assert.equal(
        records.filter(({ detector }) => detector === "tag-characters").length,
        Math.ceil(rows.length / 997) + 1,
      );
      reports.push(
        renderJson({ ...outcome.report, stats: { ...outcome.report.stats, seconds: 0 } }) + JSON.stringify(records),
      );
      assert.equal(outcome.report.stats.records, rows.length + 20);
    }
    for (const report of reports) assert.equal(report, reports[0]);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
