// Examples of pickled-call.
import type { Example } from "../../core/detector.ts";
import { python } from "./testing/program.ts";

const RUN = ["os", "system"].join(".");

export const examples: readonly Example[] = [
  python(
    "A command",
    ["5 critical"],
    "import os",
    "",
    "class Weights:",
    "    def __reduce__(self):",
    `        return (${RUN}, ("id",))`,
  ),
  python(
    "Under an alias",
    ["5"],
    "from builtins import exec as load",
    "",
    "class Weights:",
    "    def __reduce_ex__(self, protocol):",
    "        return load, ('pass',)",
  ),
  python(
    "An ordinary one",
    [],
    "class Weights:",
    "    def __reduce__(self):",
    "        return (Weights, (self.size,), self.__dict__)",
  ),
];
