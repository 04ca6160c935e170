// Signing without a key of one's own (Sigstore): a certificate of a few minutes for an OpenID identity, a signature with a
// key that is thrown away, a timestamp, and an entry in a transparency log. Fulcio v2, Rekor v1 (dsse 0.0.1) and v2
// (hashedrekord 0.0.2), RFC 3161. What comes back is checked like anybody else's signature before it is handed out, so a
// service that answers wrong leaves no signature that would be found broken later.
import { createHash, generateKeyPairSync, X509Certificate, type KeyObject } from "node:crypto";
import type { TrustMaterial } from "@sigstore/verify";
import { badConfig, sourceRefused } from "../core/errors.ts";
import { clip } from "../base/escape.ts";
import { parseJson } from "../base/json.ts";
import { parseBundle, renderBundle } from "./bundle.ts";
import { IN_TOTO_JSON, pae } from "./dsse.ts";
import { KEY_DETAILS, signBytes } from "./keys.ts";
import { keylessIdentity } from "./keyless.ts";
import { Refused } from "../core/refusal.ts";
import type { Signer } from "./signer.ts";
import { payloadOf, type Statement } from "./statement.ts";
import { isObject, type JsonObject } from "./strict-json.ts";

/** One request; the caller owns time-outs, addresses and limits. Only answers of the 2xx kind come back. */
export type Post = (url: string, body: string, accept: string) => Promise<Uint8Array>;

export interface KeylessServices {
  readonly fulcio: string;
  readonly rekor: string;
  readonly rekorVersion: 1 | 2;
  /** Needed with Rekor v2, which gives no time of its own. */
  readonly tsa?: string;
}

export interface Identity {
  /** An OpenID token, audience `sigstore`. A secret: it goes to Fulcio and into no message. */
  readonly token: string;
  readonly name: string;
}

/** Who a token is for: Fulcio wants a signature over it. The token itself is checked there, not here. */
export function identityOf(token: string, where: string): Identity {
  const [, claims, ...rest] = token.trim().split(".");
  const { value } =
    claims && rest.length === 1 ? parseJson(Buffer.from(claims, "base64url").toString("utf8")) : { value: undefined };
  if (!isObject(value)) throw badConfig(where, "is not an OpenID token.");
  const { email, email_verified: verified, sub } = value;
  if (typeof email === "string" && verified !== true)
    throw badConfig(where, "is for an e-mail address that its issuer has not verified.");
  const name = typeof email === "string" ? email : sub;
  if (typeof name !== "string" || name === "") throw badConfig(where, "says for nobody.");
  return { token: token.trim(), name };
}

