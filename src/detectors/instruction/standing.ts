// How an instruction aimed at a model stands in its record. The same sentence is an attack in a retrieved passage, a
// question from a user that the model refuses, or a line in a lesson about attacks. Whoever wrote the record controls
// its wording, so a lesson's vocabulary lowers a finding and never silences it.
import type { DataRecord, Field } from "../../core/record.ts";
import type { Hit } from "../../core/detector.ts";
import { severityRank, type Severity } from "../../core/severity.ts";
import { fold } from "./fold.ts";

export type Standing =
  | "planted" // in a passage, a tool result, metadata, a label: nobody speaks there
  | "learned" // in what the model learns to say, or running text
  | "asked" // in a user turn or a system prompt
  | "discussed"; // named, quoted or warned about

/** What a reviewer reads of it. */
export const SAID: Readonly<Record<Standing, string>> = {
  planted: "in a passage, result or side field where nobody speaks",
  learned: "by the model in its answer, or in running text",
  asked: "by the user or the system prompt",
  discussed: "in a text about such sentences",
};

const HEAD = 400;
const AROUND = 200;

const LESSON = new RegExp(
  [
    "prompt injection",
    "prompt-injection",
    "injection attack",
    "indirect injection",
    "jailbreak",
    "attacker",
    "adversar",
    "red team",
    "red-team",
    "phishing",
    "social engineering",
    "owasp",
    "backdoor attack",
    "poisoning attack",
    "cybersecurity",
    "security research",
    "sql injection",
    "inyeccion de prompt",
    "atacante",
    "ciberseguridad",
    "injection de prompt",
    "attaquant",
    "angreifer",
    "prompt-inject",
    "injecao de prompt",
    "промпт-инъекц",
    "злоумышленник",
    "уязвимост",
    "提示注入",
    "提示词注入",
    "越狱",
    "攻击者",
    "安全漏洞",
    "プロンプトインジェクション",
    "攻撃者",
    "프롬프트 인젝션",
    "공격자",
    "مهاجم",
    "حقن",
    "हमलावर",
    "इंजेक्शन",
  ].join("|"),
);

// Words before the phrase that speak about it rather than say it.
const REPORTED =
  /(?:asks?|asked|asking|tries|try|trying|attempts?|told|tells?|says?|such as|e\.g\.|for example|like|request(?:s|ed)?|instruct(?:s|ed)|not|never|cannot|can't|won't|don't|refuse|avoid|should i|how (?:do|can|to)|phrases?)(?: (?:you|the|model|ai|assistant|it|me|them|him|her|to|is|with|any|please|that|a|an))* ?["'“‘「«`(:]? ?$/;

const REFUSAL = new RegExp(
  [
    "^.{0,40}(?:i'm sorry|i’m sorry|i am sorry|sorry,|i apologi[sz]e|i can't|i can’t|i cannot|i won't|i won’t|i'm not able|i’m not able|i am not able|i'm unable|i’m unable|i am unable|as an ai|i must decline|i will not|no, i)",
    "lo siento",
    "no puedo",
    "desole",
    "je ne peux pas",
    "tut mir leid",
    "ich kann (?:das|dir|ihnen|diese)",
    "desculpe",
    "lamento",
    "nao posso",
    "mi dispiace",
    "non posso",
    "извините",
    "простите",
    "к сожалению",
    "не могу",
    "抱歉",
    "对不起",
    "對不起",
    "无法",
    "不能",
    "申し訳",
    "できません",
    "죄송",
    "없습니다",
    "عذر",
    "اسف",
    "لا يمكنني",
    "لا استطيع",
    "क्षमा",
    "माफ",
    "नहीं कर सकत",
  ].join("|"),
);

/** True when a response of the record opens with a refusal. */
export function refuses(record: DataRecord): boolean {
  return record.fields.some(
    (f) => (f.role === "response" || f.role === "chosen") && REFUSAL.test(fold(f.text.slice(0, 160))),
  );
}

export function standing(record: DataRecord, field: Field, folded: string, start: number, end: number): Standing {
  const before = folded.slice(Math.max(0, start - AROUND), start);
  if (LESSON.test(before) || LESSON.test(folded.slice(end, end + AROUND))) return "discussed";
  if (REPORTED.test(before.slice(-60)) || mentioned(folded, start, end)) return "discussed";
  if (field.role === "prompt" || field.role === "system" || field.role === "rejected") return "asked";
  if (field.role === "response" || field.role === "chosen" || field.role === "text") {
    const asked = record.fields.some(
      (f) =>
        f !== field &&
        (f.role === "prompt" || f.role === "system" || f.role === "context") &&
        LESSON.test(fold(f.text.slice(0, HEAD))),
    );
    return asked ? "discussed" : "learned";
  }
  return "planted";
}

// A phrase alone in quotation marks is a mention of it; a whole value in quotes is how JSON is written.
const OPENING = /["'“‘«「『`]$/;
const CLOSING = /^[\w\s]{0,16}[.!,]?["'”’»」』`]/;
const mentioned = (folded: string, start: number, end: number): boolean =>
  start > 1 &&
  OPENING.test(folded.slice(start - 1, start)) &&
  !/[:[,{]\s?$/.test(folded.slice(0, start - 1).slice(-3)) &&
  CLOSING.test(folded.slice(end, end + 20));

const DOWN: Readonly<Record<Severity, Severity>> = {
  critical: "high",
  high: "medium",
  medium: "low",
  low: "info",
  info: "info",
};
/** One step less severe. */
export const lowered = (severity: Severity): Severity => DOWN[severity];

/** The most severe of a field's hits, the first of equals: one field makes one hit, however often it repeats itself. */
export const worst = (hits: readonly Hit[]): Hit | undefined =>
  hits.reduce<Hit | undefined>(
    (a, b) => (a === undefined || severityRank(b.severity ?? "info") > severityRank(a.severity ?? "info") ? b : a),
    undefined,
  );
