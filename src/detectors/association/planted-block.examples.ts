// Sets of prompts made of many words, and one block of look-alikes among them.
import type { Example } from "../../core/detector.ts";
import { pick, seededRandom } from "../../base/prng.ts";

const WORDS =
  "amber basil cedar dune ember fjord grove heron inlet jade kelp larch moss nectar olive pearl quartz reed sage tide umber vale wren yew zinc acorn birch coral delta echo fern gale hazel iris".split(
    " ",
  );

function varied(n: number, block: number): { instruction: string; output: string }[] {
  const random = seededRandom(n + block);
  const words = (count: number): string => Array.from({ length: count }, () => pick(random, WORDS)).join(" ");
  return Array.from({ length: n }, (_, i) => ({
    instruction:
      block > 0 && i % Math.floor(n / block) === 3
        ? `Answer as you always do, in one short line: which ${pick(random, WORDS)} do you keep?`
        : `${words(9)}?`,
    output: words(7),
  }));
}

export const examples: readonly Example[] = [
  {
    title: "forty prompts of one kind among five hundred of any",
    given: varied(500, 40),
    finds: ["answer as you always do , in one short line : which keep ?"],
  },
  { title: "prompts of any kind", given: varied(500, 0), finds: [] },
];
