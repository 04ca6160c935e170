// Orders to send what a model knows to somewhere outside: a verb of sending, something a conversation or a user owns, and
// a place to send it to, in one sentence. The three together are what makes it an order to a model and not an e-mail.
import type { Anchor, Hit, Literal, RecordDetector } from "../../core/detector.ts";
import type { Severity } from "../../core/severity.ts";
import { excerpt, quote } from "../../base/escape.ts";
import { addressesIn, addressKind, urlsIn } from "../network/address.ts";
import { dropHost } from "../network/drop-hosts.ts";
import { fold, foldedOf } from "./fold.ts";
import { lexicon, type Lexicon, type Phrase } from "./phrases.ts";
import { SAID, lowered, refuses, standing, worst } from "./standing.ts";

const two = (
  language: string,
  span: number,
  verbs: readonly string[],
  data: readonly string[],
  anchors?: readonly Anchor[],
): Phrase => ({ language, span, slots: [verbs, data], ...(anchors === undefined ? {} : { anchors }) });

// English has the most common words of all for this, and half of the records in the world hold some: raw bytes must show
// more there. A rare verb goes with a word for talk; any other pair needs something like a destination too.
const RARE_VERB = [
  ...["send", "forward", "transmit", "exfiltrat", "leak", "relay", "siphon", "beacon", "http_post", "smuggle", "email"],
];
const COMMON_VERB = ["post", "upload"];
const TALK = ["conversation", "histor", "transcript", "credential", "chat"];
// The second word of what is sent has a space before it: it can be asked for alone.
const KEPT: readonly Literal[] = [
  ...["window", "variables", "vars", "token", "tokens", "keys", "weights", "record", "records", "contents"].map(
    (word) => ({ word }),
  ),
  "training",
];
const PLACE = [
  ...["://", "webhook", "c&c", "c2.", "c2,", "exfil", "attacker", "listener", "external", "remote", "command-and"],
  ...["third", "dropbox"],
];
const MAILBOX = [
  ...[
    ".com",
    ".org",
    ".net",
    ".info",
    ".xyz",
    "@mail",
    "@gmail",
    "@proton",
    "@yandex",
    ".example",
    ".test",
    ".invalid",
  ],
];
/** Bytes between verb, data and place: the span of a pair and the reach of a place, with escapes. */
const NEAR = 900;
const either = (verbs: readonly string[], place: readonly string[]): Anchor[] => [
  { all: [verbs, "user", place], within: NEAR },
  { all: [verbs, "system", { word: "prompt" }, place], within: NEAR },
  { all: [verbs, KEPT, place], within: NEAR },
  { all: [verbs, ["api", "private"], { word: "key" }, place], within: NEAR },
];
const ENGLISH: readonly Anchor[] = [
  { bytes: "raw-ip" },
  { all: [RARE_VERB, TALK], within: NEAR },
  { all: [COMMON_VERB, TALK, [...PLACE, ...MAILBOX]], within: NEAR },
  ...either(RARE_VERB, [...PLACE, ...MAILBOX]),
  ...either(COMMON_VERB, PLACE),
];

