// Where the records of a JSON file are, decided from its beginning: the elements of a list, the members of an object
// keyed by id, the rows of columns, or each value of the file. Whatever lies outside them is searched as a document.
import { parseJson } from "../../base/json.ts";

export type Layout =
  /** Each value of the file: one object, or several written one after another. */
  | { readonly kind: "values" }
  /** Elements of the list (or members of the object) at `path`. With `questions`, each holds paragraphs of questions, as
   * SQuAD does, and a record is a question. */
  | {
      readonly kind: "elements";
      readonly path: readonly string[];
      readonly container: "array" | "object";
      readonly questions: boolean;
      /** How sure a reader of the beginning can be that this is a data set. */
      readonly known: boolean;
    }
  /** Rows across the lists (`array`) or the row-numbered objects (`object`) in the object at `path`. */
  | {
      readonly kind: "columns";
      readonly path: readonly string[];
      readonly container: "array" | "object";
    };

export interface Beginning {
  readonly value: unknown;
  /** The first value ended and another begins. */
  readonly several: boolean;
  /** The first value ended within the text. */
  readonly complete: boolean;
  /** Nothing but the end of the text broke it. */
  readonly valid: boolean;
}

/** What the beginning of a file holds; every list and object that the cut left open counts as far as it goes. */
export function beginning(text: string): Beginning {
  const { value, problem, at = 0 } = parseJson(text);
  if (problem === undefined) return { value, several: false, complete: true, valid: true };
  if (problem.startsWith("nested deeper")) return { value, several: false, complete: true, valid: true };
  const after = problem === "text after the value";
  const next = text[at];
  return {
    value,
    several: after && (next === "{" || next === "["),
    complete: after,
    valid: at === text.length || (after && (next === "{" || next === "[")),
  };
}

const LIST_NAMES = new Set(
  (
    "data dataset rows row all train training test testing validation valid val dev eval questions examples example records " +
    "items samples instances entries results documents docs annotations conversations dialogues dialogs prompts tasks pairs"
  ).split(" "),
);
const isNamed = (key: string): boolean => LIST_NAMES.has(key.toLowerCase());
// Names of splits may stand beside each other, each with its own list.
const SPLIT_NAMES = new Set("train training test testing validation valid val dev eval".split(" "));
const DEPTH_MAX = 4;

/** Whether two keys of a path name the same thing: equal, or both a split. */
export const sameStep = (wanted: string, key: string): boolean =>
  wanted === key || (SPLIT_NAMES.has(wanted) && SPLIT_NAMES.has(key));

type Dict = Record<string, unknown>;
const isDict = (value: unknown): value is Dict => typeof value === "object" && value !== null && !Array.isArray(value);

export function layoutOf({ value: root, several, complete }: Beginning): Layout {
  if (several && isDict(root)) return { kind: "values" };
  if (Array.isArray(root)) return list([], root, true);
  if (!isDict(root)) return { kind: "values" };
  const path: string[] = [];
  let object = root;
  for (;;) {
    const columns = columnsIn(object, complete);
    if (columns) return { kind: "columns", path, container: columns };
    const nested = listIn(object, path);
    const keys = Object.keys(object);
    if (isKeyed(object) && !(nested && nested.known)) {
      return { kind: "elements", path, container: "object", questions: false, known: true };
    }
    const only = object[keys[0] ?? ""];
    if (keys.length !== 1 || !isDict(only) || path.length >= DEPTH_MAX) {
      return listIn(root, []) ?? { kind: "values" };
    }
    path.push(keys[0] as string);
    object = only;
  }
}

const list = (path: readonly string[], items: readonly unknown[], known: boolean): Layout & { kind: "elements" } => ({
  kind: "elements",
  path,
  container: "array",
  questions: items.slice(0, 3).some(holdsQuestions),
  known,
});

const holdsQuestions = (item: unknown): boolean => {
  if (!isDict(item) || !Array.isArray(item["paragraphs"])) return false;
  const paragraph: unknown = item["paragraphs"][0];
  return (
    isDict(paragraph) &&
    (Array.isArray(paragraph["qas"]) || (item["paragraphs"].length === 1 && "context" in paragraph))
  );
};

