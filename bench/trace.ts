// How long a question to the provenance store takes: datasets with records, some of them copied from one another, runs,
// models and what became of those. Seconds are of the questions; filling the store is told apart.
import { createHash } from "node:crypto";
import { pathToFileURL } from "node:url";
import { pick, seededRandom } from "../src/base/prng.ts";
import { ProvenanceStore } from "../src/store/provenance.ts";

export interface TraceBench {
  readonly fillSeconds: number;
  /** The slowest of the questions. */
  readonly seconds: number;
  readonly nodes: number;
  readonly records: number;
  readonly artifacts: number;
}

const SHARED = 0.2;

export function traceBench({
  records,
  artifacts,
}: {
  readonly records: number;
  readonly artifacts: number;
}): TraceBench {
  const random = seededRandom(7);
  const store = new ProvenanceStore(":memory:");
  const begun = performance.now();
  const sets = Math.max(2, Math.floor(artifacts / 10));
  const each = Math.floor(records / sets);
  const digest = (text: string): Buffer => createHash("sha256").update(text).digest();
  const { id: document } = store.document({ sha256: "0", name: "bench", format: "bench" });
  const ids: number[] = [];
  store.transaction(() => {
    for (let s = 0; s < sets; s++) {
      const id = store.artifact({ kind: "dataset", name: `hf://datasets/acme/set-${s}`, keys: [`sha256:${s}`] });
      const copied = Math.floor(each * SHARED);
      // A part of every tenth set comes from the first.
      store.rows(id, [
        Buffer.concat(
          Array.from({ length: each }, (_, i) => digest(s % 10 === 0 && i < copied ? `shared ${i}` : `${s} ${i}`)),
        ),
      ]);
      ids.push(id);
    }
    const made = [...ids];
    for (let n = sets; n < artifacts; n++) {
      const id = store.artifact({ kind: n % 3 === 0 ? "run" : "model", name: `artifact-${n}`, keys: [`run:${n}`] });
      for (let k = 0; k < 2; k++) store.link(pick(random, made), id, "input", "declared", document);
      made.push(id);
    }
  });
  const fillSeconds = (performance.now() - begun) / 1000;
  let seconds = 0;
  let nodes = 0;
  const asked = Array.from({ length: Math.min(each, 250) }, (_, i) => digest(`shared ${i}`));
  for (const question of [
    () => store.walk("a", store.find("hf://datasets/acme/set-0"), ["down"]),
    () => store.walk("b", store.find("hf://datasets/acme/set-0"), ["down"], store.carriers(asked)),
    () => store.walk("c", store.find(`artifact-${artifacts - 1}`), ["up"]),
  ]) {
    const from = performance.now();
    nodes = Math.max(nodes, question().nodes.length);
    seconds = Math.max(seconds, (performance.now() - from) / 1000);
  }
  store.close();
  return { fillSeconds, seconds, nodes, records: each * sets, artifacts };
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) {
  const [records = "1000000", artifacts = "10000"] = process.argv.slice(2);
  console.log(traceBench({ records: Number(records), artifacts: Number(artifacts) }));
}
