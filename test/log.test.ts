// A checksum log over loopback HTTP: added to, served, looked up, verified and witnessed from the command line; forks,
// roll-backs, other content and reused names are refused; what is private is never named.
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import type { AddressInfo } from "node:net";
import type { Server } from "node:http";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { after, before, test } from "node:test";
import { logServer } from "../src/cli/log-server.ts";
import { LogStore } from "../src/store/log-store.ts";
import { digestsOf, renderLockfile, type LockEntry } from "../src/store/lockfile.ts";
import { parseNote, parseSigner, parseVerifier, noteSignedBy } from "../src/tlog/note.ts";

const main = resolve("src/cli/main.ts");
let root = "";
let server: Server;
let url = "";
const asked: string[] = [];
before(() => {
  root = mkdtempSync(join(tmpdir(), "bezoar-logs-"));
});
after(() => {
  server.close();
  rmSync(root, { recursive: true, force: true });
});

const bezoar = (
  args: readonly string[],
  env: NodeJS.ProcessEnv = {},
): Promise<{ status: number; stdout: string; stderr: string }> =>
  new Promise((done) => {
    execFile(
      process.execPath,
      [main, ...args],
      { cwd: root, env: { ...process.env, XDG_STATE_HOME: join(root, "state"), ...env } },
      (error, stdout, stderr) => done({ status: error ? Number(error.code ?? -1) : 0, stdout, stderr }),
    );
  });

function entry(name: string, salt: string, more: Partial<NonNullable<LockEntry["repository"]>> = {}): LockEntry {
  const files = [{ path: "train.jsonl", size: 1, sha256: salt.repeat(64) }];
  return {
    id: `hf://${name}`,
    kind: "dataset",
    source: `hf://${name}@main`,
    revision: "b".repeat(40),
    repository: { name, id: "id-1", ...more },
    ...digestsOf(files),
    files,
  };
}
const lock = (file: string, ...entries: LockEntry[]): void =>
  writeFileSync(join(root, file), renderLockfile({ entries }));

