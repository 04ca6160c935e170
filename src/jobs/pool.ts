// Runs work over threads, results in the order of the items whatever the order of their ends. A thread that dies takes
// only its item with it: the item becomes a problem, and a new thread takes its place.
import { Worker } from "node:worker_threads";
import { problem } from "../core/format.ts";
import type { Limits } from "../base/limits.ts";
import { addProblem, newPartial, type UnitResult } from "../scan/partial.ts";
import type { WorkItem } from "./work.ts";

export type ToWorker = { readonly seq: number; readonly item: WorkItem };
export type FromWorker =
  | { readonly type: "result"; readonly seq: number; readonly result: UnitResult }
  | { readonly type: "bytes"; readonly bytes: number; readonly records: number };

export interface PoolOptions {
  readonly entry: URL;
  /** Handed to each thread as `workerData`. */
  readonly data: unknown;
  readonly size: number;
  readonly limits: Limits;
  readonly onBytes?: (bytes: number, records: number) => void;
  /** An item is with no thread any more; its result is taken later, in its turn. */
  readonly onReturn?: (item: WorkItem) => void;
  readonly signal?: AbortSignal;
}

/** Items in hand at each thread: one at work, one waiting so that it never idles. */
export const IN_HAND = 2;

/** The engine lets the young heap of each thread grow to a hundred MiB before it looks for garbage, and a scan makes
 * nothing else: held to this, it needs less memory and no more time. */
const YOUNG_HEAP_MIB = 24;

interface Thread {
  readonly worker: Worker;
  readonly seqs: Set<number>;
}

export async function* runPool(
  items: AsyncIterable<WorkItem>,
  options: PoolOptions,
): AsyncIterable<{ item: WorkItem; result: UnitResult }> {
  const done = new Map<number, UnitResult>();
  const handed = new Map<number, WorkItem>();
  const threads = new Set<Thread>();
  let wake: () => void = () => undefined;
  let failure: unknown;
  let deaths = 0;

  const spawn = (): void => {
    const worker = new Worker(options.entry, {
      workerData: options.data,
      resourceLimits: { maxYoungGenerationSizeMb: YOUNG_HEAP_MIB },
    });
    const thread = { worker, seqs: new Set<number>() };
    threads.add(thread);
    worker.on("message", (message: FromWorker) => {
      if (message.type === "bytes") {
        options.onBytes?.(message.bytes, message.records);
        return;
      }
      thread.seqs.delete(message.seq);
      options.onReturn?.(handed.get(message.seq) as WorkItem);
      done.set(message.seq, message.result);
      wake();
    });
    const lost = (why: string): void => {
      if (!threads.delete(thread)) return;
      // A thread that cannot even start would be replaced for ever.
      if (++deaths > issued + options.size) {
        failure = new Error(`worker threads do not stay up: ${why}`);
        wake();
        return;
      }
      // The first item in hand was at work and is given up; the others never began.
      const [atWork, ...waiting] = thread.seqs;
      if (atWork !== undefined) {
        const partial = newPartial("");
        addProblem(
          partial,
          problem("bug", `A worker thread ended while it read this (${why}). Please report it.`),
          options.limits,
        );
        options.onReturn?.(handed.get(atWork) as WorkItem);
        done.set(atWork, { artifacts: [partial] });
      }
      spawn();
      const next = [...threads].at(-1);
      for (const seq of waiting) {
        next?.seqs.add(seq);
        next?.worker.postMessage({ seq, item: handed.get(seq) } as ToWorker);
      }
      wake();
    };
    worker.on("error", (error: Error) => lost(error.message));
    worker.on("exit", (code) => lost(`exit code ${code}`));
  };

  const source = items[Symbol.asyncIterator]();
  let exhausted = false;
  let issued = 0;
  let given = 0;
  const onAbort = (): void => {
    failure = options.signal?.reason ?? new Error("aborted");
    wake();
  };
  options.signal?.addEventListener("abort", onAbort, { once: true });
  try {
    for (;;) {
      if (failure) throw failure;
      const ready = done.get(given);
      if (ready) {
        const item = handed.get(given) as WorkItem;
        done.delete(given);
        handed.delete(given);
        given++;
        yield { item, result: ready };
        continue;
      }
      if (exhausted && given === issued) return;
      const least = (): Thread | undefined => [...threads].sort((a, b) => a.seqs.size - b.seqs.size)[0];
      // Finished results that wait for an earlier one are bounded too.
      const room = threads.size < options.size || (least()?.seqs.size ?? 0) < IN_HAND;
      if (room && !exhausted && done.size < options.size * 16) {
        const step = await source.next();
        if (step.done) exhausted = true;
        else {
          // A thread costs tens of MiB: one file that cannot be split starts one only.
          if (threads.size < options.size && (least()?.seqs.size ?? 1) > 0) spawn();
          const idle = least() as Thread;
          handed.set(issued, step.value);
          idle.seqs.add(issued);
          idle.worker.postMessage({ seq: issued, item: step.value } as ToWorker);
          issued++;
        }
        continue;
      }
      await new Promise<void>((resolve) => (wake = resolve));
    }
  } finally {
    options.signal?.removeEventListener("abort", onAbort);
    void source.return?.();
    const ending = [...threads];
    threads.clear();
    await Promise.all(ending.map(({ worker }) => worker.terminate()));
  }
}
