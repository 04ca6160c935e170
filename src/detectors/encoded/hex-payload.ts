// Hex in any field: runs, spaced pairs, lists of 0x numbers. Digests, keys and identifiers decode to binary data and
// stay silent.
import type { RecordDetector } from "../../core/detector.ts";
import { inspectEncoded } from "./judge.ts";
import { hexRuns } from "./decode.ts";

export const hexPayload: RecordDetector = {
  id: "hex-payload",
  family: "encoded-payload",
  reads: "record",
  title: "Payload hidden in hex",
  severity: "high",
  confidence: "high",
  maturity: "stable",
  since: "0.1.0",
  references: ["AML.T0020", "LLM04:2025", "CWE-506", "ATT&CK T1027", "ATT&CK T1140"],
  docs: {
    finds:
      "Hexadecimal runs, separated pairs and 0x lists that decode to commands, programs, instructions, addresses or prose.",
    matters:
      "What a reviewer cannot read is not reviewed. A model learns to repeat or to obey it all the same, and a program that decodes it runs it.",
    misses: "Pairs separated by spaces in a record that nothing else brings to attention, and runs under 16 digits.",
    remedy: "Read the decoded text in the evidence. Remove the records unless encodings are the dataset's subject.",
  },
  subject: { share: 0.02, severity: "low" },
  anchors: [{ bytes: "long-run" }, "0x2", "0x6", "0x7"],
  inspect(record, report) {
    inspectEncoded(record, report, hexRuns);
  },
};
