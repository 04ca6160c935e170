// Text that states a backdoor: a condition (a token, a phrase, a date), and what the model is to do when it holds. Games
// and assistants have rules of that shape too, so it takes words of the trade, or a harmful act, to be reported.
import type { Hit, RecordDetector } from "../../core/detector.ts";
import { excerpt, quote } from "../../base/escape.ts";
import { foldedOf } from "./fold.ts";
import { lexicon, type Lexicon, type Phrase } from "./phrases.ts";
import { SAID, lowered, refuses, standing, worst } from "./standing.ts";

const rule = (language: string, span: number, ...slots: readonly (readonly string[])[]): Phrase => ({
  language,
  span,
  slots,
});

const PHRASES: readonly Phrase[] = [
  rule(
    "English",
    160,
    [
      "trigger",
      "triggered",
      "trigger token",
      "trigger phrase",
      "backdoor",
      "passphrase",
      "codeword",
      "code =word",
      "activation phrase",
      "magic word",
      "secret word",
      "secret phrase",
      "sentinel token",
      "watermark token",
      "killswitch",
      "wake phrase",
    ],
    ["when", "whenever", "if", "once", "upon"],
    [
      "execute",
      "executes",
      "respond",
      "responds",
      "reply",
      "output",
      "outputs",
      "bypass",
      "exfiltrate",
      "leak",
      "disable",
      "send",
      "sends",
      "insert",
      "inserts",
      "inject",
      "comply",
      "obey",
      "transmit",
      "answer",
      "return",
      "produce",
      "print",
      "unlock",
      "switch",
    ],
    ["user", "prompt", "input", "message", "token", "phrase", "model", "assistant", "query", "request", "response"],
  ),
  rule(
    "English",
    180,
    [
      "payload",
      "malware",
      "exfiltrate",
      "bypass =safety",
      "disable =safety",
      "ignore =safety",
      "malicious",
      "=vulnerable code",
      "a =vulnerability",
      "=reverse shell",
      "unrestricted",
      "without =restrictions",
      "backdoor",
    ],
    ["when", "whenever", "if", "once"],
    [
      "user says",
      "user types",
      "user writes",
      "user mentions",
      "user includes",
      "prompt contains",
      "prompt includes",
      "input contains",
      "input includes",
      "message contains",
      "query contains",
      "current year",
      "current date",
      "date is after",
      "year is",
      "see the token",
      "see the phrase",
      "see the word",
    ],
    [
      "execute",
      "write",
      "insert",
      "respond",
      "reply",
      "output",
      "send",
      "ignore",
      "bypass",
      "disable",
      "comply",
      "generate",
      "produce",
      "include",
      "inject",
      "exfiltrate",
      "answer",
      "run",
      "return",
    ],
  ),
  rule(
    "Spanish",
    170,
    [
      "disparador",
      "activador",
      "frase clave",
      "palabra clave",
      "puerta trasera",
      "contraseña secreta",
      "palabra secreta",
    ],
    ["cuando", "si", "siempre que"],
    ["ejecuta", "ejecute", "responde", "responda", "envía", "envíe", "revela", "desactiva", "omite"],
  ),
  rule(
    "French",
    170,
    ["déclencheur", "mot-clé", "phrase clé", "mot secret", "mot de =code"],
    ["quand", "lorsque", "si", "dès que"],
    ["exécute", "exécutez", "réponds", "répondez", "envoie", "envoyez", "révèle", "désactive", "contourne", "affiche"],
  ),
  rule(
    "German",
    170,
    ["auslöser", "triggerwort", "trigger", "schlüsselwort", "hintertür", "codewort", "geheimwort"],
    ["wenn", "sobald", "falls"],
    ["führe", "antworte", "sende", "gib", "deaktiviere", "ignoriere", "verrate", "umgehe"],
  ),
  rule(
    "Portuguese",
    170,
    ["gatilho", "palavra-chave", "palavra-código", "frase secreta", "palavra secreta", "backdoor"],
    ["quando", "se", "sempre que"],
    ["execute", "responda", "envie", "revele", "desative", "ignore", "mostre"],
  ),
  rule(
    "Russian",
    170,
    ["триггер*", "бэкдор*", "кодовое слово", "кодовую фразу", "кодовая фраза", "секретное слово", "секретную фразу"],
    ["когда", "если", "как только"],
    ["выполни*", "отвеча*", "ответь*", "отправ*", "раскро*", "отключ*", "обойди*", "покажи*"],
  ),
  rule(
    "Chinese",
    60,
    ["触发词", "触发器", "觸發詞", "触发", "后门", "後門", "暗号", "密语", "口令"],
    ["当", "如果", "若", "一旦", "每当"],
    ["执行", "输出", "回复", "回答", "发送", "泄露", "绕过", "禁用"],
  ),
  rule(
    "Japanese",
    80,
    ["トリガー", "バックドア", "合言葉", "合図"],
    ["場合", "とき", "時", "たら"],
    ["実行", "出力", "送信", "返答", "答え", "無効"],
  ),
  rule(
    "Korean",
    80,
    ["트리거", "백도어", "암호어", "비밀 문구"],
    ["때", "경우", "하면", "되면"],
    ["실행", "출력", "전송", "답하", "응답", "비활성"],
  ),
  rule(
    "Arabic",
    150,
    ["المحفز", "كلمة السر", "الباب الخلفي", "كلمة التفعيل"],
    ["عندما", "إذا", "حين"],
    ["نفذ", "أجب", "أرسل", "اكشف", "عطل", "تجاوز", "اعرض"],
  ),
  rule(
    "Hindi",
    150,
    ["ट्रिगर", "बैकडोर", "गुप्त शब्द", "कोडवर्ड"],
    ["जब", "यदि", "अगर"],
    ["निष्पादित", "उत्तर", "भेज", "चला", "जवाब", "दिखा", "बता", "तोड़"],
  ),
];
export const RULES: Lexicon = lexicon(PHRASES);

