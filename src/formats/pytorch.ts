// PyTorch archives (torch.save since 1.6, TorchScript, torch.package): zip with a pickle that names the tensors, and the
// bytes of each tensor as a member (caffe2/serialize, PyTorch 2.9). Costs its directory, its pickles and the first bytes
// of each tensor. The code of TorchScript is read for the operators that reach beyond the model.
import type { ByteSource } from "../core/bytes.ts";
import type { Format, Head, Part, ReadContext } from "../core/format.ts";
import type { Operation } from "../core/model.ts";
import { wholeText } from "./document/whole.ts";
import { zip } from "./zip.ts";

const EXTENSIONS = [".pt", ".pth", ".ckpt", ".bin", ".pt2", ".ptl", ".torchscript"];

async function* read(source: ByteSource, context: ReadContext): AsyncGenerator<Part> {
  for await (const part of zip.read(source, context)) {
    if (part.kind !== "member" || !/(?:^|[\\/])code[\\/].*\.py$/i.test(part.name)) {
      yield part;
      continue;
    }
    const { text, problems } = await wholeText(part.source, context.limits);
    yield* problems;
    const operations = operators(text);
    if (operations.length > 0) yield { kind: "model", loader: "torchscript", operations, irregularities: [] };
    if (!isTorchScript(text)) yield { kind: "document", language: "python", text, name: part.name };
  }
}

/** Operators told of one file (CWE-770). */
const OPERATORS_MAX = 2_000;

/** TorchScript writes `torch.relu(x)` and `ops.namespace.operator(x)`; each is looked up when the code runs. */
function operators(text: string): Operation[] {
  const found = new Map<string, Operation>();
  for (const match of text.matchAll(/\b(?:(ops)\.(\w{1,80})\.(\w{1,120})|(torch)\.(\w{1,120}))\(([^\n]{0,160})/g)) {
    const module = match[1] ? `ops.${match[2]}` : "torch";
    const name = match[3] ?? match[5] ?? "";
    const key = `${module}.${name}`;
    if (found.has(key) || found.size >= OPERATORS_MAX) continue;
    let lineNumber = 1;
    for (let at = text.indexOf("\n"); at >= 0 && at < match.index; at = text.indexOf("\n", at + 1)) lineNumber++;
    found.set(key, { use: "op", module, name, arguments: [], text: `${key}(${match[6] ?? ""}`, lineNumber });
  }
  return [...found.values()];
}

/** Classes whose methods are typed, and nothing that TorchScript cannot say: its files are no programs of Python. */
const isTorchScript = (text: string): boolean =>
  !/^\s*(?:import|from)\s/m.test(text) && !/\b(?:__import__|eval|exec|open|compile|getattr)\s*\(/.test(text);

function sniff(head: Head): number {
  if (zip.sniff(head) === 0) return 0;
  const names = Buffer.from(head.bytes.buffer, head.bytes.byteOffset, head.bytes.byteLength).toString("latin1");
  if (
    /[\w.-]\/(?:data|constants|attributes)\.pkl|[\w.-]\/(?:byteorder|\.format_version)PK|\/\.data\/serialization_id/i.test(
      names,
    )
  )
    return 1;
  return EXTENSIONS.includes(head.extension) ? 0.99 : 0;
}

export const pytorch: Format = {
  id: "pytorch",
  title: "PyTorch, TorchScript",
  spec: "https://github.com/pytorch/pytorch/blob/main/caffe2/serialize/inline_container.h",
  extensions: EXTENSIONS,
  yields: "model",
  sniff,
  read,
};
