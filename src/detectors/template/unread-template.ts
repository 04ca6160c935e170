// A template that could not be followed to its end.
import type { DocumentDetector } from "../../core/detector.ts";
import { templateOf } from "./passages.ts";

export const unreadTemplate: DocumentDetector = {
  id: "unread-template",
  family: "template",
  reads: "document",
  languages: ["template"],
  title: "Chat template too tangled to be understood",
  severity: "high",
  confidence: "medium",
  maturity: "stable",
  since: "0.1.0",
  references: ["CWE-770", "CWE-506"],
  docs: {
    finds:
      "A template whose branches, loops and macros take more steps to follow than are taken: twenty times as many as the longest template in use.",
    matters: "Nobody writes such a template by hand; padding and macros that call macros push a payload out of reach.",
    misses: "Templates that are tangled but under the bound. One that is no Jinja is a problem in coverage, not this.",
    remedy: "Use the template of the base model.",
  },
  inspect(document, report) {
    const reading = templateOf(document);
    if (reading.meaning.incomplete)
      report({
        message:
          "this template takes more steps to follow than are taken: what it prints was followed only up to there",
        lineNumber: 1,
        excerpt: document.text.slice(0, 80),
      });
  },
};
