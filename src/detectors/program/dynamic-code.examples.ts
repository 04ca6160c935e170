// Examples of dynamic-code.
import type { Example } from "../../core/detector.ts";
import { builder, python } from "./testing/program.ts";

const RUN = "ex" + "ec";
const VALUE = "ev" + "al";

export const examples: readonly Example[] = [
  python("Text that arrives when it runs", ["1 medium"], `${RUN}(text)`),
  python("A loading script that evaluates its data", ["21 medium"], ...builder(`${VALUE}(line)`)),
  python("An alias, and the content of a file", ["2 medium"], `run = ${RUN}`, 'run(open("setup_cells.py").read())'),
  python("Evaluation in a notebook", ["2 low"], "for row in rows:", `    answer = ${VALUE}(row)`),
  python("A function looked up by a computed name", ["2 medium"], "import os", "getattr(os, name)(command)"),
  python("A constant text that is a program", ["1 medium"], `${RUN}("import os; os.system('./helper')")`),
  python("A module by a computed name", ["2 low"], "import importlib", "importlib.import_module(name)"),
  python("A source file loaded as a module", ["2 medium"], "import runpy", "runpy.run_path(path)"),
  python(
    "Constants, literals and methods of that name",
    [],
    "import ast",
    "import re",
    `${VALUE}("1 + 1")`,
    "ast.literal_eval(text)",
    `model.${VALUE}()`,
    "re.compile(pattern)",
    `df.${VALUE}("a = b + c")`,
  ),
];
