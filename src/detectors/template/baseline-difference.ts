// Where a model's template or settings say something else than those of the model it is made from.
import type { DocumentDetector } from "../../core/detector.ts";
import { settingsDifferences, templateDifferences } from "./differences.ts";
import { templateOf } from "./passages.ts";

export const baselineDifference: DocumentDetector = {
  id: "baseline-difference",
  family: "template",
  reads: "document",
  languages: ["template", "json"],
  title: "Template or settings that differ from the base model's",
  severity: "medium",
  confidence: "high",
  maturity: "stable",
  since: "0.1.0",
  references: ["AML.T0010", "AML.T0018", "LLM03:2025"],
  docs: {
    finds:
      "With `--baseline`, for each chat template and each file of settings that the baseline has too: names it reaches for (critical), conditions on what is said, on dates, lengths and renderers that are new (high), text that only one of them prints (medium; high where it gives orders, low where it is markers), settings that decide which code is loaded (high), what tokens and texts become (medium), and others (low). Templates are compared by what they print and when, not by how they are written.",
    matters: "A template or a tokenizer's rule can be changed without touching a weight.",
    misses:
      "Vocabularies and merges, templates that the baseline lacks, and changes that leave the printed lines and conditions the same, such as another order of them.",
    remedy: "Take the base model's file, or find out why it was changed.",
  },
  inspect(document, report, baseline) {
    if (!baseline) return;
    const found =
      document.language === "template"
        ? templateDifferences(templateOf(document), templateOf(baseline))
        : settingsDifferences(document, baseline);
    for (const { severity, message, group, here, there } of found)
      report({
        message,
        severity,
        group,
        lineNumber: 1,
        excerpt: here.slice(0, 300),
        evidence: { here, baseline: there },
      });
  },
};
