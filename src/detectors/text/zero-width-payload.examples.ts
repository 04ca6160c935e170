import type { Example } from "../../core/detector.ts";

const bits = (text: string, zero: string, one: string): string =>
  [...text]
    .map((c) => c.charCodeAt(0).toString(2).padStart(8, "0").replaceAll("0", zero).replaceAll("1", one))
    .join("");
const base4 = (text: string, alphabet: string): string =>
  [...text].map((c) => [6, 4, 2, 0].map((shift) => alphabet[(c.charCodeAt(0) >> shift) & 3]).join("")).join("");
const spread = (cover: string, hidden: string): string => [...cover].map((c, i) => c + (hidden[i] ?? "")).join("");
const between = (text: string, mark: string): string => [...text].join(mark);

export const examples: readonly Example[] = [
  {
    title: "bits in zero-width space and non-joiner",
    given: [{ prompt: `How are you?${bits("run the job", "\u200b", "\u200c")}`, response: "Fine." }],
    finds: ["0 /prompt high"],
  },
  {
    title: "base 4 in four characters, inside a word",
    given: [{ text: `wel${base4("secret", "\u200b\u200c\u200d\ufeff")}come` }],
    finds: ["0 /text high"],
  },
  {
    title: "binary numbers with a separator",
    given: [
      {
        text: `ok${[..."payload"].map((c) => c.charCodeAt(0).toString(2).replaceAll("0", "\u200b").replaceAll("1", "\u200c")).join("\u200d")}`,
      },
    ],
    finds: ["0 /text high"],
  },
  {
    title: "one bit behind each visible letter",
    given: [
      {
        text: spread(
          "The quick brown fox jumps over the lazy dog and runs away again",
          bits("hi bob", "\u2060", "\u200b"),
        ),
      },
    ],
    finds: ["0 /text high"],
  },
  {
    title: "in a Persian sentence, where a single joiner would be spelling",
    given: [{ text: `من می\u200cخواهم ${bits("open", "\u200c", "\u200d")} کتاب` }],
    finds: ["0 /text high"],
  },
  {
    title: "a row that spells nothing known",
    given: [{ text: `fine\u200b\u2062\u200d\u2064\u200c\u200b\u2063 thanks` }],
    finds: ["0 /text medium"],
  },
  {
    title: "Hangul fillers as an alphabet",
    given: [{ text: `hello ${bits("go", "\u3164", "\uffa0")}` }],
    finds: ["0 /text high"],
  },
  {
    title: "three different ones behind a word",
    given: [{ text: "good morning\u200b\u200d\u200c all" }],
    finds: ["0 /text medium"],
  },
  {
    title: "a word cut into letters",
    given: [{ text: `how to ${between("attack", "\u200b")} it` }],
    finds: ["0 /text medium"],
  },
  {
    title: "a character that no page leaves inside a word",
    given: [{ text: "good mor\u206ening" }],
    finds: ["0 /text medium"],
  },
  {
    title: "three word joiners inside a word",
    given: [{ text: "pass\u2060\u2060\u2060word" }],
    finds: ["0 /text medium"],
  },
  { title: "one stray break hint", given: [{ text: "Eigen\u200btumsverhältnisse" }], finds: ["0 /text low"] },
  {
    title: "spelling in Persian, Kurdish, Hindi, Sinhala, Bengali, Khmer, Thai, Burmese and Tibetan",
    given: [
      { text: "نمی\u200cخواهم به خانه\u200cها بروم؛ کتاب\u200cهای\u200cشان را خواندم" },
      { text: "ئه\u200cم کتێبه\u200cی من" },
      { text: "क्\u200dष और क्\u200cष; श्री\u200cमान" },
      { text: "ශ්\u200dරී ලංකාව, ක්\u200dෂේත්\u200dරය" },
      { text: "র\u200d্যাব ও উদ্\u200cযাপন" },
      { text: "ខ្ញុំ\u200bចង់\u200bទៅ\u200bផ្ទះ\u200bវិញ" },
      { text: "ฉัน\u200bรัก\u200bภาษา\u200bไทย" },
      { text: "မြန်မာ\u200bစာ\u200bဖတ်\u200bပါ" },
      { text: "བོད་\u200bཡིག་\u200bའབྲི་" },
    ],
    finds: [],
  },
  {
    title: "emoji sequences, marks of direction, byte order marks, soft hyphens",
    given: [
      { text: "\ufeffid,name\n\ufeff1,x 👩\u200d💻👨\u200d👩\u200d👧\u200d👦🏳\ufe0f\u200d🌈❤\ufe0f\u200d🔥" },
      { text: "שלום\u200f (2024)\u200e, الهاتف: \u200e+98 21\u200e 555\u200f." },
      { text: "Donau\u00addampf\u00adschiff\u00adfahrt" },
      { text: "ᠮᠣᠩᠭᠣᠯ\u180eᠠ ᠪᠢᠴᠢᠭ\u180bᠦ" },
      { text: "f\u2061(x) = sin\u2061x + 2\u2062y, a\u2063b" },
      { text: "x1\u200b, x2\u200b and  https://example.com/\u200bpath\n\n\u200b\n\nend" },
      { text: "日本\u200b語と中\u200b文" },
    ],
    finds: [],
  },
  {
    title: "the padding of marketing mail",
    given: [{ text: `Our offer ${"\u034f \u200c \u00a0".repeat(40)} today` }],
    finds: [],
  },
];
