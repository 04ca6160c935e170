// Judges what came out of a decoder: a command, a program, an object that runs code when it is read, instructions, an
// address, plain prose, or nothing of interest. Keys, tokens, hashes, pictures and serialised settings are nothing.
import type { DataRecord, Field } from "../../core/record.ts";
import type { Report } from "../../core/detector.ts";
import type { Severity } from "../../core/severity.ts";
import { SEVERITIES, severityRank } from "../../core/severity.ts";
import { excerpt, quote } from "../../base/escape.ts";
import type { Limits } from "../../base/limits.ts";
import { LIMITS } from "../../base/limits.ts";
import { commandsIn } from "../code/commands.ts";
import { fitOf, recordSubject } from "../code/context.ts";
import type { Fit } from "../code/context.ts";
import { isCodeColumn } from "../code/indicators.ts";
import { budget, magicOf, unwrap } from "./decode.ts";
import type { Candidate, Unwrapped } from "./decode.ts";

export interface Judgement {
  readonly kind: "command" | "program" | "object" | "archive" | "instruction" | "address" | "prose" | "unread";
  readonly what: string;
  /** In a record that is about something else. */
  readonly severity: "critical" | "high" | "medium";
}

// Words of somebody who instructs a model or a machine. A hint for the message and for technical records; prose that
// nobody asked to have encoded needs none of them.
const INSTRUCTS =
  /\b(?:ignore|disregard|forget)\b.{0,40}\b(?:instruction|previous|prior|above|rule|prompt)|system prompt|\byou (?:are|must|will|should)\b|\balways (?:respond|answer|say|reply|output)|\b(?:respond|reply|answer|output) (?:only |always )?with\b|exfiltrat|\bsend\b.{0,60}\b(?:to|data|all|password|token|key|history|conversation)\b|\b(?:execute|run|download|install|activate|trigger|unlock|disable|bypass|delete|leak|upload)\b|backdoor|jailbreak|password|credential|\bsecret|api[ _-]?key|do not (?:tell|mention|reveal)|reverse shell|ignorier|ignora\b|ignorez|ignore as|игнорир|отправ|парол|忽略|无视|发送|密码|執行|执行|無視|送信|パスワード|実行|무시|보내|비밀번호|실행|تجاهل|أرسل|كلمة المرور|नज़रअंदाज़|अनदेखा|भेज|पासवर्ड|yok say|gönder|şifre|contraseña|mot de passe|passwort|senha|envía|envoie|sende\b|esegui|invia\b/i;

