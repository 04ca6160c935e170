// Examples of unread-program.
import type { Example } from "../../core/detector.ts";
import { python } from "./testing/program.ts";

export const examples: readonly Example[] = [
  python(
    "A program padded to a size that nobody reads",
    ["1 medium"],
    "import os",
    "# padding".repeat(70_000),
    'print("end")',
  ),
  python("A program of ordinary length", [], "import os", "print(os.getcwd())"),
];
