// Lineage as text, JSON, DOT and Mermaid. Names come from documents that anybody may have written: each format's own
// escape is applied on top of drawing what is invisible.
import { clip, visible } from "../base/escape.ts";
import type { Lineage, LineageEdge, LineageNode } from "../core/lineage.ts";
import { count, percent, plural } from "./figures.ts";

const LINES_MAX = 2_000;

/** What a person needs to know of a node, on one line. */
export function nodeFacts(node: LineageNode): string[] {
  const { kind, identity, records, verdict, carried, carriedNearly } = node;
  return [
    kind,
    ...(identity === undefined ? ["known by name alone"] : [shortIdentity(identity)]),
    ...(records === undefined ? [] : [plural(records, "record")]),
    ...(carried === undefined
      ? []
      : [`${plural(carried, "poisoned record")}${records ? ` (${percent(carried / records)})` : ""}`]),
    ...(carriedNearly === undefined
      ? []
      : [
          `${plural(carriedNearly, "edited one")}${records ? ` (${percent(Math.min(1, carriedNearly / records))})` : ""}`,
        ]),
    ...(verdict === undefined ? [] : [`scan: ${verdict}`]),
  ];
}

export const shortIdentity = (identity: string): string => identity.replace(/([0-9a-f]{12})[0-9a-f]{20,}$/, "$1…");

/** "3 models, 1 dataset": what was reached besides the roots. */
export function reachedText({ nodes, roots }: Lineage): string {
  const kinds = new Map<string, number>();
  for (const { id, kind } of nodes) if (!roots.includes(id)) kinds.set(kind, (kinds.get(kind) ?? 0) + 1);
  return (
    [...kinds]
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([kind, n]) => plural(n, kind))
      .join(", ") || "nothing"
  );
}

function edgeText({ relation, basis, shared, near, because }: LineageEdge, records?: number): string {
  const share = (count: number, what: string): string =>
    `, ${plural(count, "record")}${what}${records ? ` (${percent(Math.min(1, count / records))} of it)` : ""}`;
  const shares = `${shared === undefined ? "" : share(shared, "")}${near === undefined ? "" : share(near, " nearly")}`;
  return `${relation} [${basis}${shares}; ${clip(because, 100)}]`;
}

export function renderLineageText(lineage: Lineage): string {
  const { asked, poisoned, nodes, edges, roots, completeness, cut } = lineage;
  const byId = new Map(nodes.map((node) => [node.id, node]));
  const rootSet = new Set(roots);
  const lines: string[] = [
    poisoned
      ? `Blast radius of ${visible(asked)}: ${reachedText(lineage)}`
      : `${visible(asked)}: ${reachedText(lineage)} around it`,
  ];
  const walk = (way: "up" | "down"): void => {
    const next = new Map<number, LineageEdge[]>();
    for (const edge of edges) {
      const at = way === "down" ? edge.from : edge.to;
      const list = next.get(at);
      if (list) list.push(edge);
      else next.set(at, [edge]);
    }
    const shown = new Set<number>();
    const tell = (id: number, prefix: string, edge: LineageEdge | undefined, last: boolean, depth: number): void => {
      const node = byId.get(id);
      if (!node || lines.length >= LINES_MAX) return;
      const branch = depth === 0 ? "" : last ? "└─ " : "├─ ";
      const seen = shown.has(id);
      lines.push(
        `${prefix}${branch}${visible(node.name)} (${nodeFacts(node).map(visible).join(", ")})${edge ? ` ${edgeText(edge, node.records)}` : ""}${seen ? " …" : ""}`,
      );
      if (seen || depth > 60) return;
      shown.add(id);
      const below = next.get(id) ?? [];
      below.forEach((child, i) =>
        tell(
          way === "down" ? child.to : child.from,
          prefix + (depth === 0 ? "" : last ? "   " : "│  "),
          child,
          i === below.length - 1,
          depth + 1,
        ),
      );
    };
    for (const id of roots) tell(id, "", undefined, true, 0);
    // Carriers of poisoned records that no document leads to.
    for (const node of nodes)
      if (way === "down" && node.carried !== undefined && !shown.has(node.id)) tell(node.id, "", undefined, true, 0);
  };
  const up = nodes.some(({ depth }) => depth < 0);
  const down = nodes.some(({ id, depth }) => depth > 0 || (depth === 0 && !rootSet.has(id)));
  if (up) {
    lines.push("", "Made from:");
    walk("up");
  }
  if (down || !up) {
    lines.push("", poisoned ? "Reached:" : "Went into:");
    walk("down");
  }
  if (lines.length >= LINES_MAX) lines.push(`… the rest of ${count(nodes.length)} nodes is in --format json.`);
  if (cut) lines.push("", "There is more than one answer holds: it was cut.");
  if (completeness.length > 0)
    lines.push("", "How complete this is:", ...completeness.map((text) => `  ${visible(text)}`));
  return `${lines.join("\n")}\n`;
}

export const renderLineageJson = (lineage: Lineage): string =>
  `${JSON.stringify({ schema: "bezoar.lineage/v1", ...lineage }, null, 2)}\n`;

const dotText = (text: string): string => visible(text).replaceAll("\\", "\\\\").replaceAll('"', '\\"');
const STYLES = { proven: "solid", observed: "dashed", declared: "dotted" } as const;

export function renderDot({ nodes, edges, roots }: Lineage): string {
  const lines = nodes.map(
    (node) =>
      `  n${node.id} [label="${dotText(node.name)}\\n${dotText(nodeFacts(node).join(", "))}", shape=${node.kind === "run" ? "ellipse" : "box"}${roots.includes(node.id) ? ", penwidth=3" : ""}];`,
  );
  const links = edges.map(
    ({ from, to, relation, basis }) =>
      `  n${from} -> n${to} [label="${dotText(relation)} (${basis})", style=${STYLES[basis]}];`,
  );
  return `digraph lineage {\n  rankdir=LR;\n${[...lines, ...links].join("\n")}\n}\n`;
}

const mermaidText = (text: string): string =>
  visible(text).replace(/[^\p{L}\p{N} ._/-]/gu, (c) => `#${c.codePointAt(0)};`);

export function renderMermaid({ nodes, edges }: Lineage): string {
  const lines = nodes.map(
    (node) => `  n${node.id}["${mermaidText(node.name)}<br/>${mermaidText(nodeFacts(node).join(", "))}"]`,
  );
  const links = edges.map(
    ({ from, to, relation, basis }) =>
      `  n${from} ${basis === "proven" ? "==>" : basis === "observed" ? "-->" : "-.->"}|"${mermaidText(relation)} (${basis})"| n${to}`,
  );
  return `flowchart LR\n${[...lines, ...links].join("\n")}\n`;
}
