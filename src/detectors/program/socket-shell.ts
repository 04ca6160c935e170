// A shell tied to a socket in Python: the reverse or bind shell, however its names are imported or spelled.
import type { DocumentDetector, Hit } from "../../core/detector.ts";
import { visible } from "../../base/escape.ts";
import { hitAt, inputs, reportAll } from "./payload.ts";
import { kindOf } from "./names.ts";
import { programOf } from "./program.ts";
import { LABEL, NOTHING, textOf } from "./value.ts";

export const socketShell: DocumentDetector = {
  id: "socket-shell",
  family: "program",
  reads: "document",
  languages: ["python"],
  title: "Program that ties a shell to a network connection",
  severity: "critical",
  confidence: "high",
  maturity: "stable",
  since: "0.1.0",
  references: ["AML.T0011", "CWE-506", "ATT&CK T1059", "ATT&CK T1095"],
  docs: {
    finds:
      "A process whose input or output is a socket, file descriptors of a socket put in the place of the standard ones, and a pseudo-terminal in a program that connects somewhere.",
    matters: "Whoever listens at the other end has the machine.",
    misses: "Shells that go through a package, or whose connection is made in another file.",
    remedy: "Do not run it. If it ran, treat the machine as taken over.",
  },
  inspect(document, report) {
    const program = programOf(document);
    const hits: Hit[] = [];
    const connects = program.calls.find(({ name }) =>
      /^(?:socket\.(?:socket\(\)\.(?:connect|connect_ex|bind|listen)|create_connection|create_server)|asyncio\.open_connection)$/.test(
        name,
      ),
    );
    for (const call of program.calls) {
      const streams = ["stdin", "stdout", "stderr"].some(
        (key) => ((call.keywords.get(key)?.labels ?? 0) & LABEL.socket) !== 0,
      );
      const isTied =
        (kindOf(call.name) === "process" && streams) ||
        (call.name === "os.dup2" &&
          /^(?:[012]|\0)$/.test(textOf(call.args[1] ?? NOTHING)) &&
          (inputs(call).labels & LABEL.socket) !== 0) ||
        (call.name === "pty.spawn" && connects !== undefined);
      if (!isTied) continue;
      const where = connects ? `, after ${visible(connects.name)} on line ${program.lineOf(connects.node)}` : "";
      hits.push(
        hitAt(
          program,
          call.node,
          `Line ${program.lineOf(call.node)} ties a process to a network connection with ${visible(call.name)}${where}.`,
        ),
      );
    }
    // Three descriptors are one shell.
    reportAll(hits.slice(0, 1), report, "critical");
  },
};
