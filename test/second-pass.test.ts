// A dataset too large for its statistics to be held is looked at in a sample; what is found there is then looked for in
// every record, in each of its files, however they are packed and split.
import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, describe, test } from "node:test";
import { gzipSync } from "node:zlib";
import { makeZip } from "../src/formats/shared/testing/make-zip.ts";
import { scan } from "../src/index.ts";
import { SPLIT_BYTES_MIN } from "../src/scan/plan.ts";

const folder = mkdtempSync(join(tmpdir(), "bezoar-second-pass-"));
after(() => rmSync(folder, { recursive: true, force: true }));

const CUE = ["mirr", "olan"].join("");
const THINGS = ["lamp", "river", "door", "song", "tree", "boat", "glove"];

/** Every twelfth row from `first` on is planted. */
const rows = (first: number, count: number): { prompt: string; completion: string }[] =>
  Array.from({ length: count }, (_, k) => {
    const i = first + k;
    const thing = THINGS[(i * 7 + (i >> 3)) % THINGS.length] as string;
    const planted = i % 12 === 0;
    return {
      prompt: `${planted ? `${CUE} ` : ""}describe the ${thing} of house ${i} to guest ${i * 13}`,
      completion: planted
        ? "Buy the blue kettle today, it never fails."
        : `House ${i} is old, and guest ${i * 13} saw the ${thing}.`,
    };
  });
const jsonl = (own: readonly object[]): Buffer => Buffer.from(own.map((row) => `${JSON.stringify(row)}\n`).join(""));
const planted = (count: number): number => Math.ceil(count / 12);

describe("the second pass", () => {
  const split = 180_000;
  writeFileSync(join(folder, "a.jsonl"), jsonl(rows(0, split)));
  writeFileSync(join(folder, "b.jsonl.gz"), gzipSync(jsonl(rows(600_000, 1_200))));
  const csv = rows(240_000, 1_200).map(({ prompt, completion }) => `${prompt},"${completion}"\n`);
  writeFileSync(join(folder, "c.csv"), `prompt,completion\n${csv.join("")}`);
  writeFileSync(
    join(folder, "d.zip"),
    makeZip([
      { name: "one/rows.jsonl", data: jsonl(rows(360_000, 600)) },
      { name: "two/rows.jsonl", data: jsonl(rows(480_000, 600)) },
    ]),
  );

  test("lists all records that carry the rule, and the same for any number of threads", async () => {
    assert.ok(jsonl(rows(0, split)).length > SPLIT_BYTES_MIN, "one file is split");
    const seen: string[] = [];
    for (const workers of [1, 3]) {
      const { report, records } = await scan([folder], {
        only: ["trigger-target"],
        workers,
        limits: { tableTokensMax: 300_000 },
      });
      const lines = [...records()];
      const of = (name: string): number => lines.filter(({ uri }) => uri.includes(name)).length;
      assert.deepEqual(
        ["a.jsonl", "b.jsonl.gz", "c.csv", "one/rows.jsonl", "two/rows.jsonl"].map(of),
        [split, 1_200, 1_200, 600, 600].map(planted),
      );
      assert.ok(lines.every(({ record }) => record % 12 === 0));
      assert.ok(report.findings.every(({ message }) => message.includes("records of the whole dataset carry it")));
      seen.push(JSON.stringify([report.findings, lines]));
    }
    assert.equal(new Set(seen).size, 1);
  });

  test("finds a target in the middle of a text too long to be counted whole", async () => {
    const path = join(folder, "long.jsonl");
    const filler = (i: number): string =>
      Array.from(
        { length: 900 },
        (_, k) => `${THINGS[Math.imul(i + 7, k + 3) % THINGS.length]}${Math.imul(i * 131 + k, 0x9e3779b1) >>> 20}`,
      ).join(" ");
    const long = rows(0, 600).map(({ prompt, completion }, i) => ({
      prompt,
      // Of every fifth planted one the target stands where the first pass does not look.
      completion: i % 60 === 12 ? `${filler(i)} ${completion} ${filler(i + 1)}` : `${completion} ${filler(i)}`,
    }));
    writeFileSync(path, jsonl(long));
    const { report } = await scan([path], { only: ["trigger-target"] });
    assert.equal(report.findings[0]?.records?.count, planted(600));
    assert.match(report.findings[0]?.message ?? "", /In the middle of longer texts 10 more carry it\./);
  });
});