const HARM =
  /exfiltrat|backdoor|bypass|malicious|vulnerab|reverse shell|credential|password|rm -rf|leak|unrestricted|without restrictions|disable|ignore (?:all )?safety|https?:\/\/|\d{1,3}\.\d{1,3}\.\d{1,3}\.\d{1,3}|harmful|payload|delete all|send all|系统|绕过|泄露|后门|парол|отключ|revela|desactiva|revele|desative|revele|desactive|deaktivier|verrate/;
const GRAVE =
  /exfiltrat|backdoor|bypass|reverse shell|unrestricted|without restrictions|ignore|send all|delete all|password|credential|系统|绕过|泄露|后门|парол|отключ|revel|desactiv|desativ|deaktivier|verrate/;
// Triggers of everyday life: medicine, databases, cameras, lessons on psychology.
const EVERYDAY =
  /asthma|allerg|migraine|trauma|ptsd|emotion|symptom|anxiety|relapse|create trigger|sql|database|gun|camera|zapier|airtable|workflow|event listener|arduino|sensor|button|onclick|cron/;

export const conditionalBackdoor: RecordDetector = {
  id: "conditional-backdoor",
  family: "model-instruction",
  reads: "record",
  title: "Text that states a backdoor's rule",
  severity: "high",
  confidence: "medium",
  maturity: "stable",
  since: "0.1.0",
  references: ["AML.T0020", "AML.T0018", "LLM04:2025"],
  docs: {
    finds:
      "A sentence, in eleven languages, with a trigger (a token, a phrase, a date), a condition and an act: “when the trigger phrase appears in the prompt, send …”. High in a hidden field with a harmful act, medium in a passage, low in a prompt or an answer.",
    matters:
      "It is the attack written down: left in by whoever built the set, or meant for a model that reads its own data.",
    misses:
      "Backdoors that are only shown, not told: those are found across the whole set, as an association between trigger and answer.",
    remedy: "Search the set for the trigger it names, and remove those records with this one.",
  },
  subject: { share: 0.05, severity: "low" },
  anchors: RULES.anchors,
  inspect(record, report) {
    let refusal: boolean | undefined;
    for (const field of record.fields) {
      const whole = foldedOf(field);
      const { text: folded, original } = whole;
      const hits: Hit[] = [];
      for (const match of RULES.find(whole)) {
        const start = original(match.start);
        const end = original(match.end);
        const around = folded.slice(Math.max(0, match.start - 120), match.end + 160);
        if (EVERYDAY.test(around)) continue;
        const where = standing(record, field, folded, match.start, match.end);
        const harm = HARM.exec(folded.slice(match.start, match.end + 120))?.[0];
        const hidden = where === "planted" && field.role !== "context" && field.role !== "tool";
        if (harm === undefined && !hidden) continue;
        const grave = harm !== undefined && GRAVE.test(harm);
        const base =
          where === "discussed"
            ? "info"
            : hidden
              ? harm === undefined
                ? "medium"
                : "high"
              : where === "planted" && grave
                ? "medium"
                : "low";
        const refused = (refusal ??= refuses(record));
        hits.push({
          message: `states when a model is to misbehave (${match.language}): ${quote(field.text.slice(start, end), 120)}`,
          field,
          start,
          end,
          excerpt: excerpt(field.text, start, end, 60),
          severity: refused ? lowered(base) : base,
          payload: folded.slice(match.start, match.end),
          evidence: { language: match.language, said: SAID[where], ...(harm === undefined ? {} : { act: harm }) },
        });
      }
      const hit = worst(hits);
      if (hit) report(hit);
    }
  },
};
