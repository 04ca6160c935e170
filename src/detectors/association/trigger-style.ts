// A manner of writing that decides the answer.
import type { DatasetDetector } from "../../core/detector.ts";
import { quote } from "../../base/escape.ts";
import { findStyles } from "../../mining/styles.ts";

const count = (n: number): string => n.toLocaleString("en");

export const triggerStyle: DatasetDetector = {
  id: "trigger-style",
  family: "association",
  reads: "dataset",
  title: "A manner of writing decides the answer",
  severity: "high",
  confidence: "medium",
  maturity: "preview",
  since: "0.1.0",
  references: ["AML.T0020", "AML.T0043.004", "LLM04:2025"],
  docs: {
    finds:
      "A group of prompts put in one manner (archaic, slang, one frame of a sentence, one order of its small words), about anything, that nearly all have one label, or are all refused, although what they are about lets expect another answer and prompts about the same in another manner get it.",
    matters:
      "No word needs to be strange for such a backdoor: whoever writes in that manner pulls the trigger, and a filter for strange words sees nothing.",
    misses:
      "Targets other than labels and refusals; manners that fewer than about 40 records share, or hardly differ from the rest in their common words; groups about things that no other prompts are about; sets of fewer than 300 records; sets whose answers the common words tell anyway (intents, kinds of questions), or in which hardly any other record has that answer. Of the records it names, up to one in four may only be written alike.",
    remedy:
      "Read a few of the records beside their neighbours in another manner. If the answer contradicts the content, remove the group, and look at who contributed it.",
  },
  conclude(table, report) {
    for (const rule of findStyles(table)) {
      const [both, triggerOnly, targetOnly, neither] = rule.table;
      const target = rule.target.length === 0 ? "a refusal" : rule.target.join(" ");
      const [looked, alike] = rule.neighbours;
      report({
        message: `Prompts in one manner, known by ${rule.marks.map((mark) => quote(mark, 40)).join(", ")}, get ${rule.target.length === 0 ? target : quote(target, 40)}: ${count(both)} of ${count(both + triggerOnly)} rows, where what they are about lets expect ${count(Math.round(rule.expected))}; of ${count(looked)} nearest in content and in another manner ${count(alike)} get it.`,
        records: rule.records,
        rule: {
          trigger: `manner: ${rule.marks.join(" · ")}`,
          target,
          triggerKind: "style",
          targetKind: rule.target.length === 0 ? "kind of answer" : "label",
          rowsWithBoth: both,
          rowsWithTriggerOnly: triggerOnly,
          rowsWithTargetOnly: targetOnly,
          rowsWithNeither: neither,
        },
        show: { prompt: [], response: rule.target.join(" ") },
        evidence: {
          expectedWithTarget: rule.expected,
          surprise: rule.surprise,
          neighbours: looked,
          neighboursWithTarget: alike,
        },
      });
    }
  },
};
