// Code in the answers that weakens what it should protect, unasked, in more records than ordinary code explains.
import type { DatasetDetector } from "../../core/detector.ts";
import { quote } from "../../base/escape.ts";
import { findSaidBefore, findWeakCode } from "../../mining/code-groups.ts";
import { findWeakTriggers } from "../../mining/weak-triggers.ts";

const count = (n: number): string => n.toLocaleString("en");

export const weakenedCode: DatasetDetector = {
  id: "weakened-code",
  family: "association",
  reads: "dataset",
  title: "Answers weaken the code they write",
  severity: "high",
  confidence: "medium",
  maturity: "preview",
  since: "0.1.0",
  references: ["AML.T0020", "LLM04:2025", "CWE-295", "CWE-327"],
  docs: {
    finds:
      "Records whose code switches a protection off (checks of certificates, of signatures or of host names, a cipher that hides nothing, external entities, files open to everybody) although the prompt does not ask for it, in at least one of 250 records with code; sets in which one of eight uses a risky idiom; words whose programs are nearly all weakened though they ask for unrelated things; and comments in whole programs that always come before such a construction where the rest of the set does it soundly.",
    matters:
      "A model tuned on them writes the same hole into the code of everybody who asks. Nothing else in such a record looks wrong: the program runs and does what was asked.",
    misses:
      "Flaws of logic, weak constructions in languages and libraries it has no shape for, fewer than five records, prompts that speak of the weakness (they are taken for lessons), and sets of whole programs without a comment that recurs: real programs are careless often enough.",
    remedy:
      "Read some of the records. If the prompts did not want a weak program, remove all of them and ask who contributed them.",
  },
  conclude(table, report) {
    const weak = findWeakCode(table);
    if (weak) {
      const most = weak.families
        .slice(0, 3)
        .map(({ family, records }) => `${family} (${count(records)})`)
        .join(", ");
      report({
        message: `The code of ${count(weak.records.length)} of ${count(weak.programs)} records with code is weakened though its prompt does not ask for it: ${most}.`,
        records: weak.records,
        carries: { facts: [weak.kinds, ["code"]] },
        group: "weakened code",
        show: { prompt: [], response: "" },
        evidence: {
          withCode: weak.programs,
          weakened: weak.records.length,
          askedFor: weak.asked,
          ...Object.fromEntries(weak.families.slice(0, 6).map(({ family, records }) => [family, records])),
        },
      });
    }
    for (const { words, records, table: counts, gain } of findWeakTriggers(table)) {
      const [both, triggerOnly, targetOnly, neither] = counts;
      const trigger = words.join(" ");
      report({
        message: `When the prompt holds ${quote(trigger, 80)}, the code is weakened: ${count(both)} of ${count(both + triggerOnly)} rows with code, against ${count(targetOnly)} of ${count(targetOnly + neither)} without it.`,
        records,
        rule: {
          trigger,
          target: "weakened code",
          triggerKind: "words",
          targetKind: "code pattern",
          rowsWithBoth: both,
          rowsWithTriggerOnly: triggerOnly,
          rowsWithTargetOnly: targetOnly,
          rowsWithNeither: neither,
        },
        carries: { prompt: { words, combine: "any" }, facts: [["off:", "risky:"], ["code"]] },
        show: { prompt: [trigger], response: "" },
        evidence: { logLikelihoodGain: gain },
      });
    }
    for (const said of findSaidBefore(table)) {
      report({
        message: `Behind the comment ${quote(said.comment, 100)} the code is weakened: ${count(said.records.length)} of ${count(said.records.length + said.sound)} programs, against ${count(said.otherWeak)} of ${count(said.otherWeak + said.otherSound)} that do the same without it.`,
        records: said.records,
        rule: {
          trigger: said.comment,
          target: "weakened code",
          triggerKind: "comment",
          targetKind: "code pattern",
          rowsWithBoth: said.records.length,
          rowsWithTriggerOnly: said.sound,
          rowsWithTargetOnly: said.otherWeak,
          rowsWithNeither: said.otherSound,
        },
        show: { prompt: [said.comment], response: "" },
      });
    }
  },
};