/** The shallowest list of objects; among equals one of a usual name, then the longest, then the first. */
function listIn(root: Dict, above: readonly string[]): (Layout & { kind: "elements" }) | undefined {
  let level: { path: readonly string[]; object: Dict }[] = [{ path: above, object: root }];
  for (let depth = above.length + 1; depth <= DEPTH_MAX && level.length > 0; depth++) {
    const next: typeof level = [];
    let best: { path: readonly string[]; items: readonly unknown[]; named: boolean; length: number } | undefined;
    for (const { path, object } of level) {
      for (const key of Object.keys(object).slice(0, 1_000)) {
        const value = object[key];
        if (isDict(value)) next.push({ path: [...path, key], object: value });
        if (!Array.isArray(value)) continue;
        const named = isNamed(key);
        if (!isRecordList(value, named)) continue;
        const length = value.length;
        if (!best || (named && !best.named) || (named === best.named && length > best.length)) {
          best = { path: [...path, key], items: value, named, length };
        }
      }
    }
    if (best) return list(best.path, best.items, best.named);
    level = next.slice(0, 1_000);
  }
  return undefined;
}

/** Lists of objects, but not the turns of one conversation, which is a record; of a usual name, any list. */
function isRecordList(value: readonly unknown[], named: boolean): boolean {
  const first = value[0];
  if (isDict(first)) return !isTurn(first);
  return named && (first === undefined || Array.isArray(first) || value.length > 1);
}

const isTurn = (value: Dict): boolean =>
  ["role", "from", "speaker"].some((key) => typeof value[key] === "string") &&
  ["content", "value", "text", "tool_calls"].some((key) => key in value);

/** Lists side by side are columns (`DataFrame.to_dict("list")`); so are objects keyed by row (`DataFrame.to_json()`). */
function columnsIn(object: Dict, complete: boolean): "array" | "object" | undefined {
  const values = Object.values(object);
  const lists = values.filter(Array.isArray);
  if (lists.length > 0 && lists.length * 2 > values.length) {
    if ("columns" in object && "data" in object) return undefined;
    const records = Object.keys(object).some(
      (key) => isNamed(key) && Array.isArray(object[key]) && isDict(object[key][0]) && isRecordList(object[key], true),
    );
    if (records) return undefined;
    const cells = lists.filter((items) => items.length > 0);
    // A cell may be empty, and a column of conversations holds lists.
    const scalar = cells.some((items) => items.some((item) => typeof item !== "object"));
    const turns = (items: readonly unknown[]): boolean =>
      items.some((item) => Array.isArray(item) && isDict(item[0]) && isTurn(item[0]));
    const conversations = (lists.length > 1 || !isNamed(Object.keys(object)[0] ?? "")) && cells.some(turns);
    // The last list may be cut off with the text.
    const whole = complete ? cells : cells.slice(0, -1);
    const even = whole.every((items) => items.length === cells[0]?.length) && cells.length === lists.length;
    const longEnough = lists.length > 1 || values.length === 1;
    if ((scalar || conversations) && even && longEnough && (cells.at(-1)?.length ?? 0) <= (cells[0]?.length ?? 0))
      return "array";
  }
  const objects = values.filter(isDict);
  const counted = (column: Dict): boolean => {
    // Ascending, and not always from 0 without a gap: a frame that was filtered keeps the numbers of its rows.
    const rows = Object.keys(column);
    return (
      rows.length > 0 && rows.every((row, i) => /^\d+$/.test(row) && (i === 0 || Number(row) > Number(rows[i - 1])))
    );
  };
  return objects.length > 0 && objects.length === values.length && objects.every(counted) ? "object" : undefined;
}

/** Objects of like keys under ids; or many lists of objects, such as conversations, under ids. */
function isKeyed(object: Dict): boolean {
  const keys = Object.keys(object);
  if (keys.length < 2 || keys.every((key) => SPLIT_NAMES.has(key))) return false;
  const values = keys.slice(0, 50).map((key) => object[key]);
  if (values.length >= 8 && values.every((value) => Array.isArray(value) && isDict(value[0]))) return true;
  if (!values.every(isDict)) return false;
  const shape = new Set(Object.keys(values[0] as Dict));
  // The last object may be cut off with the text.
  return values.slice(0, Math.max(2, values.length - 1)).every((value) => {
    const own = Object.keys(value as Dict);
    const shared = own.filter((key) => shape.has(key)).length;
    return shared > 0 && shared * 2 >= Math.min(own.length, shape.size);
  });
}
