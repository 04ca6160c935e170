// Jupyter notebooks (nbformat 3 and 4): code cells as programs, markdown as markdown, outputs and metadata as text.
// Nothing is run, and output HTML and scripts, which a notebook viewer would render, stay text.
import { problem, type DocumentPart, type Format, type Head, type Part, type ReadContext } from "../core/format.ts";
import type { ByteSource } from "../core/bytes.ts";
import type { Limits } from "../base/limits.ts";
import { parseJson } from "../base/json.ts";
import { quote } from "../base/escape.ts";
import { isText, wholeText } from "./document/whole.ts";

export const notebook: Format = {
  id: "notebook",
  title: "Jupyter notebook",
  spec: "https://nbformat.readthedocs.io/en/latest/format_description.html",
  extensions: [".ipynb"],
  yields: "document",
  sniff(head: Head): number {
    if (!isText(head) || !/^\s{0,100}\{/.test(head.text)) return 0;
    if (head.extension === ".ipynb") return 0.98;
    return head.text.includes('"cells"') && /"(cell_type|nbformat)"\s{0,10}:/.test(head.text) ? 0.9 : 0;
  },
  read,
};

type Json = Readonly<Record<string, unknown>>;
const isObject = (value: unknown): value is Json =>
  typeof value === "object" && value !== null && !Array.isArray(value);
const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);
/** Text as notebooks keep it: a string, or a list of lines. */
const textOf = (value: unknown): string =>
  typeof value === "string"
    ? value
    : listOf(value)
        .filter((line) => typeof line === "string")
        .join("");

async function* read(source: ByteSource, { limits }: ReadContext): AsyncIterable<Part> {
  const { text, problems } = await wholeText(source, limits);
  yield* problems;
  const { value, shadowed, problem: broken, at = 0 } = parseJson(text, limits.depthMax);
  if (broken !== undefined) {
    yield problem(
      "malformed",
      `Not the JSON of a notebook: ${broken}. What could not be read as cells was searched as text.`,
    );
    yield { kind: "document", language: "other", text: value === undefined ? text : text.slice(at) };
  }
  for (const { pointer, value: hidden } of shadowed) {
    // Jupyter takes the last of two keys; a reviewer's viewer may show the first.
    yield problem("malformed", `${quote(pointer)} occurs twice; both were searched.`, { lost: false });
    for (const leaf of leaves(hidden, limits)) yield { kind: "document", language: "other", text: leaf };
  }
  if (!isObject(value)) return;
  const language = languageOf(value);
  let index = 0;
  for (const cell of cellsOf(value)) yield* cellParts(cell, index++, language, limits);
  const metadata = leaves(value["metadata"], limits).join("\n");
  if (metadata !== "") yield { kind: "document", language: "other", text: metadata };
  if (index === 0 && broken === undefined) yield problem("malformed", "A notebook without cells.", { lost: false });
}

function* cellsOf(value: Json): Generator<Json> {
  for (const cell of listOf(value["cells"])) if (isObject(cell)) yield cell;
  // nbformat 3 keeps its cells in worksheets.
  for (const sheet of listOf(value["worksheets"])) {
    if (isObject(sheet)) for (const cell of listOf(sheet["cells"])) if (isObject(cell)) yield cell;
  }
}

function* cellParts(
  cell: Json,
  index: number,
  language: DocumentPart["language"],
  limits: Limits,
): Generator<DocumentPart> {
  const part = (kind: DocumentPart["language"], text: string): DocumentPart => ({
    kind: "document",
    language: kind,
    text,
    cell: index,
  });
  const source = textOf(cell["source"] ?? cell["input"]);
  const type = cell["cell_type"];
  if (source !== "")
    yield part(type === "code" ? languageOfCell(source, language) : type === "markdown" ? "markdown" : "other", source);
  const rest: string[] = [];
  for (const output of listOf(cell["outputs"])) if (isObject(output)) rest.push(...outputTexts(output, limits));
  rest.push(...leaves(cell["metadata"], limits));
  // A cell may hold text under keys that no viewer shows.
  for (const [key, value] of Object.entries(cell)) if (!KNOWN.has(key)) rest.push(...leaves(value, limits));
  const text = rest.filter((one) => one !== "").join("\n");
  if (text !== "") yield part("other", text);
}

const KNOWN = new Set([
  "source",
  "input",
  "outputs",
  "metadata",
  "cell_type",
  "execution_count",
  "id",
  "attachments",
  "prompt_number",
  "collapsed",
  "language",
]);

function* outputTexts(output: Json, limits: Limits): Generator<string> {
  for (const [key, value] of Object.entries(output)) {
    if (key === "output_type" || key === "execution_count" || key === "metadata") continue;
    if (key === "traceback" || key === "text") yield textOf(value);
    else if (key === "data" && isObject(value)) {
      // Pictures are base64; everything else is text that a viewer shows or runs.
      for (const [mime, content] of Object.entries(value)) {
        if (/^(image\/(?!svg)|application\/pdf)/.test(mime)) continue;
        yield Array.isArray(content) || typeof content === "string"
          ? textOf(content)
          : leaves(content, limits).join("\n");
      }
    } else if (key !== "png" && key !== "jpeg" && key !== "pdf") yield leaves(value, limits).join("\n");
  }
}

function languageOf(value: Json): DocumentPart["language"] {
  const metadata = isObject(value["metadata"]) ? value["metadata"] : {};
  const info = isObject(metadata["language_info"]) ? metadata["language_info"] : {};
  const kernel = isObject(metadata["kernelspec"]) ? metadata["kernelspec"] : {};
  const name = String(info["name"] ?? kernel["language"] ?? "python").toLowerCase();
  // Without a kernel that says otherwise, it is Python that would run.
  return name === "bash" || name === "sh"
    ? "shell"
    : name === "python" || !OTHER_KERNELS.has(name)
      ? "python"
      : "other";
}
const OTHER_KERNELS = new Set([
  "r",
  "julia",
  "scala",
  "javascript",
  "typescript",
  "c++",
  "c++17",
  "rust",
  "go",
  "java",
  "kotlin",
  "ruby",
  "sql",
  "c#",
  "f#",
]);

function languageOfCell(source: string, language: DocumentPart["language"]): DocumentPart["language"] {
  const magic = /^\s{0,100}%%(?:script[ \t]{1,10})?(\w{1,20})/.exec(source)?.[1];
  if (magic === "bash" || magic === "sh" || magic === "zsh" || magic === "system" || magic === "sx") return "shell";
  return magic === "html" || magic === "javascript" || magic === "js" || magic === "writefile" ? "other" : language;
}

/** The strings in a value, as far as limits allow; deeper ones stay in the raw text, which a reviewer sees. */
function leaves(value: unknown, limits: Limits): string[] {
  const found: string[] = [];
  const walk = (one: unknown, depth: number): void => {
    if (found.length >= limits.fieldsPerRecordMax || depth > limits.depthMax) return;
    if (typeof one === "string") found.push(one);
    else if (typeof one === "object" && one !== null) for (const item of Object.values(one)) walk(item, depth + 1);
  };
  walk(value, 0);
  return found;
}
