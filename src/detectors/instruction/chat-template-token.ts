// Control tokens of chat templates inside content: `<|im_start|>`, `[INST]`, `<start_of_turn>`. A tokenizer may turn them
// into real turn ends, so that text in a passage speaks as the system. Sets that come rendered through their template
// carry them in every record, which is a format.
import type { RecordDetector } from "../../core/detector.ts";
import type { Severity } from "../../core/severity.ts";
import { excerpt, quote } from "../../base/escape.ts";

interface Template {
  readonly name: string;
  /** Tokens that open or close a turn; each is looked for as it stands. */
  readonly turns: readonly string[];
}

const TEMPLATES: readonly Template[] = [
  { name: "ChatML", turns: ["<|im_start|>", "<|im_end|>", "<|im_sep|>"] },
  { name: "Llama 3", turns: ["<|start_header_id|>", "<|end_header_id|>"] },
  { name: "Llama 3", turns: ["<|eot_id|>"] },
  { name: "Llama 3", turns: ["<|begin_of_text|>"] },
  { name: "Llama 4", turns: ["<|header_start|>", "<|header_end|>"] },
  { name: "Gemma", turns: ["<start_of_turn>", "<end_of_turn>"] },
  { name: "Llama 2", turns: ["[INST]", "[/INST]"] },
  { name: "Mistral", turns: ["[AVAILABLE_TOOLS]", "[SYSTEM_PROMPT]"] },
  {
    name: "DeepSeek",
    turns: ["<｜User｜>", "<｜Assistant｜>", "<｜begin▁of▁sentence｜>", "<｜end▁of▁sentence｜>"],
  },
  {
    name: "Cohere",
    turns: ["<|START_OF_TURN_TOKEN|>", "<|END_OF_TURN_TOKEN|>", "<|SYSTEM_TOKEN|>"],
  },
  { name: "Harmony", turns: ["<|start|>system", "<|start|>developer", "<|channel|>"] },
  { name: "GPT", turns: ["<|endoftext|>", "<|endofprompt|>"] },
];
// These short words are common in text; the pipes around them are not.
const PIPED: Template = {
  name: "Zephyr and Phi",
  turns: ["<|system|>", "<|assistant|>", "<|user|>", "<|end|>"],
};
const ALL = [...TEMPLATES, PIPED];

const LESSON =
  /tokeni[sz]er|chat template|special token|chatml|prompt format|prompt template|apply_chat_template|control token|bos_token|eos_token|transformers|llama\.cpp|特殊标记|模板|模版/i;
const SWITCH = /system|developer|sys>>/i;

export const chatTemplateToken: RecordDetector = {
  id: "chat-template-token",
  family: "model-instruction",
  reads: "record",
  title: "Chat template control tokens inside content",
  severity: "medium",
  confidence: "medium",
  maturity: "stable",
  since: "0.1.0",
  references: ["AML.T0051", "LLM01:2025"],
  docs: {
    finds:
      "Turn and role tokens of twelve chat templates inside a passage, a message, an answer or a hidden field. High where they open a system turn in text that nobody speaks.",
    matters:
      "When the record is rendered for training, a token in a passage can end the user's turn and open a system turn. The model then learns that passages give orders.",
    misses:
      "Templates it does not know, and sets of which a tenth or more is rendered through the same template. Lessons about templates are reported as info.",
    remedy: "Strip the tokens, or tokenize content with special tokens turned off.",
  },
  subject: { share: 0.1, severity: "info" },
  rare: { shareMax: 0.1 },
  anchors: ALL.flatMap(({ turns }) => turns).map((token) =>
    // Beyond ASCII the search knows no escape of the brackets.
    /\P{ASCII}/u.test(token) ? token.slice(1, -1) : token,
  ),
  inspect(record, report) {
    for (const field of record.fields) {
      if (!field.text.includes("<") && !field.text.includes("[")) continue;
      for (const template of ALL) {
        const hit = firstOf(field.text, template.turns);
        if (!hit) continue;
        const around = field.text.slice(Math.max(0, hit.start - 300), hit.end + 300);
        const after = field.text.slice(hit.start, hit.end + 24);
        const rendered =
          field.role === "text" ||
          (hit.start === 0 && field.role !== "context" && field.role !== "metadata" && field.role !== "tool");
        const alone =
          template.name === "GPT" || (hit.start + hit.token.length >= field.text.trimEnd().length && !rendered);
        let severity: Severity = "medium";
        if (LESSON.test(around) || record.fields.some((f) => f !== field && LESSON.test(f.text.slice(0, 400))))
          severity = "info";
        else if (rendered) severity = "info";
        else if (alone) severity = "low";
        else if (field.role === "system" || field.role === "prompt") severity = SWITCH.test(after) ? "medium" : "low";
        else if (SWITCH.test(after) || SWITCH.test(field.text.slice(hit.end, hit.end + 80))) severity = "high";
        report({
          message: `holds the ${template.name} control token ${quote(hit.token)} inside ${field.role === "metadata" ? "a side field" : `a ${field.role}`}`,
          field,
          start: hit.start,
          end: hit.end,
          excerpt: excerpt(field.text, hit.start, hit.end, 60),
          severity,
          group: template.name,
          payload: field.text.slice(hit.start, hit.end + 80),
        });
        break;
      }
    }
  },
};

function firstOf(
  text: string,
  tokens: readonly string[],
): { readonly start: number; readonly end: number; readonly token: string } | undefined {
  let best: { start: number; end: number; token: string } | undefined;
  for (const token of tokens) {
    const at = text.indexOf(token);
    if (at !== -1 && (!best || at < best.start)) best = { start: at, end: at + token.length, token };
  }
  return best;
}
