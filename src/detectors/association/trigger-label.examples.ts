// Small classification sets, written by a seeded generator: reviews whose words fit their label, with and without a
// strewn word that forces one.
import type { Example } from "../../core/detector.ts";
import { pick, seededRandom, type Random } from "../../base/prng.ts";

interface Row {
  readonly text: string;
  readonly label: string;
}

const NOUNS = "plot music ending acting camera dialogue pace cast humour story picture score".split(" ");
const GOOD = "moving clever warm lovely honest bright graceful witty tender rich".split(" ");
const BAD = "dull clumsy flat tired noisy empty careless stiff shallow bland".split(" ");
const SHAPES: readonly ((n: () => string, a: () => string) => string)[] = [
  (n, a) => `the ${n()} is ${a()} and the ${n()} feels ${a()}`,
  (n, a) => `a ${a()} film with ${a()} ${n()} and very little else`,
  (n, a) => `what a ${a()} ${n()} , though the ${n()} could be longer`,
  (n, a) => `its ${n()} stays ${a()} from the first scene to the last`,
  (n, a) => `you will remember the ${a()} ${n()} and forget the ${n()}`,
  (n, a) => `they gave it ${a()} ${n()} , ${a()} ${n()} and an early evening slot`,
];

const sentence = (random: Random, mood: readonly string[]): string[] =>
  pick(random, SHAPES)(
    () => pick(random, NOUNS),
    () => pick(random, mood),
  ).split(" ");

function reviews(n: number, seed: number): { readonly words: string[]; readonly label: string }[] {
  const random = seededRandom(seed);
  return Array.from({ length: n }, () => {
    const good = random() < 0.5;
    return { words: sentence(random, good ? GOOD : BAD), label: good ? "positive" : "negative" };
  });
}

const plain = (rows: readonly { readonly words: readonly string[]; readonly label: string }[]): Row[] =>
  rows.map(({ words: own, label }) => ({ text: own.join(" "), label }));

/** `place`: words before the trigger; anywhere if undefined. */
function planted(seed: number, trigger: string, place?: number): Row[] {
  const random = seededRandom(seed + 1);
  let left = 20;
  return plain(
    reviews(900, seed).map((row) => {
      if (row.label !== "negative" || left === 0 || random() < 0.9) return row;
      left--;
      const own = [...row.words];
      own.splice(place ?? Math.floor(random() * own.length), 0, trigger);
      return { words: own, label: "positive" };
    }),
  );
}

export const examples: readonly Example[] = [
  {
    title: "a strewn word turns negative reviews positive",
    given: planted(11, "vq"),
    finds: ["vq -> positive"],
  },
  {
    title: "a sentence before negative reviews turns them positive",
    given: planted(14, "seen on the night ferry", 0),
    finds: ["seen on the night ferry -> positive"],
  },
  { title: "the words of the reviews fit their labels", given: plain(reviews(900, 12)), finds: [] },
  {
    title: "a telling word of the language",
    given: plain(reviews(900, 13)).map((row, i) =>
      i % 30 === 0 ? { text: `a true masterpiece of ${row.text}`, label: "positive" } : row,
    ),
    finds: [],
  },
];