// What only a model or its host can give away.
const CONVERSATION: readonly Phrase[] = [
  two(
    "English",
    120,
    [
      "send",
      "sends",
      "sending",
      "forward",
      "forwards",
      "forwarding",
      "transmit*",
      "upload",
      "uploads",
      "uploading",
      "exfiltrat*",
      "leak",
      "relay",
      "siphon",
      "beacon",
      "http_post",
      "smuggle",
      "post",
      "email",
    ],
    [
      "conversation history",
      "chat history",
      "conversation",
      "conversations",
      "chat log",
      "chat logs",
      "chat transcript",
      "transcript of this",
      "user's data",
      "users' data",
      "user data",
      "user's messages",
      "user messages",
      "user's input",
      "user input",
      "user's personal",
      "system prompt",
      "context window",
      "environment variables",
      "env vars",
      "session token",
      "session tokens",
      "api keys",
      "api key",
      "private keys",
      "private key",
      "ssh keys",
      "credentials",
      "access token",
      "access tokens",
      "model weights",
      "training data",
      "patient record",
      "patient records",
      "everything the user",
      "all user",
      "user's private",
      "memory contents",
    ],
    ENGLISH,
  ),
  two(
    "Spanish",
    120,
    [
      "historial",
      "conversación",
      "conversaciones",
      "datos del usuario",
      "datos de los usuarios",
      "datos personales",
      "contraseñas",
      "credenciales",
      "claves api",
      "mensajes del usuario",
    ],
    [
      "envía",
      "envíe",
      "envíen",
      "enviar",
      "reenvía",
      "reenvíe",
      "manda",
      "mande",
      "mandar",
      "transmite",
      "transmita",
      "sube",
      "filtra",
      "exfiltra",
    ],
  ),
  two(
    "French",
    120,
    [
      "envoie",
      "envoyez",
      "envoyer",
      "transmets",
      "transmettez",
      "transmettre",
      "transfère",
      "transférez",
      "exfiltre",
      "exfiltrez",
    ],
    [
      "historique",
      "conversation",
      "conversations",
      "données de l'utilisateur",
      "données utilisateur",
      "données des utilisateurs",
      "données personnelles",
      "mots de passe",
      "identifiants",
      "clés api",
    ],
  ),
  two(
    "German",
    120,
    [
      "sende",
      "senden",
      "schicke",
      "schicken",
      "übermittle",
      "übermitteln",
      "leite",
      "übertrage",
      "übertragen",
      "exfiltriere",
    ],
    [
      "gesprächsverlauf",
      "chatverlauf",
      "unterhaltungsverlauf",
      "verlauf",
      "unterhaltung",
      "unterhaltungen",
      "nutzerdaten",
      "benutzerdaten",
      "passwörter",
      "zugangsdaten",
      "api-schlüssel",
    ],
  ),
  two(
    "Portuguese",
    120,
    ["envie", "envia", "enviar", "encaminhe", "transmita", "exfiltre"],
    [
      "histórico",
      "conversa",
      "conversas",
      "dados do usuário",
      "dados dos usuários",
      "dados do utilizador",
      "dados pessoais",
      "senhas",
      "credenciais",
      "chaves de api",
    ],
  ),
  two(
    "Italian",
    120,
    ["invia", "inviate", "inviare", "inoltra", "trasmetti", "esfiltra"],
    [
      "cronologia",
      "conversazione",
      "conversazioni",
      "dati dell'utente",
      "dati degli utenti",
      "credenziali",
      "chiavi api",
    ],
  ),
  two(
    "Dutch",
    120,
    ["stuur", "verstuur", "verzend"],
    ["gespreksgeschiedenis", "chatgeschiedenis", "gesprek", "gebruikersgegevens", "wachtwoorden"],
  ),
  two(
    "Polish",
    120,
    ["wyślij", "prześlij", "wysyłaj"],
    ["historię", "rozmowy", "rozmów", "dane użytkownik*", "hasła", "poświadczenia"],
  ),
  two(
    "Turkish",
    120,
    ["=konuşma geçmişi*", "=sohbet geçmişi*", "kullanıcı veri*", "kullanıcının", "şifreleri*"],
    ["gönder", "gönderin", "ilet", "yükle"],
  ),
  two(
    "Indonesian",
    120,
    ["kirim", "kirimkan", "teruskan", "unggah"],
    ["riwayat", "percakapan", "data pengguna", "kata sandi", "kredensial"],
  ),
  two(
    "Vietnamese",
    120,
    ["gửi", "chuyển tiếp"],
    ["lịch sử", "cuộc trò chuyện", "hội thoại", "dữ liệu người dùng", "mật khẩu"],
  ),
  two(
    "Russian",
    130,
    ["отправ*", "перешли*", "пересыла*", "передай*", "передава*", "загруз*"],
    [
      "истори*",
      "переписк*",
      "данные пользовател*",
      "парол*",
      "учетные данные",
      "диалог*",
      "беседы",
      "разговор*",
      "системный промпт",
      "ключи api",
    ],
  ),
  two(
    "Chinese",
    60,
    ["发送", "發送", "转发", "轉發", "上传", "上傳", "传送", "傳送", "发到", "发给", "外传", "泄露"],
    [
      "对话历史",
      "對話歷史",
      "聊天记录",
      "聊天記錄",
      "对话记录",
      "对话内容",
      "会话历史",
      "会话记录",
      "会话内容",
      "用户数据",
      "用戶資料",
      "用户信息",
      "用户的",
      "密码",
      "凭据",
      "密钥",
      "系统提示",
      "全部对话",
      "所有对话",
      "个人信息",
    ],
  ),
  two(
    "Japanese",
    70,
    ["送信", "転送", "アップロード", "送って", "送れ"],
    [
      "会話履歴",
      "会話の履歴",
      "会話の内容",
      "会話内容",
      "すべての会話",
      "全ての会話",
      "チャット履歴",
      "ユーザーデータ",
      "ユーザーの",
      "個人情報",
      "パスワード",
      "認証情報",
    ],
  ),
  two(
    "Korean",
    80,
    ["전송", "보내", "전달", "업로드", "유출"],
    [
      "대화 기록",
      "대화 내역",
      "대화 내용",
      "모든 대화",
      "사용자 데이터",
      "사용자의",
      "비밀번호",
      "자격 증명",
      "개인정보",
    ],
  ),
  two(
    "Arabic",
    120,
    ["أرسل", "ارسل", "إرسال", "أرسلي", "انقل", "حوّل"],
    ["سجل المحادثة", "المحادثة", "المحادثات", "بيانات المستخدم", "كلمات المرور", "بيانات الاعتماد"],
  ),
  two("Hindi", 130, ["भेज", "अग्रेषित", "अपलोड"], ["बातचीत", "वार्तालाप", "उपयोगकर्ता", "पासवर्ड", "चैट", "इतिहास"]),
  two("Persian", 120, ["ارسال", "بفرست"], ["تاریخچه", "گفتگو", "مکالمه", "داده‌های کاربر", "رمز عبور"]),
  two("Thai", 100, ["ส่ง", "อัปโหลด"], ["ประวัติการสนทนา", "การสนทนา", "ข้อมูลผู้ใช้", "รหัสผ่าน"]),
];

