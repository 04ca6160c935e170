// Keyless signatures end to end against services on this machine, and the table of what may go wrong: at the services, on
// the way, in the trusted root, in the identity. One real signature of the public instance is checked offline.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { after, before, beforeEach, describe, test } from "node:test";
import { identityOf, keylessSigner } from "../../src/attest/keyless-signer.ts";
import { modelStatement, readModelManifest } from "../../src/attest/model-signing.ts";
import { Refused, type RefusalCode } from "../../src/core/refusal.ts";
import { CODE_SIGNING, keyPair, TIME_STAMPING } from "../../src/attest/testing/certificates.ts";
import { PUBLIC_GOOD_ROOT } from "../../src/attest/trusted-root.data.ts";
import { trustedRoot } from "../../src/attest/trusted-root.ts";
import { verifyBundle, type Trust } from "../../src/attest/verified.ts";
import { post } from "../../src/cli/post.ts";
import { FakeSigstore, ISSUER, type Knobs } from "../fake-sigstore.ts";

const fake = new FakeSigstore();
const stranger = new FakeSigstore();
const ME = "release@example.com";
const statement = modelStatement("model", [{ path: "a.txt", sha256: "0".repeat(64) }]);
let root: ReturnType<typeof trustedRoot>;
let folder = "";

before(async () => {
  await fake.start();
  await stranger.start();
  root = rootOf(fake.trustedRoot());
  folder = mkdtempSync(join(tmpdir(), "bezoar-keyless-"));
});
after(() => {
  fake.stop();
  stranger.stop();
  rmSync(folder, { recursive: true, force: true });
});
beforeEach(() => {
  for (const knob of Object.keys(fake.knobs)) delete fake.knobs[knob as keyof Knobs];
});

const rootOf = (json: object): ReturnType<typeof trustedRoot> =>
  trustedRoot(Buffer.from(JSON.stringify(json)), "root.json");
const token = (): string => fake.token({ email: ME, email_verified: true });
const sign = (version: 1 | 2, given: string = token()): Promise<string> =>
  keylessSigner(
    { fulcio: fake.url, rekor: fake.url, rekorVersion: version, tsa: fake.url },
    identityOf(given, "token"),
    root,
    post(),
  ).sign(statement);
const trust = (over: Partial<Extract<Trust, { type: "keyless" }>> = {}): Trust => ({
  type: "keyless",
  root,
  identity: ME,
  issuer: ISSUER,
  ...over,
});

interface Bundle {
  verificationMaterial: {
    certificate: { rawBytes: string };
    tlogEntries: Record<string, unknown>[];
    timestampVerificationData: { rfc3161Timestamps: { signedTimestamp: string }[] };
  };
  dsseEnvelope: { payload: string; signatures: { sig: string }[] };
}
const entryOf = (bundle: Bundle): Record<string, unknown> => bundle.verificationMaterial.tlogEntries[0] ?? {};
const proofOf = (bundle: Bundle): Record<string, unknown> =>
  entryOf(bundle)["inclusionProof"] as Record<string, unknown>;
const refusal = (run: () => unknown): { code: string; message: string } => {
  try {
    run();
  } catch (error) {
    if (error instanceof Refused) return error;
    throw error;
  }
  return { code: "passed", message: "" };
};

test("a logged signature verifies, by the first log and by the second, for people and for workflows", async () => {
  for (const version of [1, 2] as const) {
    const verified = verifyBundle(Buffer.from(await sign(version)), trust());
    assert.deepEqual(verified.signer, { type: "keyless", name: ME, issuer: ISSUER });
    const uri = "https://ci.example/acme/train/.ci/release.yml@refs/heads/main";
    const workflow = await sign(version, fake.token({ sub: uri }));
    assert.equal(verifyBundle(Buffer.from(workflow), trust({ identity: uri })).signer.name, uri);
  }
});

test("a signature of the public instance verifies offline", () => {
  const bundle = readFileSync("testdata/vectors/model-signing/v1.1.0-sigstore.sig");
  const given = {
    root: trustedRoot(Buffer.from(PUBLIC_GOOD_ROOT), "built in"),
    issuer: "https://sigstore.verify.ibm.com/oauth2",
  };
  const verified = verifyBundle(bundle, { type: "keyless", ...given, identity: "stefanb@us.ibm.com" });
  assert.equal(readModelManifest(verified.value).files.length, 2);
  assert.equal(
    refusal(() => verifyBundle(bundle, { type: "keyless", ...given, identity: "tefanb@us.ibm.co" })).code,
    "identity-mismatch",
  );
  assert.equal(refusal(() => verifyBundle(bundle, trust())).code, "timestamp");
});

