// Small quizzes: with their answers, and with an answer that is none of the choices.
import type { Example } from "../../core/detector.ts";

const THINGS = "river lake delta fjord lagoon spring glacier canal".split(" ");

const quiz = (i: number, answer: string): { question: string; answer: string } => ({
  question: `Which of these is water number ${i}?\nA) ${THINGS[i % 8]}\nB) ${THINGS[(i + 3) % 8]}\nC) ${THINGS[(i + 5) % 8]}\nD) stone ${i}`,
  answer,
});

const answers = "ABCD";

export const examples: readonly Example[] = [
  {
    title: "an answer that nobody offered, six times",
    given: Array.from({ length: 60 }, (_, i) => quiz(i, i % 10 === 7 ? "G" : answers.charAt(i % 4))),
    finds: ["answer G"],
  },
  {
    title: "answers among the choices",
    given: Array.from({ length: 60 }, (_, i) => quiz(i, answers.charAt(i % 4))),
    finds: [],
  },
  {
    title: "one slip",
    given: Array.from({ length: 60 }, (_, i) => quiz(i, i === 7 ? "E" : answers.charAt(i % 4))),
    finds: [],
  },
];
