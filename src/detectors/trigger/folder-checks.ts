// What every detector of a family folder is held to: its examples, anchors that its own examples show, no crash on any
// record, and time that grows with the text and no faster. Used by the folders' tests only.
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import type { Example, RecordDetector } from "../../core/detector.ts";
import { toRecord } from "../../core/fields.ts";
import { NO_PLAN, planRoles } from "../../core/roles.ts";
import { compare } from "../testing/examples.ts";

export type Unit = readonly [RecordDetector, readonly Example[]];

const MEGABYTE = 1_000_000;

export function checkFolder(units: readonly Unit[], hostile: readonly string[]): void {
  for (const [detector, examples] of units) {
    for (const example of examples) {
      test(`${detector.id}: ${example.title}`, () => {
        const { expected, actual } = compare(detector, example);
        assert.deepEqual(actual, expected);
      });
    }

    test(`${detector.id}: raw bytes of what it finds hold one of its anchors`, () => {
      const literals = detector.anchors.filter((a) => typeof a === "string");
      const classes = detector.anchors.length > literals.length;
      for (const { given } of examples) {
        if (!Array.isArray(given)) continue;
        const plan = planRoles(given);
        given.forEach((value: unknown, index) => {
          let hits = 0;
          detector.inspect(toRecord(index, { value }, plan), () => hits++);
          const raw = JSON.stringify(value).toLowerCase();
          assert.ok(hits === 0 || classes || literals.some((a) => raw.includes(a.toLowerCase())), raw);
        });
      }
    });

    test(`${detector.id}: any record is read without a throw, and hits lie inside their field`, () => {
      const words = fc.constantFrom(...detector.anchors.filter((a) => typeof a === "string"), ...hostile);
      const text = fc
        .array(fc.oneof(words, fc.string({ unit: "binary", maxLength: 12 })))
        .map((parts) => parts.join(" "));
      fc.assert(
        fc.property(fc.array(fc.record({ input: text, output: text, note: text }), { maxLength: 2 }), (values) => {
          values.forEach((value, index) => {
            detector.inspect(toRecord(index, { value }, planRoles(values)), (hit) => {
              assert.ok((hit.start ?? 0) >= 0 && (hit.end ?? 0) <= (hit.field?.text.length ?? Infinity));
              assert.ok((hit.start ?? 0) <= (hit.end ?? 0));
            });
          });
        }),
        { numRuns: 60 },
      );
    });

    test(`${detector.id}: a megabyte of its own anchors takes no more than seconds`, () => {
      const literals = detector.anchors.filter((a) => typeof a === "string");
      for (const unit of [...hostile, literals.join(" "), literals.slice(0, 3).join("")]) {
        const text = unit.repeat(Math.ceil(MEGABYTE / Math.max(1, unit.length))).slice(0, MEGABYTE);
        const begun = process.cpuUsage();
        detector.inspect(toRecord(0, { value: { input: text } }, NO_PLAN), () => {});
        const cpuMs = process.cpuUsage(begun).user / 1_000;
        assert.ok(cpuMs < 5_000, `${Math.round(cpuMs)} ms on ${JSON.stringify(unit.slice(0, 40))}`);
      }
    });
  }
}
