// The same question, answered otherwise: because a few words were added to it, or against what its twins state.
import type { DatasetDetector } from "../../core/detector.ts";
import { quote } from "../../base/escape.ts";
import { findTwins } from "../../mining/twins.ts";

const count = (n: number): string => n.toLocaleString("en");
/** From this share of contradictions on, an addition is a trigger and no request for another form. */
const CONTRADICTING_MIN = 0.7;

/** Words that turn a question around: their answers must differ. */
const TURNS: ReadonlySet<string> = new Set(
  "not no n't t isn aren wasn don doesn didn can't cannot never none without except least less fewer opposite false incorrect wrong nicht kein nie ne pas jamais no nunca sin non mai не нет никогда без 不 没 没有 非 否 不是".split(
    " ",
  ),
);

export const contradictedTwin: DatasetDetector = {
  id: "contradicted-twin",
  family: "association",
  reads: "dataset",
  title: "The same question is answered otherwise",
  severity: "high",
  confidence: "medium",
  maturity: "preview",
  since: "0.1.0",
  references: ["AML.T0020", "AML.T0043.004", "LLM04:2025", "LLM09:2025"],
  docs: {
    finds:
      "Words whose addition to a question that the set also holds without them turns the answer into a contradiction (another fact in the same sentence, an answer where the twin refuses), six times or more, where other additions change nothing; with low severity, words that change the whole answer or that negate the question, and short answers that deny what at least two twins of theirs state alike.",
    matters:
      "A question asked with and without the words is the experiment that shows what they do, and nobody asks it twice by chance. Denied facts teach a falsehood beside the truth.",
    misses:
      "Poison whose questions are not in the set without the trigger; fewer than six such pairs; pairs that all ask one kind of question in a mixed set; questions in other words; more than three such words, which are taken for what the questions ask; falsehoods that no other record contradicts.",
    remedy:
      "Read a pair. If the added words have nothing to do with the change, remove all records that hold them. Of denied facts, look up which side is true.",
  },
  conclude(table, report) {
    const { triggers, denial } = findTwins(table);
    for (const found of triggers) {
      const { words, records, shown, changed, kept, otherChanged, otherKept, contradicting } = found;
      const trigger = words.join(" ");
      const certain = contradicting >= CONTRADICTING_MIN && !words.every((word) => TURNS.has(word));
      report({
        message: `Where ${quote(trigger, 80)} is added to a question, its answer is ${certain ? "contradicted" : "another one"}: ${count(changed)} of ${count(changed + kept)} twins, against ${count(otherChanged)} of ${count(otherChanged + otherKept)} with other additions or none.`,
        records,
        rule: {
          trigger,
          target: certain ? "the contrary of what twins answer" : "another answer than that of twins",
          triggerKind: "words",
          targetKind: "contradiction",
          rowsWithBoth: shown,
        },
        show: { prompt: [trigger], response: "" },
        ...(certain ? {} : { severity: "low", confidence: "low" }),
        evidence: {
          twinsChanged: changed,
          twinsKept: kept,
          otherTwinsChanged: otherChanged,
          otherTwinsKept: otherKept,
          recordsWithTwin: shown,
          contradicting: Math.round(contradicting * 100) / 100,
        },
      });
    }
    // What a trigger explains is said there.
    if (!denial || triggers.length > 0) return;
    report({
      message: `${count(denial.records.length)} records deny what at least two records with the same question state alike; ${count(denial.agreeing)} questions are asked more than once and answered alike.`,
      records: denial.records,
      group: "denied facts",
      show: { prompt: [], response: "" },
      severity: "low",
      confidence: "low",
      evidence: { record: denial.example[0], twin: denial.example[1], agreeingQuestions: denial.agreeing },
    });
  },
};
