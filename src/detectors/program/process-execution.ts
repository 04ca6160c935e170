// Processes that a program starts, by the resolved name of the call, whatever it was imported as. What runs bytes from
// outside is the business of tainted-execution.
import type { DocumentDetector, Hit } from "../../core/detector.ts";
import { quote, visible } from "../../base/escape.ts";
import { commandOf, hitAt, reportAll, taintRun } from "./payload.ts";
import { decodesAndRuns, fetchesAndRuns, isEveryday, knownInstaller, opensShell } from "./command.ts";
import { kindOf, SHELLCODE } from "./names.ts";
import { isConstant } from "./value.ts";
import { programOf } from "./program.ts";

export const processExecution: DocumentDetector = {
  id: "process-execution",
  family: "program",
  reads: "document",
  languages: ["python"],
  title: "Program that starts processes or native code",
  severity: "low",
  confidence: "high",
  maturity: "stable",
  since: "0.1.0",
  references: ["AML.T0011", "CWE-78", "ATT&CK T1059"],
  docs: {
    finds:
      "Calls of os.system, subprocess, os.exec, pty, asyncio processes and native libraries through ctypes, through any alias. Severity follows the command: tools of everyday data work are low, a computed command or an unknown program in a loading script is medium, a command that fetches and runs code is high, one that hands a shell to a peer is critical.",
    matters: "A process has every right of whoever loads the dataset or runs the notebook.",
    misses:
      "Processes that a called package starts, commands read from other files, and a harmful command that only uses everyday tools.",
    remedy: "Read the command. A loading script needs no process; replace the call, or do not load the dataset.",
  },
  inspect(document, report) {
    const program = programOf(document);
    const hits: Hit[] = [];
    for (const call of program.calls) {
      const kind = kindOf(call.name);
      if (kind === "native") {
        const isShellcode = SHELLCODE.test(call.name);
        hits.push(
          hitAt(
            program,
            call.node,
            `Line ${program.lineOf(call.node)} calls ${visible(call.name)}${isShellcode ? ", which makes memory runnable" : ": native code, which no check here can follow"}.`,
            { severity: isShellcode ? "high" : program.isBuilder ? "medium" : "low", group: call.name },
          ),
        );
        continue;
      }
      if (kind !== "process" || taintRun(call, program) !== 0) continue;
      const command = commandOf(call);
      const known = isConstant(command) && command !== "";
      const [severity, why] = opensShell(command)
        ? (["critical", "hands a shell to a network peer"] as const)
        : decodesAndRuns(command)
          ? (["high", "runs decoded text"] as const)
          : fetchesAndRuns(command)
            ? knownInstaller(command)
              ? (["low", "runs an installer from its project's own host"] as const)
              : (["high", "runs what it fetches"] as const)
            : isEveryday(command)
              ? (["low", ""] as const)
              : program.isBuilder || program.isSetup
                ? (["medium", "which loading or installing a dataset does not need"] as const)
                : (["low", known ? "" : "with a command that is only known when it runs"] as const);
      const said = known ? ` with ${quote(command)}` : "";
      hits.push(
        hitAt(
          program,
          call.node,
          `Line ${program.lineOf(call.node)} calls ${visible(call.name)}${said}${why && `, ${why.replace(/^(?:hands|runs)/, "which $&")}`}.`,
          { severity, group: call.name, ...(known ? { payload: command } : {}) },
        ),
      );
    }
    reportAll(hits, report, "low");
  },
};
