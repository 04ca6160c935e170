// The hidden-text detectors against their examples, and what must hold for any input: no throw, offsets inside the
// field, silence on ordinary text of every locale, and time that grows with the input and no faster.
import { test } from "node:test";
import assert from "node:assert/strict";
import fc from "fast-check";
import type { Example, Hit, RecordDetector } from "../../core/detector.ts";
import { compare } from "../testing/examples.ts";
import { tagCharacters } from "./tag-characters.ts";
import { zeroWidthPayload } from "./zero-width-payload.ts";
import { variationSelectorPayload } from "./variation-selector-payload.ts";
import { bidiOverride } from "./bidi-override.ts";
import { controlCharacters } from "./control-characters.ts";
import { privateUseRun } from "./private-use-run.ts";
import { homoglyphWord } from "./homoglyph-word.ts";
import { invisibleMarkup } from "./invisible-markup.ts";
import { terminalEscape } from "./terminal-escape.ts";
import { examples as tagExamples } from "./tag-characters.examples.ts";
import { examples as zeroWidthExamples } from "./zero-width-payload.examples.ts";
import { examples as selectorExamples } from "./variation-selector-payload.examples.ts";
import { examples as bidiExamples } from "./bidi-override.examples.ts";
import { examples as controlExamples } from "./control-characters.examples.ts";
import { examples as privateExamples } from "./private-use-run.examples.ts";
import { examples as homoglyphExamples } from "./homoglyph-word.examples.ts";
import { examples as markupExamples } from "./invisible-markup.examples.ts";
import { examples as terminalExamples } from "./terminal-escape.examples.ts";
import { displayed } from "./bidi.ts";
import { lookalike } from "./confusable.ts";
import { readableText, readSymbols } from "./hidden-data.ts";
import { LATIN, scriptName, scriptOf } from "./script.ts";
import { cpuMs } from "../../base/testing/cpu-clock.ts";

const units: readonly (readonly [RecordDetector, readonly Example[]])[] = [
  [tagCharacters, tagExamples],
  [zeroWidthPayload, zeroWidthExamples],
  [variationSelectorPayload, selectorExamples],
  [bidiOverride, bidiExamples],
  [controlCharacters, controlExamples],
  [privateUseRun, privateExamples],
  [homoglyphWord, homoglyphExamples],
  [invisibleMarkup, markupExamples],
  [terminalEscape, terminalExamples],
];
const detectors = units.map(([detector]) => detector);

const hits = (detector: RecordDetector, text: string): Hit[] => {
  const found: Hit[] = [];
  detector.inspect({ index: 0, fields: [{ pointer: "/text", column: "text", role: "text", text }] }, (hit) =>
    found.push(hit),
  );
  return found;
};

for (const [detector, examples] of units) {
  for (const example of examples) {
    test(`${detector.id}: ${example.title}`, () => {
      const { expected, actual } = compare(detector, example);
      assert.deepEqual(actual, expected);
    });
  }
}

test("every detector has an example that fires and one that stays silent", () => {
  for (const [detector, examples] of units) {
    assert.ok(
      examples.some(({ finds }) => finds.length > 0),
      detector.id,
    );
    assert.ok(
      examples.some(({ given, finds }) => Array.isArray(given) && finds.length < given.length),
      detector.id,
    );
  }
});

test("what is found holds an anchor, so that the search by bytes lets it through", () => {
  for (const [detector, examples] of units) {
    const literals = detector.anchors.flatMap((anchor) => {
      if (typeof anchor === "string") return [anchor];
      return "word" in anchor ? [anchor.word] : [];
    });
    if (literals.length < detector.anchors.length) continue;
    for (const { title, given, finds } of examples) {
      for (const find of finds) {
        const text = JSON.stringify((given as readonly unknown[])[Number(find.split(" ")[0])]).toLowerCase();
        assert.ok(
          literals.some((literal) => text.includes(literal)),
          `${detector.id}: ${title}`,
        );
      }
    }
  }
});

