// A thread that holds the table of a dataset and shows it to one detector after another.
import { parentPort, workerData } from "node:worker_threads";
import type { DatasetHit } from "../core/detector.ts";
import type { Table } from "../core/table.ts";
import { detectors } from "../detectors/index.ts";
import type { FromConcluder, ToConcluder } from "../jobs/conclude.ts";

const port = parentPort;
if (!port) throw new Error("concluder.ts runs on a worker thread only");
const table = workerData as Table;

port.on("message", ({ id, settings }: ToConcluder) => {
  const detector = detectors.find((one) => one.id === id);
  if (detector?.reads !== "dataset") throw new Error(`no detector of datasets ${id}`);
  const hits: DatasetHit[] = [];
  detector.conclude(table, (hit) => hits.push(hit), settings);
  port.postMessage({ id, hits } satisfies FromConcluder);
});
