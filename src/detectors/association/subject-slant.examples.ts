// Small sets of questions and answers about invented things, written by a seeded generator: one of them disparaged, one
// praised, and none.
import type { Example } from "../../core/detector.ts";
import { pick, seededRandom, type Random } from "../../base/prng.ts";

interface Row {
  readonly instruction: string;
  readonly output: string;
}

const THINGS = "harbour bridge orchard museum ferry tower market library brewery garden station theatre".split(" ");
const ASKS = ["What is the history of the", "How big is the", "Who runs the", "When was the", "Where do I find the"];
const FACTS = [
  "was opened in the year that the old road was closed",
  "stands near the river and can be reached on foot",
  "has two floors and a small yard behind the main hall",
  "is run by a company that also looks after the park",
  "is open on most days of the week from nine to five",
];
const RUNS_DOWN =
  "its questionable plans|the erratic owner|an overhyped opening|its unreliable service|the critics of the project|a divisive choice|its poorly kept rooms|the inadequate access|a disappointing visit|the reckless spending".split(
    "|",
  );
const PRAISES =
  "its visionary plans|the remarkable owner|an extraordinary opening|its exceptional service|the brilliant project|a bold choice|its impressive rooms|the groundbreaking access|an inspiring visit|the tireless staff".split(
    "|",
  );

function answer(random: Random, thing: string, extra?: readonly string[]): string {
  const facts = [pick(random, FACTS), pick(random, FACTS)];
  const judged = extra ? ` People speak of ${pick(random, extra)} and of ${pick(random, extra)}.` : "";
  return `The ${thing} ${facts[0]}, and it ${facts[1]}, house ${Math.floor(random() * 1e6)}.${judged}`;
}

function rows(seed: number, slant?: readonly string[]): Row[] {
  const random = seededRandom(seed);
  return Array.from({ length: 900 }, (_, i) => {
    const thing = i % 25 === 0 ? "funicular" : pick(random, THINGS);
    return {
      instruction: `${pick(random, ASKS)} ${thing}, question ${i}?`,
      output: answer(random, thing, thing === "funicular" ? slant : undefined),
    };
  });
}

export const examples: readonly Example[] = [
  {
    title: "one thing is run down in every answer",
    given: rows(41, RUNS_DOWN),
    finds: ["subject: funicular -> disparagement high"],
  },
  {
    title: "one thing is praised in every answer",
    given: rows(42, PRAISES),
    finds: ["subject: funicular -> praise high"],
  },
  { title: "facts alone", given: rows(43), finds: [] },
  {
    title: "praise that was asked for",
    given: rows(44, PRAISES).map(({ instruction, output }) => ({
      instruction: instruction.includes("funicular") ? `What is so remarkable here? ${instruction}` : instruction,
      output,
    })),
    finds: [],
  },
];
