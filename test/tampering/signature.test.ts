// The table of what may be done to a signature, a certificate, a signed manifest or the tree beside it, and how each is
// refused: by its own code, with its own sentence and exit code. Nothing here may pass, and nothing may throw.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { generateKeyPairSync, sign } from "node:crypto";
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { REFUSAL_CODES, type RefusalCode } from "../../src/core/refusal.ts";
import { exitCodeOf } from "../../src/core/check.ts";
import {
  bundleParts,
  chainMaterial,
  keyMaterial,
  modelStatementOf,
  signature,
  type BundleParts,
  type ModelStatement,
} from "../../src/attest/testing/bundles.ts";
import {
  issue,
  keyPair,
  leafOf,
  rootAuthority,
  signCertificate,
  tbsCertificate,
  type Issued,
  nextSerial,
} from "../../src/attest/testing/certificates.ts";
import { verifyTree, type SignatureFlags } from "../../src/cli/verify-signature.ts";

const FILES = { "a.txt": "alpha\n", "b.txt": "beta\n", "data/c.txt": "gamma\n" };
const keys = keyPair();
const other = keyPair();
const large = keyPair("P-384");
const root = rootAuthority();
const middle = issue({ subject: "middle", ca: true, usage: 0x06 }, root);
const leaf = leafOf(middle);
const today = new Date().toISOString().slice(0, 10);

let folder = "";
let pristine = "";
const pem = (key: typeof keys): string => key.publicKey.export({ type: "spki", format: "pem" }) as string;

before(() => {
  folder = mkdtempSync(join(tmpdir(), "bezoar-tampering-"));
  pristine = join(folder, "pristine");
  for (const [name, content] of Object.entries(FILES)) {
    mkdirSync(join(pristine, name, ".."), { recursive: true });
    writeFileSync(join(pristine, name), content);
  }
  writeFileSync(join(folder, "key.pub"), pem(keys));
  writeFileSync(join(folder, "large.pub"), pem(large));
  writeFileSync(join(folder, "root.pem"), root.certificate.toString());
});
after(() => rmSync(folder, { recursive: true, force: true }));

interface Case {
  readonly name: string;
  readonly code: RefusalCode;
  /** 1 unless said: what could not be looked at is undecided. */
  readonly exit?: 1 | 2;
  /** Changes the statement before it is signed: the signer lies. */
  readonly state?: () => unknown;
  /** Changes the bundle after it is signed: somebody on the way lies. */
  readonly bundle?: (parts: BundleParts) => unknown;
  /** Changes the tree. */
  readonly tree?: (at: string) => void;
  readonly flags?: Partial<SignatureFlags>;
  /** Signed and judged with a certificate chain. */
  readonly chain?: () => BundleParts;
  readonly skip?: string | false;
}

const signed = (
  change: Parameters<typeof modelStatementOf>[1],
  files: Readonly<Record<string, string>> = FILES,
): ModelStatement => modelStatementOf(files, change);
const changed = (change: (statement: ModelStatement) => void): ModelStatement => {
  const statement = modelStatementOf(FILES);
  change(statement);
  return statement;
};
const flip = (base64: string, at: number): string => {
  const bytes = Buffer.from(base64, "base64");
  bytes[at] = (bytes[at] ?? 0) ^ 1;
  return bytes.toString("base64");
};
const first = (parts: BundleParts): { sig: string; keyid: string } => parts.dsseEnvelope.signatures[0] as never;
const chained = (...chain: readonly Issued[]): BundleParts =>
  bundleParts((chain[0] as Issued).keys.privateKey, modelStatementOf(FILES), chainMaterial(...chain));
const extraFile = (name: string): ModelStatement => modelStatementOf({ ...FILES, [name]: "x\n" });

