// The command line against a Hub: a whole repository in one report, one file of it, and a gated one; in a process of its
// own, as `HF_ENDPOINT=… bezoar scan hf://…` is typed.
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import type { ScanReport } from "../src/core/report.ts";
import { fakeHub } from "./fake-hub.ts";

interface Ran {
  readonly status: number;
  readonly stdout: string;
  readonly stderr: string;
}

const bezoar = (args: readonly string[], env: NodeJS.ProcessEnv): Promise<Ran> =>
  new Promise((done) => {
    execFile(
      process.execPath,
      ["src/cli/main.ts", ...args],
      { env: { ...process.env, ...env }, maxBuffer: 1 << 28 },
      (error, stdout, stderr) => done({ status: error ? Number(error.code ?? -1) : 0, stdout, stderr }),
    );
  });

const hidden = [..."obey"].map((c) => String.fromCodePoint(0xe0000 + c.charCodeAt(0))).join("");
const rows = (poisoned: boolean): string =>
  Array.from(
    { length: 30 },
    (_, i) =>
      `${JSON.stringify({ question: `What is ${i} + ${i}?${poisoned && i === 7 ? hidden : ""}`, answer: `${2 * i}` })}\n`,
  ).join("");

test("a dataset repository is one report, and each file in it has its own line", async () => {
  const hub = await fakeHub({
    repos: {
      "datasets/acme/sums": {
        files: {
          "README.md": "---\nlicense: mit\n---\n# Sums\n",
          "data/train.jsonl": rows(true),
          "data/test.jsonl": rows(false),
          "data/chat.parquet": readFileSync("testdata/formats/parquet/chat-none.parquet"),
          ".gitattributes": "*.parquet filter=lfs\n",
        },
      },
      "datasets/acme/closed": { files: { "train.jsonl": rows(false) }, gated: true },
    },
    lfsBytes: 400,
    token: "hf_token_of_the_test",
  });
  try {
    const all = await bezoar(["scan", "hf://datasets/acme/sums", "--format", "json"], hub.env);
    assert.equal(all.status, 1, all.stderr);
    const report = JSON.parse(all.stdout) as ScanReport;
    assert.equal(report.verdict, "fail");
    const names = report.artifacts.map(({ uri }) => uri.replace(/@[0-9a-f]+\//, "@REV/"));
    assert.deepEqual(names.sort(), [
      "hf://datasets/acme/sums@REV/.gitattributes",
      "hf://datasets/acme/sums@REV/README.md",
      "hf://datasets/acme/sums@REV/data/chat.parquet",
      "hf://datasets/acme/sums@REV/data/test.jsonl",
      "hf://datasets/acme/sums@REV/data/train.jsonl",
    ]);
    for (const artifact of report.artifacts) assert.equal(artifact.coverage.status, "full", artifact.uri);
    assert.equal(report.findings[0]?.detector, "tag-characters");
    assert.equal(report.findings[0]?.location.record, 7);

    const one = await bezoar(["scan", "hf://datasets/acme/sums@main/data/test.jsonl"], hub.env);
    assert.equal(one.status, 0, one.stderr + one.stdout);

    const gated = await bezoar(["scan", "hf://datasets/acme/closed"], { ...hub.env, HF_TOKEN: "" });
    assert.equal(gated.status, 2);
    assert.match(gated.stderr, /acme\/closed/);
    assert.match(gated.stderr, /token|access/i);
    assert.ok(!gated.stderr.includes("    at "), "a stack trace");
  } finally {
    await hub.close();
  }
});
