// Pinning from the command line: one text for one content, whatever the format and the number of workers; updates that
// scan only what is new; a Hub; interruptions that leave the old lockfile or the new one.
import assert from "node:assert/strict";
import { execFile, spawn } from "node:child_process";
import {
  appendFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { after, before, test } from "node:test";
import { parquetWriteBuffer } from "hyparquet-writer";
import { parseJson } from "../src/base/json.ts";
import { recordDigest } from "../src/core/record-digest.ts";
import { dirHash, omsRoot } from "../src/core/tree-digest.ts";
import { parseLockfile, type LockEntry } from "../src/store/lockfile.ts";
import type { ScanReport } from "../src/core/report.ts";
import { fakeHub } from "./fake-hub.ts";

const main = resolve("src/cli/main.ts");
let root = "";
before(() => {
  root = mkdtempSync(join(tmpdir(), "bezoar-lock-"));
});
after(() => rmSync(root, { recursive: true, force: true }));

interface Ran {
  readonly status: number;
  readonly stdout: string;
  readonly stderr: string;
}
const bezoar = (cwd: string, args: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<Ran> =>
  new Promise((done) => {
    execFile(
      process.execPath,
      [main, ...args],
      { cwd, env: { ...process.env, ...env }, maxBuffer: 1 << 28 },
      (error, stdout, stderr) => done({ status: error ? Number(error.code ?? -1) : 0, stdout, stderr }),
    );
  });

let made = 0;
function folder(files: Readonly<Record<string, string | Uint8Array>>): string {
  const path = join(root, `f${made++}`);
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(join(path, name, ".."), { recursive: true });
    writeFileSync(join(path, name), content);
  }
  return path;
}
const row = (i: number): { question: string; answer: string } => ({
  question: `What is ${i} and ${i + 1}?`,
  answer: `They are ${2 * i + 1} in all.`,
});
const jsonl = (n: number, from = 0): string =>
  Array.from({ length: n }, (_, i) => `${JSON.stringify(row(from + i))}\n`).join("");
const lockText = (at: string): string => readFileSync(join(at, "bezoar.lock"), "utf8");
function entries(at: string): readonly LockEntry[] {
  const read = parseLockfile(lockText(at));
  assert.ok("lock" in read, JSON.stringify(read));
  return read.lock.entries;
}

const hidden = [..."obey"].map((c) => String.fromCodePoint(0xe0000 + c.charCodeAt(0))).join("");

test("one content has one lockfile, and rows are recognised in every format that holds them", async () => {
  const rows = Array.from({ length: 30 }, (_, i) => row(i));
  const at = folder({
    "json/train.jsonl": jsonl(30),
    "turned/train.jsonl": rows
      .map(({ question, answer }) => `${JSON.stringify({ answer, question, note: null })}\n`)
      .join(""),
    "list/train.json": JSON.stringify(rows, null, 2),
    "table/train.csv": `question,answer\n${rows.map(({ question, answer }) => `"${question}","${answer}"`).join("\n")}\n`,
    "columns/train.parquet": new Uint8Array(
      parquetWriteBuffer({
        columnData: [
          { name: "question", data: rows.map(({ question }) => question) },
          { name: "answer", data: rows.map(({ answer }) => answer) },
        ],
      }),
    ),
  });
  const targets = ["json", "turned", "list", "table", "columns"];
  const run = await bezoar(at, ["lock", ...targets, "--workers", "1"]);
  assert.equal(run.status, 0, run.stdout + run.stderr);
  const roots = new Set(entries(at).map(({ rows: committed }) => `${committed?.count} ${committed?.root}`));
  assert.equal(roots.size, 1, [...roots].join());
  assert.match([...roots][0] ?? "", /^30 /);
  assert.equal(new Set(entries(at).map(({ h1 }) => h1)).size, 5);
  const first = lockText(at);
  rmSync(join(at, "bezoar.lock"));
  await bezoar(at, ["lock", ...targets.toReversed(), "--workers", "2"]);
  assert.equal(lockText(at), first);
  assert.equal((await bezoar(at, ["verify", "--require-pass"])).status, 0);
  assert.equal((await bezoar(at, ["lock", "--check"])).status, 0);
});

test("a file that is read in parts is pinned as one that is not", async () => {
  const text = jsonl(260_000);
  assert.ok(text.length > 17 * 1024 * 1024);
  const at = folder({ "train.jsonl": text });
  const run = await bezoar(at, ["lock", "train.jsonl", "--workers", "2"]);
  assert.equal(run.status, 0, run.stdout + run.stderr);
  const [entry] = entries(at);
  assert.equal(entry?.rows?.count, 260_000);
  const index = readFileSync(join(at, "bezoar.lock.d", `rows-${entry.rows.root.slice(0, 32)}.bin`));
  for (const i of [0, 1, 130_000, 259_999])
    assert.deepEqual(
      index.subarray(i * 32, i * 32 + 32),
      Buffer.from(recordDigest({ value: row(i) }, new Uint8Array(0))),
    );
});

test("an update says which records changed, and looks only at those", async () => {
  const at = folder({ "train.jsonl": jsonl(50) + `${JSON.stringify({ question: `What?${hidden}`, answer: "x" })}\n` });
  assert.equal((await bezoar(at, ["lock", "train.jsonl"])).status, 1, "the scan fails");
  const [poisoned] = entries(at);
  assert.equal(poisoned?.scan?.verdict, "fail");
  const same = await bezoar(at, ["lock", "update"]);
  assert.match(same.stdout, /Nothing changed/);
  appendFileSync(join(at, "train.jsonl"), jsonl(2, 90));
  const lines = readFileSync(join(at, "train.jsonl"), "utf8").split("\n");
  lines[3] = JSON.stringify({ ...row(3), answer: "Something else." });
  lines.splice(10, 1);
  writeFileSync(join(at, "train.jsonl"), lines.join("\n"));
  const run = await bezoar(at, ["lock", "update", "--format", "json"]);
  const [pinned] = (JSON.parse(run.stdout) as { pinned: { rowChanges: object; scan: LockEntry["scan"] }[] }).pinned;
  assert.deepEqual(pinned?.rowChanges, {
    added: 2,
    removed: 1,
    altered: 1,
    moved: 0,
    sample: { added: [3, 50, 51], removed: [3, 10] },
  });
  // The old row that fails was not looked at again; what was said of it stands.
  assert.equal(pinned?.scan?.verdict, "fail");
  assert.equal(pinned?.scan?.since, poisoned?.scan?.report);
  const report = JSON.parse(
    readFileSync(join(at, "bezoar.lock.d", `report-${pinned?.scan?.report.slice(0, 32)}.json`), "utf8"),
  ) as { findings: unknown[]; verdict: string };
  assert.deepEqual([report.verdict, report.findings], ["pass", []]);
  assert.equal(run.status, 1);
});

test("a repository is pinned by commit and identity, and a poisoned row that is added is found by an update", async () => {
  const hub = await fakeHub({
    repos: {
      "datasets/acme/sums": {
        files: { "README.md": "---\nlicense: mit\n---\n", "train.jsonl": jsonl(40) },
        identity: "id-1",
        ownerId: "owner-1",
        license: "mit",
      },
      "acme/adapter": {
        files: { "adapter_config.json": '{"base_model_name_or_path":"acme/base"}', "README.md": "# A\n" },
        private: true,
      },
    },
    token: "hf_t",
  });
  try {
    const at = folder({ "x.txt": "x\n" });
    const env = { ...hub.env, HF_TOKEN: "hf_t" };
    const run = await bezoar(at, ["lock", "hf://datasets/acme/sums@main", "hf://acme/adapter", "--no-scan"], env);
    assert.equal(run.status, 0, run.stderr);
    const [adapter, sums] = entries(at);
    assert.deepEqual(
      [sums?.id, sums?.source, sums?.kind, sums?.licence, sums?.revision, sums?.repository],
      [
        "hf://datasets/acme/sums",
        "hf://datasets/acme/sums@main",
        "dataset",
        "mit",
        hub.commitOf("datasets/acme/sums"),
        { name: "datasets/acme/sums", id: "id-1", ownerId: "owner-1" },
      ],
    );
    assert.deepEqual([adapter?.kind, adapter?.repository?.private], ["adapter", true]);
    assert.equal((await bezoar(at, ["lock", "hf://datasets/acme/sums@main"], env)).status, 0);
    hub.push("datasets/acme/sums", {
      "README.md": "---\nlicense: mit\n---\n",
      "train.jsonl": jsonl(40) + JSON.stringify({ question: `Add?${hidden}`, answer: "y" }) + "\n",
    });
    const drift = await bezoar(at, ["lock", "--check", "hf://datasets/acme/sums@main", "--detailed-exit-code"], env);
    assert.equal(drift.status, 90, drift.stdout);
    const since = await bezoar(
      at,
      ["scan", "hf://datasets/acme/sums@main", "--since", "bezoar.lock", "--format", "json"],
      env,
    );
    const { since: compared } = JSON.parse(since.stdout) as ScanReport;
    assert.deepEqual([compared?.added, compared?.removed], [1, 0]);
    assert.match(compared?.target ?? "", /@[0-9a-f]{40}$/);
    assert.equal((await bezoar(at, ["scan", "x.txt", "--since", "bezoar.lock"], env)).status, 64);
    // The pinned commit is still what it was.
    assert.equal((await bezoar(at, ["verify"], env)).status, 0);
    const update = await bezoar(at, ["lock", "update", "hf://datasets/acme/sums@main"], env);
    assert.equal(update.status, 1, update.stdout + update.stderr);
    assert.match(update.stdout, /records: 1 added, 0 removed, 0 altered, 0 moved/);
    assert.equal((await bezoar(at, ["lock", "--check"], env)).status, 0);
  } finally {
    await hub.close();
  }
});

test("mistakes are told: nothing named, a lockfile that was edited, what cannot be pinned", async () => {
  const at = folder({ "train.jsonl": jsonl(3) });
  assert.equal((await bezoar(at, ["lock"])).status, 64);
  assert.equal((await bezoar(at, ["lock", "-"])).status, 64);
  assert.equal((await bezoar(at, ["lock", "update"])).status, 64);
  assert.equal((await bezoar(at, ["verify"])).status, 2);
  assert.equal((await bezoar(at, ["lock", "nowhere"])).status, 2);
  await bezoar(at, ["lock", "train.jsonl"]);
  appendFileSync(join(at, "bezoar.lock"), " ");
  const before = lockText(at);
  const run = await bezoar(at, ["lock", "train.jsonl"]);
  assert.equal(run.status, 2);
  assert.match(run.stderr, /edited or reformatted.*Nothing was written/);
  assert.equal(lockText(at), before);
  assert.equal((await bezoar(at, ["verify", "--detailed-exit-code"])).status, 68);
  const twins = folder({ "d/a.jsonl": jsonl(3), "d/A.jsonl": jsonl(4) });
  const refused = await bezoar(twins, ["lock", "d"]);
  assert.equal(refused.status, 1);
  assert.match(refused.stdout, /lock-collision: .*differ in case alone/);
  assert.ok(!existsSync(join(twins, "bezoar.lock")));
  const json = await bezoar(twins, ["lock", "d", "--format", "json", "--kind", "model"]);
  assert.equal((JSON.parse(json.stdout) as { verdict: string }).verdict, "fail");
});

test("killed at any moment, the old lockfile or the new one is there", { timeout: 120_000 }, async () => {
  const at = folder({ "d/train.jsonl": jsonl(4_000) });
  await bezoar(at, ["lock", "d"]);
  const old = lockText(at);
  appendFileSync(join(at, "d/train.jsonl"), jsonl(4_000, 9_000));
  const whole = join(root, "whole");
  cpSync(at, whole, { recursive: true });
  const begun = performance.now();
  await bezoar(whole, ["lock", "d"]);
  const takes = performance.now() - begun;
  const next = lockText(whole);
  assert.notEqual(next, old);
  for (let i = 0; i < 6; i++) {
    const copy = join(root, `killed-${i}`);
    cpSync(at, copy, { recursive: true });
    const child = spawn(process.execPath, [main, "lock", "d"], { cwd: copy, stdio: "ignore" });
    const ended = new Promise((done) => child.on("exit", done));
    const timer = setTimeout(() => child.kill(i % 2 === 0 ? "SIGKILL" : "SIGINT"), takes * (0.4 + 0.11 * i));
    await ended;
    clearTimeout(timer);
    assert.ok([old, next].includes(lockText(copy)), `killed-${i}`);
    assert.deepEqual(
      readdirSync(copy).filter((name) => name.endsWith(".part") && i % 2 === 1),
      [],
    );
    const check = await bezoar(copy, ["verify"]);
    assert.equal(check.status, lockText(copy) === next ? 0 : 1, check.stdout);
  }
});

test("the vectors of the specifications hold", () => {
  const page = readFileSync("docs/specs/record-digest.md", "utf8");
  const vectors = [...page.matchAll(/^\| `(.+?)` \| `(.+?)` \| `([0-9a-f]{64})` \|$/gm)];
  assert.ok(vectors.length >= 6);
  for (const [, text = "", , digest] of vectors)
    assert.equal(Buffer.from(recordDigest(parseJson(text), new Uint8Array(0))).toString("hex"), digest, text);
  const broken = /^\| broken: the bytes `(.+?)` \| \| `([0-9a-f]{64})` \|$/m.exec(page);
  assert.equal(
    Buffer.from(recordDigest({ value: "", problem: "x" }, Buffer.from(broken?.[1] ?? ""))).toString("hex"),
    broken?.[2],
  );
  const lock = readFileSync("docs/specs/lockfile.md", "utf8");
  const files = [
    { path: "a.txt", sha256: "87428fc522803d31065e7bce3cf03fe475096631e5e07bbd7a0fde60c4cf25c7" },
    { path: "b/c.txt", sha256: "a3a5e715f0cc574a73c3f9bebb6bc24f32ffd5b67b387244c2c909da779a1478" },
  ];
  assert.ok(lock.includes(`\`${dirHash(files)}\``));
  assert.ok(lock.includes(`\`${omsRoot(files)}\``));
});
