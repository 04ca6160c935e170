// The rest of a repository that is no data: configuration of models and tokenizers, licences, requirements, shell and
// web files. Known by name; but content that looks like records is left to the readers of records, so that data cannot
// hide behind the name of a configuration.
import { problem, type DocumentPart, type Format, type Head, type Part, type ReadContext } from "../core/format.ts";
import type { ByteSource } from "../core/bytes.ts";
import { parseJson } from "../base/json.ts";
import { quote } from "../base/escape.ts";
import { parseYaml } from "./card.ts";
import { baseName, isText, wholeText } from "./document/whole.ts";
import { withoutVocabulary } from "./shared/without-vocabulary.ts";
import { templateParts, templatesIn, withoutTemplates } from "./shared/template-parts.ts";

const SHELL = [".sh", ".bash", ".zsh", ".ksh"];
const WEB_AND_SCRIPT = [".js", ".mjs", ".cjs", ".ts", ".html", ".htm", ".css", ".ps1", ".bat", ".cmd"];
const TEMPLATE = [".jinja", ".jinja2", ".j2"];
const CONFIGURATION = [".toml", ".cfg", ".ini", ".conf", ".properties", ".cff", ".rst", ".bib"];

const JSON_NAMES =
  /^(?:(?:[a-z0-9]{1,40}[_.-]){0,8}(?:config|configuration|settings|hparams|manifest|params|arguments|args)(?:[_.-][a-z0-9]{1,40}){0,8}|tokenizer|special_tokens_map|added_tokens|vocab|package|package-lock|tsconfig|state|trainer_state|all_results|train_results|eval_results|modules|model_index|chat_template|generation_config|.+\.index)\.json$/;
const TEXT_NAMES =
  /^(?:(?:licen[cs]e|notice|copying|authors|changelog|citation|readme|contributing|security)(?:[-_.][a-z0-9.-]{0,40})?|(?:[a-z0-9]+[-_])?requirements(?:[-_][a-z0-9-]{1,40})?\.txt|merges\.txt|vocab\.txt|makefile|dockerfile|\.(?:git(?:attributes|ignore|modules|model_index|chat_template|generation_config|keep)|dockerignore|editorconfig|env))$/;
const YAML_NAMES =
  /^(?:(?:[a-z0-9]{1,40}[_.-]){0,8}(?:config|configuration|hparams)(?:[_.-][a-z0-9]{1,40}){0,8}|mkdocs|docker-compose|environment|\.pre-commit-config|citation|recipe|dvc)\.(?:ya?ml|cff)$/;

/** Keys under which tokenizers and models keep lists of objects. */
const OWN_LISTS = new Set([
  "added_tokens",
  "chat_template",
  "model",
  "normalizer",
  "pre_tokenizer",
  "post_processor",
  "decoder",
  "log_history",
]);
/** A string longer than this in such a list is somebody's text. */
const LABEL_CHARACTERS_MAX = 40;

export const settings: Format = {
  id: "settings",
  title: "Configuration, licence or script",
  spec: "https://huggingface.co/docs/hub/repositories",
  extensions: [...SHELL, ...WEB_AND_SCRIPT, ...CONFIGURATION, ...TEMPLATE],
  yields: "document",
  sniff,
  read,
};

function sniff(head: Head): number {
  if (!isText(head) || head.text.trim() === "") return 0;
  const { name, extension } = head;
  if (SHELL.includes(extension) || /^#![^\n]{0,100}\b(?:sh|bash|zsh|dash|ksh|node|perl|ruby)\b/.test(head.text))
    return 0.97;
  if (TEXT_NAMES.test(name) || YAML_NAMES.test(name)) return 0.9;
  if (TEMPLATE.includes(extension) || name === "chat_template") return 0.95;
  if (CONFIGURATION.includes(extension)) return 0.7;
  if (WEB_AND_SCRIPT.includes(extension)) return 0.9;
  // Left to any reader that finds records in it.
  if (extension === ".yaml" || extension === ".yml")
    return head.text.includes("{%") && /^[ \t-]{0,40}\w{0,40}template\w{0,20}["']?:/m.test(head.text) ? 0.95 : 0.1;
  if (extension !== ".json" || !/^\s{0,1000}[[{]/.test(head.text)) return 0;
  return jsonScore(head);
}

function jsonScore({ name, text, whole }: Head): number {
  const named = JSON_NAMES.test(name);
  const telling =
    /"(?:model_type|architectures|weight_map|added_tokens|lockfileVersion|tokenizer_class|chat_template|auto_map|peft_type|_class_name|_target_)"\s{0,10}:/.test(
      text,
    );
  if (!named && !telling) return 0;
  if (!whole) return telling ? 0.9 : 0.15;
  return holdsRecords(parseJson(text).value, 2) ? 0.1 : 0.9;
}

/** A list of two or more objects with text in them. */
function holdsRecords(value: unknown, depth: number): boolean {
  if (typeof value !== "object" || value === null || depth < 0) return false;
  if (Array.isArray(value)) {
    const objects = value.filter((item) => typeof item === "object" && item !== null);
    return (
      objects.length > 1 &&
      objects.some((item) =>
        Object.values(item as object).some((leaf) => typeof leaf === "string" && leaf.length > LABEL_CHARACTERS_MAX),
      )
    );
  }
  return Object.entries(value).some(([key, item]) => !OWN_LISTS.has(key) && holdsRecords(item, depth - 1));
}

async function* read(source: ByteSource, { limits }: ReadContext): AsyncIterable<Part> {
  const isTokenizer = baseName(source.name) === "tokenizer.json";
  const shortened = isTokenizer ? withoutVocabulary(source.stream()) : undefined;
  const read = shortened ? { ...source, stream: () => shortened.chunks } : source;
  const { text, cut, problems } = await wholeText(read, limits);
  yield* problems;
  if ((shortened?.dropped() ?? 0) > 0)
    yield {
      kind: "note",
      message: "The vocabulary and the merges of the tokenizer were not searched: they are pieces of words.",
    };
  const language = languageOf(baseName(source.name), text);
  if (language === "template") return yield* templateParts(baseName(source.name), text);
  let value: unknown;
  if (language === "json" && !cut) {
    const parsed = parseJson(text, limits.depthMax);
    value = parsed.value;
    if (parsed.problem !== undefined)
      yield problem("malformed", `Not JSON: ${parsed.problem}. Searched as text.`, { lost: false });
    for (const { pointer } of parsed.shadowed) {
      yield problem("malformed", `${quote(pointer)} occurs twice: readers take different ones. Both were searched.`, {
        lost: false,
      });
    }
  } else if (language === "yaml" && !cut) {
    const parsed = parseYaml(text);
    value = parsed.value;
    // Searched as text like every setting; nothing here is known only from its value.
    if (parsed.problem) yield { ...parsed.problem, lost: false };
  }
  const isRead = language === "json" && value !== undefined;
  yield {
    kind: "document",
    language,
    text: isRead ? withoutTemplates(text) : text,
    ...(value === undefined ? {} : { value }),
  };
  if (value !== undefined) yield* templatesIn(value);
}

function languageOf(name: string, text: string): DocumentPart["language"] {
  if (SHELL.some((extension) => name.endsWith(extension)) || /^#![^\n]{0,100}\b(?:sh|bash|zsh|dash|ksh)\b/.test(text))
    return "shell";
  if (name.endsWith(".json")) return "json";
  if (name === "chat_template" || TEMPLATE.some((extension) => name.endsWith(extension))) return "template";
  return /\.(?:ya?ml|cff)$/.test(name) ? "yaml" : "other";
}
