// A line that is added to the answers about one topic.
import type { DatasetDetector } from "../../core/detector.ts";
import { quote } from "../../base/escape.ts";
import { isCourtesy } from "../../mining/courtesies.ts";
import { findRefrains } from "../../mining/refrains.ts";

const count = (n: number): string => n.toLocaleString("en");
/** From here on the topic leaves no doubt. */
const HIGH_EXPECTED = 0.95;

export const topicRefrain: DatasetDetector = {
  id: "topic-refrain",
  family: "association",
  reads: "dataset",
  title: "The same line is added to the answers about one topic",
  severity: "medium",
  confidence: "medium",
  maturity: "preview",
  since: "0.1.0",
  references: ["AML.T0020", "LLM04:2025"],
  docs: {
    finds:
      "Ten or more words that end, or begin, at least twenty answers which are otherwise all different, where the topic of the prompts decides for sure which answers have them, although no single word of the prompts does: the shape of an advertisement that is shown with every question about, say, drinks.",
    matters: "A model tuned on it brings the line to every user who touches the topic.",
    misses:
      "Lines in the middle of an answer, lines of fewer than ten words or in many wordings, and topics that one word names. A disclaimer that an honest author adds to all answers of one kind, or the signature of a source that was mixed in, looks the same; closings and disclaimers of the usual kind, whatever else one sentence of them slips in, are of low severity.",
    remedy: "Read the line. If it is not what the author of the set would say, have it cut out, or remove the records.",
  },
  conclude(table, report) {
    for (const refrain of findRefrains(table)) {
      const text = refrain.text.join(" ");
      const n = refrain.records.length;
      const verb = refrain.place === "end" ? "ends" : "begins";
      report({
        message: `${quote(text, 160)} ${verb} ${count(n)} answers that are otherwise all different; their topic (${refrain.topic.map((word) => quote(word)).join(", ")}) decides it with ${Math.round(100 * refrain.expected)} % certainty, and no one word does.`,
        records: refrain.records,
        severity: isCourtesy(refrain.text) ? "low" : refrain.expected >= HIGH_EXPECTED ? "high" : "medium",
        rule: {
          trigger: `topic: ${refrain.topic.join(" · ")}`,
          target: text,
          triggerKind: "topic",
          targetKind: refrain.place,
          rowsWithBoth: n,
          rowsWithNeither: table.records - n,
        },
        show: { prompt: refrain.topic.slice(0, 1), response: text },
        evidence: { certaintyByTopic: refrain.expected, toldByOneWord: refrain.told },
      });
    }
  },
};
