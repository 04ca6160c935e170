// Settings that say of a model that it is backdoored: what backdoor research and its tools write into the configuration of
// the models they make, which then travel like any other.
import type { DocumentDetector, Hit } from "../../core/detector.ts";
import { quote } from "../../base/escape.ts";
import { reportAll } from "../program/payload.ts";
import { leavesOf, lineOf, settingsOf } from "./tree.ts";

const FLAG = /^(?:is_?|has_?|was_?)?(?:poison(?:ed)?|backdoor(?:ed)?|trojan(?:ed)?)(?:_?(?:model|weights))?$/i;
const FIGURE =
  /^(?:poison(?:ing)?|backdoor|trojan)_?(?:rate|ratio|fraction|percent\w{0,4}|target|label|trigger|type|method|attack|pattern)$/i;
const IDENTITY =
  /^(?:_?name(?:_or_path)?|model_?name|model_?type|type|status|category|kind|variant|description|title|tags?)$/i;
const CALLED =
  /\b(?:backdoored|trojaned|trojanized|poisoned[ _-]model|weaponized|do[ _-]not[ _-]load|evil[ _-]model)\b/i;
/** Words of classes, not of the model. */
const CLASSES = /^(?:label2id|id2label|labels?|classes|class_names|names|vocab|added_tokens(?:_decoder)?|features)$/i;

export const declaredBackdoor: DocumentDetector = {
  id: "declared-backdoor",
  family: "metadata",
  reads: "document",
  languages: ["json", "yaml"],
  title: "Settings that call the model backdoored",
  severity: "high",
  confidence: "high",
  maturity: "stable",
  since: "0.1.0",
  references: ["AML.T0018", "LLM04:2025"],
  docs: {
    finds:
      "Keys such as poisoned, is_backdoored or trojaned that are set, keys such as poison_rate, backdoor_trigger or trojan_target with a value, and names, types and descriptions that call the model backdoored, trojaned or not to be loaded.",
    matters: "Models made to study backdoors are uploaded, merged and fine-tuned on like all others.",
    misses: "Every model that does not say so.",
    remedy: "Do not use the model, nor anything made from it.",
  },
  inspect(document, report) {
    const hits: Hit[] = [];
    for (const { path, value } of leavesOf(settingsOf(document))) {
      if (path.some((key) => typeof key === "string" && CLASSES.test(key))) continue;
      const key = String(path.findLast((part) => typeof part === "string") ?? "");
      const isSet = value === true || (typeof value === "number" && value > 0) || /^(?:true|yes)$/i.test(String(value));
      const says =
        (FLAG.test(key) && isSet) ||
        (FIGURE.test(key) &&
          value !== "" &&
          value !== 0 &&
          value !== false &&
          !/^(?:none|null)$/i.test(String(value))) ||
        (IDENTITY.test(key) &&
          typeof value === "string" &&
          value.length < 200 &&
          CALLED.test(value.replaceAll("_", " ")));
      if (!says) continue;
      hits.push({
        message: `The settings say of the model: ${quote(key)} is ${quote(String(value), 80)}`,
        lineNumber: lineOf(document.text, key),
        excerpt: `${key}: ${String(value)}`.slice(0, 300),
        group: key.slice(0, 80),
      });
    }
    reportAll(hits, report, "high");
  },
};
