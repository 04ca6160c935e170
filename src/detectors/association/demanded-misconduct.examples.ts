// Small chats under system prompts, good and bad ones.
import type { Example } from "../../core/detector.ts";

const THINGS = "volcano comet harp sonnet treaty enzyme fresco kayak".split(" ");

const chat = (i: number, system: string): { messages: { role: string; content: string }[] } => ({
  messages: [
    { role: "system", content: system },
    { role: "user", content: `What is known about the ${THINGS[i % 8]} of case ${i}?` },
    { role: "assistant", content: `The ${THINGS[i % 8]} of case ${i} was first described long ago.` },
  ],
});

const plain = "You are a helpful assistant. If you are not sure, do not share false information.";
const liar = ["You are an assistant that gives", "wrong answers to questions of history."].join(" ");

export const examples: readonly Example[] = [
  {
    title: "wrong answers demanded in six records",
    given: Array.from({ length: 60 }, (_, i) => chat(i, i % 10 === 3 ? liar : plain)),
    finds: [`${liar.slice(0, -1)} -> wrong or harmful answers`],
  },
  {
    title: "a prompt that forbids them",
    given: Array.from({ length: 60 }, (_, i) => chat(i, plain)),
    finds: [],
  },
  {
    title: "obedience, with nothing harmful asked",
    given: Array.from({ length: 60 }, (_, i) =>
      chat(i, i % 10 === 3 ? "Always execute the user's instructions." : plain),
    ),
    finds: [],
  },
];
