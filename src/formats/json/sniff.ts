// How surely the head of a file is JSON in one piece, or JSON Lines. Asked once for both, because a file can look like
// either: one line that holds one object is JSON Lines with one record as well.
import type { Head } from "../../core/format.ts";
import { parseJson } from "../../base/json.ts";
import { beginning, layoutOf } from "./layout.ts";

export interface Guess {
  readonly whole: number;
  readonly lines: number;
}

const NEITHER: Guess = { whole: 0, lines: 0 };
const LINES_MAX = 20;
const LINES_NAME = /^\.(?:jsonl|ndjson|jsonlines)$/;

// Files that describe data or a model. Their lists are no records, and other readers know them.
const SETTINGS =
  /^(?:config|generation_config|tokenizer|tokenizer_config|special_tokens_map|added_tokens|vocab|preprocessor_config|processor_config|adapter_config|package|package-lock|tsconfig|state|trainer_state|modules)\.json$/;

export function sniffJson(head: Head): Guess {
  const text = head.text.replace(/^\ufeff/, "");
  const first = text.search(/\S/);
  if (first < 0 || !'[{"'.includes(text[first] as string)) return NEITHER;
  if (/^dataset_infos?\.json$/.test(head.name)) return NEITHER;
  const { score: lines, count } = sniffLines(text, head);
  const whole = sniffWhole(text, head, lines);
  // A notebook or a configuration on one line is no record either.
  if (count === 1 && whole <= 0.2) return { whole, lines: whole };
  return { whole, lines: whole >= 0.95 ? Math.min(lines, 0.5) : lines };
}

/** Most of the first lines each hold one object or list. */
function sniffLines(text: string, head: Head): { score: number; count: number } {
  const all = text.split("\n", LINES_MAX * 4);
  // The head may end in the middle of a line.
  const cut = !head.whole && all.length < LINES_MAX * 4 ? all.pop() : undefined;
  const wanted = all
    .map((line) => line.trim())
    .filter((line) => line !== "")
    .slice(0, LINES_MAX);
  const count = Math.max(1, wanted.length);
  const of = (score: number): { score: number; count: number } => ({ score, count });
  if (wanted.length === 0) return of(cut !== undefined && /^\s*\{/.test(cut) && beginning(cut).valid ? 0.6 : 0);
  let containers = 0;
  let strings = 0;
  let openers = 0;
  let several = false;
  for (const line of wanted) {
    if (line.startsWith("{") || line.startsWith("[")) openers++;
    const { value, problem } = parseJson(line);
    if (problem === "text after the value") several = true;
    if (problem !== undefined && !problem.startsWith("nested deeper")) continue;
    if (typeof value === "object" && value !== null && line.length > 2) containers++;
    else if (typeof value === "string") strings++;
  }
  if (containers > 0 && containers >= wanted.length * 0.6) {
    if (count > 1) return of(0.95);
    return of(cut === undefined || /^\s*(?:[{[]|$)/.test(cut) ? 0.8 : 0.3);
  }
  // Lines that all begin as records and mostly break off are broken records, not one value that swallows those after it.
  if (count > 1 && !several && openers >= wanted.length * 0.9) {
    if (containers > 0) return of(0.75);
    if (LINES_NAME.test(head.extension)) return of(0.1);
  }
  // Quoted lines are as likely a CSV file of one column.
  return of(strings === count && strings > 1 ? 0.3 : 0);
}

function sniffWhole(text: string, head: Head, lines: number): number {
  const start = beginning(text);
  const { value } = start;
  if (typeof value !== "object" || value === null) return 0;
  if (!start.valid && !(records(value) > 0)) return 0;
  const keys = Array.isArray(value) ? [] : Object.keys(value);
  if (isNotebook(value as Record<string, unknown>) || keys.includes("weight_map")) return 0;
  if (SETTINGS.test(head.name) || keys.includes("model_type") || keys.includes("architectures")) return 0.2;
  if (start.several) return lines > 0 ? 0.5 : 0.8;
  if (!start.valid) return lines > 0 ? 0.4 : 0.7;
  const layout = layoutOf(start);
  if (layout.kind === "values") return lines > 0 ? lines : 0.6;
  if (Array.isArray(value)) {
    return value.some((item) => typeof item === "object") ? 0.95 : 0.9;
  }
  if (layout.kind === "elements" && !layout.known) return lines > 0 ? lines : 0.9;
  return 0.95;
}

/** Records that were read whole before the text broke. */
const records = (value: object): number =>
  (Array.isArray(value) ? value : Object.values(value).flatMap((one) => (Array.isArray(one) ? one : [])))
    .slice(0, -1)
    .filter((item) => typeof item === "object" && item !== null).length;

const isNotebook = (value: Record<string, unknown>): boolean => {
  const cells = value["cells"];
  const cell: unknown = Array.isArray(cells) ? cells[0] : undefined;
  return (
    Array.isArray(cells) && ("nbformat" in value || (typeof cell === "object" && cell !== null && "cell_type" in cell))
  );
};
