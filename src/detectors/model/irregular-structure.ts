// Structure that no writer of model files produces: counts and lengths that cannot be, tensors over each other, names that
// stand twice. Readers were crashed, overrun and divided by these, so what the format forbids fails; what is merely odd
// is told.
import type { ModelDetector } from "../../core/detector.ts";
import type { Severity } from "../../core/severity.ts";

export const irregularStructure: ModelDetector = {
  id: "irregular-structure",
  family: "model",
  reads: "model",
  loaders: ["safetensors", "gguf", "onnx", "keras", "tensorflow", "other"],
  title: "Model file whose structure cannot be right",
  severity: "high",
  confidence: "high",
  maturity: "stable",
  since: "0.1.0",
  references: ["CWE-20", "CWE-436", "CWE-787", "CWE-190", "https://nvd.nist.gov/vuln/detail/CVE-2024-21802"],
  docs: {
    finds:
      "In safetensors: a header that is too long, no JSON, too deep or not at its place, keys that stand twice, types, shapes and offsets that cannot be, tensors that overlap, holes, bytes behind the last tensor. In GGUF: counts, lengths, dimensions, types, alignments and offsets that cannot be, keys and tensors that stand twice, tensors that overlap. In ONNX: spans of external data that cannot be. In Keras settings: keys that stand twice. In HDF5: what its libraries refuse.",
    matters:
      "Two programs read such a file differently, so that what was reviewed is not what is loaded; or a parser in C computes with the numbers and writes past its memory.",
    misses: "Faults that only one implementation has and that the format allows.",
    remedy: "Do not load the file. Fetch it again from its maker; if it is the same there, report it.",
  },
  inspect({ irregularities, loader }, report) {
    for (const { code, message, offset, values } of irregularities) {
      if (code.startsWith("weight-")) continue;
      report({
        ...(offset === undefined ? {} : { offset }),
        severity: ODD[`${loader} ${code}`] ?? ODD[code] ?? "high",
        message,
        excerpt: message,
        group: code,
        ...(values ? { evidence: values } : {}),
      });
    }
  },
};

/** What is odd and does no harm: readers agree on it, or refuse it before they compute with it. The rest is high. */
const ODD: Readonly<Record<string, Severity>> = {
  "safetensors dtype-unknown": "low",
  "safetensors metadata-form": "low",
  "gguf tensor-type-unknown": "medium",
  "gguf name-long": "medium",
  "keras byte-order-mark": "low",
  "duplicate-link": "medium",
  "link-unknown": "medium",
  // MATLAB writes one in front of every file.
  "other user-block": "low",
  "keras user-block": "medium",
  "settings-form": "low",
};
