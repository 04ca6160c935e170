import type { Example } from "../../core/detector.ts";

const code = (...calls: [module: string, name: string, operands: string][]): Example["given"] => ({
  kind: "model",
  loader: "torchscript",
  operations: calls.map(([module, name, operands]) => ({
    use: "op",
    module,
    name,
    arguments: [],
    text: `${module}.${name}(${operands}`,
  })),
  irregularities: [],
});

export const examples: readonly Example[] = [
  {
    title: "A file is mapped into memory",
    given: code(["ops.aten", "from_file", '"/etc/x", False)']),
    finds: ["- high"],
  },
  { title: "An operator of a library of one's own", given: code(["ops.my_kernels", "fused", "x)"]), finds: ["- low"] },
  {
    title: "A layer",
    given: code(["torch", "relu", "x)"], ["ops.aten", "add", "x, y)"], ["ops.quantized", "linear", "x)"]),
    finds: [],
  },
];
