// Classes and functions that the settings of a Keras model name and that are not Keras' own layers. A loader imports the
// module that stands beside the name, and calls what it finds there: this is how settings became code (CVE-2025-1550,
// CVE-2025-8747, CVE-2025-9906).
import type { ModelDetector } from "../../core/detector.ts";
import type { Operation } from "../../core/model.ts";
import type { Severity } from "../../core/severity.ts";
import { quote } from "../../base/escape.ts";
import { ORDINARY } from "./keras-classes.data.ts";
import { judgeTensorflow } from "./tensorflow-operators.ts";

export const foreignClass: ModelDetector = {
  id: "foreign-class",
  family: "model",
  reads: "model",
  loaders: ["keras", "other"],
  title: "Model settings that call what is no layer",
  severity: "high",
  confidence: "high",
  maturity: "stable",
  since: "0.1.0",
  references: [
    "AML.T0011.000",
    "CWE-94",
    "CWE-470",
    "https://nvd.nist.gov/vuln/detail/CVE-2025-1550",
    "https://nvd.nist.gov/vuln/detail/CVE-2025-8747",
  ],
  docs: {
    finds:
      "Functions of Python's builtins or of any module that the settings import (critical where they run programs or text), classes from modules that are not Keras' (high), functions of Keras that are no layers, such as get_file or enable_unsafe_deserialization (high), TensorFlow functions that touch files or run Python (high), Java functions in PMML (high). Custom classes that the caller has to register are told at low.",
    matters:
      "Building a model from its settings imports these modules and calls these names, before any weight is read.",
    misses: "What a custom class does that the caller registers himself: it is not in the file.",
    remedy: "Load with safe_mode and a current Keras, or ask for a model that uses the ordinary layers.",
  },
  inspect({ operations, loader }, report) {
    for (const operation of operations) {
      const judged = loader === "keras" ? judge(operation) : judgeOther(operation);
      if (!judged) continue;
      report({
        ...(operation.offset === undefined ? {} : { offset: operation.offset }),
        severity: judged.severity,
        message: judged.message,
        excerpt: operation.text,
        group: `${operation.use} ${operation.module ?? ""}.${operation.name}`,
        payload: operation.text,
      });
    }
  },
};

const CLASSES = new Set(ORDINARY.split(/\s+/));
/** What a Lambda layer is, embedded-code says. */
const CARRIERS = /(?:^|\.)(?:Lambda|TFSMLayer|TorchModuleWrapper|JaxLayer|FlaxLayer|PyFunc|PyFuncLayer)$/;
const KERAS_MODULE = /^(?:keras|tf_keras|tensorflow\.(?:python\.)?keras|tensorflow\.keras)(?:\.|$)/;
/** Libraries of the makers of Keras and TensorFlow whose classes are layers and models. */
const KIN_MODULE =
  /^(?:keras_hub|keras_nlp|keras_cv|keras_core|keras_tuner|keras_rs|tensorflow_addons|tensorflow_hub|tensorflow_probability|tensorflow_text|tensorflow_decision_forests|tensorflow_recommenders|tensorflow_model_optimization|qkeras|official\.(?:nlp|vision|modeling))(?:\.|$)/;
/** What runs programs or text, opens files, or reaches for names. */
const RUNS =
  /^(?:eval|exec|compile|__import__|import_module|open|getattr|setattr|delattr|vars|globals|locals|breakpoint|input|help|execfile|system|popen|spawn\w*|exec[lv]\w*|run|call|check_output|check_call|Popen|loads?|run_path|run_module|get_file|load_model|enable_unsafe_deserialization|_load_from_bytes|remove|unlink|rmtree|rmdir|urlopen|urlretrieve)$/;
const VALUE_CLASSES = new Set([
  "dict",
  "list",
  "tuple",
  "set",
  "int",
  "float",
  "str",
  "bool",
  "bytes",
  "slice",
  "type",
  "NoneType",
  "ellipsis",
]);

interface Judged {
  readonly severity: Severity;
  readonly message: string;
}

function judge(operation: Operation): Judged | undefined {
  if (operation.use === "layer") return judgeClass(operation);
  if (operation.use === "import") return judgeFunction(operation);
  if (operation.use === "call" && operation.module === "tensorflow") return judgeCall(operation);
  return undefined;
}

/** What models of other kinds name. */
function judgeOther({ use, module, name }: Operation): Judged | undefined {
  if (use === "call" && module === "java")
    return { severity: "high", message: `The model calls the Java function ${quote(name)}, which is none of PMML's.` };
  if ((use === "layer" && module === "coreml") || (use === "op" && module === "openvino"))
    return { severity: "low", message: `The layer ${quote(name)} is custom: the program has to bring its code.` };
  return undefined;
}

