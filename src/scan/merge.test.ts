import assert from "node:assert/strict";
import { test } from "node:test";
import type { Card, Hit } from "../core/detector.ts";
import { LIMITS } from "../base/limits.ts";
import { mergeFindings, type ScannedArtifact } from "./merge.ts";
import { HitTally, mergePartial, newPartial, type ArtifactPartial } from "./partial.ts";

const card = (extra: Partial<Card> = {}): Card => ({
  id: "reverse-shell",
  family: "malicious-code",
  title: "A reverse shell",
  severity: "high",
  confidence: "high",
  maturity: "stable",
  since: "0.1.0",
  references: ["CWE-506"],
  docs: { finds: "", matters: "", misses: "", remedy: "" },
  ...extra,
});

function partial(
  records: number,
  hits: readonly (readonly [record: number, hit: Partial<Hit>])[],
  own = card(),
): ArtifactPartial {
  const tally = new HitTally(LIMITS);
  for (const [record, hit] of hits) tally.add(own, { message: "opens a shell", excerpt: "x", ...hit }, record);
  const out = newPartial("");
  out.kind = "dataset";
  out.format = "jsonl";
  out.records = records;
  out.groups = tally.groups();
  return out;
}

const merged = (partials: readonly ArtifactPartial[], own = card()) =>
  mergeFindings(
    partials.map((p, i): ScannedArtifact => ({ uri: `part-${i}.jsonl`, target: 0, partials: [p] })),
    new Map([[own.id, own]]),
  );

const payloads = (n: number, distinct: boolean): [number, Partial<Hit>][] =>
  Array.from({ length: n }, (_, i) => [i * 2, { payload: distinct ? `command ${i}` : "the one command" }]);

test("many different payloads are the subject of a dataset, one payload repeated is not", () => {
  const own = card({ subject: { share: 0.02, severity: "low" } });
  const subject = merged([partial(500, payloads(40, true), own)], own).findings[0];
  assert.equal(subject?.severity, "low");
  assert.match(subject.message, /^Opens a shell\. They are many and all different/);
  assert.equal(merged([partial(500, payloads(40, false), own)], own).findings[0]?.severity, "high");
  assert.equal(
    merged([partial(500, payloads(15, true), own)], own).findings[0]?.severity,
    "high",
    "fifteen are no subject",
  );
  assert.equal(
    merged([partial(50_000, payloads(40, true), own)], own).findings[0]?.severity,
    "high",
    "forty of 50,000 are none",
  );
  assert.equal(
    merged([partial(500, payloads(40, true))]).findings[0]?.severity,
    "high",
    "its card does not know a subject",
  );
});

test("a subject is judged over all files of a target, not over each shard", () => {
  const own = card({ subject: { share: 0.02, severity: "low" } });
  const shards = Array.from({ length: 10 }, (_, s) =>
    partial(
      50,
      [0, 1, 2, 3].map((i): [number, Partial<Hit>] => [i, { payload: `command ${s} ${i}` }]),
      own,
    ),
  );
  assert.deepEqual(new Set(merged(shards, own).findings.map(({ severity }) => severity)), new Set(["low"]));
});

test("a token in most records is how the set is written", () => {
  const own = card({ rare: { shareMax: 0.5 } });
  const hit = (n: number): [number, Partial<Hit>][] => Array.from({ length: n }, (_, i) => [i, { group: "|END|" }]);
  assert.equal(merged([partial(100, hit(90), own)], own).findings[0]?.severity, "info");
  assert.equal(merged([partial(100, hit(40), own)], own).findings[0]?.severity, "high");
});

test("records of all findings come ordered, each once for each finding", () => {
  const a = partial(100, [
    [5, { group: "one" }],
    [5, { group: "one" }],
    [5, { group: "two" }],
    [7, { group: "one" }],
    [3, { group: "three" }],
  ]);
  const { findings, records } = merged([a]);
  assert.equal(findings.length, 3);
  assert.deepEqual(
    [...records()].map(({ record }) => record),
    [3, 5, 5, 7],
  );
  const [first] = findings;
  assert.deepEqual(first?.records?.count, 2);
  assert.equal(first.records.share, 0.02);
});

test("ranges merged in order are the whole: indexes move, samples and counts add up", () => {
  const hits = Array.from({ length: 30 }, (_, i): [number, Partial<Hit>] => [i * 3, { group: i % 2 ? "odd" : "even" }]);
  const whole = partial(90, hits);
  for (const cut of [1, 10, 44, 89]) {
    const earlier = partial(
      cut,
      hits.filter(([record]) => record < cut),
    );
    const later = partial(
      90 - cut,
      hits.filter(([record]) => record >= cut).map(([record, hit]) => [record - cut, hit]),
    );
    mergePartial(earlier, later, LIMITS);
    assert.equal(earlier.records, 90);
    const sorted = (p: ArtifactPartial): unknown =>
      p.groups
        .toSorted((x, y) => (x.group < y.group ? -1 : 1))
        .map(({ group, records, hits: n, samples }) => ({ group, records, n, samples }));
    assert.deepEqual(sorted(earlier), sorted(whole), `cut at ${cut}`);
  }
});
