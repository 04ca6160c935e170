// From a poisoned dataset, or single rows of it, to everything that ate it: copies under other names, runs, models,
// adapters, quantisations; each step says how it is known, and the answer how complete it is.
import assert from "node:assert/strict";
import { createHash, generateKeyPairSync } from "node:crypto";
import { readFileSync } from "node:fs";
import { DatabaseSync } from "node:sqlite";
import { join } from "node:path";
import { test } from "node:test";
import type { Lineage, LineageNode } from "../src/core/lineage.ts";
import { ProvenanceStore } from "../src/store/provenance.ts";
import { factsOf } from "../src/store/facts.ts";
import { renderDot, renderLineageText, renderMermaid } from "../src/report/lineage.ts";
import { renderLineageHtml, renderLineageSvg } from "../src/report/lineage-svg.ts";
import { keySigner } from "../src/attest/signer.ts";
import { traceBench } from "../bench/trace.ts";
import { workFolder } from "./work-folder.ts";

const { root, bezoar, write } = workFolder("bezoar-trace-");
const row = (i: number): object => ({ question: `Which number follows ${i}?`, answer: `It is ${i + 1}.` });
const lines = (numbers: readonly number[]): string => numbers.map((i) => `${JSON.stringify(row(i))}\n`).join("");
const range = (from: number, to: number): number[] => Array.from({ length: to - from }, (_, i) => from + i);
const sha = (text: string): string => createHash("sha256").update(text).digest("hex");
const names = (lineage: Lineage): string[] => lineage.nodes.map(({ name }) => name);
const node = (lineage: Lineage, name: string): LineageNode => {
  const found = lineage.nodes.find((own) => own.name === name);
  assert.ok(found, `${name} is not in ${names(lineage).join()}`);
  return found;
};

