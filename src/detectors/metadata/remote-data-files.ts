// Where a card says that the data files are. `datasets` follows the front matter of a card (hub-docs, "Data files
// configuration"): an address there makes loading a dataset fetch files that are not in its repository.
import type { DocumentDetector, Hit } from "../../core/detector.ts";
import type { Severity } from "../../core/severity.ts";
import { quote } from "../../base/escape.ts";
import { reportAll, oddDestination } from "../program/payload.ts";
import { urlsIn } from "../network/address.ts";
import { leavesOf, lineOf, settingsOf } from "./tree.ts";

export const remoteDataFiles: DocumentDetector = {
  id: "remote-data-files",
  family: "metadata",
  reads: "document",
  languages: ["card", "infos", "yaml"],
  title: "Card that takes data files from elsewhere",
  severity: "medium",
  confidence: "high",
  maturity: "stable",
  since: "0.1.0",
  references: ["AML.T0010", "CWE-829", "https://huggingface.co/docs/hub/datasets-data-files-configuration"],
  docs: {
    finds:
      "data_files and data_dir in the front matter of a card, or in a builder configuration, that name a web address, an object store, an archive behind an address, another repository (low), an absolute path or one that leaves the folder; high for a bare network address or a drop site.",
    matters:
      "The files that were reviewed are not the files that are loaded. Whoever holds the other place can change them at any time, or serve them to some visitors only.",
    misses: "Addresses in loading scripts, and addresses put together by a pattern.",
    remedy: "Copy the files into the repository and pin its revision.",
  },
  inspect(document, report) {
    const hits: Hit[] = [];
    for (const { path, value } of leavesOf(settingsOf(document))) {
      if (typeof value !== "string" || !isDataFile(path)) continue;
      const found = judge(value.trim());
      if (!found) continue;
      const [severity, what] = found;
      hits.push({
        message: `A data file of this dataset is ${what}: ${quote(value)}.`,
        severity,
        lineNumber: lineOf(document.text, value),
        excerpt: value.slice(0, 300),
        group: value.slice(0, 200),
      });
    }
    reportAll(hits, report, "medium");
  },
};

function isDataFile(path: readonly (string | number)[]): boolean {
  const at = path.findIndex((key) => key === "data_files" || key === "data_dir");
  if (at < 0) return false;
  const rest = path.slice(at + 1).filter((key) => typeof key === "string");
  // `data_files: { train: … }` and `data_files: [{ split, path }]`.
  return rest[rest.length - 1] !== "split";
}

function judge(value: string): [Severity, string] | undefined {
  // A chain as fsspec reads it: `zip://inner::https://host/outer.zip`.
  for (const link of value.split("::")) {
    const odd = oddDestination(link);
    if (odd !== undefined) return ["high", `at ${odd}`];
    const [url] = urlsIn(link);
    const scheme = url?.scheme ?? /^([a-z][a-z0-9+]{1,11}):\/\//i.exec(link)?.[1]?.toLowerCase();
    if (scheme === "https" && /^(?:www\.)?(?:huggingface\.co|hf\.co)$/.test(url?.host ?? ""))
      return ["low", "in a repository that its own address does not name"];
    if (scheme === "hf") return ["low", "in another repository"];
    if (scheme === "http" || scheme === "ftp")
      return ["medium", "elsewhere, over a connection that anyone between can change"];
    if (scheme === "file") return ["medium", "a file of the machine that loads it"];
    if (scheme !== undefined && !/^(?:zip|tar|gzip|bz2|xz|zstd|lz4|simplecache|filecache|blockcache)$/.test(scheme))
      return ["medium", "elsewhere"];
  }
  if (/^(?:\/|~|[A-Za-z]:[\\/])/.test(value)) return ["medium", "a file of the machine that loads it"];
  return /(?:^|[/\\])\.\.(?:[/\\]|$)/.test(value) ? ["medium", "outside the dataset's folder"] : undefined;
}
