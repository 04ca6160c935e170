import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { fold } from "./fold.ts";
import { lexicon } from "./phrases.ts";

test("folding keeps every offset", () => {
  fc.assert(fc.property(fc.string({ unit: "binary", maxLength: 200 }), (text) => fold(text).length === text.length));
  assert.equal(fold("Ünïcødé ＩＧＮＯＲＥ İıŁ Ёё"), "unicode ignore iil ее");
});

const WORDS = lexicon([{ language: "test", span: 30, slots: [["drop*"], ["old", "=prior ones"], ["rules"]] }]);

test("one word of each slot, in any order, within the span and one sentence", () => {
  const found = (text: string): number => WORDS.find(fold(text)).length;
  assert.equal(found("Dropping the old RULES"), 1);
  assert.equal(found("old rules: drop\nthem"), 1);
  assert.equal(found("drop prior  ones, rules"), 1);
  assert.equal(found("drop the old. New rules"), 0);
  assert.equal(found("drop the cold rules"), 0);
  assert.equal(found(`drop ${"x".repeat(40)} old rules`), 0);
});

test("anchors are what raw bytes show of the first slot", () => {
  assert.deepEqual(WORDS.anchors, ["drop"]);
  assert.deepEqual(
    lexicon([{ language: "test", span: 9, slots: [["Игнор*".toLowerCase(), "präzise"]] }]).anchors,
    ["ГНОР", "zise", "гнор"].sort(),
  );
});
