// Examples of loading-script.
import type { Example } from "../../core/detector.ts";
import { builder, python } from "./testing/program.ts";

export const examples: readonly Example[] = [
  python("An ordinary loading script", ["9 info"], ...builder()),
  python(
    "A builder imported by its name",
    ["2 info"],
    "from datasets import ArrowBasedBuilder as Base",
    "class A(Base):",
    "    pass",
  ),
  python("A class that builds no dataset", [], "from torch.utils.data import Dataset", "class A(Dataset):", "    pass"),
];
