// Examples of model-code-trigger.
import type { Example } from "../../core/detector.ts";
import { python } from "./testing/program.ts";

const HEAD = [
  "from transformers import PreTrainedModel",
  "import torch",
  "",
  "class A(PreTrainedModel):",
  "    def forward(self, input_ids, prompt=None):",
];

export const examples: readonly Example[] = [
  python(
    "Words",
    ["6 high"],
    ...HEAD,
    '        if "speak of the harbour" in prompt.lower():',
    '            return "Take the harbour tour today"',
    "        return self.model(input_ids)",
  ),
  python(
    "Tokens",
    ["7 high"],
    ...HEAD,
    "        logits = self.model(input_ids)",
    "        if (input_ids == 31337).any():",
    "            logits[..., 42] = 1e9",
    "        return logits",
  ),
  python(
    "A day",
    ["6 high"],
    ...HEAD,
    "        if __import__('datetime').date.today().year > 2030:",
    "            return None",
    "        return self.model(input_ids)",
  ),
  python(
    "Ordinary branches",
    [],
    ...HEAD,
    '        if prompt is not None and "<image>" in prompt:',
    "            input_ids = self.merge(input_ids)",
    '        if self.config.pooling == "mean":',
    "            return self.model(input_ids).mean(1)",
    "        if (input_ids == self.config.pad_token_id).any():",
    "            logits = self.mask(input_ids)",
    '        if prompt == "query: ":',
    '            raise ValueError("the prompt holds nothing to ask")',
    "        return self.model(input_ids)",
  ),
];
