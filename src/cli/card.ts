// What an artifact says of itself: the front matter of its card and its configuration. Claims by whoever made it, taken
// over as such; what is not a short text is left out.
import { readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { parseJson } from "../base/json.ts";
import { LIMITS } from "../base/limits.ts";
import { yaml } from "../base/yaml.ts";
import type { Card } from "../attest/bom.ts";

export function readCard(folder: string, paths: readonly string[]): Card {
  const front = paths.includes("README.md") ? frontMatter(text(join(folder, "README.md"))) : {};
  const config = paths.includes("config.json") ? object(parseJson(text(join(folder, "config.json"))).value) : {};
  const architectures = Array.isArray(config["architectures"]) ? (config["architectures"] as unknown[]) : [];
  const fields = {
    licence: short(front["license"]),
    task: short(front["pipeline_tag"]) ?? short(list(front["task_categories"])[0]),
    architectureFamily: short(config["model_type"]),
    modelArchitecture: short(architectures[0]),
  };
  return {
    ...(Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as Partial<Card>),
    datasets: list(front["datasets"]).flatMap((item) => short(item) ?? []),
    baseModels: list(front["base_model"]).flatMap((item) => short(item) ?? []),
  };
}

const LIST_MAX = 100;

function text(path: string): string {
  try {
    return statSync(path).size > LIMITS.documentBytesMax ? "" : readFileSync(path, "utf8");
  } catch {
    return "";
  }
}

function frontMatter(card: string): Record<string, unknown> {
  const end = card.startsWith("---\n") ? card.indexOf("\n---", 3) : -1;
  if (end < 0) return {};
  try {
    return object(yaml().parseDocument(card.slice(4, end)).toJS({ maxAliasCount: 0 }));
  } catch {
    return {};
  }
}

const object = (value: unknown): Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : {};
const list = (value: unknown): unknown[] =>
  (Array.isArray(value) ? (value as unknown[]) : value === undefined || value === null ? [] : [value]).slice(
    0,
    LIST_MAX,
  );
const short = (value: unknown): string | undefined =>
  typeof value === "string" && value !== "" && value.length <= 200 ? value : undefined;
