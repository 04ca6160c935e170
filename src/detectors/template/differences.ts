// What two templates, or two files of settings, say differently. Spaces, names of variables and the order of tests say
// nothing; words, conditions and what is reached for do.
import type { DocumentPart } from "../../core/format.ts";
import type { Severity } from "../../core/severity.ts";
import { quote } from "../../base/escape.ts";
import { leavesOf, settingsOf } from "../metadata/tree.ts";
import { shown, type TemplateReading } from "./passages.ts";
import { carriersOf, suspicionsOf } from "./suspicion.ts";
import { isMachinery, plainWords } from "./words.ts";

export interface Difference {
  readonly severity: Severity;
  readonly message: string;
  readonly group: string;
  readonly here: string;
  readonly there: string;
}

const SHOWN_MAX = 600;

/** Fixed lines that a template prints, spaces folded. */
function linesOf({ meaning }: TemplateReading): Set<string> {
  const lines = new Set<string>();
  for (const { text } of meaning.output)
    for (const line of text.split("\n", 2_000)) if (/[\p{L}\p{N}]/u.test(line)) lines.add(shown(line));
  return lines;
}

const without = (all: ReadonlySet<string>, other: ReadonlySet<string>): string[] =>
  [...all].filter((one) => !other.has(one));

export function templateDifferences(here: TemplateReading, there: TemplateReading): Difference[] {
  const found: Difference[] = [];
  if (here.text === there.text) return found;
  const conditions = (reading: TemplateReading): Map<string, string> =>
    new Map(
      reading.branchings
        .filter(({ question }) => question.about !== "text" || !question.constants.every(isMachinery))
        .map(({ question, text }) => [`${question.about} ${question.constants.join(" | ")}`, shown(text)] as const),
    );
  const [ownConditions, baseConditions] = [conditions(here), conditions(there)];
  for (const [condition, text] of ownConditions) {
    if (baseConditions.has(condition)) continue;
    found.push({
      severity: "high",
      message: `the template tests ${quote(condition, 80)}, which that of the baseline does not`,
      group: `condition ${condition}`.slice(0, 200),
      here: text.slice(0, SHOWN_MAX),
      there: "",
    });
  }
  const reached = without(
    new Set(here.meaning.events.reaches.map(({ name }) => name)),
    new Set(there.meaning.events.reaches.map(({ name }) => name)),
  );
  if (reached.length > 0)
    found.push({
      severity: "critical",
      message: `the template reaches for ${quote(reached.join(", "), 100)}, which that of the baseline does not`,
      group: "reaches",
      here: reached.join(", ").slice(0, SHOWN_MAX),
      there: "",
    });
  const [ownLines, baseLines] = [linesOf(here), linesOf(there)];
  const added = without(ownLines, baseLines);
  const removed = without(baseLines, ownLines);
  if (added.length > 0) {
    const text = added.join("\n");
    const isBad = suspicionsOf(text).length > 0 || carriersOf(text).length > 0;
    found.push({
      severity: isBad ? "high" : plainWords(text).length > 2 ? "medium" : "low",
      message: `the template prints what that of the baseline does not: ${quote(text, 160)}`,
      group: "prints",
      here: text.slice(0, SHOWN_MAX),
      there: removed.join("\n").slice(0, SHOWN_MAX),
    });
  }
  if (removed.length > 0)
    found.push({
      severity: "low",
      message: `the template no longer prints what that of the baseline does: ${quote(removed.join("\n"), 160)}`,
      group: "leaves out",
      here: added.join("\n").slice(0, SHOWN_MAX),
      there: removed.join("\n").slice(0, SHOWN_MAX),
    });
  return found;
}

const GRADES: readonly (readonly [Severity, string, RegExp])[] = [
  [
    "high",
    "which code is loaded",
    /(?:^|\.)(?:auto_map|custom_\w+|trust_remote_code|_class_name|auto_mapping|parent_library)(?:\.|$)|^\d+\.type$/,
  ],
  [
    "medium",
    "what tokens and texts become",
    /(?:^|\.)(?:normalizer|pre_tokenizer|post_processor|decoder|added_tokens\w*|special_tokens\w*|additional_special_tokens|(?:bos|eos|pad|unk|cls|sep|mask|decoder_start)_token(?:_id)?|forced_\w+|suppress_tokens|begin_suppress_tokens|bad_words_ids|force_words_ids|sequence_bias|tokenizer_class|architectures|model_type|id2label|label2id|vocab_size)(?:\.|$)/,
  ],
  ["low", "settings", /./],
];
/** Written anew by every save, or compared as a template of its own. */
const IDLE =
  /(?:^|\.)(?:transformers_version|_name_or_path|name_or_path|torch_dtype|dtype|use_cache|_commit_hash|_diffusers_version|chat_template|template)(?:\.|$)|^model\.(?:vocab|merges)\./;

export function settingsDifferences(here: DocumentPart, there: DocumentPart): Difference[] {
  const flat = (document: DocumentPart): Map<string, string> =>
    new Map(leavesOf(settingsOf(document)).map(({ path, value }) => [path.join("."), String(value)] as const));
  const [own, base] = [flat(here), flat(there)];
  const changed = new Map<string, string[]>();
  for (const key of new Set([...own.keys(), ...base.keys()])) {
    if (own.get(key) === base.get(key) || IDLE.test(key)) continue;
    const grade = GRADES.find(([, , pattern]) => pattern.test(key));
    if (!grade) continue;
    const list = changed.get(grade[1]) ?? [];
    changed.set(grade[1], list);
    if (list.length < 1_000) list.push(key);
  }
  const found: Difference[] = [];
  for (const [severity, what] of GRADES) {
    const keys = changed.get(what);
    if (!keys) continue;
    const tell = (side: ReadonlyMap<string, string>): string =>
      keys
        .slice(0, 12)
        .map((key) => `${key}: ${(side.get(key) ?? "—").slice(0, 80)}`)
        .join("\n")
        .slice(0, SHOWN_MAX);
    found.push({
      severity,
      message: `${keys.length} ${keys.length === 1 ? "setting" : "settings"} of ${what} differ from the baseline: ${quote(keys.slice(0, 6).join(", "), 160)}`,
      group: what,
      here: tell(own),
      there: tell(base),
    });
  }
  return found;
}
