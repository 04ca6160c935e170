// bezoar.yaml: what a team agrees on. It is read from the working directory or from --config, never from what is being
// scanned: a pulled dataset must not configure its own judge. Unknown keys are refused.
import { readFileSync } from "node:fs";
import { badConfig } from "../core/errors.ts";
import { yaml } from "../base/yaml.ts";
import { SEVERITIES, type Severity } from "../core/severity.ts";
import type { Waiver } from "../policy/decide.ts";
import { cards } from "./pipeline.ts";

export interface Config {
  readonly failOn?: Severity;
  readonly only?: readonly string[];
  readonly skip?: readonly string[];
  readonly exclude?: readonly string[];
  readonly prompt?: string;
  readonly response?: string;
  readonly workers?: number;
  readonly sensitivity?: number;
  readonly waivers?: readonly Waiver[];
}

const BYTES_MAX = 1024 * 1024;

export function readConfig(path: string, required: boolean): Config {
  let text: string;
  try {
    text = readFileSync(path, "utf8");
  } catch (error) {
    if (!required && (error as NodeJS.ErrnoException).code === "ENOENT") return {};
    const { code } = error as NodeJS.ErrnoException;
    const why = code === "ENOENT" ? "there is no such file" : `could not be read (${code})`;
    throw badConfig(path, `${why}. Check the path${required ? " given with --config" : ""}.`);
  }
  if (text.length > BYTES_MAX) throw badConfig(path, "is larger than 1 MiB. A configuration is a page of YAML.");
  return parseConfig(path, text);
}

export function parseConfig(path: string, text: string): Config {
  const document = yaml().parseDocument(text, { uniqueKeys: true });
  const [broken] = document.errors;
  if (broken) throw badConfig(path, broken.message);
  const value: unknown = document.toJS({ maxAliasCount: 0 });
  if (value === null || value === undefined) return {};
  if (typeof value !== "object" || Array.isArray(value)) throw badConfig(path, "must be a map of settings.");
  const out: Record<string, unknown> = {};
  for (const [key, given] of Object.entries(value)) {
    const setting = Object.hasOwn(SETTINGS, key) ? SETTINGS[key] : undefined;
    if (!setting)
      throw badConfig(path, `unknown setting ${JSON.stringify(key)}. Known: ${Object.keys(SETTINGS).join(", ")}.`);
    out[key] = setting.read(`${path}: ${key}`, given);
  }
  return out as Config;
}

const text = (where: string, value: unknown): string => {
  if (typeof value !== "string" || value === "") throw badConfig(where, "must be a text.");
  return value;
};
const texts = (where: string, value: unknown): string[] => {
  if (!Array.isArray(value)) throw badConfig(where, "must be a list of texts.");
  return value.map((item, i) => text(`${where}[${i}]`, item));
};
export const detectorIds = (where: string, value: unknown): string[] => {
  const ids = texts(where, value);
  for (const id of ids) {
    if (!cards.has(id))
      throw badConfig(where, `there is no detector ${JSON.stringify(id)}. \`bezoar detectors\` lists them.`);
  }
  return ids;
};
const severity = (where: string, value: unknown): Severity => {
  if (!SEVERITIES.includes(value as Severity)) throw badConfig(where, `must be one of ${SEVERITIES.join(", ")}.`);
  return value as Severity;
};

const WAIVER_KEYS = ["detector", "uri", "sha256", "reason", "owner", "expires"];

const waivers = (where: string, value: unknown): Waiver[] => {
  if (!Array.isArray(value)) throw badConfig(where, "must be a list.");
  return value.map((item: unknown, i): Waiver => {
    const at = `${where}[${i}]`;
    if (typeof item !== "object" || item === null) throw badConfig(at, "must be a map.");
    const given = item as Record<string, unknown>;
    for (const key of Object.keys(given)) {
      if (!WAIVER_KEYS.includes(key))
        throw badConfig(at, `unknown key ${JSON.stringify(key)}. Known: ${WAIVER_KEYS.join(", ")}.`);
    }
    const [detector] = detectorIds(`${at}.detector`, [given["detector"]]);
    const expires =
      given["expires"] instanceof Date
        ? given["expires"].toISOString().slice(0, 10)
        : text(`${at}.expires`, given["expires"]);
    if (!/^\d{4}-\d{2}-\d{2}$/.test(expires) || Number.isNaN(Date.parse(expires))) {
      throw badConfig(`${at}.expires`, "must be a day such as 2027-06-30. A waiver without an end is a hole.");
    }
    return {
      detector: detector as string,
      reason: text(`${at}.reason`, given["reason"]),
      owner: text(`${at}.owner`, given["owner"]),
      expires,
      ...(given["uri"] === undefined ? {} : { uri: text(`${at}.uri`, given["uri"]) }),
      ...(given["sha256"] === undefined ? {} : { sha256: text(`${at}.sha256`, given["sha256"]) }),
    };
  });
};

export interface Setting {
  readonly read: (where: string, value: unknown) => unknown;
  /** What it does, for the reference. */
  readonly about: string;
  /** How it looks in bezoar.yaml. */
  readonly example: string;
}

export const SETTINGS: Readonly<Record<string, Setting>> = {
  failOn: {
    read: severity,
    about: "Fail at a finding of this severity or above. Default `high`.",
    example: "failOn: medium",
  },
  only: { read: detectorIds, about: "Run only these detectors.", example: "only: [tag-characters, reverse-shell]" },
  skip: { read: detectorIds, about: "Do not run these detectors.", example: "skip: [personal-data]" },
  exclude: {
    read: texts,
    about: "Leave out files whose names match; the report lists them.",
    example: 'exclude: ["*.png", "raw/**"]',
  },
  prompt: { read: text, about: "The column that holds the prompt, where it is not recognised.", example: "prompt: q" },
  response: { read: text, about: "The column that holds the response.", example: "response: a" },
  workers: {
    read: (where, value) => {
      if (!Number.isInteger(value) || (value as number) < 1 || (value as number) > 1024)
        throw badConfig(where, "must be a whole number from 1 to 1024.");
      return value;
    },
    about: "Threads to use. Default: one for each core.",
    example: "workers: 4",
  },
  sensitivity: {
    read: (where, value) => {
      if (typeof value !== "number" || !(value > 0 && value <= 10))
        throw badConfig(where, "must be a number above 0, 10 at most.");
      return value;
    },
    about:
      "How many associations that chance alone makes may be reported of a clean dataset, on average. Default 0.001: one in a thousand datasets. More finds rules of fewer rows. What a topic or a template explains is held back whatever the number.",
    example: "sensitivity: 0.1",
  },
  waivers: {
    read: waivers,
    about:
      "Findings that a named owner accepts, for a reason, until a day. `uri` or `sha256` narrow one to an artifact or to exact bytes. A waived finding stays in the report and does not count against the verdict.",
    example:
      "waivers:\n  - detector: raw-ip-endpoint\n    uri: data/logs.jsonl\n    reason: addresses of our own test bench\n    owner: data-platform\n    expires: 2027-06-30",
  },
};
