// One token of every rule, and the ways to write an assignment: found, and selected by the search over raw bytes.
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { test } from "node:test";
import { NO_PLAN } from "../../core/roles.ts";
import { toRecord } from "../../core/fields.ts";
import { buildSearch } from "../../scan/search.ts";
import { RULES } from "./rules.ts";
import { secret } from "./secret.ts";

// Random-looking and the same every time; tokens of nobody.
const letters = (alphabet: string, count: number): string => {
  let text = "";
  for (let i = 0; text.length < count; i++)
    for (const byte of createHash("sha512").update(`${alphabet}${i}`).digest())
      text += alphabet[byte % alphabet.length] ?? "";
  return text.slice(0, count);
};
const any = (count: number): string => letters("ABCDEFGHJKLMNPQRSTUVWXYZbcdefghijkmnopqrstuvwxyz23456789", count);
const alpha = (count: number): string => letters("ABCDEFGHJKLMNPQRSTUVWXYZbcdefghijkmnopqrstuvwxyz", count);
const upper = (count: number): string => letters("BCDEFGHJKLMNPQRSTUVWXYZ234567", count);
const hex = (count: number): string => letters("0123456789abcdef", count);

const SAMPLES: Readonly<Record<string, readonly string[]>> = {
  "GitHub token": [["ghp", any(36)].join("_")],
  "GitHub fine-grained token": [["github", "pat", any(22), any(59)].join("_")],
  "GitLab token": [["glpat", any(20)].join("-")],
  "AWS access key id": [["AKIA", upper(16)].join(""), ["ASIA", `N${upper(15)}`].join(""), ["ASIA", upper(16)].join("")],
  "AWS secret access key": [`aws_secret_access_key = "${any(40)}"`, `SecretAccessKey: ${any(40)}`],
  "Google API key": [["AIza", any(35)].join("")],
  "Google OAuth client secret": [["GOCSPX", any(28)].join("-")],
  "Azure storage key": [`AccountKey=${any(86)}==`],
  "Slack token": [["xoxb", any(24)].join("-"), ["xoxe", any(24)].join("-"), ["xapp", "1", any(24)].join("-")],
  "Stripe key": [["sk", "live", any(24)].join("_"), ["rk", "live", any(24)].join("_")],
  "Stripe test key": [["sk", "test", any(24)].join("_")],
  "OpenAI key": [`sk-${any(20)}${["T3Blb", "kFJ"].join("")}${any(20)}`],
  "OpenAI project key": [["sk", "proj", any(60)].join("-")],
  "Anthropic key": [["sk", "ant", "api03", any(80)].join("-")],
  "OpenRouter key": [["sk", "or", "v1", hex(64)].join("-")],
  "Hugging Face token": [["hf", alpha(34)].join("_")],
  "Hugging Face organisation token": [["api", "org", alpha(34)].join("_")],
  "Groq key": [["gsk", any(52)].join("_")],
  "Replicate token": [["r8", any(37)].join("_")],
  "xAI key": [["xai", any(80)].join("-")],
  "LangSmith key": [["lsv2", "pt", hex(32), hex(10)].join("_")],
  "npm token": [["npm", any(36)].join("_")],
  "PyPI token": [["pypi", `AgE${any(60)}`].join("-")],
  "Docker token": [["dckr", "pat", any(27)].join("_")],
  "SendGrid key": [["SG", any(22), any(43)].join("."), ["SG", `_${any(21)}`, any(43)].join(".")],
  "Twilio key": [`twilio = Client("${["SK", hex(32)].join("")}")`],
  "Mailgun key": [["key", hex(32)].join("-")],
  "DigitalOcean token": [["dop", "v1", hex(64)].join("_")],
  "Databricks token": [["dapi", hex(32)].join("")],
  "Shopify token": [["shpat", hex(32)].join("_")],
  "Supabase token": [["sbp", hex(40)].join("_")],
  "Linear key": [["lin", "api", any(40)].join("_")],
  "Notion token": [["ntn", any(46)].join("_")],
  "Postman key": [["PMAK", hex(24), hex(34)].join("-")],
  "Grafana token": [["glsa", any(32), hex(8)].join("_")],
  "Vault token": [["hvs", any(30)].join(".")],
  "Atlassian token": [["ATATT3", any(160)].join("")],
  "age secret key": [["AGE", "SECRET", "KEY", `1${upper(58)}`].join("-")],
};
const OTHERS: readonly string[] = [
  ...["api_key", "apiKey", "API-KEY=1; access_key", "accessToken", "client_secret", "privateToken"].flatMap((name) =>
    [`${name} = "${any(32)}"`, `${name}: '${any(32)}'`, `"${name}":"${any(32)}"`, `{"${name}" => "${any(120)}"}`].map(
      (assigned) => `const x = 1\n${assigned}\n`,
    ),
  ),
  `mongodb+srv://app:${any(14)}@db.shop.io/x`,
  `SFTP://app:${any(14)}@files.shop.io/x`,
  `-----BEGIN PRIVATE KEY-----\n${any(400).replaceAll(/.{16}/g, "$&\n")}\n-----END PRIVATE KEY-----`,
  [{ alg: "HS256" }, { sub: "ann", role: "x" }]
    .map((part) => Buffer.from(JSON.stringify(part)).toString("base64url"))
    .concat(any(43))
    .join("."),
];

test("every rule has a sample", () => {
  for (const { name } of RULES) assert.ok(SAMPLES[name] !== undefined, name);
});

test("what is found is selected, wherever it stands", () => {
  const search = buildSearch([secret]);
  for (const sample of [...Object.values(SAMPLES).flat(), ...OTHERS]) {
    for (const text of [sample, `${"word ".repeat(7)}x=${sample}`, `say "${sample}", ${"long-row".repeat(9)}`]) {
      let hits = 0;
      secret.inspect(toRecord(0, { value: { note: text } }, NO_PLAN), () => hits++);
      if (text === sample) assert.ok(hits > 0, `not found: ${text}`);
      if (hits === 0) continue;
      const bytes = Buffer.from(JSON.stringify({ note: text }));
      const masks = new Uint32Array(search.words);
      const [starts, ends] = [Uint32Array.of(0), Uint32Array.of(bytes.length)];
      search.mark({ bytes, starts, ends, count: 1, escapes: "backslash" }, masks);
      assert.ok(
        masks.some((word) => word !== 0),
        `not selected: ${text}`,
      );
    }
  }
});
