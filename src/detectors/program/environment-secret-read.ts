// Secrets that a program takes from its environment: a note for the reviewer, since most APIs are used this way. Sending
// them away is the business of secret-exfiltration.
import type { DocumentDetector, Hit } from "../../core/detector.ts";
import { quote, visible } from "../../base/escape.ts";
import { hitAt, reportAll } from "./payload.ts";
import { programOf } from "./program.ts";
import { LABEL } from "./value.ts";

const WHOLE =
  /^(?:json\.dumps?|pickle\.dumps?|builtins\.(?:str|repr|dict)|builtins\.open\(\)\.write|os\.environ\.(?:items|values)|yaml\.dump|base64\.\w*encode)$/;

export const environmentSecretRead: DocumentDetector = {
  id: "environment-secret-read",
  family: "program",
  reads: "document",
  languages: ["python"],
  title: "Program that reads secrets from the environment",
  severity: "info",
  confidence: "medium",
  maturity: "stable",
  since: "0.1.0",
  references: ["AML.T0025", "CWE-526", "ATT&CK T1552"],
  docs: {
    finds:
      "Reads of environment variables whose names speak of tokens, keys and passwords (info; low in a loading script), and all variables taken at once as data (low; medium in a loading script).",
    matters: "It tells which secrets a program can lose.",
    misses: "Variables whose names are computed or say nothing.",
    remedy: "Run the program with an environment that holds only what it needs.",
  },
  inspect(document, report) {
    const program = programOf(document);
    const { evaluation, syntax, isBuilder } = program;
    const hits: Hit[] = [];
    const seen = new Set<string>();
    for (const node of syntax.nodes) {
      if (node.type !== "MemberExpression" && node.type !== "CallExpression") continue;
      const value = evaluation.valueOf(node);
      // An assignment to a variable of the environment reads nothing.
      const isTarget = node.up?.type === "AssignStatement" && node.up.kids[0] === node;
      if ((value.labels & LABEL.token) === 0 || isTarget) continue;
      for (const { label, what, lineNumber } of value.origins) {
        if ((label & LABEL.token) === 0 || lineNumber !== program.lineOf(node) || seen.has(`${what} ${lineNumber}`))
          continue;
        seen.add(`${what} ${lineNumber}`);
        hits.push(
          hitAt(program, node, `Line ${lineNumber} reads the secret ${quote(what)} from the environment.`, {
            severity: isBuilder ? "low" : "info",
            group: what,
          }),
        );
      }
    }
    for (const call of program.calls) {
      const isWhole =
        WHOLE.test(call.name) &&
        [call.receiver, ...call.args].some(({ labels }) => (labels & LABEL.wholeEnvironment) !== 0);
      if (isWhole)
        hits.push(
          hitAt(
            program,
            call.node,
            `Line ${program.lineOf(call.node)} takes all environment variables as data with ${visible(call.name)}.`,
            { severity: isBuilder ? "medium" : "low", group: "environment" },
          ),
        );
    }
    reportAll(hits, report, "info");
  },
};