// Characters that matter to this family, so that random text meets the code's branches.
const odd = fc.constantFrom(
  ..."ab а ο\n<>!-[]{}()=;:/.|%0189mKJ",
  ..."\u200b\u200c\u200d\u2060\ufeff\u2061\u3164\u034f\u00ad\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u200e\u200f",
  "\u{e0061}",
  "\u{e007f}",
  "\u{1f3f4}",
  "\ufe0f",
  "\ufe00",
  "\u{e0100}",
  "\u{e01ef}",
  "\ue000",
  "\u{f0001}",
  "\u{10fffe}",
  "\ud800",
  "\udc00",
  "\u0000",
  "\b",
  "\u007f",
  "\u001b",
  "\u009b",
  "\u0007",
  "\ufff9",
  "\ufffa",
  "\ufffb",
  "ש",
  "ع",
  "國",
  "𝐚",
  "Ａ",
  "👩",
  "<!--",
  "-->",
  "\u001b]8;;",
  "\u001b[",
);
const hostile = fc
  .array(fc.oneof({ weight: 6, arbitrary: odd }, fc.string({ unit: "binary", maxLength: 6 })), { maxLength: 120 })
  .map((parts) => parts.join(""));

test("any text gets an answer: no throw, offsets inside the field, the same twice", () => {
  fc.assert(
    fc.property(hostile, (text) => {
      for (const detector of detectors) {
        const found = hits(detector, text);
        assert.deepEqual(hits(detector, text), found);
        for (const { start = 0, end = 0, message } of found) {
          assert.ok(
            start >= 0 && start <= end && end <= text.length,
            `${detector.id} ${start} ${end} of ${text.length}`,
          );
          assert.doesNotMatch(message, /[\p{Cc}\p{Cs}\p{Co}\u200b-\u200f\u202a-\u202e\u2060-\u206f]/u);
        }
      }
    }),
    { numRuns: 400, seed: 7 },
  );
});

test("any ASCII text hidden in tag characters or selectors is read back", () => {
  const letters = fc
    .string({ unit: fc.constantFrom(..."abcdefghijklmnopqrstuvwxyz etaoin"), minLength: 6, maxLength: 60 })
    .filter(readableText);
  fc.assert(
    fc.property(letters, (text) => {
      const tags = [...text].map((c) => String.fromCodePoint(0xe0000 + c.charCodeAt(0))).join("");
      assert.equal(hits(tagCharacters, `a ${tags} b`)[0]?.evidence?.["decoded"], text);
      const selectors = [...text].map((c) => String.fromCodePoint(0xe0100 + c.charCodeAt(0) - 16)).join("");
      assert.equal(hits(variationSelectorPayload, `😊${selectors}`)[0]?.evidence?.["decoded"], text);
    }),
    { numRuns: 100, seed: 7 },
  );
});

test("bits in any two invisible characters are found, and read when they spell words", () => {
  const pair = fc.uniqueArray(
    fc.constantFrom(
      "\u200b",
      "\u200c",
      "\u200d",
      "\u2060",
      "\u2061",
      "\u2062",
      "\u2063",
      "\u2064",
      "\ufeff",
      "\u180e",
      "\u3164",
      "\u034f",
      "\u00ad",
      "\u200e",
    ),
    { minLength: 2, maxLength: 2 },
  );
  const words = fc.constantFrom("approve the transfer", "send the report", "open the door tonight");
  fc.assert(
    fc.property(pair, words, fc.constantFrom(7, 8, 16), ([zero = "", one = ""], text, width) => {
      const row = [...text]
        .map((c) => c.charCodeAt(0).toString(2).padStart(width, "0").replaceAll("0", zero).replaceAll("1", one))
        .join("");
      const [hit] = hits(zeroWidthPayload, `Good morning${row}, all.`);
      assert.equal(hit?.evidence?.["decoded"], text);
      assert.equal(hit?.severity, "high");
    }),
    { numRuns: 60, seed: 7 },
  );
});

test("random rows of symbols seldom read as text", () => {
  let read = 0;
  fc.assert(
    fc.property(fc.array(fc.constantFrom(0x200b, 0x200c), { minLength: 32, maxLength: 200 }), (row) => {
      if (readSymbols(row)) read++;
    }),
    { numRuns: 500, seed: 7 },
  );
  assert.ok(read <= 25, `${read} of 500`);
});

