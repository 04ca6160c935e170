// Operators in the code of a TorchScript file that reach beyond the model: files, other processes, libraries.
import type { ModelDetector } from "../../core/detector.ts";
import { quote } from "../../base/escape.ts";

/** What they do, by namespace and name. */
const REACHING: Readonly<Record<string, string>> = {
  "ops.aten.from_file": "maps a file into memory",
  "torch.from_file": "maps a file into memory",
  "torch.save": "writes a file",
  "ops.aten.save": "writes a file",
  "torch.load": "unpickles a file",
  "ops.image.read_file": "reads a file",
  "ops.image.write_file": "writes a file",
  "ops.torchaudio.sox_io_save_audio_file": "writes a file",
  "ops.torchaudio.sox_io_load_audio_file": "reads a file",
  "ops.rpc.rpc_sync": "calls a function elsewhere",
  "ops.rpc.rpc_async": "calls a function elsewhere",
  "ops.rpc.rpc_remote": "calls a function elsewhere",
};
/** Namespaces that PyTorch and its own libraries register. */
const KNOWN = new Set(
  `aten prim prims quantized quantized_decomposed torchvision torchaudio image mkldnn mkldnn_prepacked prepacked xnnpack metal
   metal_prepack vulkan vulkan_prepack sparse profiler inductor onnx static_runtime c10d c10d_functional _c10d_functional mtia
   fb torchtext torch_sparse torch_scatter torch_cluster torch_spline_conv tensorrt ipex torch_ipex executorch`.split(
    /\s+/,
  ),
);

export const torchscriptOperator: ModelDetector = {
  id: "torchscript-operator",
  family: "model",
  reads: "model",
  loaders: ["torchscript"],
  title: "TorchScript code that reaches beyond the model",
  severity: "high",
  confidence: "medium",
  maturity: "stable",
  since: "0.2.0",
  references: ["AML.T0011", "CWE-73", "https://docs.pytorch.org/docs/stable/jit.html"],
  docs: {
    finds:
      "Operators in TorchScript code that read or write files or call functions in other processes (high), and operators of namespaces that neither PyTorch nor its libraries register (low).",
    matters: "They run when the model does, with the rights of whoever uses it, also where pickles are refused.",
    misses: "What an operator of a library that is loaded beside does inside.",
    remedy: "Read the code member that is named, and ask what a model needs the file for.",
  },
  inspect(model, report) {
    for (const { module = "", name, text, lineNumber } of model.operations) {
      const does = REACHING[`${module}.${name}`];
      const namespace = /^ops\.(\w+)$/.exec(module)?.[1];
      const unknown = namespace !== undefined && !KNOWN.has(namespace);
      if (does === undefined && !unknown) continue;
      report({
        message: does
          ? `Its code calls ${quote(text, 160)}, which ${does}.`
          : `Its code calls ${quote(`${module}.${name}`)}, an operator that a library must register first.`,
        severity: does ? "high" : "low",
        group: does ? `${module}.${name}` : module,
        excerpt: text.slice(0, 300),
        ...(lineNumber === undefined ? {} : { lineNumber }),
      });
    }
  },
};