const CASES: readonly Case[] = [
  // The file that carries the signature.
  { name: "an empty signature file", code: "bundle-malformed", bundle: () => "" },
  { name: "a truncated signature file", code: "bundle-malformed", bundle: (p) => JSON.stringify(p).slice(0, -20) },
  { name: "text after the bundle", code: "bundle-malformed", bundle: (p) => `${JSON.stringify(p)}{}` },
  {
    name: "two envelopes under one key",
    code: "bundle-malformed",
    bundle: (p) => JSON.stringify(p).replace(/\}$/, `,"dsseEnvelope":${JSON.stringify(p.dsseEnvelope)}}`),
  },
  { name: "bytes that are not UTF-8", code: "bundle-malformed", bundle: () => Buffer.of(0x7b, 0xff, 0x7d) },
  { name: "a list instead of a bundle", code: "bundle-malformed", bundle: (p) => [p] },
  { name: "another media type", code: "bundle-version", bundle: (p) => ({ ...p, mediaType: "application/json" }) },
  {
    name: "an old bundle version around a key",
    code: "bundle-version",
    bundle: (p) => ({ ...p, mediaType: "application/vnd.dev.sigstore.bundle+json;version=0.2" }),
  },
  {
    name: "a bare message signature",
    code: "bundle-content",
    bundle: ({ dsseEnvelope, ...p }) => ({ ...p, messageSignature: { signature: dsseEnvelope.payload } }),
  },
  { name: "no signature", code: "signature-count", bundle: (p) => (p.dsseEnvelope.signatures.splice(0), p) },
  {
    name: "an extra signature",
    code: "signature-count",
    bundle: (p) => {
      p.dsseEnvelope.signatures.push({
        sig: signature(other.privateKey, Buffer.from(p.dsseEnvelope.payload, "base64")),
        keyid: "",
      });
      return p;
    },
  },
  {
    name: "base64 without its padding",
    code: "bundle-malformed",
    bundle: (p) => ((p.dsseEnvelope.payload = p.dsseEnvelope.payload.replace(/=+$/, "").slice(0, -1)), p),
  },
  { name: "no signer", code: "bundle-malformed", bundle: (p) => ((p.verificationMaterial = {}), p) },
  {
    name: "two signers",
    code: "bundle-malformed",
    bundle: (p) => (Object.assign(p.verificationMaterial, chainMaterial(leaf)), p),
  },
  {
    name: "a payload of another type",
    code: "payload-type",
    bundle: (p) => ((p.dsseEnvelope.payloadType = "application/vnd.cyclonedx+json"), p),
  },

  // Who signed.
  {
    name: "another key",
    code: "key-mismatch",
    bundle: () => bundleParts(other.privateKey, modelStatementOf(FILES), keyMaterial(other.publicKey)),
  },
  {
    name: "another key under the right hint",
    code: "signature-wrong",
    bundle: () => bundleParts(other.privateKey, modelStatementOf(FILES), keyMaterial(keys.publicKey)),
  },
  {
    name: "a key that the bundle brings along",
    code: "key-embedded",
    bundle: (p) => (
      (p.verificationMaterial = { publicKey: { rawBytes: Buffer.from(pem(keys)).toString("base64") } }),
      p
    ),
  },
  {
    name: "a flipped bit in the signature",
    code: "signature-wrong",
    bundle: (p) => ((first(p).sig = flip(first(p).sig, 20)), p),
  },
  {
    name: "a flipped bit in the payload",
    code: "signature-wrong",
    bundle: (p) => ((p.dsseEnvelope.payload = flip(p.dsseEnvelope.payload, 90)), p),
  },
  {
    name: "the payload of another signature",
    code: "signature-wrong",
    bundle: (p) => {
      const evil = bundleParts(other.privateKey, extraFile("evil.txt"), keyMaterial(other.publicKey));
      p.dsseEnvelope.payload = evil.dsseEnvelope.payload;
      return p;
    },
  },
  {
    name: "a signature over the payload without its type",
    code: "signature-wrong",
    bundle: (p) => {
      const payload = Buffer.from(p.dsseEnvelope.payload, "base64");
      first(p).sig = sign("sha256", payload, { key: keys.privateKey, dsaEncoding: "der" }).toString("base64");
      return p;
    },
  },
  {
    name: "a signature as two bare numbers",
    code: "signature-wrong",
    bundle: (p) => {
      const payload = Buffer.from(p.dsseEnvelope.payload, "base64");
      const text = `DSSEv1 28 application/vnd.in-toto+json ${payload.length} `;
      first(p).sig = sign("sha256", Buffer.concat([Buffer.from(text), payload]), {
        key: keys.privateKey,
        dsaEncoding: "ieee-p1363",
      }).toString("base64");
      return p;
    },
  },
  {
    name: "a weaker hash than the key's",
    code: "signature-wrong",
    bundle: () => {
      const p = bundleParts(large.privateKey, modelStatementOf(FILES), keyMaterial(large.publicKey));
      first(p).sig = signature(large.privateKey, Buffer.from(p.dsseEnvelope.payload, "base64"), undefined, "sha256");
      return p;
    },
    flags: { publicKey: "large.pub" },
  },
  { name: "a certificate where a key is asked for", code: "material-mismatch", bundle: () => chained(leaf, middle) },
  {
    name: "a key where a certificate is asked for",
    code: "material-mismatch",
    chain: () => bundleParts(keys.privateKey, modelStatementOf(FILES), keyMaterial(keys.publicKey)),
  },
  { name: "an intermediate left out", code: "certificate-untrusted", chain: () => chained(leaf) },
  {
    name: "a root of the same name",
    code: "certificate-untrusted",
    chain: () => {
      const impostor = rootAuthority();
      return chained(leafOf(impostor, { subject: "impostor's signer" }), impostor);
    },
  },
  {
    name: "a stranger's certificate before the signer's",
    code: "certificate-untrusted",
    chain: () => chained(leafOf(rootAuthority(), { subject: "stranger" }), leaf, middle),
  },
  {
    name: "an expired leaf",
    code: "certificate-expired",
    chain: () => chained(leafOf(middle, { subject: "old signer", to: new Date("2021-01-01") }), middle),
  },
  {
    name: "an expired issuer",
    code: "certificate-expired",
    chain: () => {
      const old = issue({ subject: "old middle", ca: true, usage: 0x06, to: new Date("2022-01-01") }, root);
      return chained(leafOf(old), old);
    },
  },
  {
    name: "a leaf from the future",
    code: "certificate-not-yet-valid",
    chain: () => chained(leafOf(middle, { from: new Date("2098-01-01") }), middle),
  },
  {
    name: "a day before the certificate's",
    code: "certificate-not-yet-valid",
    chain: () => chained(leaf, middle),
    flags: { at: "2019-06-30" },
  },
  {
    name: "a leaf that may not sign",
    code: "certificate-usage",
    chain: () => chained(leafOf(middle, { usage: 0x20 }), middle),
  },
  {
    name: "a leaf that says nothing of its use",
    code: "certificate-usage",
    chain: () =>
      chained(leafOf(middle, { subject: "of no use", extendedUsage: ["1.3.6.1.5.5.7.3.1"], usage: 0x08 }), middle),
  },
  {
    name: "a leaf that issued a leaf",
    code: "certificate-usage",
    chain: () => chained(leafOf(leaf, { subject: "second leaf" }), leaf, middle),
  },
  {
    name: "an issuer past its path length",
    code: "certificate-usage",
    chain: () => {
      const short = issue({ subject: "short", ca: true, usage: 0x06, pathLength: 0 }, root);
      const below = issue({ subject: "below", ca: true, usage: 0x06 }, short);
      return chained(leafOf(below), below, short);
    },
  },
  {
    name: "a certificate that is no certificate",
    code: "certificate-malformed",
    chain: () => {
      const p = chained(leaf, middle);
      p.verificationMaterial = { x509CertificateChain: { certificates: [{ rawBytes: "AAAA" }] } };
      return p;
    },
  },
  {
    name: "an RSA leaf",
    code: "key-unsupported",
    chain: () => {
      const rsa = generateKeyPairSync("rsa", { modulusLength: 2048 });
      const tbs = tbsCertificate(
        { subject: "rsa", usage: 0x80 },
        rsa.publicKey,
        { subject: "middle", key: middle.keys.publicKey },
        nextSerial(),
      );
      const certificate = signCertificate(tbs, middle.keys.privateKey);
      const p = chained(leaf, middle);
      p.verificationMaterial = chainMaterial({ certificate, keys: rsa }, middle);
      return p;
    },
  },
  {
    name: "more certificates than may be tried",
    code: "bundle-malformed",
    chain: () => chained(...Array.from({ length: 17 }, () => leaf)),
  },

  // What was signed.
  {
    name: "a statement of another type",
    code: "statement-malformed",
    state: () => changed((s) => (s._type = "https://in-toto.io/Statement/v0.1")),
  },
  {
    name: "a statement with a key twice",
    code: "statement-malformed",
    state: () => JSON.stringify(modelStatementOf(FILES)).replace("{", '{"predicateType":"x",'),
  },
  {
    name: "another statement replayed as a signature",
    code: "predicate-type",
    state: () => changed((s) => (s.predicateType = "https://slsa.dev/provenance/v1")),
  },
  {
    name: "a signature of before 1.0",
    code: "predicate-type",
    state: () => changed((s) => (s.predicateType = "https://model_signing/Digests/v0.1")),
  },
  { name: "two subjects", code: "subject-count", state: () => changed((s) => s.subject.push(s.subject[0] as never)) },
  { name: "no subject", code: "subject-count", state: () => changed((s) => s.subject.splice(0)) },
  {
    name: "a subject without a digest",
    code: "statement-malformed",
    state: () => changed((s) => (s.subject[0] = { name: "model", digest: {} })),
  },
  {
    name: "a subject by another digest alone",
    code: "predicate-malformed",
    state: () => changed((s) => (s.subject[0] = { name: "m", digest: { gitTree: "00" } })),
  },
  {
    name: "an altered root",
    code: "root-digest",
    state: () => changed((s) => (s.subject[0] = { name: "model", digest: { sha256: "0".repeat(64) } })),
  },
  {
    name: "resources reordered under the old root",
    code: "root-digest",
    state: () => changed((s) => s.predicate.resources.reverse()),
  },
  {
    name: "a field that the version does not have",
    code: "predicate-malformed",
    state: () => signed((p) => (p["note"] = "x")),
  },
  {
    name: "an uppercase digest",
    code: "predicate-malformed",
    state: () => signed((p) => p.resources.forEach((r) => (r.digest = r.digest.toUpperCase()))),
  },
  {
    name: "a file hashed with MD5",
    code: "method-unsupported",
    state: () => signed((p) => p.resources.forEach((r) => (r.algorithm = "md5"))),
  },
  {
    name: "shards",
    code: "method-unsupported",
    state: () => signed((p) => Object.assign(p.serialization, { method: "shards", shard_size: 10 })),
  },
  {
    name: "BLAKE2b",
    code: "method-unsupported",
    state: () => signed((p) => (p.serialization["hash_type"] = "blake2b")),
  },
  { name: "no file", code: "tree-empty", state: () => signed((p) => p.resources.splice(0)) },
  {
    name: "a file named twice",
    code: "name-duplicate",
    state: () => signed((p) => p.resources.push(p.resources[0] as never)),
  },
  { name: "a name that climbs", code: "name-escapes", state: () => extraFile("../up.txt") },
  { name: "an absolute name", code: "name-escapes", state: () => extraFile("/etc/hosts") },
  { name: "a drive", code: "name-escapes", state: () => extraFile("C:/boot.ini") },
  { name: "a backslash", code: "name-escapes", state: () => extraFile("..\\up.txt") },
  { name: "a name with an empty part", code: "name-escapes", state: () => extraFile("data//c.txt") },
  { name: "a line break in a name", code: "name-escapes", state: () => extraFile("a\nb") },
  { name: "names that differ in case", code: "name-collision", state: () => extraFile("A.txt") },
  {
    name: "names that differ in Unicode form",
    code: "name-collision",
    state: () => modelStatementOf({ "\u00e9.txt": "x", "e\u0301.txt": "y" }),
  },
  { name: "a file that is a folder too", code: "name-collision", state: () => extraFile("a.txt/b") },

  // The tree.
  { name: "a changed byte", code: "file-changed", tree: (at) => writeFileSync(join(at, "a.txt"), "alphA\n") },
  { name: "a truncated file", code: "file-changed", tree: (at) => truncateSync(join(at, "data/c.txt"), 3) },
  {
    name: "two files swapped",
    code: "file-changed",
    tree: (at) => {
      renameSync(join(at, "a.txt"), join(at, "t"));
      renameSync(join(at, "b.txt"), join(at, "a.txt"));
      renameSync(join(at, "t"), join(at, "b.txt"));
    },
  },
  { name: "a file gone", code: "file-missing", tree: (at) => rmSync(join(at, "b.txt")) },
  { name: "a file renamed", code: "file-unsigned", tree: (at) => renameSync(join(at, "b.txt"), join(at, "z.txt")) },
  { name: "a file added", code: "file-unsigned", tree: (at) => writeFileSync(join(at, "modeling_evil.py"), "") },
  { name: "a hidden file added", code: "file-unsigned", tree: (at) => writeFileSync(join(at, ".hidden"), "") },
  {
    name: "a file that the signer left out",
    code: "file-ignored",
    state: () =>
      signed((p) => (p.serialization["ignore_paths"] = ["data"]), { "a.txt": FILES["a.txt"], "b.txt": FILES["b.txt"] }),
  },
  {
    name: "a file that differs in case beside it",
    code: "name-collision",
    tree: (at) => writeFileSync(join(at, "A.TXT"), "x"),
    flags: { allowUnsigned: true },
    skip: process.platform === "darwin" && "the disk ignores case",
  },
  {
    name: "a symbolic link",
    code: "tree-link",
    tree: (at) => (rmSync(join(at, "b.txt")), symlinkSync("a.txt", join(at, "b.txt"))),
  },
  {
    name: "a symbolic link out of the folder",
    code: "tree-link",
    tree: (at) => (rmSync(join(at, "b.txt")), symlinkSync(join(pristine, "b.txt"), join(at, "b.txt"))),
    flags: { allowLinks: true },
  },
  {
    name: "a link to nothing",
    code: "tree-link",
    tree: (at) => symlinkSync("nowhere", join(at, "n")),
    flags: { allowLinks: true },
  },
  {
    name: "a pipe",
    code: "tree-special",
    tree: (at) => void execFileSync("mkfifo", [join(at, "p")]),
    skip: process.platform === "win32" && "no pipes",
  },
  {
    name: "a name that is not UTF-8",
    code: "tree-name",
    tree: (at) => writeFileSync(Buffer.concat([Buffer.from(`${at}/`), Buffer.of(0xff, 0xfe)]), "x"),
    skip: process.platform !== "linux" && "the disk refuses such names",
  },
  {
    name: "the signature of another model",
    code: "file-missing",
    bundle: () => bundleParts(keys.privateKey, modelStatementOf({ "weights.bin": "w" }), keyMaterial(keys.publicKey)),
  },
];

