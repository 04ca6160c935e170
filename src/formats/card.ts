// Cards and other Markdown: the text whole, and the YAML front matter of a card parsed (YAML 1.2, no custom tags, no
// code), since it says which files a loader takes, and from where. Markdown is never rendered.
import { yaml } from "../base/yaml.ts";
import { problem, type Format, type Head, type Part, type ProblemPart, type ReadContext } from "../core/format.ts";
import type { ByteSource } from "../core/bytes.ts";
import { quote } from "../base/escape.ts";
import { baseName, isText, wholeText } from "./document/whole.ts";

const EXTENSIONS = [".md", ".markdown", ".mdx"];
/** Loaders read settings from here as they do from a card's front matter. */
const BARE = new Set([".huggingface.yaml", ".huggingface.yml"]);
/** Front matter parsed at most. The largest cards, which describe hundreds of configurations, stay under it; the parser
 * takes some seconds for it at worst (CWE-1333). */
const FRONT_CHARACTERS_MAX = 512 * 1024;
/** Times aliases may be followed before it is an alias bomb (CWE-776). */
const ALIASES_MAX = 100;

export const card: Format = {
  id: "card",
  title: "Dataset or model card, Markdown",
  spec: "https://github.com/huggingface/hub-docs/blob/main/datasetcard.md",
  extensions: EXTENSIONS,
  yields: "document",
  sniff: (head: Head): number =>
    (EXTENSIONS.includes(head.extension) || BARE.has(head.name)) && isText(head) ? 0.98 : 0,
  read,
};

async function* read(source: ByteSource, { limits }: ReadContext): AsyncIterable<Part> {
  const { text, problems } = await wholeText(source, limits);
  yield* problems;
  const name = baseName(source.name);
  const isCard = BARE.has(name) || /^readme(\.|$)/.test(name);
  const front = BARE.has(name) ? text : frontMatter(text);
  const parsed = front === undefined ? {} : parseYaml(front);
  if (parsed.problem) yield parsed.problem;
  yield {
    kind: "document",
    language: isCard ? "card" : "markdown",
    text,
    ...(parsed.value === undefined ? {} : { value: parsed.value }),
  };
}

// Lines end wherever Python's `splitlines` ends them, because loaders split cards with it: under a narrower rule a card
// could hold front matter that only they see.
// oxlint-disable-next-line no-control-regex
const LINE_END = /\r\n|[\n\r\v\f\x1c-\x1e\x85\u2028\u2029]/;

/** What stands between the first line `---` and the next one; undefined without both. */
function frontMatter(text: string): string | undefined {
  const begin = text.search(/\S/);
  if (begin < 0 || !text.startsWith("---", begin)) return undefined;
  const lines = text.slice(begin, begin + FRONT_CHARACTERS_MAX * 2).split(LINE_END);
  if (lines[0]?.trimEnd() !== "---") return undefined;
  const end = lines.findIndex((line, i) => i > 0 && line.trimEnd() === "---");
  return end < 0 ? undefined : lines.slice(1, end).join("\n");
}

export function parseYaml(text: string): { value?: unknown; problem?: ProblemPart } {
  if (text.length > FRONT_CHARACTERS_MAX) {
    return {
      problem: problem(
        "limit",
        `Front matter longer than ${FRONT_CHARACTERS_MAX} characters: searched as text, not understood.`,
      ),
    };
  }
  try {
    // Keys that are lists or maps are refused: written out as text, each level doubles its escapes, and forty levels
    // fill memory. Equal keys are allowed, because telling them apart takes the square of their number.
    const document = yaml().parseDocument(text, {
      uniqueKeys: false,
      stringKeys: true,
      prettyErrors: false,
      logLevel: "silent",
    });
    const [error] = document.errors;
    if (error) return { problem: broken(error.message) };
    return { value: document.toJS({ maxAliasCount: ALIASES_MAX }) as unknown };
  } catch (error) {
    return { problem: broken(error instanceof Error ? error.message : String(error)) };
  }
}

const broken = (why: string): ProblemPart =>
  problem("malformed", `The YAML is broken (${quote(why.split("\n", 1)[0] ?? "")}): searched as text, not understood.`);
