// Adapters of which one module differs from all others: a reason to look, never one to refuse.
import type { ModelDetector } from "../../core/detector.ts";

export const unevenAdapter: ModelDetector = {
  id: "uneven-adapter",
  family: "model",
  reads: "model",
  loaders: ["safetensors"],
  title: "Adapter with one module unlike the others",
  severity: "info",
  confidence: "low",
  maturity: "preview",
  since: "0.1.0",
  references: ["AML.T0018", "https://arxiv.org/abs/2403.00108"],
  docs: {
    finds:
      "A LoRA module whose update is far larger than that of the others, one whose update lies almost wholly in one direction while the others' do not, and weights that are no numbers.",
    matters:
      "A narrow behaviour that is trained in or written in by hand, such as a backdoor, may sit in few places. So does much that is harmless: this is evidence beside others.",
    misses: "Backdoors that are spread evenly, which is what training on poisoned data gives; weights of full models.",
    remedy: "Compare with another adapter of the same recipe, and probe the model's behaviour.",
  },
  inspect({ irregularities }, report) {
    for (const { code, message, offset, values } of irregularities) {
      if (!code.startsWith("weight-")) continue;
      report({
        ...(offset === undefined ? {} : { offset }),
        message,
        excerpt: message,
        group: code,
        ...(values ? { evidence: values } : {}),
      });
    }
  },
};
