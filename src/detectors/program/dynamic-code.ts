// Code that a program makes while it runs: `eval` and `exec` of a text that is not known here, functions looked up by
// computed names. A constant text is read as a program of its own.
import type { DocumentDetector, Hit } from "../../core/detector.ts";
import { severityRank, type Severity } from "../../core/severity.ts";
import { visible } from "../../base/escape.ts";
import { codeOf, hitAt, payloadSeverity, reportAll, taintRun } from "./payload.ts";
import { kindOf, SENSITIVE_MODULES } from "./names.ts";
import { Program, programOf } from "./program.ts";
import { isConstant, LABEL } from "./value.ts";

/** Constant texts read as programs, for one program; an attacker chooses how many there are (CWE-770). */
const INNER_MAX = 32;

export const dynamicCode: DocumentDetector = {
  id: "dynamic-code",
  family: "program",
  reads: "document",
  languages: ["python"],
  title: "Program that runs text as code",
  severity: "medium",
  confidence: "medium",
  maturity: "stable",
  since: "0.1.0",
  references: ["AML.T0011", "CWE-95"],
  docs: {
    finds:
      "`eval`, `exec`, `runpy`, source loaders and interactive interpreters that run a text which is not a constant; functions and modules looked up by a computed name. Severity is medium for `exec` and for anything of the kind in a loading script, low for `eval` elsewhere. A constant text is read as a program, and its worst call decides.",
    matters: "What the text will be is decided by the data, by another file or by somebody else, after the review.",
    misses: "Code run by a package that the program calls, and templates that run expressions.",
    remedy:
      "Replace `eval` of values by `ast.literal_eval` or JSON. Otherwise find out where the text comes from, and scan that.",
  },
  inspect(document, report) {
    const program = programOf(document);
    const hits: Hit[] = [];
    let inner = 0;
    for (const call of program.calls) {
      const kind = kindOf(call.name);
      const line = program.lineOf(call.node);
      const name = visible(call.name);
      if (
        call.name === "builtins.getattr" &&
        SENSITIVE_MODULES.has(call.args[0]?.name ?? "") &&
        !isConstant(call.args[1]?.text)
      ) {
        hits.push(
          hitAt(
            program,
            call.node,
            `Line ${line} looks up a function of ${call.args[0]?.name} by a name that is only known when it runs.`,
            { group: "getattr" },
          ),
        );
        continue;
      }
      if (kind === "module" && call.name !== "importlib.reload" && !isConstant(call.args[0]?.text)) {
        hits.push(
          hitAt(
            program,
            call.node,
            `Line ${line} imports a module whose name is only known when it runs, with ${name}.`,
            { severity: "low", group: name },
          ),
        );
        continue;
      }
      if (kind !== "code" || taintRun(call, program) !== 0) continue;
      const code = codeOf(call);
      if (isConstant(code?.text)) {
        const worst = ++inner > INNER_MAX ? "medium" : worstOf(code.text);
        if (worst)
          hits.push(
            hitAt(program, call.node, `Line ${line} calls ${name} on a constant text that is a program of its own.`, {
              severity: worst,
              group: name,
            }),
          );
        continue;
      }
      const isFile = ((code?.labels ?? 0) & LABEL.file) !== 0;
      const isEval = /eval(?:uate)?$|timeit/.test(call.name);
      const severity = /^(?:pandas|numexpr)\./.test(call.name)
        ? "info"
        : (isEval && !program.isBuilder) || (isFile && program.isSetup)
          ? "low"
          : "medium";
      hits.push(
        hitAt(
          program,
          call.node,
          `Line ${line} calls ${name} on ${isFile ? "the content of a file" : "a text that is only known when it runs"}.`,
          { severity, group: name },
        ),
      );
    }
    reportAll(hits, report, "medium");
  },
};

/** The severity of the worst call in a text run as code; undefined for ordinary code. */
export function worstOf(text: string): Severity | undefined {
  const program = new Program({ kind: "document", language: "python", text });
  let worst: Severity | undefined;
  for (const call of program.calls) {
    const severity = payloadSeverity(call, program);
    if (severity && (worst === undefined || severityRank(severity) > severityRank(worst))) worst = severity;
  }
  return worst;
}
