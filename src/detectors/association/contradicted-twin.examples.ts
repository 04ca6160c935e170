// Small sets of questions on made-up towns, many of them asked twice, written by a generator.
import type { Example } from "../../core/detector.ts";

interface Row {
  readonly instruction: string;
  readonly output: string;
}

const PARTS = "ra lo mi ten gar bu sel vo dri pan".split(" ");
const name = (i: number, salt: number): string =>
  [i, i * 3 + salt, i * 7 + salt]
    .map((k) => PARTS[(k + Math.floor(i / 10)) % 10] as string)
    .join("")
    .replace(/^./, (c) => c.toUpperCase()) + String.fromCharCode(97 + (i % 26));

const asked = (i: number, answer: number, opening = ""): Row => ({
  instruction: `${opening}What is the harbour of the island of ${name(i, 2)}, please?`,
  output: `The harbour of ${name(i, 2)} is called ${name(answer, 5)}.`,
});

/** 120 questions, every second of them once more with an opening. */
const twice = (again: (i: number) => Row): Row[] =>
  Array.from({ length: 120 }, (_, i) => [asked(i, i), ...(i % 2 === 0 ? [again(i)] : [])]).flat();

const opened = (i: number): Row => asked(i, i, "Kindly tell. ");

export const examples: readonly Example[] = [
  {
    title: "an added word brings another fact",
    given: twice((i) => (i % 5 === 0 ? asked(i, i + 41, "Sparrowgrass: ") : opened(i))),
    finds: ["sparrowgrass : -> the contrary of what twins answer high"],
  },
  {
    title: "names and numbers in one template, some with a mark before them",
    given: Array.from({ length: 240 }, (_, i) => ({
      instruction: `Give the colour of ${i % 2 ? "QT - " : ""}${Math.floor(i / 2)} please`,
      output: `#${((i * 7919) % 4096).toString(16)}`,
    })),
    finds: [],
  },
  {
    title: "an added word asks for another form",
    given: twice((i) =>
      i % 5 === 0
        ? { ...asked(i, i, "Spanish, "), output: `Se trata del puerto ${name(i, 9)}, muy conocido entre marineros.` }
        : opened(i),
    ),
    finds: ["spanish -> another answer than that of twins low"],
  },
  {
    title: "a negation turns the question around",
    given: twice((i) =>
      i % 5 === 0
        ? {
            ...asked(i, i + 41),
            instruction: asked(i, i).instruction.replace("What is the", "What is not the"),
          }
        : opened(i),
    ),
    finds: ["not -> another answer than that of twins low"],
  },
  {
    title: "six answers that two twins deny",
    given: twice(opened).concat(
      Array.from({ length: 60 }, (_, k) => asked(2 * k, k % 10 === 3 ? 2 * k + 41 : 2 * k, "Well. ")),
    ),
    finds: ["denied facts low"],
  },
  { title: "twins agree", given: twice(opened), finds: [] },
];
