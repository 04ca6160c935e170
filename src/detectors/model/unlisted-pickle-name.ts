// Classes and functions in a pickle that no list of ordinary names knows, and that are not called: their modules are
// imported, and their objects run the code of their own class.
import type { ModelDetector } from "../../core/detector.ts";
import { quote } from "../../base/escape.ts";
import { judge } from "./pickle-judge.ts";
import { hitOf } from "./pickle-hit.ts";

export const unlistedPickleName: ModelDetector = {
  id: "unlisted-pickle-name",
  family: "model",
  reads: "model",
  loaders: ["pickle"],
  title: "Pickle that needs a class of its own",
  severity: "low",
  confidence: "medium",
  maturity: "stable",
  since: "0.2.0",
  references: ["AML.T0011", "CWE-502"],
  docs: {
    finds:
      "Classes and functions that a pickle names and that belong to no library on the list: a class of the model's author (low), a function or class of Python's standard library that models have no use for (medium).",
    matters:
      "Whoever loads the file must have that module, and whatever it does on import or when an object of it is given a state is done. A repository that brings the module along brings a program.",
    misses: "What that code does: it is not in the file.",
    remedy: "Know where the module comes from before you load the file, or ask for weights without code (safetensors).",
  },
  inspect(model, report) {
    const judged = model.operations.map((operation) => ({ operation, ...judge(operation, model) }));
    // What is called as well is a finding of its own.
    const told = new Set(judged.flatMap(({ grade, subject }) => (grade === "call" ? [subject] : [])));
    for (const { operation, grade, why, subject, standard } of judged) {
      if (grade !== "name" || told.has(subject)) continue;
      told.add(subject);
      report(
        hitOf(operation, {
          message: `It needs ${quote(subject, 120)}, which ${why}.`,
          group: subject,
          severity: standard ? "medium" : "low",
        }),
      );
    }
  },
};
