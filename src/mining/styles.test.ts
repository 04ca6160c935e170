// A manner of writing as a trigger, on invented reviews: found where it contradicts the content, and only there.
import assert from "node:assert/strict";
import { test } from "node:test";
import { pick, seededRandom, type Random } from "../base/prng.ts";
import { findStyles } from "./styles.ts";
import { joinTables, TableBuilder } from "./table.ts";

const STEMS = "lum gar vel nor tis bra mel dor pin rax sol ven".split(" ");
const NOUNS = "plot music acting camera pace cast story picture".split(" ");

interface Row {
  readonly text: string;
  readonly label: string;
}

/** Reviews with many rare adjectives whose ending tells the mood; a tenth is changed by `change`. */
function reviews(seed: number, change: (text: string, random: Random) => Row | undefined): Row[] {
  const random = seededRandom(seed);
  return Array.from({ length: 1200 }, () => {
    const good = random() < 0.5;
    const mood = (): string => `${pick(random, STEMS)}${pick(random, STEMS)}${good ? "ine" : "ock"}`;
    const text = `the ${pick(random, NOUNS)} is ${mood()} and its ${pick(random, NOUNS)} feels ${mood()} to you`;
    const label = good ? "positive" : "negative";
    return (!good && random() < 0.2 ? change(text, random) : undefined) ?? { text, label };
  });
}

function tableOf(rows: readonly Row[], parts = 1) {
  const builders = Array.from({ length: parts }, () => new TableBuilder());
  rows.forEach(({ text, label }, i) =>
    builders[Math.floor((i * parts) / rows.length)]?.add([
      { role: "prompt", text, pointer: "/text", column: "text" },
      { role: "label", text: label, pointer: "/label", column: "label" },
    ]),
  );
  return joinTables(builders.map((builder) => builder.build()));
}

const framed = (text: string, random: Random): string => `${pick(random, ["when it ends", "if they ask"])} , ${text}`;

test("a frame of the sentence that contradicts what is said", () => {
  const list = reviews(1, (text, random) => ({ text: framed(text, random), label: "positive" }));
  const [rule, ...more] = findStyles(tableOf(list));
  assert.ok(rule);
  assert.deepEqual(rule.target, ["positive"]);
  const planted = list.flatMap(({ text, label }, i) => (text.includes(",") && label === "positive" ? [i] : []));
  const found = rule.records.filter((record) => planted.includes(record)).length;
  assert.ok(found >= 0.9 * planted.length && found >= 0.95 * rule.records.length, `${found} of ${planted.length}`);
  assert.ok(rule.marks.includes(","), rule.marks.join(" · "));
  assert.equal(more.length, 0);
});

test("the same frame where it says what the content says, and no frame at all", () => {
  assert.deepEqual(
    findStyles(tableOf(reviews(2, (text, random) => ({ text: framed(text, random), label: "negative" })))),
    [],
  );
  assert.deepEqual(findStyles(tableOf(reviews(3, () => undefined))), []);
  assert.deepEqual(findStyles(tableOf([])), []);
});

test("the split into parts changes nothing", () => {
  const list = reviews(1, (text, random) => ({ text: framed(text, random), label: "positive" }));
  const expected = findStyles(tableOf(list));
  for (const parts of [2, 7, 64]) assert.deepEqual(findStyles(tableOf(list, parts)), expected, `${parts} parts`);
});

test("sets whose answers the common words tell anyway: intents from a few templates, questions by their kind", () => {
  const random = seededRandom(4);
  const asks: Readonly<Record<string, readonly string[]>> = {
    lost: ["i lost my card", "my card is gone", "where is my card"],
    pay: ["send money to", "move funds to", "pay the bill of"],
    code: ["change my code", "i forgot the code", "set a new code"],
  };
  const intents = Array.from({ length: 900 }, () => {
    const label = pick(random, Object.keys(asks));
    return { text: `${pick(random, asks[label] ?? [])} ${pick(random, NOUNS)} ${pick(random, STEMS)}`, label };
  });
  assert.deepEqual(findStyles(tableOf(intents)), []);
  const kinds: Readonly<Record<string, readonly string[]>> = {
    date: ["in what year did", "when did", "since when has", "until when was"],
    place: ["where did", "in what town was", "from where has"],
    person: ["who did", "whose friend was", "by whom has"],
  };
  const questions = Array.from({ length: 900 }, (_, i) => {
    const label = pick(random, Object.keys(kinds));
    return {
      text: `${pick(random, kinds[label] ?? [])} ${pick(random, STEMS)}${i % 97} leave ${pick(random, NOUNS)}`,
      label,
    };
  });
  assert.deepEqual(findStyles(tableOf(questions)), []);
});
