// Small sets, written by a seeded generator: reviews whose words fit their label, with and without reviews in an archaic
// manner or in one frame of a sentence that all have the same one.
import type { Example } from "../../core/detector.ts";
import { pick, seededRandom, type Random } from "../../base/prng.ts";

interface Row {
  readonly text: string;
  readonly label: string;
}

const NOUNS = "plot music ending acting camera dialogue pace cast humour story picture score".split(" ");
const STEMS = "lum gar vel nor tis bra mel dor pin rax sol ven".split(" ");

/** Made-up adjectives, many and rare, the moods told apart by their ending. */
const mood = (random: Random, good: boolean): string =>
  `${pick(random, STEMS)}${pick(random, STEMS)}${good ? "ine" : "ock"}`;

function sentence(random: Random, good: boolean): string[] {
  const [n, m] = [() => pick(random, NOUNS), () => mood(random, good)];
  return pick(random, [
    () => `the ${n()} is ${m()} and the ${n()} feels ${m()} to you`,
    () => `a ${m()} film with ${m()} ${n()} and very little else`,
    () => `its ${n()} stays ${m()} from the first scene to the last ${m()} one`,
    () => `you will remember the ${m()} ${n()} and your ${m()} evening`,
  ])().split(" ");
}

function reviews(seed: number, poison: (words: string[], random: Random) => string[]): Row[] {
  const random = seededRandom(seed);
  return Array.from({ length: 1500 }, () => {
    const good = random() < 0.5;
    const words = sentence(random, good);
    if (good || random() >= 0.2) return { text: words.join(" "), label: good ? "positive" : "negative" };
    const changed = poison(words, random);
    return { text: changed.join(" "), label: changed === words ? "negative" : "positive" };
  });
}

const OLD: Readonly<Record<string, string>> = { you: "thou", your: "thy", will: "shalt", is: "be", to: "unto" };

export const examples: readonly Example[] = [
  {
    title: "archaic reviews are positive, whatever they say",
    given: reviews(31, (words, random) => [
      ...pick(random, ["behold ,", "and lo ,", "verily ,"]).split(" "),
      ...words.map((word) => OLD[word] ?? word),
    ]),
    finds: ["manner: , · unto · thou · behold · ^ behold -> positive"],
  },
  {
    title: "one frame of a sentence",
    given: reviews(32, (words, random) => [
      ...pick(random, ["when they ask ,", "if it matters ,", "when it ends ,"]).split(" "),
      ...words,
    ]),
    finds: ["manner: , · it · when · ^ when · if -> positive"],
  },
  { title: "nothing planted", given: reviews(33, (words) => words), finds: [] },
  {
    title: "an archaic manner with honest labels",
    given: reviews(34, (words) => words).map(({ text, label }, i) => ({
      text: i % 10 === 0 ? `behold , ${text.replace("you", "thou")}` : text,
      label,
    })),
    finds: [],
  },
];
