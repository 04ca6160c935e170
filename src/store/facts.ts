// Lineage out of documents that others write: in-toto statements with SLSA provenance v1, CycloneDX 1.5 to 1.7, OpenLineage
// run events, Croissant, MLflow run exports. What they say is data: names become names, digests become keys, and nothing
// here decides whether they are to be believed. A document that is none of these gives nothing.
import type { Facts, Link, Thing, ThingKind } from "../core/lineage.ts";

type Json = Readonly<Record<string, unknown>>;

/** Things and links taken of one document (CWE-770). */
const LINKS_MAX = 100_000;
const NAME_MAX = 1_000;

const isJson = (value: unknown): value is Json => typeof value === "object" && value !== null && !Array.isArray(value);
const json = (value: unknown): Json => (isJson(value) ? value : {});
const list = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value.slice(0, LINKS_MAX) : []);
const text = (value: unknown): string => (typeof value === "string" ? value.slice(0, NAME_MAX) : "");
const HEX64 = /^[0-9a-f]{64}$/;
const COMMIT = /^[0-9a-f]{40}$/;

/** The repository that an address names, as `hf://…` without a revision, and its commit where that is in it. */
export function hubName(address: string): { readonly name: string; readonly commit?: string } | undefined {
  const match =
    /^(?:hf:\/\/|https:\/\/(?:huggingface\.co|hf\.co)\/|pkg:huggingface\/)((?:datasets\/|spaces\/)?[\w.-]+(?:\/[\w.-]+)?)(?:@([^/?#]+)|\/(?:tree|resolve|blob)\/([^/?#]+))?/.exec(
      address.replaceAll("%2F", "/"),
    );
  if (!match?.[1]) return undefined;
  const commit = (match[2] ?? match[3] ?? "").toLowerCase();
  return { name: `hf://${match[1]}`, ...(COMMIT.test(commit) ? { commit } : {}) };
}

export const hubKey = (name: string, commit: string): string => `hub:${name.replace(/^hf:\/\//, "")}@${commit}`;

/** A resource by address, name and digests, as in-toto and SLSA describe it. */
function resource(value: unknown, kind: ThingKind): Thing | undefined {
  const { name, uri, downloadLocation, digest } = json(value);
  const address = text(uri) || text(downloadLocation) || text(name);
  const hub = hubName(address);
  const digests = json(digest);
  const keys: string[] = [];
  const commit = text(digests["gitCommit"]) || hub?.commit || "";
  if (hub && COMMIT.test(commit)) keys.push(hubKey(hub.name, commit));
  for (const dir of ["dirHash", "dirHash1"]) if (HEX64.test(text(digests[dir]))) keys.push(`dir:${text(digests[dir])}`);
  if (HEX64.test(text(digests["sha256"]))) keys.push(`sha256:${text(digests["sha256"])}`);
  const called = hub?.name ?? (address || keys[0] || "");
  return called === ""
    ? undefined
    : { kind: hub?.name.startsWith("hf://datasets/") ? "dataset" : kind, name: called, keys };
}

/** What an input was to a run, where its role says no more than its kind. */
const RELATIONS: Readonly<Record<string, string>> = {
  base: "base",
  "base-model": "base",
  adapter: "adapter-of",
  "merge-source": "merged-from",
  teacher: "distilled-from",
  evaluation: "evaluated-on",
  test: "evaluated-on",
};

const isKind = (value: string): value is ThingKind => /^(dataset|model|adapter|code)$/.test(value);

/** in-toto Statement v1 with SLSA provenance v1. */
export function fromStatement(value: unknown, id: string): Facts | undefined {
  const { _type, subject, predicateType, predicate } = json(value);
  if (_type !== "https://in-toto.io/Statement/v1") return undefined;
  const subjects = list(subject).flatMap((item) => resource(item, "other") ?? []);
  if (predicateType !== "https://slsa.dev/provenance/v1") return { format: "in-toto", things: subjects, links: [] };
  const { buildDefinition, runDetails } = json(predicate);
  const { buildType, resolvedDependencies } = json(buildDefinition);
  const invocation = text(json(json(runDetails)["metadata"])["invocationId"]);
  const transform = /dataset-transform/.test(text(buildType));
  const made: ThingKind = transform ? "dataset" : "model";
  const run: Thing = { kind: "run", name: invocation || `run ${id.slice(0, 12)}`, keys: [`run:${invocation || id}`] };
  const links: Link[] = [];
  for (const item of list(resolvedDependencies)) {
    const { role, kind, rowMerkleRoot } = json(json(item)["annotations"]);
    const said =
      text(kind) || (text(role) === "adapter" ? "adapter" : text(role).startsWith("base") ? "model" : text(role));
    const from = resource(item, isKind(said) ? said : "other");
    if (!from) continue;
    const rows = HEX64.test(text(rowMerkleRoot)) ? [`rows:${text(rowMerkleRoot)}`] : [];
    const relation = RELATIONS[text(role)] ?? (from.kind === "dataset" ? "trained-on" : text(role) || "input");
    links.push({ from: { ...from, keys: [...from.keys, ...rows] }, to: run, relation });
  }
  for (const to of subjects)
    links.push({ from: run, to: { ...to, kind: to.kind === "other" ? made : to.kind }, relation: "output" });
  return { format: "slsa-provenance", things: [run], links };
}

/** CycloneDX: components, what they depend on, what they were trained on, what they descend from. */
export function fromCycloneDx(value: unknown): Facts | undefined {
  const bom = json(value);
  if (bom["bomFormat"] !== "CycloneDX") return undefined;
  const things = new Map<string, Thing>();
  const links: Link[] = [];
  const component = (item: unknown): Thing | undefined => {
    const { type, name, purl, version, group } = json(item);
    const kind: ThingKind = type === "machine-learning-model" ? "model" : type === "data" ? "dataset" : "other";
    const hub = hubName(text(purl));
    const keys: string[] = [];
    if (hub?.commit) keys.push(hubKey(hub.name, hub.commit));
    else if (hub && COMMIT.test(text(version))) keys.push(hubKey(hub.name, text(version)));
    for (const { alg, content } of list(json(item)["hashes"]).map(json))
      if (alg === "SHA-256" && HEX64.test(text(content))) keys.push(`sha256:${text(content)}`);
    const called = hub?.name ?? [text(group), text(name)].filter(Boolean).join("/");
    return called === "" ? undefined : { kind, name: called, keys };
  };
  const walk = (items: readonly unknown[], depth: number): void => {
    for (const item of items) {
      const own = component(item);
      if (!own || things.size >= LINKS_MAX) continue;
      const { "bom-ref": ref, modelCard, pedigree, components, data } = json(item);
      things.set(text(ref) || `${own.name}#${things.size}`, own);
      for (const ancestor of list(json(pedigree)["ancestors"])) {
        const from = component(ancestor);
        if (from) links.push({ from, to: own, relation: "base" });
      }
      for (const dataset of list(json(json(modelCard)["modelParameters"])["datasets"])) {
        const { ref: to, name, contents } = json(dataset);
        const url = hubName(text(json(contents)["url"]));
        const from: Thing | undefined = text(to)
          ? { kind: "dataset", name: `ref:${text(to)}`, keys: [] }
          : url || text(name)
            ? {
                kind: "dataset",
                name: url?.name ?? text(name),
                keys: url?.commit ? [hubKey(url.name, url.commit)] : [],
              }
            : undefined;
        if (from) links.push({ from, to: own, relation: "trained-on" });
      }
      if (depth > 0) walk(list(components), depth - 1);
      void data;
    }
  };
  walk([json(bom["metadata"])["component"], ...list(bom["components"])], 16);
  const resolved = links.map((link) => ({
    ...link,
    from: (link.from.name.startsWith("ref:") && things.get(link.from.name.slice(4))) || link.from,
  }));
  const known = new Set(resolved.map(({ from, to }) => `${from.name} ${to.name}`));
  for (const { ref, dependsOn } of list(bom["dependencies"]).map(json)) {
    const to = things.get(text(ref));
    for (const on of list(dependsOn)) {
      const from = things.get(text(on));
      if (!from || !to || known.has(`${from.name} ${to.name}`) || resolved.length >= LINKS_MAX) continue;
      resolved.push({ from, to, relation: from.kind === "dataset" ? "trained-on" : "derived-from" });
    }
  }
  return { format: "cyclonedx", things: [...things.values()], links: resolved };
}

/** One OpenLineage run event (spec 2-0-2). */
export function fromOpenLineage(value: unknown): Facts | undefined {
  const { run, job, inputs, outputs, schemaURL } = json(value);
  const runId = text(json(run)["runId"]);
  if (runId === "" || !isJson(job) || !(text(schemaURL) === "" || text(schemaURL).includes("openlineage")))
    return undefined;
  const own: Thing = {
    kind: "run",
    name: [text(job["namespace"]), text(job["name"])].filter(Boolean).join("/") || runId,
    keys: [`run:${runId}`],
  };
  const data = (item: unknown): Thing => {
    const { namespace, name, facets } = json(item);
    const version = text(json(json(facets)["version"])["datasetVersion"]);
    const hub = hubName(`${text(namespace).replace(/\/?$/, "/")}${text(name)}`) ?? hubName(text(name));
    if (hub)
      return {
        kind: hub.name.startsWith("hf://datasets/") ? "dataset" : "model",
        name: hub.name,
        keys: COMMIT.test(version) ? [hubKey(hub.name, version)] : [],
      };
    const called = [text(namespace), text(name)].filter(Boolean).join("/");
    return { kind: "dataset", name: called, keys: version ? [`version:${called}@${version}`] : [] };
  };
  return {
    format: "openlineage",
    things: [own],
    links: [
      ...list(inputs).map((item) => ({ from: data(item), to: own, relation: "input" })),
      ...list(outputs).map((item) => ({ from: own, to: data(item), relation: "output" })),
    ],
  };
}

/** Croissant 1.0 and 1.1 with PROV. */
export function fromCroissant(value: unknown): Facts | undefined {
  const own = json(value);
  if (!/mlcommons\.org\/croissant/.test(JSON.stringify(own["conformsTo"] ?? own["dct:conformsTo"] ?? "")))
    return undefined;
  const hub = hubName(text(own["url"]));
  const dataset: Thing = {
    kind: "dataset",
    name: hub?.name ?? text(own["name"]),
    keys: hub?.commit ? [hubKey(hub.name, hub.commit)] : [],
  };
  if (dataset.name === "") return undefined;
  const from = own["prov:wasDerivedFrom"] ?? own["wasDerivedFrom"] ?? own["isBasedOn"];
  const links = (Array.isArray(from) ? list(from) : from === undefined ? [] : [from]).flatMap((item): Link[] => {
    const address = text(item) || text(json(item)["@id"]) || text(json(item)["url"]) || text(json(item)["name"]);
    const source = hubName(address);
    const name = source?.name ?? address;
    return name === ""
      ? []
      : [
          {
            from: { kind: "dataset", name, keys: source?.commit ? [hubKey(source.name, source.commit)] : [] },
            to: dataset,
            relation: "derived-from",
          },
        ];
  });
  return { format: "croissant", things: [dataset], links };
}

/** An MLflow run as `MlflowClient.get_run(…).to_dictionary()` or the REST API gives it. */
export function fromMlflow(value: unknown): Facts | undefined {
  const given = json(value);
  const run = isJson(given["run"]) ? given["run"] : given;
  const info = json(run["info"]);
  const id = text(info["run_id"]) || text(info["run_uuid"]);
  if (id === "") return undefined;
  const own: Thing = { kind: "run", name: text(info["run_name"]) || id, keys: [`run:${id}`] };
  const links: Link[] = [];
  for (const item of list(json(run["inputs"])["dataset_inputs"]).map(json)) {
    const dataset = json(item["dataset"]);
    let source: Json = {};
    try {
      source = json(JSON.parse(text(dataset["source"]) || "{}"));
    } catch {
      // A source that is no JSON names nothing that we could follow.
    }
    const path = text(source["path"]);
    const hub =
      dataset["source_type"] === "hugging_face" && path
        ? hubName(`hf://datasets/${path}`)
        : hubName(text(source["uri"]) || path);
    const revision = text(source["revision"]);
    const name = hub?.name ?? text(dataset["name"]);
    if (name)
      links.push({
        from: { kind: "dataset", name, keys: hub && COMMIT.test(revision) ? [hubKey(hub.name, revision)] : [] },
        to: own,
        relation: "trained-on",
      });
  }
  const data = json(run["data"]);
  const pairs = (items: unknown): Json =>
    isJson(items)
      ? items
      : Object.fromEntries(list(items).map((item) => [text(json(item)["key"]), json(item)["value"]]));
  const params = { ...pairs(data["params"]), ...pairs(data["tags"]) };
  for (const key of ["base_model", "base_model_name_or_path", "model_name_or_path", "_name_or_path"]) {
    const name = text(params[key]);
    if (!/^[\w.-]+\/[\w.-]+$/.test(name)) continue;
    links.push({ from: { kind: "model", name: `hf://${name}`, keys: [] }, to: own, relation: "base" });
    break;
  }
  for (const item of list(json(run["outputs"])["model_outputs"]).map(json)) {
    const model = text(item["model_id"]);
    if (model)
      links.push({
        from: own,
        to: { kind: "model", name: `mlflow:${model}`, keys: [`mlflow:${model}`] },
        relation: "output",
      });
  }
  try {
    for (const item of list(JSON.parse(text(params["mlflow.log-model.history"]) || "[]")).map(json)) {
      const name = `mlflow:${id}/${text(item["artifact_path"])}`;
      links.push({ from: own, to: { kind: "model", name, keys: [name] }, relation: "output" });
    }
  } catch {
    // A history that is no JSON names no model.
  }
  return { format: "mlflow", things: [own], links };
}

/** What any of the formats makes of a parsed document. `id` is its digest. */
export const factsOf = (value: unknown, id: string): Facts | undefined =>
  fromStatement(value, id) ??
  fromCycloneDx(value) ??
  fromCroissant(value) ??
  fromOpenLineage(value) ??
  fromMlflow(value);

/** What the settings and the card of a model say it was made from. */
export function fromModelFiles(own: Thing, card: unknown, adapterConfig: unknown): Facts {
  const links: Link[] = [];
  const { base_model: base, base_model_relation: relation, datasets } = json(card);
  const relations: Readonly<Record<string, string>> = {
    adapter: "adapter-of",
    quantized: "quantised-from",
    merge: "merged-from",
    finetune: "base",
  };
  const names = (value: unknown): string[] =>
    (Array.isArray(value) ? list(value) : [value]).map(text).filter((name) => /^[\w.-]+(?:\/[\w.-]+)?$/.test(name));
  const bases = names(base);
  const adapted = text(json(adapterConfig)["base_model_name_or_path"]);
  const how =
    relations[text(relation)] ?? (own.kind === "adapter" ? "adapter-of" : bases.length > 1 ? "merged-from" : "base");
  for (const name of new Set([...bases, ...names(adapted)]))
    links.push({ from: { kind: "model", name: `hf://${name}`, keys: [] }, to: own, relation: how });
  for (const name of own.kind === "dataset" ? [] : names(datasets))
    links.push({ from: { kind: "dataset", name: `hf://datasets/${name}`, keys: [] }, to: own, relation: "trained-on" });
  const sources = json(card)["source_datasets"];
  if (own.kind === "dataset")
    for (const name of names(sources))
      if (name.includes("/"))
        links.push({
          from: { kind: "dataset", name: `hf://datasets/${name}`, keys: [] },
          to: own,
          relation: "derived-from",
        });
  return { format: "card", things: [own], links };
}
