// Putting a statement into an envelope and a bundle, with a key or with a key and its certificate chain. What is signed is
// the payload's bytes: the caller makes them once.
import type { KeyObject, X509Certificate } from "node:crypto";
import { createPublicKey } from "node:crypto";
import { badConfig } from "../core/errors.ts";
import { renderBundle } from "./bundle.ts";
import { checkUsage } from "./certificate.ts";
import { IN_TOTO_JSON, pae } from "./dsse.ts";
import { keyHint, signBytes } from "./keys.ts";
import { Refused } from "../core/refusal.ts";
import { payloadOf, type Statement } from "./statement.ts";

/** Signs a statement: one line of JSON, a Sigstore bundle v0.3. */
export interface Signer {
  sign(statement: Statement<unknown>): Promise<string>;
}

export const keySigner = (key: KeyObject): Signer => ({
  sign: (statement) =>
    Promise.resolve(bundleOf(key, statement, { publicKey: { hint: keyHint(key) }, tlogEntries: [] })),
});

/** `chain`: the leaf first, then its issuers. */
export function certificateSigner(key: KeyObject, chain: readonly X509Certificate[], where: string): Signer {
  const [leaf] = chain;
  if (!leaf?.publicKey.equals(createPublicKey(key))) throw badConfig(where, "is not the certificate of this key.");
  try {
    checkUsage(leaf);
  } catch (error) {
    if (error instanceof Refused) throw badConfig(where, error.message);
    throw error;
  }
  const certificates = chain.map(({ raw }) => ({ rawBytes: raw.toString("base64") }));
  return {
    sign: (statement) =>
      Promise.resolve(bundleOf(key, statement, { x509CertificateChain: { certificates }, tlogEntries: [] })),
  };
}

function bundleOf(key: KeyObject, statement: Statement<unknown>, material: object): string {
  const payload = payloadOf(statement);
  return renderBundle(material, {
    payloadType: IN_TOTO_JSON,
    payload,
    signature: signBytes(key, pae(IN_TOTO_JSON, payload)),
    keyid: "",
  });
}
