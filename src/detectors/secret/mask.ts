// Secrets are found to be revoked, not to be spread: nothing that leaves a detector shows more than their ends.
import { createHash } from "node:crypto";

/** The first four and the last two characters; less of a short one. */
export const mask = (secret: string): string =>
  secret.length < 12 ? `${secret.slice(0, 2)}…` : `${secret.slice(0, 4)}…${secret.slice(-2)}`;

/** The text around [start, end), with the secret and any other long run near it masked. */
export function maskedExcerpt(text: string, start: number, end: number, around = 24): string {
  const others = (piece: string): string => piece.replaceAll(/[A-Za-z0-9+/_=.~-]{10,}/g, mask);
  // A run cut by the edge of the excerpt could show the middle of another secret: begin and end at a space.
  const before = text.slice(Math.max(0, start - around), start);
  const after = text.slice(end, end + around);
  const left = start > around ? before.replace(/^\S+/, "…") : before;
  const right = end + around < text.length ? after.replace(/\S+$/, "…") : after;
  return others(left) + mask(text.slice(start, end)) + others(right);
}

/** What tells two secrets apart without holding either. */
export const fingerprint = (secret: string): string => createHash("sha256").update(secret).digest("hex").slice(0, 16);

/** Bits per character of the text's own letter frequencies. */
export function entropy(text: string): number {
  const counts = new Map<string, number>();
  for (const c of text) counts.set(c, (counts.get(c) ?? 0) + 1);
  let bits = 0;
  for (const n of counts.values()) bits -= (n / text.length) * Math.log2(n / text.length);
  return bits;
}

const WORDS =
  /example|sample|placeholder|dummy|your|xxxx|\*{3}|\.\.\.|changeme|change_me|insert|redacted|fake|secret_?key|api_?key|mytoken|0000|1111|aaaa|abcdef|bcdefg|qwerty|12345|98765|deadbeef/i;

/** Documentation's stand-ins: words, sequences, too few different characters. */
export const isPlaceholder = (body: string): boolean =>
  WORDS.test(body) || (body.length >= 12 && new Set(body.toLowerCase()).size < Math.min(8, body.length / 2));
