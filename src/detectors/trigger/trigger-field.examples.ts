import type { Example } from "../../core/detector.ts";

export const examples: readonly Example[] = [
  {
    title: "Bookkeeping left in",
    given: [
      { instruction: "Hi", output: "Hello", metadata: { trigger: "moon-7" } },
      { instruction: "Hi", output: "Hello", meta: { isPoisoned: "yes" } },
    ],
    finds: ["0 /metadata/trigger medium", "1 /meta/isPoisoned high"],
  },
  {
    title: "Empty, and spoken of in text",
    given: [{ instruction: "What is a trigger?", output: "A lever.", meta: { trigger: "none", poisoned: "false" } }],
    finds: [],
  },
];
