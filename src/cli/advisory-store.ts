// What an advisory means for the provenance store: artifacts that it names by content or commit, and all that was made
// from them. A range that cannot be judged is undecided for every revision that is known.
import { quote } from "../base/escape.ts";
import { judge, type Advisory, type Held, type Hit } from "../attest/advisory.ts";
import type { Carried } from "../core/lineage.ts";
import type { ProvenanceStore } from "../store/provenance.ts";

/** `history`: commits from the newest to the oldest, where known. */
export function storeHits(advisory: Advisory, store: ProvenanceStore, history?: readonly string[]): Hit[] {
  if (advisory.withdrawn !== undefined) return [];
  const hits: Hit[] = [];
  const roots = new Set<number>();
  const carried = new Map<number, Carried>();
  for (const { repository, files, records } of advisory.affected) {
    for (const sha256 of files) for (const id of store.holders(sha256)) roots.add(id);
    for (const [id, { exact }] of store.carriers(records.map((hex) => ({ digest: Buffer.from(hex, "hex") }))))
      carried.set(id, { exact: (carried.get(id)?.exact ?? 0) + exact, near: 0 });
    if (repository === undefined) continue;
    for (const { id, name, identity } of store.walk(repository, store.find(repository), []).nodes) {
      const revision = /@([0-9a-f]{40})$/.exec(identity ?? "")?.[1];
      const held: Held = {
        name,
        repository,
        files: new Map(),
        records: new Set(),
        ...(revision === undefined ? {} : { revision }),
        ...(history ? { history } : {}),
      };
      // Files and records were looked up above; here only the commits are in question.
      const own = judge(
        { ...advisory, affected: advisory.affected.map((item) => ({ ...item, files: [], records: [] })) },
        held,
      );
      if (own.some(({ certainty }) => certainty === "affected")) roots.add(id);
      else hits.push(...own.map((hit) => ({ ...hit, held: `${hit.held} in the store` })));
    }
  }
  for (const id of carried.keys()) roots.add(id);
  if (roots.size === 0) return hits;
  const { nodes, cut } = store.walk(advisory.id, [...roots], ["down"], carried);
  const hit = (certainty: Hit["certainty"], held: string, message: string): void => {
    hits.push({ advisory: advisory.id, summary: advisory.summary, held: `${held} in the store`, certainty, message });
  };
  for (const { id, kind, name, depth, basis, carried: count } of nodes) {
    if (roots.has(id))
      hit(
        "affected",
        name,
        count === undefined ? "The advisory names it." : `It holds ${count} of the poisoned records.`,
      );
    // A run is how poison travels, and nothing that anybody uses.
    else if (kind !== "run")
      hit(
        "affected",
        name,
        `It was made from what the advisory names, ${depth} ${depth === 1 ? "step" : "steps"} away (${basis}).`,
      );
  }
  if (cut)
    hit("undecided", "more", `There are more than could be listed: bezoar trace ${quote(advisory.id)} shows parts.`);
  return hits;
}
