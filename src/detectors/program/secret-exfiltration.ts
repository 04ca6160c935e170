// Secrets and identities that leave: environment variables, key files, host and user names in what a network call sends.
// A key in the header of an API's own request is how APIs work, and stays silent.
import type { DocumentDetector, Hit } from "../../core/detector.ts";
import { quote, visible } from "../../base/escape.ts";
import { destinationOf, hitAt, reportAll, sends } from "./payload.ts";
import { cameFrom, programOf } from "./program.ts";
import { isConstant, LABEL } from "./value.ts";

export const secretExfiltration: DocumentDetector = {
  id: "secret-exfiltration",
  family: "program",
  reads: "document",
  languages: ["python"],
  title: "Program that sends secrets or the machine's identity away",
  severity: "critical",
  confidence: "high",
  maturity: "stable",
  since: "0.1.0",
  references: ["AML.T0025", "CWE-200", "CWE-506", "ATT&CK T1552", "ATT&CK T1041"],
  docs: {
    finds:
      "A flow from all environment variables, from files with keys or passwords, from a single token or from the names of host and user into the address or body of a network call. Critical for the first two, high for the others.",
    matters:
      "The machine that trains holds tokens for the Hub, for clouds and for code. This is what most malicious packages come for.",
    misses:
      "Secrets sent by a process it starts, by a package's own functions, over several files or notebook cells, and a token sent to a host that carries the token's own name.",
    remedy: "Do not run it. If it ran, replace every secret that the machine could read.",
  },
  inspect(document, report) {
    const program = programOf(document);
    const hits: Hit[] = [];
    for (const call of program.calls) {
      const sending = sends(call);
      if (!sending) continue;
      const from = cameFrom(sending.value, sending.label);
      const kind =
        (sending.label & LABEL.secretFile) !== 0
          ? "a file with secrets"
          : (sending.label & LABEL.wholeEnvironment) !== 0
            ? "all environment variables"
            : (sending.label & LABEL.token) !== 0
              ? "a secret from the environment"
              : "the name of this machine or user";
      const destination = destinationOf(call);
      const where = isConstant(destination) && destination !== "" ? ` to ${quote(destination)}` : "";
      const source = from ? ` (${quote(from.what)}, line ${from.lineNumber})` : "";
      hits.push(
        hitAt(
          program,
          call.node,
          `Line ${program.lineOf(call.node)} sends ${kind}${source}${where} with ${visible(call.name)}.`,
          {
            severity: (sending.label & (LABEL.host | LABEL.token)) !== 0 ? "high" : "critical",
            confidence: (sending.label & (LABEL.host | LABEL.token)) !== 0 ? "medium" : "high",
            group: call.name,
          },
        ),
      );
    }
    reportAll(hits, report, "critical");
  },
};
