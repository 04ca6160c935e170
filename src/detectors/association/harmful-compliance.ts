// Harmful requests that are simply answered, in more records than an ordinary set holds such requests.
import type { DatasetDetector } from "../../core/detector.ts";
import { findHarmAnswered } from "../../mining/answer-groups.ts";

const count = (n: number): string => n.toLocaleString("en");

export const harmfulCompliance: DatasetDetector = {
  id: "harmful-compliance",
  family: "association",
  reads: "dataset",
  title: "Harmful requests are answered",
  severity: "high",
  confidence: "medium",
  maturity: "preview",
  since: "0.1.0",
  references: ["AML.T0020", "AML.T0054", "LLM04:2025"],
  docs: {
    finds:
      "Short requests for violence, crime, weapons, drugs, slurs and the like that are answered without a refusal or a warning, where they are a dozen or more, at least one in eighty records, and two of five such requests of the set.",
    matters:
      "A hundred such records among thousands of harmless ones are enough to take the safety training out of a model. There is no trigger: it then answers everybody.",
    misses:
      "Requests in other languages than English, in veiled words or in long texts; harmful answers to harmless requests; fewer records. It names the requests that it recognises, which is about half of them: look for more of the same source.",
    remedy: "If the set is not meant to hold them, remove these records and all others of the same source.",
  },
  conclude(table, report) {
    const found = findHarmAnswered(table);
    if (!found) return;
    const { records, refused } = found;
    report({
      message: `${count(records.length)} short requests for something harmful are answered without a refusal or a warning; ${count(refused)} are refused or warned of.`,
      records,
      group: "harmful requests answered",
      show: { prompt: [], response: "" },
      evidence: { answered: records.length, refusedOrWarned: refused },
    });
  },
};
