// Base64 in any field, judged by what it decodes to. Keys, hashes, tokens, pictures and identifiers stay silent: they
// decode to nothing that instructs or runs.
import type { RecordDetector } from "../../core/detector.ts";
import { inspectEncoded } from "./judge.ts";
import { base64Runs } from "./decode.ts";

export const base64Payload: RecordDetector = {
  id: "base64-payload",
  family: "encoded-payload",
  reads: "record",
  title: "Payload hidden in base64",
  severity: "high",
  confidence: "high",
  maturity: "stable",
  since: "0.1.0",
  references: ["AML.T0020", "LLM04:2025", "CWE-506", "ATT&CK T1027", "ATT&CK T1140"],
  docs: {
    finds:
      "Base64 and base64url (wrapped, split into pieces, without padding, reversed), with gzip, zlib, UTF-16 or further encodings inside, that decodes to commands, programs, objects that run code, instructions, addresses or prose.",
    matters:
      "What a reviewer cannot read is not reviewed. A model learns to repeat or to obey it all the same, and a program that decodes it runs it.",
    misses: "Runs shorter than 24 characters, other alphabets, and encrypted data.",
    remedy: "Read the decoded text in the evidence. Remove the records unless encodings are the dataset's subject.",
  },
  subject: { share: 0.02, severity: "low" },
  anchors: [{ bytes: "long-run" }],
  inspect(record, report) {
    inspectEncoded(record, report, base64Runs);
  },
};
