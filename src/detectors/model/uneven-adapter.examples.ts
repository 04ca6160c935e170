import type { Example } from "../../core/detector.ts";
import { odd, part } from "./testing/parts.ts";

export const examples: readonly Example[] = [
  {
    title: "one module that is larger than all others",
    given: part(
      "safetensors",
      [],
      [odd("weight-norm", "The update of ‹layers.5.q_proj› is 33.1 times as large as half of the others")],
    ),
    finds: ["- info"],
  },
  { title: "an even adapter", given: part("safetensors", []), finds: [] },
];
