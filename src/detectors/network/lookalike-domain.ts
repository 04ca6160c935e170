// Hosts dressed up as another: letters of other scripts (IDN homographs, UTS #39), a digit for a letter, one letter wrong,
// a known name as a subdomain of a stranger. Only names that a model's supply chain trusts are compared.
import { domainToUnicode } from "node:url";
import type { RecordDetector } from "../../core/detector.ts";
import type { Severity } from "../../core/severity.ts";
import { excerpt, quote } from "../../base/escape.ts";
import { urlsIn } from "./address.ts";

/** Registered name -> the endings it owns. Short names are compared by look only: too many words are one letter away. */
const BRANDS: Readonly<Record<string, readonly string[]>> = {
  huggingface: ["co", "com", "tech"],
  openai: ["com", "org"],
  chatgpt: ["com"],
  anthropic: ["com"],
  claude: ["ai", "com"],
  github: ["com", "io", "dev"],
  githubusercontent: ["com"],
  gitlab: ["com", "io"],
  bitbucket: ["org"],
  pypi: ["org", "io"],
  pythonhosted: ["org"],
  npmjs: ["com", "org"],
  pytorch: ["org"],
  tensorflow: ["org"],
  kaggle: ["com"],
  google: ["com", "ai", "dev"],
  googleapis: ["com"],
  microsoft: ["com", "ai"],
  microsoftonline: ["com"],
  amazon: ["com"],
  amazonaws: ["com"],
  cloudflare: ["com"],
  docker: ["com", "io"],
  nvidia: ["com"],
  mistral: ["ai"],
  deepseek: ["com"],
  paypal: ["com"],
  apple: ["com"],
  icloud: ["com"],
  facebook: ["com"],
  telegram: ["org"],
  slack: ["com"],
  stackoverflow: ["com"],
  dropbox: ["com"],
  wikipedia: ["org"],
  anaconda: ["com", "org"],
  ollama: ["com", "ai"],
  modelscope: ["cn", "ai"],
  langchain: ["com", "dev"],
  youtube: ["com"],
  linkedin: ["com"],
  instagram: ["com"],
  netflix: ["com"],
  twitter: ["com"],
  discord: ["com", "gg"],
  wandb: ["ai"],
  onnxruntime: ["ai"],
};
const NAMES = Object.keys(BRANDS);

// Real words and real companies one letter from a brand.
const NEIGHBOURS = new Set([
  "openapi",
  "openapis",
  "paypay",
  "goggle",
  "goggles",
  "haggle",
  "gaggle",
  "waggle",
  "locker",
  "rocker",
  "cocker",
  "mocker",
  "docket",
  "dockers",
  "clouds",
  "amazona",
  "claudel",
  "cloude",
  "clauder",
  "anacondas",
  "wikimedia",
  "facebooks",
  "notion",
  "discards",
  "record",
  "discos",
  "discord",
  "gitlabs",
  "mistrals",
  "mistrial",
  "minstral",
  "ministral",
  "pytorchx",
  "telegrams",
  "telegraph",
  "twittered",
  "twitters",
  "nvidias",
  "openair",
  "openia",
  "openid",
  "opena",
  "openal",
  "penai",
  "ollamas",
  "llama",
  "netflux",
  "iclouds",
  "cloud",
  "goole",
  "googol",
  "amazons",
]);
const DISTANCE_NAME_MIN = 6;

// The confusable letters that registrars let through in otherwise Latin-looking names (from UTS #39 confusables).
const CONFUSABLE: Readonly<Record<string, string>> = {
  а: "a",
  ɑ: "a",
  α: "a",
  Ь: "b",
  с: "c",
  ϲ: "c",
  ԁ: "d",
  е: "e",
  ҽ: "e",
  ё: "e",
  ɡ: "g",
  һ: "h",
  і: "i",
  ι: "i",
  ı: "i",
  ɩ: "i",
  ј: "j",
  κ: "k",
  к: "k",
  ⅼ: "l",
  ӏ: "l",
  ո: "n",
  п: "n",
  ο: "o",
  о: "o",
  օ: "o",
  р: "p",
  ρ: "p",
  ԛ: "q",
  г: "r",
  ѕ: "s",
  τ: "t",
  т: "t",
  υ: "u",
  ս: "u",
  ν: "v",
  ѵ: "v",
  ԝ: "w",
  ѡ: "w",
  х: "x",
  χ: "x",
  у: "y",
  γ: "y",
  ү: "y",
  ᴢ: "z",
};
const skeleton = (label: string): string =>
  [...label].map((c) => CONFUSABLE[c] ?? c.normalize("NFKD")[0] ?? c).join("");
const DIGITS: Readonly<Record<string, string>> = { "0": "o", "1": "l", "3": "e", "5": "s" };
const looks = (label: string): string =>
  label
    .replace(/[0135]/g, (d) => DIGITS[d] ?? d)
    .replaceAll("rn", "m")
    .replaceAll("vv", "w");

interface Verdict {
  readonly brand: string;
  readonly how: string;
  readonly severity: Severity;
}

const BAIT =
  /^(?:login|signin|secure|verify|account|auth|models?|downloads?|cdn|updates?|support|api|hub|files|mirror)$/;
const HOSTS_PER_FIELD_MAX = 2_000;

