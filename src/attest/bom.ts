// A CycloneDX 1.6 or 1.7 ML-BOM of one model or dataset: its files by digest, what it was made from as far as a verified
// statement says so, and what a scan found, as vulnerabilities of the component. What is only declared by the artifact's
// own card is marked so, and `compositions` says how complete each part is.
import { createHash } from "node:crypto";
import type { Finding, ScanReport } from "../core/report.ts";
import type { FileDigest } from "../core/tree-digest.ts";
import { refuse } from "../core/refusal.ts";
import type { Statement, Subject } from "./statement.ts";
import { isObject, type JsonObject } from "./strict-json.ts";
import { dependenciesOf, type ReadDependency } from "./training.ts";
import type { Verified } from "./verified.ts";

export const SPEC_VERSIONS = ["1.6", "1.7"] as const;
export type SpecVersion = (typeof SPEC_VERSIONS)[number];

/** What an artifact says of itself in its card and configuration. */
export interface Card {
  readonly licence?: string;
  readonly task?: string;
  readonly architectureFamily?: string;
  readonly modelArchitecture?: string;
  readonly datasets: readonly string[];
  readonly baseModels: readonly string[];
}

export interface BomInput {
  readonly subject: Subject;
  readonly type: "model" | "dataset";
  readonly files: readonly FileDigest[];
  readonly card: Card;
  /** Verified SLSA provenance of this subject. */
  readonly provenance: readonly Verified<Statement>[];
  readonly report?: ScanReport;
  readonly revision?: string;
  readonly specVersion: SpecVersion;
  readonly at: Date;
  readonly version: string;
}

type Json = Record<string, unknown>;

const property = (name: string, value: string | number): Json => ({ name: `bezoar:${name}`, value: String(value) });
const hash = (content: string): Json => ({ alg: "SHA-256", content });

/** A document; deterministic but for `at`. */
export function renderBom(input: BomInput): Json {
  const { subject, files, card, report, specVersion } = input;
  const root = "artifact";
  const inputs = input.provenance.flatMap(({ value }) => dependenciesOf(value));
  const dependencies = uniqueBy(inputs, ({ kind, role, uri, digest }) => JSON.stringify([kind, role, uri, digest]));
  const refs = new Map(dependencies.map((dependency, i) => [dependency, `input-${i + 1}`]));
  const datasets = dependencies.filter(({ kind }) => kind === "dataset");
  const bases = dependencies.filter(({ kind }) => kind === "model");
  const component: Json = {
    type: input.type === "model" ? "machine-learning-model" : "data",
    "bom-ref": root,
    name: subject.name ?? "artifact",
    version: input.revision ?? subject.digest["dirHash"]?.slice(0, 16),
    // The digest by which signatures and attestations of the field name a tree. It binds no names; dirHash does.
    hashes: [hash(subject.digest["sha256"] ?? "")],
    ...(card.licence === undefined ? {} : { licenses: [{ license: { name: card.licence } }] }),
    ...(input.type === "dataset" ? { data: [{ type: "dataset", name: subject.name ?? "artifact" }] } : {}),
    ...(bases.length > 0
      ? { pedigree: { ancestors: bases.map((base) => inputComponent(base, `${refs.get(base) ?? ""}-ancestor`)) } }
      : {}),
    ...(input.type === "model"
      ? {
          modelCard: modelCard(
            input,
            datasets.map((item) => refs.get(item) ?? ""),
          ),
        }
      : {}),
    properties: [
      property("oms-root", subject.digest["sha256"] ?? ""),
      property("dir-hash", subject.digest["dirHash"] ?? ""),
      ...card.datasets.map((name) => property("declared-dataset", name)),
      ...card.baseModels.map((name) => property("declared-base-model", name)),
      ...(report ? [property("scan-verdict", report.verdict)] : []),
    ],
  };
  const fileComponents = files.map(({ path, sha256 }, i) => ({
    type: "file",
    "bom-ref": `file-${i + 1}`,
    name: path,
    hashes: [hash(sha256)],
  }));
  const components = [...fileComponents, ...dependencies.map((item) => inputComponent(item, refs.get(item) ?? ""))];
  const runs = input.provenance.map(({ value }, i) => workflow(value, i, root, dependencies, refs));
  return {
    bomFormat: "CycloneDX",
    specVersion,
    serialNumber: `urn:uuid:${uuidOf(JSON.stringify([subject.digest, report?.findings.map(({ id }) => id) ?? [], components.length]))}`,
    version: 1,
    metadata: {
      timestamp: `${input.at.toISOString().slice(0, 19)}Z`,
      tools: { components: [{ type: "application", name: "bezoar", version: input.version }] },
      component,
    },
    components,
    dependencies: [{ ref: root, dependsOn: components.map((item) => (item as Json)["bom-ref"]) }],
    compositions: [
      { aggregate: "complete", assemblies: fileComponents.map((item) => item["bom-ref"]) },
      // Provenance names what its signer knew of; that nothing else went in, nobody can prove.
      { aggregate: dependencies.length > 0 ? "incomplete" : "unknown", dependencies: [root] },
    ],
    ...(runs.length > 0 ? { formulation: [{ "bom-ref": "runs", workflows: runs }] } : {}),
    ...(report && report.findings.length > 0 ? { vulnerabilities: vulnerabilities(report, files, root) } : {}),
  };
}

function modelCard({ card }: BomInput, datasetRefs: readonly string[]): Json {
  const parameters = {
    ...(card.task === undefined ? {} : { task: card.task }),
    ...(card.architectureFamily === undefined ? {} : { architectureFamily: card.architectureFamily }),
    ...(card.modelArchitecture === undefined ? {} : { modelArchitecture: card.modelArchitecture }),
    ...(datasetRefs.length > 0 ? { datasets: datasetRefs.map((ref) => ({ ref })) } : {}),
  };
  return { modelParameters: parameters };
}

