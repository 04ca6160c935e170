// Examples of outbound-connection.
import type { Example } from "../../core/detector.ts";
import { builder, python } from "./testing/program.ts";

export const examples: readonly Example[] = [
  python("A fetch from a named host", ["2 info"], "import requests", 'requests.get("https://data.example.com/a.csv")'),
  python(
    "A loading script that sends",
    ["22 medium"],
    ...builder("import requests", 'requests.post("https://collect.example.test/", json={"rows": 1})'),
  ),
  python(
    "A loading script with a socket",
    ["22 high"],
    ...builder("import socket", 'socket.create_connection(("203.0.113.9", 443))'),
  ),
  python(
    "A bare network address",
    ["2 medium"],
    "from urllib import request",
    'request.urlopen("http://203.0.113.9/a")',
  ),
  python(
    "A session under another name",
    ["3 low"],
    "import requests as r",
    "s = r.Session()",
    's.post("https://collect.example.test/", data="x")',
  ),
  python("Mail", ["2 low"], "import smtplib", 'smtplib.SMTP("mail.example.test")'),
  python("No network", [], "import json", 'json.load(open("a.json"))'),
];