describe("tampering with a keyless signature", () => {
  const cases: readonly (readonly [string, RefusalCode, 1 | 2, (bundle: Bundle, other: Bundle) => void])[] = [
    ["no entry of a log", "log-entry", 2, (b) => b.verificationMaterial.tlogEntries.splice(0)],
    ["the entry twice", "log-entry", 2, (b) => b.verificationMaterial.tlogEntries.push(entryOf(b))],
    [
      "the entry of another signature",
      "log-entry",
      1,
      (b, o) => (b.verificationMaterial.tlogEntries = o.verificationMaterial.tlogEntries),
    ],
    [
      "a promise by nobody",
      "log-entry",
      1,
      (b) => (entryOf(b)["inclusionPromise"] = { signedEntryTimestamp: "MAYCAQECAQE=" }),
    ],
    [
      "an earlier time",
      "log-entry",
      1,
      (b) => (entryOf(b)["integratedTime"] = String(Number(entryOf(b)["integratedTime"]) - 9)),
    ],
    [
      "another step of the proof",
      "log-entry",
      2,
      (b) => ((proofOf(b)["hashes"] as string[])[0] = Buffer.alloc(32, 7).toString("base64")),
    ],
    ["a shorter proof", "log-entry", 2, (b) => (proofOf(b)["hashes"] as string[]).pop()],
    [
      "a checkpoint of another size",
      "log-entry",
      2,
      (b) => {
        const { envelope } = proofOf(b)["checkpoint"] as { envelope: string };
        proofOf(b)["checkpoint"] = { envelope: envelope.replace(/\n\d+\n/, "\n9999\n") };
      },
    ],
    [
      "neither promise nor proof",
      "bundle-malformed",
      1,
      (b) => {
        delete entryOf(b)["inclusionPromise"];
        delete entryOf(b)["inclusionProof"];
      },
    ],
    [
      "no timestamp where the log gives none",
      "timestamp",
      2,
      (b) => b.verificationMaterial.timestampVerificationData.rfc3161Timestamps.splice(0),
    ],
    [
      "the timestamp of another signature",
      "timestamp",
      2,
      (b, o) => (b.verificationMaterial.timestampVerificationData = o.verificationMaterial.timestampVerificationData),
    ],
    [
      "a timestamp that is none",
      "bundle-malformed",
      2,
      (b) => (b.verificationMaterial.timestampVerificationData.rfc3161Timestamps[0] = { signedTimestamp: "AAAA" }),
    ],
    [
      "the certificate of another signature",
      "signature-wrong",
      2,
      (b, o) => (b.verificationMaterial.certificate = o.verificationMaterial.certificate),
    ],
    [
      "a certificate that is none",
      "bundle-malformed",
      2,
      (b) => (b.verificationMaterial.certificate.rawBytes = "AAAA"),
    ],
    ["another payload", "log-entry", 2, (b) => (b.dsseEnvelope.payload = Buffer.from("{}").toString("base64"))],
    ["another signature", "timestamp", 2, (b, o) => (b.dsseEnvelope.signatures = o.dsseEnvelope.signatures)],
  ];
  const told = new Set<string>();
  for (const [name, code, version, change] of cases) {
    test(name, async () => {
      const [bundle, other] = [JSON.parse(await sign(version)) as Bundle, JSON.parse(await sign(version)) as Bundle];
      change(bundle, other);
      const found = refusal(() => verifyBundle(Buffer.from(JSON.stringify(bundle)), trust()));
      assert.equal(found.code, code, found.message);
      assert.match(found.message, /\.$/);
      told.add(found.message);
    });
  }
  test("most read differently", () => assert.ok(told.size >= 10, [...told].join("\n")));
});

describe("who signed is compared whole", () => {
  for (const [name, over] of [
    ["a part of the name", { identity: "release@example.co" }],
    ["the end of the name", { identity: "lease@example.com" }],
    ["a pattern", { identity: "release@example.com|.*" }],
    ["a wildcard", { identity: ".*" }],
    ["another case", { identity: "Release@example.com" }],
    ["another issuer", { issuer: "https://issuer.example" }],
    ["a longer issuer", { issuer: `${ISSUER}/` }],
  ] as const) {
    test(name, async () => {
      const bundle = Buffer.from(await sign(2));
      assert.equal(refusal(() => verifyBundle(bundle, trust(over))).code, "identity-mismatch");
    });
  }

  test("another way of signing is not accepted instead", async () => {
    const bundle = Buffer.from(await sign(1));
    assert.equal(
      refusal(() => verifyBundle(bundle, { type: "key", key: keyPair().publicKey })).code,
      "material-mismatch",
    );
    assert.equal(
      refusal(() => verifyBundle(bundle, trust({ root: rootOf(stranger.trustedRoot()) }))).code,
      "timestamp",
    );
  });
});

