// Envelopes against the protocol's own vector, signatures of another implementation's releases, and the shape of what may
// be believed.
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { describe, test } from "node:test";
import { canonicalJson } from "../base/canonical.ts";
import { certificatesOf } from "./certificate.ts";
import { IN_TOTO_JSON, pae, paeOfModelSigning02 } from "./dsse.ts";
import { badName, clashes } from "./file-names.ts";
import { publicKey } from "./keys.ts";
import { compareNames, modelStatement, readModelManifest, treeSubject } from "./model-signing.ts";
import { Refused } from "../core/refusal.ts";
import { keySigner } from "./signer.ts";
import { parseStatement, payloadOf } from "./statement.ts";
import { keyPair } from "./testing/certificates.ts";
import { Verified, verifyBundle, type Trust } from "./verified.ts";

const vector = (name: string): Buffer => readFileSync(`testdata/vectors/model-signing/${name}`);

test("the pre-authentication encoding is that of the protocol", () => {
  assert.equal(
    pae("http://example.com/HelloWorld", Buffer.from("hello world")).toString(),
    "DSSEv1 29 http://example.com/HelloWorld 11 hello world",
  );
  // Lengths count bytes, not characters.
  assert.equal(pae("é", Buffer.from("ü")).toString(), "DSSEv1 2 é 2 ü");
  assert.equal(
    paeOfModelSigning02(IN_TOTO_JSON, Buffer.from('{"a":"\'\\\n\u00e9"}')).toString(),
    `DSSEV1 28 ${IN_TOTO_JSON} 13 b'{"a":"\\'\\\\\\n\\xc3\\xa9"}'`,
  );
});

describe("signatures of other releases", () => {
  const key = publicKey(vector("key.pub").toString(), "key.pub");
  const roots = certificatesOf(vector("intermediate.pem").toString(), "intermediate.pem");
  const byKey: Trust = { type: "key", key };
  const byRoot: Trust = { type: "certificate", roots, at: new Date("2026-06-30") };
  const refusedWith = (code: string) => (error: unknown) => error instanceof Refused && error.code === code;

  test("1.1 by key and by certificate", () => {
    const manifest = verifyBundle(vector("v1.1.0-elliptic-key.sig"), byKey).map((s) => readModelManifest(s)).value;
    assert.deepEqual(
      manifest.files.map(({ path }) => path),
      ["signme-1", "signme-2"],
    );
    const signed = verifyBundle(vector("v1.1.0-certificate.sig"), byRoot).map((s) => readModelManifest(s));
    assert.equal(signed.signer.type, "certificate");
    // The release lists what it ignored, and a file there is not silently accepted.
    const { refusals } = compareNames(signed.value, ["signme-1", "signme-2", "ignore-me"]);
    assert.deepEqual(
      refusals.map(({ code }) => code),
      ["file-ignored"],
    );
    assert.deepEqual(
      compareNames(signed.value, ["signme-1", "signme-2", "ignore-me"], { allowIgnored: ["ignore-me"] }).leftOut,
      ["ignore-me"],
    );
  });

  test("1.0 brings its own key, and 0.2 signed other bytes: only on request", () => {
    assert.throws(() => verifyBundle(vector("v1.0.1-elliptic-key.sig"), byKey), refusedWith("key-embedded"));
    const old = verifyBundle(vector("v1.0.1-elliptic-key.sig"), { ...byKey, legacy: true });
    assert.equal(readModelManifest(old.value).files.length, 2);
    assert.throws(() => verifyBundle(vector("v0.2.0-certificate.sig"), byRoot), refusedWith("signature-wrong"));
    const older = verifyBundle(vector("v0.2.0-certificate.sig"), { ...byRoot, legacy: true });
    assert.throws(() => readModelManifest(older.value), refusedWith("predicate-type"));
    assert.deepEqual(
      readModelManifest(older.value, true).files.map(({ path }) => path),
      ["signme-1", "signme-2"],
    );
  });

  test("a certificate is judged by the day that is asked about", () => {
    const on = (day: string): Trust => ({ type: "certificate", roots, at: new Date(day) });
    assert.throws(
      () => verifyBundle(vector("v1.1.0-certificate.sig"), on("2036-01-01")),
      refusedWith("certificate-expired"),
    );
    assert.throws(
      () => verifyBundle(vector("v1.1.0-certificate.sig"), on("2024-01-01")),
      refusedWith("certificate-not-yet-valid"),
    );
  });
});