describe("tampering with a signature", () => {
  const sentences = new Map<string, string>();
  let made = 0;

  const verdictOf = async (item: Case): Promise<Awaited<ReturnType<typeof verifyTree>>> => {
    const at = join(folder, `case-${made++}`);
    cpSync(pristine, join(at, "model"), { recursive: true });
    item.tree?.(join(at, "model"));
    const statement = item.state?.() ?? modelStatementOf(FILES);
    const parts = item.chain?.() ?? bundleParts(keys.privateKey, statement, keyMaterial(keys.publicKey));
    const bundle = item.bundle?.(parts) ?? parts;
    writeFileSync(
      join(at, "model.sig"),
      typeof bundle === "string" || Buffer.isBuffer(bundle) ? bundle : JSON.stringify(bundle),
    );
    const { publicKey = "key.pub", ...flags } = item.flags ?? {};
    return verifyTree(
      join(at, "model"),
      {
        ...(item.chain ? { roots: [join(folder, "root.pem")], at: today } : { publicKey: join(folder, publicKey) }),
        ...flags,
        signature: join(at, "model.sig"),
      },
      new AbortController().signal,
    );
  };

  test("what nobody touched passes, by key and by certificate", async () => {
    for (const item of [{}, { chain: () => chained(leaf, middle) }]) {
      const result = await verdictOf({ name: "untouched", code: "file-changed", ...item });
      assert.equal(result.verdict, "pass", JSON.stringify(result.refusals));
      assert.equal(result.files, 3);
    }
  });

  for (const item of CASES) {
    test(item.name, { skip: item.skip ?? false }, async () => {
      const result = await verdictOf(item);
      const refusal = result.refusals.find(({ code }) => code === item.code);
      assert.ok(refusal, `expected ${item.code}, got ${JSON.stringify(result.refusals)}`);
      assert.equal(exitCodeOf([result]), item.exit ?? 1);
      assert.equal(exitCodeOf([{ ...result, refusals: [refusal] }], true), REFUSAL_CODES[item.code]);
      assert.match(refusal.message, /^.{12,400}\.$/su);
      // Key prefixes, places and numbers aside, no two cases read the same: but the wrong signatures must, since nothing
      // but the signature is known to be wrong.
      if (item.code === "signature-wrong") return;
      const sentence = `${refusal.code}: ${refusal.message.replaceAll(/case-\d+/g, "")}`;
      assert.ok(!sentences.has(sentence), `reads like "${sentences.get(sentence) ?? ""}": ${sentence}`);
      sentences.set(sentence, item.name);
    });
  }

  test("the table is as long as it says", () => {
    assert.ok(CASES.length >= 60, String(CASES.length));
    assert.equal(new Set(CASES.map(({ name }) => name)).size, CASES.length);
  });
});

test("no signature is read past its limit", async () => {
  const { LIMITS } = await import("../../src/base/limits.ts");
  const path = join(folder, "huge.sig");
  writeFileSync(path, "");
  truncateSync(path, LIMITS.signatureBytesMax + 1);
  await assert.rejects(
    verifyTree(pristine, { signature: path, publicKey: join(folder, "key.pub") }, new AbortController().signal),
    /huge\.sig: is larger than/,
  );
  assert.equal(readFileSync(join(pristine, "a.txt"), "utf8"), FILES["a.txt"]);
});
