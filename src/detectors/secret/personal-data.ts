// Personal data by form and checksum: mailboxes, phone numbers, bank accounts, payment cards, national numbers. A note
// for the reviewer and never an alarm: most training sets hold some.
import type { RecordDetector } from "../../core/detector.ts";
import { quote } from "../../base/escape.ts";
import { mask, maskedExcerpt } from "./mask.ts";

interface Kind {
  readonly name: string;
  readonly pattern: RegExp;
  /** True where it need not hold a long number. */
  readonly anywhere?: boolean;
  valid(text: string): boolean;
}

const digits = (text: string): string => text.replaceAll(/\D/g, "");
const distinct = (text: string): boolean => new Set(digits(text)).size > 3;

/** Luhn, ISO/IEC 7812-1. */
export function luhn(number: string): boolean {
  let sum = 0;
  for (let i = 0; i < number.length; i++) {
    const digit = Number(number[number.length - 1 - i]);
    sum += i % 2 === 0 ? digit : digit * 2 - (digit > 4 ? 9 : 0);
  }
  return number.length > 0 && sum % 10 === 0;
}

/** IBAN, ISO 13616: mod 97 of the rearranged number is 1. */
export function iban(text: string): boolean {
  const plain = text.replaceAll(" ", "");
  const length = IBAN_LENGTHS[plain.slice(0, 2)];
  if (length !== plain.length) return false;
  let rest = 0;
  for (const c of plain.slice(4) + plain.slice(0, 4)) {
    const value = /\d/.test(c) ? Number(c) : c.charCodeAt(0) - 55;
    rest = (rest * (value > 9 ? 100 : 10) + value) % 97;
  }
  return rest === 1;
}
const IBAN_LENGTHS: Readonly<Record<string, number>> = {
  AD: 24,
  AE: 23,
  AT: 20,
  BE: 16,
  BG: 22,
  CH: 21,
  CY: 28,
  CZ: 24,
  DE: 22,
  DK: 18,
  EE: 20,
  ES: 24,
  FI: 18,
  FR: 27,
  GB: 22,
  GR: 27,
  HR: 21,
  HU: 28,
  IE: 22,
  IL: 23,
  IS: 26,
  IT: 27,
  LI: 21,
  LT: 20,
  LU: 20,
  LV: 21,
  MC: 27,
  MT: 31,
  NL: 18,
  NO: 15,
  PL: 28,
  PT: 25,
  RO: 24,
  RS: 22,
  SA: 24,
  SE: 24,
  SI: 19,
  SK: 24,
  TR: 26,
  UA: 29,
};

const card = (text: string): boolean => {
  const number = digits(text);
  const issuer =
    (number.startsWith("4") && (number.length === 16 || number.length === 13)) ||
    (/^(?:5[1-5]|2(?:2[2-9]|[3-6]|7[01]|720))/.test(number) && number.length === 16) ||
    (/^3[47]/.test(number) && number.length === 15) ||
    (/^(?:6011|65|64[4-9]|62)/.test(number) && number.length === 16) ||
    (/^35(?:2[89]|[3-8])/.test(number) && number.length === 16);
  return issuer && distinct(text) && luhn(number) && !TEST_CARDS.has(number);
};
// Printed in every payment provider's manual.
const TEST_CARDS = new Set([
  "4111111111111111",
  "4242424242424242",
  "5555555555554444",
  "378282246310005",
  "4012888888881881",
  "5105105105105100",
  "6011111111111117",
]);

const weighted = (number: string, weights: readonly number[]): number =>
  weights.reduce((sum, w, i) => sum + w * Number(number[i]), 0);
const cpf = (text: string): boolean => {
  const n = digits(text);
  const check = (length: number): number => {
    const rest =
      (weighted(
        n,
        Array.from({ length }, (_, i) => length + 1 - i),
      ) *
        10) %
      11;
    return rest === 10 ? 0 : rest;
  };
  return n.length === 11 && distinct(n) && check(9) === Number(n[9]) && check(10) === Number(n[10]);
};
const chinese = (text: string): boolean =>
  "10X98765432"[weighted(text, [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2]) % 11] ===
    text[17]?.toUpperCase() && /^\d{6}(?:19|20)\d{2}(?:0[1-9]|1[0-2])/.test(text);
const spanish = (text: string): boolean =>
  "TRWAGMYFPDXBNJZSQVHLCKE"[Number(digits(text)) % 23] === text.at(-1)?.toUpperCase() && distinct(text);
const pesel = (text: string): boolean =>
  (10 - (weighted(text, [1, 3, 7, 9, 1, 3, 7, 9, 1, 3]) % 10)) % 10 === Number(text[10]) && distinct(text);
const social = (text: string): boolean => !/^(?:000|666|9)|-00-|-0000$|^123-45|^078-05/.test(text) && distinct(text);

