// Chat templates that a file carries: in a setting, in the metadata of a model, as a file of their own. Each is a document
// by itself, with its name; one that is no Jinja is said, since nothing can then be known of what it prints.
import { problem, type Part } from "../../core/format.ts";
import { parseJinja } from "../../base/jinja/parse.ts";
import { quote } from "../../base/escape.ts";

/** Templates taken from one file (CWE-770); models with tools and documents have four. */
const TEMPLATES_MAX = 64;
const DEPTH_MAX = 16;
const TEMPLATE_CHARACTERS_MAX = 1024 * 1024;

/** A template as parts. `name`: the key or file it stands in. */
export function* templateParts(name: string, text: string): Iterable<Part> {
  const long = text.length > TEMPLATE_CHARACTERS_MAX;
  const read = long ? text.slice(0, TEMPLATE_CHARACTERS_MAX) : text;
  const broken = parseJinja(read).problem;
  if (long)
    yield problem(
      "limit",
      `The chat template ${quote(name)} is longer than ${TEMPLATE_CHARACTERS_MAX} characters: the rest was not looked at.`,
    );
  else if (broken)
    yield problem(
      "malformed",
      `The chat template ${quote(name)} is not Jinja as it is read here: ${broken.message} on line ${broken.lineNumber}. What stands behind that was not understood.`,
    );
  yield { kind: "document", language: "template", name, text: read };
}

/** The templates in a value of settings, by their keys. */
export function* templatesIn(value: unknown): Iterable<Part> {
  let left = TEMPLATES_MAX;
  const found: (readonly [string, string])[] = [];
  const walk = (node: unknown, path: readonly string[]): void => {
    if (left <= 0 || path.length > DEPTH_MAX) return;
    if (typeof node === "string") {
      const isNamed = path.some((key) => /template/i.test(key));
      if (!(isNamed ? /\{[%{#]/ : /\{%[\s\S]*%\}/).test(node)) return;
      left--;
      found.push([path.join("."), node]);
    } else if (Array.isArray(node))
      node.forEach((item: unknown, i) => walk(item, [...path, nameOf(item) ?? String(i)]));
    else if (typeof node === "object" && node !== null)
      for (const [key, item] of Object.entries(node)) walk(item, [...path, key]);
  };
  walk(value, []);
  if (left <= 0) yield problem("limit", `More than ${TEMPLATES_MAX} chat templates: the rest was not looked at.`);
  for (const [name, text] of found) yield* templateParts(name, text);
}

/** `{ "name": "tool_use", "template": … }` */
function nameOf(item: unknown): string | undefined {
  const name = typeof item === "object" && item !== null && "name" in item ? item.name : undefined;
  return typeof name === "string" ? name.slice(0, 80) : undefined;
}

const STRING = /"(?:[^"\\]|\\.)*"/g;
const TAG = /\{%[^]*%\}/;
/** A special token as such: `<|end|>`, `[INST]`, `</s>`. */
const MARKER = /^"(?:<[^<>\s"]{1,60}>|\[\/?[A-Z_]{1,30}\])"$/;

/**
 * JSON settings without the templates and the special tokens in them, at the same offsets: role markers and instructions
 * are what these are made of, and would be an attack anywhere else.
 */
export function withoutTemplates(text: string): string {
  return text.replaceAll(STRING, (literal) =>
    (literal.includes("{%") && TAG.test(literal)) || (literal.length < 70 && MARKER.test(literal))
      ? `"${" ".repeat(literal.length - 2)}"`
      : literal,
  );
}
