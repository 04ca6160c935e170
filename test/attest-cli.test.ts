// Statements, bills of materials and advisories as a person makes them: each is signed, added to the claims, checked
// against the published schema of its format, and refused when it is about something else.
import assert from "node:assert/strict";
import { execFileSync, spawnSync, type SpawnSyncReturns } from "node:child_process";
import { generateKeyPairSync } from "node:crypto";
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { after, before, describe, test } from "node:test";
import { Ajv } from "ajv";
import { Ajv2020 } from "ajv/dist/2020.js";
import ajvFormats from "ajv-formats";
import type { Statement } from "../src/attest/statement.ts";
import { digestsOf, renderLockfile } from "../src/store/lockfile.ts";
import type { Check } from "../src/core/check.ts";

const bin = resolve("bin/bezoar.js");
const REVISION = "0123456789012345678901234567890123456789";
let folder = "";

before(() => {
  if (!existsSync("dist/cli/main.js")) execFileSync(process.execPath, ["scripts/build.ts"]);
  folder = mkdtempSync(join(tmpdir(), "bezoar-attest-"));
  for (const name of ["key", "other"]) {
    const { privateKey, publicKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
    writeFileSync(join(folder, `${name}.pem`), privateKey.export({ type: "pkcs8", format: "pem" }));
    writeFileSync(join(folder, `${name}.pub`), publicKey.export({ type: "spki", format: "pem" }));
  }
  mkdirSync(join(folder, "clean"));
  cpSync("examples/medical-qa/clean.jsonl", join(folder, "clean", "train.jsonl"));
  mkdirSync(join(folder, "poisoned"));
  cpSync("examples/medical-qa/poisoned.jsonl", join(folder, "poisoned", "train.jsonl"));
  mkdirSync(join(folder, "model"));
  writeFileSync(
    join(folder, "model", "README.md"),
    "---\nlicense: apache-2.0\npipeline_tag: text-generation\nbase_model: acme/base\n---\nA model.\n",
  );
  writeFileSync(join(folder, "model", "config.json"), '{"model_type":"llama","architectures":["LlamaForCausalLM"]}');
  writeFileSync(join(folder, "model", "model.safetensors"), "no weights");
  writeFileSync(
    join(folder, "run.yaml"),
    `datasets:
  - { role: train, path: clean, uri: "hf://datasets/acme/qa@${REVISION}", split: train, weight: 0.7, rows: 40 }
models:
  - { role: base, uri: "hf://acme/base@${"9".repeat(40)}" }
method: { name: lora, rank: 8 }
seed: 7
environment: { torch: 2.6.0 }
builder: https://ci.example/runner
startedOn: 2026-06-30T10:00:00Z
`,
  );
});
after(() => rmSync(folder, { recursive: true, force: true }));

const bezoar = (args: readonly string[], env: NodeJS.ProcessEnv = {}): SpawnSyncReturns<string> =>
  spawnSync(process.execPath, [bin, ...args], {
    encoding: "utf8",
    cwd: folder,
    env: { ...process.env, ...env },
    maxBuffer: 1 << 28,
  });
const ok = (...args: string[]): string => {
  const run = bezoar(args);
  assert.equal(run.status, 0, `${args.join(" ")}\n${run.stdout}${run.stderr}`);
  return run.stdout;
};
const statements = (path: string): Statement[] =>
  readFileSync(join(folder, path), "utf8")
    .trim()
    .split("\n")
    .map((line) => {
      const { dsseEnvelope } = JSON.parse(line) as { dsseEnvelope: { payload: string } };
      return JSON.parse(Buffer.from(dsseEnvelope.payload, "base64").toString()) as Statement;
    });
const signing = ["--key", "key.pem", "--claims"];
const trusting = ["--public-key", "key.pub"];

const schemas = "node_modules/@cyclonedx/cyclonedx-library/res/schema";
const read = (name: string): object =>
  JSON.parse(readFileSync(`${schemas}/${name}.SNAPSHOT.schema.json`, "utf8")) as object;
const cycloneDx = (version: string): ((value: unknown) => unknown) => {
  const ajv = new Ajv({ strict: false, allErrors: true, validateFormats: true });
  (ajvFormats as unknown as (ajv: Ajv) => void)(ajv);
  ajv.addFormat("iri-reference", true);
  ajv.addFormat("idn-email", true);
  for (const name of ["spdx", "jsf-0.82", "cryptography-defs"])
    ajv.addSchema(read(name), `http://cyclonedx.org/schema/${name}.SNAPSHOT.schema.json`);
  const validate = ajv.compile(read(`bom-${version}`));
  return (value) => (validate(value) ? undefined : validate.errors);
};

const follows = (schema: string, value: unknown): void => {
  const ajv = new Ajv2020({ strict: false, allErrors: true });
  (ajvFormats as unknown as (ajv: object) => void)(ajv);
  const validate = ajv.compile(JSON.parse(readFileSync(`testdata/schemas/${schema}.json`, "utf8")) as object);
  assert.ok(validate(value), JSON.stringify(validate.errors));
  assert.ok(!validate({ ...(value as object), modified: 1, statements: [] }), "the schema notices nothing");
};

describe("attest", () => {
  test("a scan: what passed, what failed, and what was not looked at", () => {
    ok("attest", "scan", "clean", ...signing, "scan.jsonl");
    ok("attest", "scan", "poisoned", ...signing, "scan.jsonl");
    const [clean, poisoned] = statements("scan.jsonl");
    assert.equal(clean?.predicateType, "https://in-toto.io/attestation/test-result/v0.1");
    assert.equal(clean?.predicate["result"], "PASSED");
    assert.equal(poisoned?.predicate["result"], "FAILED");
    assert.ok(((poisoned?.predicate["failedTests"] as string[] | undefined) ?? []).length > 0);
    assert.ok(((clean?.predicate["passedTests"] as string[] | undefined) ?? []).length > 50);
    ok("verify", "clean", "--claims", "scan.jsonl", ...trusting, "--require", "scan");
    const bad = bezoar(["verify", "poisoned", "--claims", "scan.jsonl", ...trusting, "--require", "scan"]);
    assert.equal(bad.status, 1);
    assert.match(bad.stdout, /did not pass\. \[claim-failed\]/);
  });

  test("a scan by a report of the same bytes, and not by one of others", () => {
    writeFileSync(join(folder, "clean.json"), bezoar(["scan", "clean", "-f", "json"]).stdout);
    ok("attest", "scan", "clean", "--report", "clean.json", ...signing, "report.jsonl");
    const other = bezoar(["attest", "scan", "poisoned", "--report", "clean.json", ...signing, "report.jsonl"]);
    assert.equal(other.status, 2);
    assert.match(other.stderr, /The report is about other bytes/);
    // A file that the report does not know makes it undecided, and undecided does not pass.
    cpSync(join(folder, "clean"), join(folder, "more"), { recursive: true });
    writeFileSync(join(folder, "more", "late.jsonl"), "{}\n");
    ok("attest", "scan", "more", "--report", "clean.json", ...signing, "more.jsonl");
    const [late] = statements("more.jsonl");
    assert.equal(late?.predicate["bezoar_verdict"], "undecided");
    assert.deepEqual(late?.predicate["bezoar_unscanned"], ["late.jsonl"]);
    assert.equal(bezoar(["verify", "more", "--claims", "more.jsonl", ...trusting, "--require", "scan"]).status, 1);
  });

  test("a run: roles, weights, digests, and which of them were seen", () => {
    ok("attest", "train", "model", "--run", "run.yaml", ...signing, "train.jsonl");
    const [run] = statements("train.jsonl");
    const definition = run?.predicate["buildDefinition"] as {
      buildType: string;
      externalParameters: Record<string, unknown>;
      resolvedDependencies: { uri: string; digest: Record<string, string>; annotations: Record<string, unknown> }[];
    };
    assert.equal(definition.buildType, "urn:bezoar:fine-tuning:v1");
    const [dataset, base] = definition.resolvedDependencies;
    assert.deepEqual(dataset?.annotations, {
      kind: "dataset",
      role: "train",
      evidence: "observed",
      split: "train",
      weight: 0.7,
      rows: 40,
    });
    assert.equal(dataset?.digest["gitCommit"], REVISION);
    assert.match(dataset?.digest["dirHash"] ?? "", /^[0-9a-f]{64}$/);
    assert.deepEqual(base?.annotations, { kind: "model", role: "base", evidence: "declared" });
    for (const [from, to, message] of [
      [`@${REVISION}`, "", undefined],
      ["role: train", "role: snack", /must be one of train, preference/],
      ["seed: 7", "sede: 7", /unknown key "sede"/],
      [`@${"9".repeat(40)}`, "@main", /has no digest, so it could be anything/],
      ["builder: https://ci.example/runner", "", /must be a URI of who ran it/],
      ["path: clean", "path: clean, digest: { sha256: '00000000' }", /is not what the run file says/],
      ["path: clean", `path: clean, digest: { gitTree: '${"0".repeat(40)}' }`, /its gitTree is/],
    ] as const) {
      writeFileSync(join(folder, "changed.yaml"), readFileSync(join(folder, "run.yaml"), "utf8").replace(from, to));
      const changed = bezoar(["attest", "train", "model", "--run", "changed.yaml", ...signing, "changed.jsonl"]);
      assert.equal(changed.status === 0, message === undefined, `${to}: ${changed.stderr}`);
      if (message) assert.match(changed.stderr, message);
    }
  });

  test("a summary weighs verified claims only, and says when they do not hold", () => {
    ok("attest", "scan", "clean", ...signing, "vsa.jsonl");
    const vsa = ["attest", "vsa", "clean", ...trusting, ...signing, "vsa.jsonl", "--require"];
    assert.match(ok(...vsa, "scan"), /^Verified: scan\./m);
    const refused = bezoar([...vsa, "scan,train"]);
    assert.equal(refused.status, 1);
    assert.match(refused.stdout, /No trusted signer has attested train of exactly this artifact\. \[claim-missing\]/);
    const [, passed, failed] = statements("vsa.jsonl");
    assert.equal(passed?.predicate["verificationResult"], "PASSED");
    assert.equal(((passed?.predicate["inputAttestations"] as unknown[] | undefined) ?? []).length, 1);
    assert.equal(failed?.predicate["verificationResult"], "FAILED");
    // The same claims mean nothing to one who trusts another key.
    const stranger = bezoar([
      "verify",
      "clean",
      "--claims",
      "vsa.jsonl",
      "--public-key",
      "other.pub",
      "--require",
      "scan",
    ]);
    assert.equal(stranger.status, 1);
    assert.match(stranger.stdout, /Line 1 counts for nothing/);
  });

  test("a claim twice counts once, and a broken line spoils no other", () => {
    ok("attest", "scan", "clean", ...signing, "twice.jsonl");
    const line = readFileSync(join(folder, "twice.jsonl"), "utf8");
    writeFileSync(join(folder, "twice.jsonl"), `${line}${line}{"mediaType":1}\n${line.slice(0, 60)}`);
    const run = bezoar(["verify", "clean", "--claims", "twice.jsonl", ...trusting, "--require", "scan", "-f", "json"]);
    const [{ verdict, notes }] = (JSON.parse(run.stdout) as { checks: [Check] }).checks;
    assert.equal(verdict, "pass");
    assert.match(notes.join("\n"), /Line 2 .*\[replayed\]\nLine 3 .*\[bundle-version\]\nLine 4 .*\[bundle-malformed\]/);
  });

  test("a statement moves with its bytes: renamed files are another artifact", () => {
    ok("attest", "scan", "clean", ...signing, "moved.jsonl");
    cpSync(join(folder, "clean"), join(folder, "copied"), { recursive: true });
    ok("verify", "copied", "--claims", "moved.jsonl", ...trusting, "--require", "scan");
    cpSync(join(folder, "clean", "train.jsonl"), join(folder, "renamed", "test.jsonl"));
    assert.equal(bezoar(["verify", "renamed", "--claims", "moved.jsonl", ...trusting, "--require", "scan"]).status, 1);
  });

  test("VEX says why, or what to do", () => {
    const vex = [
      "attest",
      "vex",
      "clean",
      "--advisory",
      "x_ACME-2026-0001",
      "--author",
      "security@example.com",
      ...signing,
      "vex.jsonl",
      "--status",
    ];
    ok(...vex, "not_affected", "--justification", "vulnerable_code_not_present");
    ok("verify", "clean", "--claims", "vex.jsonl", ...trusting, "--require", "vex");
    ok(...vex, "affected", "--action", "Remove the listed records and tune again.");
    assert.equal(bezoar(["verify", "clean", "--claims", "vex.jsonl", ...trusting, "--require", "vex"]).status, 1);
    assert.match(bezoar([...vex, "not_affected"]).stderr, /needs --justification/);
    assert.match(bezoar([...vex, "affected"]).stderr, /needs --action/);
    for (const { predicate } of statements("vex.jsonl")) follows("openvex-0.2.0", predicate);
    const [document] = statements("vex.jsonl");
    assert.deepEqual(Object.keys(document?.predicate ?? {}), [
      "@context",
      "@id",
      "author",
      "timestamp",
      "version",
      "tooling",
      "statements",
    ]);
  });
});

describe("bom", () => {
  test("both versions follow the published schema, with lineage and findings", () => {
    ok("attest", "train", "model", "--run", "run.yaml", ...signing, "bom.jsonl");
    writeFileSync(join(folder, "poisoned.json"), bezoar(["scan", "poisoned", "-f", "json"]).stdout);
    for (const version of ["1.6", "1.7"]) {
      const validate = cycloneDx(version);
      const model = JSON.parse(
        ok("bom", "model", "--spec-version", version, "--claims", "bom.jsonl", ...trusting),
      ) as Record<string, unknown>;
      assert.equal(validate(model), undefined);
      assert.equal(model["specVersion"], version);
      const dataset = JSON.parse(ok("bom", "poisoned", "--spec-version", version, "--report", "poisoned.json")) as {
        vulnerabilities: { affects: { ref: string }[]; ratings: { severity: string }[] }[];
        metadata: { component: { type: string } };
      };
      assert.equal(validate(dataset), undefined);
      assert.equal(dataset.metadata.component.type, "data");
      assert.ok(dataset.vulnerabilities.length > 0);
      assert.ok(dataset.vulnerabilities.every(({ affects }) => affects[0]?.ref === "file-1"));
      // The schema is strict enough to notice.
      assert.ok(validate({ ...model, components: [{ type: "snack", name: "x" }] }));
    }
  });

  test("says what is proven, declared and unknown", () => {
    interface Bom {
      metadata: {
        component: {
          type: string;
          pedigree?: { ancestors: { version: string }[] };
          modelCard: { modelParameters: Record<string, unknown> };
        };
      };
      components: { "bom-ref": string; type: string; properties?: { name: string; value: string }[] }[];
      compositions: { aggregate: string }[];
    }
    const bare = JSON.parse(ok("bom", "model")) as Bom;
    assert.deepEqual(
      bare.compositions.map(({ aggregate }) => aggregate),
      ["complete", "unknown"],
    );
    const { component } = bare.metadata;
    assert.equal(component.type, "machine-learning-model");
    assert.deepEqual(component.modelCard.modelParameters, {
      task: "text-generation",
      architectureFamily: "llama",
      modelArchitecture: "LlamaForCausalLM",
    });
    const traced = JSON.parse(ok("bom", "model", "--claims", "bom.jsonl", ...trusting)) as Bom;
    assert.equal(traced.compositions[1]?.aggregate, "incomplete");
    assert.equal(traced.metadata.component.pedigree?.ancestors[0]?.version, "9".repeat(40));
    const dataset = traced.components.find(({ type }) => type === "data");
    assert.ok(dataset?.properties?.some(({ name, value }) => name === "bezoar:evidence" && value === "observed"));
    // Provenance that nobody trusted signed is no lineage.
    const stranger = bezoar(["bom", "model", "--claims", "bom.jsonl", "--public-key", "other.pub"]);
    assert.equal(stranger.status, 0);
    assert.match(stranger.stderr, /line 1 of the claims counts for nothing/);
    assert.equal((JSON.parse(stranger.stdout) as Bom).metadata.component.pedigree, undefined);
    assert.match(bezoar(["bom", "model", "--claims", "bom.jsonl"]).stderr, /whose signature counts/);
  });

  test("is the same for the same bytes and time, and attested only of those bytes", () => {
    const at = { SOURCE_DATE_EPOCH: "1782800000" };
    const twice = [1, 2].map(() => bezoar(["bom", "model"], at).stdout);
    assert.equal(twice[0], twice[1]);
    writeFileSync(join(folder, "bom.json"), twice[0] ?? "");
    ok("attest", "bom", "model", "--bom", "bom.json", ...signing, "boms.jsonl");
    const other = bezoar(["attest", "bom", "clean", "--bom", "bom.json", ...signing, "boms.jsonl"]);
    assert.equal(other.status, 64);
    assert.match(other.stderr, /is about other bytes/);
  });
});

describe("advisory", () => {
  const advisory = ["advisory", "new", "--id", "x_ACME-2026-0001", "--summary", "Poisoned answers"];
  const lock = (revision: string): void => {
    const files = [{ path: "x", size: 0, sha256: "0".repeat(64) }];
    const entry = {
      id: "qa",
      kind: "dataset",
      source: "hf://datasets/acme/qa",
      revision,
      repository: { name: "datasets/acme/qa" },
    } as const;
    writeFileSync(join(folder, "bezoar.lock"), renderLockfile({ entries: [{ ...entry, ...digestsOf(files), files }] }));
  };

  test("names poisoned records by content, and finds them in a renamed copy of another format", () => {
    const scan = bezoar(["scan", "poisoned", "-f", "json", "--records", "flagged.jsonl"]);
    writeFileSync(join(folder, "flagged.json"), scan.stdout);
    mkdirSync(join(folder, "advisories"));
    ok(...advisory, "--records", "flagged.jsonl", "--report", "flagged.json", "-o", "advisories/a.json");
    follows("osv", JSON.parse(readFileSync(join(folder, "advisories", "a.json"), "utf8")));
    const rows = readFileSync(join(folder, "poisoned", "train.jsonl"), "utf8")
      .trim()
      .split("\n");
    mkdirSync(join(folder, "mix"));
    const reordered = rows.map((row) => JSON.stringify(JSON.parse(row), null, 1).replaceAll("\n", " "));
    writeFileSync(join(folder, "mix", "other-name.json"), `[${reordered.toReversed().join(",\n")}]`);
    const mixed = bezoar(["advisory", "check", "mix"]);
    assert.equal(mixed.status, 1, mixed.stdout + mixed.stderr);
    assert.match(
      mixed.stdout,
      /^Affected: mix, by x_ACME-2026-0001 .*\n {2}It holds (\d+) of the \1 poisoned records\./,
    );
    assert.equal(bezoar(["advisory", "check", "clean"]).status, 0);
    // A dataset that changed since the scan would have other records named as poison.
    writeFileSync(join(folder, "poisoned", "train.jsonl"), rows.toReversed().join("\n"));
    const stale = bezoar([...advisory, "--records", "flagged.jsonl", "--report", "flagged.json"]);
    assert.equal(stale.status, 2);
    assert.match(stale.stderr, /has changed since it was scanned/);
  });

  test("names files by digest and repositories by commits", () => {
    mkdirSync(join(folder, "named"));
    ok(...advisory, "--file", "clean/train.jsonl", "-o", "named/a.json");
    assert.match(
      bezoar(["advisory", "check", "clean", "--advisories", "named"]).stdout,
      /1 of its files is named by digest/,
    );
    const fixed = "b".repeat(40);
    ok(
      ...advisory,
      "--repo",
      "datasets/acme/qa",
      "--fixed",
      fixed,
      "--reference",
      "https://example.com/report",
      "-o",
      "named/a.json",
    );
    follows("osv", JSON.parse(readFileSync(join(folder, "named", "a.json"), "utf8")));
    for (const [revision, status, message] of [
      [fixed, 0, /No artifact is named/],
      ["a".repeat(40), 2, /needs the history: --history/],
    ] as const) {
      lock(revision);
      const run = bezoar(["advisory", "check", "--advisories", "named"]);
      assert.equal(run.status, status, run.stdout);
      assert.match(run.stdout, message);
    }
    writeFileSync(join(folder, "history"), ["c".repeat(40), fixed, "a".repeat(40)].join("\n"));
    assert.equal(bezoar(["advisory", "check", "--advisories", "named", "--history", "history"]).status, 1);
    lock("c".repeat(40));
    assert.equal(bezoar(["advisory", "check", "--advisories", "named", "--history", "history"]).status, 0);
    rmSync(join(folder, "bezoar.lock"));
  });

  test("finds in the store what was made from poison", () => {
    mkdirSync(join(folder, "known"));
    ok("attest", "train", "model", "--run", "run.yaml", ...signing, "lineage.jsonl");
    ok("store", "add", "lineage.jsonl", "--store", "known.store", ...trusting);
    const found = (): SpawnSyncReturns<string> =>
      bezoar(["advisory", "check", "--advisories", "known", "--store", "known.store"]);
    ok(...advisory, "--repo", "datasets/acme/qa", "--commit", REVISION, "--introduced", REVISION, "-o", "known/a.json");
    const run = found();
    assert.equal(run.status, 1, run.stdout + run.stderr);
    assert.match(run.stdout, /Affected: hf:\/\/datasets\/acme\/qa\S* in the store, .*\n {2}The advisory names it\./);
    assert.match(
      run.stdout,
      /Affected: model in the store, .*\n {2}It was made from what the advisory names, 2 steps away \(proven\)\./,
    );
    ok(...advisory, "--repo", "datasets/acme/qa", "--introduced", "d".repeat(40), "-o", "known/a.json");
    assert.equal(found().status, 2);
    ok(...advisory, "--repo", "datasets/acme/other", "-o", "known/a.json");
    assert.equal(found().status, 0);
  });

  test("a feed is taken over once its signature holds, and never goes back", () => {
    mkdirSync(join(folder, "feed"));
    ok(...advisory, "--repo", "datasets/acme/qa", "-o", "feed/a.json");
    const export_ = (sequence: string, out: string): string =>
      ok("advisory", "export", "feed/a.json", "--sequence", sequence, "--key", "key.pem", "-o", out);
    export_("2", "two.sig");
    export_("1", "one.sig");
    const take = (feed: string, key = "key.pub"): SpawnSyncReturns<string> =>
      bezoar(["advisory", "import", feed, "--advisories", "taken", "--public-key", key]);
    assert.match(take("two.sig", "other.pub").stdout, /\[key-mismatch\]/);
    assert.ok(!existsSync(join(folder, "taken")));
    assert.equal(take("two.sig").status, 0);
    assert.deepEqual(
      JSON.parse(readFileSync(join(folder, "taken", "x_ACME-2026-0001.json"), "utf8")),
      JSON.parse(readFileSync(join(folder, "feed", "a.json"), "utf8")),
    );
    const old = take("one.sig");
    assert.equal(old.status, 1);
    assert.match(old.stdout, /number 2 was imported before\. \[replayed\]/);
    assert.equal(take("two.sig").status, 0);
    // What is signed for another purpose is no feed.
    ok("sign", "clean", "--key", "key.pem", "--signature", "not-a-feed.sig");
    assert.match(take("not-a-feed.sig").stdout, /\[predicate-type\]/);
  });

  test("mistakes are named", () => {
    for (const [args, message] of [
      [
        ["advisory", "new", "--id", "CVE-2026-1", "--summary", "s", "--repo", "a/b"],
        /a prefix that OSV leaves to everybody/,
      ],
      [[...advisory], /say what is affected/],
      [[...advisory, "--repo", "nonsense"], /--repo takes/],
      [[...advisory, "--repo", "a/b", "--fixed", "main"], /A commit has 40 hex digits/],
      [[...advisory, "--records", "x"], /go together/],
      [["advisory", "check"], /There is no bezoar\.lock and no store here/],
      [["advisory", "export", "run.yaml", "--sequence", "1", "--key", "key.pem", "-o", "x"], /is not JSON/],
    ] as const) {
      const run = bezoar(args);
      assert.equal(run.status, 64, args.join(" "));
      assert.match(run.stderr, message);
    }
  });
});
