// Checking a keyless signature: Sigstore's own library does the cryptography (certificate path, certificate log,
// transparency log, timestamps, envelope), and what it leaves lax is closed here: the identity is compared whole instead
// of by an unanchored pattern, the leaf must be for code signing, and the log's entry must name this very certificate.
import { X509Certificate } from "node:crypto";
import { bundleFromJSON } from "@sigstore/bundle";
import { PolicyError, toSignedEntity, VerificationError, Verifier, type TrustMaterial } from "@sigstore/verify";
import { quote } from "../base/escape.ts";
import type { Bundle } from "./bundle.ts";
import { refuse, type RefusalCode } from "../core/refusal.ts";
import { isObject } from "./strict-json.ts";

export interface KeylessTrust {
  readonly root: TrustMaterial;
  /** The whole of the certificate's subject name: an e-mail address or a URI. */
  readonly identity: string;
  /** The whole of the OpenID issuer's URL. */
  readonly issuer: string;
}

const CODE_SIGNING = "1.3.6.1.5.5.7.3.3";

const CODES: Readonly<Record<string, RefusalCode>> = {
  CERTIFICATE_ERROR: "certificate-untrusted",
  SIGNATURE_ERROR: "signature-wrong",
  TIMESTAMP_ERROR: "timestamp",
  PUBLIC_KEY_ERROR: "key-mismatch",
};

const SENTENCES: Readonly<Partial<Record<RefusalCode, string>>> = {
  "certificate-untrusted": "The signer's certificate does not lead to an authority of the trusted root",
  "signature-wrong": "The envelope was not signed by the key of its certificate",
  timestamp: "Nothing that is trusted says when this was signed",
  "log-entry": "The transparency log's entry does not hold",
};

/** Refuses unless the envelope was signed by `identity`, as `issuer` vouched for it, and logged. */
export function verifyKeyless(bundle: Bundle, trust: KeylessTrust): void {
  const { name, issuer } = keylessIdentity(bundle, trust.root);
  if (name !== trust.identity)
    refuse("identity-mismatch", `Signed by ${quote(name ?? "nobody")}, not by ${quote(trust.identity)}.`);
  if (issuer !== trust.issuer)
    refuse(
      "identity-mismatch",
      `${quote(trust.issuer)} does not vouch for the signer: ${quote(issuer ?? "nobody")} does.`,
    );
}

export interface KeylessIdentity {
  readonly name: string | undefined;
  readonly issuer: string | undefined;
}

/** Who signed, once everything but the name has been checked. */
export function keylessIdentity(bundle: Bundle, root: TrustMaterial): KeylessIdentity {
  if (bundle.material.type !== "keyless") refuse("material-mismatch", "The signature carries no logged certificate.");
  let signer;
  try {
    // A private instance may run no log of certificates; then its trusted root names none.
    const verifier = new Verifier(root, { ctlogThreshold: root.ctlogs.length > 0 ? 1 : 0 });
    signer = verifier.verify(toSignedEntity(bundleFromJSON(structuredClone(bundle.json))));
  } catch (error) {
    if (error instanceof VerificationError || error instanceof PolicyError) {
      const code = CODES[error.code] ?? "log-entry";
      refuse(code, `${SENTENCES[code] ?? "The signature does not hold"}: ${quote(error.message, 160)}.`, error);
    }
    // The library reads hostile DER and JSON too, and throws errors of any kind.
    refuse("bundle-malformed", `The signature file cannot be read: ${quote((error as Error).message, 160)}.`, error);
  }
  const leaf = new X509Certificate(bundle.material.leaf);
  if (!leaf.keyUsage?.includes(CODE_SIGNING))
    refuse("certificate-usage", "The signer's certificate is not for code signing.");
  checkEntries(bundle, leaf);
  return { name: signer.identity?.subjectAlternativeName, issuer: signer.identity?.extensions?.issuer };
}

/** A log's entry proves that this certificate signed, only if it names this certificate. */
function checkEntries(bundle: Bundle, leaf: X509Certificate): void {
  const material = bundle.json["verificationMaterial"];
  const entries = isObject(material) ? material["tlogEntries"] : undefined;
  for (const entry of Array.isArray(entries) ? (entries as unknown[]) : []) {
    const body = isObject(entry) ? entry["canonicalizedBody"] : undefined;
    if (typeof body !== "string" || !names(Buffer.from(body, "base64").toString("utf8"), leaf))
      refuse("log-entry", "The transparency log's entry is about another certificate.");
  }
}

function names(body: string, leaf: X509Certificate): boolean {
  const texts: string[] = [];
  const collect = (value: unknown, depth: number): void => {
    if (typeof value === "string") texts.push(value);
    else if (depth > 0 && typeof value === "object" && value !== null)
      for (const item of Object.values(value)) collect(item, depth - 1);
  };
  try {
    collect(JSON.parse(body), 8);
  } catch {
    return false;
  }
  return texts.some((text) => {
    // DER in the second version of the log, PEM in the first, both in base64 once more.
    const bytes = Buffer.from(text, "base64");
    if (bytes.equals(leaf.raw)) return true;
    const pem = bytes.toString("latin1");
    if (!pem.startsWith("-----BEGIN CERTIFICATE-----")) return false;
    try {
      return new X509Certificate(pem).raw.equals(leaf.raw);
    } catch {
      return false;
    }
  });
}
