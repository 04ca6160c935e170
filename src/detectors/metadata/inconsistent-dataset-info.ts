// dataset_infos.json and dataset_info.json, as `datasets` writes them: what they say about where the data came from.
// Their checksums name every address that was downloaded; a builder that is no packaged one was a script.
import type { DocumentDetector, Hit } from "../../core/detector.ts";
import type { Severity } from "../../core/severity.ts";
import { quote } from "../../base/escape.ts";
import { urlsIn } from "../network/address.ts";
import { oddDestination, reportAll } from "../program/payload.ts";
import { leavesOf, lineOf, settingsOf } from "./tree.ts";

const PACKAGED =
  /^(?:json|csv|parquet|text|arrow|pandas|imagefolder|audiofolder|videofolder|pdffolder|webdataset|xml|sql|spark|generator|cache|hdf5|lance|eval|nifti|nifti_folder|in_memory)$/;
const CHECKS = new Set(["download_checksums", "checksums"]);
const HOSTS =
  /(?:^|\.)(?:huggingface\.co|hf\.co|amazonaws\.com|googleapis\.com|github\.com|githubusercontent\.com|zenodo\.org|figshare\.com|dropbox\.com|google\.com|tensorflow\.org|fbaipublicfiles\.com|microsoft\.com|windows\.net|edu|ac\.uk|org)$/;

export const inconsistentDatasetInfo: DocumentDetector = {
  id: "inconsistent-dataset-info",
  family: "metadata",
  reads: "document",
  languages: ["infos"],
  title: "Dataset information that names a script or foreign downloads",
  severity: "low",
  confidence: "medium",
  maturity: "stable",
  since: "0.1.0",
  references: [
    "AML.T0010",
    "CWE-829",
    "https://huggingface.co/docs/datasets/package_reference/main_classes#datasets.DatasetInfo",
  ],
  docs: {
    finds:
      "Downloads recorded from bare network addresses or drop sites (high), over plain http (low), from files of the machine that built it or from outside the folder (low); sizes below zero or larger than any disk (low); a builder that is no packaged one, so that a script made the data (info).",
    matters: "Loaders trust these files for splits, sizes and addresses, and nobody reads them.",
    misses: "Sizes and counts that do not fit the data files: one document is looked at by itself.",
    remedy: "Have the library write the file again from the data that you reviewed.",
  },
  inspect(document, report) {
    const hits: Hit[] = [];
    const add = (severity: Severity, what: string, text: string): void => {
      hits.push({
        message: `${what}: ${quote(text)}.`,
        severity,
        lineNumber: lineOf(document.text, text),
        excerpt: text.slice(0, 300),
        group: what,
      });
    };
    const seen = new Set<string>();
    for (const { path, value } of leavesOf(settingsOf(document))) {
      const key = path[path.length - 1];
      if (key === "builder_name" && typeof value === "string" && !PACKAGED.test(value))
        add("info", "The data was made by a script of its own, not by a packaged loader", value);
      if (
        /^(?:num_bytes|num_examples|dataset_size|download_size|size_in_bytes)$/.test(String(key)) &&
        typeof value === "number" &&
        (value < 0 || value > 1e16)
      )
        add("low", "A size that no data has", String(value));
      const at = path.findIndex((part) => CHECKS.has(String(part)));
      const source = at < 0 ? undefined : path[at + 1];
      if (typeof source !== "string" || seen.has(source)) continue;
      seen.add(source);
      const odd = oddDestination(source);
      const [url] = urlsIn(source);
      if (odd !== undefined) add("high", `A download from ${odd}`, source);
      else if (url?.scheme === "file" || /(?:^|[/\\])\.\.[/\\]/.test(source))
        add("low", "A download from outside the dataset", source);
      else if (url?.scheme === "http" && !HOSTS.test(url.host))
        add("low", "A download over a connection that anyone between can change", source);
    }
    reportAll(hits, report, "low");
  },
};
