// Percent-encoding of text that had no need of it. Links to pages in other scripts are percent-encoded by rule and stay
// silent.
import type { RecordDetector } from "../../core/detector.ts";
import { inspectEncoded } from "./judge.ts";
import { percentRuns } from "./decode.ts";

export const urlEncodedPayload: RecordDetector = {
  id: "url-encoded-payload",
  family: "encoded-payload",
  reads: "record",
  title: "Payload hidden in percent-encoding",
  severity: "high",
  confidence: "high",
  maturity: "stable",
  since: "0.1.0",
  references: ["AML.T0020", "LLM04:2025", "CWE-506", "ATT&CK T1027", "ATT&CK T1140"],
  docs: {
    finds:
      "Runs of percent-encoded letters that decode to commands, instructions, addresses or prose, and percent-encoded commands.",
    matters:
      "What a reviewer cannot read is not reviewed. A model learns to repeat or to obey it all the same, and a program that decodes it runs it.",
    misses: "Text of which only a few characters are encoded.",
    remedy: "Read the decoded text in the evidence. Remove the records unless encodings are the dataset's subject.",
  },
  subject: { share: 0.02, severity: "low" },
  anchors: [{ bytes: "escape-run" }],
  inspect(record, report) {
    inspectEncoded(record, report, percentRuns, { ordinary: true });
  },
};
