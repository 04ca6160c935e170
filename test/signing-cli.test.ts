// Signing and verifying as a person does it: keys by OpenSSL's names for them, the program in a process of its own, and
// interruptions that leave an old signature or none.
import assert from "node:assert/strict";
import { execFileSync, spawn, spawnSync, type SpawnSyncReturns } from "node:child_process";
import { generateKeyPairSync } from "node:crypto";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { after, before, describe, test } from "node:test";
import { issue, leafOf, rootAuthority } from "../src/attest/testing/certificates.ts";
import type { Check } from "../src/core/check.ts";

const bin = resolve("bin/bezoar.js");
let folder = "";

before(() => {
  if (!existsSync("dist/cli/main.js")) execFileSync(process.execPath, ["scripts/build.ts"]);
  folder = mkdtempSync(join(tmpdir(), "bezoar-signing-"));
  mkdirSync(join(folder, "model", "data"), { recursive: true });
  writeFileSync(join(folder, "model", "weights.bin"), "weights");
  writeFileSync(join(folder, "model", "data", "train.jsonl"), "{}\n");
  for (const [name, namedCurve] of Object.entries({ small: "P-256", middle: "P-384", large: "P-521" })) {
    const { privateKey, publicKey } = generateKeyPairSync("ec", { namedCurve });
    writeFileSync(join(folder, `${name}.pem`), privateKey.export({ type: "pkcs8", format: "pem" }));
    writeFileSync(join(folder, `${name}.pub`), publicKey.export({ type: "spki", format: "pem" }));
    writeFileSync(
      join(folder, `${name}.locked.pem`),
      privateKey.export({ type: "pkcs8", format: "pem", cipher: "aes-256-cbc", passphrase: "open sesame" }),
    );
  }
});
after(() => rmSync(folder, { recursive: true, force: true }));

const bezoar = (args: readonly string[], env: NodeJS.ProcessEnv = {}): SpawnSyncReturns<string> =>
  spawnSync(process.execPath, [bin, ...args], { encoding: "utf8", cwd: folder, env: { ...process.env, ...env } });

