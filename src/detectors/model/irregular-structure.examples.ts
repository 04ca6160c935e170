import type { Example } from "../../core/detector.ts";
import { odd, part } from "./testing/parts.ts";

export const examples: readonly Example[] = [
  {
    title: "tensors over each other, and a key that stands twice",
    given: part("safetensors", [], [odd("tensors-overlap"), odd("duplicate-key")]),
    finds: ["- high", "- high"],
  },
  {
    title: "a count that cannot be",
    given: part("gguf", [], [odd("count-impossible", "The header claims 99999999 tensors in a file of 300 bytes")]),
    finds: ["- high"],
  },
  {
    title: "a type of numbers that a later version may have",
    given: part("safetensors", [], [odd("dtype-unknown")]),
    finds: ["- low"],
  },
  { title: "nothing odd", given: part("gguf", []), finds: [] },
];
