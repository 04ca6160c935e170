// Lineage as a picture and as a page of its own: SVG with text that can be searched, no script, no font, nothing fetched.
import { clip, html } from "../base/escape.ts";
import type { Lineage, LineageNode } from "../core/lineage.ts";
import { nodeFacts, reachedText } from "./lineage.ts";

const BOX = { width: 250, height: 44, across: 90, down: 16 };
const MARGIN = 20;
/** More boxes than this are no picture; the table of the page holds all. */
const DRAWN_MAX = 400;

const FILLS: Readonly<Record<LineageNode["kind"], string>> = {
  dataset: "#e3efff",
  model: "#e8f6e4",
  adapter: "#f3f6dc",
  run: "#f1ecfa",
  code: "#eeeeee",
  other: "#eeeeee",
};
const DASHES = { proven: "", observed: ' stroke-dasharray="7 3"', declared: ' stroke-dasharray="2 3"' } as const;

export function renderLineageSvg({ nodes, edges, roots, asked }: Lineage): string {
  const drawn = nodes.slice(0, DRAWN_MAX);
  const columns = new Map<number, LineageNode[]>();
  for (const node of drawn) {
    const column = columns.get(node.depth);
    if (column) column.push(node);
    else columns.set(node.depth, [node]);
  }
  const depths = [...columns.keys()].sort((a, b) => a - b);
  const places = new Map<number, { readonly x: number; readonly y: number }>();
  depths.forEach((depth, c) =>
    columns
      .get(depth)
      ?.forEach((node, r) =>
        places.set(node.id, { x: MARGIN + c * (BOX.width + BOX.across), y: MARGIN + r * (BOX.height + BOX.down) }),
      ),
  );
  const tallest = Math.max(1, ...[...columns.values()].map(({ length }) => length));
  const width = 2 * MARGIN + Math.max(1, depths.length) * (BOX.width + BOX.across) - BOX.across;
  const height = 2 * MARGIN + tallest * (BOX.height + BOX.down);
  const lines = edges.flatMap(({ from, to, relation, basis }) => {
    const [a, b] = [places.get(from), places.get(to)];
    if (!a || !b) return [];
    const [x1, y1, x2, y2] = [a.x + BOX.width, a.y + BOX.height / 2, b.x, b.y + BOX.height / 2];
    const bend = Math.max(30, Math.abs(x2 - x1) / 2);
    return [
      `<path d="M${x1} ${y1}C${x1 + bend} ${y1} ${x2 - bend} ${y2} ${x2} ${y2}" fill="none" stroke="#667" stroke-width="1.4"${DASHES[basis]} marker-end="url(#a)"><title>${html(`${relation} (${basis})`)}</title></path>`,
    ];
  });
  const boxes = drawn.map((node) => {
    const { x, y } = places.get(node.id) as { x: number; y: number };
    const root = roots.includes(node.id);
    return `<g><title>${html(node.name)}</title><rect x="${x}" y="${y}" width="${BOX.width}" height="${BOX.height}" rx="6" fill="${FILLS[node.kind]}" stroke="${root || node.carried !== undefined ? "#b00020" : "#99a"}" stroke-width="${root ? 3 : 1.2}"/><text x="${x + 9}" y="${y + 18}" font-size="13" font-weight="600">${html(clip(node.name, 34))}</text><text x="${x + 9}" y="${y + 35}" font-size="11" fill="#445">${html(clip(nodeFacts(node).join(", "), 44))}</text></g>`;
  });
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" font-family="system-ui, sans-serif"><title>${html(asked)}</title><defs><marker id="a" viewBox="0 0 8 8" refX="8" refY="4" markerWidth="7" markerHeight="7" orient="auto"><path d="M0 0L8 4L0 8z" fill="#667"/></marker></defs><rect width="100%" height="100%" fill="#fff"/>${lines.join("")}${boxes.join("")}</svg>\n`;
}

export function renderLineageHtml(lineage: Lineage): string {
  const { asked, poisoned, nodes, edges, completeness, cut } = lineage;
  const title = `${poisoned ? "Blast radius of" : "Lineage of"} ${asked}`;
  const byId = new Map(nodes.map(({ id, name }) => [id, name]));
  const rows = nodes.map(
    (node) => `<tr><td>${html(node.name)}</td><td>${html(nodeFacts(node).join(", "))}</td><td>${node.basis}</td></tr>`,
  );
  const links = edges.map(
    ({ from, to, relation, basis, because, shared }) =>
      `<tr><td>${html(byId.get(from) ?? "")}</td><td>${html(relation)}${shared === undefined ? "" : `, ${shared} records`}</td><td>${html(byId.get(to) ?? "")}</td><td>${basis}</td><td>${html(because)}</td></tr>`,
  );
  const notes = [
    ...(cut ? ["There is more than one answer holds: it was cut."] : []),
    ...(nodes.length > DRAWN_MAX ? [`The picture shows ${DRAWN_MAX} of ${nodes.length}; the table below all.`] : []),
    ...completeness,
  ];
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'"><title>${html(title)}</title>
<style>body{font:15px system-ui,sans-serif;margin:2rem;color:#223}h1{font-size:1.3rem}table{border-collapse:collapse;margin:1rem 0}td,th{border-bottom:1px solid #ccd;padding:.3rem .7rem;text-align:left}.picture{overflow:auto;border:1px solid #dde}.key{color:#556}</style></head><body>
<h1>${html(title)}</h1><p>${html(reachedText(lineage))}</p>
<p class="key">Solid lines are proven by a signature, dashed ones observed in the bytes, dotted ones declared by somebody.</p>
<div class="picture">${renderLineageSvg(lineage)}</div>
${notes.length > 0 ? `<h2>How complete this is</h2><ul>${notes.map((note) => `<li>${html(note)}</li>`).join("")}</ul>` : ""}
<h2>Artifacts and runs</h2><table><tr><th>name</th><th>what is known</th><th>at least</th></tr>${rows.join("\n")}</table>
<h2>Steps</h2><table><tr><th>from</th><th>how</th><th>to</th><th>known</th><th>because</th></tr>${links.join("\n")}</table>
</body></html>
`;
}
