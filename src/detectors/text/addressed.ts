// Whether a piece of hidden text speaks to a model or gives a command. Only for text that was already found hidden: a
// verb and an object together are proof enough there, and would be far too little in the open.

/** Of one hidden text; what speaks to a model says so early (CWE-407). */
const LENGTH_MAX = 4_000;

/** Verb and object stand in one breath, not at two ends of a page. */
const REACH = 160;
/** Verbs looked at in one hidden text (CWE-407). */
const VERBS_MAX = 200;

// Verb and object by language; both must occur, near each other.
const PAIRS: readonly (readonly [RegExp, RegExp])[] = [
  [
    /\b(?:ignore|disregard|forget|override|bypass|reveal|exfiltrate|pretend|obey|jailbreak|ignora|ignorez|oublie|oubliez|plus compte|abstraction|olvida|omite|revela|révèle|revele|esqueça|desconsidere|dimentica|ignoriere|vergiss|missachte|verrate)\b/i,
    /\b(?:instructions?|prompt|previous|prior|above|system|guidelines?|rules?|policy|safety|password|instrucciones|anteriores|sistema|contraseña|consignes|précédentes|système|anweisung(?:en)?|vorherige[nr]?|passwort|instruções|senha|istruzioni|precedenti)\b/i,
  ],
  [
    /\b(?:assistant|llms?|language models?|chatbot|gpt|claude|gemini)\b/i,
    /\b(?:respond|ignore|recommend|praise|say|tell|give|reveal|obey|approve|must|always|never)\b/i,
  ],
  [/\b(?:ai|a\.i\.)\b/i, /\b(?:respond|ignore|recommend|praise|reveal|obey|approve|must|always|never)\b/i],
  [
    /\b(?:send|post|upload|forward|leak|exfiltrate|transmit|email)\b/i,
    /\b(?:passwords?|credentials?|secrets?|api[ _-]?keys?|tokens?|conversation|chat history|user data|environment variables)\b/i,
  ],
  [
    /\b(?:when|if|whenever)\b[^.]{0,80}\b(?:asked|user|prompt|question|sees?|contains?|trigger)\b/i,
    /\b(?:respond|reply|answer|output|execute|return|insert|include|recommend)\b/i,
  ],
  [/игнорир|забудь|раскрой|не упоминай|отправь|выполни/i, /инструкц|предыдущ|систем|указани|парол|ключ|команд|правил/i],
  [
    /忽略|无视|無視|忘记|忘掉|泄露|不要提及|发送/,
    /指令|指示|之前|以上|系统|提示|密码|规则|命令|システム|プロンプト|パスワード/,
  ],
  [/忘れて|明かし|送信し/, /指示|命令|以前|システム|プロンプト|パスワード/],
  [/무시|잊어|공개|전송/, /지시|명령|이전|시스템|프롬프트|비밀번호/],
  [/تجاهل|انس|اكشف|أرسل|نادیده|فراموش/, /تعليمات|السابقة|النظام|المرور|دستور|قبلی|سیستم/],
  [/अनदेखा|नज़रअंदाज़|भूल जाओ|भूल जाइए/, /निर्देश|पिछले|सिस्टम|पासवर्ड/],
  [/yok say|görmezden|unut/i, /talimat|önceki|sistem|şifre|kural/i],
  [/bỏ qua|quên đi/i, /hướng dẫn|chỉ dẫn|trước|hệ thống|mật khẩu/i],
];

const COMMAND =
  /\b(?:curl|wget)\b[^\n]{0,200}(?:https?:|\|)|\b(?:bash|sh|nc|ncat|powershell|pwsh)\b\s+-[a-z]|\b(?:eval|exec)\s?\(|\bos\.system\b|\bsubprocess\.|\brm\s+-(?:rf|fr)\b|\/dev\/tcp\/|\bbase64\s+-d\b|\bInvoke-(?:Expression|WebRequest)\b/i;

export function addressesModel(text: string): boolean {
  const cut = text.slice(0, LENGTH_MAX);
  return PAIRS.some(([verb, object]) => {
    if (!verb.test(cut) || !object.test(cut)) return false;
    const each = new RegExp(verb.source, `${verb.flags}g`);
    let seen = 0;
    for (let match = each.exec(cut); match !== null && seen < VERBS_MAX; match = each.exec(cut), seen++) {
      const end = match.index + match[0].length;
      if (object.test(cut.slice(Math.max(0, match.index - REACH), end + REACH))) return true;
    }
    return false;
  });
}

export const givesCommand = (text: string): boolean => COMMAND.test(text.slice(0, LENGTH_MAX));
