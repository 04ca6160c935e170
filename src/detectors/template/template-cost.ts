// A template whose rendering takes or prints more than any server can hold.
import type { DocumentDetector } from "../../core/detector.ts";
import { templateOf } from "./passages.ts";

export const templateCost: DocumentDetector = {
  id: "template-cost",
  family: "template",
  reads: "document",
  languages: ["template"],
  title: "Chat template that exhausts whoever renders it",
  severity: "high",
  confidence: "medium",
  maturity: "stable",
  since: "0.1.0",
  references: ["AML.T0029", "LLM10:2025", "CWE-400", "CWE-770"],
  docs: {
    finds:
      "Loops over ranges of a million turns, nested ones counted together; texts and lists repeated, padded or doubled past a million characters; huge powers; four loops over all messages inside each other.",
    matters: "One request stops the server, and every request renders the template.",
    misses: "Loops whose length the conversation decides, and recursion of macros.",
    remedy: "Use the template of the base model.",
  },
  inspect(document, report) {
    const reading = templateOf(document);
    for (const { message, at, to } of reading.meaning.events.costs)
      report(reading.hit(at, to, message, { group: message.replaceAll(/\d+/g, "N").slice(0, 80) }));
  },
};