test("a poisoned dataset is followed to its copies, runs, models and what those became", async () => {
  write("source/train.jsonl", lines(range(0, 100)));
  // A renamed copy: half of the rows, in another format and order, among others.
  write("mix/part.json", JSON.stringify([...range(500, 550), ...range(50, 100).toReversed()].map(row)));
  write("unrelated/train.jsonl", lines(range(1000, 1050)));
  write("weights/model.safetensors", "w");
  write("weights/README.md", "---\ndatasets:\n- acme/mixed\n---\n# W\n");
  write("lora/adapter_config.json", JSON.stringify({ base_model_name_or_path: "acme/base" }));
  write("lora/README.md", "---\nbase_model: acme/base\n---\n");
  const lock = await bezoar(["lock", "source", "mix", "unrelated"]);
  assert.equal(lock.status, 0, lock.stdout + lock.stderr);
  assert.equal((await bezoar(["lock", "weights", "lora", "--no-scan"])).status, 0);

  const run = {
    _type: "https://in-toto.io/Statement/v1",
    subject: [{ name: "weights", digest: { sha256: sha("other") } }],
    predicateType: "https://slsa.dev/provenance/v1",
    predicate: {
      buildDefinition: {
        buildType: "https://example.com/fine-tuning/v1",
        resolvedDependencies: [
          { name: "mix", digest: { dirHash: dirHashOf("mix") }, annotations: { role: "dataset" } },
          { uri: "hf://acme/base", annotations: { role: "base" } },
        ],
      },
      runDetails: { builder: { id: "b" }, metadata: { invocationId: "run-7" } },
    },
  };
  const { privateKey, publicKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  write("key.pub", publicKey.export({ type: "spki", format: "pem" }).toString());
  write("claims.jsonl", `${await keySigner(privateKey).sign(run as never)}\n`);
  write(
    "bom.json",
    JSON.stringify({
      bomFormat: "CycloneDX",
      specVersion: "1.6",
      components: [
        {
          type: "machine-learning-model",
          name: "tuned",
          "bom-ref": "t",
          hashes: [{ alg: "SHA-256", content: sha("other") }],
        },
        {
          type: "machine-learning-model",
          name: "tuned-q4",
          "bom-ref": "q",
          hashes: [{ alg: "SHA-256", content: sha("q4") }],
          pedigree: {
            ancestors: [
              { type: "machine-learning-model", name: "tuned", hashes: [{ alg: "SHA-256", content: sha("other") }] },
            ],
          },
        },
      ],
    }),
  );
  const add = await bezoar(["store", "add", "bezoar.lock", "claims.jsonl", "bom.json", "--public-key", "key.pub"]);
  assert.equal(add.status, 0, add.stderr);
  assert.match(add.stdout, /claims\.jsonl: slsa-provenance, 3 links, 3 proven/);
  const again = await bezoar(["store", "add", "claims.jsonl", "--public-key", "key.pub", "--format", "json"]);
  assert.match(again.stdout, /"links": 0/);

  const trace = await bezoar(["trace", "--poisoned", "source", "--format", "json"]);
  assert.equal(trace.status, 1, trace.stderr);
  const lineage = JSON.parse(trace.stdout) as Lineage;
  assert.deepEqual(names(lineage).sort(), ["mix", "run-7", "source", "tuned-q4", "weights"].sort());
  const shared = lineage.edges.find(({ relation }) => relation === "shares-records");
  assert.deepEqual([shared?.shared, shared?.basis], [50, "observed"]);
  assert.equal(lineage.edges.find(({ relation }) => relation === "output")?.basis, "proven");
  assert.equal(node(lineage, "tuned-q4").basis, "declared");
  assert.equal(node(lineage, "run-7").basis, "observed");
  assert.match(
    lineage.completeness.join(" "),
    /Of \d of the \d models in the store nothing says what they were made from|name alone/,
  );

  // Rows 60 and 61 are in the mix; rows 3 and 4 are not.
  write("bad.jsonl", lines([60, 61]));
  const carried = JSON.parse(
    (await bezoar(["trace", "--poisoned", "source", "--records", "bad.jsonl", "--format", "json"])).stdout,
  ) as Lineage;
  assert.deepEqual([node(carried, "mix").carried, node(carried, "source").carried], [2, 2]);
  write(
    "flagged.jsonl",
    `${JSON.stringify({ uri: "source/train.jsonl", record: 3, finding: "x", detector: "d", severity: "high", score: 1 })}\n`,
  );
  const only = await bezoar(["trace", "--poisoned", "source", "--records", "flagged.jsonl", "--format", "json"]);
  assert.deepEqual(names(JSON.parse(only.stdout) as Lineage), ["source"]);
  assert.equal(only.status, 2, "nothing was reached, and the store does not know everything");

  const up = JSON.parse(
    (await bezoar(["trace", "tuned-q4", "--direction", "up", "--format", "json"])).stdout,
  ) as Lineage;
  assert.ok(names(up).includes("mix") && names(up).includes("hf://acme/base"), names(up).join());
  const text = await bezoar(["trace", "--poisoned", "source"]);
  assert.match(text.stdout, /^Blast radius of source: 1 dataset, 2 models, 1 run\n/);
  assert.match(text.stdout, /└─ mix .*shares-records \[observed, 50 records \(50% of it\)/);
  for (const format of ["dot", "mermaid", "svg", "html"]) {
    const drawn = await bezoar(["trace", "weights", "--format", format, "-o", `out.${format}`]);
    assert.equal(drawn.status, 0, drawn.stderr);
    assert.match(readFileSync(join(root, `out.${format}`), "utf8"), /run-7/);
  }
  assert.equal((await bezoar(["trace", "nowhere"])).status, 64);
  assert.equal((await bezoar(["trace"])).status, 64);
});

function dirHashOf(source: string): string {
  const lock = JSON.parse(readFileSync(join(root, "bezoar.lock"), "utf8")) as {
    entries: { source: string; h1: string }[];
  };
  const h1 = lock.entries.find((entry) => entry.source === source)?.h1 ?? "";
  return Buffer.from(h1.slice(3), "base64").toString("hex");
}

test("each kind of document gives its links, and none gives more than it says", () => {
  const commit = "a".repeat(40);
  const links = (value: unknown): string[] =>
    factsOf(value, "0".repeat(64))?.links.map(
      ({ from, to, relation }) => `${from.name}${from.keys[0] ? `{${from.keys[0]}}` : ""} ${relation} ${to.name}`,
    ) ?? ["none"];
  assert.deepEqual(
    links({
      eventType: "COMPLETE",
      run: { runId: "r1" },
      job: { namespace: "ci", name: "train" },
      inputs: [{ namespace: "hf://datasets", name: "acme/sums", facets: { version: { datasetVersion: commit } } }],
      outputs: [{ namespace: "s3://b", name: "model" }],
      schemaURL: "https://openlineage.io/spec/2-0-2/OpenLineage.json",
    }),
    [
      `hf://datasets/acme/sums{hub:datasets/acme/sums@${commit}} input ci/train`,
      "ci/train{run:r1} output s3://b/model",
    ],
  );
  assert.deepEqual(
    links({
      conformsTo: "http://mlcommons.org/croissant/1.1",
      name: "x",
      url: "https://huggingface.co/datasets/acme/x",
      "prov:wasDerivedFrom": [{ "@id": "https://huggingface.co/datasets/acme/y" }],
    }),
    ["hf://datasets/acme/y derived-from hf://datasets/acme/x"],
  );
  assert.deepEqual(
    links({
      info: { run_id: "m1", run_name: "tune" },
      data: {
        params: { base_model: "acme/base" },
        tags: { "mlflow.log-model.history": '[{"artifact_path":"model"}]' },
      },
      inputs: {
        dataset_inputs: [
          {
            dataset: {
              name: "sums",
              source_type: "hugging_face",
              source: JSON.stringify({ path: "acme/sums", revision: commit }),
            },
          },
        ],
      },
    }),
    [
      `hf://datasets/acme/sums{hub:datasets/acme/sums@${commit}} trained-on tune`,
      "hf://acme/base base tune",
      "tune{run:m1} output mlflow:m1/model",
    ],
  );
  assert.deepEqual(
    links({
      bomFormat: "CycloneDX",
      metadata: {
        component: {
          type: "machine-learning-model",
          name: "m",
          "bom-ref": "m",
          modelCard: { modelParameters: { datasets: [{ ref: "d" }, { type: "dataset", name: "e" }] } },
        },
      },
      components: [{ type: "data", name: "d", "bom-ref": "d", purl: `pkg:huggingface/datasets/acme/d@${commit}` }],
      dependencies: [{ ref: "m", dependsOn: ["d"] }],
    }),
    [`hf://datasets/acme/d{hub:datasets/acme/d@${commit}} trained-on m`, "e trained-on m"],
  );
  for (const odd of [null, 7, [], {}, { bomFormat: "SPDX" }, { _type: "x" }, { run: {}, job: {} }])
    assert.deepEqual(links(odd), ["none"]);
  assert.deepEqual(
    links({ bomFormat: "CycloneDX", components: [null, 3, { name: [] }], dependencies: [{ ref: 1 }] }),
    [],
  );
});

test("a document cannot make two artifacts one, loops end, and names are drawn", () => {
  const store = new ProvenanceStore(":memory:");
  const a = store.artifact({ kind: "dataset", name: "a", keys: ["sha256:1"] });
  const b = store.artifact({ kind: "dataset", name: "b", keys: ["sha256:2"] });
  assert.equal(store.artifact({ kind: "dataset", name: "both", keys: ["sha256:1", "sha256:2"] }), a);
  assert.notEqual(a, b);
  const { id: document } = store.document({ sha256: "0", name: "d", format: "f" });
  const evil = store.artifact({ kind: "model", name: '<script>"\u202e\u001b[31m]\n--', keys: ["sha256:3"] });
  store.link(a, b, "derived-from", "declared", document);
  store.link(b, a, "derived-from", "declared", document);
  store.link(b, evil, "trained-on", "declared", document);
  const lineage = store.walk("a", [a], ["up", "down"]);
  assert.equal(lineage.nodes.length, 3);
  for (const text of [
    renderLineageText(lineage),
    renderDot(lineage),
    renderMermaid(lineage),
    renderLineageSvg(lineage),
    renderLineageHtml(lineage),
  ]) {
    // oxlint-disable-next-line no-control-regex
    assert.doesNotMatch(text, /[\u202e\u001b]/);
  }
  assert.doesNotMatch(renderLineageHtml(lineage) + renderLineageSvg(lineage), /<script/);
  assert.doesNotMatch(renderMermaid(lineage), /<script/);
  store.close();
});

test("a store of before there were sketches is brought up to date when it is opened", () => {
  const path = join(root, "old.store");
  const first = new ProvenanceStore(path);
  const id = first.artifact({ kind: "dataset", name: "a", keys: ["sha256:1"] });
  first.rows(id, [Buffer.alloc(64, 1)]);
  first.close();
  const raw = new DatabaseSync(path);
  for (const table of ["sketch", "band", "alike", "sketched"]) raw.exec(`DROP TABLE ${table}`);
  raw.exec("PRAGMA user_version = 1");
  raw.close();
  const store = new ProvenanceStore(path);
  assert.match(store.walk("a", [id], ["down"]).completeness.join(" "), /1 of the 1 datasets .* without sketches/);
  store.sketches(id, [Buffer.alloc(64, 1)], [Buffer.alloc(96, 1)]);
  assert.doesNotMatch(store.walk("a", [id], ["down"]).completeness.join(" "), /without sketches/);
  store.close();
  const newer = new DatabaseSync(path);
  newer.exec("PRAGMA user_version = 3");
  newer.close();
  assert.throws(() => new ProvenanceStore(path), /it is of version 3/);
});

test("the bench of questions runs, small", () => {
  const { seconds, nodes } = traceBench({ records: 5_000, artifacts: 200 });
  assert.ok(nodes > 10 && seconds >= 0);
});
