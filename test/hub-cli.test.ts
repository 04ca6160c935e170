// The command line against a Hub: a whole repository in one report, one file of it, and a gated one; in a process of its
// own, as `HF_ENDPOINT=… bezoar scan hf://…` is typed.
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import type { ScanReport } from "../src/core/report.ts";
import { calling } from "../src/formats/pickle/testing/assemble.ts";
import { makeZip } from "../src/formats/shared/testing/make-zip.ts";
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

test("a model repository: its programs, what they lack, and a large file that costs its pickle and is waived by digest", async () => {
  const model = makeZip([
    { name: "m/data.pkl", data: calling("builtins", "print", "x"), stored: true },
    { name: "m/data/0", data: Buffer.alloc(24 << 20, 1), stored: true },
  ]);
  const sha256 = createHash("sha256").update(model).digest("hex");
  const hub = await fakeHub({
    repos: {
      "acme/net": {
        files: {
          "config.json": JSON.stringify({
            model_type: "net",
            auto_map: { AutoModel: "modeling_net.Net", AutoConfig: "someone/else--configuration_net.Config" },
          }),
          "modeling_net.py":
            "import torch\nfrom .layers import Layer\nfrom .missing import Gone\n\n\nclass Net(torch.nn.Module):\n    pass\n",
          "layers.py": "import os\n\nos.system('true')\n",
          "pytorch_model.bin": model,
        },
      },
    },
    lfsBytes: 1_000_000,
  });
  const folder = mkdtempSync(join(tmpdir(), "bezoar-hub-"));
  try {
    const scan = async (...more: string[]): Promise<ScanReport> =>
      JSON.parse((await bezoar(["scan", "hf://acme/net", "--format", "json", ...more], hub.env)).stdout) as ScanReport;
    const report = await scan();
    assert.equal(report.verdict, "fail");
    const found = (name: string): string[] =>
      report.findings
        .filter(({ location }) => location.uri.endsWith(name))
        .map(({ detector, severity }) => `${detector} ${severity}`);
    assert.ok(found("/config.json").includes("executable-config high"), found("/config.json").join());
    assert.ok(found("/layers.py").length > 0);
    assert.deepEqual(found("/pytorch_model.bin!m/data.pkl"), ["unlisted-pickle-call high"]);
    const notes = (name: string): string =>
      report.artifacts.find(({ uri }) => uri.endsWith(name))?.notes?.join(" ") ?? "";
    assert.match(notes("/config.json"), /not there to be looked at: .missing\.py.\.$/);
    assert.match(notes("/pytorch_model.bin"), /the one its repository declares/);
    const sent = hub.requests.reduce((sum, request) => sum + request.sent, 0);
    assert.ok(sent < 2 << 20, `${sent} bytes were fetched`);

    const settings = join(folder, "bezoar.yaml");
    const waived = async (digest: string): Promise<number> => {
      writeFileSync(
        settings,
        `waivers:\n  - detector: unlisted-pickle-call\n    sha256: "${digest}"\n    reason: ours\n    owner: us\n    expires: 2999-01-01\n`,
      );
      const { findings } = await scan("--config", settings);
      return findings.filter((finding) => finding.waived).length;
    };
    assert.equal(await waived(sha256), 1);
    assert.equal(await waived("0".repeat(64)), 0);
  } finally {
    rmSync(folder, { recursive: true, force: true });
    await hub.close();
  }
});
