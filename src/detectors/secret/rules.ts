// What the tokens of well-known services look like: their published prefix, alphabet, length, and checksum where the
// service documents one. A rule is data; each pattern is a fixed prefix and one bounded run, so a scan is linear.
import { crc32 } from "node:zlib";

export interface SecretRule {
  readonly name: string;
  /** Literals of which one is in every match. */
  readonly anchors: readonly string[];
  /** The secret is the whole match, or group 1. */
  readonly pattern: RegExp;
  readonly severity?: "high" | "medium" | "low";
  /** True or false where a checksum says so. */
  check?(secret: string): boolean;
}

const BASE62 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

// GitHub and npm: six base62 digits of the CRC32 of the thirty characters before them.
function crcTail(secret: string): boolean {
  const body = secret.slice(secret.indexOf("_") + 1);
  let value = crc32(body.slice(0, -6));
  let tail = "";
  for (let i = 0; i < 6; i++) {
    tail = (BASE62[value % 62] ?? "0") + tail;
    value = Math.floor(value / 62);
  }
  return tail === body.slice(-6);
}

const rule = (
  name: string,
  anchors: readonly string[],
  pattern: RegExp,
  extra: Pick<SecretRule, "severity" | "check"> = {},
): SecretRule => ({ name, anchors, pattern, ...extra });

