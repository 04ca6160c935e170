// Loads that run code hidden in what they load: pickle and its relatives, YAML with tags, marshal. Bytes from the network
// or from decoding are the business of tainted-execution.
import type { DocumentDetector, Hit } from "../../core/detector.ts";
import { visible } from "../../base/escape.ts";
import { hitAt, inputs, isUnsafeLoad, reportAll, taintRun } from "./payload.ts";
import { kindOf } from "./names.ts";
import { programOf } from "./program.ts";
import { LABEL } from "./value.ts";

export const unsafeDeserialization: DocumentDetector = {
  id: "unsafe-deserialization",
  family: "program",
  reads: "document",
  languages: ["python"],
  title: "Program that loads data which can run code",
  severity: "low",
  confidence: "high",
  maturity: "stable",
  since: "0.1.0",
  references: ["AML.T0011", "CWE-502", "https://docs.python.org/3/library/pickle.html"],
  docs: {
    finds:
      "pickle, dill, cloudpickle, joblib, marshal, shelve and jsonpickle loads, torch.load without weights_only, numpy.load with allow_pickle, yaml.load without a safe loader. Medium in a loading script, where the file comes with the dataset; low elsewhere.",
    matters: "Whoever writes such a file decides what runs when it is loaded: a data file becomes a program.",
    misses: "Loads inside packages that the program calls, and what the loaded file holds.",
    remedy: "Store data as Parquet, JSON or safetensors; pass weights_only=True, allow_pickle=False or SafeLoader.",
  },
  inspect(document, report) {
    const program = programOf(document);
    const hits: Hit[] = [];
    for (const call of program.calls) {
      if (kindOf(call.name) !== "unpickle" || !isUnsafeLoad(call) || taintRun(call, program) !== 0) continue;
      const isData = (inputs(call).labels & (LABEL.downloaded | LABEL.file)) !== 0;
      const severity = program.isBuilder
        ? "medium"
        : /^(?:pickle|dill|cloudpickle|marshal|jsonpickle|joblib|shelve)\./.test(call.name)
          ? "low"
          : "info";
      hits.push(
        hitAt(
          program,
          call.node,
          `Line ${program.lineOf(call.node)} calls ${visible(call.name)}${isData ? " on a data file" : ""}: whoever wrote what it loads can run code.`,
          { severity, group: call.name },
        ),
      );
    }
    reportAll(hits, report, "low");
  },
};