function judgeClass({ module = "", name, arguments: given }: Operation): Judged | undefined {
  if (CARRIERS.test(name)) return undefined;
  const shown = quote(module ? `${module}.${name}` : name);
  const last = name.split(".").at(-1) ?? "";
  // The program that loads the model is `__main__`: it brings its own classes.
  if (module === "" || module === "__main__") {
    const registered = given[0]?.kind === "text" ? given[0].text : "";
    // `package>Class`: only what the caller registered is found by it.
    if (CLASSES.has(last) || registered.startsWith("keras")) return undefined;
    if (/^[a-z]/.test(last) && RUNS.test(last))
      return { severity: "high", message: `The settings name the function ${shown} where a class belongs.` };
    return { severity: "low", message: `The class ${shown} is none of Keras': the caller has to bring its code.` };
  }
  if (module === "builtins") {
    if (VALUE_CLASSES.has(name) || name === "function") return undefined;
    return { severity: "critical", message: `The settings make ${shown}, a builtin of Python and no layer.` };
  }
  if (KERAS_MODULE.test(module)) {
    if (CLASSES.has(last)) return undefined;
    if (/^[a-z_]/.test(last))
      return {
        severity: RUNS.test(last) ? "critical" : "high",
        message: `The settings call ${shown}, which is a function of Keras and no layer.`,
      };
    return { severity: "medium", message: `The class ${shown} is not among Keras' known layers.` };
  }
  if (KIN_MODULE.test(module) && /^[A-Z]/.test(last)) return undefined;
  return {
    severity: RUNS.test(last) ? "critical" : "high",
    message: `The settings take ${shown} from a module that is not Keras': loading the model imports it.`,
  };
}

function judgeFunction({ module = "", name }: Operation): Judged | undefined {
  const last = name.split(/[.>]/).at(-1) ?? "";
  const shown = quote(module ? `${module}.${name}` : name);
  if (KERAS_MODULE.test(module)) {
    return RUNS.test(last) ? { severity: "critical", message: `The settings call the function ${shown}.` } : undefined;
  }
  if (/\blambda\b|[\s(]/.test(name))
    return { severity: "critical", message: `The settings hold source text as a function, ${quote(name)}.` };
  if (module === "" || module === "builtins" || module === "__main__") {
    if (RUNS.test(last) || (module === "builtins" && PYTHON.has(last)))
      return { severity: "critical", message: `The settings call the function ${shown}.` };
    return { severity: "low", message: `The function ${shown} is none of Keras': the caller has to bring its code.` };
  }
  if (KIN_MODULE.test(module) && !RUNS.test(last)) return undefined;
  return {
    severity: RUNS.test(last) ? "critical" : "high",
    message: `The settings take the function ${shown} from a module that is not Keras': loading the model imports it.`,
  };
}

/** Builtins that a loss or an activation would hardly be called. */
const PYTHON = new Set([
  "print",
  "memoryview",
  "object",
  "super",
  "classmethod",
  "staticmethod",
  "iter",
  "next",
  "map",
  "filter",
]);

/** The first part of TensorFlow's dotted names under which nothing touches files, devices or Python. */
const TENSORFLOW_SAFE =
  /^(?:(?:compat\.v[12]\.)?(?:math|nn|linalg|image|strings|signal|sparse|ragged|random|bitwise|dtypes|quantization|audio|keras\.(?:backend|activations|losses|metrics|utils)|__operators__|sets|experimental\.numpy|_api|python\.ops\.\w+)\.[\w.]+|(?:compat\.v[12]\.)?[a-z][a-z0-9_]*)$/;
const TENSORFLOW_UNSAFE =
  /(?:^|\.)(?:py_func|py_function|numpy_function|print|load_library|load_op_library|load_file_system_library|import_graph_def|read_file|write_file|matching_files|save|load|restore|load_weights|save_weights|get_file|decode_proto|function|init_scope|device|contrib)$/;

function judgeCall({ name }: Operation): Judged | undefined {
  const raw = /^(?:.*\.)?raw_ops\.(\w+)$/.exec(name)?.[1];
  if (raw !== undefined) {
    const judged = judgeTensorflow(raw, "", []);
    return judged && { severity: judged.severity, message: `A layer calls tf.${name}: ${judged.what}.` };
  }
  if (TENSORFLOW_SAFE.test(name) && !TENSORFLOW_UNSAFE.test(name)) return undefined;
  return {
    severity: TENSORFLOW_UNSAFE.test(name) ? "critical" : "high",
    message: `A layer calls ${quote(`tf.${name}`)}, which is no function of numbers.`,
  };
}
