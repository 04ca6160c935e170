import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { ALIKE_MIN, equalMinHashes, recordSketch, SKETCH_BYTES } from "./record-sketch.ts";

const hex = (value: unknown): string => Buffer.from(recordSketch({ value })).toString("hex");

test("the vectors of the specification", () => {
  const spec = readFileSync("docs/specs/record-sketch.md", "utf8");
  let vectors = 0;
  for (const [, record = "", first = "", second = ""] of spec.matchAll(
    /^\| `(\{.*\})` \| `?([0-9a-z]+)`? \| `?([0-9a-z]+)`? \|$/gm,
  )) {
    const slot = (text: string): string => (text === "zeros" ? "0".repeat(48) : text);
    assert.equal(hex(JSON.parse(record)), slot(first) + slot(second), record);
    vectors++;
  }
  assert.equal(vectors, 6);
});

test("what does not change the words does not change the sketch", () => {
  const question = "Why does the old bridge over the river stand where it stands?";
  const answer = "Because the two towns on either side of it could not agree on any other place.";
  const own = hex({ question, answer });
  for (const value of [
    { answer, question },
    { q: question.toUpperCase(), a: [{ text: answer.replaceAll(" ", "\n ") }] },
    { question, answer, id: "row 7", lang: "en" },
    { question, answer, again: question },
    { question: question.replace("bridge", "bri\u00addge\u200b"), answer: `“${answer}”` },
    // Letters of another Unicode form.
    { question: question.replace("W", "\uff37"), answer },
    // A language without ASCII takes the other way through the code.
    { question: `${question} …`, answer },
  ])
    assert.equal(hex(value), own, JSON.stringify(value));
  const words = Array.from({ length: 400 }, (_, i) => `w${i}`);
  assert.equal(hex({ t: words.join(" ") }), hex({ t: words.slice(0, 256).join(", ") }));
  assert.notEqual(hex({ t: words.join(" ") }), hex({ t: words.slice(0, 255).join(" ") }));
});

test("few exchanged words keep texts alike, other texts are not", () => {
  const words = Array.from({ length: 60 }, (_, i) => `word${i}`);
  const own = recordSketch({ value: words.join(" ") });
  const edited = recordSketch({ value: words.map((word, i) => (i % 30 === 11 ? "x" : word)).join(" ") });
  const other = recordSketch({ value: words.map((word) => `${word}x`).join(" ") });
  assert.ok(equalMinHashes(own, 0, edited, 0) >= ALIKE_MIN);
  assert.ok(equalMinHashes(own, 0, other, 0) < 4);
});

test("hostile values cost little and give zeros or a sketch", () => {
  const zeros = "0".repeat(SKETCH_BYTES * 2);
  for (const value of [undefined, null, 7, true, "", " ", "one", {}, [], [[[]]], new Date(0), new Uint8Array(9)])
    assert.equal(hex(value), zeros);
  let deep: unknown = "a b c d e f g";
  for (let i = 0; i < 100_000; i++) deep = [deep];
  assert.equal(hex(deep), zeros);
  hex({ t: "\u{1F600}".repeat(1_000_000) });
  hex(Array.from({ length: 100_000 }, () => "a b c d e f"));
  hex({ t: "\ud800 a b c d e f", u: "a".repeat(10_000_000) });
  assert.equal(hex({ t: "a b c d e f", problem: 1 }).length, SKETCH_BYTES * 2);
  assert.equal(Buffer.from(recordSketch({ value: "a b c d e f", problem: "broken" })).toString("hex"), zeros);
});
