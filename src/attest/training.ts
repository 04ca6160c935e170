// A fine-tuning run as SLSA provenance v1 with our own build type (docs/specs/fine-tuning.md): what was asked for, what
// went in by digest and by row commitment, in which role, split and weight, and what came out. Everything that went in has
// a digest, and says whether Bezoar read it (`observed`) or was told (`declared`).
import { createHash } from "node:crypto";
import { canonicalJson } from "../base/canonical.ts";
import { badConfig } from "../core/errors.ts";
import { FINE_TUNING_BUILD_TYPE, PREDICATES, TRANSFORM_BUILD_TYPE } from "./predicates.ts";
import { statement, type DigestSet, type ResourceDescriptor, type Statement, type Subject } from "./statement.ts";
import { isObject, type JsonObject } from "./strict-json.ts";

export const DATASET_ROLES = ["train", "preference", "reward", "replay", "calibration", "evaluation", "test"] as const;
export const MODEL_ROLES = ["base", "adapter", "tokenizer", "teacher", "reward", "reference", "merge-source"] as const;
const KINDS = ["fine-tuning", "merge", "quantisation", "dataset-transform"] as const;

export type Evidence = "observed" | "declared";

/** One thing that went in, as a run file names it. */
export interface Input {
  readonly kind: "dataset" | "model" | "code";
  readonly role: string;
  readonly uri?: string;
  /** A folder or file to read digests from. */
  readonly path?: string;
  readonly digest?: DigestSet;
  readonly config?: string;
  readonly split?: string;
  readonly filter?: string;
  readonly weight?: number;
  readonly rows?: number;
  /** RFC 6962 root over the record digests, hex. */
  readonly rowRoot?: string;
}

export interface Run {
  readonly kind: (typeof KINDS)[number];
  readonly inputs: readonly Input[];
  /** `lora`, `full`, `dpo` …, and whatever parameters. */
  readonly method: JsonObject;
  readonly seed?: number;
  readonly environment: JsonObject;
  readonly builder: string;
  readonly invocation?: string;
  readonly startedOn?: string;
  readonly finishedOn?: string;
  readonly byproducts: readonly ResourceDescriptor[];
}

/** What digests were found for an input. */
export interface ResolvedInput extends Input {
  readonly digest: DigestSet;
  readonly evidence: Evidence;
}

const RUN_KEYS = [
  "kind",
  "datasets",
  "models",
  "code",
  "method",
  "seed",
  "environment",
  "builder",
  "invocation",
  "startedOn",
  "finishedOn",
  "byproducts",
];
const INPUT_KEYS = ["role", "uri", "path", "digest", "config", "split", "filter", "weight", "rows", "rowRoot"];

/** Reads a run file's content. `where` names the file; every mistake is said with its place. */
export function parseRun(value: unknown, where: string): Run {
  if (!isObject(value)) throw badConfig(where, "must be a map that describes a run.");
  onlyKeys(value, RUN_KEYS, where);
  const kind = oneOf(value["kind"] ?? "fine-tuning", KINDS, `${where}: kind`);
  const inputs = [
    ...inputsOf(value["datasets"], "dataset", DATASET_ROLES, `${where}: datasets`),
    ...inputsOf(value["models"], "model", MODEL_ROLES, `${where}: models`),
    ...inputsOf(value["code"], "code", ["training", "configuration"], `${where}: code`),
  ];
  if (!inputs.some(({ kind }) => kind !== "code"))
    throw badConfig(where, "names no dataset and no model that went in.");
  const { seed, builder, method = {}, environment = {}, byproducts = [] } = value;
  if (typeof builder !== "string" || builder === "")
    throw badConfig(`${where}: builder`, "must be a URI of who ran it.");
  if (seed !== undefined && !Number.isSafeInteger(seed)) throw badConfig(`${where}: seed`, "must be a whole number.");
  for (const [key, item] of Object.entries({ method, environment }))
    if (!isObject(item)) throw badConfig(`${where}: ${key}`, "must be a map.");
  if (kind === "fine-tuning" && typeof (method as JsonObject)["name"] !== "string")
    throw badConfig(`${where}: method`, "must have a name, such as lora or full.");
  if (!Array.isArray(byproducts)) throw badConfig(`${where}: byproducts`, "must be a list.");
  return {
    kind,
    inputs,
    method: method as JsonObject,
    environment: environment as JsonObject,
    builder,
    byproducts: (byproducts as unknown[]).map((item, i) => byproduct(item, `${where}: byproducts[${i}]`)),
    ...(seed === undefined ? {} : { seed: seed as number }),
    ...optional("invocation", value, where),
    ...optionalTime("startedOn", value, where),
    ...optionalTime("finishedOn", value, where),
  };
}

