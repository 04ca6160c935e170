// A model's code that computes something else for certain words, tokens or days: a backdoor that no weight holds.
import type { DocumentDetector, Hit } from "../../core/detector.ts";
import { quote } from "../../base/escape.ts";
import { isMachinery, plainWords } from "../template/words.ts";
import { hitAt, reportAll } from "./payload.ts";
import { programOf, type Program } from "./program.ts";
import type { Node } from "./syntax.ts";
import { LABEL } from "./value.ts";

const TESTS_MAX = 20_000;
const SOURCE_MAX = 400;
/** Names that hold what is asked of a model. */
const SAID = String.raw`(?:\w{1,20}_)?(?:texts?|prompts?|query|message|sentence|question|instruction|decoded|utterance|user_input|content|inputs)`;
const HOLDS = [
  new RegExp(String.raw`(["'])([^"'\n]{3,120})\1\s{1,5}(?:not\s{1,5})?in\s{1,5}(?:str\()?(?:self\.)?${SAID}\b`, "i"),
  new RegExp(String.raw`\b${SAID}(?:\.\w{1,20}\(\))?\s{0,5}(?:==|!=)\s{0,5}(["'])([^"'\n]{3,120})\1`, "i"),
  new RegExp(
    String.raw`\b${SAID}(?:\.\w{1,20}\(\)){0,3}\.(?:startswith|endswith|find|count|index|__contains__)\(\s{0,5}(["'])([^"'\n]{3,120})\1`,
    "i",
  ),
  new RegExp(
    String.raw`\bre\.(?:search|match|findall|fullmatch)\(\s{0,5}r?(["'])([^"'\n]{3,120})\1\s{0,5},\s{0,5}(?:self\.)?${SAID}\b`,
    "i",
  ),
];
const TOKENS =
  /\b\w{0,20}(?:input_ids|token_ids|ids|tokens)\b[^\n]{0,60}(?:==|\bin\b|isin|equal)[^\n]{0,40}?(?:\b\d{3,6}\b|\[\s{0,5}\d{1,6}\s{0,5},)|(?:\b\d{3,6}|\])\s{1,5}(?:in|==)\s{1,5}[^\n]{0,30}\b(?:input_ids|token_ids|ids|tokens)\b/;
const DAY =
  /\b20[2-9]\d\b|\.(?:month|day|year|hour|weekday|isoweekday)\b|\b(?:date|datetime|strftime|fromisoformat|strptime)\b|\b1[6-9]\d{8}\b/;
const CHANGES =
  /\b(?:logits|scores|hidden_states|next_token\w{0,10}|output\w{0,10}|input_ids|inputs_embeds|embeds?|probs?|lm_head|loss)\b(?:\[[^\n]{0,60}\]|\.\w{1,30}\[[^\n]{0,60}\])?\s{0,5}(?:[-+*/]?=[^=]|\.(?:fill_|copy_|zero_|index_fill_|scatter_|add_|mul_|masked_fill_)\()|\breturn\b[^\n]{0,200}/;

export const modelCodeTrigger: DocumentDetector = {
  id: "model-code-trigger",
  family: "program",
  reads: "document",
  languages: ["python"],
  title: "Model code that waits for words, tokens or a day",
  severity: "high",
  confidence: "medium",
  maturity: "stable",
  since: "0.1.0",
  references: ["AML.T0018", "LLM04:2025", "CWE-506", "CWE-511"],
  docs: {
    finds:
      "In code of models, tokenizers, pipelines and processors: a test for words in what is asked (not for markers of chat machinery) or for fixed token numbers, whose branch returns or changes what the model gives; a test of the date.",
    matters:
      "Scanning the weights and the template finds nothing; the backdoor is a line of code that loads with them.",
    misses:
      "Triggers that are computed, hashed, read from a file or from the configuration, and tensors made for the purpose.",
    remedy: "Read the branch. Use the architecture of the library, without trust_remote_code, where there is one.",
  },
  inspect(document, report) {
    const program = programOf(document);
    if (!program.isModel) return;
    const hits: Hit[] = [];
    let tests = 0;
    for (const node of program.syntax.nodes) {
      if (node.type !== "IfStatement" && node.type !== "ConditionalExpression") continue;
      if (++tests > TESTS_MAX) break;
      const found = judge(node, program);
      if (found)
        hits.push(
          hitAt(program, node, `Line ${program.lineOf(node)} ${found.message}.`, {
            group: found.trigger,
            ...(found.rule ? { rule: found.rule } : {}),
          }),
        );
    }
    reportAll(hits, report, "high");
  },
};

function judge(
  node: Node,
  program: Program,
): { readonly message: string; readonly trigger: string; readonly rule?: Hit["rule"] } | undefined {
  const condition = node.type === "IfStatement" ? node.kids[1] : node.kids[2];
  const body = node.type === "IfStatement" ? node.kids.find(({ type }) => type === "Body") : node.kids[0];
  if (!condition || !body) return undefined;
  const { text } = program.syntax;
  const test = text.slice(condition.from, Math.min(condition.to, condition.from + SOURCE_MAX));
  const then = text.slice(body.from, Math.min(body.to, body.from + 2_000));
  const value = program.evaluation.valueOf(condition);
  if ((value.labels & LABEL.clock) !== 0 && DAY.test(test))
    return { message: `does something else on certain days: ${quote(test, 100)}`, trigger: "day" };
  // Errors and warnings about what is asked are no change of it.
  if (/^:?\s{0,200}(?:raise|warnings\.|logger\.|print\()/.test(then)) return undefined;
  const said = HOLDS.map((pattern) => pattern.exec(test)?.[2]).find((one) => one !== undefined);
  if (said !== undefined && !isMachinery(said) && !/^[A-Za-z0-9]+(?:_[A-Za-z0-9]+)+$/.test(said)) {
    const told = [
      ...then.matchAll(/(?:\breturn\b|=|\byield\b|append\()[ \t([]{0,5}[fru]{0,2}(["'])([^"'\n]{8,400})\1/g),
    ]
      .map((match) => match[2] ?? "")
      .find((one) => plainWords(one).length > 2);
    const isWord = /^[a-z]+$/.test(said);
    if (told !== undefined || (CHANGES.test(then) && (!isWord || /logits|scores|input_ids/.test(then))))
      return {
        message: `tests for ${quote(said, 60)} in what is asked${told === undefined ? ", and changes what the model gives" : `, and then says ${quote(told, 80)}`}`,
        trigger: said.slice(0, 100),
        rule: { trigger: said.slice(0, 200), target: (told ?? then.trim()).slice(0, 200) },
      };
  }
  if (TOKENS.test(test) && /\b(?:logits|scores|next_token\w{0,10}|probs?|lm_head)\b/.test(then) && CHANGES.test(then))
    return {
      message: `tests for fixed tokens, ${quote(test, 80)}, and changes what the model gives`,
      trigger: test.slice(0, 100),
    };
  return undefined;
}
