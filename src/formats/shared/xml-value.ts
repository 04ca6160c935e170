// The value of one XML element, or of a run of sibling elements: attributes as `@name`, children by name (arrays where
// they repeat), text, and everything a person would not see (`#comment`, `#instruction`) too. No entity is expanded but
// the five of XML and character references; others stay as they are written.
import { SaxesParser } from "saxes";
import type { RecordValue } from "../../core/record.ts";
import { put } from "./plain.ts";

interface Node {
  readonly name: string;
  readonly value: Record<string, unknown>;
  /** Text of the element, with that of its leaves (`a <b>bold</b> word`), in document order. */
  readonly text: string[];
  own: boolean;
  leaf: boolean;
}

const node = (name: string): Node => ({ name, value: {}, text: [], own: false, leaf: true });

/** `run`: the text is several siblings, whose parent is the record; otherwise it is one element, which is. */
export function xmlValue(text: string, run: boolean, depthMax: number): RecordValue {
  const parser = new SaxesParser({ fragment: true, position: false });
  const stack: Node[] = [node("")];
  let deeper = 0;
  let trouble: string | undefined;
  const top = (): Node => stack[stack.length - 1] as Node;
  const hear = (piece: string): void => {
    if (piece.trim() !== "") top().own = true;
    top().text.push(piece);
  };
  const close = (): void => {
    if (stack.length < 2) return;
    const done = stack.pop() as Node;
    const value = finished(done);
    top().text.push(typeof value === "string" ? value : " ");
    top().leaf = false;
    add(top().value, done.name, value);
  };
  parser.on("error", (error) => {
    // An entity that a DTD would declare is not an error of the record; it stays in the text as it is written.
    if (!error.message.includes("entity")) trouble ??= error.message;
  });
  parser.on("text", hear);
  parser.on("cdata", hear);
  parser.on("comment", (comment) => {
    top().leaf = false;
    add(top().value, "#comment", comment);
  });
  parser.on("processinginstruction", ({ target, body }) => {
    top().leaf = false;
    add(top().value, "#instruction", `${target} ${body}`);
  });
  parser.on("opentag", (tag) => {
    // Whoever wrote the file controls the depth: below the limit everything belongs to the element at the limit.
    if (stack.length > depthMax) {
      deeper++;
      for (const value of Object.values(tag.attributes)) hear(` ${String(value)} `);
      return;
    }
    const opened = node(tag.name);
    for (const [name, value] of Object.entries(tag.attributes)) {
      opened.leaf = false;
      put(opened.value, `@${name}`, value);
    }
    stack.push(opened);
  });
  parser.on("closetag", () => {
    if (deeper > 0) deeper--;
    else close();
  });
  try {
    parser.write(text).close();
  } catch (error) {
    trouble ??= error instanceof Error ? error.message : "not well-formed";
  }
  while (stack.length > 1) close();
  const root = stack[0] as Node;
  const names = Object.keys(root.value);
  const only = !run && names.length === 1 ? root.value[names[0] as string] : root.value;
  const value =
    typeof only === "object" && only !== null && !Array.isArray(only) ? (only as Record<string, unknown>) : root.value;
  if (trouble === undefined) return { value };
  // The parser may have dropped what it did not understand.
  put(value, "#raw", text);
  return { value, problem: `not well-formed: ${trouble}` };
}

function finished(done: Node): unknown {
  const text = done.text.join("");
  if (done.leaf) return text;
  if (done.own) put(done.value, "#text", text);
  return done.value;
}

function add(object: Record<string, unknown>, key: string, value: unknown): void {
  const existing = Object.hasOwn(object, key) ? object[key] : undefined;
  if (existing === undefined) put(object, key, value);
  else if (Array.isArray(existing)) existing.push(value);
  else put(object, key, [existing, value]);
}

const NAMED: Readonly<Record<string, string>> = { lt: "<", gt: ">", amp: "&", quot: '"', apos: "'" };

/** Raw XML as a person would read it: references resolved, markup left in. */
export function resolveReferences(raw: string): string {
  return raw.replace(
    /&(?:#(\d{1,7})|#x([0-9a-fA-F]{1,6})|(lt|gt|amp|quot|apos));/g,
    (whole, decimal?: string, hex?: string, name?: string) => {
      if (name !== undefined) return NAMED[name] ?? whole;
      const code = decimal === undefined ? Number.parseInt(hex ?? "", 16) : Number.parseInt(decimal, 10);
      return code > 0 && code <= 0x10ffff ? String.fromCodePoint(code) : whole;
    },
  );
}
