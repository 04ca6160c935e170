// The one door from bytes to something that may be believed. `Verified<T>` cannot be built elsewhere: its constructor is
// private to this file, so whatever takes one (policy above all) takes only what a key, a certificate or a logged identity
// that the user named has signed.
import { createHash, type KeyObject } from "node:crypto";
import { quote } from "../base/escape.ts";
import { parseBundle, type Bundle } from "./bundle.ts";
import { nameOf, verifyChain, type ChainTrust } from "./certificate.ts";
import { pae, paeOfModelSigning02 } from "./dsse.ts";
import { keyHint, signedBy } from "./keys.ts";
import { verifyKeyless, type KeylessTrust } from "./keyless.ts";
import type { SignerName } from "../core/check.ts";
import { refuse } from "../core/refusal.ts";
import { parseStatement, type Statement } from "./statement.ts";

export type Trust =
  | { readonly type: "key"; readonly key: KeyObject; readonly legacy?: boolean }
  | ({ readonly type: "certificate"; readonly legacy?: boolean } & ChainTrust)
  | ({ readonly type: "keyless" } & KeylessTrust);

// Reaches the private constructor from this module and from nowhere else.
let make: <T>(value: T, signer: SignerName, bundleSha256: string) => Verified<T>;

export class Verified<T> {
  // A private field makes the type nominal: an object that merely looks like one is not assignable.
  readonly #value: T;
  readonly signer: SignerName;
  /** SHA-256 of the bundle's bytes, hex: how a lockfile or a claim refers to it. */
  readonly bundleSha256: string;

  private constructor(value: T, signer: SignerName, bundleSha256: string) {
    this.#value = value;
    this.signer = signer;
    this.bundleSha256 = bundleSha256;
  }

  get value(): T {
    return this.#value;
  }

  /** The same word of the same signer, read further. `read` refuses what does not hold. */
  map<U>(read: (value: T) => U): Verified<U> {
    return new Verified(read(this.#value), this.signer, this.bundleSha256);
  }

  static {
    make = (value, signer, sha256) => new Verified(value, signer, sha256);
  }
}

/** The statement of a bundle, once its signature holds under `trust`. Throws `Refused`. */
export function verifyBundle(bytes: Uint8Array, trust: Trust): Verified<Statement> {
  const bundle = parseBundle(bytes);
  const signer = verifySignature(bundle, trust);
  return make(parseStatement(bundle.envelope.payload), signer, createHash("sha256").update(bytes).digest("hex"));
}

const WAYS = { key: "a key", certificates: "a certificate chain", keyless: "a logged identity" } as const;
const WANTED = { key: "a key", certificate: "a certificate chain", keyless: "a logged identity" } as const;

function verifySignature(bundle: Bundle, trust: Trust): SignerName {
  const { material } = bundle;
  const mismatch = (): never =>
    refuse(
      "material-mismatch",
      `This was signed with ${WAYS[material.type]}, and you ask for ${WANTED[trust.type]}. Who signed decides, so it is not accepted.`,
    );
  switch (trust.type) {
    case "key": {
      if (material.type !== "key") return mismatch();
      const hint = keyHint(trust.key);
      // Who wrote the bundle chose the hint: a wrong one is told apart from a wrong signature only for the reader's sake.
      if (material.hint !== undefined && material.hint !== hint)
        refuse(
          "key-mismatch",
          `The signature names another key (${quote(material.hint.slice(0, 16))}…) than yours (${hint.slice(0, 16)}…).`,
        );
      if (material.embedded && trust.legacy !== true)
        refuse(
          "key-embedded",
          "The signature brings its own key, as releases before 1.1 of model_signing did. Anybody can do that; pass --legacy to judge it by your key all the same.",
        );
      checkEnvelope(bundle, trust.key, trust.legacy);
      return { type: "key", name: hint };
    }
    case "certificate": {
      if (material.type !== "certificates") return mismatch();
      const leaf = verifyChain(material.chain, trust);
      checkEnvelope(bundle, leaf.publicKey, trust.legacy);
      return { type: "certificate", name: nameOf(leaf) };
    }
    case "keyless": {
      if (material.type !== "keyless") return mismatch();
      verifyKeyless(bundle, trust);
      return { type: "keyless", name: trust.identity, issuer: trust.issuer };
    }
  }
}

function checkEnvelope({ envelope }: Bundle, key: KeyObject, legacy = false): void {
  const { payloadType, payload, signature } = envelope;
  if (signedBy(key, pae(payloadType, payload), signature)) return;
  if (legacy && signedBy(key, paeOfModelSigning02(payloadType, payload), signature, "sha256")) return;
  refuse("signature-wrong", "The statement was not signed by this key, or was changed after it was signed.");
}
