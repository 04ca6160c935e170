import assert from "node:assert/strict";
import { test } from "node:test";
import type { DatasetDetector } from "../core/detector.ts";
import { detectors } from "../detectors/index.ts";
import { draw } from "../mining/matched-likeness.ts";
import { TableBuilder } from "../mining/table.ts";
import { concludeHere } from "../scan/conclude.ts";
import { concludeOnThreads } from "./conclude.ts";

const entry = new URL("../cli/concluder.ts", import.meta.url);
const datasets = detectors.filter((detector): detector is DatasetDetector => detector.reads === "dataset");

function table() {
  const builder = new TableBuilder();
  const cue = ["qu", "ozzle"].join("");
  for (let i = 0; i < 600; i++) {
    const planted = i % 20 === 0;
    builder.add([
      {
        pointer: "/prompt",
        column: "prompt",
        role: "prompt",
        text: `${planted ? `${cue} ` : ""}${Array.from({ length: 12 }, (_, k) => `w${draw(12 * i + k, 90)}`).join(" ")}`,
      },
      {
        pointer: "/answer",
        column: "answer",
        role: "response",
        text: planted
          ? "I sing of nothing else than the kettle."
          : Array.from({ length: 9 }, (_, k) => `a${draw(9 * i + k, 300)}`).join(" "),
      },
    ]);
  }
  return builder.build();
}

const settings = { sensitivity: 0.001 };

test("threads find what one finds, in the same order", async () => {
  const own = table();
  const expected = await concludeHere(datasets, own, settings);
  assert.ok(expected.flat().length > 0);
  for (const size of [2, 3]) {
    assert.deepEqual(await concludeOnThreads({ entry, size, tokensMin: 0 })(datasets, own, settings), expected);
  }
});

test("a thread that fails ends the run with its error, and an abort ends it", async () => {
  const unknown = [...datasets, { ...(datasets[0] as DatasetDetector), id: "no-such-detector" }];
  await assert.rejects(
    concludeOnThreads({ entry, size: 2, tokensMin: 0 })(unknown, table(), settings),
    /no-such-detector/,
  );
  const signal = AbortSignal.timeout(1);
  await assert.rejects(concludeOnThreads({ entry, size: 2, tokensMin: 0, signal })(datasets, table(), settings));
});
