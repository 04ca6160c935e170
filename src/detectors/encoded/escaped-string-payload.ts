// Text spelled as escapes or character codes: \\xNN, \\NNN, \\uNNNN, character references, fromCharCode, chr chains, arrays
// of numbers. Escapes of other scripts are how JSON and HTML are written and stay silent.
import type { RecordDetector } from "../../core/detector.ts";
import { inspectEncoded } from "./judge.ts";
import { characterCodes, escapeRuns } from "./decode.ts";

export const escapedStringPayload: RecordDetector = {
  id: "escaped-string-payload",
  family: "encoded-payload",
  reads: "record",
  title: "Payload spelled in escapes or character codes",
  severity: "high",
  confidence: "high",
  maturity: "stable",
  since: "0.1.0",
  references: ["AML.T0020", "LLM04:2025", "CWE-506", "ATT&CK T1027", "ATT&CK T1140"],
  docs: {
    finds:
      "Backslash and HTML escapes, fromCharCode and chr lists and number arrays that spell commands, instructions, addresses or prose in plain letters.",
    matters:
      "What a reviewer cannot read is not reviewed. A model learns to repeat or to obey it all the same, and a program that decodes it runs it.",
    misses: "Fewer than eight escapes in a row, and arithmetic on character codes.",
    remedy: "Read the decoded text in the evidence. Remove the records unless encodings are the dataset's subject.",
  },
  subject: { share: 0.02, severity: "low" },
  // Letters as hexadecimal references too: careful writers escape their ampersands, which hides the run.
  anchors: [
    { bytes: "escape-run" },
    "fromcharcode",
    "fromcodepoint",
    "101",
    "116",
    {
      all: [
        ["&#x6", "&#x06", "&#x006"],
        ["&#x7", "&#x07", "&#x007"],
      ],
    },
  ],
  inspect(record, report) {
    inspectEncoded(record, report, (text) => [...escapeRuns(text), ...characterCodes(text)], {
      ordinary: true,
    });
  },
};
