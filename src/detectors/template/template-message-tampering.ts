// A template that leaves out what the user says, or puts other words in their place.
import type { DocumentDetector, Hit } from "../../core/detector.ts";
import { quote } from "../../base/escape.ts";
import { reportAll } from "../program/payload.ts";
import { templateOf } from "./passages.ts";
import { FROM } from "./value.ts";
import { isMachinery } from "./words.ts";

export const templateMessageTampering: DocumentDetector = {
  id: "template-message-tampering",
  family: "template",
  reads: "document",
  languages: ["template"],
  title: "Chat template that drops or rewrites what is said",
  severity: "high",
  confidence: "medium",
  maturity: "stable",
  since: "0.1.0",
  references: ["AML.T0018", "AML.T0051", "LLM04:2025"],
  docs: {
    finds:
      "A template that prints messages, and none whose role can be the user's; a `replace` that turns words of a message into other words.",
    matters: "The model answers something that nobody asked, and the log shows what was asked.",
    misses:
      "Messages dropped by their place, rewriting through split and join, and templates that take the user's words from another variable.",
    remedy: "Use the template of the base model.",
  },
  inspect(document, report) {
    const reading = templateOf(document);
    const hits: Hit[] = [];
    const said = reading.meaning.output.filter(({ text, from }) => text === "" && (from & FROM.text) !== 0);
    const [first] = said;
    if (first && said.every(({ notUser }) => notUser) && !reading.meaning.incomplete)
      hits.push(
        reading.hit(first.at, first.at + 80, "the template prints messages, but never one of a user", {
          group: "dropped",
        }),
      );
    for (const { old, new: made, at, to } of reading.meaning.events.rewrites) {
      if (isMachinery(old) && isMachinery(made)) continue;
      hits.push(
        reading.hit(at, to, `the template turns ${quote(old, 60)} in a message into ${quote(made, 60)}`, {
          group: `${old}\0${made}`.slice(0, 200),
          severity: isMachinery(old) && made === "" ? "low" : "high",
          rule: { trigger: old.slice(0, 200), target: made.slice(0, 200) },
        }),
      );
    }
    reportAll(hits, report, "high");
  },
};
