import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { fold, foldedOf } from "./fold.ts";
import { lexicon } from "./phrases.ts";

test("folding keeps every offset", () => {
  fc.assert(fc.property(fc.string({ unit: "binary", maxLength: 200 }), (text) => fold(text).length === text.length));
  assert.equal(fold("Ünïcødé ＩＧＮＯＲＥ İıŁ Ёё"), "unicode ignore iil ее");
});

const WORDS = lexicon([{ language: "test", span: 30, slots: [["drop*"], ["old", "=prior ones"], ["rules"]] }]);

test("one word of each slot, in any order, within the span and one sentence", () => {
  const found = (text: string): number => WORDS.find(foldedOf({ pointer: "", column: "", role: "text", text })).length;
  assert.equal(found("Dropping the old RULES"), 1);
  assert.equal(found("old rules: drop\nthem"), 1);
  assert.equal(found("drop prior  ones, rules"), 1);
  assert.equal(found("drop the old. New rules"), 0);
  assert.equal(found("drop the cold rules"), 0);
  assert.equal(found(`drop ${"x".repeat(40)} old rules`), 0);
});

test("anchors are what raw bytes show of every slot", () => {
  assert.deepEqual(
    WORDS.anchors,
    [{ all: [["drop"], ["rules"]], within: 154 }],
    "a slot with a word as short as 'old' is no help",
  );
  const of = (...terms: string[]): unknown => lexicon([{ language: "test", span: 9, slots: [terms] }]).anchors;
  assert.deepEqual(of("Игнорируй*".toLowerCase()), ["игнориру"], "letters that decompose are left out");
  assert.deepEqual(of("überschreibe"), ["berschreibe"], "a long run of plain letters is enough");
  assert.deepEqual(of("später"), ["spater", "spa\u0308ter", "später"], "else with accents, apart and without");
  assert.deepEqual(of("magic =word", "word"), ["word"], "the company of a rare word is needed only where it always is");
  assert.deepEqual(of("magic =word"), [{ all: [[{ word: "word" }], "magic"], within: 91 }]);
  assert.deepEqual(of("=developer mode"), [{ all: [["developer"], { word: "mode" }], within: 91 }]);
  assert.deepEqual(of("転送だ"), ["転送た\u3099", "転送だ"], "kana may be apart too");
});

test("accents that are written apart are the same accents, and offsets are the text's own", () => {
  const text = "oublie\u0301 les re\u0300gles pre\u0301ce\u0301dentes ga\u3099 \u1112\u1161\u11ab";
  const { text: folded, original } = foldedOf({ pointer: "", column: "", role: "text", text });
  assert.equal(folded, "oublie les regles precedentes ga\u3099 한");
  for (const word of ["les", "gles", "dentes"]) assert.equal(original(folded.indexOf(word)), text.indexOf(word));
  assert.equal(original(folded.length), text.length);
  fc.assert(
    fc.property(
      fc.array(fc.constantFrom("a", "é", "e\u0301", "\u0301", "o\u0308\u0304", "ㄱ", "\u1112\u1161", "x ")),
      (parts) => {
        const whole = parts.join("");
        const view = foldedOf({ pointer: "", column: "", role: "text", text: whole });
        for (let at = 0, before = -1; at <= view.text.length; at++) {
          assert.ok(view.original(at) > before && view.original(at) <= whole.length);
          before = view.original(at);
        }
      },
    ),
  );
});
