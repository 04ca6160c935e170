import type { Example } from "../../core/detector.ts";

const selector = (byte: number): string => String.fromCodePoint(byte < 16 ? 0xfe00 + byte : 0xe0100 + byte - 16);
const bytes = (text: string): string => [...new TextEncoder().encode(text)].map(selector).join("");
const nibbles = (text: string): string =>
  [...new TextEncoder().encode(text)].map((b) => selector(b >> 4) + selector(b & 15)).join("");

export const examples: readonly Example[] = [
  {
    title: "a command behind an emoji",
    given: [{ text: `Nice 😊${bytes(["run", "--all"].join(" "))}!` }],
    finds: ["0 /text high"],
  },
  {
    title: "hexadecimal digits behind a letter",
    given: [{ text: `a${nibbles("hidden text")}` }],
    finds: ["0 /text high"],
  },
  {
    title: "one selector behind each letter",
    given: [{ text: [..."innocent words"].map((c, i) => c + bytes("secret message"[i] ?? "")).join("") }],
    finds: ["0 /text high"],
  },
  {
    title: "bytes that are no text",
    given: [{ text: `x${[200, 3, 250, 17, 131, 9, 244, 66, 190].map(selector).join("")}` }],
    finds: ["0 /text high"],
  },
  {
    title: "text written behind Chinese characters",
    given: [{ text: [..."今天天气很好我们出去"].map((c, i) => c + bytes("send key ok"[i] ?? "")).join("") }],
    finds: ["0 /text high"],
  },
  {
    title: "emoji, keycaps, ideographic variants, symbols, Mongolian, strays of a stripped emoji",
    given: [
      { text: "❤\ufe0f ☎\ufe0e 1\ufe0f\u20e3 ⚠\ufe0f\ufe0f 葛\u{e0100}飾区 邉\u{e0101}さん 辻\u{e0102}" },
      { text: "A\u2229\ufe00B, 0\ufe00, \u2268\ufe00 ᠰᠠᠶᠢᠨ\u180bᠤ" },
      { text: "so happy \ufe0f and tired\ufe0f" },
      { text: "က\ufe00 ꩠ\ufe00" },
    ],
    finds: [],
  },
];