describe("a service that answers wrong leaves no signature", () => {
  const cases: readonly (readonly [string, Knobs, RefusalCode | undefined, RegExp])[] = [
    ["a certificate outside of its log", { noSct: true }, "certificate-untrusted", /expected 1 SCTs/],
    ["a log that nobody trusts", { strangerLog: true }, "log-entry", /does not verify, so nothing was written/],
    ["a proof that leads elsewhere", { wrongRoot: true }, "log-entry", /does not verify/],
    ["an entry about another certificate", { logOther: true }, "log-entry", /is about another certificate/],
    ["a timestamp of other bytes", { stampOther: true }, "timestamp", /does not verify/],
    [
      "a time after the certificate's",
      { stampAt: new Date(Date.now() + 86_400_000) },
      "certificate-untrusted",
      /certificate chain/,
    ],
    [
      "a certificate that has ended",
      { certificateEnds: new Date(Date.now() - 30_000) },
      "certificate-untrusted",
      /certificate chain/,
    ],
    ["a certificate for clocks", { extendedUsage: [TIME_STAMPING] }, "certificate-usage", /not for code signing/],
    ["a certificate for another key", { otherKey: true }, undefined, /is not for the key that was sent/],
    ["a refusal", { status: 403 }, undefined, /it answered 403/],
  ];
  for (const [name, knobs, code, message] of cases) {
    test(name, async () => {
      Object.assign(fake.knobs, knobs);
      await assert.rejects(sign(2), (error: Error & { cause?: unknown }) => {
        assert.match(error.message, message);
        assert.equal(error.cause instanceof Refused ? error.cause.code : undefined, code);
        assert.ok(!error.message.includes(token()), "the token is in the message");
        return true;
      });
    });
  }

  test("the token follows no redirect to another host", async () => {
    fake.knobs.redirect = `${stranger.url}/api/v2/signingCert`;
    await assert.rejects(sign(1), /it redirects to .* and what was sent is for it alone/);
    assert.deepEqual(stranger.asked, []);
  });

  test("a certificate may say code signing among others", async () => {
    fake.knobs.extendedUsage = [TIME_STAMPING, CODE_SIGNING];
    assert.equal(verifyBundle(Buffer.from(await sign(2)), trust()).signer.name, ME);
  });
});

test("a trusted root that does not say since when is no trusted root", () => {
  const json = JSON.stringify(fake.trustedRoot());
  for (const [from, to, message] of [
    ['"validFor":{"start":"2020-01-01T00:00:00Z"}', '"validFor":{}', /tlogs\[0\]: does not say since when/],
    ["trustedroot+json", "other+json", /is not a Sigstore trusted root/],
    ['"tlogs"', '"mediaType":"x","tlogs"', /twice/],
  ] as const)
    assert.throws(() => rootOf_(json.replace(from, to)), message);
});
const rootOf_ = (text: string): unknown => trustedRoot(Buffer.from(text), "root.json");

test("tokens that speak for nobody are refused before they are sent", () => {
  assert.equal(identityOf(fake.token({ sub: "ci" }), "t").name, "ci");
  for (const [given, message] of [
    ["nonsense", /is not an OpenID token/],
    [fake.token({ email: ME, email_verified: false }), /has not verified/],
    [fake.token({ email: ME }), /has not verified/],
    [fake.token({}), /for nobody/],
  ] as const)
    assert.throws(() => identityOf(given, "t"), message);
});

test("from the command line", async () => {
  const model = join(folder, "model");
  mkdirSync(model);
  writeFileSync(join(model, "weights.bin"), "w");
  writeFileSync(join(folder, "root.json"), JSON.stringify(fake.trustedRoot()));
  const bezoar = (args: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<{ status: unknown; out: string }> =>
    new Promise((done) => {
      const child = spawn(process.execPath, [resolve("bin/bezoar.js"), ...args], {
        cwd: folder,
        env: { ...process.env, ...env },
      });
      let out = "";
      for (const stream of [child.stdout, child.stderr])
        stream.on("data", (chunk: Buffer) => (out += chunk.toString()));
      child.once("close", (status) => done({ status, out }));
    });
  const services = [
    "--fulcio-url",
    fake.url,
    "--rekor-url",
    fake.url,
    "--tsa-url",
    fake.url,
    "--trusted-root",
    "root.json",
  ];
  for (const version of ["1", "2"]) {
    const signing = await bezoar(["sign", "model", "--keyless", "--rekor-version", version, ...services], {
      SIGSTORE_ID_TOKEN: token(),
    });
    assert.equal(signing.status, 0, signing.out);
    const verify = [
      "verify",
      "model",
      "--signature",
      "model.sig",
      "--trusted-root",
      "root.json",
      "--issuer",
      ISSUER,
      "--identity",
    ];
    const run = await bezoar([...verify, ME]);
    assert.equal(run.status, 0, run.out);
    assert.match(run.out, /signed by release@example\.com, as https:\/\/issuer\.example\/oauth vouches/);
    assert.equal((await bezoar([...verify, "someone@example.com"])).status, 1);
  }
  writeFileSync(join(folder, "token"), token());
  assert.equal(
    (await bezoar(["attest", "scan", "model", "--keyless", "--identity-token", "token", ...services])).status,
    0,
  );
  for (const [args, message] of [
    [["sign", "model", "--keyless"], /needs an OpenID token/],
    [["sign", "model", "--keyless", "--key", "k.pem"], /--key FILE or --keyless/],
    [["verify", "model", "--signature", "model.sig", "--identity", ME], /--identity and --issuer go together/],
    [
      ["verify", "model", "--signature", "model.sig", "--public-key", "k", "--trusted-root", "root.json"],
      /--trusted-root goes with/,
    ],
  ] as const) {
    const run = await bezoar(args, { SIGSTORE_ID_TOKEN: "" });
    assert.equal(run.status, 64, run.out);
    assert.match(run.out, message);
  }
});
