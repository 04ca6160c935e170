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
];
