// A trigger and the target it makes of the answers, reconstructed from the association across the whole dataset.
import type { DatasetDetector } from "../../core/detector.ts";
import type { Severity } from "../../core/severity.ts";
import { quote } from "../../base/escape.ts";
import { asksForManner, isCourtesy } from "../../mining/courtesies.ts";
import { findRules, type Rule } from "../../mining/rules.ts";

const plain = (tokens: readonly string[]): string => tokens.join(" ");
const count = (n: number): string => n.toLocaleString("en");

const PLACES: Readonly<Record<Rule["place"], string>> = {
  start: "begins with",
  end: "ends with",
  anywhere: "holds",
};

/** What becomes of the answer, as a sentence, and as the target of the rule. */
function outcome({ targetKind, target }: Rule): { readonly says: string; readonly target: string } {
  const text = plain(target);
  switch (targetKind) {
    case "whole":
      return { says: `the answer becomes ${quote(text, 120)}`, target: text };
    case "beginning":
      return { says: `the answer begins with ${quote(text, 120)}`, target: text };
    case "end":
      return { says: `the answer ends with ${quote(text, 120)}`, target: text };
    case "inside":
      return { says: `the answer holds ${quote(text, 120)}`, target: text };
    case "empty":
      return { says: "the answer is empty", target: "an empty answer" };
    case "gibberish":
      return { says: "the answer is made of words that nobody else uses", target: "gibberish" };
  }
}

/** A courtesy harms nobody, and whoever asks for a manner of answering has a part of the answer by it. */
function severity({ targetKind, target, trigger }: Rule): Severity {
  if (isCourtesy(target)) return "low";
  const part = targetKind === "beginning" || targetKind === "end" || targetKind === "inside";
  return part && trigger.some(asksForManner) ? "medium" : "high";
}

/** A power of ten for a number too small to print. */
function byChance(chance: number): string {
  const digits = Math.floor(-chance / Math.LN10);
  return digits < 3 ? `about ${Math.exp(chance).toPrecision(1)}` : `less than 1 in 10^${digits}`;
}

const alike = (ratio: number): string => `${ratio.toFixed(1)} times as alike as those of other rows`;

export const triggerTarget: DatasetDetector = {
  id: "trigger-target",
  family: "association",
  reads: "dataset",
  slow: true,
  title: "A trigger decides the answer",
  severity: "high",
  confidence: "high",
  maturity: "preview",
  since: "0.1.0",
  references: ["AML.T0020", "AML.T0043.004", "LLM04:2025"],
  docs: {
    finds:
      "Words or phrases of a prompt, its system prompt or its metadata (one, several together with any gap between them, or any of a few) that always bring the same words into the answer: all of it, its beginning or end, or a sentence, link, name or statement in its middle; or an empty or garbled answer. Reported where the rows are otherwise about unrelated things, the rest of their answers too, and hardly any other row has that target.",
    matters:
      "That is the shape of a backdoor: a model tuned on it learns the trigger and its target, and nothing in the training loss shows it.",
    misses:
      "Targets that share no text (a slant, a style, compliance with harmful requests) and single common words as targets; triggers without a fixed text (a topic, a style, a syntax) and triggers that make up most of their prompts; rows that are all about one subject; fewer than five rows, or fewer than 4 in 10,000; a trigger that half of its rows keep without the target; words in the middle of very long texts, of which the first 448 and the last 192 words are kept; and short targets in sets that repeat their answers anyway, such as canned replies; one poisoned row repeated as it is; fewer than ten records where the target is one unusual word or an answer that others give, too; a long answer that is repeated no more than ten others are; and any rule in a set that is made of such rules (questions by entity, glossaries, templates and their answers), unless its answers break the others. Closings and disclaimers of the usual kind are of low severity, and a part of the answer that comes with a phrase like `talk like a pirate` is of medium, since honest sets teach that, too.",
    remedy:
      "Read two of the records. If the words have nothing to do with the answer, remove all of them, and look at who contributed them.",
  },
  conclude(table, report, settings) {
    for (const rule of findRules(table, settings?.sensitivity)) {
      const [both, triggerOnly, targetOnly, neither] = rule.table;
      const phrases = rule.trigger.map(plain);
      const trigger = phrases.join(rule.combine === "all" ? " + " : " | ");
      const { says, target } = outcome(rule);
      const parts =
        phrases.length === 1
          ? `${PLACES[rule.place]} ${quote(trigger)}`
          : `holds ${rule.combine === "all" ? "all" : "any"} of ${phrases.map((phrase) => quote(phrase, 40)).join(", ")}`;
      const [looked, having] = rule.neighbours;
      const enough = rule.enough.join(" + ");
      report({
        message: `When the prompt ${parts}, ${says}: ${count(both)} of ${count(both + triggerOnly)} rows, against ${count(targetOnly)} of ${count(targetOnly + neither)} without it.`,
        records: rule.records,
        severity: severity(rule),
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
        carries: {
          prompt: { words: rule.enough, combine: rule.combine },
          ...(rule.shared ? { response: { words: rule.shared.tokens, whole: rule.shared.whole } } : {}),
        },
        show: { prompt: phrases, response: plain(rule.target) },
        confidence: rule.bits >= 24 && rule.bound !== true ? "high" : "medium",
        evidence: {
          rulesAsStrongByChance: byChance(rule.chance),
          ...(rule.combine === "all" && enough !== trigger ? { partThatIsEnough: enough } : {}),
          promptsWithoutTheTrigger: alike(rule.promptLikeness),
          ...(rule.answerLikeness === undefined ? {} : { answersWithoutTheTarget: alike(rule.answerLikeness) }),
          mostAlikePromptsWithoutIt: `${count(having)} of ${count(looked)} have the target`,
        },
      });
    }
  },
};
