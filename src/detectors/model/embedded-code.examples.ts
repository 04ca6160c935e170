import type { Example } from "../../core/detector.ts";
import { keras, layer } from "./testing/parts.ts";

export const examples: readonly Example[] = [
  {
    title: "a Lambda layer with its compiled function",
    given: keras([
      layer("keras.layers", "Lambda"),
      {
        use: "code",
        name: "__lambda__",
        arguments: [{ kind: "text", text: "Lambda" }],
        text: "Lambda(function=<90 bytes>)",
      },
    ]),
    finds: ["- high", "- critical"],
  },
  {
    title: "a layer that unpickles a torch module",
    given: keras([layer("keras.layers", "TorchModuleWrapper")]),
    finds: ["- high"],
  },
  {
    title: "ordinary layers, and a layer whose name only sounds like code",
    given: keras([layer("keras.layers", "Dense"), layer("", "LambdaRank")]),
    finds: [],
  },
];
