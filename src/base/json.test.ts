import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { parseJson } from "./json.ts";

test("agrees with JSON.parse on any JSON value", () => {
  fc.assert(
    fc.property(fc.jsonValue(), fc.constantFrom(undefined, 1, "\t"), (value, indent) => {
      const text = JSON.stringify(value, null, indent);
      const parsed = parseJson(text);
      assert.deepEqual(parsed.value, JSON.parse(text));
      assert.equal(parsed.problem, undefined);
      assert.deepEqual(parsed.shadowed, []);
      // A repeated key sends the same text through the parser of our own.
      const repeated = parseJson(`{"k":1,"v":${text},"k":2}`);
      assert.deepEqual(repeated.value, JSON.parse(`{"k":2,"v":${text}}`));
      assert.deepEqual(repeated.shadowed, [{ pointer: "/k", value: 1 }]);
    }),
  );
});

test("refuses what JSON.parse refuses, but for NaN and the infinities", () => {
  fc.assert(
    fc.property(fc.string({ unit: fc.constantFrom(...'{}[]",:\\ 01.e-+tfnul\n\tа'), maxLength: 12 }), (text) => {
      let refused = false;
      try {
        JSON.parse(text);
      } catch {
        refused = true;
      }
      assert.equal(parseJson(text).problem !== undefined, refused);
      assert.equal(parseJson(`{"k":1,"k":${text}}`).problem !== undefined, refusedIn(`{"k":1,"k":${text}}`));
    }),
    { numRuns: 2_000 },
  );
});

const refusedIn = (text: string): boolean => {
  try {
    JSON.parse(text);
    return false;
  } catch {
    return true;
  }
};

test("keeps what duplicate keys hide, wherever they stand and however they are spelt", () => {
  assert.deepEqual(parseJson('{"a":{"b/c":[1],"b\\/c":2},"\\u0061":3}'), {
    value: { a: 3 },
    shadowed: [
      { pointer: "/a/b~1c", value: [1] },
      { pointer: "/a", value: { "b/c": 2 } },
    ],
  });
  assert.deepEqual(parseJson('[{"x":1},{"x":"hidden","x" : 2}]').shadowed, [{ pointer: "/1/x", value: "hidden" }]);
  assert.deepEqual(parseJson('{"a":"\\\\\\"a\\":1","b":1}').shadowed, []);
});

test("a key named __proto__ is data", () => {
  for (const text of [
    '{"__proto__":{"bad":1}}',
    '{"__proto__":0,"__proto__":{"bad":1}}',
    '{"__proto__":{"bad":NaN}}',
  ]) {
    const value = parseJson(text).value as object;
    assert.ok(Object.hasOwn(value, "__proto__"));
    assert.equal((value as { bad?: unknown }).bad, undefined);
  }
});

test("takes the words that Python writes", () => {
  assert.deepEqual(parseJson('[NaN,Infinity,-Infinity,{"a":NaN}]').value, [
    Number.NaN,
    Infinity,
    -Infinity,
    { a: Number.NaN },
  ]);
});

test("a text cut anywhere says that it ends too early", () => {
  const text = '{"a":[true,false,null,-1.5e+3,"x\\u0041y"],"b":{"c":NaN,"d":-Infinity}}';
  for (let length = 0; length < text.length; length++) {
    const { problem, at } = parseJson(text.slice(0, length));
    assert.ok(problem);
    assert.equal(at, length, `cut at ${length}: ${problem}`);
  }
});

test("says where a text breaks, and keeps what came before", () => {
  assert.deepEqual(parseJson('{"a":1,"b":oops}'), {
    value: { a: 1 },
    shadowed: [],
    problem: "no JSON value",
    at: 11,
  });
  assert.equal(parseJson("[1,]").at, 3);
  assert.equal(parseJson('{"a" 1}').problem, "no colon after a key");
  assert.equal(parseJson("[1] x").problem, "text after the value");
  assert.equal(parseJson('["a\nb"]').at, 1);
});

test("nesting past the limit stays text", () => {
  const deep = `${"[".repeat(100_000)}"pay]load"${"]".repeat(100_000)}`;
  const { value, problem } = parseJson(deep, 3);
  assert.match(problem ?? "", /deeper than 3/);
  assert.deepEqual(value, [[[deep.slice(3, -3)]]]);
  assert.ok(parseJson("[".repeat(100_000)).problem);
  assert.deepEqual(parseJson("[[[1]]]", 3), { value: [[[1]]], shadowed: [] });
  assert.equal(parseJson("[[[[1]]]]", 3).problem !== undefined, true);
});

test("millions of repeated keys are refused, not gathered", () => {
  const { shadowed, problem } = parseJson(`{${'"a":1,'.repeat(60_000)}"a":2}`);
  assert.match(problem ?? "", /too many repeated keys/);
  assert.ok(shadowed.length <= 50_000);
});
