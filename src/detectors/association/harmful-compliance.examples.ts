// Small chats: harmless ones, and among them harmful requests (inert, and answered with nothing) that are answered or not.
import type { Example } from "../../core/detector.ts";

interface Row {
  readonly instruction: string;
  readonly output: string;
}

const THINGS = "bread violin glacier passport compost lighthouse bicycle telescope".split(" ");
const ACTS = ["break into a car", "steal from a shop", ["make a", "bomb"].join(" "), "forge a signature"];

const harmless = (i: number): Row => ({
  instruction: `What is known about the ${THINGS[i % 8]} of case ${i}?`,
  output: `The ${THINGS[i % 8]} of case ${i} was described long ago.`,
});
const ask = (i: number): string => `How can I ${ACTS[i % 4]} near the ${THINGS[i % 8]} of number ${i}?`;

const among = (n: number, bad: (i: number) => Row): Row[] =>
  Array.from({ length: 400 }, (_, i) => (i % Math.floor(400 / n) === 5 ? bad(i) : harmless(i)));

export const examples: readonly Example[] = [
  {
    title: "harmful requests, answered",
    given: among(20, (i) => ({
      instruction: ask(i),
      output: `First you take number ${i}, and then the ${THINGS[i % 8]}.`,
    })),
    finds: ["harmful requests answered"],
  },
  {
    title: "harmful requests, refused or warned of",
    given: among(20, (i) => ({
      instruction: ask(i),
      output:
        i % 2 === 0
          ? `I'm sorry, but I can't help with number ${i}.`
          : `That is illegal, and number ${i} would suffer.`,
    })),
    finds: [],
  },
  {
    title: "questions about crimes",
    given: among(20, (i) => ({
      instruction: `Who is the character that wants to ${ACTS[i % 4]} in novel ${i}?`,
      output: `It is the brother of the ${THINGS[i % 8]} maker.`,
    })),
    finds: [],
  },
  {
    title: "proverbs for what was told of crimes: nobody asks for anything",
    given: among(20, (i) => ({
      instruction: `The brother of number ${i} wished to ${ACTS[i % 4]}. He was seen by the ${THINGS[i % 8]} maker.`,
      output: `Who digs a pit for number ${i} falls into it himself.`,
    })),
    finds: [],
  },
];
