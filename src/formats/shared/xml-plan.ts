// Which elements of an XML document are its records, decided on its head: the shallowest elements that repeat and have
// structure (`<row>` in `<dataset>`, `<QAPair>` in a document of question pairs), else a flat run of leaves under the
// root (`<instruction>…<output>…` again and again), else none.
import { XmlScanner } from "./xml-tokens.ts";

export interface XmlPlan {
  /** `element`: each `name` at `depth`. `flat`: each run of children of the root that begins with `name`. */
  readonly mode: "element" | "flat" | "none";
  /** Depth of the records; the root is at 0. */
  readonly depth: number;
  readonly name: string;
}

/** What a single record is called where nothing repeats. */
const RECORD_NAMES = new Set([
  "row",
  "record",
  "item",
  "example",
  "sample",
  "entry",
  "instance",
  "pair",
  "qapair",
  "conversation",
  "dialog",
  "dialogue",
]);
const DEPTH_MAX = 12;

interface Seen {
  readonly depth: number;
  readonly name: string;
  readonly parent: string;
  count: number;
  structured: number;
  parents: number;
}

export function planRecords(head: Buffer): XmlPlan {
  const seen = new Map<string, Seen>();
  const stack: (Seen & { children?: boolean })[] = [];
  const open: boolean[] = [];
  let deep = 0;
  const scanner = new XmlScanner();
  scanner.load(head, true);
  for (let at = 0; at < head.length; at = scanner.end) {
    scanner.next(at);
    const { kind } = scanner;
    if (kind === "close") {
      if (deep > 0) deep--;
      else {
        stack.pop();
        open.pop();
      }
    }
    if (kind !== "open" && kind !== "empty") continue;
    if (deep === 0) note();
    if (kind === "open") {
      if (deep > 0 || stack.length >= DEPTH_MAX) deep++;
      else push();
    }
  }
  return choose([...seen.values()]);

  function key(): string {
    return `${stack.length} ${scanner.name}`;
  }

  function note(): void {
    const entry = seen.get(key()) ?? {
      depth: stack.length,
      name: scanner.name,
      parent: stack.at(-1)?.name ?? "",
      count: 0,
      structured: 0,
      parents: 0,
    };
    seen.set(key(), entry);
    entry.count++;
    if (scanner.attributes) entry.structured++;
    const parent = stack.at(-1);
    if (parent && open.at(-1) === false) {
      open[open.length - 1] = true;
      parent.structured++;
      parent.parents++;
    }
  }

  function push(): void {
    const entry = seen.get(key());
    if (!entry) return;
    stack.push(entry);
    open.push(false);
  }
}

function choose(seen: readonly Seen[]): XmlPlan {
  const shallowest = (candidates: readonly Seen[]): Seen | undefined =>
    candidates.toSorted((a, b) => a.depth - b.depth || b.structured - a.structured)[0];
  const repeated = shallowest(seen.filter((s) => s.depth > 0 && s.count > 1 && s.structured > 0));
  if (repeated) return { mode: "element", depth: repeated.depth, name: repeated.name };
  const named = seen.filter(
    (s) => s.depth > 0 && s.structured > 0 && (RECORD_NAMES.has(s.name.toLowerCase()) || isPlural(s.parent, s.name)),
  );
  const single = shallowest(named);
  if (single) return { mode: "element", depth: single.depth, name: single.name };
  const children = seen.filter((s) => s.depth === 1);
  const [first] = children;
  if (first && children.every((s) => s.parents === 0)) return { mode: "flat", depth: 1, name: first.name };
  return { mode: "none", depth: 0, name: "" };
}

function isPlural(parent: string, name: string): boolean {
  const [many, one] = [parent.toLowerCase(), name.toLowerCase()];
  return (
    many === `${one}s` ||
    many === `${one}es` ||
    many === `${one}_list` ||
    many === `${one}list` ||
    (one.endsWith("y") && many === `${one.slice(0, -1)}ies`)
  );
}
