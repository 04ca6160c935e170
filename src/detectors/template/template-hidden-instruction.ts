// Orders that a template puts before the model whatever is said: to override, to send away, to keep quiet, to weaken code.
import type { DocumentDetector, Hit } from "../../core/detector.ts";
import { atLeast } from "../../core/severity.ts";
import { quote } from "../../base/escape.ts";
import { reportAll } from "../program/payload.ts";
import { concealment } from "../instruction/concealment.ts";
import { promptInjection } from "../instruction/prompt-injection.ts";
import { MESSAGE_HOLE, OTHER_HOLE, shown, templateOf, type Passage, type TemplateReading } from "./passages.ts";
import { plain, suspicionsOf } from "./suspicion.ts";

export const templateHiddenInstruction: DocumentDetector = {
  id: "template-hidden-instruction",
  family: "template",
  reads: "document",
  languages: ["template"],
  title: "Chat template that gives the model orders of its own",
  severity: "high",
  confidence: "high",
  maturity: "stable",
  since: "0.1.0",
  references: ["AML.T0051", "LLM01:2025", "CWE-506"],
  docs: {
    finds:
      "Text of the template, as it is printed (joined, replaced, reversed, decoded from escapes, with unseen characters taken out), that orders the model to override what it was told, to send away what users say, to put an address into answers, to act in secret or keep quiet about it, to weaken code, to drop every limit, to advertise or mislead, or that speaks of a backdoor or holds a command that fetches and runs code.",
    matters: "Nobody sees the template's text: not the user, not the operator, not the log of the conversation.",
    misses:
      "Orders in other languages beyond the best known phrases, orders that sound like an ordinary default prompt (a product named in passing, a bias), and orders put together from what the caller passes.",
    remedy: "Use the template of the base model, and compare with `--baseline`.",
  },
  inspect(document, report) {
    const reading = templateOf(document);
    const hits: Hit[] = [];
    for (const passage of reading.passages) {
      for (const { severity, what, start, end } of suspicionsOf(passage.text)) {
        const at = reading.placeOf(passage, start);
        const around = shown(plain(passage.text).slice(Math.max(0, start - 20), end + 60));
        hits.push(
          reading.hit(at, at + 200, `the template prints ${what}: ${quote(around, 160)}`, {
            severity,
            group: what,
            excerpt: around.slice(0, 400),
          }),
        );
      }
      hits.push(...otherLanguages(passage, reading));
    }
    reportAll(hits, report, "high");
  },
};

/** What the detectors of records know in other languages; English is above, where default prompts are told apart. */
function otherLanguages(passage: Passage, reading: TemplateReading): Hit[] {
  const hits: Hit[] = [];
  const text = plain(passage.text).replaceAll(HOLES, " ");
  const record = { index: 0, fields: [{ pointer: "", column: "", role: "text", text }] } as const;
  for (const detector of [promptInjection, concealment]) {
    detector.inspect(record, (hit) => {
      if (hit.evidence?.["language"] === "English" || !atLeast(hit.severity ?? detector.severity, "medium")) return;
      const at = reading.placeOf(passage, hit.start ?? 0);
      hits.push(
        reading.hit(at, at + 200, `the template prints what ${hit.message}`, { group: detector.id, severity: "high" }),
      );
    });
  }
  return hits;
}
const HOLES = new RegExp(`[${MESSAGE_HOLE}${OTHER_HOLE}]`, "gu");
