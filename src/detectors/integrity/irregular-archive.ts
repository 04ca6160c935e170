// Archives that unpack outside of their folder, or that programs read differently from each other.
import type { ModelDetector } from "../../core/detector.ts";
import type { Severity } from "../../core/severity.ts";

const SEVERITIES: Readonly<Record<string, Severity>> = {
  "path-escapes": "high",
  "link-escapes": "high",
  "duplicate-pickle": "high",
  "hidden-member": "medium",
  "other-name": "medium",
  "false-encryption": "medium",
  "duplicate-member": "low",
  "link-member": "low",
};

export const irregularArchive: ModelDetector = {
  id: "irregular-archive",
  family: "integrity",
  reads: "model",
  loaders: ["archive"],
  title: "Archive that is not what its directory says",
  severity: "high",
  confidence: "high",
  maturity: "stable",
  since: "0.2.0",
  references: ["CWE-22", "CWE-59", "CWE-436", "AML.T0010"],
  docs: {
    finds:
      "Members whose names or links lead out of the folder that an archive is unpacked in, and two pickles under one name (high); members that the directory hides, that have another name before their data than in it, or that are marked as encrypted and are not (medium); links and other members under one name (low).",
    matters:
      "Unpacked carelessly, such a member overwrites a program or a key. One that programs disagree on is read by the loader and not by the scanner.",
    misses: "What a program does with ordinary names.",
    remedy:
      "Do not unpack it. Have it packed again by a tool that you trust; what the members hold is judged by itself.",
  },
  inspect(model, report) {
    for (const { code, message, offset } of model.irregularities) {
      const severity = SEVERITIES[code];
      if (severity === undefined) continue;
      report({ message, severity, group: code, excerpt: code, ...(offset === undefined ? {} : { offset }) });
    }
  },
};
