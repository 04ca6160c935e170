// Says that a dataset brings a program which the `datasets` library runs to load it. Not an accusation: the finding that
// tells a reviewer to read the script, and that the rest of this family is about.
import type { DocumentDetector } from "../../core/detector.ts";
import { quote } from "../../base/escape.ts";
import { programOf } from "./program.ts";
import { hitAt } from "./payload.ts";

export const loadingScript: DocumentDetector = {
  id: "loading-script",
  family: "program",
  reads: "document",
  languages: ["python"],
  title: "Dataset that runs a program when it is loaded",
  severity: "info",
  confidence: "high",
  maturity: "stable",
  since: "0.1.0",
  references: ["AML.T0010", "CWE-829", "https://huggingface.co/docs/datasets/dataset_script"],
  docs: {
    finds:
      "A Python class that derives from a dataset builder: `datasets` runs the file it stands in, with the rights of whoever loads the dataset.",
    matters:
      "Loading such a dataset means running a stranger's program. Most are harmless; an attacker needs one line.",
    misses: "Builders reached through a class of another file, and programs that are imported for other reasons.",
    remedy: "Read the script, or convert the dataset to Parquet and load that. Pin the revision that was read.",
  },
  inspect(document, report) {
    const program = programOf(document);
    if (!program.isBuilder) return;
    const builder = program.classes.find(({ bases }) => bases.some((base) => base.endsWith("Builder")));
    if (builder)
      report(hitAt(program, builder.node, `Loading this dataset runs this program: ${quote(builder.name)} builds it.`));
  },
};
