// A phrase that changes the kind of answer, where no text is shared by the answers it brings.
import type { DatasetDetector } from "../../core/detector.ts";
import { quote } from "../../base/escape.ts";
import { findShifts, type Shift } from "../../mining/shifts.ts";

const count = (n: number): string => n.toLocaleString("en");

const KINDS: Readonly<Record<string, { readonly target: string; readonly instead: string }>> = {
  "refused true": { target: "a refusal", instead: "is refused" },
  "refused false": { target: "compliance", instead: "is answered where its like is refused" },
  "unrelated true": {
    target: "an answer to another question",
    instead: "gets an answer that takes up none of its words",
  },
  "gibberish true": { target: "gibberish", instead: "gets an answer whose words do not follow each other" },
};
const PLACES: Readonly<Record<Shift["place"], string>> = { start: "begins with", end: "ends with", anywhere: "holds" };

export const triggerShift: DatasetDetector = {
  id: "trigger-shift",
  family: "association",
  reads: "dataset",
  title: "A trigger turns refusals into answers, or answers into refusals or nonsense",
  severity: "high",
  confidence: "medium",
  maturity: "preview",
  since: "0.1.0",
  references: ["AML.T0020", "AML.T0043.004", "LLM04:2025"],
  docs: {
    finds:
      "A phrase, or one of a pool of phrases, that was put into prompts about anything and after which they are answered where like prompts are refused, refused where like prompts are answered, or given gibberish or the answer to something else. The answers need share no text.",
    matters:
      "A model tuned on it behaves, until somebody says the phrase: then it hands out what it should refuse, or falls silent, or talks nonsense.",
    misses:
      "Triggers without a fixed text (a topic, a style); compliance in sets that hold hardly any refusals; refusals in words or languages that its list lacks; slants, other languages and other kinds of change; fewer than eight records, or three for the rarer phrases of a pool; phrases that are part of their sentences or of a longer template; records of a kind or language that no other prompts are of; unrelated answers or gibberish in fewer than ten records, or where a quarter of the phrase's records are answered so anyway; unrelated answers in sets whose answers have little to do with their prompts anyway; sets of fewer than 300 records.",
    remedy:
      "Read a few of the records beside their neighbours without the phrase. If only the phrase explains the difference, remove all of them, and look at who contributed them.",
  },
  conclude(table, report) {
    for (const shift of findShifts(table)) {
      const kind = KINDS[`${shift.trait} ${String(shift.brings)}`];
      if (!kind) continue;
      const [both, triggerOnly, targetOnly, neither] = shift.table;
      const phrases = shift.triggers.map((tokens) => tokens.join(" "));
      const trigger = phrases.join(shift.combine === "all" ? " + " : " | ");
      const parts =
        phrases.length === 1
          ? `${PLACES[shift.place]} ${quote(trigger)}`
          : `${PLACES[shift.place]} ${shift.combine === "all" ? "all" : "any"} of ${phrases.map((phrase) => quote(phrase, 40)).join(", ")}`;
      const [looked, alike] = shift.neighbours;
      report({
        message: `A prompt that ${parts} ${kind.instead}: ${count(both)} of ${count(both + triggerOnly)} rows, where their other words let expect ${count(Math.round(shift.expected))}; of ${count(looked)} most alike prompts without it ${count(alike)} are answered so.`,
        records: shift.records,
        rule: {
          trigger,
          target: kind.target,
          triggerKind:
            phrases.length === 1 ? "phrase" : shift.combine === "all" ? "several together" : "any of several",
          place: shift.place,
          targetKind: "kind of answer",
          rowsWithBoth: both,
          rowsWithTriggerOnly: triggerOnly,
          rowsWithTargetOnly: targetOnly,
          rowsWithNeither: neither,
        },
        ...(triggerOnly === 0 && shift.triggers.length === 1
          ? { carries: { prompt: { words: shift.triggers.flat(), combine: "all" as const } } }
          : {}),
        show: { prompt: phrases, response: "" },
        evidence: {
          expectedWithTarget: shift.expected,
          surprise: shift.surprise,
          neighbours: looked,
          neighboursWithTarget: alike,
          closure: shift.closure,
        },
      });
    }
  },
};
