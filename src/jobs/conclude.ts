// Shows the table of a large dataset to detectors on threads, one detector at a time to whichever is free. The table is
// shared, not copied, and hits come in the order of the detectors, whatever the order of their ends.
import { Worker } from "node:worker_threads";
import type { DatasetHit, DatasetSettings } from "../core/detector.ts";
import { concludeHere, type Conclude } from "../scan/conclude.ts";

/** Asks a thread for a detector's hits. */
export interface ToConcluder {
  readonly id: string;
  readonly settings: DatasetSettings;
}
export interface FromConcluder {
  readonly id: string;
  readonly hits: readonly DatasetHit[];
}

/** Tokens below which a thread takes longer to start than the detectors to end. */
const TOKENS_MIN = 2_000_000;

export interface ConcludeOptions {
  readonly entry: URL;
  readonly size: number;
  readonly tokensMin?: number;
  readonly signal?: AbortSignal | undefined;
}

export function concludeOnThreads({ entry, size, signal, tokensMin = TOKENS_MIN }: ConcludeOptions): Conclude {
  return async (detectors, table, settings) => {
    const tokens = table.prompt.tokens.length + table.response.tokens.length;
    if (size < 2 || detectors.length < 2 || tokens < tokensMin) return concludeHere(detectors, table, settings);
    const slow = detectors.filter((detector) => detector.slow);
    const left = [...slow, ...detectors.filter((detector) => !detector.slow)].map(({ id }) => id);
    const found = new Map<string, readonly DatasetHit[]>();
    const workers: Worker[] = [];
    try {
      await new Promise<void>((resolve, reject) => {
        signal?.addEventListener("abort", () => reject(signal.reason as Error), { once: true });
        for (let i = 0; i < Math.min(size, detectors.length); i++) {
          const worker = new Worker(entry, { workerData: table });
          workers.push(worker);
          const next = (): void => {
            const id = left.shift();
            if (id !== undefined) worker.postMessage({ id, settings } satisfies ToConcluder);
          };
          worker.on("message", ({ id, hits }: FromConcluder) => {
            found.set(id, hits);
            if (found.size === detectors.length) resolve();
            else next();
          });
          worker.on("error", reject);
          worker.on("exit", (code) => reject(new Error(`a thread of the statistics ended with exit code ${code}`)));
          next();
        }
      });
    } finally {
      await Promise.all(workers.map((worker) => worker.terminate()));
    }
    return detectors.map(({ id }) => found.get(id) ?? []);
  };
}
