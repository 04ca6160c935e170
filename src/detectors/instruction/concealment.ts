// Orders to keep something from the user. Etiquette, fiction and system prompts are full of them, so the words alone are
// nothing: what counts is an act to be hidden in the same breath, sending, running, inserting, or standing where nobody
// speaks.
import type { Hit, RecordDetector } from "../../core/detector.ts";
import { excerpt, quote } from "../../base/escape.ts";
import { foldedOf } from "./fold.ts";
import { lexicon, type Lexicon, type Phrase } from "./phrases.ts";
import { SAID, lowered, refuses, standing, worst } from "./standing.ts";

const pair = (language: string, span: number, acts: readonly string[], owner: readonly string[]): Phrase => ({
  language,
  span,
  slots: [acts, owner],
});

const PHRASES: readonly Phrase[] = [
  pair(
    "English",
    70,
    [
      "not =mention",
      "never =mention",
      "don't =mention",
      "not =tell",
      "never =tell",
      "don't =tell",
      "without informing",
      "without telling",
      "without notifying",
      "without alerting",
      "not =reveal",
      "never =reveal",
      "don't =reveal",
      "not =disclose",
      "never =disclose",
      "don't =disclose",
      "not =notify",
      "never =notify",
      "don't =notify",
      "hide this",
      "conceal",
      "conceals",
      "concealing",
      "without =mentioning",
      "without =consent",
    ],
    [
      "user",
      "users",
      "the human",
      "the operator",
      "the customer",
      "the developer",
      "this instruction",
      "these instructions",
      "this step",
      "this rule",
      "this action",
      "this directive",
      "this transfer",
      "this to anyone",
    ],
  ),
  pair(
    "Spanish",
    70,
    [
      "no menciones",
      "no mencione",
      "no informes",
      "no =informe",
      "no reveles",
      "no revele",
      "sin informar",
      "sin avisar",
      "sin notificar",
      "sin mencionar",
      "oculta",
      "oculte",
    ],
    ["usuario", "usuaria", "al cliente", "esta instrucción", "esto"],
  ),
  pair(
    "French",
    70,
    [
      "ne mentionne",
      "ne mentionnez",
      "n'informe",
      "n'informez",
      "ne divulgue",
      "ne divulguez",
      "sans informer",
      "sans prévenir",
      "sans avertir",
      "sans mentionner",
      "dissimule",
      "dissimulez",
    ],
    ["utilisateur", "l'utilisateur", "cette instruction", "ceci", "cela"],
  ),
  pair(
    "German",
    80,
    ["nutzer", "benutzer", "nutzers", "benutzers", "anwender"],
    [
      "verrate",
      "informiere nicht",
      "informieren sie nicht",
      "ohne zu informieren",
      "verheimliche",
      "verschweige",
      "ohne wissen",
      "nicht",
      "ohne",
    ],
  ),
  pair(
    "Portuguese",
    70,
    [
      "não mencione",
      "não informe",
      "não revele",
      "sem informar",
      "sem avisar",
      "sem notificar",
      "sem mencionar",
      "oculte",
    ],
    ["usuário", "utilizador", "esta instrução", "isso", "isto"],
  ),
  pair(
    "Italian",
    70,
    ["non menzionare", "non informare", "non rivelare", "senza informare", "senza avvisare", "nascondi"],
    ["utente", "l'utente", "all'utente", "questa istruzione"],
  ),
  pair(
    "Russian",
    80,
    [
      "не упоминай*",
      "не сообщай*",
      "не говори*",
      "не раскрывай*",
      "не уведомля*",
      "скрой*",
      "скрыва*",
      "втайне",
      "незаметно",
    ],
    ["пользовател*", "этой инструкции", "об этом"],
  ),
  pair(
    "Chinese",
    30,
    [
      "不要告诉",
      "不要提及",
      "不要透露",
      "不得告知",
      "不要通知",
      "不要让",
      "隐瞒",
      "瞒着",
      "不要告訴",
      "在不告知",
      "不告知",
    ],
    ["用户", "用戶", "使用者", "此指令", "该指令", "这条指令"],
  ),
  pair(
    "Japanese",
    40,
    [
      "言わないで",
      "伝えないで",
      "知らせないで",
      "知らせずに",
      "告げずに",
      "明かさないで",
      "隠して",
      "気付かれない",
      "言及しないで",
    ],
    ["ユーザー", "利用者", "この指示"],
  ),
  pair("Korean", 50, ["알리지", "말하지", "언급하지", "공개하지", "모르게"], ["사용자", "유저", "이 지시"]),
  pair(
    "Arabic",
    80,
    ["لا تخبر", "لا تذكر", "لا تكشف", "دون إخبار", "دون إعلام", "دون علم", "بدون علم"],
    ["المستخدم", "هذه التعليمات", "ذلك"],
  ),
  pair(
    "Hindi",
    80,
    ["मत बताना", "न बताएं", "मत बताओ", "उल्लेख न", "बताए बिना", "सूचित किए बिना", "छिपा"],
    ["उपयोगकर्ता", "यूज़र", "यूजर"],
  ),
];