export const lookalikeDomain: RecordDetector = {
  id: "lookalike-domain",
  family: "network",
  reads: "record",
  title: "A domain that imitates a known one",
  severity: "high",
  confidence: "medium",
  maturity: "stable",
  since: "0.1.0",
  references: ["AML.T0010", "ATT&CK T1583.001", "https://www.unicode.org/reports/tr39/"],
  docs: {
    finds:
      "URLs whose host looks like one of some fifty names of the model supply chain: through letters of another script (shown decoded), digits for letters, one letter changed, or the real name as a subdomain of a stranger.",
    matters: "A model that learns the wrong host hands it out with confidence: in code, in install commands, in links.",
    misses: "Names that are not on the list, and imitations more than one letter away.",
    remedy: "Correct the host or remove the record.",
  },
  anchors: [{ at: "://", worth: (following) => !isOrdinary(following) }],
  inspect(record, report) {
    for (const field of record.fields) {
      const seen = new Set<string>();
      for (const url of urlsIn(field.text)) {
        if (seen.has(url.host) || seen.size > HOSTS_PER_FIELD_MAX) continue;
        seen.add(url.host);
        const verdict = judged(url.host);
        if (!verdict) continue;
        report({
          message: `${quote(url.host, 60)} imitates ${verdict.brand}: ${verdict.how}`,
          field,
          start: url.start,
          end: url.end,
          excerpt: excerpt(field.text, url.start, url.end),
          severity: verdict.severity,
          group: url.host,
          evidence: { host: url.host, imitates: verdict.brand },
        });
      }
    }
  },
};

const RAW_HOST_MAX = 300;

/** Whether the raw bytes of an address show its host whole, and nothing is to be said of it. */
function isOrdinary(following: string): boolean {
  const raw = following.slice(0, RAW_HOST_MAX).replaceAll("\\/", "/");
  const end = raw.slice(3).search(/[/?#\s"'<>`]/);
  // Where an escape, an entity or another script stands in it, only the parsed text tells.
  if (end === -1 || /[\\%&\x80-\xff]/.test(raw.slice(3, 3 + end).replace(/\\[nt"']?$/, ""))) return false;
  for (const url of urlsIn(`http${raw.slice(0, 4 + end)}`)) return judged(url.host) === undefined;
  return true;
}

// The same few hosts are in most links of a set. Whoever wrote it chooses how many others: they are forgotten.
const VERDICTS_MAX = 4_096;
const verdicts = new Map<string, Verdict | undefined>();

function judged(host: string): Verdict | undefined {
  if (verdicts.has(host)) return verdicts.get(host);
  if (verdicts.size >= VERDICTS_MAX) verdicts.clear();
  const verdict = judge(host);
  if (host.length <= 256) verdicts.set(host, verdict);
  return verdict;
}

function judge(host: string): Verdict | undefined {
  const shown = /xn--|\P{ASCII}/u.test(host) ? domainToUnicode(host).toLowerCase() || host : host;
  const labels = shown.split(".");
  if (labels.length < 2 || !/^[\p{L}\p{M}\p{N}.-]+$/u.test(shown)) return undefined;
  const ending = labels.at(-1) ?? "";
  const second =
    ending.length === 2 && /^(?:co|com|org|net|ac|gov)$/.test(labels.at(-2) ?? "") && labels.length > 2 ? 3 : 2;
  const name = labels.at(-second) ?? "";
  if (Object.hasOwn(BRANDS, name)) return undefined;
  if (/\P{ASCII}/u.test(name)) {
    const plain = skeleton(name);
    return plain !== name && Object.hasOwn(BRANDS, plain)
      ? { brand: plain, how: "letters of another script", severity: "high" }
      : undefined;
  }
  // `github.com.example.test`, but not `google.com.br`.
  for (let i = 0; i + second + 1 < labels.length; i++) {
    const brand = labels[i] ?? "";
    if (Object.hasOwn(BRANDS, brand) && BRANDS[brand]?.includes(labels[i + 1] ?? "") === true)
      return { brand, how: "its name is only a subdomain", severity: "medium" };
  }
  const same = looks(name);
  if (same !== name && Object.hasOwn(BRANDS, same))
    return { brand: same, how: "a digit or two letters pose as one", severity: "high" };
  const [head = "", ...tail] = name.split("-");
  if (
    tail.length > 0 &&
    head.length >= DISTANCE_NAME_MIN &&
    Object.hasOwn(BRANDS, head) &&
    tail.every((t) => BAIT.test(t) || BRANDS[head]?.includes(t))
  )
    return { brand: head, how: "its name with a lure attached", severity: "low" };
  if (NEIGHBOURS.has(name)) return undefined;
  const near = NAMES.find((brand) => brand.length >= DISTANCE_NAME_MIN && oneEdit(name, brand));
  return near === undefined ? undefined : { brand: near, how: "one letter differs", severity: "medium" };
}

/** One letter changed, added, left out, or two neighbours swapped. */
export function oneEdit(a: string, b: string): boolean {
  if (a === b || Math.abs(a.length - b.length) > 1) return false;
  let i = 0;
  while (i < a.length && a[i] === b[i]) i++;
  if (a.length > b.length) return a.slice(i + 1) === b.slice(i);
  if (a.length < b.length) return a.slice(i) === b.slice(i + 1);
  return (
    a.slice(i + 1) === b.slice(i + 1) || (a[i] === b[i + 1] && a[i + 1] === b[i] && a.slice(i + 2) === b.slice(i + 2))
  );
}
