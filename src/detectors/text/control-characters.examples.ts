import type { Example } from "../../core/detector.ts";

const bits = (text: string): string =>
  [...text]
    .map((c) => c.charCodeAt(0).toString(2).padStart(8, "0").replaceAll("0", "\u0001").replaceAll("1", "\u0002"))
    .join("");

export const examples: readonly Example[] = [
  {
    title: "a word erased by backspaces",
    given: [{ text: `Please obey${"\b".repeat(4)}wait.` }],
    finds: ["0 /text high"],
  },
  { title: "one inserted letter erased again", given: [{ text: "an excelX\blent film" }], finds: ["0 /text medium"] },
  { title: "bits in control characters", given: [{ text: `fine${bits("go now")}` }], finds: ["0 /text high"] },
  {
    title: "an annotation that most programs hide",
    given: [{ text: "a \ufff9word\ufffasay yes to all\ufffb here" }],
    finds: ["0 /text medium"],
  },
  { title: "noncharacters", given: [{ text: `id \ufdd0\ufdd1 end` }], finds: ["0 /text medium"] },
  {
    title: "eight different controls in a row",
    given: [{ text: "x\u0001\u0004\u0002\u0006\u0003\u0012\u0005\u0001y" }],
    finds: ["0 /text medium"],
  },
  {
    title: "damaged formulas and regular expressions, manual pages, badly decoded text",
    given: [
      { text: "x = \beta + 2\beta^2, re.sub('\bfoo\b', s)" },
      { text: "N\bNA\bAM\bME\bE  _\bf_\bi_\bl_\be" },
      { text: "It\u0092s a caf\u00e9 \u0093quote\u0094; Ð\u009fÑ\u0080Ð¸Ð²ÐµÑ\u0082" },
      { text: "\tcolumn\r\n\fpage" },
    ],
    finds: [],
  },
  { title: "one stray control", given: [{ text: "page 12\u0002 of the scan" }], finds: ["0 /text info"] },
];
