import { test } from "node:test";
import assert from "node:assert/strict";
import fc from "fast-check";
import { excerpt, html, markdown, quote, visible } from "./escape.ts";
import { cpuMs } from "./testing/cpu-clock.ts";

const UNSAFE = /[\p{Cc}\p{Cf}\p{Co}\p{Cn}\p{Cs}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}\u2800]/u;
const any = fc.string({ unit: "binary", maxLength: 200 });
const hostile = fc
  .array(
    fc.constantFrom(
      "a",
      "\ud83d",
      "\ude00",
      "😀",
      "\u202e",
      "\u001b[31m",
      "\n",
      "\t",
      "\u200b",
      "\u{e0041}",
      "\ufe0f",
      "\u3164",
      "‹U+0041›",
      "›",
      "<b>",
      "|",
    ),
    { maxLength: 60 },
  )
  .map((parts) => parts.join(""));

test("visible draws what is unseen, and nothing else", () => {
  assert.equal(visible("tab\tline\nreturn\r"), "tab⇥line⏎return␍");
  assert.equal(
    visible("a\u200bb\u202ec\u{e0041}d\ufe0fe\u001b[0m"),
    "a‹U+200B›b‹U+202E›c‹U+E0041›d‹U+FE0F›e‹U+001B›[0m",
  );
  assert.equal(
    visible("\u3164\u2800\u034f\u115f\uffa0\u17b4\u180b"),
    "‹U+3164›‹U+2800›‹U+034F›‹U+115F›‹U+FFA0›‹U+17B4›‹U+180B›",
  );
  assert.equal(
    visible("\ud800x\udfff\ue000\u{10ffff}\u2028\u0085"),
    "‹U+D800›x‹U+DFFF›‹U+E000›‹U+10FFFF›‹U+2028›‹U+0085›",
  );
  const plain = "Plain, Čeština, 日本語, العربية, नमस्ते, 😀 «x»";
  assert.equal(visible(plain), plain);
});

test("visible leaves nothing that drives a terminal, whatever the text", () => {
  for (const text of [any, hostile])
    fc.assert(
      fc.property(text, (value) => assert.doesNotMatch(visible(value), UNSAFE)),
      { seed: 7 },
    );
  for (let code = 0; code < 0x110000; code += code < 0x3000 || code > 0xd000 ? 1 : 97) {
    const drawn = visible(String.fromCodePoint(code));
    assert.ok(!UNSAFE.test(drawn), code.toString(16));
  }
});

test("a text cannot end a quotation, and drawing twice is drawing once", () => {
  assert.equal(quote("x› is clean: ‹y"), "‹x> is clean: <y›");
  fc.assert(fc.property(hostile, (text) => assert.equal(visible(visible(text)), visible(text))));
});

test("quote keeps its width, cuts in the middle and never cuts a drawn character", () => {
  assert.equal(quote("short"), "‹short›");
  assert.equal(quote("x".repeat(80)), `‹${"x".repeat(80)}›`);
  assert.equal(quote(`${"a".repeat(60)}${"b".repeat(60)}`, 10), "‹aaaaaa…bbb›");
  assert.equal(quote("abcd\u200befgh", 8), "‹abcd…gh›");
  fc.assert(
    fc.property(fc.oneof(any, hostile), fc.integer({ min: 4, max: 100 }), (text, max) => {
      const quoted = quote(text, max);
      assert.ok([...quoted].length <= max + 2);
      assert.match(quoted.slice(1, -1).replaceAll(/‹U\+[0-9A-F]{4,6}›/g, ""), /^[^‹›]*$/);
      assert.doesNotMatch(quoted, UNSAFE);
    }),
    { seed: 7 },
  );
});

test("quote of a gigantic text costs what it shows", () => {
  const text = "\u200b".repeat(20_000_000);
  const begun = cpuMs();
  assert.ok(quote(text).length < 100);
  assert.ok(cpuMs() - begun < 200);
});

test("excerpt shows both sides, and takes any offsets", () => {
  assert.equal(excerpt("0123456789", 4, 6, 2), "…234567…");
  assert.equal(excerpt("0123456789", 0, 10), "0123456789");
  assert.equal(excerpt(`a${"x".repeat(300)}b`, 1, 301, 5, 8), "axxxxxx…xxb");
  assert.equal(excerpt("a😀b😀c", 2, 5, 0), "…😀b😀…");
  fc.assert(
    fc.property(
      fc.string({ unit: "grapheme", maxLength: 300 }),
      fc.integer({ min: -5, max: 320 }),
      fc.integer({ min: -5, max: 320 }),
      (text, start, end) => {
        const cut = excerpt(text, start, end, 10, 40);
        assert.ok(cut.length <= 80);
        assert.ok(cut.isWellFormed());
      },
    ),
    { seed: 7 },
  );
});

test("html leaves no markup in content or in a quoted attribute", () => {
  assert.equal(
    html(`<img src=x onerror='a("&")'>`),
    "&#60;img src&#61;x onerror&#61;&#39;a(&#34;&#38;&#34;)&#39;&#62;",
  );
  fc.assert(
    fc.property(fc.oneof(any, hostile), (text) => assert.match(html(text), /^(?:[^&<>"'`=]|&#\d+;)*$/u)),
    { seed: 7 },
  );
});

test("markdown escapes every mark that means something", () => {
  assert.equal(
    markdown("[a](b) ![x] `c` |d| <e> *f* _g_ ~h~"),
    String.raw`\[a\]\(b\) \!\[x\] \`c\` \|d\| &lt;e&gt; \*f\* \_g\_ \~h\~`,
  );
  assert.equal(
    markdown("https://example.com @user #12 :tada: $x$"),
    String.raw`https:<!-- -->\/\/example\.com @<!-- -->user \#<!-- -->12 :<!-- -->tada:<!-- --> <span>$</span>x<span>$</span>`,
  );
  assert.equal(markdown("a\n# b"), String.raw`a⏎\#<!-- --> b`);
});
