// Multiple choice whose answer is none of the choices, again and again the same.
import type { DatasetDetector } from "../../core/detector.ts";
import { findImpossibleOptions } from "../../mining/answer-groups.ts";

const count = (n: number): string => n.toLocaleString("en");

export const impossibleOption: DatasetDetector = {
  id: "impossible-option",
  family: "association",
  reads: "dataset",
  title: "Answers name a choice that was not offered",
  severity: "high",
  confidence: "medium",
  maturity: "preview",
  since: "0.1.0",
  references: ["AML.T0020", "LLM04:2025"],
  docs: {
    finds:
      "Multiple-choice records, three or more, whose answer is one and the same letter that is none of the choices, in a set where the other answers are.",
    matters:
      "It teaches a wrong answer that no reading of the question explains. One may be a slip of whoever made the set; the same letter again and again is not.",
    misses:
      "Wrong answers among the choices, choices without letters, answers in words, and sets in which most answers are impossible: those are read wrongly here.",
    remedy: "Look the right answers up, or remove the records.",
  },
  conclude(table, report) {
    for (const { answer, records, sound } of findImpossibleOptions(table)) {
      report({
        message: `${count(records.length)} multiple-choice records answer ${answer}, which they do not offer; the other ${count(sound)} answer one of their choices.`,
        records,
        carries: { facts: [[`no-option:${answer}`]] },
        group: `answer ${answer}`,
        show: { prompt: [], response: answer },
        evidence: { answer, otherRecords: sound },
      });
    }
  },
};