export const RULES: readonly SecretRule[] = [
  rule("GitHub token", ["ghp_", "gho_", "ghu_", "ghs_", "ghr_"], /\bgh[pousr]_[A-Za-z0-9]{36}\b/g, { check: crcTail }),
  rule("GitHub fine-grained token", ["github_pat_"], /\bgithub_pat_[A-Za-z0-9]{22}_[A-Za-z0-9]{59}\b/g),
  rule("GitLab token", ["glpat-"], /\bglpat-[\w-]{20,64}/g),
  rule("AWS access key id", ["akia", "asia"], /\b(?:AKIA|ASIA)[A-Z2-7]{16}\b/g),
  rule(
    "AWS secret access key",
    ["aws_secret", "secretaccesskey", "aws_session"],
    /(?:aws_secret_access_key|secretaccesskey|aws_secret_key)["'\s:=\\]{1,6}([A-Za-z0-9/+]{40})(?![A-Za-z0-9/+=])/gi,
  ),
  rule("Google API key", ["aiza"], /\bAIza[\w-]{35}(?![\w-])/g),
  rule("Google OAuth client secret", ["gocspx-"], /\bGOCSPX-[\w-]{28}(?![\w-])/g),
  rule("Azure storage key", ["accountkey"], /AccountKey=([A-Za-z0-9+/]{86}==)/g),
  rule(
    "Slack token",
    ["xoxb-", "xoxp-", "xoxa-", "xoxr-", "xoxs-", "xoxe", "xapp-"],
    /\b(?:xox[abeprs]-|xapp-\d-)[A-Za-z0-9-]{20,200}/g,
  ),
  rule("Stripe key", ["sk_live_", "rk_live_"], /\b[sr]k_live_[A-Za-z0-9]{24,100}\b/g),
  rule("Stripe test key", ["sk_test_"], /\bsk_test_[A-Za-z0-9]{24,100}\b/g, { severity: "low" }),
  rule("OpenAI key", ["t3blbkfj"], /\bsk-[\w-]{20,90}T3BlbkFJ[\w-]{20,90}/g),
  rule("OpenAI project key", ["sk-proj-", "sk-svcacct-", "sk-admin-"], /\bsk-(?:proj|svcacct|admin)-[\w-]{40,200}/g),
  rule("Anthropic key", ["sk-ant-"], /\bsk-ant-(?:api|admin|oat)\d{2}-[\w-]{60,120}/g),
  rule("OpenRouter key", ["sk-or-v1-"], /\bsk-or-v1-[0-9a-f]{64}\b/g),
  rule("Hugging Face token", ["hf_"], /\bhf_[A-Za-z]{34}\b/g),
  rule("Hugging Face organisation token", ["api_org_"], /\bapi_org_[A-Za-z]{34}\b/g),
  rule("Groq key", ["gsk_"], /\bgsk_[A-Za-z0-9]{52}\b/g),
  rule("Replicate token", ["r8_"], /\br8_[A-Za-z0-9]{37}\b/g),
  rule("xAI key", ["xai-"], /\bxai-[A-Za-z0-9]{70,90}\b/g),
  rule("LangSmith key", ["lsv2_"], /\blsv2_(?:pt|sk)_[0-9a-f]{32}_[0-9a-f]{10}\b/g),
  rule("npm token", ["npm_"], /\bnpm_[A-Za-z0-9]{36}\b/g, { check: crcTail }),
  rule("PyPI token", ["pypi-ag"], /\bpypi-AgE[\w-]{50,400}/g),
  rule("Docker token", ["dckr_pat_"], /\bdckr_pat_[\w-]{27,40}/g),
  rule("SendGrid key", ["sg."], /\bSG\.[\w-]{22}\.[\w-]{43}(?![\w-])/g),
  rule("Twilio key", ["twilio"], /twilio.{0,60}?\b((?:SK|AC)[0-9a-f]{32})\b/gi),
  rule("Mailgun key", ["key-"], /\bkey-[0-9a-f]{32}\b/g),
  rule("DigitalOcean token", ["dop_v1_", "doo_v1_"], /\bdo[opr]_v1_[0-9a-f]{64}\b/g),
  rule("Databricks token", ["dapi"], /\bdapi[0-9a-f]{32}(?:-\d)?\b/g),
  rule("Shopify token", ["shpat_", "shpss_", "shpca_"], /\bshp(?:at|ss|ca|pa)_[0-9a-fA-F]{32}\b/g),
  rule("Supabase token", ["sbp_"], /\bsbp_[0-9a-f]{40}\b/g),
  rule("Linear key", ["lin_api_"], /\blin_api_[A-Za-z0-9]{40}\b/g),
  rule("Notion token", ["ntn_"], /\bntn_[A-Za-z0-9]{40,60}\b/g),
  rule("Postman key", ["pmak-"], /\bPMAK-[0-9a-f]{24}-[0-9a-f]{34}\b/g),
  rule("Grafana token", ["glsa_"], /\bglsa_[A-Za-z0-9]{32}_[0-9a-f]{8}\b/g),
  rule("Vault token", ["hvs."], /\bhvs\.[\w-]{24,120}/g),
  rule("Atlassian token", ["atatt3"], /\bATATT3[\w=-]{150,220}/g),
  rule("age secret key", ["age-secret-key-"], /\bAGE-SECRET-KEY-1[A-Z0-9]{58}\b/g, { severity: "high" }),
];

/** The start of a private key; its body is checked by hand. */
export const PRIVATE_KEY: RegExp = /-----BEGIN (?:(RSA|EC|DSA|OPENSSH|ENCRYPTED|PGP) )?PRIVATE KEY(?: BLOCK)?-----/g;
export const JSON_WEB_TOKEN: RegExp = /\beyJ[\w-]{10,800}\.eyJ[\w-]{10,4000}\.[\w-]{0,1000}/g;
/** What stands before the quoted value: a credential's name and a sign of assignment. */
export const ASSIGNMENT: RegExp =
  /(?:api_?key|secret_?key|access_?key|client_?secret|auth_?token|access_?token|private_?token)["']?\s{0,2}(?:=|:|=>)\s{0,2}["']$/i;
export const DATABASE_SCHEMES: ReadonlySet<string> = new Set([
  "postgres",
  "postgresql",
  "mysql",
  "mariadb",
  "mongodb",
  "mongodb+srv",
  "redis",
  "rediss",
  "amqp",
  "amqps",
  "mssql",
  "ftp",
  "sftp",
]);
