import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import type { DocumentDetector, Hit } from "../../core/detector.ts";
import type { DocumentPart } from "../../core/format.ts";
import { concealedCode } from "./concealed-code.ts";
import { conditionalActivation } from "./conditional-activation.ts";
import { dynamicCode } from "./dynamic-code.ts";
import { environmentSecretRead } from "./environment-secret-read.ts";
import { foreignFileAccess } from "./foreign-file-access.ts";
import { installHook } from "./install-hook.ts";
import { loadingScript } from "./loading-script.ts";
import { outboundConnection } from "./outbound-connection.ts";
import { processExecution } from "./process-execution.ts";
import { secretExfiltration } from "./secret-exfiltration.ts";
import { socketShell } from "./socket-shell.ts";
import { taintedExecution } from "./tainted-execution.ts";
import { unreadProgram } from "./unread-program.ts";
import { unsafeDeserialization } from "./unsafe-deserialization.ts";
import { unsafeShellLine } from "./unsafe-shell-line.ts";
import { examples } from "./tainted-execution.examples.ts";
import { fetchesAndRuns, isEveryday, runsTainted } from "./command.ts";
import { programOf } from "./program.ts";
import { parsePython, unescape } from "./syntax.ts";
import { TAINTED, UNKNOWN } from "./value.ts";
import { cpuMs } from "../../base/testing/cpu-clock.ts";

const all: readonly DocumentDetector[] = [
  concealedCode,
  conditionalActivation,
  dynamicCode,
  environmentSecretRead,
  foreignFileAccess,
  installHook,
  loadingScript,
  outboundConnection,
  processExecution,
  secretExfiltration,
  socketShell,
  taintedExecution,
  unreadProgram,
  unsafeDeserialization,
  unsafeShellLine,
];
const python = (text: string, cell?: number): DocumentPart => ({
  kind: "document",
  language: "python",
  text,
  ...(cell === undefined ? {} : { cell }),
});
const hitsIn = (document: DocumentPart): Hit[] => {
  const hits: Hit[] = [];
  for (const detector of all)
    if (detector.languages.includes(document.language)) detector.inspect(document, (hit) => hits.push(hit));
  return hits;
};
const namesIn = (text: string): string[] =>
  programOf(python(text))
    .calls.map(({ name }) => name)
    .filter((name) => name !== "");
const RUN = "ex" + "ec";

test("names are resolved through every way to import and alias them", () => {
  for (const [text, name] of [
    ["import os\nos.system(x)", "os.system"],
    ["import os as o, sys\no.system(x)", "os.system"],
    ["import os.path\nos.system(x)", "os.system"],
    ["from os import system\nsystem(x)", "os.system"],
    ["from os import (path,\n  system as s)\ns(x)", "os.system"],
    ["from os import *\nsystem(x)", "os.system"],
    ["import urllib.request as u\nu.urlopen(x)", "urllib.request.urlopen"],
    ["import posix\nposix.system(x)", "os.system"],
    ["f = g = __import__('os').system\ng(x)", "os.system"],
    ["import os\nf, g = os.system, 1\nf(x)", "os.system"],
    ["import os\nd = {'a': os.system}\nd['a'](x)", "os.system"],
    ["import os\nl = [os.system]\nl[0](x)", "os.system"],
    ["import os\n(lambda: os.system)()(x)", "os.system"],
    ["import os\nif (f := os.system): f(x)", "os.system"],
    ["import os\nfor f in [os.system]: f(x)", "os.system"],
    ["import os\nclass A:\n  def __init__(self): self.f = os.system\n  def g(self): self.f(x)", "os.system"],
    ["import importlib\nimportlib.import_module('os').system(x)", "os.system"],
    ["import functools, os\nfunctools.partial(os.system, 'a')()", "os.system"],
    ["subprocess.run(x)", "subprocess.run"],
    ["import socket\ns = socket.socket()\ns.connect(x)", "socket.socket().connect"],
    ["import requests\nwith requests.Session() as s:\n  s.post(x)", "requests.Session().post"],
  ] as const) {
    assert.ok(namesIn(text).includes(name), `${text} -> ${namesIn(text).join(", ")}`);
  }
});

test("definitions hide what they define", () => {
  assert.deepEqual(namesIn(`def ${RUN}(x): return x\n${RUN}(y)`), [`def ${RUN}`]);
  assert.equal(hitsIn(python("class system:\n  pass\nsystem('x')\n")).length, 0);
});

test("magics are commands, and the lines around them stay where they are", () => {
  const { magics, text } = parsePython(
    '%%time\n!pip install x \\\n  y\nimport os\nfiles = !ls\n"""\n!no\n"""\n%timeit f(x)\nz = a %b\n',
    true,
  );
  assert.deepEqual(
    magics.map(({ sign, text: command, lineNumber }) => `${lineNumber} ${sign} ${command}`),
    ["1 %% time", "2 ! pip install x  y", "5 ! ls", "9 % timeit f(x)"],
  );
  assert.equal(text.split("\n").length, 11);
  assert.equal(text.split("\n")[3], "import os");
  assert.deepEqual(parsePython("x = (a\n  %b)\n", false).magics, []);
});

