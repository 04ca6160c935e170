// Markup as plain data: what the server writes into the page and what the page's script builds later are one tree, made
// by one function. Text and attribute values may come from an artifact; tags and attribute names never do.
import { html, visible } from "../base/escape.ts";

export type Tree = string | Element;
export interface Element extends ReadonlyArray<string | Readonly<Record<string, string>> | Tree> {
  readonly 0: string;
  readonly 1: Readonly<Record<string, string>>;
}

/** `h("a.link", { href }, "text")`. Empty attributes and children are left out. */
export function h(
  tag: string,
  attributes: Readonly<Record<string, string | undefined>> = {},
  ...children: readonly (Tree | undefined)[]
): Tree {
  const [name = "div", ...classes] = tag.split(".");
  const kept: Record<string, string> = classes.length > 0 ? { class: classes.join(" ") } : {};
  for (const [key, value] of Object.entries(attributes)) if (value !== undefined) kept[key] = value;
  return [name, kept, ...children.filter((child): child is Tree => child !== undefined && child !== "")] as Element;
}

const VOID = new Set(["input"]);

export function serialize(tree: Tree): string {
  if (typeof tree === "string") return html(tree);
  const [tag, attributes] = tree;
  const children = tree.slice(2) as Tree[];
  let out = `<${tag}`;
  for (const [name, value] of Object.entries(attributes))
    out += value === "" ? ` ${name}` : ` ${name}="${html(value)}"`;
  if (VOID.has(tag)) return `${out}>`;
  out += ">";
  for (const child of children) out += serialize(child);
  return `${out}</${tag}>`;
}

// `<` would let data close the script element, U+2028 and U+2029 end lines in old parsers, `&` is for XHTML.
const ISLAND = /[<>&\u2028\u2029]/g;

/** Trees as JSON for a data island, every text in them drawn as `serialize` draws it. */
export const island = (value: unknown): string =>
  JSON.stringify(value, (_, item: unknown) => (typeof item === "string" ? visible(item) : item)).replace(
    ISLAND,
    (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
