import assert from "node:assert/strict";
import { test } from "node:test";
import type { ArtifactDetector, ArtifactFacts } from "../../core/detector.ts";
import { extensionMismatch } from "./extension-mismatch.ts";
import { polyglot } from "./polyglot.ts";

const severityOf = (detector: ArtifactDetector, facts: Partial<ArtifactFacts>): string | undefined => {
  const found: string[] = [];
  detector.inspect(
    { name: "x", extension: "", format: undefined, extensionFormats: [], alsoFormats: [], ...facts },
    (hit) => found.push(hit.severity ?? detector.severity),
  );
  assert.ok(found.length < 2);
  return found[0];
};
const mismatch = (extension: string, format: string, ...extensionFormats: string[]): string | undefined =>
  severityOf(extensionMismatch, { name: `train${extension}`, extension, format, extensionFormats });

test("a disguise is told from a habit", () => {
  for (const [extension, format, named, severity] of [
    [".jsonl", "foreign", "jsonl", "high"],
    [".csv", "foreign", "csv", "high"],
    [".parquet", "foreign", "parquet", "high"],
    [".md", "foreign", "card", "high"],
    [".csv", "zip", "csv", "medium"],
    [".jsonl", "python", "jsonl", "medium"],
    [".parquet", "notebook", "parquet", "medium"],
    [".py", "zip", "python", "high"],
    [".csv", "parquet", "csv", "low"],
    [".parquet", "csv", "parquet", "low"],
    [".jsonl", "json", "jsonl", undefined],
    [".txt", "csv", "text", undefined],
    [".json", "jsonl", "json", undefined],
    [".json", "notebook", "json", undefined],
    [".json", "settings", "json", undefined],
    [".csv", "gzip", "csv", undefined],
    [".parquet", "pointer", "parquet", undefined],
    [".arrow", "parquet", "arrow", undefined],
    [".csv", "csv", "csv", undefined],
    [".png", "foreign", "foreign", undefined],
    [".pt", "zip", "", undefined],
    [".jsonl", "pickle", "jsonl", "high"],
    [".safetensors", "pickle", "", "high"],
    [".bin", "pickle", "", undefined],
  ] as const) {
    assert.equal(mismatch(extension, format, ...(named ? [named] : [])), severity, `${format} in ${extension}`);
  }
  assert.equal(severityOf(extensionMismatch, { extension: ".csv" }), undefined);
});

test("two magic numbers are a polyglot; two names of one kind are none", () => {
  assert.equal(severityOf(polyglot, { format: "gzip", alsoFormats: ["tar"] }), "high");
  assert.equal(severityOf(polyglot, { format: "parquet", alsoFormats: ["zip", "csv"] }), "high");
  assert.equal(severityOf(polyglot, { format: "webdataset", alsoFormats: ["tar"] }), undefined);
  assert.equal(severityOf(polyglot, { format: "python", alsoFormats: ["settings"] }), undefined);
  assert.equal(severityOf(polyglot, { format: "parquet" }), undefined);
});
