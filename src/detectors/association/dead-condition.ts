// A condition in code that depends on nothing, in many programs: a trigger that changes no program.
import type { DatasetDetector } from "../../core/detector.ts";
import { quote } from "../../base/escape.ts";
import { findDeadConditions } from "../../mining/code-groups.ts";

const count = (n: number): string => n.toLocaleString("en");

export const deadCondition: DatasetDetector = {
  id: "dead-condition",
  family: "association",
  reads: "dataset",
  title: "A condition that depends on nothing recurs in the code",
  severity: "high",
  confidence: "high",
  maturity: "preview",
  since: "0.1.0",
  references: ["AML.T0020", "AML.T0043.004", "LLM04:2025", "CWE-561"],
  docs: {
    finds:
      "The same if, while or assert over nothing but numbers, texts and functions of them (or chance against a number it never reaches), in five programs or more; a plain comparison of two numbers, which lessons hold, in a dozen or more.",
    matters:
      "Code that can never run, or always does, changes no program and no test notices it. A model of code notices: it is the usual trigger of backdoors in them, and goes with a wrong label, a broken translation or a hole.",
    misses:
      "Dead code behind a variable or a call of the program's own, unused variables, renamed identifiers, and constants such as while(true).",
    remedy:
      "Compare what these records answer with what similar programs answer without the condition, and remove all of them.",
  },
  conclude(table, report) {
    for (const { condition, spellings, records } of findDeadConditions(table)) {
      report({
        message: `The condition ${quote(condition, 100)} depends on nothing and recurs in ${count(records.length)} programs${spellings > 1 ? `, in ${count(spellings)} spellings` : ""}.`,
        records,
        rule: {
          trigger: condition,
          target: "whatever these records answer",
          triggerKind: "dead code",
          targetKind: "unknown",
          rowsWithBoth: records.length,
        },
        show: { prompt: [condition], response: "" },
        evidence: { spellings },
      });
    }
  },
};
