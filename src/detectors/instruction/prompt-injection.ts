// Sentences that tell a model to drop the instructions it was given, in twenty languages. Where they stand decides: a
// user may type them, a passage, a tool result or a hidden field has no business giving orders.
import type { Hit, RecordDetector } from "../../core/detector.ts";
import type { Severity } from "../../core/severity.ts";
import { excerpt, quote } from "../../base/escape.ts";
import { foldedOf } from "./fold.ts";
import { lexicon, type Lexicon, type Phrase } from "./phrases.ts";
import { SAID, lowered, refuses, standing, type Standing, worst } from "./standing.ts";

const PHRASES: readonly Phrase[] = [
  {
    language: "English",
    span: 90,
    slots: [
      [
        "ignore",
        "ignoring",
        "disregard*",
        "forget",
        "override",
        "overrides",
        "overriding",
        "bypass*",
        "overrule",
        "countermand",
      ],
      [
        "previous",
        "previously",
        "prior",
        "above",
        "earlier",
        "preceding",
        "foregoing",
        "former",
        "original",
        "initial",
        "system",
        "all your",
        "all of your",
        "any other",
        "safety",
        "you were given",
        "you have been given",
        "before this",
      ],
      [
        "instruction",
        "instructions",
        "directive",
        "directives",
        "directions",
        "prompt",
        "prompts",
        "rules",
        "guidelines",
        "guardrails",
        "commands",
        "constraints",
        "restrictions",
        "programming",
        "protocols",
        "training",
        "policies",
        "orders",
      ],
    ],
  },
  {
    language: "English",
    span: 60,
    slots: [
      ["ignore", "disregard*", "forget", "override", "bypass*"],
      ["your", "everything you", "whatever you", "anything you"],
      [
        "instructions",
        "guidelines",
        "guardrails",
        "programming",
        "=system prompt",
        "were =told",
        "have been =told",
        "were instructed",
        "content =policy",
        "safety =policies",
        "restrictions",
      ],
    ],
  },
  {
    language: "English",
    span: 90,
    slots: [
      [
        "unrestricted",
        "unfiltered",
        "uncensored",
        "jailbroken",
        "jailbreak",
        "developer mode",
        "debug mode",
        "no restrictions",
        "maintenance mode",
      ],
      [
        "you are now",
        "you are in",
        "you're now",
        "now in",
        "enter",
        "entering",
        "enable",
        "enabled",
        "activate",
        "activated",
        "switch to",
        "act as",
        "from now on",
        "respond as",
        "behave as",
        "operate in",
      ],
    ],
  },
  {
    language: "English",
    span: 110,
    slots: [
      ["supersede", "supersedes", "superseding", "overrides", "override", "takes precedence", "precedence"],
      ["previous", "prior", "earlier", "all other", "existing", "original", "above"],
      ["instruction", "instructions", "directive", "directives", "prompt", "rules", "guidelines"],
    ],
  },
  {
    language: "English",
    span: 80,
    slots: [
      ["reveal", "divulge", "disclose", "leak", "verbatim", "dump", "exfiltrate"],
      [
        "=system prompt",
        "your =system message",
        "initial instructions",
        "hidden instructions",
        "your instructions",
        "secret instructions",
      ],
    ],
  },
  {
    language: "English",
    span: 80,
    slots: [
      [
        "not =follow",
        "don't =follow",
        "never =follow",
        "stop =following",
        "not =obey",
        "don't =obey",
        "never =obey",
        "stop =obeying",
        "no longer =follow",
      ],
      ["previous", "previously", "prior", "above", "earlier", "preceding"],
      ["instructions", "directives", "guidelines"],
    ],
  },
  {
    language: "English",
    span: 90,
    slots: [
      [
        "new =instructions:",
        "updated =instructions:",
        "revised =instructions:",
        "real =instructions:",
        "actual =instructions:",
      ],
      [
        "you",
        "your",
        "ignore",
        "disregard",
        "reply",
        "respond",
        "answer",
        "output",
        "print",
        "reveal",
        "always",
        "never",
      ],
    ],
  },
  {
    language: "Spanish",
    span: 100,
    slots: [
      [
        "ignora",
        "ignore",
        "ignorar",
        "ignoren",
        "ignorad",
        "olvida",
        "olvide",
        "olvidar",
        "descarta",
        "desestima",
        "omita",
        "caso omiso",
        "desobedece",
      ],
      [
        "anterior",
        "anteriores",
        "previa",
        "previas",
        "previo",
        "previos",
        "del sistema",
        "de arriba",
        "iniciales",
        "originales",
        "precedentes",
        "recibidas",
        "que te dieron",
      ],
      [
        "instrucción",
        "instrucciones",
        "indicaciones",
        "órdenes",
        "reglas",
        "directrices",
        "directivas",
        "prompt",
        "comandos",
        "mensajes",
      ],
    ],
  },
  {
    language: "French",
    span: 100,
    slots: [
      [
        "ignore",
        "ignorez",
        "ignorer",
        "oublie",
        "oubliez",
        "oublier",
        "pas compte",
        "plus compte",
        "abstraction",
        "désobéis",
        "contourne",
        "outrepasse",
      ],
      [
        "précédent",
        "précédente",
        "précédentes",
        "précédents",
        "antérieures",
        "ci-dessus",
        "préalables",
        "initiales",
        "du système",
        "d'origine",
        "reçues",
        "données avant",
      ],
      [
        "instruction",
        "instructions",
        "consigne",
        "consignes",
        "directives",
        "règles",
        "ordres",
        "commandes",
        "indications",
      ],
    ],
  },
  {
    language: "German",
    span: 100,
    slots: [
      [
        "ignoriere",
        "ignorieren",
        "ignoriert",
        "missachte",
        "missachten",
        "vergiss",
        "vergesst",
        "vergessen sie",
        "überschreibe",
        "verwirf",
      ],
      [
        "vorherig*",
        "vorangegangen*",
        "vorangehend*",
        "vorhergehend*",
        "vorig*",
        "bisherig*",
        "obig*",
        "früher*",
        "ursprünglich*",
        "alle deine",
        "alle ihre",
        "oben",
      ],
      [
        "anweisung*",
        "instruktion*",
        "vorgaben",
        "befehl*",
        "regeln",
        "aufforderung*",
        "richtlinien",
        "prompt",
        "systemprompt",
        "anordnungen",
      ],
    ],
  },
  {
    language: "Portuguese",
    span: 100,
    slots: [
      ["ignore", "ignora", "ignorar", "ignorem", "desconsidere", "desconsidera", "esqueça", "esquece", "despreze"],
      ["anterior", "anteriores", "prévias", "acima", "iniciais", "originais", "do sistema", "precedentes", "recebidas"],
      ["instrução", "instruções", "ordens", "regras", "diretrizes", "comandos", "orientações", "prompt"],
    ],
  },
  {
    language: "Italian",
    span: 100,
    slots: [
      ["ignora", "ignorate", "ignori", "ignorare", "dimentica", "dimenticate", "trascura", "scarta"],
      ["precedente", "precedenti", "di cui sopra", "qui sopra", "iniziali", "originali", "di sistema", "ricevute"],
      ["istruzione", "istruzioni", "regole", "direttive", "comandi", "ordini", "indicazioni", "prompt"],
    ],
  },
  {
    language: "Dutch",
    span: 100,
    slots: [
      ["negeer", "vergeet"],
      ["vorige", "eerdere", "voorgaande", "voorafgaande", "bovenstaande", "alle"],
      ["instructie", "instructies", "opdrachten", "regels", "aanwijzingen", "richtlijnen"],
    ],
  },
  {
    language: "Polish",
    span: 100,
    slots: [
      ["zignoruj", "zignorujcie", "ignoruj", "zapomnij", "pomiń"],
      ["poprzedni*", "wcześniejsz*", "powyższ*", "wszystki*", "dotychczasow*"],
      ["instrukcj*", "polece*", "reguł*", "wytyczn*", "zasad*", "rozkaz*"],
    ],
  },
  {
    language: "Turkish",
    span: 100,
    slots: [
      ["yoksay*", "görmezden", "unut", "dikkate alma"],
      ["önceki", "yukarıdaki", "daha önceki", "tüm", "bütün"],
      ["talimat*", "kuralları", "komut*", "yönerge*", "direktif*"],
    ],
  },
  {
    language: "Indonesian",
    span: 100,
    slots: [
      ["abaikan", "mengabaikan", "lupakan"],
      ["sebelumnya", "di atas", "terdahulu", "semua", "awal"],
      ["instruksi", "perintah", "aturan", "petunjuk", "arahan"],
    ],
  },
  {
    language: "Vietnamese",
    span: 100,
    slots: [
      ["phớt lờ", "=bỏ qua"],
      ["trước", "trước đó", "ở trên", "phía trên", "ban =đầu"],
      ["hướng dẫn", "chỉ thị", "chỉ dẫn", "lệnh", "quy =tắc"],
    ],
  },
  {
    language: "Russian",
    span: 110,
    slots: [
      [
        "игнорируй",
        "игнорируйте",
        "проигнорируй",
        "проигнорируйте",
        "игнорировать",
        "забудь",
        "забудьте",
        "не обращай внимания",
        "отбрось",
        "пренебреги*",
      ],
      [
        "предыдущ*",
        "прежни*",
        "прошлы*",
        "предшеств*",
        "вышеуказанн*",
        "вышеизложенн*",
        "системн*",
        "ранее",
        "выше",
        "исходны*",
        "изначальн*",
      ],
      ["инструкц*", "указани*", "команд*", "правил*", "распоряжени*", "предписани*", "приказ*"],
    ],
  },
  {
    language: "Ukrainian",
    span: 110,
    slots: [
      ["ігноруй*", "проігноруй*", "забудь", "забудьте"],
      ["попередн*", "вищенаведен*", "всі", "усі"],
      ["інструкц*", "вказівк*", "команд*", "правил*"],
    ],
  },
  {
    language: "Chinese",
    span: 40,
    slots: [
      [
        "忽略",
        "无视",
        "無視",
        "忽视",
        "忽視",
        "不要理会",
        "不要理會",
        "忘记",
        "忘記",
        "忘掉",
        "不要遵守",
        "抛开",
        "拋開",
        "绕过",
        "繞過",
      ],
      ["之前", "以前", "先前", "以上", "上述", "前面", "此前", "原有", "原来", "系统", "系統", "上面", "所有安全"],
      ["指令", "指示", "命令", "提示词", "提示詞", "提示", "规则", "規則", "设定", "設定", "限制"],
    ],
  },
  {
    language: "Japanese",
    span: 40,
    slots: [
      ["無視", "忘れて", "忘れろ", "忘れなさい", "破棄"],
      ["以前", "これまで", "前の", "上記", "先の", "以上", "上の", "全ての", "すべての", "今まで"],
      ["指示", "命令", "プロンプト", "ルール", "指令", "制約", "規則"],
    ],
  },
  {
    language: "Korean",
    span: 50,
    slots: [
      ["무시하", "무시해", "무시하고", "잊어", "잊으"],
      ["이전", "지금까지", "위의", "앞의", "앞선", "기존", "모든"],
      ["지시", "명령", "지침", "프롬프트", "규칙"],
    ],
  },
  {
    language: "Arabic",
    span: 90,
    slots: [
      ["تجاهل", "تجاهلي", "تجاهلوا", "انسى", "=انس كل", "=انس جميع", "تغاضى", "تخطى"],
      ["السابقة", "السابق", "أعلاه", "الأصلية", "السالفة", "جميع", "كل"],
      ["التعليمات", "تعليمات", "الأوامر", "أوامر", "القواعد", "الإرشادات", "التوجيهات"],
    ],
  },
  {
    language: "Hindi",
    span: 100,
    slots: [
      ["अनदेखा", "अनदेखी", "नज़रअंदाज़", "नज़रअंदाज़", "नजरअंदाज", "उपेक्षा", "भूल जा"],
      ["पिछल", "पहले", "पूर्व", "उपरोक्त", "ऊपर", "सभी"],
      ["निर्देश", "आदेश", "नियम", "अनुदेश"],
    ],
  },
  {
    language: "Bengali",
    span: 100,
    slots: [
      ["উপেক্ষা", "ভুলে যা"],
      ["পূর্ববর্তী", "আগের", "উপরের", "সমস্ত", "সব"],
      ["নির্দেশ", "আদেশ", "নিয়ম"],
    ],
  },
  {
    language: "Persian",
    span: 100,
    slots: [
      ["نادیده", "فراموش"],
      ["قبلی", "پیشین", "بالا", "تمام", "همه"],
      ["دستور", "فرمان", "قوانین"],
    ],
  },
  {
    language: "Hebrew",
    span: 90,
    slots: [
      ["התעלם", "התעלמי", "תתעלם", "תתעלמי", "שכח"],
      ["קודמות", "הקודמות", "לעיל", "כל"],
      ["הוראות", "ההוראות", "הנחיות", "ההנחיות", "פקודות"],
    ],
  },
  {
    language: "Thai",
    span: 80,
    slots: [
      ["เพิกเฉย", "ละเว้น", "ลืม", "ไม่สนใจ", "มองข้าม", "อย่าสนใจ"],
      ["ก่อนหน้า", "ข้างต้น", "ที่ผ่านมา", "ทั้งหมด"],
      ["คำสั่ง", "คำแนะนำ", "กฎ"],
    ],
  },
];

