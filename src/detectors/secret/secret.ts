// Live-looking credentials in records: provider tokens by their published shape, private keys, database logins, signed
// tokens, and assignments of random strings. Documentation's placeholders are silent. A secret is never shown whole.
import type { Anchor, RecordDetector } from "../../core/detector.ts";
import type { Confidence, Severity } from "../../core/severity.ts";
import { quote } from "../../base/escape.ts";
import { urlsIn } from "../network/address.ts";
import { entropy, fingerprint, isPlaceholder, mask, maskedExcerpt } from "./mask.ts";
import { ASSIGNMENT, DATABASE_SCHEMES, JSON_WEB_TOKEN, PRIVATE_KEY, RULES } from "./rules.ts";

interface Found {
  readonly name: string;
  readonly start: number;
  readonly end: number;
  readonly severity: Severity;
  readonly confidence: Confidence;
  readonly checksum?: boolean;
}

// What a random string is assigned to.
const NAMES = [
  "api_key",
  "apikey",
  "secret_key",
  "secretkey",
  "access_key",
  "accesskey",
  "client_secret",
  "clientsecret",
  "auth_token",
  "authtoken",
  "access_token",
  "accesstoken",
  "private_token",
  "privatetoken",
] as const;
// The beginning of a token, and what it stands behind, are in too many words of code without a row of its characters.
const RAW_ROW = /[A-Za-z0-9+/_=.~-]{20}/;
const RAW_SIGN_MAX = 320;
const BESIDE = new Set(["aws_secret", "secretaccesskey", "aws_session", "accountkey", "twilio"]);
const beforeRow = (at: string): Anchor => ({
  at,
  worth: (following) => RAW_ROW.test(following.slice(0, BESIDE.has(at) ? RAW_SIGN_MAX : 20)),
});
const RAW_ASSIGNED = /^.{0,40}?(?:["']|\\u002[27]|&quot;|&#)[A-Za-z0-9+/_=.~-]{20}/;
const RAW_LOGIN = /^[a-z:]{3,12}[\\/]{2,4}[^\s"'@/]*:[^\s"'@/]*@/i;

const HITS_PER_FIELD_MAX = 16;
const KEY_BODY_MAX = 8_192;

export const secret: RecordDetector = {
  id: "secret",
  family: "secret",
  reads: "record",
  title: "A credential in training data",
  severity: "medium",
  confidence: "medium",
  maturity: "stable",
  since: "0.1.0",
  references: ["AML.T0057", "LLM02:2025", "CWE-798"],
  docs: {
    finds:
      "Tokens of forty services by prefix, length and checksum, private key blocks, database URLs with passwords, JSON Web Tokens, and random strings assigned to names such as api_key. Shown masked.",
    matters:
      "A model repeats what it was tuned on. A credential in the set is a credential for everyone who prompts the model, and often still works.",
    misses:
      "Passwords that look like words, services without a recognisable token, and secrets that are encoded or split.",
    remedy: "Revoke the credential first, then remove the record.",
  },
  anchors: [...new Set(RULES.flatMap((rule) => rule.anchors)), "eyj"].map(beforeRow).concat(
    ["-----begin"],
    ["postgres:", "postgresql:", "mysql:", "mongodb:", "srv:", "redis:", "amqp:", "ftp:"].map((at) => ({
      at,
      worth: (following) => RAW_LOGIN.test(following),
    })),
    NAMES.map((at) => ({ at, worth: (following) => RAW_ASSIGNED.test(following) })),
  ),
  inspect(record, report) {
    for (const field of record.fields) {
      const seen = new Set<string>();
      for (const found of secretsIn(field.text)) {
        const value = field.text.slice(found.start, found.end);
        if (seen.has(value)) continue;
        if (seen.size >= HITS_PER_FIELD_MAX) break;
        seen.add(value);
        report({
          message: `holds ${/^[aeiou]/i.test(found.name) ? "an" : "a"} ${found.name}: ${quote(mask(value))}`,
          field,
          start: found.start,
          end: found.end,
          excerpt: maskedExcerpt(field.text, found.start, found.end),
          severity: found.severity,
          confidence: found.confidence,
          group: found.name,
          payload: fingerprint(value),
          evidence: {
            kind: found.name,
            sha256: fingerprint(value),
            ...(found.checksum === undefined ? {} : { checksum: found.checksum }),
          },
        });
      }
    }
  },
};

// Every credential but a login and a private key holds a row of this many such characters, and prose holds none.
const ROW = 20;
const ROW_CHARACTER = new Uint8Array(128);
for (let code = 0; code < 128; code++)
  if (/[A-Za-z0-9+/_=.~-]/.test(String.fromCharCode(code))) ROW_CHARACTER[code] = 1;
const inRow = (text: string, at: number): boolean => {
  const code = text.charCodeAt(at);
  return code < 128 && ROW_CHARACTER[code] === 1;
};
// What a service's token begins with or stands beside, in or before its row.
const SIGNS = new RegExp(
  ["eyj", ...RULES.flatMap((rule) => rule.anchors)].map((sign) => sign.replace(".", String.raw`\.`)).join("|"),
  "gi",
);
const SIGN_BEFORE_MAX = 96;

interface Rows {
  readonly signs: ReadonlySet<string>;
  readonly assigned: readonly { readonly start: number; readonly end: number }[];
}

/** Every row of the text, looked at once; a row covers a multiple of its least length, so most text is skipped. */
function rowsIn(text: string): Rows {
  const signs = new Set<string>();
  const assigned: { start: number; end: number }[] = [];
  for (let at = ROW - 1; at < text.length; at += ROW) {
    if (!inRow(text, at)) continue;
    let start = at;
    while (start > 0 && inRow(text, start - 1)) start--;
    let end = at + 1;
    while (end < text.length && inRow(text, end)) end++;
    at = end;
    if (end - start < ROW) continue;
    const near = text.slice(Math.max(0, start - SIGN_BEFORE_MAX), end);
    SIGNS.lastIndex = 0;
    for (let sign = SIGNS.exec(near); sign !== null; sign = SIGNS.exec(near)) {
      signs.add(sign[0].toLowerCase());
      SIGNS.lastIndex = sign.index + 1;
    }
    const quoted = /["']/.test(text[start - 1] ?? "") && /["']/.test(text[end] ?? "");
    if (quoted && end - start <= ASSIGNED_MAX && ASSIGNMENT.test(text.slice(Math.max(0, start - 40), start)))
      assigned.push({ start, end });
  }
  return { signs, assigned };
}
const ASSIGNED_MAX = 120;

function* secretsIn(text: string): Generator<Found> {
  const { signs, assigned } = rowsIn(text);
  if (signs.size > 0) yield* tokensIn(text, signs);
  if (text.includes("PRIVATE KEY")) yield* privateKeys(text);
  if (signs.has("eyj")) yield* webTokens(text);
  yield* databaseLogins(text);
  for (const { start, end } of assigned) {
    const value = text.slice(start, end);
    const mixed = /[A-Z]/.test(value) && /[a-z]/.test(value) && /[0-9]/.test(value);
    if (!mixed || entropy(value) < 3.8 || isPlaceholder(value)) continue;
    yield {
      name: "random string assigned to a credential's name",
      start,
      end,
      severity: "low",
      confidence: "low",
    };
  }
}

function* tokensIn(text: string, signs: ReadonlySet<string>): Generator<Found> {
  for (const { name, anchors, pattern, severity = "medium", check } of RULES) {
    if (!anchors.some((anchor) => signs.has(anchor))) continue;
    for (const match of text.matchAll(pattern)) {
      const value = match[1] ?? match[0];
      const start = match.index + match[0].lastIndexOf(value);
      // The body after the prefix decides: prefixes repeat, bodies are random.
      if (isPlaceholder(value.slice(4)) || entropy(value) < 3) continue;
      const checksum = check?.(value);
      yield {
        name,
        start,
        end: start + value.length,
        severity: checksum === false ? "low" : severity,
        confidence: checksum === true ? "high" : checksum === false ? "low" : "medium",
        ...(checksum === undefined ? {} : { checksum }),
      };
    }
  }
}

function* privateKeys(text: string): Generator<Found> {
  for (const match of text.matchAll(PRIVATE_KEY)) {
    const bodyStart = match.index + match[0].length;
    const window = text.slice(bodyStart, bodyStart + KEY_BODY_MAX);
    const stop = window.indexOf("-----");
    const raw = stop === -1 ? window : window.slice(0, stop);
    // Escaped newlines stay as two characters where a key sits in JSON inside a string.
    const body = raw.replaceAll(/\\[nr]|\s/g, "").replace(/^(?:(?:Proc-Type|DEK-Info|Version|Comment)[^=]{0,80})/, "");
    const base64 = /[A-Za-z0-9+/=]{64,}/.exec(body)?.[0] ?? "";
    if (base64.length < 64 || entropy(base64) < 4.5 || /\.\.\.|xxxx|your/i.test(raw)) continue;
    const locked = match[1] === "ENCRYPTED" || raw.includes("ENCRYPTED");
    yield {
      name: locked ? "encrypted private key" : "private key",
      start: match.index,
      end: bodyStart + raw.length,
      severity: locked ? "medium" : "high",
      confidence: "high",
    };
  }
}

function* webTokens(text: string): Generator<Found> {
  for (const match of text.matchAll(JSON_WEB_TOKEN)) {
    const [head = "", claims = "", signature = ""] = match[0].split(".");
    const header = parsed(head);
    const body = parsed(claims);
    if (header === undefined || body === undefined || typeof header["alg"] !== "string") continue;
    // The token that every introduction to the format prints.
    if (body["name"] === "John Doe" || body["sub"] === "1234567890" || isPlaceholder(signature)) continue;
    const none = header["alg"].toLowerCase() === "none";
    if (!none && signature.length < 20) continue;
    yield {
      name: none ? "unsigned web token" : "signed web token",
      start: match.index,
      end: match.index + match[0].length,
      severity: "low",
      confidence: "medium",
    };
  }
}

function parsed(part: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(Buffer.from(part, "base64url").toString("utf8"));
    return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}

const TRIVIAL =
  /^(?:pass(?:word|wd)?\d{0,4}|pw|pwd|secret|admin|root|test|guest|user(?:name)?|postgres|mysql|mongo|redis|rabbit(?:mq)?|hunter2|s3cret|mypass(?:word)?|db_?pass(?:word)?|anonymous|\*+|x+)$/i;
const OWN_HOST = /^127\.|^10\.|^192\.168\.|^0\.0\.0\.0|\bexample\b|\.(?:test|invalid|local|localhost|internal)$/;

// No scheme of the web ends a database's address: most texts are done with at the sight of their links.
const DATABASE_URL = /(?:sql|db|srv|gres|redis|rediss|amqps?|ftp):\/\//i;

function* databaseLogins(text: string): Generator<Found> {
  if (!text.includes("://") || !DATABASE_URL.test(text)) return;
  for (const url of urlsIn(text)) {
    if (!DATABASE_SCHEMES.has(url.scheme)) continue;
    const colon = url.userinfo.indexOf(":");
    const password = url.userinfo.slice(colon + 1);
    if (
      colon < 1 ||
      password.length < 6 ||
      TRIVIAL.test(password) ||
      /[<>{}$%[\]]/.test(password) ||
      isPlaceholder(password) ||
      isPlaceholder(url.userinfo)
    )
      continue;
    const start = url.start + url.scheme.length + 3 + colon + 1;
    const near = OWN_HOST.test(url.host) || !url.host.includes(".");
    yield {
      name: `${url.scheme} password`,
      start,
      end: start + password.length,
      severity: near ? "low" : "medium",
      confidence: near ? "low" : "medium",
    };
  }
}
