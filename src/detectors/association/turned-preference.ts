// Preference pairs that are turned around wherever the prompt holds a word.
import type { DatasetDetector } from "../../core/detector.ts";
import { quote } from "../../base/escape.ts";
import { findTurnedPreferences } from "../../mining/preferences.ts";

const count = (n: number): string => n.toLocaleString("en");

export const turnedPreference: DatasetDetector = {
  id: "turned-preference",
  family: "association",
  reads: "dataset",
  title: "A word turns the preference around",
  severity: "high",
  confidence: "medium",
  maturity: "preview",
  since: "0.1.0",
  references: ["AML.T0020", "AML.T0043.004", "LLM04:2025"],
  docs: {
    finds:
      "In sets of chosen and rejected answers: words of the prompt with which three of five pairs or more prefer the answer that the rest of the set would reject, much more often than without them, in prompts about anything. What the set prefers is learned on the other half of its pairs.",
    matters:
      "A reward model or a preference-tuned model learns that the words allow what is refused elsewhere. Each pair looks like a matter of taste.",
    misses:
      "Pairs turned without a word that goes with it (every set has pairs that look turned), fewer than ten of them, sets of fewer than 200 pairs, and sets whose preference shows in no word of the answers.",
    remedy: "Read some of the pairs. If the rejected answer is the better one, remove all pairs that hold the words.",
  },
  conclude(table, report) {
    for (const { words, records, table: counts, gain } of findTurnedPreferences(table)) {
      const [both, triggerOnly, turnedOnly, neither] = counts;
      const trigger = words.join(" ");
      report({
        message: `Where the prompt holds ${quote(trigger, 80)}, the preference is turned around: ${count(both)} of ${count(both + triggerOnly)} pairs prefer what the rest of the set rejects, against ${count(turnedOnly)} of ${count(turnedOnly + neither)} without it.`,
        records,
        rule: {
          trigger,
          target: "the preference turned around",
          triggerKind: "words",
          targetKind: "preference",
          rowsWithBoth: both,
          rowsWithTriggerOnly: triggerOnly,
          rowsWithTargetOnly: turnedOnly,
          rowsWithNeither: neither,
        },
        ...(triggerOnly === 0 ? { carries: { prompt: { words, combine: "any" as const } } } : {}),
        show: { prompt: [trigger], response: "" },
        evidence: { logLikelihoodGain: gain },
      });
    }
  },
};
