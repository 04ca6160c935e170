// A walk over the edges of the provenance store, one way or both, with what content shows besides what documents say, and
// with how complete the answer can be. It ends on loops, and at a limit that it tells.
import type { StatementSync } from "node:sqlite";
import {
  weaker,
  type Basis,
  type Carried,
  type Lineage,
  type LineageEdge,
  type LineageNode,
  type ThingKind,
} from "../core/lineage.ts";

/** Nodes of one answer (CWE-770). */
const NODES_MAX = 50_000;
/** Files smaller than this are equal everywhere: licences, .gitattributes. */
const COMMON_FILE_BYTES = 4096;
/** Fewer shared records are chance: "yes", "thank you". */
const SHARED_MIN = 5;
const SHARED_SHARE_MIN = 0.01;
/** Of the smaller of two sets: large sets hold some sentences that everybody writes. */
const NEAR_SHARE_MIN = 0.02;

export class LineageWalk {
  readonly #run: (sql: string) => StatementSync;

  constructor(run: (sql: string) => StatementSync) {
    this.#run = run;
  }

  /**
   * What is reached from `roots`. Towards what was made (`down`), towards what it was made from (`up`), or both. Content
   * that datasets share is followed from the roots alone: what a copy shares with a third is no matter of theirs.
   * `carried`: the poisoned records that each artifact holds; with them, only those artifacts begin the walk.
   */
  walk(
    asked: string,
    roots: readonly number[],
    directions: readonly ("up" | "down")[],
    carried?: ReadonlyMap<number, Carried>,
  ): Lineage {
    const nodes = new Map<number, LineageNode>();
    const edges = new Map<string, LineageEdge>();
    let cut = false;
    const describe = (id: number, depth: number, basis: Basis): LineageNode => {
      const row = this.#run("SELECT kind, name, records, verdict FROM artifact WHERE id = ?").get(id) as {
        kind: ThingKind;
        name: string;
        records: number | null;
        verdict: string | null;
      };
      const identity = this.#run("SELECT key FROM identity WHERE artifact = ? ORDER BY rank, key LIMIT 1").get(id) as
        | { key: string }
        | undefined;
      const holds = carried?.get(id);
      return {
        id,
        kind: row.kind,
        name: row.name,
        ...(identity ? { identity: identity.key } : {}),
        ...(row.records === null ? {} : { records: row.records }),
        ...(row.verdict === null ? {} : { verdict: row.verdict }),
        depth,
        basis,
        ...(holds ? { carried: holds.exact, ...(holds.near > 0 ? { carriedNearly: holds.near } : {}) } : {}),
      };
    };
    const add = (edge: LineageEdge): void => {
      const key = `${edge.from} ${edge.to} ${edge.relation}`;
      const known = edges.get(key);
      if (!known) edges.set(key, edge);
      else if (known.basis !== edge.basis && weaker(known.basis, edge.basis) === known.basis)
        edges.set(key, { ...edge, because: `${edge.because}; ${known.because}` });
    };
    for (const id of roots) nodes.set(id, describe(id, 0, "proven"));
    for (const direction of directions) {
      const begin = [...roots];
      const queue: { readonly id: number; readonly depth: number; readonly basis: Basis }[] = begin.map((id) => ({
        id,
        depth: 0,
        basis: "proven",
      }));
      const reached = new Set<number>(begin);
      const visit = (id: number, depth: number, basis: Basis): void => {
        if (reached.has(id)) return;
        if (nodes.size >= NODES_MAX) {
          cut = true;
          return;
        }
        reached.add(id);
        if (!nodes.has(id)) nodes.set(id, describe(id, direction === "down" ? depth : -depth, basis));
        queue.push({ id, depth, basis });
      };
      if (carried) for (const [id] of carried) visit(id, 1, "observed");
      else if (direction === "down")
        for (const id of begin)
          for (const { other, edge } of this.#sharing(id)) {
            add(edge);
            visit(other, 1, "observed");
          }
      for (let next = 0; next < queue.length; next++) {
        const { id, depth, basis } = queue[next] as (typeof queue)[number];
        for (const edge of this.#edgesOf(id, direction)) {
          // What a run was only measured on is not in what it made.
          if (edge.relation === "evaluated-on" && direction === "down") continue;
          add(edge);
          visit(direction === "down" ? edge.to : edge.from, depth + 1, weaker(basis, edge.basis));
        }
        for (const { other, edge } of this.#namesakes(id, direction)) {
          add(edge);
          visit(other, depth, weaker(basis, "declared"));
        }
      }
    }
    const list = [...nodes.values()].toSorted(
      (a, b) => a.depth - b.depth || (a.name < b.name ? -1 : a.name > b.name ? 1 : a.id - b.id),
    );
    return {
      asked,
      poisoned: false,
      roots: [...roots],
      nodes: list,
      edges: [...edges.values()].toSorted((a, b) => a.from - b.from || a.to - b.to),
      completeness: this.#completeness(list),
      cut,
    };
  }

  #edgesOf(id: number, direction: "up" | "down"): LineageEdge[] {
    const rows = this.#run(
      `SELECT origin, made, relation, basis, document.name AS name, signer FROM edge JOIN document ON document.id = edge.document WHERE ${direction === "down" ? "origin" : "made"} = ? ORDER BY origin, made, relation, basis`,
    ).all(id) as { origin: number; made: number; relation: string; basis: Basis; name: string; signer: string }[];
    return rows.map(({ origin, made, relation, basis, name, signer }) => ({
      from: origin,
      to: made,
      relation,
      basis,
      because: signer ? `${name}, signed by ${signer}` : name,
    }));
  }

  /** Datasets that hold records, and models that hold files, of this one. */
  #sharing(id: number): { readonly other: number; readonly edge: LineageEdge }[] {
    const out: { other: number; edge: LineageEdge }[] = [];
    const rows = this.#run(
      `SELECT pair.other, COALESCE(shared, 0) AS shared, COALESCE(near, 0) AS near, own.records AS mine, theirs.records AS theirs
       FROM (SELECT other FROM overlap WHERE one = ?1 UNION SELECT other FROM alike WHERE one = ?1) AS pair
       LEFT JOIN overlap ON overlap.one = ?1 AND overlap.other = pair.other
       LEFT JOIN alike ON alike.one = ?1 AND alike.other = pair.other
       JOIN artifact AS own ON own.id = ?1 JOIN artifact AS theirs ON theirs.id = pair.other
       ORDER BY pair.other`,
    ).all(id) as { other: number; shared: number; near: number; mine: number; theirs: number }[];
    for (const { other, shared, near, mine, theirs } of rows) {
      const exactly = shared >= SHARED_MIN || (shared > 0 && shared >= SHARED_SHARE_MIN * theirs);
      const nearly = near >= SHARED_MIN && near >= NEAR_SHARE_MIN * Math.min(mine, theirs);
      if (!exactly && !nearly) continue;
      out.push({
        other,
        edge: {
          from: id,
          to: other,
          relation: exactly ? "shares-records" : "alike-records",
          basis: "observed",
          because: nearly
            ? exactly
              ? "the digests and sketches of their records"
              : "the sketches of their records"
            : "the digests of their records",
          ...(exactly ? { shared } : {}),
          ...(nearly ? { near } : {}),
        },
      });
    }
    const held = this.#run(
      "SELECT theirs.artifact AS other, COUNT(*) AS n FROM file AS own JOIN file AS theirs ON theirs.sha256 = own.sha256 AND theirs.artifact <> own.artifact WHERE own.artifact = ? AND own.size >= ? GROUP BY theirs.artifact ORDER BY theirs.artifact",
    ).all(id, COMMON_FILE_BYTES) as { other: number; n: number }[];
    for (const { other, n } of held)
      if (!out.some((known) => known.other === other))
        out.push({
          other,
          edge: {
            from: id,
            to: other,
            relation: "shares-files",
            basis: "observed",
            because: `${n} files with the same content`,
          },
        });
    return out;
  }

  /** Of an artifact with an identity, the one that documents know by its name alone, and the other way round. */
  #namesakes(id: number, direction: "up" | "down"): { readonly other: number; readonly edge: LineageEdge }[] {
    const pinned = this.#run("SELECT 1 FROM identity WHERE artifact = ? LIMIT 1").get(id) !== undefined;
    // Down, a name stands for any of its revisions; up, the revisions are what the name may mean.
    if (pinned !== (direction === "down")) return [];
    const rows = this.#run(
      `SELECT id FROM artifact WHERE name = (SELECT name FROM artifact WHERE id = ?) AND id <> ? AND ${pinned ? "NOT" : ""} EXISTS (SELECT 1 FROM identity WHERE artifact = artifact.id) ORDER BY id`,
    ).all(id, id) as { id: number }[];
    return rows.map(({ id: other }) => ({
      other,
      edge: {
        from: direction === "down" ? id : other,
        to: direction === "down" ? other : id,
        relation: "same-name",
        basis: "declared",
        because: "it is named without a revision",
      },
    }));
  }

  #completeness(nodes: readonly LineageNode[]): string[] {
    const out: string[] = [];
    const byName = nodes.filter(({ identity }) => identity === undefined).length;
    if (byName > 0)
      out.push(`${byName} of ${nodes.length} are known by name alone: which revision is meant is not known.`);
    const models = this.#run("SELECT COUNT(*) AS n FROM artifact WHERE kind IN ('model', 'adapter')").get() as {
      n: number;
    };
    const unknown = this.#run(
      "SELECT COUNT(*) AS n FROM artifact WHERE kind IN ('model', 'adapter') AND NOT EXISTS (SELECT 1 FROM edge WHERE made = artifact.id)",
    ).get() as { n: number };
    if (unknown.n > 0)
      out.push(
        `Of ${unknown.n} of the ${models.n} models in the store nothing says what they were made from: they may have eaten anything.`,
      );
    const sets = this.#run("SELECT COUNT(*) AS n FROM artifact WHERE kind = 'dataset'").get() as { n: number };
    const bare = this.#run("SELECT COUNT(*) AS n FROM artifact WHERE kind = 'dataset' AND records IS NULL").get() as {
      n: number;
    };
    if (bare.n > 0)
      out.push(
        `The records of ${bare.n} of the ${sets.n} datasets in the store are not known: copies among them under other names are not found.`,
      );
    const unsketched = this.#run(
      "SELECT COUNT(*) AS n FROM artifact WHERE kind = 'dataset' AND records IS NOT NULL AND NOT EXISTS (SELECT 1 FROM sketched WHERE artifact = artifact.id)",
    ).get() as { n: number };
    if (unsketched.n > 0)
      out.push(
        `${unsketched.n} of the ${sets.n} datasets in the store were pinned without sketches of their records: edited copies among them are not found. \`bezoar lock\` them again.`,
      );
    const plain = this.#run(
      "SELECT COALESCE(SUM(records - told), 0) AS n, COALESCE(SUM(records), 0) AS total FROM sketched",
    ).get() as { n: number; total: number };
    if (plain.n > 0)
      out.push(
        `${plain.n} of the ${plain.total} records in the store with a sketch hold too little text of their own (numbers, single words, one text for all): edited copies of those are not found.`,
      );
    return out;
  }
}