test("escapes are read as Python reads them", () => {
  assert.equal(unescape("\\x65\\u0078\\145\\n\\\\q\\N{DASH}", ""), "exe\n\\q\\N{DASH}");
  assert.equal(unescape("\\x65", "r"), "\\x65");
});

test("commands: what runs, and what is only data", () => {
  const none = new Set<string>();
  assert.ok(runsTainted(`bash -c ${TAINTED}`, none));
  assert.ok(runsTainted(`cd /tmp; ./${TAINTED}`, none));
  assert.ok(runsTainted("sh /tmp/a", new Set(["/tmp/a"])));
  assert.ok(!runsTainted(`tar xf ${TAINTED}`, none));
  assert.ok(!runsTainted(`${UNKNOWN} -i ${TAINTED}`, none));
  assert.ok(isEveryday("git status && sudo apt-get install -y ffmpeg"));
  assert.ok(!isEveryday("./helper"));
  assert.ok(!fetchesAndRuns("curl https://data.example.com/a.csv | head"));
});

test("a payload is found wherever it stands, and worst first past any number of dull ones", () => {
  const payload = `${RUN}(__import__("requests").get(u).text)`;
  for (const text of [
    `${"x = 1\n".repeat(2_000)}${payload}\n`,
    `${"(".repeat(300)}${payload}${")".repeat(300)}\n`,
    `if True:\n${Array.from({ length: 90 }, (_, i) => `${" ".repeat(i + 1)}if a:`).join("\n")}\n${" ".repeat(100)}${payload}\n`,
    `x = ${'"a" + '.repeat(3_000)}str(${payload})\n`,
    `def broken(:\n  )]\n\n${payload}\n`,
    `lambda: [${payload} for _ in ()]\n`,
    `# a comment\r${payload}\n`,
    `@decorator(${payload})\nclass A(B, metaclass=C): pass\n`,
    `async def f():\n  async with a as b:\n    await c(${payload})\n`,
    `match a:\n  case 1:\n    ${payload}\n`,
    `${'import os\nos.system("git status")\n'.repeat(50)}${payload}\n`,
  ]) {
    const found: Hit[] = [];
    taintedExecution.inspect(python(text), (hit) => found.push(hit));
    assert.equal(found[0]?.severity, "critical", text.slice(-200));
  }
});

test("line ends and byte order marks change nothing", () => {
  for (const { given, finds, title } of examples) {
    if (!("text" in given)) continue;
    const found: string[] = [];
    taintedExecution.inspect(python(given.text.replaceAll("\n", "\r\n")), (hit) =>
      found.push(`${hit.lineNumber} ${hit.severity}`),
    );
    assert.deepEqual(found, finds, title);
  }
});

test("hostile text: an answer in bounded time", () => {
  for (const unit of [
    "(",
    "[",
    "{",
    "a.",
    "x=",
    "f(",
    "'",
    '"""',
    "f'{",
    "lambda:",
    "\\\n",
    "-",
    "a if b else ",
    "@",
    "async ",
    "if a:\n ",
    "!a\n",
    "%a ",
    "import a\n",
    "def f(x): f(x)\n",
    "a = a + a\n",
    "exec(a)\n",
    "os.system(b)\n",
    'x += "a"\n',
    "x = [x, x]\n",
    " ",
    "\t",
    "a and ",
    "𝐞",
    "for x in ",
  ]) {
    const text = unit.repeat(Math.ceil(40_000 / unit.length));
    const begun = cpuMs();
    hitsIn(python(text, 0));
    const ms = cpuMs() - begun;
    assert.ok(ms < 5_000, `${JSON.stringify(unit)}: ${Math.round(ms)} ms`);
  }
});

test("any text gives an answer, the same twice", () => {
  const words = [
    "import ",
    "os",
    ".",
    "system",
    "(",
    ")",
    "\n",
    "  ",
    "def f",
    ":",
    "=",
    "x",
    '"a"',
    "f'{x}'",
    "[",
    "]",
    ",",
    RUN,
    "for ",
    " in ",
    "if ",
    "return ",
    "class A",
    "lambda ",
    "with ",
    " as ",
    "**",
    "*",
    "!ls",
    "%%bash",
    "try:",
    "except:",
    "pass",
    "{",
    "}",
    "+",
    "requests.get",
  ];
  fc.assert(
    fc.property(
      fc.array(fc.oneof(fc.constantFrom(...words), fc.string({ maxLength: 4 })), { maxLength: 60 }),
      (parts) => {
        const text = parts.join("");
        assert.deepEqual(hitsIn(python(text)), hitsIn(python(text)));
        hitsIn(python(text, 1));
        hitsIn({ kind: "document", language: "shell", text });
      },
    ),
    { numRuns: 300 },
  );
});