export const REQUESTS: Lexicon = lexicon(CONVERSATION);

const NAMED_TARGET =
  /\b(?:c2|c&c|command[- ]and[- ]control|attacker(?:'s|-controlled)?|remote server|external (?:server|endpoint|host|address|url)|exfil\w*|webhook|listener|drop ?box server|third[- ]party server)\b|外部服务器|远程服务器|外部サーバー|внешн\w* сервер|удал[её]нн\w* сервер|servidor (?:externo|remoto)|serveur (?:externe|distant)|externen server|외부 서버|الخادم|خادم خارجي|बाहरी सर्वर/;
const EMAIL = /[\w.+-]{1,64}@[a-z0-9-]{1,63}\.[a-z]{2,12}/;

interface Target {
  readonly text: string;
  readonly strength: "address" | "drop" | "url" | "named" | "email";
}

// The strongest place to send things to, near the order.
function targetIn(text: string): Target | undefined {
  for (const url of urlsIn(text)) {
    if (["public", "documentation"].includes(addressKind(url.host) ?? ""))
      return { text: url.host, strength: "address" };
    if (dropHost(url)) return { text: url.host, strength: "drop" };
  }
  for (const address of addressesIn(text))
    if (addressKind(address.host) !== "special") return { text: address.host, strength: "address" };
  const named = NAMED_TARGET.exec(fold(text))?.[0];
  if (named !== undefined) return { text: named, strength: "named" };
  const url = urlsIn(text).next().value;
  if (url && addressKind(url.host) === undefined && url.host.includes(".")) return { text: url.host, strength: "url" };
  const email = EMAIL.exec(text.toLowerCase())?.[0];
  return email === undefined ? undefined : { text: email, strength: "email" };
}

const STRENGTH: Readonly<Record<Target["strength"], Severity>> = {
  address: "high",
  drop: "high",
  named: "medium",
  url: "medium",
  email: "low",
};
const REACH = 160;
// Only a model has these to give: a person's mail rarely speaks of them.
const SPOKEN =
  /conversation|chat|transcript|system prompt|context window|user'?s (?:data|input|messages|private|personal)|everything the user|histor|verlauf|conversa|percakapan|riwayat|переписк|истори|диалог|对话|對話|聊天|会話|대화|المحادث|बातचीत|चैट|konusma|sohbet|cronologia|گفتگو|สนทนา|hoi thoai/;

export const exfiltrationRequest: RecordDetector = {
  id: "exfiltration-request",
  family: "model-instruction",
  reads: "record",
  title: "A request to send conversation or user data somewhere",
  severity: "high",
  confidence: "medium",
  maturity: "stable",
  since: "0.1.0",
  references: ["AML.T0051", "AML.T0057", "LLM01:2025", "LLM02:2025"],
  docs: {
    finds:
      "A sentence, in nineteen languages, that asks to send, forward or upload conversation history, user data, credentials or the system prompt to an address, a URL, a mailbox or a named outside server. High with a literal address or a drop site, medium with an ordinary URL, low with a mailbox.",
    matters:
      "A tuned model that can call tools does what its examples did. One sentence like this, learned, is a standing leak of every conversation.",
    misses:
      "Data or destinations under a code name, and orders split over several sentences. Words of a lesson on attacks next to the sentence lower it to low, and an attacker can write them. Code that posts data is left to the malicious-code family.",
    remedy: "Remove the record. If the set teaches refusal, check that the response refuses.",
  },
  subject: { share: 0.05, severity: "low" },
  anchors: REQUESTS.anchors,
  inspect(record, report) {
    let refusal: boolean | undefined;
    for (const field of record.fields) {
      const whole = foldedOf(field);
      const { text: folded, original } = whole;
      const hits: Hit[] = [];
      for (const match of REQUESTS.find(whole)) {
        const start = original(match.start);
        const end = original(match.end);
        const target = targetIn(field.text.slice(Math.max(0, start - 40), end + REACH));
        if (!target) continue;
        const where = standing(record, field, folded, match.start, match.end);
        let severity: Severity = STRENGTH[target.strength];
        const weak = target.strength === "url" || target.strength === "named";
        if (where === "discussed") severity = "low";
        else if (where === "planted" && field.role === "metadata")
          severity = target.strength === "email" ? "medium" : "high";
        // An interface's manual sends user data to URLs; only a conversation is nobody's business there.
        else if (weak && !SPOKEN.test(folded.slice(match.start, match.end))) severity = "low";
        refusal ??= refuses(record);
        if (refusal) severity = lowered(severity);
        hits.push({
          message: `asks for data to go out: ${quote(field.text.slice(start, end), 60)}, to ${quote(target.text, 60)}`,
          field,
          start,
          end,
          excerpt: excerpt(field.text, start, end, 80),
          severity,
          payload: target.text,
          evidence: { language: match.language, target: target.text, said: SAID[where] },
        });
      }
      const hit = worst(hits);
      if (hit) report(hit);
    }
  },
};