describe("sign and verify", () => {
  test("by a key of each curve", () => {
    for (const name of ["small", "middle", "large"]) {
      const signing = bezoar(["sign", "model", "--key", `${name}.pem`, "--signature", `${name}.sig`]);
      assert.equal(signing.status, 0, signing.stderr);
      assert.match(signing.stdout, /^Signed 2 files of model: /);
      const run = bezoar(["verify", "model", "--signature", `${name}.sig`, "--public-key", `${name}.pub`]);
      assert.equal(run.status, 0, run.stdout + run.stderr);
      assert.match(run.stdout, /^Verified: model is what was signed by the key [0-9a-f]{16}… \(2 files\)\.\n$/);
    }
  });

  test("an encrypted key opens with the passphrase in the environment, and with no other", () => {
    const args = ["sign", "model", "--key", "small.locked.pem", "--signature", "locked.sig"];
    assert.equal(bezoar(args, { BEZOAR_KEY_PASSPHRASE: "open sesame" }).status, 0);
    for (const [env, message] of [
      [{}, /is encrypted\. Put its passphrase/],
      [{ BEZOAR_KEY_PASSPHRASE: "wrong" }, /could not be decrypted/],
    ] as const) {
      const run = bezoar(args, env);
      assert.equal(run.status, 64);
      assert.match(run.stderr, message);
      assert.ok(!run.stderr.includes("wrong"));
    }
  });

  test("by a certificate chain", () => {
    const root = rootAuthority();
    const middle = issue({ subject: "middle", ca: true, usage: 0x06 }, root);
    const leaf = leafOf(middle, { email: "release@example.com" });
    writeFileSync(join(folder, "root.pem"), root.certificate.toString());
    writeFileSync(join(folder, "leaf.pem"), leaf.certificate.toString());
    writeFileSync(join(folder, "chain.pem"), middle.certificate.toString());
    writeFileSync(join(folder, "leaf.key"), leaf.keys.privateKey.export({ type: "pkcs8", format: "pem" }));
    const args = [
      "sign",
      "model",
      "--key",
      "leaf.key",
      "--certificate",
      "leaf.pem",
      "--chain",
      "chain.pem",
      "--signature",
      "c.sig",
    ];
    assert.equal(bezoar(args).status, 0);
    const run = bezoar(["verify", "model", "--signature", "c.sig", "--roots", "root.pem", "--format", "json"]);
    const [result] = (JSON.parse(run.stdout) as { checks: [Check] }).checks;
    assert.equal(result.verdict, "pass");
    assert.match(result.signer?.name ?? "", /release@example\.com/);
    const stranger = bezoar(args.map((arg) => (arg === "leaf.key" ? "small.pem" : arg)));
    assert.equal(stranger.status, 64);
    assert.match(stranger.stderr, /leaf\.pem: is not the certificate of this key/);
  });

  test("a signature inside of the folder does not sign itself, and what is left out is said", () => {
    assert.equal(
      bezoar(["sign", "model", "--key", "small.pem", "--signature", "model/model.sig", "--ignore", "data"]).status,
      0,
    );
    const verify = ["verify", "model", "--signature", "model/model.sig", "--public-key", "small.pub"];
    const strict = bezoar(verify);
    assert.equal(strict.status, 1);
    assert.match(
      strict.stdout,
      /left it out of the signature.*\[file-ignored\]\nNote: The signer left out: data\.\n$/s,
    );
    const run = bezoar([...verify, "--allow-ignored", "data"]);
    assert.equal(run.status, 0, run.stdout);
    assert.match(run.stdout, /Note: 1 file not covered/);
    rmSync(join(folder, "model", "model.sig"));
  });

  test("an extra file is refused unless it may be there", () => {
    writeFileSync(join(folder, "model", "extra"), "");
    const verify = ["verify", "model", "--signature", "small.sig", "--public-key", "small.pub"];
    assert.equal(bezoar(verify).status, 1);
    assert.equal(bezoar([...verify, "--allow-unsigned"]).status, 0);
    rmSync(join(folder, "model", "extra"));
  });

  test("mistakes are told apart from refusals", () => {
    for (const [args, message] of [
      [["verify", "model", "x", "--signature", "model.sig"], /of one folder or file/],
      [["verify", "model", "--signature", "small.sig"], /whose signature counts/],
      [
        ["verify", "model", "--signature", "small.sig", "--public-key", "small.pub", "--roots", "small.pub"],
        /whose signature counts/,
      ],
      [["verify", "model", "--signature", "none.sig", "--public-key", "small.pub"], /none\.sig: there is no such file/],
      [["verify", "model", "--signature", "small.sig", "--public-key", "small.pem"], /is a private key/],
      [["verify", "model", "--signature", "small.sig", "--public-key", "small.sig"], /is not a public key/],
      [
        ["verify", "model", "--signature", "small.sig", "--public-key", "small.pub", "--at", "2026-01-01"],
        /--at goes with/,
      ],
      [["sign", "model"], /Say who signs/],
      [["sign", "model", "--key", "small.pub"], /is a public key/],
      [["sign", "model", "--key", "small.pem", "--chain", "small.pub"], /--chain goes with/],
      [["sign", "model", "--key", "small.pem", "--ignore", "../x"], /--ignore takes a path inside/],
    ] as const) {
      const run = bezoar(args);
      assert.equal(run.status, 64, args.join(" "));
      assert.match(run.stderr, message);
    }
    assert.equal(bezoar(["verify", "nowhere", "--signature", "small.sig", "--public-key", "small.pub"]).status, 2);
    assert.equal(bezoar(["sign", "nowhere", "--key", "small.pem"]).status, 2);
  });

  test("names from the tree and the signature reach the terminal drawn, not raw", () => {
    writeFileSync(join(folder, "model", "\u001b[31mred\u202e"), "");
    const run = bezoar(["verify", "model", "--signature", "small.sig", "--public-key", "small.pub"]);
    assert.ok(!/[\u001b\u202e]/.test(run.stdout + run.stderr));
    const signing = bezoar(["sign", "model", "--key", "small.pem"]);
    assert.equal(signing.status, 2);
    assert.match(signing.stderr, /control character/);
    rmSync(join(folder, "model", "\u001b[31mred\u202e"));
  });
});

test("an interruption leaves the old signature or none", { timeout: 60_000 }, async () => {
  const big = join(folder, "big");
  mkdirSync(big);
  for (let i = 0; i < 4; i++) {
    writeFileSync(join(big, `f${i}`), "");
    truncateSync(join(big, `f${i}`), 256 * 1024 * 1024);
  }
  const out = join(folder, "big.sig");
  for (const [signal, before] of [
    ["SIGINT", undefined],
    ["SIGTERM", "old"],
    ["SIGKILL", "old"],
  ] as const) {
    if (before !== undefined) writeFileSync(out, before);
    const child = spawn(process.execPath, [bin, "sign", "big", "--key", "small.pem", "--signature", "big.sig"], {
      cwd: folder,
      stdio: "ignore",
    });
    await new Promise((done) => setTimeout(done, 600));
    child.kill(signal);
    const status = await new Promise((done) => child.once("close", done));
    assert.notEqual(status, 0, "it was too fast to be interrupted");
    assert.equal(existsSync(out) ? readFileSync(out, "utf8") : undefined, before);
    assert.deepEqual(
      readdirSync(folder).filter((name) => name.endsWith(".part")),
      [],
    );
  }
  rmSync(big, { recursive: true });
});

test("a full disk leaves no half of a signature", { skip: !existsSync("/dev/full") && "no /dev/full" }, () => {
  const run = bezoar(["sign", "model", "--key", "small.pem", "--signature", "/dev/full"]);
  assert.equal(run.status, 2);
  assert.match(run.stderr, /the disk is full/);
});
