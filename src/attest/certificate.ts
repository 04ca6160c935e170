// Certificate chains for signatures (RFC 5280, the part that signing needs): a path by signature and name from the leaf
// to a root that the caller gave, every certificate valid at one given time, issuers allowed to issue, the leaf allowed
// to sign. Stricter than the reference, which judges a chain at the moment its leaf began and so accepts a leaf that ended
// years ago. Revocation lists are not looked at.
import { X509Certificate, type KeyObject } from "node:crypto";
import { X509Certificate as ParsedCertificate } from "@sigstore/core";
import { badConfig } from "../core/errors.ts";
import { quote } from "../base/escape.ts";
import { LIMITS } from "../base/limits.ts";
import { hashOf } from "./keys.ts";
import { refuse } from "../core/refusal.ts";

/** The certificates of a PEM file, in its order. `where` names the file in errors. */
export function certificatesOf(pem: string, where: string): X509Certificate[] {
  const blocks = pem.match(/-----BEGIN CERTIFICATE-----[A-Za-z0-9+/=\s]+-----END CERTIFICATE-----/g) ?? [];
  if (blocks.length === 0) throw badConfig(where, "holds no certificate in PEM.");
  if (blocks.length > LIMITS.certificatesMax)
    throw badConfig(where, `holds more than ${LIMITS.certificatesMax} certificates (limit certificatesMax).`);
  return blocks.map((block, i) => {
    try {
      return parse(new X509Certificate(block).raw, i);
    } catch {
      throw badConfig(where, `certificate ${i + 1} cannot be read.`);
    }
  });
}

export interface ChainTrust {
  readonly roots: readonly X509Certificate[];
  /** The moment at which every certificate of the path must be valid. */
  readonly at: Date;
}

/**
 * The public key of the leaf of `chain` (DER, leaf first), once a path from it to one of the roots holds. The
 * certificates after the leaf are only candidates: whoever made the bundle chose them.
 */
export function verifyChain(chain: readonly Uint8Array[], { roots, at }: ChainTrust): X509Certificate {
  const certificates = chain.map((der, i) => parse(der, i));
  const [leaf, ...between] = certificates as [X509Certificate, ...X509Certificate[]];
  if (!hashOf(leaf.publicKey))
    refuse("key-unsupported", "The certificate's key is not ECDSA on P-256, P-384 or P-521.");
  // Why the best path failed is what a reader needs: a chain that ends at a root and is expired is expired, not unknown.
  const path = pathToRoot(leaf, between, roots);
  if (!path)
    refuse(
      "certificate-untrusted",
      `No path leads from the certificate of ${nameOf(leaf)} to a root you gave (${roots.length} given).`,
    );
  for (const certificate of path) {
    if (at < certificate.validFromDate)
      refuse(
        "certificate-not-yet-valid",
        `The certificate of ${nameOf(certificate)} is valid from ${day(certificate.validFromDate)}, and the time to judge by is ${day(at)}.`,
      );
    if (at > certificate.validToDate)
      refuse(
        "certificate-expired",
        `The certificate of ${nameOf(certificate)} ended ${day(certificate.validToDate)}, and nothing proves that the signature is older: the time to judge by is ${day(at)}.`,
      );
  }
  checkUsage(leaf);
  path.forEach((certificate, depth) => checkIssuer(certificate, depth, leaf));
  return leaf;
}

function parse(der: Uint8Array, index: number): X509Certificate {
  try {
    const certificate = new X509Certificate(der);
    // Read when asked for, and only then found broken: the key throws, and a date that is none is neither before nor after.
    if (Number.isNaN(certificate.validFromDate.getTime() + certificate.validToDate.getTime()))
      throw new Error("a date");
    if (certificate.publicKey.type !== "public") throw new Error("a key");
    return certificate;
  } catch (error) {
    return refuse("certificate-malformed", `Certificate ${index + 1} of the signature cannot be read.`, error);
  }
}

/** From the leaf to the root, both included. Each candidate is stepped on once: a hundred crossed ones cost a hundred. */
function pathToRoot(
  leaf: X509Certificate,
  between: readonly X509Certificate[],
  roots: readonly X509Certificate[],
): X509Certificate[] | undefined {
  const seen = new Set<string>();
  const isRoot = (certificate: X509Certificate): boolean => roots.some((root) => root.raw.equals(certificate.raw));
  const walk = (certificate: X509Certificate): X509Certificate[] | undefined => {
    if (isRoot(certificate)) return [certificate];
    if (seen.has(certificate.fingerprint256)) return undefined;
    seen.add(certificate.fingerprint256);
    // A certificate may carry its issuer's name as its own (the reference's test leaf does): names only order the search,
    // the signature decides.
    for (const issuer of [...roots, ...between]) {
      if (issuer.raw.equals(certificate.raw) || issuer.subject !== certificate.issuer || !issued(issuer, certificate))
        continue;
      const rest = walk(issuer);
      if (rest) return [certificate, ...rest];
    }
    return undefined;
  };
  return walk(leaf);
}

function issued(issuer: X509Certificate, certificate: X509Certificate): boolean {
  try {
    return certificate.verify(issuer.publicKey as KeyObject);
  } catch {
    return false;
  }
}

function extensions(certificate: X509Certificate): ParsedCertificate {
  try {
    return ParsedCertificate.parse(Buffer.from(certificate.raw));
  } catch (error) {
    return refuse("certificate-malformed", `The certificate of ${nameOf(certificate)} cannot be read.`, error);
  }
}

const CODE_SIGNING = "1.3.6.1.5.5.7.3.3";

/** Key usage digitalSignature, or extended key usage code signing (OMS v1.0). */
export function checkUsage(leaf: X509Certificate): void {
  let usage: boolean | undefined;
  try {
    usage = extensions(leaf).extKeyUsage?.digitalSignature;
  } catch {
    usage = undefined;
  }
  if (usage === true || leaf.keyUsage?.includes(CODE_SIGNING)) return;
  refuse("certificate-usage", `The certificate of ${nameOf(leaf)} may not be used for signing.`);
}

function checkIssuer(certificate: X509Certificate, depth: number, leaf: X509Certificate): void {
  if (certificate === leaf || depth === 0) return;
  const parsed = extensions(certificate);
  if (!certificate.ca || parsed.extKeyUsage?.keyCertSign === false)
    refuse("certificate-usage", `The certificate of ${nameOf(certificate)} issued another one and is not allowed to.`);
  const most = parsed.extBasicConstraints?.pathLenConstraint;
  if (most !== undefined && depth - 1 > Number(most))
    refuse(
      "certificate-usage",
      `The certificate of ${nameOf(certificate)} issued through more steps than it is allowed to.`,
    );
}

export const nameOf = (certificate: X509Certificate): string =>
  quote(certificate.subjectAltName ?? (certificate.subject.replaceAll("\n", ", ") || "no name"));
const day = (date: Date): string => date.toISOString().slice(0, 10);
