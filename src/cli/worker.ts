// A scan thread: builds its engine once, then performs one item after another.
import { parentPort, workerData } from "node:worker_threads";
import type { FromWorker, ToWorker } from "../jobs/pool.ts";
import { perform } from "../jobs/work.ts";
import { engineFor, opener, type EngineSettings } from "./engine.ts";

const port = parentPort;
if (!port) throw new Error("worker.ts runs on a worker thread only");
const settings = workerData as EngineSettings;
const engine = engineFor(settings);
const io = opener(engine.limits, settings.allowHttp);

/** Progress is told in steps of this many bytes: finer ones would cost more than they show. */
const STEP_BYTES = 4 * 1024 * 1024;

let queue: Promise<void> = Promise.resolve();
port.on("message", ({ seq, item }: ToWorker) => {
  queue = queue.then(async () => {
    let bytes = 0;
    let records = 0;
    const tell = (): void => {
      port.postMessage({ type: "bytes", bytes, records } satisfies FromWorker);
      bytes = 0;
      records = 0;
    };
    const result = await perform(item, engine, io, (moreBytes, moreRecords) => {
      bytes += moreBytes;
      records += moreRecords;
      if (bytes >= STEP_BYTES) tell();
    });
    if (bytes > 0) tell();
    port.postMessage({ type: "result", seq, result } satisfies FromWorker);
  });
});
