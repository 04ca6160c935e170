// Examples of model-code-action.
import type { Example } from "../../core/detector.ts";
import { python } from "./testing/program.ts";

const RUN = ["os", "system"].join(".");
const INSTALL = ["pip", "install"].join('", "');
const named = (name: string, example: Example): Example => ({
  ...example,
  given: { ...(example.given as { language: "python"; text: string }), name },
});
const HEAD = ["from torch import nn", "from transformers import PreTrainedModel, PretrainedConfig", ""];

export const examples: readonly Example[] = [
  named("modeling_a.py", python("A process on import", ["2 high"], "import os", `${RUN}("ls")`, "class A: pass")),
  python(
    "A process when the model is made",
    ["7 high"],
    ...HEAD,
    "class A(PreTrainedModel):",
    "    def __init__(self, config):",
    "        import subprocess",
    '        subprocess.run(["make", "kernel"])',
  ),
  python(
    "An address on import",
    ["5 high"],
    ...HEAD,
    "import requests",
    'requests.get("https://start.example.test/ping")',
    "class A(PretrainedConfig): pass",
  ),
  python(
    "A hook into imports",
    ["6 high"],
    ...HEAD,
    "import sys",
    "class Finder: pass",
    "sys.meta_path.insert(0, Finder())",
    "class A(PreTrainedModel): pass",
  ),
  named(
    "handler.py",
    python(
      "A text that arrives",
      ["3 high"],
      "class EndpointHandler:",
      "    def __call__(self, data):",
      '        exec(data["inputs"])',
    ),
  ),
  python(
    "A package that few know, on import",
    ["2 high"],
    "import subprocess, sys",
    `subprocess.check_call([sys.executable, "-m", "${INSTALL}", "quiet-harbour-tools"])`,
  ),
  python(
    "A package that everybody knows",
    ["2 medium"],
    "import subprocess",
    `subprocess.run(["${INSTALL}", "einops"])`,
  ),
  python(
    "A model that computes",
    [],
    ...HEAD,
    "class A(PreTrainedModel):",
    "    def __init__(self, config):",
    "        super().__init__(config)",
    "        self.layer = nn.Linear(config.size, config.size)",
    "    def forward(self, input_ids, attention_mask=None):",
    "        return self.layer(self.embed(input_ids))",
  ),
  python(
    "A processor that loads pictures by address",
    [],
    "import requests",
    "from transformers import ProcessorMixin",
    "class P(ProcessorMixin):",
    "    def load(self, url):",
    "        return requests.get(url, stream=True).raw",
  ),
  python(
    "A script that is started by hand",
    [],
    "import subprocess",
    'if __name__ == "__main__":',
    '    subprocess.run(["make", "data"])',
  ),
];
