// Damaged input gives an answer, whatever the damage: each example file cut at every length, with bits flipped, and
// handed out one byte at a time.
import assert from "node:assert/strict";
import { test } from "node:test";
import { memorySource } from "../../core/bytes.ts";
import type { Format } from "../../core/format.ts";
import { bzip2 } from "../bzip2.ts";
import { csv } from "../csv.ts";
import { gzip } from "../gzip.ts";
import { tar } from "../tar.ts";
import { text } from "../text.ts";
import { webdataset } from "../webdataset.ts";
import { xml } from "../xml.ts";
import { xz } from "../xz.ts";
import { yaml } from "../yaml.ts";
import { zip } from "../zip.ts";
import { zstd } from "../zstd.ts";
import { caseBytes, caseNames, hear, readContext, sequentialSource } from "./testing.ts";

const FORMATS: readonly Format[] = [csv, xml, yaml, text, gzip, zstd, bzip2, xz, zip, tar, webdataset];
/** Damage is asked of small limits too, which move the seams between reads. */
const SMALL = { recordBytesMax: 64, documentBytesMax: 64 };

// The same sequence each time: a failure has to come back.
function* numbers(seed: number): Generator<number> {
  for (let state = seed; ;) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    yield state;
  }
}

for (const format of FORMATS) {
  for (const name of caseNames(format.id)) {
    const bytes = caseBytes(format.id, name);

    test(`${format.id}/${name} is read the same from any source`, async () => {
      const whole = await hear(format, memorySource(name, bytes));
      assert.deepEqual(await hear(format, sequentialSource(name, bytes)), whole);
      assert.deepEqual(await hear(format, sequentialSource(name, bytes, bytes.length > 5000 ? 7 : 1)), whole);
    });

    test(`${format.id}/${name} cut anywhere gives an answer`, async () => {
      const step = Math.max(1, Math.floor(bytes.length / 400));
      for (let length = 0; length < bytes.length; length += step) {
        await hear(format, memorySource(name, bytes.subarray(0, length)));
        await hear(format, memorySource(name, bytes.subarray(0, length)), readContext(SMALL));
      }
    });

    test(`${format.id}/${name} with flipped bits gives an answer`, async () => {
      const random = numbers(bytes.length);
      for (let round = 0; round < 500; round++) {
        const copy = Buffer.from(bytes);
        const flips = 1 + (round & 3);
        for (let flip = 0; flip < flips; flip++) {
          const place = (random.next().value as number) % copy.length;
          copy[place] = (copy[place] ?? 0) ^ (1 << ((random.next().value as number) >>> 29));
        }
        await hear(format, memorySource(name, copy), round & 1 ? readContext(SMALL) : readContext());
      }
    });
  }
}
