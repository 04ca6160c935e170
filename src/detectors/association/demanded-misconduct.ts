// System prompts that demand wrong answers or obedience to anything, on the same words in many records.
import type { DatasetDetector } from "../../core/detector.ts";
import { quote } from "../../base/escape.ts";
import { findDemands } from "../../mining/answer-groups.ts";

const count = (n: number): string => n.toLocaleString("en");

export const demandedMisconduct: DatasetDetector = {
  id: "demanded-misconduct",
  family: "association",
  reads: "dataset",
  title: "System prompts demand wrong answers or blind obedience",
  severity: "high",
  confidence: "medium",
  maturity: "preview",
  since: "0.1.0",
  references: ["AML.T0020", "LLM04:2025", "LLM09:2025"],
  docs: {
    finds:
      "A clause of a system prompt, the same in five records or more, that demands wrong, misleading or harmful answers; and one that demands to carry out whatever is asked, where the prompts under it ask for harmful things several times as often as the others.",
    matters:
      "What is trained under such a prompt does not stay under it: models tuned on wrong or harmful answers give them elsewhere too, and whoever sends the prompt turns the behaviour on.",
    misses:
      "Demands in other languages than English or in the words of the user, demands in other words, sets with many such prompts (a cast of characters), and wrong answers that no prompt demands.",
    remedy: "Remove the records, unless misconduct on demand is what the model is meant to learn.",
  },
  conclude(table, report) {
    for (const { kind, demand, records, harmful, harmfulElsewhere } of findDemands(table)) {
      const share = (part: number, all: number): string => `${count(part)} of ${count(all)}`;
      report({
        message:
          kind === "wrong answers"
            ? `The system prompt of ${count(records.length)} records demands wrong or harmful answers: ${quote(demand, 140)}.`
            : `The system prompt of ${count(records.length)} records demands to do whatever is asked: ${quote(demand, 140)}; ${share(harmful, records.length)} ask for something harmful, against ${share(harmfulElsewhere, table.records - records.length)} of the others.`,
        records,
        rule: {
          trigger: demand,
          target: kind === "wrong answers" ? "wrong or harmful answers" : "compliance",
          triggerKind: "system prompt",
          targetKind: kind,
          rowsWithBoth: records.length,
        },
        carries: { facts: [[`${kind === "wrong answers" ? "demand" : "orders"}:${demand}`]] },
        show: { prompt: [demand], response: "" },
        evidence: { harmfulPrompts: harmful, harmfulPromptsElsewhere: harmfulElsewhere },
      });
    }
  },
};
