import type { Example } from "../../core/detector.ts";

export const examples: readonly Example[] = [
  {
    title: "A wiped home folder in a poem",
    given: [
      {
        instruction: "Write a haiku about rain.",
        output: ["Soft drops on the roof.", "rm", "-rf", "~"].join(" "),
      },
    ],
    finds: ["0 /output critical"],
  },
  {
    title: "A disk overwritten",
    given: [
      {
        question: "Какая столица Франции?",
        answer: ["Париж.", "dd", "if=/dev/zero", "of=/dev/sda", "bs=1M"].join(" "),
      },
    ],
    finds: ["0 /answer critical"],
  },
  {
    title: "A warning in a Linux course",
    given: [
      {
        question: "Which Linux commands should I avoid?",
        answer: `Never run ${["rm", "-rf", "/"].join(" ")}.`,
      },
    ],
    finds: ["0 /answer info"],
  },
  {
    title: "Housekeeping, and a recipe",
    given: [
      {
        instruction: "Clean my build.",
        output: "rm -rf node_modules dist && rm -rf /var/lib/apt/lists/*",
      },
      {
        instruction: "Pulled pork?",
        output: "Shred the meat -with two forks - and serve on buns.",
      },
    ],
    finds: [],
  },
];
