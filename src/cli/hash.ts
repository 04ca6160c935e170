// The SHA-256 of many files: each byte is read once, the largest files first, spread over threads where that is worth
// starting them.
import { availableParallelism } from "node:os";
import type { ArtifactRef } from "../core/artifact.ts";
import type { Problem } from "../core/problem.ts";
import { LIMITS } from "../base/limits.ts";
import { runPool } from "../jobs/pool.ts";
import { perform, type WorkItem } from "../jobs/work.ts";
import type { UnitResult } from "../scan/partial.ts";
import { engineFor, opener, type EngineSettings } from "./engine.ts";

export interface HashOptions {
  readonly workers?: number;
  readonly allowHttp?: boolean;
  readonly signal?: AbortSignal;
  readonly onBytes?: (bytes: number) => void;
}

/** Starting threads costs as much as hashing this. */
const INLINE_BYTES_MAX = 256 * 1024 * 1024;

export type Hashed = { readonly sha256: string } | { readonly problem: Problem };

/** In the order of the references. A file that cannot be read has a problem in place of a digest. */
export async function hashFiles(refs: readonly ArtifactRef[], options: HashOptions = {}): Promise<Hashed[]> {
  const { allowHttp, signal, onBytes } = options;
  const size = Math.min(refs.length, Math.max(1, options.workers ?? availableParallelism()));
  const order = refs.map((_, i) => i).sort((a, b) => (refs[b]?.sizeBytes ?? 0) - (refs[a]?.sizeBytes ?? 0) || a - b);
  const settings: EngineSettings = { detectors: [], roles: {}, ...(allowHttp ? { allowHttp } : {}) };
  const out: Hashed[] = [];
  const take = (at: number, { artifacts: [own] }: UnitResult): void => {
    const problem = own?.problems[0];
    if (own?.sha256) out[at] = { sha256: own.sha256 };
    else if (problem) out[at] = { problem };
  };
  const itemOf = (at: number): WorkItem => ({
    ref: refs[at] as ArtifactRef,
    task: "hash",
  });
  const total = refs.reduce((sum, { sizeBytes = 0 }) => sum + sizeBytes, 0);
  if (size < 2 || total < INLINE_BYTES_MAX) {
    const engine = engineFor(settings);
    const io = opener(LIMITS, allowHttp, signal);
    for (const at of order) {
      signal?.throwIfAborted();
      take(at, await perform(itemOf(at), engine, io, (bytes) => onBytes?.(bytes)));
    }
    return out;
  }
  const source = import.meta.url.endsWith(".ts");
  async function* items(): AsyncIterable<WorkItem> {
    for (const at of order) yield itemOf(at);
  }
  const pool = runPool(items(), {
    entry: new URL(source ? "../cli/worker.ts" : "../cli/worker.js", import.meta.url),
    data: settings,
    size,
    limits: LIMITS,
    onBytes: (bytes) => onBytes?.(bytes),
    ...(signal ? { signal } : {}),
  });
  let n = 0;
  for await (const { result } of pool) take(order[n++] as number, result);
  return out;
}
