import assert from "node:assert/strict";
import { test } from "node:test";
import { LIMITS } from "../base/limits.ts";
import { runPool, type PoolOptions } from "./pool.ts";
import type { WorkItem } from "./work.ts";

const item = (name: string): WorkItem => ({
  ref: { kind: "artifact", uri: name, name, location: { type: "file", path: name } },
  task: "whole",
});

async function* items(names: readonly string[]): AsyncIterable<WorkItem> {
  for (const name of names) yield item(name);
}

/** A thread that answers in its own time, and dies on the item called "dies". */
const entry = new URL(
  `data:text/javascript,${encodeURIComponent(`
    import { parentPort } from "node:worker_threads";
    parentPort.on("message", ({ seq, item }) => {
      if (item.ref.uri === "dies") process.exit(3);
      const result = { artifacts: [{ member: item.ref.uri, problems: [] }] };
      setTimeout(() => parentPort.postMessage({ type: "result", seq, result }), item.ref.uri.length % 3 * 5);
    });
  `)}`,
);

const options = (size: number): PoolOptions => ({ entry, data: {}, size, limits: LIMITS });

async function run(names: readonly string[], size: number): Promise<string[]> {
  const out: string[] = [];
  for await (const { item: done, result } of runPool(items(names), options(size))) {
    const [artifact] = result.artifacts;
    out.push(artifact?.problems[0] ? `${done.ref.uri}: ${artifact.problems[0].code}` : (artifact?.member ?? "?"));
  }
  return out;
}

test("results come in the order of the items, for any number of threads", async () => {
  const names = Array.from({ length: 40 }, (_, i) => "x".repeat((i * 7) % 11) + i);
  for (const size of [1, 2, 5]) assert.deepEqual(await run(names, size), names);
});

test("a thread that dies takes only its item with it", async () => {
  const names = ["a", "b", "dies", "c", "d", "dies", "e"];
  for (const size of [1, 3]) {
    assert.deepEqual(await run(names, size), ["a", "b", "dies: bug", "c", "d", "dies: bug", "e"]);
  }
});

test("threads that never start end the run, not try for ever", { timeout: 20_000 }, async () => {
  const broken = new URL(`data:text/javascript,${encodeURIComponent('throw new Error("no")')}`);
  const outcomes: string[] = [];
  try {
    for await (const { result } of runPool(items(["a", "b", "c"]), { ...options(2), entry: broken })) {
      outcomes.push(result.artifacts[0]?.problems[0]?.code ?? "read");
    }
  } catch (error) {
    outcomes.push((error as Error).message);
  }
  assert.ok(
    outcomes.length > 0 && outcomes.every((outcome) => outcome === "bug" || /do not stay up/.test(outcome)),
    outcomes.join(),
  );
});

test("an interruption ends it", async () => {
  const controller = new AbortController();
  await assert.rejects(async () => {
    for await (const _ of runPool(items(Array.from({ length: 100 }, (_, i) => `${i}`)), {
      ...options(2),
      signal: controller.signal,
    })) {
      void _;
      controller.abort();
    }
  }, /abort/i);
});