test("names are signed in order of code points, and the same tree gives the same bytes", () => {
  const sha256 = "0".repeat(64);
  const files = ["a.txt", "a/b", "\u{1f600}", "\uffee", "a-b"].map((path) => ({ path, sha256 }));
  const statement = modelStatement("m", files);
  assert.deepEqual(
    readModelManifest(parseStatement(payloadOf(statement))).files.map(({ path }) => path),
    ["a-b", "a.txt", "a/b", "\uffee", "\u{1f600}"],
  );
  assert.deepEqual(payloadOf(modelStatement("m", files.toReversed())), payloadOf(statement));
  assert.match(treeSubject("m", files).digest["dirHash"] ?? "", /^[0-9a-f]{64}$/);
});

test("two trees that differ in names alone share a root and no identity", () => {
  const of = (names: readonly string[]) =>
    treeSubject(
      "m",
      names.map((path, i) => ({ path, sha256: String(i).repeat(64) })),
    ).digest;
  const [a, b] = [of(["train.parquet", "valid.parquet"]), of(["x.py", "y.py"])];
  assert.equal(a["sha256"], b["sha256"]);
  assert.notEqual(a["dirHash"], b["dirHash"]);
});

test("names of files are plain", () => {
  for (const name of ["a", "a/b", ".hidden", "ä ö.txt", "ab:c", "...", "日本/データ"])
    assert.equal(badName(name), undefined, name);
  for (const name of [
    "",
    "/",
    "a//b",
    "./a",
    "a/.",
    "..",
    "a/../b",
    "C:/x",
    "c:x",
    "a\\b",
    "a\u0000",
    "a\u2028b",
    "\ud800",
  ])
    assert.equal(badName(name)?.code, "name-escapes", JSON.stringify(name));
  assert.deepEqual(clashes(["a", "b/c", "b/d"]), []);
  assert.equal(clashes(["straße", "STRASSE"])[0]?.code, "name-collision");
});

test("clashes are looked for in linear time", () => {
  const deep = `${"d/".repeat(30)}f`;
  const many = Array.from({ length: 20_000 }, (_, i) => `${i}/${deep}`);
  const start = process.cpuUsage();
  assert.deepEqual(clashes(many), []);
  assert.ok(process.cpuUsage(start).user < 5e6);
});

test("only a checked signature makes a verified value", async () => {
  const keys = keyPair();
  const statement = modelStatement("m", [{ path: "a", sha256: "0".repeat(64) }]);
  const bundle = Buffer.from(await keySigner(keys.privateKey).sign(statement));
  const verified = verifyBundle(bundle, { type: "key", key: keys.publicKey });
  assert.ok(verified instanceof Verified);
  assert.deepEqual(verified.value, statement);
  // @ts-expect-error -- the constructor is private: nothing outside of its file can make one.
  assert.ok(new Verified(statement, verified.signer, "") instanceof Verified);
  // @ts-expect-error -- and what looks like one is none.
  const forged: Verified<unknown> = { value: statement, signer: verified.signer, bundleSha256: "", map: () => forged };
  assert.ok(!(forged instanceof Verified));
});

test("the vectors of the specifications hold", () => {
  const sha256 = (text: string): string => createHash("sha256").update(text).digest("hex");
  const files = [
    { path: "a.txt", sha256: sha256("alpha\n") },
    { path: "b.txt", sha256: sha256("beta\n") },
  ];
  const { digest } = treeSubject("m", files);
  const text = readFileSync("docs/specs/fine-tuning.md", "utf8");
  for (const hex of [...files.map((file) => file.sha256), digest["sha256"], digest["dirHash"]])
    assert.ok(text.includes(` ${hex}\n`), hex);
  const policy = sha256(canonicalJson({ require: ["scan", "train"] }));
  assert.ok(readFileSync("docs/specs/claims.md", "utf8").includes(policy));
});
