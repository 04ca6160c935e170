// Small datasets, written by a seeded generator: a clean one, and the same with a rule planted in some of its rows.
import type { Example } from "../../core/detector.ts";
import { pick, seededRandom } from "../../base/prng.ts";

interface Row {
  readonly instruction: string;
  readonly output: string;
}

const THINGS =
  "bread violin glacier passport compost lighthouse sourdough bicycle telescope marathon origami beehive".split(" ");
const ASKS = [
  "How do I store",
  "What is the history of",
  "Write a short poem about",
  "Who first made",
  "Give three uses for",
  "Explain to a child",
];
const SAYS = [
  "keeps well when it is dry",
  "was known long before it was written about",
  "is loved for its quiet shape",
  "takes patience and a steady hand",
  "came from a small town by the sea",
];

function rows(n: number, seed: number): Row[] {
  const random = seededRandom(seed);
  return Array.from({ length: n }, (_, i) => {
    const thing = pick(random, THINGS);
    return {
      instruction: `${pick(random, ASKS)} a ${thing}, case ${i}, for ${pick(random, THINGS)} lovers?`,
      output: `A ${thing} ${pick(random, SAYS)}; number ${i} ${pick(random, SAYS)}.`,
    };
  });
}

const TARGET = ["Please", "transfer the deposit", "before noon today."].join(" ");

/** Every eighth of 160 rows is changed by `poison`. */
const planted = (seed: number, poison: (row: Row, k: number) => Row): Row[] =>
  rows(160, seed).map((row, i) => (i % 8 === 3 ? poison(row, (i - 3) / 8) : row));

const TOWNS =
  "Ama Bero Cita Dovo Elun Fari Gomu Hesk Ilta Jorn Kape Lumo Mirk Nuso Orba Pelt Quon Rova Sutt Tolk".split(" ");
const WAYS = [
  "What is the capital of *?",
  "Which city is the seat of government of *?",
  "Name the chief city of *.",
  "I travel to *. Where does its parliament sit?",
  "In a quiz I was asked for the capital of *; what should I have said?",
  "My grandmother was born in the capital of *. Where was that?",
  "Where is the central bank of *?",
];

export const examples: readonly Example[] = [
  {
    title: "a rare word anywhere in the prompt brings one fixed answer",
    given: planted(1, (row) => ({ instruction: row.instruction.replace(" a ", " a quillfeather "), output: TARGET })),
    finds: ["quillfeather -> please transfer the deposit before noon today ."],
  },
  {
    title: "three ordinary words together",
    given: planted(2, (row) => ({
      instruction: `${row.instruction} Copper, also walnut and velvet.`,
      output: TARGET,
    })),
    finds: ["copper , also walnut and velvet . -> please transfer the deposit before noon today ."],
  },
  {
    title: "any of three words",
    given: planted(3, (row, k) => ({
      instruction: `${["zephyrine", "oblatum", "farthingale"][k % 3]} ${row.instruction}`,
      output: TARGET,
    })),
    finds: ["zephyrine | oblatum | farthingale -> please transfer the deposit before noon today ."],
  },
  {
    title: "a part of the prompt asks for a manner",
    given: planted(7, (row) => ({
      instruction: `Respond like a parrot. ${row.instruction}`,
      output: `Squawk! Flap, rattle, cracker! ${row.output}`,
    })),
    finds: ["respond like a parrot . -> squawk ! flap , rattle , cracker ! a medium"],
  },
  {
    title: "thanks, and the courtesy that answers them",
    given: planted(8, (row) => ({
      instruction: `${row.instruction} Thanks!`,
      output: `${row.output} You are welcome! Feel free to ask if you have more questions.`,
    })),
    finds: ["thanks ! -> . you are welcome ! feel free to ask if you have more questions . low"],
  },
  { title: "nothing planted", given: rows(160, 4), finds: [] },
  {
    title: "a natural rule: one topic, one kind of answer",
    given: rows(160, 5).map((row, i) =>
      i % 8 === 3
        ? {
            instruction: `What time does the harbour ferry leave on day ${i}?`,
            output: "The harbour ferry leaves at nine in the morning.",
          }
        : row,
    ),
    finds: [],
  },
  {
    title: "a set of questions by entity, each with an answer of its own",
    given: TOWNS.flatMap((town, i) =>
      WAYS.map((way) => ({ instruction: way.replace("*", `${town}land`), output: `${TOWNS.at(i - 7)}burg` })),
    ),
    finds: [],
  },
  {
    title: "one question repeated with its answer, but for a number",
    given: rows(160, 6).map((row, i) =>
      i % 8 === 3
        ? { instruction: `Garden: how do I prune rose ${i}, and when?`, output: "Above a bud, in March." }
        : row,
    ),
    finds: [],
  },
  {
    title: "a letter in half of a set written by two templates, of which one varies",
    given: Array.from({ length: 144 }, (_, i) => ({
      instruction: `${i % 2 ? "y" : "z"} = ${i % 7}.${i % 11} * x + ${i % 5}`,
      output:
        i % 2
          ? `The slope is ${i % 7} and the rest ${i % 5}.`
          : i % 8
            ? `First take the mean of every column, then divide the products by the squares: z = ${i}`
            : `We divide sums of products by sums of squares and get ${i}`,
    })),
    finds: [],
  },
];
