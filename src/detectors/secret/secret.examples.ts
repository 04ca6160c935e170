import { createHash } from "node:crypto";
import type { Example } from "../../core/detector.ts";

// Random-looking and the same every time; no token of any service.
const letters = (
  seed: string,
  count: number,
  alphabet = "ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz23456789",
): string => {
  let text = "";
  for (let i = 0; text.length < count; i++)
    for (const byte of createHash("sha512").update(`${seed}${i}`).digest())
      text += alphabet[byte % alphabet.length] ?? "";
  return text.slice(0, count);
};
const upper = "ABCDEFGHJKLMNPQRSTUVWXYZ234567";
const alpha = "ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";
const pem = (kind: string, body: string): string =>
  [`-----BEGIN ${kind}PRIVATE KEY-----`, body, `-----END ${kind}PRIVATE KEY-----`].join("\n");

export const examples: readonly Example[] = [
  {
    title: "Provider tokens",
    given: [
      { q: "How?", a: `export HF_TOKEN=${["hf", letters("h", 34, alpha)].join("_")}` },
      { q: "How?", a: `key = "${["AKIA", letters("a", 16, upper)].join("")}"` },
      { q: "How?", a: `client = Client("${["sk", "proj", letters("o", 60)].join("-")}")` },
      { q: "How?", a: `token: ${["glpat", letters("g", 20)].join("-")}` },
    ],
    finds: ["0 /a medium", "1 /a medium", "2 /a medium", "3 /a medium"],
  },
  { title: "A private key", given: [{ text: pem("RSA ", letters("k", 400)) }], finds: ["0 /text high"] },
  {
    title: "A database login",
    given: [{ text: `DATABASE_URL=postgres://app:${letters("d", 14)}@db.shop.io:5432/x` }],
    finds: ["0 /text medium"],
  },
  {
    title: "Placeholders and look-alikes",
    given: [
      {
        text: `AKIA${"IOSFODNN7"}EXAMPLE ghp_${"x".repeat(36)} sk-proj-${"your-key-here-".repeat(4)} hf_${"a".repeat(34)}`,
      },
      { text: `${pem("", "...")} postgres://user:password@localhost/db api_key = "YOUR_API_KEY_GOES_HERE_123"` },
      { text: "The task-based risk-adjusted desk is in Asia." },
    ],
    finds: [],
  },
];
