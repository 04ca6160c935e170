import assert from "node:assert/strict";
import { test } from "node:test";
import { memorySource } from "../../core/bytes.ts";
import { seededRandom } from "../../base/prng.ts";
import { safetensors } from "../safetensors.ts";
import { hear, type Heard } from "../shared/testing.ts";
import { safetensorsFile } from "./testing/writers.ts";

const RANK = 4;
const SIZE = 32;

/** An adapter of twelve modules; `change` gives the factor of an element of one of its matrices. */
function adapter(
  change: (module: number, row: number, down: boolean) => number,
  dtype: "F32" | "BF16" = "F32",
): Buffer {
  const random = seededRandom(7);
  const header: Record<string, object> = {};
  const chunks: Buffer[] = [];
  let at = 0;
  for (let module = 0; module < 12; module++) {
    for (const down of [true, false]) {
      const values = new Float32Array(RANK * SIZE);
      for (let i = 0; i < values.length; i++) {
        const row = down ? Math.floor(i / SIZE) : i % RANK;
        values[i] = (random() - 0.5) * change(module, row, down);
      }
      const whole = Buffer.from(values.buffer);
      const bytes =
        dtype === "F32" ? whole : Buffer.concat(Array.from(values, (_, i) => whole.subarray(4 * i + 2, 4 * i + 4)));
      header[`model.layers.${module}.q_proj.lora_${down ? "A" : "B"}.weight`] = {
        dtype,
        shape: down ? [RANK, SIZE] : [SIZE, RANK],
        data_offsets: [at, at + bytes.length],
      };
      at += bytes.length;
      chunks.push(bytes);
    }
  }
  return safetensorsFile(header, Buffer.concat(chunks));
}

const read = (bytes: Buffer): Promise<Heard> => hear(safetensors, memorySource("adapter_model.safetensors", bytes));
const facts = ({ models }: Heard): string[] =>
  models.flatMap(({ irregularities }) =>
    irregularities.map(({ code, message }) => `${code} ${/layers\.\d+/.exec(message)?.[0]}`),
  );

test("an even adapter has a note and no fact", async () => {
  for (const dtype of ["F32", "BF16"] as const) {
    const heard = await read(adapter(() => 1, dtype));
    assert.deepEqual(facts(heard), []);
    assert.match(heard.notes[0]?.message ?? "", /Adapter of 12 modules: the norm of an update is \d/);
  }
});

test("one module far out of the others is named", async () => {
  const heard = await read(adapter((module) => (module === 5 ? 6 : 1)));
  assert.deepEqual(facts(heard), ["weight-norm layers.5"]);
});

test("an update of one direction among others that are not is named", async () => {
  const heard = await read(adapter((module, row) => (module !== 3 ? 1 : row === 0 ? 3 : 0.001)));
  assert.deepEqual(facts(heard), ["weight-rank-one layers.3"]);
});

test("numbers that are none are told", async () => {
  const heard = await read(adapter((module) => (module === 2 ? Number.NaN : 1)));
  assert.deepEqual(facts(heard), ["weight-not-finite layers.2"]);
});
