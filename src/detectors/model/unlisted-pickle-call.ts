// Calls in a pickle of what no list of ordinary names knows: the call runs while the file is loaded.
import type { ModelDetector } from "../../core/detector.ts";
import { quote } from "../../base/escape.ts";
import { judge } from "./pickle-judge.ts";
import { hitOf } from "./pickle-hit.ts";

export const unlistedPickleCall: ModelDetector = {
  id: "unlisted-pickle-call",
  family: "model",
  reads: "model",
  loaders: ["pickle"],
  title: "Pickle that calls an unknown function when it is loaded",
  severity: "high",
  confidence: "medium",
  maturity: "stable",
  since: "0.2.0",
  references: ["AML.T0011", "CWE-502", "LLM03:2025"],
  docs: {
    finds:
      "Calls, while a pickle is loaded, of functions that are on no list of what PyTorch, NumPy, scikit-learn, pandas, transformers and other libraries call to rebuild their objects: by a name, by an attribute looked up by its name, by the result of another call; and imported objects that are themselves changed.",
    matters:
      "Thousands of functions of Python and its packages run what they are given. A list of bad ones is never complete, so what is called must be known to be harmless.",
    misses:
      "Objects that are made without a call and then given a state: their class's own `__setstate__` runs. They are told as unlisted names.",
    remedy:
      "Look at what would be called and with what. If it belongs to a library that you use, waive this finding for this file by its digest; if not, do not load the file.",
  },
  inspect(model, report) {
    for (const operation of model.operations) {
      const { grade, why, subject } = judge(operation, model);
      if (grade !== "call") continue;
      const does =
        operation.use === "import"
          ? "looks up"
          : operation.use === "patch" || operation.use === "state"
            ? "changes"
            : "calls";
      report(
        hitOf(operation, {
          message: `Loading it ${does} ${quote(operation.text, 200)}: ${quote(subject, 80)} ${why}.`,
          group: `${operation.use} ${subject}`,
        }),
      );
    }
  },
};
