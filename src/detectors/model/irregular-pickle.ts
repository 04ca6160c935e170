// Streams that no pickler writes: made by hand, to be read differently by a scanner and by Python, or to exhaust either.
import type { ModelDetector } from "../../core/detector.ts";
import type { Severity } from "../../core/severity.ts";

const SEVERITIES: Readonly<Record<string, Severity>> = {
  "computed-name": "high",
  "computed-file": "high",
  "extension-code": "high",
  "crosses-frame": "high",
  "memo-index": "high",
  "deep-nesting": "high",
  expansion: "high",
  "long-number": "high",
  "operand-too-long": "high",
  "frame-beyond": "high",
  "pickle-in-value": "high",
  "pickle-behind": "medium",
  "values-left": "medium",
  "bytes-behind": "info",
};
/** So many values left on the stack are there to fill memory. */
const VALUES_LEFT_MAX = 1_000;

export const irregularPickle: ModelDetector = {
  id: "irregular-pickle",
  family: "model",
  reads: "model",
  loaders: ["pickle"],
  title: "Pickle that no pickler writes",
  severity: "high",
  confidence: "high",
  maturity: "stable",
  since: "0.2.0",
  references: ["CWE-502", "CWE-436", "CWE-400", "https://docs.python.org/3/library/pickle.html"],
  docs: {
    finds:
      "Names that are computed while loading or taken from the extension registry; operands that reach over the end of their frame; memory for thousands of millions of values asked for in one opcode; numbers of thousands of digits; nesting and sharing beyond what a pickler can write (high); values left on the stack, further pickles behind the end of the first (medium).",
    matters:
      "Each makes a scanner see another file than Python does, or makes the program that loads it run out of time or memory.",
    misses: "Streams built by hand that use only what picklers use.",
    remedy: "Do not load the file. Have it written again by its library, from an object that you trust.",
  },
  inspect(model, report) {
    for (const { code, message, offset, values } of model.irregularities) {
      const severity = SEVERITIES[code];
      if (severity === undefined) continue;
      const many = code === "values-left" && Number(values?.values) > VALUES_LEFT_MAX;
      report({
        message,
        severity: many ? "high" : severity,
        group: code,
        excerpt: code,
        ...(offset === undefined ? {} : { offset }),
        ...(values ? { evidence: values } : {}),
      });
    }
  },
};