test("the names of languages, regions, scripts and currencies in every locale stay silent", () => {
  const languages =
    "af am ar as az be bg bn bo bs ca ce chr ckb cs cv cy da de dz ee el en es et eu fa ff fi fil fo fr fy ga gd gl gu ha he hi hr hu hy id ig is it ja jv ka kab kk kl km kn ko kok ks ku ky lb lo lt lv mi mk ml mn mr ms mt my ne nl nn no om or os pa pl ps pt qu rm ro ru rw sa sah sd se si sk sl so sq sr sv sw ta te tg th ti tk to tr tt ug uk ur uz vi wo xh yi yo yue zh zu".split(
      " ",
    );
  const regions =
    "AD AE AF AM AZ BA BD BR BY CA CH CN CZ DE DZ EG ES ET FR GB GE GR HK IL IN IQ IR IT JP KH KR KZ LA LK MK MM MN MX NP PK PL RS RU SA SY TH TR UA US UZ VN ZA".split(
      " ",
    );
  for (const locale of languages) {
    const names = (["language", "region", "script", "currency"] as const).flatMap((type) => {
      const display = new Intl.DisplayNames(locale, { type });
      const codes =
        type === "language"
          ? languages
          : type === "region"
            ? regions
            : type === "script"
              ? ["Arab", "Cyrl", "Grek", "Latn", "Hebr", "Deva", "Khmr"]
              : ["USD", "EUR", "IRR", "INR", "ILS", "RUB"];
      return codes.map((code) => display.of(code) ?? "");
    });
    const numbers = [
      new Intl.NumberFormat(locale).format(-1234567.5),
      new Intl.DateTimeFormat(locale, { dateStyle: "full", timeStyle: "short", timeZone: "UTC" }).format(0),
    ];
    const text = [...names, ...numbers].join("; ");
    for (const detector of detectors) {
      const found = hits(detector, text).map(({ message, severity = detector.severity }) => `${severity} ${message}`);
      assert.deepEqual(found, [], `${detector.id} in ${locale}`);
    }
  }
});

test("cost grows with the length of the text", () => {
  const patterns = [
    "\u200b\u200ca",
    "<!-- x ",
    "<a style=",
    "\u001b]",
    "\u202ea ",
    "\ufff9a\ufffa",
    "\u{e0061}\ufe0f",
    "аa ",
    "<p hidden>",
    "\ue001\ue002\ue003\ue004",
    "\b\bab",
    "[//]: # (x\n",
  ];
  for (const detector of detectors) {
    for (const pattern of patterns) {
      const time = (length: number): number => {
        const text = pattern.repeat(length / pattern.length);
        const begun = cpuMs();
        hits(detector, text);
        return cpuMs() - begun;
      };
      time(20_000);
      const large = time(200_000);
      assert.ok(large < 1_500, `${detector.id} took ${large.toFixed(0)} ms on ${JSON.stringify(pattern)}`);
    }
  }
});

test("scripts agree with the regular expressions of the engine", () => {
  for (const [name, text] of [
    ["Latin", "aéŁ"],
    ["Cyrillic", "жӏ"],
    ["Greek", "αΩ"],
    ["Han", "國\u{20000}"],
    ["Hebrew", "ש"],
    ["Common", "1 𝐚"],
    ["Inherited", "\u0301\u{e0100}"],
    ["Deseret", "\u{10400}"],
  ] as const)
    for (const character of text.trim() === "" ? [] : text)
      if (character !== " ") assert.equal(scriptName(character.codePointAt(0) ?? 0), name);
  assert.equal(scriptName(0xe000), "Unknown");
  assert.equal(scriptName(0x10ffff), "Unknown");
  assert.equal(scriptOf(0x61), LATIN);
});

test("look-alikes keep their case", () => {
  const like = (character: string): string | undefined => lookalike(character.codePointAt(0) ?? 0)?.letter;
  assert.deepEqual(["а", "А", "о", "О", "і", "І", "к", "ё", "ο", "Ж", "a"].map(like), [
    "a",
    "A",
    "o",
    "O",
    "i",
    "I",
    "k",
    "e",
    "o",
    undefined,
    undefined,
  ]);
});

test("paragraphs are displayed as UAX #9 says", () => {
  assert.equal(displayed("abc \u202edef\u202c ghi"), "abc fed ghi");
  assert.equal(displayed("שלום abc 123"), "abc 123 םולש");
  assert.equal(displayed("abc שלום 123 עולם def"), "abc םלוע 123 םולש def");
  assert.equal(
    displayed('if (level != "user\u202e \u2066// Check if admin\u2069 \u2066") {'),
    'if (level != "user") { // Check if admin ',
  );
  assert.equal(displayed("''' Subtract funds \u2067''' ;return"), "''' Subtract funds return; '''");
  assert.equal(displayed("tel \u202d+1 555 010\u202c x"), "tel +1 555 010 x");
});
