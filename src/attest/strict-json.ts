// JSON that decides what is trusted: UTF-8 only, no duplicate keys, nothing after the value. Two parsers that read one
// text differently let a signer show one thing to a reviewer and another to a verifier, so what the standard leaves open
// is refused here.
import { isUtf8 } from "node:buffer";
import { parseJson } from "../base/json.ts";
import { quote } from "../base/escape.ts";
import { LIMITS } from "../base/limits.ts";
import { refuse, type RefusalCode } from "../core/refusal.ts";

export type JsonObject = Readonly<Record<string, unknown>>;

/** Parses bytes as one JSON object; refuses with `code`. `what` names the text in a message. */
export function strictObject(bytes: Uint8Array, code: RefusalCode, what: string): JsonObject {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (buffer.length > LIMITS.signatureBytesMax)
    refuse(code, `${what} is larger than ${LIMITS.signatureBytesMax} bytes (limit signatureBytesMax).`);
  if (!isUtf8(buffer)) refuse(code, `${what} is not UTF-8.`);
  const { value, shadowed, problem, at } = parseJson(buffer.toString("utf8"));
  if (problem !== undefined) refuse(code, `${what} is not JSON: ${problem}, at character ${at ?? 0}.`);
  const [first] = shadowed;
  if (first) refuse(code, `${what} says ${quote(first.pointer)} twice: readers would disagree on which one counts.`);
  if (typeof value !== "object" || value === null || Array.isArray(value))
    refuse(code, `${what} is not a JSON object.`);
  return value as JsonObject;
}

export const isObject = (value: unknown): value is JsonObject =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** Standard base64 with padding, as protobuf's JSON mapping writes it; anything that decodes two ways is refused. */
export function strictBase64(value: unknown, code: RefusalCode, what: string): Buffer {
  if (typeof value !== "string" || value === "") refuse(code, `${what} is missing.`);
  const bytes = Buffer.from(value, "base64");
  if (bytes.toString("base64") !== value) refuse(code, `${what} is not standard base64.`);
  return bytes;
}