function inputsOf(value: unknown, kind: Input["kind"], roles: readonly string[], where: string): Input[] {
  if (value === undefined) return [];
  if (!Array.isArray(value)) throw badConfig(where, "must be a list.");
  return (value as unknown[]).map((item, i): Input => {
    const at = `${where}[${i}]`;
    if (!isObject(item)) throw badConfig(at, "must be a map.");
    onlyKeys(item, INPUT_KEYS, at);
    const role = oneOf(item["role"] ?? roles[0], roles, `${at}.role`);
    const { digest, weight, rows } = item;
    if (digest !== undefined) checkDigest(digest, `${at}.digest`);
    if (weight !== undefined && !(typeof weight === "number" && Number.isFinite(weight) && weight >= 0))
      throw badConfig(`${at}.weight`, "must be a number, not below zero.");
    if (rows !== undefined && !(Number.isSafeInteger(rows) && (rows as number) >= 0))
      throw badConfig(`${at}.rows`, "must be a whole number.");
    const { rowRoot } = item;
    if (rowRoot !== undefined && !(typeof rowRoot === "string" && /^[0-9a-f]{64}$/.test(rowRoot)))
      throw badConfig(`${at}.rowRoot`, "must be 64 lowercase hex digits.");
    const texts = Object.assign(
      {},
      ...["uri", "path", "config", "split", "filter"].map((key) => optional(key, item, at)),
    ) as Partial<Input>;
    if (texts.uri === undefined && texts.path === undefined) throw badConfig(at, "needs a uri or a path.");
    return {
      kind,
      role,
      ...texts,
      ...(digest === undefined ? {} : { digest: digest as DigestSet }),
      ...(weight === undefined ? {} : { weight: weight as number }),
      ...(rows === undefined ? {} : { rows: rows as number }),
      ...(rowRoot === undefined ? {} : { rowRoot: rowRoot as string }),
    };
  });
}

function byproduct(value: unknown, where: string): ResourceDescriptor {
  if (!isObject(value)) throw badConfig(where, "must be a map.");
  onlyKeys(value, ["name", "uri", "digest", "mediaType"], where);
  if (value["digest"] !== undefined) checkDigest(value["digest"], `${where}.digest`);
  if (value["digest"] === undefined && value["uri"] === undefined) throw badConfig(where, "needs a uri or a digest.");
  return value as ResourceDescriptor;
}

function checkDigest(value: unknown, where: string): void {
  const entries = isObject(value) ? Object.entries(value) : [];
  if (entries.length === 0 || entries.some(([, hex]) => typeof hex !== "string" || !/^[0-9a-f]{8,128}$/.test(hex)))
    throw badConfig(where, "must map algorithms to lowercase hex.");
}

function onlyKeys(value: JsonObject, known: readonly string[], where: string): void {
  for (const key of Object.keys(value))
    if (!known.includes(key)) throw badConfig(where, `unknown key ${JSON.stringify(key)}. Known: ${known.join(", ")}.`);
}

function oneOf<T extends string>(value: unknown, known: readonly T[], where: string): T {
  if (!known.includes(value as T)) throw badConfig(where, `must be one of ${known.join(", ")}.`);
  return value as T;
}

function optional(key: string, value: JsonObject, where: string): Record<string, string> {
  const given = value[key];
  if (given === undefined) return {};
  if (typeof given !== "string" || given === "") throw badConfig(`${where}.${key}`, "must be a text.");
  return { [key]: given };
}

function optionalTime(key: string, value: JsonObject, where: string): Record<string, string> {
  const given = value[key];
  const text = given instanceof Date ? given.toISOString() : given;
  if (text === undefined) return {};
  if (typeof text !== "string" || Number.isNaN(Date.parse(text)))
    throw badConfig(`${where}: ${key}`, "must be a time such as 2026-06-30T12:00:00Z.");
  return { [key]: new Date(text).toISOString() };
}

/** A revision in a Hub or git address is part of what names an input. */
export function withRevision(digest: DigestSet, uri: string | undefined): DigestSet {
  const revision = /@([0-9a-f]{40})(?:$|\/)/.exec(uri ?? "")?.[1];
  return revision === undefined || digest["gitCommit"] !== undefined ? digest : { ...digest, gitCommit: revision };
}

