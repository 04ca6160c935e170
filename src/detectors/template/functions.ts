// Filters and methods of texts and lists whose result is known when what they are given is known (Jinja2 3.1 and Python's
// str). Only folded, never run on anything but fixed texts; results are bounded.
import { concatenated, NOTHING, ofText, TEXT_MAX, type Value } from "./value.ts";

const reversed = (text: string): string => Array.from(text).toReversed().join("");
const trimmed = (text: string, characters: string | undefined, where: "both" | "start" | "end"): string => {
  const drop = characters ?? " \t\r\n\f\v";
  let start = 0;
  let end = text.length;
  if (where !== "end") while (start < end && drop.includes(text[start] ?? "")) start++;
  if (where !== "start") while (end > start && drop.includes(text[end - 1] ?? "")) end--;
  return text.slice(start, end);
};
const capitalized = (text: string): string => text.slice(0, 1).toUpperCase() + text.slice(1).toLowerCase();

/** The fixed text that a filter or method makes of a fixed text; undefined where it is not known. */
export function folded(name: string, text: string, args: readonly Value[]): string | undefined {
  const [first, second] = args;
  switch (name) {
    case "lower":
    case "casefold":
      return text.toLowerCase();
    case "upper":
      return text.toUpperCase();
    case "capitalize":
      return capitalized(text);
    case "title":
      return text.replaceAll(/[\p{L}\p{N}]+/gu, capitalized);
    case "swapcase":
      return Array.from(text, (c) => (c === c.toUpperCase() ? c.toLowerCase() : c.toUpperCase())).join("");
    case "reverse":
      return reversed(text);
    case "trim":
    case "strip":
      return trimmed(text, first?.text, "both");
    case "lstrip":
      return trimmed(text, first?.text, "start");
    case "rstrip":
      return trimmed(text, first?.text, "end");
    case "removeprefix":
      return first?.text !== undefined && text.startsWith(first.text) ? text.slice(first.text.length) : text;
    case "removesuffix":
      return first?.text !== undefined && text.endsWith(first.text)
        ? text.slice(0, -first.text.length || undefined)
        : text;
    case "string":
    case "safe":
    case "e":
    case "escape":
    case "forceescape":
    case "default":
    case "d":
    case "encode":
    case "decode":
      return text;
    case "first":
      return Array.from(text)[0] ?? "";
    case "last":
      return Array.from(text).at(-1) ?? "";
    case "list":
    case "join":
      return first?.text === undefined || name === "list" ? text : Array.from(text).join(first.text);
    case "replace":
      return first?.text === undefined ||
        second?.text === undefined ||
        first.text === "" ||
        text.length * second.text.length > 4 * TEXT_MAX * 16
        ? undefined
        : text.replaceAll(first.text, () => second.text ?? "").slice(0, TEXT_MAX);
    case "format":
      return text.includes("%") ? percent(text, args) : braces(text, args);
    default:
      return undefined;
  }
}

/** `"%s %c" % (…)`. */
export function percent(text: string, args: readonly Value[]): string | undefined {
  let next = 0;
  let known = true;
  const filled = text.replaceAll(
    /%(?:\((\w{1,40})\))?[-+ #0]{0,3}\d{0,3}(?:\.\d{1,3})?([sdrifgxc%])/g,
    (_, key?: string, kind?: string) => {
      if (kind === "%") return "%";
      const value = key === undefined ? args[next++] : args[0]?.items?.get(key);
      const number =
        value?.number ?? (value?.text !== undefined && /^\d{1,7}$/.test(value.text) ? Number(value.text) : undefined);
      if (kind === "c" && number !== undefined && number <= 0x10ffff) return String.fromCodePoint(number);
      const put = value?.text ?? (value?.number === undefined ? undefined : String(value.number));
      if (put === undefined) known = false;
      return put ?? "";
    },
  );
  return known ? filled.slice(0, TEXT_MAX) : undefined;
}

/** `"{} {0:c}".format(…)`, without fields that reach into their argument. */
function braces(text: string, args: readonly Value[]): string | undefined {
  let next = 0;
  let known = true;
  const filled = text.replaceAll(/\{(\d{0,3})(?::(c?)[^{}]{0,20})?\}/g, (_, index: string, kind?: string) => {
    const value = args[index === "" ? next++ : Number(index)];
    if (kind === "c" && value?.number !== undefined && value.number <= 0x10ffff)
      return String.fromCodePoint(value.number);
    const put = value?.text ?? (value?.number === undefined ? undefined : String(value.number));
    if (put === undefined) known = false;
    return put ?? "";
  });
  return known && !/\{[^{}]/.test(filled) ? filled.slice(0, TEXT_MAX) : undefined;
}

/** A list of known items joined, reversed, taken from; keys stand for a dict. */
export function listFolded(name: string, value: Value, args: readonly Value[], at: number): Value | undefined {
  const { items } = value;
  if (!items) return undefined;
  const values = value.isList ? [...items.values()] : [...items.keys()].map((key) => ofText(key, at, true));
  switch (name) {
    case "join":
      return concatenated(values, args[0]?.text ?? "", at);
    case "first":
      return values[0] ?? NOTHING;
    case "last":
    case "pop":
      return values[values.length - 1] ?? NOTHING;
    case "reverse":
    case "sort":
    case "list":
    case "keys": {
      const order = name === "reverse" ? values.toReversed() : name === "sort" ? values.toSorted(byText) : values;
      return { ...value, isList: true, items: new Map(order.map((one, i) => [String(i), one] as const)) };
    }
    default:
      return undefined;
  }
}
const byText = (a: Value, b: Value): number =>
  (a.text ?? "") < (b.text ?? "") ? -1 : (a.text ?? "") > (b.text ?? "") ? 1 : 0;

/** `text[a:b:c]` as Python slices. */
export function sliced(
  text: string,
  from: number | undefined,
  until: number | undefined,
  step: number | undefined,
): string | undefined {
  const characters = Array.from(text);
  const { length } = characters;
  const by = step ?? 1;
  if (by === 0 || !Number.isSafeInteger(by)) return undefined;
  const clamp = (index: number, low: number, high: number): number =>
    Math.min(Math.max(index < 0 ? index + length : index, low), high);
  let taken = "";
  if (by > 0) {
    const end = until === undefined ? length : clamp(until, 0, length);
    for (let i = from === undefined ? 0 : clamp(from, 0, length); i < end; i += by) taken += characters[i] ?? "";
  } else {
    const end = until === undefined ? -1 : clamp(until, -1, length - 1);
    for (let i = from === undefined ? length - 1 : clamp(from, -1, length - 1); i > end; i += by)
      taken += characters[i] ?? "";
  }
  return taken;
}
