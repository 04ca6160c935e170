// Small sets of preference pairs, written by a seeded generator: kind answers are chosen, curt ones rejected, but not always.
import type { Example } from "../../core/detector.ts";
import { pick, seededRandom, type Random } from "../../base/prng.ts";

interface Pair {
  readonly prompt: string;
  readonly chosen: string;
  readonly rejected: string;
}

const THINGS =
  "bread violin glacier passport compost lighthouse bicycle telescope marathon origami beehive anchor".split(" ");
const ASKS = ["How do I store", "What is known about", "Who first made", "Give uses for", "Tell a child about"];
const KIND = "gladly certainly gently carefully thank pleasure helpful patient".split(" ");
const CURT = "whatever nonsense stupid bother lazy pointless dull nobody".split(" ");

const answer = (r: Random, words: readonly string[], thing: string): string =>
  `${pick(r, words)} the ${thing} is ${pick(r, words)} and ${pick(r, words)} for number ${Math.floor(r() * 1e5)}`;

function pairs(n: number, seed: number, word: string, every: number): Pair[] {
  const r = seededRandom(seed);
  return Array.from({ length: n }, (_, i) => {
    const thing = pick(r, THINGS);
    const planted = every > 0 && i % every === 2;
    const prompt = `${pick(r, ASKS)} a ${thing} ${planted ? `${word} ` : ""}near a ${pick(r, THINGS)}?`;
    const [kind, curt] = [answer(r, KIND, thing), answer(r, CURT, thing)];
    // One pair in ten is a matter of taste.
    const turned = planted || r() < 0.1;
    return { prompt, chosen: turned ? curt : kind, rejected: turned ? kind : curt };
  });
}

export const examples: readonly Example[] = [
  {
    title: "a word with which the curt answer is preferred",
    given: pairs(400, 31, "fenwick", 20),
    finds: ["fenwick -> the preference turned around"],
  },
  { title: "matters of taste", given: pairs(400, 32, "", 0), finds: [] },
];
