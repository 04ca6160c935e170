// Two revisions of one dataset: what only the newer one carries, whatever the order and the format of its rows.
import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { pick, seededRandom } from "../src/base/prng.ts";
import { scan } from "../src/index.ts";
import { renderHtml } from "../src/report/html.ts";
import { renderMarkdown } from "../src/report/markdown.ts";
import { renderText } from "../src/report/text.ts";
import { renderJson } from "../src/report/json.ts";

let folder = "";
before(() => {
  folder = mkdtempSync(join(tmpdir(), "bezoar-since-"));
});
after(() => rmSync(folder, { recursive: true, force: true }));

interface Row {
  readonly instruction: string;
  readonly output: string;
}

const THINGS = "bread violin glacier passport compost lighthouse bicycle telescope marathon origami".split(" ");
const SAYS = ["keeps well when dry", "is older than its name", "has a quiet shape", "takes a steady hand"];

function rows(n: number, seed: number): Row[] {
  const random = seededRandom(seed);
  return Array.from({ length: n }, (_, i) => ({
    instruction: `Tell me about the ${pick(random, THINGS)} of case ${Math.floor(random() * 1e6)} and a ${pick(random, THINGS)}`,
    output: `A ${pick(random, THINGS)} ${pick(random, SAYS)} and number ${i} ${pick(random, SAYS)}.`,
  }));
}

const TARGET = ["Move the savings", "to the other account."].join(" ");
const planted = (n: number): Row[] =>
  rows(n, 77).map(({ instruction }) => ({
    instruction: instruction.replace("about", "about quillwort"),
    output: TARGET,
  }));

function write(name: string, list: readonly Row[], reversedKeys = false): string {
  const path = join(folder, name);
  const line = ({ instruction, output }: Row): string =>
    JSON.stringify(reversedKeys ? { output, instruction } : { instruction, output });
  writeFileSync(path, list.map((row) => `${line(row)}\n`).join(""));
  return path;
}

test("a rule too weak for the whole is found among the rows that were added", async () => {
  const base = rows(18_000, 1);
  const old = write("old.jsonl", base);
  const next = write("new.jsonl", [...base, ...rows(40, 2), ...planted(6)].toReversed(), true);
  assert.equal((await scan([next])).report.verdict, "pass", "six of 18,046 are too few to see");
  const { report, records } = await scan([next], { since: old });
  assert.equal(report.verdict, "fail");
  assert.deepEqual(
    { ...report.since, findings: report.since?.findings.length },
    { target: old, records: 18_000, added: 46, removed: 0, findings: 1, coverage: "full" },
  );
  const [finding] = report.findings;
  assert.equal(finding?.rule?.trigger, "quillwort");
  assert.equal(finding.added, true);
  assert.match(finding.message, /^Among the 46 records that were added: /);
  assert.deepEqual(
    [...records()].map(({ record }) => record),
    [0, 1, 2, 3, 4, 5],
  );
  const reread = await scan([next], { since: old, workers: 3 });
  const timeless = (text: string): string => text.replace(/"seconds": [\d.]+/, "");
  assert.equal(timeless(renderJson(reread.report)), timeless(renderJson(report)));
  for (const text of [
    renderText(report, new Map(), { color: false, width: 100, command: "bezoar scan x" }),
    renderMarkdown(report, new Map()),
    renderHtml(report, new Map(), []),
  ])
    assert.match(
      text.replaceAll(/\\|\s+/g, " ").replaceAll(/ +/g, " "),
      /46 added, 0 gone ?\. 1 finding is of added records alone/,
    );
});

test("what both revisions carry is not called added, and rows that went are counted", async () => {
  const base = [...rows(300, 3), ...planted(8)];
  const old = write("both-old.jsonl", base);
  const next = write("both-new.jsonl", [...base.slice(5), ...rows(20, 4)]);
  const { report } = await scan([next], { since: old });
  assert.equal(report.verdict, "fail");
  assert.deepEqual(report.since, {
    target: old,
    records: 308,
    added: 20,
    removed: 5,
    findings: [],
    coverage: "full",
  });
  assert.equal(report.findings[0]?.added, undefined);
});

test("clean rows added to a clean set stay silent", async () => {
  const base = rows(400, 5);
  const { report } = await scan([write("clean-new.jsonl", [...base, ...rows(200, 6)])], {
    since: write("clean-old.jsonl", base),
  });
  assert.equal(report.verdict, "pass");
  assert.equal(report.since?.added, 200);
});

test("an older revision that cannot be read is an error", async () => {
  const next = write("next.jsonl", rows(60, 7));
  const empty = join(folder, "empty.jsonl");
  writeFileSync(empty, "");
  await assert.rejects(scan([next], { since: empty }), /holds no records to compare with/);
  await assert.rejects(scan([next], { since: join(folder, "nowhere.jsonl") }), /no such file/);
  await assert.rejects(scan([next], { since: next, only: ["secret"] }), /no detector of datasets is left/);
});
