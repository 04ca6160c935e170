// What is kept on disk survives a kill at any moment, and a full disk: the old state is there or the new one, never half of
// it. Files of ours are struck at each call that changes the disk (test/fault.ts); the store, whose file SQLite writes, at
// moments over the whole of its work.
import assert from "node:assert/strict";
import { execFile, spawn } from "node:child_process";
import { generateKeyPairSync, randomBytes } from "node:crypto";
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { after, before, test } from "node:test";
import { logServer } from "../src/cli/log-server.ts";
import { SKETCH_BYTES } from "../src/core/record-sketch.ts";
import { LogStore } from "../src/store/log-store.ts";
import { digestsOf, renderLockfile, type LockEntry } from "../src/store/lockfile.ts";
import { ProvenanceStore } from "../src/store/provenance.ts";
import { RowIndexWriter } from "../src/store/row-index.ts";
import { signerOf, verifierText } from "../src/tlog/note.ts";

const main = resolve("src/cli/main.ts");
const fault = resolve("test/fault.ts");
let root = "";
before(() => {
  root = realpathSync(mkdtempSync(join(tmpdir(), "bezoar-struck-")));
});
after(() => rmSync(root, { recursive: true, force: true }));

interface Ended {
  readonly status: number | null;
  readonly signal: string | null;
  readonly stdout: string;
  readonly stderr: string;
}
const run = (cwd: string, args: readonly string[], env: NodeJS.ProcessEnv = {}, node: string[] = []): Promise<Ended> =>
  new Promise((done) => {
    const child = execFile(
      process.execPath,
      [...node, main, ...args],
      { cwd, env: { ...process.env, ...env } },
      (_, stdout, stderr) => done({ status: child.exitCode, signal: child.signalCode, stdout, stderr }),
    );
  });

/** Strikes each call in turn, from the first on, until a run comes through. `state` says whether old or new is there. */
async function strikeAll(
  name: string,
  make: () => string,
  args: readonly string[],
  state: (at: string) => "old" | "new",
  step = 1,
): Promise<void> {
  for (const kind of ["kill", "full"]) {
    let struck = 0;
    for (let n = 1; ; n += step) {
      assert.ok(n < 60, "it never comes through");
      const at = make();
      const ended = await run(at, args, { FAULT: kind, FAULT_AT: String(n), FAULT_UNDER: root }, ["--import", fault]);
      const now = state(at);
      if (ended.status === 0) {
        assert.equal(now, "new", `${name}: it ends well, and nothing is there`);
        break;
      }
      struck++;
      const where = `${name}, ${kind} at ${n}: ${ended.stderr}`;
      if (kind === "kill") assert.equal(ended.signal, "SIGKILL", where);
      else {
        assert.equal(ended.status, 2, where);
        assert.equal(now, "old", where);
        assert.match(ended.stderr, /could not be written: the disk is full/, where);
        const left = readdirSync(at, { recursive: true }).filter((file) => String(file).endsWith(".part"));
        assert.deepEqual(left, [], where);
      }
      // What a kill left does not stand in the way of the next run.
      if (struck % 4 !== 1) continue;
      const again = await run(at, args);
      assert.equal(again.status, 0, `${where}\n${again.stderr}`);
      assert.equal(state(at), "new", where);
    }
    assert.ok(struck >= 2, `${name}: only ${struck} calls`);
  }
}

let made = 0;
const fresh = (from: string): string => {
  const at = join(root, `copy-${made++}`);
  cpSync(from, at, { recursive: true });
  return at;
};

