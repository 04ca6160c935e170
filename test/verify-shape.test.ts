// What `verify`, `lock --check` and the check of claims print with --format json has one shape, the published schema's.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { generateKeyPairSync } from "node:crypto";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { after, before, test } from "node:test";
import { Ajv2020 } from "ajv/dist/2020.js";
import { renderVerifySchema } from "../src/report/checks.ts";

let root = "";
before(() => {
  root = mkdtempSync(join(tmpdir(), "bezoar-shape-"));
});
after(() => rmSync(root, { recursive: true, force: true }));

const bezoar = (...args: string[]): { status: number | null; stdout: string; stderr: string } =>
  spawnSync(process.execPath, [resolve("src/cli/main.ts"), ...args], { cwd: root, encoding: "utf8" });

test("the published schema is the code's", () => {
  assert.equal(readFileSync("docs/reference/verify.schema.json", "utf8"), renderVerifySchema());
});

test("pins, signatures and claims are told in the published shape", () => {
  const valid = new Ajv2020({ strict: true }).compile(JSON.parse(renderVerifySchema()) as object);
  mkdirSync(join(root, "d"));
  writeFileSync(join(root, "d/train.jsonl"), '{"question":"a","answer":"b"}\n');
  const { privateKey, publicKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  writeFileSync(join(root, "k.pem"), privateKey.export({ type: "pkcs8", format: "pem" }));
  writeFileSync(join(root, "k.pub"), publicKey.export({ type: "spki", format: "pem" }));
  for (const args of [
    ["lock", "d"],
    ["sign", "d", "--key", "k.pem", "--signature", "d.sig"],
    ["attest", "scan", "d", "--key", "k.pem", "--claims", "claims.jsonl"],
  ])
    assert.equal(bezoar(...args).status, 0, args.join(" "));
  const key = ["--public-key", "k.pub"];
  const ways = [
    ["verify"],
    ["verify", "d"],
    ["lock", "--check"],
    ["verify", "d", "--signature", "d.sig", ...key],
    ["verify", "d", "--claims", "claims.jsonl", "--require", "scan", ...key],
  ];
  const shown = (verdict: string, status: number): void => {
    for (const way of ways) {
      const run = bezoar(...way, "--format", "json");
      const told = JSON.parse(run.stdout) as { verdict: string; checks: { refusals: object[]; signer?: object }[] };
      assert.ok(valid(told), `${way.join(" ")}: ${JSON.stringify(valid.errors)}`);
      assert.equal(told.verdict, verdict, way.join(" "));
      assert.equal(run.status, status, way.join(" "));
      const [check] = told.checks;
      assert.equal(told.checks.length, 1);
      assert.equal((check?.refusals.length ?? 0) > 0, verdict === "fail");
      assert.equal(
        check?.signer !== undefined && verdict === "pass",
        way.includes("--public-key") && verdict === "pass",
      );
    }
  };
  shown("pass", 0);
  writeFileSync(join(root, "d/train.jsonl"), '{"question":"a","answer":"c"}\n');
  shown("fail", 1);
  writeFileSync(join(root, "bezoar.lock"), "{}");
  const broken = bezoar("verify", "--format", "json");
  assert.ok(valid(JSON.parse(broken.stdout)), JSON.stringify(valid.errors));
  assert.equal(broken.status, 1);
});
