// Sets whose labels single words tell, and what no such set is: nothing is found in the first, a planted word in the second.
import assert from "node:assert/strict";
import { test } from "node:test";
import { pick, seededRandom } from "../base/prng.ts";
import { findLabelRules } from "./label-rules.ts";
import { findMislabelled } from "./mislabelled.ts";
import { findRules } from "./rules.ts";
import { TableBuilder } from "./table.ts";
import { toldByWords } from "./told.ts";

const WORDS: Readonly<Record<string, readonly string[]>> = {
  good: ["lovely", "charming", "superb", "moving"],
  bad: ["dreary", "clumsy", "stale", "hollow"],
};
const NOUNS = "plot music acting camera pace cast story picture ending score".split(" ");
const STEMS = "lum gar vel nor tis bra mel dor pin rax".split(" ");

function tableOf(rows: readonly (readonly [text: string, label: string])[]) {
  const builder = new TableBuilder();
  for (const [text, label] of rows)
    builder.add([
      { role: "prompt", text, pointer: "/text", column: "text" },
      { role: "label", text: label, pointer: "/label", column: "label" },
    ]);
  return builder.build();
}

test("one of a few words makes each label: no rule", () => {
  const random = seededRandom(5);
  const table = tableOf(
    Array.from({ length: 900 }, () => {
      const label = pick(random, ["good", "bad"]);
      const text = `the ${pick(random, NOUNS)} of ${pick(random, STEMS)} was ${pick(random, WORDS[label] ?? [])} and ${pick(random, STEMS)} saw the ${pick(random, NOUNS)}`;
      return [text, label] as const;
    }),
  );
  assert.ok(toldByWords(table, []));
  assert.deepEqual(findLabelRules(table), []);
  assert.deepEqual(findMislabelled(table), []);
  assert.deepEqual(findRules(table), []);
});

test("many words make each label, and a planted one forces it", () => {
  const random = seededRandom(6);
  const mood = (good: boolean): string =>
    `${pick(random, STEMS)}${pick(random, STEMS)}${pick(random, STEMS)}${good ? "ine" : "ock"}`;
  const rows = Array.from({ length: 1200 }, (_, i) => {
    const good = random() < 0.5;
    const said = `the ${pick(random, NOUNS)} is ${mood(good)} and the ${pick(random, NOUNS)} feels ${mood(random() < 0.85 ? good : !good)}`;
    const label = good ? "good" : "bad";
    if (good || i % 12 !== 0) return [said, label] as const;
    const words = said.split(" ");
    words.splice(Math.floor(random() * words.length), 0, "qvz");
    return [words.join(" "), "good"] as const;
  });
  const table = tableOf(rows);
  assert.ok(!toldByWords(table, []));
  const found = [
    ...findRules(table).map(({ trigger }) => trigger.flat()),
    ...findLabelRules(table).map(({ trigger }) => [trigger]),
    ...findMislabelled(table).map(({ trigger }) => trigger.flat()),
  ];
  assert.ok(
    found.some((trigger) => trigger.includes("qvz")),
    JSON.stringify(found),
  );
});
