// What a record is committed to by: the leaf hash (RFC 6962) of its canonical text, the same in every file format that
// holds the same values. docs/specs/record-digest.md says it byte by byte, with vectors. Refuses nothing: a record that
// could not be read is committed to by its raw bytes.
import { createHash, hash } from "node:crypto";
import { canonicalJson } from "../base/canonical.ts";
import type { RecordValue } from "./record.ts";

export const RECORD_DIGEST_BYTES = 32;
/** Stands for a record that its reader counted and could not hand over. */
export const UNREAD_RECORD: Uint8Array = new Uint8Array(RECORD_DIGEST_BYTES);

/** The canonical text. Values that a later duplicate key hides are part of it: they are part of what a person sees. */
export function canonicalRecord({ value, shadowed }: RecordValue): string {
  const text = canonicalJson(value, { dropNull: true });
  return shadowed && shadowed.length > 0 ? `${text}\n${canonicalJson(shadowed, { dropNull: true })}` : text;
}

/** 32 bytes. `raw` is the record as its file holds it. */
export function recordDigest(record: RecordValue, raw: Uint8Array): Uint8Array {
  // A canonical text never begins with "!".
  if (record.problem !== undefined) return createHash("sha256").update("\0!").update(raw).digest();
  return hash("sha256", `\0${canonicalRecord(record)}`, "buffer");
}
