// Base32 (RFC 4648) in any field. One-time-password secrets and identifiers decode to binary data and stay silent.
import type { RecordDetector } from "../../core/detector.ts";
import { inspectEncoded } from "./judge.ts";
import { base32Runs } from "./decode.ts";

export const base32Payload: RecordDetector = {
  id: "base32-payload",
  family: "encoded-payload",
  reads: "record",
  title: "Payload hidden in base32",
  severity: "high",
  confidence: "high",
  maturity: "stable",
  since: "0.1.0",
  references: ["AML.T0020", "LLM04:2025", "CWE-506", "ATT&CK T1027", "ATT&CK T1140"],
  docs: {
    finds: "Base32 runs that decode to commands, instructions, addresses or prose.",
    matters:
      "What a reviewer cannot read is not reviewed. A model learns to repeat or to obey it all the same, and a program that decodes it runs it.",
    misses: "Lower-case base32, the extended hex alphabet, and runs under 24 characters.",
    remedy: "Read the decoded text in the evidence. Remove the records unless encodings are the dataset's subject.",
  },
  subject: { share: 0.02, severity: "low" },
  anchors: [{ bytes: "long-run" }],
  inspect(record, report) {
    inspectEncoded(record, report, base32Runs);
  },
};
