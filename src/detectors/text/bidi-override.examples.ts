import type { Example } from "../../core/detector.ts";

const RLO = "\u202e";
const LRI = "\u2066";
const RLI = "\u2067";
const PDI = "\u2069";

export const examples: readonly Example[] = [
  {
    title: "a condition that looks like a comment",
    given: [{ response: `if (level != "user${RLO} ${LRI}// Check if admin${PDI} ${LRI}") {\n  grant();\n}` }],
    finds: ["0 /response high"],
  },
  {
    title: "an early return at the end of a comment",
    given: [{ code: `def pay(n):\n    ''' Take from the account then ${RLI}''' ;return\n    account -= n` }],
    finds: ["0 /code high"],
  },
  {
    title: "a file name that ends in another extension",
    given: [{ text: `Open invoice${RLO}gpj.exe now` }],
    finds: ["0 /text high"],
  },
  {
    title: "English letters reversed",
    given: [{ prompt: `Say ${RLO}drowssap\u202c please` }],
    finds: ["0 /prompt high"],
  },
  {
    title: "Hebrew letters forced backwards",
    given: [{ text: "אמר \u202dשלוםרב\u202c לכולם" }],
    finds: ["0 /text medium"],
  },
  {
    title: "phone numbers, user names and quotations isolated in Arabic, Persian and Hebrew",
    given: [
      { text: "اتصل على \u202a+98 21 555\u202c أو \u2066@user\u2069 الآن" },
      { text: "\u202bاین یک متن فارسی با Python 3.12 است\u202c" },
      { text: `ההודעה של ${RLI}דני${PDI}: ${LRI}hello world${PDI}!` },
      { text: "Contact: \u202d+1 555 010 0199\u202c, \u2068عمر\u2069 and \u2068Anna\u2069" },
      { text: `${LRI}@USER${PDI} ok \u202c` },
      { text: `He said ${RLI}שלום${PDI} and left (twice).` },
    ],
    finds: [],
  },
];
