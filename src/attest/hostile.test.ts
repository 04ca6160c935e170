// Everything that is read to decide whom to trust is hostile: whatever its bytes, the answer is a refusal that names a
// reason, never another error, never a pass, and never more time than its size allows.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import fc from "fast-check";
import { ToolError } from "../core/errors.ts";
import { LIMITS } from "../base/limits.ts";
import { parseAdvisory } from "./advisory.ts";
import { parseBundle } from "./bundle.ts";
import { certificatesOf } from "./certificate.ts";
import { readClaims } from "./claims.ts";
import { readFeed } from "./feed.ts";
import { readModelManifest } from "./model-signing.ts";
import { Refused } from "../core/refusal.ts";
import { parseStatement, statement, type Statement } from "./statement.ts";
import { keyPair } from "./testing/certificates.ts";
import { dependenciesOf, parseRun } from "./training.ts";
import { PUBLIC_GOOD_ROOT } from "./trusted-root.data.ts";
import { trustedRoot } from "./trusted-root.ts";
import { verifyBundle, type Trust } from "./verified.ts";

const vectors = ["v1.1.0-elliptic-key", "v1.1.0-certificate", "v1.1.0-sigstore"].map((name) =>
  readFileSync(`testdata/vectors/model-signing/${name}.sig`),
);
const roots = certificatesOf(
  readFileSync("testdata/vectors/model-signing/intermediate.pem", "utf8"),
  "intermediate.pem",
);
const trusts: readonly Trust[] = [
  { type: "key", key: keyPair("P-384").publicKey },
  { type: "certificate", roots, at: new Date("2026-01-01") },
  {
    type: "keyless",
    root: trustedRoot(Buffer.from(PUBLIC_GOOD_ROOT), "root"),
    identity: "stefanb@us.ibm.com",
    issuer: "https://sigstore.verify.ibm.com/oauth2",
  },
];

/** Runs `work`; what it throws must be a refusal or a message for the user. */
function refusesOr<T>(work: () => T): T | undefined {
  try {
    return work();
  } catch (error) {
    if (error instanceof Refused || error instanceof ToolError) {
      assert.ok(error.message.length > 10, error.message);
      return undefined;
    }
    throw error;
  }
}

const json = fc.json({ maxDepth: 4 });
const bytes = fc.uint8Array({ maxLength: 400 });

test("any bytes are refused", () => {
  fc.assert(
    fc.property(
      fc.oneof(
        bytes,
        json.map((text) => Buffer.from(text)),
      ),
      (given) => {
        for (const read of [
          () => parseBundle(given),
          () => parseStatement(given),
          () => parseAdvisory(given, "a.json"),
          () => trustedRoot(given, "root.json"),
          () =>
            parseRun(
              JSON.parse(
                Buffer.from(given)
                  .toString("utf8")
                  .replace(/^(?![[{"\d])[\s\S]*/, "{}") || "{}",
              ),
              "run.yaml",
            ),
        ]) {
          try {
            refusesOr<unknown>(read);
          } catch (error) {
            // The helper above parses; only its own failure is not ours.
            if (!(error instanceof SyntaxError)) throw error;
          }
        }
        assert.equal(readClaims(given, trusts).verified.length, 0);
      },
    ),
    { numRuns: 300 },
  );
});

test("any predicate is read or refused", () => {
  const types = [
    "https://model_signing/signature/v1.0",
    "https://model_signing/Digests/v0.1",
    "https://slsa.dev/provenance/v1",
    "urn:bezoar:advisory-feed:v1",
  ];
  const subject = [{ name: "m", digest: { sha256: "0".repeat(64) } }];
  fc.assert(
    fc.property(
      fc.constantFrom(...types),
      fc.dictionary(
        fc.constantFrom(
          "serialization",
          "resources",
          "buildDefinition",
          "name",
          "sequence",
          "advisories",
          "expires",
          "issued",
        ),
        fc.jsonValue({ maxDepth: 3 }),
      ),
      (type, predicate) => {
        const signed = statement(subject, type, predicate) as Statement;
        refusesOr(() => readModelManifest(signed, true));
        refusesOr(() => readFeed(signed, new Date(0), new Map()));
        refusesOr(() => dependenciesOf(signed));
      },
    ),
    { numRuns: 300 },
  );
});

test("a bundle with any byte changed says nothing new", () => {
  fc.assert(
    fc.property(fc.constantFrom(...vectors), fc.nat(), fc.integer({ min: 1, max: 255 }), (bundle, at, change) => {
      const copy = Buffer.from(bundle);
      const place = at % copy.length;
      copy[place] = (copy[place] ?? 0) ^ change;
      const before = JSON.stringify(parseStatement(parseBundle(bundle).envelope.payload));
      for (const trust of trusts) {
        const verified = refusesOr(() => verifyBundle(copy, trust));
        // Some bytes mean nothing (a log index beside its proof, white space): what still verifies says what was signed.
        if (verified) assert.equal(JSON.stringify(verified.value), before);
      }
    }),
    { numRuns: 150 },
  );
});

test("claimsMax bounds the lines that are read, and says so", () => {
  const { verified, troubles } = readClaims(Buffer.from("x\n".repeat(LIMITS.claimsMax + 5)), []);
  assert.equal(verified.length, 0);
  assert.equal(troubles.length, LIMITS.claimsMax + 1);
  assert.match(troubles.at(-1)?.message ?? "", /limit claimsMax/);
});

test("certificatesMax bounds a file of roots", () => {
  const pem = roots[0]?.toString() ?? "";
  assert.throws(() => certificatesOf(pem.repeat(LIMITS.certificatesMax + 1), "many.pem"), /limit certificatesMax/);
});
