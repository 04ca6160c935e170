// Signing keys: ECDSA on P-256, P-384 and P-521, each with the hash of its size, as OpenSSF Model Signing v1.0 has them.
// Refuses RSA, Ed25519 and other curves, which no other implementation accepts. The hash follows from the key alone,
// never from what a bundle says, so a bundle cannot choose a weaker one.
import { createHash, createPrivateKey, createPublicKey, sign, verify, type KeyObject } from "node:crypto";
import { badConfig } from "../core/errors.ts";
import { refuse } from "../core/refusal.ts";

const HASHES: Readonly<Record<string, string>> = {
  prime256v1: "sha256",
  secp384r1: "sha384",
  secp521r1: "sha512",
};

export const KEY_DETAILS: Readonly<Record<string, string>> = {
  prime256v1: "PKIX_ECDSA_P256_SHA_256",
  secp384r1: "PKIX_ECDSA_P384_SHA_384",
  secp521r1: "PKIX_ECDSA_P521_SHA_512",
};

/** The hash for a key's curve; undefined for a key that the specification does not have. */
export function hashOf(key: KeyObject): string | undefined {
  if (key.asymmetricKeyType !== "ec") return undefined;
  return HASHES[key.asymmetricKeyDetails?.namedCurve ?? ""];
}

const WANTED = "ECDSA on P-256, P-384 or P-521 is what the specification has";

/** A private key from PEM. `where` names the file in the error. */
export function privateKey(pem: string, where: string, passphrase?: string): KeyObject {
  let key: KeyObject;
  try {
    key = createPrivateKey({ key: pem, format: "pem", ...(passphrase === undefined ? {} : { passphrase }) });
  } catch (error) {
    if (/ENCRYPTED/.test(pem))
      throw badConfig(
        where,
        passphrase === undefined
          ? "is encrypted. Put its passphrase into the environment variable BEZOAR_KEY_PASSPHRASE."
          : "could not be decrypted with the passphrase in BEZOAR_KEY_PASSPHRASE.",
      );
    if (/BEGIN PUBLIC KEY/.test(pem)) throw badConfig(where, "is a public key. Signing takes the private one.");
    throw badConfig(where, `is not a private key in PEM (${(error as Error).message}).`);
  }
  if (!hashOf(key)) throw badConfig(where, `is a key of another kind (${kindOf(key)}). ${WANTED}.`);
  return key;
}

/** A public key from PEM. */
export function publicKey(pem: string, where: string): KeyObject {
  if (/PRIVATE KEY/.test(pem))
    throw badConfig(where, "is a private key. Verifying takes the public one; keep this away.");
  let key: KeyObject;
  try {
    key = createPublicKey({ key: pem, format: "pem" });
  } catch (error) {
    throw badConfig(where, `is not a public key in PEM (${(error as Error).message}).`);
  }
  if (!hashOf(key)) throw badConfig(where, `is a key of another kind (${kindOf(key)}). ${WANTED}.`);
  return key;
}

const kindOf = (key: KeyObject): string =>
  [key.asymmetricKeyType, key.asymmetricKeyDetails?.namedCurve].filter(Boolean).join(" ");

/** How bundles name a key: SHA-256 of its SubjectPublicKeyInfo as PEM text, in hex. */
export function keyHint(key: KeyObject): string {
  const pem = (key.type === "private" ? createPublicKey(key) : key).export({ type: "spki", format: "pem" });
  return createHash("sha256").update(pem).digest("hex");
}

/** A DER signature over `data`. */
export function signBytes(key: KeyObject, data: Uint8Array): Buffer {
  return sign(hashOf(key), data, { key, dsaEncoding: "der" });
}

/** Whether `signature` (DER) over `data` is that of `key`; `hash` only for signatures of old releases. */
export function signedBy(
  key: KeyObject,
  data: Uint8Array,
  signature: Uint8Array,
  hash: string | undefined = hashOf(key),
): boolean {
  if (hash === undefined) refuse("key-unsupported", `The signer's key is ${kindOf(key)}. ${WANTED}.`);
  try {
    return verify(hash, data, { key, dsaEncoding: "der" }, signature);
  } catch {
    return false;
  }
}
