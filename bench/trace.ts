// How long a question to the provenance store takes: datasets with records and their sketches, some of them copied from
// one another, some of those with words changed, runs, models and what became of those. Seconds are of the questions;
// filling the store is told apart.
import { pathToFileURL } from "node:url";
import { pick, seededRandom } from "../src/base/prng.ts";
import { recordDigest } from "../src/core/record-digest.ts";
import { recordSketch, SKETCH_BYTES } from "../src/core/record-sketch.ts";
import { ProvenanceStore } from "../src/store/provenance.ts";

export interface TraceBench {
  readonly fillSeconds: number;
  /** The slowest of the questions, by the clock and in time of the processor: other programs may be running. */
  readonly seconds: number;
  readonly cpuSeconds: number;
  readonly nodes: number;
  readonly records: number;
  readonly artifacts: number;
  /** Records of the copies that were found edited, of those that were. */
  readonly nearly: number;
  readonly edited: number;
  readonly storeBytes: number;
}

const SHARED = 0.2;
const WORDS = Array.from({ length: 4096 }, (_, i) => `w${Math.imul(i + 1, 0x9e3779b1) >>> 0}`);

/** Two texts; `edit` changes one word in twenty. */
function record(seed: number, edit: boolean): { readonly value: object } {
  const random = seededRandom(seed);
  const text = (length: number): string =>
    Array.from({ length }, (_, i) => {
      const word = pick(random, WORDS);
      return edit && i % 20 === 7 ? "other" : word;
    }).join(" ");
  return { value: { prompt: text(12), answer: text(40) } };
}

export function traceBench({
  records,
  artifacts,
}: {
  readonly records: number;
  readonly artifacts: number;
}): TraceBench {
  const random = seededRandom(7);
  const store = new ProvenanceStore(":memory:");
  const sets = Math.max(2, Math.floor(artifacts / 10));
  const each = Math.floor(records / sets);
  let filling = 0;
  const none = new Uint8Array(0);
  const { id: document } = store.document({ sha256: "0", name: "bench", format: "bench" });
  const ids: number[] = [];
  store.transaction(() => {
    for (let s = 0; s < sets; s++) {
      const id = store.artifact({ kind: "dataset", name: `hf://datasets/acme/set-${s}`, keys: [`sha256:${s}`] });
      const copied = Math.floor(each * SHARED);
      // A part of every tenth set comes from the first; of every twentieth with other words.
      const digests = Buffer.alloc(each * 32);
      const sketches = Buffer.alloc(each * SKETCH_BYTES);
      for (let i = 0; i < each; i++) {
        const own = record(s % 10 === 0 && i < copied ? i : 1e6 + s * each + i, s % 20 === 10);
        digests.set(recordDigest(own, none), i * 32);
        sketches.set(recordSketch(own), i * SKETCH_BYTES);
      }
      const from = performance.now();
      store.rows(id, [digests]);
      store.sketches(id, [digests], [sketches]);
      filling += performance.now() - from;
      ids.push(id);
    }
    const made = [...ids];
    for (let n = sets; n < artifacts; n++) {
      const id = store.artifact({ kind: n % 3 === 0 ? "run" : "model", name: `artifact-${n}`, keys: [`run:${n}`] });
      for (let k = 0; k < 2; k++) store.link(pick(random, made), id, "input", "declared", document);
      made.push(id);
    }
  });
  const fillSeconds = filling / 1000;
  let seconds = 0;
  let cpuSeconds = 0;
  let nodes = 0;
  const asked = Array.from({ length: Math.min(each, 250) }, (_, i) => ({
    digest: recordDigest(record(i, false), none),
    sketch: recordSketch(record(i, false)),
  }));
  let nearly = 0;
  let edited = 0;
  for (const question of [
    () => store.walk("a", store.find("hf://datasets/acme/set-0"), ["down"]),
    () => store.walk("b", store.find("hf://datasets/acme/set-0"), ["down"], store.carriers(asked)),
    () => store.walk("c", store.find(`artifact-${artifacts - 1}`), ["up"]),
  ]) {
    const from = performance.now();
    const cpu = process.cpuUsage();
    const lineage = question();
    const { user, system } = process.cpuUsage(cpu);
    cpuSeconds = Math.max(cpuSeconds, (user + system) / 1e6);
    nodes = Math.max(nodes, lineage.nodes.length);
    seconds = Math.max(seconds, (performance.now() - from) / 1000);
    for (const { from: one, near } of lineage.edges) {
      if (one !== ids[0] || near === undefined) continue;
      nearly += near;
      edited += Math.floor(each * SHARED);
    }
  }
  const storeBytes = store.bytes();
  store.close();
  return { fillSeconds, seconds, cpuSeconds, nodes, records: each * sets, artifacts, nearly, edited, storeBytes };
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) {
  const [records = "1000000", artifacts = "10000"] = process.argv.slice(2);
  console.log(traceBench({ records: Number(records), artifacts: Number(artifacts) }));
}
