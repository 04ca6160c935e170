// What ONNX operators are, by domain: ONNX's own and those that ONNX Runtime and its extensions bring along. Any other
// domain needs a library of native code that somebody registers; functions that the model defines are not asked about.
import { ORDINARY } from "./onnx-operators.data.ts";
import type { JudgedOperator } from "./tensorflow-operators.ts";

const DOMAINS: ReadonlyMap<string, ReadonlySet<string>> = new Map(
  Object.entries(ORDINARY).map(([domain, names]) => [domain, new Set(names.split(/\s+/))]),
);

/** Names that run Python, whatever their domain. */
const PYTHON = /^(?:Py(?:thon)?(?:Custom)?(?:Op|Func)(?:Grad)?|PyOp\w{0,20}|EagerPyFunc)$/;
/** Operators of ONNX Runtime's extensions that send their input to a service. */
const SERVICE = /^(?:Azure|OpenAI)\w{1,40}$/;
/** Domains and names of plug-ins that toolkits publish; a file that uses them runs only where they are installed. */
const PLUGIN_DOMAIN =
  /^(?:trt(?:\.plugins)?|TRT(?:_\w+)?|TensorRT|com\.nvidia(?:\.\w+)*|nvidia|mmcv|mmdeploy|mmdet|org\.pytorch\.(?:aten|_caffe2|prim)|org\.openvinotoolkit|org\.mmdeploy|ai\.onnx\.converters\.sklearn|com\.amd(?:\.\w+)*|com\.xilinx|com\.intel(?:\.\w+)*|com\.qti(?:\.\w+)*|qti_aisw|qonnx\.custom_op\.\w+|finn\.custom_op\.\w+|onnx\.brevitas|onnxscript\.atenlib|pkg\.onnxscript\.torch_lib(?:\.common)?|pkg\.torch\.\w+|ai\.graphcore|mlas|com\.microsoft\.nchwc|com\.microsoft\.dml|com\.microsoft\.experimental|com\.microsoft\.mlfeaturizers|com\.github\.\w+\.\w+)$/;
const PLUGIN_NAME = /(?:_TRT|Plugin(?:V2)?|_TRT_\w+|TRT)$|^(?:ATen|TRT\w+)$/;

export function judgeOnnx(domain: string, name: string): JudgedOperator | undefined {
  if (PYTHON.test(name)) return { severity: "critical", what: "it runs Python" };
  if (SERVICE.test(name) && domain !== "") return { severity: "high", what: "it sends what it is given to a service" };
  const known = DOMAINS.get(domain);
  if (known?.has(name)) return undefined;
  if (name === "EPContext" && domain === "com.microsoft")
    return { severity: "medium", what: "it holds code that was compiled for one device and that nobody can look into" };
  if (PLUGIN_DOMAIN.test(domain) || PLUGIN_NAME.test(name))
    return { severity: "medium", what: "it needs a plug-in that does not come with the runtime" };
  if (known && domain !== "")
    return {
      severity: "medium",
      what: `${domain === "" ? "ONNX" : "its domain"} has no such operator that is known here`,
    };
  return domain === ""
    ? { severity: "high", what: "ONNX has no such operator" }
    : {
        severity: "high",
        what: "its domain is none that a runtime brings along, so it needs native code from elsewhere",
      };
}