const ADDRESS =
  /\b(?:https?|ftp|wss?|tcp|ldap|rmi):\/\/[^\s"'<>]{4,}|(?<![\d.])(?:\d{1,3}\.){3}\d{1,3}(?::\d{2,5})?(?![\d.])|\b[a-z2-7]{16,56}\.onion\b/i;
const STRUCTURED = /^\s*(?:[{[<]|(?!(?:https?|ftp|wss?|tcp|ldap):\/\/)[\w.-]{1,40}[=:][^\s]*$|-----BEGIN|%PDF|ssh-)/;

/** Words, or characters of a script without spaces, enough of them to be language. */
function isProse(text: string): boolean {
  const letters = text.match(/[\p{L}\p{M}\s]/gu)?.length ?? 0;
  if (letters < text.length * 0.7) return false;
  const dense =
    text.match(/[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}\p{Script=Thai}]/gu)?.length ?? 0;
  if (dense >= 6) return true;
  const words = text.match(/(?<=^|[\s("'“¿¡])\p{L}[\p{L}\p{M}'’-]{1,24}(?=[\s,.;:!?)"'”]|$)/gu) ?? [];
  return words.length >= 3 && new Set(words.map((word) => word.toLowerCase())).size >= 3;
}

const READ_MAX = 200_000;

export function judge(unwrapped: Unwrapped): Judgement | undefined {
  const { text, bytes, chain, cut } = unwrapped;
  if (cut)
    return {
      kind: "unread",
      what: "data packed too deep or too large to unpack",
      severity: "medium",
    };
  if (text === undefined) {
    const magic = magicOf(bytes);
    if (magic === undefined || magic === "gzip" || magic === "zlib") return undefined;
    if (/program|class|module|shortcut/.test(magic))
      return { kind: "program", what: `a ${magic}`, severity: "critical" };
    if (/object|pickle/.test(magic))
      return {
        kind: "object",
        what: `a ${magic}`,
        severity: magic.startsWith("pickle") ? "critical" : "high",
      };
    return { kind: "archive", what: `a ${magic}`, severity: "medium" };
  }
  const read = text.slice(0, READ_MAX);
  const commands = commandsIn(read);
  if (/^#!\s?\/\w/.test(read)) return { kind: "command", what: "a script", severity: "critical" };
  if (commands.length > 0) {
    const worst = commands.reduce((a, b) =>
      severityRank(b.indicator.severity) > severityRank(a.indicator.severity) ? b : a,
    );
    return {
      kind: "command",
      what: `a command (${worst.indicator.technique})`,
      severity: worst.indicator.severity === "medium" ? "high" : "critical",
    };
  }
  if (
    /^(?:sudo\s|(?:ba|z)?sh\s|cmd\s\/c|powershell|python3?\s-c|import\s(?:os|socket|subprocess)\b|curl\s|wget\s|\$\w{1,20}\s?=)|\b(?:os\.system|subprocess\.|child_process|eval\s?\(|exec\s?\(|Invoke-Expression|document\.cookie)/i.test(
      read,
    )
  ) {
    return { kind: "command", what: "code", severity: "high" };
  }
  const packed = chain.length > 1 ? "high" : undefined;
  if (STRUCTURED.test(read) && !packed) return undefined;
  if (isProse(read)) {
    return INSTRUCTS.test(read)
      ? { kind: "instruction", what: "instructions", severity: "high" }
      : { kind: "prose", what: "text", severity: "high" };
  }
  if (ADDRESS.test(read) && read.length < 2_000) return { kind: "address", what: "an address", severity: "high" };
  if (INSTRUCTS.test(read) && /\s/.test(read.trim()))
    return { kind: "instruction", what: "instructions", severity: "high" };
  return undefined;
}

const lower = (severity: Severity, by: number): Severity =>
  SEVERITIES[Math.max(0, severityRank(severity) - by)] ?? severity;

/** Out of place: as judged. In a technical record: one less, plain text and addresses two. At home: low. */
function placed(judgement: Judgement, fit: Fit, strict: boolean, inUrl: boolean): Severity {
  const { kind, severity } = judgement;
  // A redirect that carries its target in base64 is how links are written.
  if (inUrl && (kind === "address" || kind === "prose" || kind === "unread")) return "low";
  if (fit === "none") return severity;
  const plain = kind === "prose" || kind === "address" || kind === "archive";
  if (fit === "near") return strict ? severity : lower(severity, plain ? 2 : 1);
  if (strict && severity === "critical") return "medium";
  return kind === "prose" ? "info" : "low";
}

const WHERE: Readonly<Record<Fit, string>> = {
  none: "in a record that asks for nothing of the kind",
  near: "in a record that does not ask for an encoding",
  home: "in a record that talks about encodings",
};
const GROUP: Readonly<Record<Fit, string>> = {
  none: "out of place",
  near: "beside its subject",
  home: "in its place",
};

const inUrlAt = (text: string, start: number): boolean => {
  const before = text.slice(Math.max(0, start - 200), start);
  return /(?:https?:\/\/|www\.)[^\s"'<>()]{1,200}$/i.test(before);
};

export interface EncodedOptions {
  /** True where the encoding is also an ordinary way to write other scripts (percent, escapes): prose then counts only
   * if it had no need of it. */
  readonly ordinary?: boolean;
  readonly limits?: Limits;
}

// Runs in one field that decode to something readable and are judged.
const CANDIDATES_MAX = 512;

/** Reports the worst decoded payload of each field. */
export function inspectEncoded(
  record: DataRecord,
  report: Report,
  find: (text: string) => readonly Candidate[],
  options: EncodedOptions = {},
): void {
  const limits = options.limits ?? LIMITS;
  for (const field of record.fields) {
    const candidates = find(field.text);
    if (candidates.length === 0) continue;
    const left = budget(limits);
    let fit: Fit | undefined;
    let worst: { candidate: Candidate; unwrapped: Unwrapped; judgement: Judgement; severity: Severity } | undefined;
    let judged = 0;
    for (const [n, candidate] of candidates.entries()) {
      // A field stuffed with harmless runs must not hide one more behind them: past the bound it is called unread.
      const unwrapped: Unwrapped =
        n < CANDIDATES_MAX
          ? unwrap(candidate, left, limits)
          : { chain: [candidate.encoding], bytes: candidate.bytes, text: undefined, cut: true };
      if (n > CANDIDATES_MAX) break;
      const judgement = judge(unwrapped);
      if (!judgement) continue;
      if (
        options.ordinary === true &&
        candidate.needless < 0.5 &&
        judgement.kind !== "command" &&
        judgement.kind !== "program"
      )
        continue;
      fit ??= fitOf(recordSubject(record, field, candidates), ["encoding", "security"]);
      judged++;
      const severity = placed(judgement, fit, isStrict(field), inUrlAt(field.text, candidate.start));
      if (!worst || severityRank(severity) > severityRank(worst.severity))
        worst = { candidate, unwrapped, judgement, severity };
    }
    if (!worst || !fit) continue;
    const { candidate, unwrapped, judgement, severity } = worst;
    const shown = unwrapped.text ?? Buffer.from(unwrapped.bytes.subarray(0, 32)).toString("hex");
    const chain = unwrapped.chain.join(" > ");
    report({
      message: `${chain} hides ${judgement.what}: ${quote(shown)} ${WHERE[fit]}`,
      field,
      start: candidate.start,
      end: candidate.end,
      excerpt: excerpt(field.text, candidate.start, candidate.end),
      severity,
      confidence: severityRank(severity) >= 3 ? "high" : severity === "medium" ? "medium" : "low",
      group: GROUP[fit],
      payload: shown.toLowerCase().replaceAll(/\s+/g, " ").slice(0, 200),
      evidence: {
        encoding: chain,
        decoded: quote(shown, 200),
        decodedBytes: unwrapped.bytes.length,
        encodedLength: candidate.end - candidate.start,
        payloads: judged,
      },
    });
  }
}

const isStrict = (field: Field): boolean =>
  (field.role === "metadata" || field.role === "label" || field.role === "system") && !isCodeColumn(field);
