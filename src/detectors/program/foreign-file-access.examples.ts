// Examples of foreign-file-access.
import type { Example } from "../../core/detector.ts";
import { builder, python } from "./testing/program.ts";

const KEYS = [".ssh", "authorized" + "_keys"].join("/");

export const examples: readonly Example[] = [
  python(
    "A loading script that reads a cloud's keys",
    ["21 high"],
    ...builder('open(os.path.expanduser("~/.aws/credentials")).read()'),
  ),
  python(
    "An SSH key through a path object",
    ["2 high"],
    "from pathlib import Path",
    'key = (Path.home() / ".ssh" / "id_ed25519").read_text()',
  ),
  python(
    "A line for a shell profile",
    ["4 high"],
    "import os",
    'home = os.path.expanduser("~")',
    'profile = os.path.join(home, ".bashrc")',
    'with open(profile, "a") as out:',
    '    out.write("x")',
  ),
  python(
    "A key that opens the door",
    ["2 high"],
    "import os",
    `open(os.path.expanduser("~/${KEYS}"), mode="a").write(key)`,
  ),
  python(
    "Code that Python runs at every start",
    ["2 high"],
    "import shutil",
    'shutil.copy("a.py", "/usr/lib/python3/dist-packages/sitecustomize.py")',
  ),
  python("A file of the system", ["1 medium"], 'open("/etc/hosts", "w").write(text)'),
  python("A whole home removed", ["2 high"], "import os, shutil", 'shutil.rmtree(os.path.expanduser("~"))'),
  python(
    "Files of its own",
    [],
    "import os, shutil",
    'open("data/train.jsonl", "w").write(text)',
    'os.makedirs(os.path.expanduser("~/.cache/questions"))',
    'open(os.path.expanduser("~/.cache/questions/a.json"))',
    'shutil.rmtree("/tmp/work")',
    'open("/etc/hosts").read()',
    'text.replace("~/.profile", "x")',
  ),
];
