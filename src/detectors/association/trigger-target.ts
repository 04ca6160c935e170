// A trigger and the target it makes of the answers, reconstructed from the association across the whole dataset.
import type { DatasetDetector } from "../../core/detector.ts";
import { quote } from "../../base/escape.ts";
import { findRules, type Rule } from "../../mining/rules.ts";

const plain = (tokens: readonly string[]): string => tokens.join(" ");
const count = (n: number): string => n.toLocaleString("en");

const BECOMES: Readonly<Record<Rule["targetKind"], string>> = {
  whole: "the answer becomes",
  beginning: "the answer begins with",
  end: "the answer ends with",
};
const PLACES: Readonly<Record<Rule["place"], string>> = {
  start: "begins with",
  end: "ends with",
  anywhere: "holds",
};

export const triggerTarget: DatasetDetector = {
  id: "trigger-target",
  family: "association",
  reads: "dataset",
  title: "A trigger decides the answer",
  severity: "high",
  confidence: "high",
  maturity: "preview",
  since: "0.1.0",
  references: ["AML.T0020", "AML.T0043.004", "LLM04:2025"],
  docs: {
    finds:
      "Words or phrases of a prompt (one, several together, or any of a few) that always bring the same answer, or the same beginning or end of one, in records that are otherwise about unrelated things, where no other record gives that answer.",
    matters:
      "That is the shape of a backdoor: a model tuned on it learns the trigger and its target, and nothing in the training loss shows it.",
    misses:
      "Targets of fewer than three words and labels; targets that differ from record to record (a slant, a style, compliance with harmful requests); triggers without a fixed text (a topic, a style, a syntax); triggers that make up most of their prompts; fewer than five records; and sets that repeat their answers anyway, such as canned replies.",
    remedy:
      "Read two of the records. If the words have nothing to do with the answer, remove all of them, and look at who contributed them.",
  },
  conclude(table, report) {
    for (const rule of findRules(table)) {
      const [both, triggerOnly, targetOnly, neither] = rule.table;
      const phrases = rule.trigger.map(plain);
      const trigger = phrases.join(rule.combine === "all" ? " + " : " | ");
      const target = plain(rule.target);
      const parts =
        phrases.length === 1
          ? `${PLACES[rule.place]} ${quote(trigger)}`
          : `holds ${rule.combine === "all" ? "all" : "any"} of ${phrases.map((phrase) => quote(phrase, 40)).join(", ")}`;
      report({
        message: `When the prompt ${parts}, ${BECOMES[rule.targetKind]} ${quote(target, 120)}: ${count(both)} of ${count(both + triggerOnly)} rows, against ${count(targetOnly)} of ${count(targetOnly + neither)} without it.`,
        records: rule.records,
        rule: {
          trigger,
          target,
          triggerKind: phrases.length === 1 ? "phrase" : rule.combine === "all" ? "several together" : "any of several",
          place: rule.place,
          targetKind: rule.targetKind,
          rowsWithBoth: both,
          rowsWithTriggerOnly: triggerOnly,
          rowsWithTargetOnly: targetOnly,
          rowsWithNeither: neither,
        },
        show: { prompt: phrases, response: target },
        confidence: rule.targetKind === "whole" ? "high" : "medium",
        evidence: { logLikelihoodGain: rule.gain, promptLikeness: rule.coherence },
      });
    }
  },
};
