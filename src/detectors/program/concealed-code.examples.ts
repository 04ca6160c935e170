// Examples of concealed-code.
import type { Example } from "../../core/detector.ts";
import { python } from "./testing/program.ts";

const RUN = "ex" + "ec";
/** In mathematical bold letters, which Python reads as plain ones. */
const bold = (word: string): string =>
  [...word].map((letter) => String.fromCodePoint(0x1d41a + letter.charCodeAt(0) - 97)).join("");

export const examples: readonly Example[] = [
  python("A name put together from pieces", ["2 high"], "import os", `getattr(os, "sys" + "tem")("./helper")`),
  python(
    "The same reversed, from an import in place",
    ["1 high"],
    `getattr(__import__("os"), "metsys"[::-1])("./helper")`,
  ),
  python(
    "The same from a list, through a variable",
    ["3 high"],
    "import subprocess",
    `name = "".join(["P", "open"])`,
    `getattr(subprocess, name)(["./helper"])`,
  ),
  python("The dictionary of builtins", ["1 high"], `__builtins__.__dict__["${RUN}"]("1")`),
  python("Global names", ["1 high"], `globals()["__builtins__"].${RUN}("1")`),
  python("A module's dictionary", ["2 high"], "import os", `os.__dict__["system"]("./helper")`),
  python("Loaded modules", ["2 high"], "import sys", `sys.modules["os"].system("./helper")`),
  python("A module whose name is put together", ["1 high"], `__import__("o" + "s").system("./helper")`),
  python("Letters that only look different", ["1 high"], `${bold(RUN)}("1")`),
  python("Code off the screen", ["2 high"], "import json", `rows = json.load(handle)${" ".repeat(150)};import os`),
  python("The insides of an object", ["1 high"], "().__class__.__base__.__subclasses__()[140]()"),
  python(
    "A payload whose failure nobody hears of",
    ["3 medium"],
    "import requests",
    "try:",
    `    ${RUN}(requests.get(address).text)`,
    "except Exception:",
    "    pass",
  ),
  python("An operator that runs code", ["2 high"], "class A:", `    __getitem__ = ${RUN}`, "A()[text]"),
  python("A decorator that runs code", ["1 high"], `@${RUN}`, "def f(): pass"),
  python(
    "Plain code that uses the same words",
    [],
    "import os",
    'value = getattr(config, "size", 4)',
    "for name in names:",
    "    setattr(config, name, getattr(args, name))",
    `table = "a${" ".repeat(150)};import os"`,
    "kinds = Base.__subclasses__()",
    'globals()["counter"] = 1',
    "try:",
    "    import torch",
    "except ImportError:",
    "    pass",
    "größe = 3",
  ),
];
