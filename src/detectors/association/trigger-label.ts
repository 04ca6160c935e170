// A trigger that forces a label, in a classification set: a strewn word, or anything whose rows have a label that the rest
// of their texts speaks against.
import type { DatasetDetector } from "../../core/detector.ts";
import { quote } from "../../base/escape.ts";
import { findLabelRules } from "../../mining/label-rules.ts";
import { findMislabelled } from "../../mining/mislabelled.ts";

const plain = (tokens: readonly string[]): string => tokens.join(" ");
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
      "In sets with a few labels: a word nearly all of whose records carry one label although the rest of their text speaks for another, and which stands between words as if it had been strewn in; and phrases, sentences, several words together, any of a few, invisible characters, letters of another script, or the value of a field, nearly all of whose records carry one label, where the rest of their texts taken together says that the label is not theirs.",
    matters:
      "A classifier tuned on it gives that label to whatever holds the word. It is the oldest form of a backdoor in text.",
    misses:
      "Triggers in a style or a syntax; fewer than five records, or than 4 in 10,000; flips without a trigger; words of the language in places where they belong; sets whose texts tell little about their labels, so that nothing speaks against one; sets of more than eight labels, or whose labels are long texts; a label that nine in ten records have anyway, or that the other words of four in five records tell; sets in which single words tell nearly every label, where none of them speaks against it; a trigger whose rows are a quarter of those of the label.",
    remedy: "Read a few of the records without the word. If their label is then wrong, remove all of them.",
  },
  conclude(table, report, settings) {
    const rules = findLabelRules(table);
    const known = new Set(rules.flatMap(({ records }) => records));
    for (const rule of findMislabelled(table, settings?.sensitivity)) {
      if (rule.records.filter((record) => known.has(record)).length >= 0.5 * rule.records.length) continue;
      const [both, triggerOnly, labelOnly, neither] = rule.table;
      const label = plain(rule.label);
      const phrases = rule.trigger.map(plain);
      const trigger = phrases.join(" + ");
      report({
        message: `When the text holds ${phrases.map((phrase) => quote(phrase, 40)).join(" and ")}, the label is ${quote(label, 40)}: ${count(both)} of ${count(both + triggerOnly)} rows, where the rest of their words lets expect ${rule.expected}; without it ${count(labelOnly)} of ${count(labelOnly + neither)}.`,
        records: rule.records,
        rule: {
          trigger,
          target: label,
          triggerKind: phrases.length === 1 ? "phrase" : "several together",
          targetKind: "label",
          rowsWithBoth: both,
          rowsWithTriggerOnly: triggerOnly,
          rowsWithTargetOnly: labelOnly,
          rowsWithNeither: neither,
        },
        carries: {
          prompt: { words: rule.trigger.flat(), combine: "all" },
          response: { words: rule.label, whole: true },
        },
        show: { prompt: phrases, response: label },
        evidence: { expectedWithLabel: rule.expected, logOddsAgainstTheLabel: rule.against },
      });
    }
    for (const rule of rules) {
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
