import assert from "node:assert/strict";
import { test } from "node:test";
import { canonicalJson } from "./canonical.ts";

test("the examples of RFC 8785", () => {
  const value: unknown = JSON.parse(
    String.raw`{"numbers":[333333333.33333329,1E30,4.50,2e-3,0.000000000000000000000000001],"string":"\u20ac$\u000F\u000aA'\u0042\u0022\u005c\\\"\/","literals":[null,true,false]}`,
  );
  assert.equal(
    canonicalJson(value),
    String.raw`{"literals":[null,true,false],"numbers":[333333333.3333333,1e+30,4.5,0.002,1e-27],"string":"€$\u000f\nA'B\"\\\\\"/"}`,
  );
  const keys = { "\u20ac": 1, "\r": 2, "\ufb33": 3, "1": 4, "\u{1f600}": 5, "\u0080": 6, "\u00f6": 7 };
  assert.equal(canonicalJson(keys), '{"\\r":2,"1":4,"\u0080":6,"ö":7,"€":1,"😀":5,"\ufb33":3}');
});

test("what JSON cannot say has one text each", () => {
  assert.equal(
    canonicalJson([2n ** 64n, Number.NaN, -0, undefined, "\ud800"]),
    '[18446744073709551616,NaN,0,null,"\\ud800"]',
  );
  assert.equal(
    canonicalJson([new Date(0), Uint8Array.of(1, 2), Float32Array.of(0.5)]),
    '["1970-01-01T00:00:00.000Z","AQI=",[0.5]]',
  );
  assert.equal(canonicalJson({ b: null, a: { c: null } }, { dropNull: true }), '{"a":{}}');
  let deep: unknown = 1;
  for (let i = 0; i < 100_000; i++) deep = [deep];
  assert.ok(canonicalJson(deep).includes("null"));
});
