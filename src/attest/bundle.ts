// A Sigstore bundle v0.3 that carries a DSSE envelope with one in-toto statement. Read strictly: whatever the format
// leaves to the reader (several signatures, other media types, a message signature, sloppy base64) is refused, because
// two readers would take it for two things. Nothing here is trusted yet; `verified.ts` does that.
import { quote } from "../base/escape.ts";
import { LIMITS } from "../base/limits.ts";
import { IN_TOTO_JSON, type Envelope } from "./dsse.ts";
import { refuse } from "../core/refusal.ts";
import { isObject, strictBase64, strictObject, type JsonObject } from "./strict-json.ts";

export const BUNDLE_TYPE = "application/vnd.dev.sigstore.bundle.v0.3+json";
// Written by early releases of cosign and sigstore-python; the same content under other names.
const OLDER_TYPES = ["0.1", "0.2", "0.3"].map((v) => `application/vnd.dev.sigstore.bundle+json;version=${v}`);

export type Material =
  | { readonly type: "key"; readonly hint: string | undefined; readonly embedded: boolean }
  /** Leaf first, DER. */
  | { readonly type: "certificates"; readonly chain: readonly Buffer[] }
  /** One certificate of a certificate authority that logs, with the log's entries and timestamps. */
  | { readonly type: "keyless"; readonly leaf: Buffer };

export interface Bundle {
  readonly material: Material;
  readonly envelope: Envelope;
  /** As it was written, for sigstore's own reader. */
  readonly json: JsonObject;
}

export function parseBundle(bytes: Uint8Array): Bundle {
  const json = strictObject(bytes, "bundle-malformed", "The signature file");
  const mediaType = json["mediaType"];
  if (mediaType !== BUNDLE_TYPE && !OLDER_TYPES.includes(String(mediaType)))
    refuse(
      "bundle-version",
      `The signature file is of the type ${quote(String(mediaType))}, not a Sigstore bundle v0.3.`,
    );
  const given = json["verificationMaterial"];
  if (!isObject(given)) refuse("bundle-malformed", "The signature file says nothing of who signed.");
  const envelope = parseEnvelope(json);
  const material = parseMaterial(given);
  if (mediaType !== BUNDLE_TYPE && material.type !== "keyless")
    refuse(
      "bundle-version",
      `The signature file is of the type ${quote(String(mediaType))}, not a Sigstore bundle v0.3.`,
    );
  return { material, envelope, json };
}

function parseEnvelope(json: JsonObject): Envelope {
  const given = json["dsseEnvelope"];
  if (json["messageSignature"] !== undefined || !isObject(given))
    refuse(
      "bundle-content",
      "The signature file carries no DSSE envelope: it signs bytes and does not say what they are.",
    );
  const { payloadType, signatures } = given;
  if (!Array.isArray(signatures) || signatures.length !== 1)
    refuse(
      "signature-count",
      `The envelope carries ${Array.isArray(signatures) ? signatures.length : "no list of"} signatures. Exactly one is allowed: with more, it is open whose word counts.`,
    );
  const [signature] = signatures as unknown[];
  if (!isObject(signature)) refuse("bundle-malformed", "The envelope's signature is not an object.");
  const keyid = signature["keyid"] ?? "";
  if (typeof keyid !== "string") refuse("bundle-malformed", "The envelope's key id is not a text.");
  if (payloadType !== IN_TOTO_JSON)
    refuse("payload-type", `The envelope carries ${quote(String(payloadType))}, not an in-toto statement.`);
  return {
    payloadType,
    payload: strictBase64(given["payload"], "bundle-malformed", "The envelope's payload"),
    signature: strictBase64(signature["sig"], "bundle-malformed", "The envelope's signature"),
    keyid,
  };
}

function parseMaterial(given: JsonObject): Material {
  const kinds = ["publicKey", "x509CertificateChain", "certificate"].filter((kind) => given[kind] !== undefined);
  if (kinds.length !== 1)
    refuse(
      "bundle-malformed",
      kinds.length === 0
        ? "The signature file says nothing of who signed."
        : `The signature file names its signer in ${kinds.length} ways (${kinds.join(", ")}). One is allowed.`,
    );
  const { publicKey: key, x509CertificateChain: chain, certificate } = given;
  if (isObject(key)) {
    const { hint } = key;
    if (hint !== undefined && hint !== null && typeof hint !== "string")
      refuse("bundle-malformed", "The hint of the public key is not a text.");
    return {
      type: "key",
      hint: hint === null || hint === "" ? undefined : hint,
      embedded: key["rawBytes"] !== undefined,
    };
  }
  if (isObject(chain)) {
    const { certificates } = chain;
    if (!Array.isArray(certificates) || certificates.length === 0)
      refuse("bundle-malformed", "The signature file's certificate chain is empty.");
    if (certificates.length > LIMITS.certificatesMax)
      refuse(
        "bundle-malformed",
        `The signature file carries ${certificates.length} certificates, more than ${LIMITS.certificatesMax} (limit certificatesMax).`,
      );
    const ders = (certificates as unknown[]).map((item, i) =>
      strictBase64(isObject(item) ? item["rawBytes"] : undefined, "bundle-malformed", `Certificate ${i + 1}`),
    );
    // A log's entry beside a chain is what bundles before v0.3 of the public service look like.
    const entries = given["tlogEntries"];
    if (Array.isArray(entries) && entries.length > 0) return { type: "keyless", leaf: ders[0] as Buffer };
    return { type: "certificates", chain: ders };
  }
  if (isObject(certificate))
    return { type: "keyless", leaf: strictBase64(certificate["rawBytes"], "bundle-malformed", "The certificate") };
  return refuse("bundle-malformed", "The signer's entry in the signature file is not an object.");
}

/** The JSON of a bundle, in one line: the same bytes for the same content. */
export function renderBundle(verificationMaterial: object, envelope: Envelope): string {
  return JSON.stringify({
    mediaType: BUNDLE_TYPE,
    verificationMaterial,
    dsseEnvelope: {
      payload: envelope.payload.toString("base64"),
      payloadType: envelope.payloadType,
      signatures: [{ sig: envelope.signature.toString("base64"), keyid: envelope.keyid }],
    },
  });
}
