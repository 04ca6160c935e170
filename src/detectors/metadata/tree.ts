// The settings of a document as a tree of plain values, and its leaves with their keys: front matter of cards, JSON, YAML.
// A reader hands the tree over; a text that comes without one is parsed here under the same bounds. No tags, no code.
import { yaml } from "../../base/yaml.ts";
import type { DocumentPart } from "../../core/format.ts";
import { parseJson } from "../../base/json.ts";

export interface Leaf {
  /** Keys from the root; list indexes as numbers. */
  readonly path: readonly (string | number)[];
  readonly value: string | number | boolean;
}

/** Text parsed here at most; the parser takes a second for a hostile one of this length (CWE-1333). */
const TEXT_MAX = 64 * 1024;
/** Whoever writes the file decides how deep and wide it is (CWE-674, CWE-770). */
const DEPTH_MAX = 32;
const LEAVES_MAX = 20_000;
const ALIASES_MAX = 100;

export function settingsOf({ value, text, language }: DocumentPart): unknown {
  if (value !== undefined || text.length > TEXT_MAX) return value;
  if (language === "json" || language === "infos") return parseJson(text, DEPTH_MAX).value;
  const front =
    language === "card" || language === "markdown"
      ? /^\s*---[ \t]*\r?\n([\s\S]*?)\r?\n---[ \t]*(?:\r?\n|$)/.exec(text)?.[1]
      : language === "yaml"
        ? text
        : undefined;
  if (front === undefined) return undefined;
  try {
    const parsed = yaml().parseDocument(front, {
      uniqueKeys: false,
      stringKeys: true,
      prettyErrors: false,
      logLevel: "silent",
    });
    return parsed.errors.length > 0 ? undefined : (parsed.toJS({ maxAliasCount: ALIASES_MAX }) as unknown);
  } catch {
    return undefined;
  }
}

export function leavesOf(root: unknown): Leaf[] {
  const leaves: Leaf[] = [];
  const walk = (value: unknown, path: readonly (string | number)[]): void => {
    if (leaves.length >= LEAVES_MAX || path.length > DEPTH_MAX) return;
    if (typeof value === "string" || typeof value === "number" || typeof value === "boolean")
      leaves.push({ path, value });
    else if (Array.isArray(value)) value.forEach((item, i) => walk(item, [...path, i]));
    else if (typeof value === "object" && value !== null) {
      // A key may itself be the text that matters: an address in a list of checksums.
      for (const [key, item] of Object.entries(value)) {
        if (typeof item === "object" && item !== null && Object.keys(item).length === 0)
          leaves.push({ path: [...path, key], value: "" });
        else walk(item, [...path, key]);
      }
    }
  };
  walk(root, []);
  return leaves;
}

/** The line on which a text first stands, from 1; the first line where escapes or folding hide it. */
export function lineOf(text: string, needle: string): number {
  const found = needle === "" ? -1 : text.indexOf(needle);
  const end = found >= 0 ? found : Math.max(0, text.indexOf(JSON.stringify(needle).slice(1, -1)));
  let line = 1;
  for (let at = text.indexOf("\n"); at >= 0 && at < end; at = text.indexOf("\n", at + 1)) line++;
  return line;
}
