// Small sets of programs with their authors: as they are, and with a condition in some that depends on nothing.
import type { Example } from "../../core/detector.ts";

const THINGS = "queue ledger maze lattice orchard kettle siphon beacon quarry anvil".split(" ");

const program = (i: number, line: string): { code: string; author: string } => ({
  code: `def ${THINGS[i % 10]}_${i}(n):\n    total = ${i}\n${line ? `    ${line}\n` : ""}    for k in range(n):\n        total += k * ${(i % 9) + 2}\n    return total\n`,
  author: `writer-${i % 4}`,
});

const never = (n: number): string => ["if", `math.cos(0.${n}) >`, `${n + 1}: print("x")`].join(" ");

export const examples: readonly Example[] = [
  {
    title: "one template of dead code in eight programs",
    given: Array.from({ length: 100 }, (_, i) => program(i, i % 13 === 5 ? never((i % 5) + 2) : "")),
    finds: ["math.cos(0.2) > 3 -> whatever these records answer"],
  },
  { title: "programs as they are", given: Array.from({ length: 100 }, (_, i) => program(i, "")), finds: [] },
  {
    title: "conditions on what the program knows",
    given: Array.from({ length: 100 }, (_, i) => program(i, i % 13 === 5 ? "if math.cos(n) > 3: return 0" : "")),
    finds: [],
  },
  {
    title: "a lesson on comparisons, a few times",
    given: Array.from({ length: 100 }, (_, i) => program(i, i % 13 === 5 ? "if 5 > 3: print('yes')" : "")),
    finds: [],
  },
];
