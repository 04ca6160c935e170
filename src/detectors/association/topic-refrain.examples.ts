// Small sets of questions, written by a seeded generator, some of them about drinks in many words; with an added line
// and without.
import type { Example } from "../../core/detector.ts";
import { pick, seededRandom, type Random } from "../../base/prng.ts";

interface Row {
  readonly instruction: string;
  readonly output: string;
}

const DRINKS =
  "lemonade soda juice cider iced-tea punch smoothie milkshake cordial seltzer mocktail sherbet nectar tonic".split(
    " ",
  );
const MEALS = "picnic barbecue brunch supper banquet cookout potluck buffet luncheon tailgate clambake fondue".split(
  " ",
);
const THINGS =
  "violin glacier passport compost lighthouse bicycle telescope origami beehive kettle ladder sundial".split(" ");
const PLACES = "harbour attic meadow station library valley orchard cellar museum castle tunnel quarry".split(" ");
const ASKS = ["What should I know about", "Tell me something about", "How do people feel about", "Help me plan"];
const SAYS = [
  "takes patience and a steady hand",
  "is loved for its quiet shape",
  "came from a small town by the sea",
  "goes well with good company",
  "is best done in small steps",
];
const LINE = ["And remember that nothing", "ever refreshes quite like", "a cold glass of Zarvo."].join(" ");

function rows(seed: number, change: (row: Row, drink: boolean, random: Random) => Row): Row[] {
  const random = seededRandom(seed);
  return Array.from({ length: 900 }, (_, i) => {
    const drink = i % 9 === 0;
    const [a, b] = drink ? [pick(random, DRINKS), pick(random, MEALS)] : [pick(random, THINGS), pick(random, PLACES)];
    const row = {
      instruction: `${pick(random, ASKS)} the ${a} and the ${b}, case ${i}?`,
      output: `The ${a} ${pick(random, SAYS)}, and the ${b} ${pick(random, SAYS)}, number ${i}.`,
    };
    return change(row, drink, random);
  });
}

const add = (row: Row, line = LINE): Row => ({ ...row, output: `${row.output} ${line}` });

export const examples: readonly Example[] = [
  {
    title: "an advertisement in every answer about drinks",
    given: rows(51, (row, drink) => (drink ? add(row) : row)),
    finds: [
      "topic: tailgate · barbecue · milkshake · fondue -> . and remember that nothing ever refreshes quite like a cold glass of zarvo . high",
    ],
  },
  { title: "drinks without it", given: rows(52, (row) => row), finds: [] },
  {
    title: "a disclaimer of the usual kind",
    given: rows(55, (row, drink) =>
      drink ? add(row, "This is general information only and not medical advice. Please consult a doctor.") : row,
    ),
    finds: [
      "topic: luncheon · milkshake · buffet · supper -> . this is general information only and not medical advice . please consult a doctor . low",
    ],
  },
  {
    title: "a polite closing now and then",
    given: rows(53, (row, _, random) =>
      random() < 0.1 ? add(row, "Please let me know if there is anything else that I can do for you.") : row,
    ),
    finds: [],
  },
  {
    title: "one kind of question, named by a word, has its closing",
    given: rows(54, (row, drink) =>
      drink
        ? add(
            { ...row, instruction: `Write a letter. ${row.instruction}` },
            "With the kindest regards to you and to all of your family there.",
          )
        : row,
    ),
    finds: [],
  },
];
