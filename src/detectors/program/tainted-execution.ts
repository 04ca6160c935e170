// Bytes from the network, or out of an encoding, that run: as Python, as a command, as a pickle. Followed through names,
// functions and files that the program itself writes.
import type { DocumentDetector, Hit } from "../../core/detector.ts";
import { quote, visible } from "../../base/escape.ts";
import { codeOf, hitAt, payloadSeverity, reportAll, taintRun } from "./payload.ts";
import { cameFrom, programOf } from "./program.ts";
import { isConstant, LABEL } from "./value.ts";

export const taintedExecution: DocumentDetector = {
  id: "tainted-execution",
  family: "program",
  reads: "document",
  languages: ["python"],
  title: "Downloaded or decoded bytes that run as code",
  severity: "critical",
  confidence: "high",
  maturity: "stable",
  since: "0.1.0",
  references: ["AML.T0011", "CWE-494", "CWE-506", "ATT&CK T1027", "ATT&CK T1105"],
  docs: {
    finds:
      "A flow from requests, urllib, sockets and other clients, or from base64, hex, compression and character codes, into eval, exec, a process or a pickle load; through variables, functions and files that the program writes first.",
    matters:
      "What runs is not in the repository: it can be changed after every review, or was encoded so that no review sees it.",
    misses:
      "Flows through other files or notebook cells, through a package's own functions, and through data structures that are filled in a loop.",
    remedy:
      "Do not load the dataset. If the download is meant, pin it by digest and put its content where it can be reviewed.",
  },
  inspect(document, report) {
    const program = programOf(document);
    const hits: Hit[] = [];
    for (const call of program.calls) {
      const taint = taintRun(call, program);
      if (taint === 0) continue;
      const code = codeOf(call);
      const from = code && cameFrom(code, taint);
      const what =
        (taint & LABEL.net) !== 0
          ? "bytes from the network"
          : (taint & LABEL.dropped) !== 0
            ? "a file that it wrote from outside"
            : "decoded text";
      const source =
        from && from.what !== "a file that it wrote" ? `, from ${visible(from.what)} (line ${from.lineNumber})` : "";
      const plain =
        isConstant(code?.text) && code.text.length > 4 && (taint & LABEL.decoded) !== 0
          ? `, which reads ${quote(code.text)}`
          : "";
      hits.push(
        hitAt(
          program,
          call.node,
          `Line ${program.lineOf(call.node)} runs ${what} with ${visible(call.name)}${source}${plain}.`,
          {
            severity: payloadSeverity(call, program) ?? "high",
            group: call.name,
            ...(isConstant(code?.text) ? { evidence: { decoded: code.text.slice(0, 500) } } : {}),
          },
        ),
      );
    }
    reportAll(hits, report, "critical");
  },
};