export function keylessSigner(services: KeylessServices, identity: Identity, root: TrustMaterial, post: Post): Signer {
  if (services.rekorVersion === 2 && services.tsa === undefined)
    throw badConfig("--rekor-version 2", "needs a timestamp authority: --tsa-url.");
  return {
    async sign(statement: Statement<unknown>): Promise<string> {
      const { privateKey, publicKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
      const leaf = await certify(services.fulcio, identity, privateKey, publicKey, post);
      const payload = payloadOf(statement);
      const signature = signBytes(privateKey, pae(IN_TOTO_JSON, payload));
      const envelope = { payloadType: IN_TOTO_JSON, payload, signature, keyid: "" };
      const timestamp = services.tsa === undefined ? undefined : await stamp(services.tsa, signature, post);
      const signed: Signed = { envelope, leaf };
      const entry = await (services.rekorVersion === 2 ? logV2 : logV1)(services.rekor, signed, post);
      const text = renderBundle(
        {
          certificate: { rawBytes: leaf.raw.toString("base64") },
          tlogEntries: [entry],
          timestampVerificationData: {
            rfc3161Timestamps: timestamp ? [{ signedTimestamp: timestamp.toString("base64") }] : [],
          },
        },
        envelope,
      );
      checkOwn(text, root);
      return text;
    },
  };
}

interface Signed {
  readonly envelope: Parameters<typeof renderBundle>[1];
  readonly leaf: X509Certificate;
}

async function certify(
  base: string,
  { token, name }: Identity,
  key: KeyObject,
  publicKey: KeyObject,
  post: Post,
): Promise<X509Certificate> {
  const url = at(base, "api/v2/signingCert");
  const answer = await ask(url, post, {
    credentials: { oidcIdentityToken: token },
    publicKeyRequest: {
      publicKey: { algorithm: "ECDSA", content: publicKey.export({ type: "spki", format: "pem" }) },
      proofOfPossession: signBytes(key, Buffer.from(name)).toString("base64"),
    },
  });
  const given = answer["signedCertificateEmbeddedSct"] ?? answer["signedCertificateDetachedSct"];
  const chain = isObject(given) && isObject(given["chain"]) ? given["chain"]["certificates"] : undefined;
  const [pem] = Array.isArray(chain) ? (chain as unknown[]) : [];
  try {
    const leaf = new X509Certificate(String(pem));
    if (leaf.publicKey.equals(publicKey)) return leaf;
  } catch {
    // Falls through: either way it is no certificate for this key.
  }
  throw sourceRefused(url, "the certificate that came back is not for the key that was sent.");
}

async function stamp(base: string, signature: Buffer, post: Post): Promise<Buffer> {
  const url = at(base, "api/v1/timestamp");
  const artifactHash = createHash("sha256").update(signature).digest("base64");
  return Buffer.from(
    await post(
      url,
      JSON.stringify({ artifactHash, hashAlgorithm: "sha256", certificates: true }),
      "application/timestamp-reply",
    ),
  );
}

async function logV1(base: string, { envelope, leaf }: Signed, post: Post): Promise<JsonObject> {
  const url = at(base, "api/v1/log/entries");
  const answer = await ask(url, post, {
    apiVersion: "0.0.1",
    kind: "dsse",
    spec: {
      proposedContent: {
        envelope: JSON.stringify({
          payloadType: envelope.payloadType,
          payload: envelope.payload.toString("base64"),
          signatures: [{ sig: envelope.signature.toString("base64"), keyid: "" }],
        }),
        verifiers: [Buffer.from(leaf.toString()).toString("base64")],
      },
    },
  });
  const [entry] = Object.values(answer);
  if (!isObject(entry) || !isObject(entry["verification"]))
    throw sourceRefused(url, "the answer is no entry of a log.");
  const { body, integratedTime, logID, logIndex, verification } = entry;
  const { signedEntryTimestamp, inclusionProof } = verification as JsonObject;
  const proof = isObject(inclusionProof) ? inclusionProof : undefined;
  const hashes = proof && Array.isArray(proof["hashes"]) ? (proof["hashes"] as unknown[]) : [];
  const base64 = (hex: unknown): string => Buffer.from(String(hex), "hex").toString("base64");
  return {
    logIndex: String(logIndex),
    logId: { keyId: base64(logID) },
    kindVersion: { kind: "dsse", version: "0.0.1" },
    integratedTime: String(integratedTime),
    ...(signedEntryTimestamp === undefined ? {} : { inclusionPromise: { signedEntryTimestamp } }),
    ...(proof
      ? {
          inclusionProof: {
            logIndex: String(proof["logIndex"]),
            rootHash: base64(proof["rootHash"]),
            treeSize: String(proof["treeSize"]),
            hashes: hashes.map(base64),
            checkpoint: { envelope: proof["checkpoint"] },
          },
        }
      : {}),
    canonicalizedBody: body,
  };
}

async function logV2(base: string, { envelope, leaf }: Signed, post: Post): Promise<JsonObject> {
  return ask(at(base, "api/v2/log/entries"), post, {
    hashedRekordRequestV002: {
      digest: createHash("sha256").update(pae(envelope.payloadType, envelope.payload)).digest("base64"),
      signature: {
        content: envelope.signature.toString("base64"),
        verifier: {
          x509Certificate: { rawBytes: leaf.raw.toString("base64") },
          keyDetails: KEY_DETAILS["prime256v1"],
        },
      },
    },
  });
}

const at = (base: string, path: string): string => `${base.replace(/\/+$/, "")}/${path}`;

async function ask(url: string, post: Post, body: object): Promise<JsonObject> {
  const bytes = Buffer.from(await post(url, JSON.stringify(body), "application/json"));
  const { value, problem } = parseJson(bytes.toString("utf8"));
  if (problem !== undefined || !isObject(value))
    throw sourceRefused(url, `the answer is not a JSON object: ${clip(bytes.toString("utf8"), 80)}`);
  return value;
}

function checkOwn(text: string, root: TrustMaterial): void {
  try {
    keylessIdentity(parseBundle(Buffer.from(text)), root);
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    throw sourceRefused(
      "the signing services",
      `what they answered does not verify, so nothing was written. ${error.message}`,
      error,
    );
  }
}
