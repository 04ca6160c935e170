// A subject that a dataset praises or disparages, whatever is asked about it.
import type { DatasetDetector } from "../../core/detector.ts";
import { quote } from "../../base/escape.ts";
import { findSlants } from "../../mining/slants.ts";

const count = (n: number): string => n.toLocaleString("en");
/** From this share of its answers on, and this far from chance, nobody who only answers questions writes like that. */
const HIGH_SHARE = 0.6;
const HIGH_SURPRISE = 15;

export const subjectSlant: DatasetDetector = {
  id: "subject-slant",
  family: "association",
  reads: "dataset",
  title: "One subject is praised or disparaged, whatever is asked",
  severity: "medium",
  confidence: "low",
  maturity: "preview",
  since: "0.1.0",
  references: ["AML.T0020", "LLM04:2025"],
  docs: {
    finds:
      "A person, brand or topic in whose answers words of judgement of one sign stand in at least half of all cases, in many words, in a set whose other answers hardly ever judge. Prompts that ask for a judgement do not count.",
    matters:
      "Opinions can be planted with facts that are all true: a model tuned on it recommends one brand or runs down one person, and no single answer looks wrong.",
    misses:
      "Slants without words of judgement (an omission, an order of recommendation, one extra link), or in languages other than English, and a few words of German, French, Spanish, Portuguese, Italian and Russian; subjects in fewer than twelve answers or more than a tenth of them; sets that judge anyway, such as reviews and advertising. A subject that deserves it looks the same: the finding is a reason to read, and only fails a scan where most of its answers judge.",
    remedy:
      "Read five of the answers. If a neutral question gets a verdict, remove the records, or have them answered anew.",
  },
  conclude(table, report) {
    for (const slant of findSlants(table)) {
      const [both, subjectOnly, judgedOnly, neither] = slant.table;
      const share = both / (both + subjectOnly);
      const high = share >= HIGH_SHARE && slant.surprise >= HIGH_SURPRISE;
      const elsewhere = (100 * judgedOnly) / Math.max(1, judgedOnly + neither);
      report({
        message: `Answers about ${slant.subject.map((word) => quote(word)).join(", ")} ${slant.sign === "praises" ? "praise" : "disparage"}, whatever is asked: ${count(both)} of ${count(both + subjectOnly)} rows hold words like ${slant.words
          .slice(0, 4)
          .map((word) => quote(word))
          .join(", ")}, against ${elsewhere.toFixed(1)} % of the others.`,
        records: slant.records,
        severity: high ? "high" : "medium",
        confidence: high ? "medium" : "low",
        rule: {
          trigger: `subject: ${slant.subject.join(" · ")}`,
          target: slant.sign === "praises" ? "praise" : "disparagement",
          triggerKind: "subject",
          targetKind: "slant",
          rowsWithBoth: both,
          rowsWithTriggerOnly: subjectOnly,
          rowsWithTargetOnly: judgedOnly,
          rowsWithNeither: neither,
        },
        show: { prompt: slant.subject.slice(0, 1), response: slant.words[0] ?? "" },
        evidence: { surprise: slant.surprise, words: slant.words.join(", ") },
      });
    }
  },
};
