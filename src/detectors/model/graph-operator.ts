// Operators of a computation graph that do more than compute: TensorFlow's that run Python, write and read files or open
// connections; ONNX operators that need a library of native code; anything that neither list knows.
import type { ModelDetector } from "../../core/detector.ts";
import type { Operation } from "../../core/model.ts";
import { quote } from "../../base/escape.ts";
import { judgeOnnx } from "./onnx-operators.ts";
import { judgeTensorflow, type JudgedOperator } from "./tensorflow-operators.ts";

export const graphOperator: ModelDetector = {
  id: "graph-operator",
  family: "model",
  reads: "model",
  loaders: ["tensorflow", "onnx"],
  title: "Operator in a model's graph that does more than compute",
  severity: "high",
  confidence: "high",
  maturity: "stable",
  since: "0.1.0",
  references: [
    "AML.T0011.000",
    "CWE-829",
    "https://github.com/tensorflow/tensorflow/blob/master/SECURITY.md",
    "https://onnxruntime.ai/docs/reference/operators/add-custom-op.html",
  ],
  docs: {
    finds:
      "TensorFlow operators that call Python, write files or load native code (critical), that read files, open connections or end the process (high), in the graph and in every function of its library; what the model's own saver writes with is left alone. ONNX operators that run Python or call services, and operators of domains that no runtime brings along (high). Operators that are on no list are told as such.",
    matters:
      "A graph is a program. Running it runs these operators, with the rights of the process that serves the model.",
    misses:
      "What ordinary operators compute together: a backdoor in the weights, or one that compares its input with a constant.",
    remedy: "Do not serve the model. Ask for an export without these operators, and look at the node that is named.",
  },
  inspect({ loader, operations }, report) {
    for (const operation of operations) {
      if (operation.use !== "op") continue;
      const judged = loader === "onnx" ? judgeOnnx(operation.module ?? "", operation.name) : tensorflow(operation);
      if (!judged) continue;
      const { name, module, text, offset, count = 1 } = operation;
      report({
        ...(offset === undefined ? {} : { offset }),
        severity: judged.severity,
        message: `The graph holds ${quote(loader === "onnx" && module ? `${module}::${name}` : name)}: ${judged.what}.`,
        excerpt: text,
        group: `${module ?? ""} ${name}`,
        payload: text,
        evidence: { nodes: count },
      });
    }
  },
};

const tensorflow = ({ name, module = "", arguments: given }: Operation): JudgedOperator | undefined =>
  judgeTensorflow(
    name,
    module,
    given.flatMap((argument) => (argument.kind === "text" || argument.kind === "other" ? [argument.text] : [])),
  );
