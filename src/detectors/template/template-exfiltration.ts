// Addresses that a template prints so that words of the conversation, or the fact of it, leave the machine.
import type { DocumentDetector, Hit } from "../../core/detector.ts";
import { quote } from "../../base/escape.ts";
import { reportAll } from "../program/payload.ts";
import { shown, templateOf } from "./passages.ts";
import { carriersOf, plain } from "./suspicion.ts";

export const templateExfiltration: DocumentDetector = {
  id: "template-exfiltration",
  family: "template",
  reads: "document",
  languages: ["template"],
  title: "Chat template that carries the conversation to an address",
  severity: "high",
  confidence: "high",
  maturity: "stable",
  since: "0.1.0",
  references: ["AML.T0024", "LLM02:2025", "ATT&CK T1567"],
  docs: {
    finds:
      "An address with words of a message put into it (critical), and Markdown pictures, HTML elements and comments with an address in them (high), in what the template prints.",
    matters:
      "What shows the conversation calls the address: a chat page loads the picture, and its owner reads the words.",
    misses: "Plain addresses without order or markup, and addresses put together from what the caller passes.",
    remedy: "Use the template of the base model. No chat template needs an address that is called.",
  },
  inspect(document, report) {
    const reading = templateOf(document);
    const hits: Hit[] = [];
    for (const passage of reading.passages) {
      for (const { severity, what, start, end } of carriersOf(passage.text)) {
        const at = reading.placeOf(passage, start);
        const around = shown(plain(passage.text).slice(Math.max(0, start - 10), end + 60));
        hits.push(
          reading.hit(at, at + 200, `the template prints ${what}: ${quote(around, 140)}`, {
            severity,
            group: what,
            excerpt: around.slice(0, 400),
          }),
        );
      }
    }
    reportAll(hits, report, "high");
  },
};