async function serve(folder: string): Promise<void> {
  server?.closeAllConnections();
  await new Promise((done) => (server ? server.close(done) : done(undefined)));
  const signer = parseSigner(readFileSync(join(root, "log.key"), "utf8"));
  assert.ok(signer);
  server = logServer(folder, new LogStore(folder, signer));
  server.on("request", (request) => asked.push((request.url ?? "").replaceAll("%2F", "/")));
  const port = url === "" ? 0 : Number(new URL(url).port);
  await new Promise<void>((done) => server.listen(port, "127.0.0.1", done));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

test("a log is made, added to, looked up, verified and witnessed", async () => {
  const made = await bezoar(["log", "keygen", "log.example/models", "--key", "log.key"]);
  assert.equal(made.status, 0, made.stderr);
  writeFileSync(join(root, "log.vkey"), made.stdout);
  assert.equal(statSync(join(root, "log.key")).mode & 0o077, 0);
  assert.equal((await bezoar(["log", "keygen", "x", "--key", "log.key"])).status, 2);
  lock(
    "bezoar.lock",
    entry("datasets/acme/sums", "1"),
    entry("datasets/acme/secret", "2", { private: true }),
    entry("datasets/inner/hidden", "3"),
  );
  const add = await bezoar(["log", "add", "bezoar.lock", "--dir", "log", "--key", "log.key"], {
    BEZOAR_NOLOG: "datasets/inner/*",
  });
  assert.equal(add.status, 0, add.stderr);
  assert.match(add.stdout, /acme\/sums@main: added\n[^]*The log holds 1 record/);
  await serve(join(root, "log"));
  const to = ["--url", url, "--log-key", "log.vkey"];
  const looked = await bezoar(["log", "lookup", ...to], { BEZOAR_NOLOG: "datasets/inner/*" });
  assert.equal(looked.status, 0, looked.stdout + looked.stderr);
  assert.match(looked.stdout, /private: its name does not leave this machine/);
  assert.ok(asked.some((path) => path.includes("acme/sums")));
  assert.ok(!asked.some((path) => /secret|hidden/.test(path)), asked.join());
  assert.equal((await bezoar(["log", "verify", ...to])).status, 0);

  const witness = await bezoar(["log", "keygen", "witness.example", "--key", "w.key", "--for-witness"]);
  writeFileSync(join(root, "w.vkey"), witness.stdout);
  const signed = await bezoar(["log", "witness", ...to, "--key", "w.key", "--state", "w.state", "-o", "cosigned.note"]);
  assert.equal(signed.status, 0, signed.stderr);
  const note = parseNote(readFileSync(join(root, "cosigned.note"), "utf8"));
  const key = parseVerifier(witness.stdout);
  assert.ok(note && key);
  assert.equal(typeof noteSignedBy(note, key), "object");
  const unwitnessed = await bezoar(["log", "verify", ...to, "--witness", "w.vkey", "--detailed-exit-code"]);
  assert.equal(unwitnessed.status, 115, unwitnessed.stdout);
});

test("other content, a reused name, a commit that is not known", async () => {
  const to = ["--url", url, "--log-key", "log.vkey", "--detailed-exit-code", "--lockfile", "other.lock"];
  lock("other.lock", entry("datasets/acme/sums", "4"));
  const other = await bezoar(["log", "lookup", ...to]);
  assert.equal(other.status, 113, other.stdout);
  assert.match(other.stdout, /you were shown other content/);
  lock("other.lock", entry("datasets/acme/sums", "1", { id: "id-2" }));
  const reused = await bezoar(["log", "lookup", ...to]);
  assert.equal(reused.status, 94, reused.stdout);
  lock("other.lock", entry("datasets/acme/unknown", "1"));
  assert.equal((await bezoar(["log", "lookup", ...to])).status, 2);
  lock("other.lock", entry("datasets/acme/sums", "4"));
  const kept = await bezoar(["log", "add", "other.lock", "--dir", "log", "--key", "log.key"]);
  assert.equal(kept.status, 2);
  assert.match(kept.stderr, /never takes back/);
});

test("a fork and a roll-back are found by whoever saw the log before", async () => {
  const to = ["--url", url, "--log-key", "log.vkey", "--detailed-exit-code"];
  cpSync(join(root, "log"), join(root, "older"), { recursive: true });
  lock("more.lock", entry("datasets/acme/two", "5"));
  await bezoar(["log", "add", "more.lock", "--dir", "log", "--key", "log.key"]);
  await serve(join(root, "log"));
  assert.equal((await bezoar(["log", "verify", ...to])).status, 0);
  await serve(join(root, "older"));
  const back = await bezoar(["log", "verify", ...to]);
  assert.equal(back.status, 111, back.stdout);
  lock("fork.lock", entry("datasets/acme/two", "6"), entry("datasets/acme/three", "7"));
  await bezoar(["log", "add", "fork.lock", "--dir", "older", "--key", "log.key"]);
  await serve(join(root, "older"));
  const fork = await bezoar(["log", "verify", ...to]);
  assert.equal(fork.status, 110, fork.stdout);
  assert.match(fork.stdout, /two histories/);
  const wrong = await bezoar(["log", "verify", "--url", url, "--log-key", "w.vkey", "--detailed-exit-code"]);
  assert.equal(wrong.status, 106, wrong.stdout);
});

test("the server gives what it writes and nothing else", async () => {
  for (const path of ["/../log.key", "/tile/0/..%2f..%2flog.key", "/tile/0/999", "/lookup/%ff", "/", "/log.key"]) {
    const answer = await fetch(`${url}${path}`);
    assert.ok(answer.status >= 400, path);
    assert.doesNotMatch(await answer.text(), /PRIVATE/);
  }
  assert.equal((await fetch(`${url}/checkpoint`, { method: "POST" })).status, 405);
  assert.equal((await bezoar(["log", "verify", "--url", "ftp://x", "--log-key", "log.vkey"])).status, 64);
  assert.equal((await bezoar(["log", "verify", "--url", url, "--log-key", "nothing"])).status, 64);
  assert.ok(existsSync(join(root, "w.state")));
});
