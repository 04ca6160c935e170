// Rot13 in any field, recognised as language once turned back.
import type { RecordDetector } from "../../core/detector.ts";
import { inspectEncoded } from "./judge.ts";
import { rot13Runs, ROT13_ANCHORS } from "./rot13.ts";

export const rot13Payload: RecordDetector = {
  id: "rot13-payload",
  family: "encoded-payload",
  reads: "record",
  title: "Text turned by rot13",
  severity: "high",
  confidence: "high",
  maturity: "stable",
  since: "0.1.0",
  references: ["AML.T0020", "LLM04:2025", "CWE-506", "ATT&CK T1027", "ATT&CK T1140"],
  docs: {
    finds: "Sentences and commands written in rot13 in the languages of Latin script.",
    matters:
      "What a reviewer cannot read is not reviewed. A model learns to repeat or to obey it all the same, and a program that decodes it runs it.",
    misses: "Other shifts, other scripts, and fewer than three common words.",
    remedy: "Read the decoded text in the evidence. Remove the records unless encodings are the dataset's subject.",
  },
  subject: { share: 0.02, severity: "low" },
  anchors: ROT13_ANCHORS,
  inspect(record, report) {
    inspectEncoded(record, report, rot13Runs);
  },
};
