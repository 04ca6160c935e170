// in-toto statements v1 (in-toto/attestation, spec/v1): subjects named by digest, and a predicate about them. Only their
// frame is known here; what a predicate type means stands in a file of its own.
import { quote } from "../base/escape.ts";
import { LIMITS } from "../base/limits.ts";
import { refuse } from "../core/refusal.ts";
import { isObject, strictObject, type JsonObject } from "./strict-json.ts";

export const STATEMENT_TYPE = "https://in-toto.io/Statement/v1";

/** Algorithm -> lowercase hex. `dirHash` is Go's h1 in hex, `gitCommit` and `gitTree` are git's object names. */
export type DigestSet = Readonly<Record<string, string>>;

export interface ResourceDescriptor {
  readonly name?: string;
  readonly uri?: string;
  readonly digest?: DigestSet;
  readonly content?: string;
  readonly downloadLocation?: string;
  readonly mediaType?: string;
  readonly annotations?: JsonObject;
}

export interface Subject extends ResourceDescriptor {
  readonly digest: DigestSet;
}

export interface Statement<P = JsonObject> {
  readonly _type: typeof STATEMENT_TYPE;
  readonly subject: readonly Subject[];
  readonly predicateType: string;
  readonly predicate: P;
}

export const statement = <P>(subject: readonly Subject[], predicateType: string, predicate: P): Statement<P> => ({
  _type: STATEMENT_TYPE,
  subject,
  predicateType,
  predicate,
});

export const payloadOf = (value: Statement<unknown>): Buffer => Buffer.from(JSON.stringify(value));

/** Reads a statement from an envelope's payload; refuses what is not one. */
export function parseStatement(payload: Uint8Array): Statement {
  const json = strictObject(payload, "statement-malformed", "The signed statement");
  if (json["_type"] !== STATEMENT_TYPE)
    refuse(
      "statement-malformed",
      `The signed statement is of the type ${quote(String(json["_type"]))}, not in-toto v1.`,
    );
  const { subject, predicateType, predicate } = json;
  if (!Array.isArray(subject) || subject.length === 0) refuse("subject-count", "The signed statement has no subject.");
  if (subject.length > LIMITS.filesMax)
    refuse("subject-count", `The signed statement has more than ${LIMITS.filesMax} subjects (limit filesMax).`);
  if (typeof predicateType !== "string" || predicateType === "")
    refuse("statement-malformed", "The signed statement does not say what it states (predicateType).");
  if (predicate !== undefined && !isObject(predicate))
    refuse("statement-malformed", "The predicate of the signed statement is not an object.");
  return {
    _type: STATEMENT_TYPE,
    subject: (subject as unknown[]).map((item, i) => parseSubject(item, i)),
    predicateType,
    predicate: predicate ?? {},
  };
}

const HEX_LENGTHS: Readonly<Record<string, number>> = {
  sha256: 64,
  sha384: 96,
  sha512: 128,
  dirHash: 64,
  dirHash1: 64,
};

function parseSubject(value: unknown, index: number): Subject {
  const where = `Subject ${index + 1} of the signed statement`;
  if (!isObject(value)) refuse("statement-malformed", `${where} is not an object.`);
  const { name, uri, digest } = value;
  for (const text of [name, uri])
    if (text !== undefined && typeof text !== "string")
      refuse("statement-malformed", `${where} has a name that is no text.`);
  if (!isObject(digest) || Object.keys(digest).length === 0)
    refuse("statement-malformed", `${where} is named by no digest, so it could be anything.`);
  for (const [algorithm, hex] of Object.entries(digest)) {
    const length = HEX_LENGTHS[algorithm];
    if (typeof hex !== "string" || !/^[0-9a-f]+$/.test(hex) || (length !== undefined && hex.length !== length))
      refuse(
        "statement-malformed",
        `${where} has a digest ${quote(algorithm)} that is not lowercase hex of its length.`,
      );
  }
  return value as unknown as Subject;
}