test("claims.jsonl keeps its old lines or has one more", { timeout: 300_000 }, async () => {
  const base = join(root, "claims");
  mkdirSync(join(base, "d"), { recursive: true });
  writeFileSync(join(base, "d/train.jsonl"), '{"question":"a","answer":"b"}\n');
  const { privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  writeFileSync(join(base, "key.pem"), privateKey.export({ type: "pkcs8", format: "pem" }));
  const args = ["attest", "scan", "d", "--key", "key.pem", "--claims", "claims.jsonl"];
  const first = await run(base, args);
  assert.equal(first.status, 0, first.stderr);
  const old = readFileSync(join(base, "claims.jsonl"), "utf8");
  await strikeAll(
    "claims",
    () => fresh(base),
    args,
    (at) => {
      const text = readFileSync(join(at, "claims.jsonl"), "utf8");
      assert.ok(text.startsWith(old));
      const lines = text.slice(old.length).split("\n").slice(0, -1);
      for (const line of lines) JSON.parse(line);
      assert.ok(text.endsWith("\n") && lines.length <= 2);
      return lines.length === 0 ? "old" : "new";
    },
    2,
  );
});

test("the client's tree head is the old one or the new one", { timeout: 300_000 }, async () => {
  const signer = signerOf("log.example/models", Buffer.alloc(32, 1));
  assert.ok(signer);
  const record = (i: number) => ({
    name: `huggingface.co/datasets/acme/set-${i}`,
    commit: i.toString(16).padStart(40, "0"),
    h1: `h1:${Buffer.alloc(32, i).toString("base64")}`,
  });
  const store = new LogStore(join(root, "log"), signer);
  store.add(record(1));
  store.publish();
  const old = store.note;
  store.add(record(2));
  store.publish();
  const server = logServer(join(root, "log"), store);
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  try {
    const base = join(root, "client");
    mkdirSync(base);
    writeFileSync(join(base, "head.note"), old);
    writeFileSync(join(base, "log.vkey"), verifierText(signer));
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    await strikeAll(
      "tree head",
      () => fresh(base),
      ["log", "verify", "--url", url, "--log-key", "log.vkey", "--state", "head.note"],
      (at) => {
        const text = readFileSync(join(at, "head.note"), "utf8");
        assert.ok(text === old || text === store.note);
        return text === old ? "old" : "new";
      },
    );
  } finally {
    server.closeAllConnections();
    server.close();
  }
});

test("the store holds all of what was added or nothing", { timeout: 300_000 }, async () => {
  const base = join(root, "store");
  const records = 10_000;
  mkdirSync(base);
  const entry = (source: string, count: number): LockEntry => {
    const rows = new RowIndexWriter(join(base, `${source}.lock.d`));
    rows.add(randomBytes(32 * count), randomBytes(SKETCH_BYTES * count));
    const files = [{ path: "train.jsonl", size: 1, sha256: randomBytes(32).toString("hex"), records: count }];
    return { id: source, kind: "dataset", source, ...digestsOf(files), rows: rows.finish() as never, files };
  };
  for (const [name, count] of [
    ["small", 50],
    ["big", records],
  ] as const)
    writeFileSync(join(base, `${name}.lock`), renderLockfile({ entries: [entry(name, count)] }));
  assert.equal((await run(base, ["store", "add", "small.lock"])).status, 0);
  const counts = (at: string): string => {
    const store = new ProvenanceStore(join(at, "bezoar.store"));
    try {
      assert.equal(store.fault(), undefined);
      return JSON.stringify(store.counts());
    } finally {
      store.close();
    }
  };
  const old = counts(base);
  const whole = fresh(base);
  const begun = performance.now();
  assert.equal((await run(whole, ["store", "add", "big.lock"])).status, 0);
  const takes = performance.now() - begun;
  const next = counts(whole);
  assert.notEqual(next, old);
  let killed = 0;
  for (let i = 0; i < 5; i++) {
    const at = fresh(base);
    const child = spawn(process.execPath, [main, "store", "add", "big.lock"], { cwd: at, stdio: "ignore" });
    const ended = new Promise((done) => child.on("exit", (_, signal) => done(signal)));
    const timer = setTimeout(() => child.kill("SIGKILL"), takes * (0.45 + 0.1 * i));
    if ((await ended) === "SIGKILL") killed++;
    clearTimeout(timer);
    assert.ok([old, next].includes(counts(at)), `killed at ${i}`);
    assert.equal((await run(at, ["store", "add", "big.lock"])).status, 0);
    assert.equal(counts(at), next, "and it goes on from there");
    rmSync(at, { recursive: true });
  }
  assert.ok(killed >= 2, `${killed} of 5 were killed in time`);

  // A disk that takes no more than so much: the limit of the shell on the size of a file, in blocks of 512 bytes.
  if (existsSync("/bin/sh"))
    for (const blocks of [200, 2_000]) {
      const at = fresh(base);
      const child = spawn(
        "/bin/sh",
        ["-c", `ulimit -f ${blocks}; exec "$0" "$@"`, process.execPath, main, "store", "add", "big.lock"],
        {
          cwd: at,
          stdio: ["ignore", "ignore", "pipe"],
        },
      );
      let stderr = "";
      child.stderr.on("data", (chunk: Buffer) => (stderr += chunk.toString()));
      const status = await new Promise((done) => child.on("exit", done));
      assert.equal(status, 2, stderr);
      assert.match(stderr, /bezoar\.store: could not be written: the disk (is full|failed)\. Nothing was added/);
      assert.equal(counts(at), old);
      rmSync(at, { recursive: true });
    }
});

test("a lock and its indexes", { timeout: 300_000 }, async () => {
  const base = join(root, "lock");
  mkdirSync(join(base, "d"), { recursive: true });
  writeFileSync(join(base, "d/train.jsonl"), '{"question":"a","answer":"b"}\n');
  assert.equal((await run(base, ["lock", "d"])).status, 0);
  const old = readFileSync(join(base, "bezoar.lock"), "utf8");
  writeFileSync(join(base, "d/train.jsonl"), '{"question":"a","answer":"b"}\n{"question":"c","answer":"d"}\n');
  await strikeAll(
    "lock",
    () => fresh(base),
    ["lock", "d"],
    (at) => (readFileSync(join(at, "bezoar.lock"), "utf8") === old ? "old" : "new"),
    4,
  );
});
