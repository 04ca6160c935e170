// A file whose content is of another kind than its name says. Readers go by content, so nothing is missed; but people,
// review tools and other loaders go by the name, and that is what a disguise is for.
import type { ArtifactDetector } from "../../core/detector.ts";
import type { Severity } from "../../core/severity.ts";
import { quote } from "../../base/escape.ts";

/** Kinds within which a wrong name is a habit, not a disguise: an array in .jsonl, lines in .csv. */
const RECORD_TEXT = new Set(["jsonl", "json", "csv", "text", "yaml", "python-lines", "dataset-infos", "xml"]);
const COLUMNS = new Set(["parquet", "arrow"]);
const ARCHIVES = new Set(["zip", "tar", "webdataset"]);
const STREAMS = new Set(["gzip", "zstd", "bzip2", "xz", "lzma", "zlib", "lz4"]);
const PROGRAMS = new Set(["python", "notebook"]);
/** Kinds that run something, or are loaded by something that does. */
const LOADED = new Set(["pickle", "pytorch"]);
/** Names of models that hold no code: whoever reads the name thinks so. */
const CODELESS_NAMES = new Set([
  ".safetensors",
  ".gguf",
  ".onnx",
  ".npy",
  ".tflite",
  ".h5",
  ".hdf5",
  ".msgpack",
  ".pdf",
  ".png",
  ".jpg",
]);
const NEUTRAL = new Set(["pointer", "card", "settings"]);

const DATA_NAMES = new Set([
  ".jsonl",
  ".ndjson",
  ".json",
  ".csv",
  ".tsv",
  ".txt",
  ".parquet",
  ".arrow",
  ".feather",
  ".xml",
  ".yaml",
  ".yml",
]);
const PROGRAM_NAMES = new Set([".py", ".ipynb", ".sh", ".md"]);

export const extensionMismatch: ArtifactDetector = {
  id: "extension-mismatch",
  family: "integrity",
  reads: "artifact",
  title: "File that is not what its name says",
  severity: "medium",
  confidence: "high",
  maturity: "stable",
  since: "0.1.0",
  references: ["CWE-434", "CWE-646", "ATT&CK T1036.008"],
  docs: {
    finds:
      "A program, pickle, image or other binary file under the name of a data file or document, and a pickle under the name of a kind of model that holds no code (high); a Python program, notebook or archive under such a name (medium; high for an archive that is named .py, which Python runs); a columnar file under the name of a text file, or the other way round (low).",
    matters:
      "Rules that go by names let it through: reviewers, ignore lists, upload filters, loaders that unpickle what they do not know.",
    misses:
      "Files whose name says nothing, kinds of text that are alike, and what stands behind the end of a file of the right kind.",
    remedy: "Find out who named it so. Rename it to what it is, or remove it.",
  },
  inspect({ name, extension, format, extensionFormats }, report) {
    if (format === undefined || extensionFormats.includes(format)) return;
    const severity = judge(extension, format, extensionFormats);
    if (severity === undefined) return;
    report({
      message: `${quote(name)} is named ${extension} and holds ${format === "foreign" ? "a binary file of another kind" : format}.`,
      severity,
      excerpt: name.slice(0, 200),
      group: `${extension} ${format}`,
    });
  },
};

function judge(extension: string, format: string, named: readonly string[]): Severity | undefined {
  if (NEUTRAL.has(format) || STREAMS.has(format)) return undefined;
  const isData = DATA_NAMES.has(extension) || named.some((id) => RECORD_TEXT.has(id) || COLUMNS.has(id));
  const isProgram = PROGRAM_NAMES.has(extension);
  if (LOADED.has(format) && (isData || isProgram || CODELESS_NAMES.has(extension))) return "high";
  if (!isData && !isProgram) return undefined;
  if (format === "foreign") return "high";
  // The interpreter runs a zip with a __main__.py whatever it is called.
  if (ARCHIVES.has(format)) return extension === ".py" ? "high" : "medium";
  if (PROGRAMS.has(format)) return isData && !(format === "notebook" && extension === ".json") ? "medium" : undefined;
  const isColumns = COLUMNS.has(format);
  const saysColumns = named.some((id) => COLUMNS.has(id));
  if (isColumns || saysColumns) return isColumns && saysColumns ? undefined : "low";
  return undefined;
}