export const SECRECY: Lexicon = lexicon(PHRASES);

// An act that has a reason to be hidden. Whole stems in any language the phrases are in.
const ACT = new RegExp(
  [
    "exfiltrat",
    "backdoor",
    "payload",
    "inject",
    "malicious",
    "silently",
    "secretly",
    "covertly",
    String.raw`\bexecut`,
    String.raw`\btrigger`,
    "https?://",
    "webhook",
    "upload",
    String.raw`\bforward (?:the|all|any|every)`,
    String.raw`\bsend (?:the|all|any|every|a copy|it|them)`,
    String.raw`\bappend`,
    String.raw`\binsert`,
    "transmit",
    "credential",
    "api key",
    "password",
    "disable (?:safety|logging|verification)",
    "attacker",
    String.raw`\b\d{1,3}\.\d{1,3}\.\d{1,3}\.\d{1,3}\b`,
    String.raw`\brun (?:the|this|that|an?|it)\b`,
    "ejecut",
    String.raw`\bfuhre\b.{0,60}\baus\b`,
    "запуст",
    "运行",
    "شغ\u0651?ل",
    "चला",
    "envia",
    "envoie",
    "envoyez",
    "sende",
    "schicke",
    "envie",
    "invia",
    "отправ",
    "перешл",
    "发送",
    "上传",
    "执行",
    "送信",
    "転送",
    "実行",
    "전송",
    "실행",
    "ارسل",
    "نفذ",
    "भेज",
    "अपलोड",
    "puerta trasera",
    "mot de passe",
    "passwort",
    "contrasena",
    "senha",
    "парол",
    "密码",
  ].join("|"),
);
// The part of those that is no house rule in anybody's prompt.
const ATTACK = /exfiltrat|backdoor|payload|malicious|attacker|webhook|reverse shell|\d{1,3}\.\d{1,3}\.\d{1,3}\.\d{1,3}/;
// The same words told of somebody: "did not tell the user", "without informing users".
const TOLD_OF = /\b(?:did|does|do|would|could|may|might|will|has|have|had|was|were|which|that|they|it) $/;
const WITHOUT = /^(?:without|sin|sans|sem|senza|ohne|دون|بدون)/;
const REACH = 220;

export const concealment: RecordDetector = {
  id: "concealment",
  family: "model-instruction",
  reads: "record",
  title: "An order to hide an act from the user",
  severity: "high",
  confidence: "medium",
  maturity: "stable",
  since: "0.1.0",
  references: ["AML.T0051", "LLM01:2025"],
  docs: {
    finds:
      "“Do not tell the user”, in twelve languages, beside an act worth hiding: sending, uploading, running, inserting, an address, a credential.",
    matters:
      "An order to act and to keep silent about it is what separates an attack from a house rule. A model tuned on it learns to deceive.",
    misses:
      "Secrecy asked for in other words, or far from the act. Secrecy alone, which etiquette and system prompts ask for every day, is not reported, except as a note in a hidden field. Words of a lesson on attacks next to the order lower it to info where somebody speaks, and an attacker can write them.",
    remedy: "Read the record. Remove it unless the set teaches the model to refuse such orders.",
  },
  subject: { share: 0.05, severity: "low" },
  anchors: SECRECY.anchors,
  inspect(record, report) {
    let refusal: boolean | undefined;
    for (const field of record.fields) {
      const whole = foldedOf(field);
      const { text: folded, original } = whole;
      const hits: Hit[] = [];
      for (const match of SECRECY.find(whole)) {
        const start = original(match.start);
        const end = original(match.end);
        const around = folded.slice(Math.max(0, match.start - REACH), match.end + REACH);
        const act = ACT.exec(around)?.[0];
        const where = standing(record, field, folded, match.start, match.end);
        if (act === undefined && (where !== "planted" || field.role === "context" || field.role === "tool")) continue;
        const side = where === "planted" && field.role !== "context" && field.role !== "tool";
        const told =
          WITHOUT.test(folded.slice(match.start, match.end)) ||
          (TOLD_OF.test(folded.slice(Math.max(0, match.start - 8), match.start)) &&
            !/(?:^|[.:;,!?\n] ?|please |and |then )do $/.test(
              folded.slice(Math.max(0, match.start - 12), match.start),
            ));
        const base =
          act === undefined
            ? "low"
            : side
              ? "high"
              : where === "discussed"
                ? "info"
                : !ATTACK.test(around) || told
                  ? "low"
                  : where === "planted"
                    ? "high"
                    : "medium";
        const refused = (refusal ??= refuses(record));
        hits.push({
          message: `asks to hide something from the user (${match.language}): ${quote(field.text.slice(start, end))}${act === undefined ? "" : `, beside ${quote(act, 30)}`}`,
          field,
          start,
          end,
          excerpt: excerpt(field.text, start, end, 80),
          severity: refused ? lowered(base) : base,
          payload: folded.slice(match.start, match.end + 80),
          evidence: { language: match.language, said: SAID[where], ...(act === undefined ? {} : { act }) },
        });
      }
      const hit = worst(hits);
      if (hit) report(hit);
    }
  },
};
