// Bytes that two readers recognise with certainty: a file that is one thing to a reviewer and another to a loader.
import type { ArtifactDetector } from "../../core/detector.ts";
import { quote } from "../../base/escape.ts";

/** Kinds with a magic number. Those known by name or by the look of their text overlap by nature. */
const CERTAIN = new Set([
  "parquet",
  "arrow",
  "zip",
  "gzip",
  "zstd",
  "bzip2",
  "xz",
  "tar",
  "webdataset",
  "foreign",
  "pickle",
  "gguf",
  "hdf5",
  "seven-zip",
  "tflite",
]);
/** One kind under two names. */
const ONE: Readonly<Record<string, string>> = { webdataset: "tar" };

export const polyglot: ArtifactDetector = {
  id: "polyglot",
  family: "integrity",
  reads: "artifact",
  title: "File that is two kinds of file at once",
  severity: "high",
  confidence: "high",
  maturity: "stable",
  since: "0.1.0",
  references: ["CWE-436", "ATT&CK T1027"],
  docs: {
    finds:
      "Bytes at the start of a file that satisfy the magic numbers of two formats, such as a gzip stream or a program that is also a tar archive.",
    matters: "Each program sees the file that it expects. What was scanned or reviewed is then not what is loaded.",
    misses:
      "A second file behind the end of the first, such as a zip archive appended to a Parquet file: only the start is compared.",
    remedy: "Do not use the file. Have it written again by a tool that you trust, from data that you can read.",
  },
  inspect({ name, format, alsoFormats }, report) {
    if (format === undefined || !CERTAIN.has(format)) return;
    const own = ONE[format] ?? format;
    const others = alsoFormats.filter((id) => CERTAIN.has(id) && (ONE[id] ?? id) !== own);
    if (others.length === 0) return;
    report({
      message: `${quote(name)} is ${format} and at the same time ${others.join(" and ")}.`,
      excerpt: name.slice(0, 200),
      group: [own, ...others].join(" "),
    });
  },
};
