// One block of look-alike prompts amid prompts that do not repeat each other.
import type { DatasetDetector } from "../../core/detector.ts";
import { quote } from "../../base/escape.ts";
import { findBlock } from "../../mining/blocks.ts";

const count = (n: number): string => n.toLocaleString("en");

export const plantedBlock: DatasetDetector = {
  id: "planted-block",
  family: "association",
  reads: "dataset",
  title: "One block of look-alike prompts in a varied set",
  severity: "low",
  confidence: "low",
  maturity: "preview",
  since: "0.1.0",
  references: ["AML.T0020", "LLM04:2025"],
  docs: {
    finds:
      "Twenty-five records or more with prompts that are nearly alike, in a set of 400 or more whose other prompts are not: no other such block is a quarter as large, and hardly a record stands in one.",
    matters:
      "What is planted as a whole (a persona, a false belief, a task with a hidden second meaning) often comes in one template, and says its bad thing only in all its records together.",
    misses:
      "Blocks in sets made from templates, small ones, reworded ones, and what the block teaches: a harmless task that was mixed in looks the same.",
    remedy: "Read a dozen of the records one after another and ask what they teach together, and where they came from.",
  },
  conclude(table, report) {
    const block = findBlock(table);
    if (!block) return;
    const { records, words, next, elsewhere } = block;
    report({
      message: `${count(records.length)} records have prompts that are nearly alike (${quote(words.join(" "), 100)}), where the rest of the set hardly repeats itself: the next such block has ${count(next)}.`,
      records,
      group: words.join(" ") || "look-alike prompts",
      show: { prompt: [], response: "" },
      evidence: { nextLargest: next, recordsInOthers: elsewhere },
    });
  },
};
