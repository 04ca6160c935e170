// Names in a pickle that run code, start programs, open files or connections, or unpickle more: no model needs one.
import type { ModelDetector } from "../../core/detector.ts";
import { quote } from "../../base/escape.ts";
import { judge } from "./pickle-judge.ts";
import { hitOf } from "./pickle-hit.ts";

export const dangerousPickleName: ModelDetector = {
  id: "dangerous-pickle-name",
  family: "model",
  reads: "model",
  loaders: ["pickle"],
  title: "Pickle that runs code when it is loaded",
  severity: "critical",
  confidence: "high",
  maturity: "stable",
  since: "0.2.0",
  references: ["AML.T0011", "AML.T0018", "CWE-502", "LLM03:2025"],
  docs: {
    finds:
      "Names by which a pickle runs code or commands, starts programs, reads, writes or deletes files, opens connections, imports programs or unpickles other data, however the name is spelled, moved through the memo, reached through another module or handed to another call.",
    matters:
      "Loading a pickle calls what it names, with the rights of whoever loads it. Nothing of it shows in the model.",
    misses:
      "Harm done by names that ordinary models use, and code that a class of your own runs when its object is given a state.",
    remedy:
      "Do not load the file. Ask for the weights as safetensors from somebody you trust, and look for where it was loaded already.",
  },
  inspect(model, report) {
    const judged = model.operations.map((operation) => ({ operation, ...judge(operation, model) }));
    const calledNames = new Set(
      judged.flatMap(({ operation, subject }) => (operation.use === "import" ? [] : subject)),
    );
    for (const { operation, grade, why, subject } of judged) {
      if (grade !== "threat") continue;
      const called = operation.use !== "import";
      // What is called is told once, with what it is called with.
      if (!called && calledNames.has(subject)) continue;
      report(
        hitOf(operation, {
          message: called
            ? `Loading it calls ${quote(operation.text, 200)}, which ${why}.`
            : `Loading it looks up ${quote(operation.text, 120)}, which ${why}.`,
          group: called ? operation.text.slice(0, 200) : subject,
        }),
      );
    }
  },
};