function inputComponent(
  { kind, role, uri, digest, evidence, rows, rowRoot, split, weight }: ReadDependency,
  ref: string,
): Json {
  const notes = { role, evidence, rows, "row-root": rowRoot, split, weight, "dir-hash": digest["dirHash"] };
  const address = /^(?:https?|git\+https):\/\//.test(uri) ? uri.replace(/^git\+/, "") : undefined;
  return {
    type: kind === "model" ? "machine-learning-model" : kind === "dataset" ? "data" : "application",
    "bom-ref": ref,
    name: uri === "" ? role : uri,
    ...(digest["gitCommit"] === undefined ? {} : { version: digest["gitCommit"] }),
    ...(digest["sha256"] === undefined ? {} : { hashes: [hash(digest["sha256"])] }),
    ...(kind === "dataset" ? { data: [{ type: "dataset", name: uri === "" ? role : uri }] } : {}),
    ...(address === undefined ? {} : { externalReferences: [{ type: "distribution", url: address }] }),
    properties: Object.entries(notes)
      .filter(([, value]) => value !== undefined)
      .map(([name, value]) => property(name, value as string | number)),
  };
}

function workflow(
  { predicate }: Statement,
  index: number,
  root: string,
  dependencies: readonly ReadDependency[],
  refs: ReadonlyMap<ReadDependency, string>,
): Json {
  const details = isObject(predicate["runDetails"]) ? predicate["runDetails"] : {};
  const metadata = isObject(details["metadata"]) ? details["metadata"] : {};
  const definition = isObject(predicate["buildDefinition"]) ? predicate["buildDefinition"] : {};
  const text = (value: unknown, otherwise: string): string =>
    typeof value === "string" && value !== "" ? value : otherwise;
  const times = Object.fromEntries(
    [
      ["timeStart", metadata["startedOn"]],
      ["timeEnd", metadata["finishedOn"]],
    ].filter(([, value]) => typeof value === "string" && /^\d{4}-\d\d-\d\dT[\d:.]+Z$/.test(value)),
  ) as Json;
  return {
    "bom-ref": `run-${index + 1}`,
    uid: text(metadata["invocationId"], `run-${index + 1}`),
    name: text(definition["buildType"], "run"),
    taskTypes: ["build"],
    ...times,
    inputs: dependencies.map((item) => ({ resource: { ref: refs.get(item) ?? root } })),
    outputs: [{ type: "artifact", resource: { ref: root } }],
  };
}

function vulnerabilities(report: ScanReport, files: readonly FileDigest[], root: string): Json[] {
  const places = new Map(files.map(({ sha256 }, i) => [sha256, `file-${i + 1}`]));
  const digests = new Map(report.artifacts.map(({ uri, sha256 }) => [uri, sha256]));
  return report.findings.map((finding) => {
    const { id, detector, severity, title, message, references, location, records, rule, waived } = finding;
    const ref = places.get(digests.get(location.uri) ?? "") ?? root;
    const cwes = references.flatMap((reference) => /^CWE-(\d+)$/.exec(reference)?.[1] ?? []).map(Number);
    return {
      "bom-ref": `finding-${id}`,
      id: detector,
      source: { name: "bezoar" },
      ratings: [{ source: { name: "bezoar" }, severity, method: "other" }],
      ...(cwes.length > 0 ? { cwes } : {}),
      description: title,
      detail: message,
      affects: [{ ref }],
      ...(waived ? { analysis: { state: "in_triage", detail: waiverText(waived) } } : {}),
      properties: [
        property("confidence", finding.confidence),
        ...references.map((reference) => property("reference", reference)),
        ...(records ? [property("records", records.count), property("share", records.share)] : []),
        ...(rule ? [property("trigger", rule.trigger), property("target", rule.target)] : []),
      ],
    };
  });
}

const waiverText = ({ owner, reason, expires }: NonNullable<Finding["waived"]>): string =>
  `Accepted by ${owner} until ${expires}: ${reason}`;

function uniqueBy<T>(items: readonly T[], key: (item: T) => string): T[] {
  const seen = new Set<string>();
  return items.filter((item) => {
    const own = key(item);
    if (seen.has(own)) return false;
    seen.add(own);
    return true;
  });
}

/** A version 8 UUID (RFC 9562) from a digest: the same content, the same serial number. */
function uuidOf(content: string): string {
  const hex = createHash("sha256").update(content).digest("hex");
  const variant = ((Number.parseInt(hex.slice(16, 17), 16) & 3) | 8).toString(16);
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-8${hex.slice(13, 16)}-${variant}${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}

/** Whether a CycloneDX document that Bezoar wrote is about `subject`. */
export function bomSubjectMatches(bom: JsonObject, subject: Subject): boolean {
  const metadata = isObject(bom["metadata"]) ? bom["metadata"] : {};
  const component = isObject(metadata["component"]) ? metadata["component"] : {};
  const properties = Array.isArray(component["properties"]) ? (component["properties"] as unknown[]) : [];
  return properties.some(
    (item) => isObject(item) && item["name"] === "bezoar:dir-hash" && item["value"] === subject.digest["dirHash"],
  );
}

/** Refuses a report that is about none of the files. */
export function checkReport(report: ScanReport, files: readonly FileDigest[]): void {
  const here = new Set(files.map(({ sha256 }) => sha256));
  const read = report.artifacts.filter(({ sha256 }) => sha256 !== null);
  if (read.length > 0 && !read.some(({ sha256 }) => here.has(sha256 as string)))
    refuse("subject-mismatch", "The report is about other bytes than these files.");
}
