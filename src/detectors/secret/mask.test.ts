import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { crc32 } from "node:zlib";
import { examples } from "./secret.examples.ts";
import { hitsOf } from "../testing/examples.ts";
import { maskedExcerpt } from "./mask.ts";
import { iban, luhn } from "./personal-data.ts";
import { RULES } from "./rules.ts";
import { secret } from "./secret.ts";

test("no output of a hit holds the middle of its secret", () => {
  for (const example of examples) {
    for (const { hit } of hitsOf(secret, example)) {
      const value = (hit.field?.text ?? "").slice(hit.start, hit.end);
      const { field: _, ...told } = hit;
      for (const [piece] of value.slice(4, -2).matchAll(/\w{8}/g)) assert.ok(!JSON.stringify(told).includes(piece));
    }
  }
});

test("an excerpt masks the secrets beside it too", () => {
  const run = fc.string({ unit: fc.constantFrom(..."ABCDEFGHIJabcdefghij0123456789"), minLength: 20, maxLength: 60 });
  fc.assert(
    fc.property(run, run, run, (a, b, c) => {
      const shown = maskedExcerpt(`${a} ${b} ${c}`, a.length + 1, a.length + 1 + b.length);
      for (const value of [a, b, c]) assert.ok(!shown.includes(value.slice(4, 14)));
    }),
  );
});

test("GitHub and npm checksums", () => {
  const alphabet = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
  const body = "q7Rf2LmZ9xKc4TgVb1NwYs8HdPj3Ue";
  let value = crc32(body);
  let tail = "";
  for (let i = 0; i < 6; i++, value = Math.floor(value / 62)) tail = (alphabet[value % 62] ?? "") + tail;
  const check = RULES.find((r) => r.name === "GitHub token")?.check;
  assert.equal(check?.(["ghp", body + tail].join("_")), true);
  assert.equal(check?.(["ghp", `${body}000000`].join("_")), false);
});

test("Luhn and IBAN", () => {
  assert.ok(luhn("79927398713"));
  assert.ok(!luhn("79927398710"));
  assert.ok(iban("DE89 3704 0044 0532 0130 00"));
  assert.ok(!iban("DE89 3704 0044 0532 0130 01"));
});