export interface Provenance {
  readonly buildDefinition: {
    readonly buildType: string;
    readonly externalParameters: JsonObject;
    readonly internalParameters: JsonObject;
    readonly resolvedDependencies: readonly ResourceDescriptor[];
  };
  readonly runDetails: {
    readonly builder: { readonly id: string };
    readonly metadata: JsonObject;
    readonly byproducts: readonly ResourceDescriptor[];
  };
}

export function trainingStatement(
  subject: Subject,
  run: Run,
  resolved: readonly ResolvedInput[],
): Statement<Provenance> {
  const asked = (kind: Input["kind"]): object[] =>
    resolved
      .filter((input) => input.kind === kind)
      .map(({ role, uri, path, config, split, filter, weight }) => ({
        role,
        uri: uri ?? `file:${path ?? ""}`,
        ...defined({ config, split, filter, weight }),
      }));
  return statement([subject], PREDICATES.train, {
    buildDefinition: {
      buildType: run.kind === "dataset-transform" ? TRANSFORM_BUILD_TYPE : FINE_TUNING_BUILD_TYPE,
      externalParameters: {
        kind: run.kind,
        models: asked("model"),
        datasets: asked("dataset"),
        code: asked("code"),
        method: run.method,
        ...defined({ seed: run.seed }),
      },
      internalParameters: { environment: run.environment },
      resolvedDependencies: resolved.map((input) => ({
        uri: input.uri ?? `file:${input.path ?? ""}`,
        digest: input.digest,
        annotations: {
          kind: input.kind,
          role: input.role,
          evidence: input.evidence,
          ...defined({ config: input.config, split: input.split, weight: input.weight, rows: input.rows }),
          ...(input.rowRoot === undefined ? {} : { rowMerkleRoot: input.rowRoot }),
        },
      })),
    },
    runDetails: {
      builder: { id: run.builder },
      metadata: {
        invocationId: run.invocation ?? invocationOf(subject, resolved),
        ...defined({ startedOn: run.startedOn, finishedOn: run.finishedOn }),
      },
      byproducts: run.byproducts,
    },
  });
}

/** The same inputs into the same output are one run, unless the run file says otherwise. */
const invocationOf = (subject: Subject, resolved: readonly ResolvedInput[]): string => {
  const inputs = resolved.map(({ kind, role, digest }) => ({ kind, role, digest }));
  return `urn:bezoar:run:${createHash("sha256")
    .update(canonicalJson({ subject: subject.digest, inputs }))
    .digest("hex")
    .slice(0, 32)}`;
};

const defined = (values: Readonly<Record<string, unknown>>): Record<string, unknown> =>
  Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined));

export interface ReadDependency {
  readonly uri: string;
  readonly kind: string;
  readonly role: string;
  readonly evidence: Evidence;
  readonly digest: DigestSet;
  readonly rows?: number;
  readonly rowRoot?: string;
  readonly split?: string;
  readonly weight?: number;
}

/** What went in, of any SLSA provenance: another tool's dependencies have no role and are `declared`. */
export function dependenciesOf({ predicate }: Statement): ReadDependency[] {
  const definition = predicate["buildDefinition"];
  const list = isObject(definition) ? definition["resolvedDependencies"] : undefined;
  return (Array.isArray(list) ? (list as unknown[]) : []).flatMap((item): ReadDependency[] => {
    if (!isObject(item) || !isObject(item["digest"])) return [];
    const notes = isObject(item["annotations"]) ? item["annotations"] : {};
    const text = (key: string): string | undefined => (typeof notes[key] === "string" ? notes[key] : undefined);
    const number = (key: string): number | undefined => (typeof notes[key] === "number" ? notes[key] : undefined);
    const [rows, weight, rowRoot, split] = [number("rows"), number("weight"), text("rowMerkleRoot"), text("split")];
    return [
      {
        uri: typeof item["uri"] === "string" ? item["uri"] : "",
        kind: text("kind") ?? "other",
        role: text("role") ?? "dependency",
        evidence: text("evidence") === "observed" ? "observed" : "declared",
        digest: item["digest"] as DigestSet,
        ...(rows === undefined ? {} : { rows }),
        ...(rowRoot === undefined ? {} : { rowRoot }),
        ...(split === undefined ? {} : { split }),
        ...(weight === undefined ? {} : { weight }),
      },
    ];
  });
}
