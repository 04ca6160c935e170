// Code that a model file holds and its loader runs: Python bytecode in Keras' Lambda layers and losses, scripts in PMML
// and in the archives of servers. Whatever it does, loading the model does it.
import type { ModelDetector } from "../../core/detector.ts";
import { quote } from "../../base/escape.ts";

export const embeddedCode: ModelDetector = {
  id: "embedded-code",
  family: "model",
  reads: "model",
  loaders: ["keras", "tensorflow", "onnx", "other"],
  title: "Code inside a model file that its loader runs",
  severity: "critical",
  confidence: "high",
  maturity: "stable",
  since: "0.1.0",
  references: ["AML.T0011.000", "CWE-502", "CWE-94", "https://keras.io/api/layers/core_layers/lambda/"],
  docs: {
    finds:
      "Compiled Python in a Keras Lambda layer, loss, metric or anywhere else in the settings (critical); Lambda layers and other classes that carry code of their own (high); scripts in PMML.",
    matters:
      "A model is data until its loader runs something out of it. Compiled Python runs with all rights of the process, when the model is loaded or first used.",
    misses:
      "What the code does: it is not decompiled. An honest Lambda layer is found like any other, because nothing tells them apart before they run.",
    remedy: "Ask for the model without Lambda layers (a registered layer class, or an export to ONNX or safetensors).",
  },
  inspect({ operations, loader }, report) {
    for (const { use, name, module, text, arguments: given, offset } of operations) {
      const at = offset === undefined ? {} : { offset };
      if (use === "code") {
        const owner = given[0]?.kind === "text" && given[0].text !== "" ? ` of ${quote(given[0].text)}` : "";
        const what = name === "__lambda__" ? "Compiled Python" : `Code (${quote(name)})`;
        report({
          ...at,
          message: `${what} is the function${owner}, and loading the model runs it.`,
          excerpt: text,
          group: name,
          payload: text,
        });
      } else if (use === "layer" && loader === "keras" && CARRIERS.has(name.split(".").at(-1) ?? "")) {
        report({
          ...at,
          severity: "high",
          message: `The class ${quote(module ? `${module}.${name}` : name)} runs code that it is given in the file or beside it.`,
          excerpt: text,
          group: `class ${name}`,
          payload: text,
        });
      }
    }
  },
};

/** Classes of Keras that exist to run something that is no layer: a function, a SavedModel, a pickled torch module. */
const CARRIERS = new Set([
  "Lambda",
  "TFSMLayer",
  "TorchModuleWrapper",
  "JaxLayer",
  "FlaxLayer",
  "PyFunc",
  "PyFuncLayer",
]);
