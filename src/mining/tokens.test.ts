import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { Dictionary } from "./dictionary.ts";
import { eachNumber, eachToken, lastTokens } from "./tokens.ts";

const tokensOf = (text: string): string[] => {
  const out: string[] = [];
  eachToken(text, (token) => out.push(token) > 0);
  return out;
};
const text = fc.string({
  unit: fc.constantFrom("a", "B", "z9", "_", " ", "\n", ".", "é", "İ", "字", "ก", "🙂", "\u200b", "\ufeff"),
});

test("words, single characters and invisible ones are tokens, in lower case", () => {
  assert.deepEqual(tokensOf("Don't stop: 東京 x_1\u200b🙂"), [
    "don",
    "'",
    "t",
    "stop",
    ":",
    "東",
    "京",
    "x_1",
    "\u200b",
    "🙂",
  ]);
});

test("a long word is cut", () => {
  assert.deepEqual(tokensOf("A".repeat(100)), ["a".repeat(40)]);
});

test("numbers are those of the tokens, in the order of their first use", () => {
  fc.assert(
    fc.property(fc.array(text, { maxLength: 6 }), (texts) => {
      const dictionary = new Dictionary();
      const numbers: number[] = [];
      for (const one of texts) eachNumber(one, 0, Infinity, dictionary, (number) => numbers.push(number));
      const tokens = texts.flatMap(tokensOf);
      assert.deepEqual(
        numbers.map((number) => dictionary.words[number]),
        tokens,
      );
      assert.deepEqual(dictionary.words, [...new Set(tokens)]);
    }),
  );
});

test("the last tokens begin where they do when the text is read from its start", () => {
  fc.assert(
    fc.property(text, fc.nat(12), (one, count) => {
      const all = tokensOf(one);
      const { at, found } = lastTokens(one, 0, count);
      assert.equal(found, Math.min(count, all.length));
      assert.deepEqual(tokensOf(one.slice(at)), all.slice(all.length - found));
    }),
  );
});

test("a dictionary keeps its numbers while it grows, and words that crowd one place", () => {
  const words = Array.from({ length: 30_000 }, (_, i) => `w${i}`);
  const dictionary = new Dictionary();
  const number = (word: string): number => {
    let found = -1;
    eachNumber(word, 0, 1, dictionary, (n) => (found = n));
    return found;
  };
  words.forEach((word, i) => assert.equal(number(word), i));
  words.forEach((word, i) => assert.equal(number(word.toUpperCase()), i));
  const crowded = new Dictionary();
  words.forEach((word, i) => assert.equal(crowded.ofAscii(word, 0, word.length, 7), i));
  words.forEach((word, i) => assert.equal(crowded.ofAscii(word, 0, word.length, 7), i));
});