const KINDS: readonly Kind[] = [
  {
    name: "mailbox",
    pattern: /[\w.+-]{1,64}@(?:[A-Za-z0-9-]{1,63}\.){1,4}[A-Za-z]{2,12}(?![\w-])/y,
    anywhere: true,
    valid: (t) =>
      !/example|@(?:test|domain|email|company|yourdomain|abc|xyz)\b|^(?:name|user|your\w*|email|info|contact|support)@|\.(?:test|invalid)$/i.test(
        t,
      ),
  },
  {
    name: "phone number",
    pattern: /(?<![\w+])\+[1-9]\d{0,2}[ .-]?(?:\(\d{1,4}\)[ .-]?)?\d{2,4}(?:[ .-]?\d{2,4}){1,4}(?!\w)/g,
    valid: (t) => digits(t).length >= 9 && digits(t).length <= 15 && distinct(t) && !/555|12345/.test(t),
  },
  {
    name: "bank account (IBAN)",
    pattern: /\b[A-Z]{2}\d{2}(?: ?[A-Z0-9]{4}){2,7}(?: ?[A-Z0-9]{1,3})?\b/g,
    anywhere: true,
    valid: iban,
  },
  { name: "payment card number", pattern: /(?<![\w.-])\d(?:[ -]?\d){12,15}(?![\w.-])/g, valid: card },
  { name: "Brazilian CPF", pattern: /(?<!\d)\d{3}\.\d{3}\.\d{3}-\d{2}(?!\d)/g, valid: cpf },
  { name: "Chinese resident number", pattern: /(?<![\dA-Za-z])\d{17}[\dXx](?![\dA-Za-z])/g, valid: chinese },
  { name: "Spanish DNI", pattern: /(?<![\w-])\d{8}-?[A-Za-z](?!\w)/g, valid: spanish },
  { name: "Polish PESEL", pattern: /(?<=pesel\D{1,12})\d{11}(?!\d)/gi, valid: pesel },
  { name: "US social security number", pattern: /(?<![\w-])\d{3}-\d{2}-\d{4}(?![\w-])/g, valid: social },
];
const HITS_PER_FIELD_MAX = 8;
// All of them but mailboxes and bank accounts hold seven digits with no more than two marks between any two.
const NUMBER = /\d(?:[ .()-]{0,2}\d){6}/;

export const personalData: RecordDetector = {
  id: "personal-data",
  family: "personal-data",
  reads: "record",
  title: "Personal data",
  severity: "info",
  confidence: "medium",
  maturity: "stable",
  since: "0.1.0",
  references: ["AML.T0057", "LLM02:2025", "CWE-359"],
  docs: {
    finds:
      "Mailboxes, international phone numbers, bank accounts, payment cards and national numbers whose checksum fits. Shown masked.",
    matters: "A tuned model can repeat them. Whether the set may hold them is a question for its owner and the law.",
    misses:
      "Names and addresses, numbers without a checksum, and numbers in records without any word or mail provider that announces them: a search of every record's digits would cost more than the note is worth.",
    remedy: "Remove or replace them unless there is consent.",
  },
  anchors: [
    "@gmail",
    "@yahoo",
    "@hotmail",
    "@outlook",
    "@icloud",
    "@aol.",
    "@qq.",
    "@163.",
    "@126.",
    "@mail.",
    "@yandex",
    "@proton",
    "@gmx",
    "@web.de",
    "@orange",
    "@libero",
    "@naver",
    "mailto:",
    "e-mail:",
    "email:",
    "iban",
    "visa",
    "mastercard",
    "amex",
    "cpf",
    "身份证",
    "dni",
    "pesel",
    "ssn",
    "tel:",
    "telefon",
    "whatsapp",
    "手机号",
    "电话",
  ],
  inspect(record, report) {
    for (const field of record.fields) {
      const seen = new Set<string>();
      const holdsNumber = NUMBER.test(field.text);
      for (const { name, pattern, anywhere, valid } of KINDS) {
        if (anywhere !== true && !holdsNumber) continue;
        for (const match of pattern.sticky ? mailboxes(field.text, pattern) : field.text.matchAll(pattern)) {
          if (seen.size >= HITS_PER_FIELD_MAX) break;
          if (seen.has(match[0]) || !valid(match[0])) continue;
          seen.add(match[0]);
          report({
            message: `holds a ${name}: ${quote(mask(match[0]))}`,
            field,
            start: match.index,
            end: match.index + match[0].length,
            excerpt: maskedExcerpt(field.text, match.index, match.index + match[0].length),
            group: name,
            evidence: { kind: name },
          });
        }
      }
    }
  },
};

// Mailboxes are read from their @, back to where the name begins: most words of a text are none.
const NAME_MAX = 64;
const NAME = /[\w.+-]/;
function* mailboxes(text: string, pattern: RegExp): Generator<RegExpExecArray> {
  let end = 0;
  for (let at = text.indexOf("@"); at !== -1; at = text.indexOf("@", at + 1)) {
    let start = at;
    while (start > 0 && at - start <= NAME_MAX && NAME.test(text[start - 1] ?? "")) start--;
    pattern.lastIndex = start;
    const match = start >= end && start < at && at - start <= NAME_MAX ? pattern.exec(text) : null;
    if (!match) continue;
    end = pattern.lastIndex;
    yield match;
  }
}