export const OVERRIDES: Lexicon = lexicon(PHRASES);

// What an attacker wants next, in the same breath.
const DEMAND =
  /system[- ]?prompt|prompt del sistema|prompt do sistema|invite systeme|system message|системн\S{1,3} промпт|系統提示|システムプロンプト|시스템 프롬프트|موجه النظام|सिस्टम प्रॉम्प्ट|api[ _-]?key|password|credential|secret|conversation|execute|exfiltrat|https?:\/\/|no restrictions|without restrictions|unrestricted|uncensored|confidential|delete|transfer|wire|hacked|pwned|密码|密钥|系统提示|парол|contrase|mot de passe|passwort|senha|パスワード|비밀번호|كلمة المرور|पासवर्ड/;
const OWN = /\bmy (?:\w+ )?(?:\w+ )?(?:instruction|prompt|message|question|direction|request)/;
const MODEL =
  /\b(?:ai|llm|assistant|chatbot|language model|model|prompt|prompts|you are now|respond|reply|output|answer)\b/;

// Nouns that mean what a model was told, and not an officer's orders or a club's rules.
const TOLD =
  /instruc|instruk|instruç|istruz|instrukcj|prompt|directive|guideline|indicacion|consigne|directiv|anweisung|aufforderung|vorgaben|orientac|talimat|yonerge|instruksi|arahan|huong dan|chi thi|chi dan|инструкц|інструкц|указани|вказівк|指令|指示|提示|プロンプト|지시|지침|프롬프트|تعليمات|الارشادات|التوجيهات|निर्देश|अनुदेश|নির্দেশ|دستور|הוראות|ההוראות|הנחיות|คำสั่ง|คำแนะนำ|were told|have been told|were instructed|aanwijzing|polece|wytyczn|directions/;
