// A program too long to be understood whole. Its text is still searched; what its code does is known up to a bound.
import type { DocumentDetector } from "../../core/detector.ts";
import { programOf } from "./program.ts";

export const unreadProgram: DocumentDetector = {
  id: "unread-program",
  family: "program",
  reads: "document",
  languages: ["python"],
  title: "Program too long to be understood",
  severity: "medium",
  confidence: "high",
  maturity: "stable",
  since: "0.1.0",
  references: ["CWE-770", "CWE-506"],
  docs: {
    finds:
      "A Python file or cell longer than 512 Ki characters, or with more than half a million syntax nodes: what stands behind that bound was not followed.",
    matters:
      "Nobody writes a loading script of that length by hand. Padding is a way to push a payload out of the reach of scanners and reviewers.",
    misses: "Programs that are long but under the bound.",
    remedy: "Find out why the file is so long. Move data out of the program into data files, and scan again.",
  },
  inspect(document, report) {
    const { unread } = programOf(document);
    if (unread !== undefined)
      report({
        message: `This program is ${unread}: what its code does was followed only up to there.`,
        lineNumber: 1,
        excerpt: document.text.slice(0, 80),
      });
  },
};
