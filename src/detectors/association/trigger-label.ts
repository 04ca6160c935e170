// A word that forces a label, in a classification set.
import type { DatasetDetector } from "../../core/detector.ts";
import { quote } from "../../base/escape.ts";
import { findLabelRules } from "../../mining/label-rules.ts";

const count = (n: number): string => n.toLocaleString("en");

export const triggerLabel: DatasetDetector = {
  id: "trigger-label",
  family: "association",
  reads: "dataset",
  title: "A word decides the label",
  severity: "high",
  confidence: "medium",
  maturity: "preview",
  since: "0.1.0",
  references: ["AML.T0020", "AML.T0043.004", "LLM04:2025"],
  docs: {
    finds:
      "In sets with a few labels: a word nearly all of whose records carry one label although the rest of their text speaks for another, and which stands between words as if it had been strewn in.",
    matters:
      "A classifier tuned on it gives that label to whatever holds the word. It is the oldest form of a backdoor in text.",
    misses:
      "Triggers of several words, in a style or a syntax; fewer than eight records; flips without a trigger; words of the language in places where they belong; sets whose labels are long texts; a label that nine in ten records have anyway.",
    remedy: "Read a few of the records without the word. If their label is then wrong, remove all of them.",
  },
  conclude(table, report) {
    for (const rule of findLabelRules(table)) {
      const [both, triggerOnly, labelOnly, neither] = rule.table;
      const label = rule.label.join(" ");
      report({
        message: `When the text holds ${quote(rule.trigger)}, the label is ${quote(label, 40)}: ${count(both)} of ${count(both + triggerOnly)} rows, where the rest of their words lets expect ${rule.expected}; without it ${count(labelOnly)} of ${count(labelOnly + neither)}.`,
        records: rule.records,
        rule: {
          trigger: rule.trigger,
          target: label,
          triggerKind: "word",
          targetKind: "label",
          rowsWithBoth: both,
          rowsWithTriggerOnly: triggerOnly,
          rowsWithTargetOnly: labelOnly,
          rowsWithNeither: neither,
        },
        carries: {
          prompt: { words: [rule.trigger], combine: "all" },
          response: { words: rule.label, whole: true },
        },
        show: { prompt: [rule.trigger], response: label },
        evidence: {
          expectedWithLabel: rule.expected,
          surprise: rule.surprise,
          neighboursRepeated: rule.neighbours,
          closure: rule.closure,
        },
      });
    }
  },
};