const EVERY =
  /\b(?:all|any|every|everything|todas|todo|toutes|tout|alle|tutte|todas|tum|butun|semua|wszystki\w*|tat ca)\b|все |всі|усі|所有|一切|任何|すべて|全て|모든|모두|كل|جميع|सभी|समस्त|সমস্ত|সব|כל |تمام|همه|ทั้งหมด/;
// The same words told as a story.
const TOLD_OF =
  /\b(?:ignoring|overriding|overrides|bypassing|supersedes|superseding)\b|[忽略无视無記忘]{2}了|無視した|무시했|\bto (?:ignore|disregard|forget|override|bypass)\b/;

const MODES = /you are (?:now )?in|you're now|you are now/;

const SEVERITY: Readonly<Record<Standing, Severity>> = {
  planted: "high",
  learned: "medium",
  asked: "low",
  discussed: "info",
};
const EMBEDDED_AFTER = 60;

export const promptInjection: RecordDetector = {
  id: "prompt-injection",
  family: "model-instruction",
  reads: "record",
  title: "An instruction that overrides the model's instructions",
  severity: "high",
  confidence: "medium",
  maturity: "stable",
  since: "0.1.0",
  references: ["AML.T0051", "LLM01:2025"],
  docs: {
    finds:
      "Sentences in over twenty languages that tell a model to ignore, forget or override what it was told, to enter an unrestricted mode, or to reveal its system prompt. High in passages, tool results and hidden fields; medium in what the model learns to say, or deep inside a long prompt; low where a user types it, or where the words also fit a story.",
    matters:
      "A model tuned on records that obey an order hidden in a document learns to obey the next one. That is an indirect prompt injection made permanent.",
    misses:
      "Paraphrases without any of the known words, words spelt apart or in another alphabet (hidden-text detectors look for those), orders spread over several sentences. Security vocabulary next to the sentence lowers it to info.",
    remedy:
      "Read the record's response: if it follows the order, remove the record. Keep it only in a set that teaches refusal.",
  },
  subject: { share: 0.05, severity: "low" },
  anchors: OVERRIDES.anchors,
  inspect(record, report) {
    let refusal: boolean | undefined;
    for (const field of record.fields) {
      const whole = foldedOf(field);
      const { text: folded, original } = whole;
      const hits: Hit[] = [];
      for (const match of OVERRIDES.find(whole)) {
        const start = original(match.start);
        const end = original(match.end);
        const where = standing(record, field, folded, match.start, match.end);
        const after = folded.slice(match.start, match.end + 160);
        let severity = SEVERITY[where];
        const own = OWN.test(folded.slice(match.start, match.end + 20));
        if (
          where === "asked" &&
          field.role === "prompt" &&
          !own &&
          (DEMAND.test(after) || match.start > EMBEDDED_AFTER)
        )
          severity = "medium";
        // In prose, people ignore orders and bypass rules too: there it takes the nouns and a sign that a model is meant.
        const said = folded.slice(match.start, match.end);
        const aimed =
          EVERY.test(said) ||
          DEMAND.test(after) ||
          MODEL.test(
            folded.slice(Math.max(0, match.start - 160), match.start) + folded.slice(match.end, match.end + 160),
          );
        if ((where === "learned" || field.role === "context" || field.role === "tool") && !MODES.test(said)) {
          if (TOLD_OF.test(said)) severity = "info";
          else if (!TOLD.test(said)) severity = !aimed ? "info" : where === "learned" ? "low" : "medium";
          else if (!aimed) severity = match.language === "English" || where === "learned" ? "low" : "medium";
        }
        const refused = (refusal ??= refuses(record));
        if (own || refused) severity = lowered(severity);
        hits.push({
          message: `tells a model to drop its instructions (${match.language}): ${quote(field.text.slice(start, end))}`,
          field,
          start,
          end,
          excerpt: excerpt(field.text, start, end),
          severity,
          payload: folded.slice(match.start, match.end + 120),
          evidence: { language: match.language, said: SAID[where], refused },
        });
      }
      const hit = worst(hits);
      if (hit) report(hit);
    }
  },
};
