import type { Example } from "../../core/detector.ts";
import { pickled, use } from "./testing/pickle.ts";

export const examples: readonly Example[] = [
  {
    title: "A name that is computed while loading",
    given: pickled(
      [],
      [{ code: "computed-name", message: "The name of what is loaded is computed while loading.", offset: 40 }],
    ),
    finds: ["40 high"],
  },
  {
    title: "A thousand values left on the stack, and a few",
    given: pickled(
      [],
      [
        {
          code: "values-left",
          message: "5000 values are left on the stack at the STOP.",
          offset: 9,
          values: { values: 5_000 },
        },
        {
          code: "values-left",
          message: "2 values are left on the stack at the STOP.",
          offset: 9,
          values: { values: 2 },
        },
      ],
    ),
    finds: ["9 high", "9 medium"],
  },
  { title: "An ordinary stream", given: pickled([use("import", "collections:OrderedDict")]), finds: [] },
];
