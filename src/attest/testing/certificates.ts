// Certificates for tests, made on the spot: a root, what it issues, and every way in which one can be wrong.
import { createHash, generateKeyPairSync, sign, X509Certificate, type KeyObject } from "node:crypto";
import { bits, bool, context, ia5, integer, octets, oid, sequence, setOf, time, tlv, utf8 } from "./der.ts";

export type Curve = "P-256" | "P-384" | "P-521";

export interface KeyPair {
  readonly publicKey: KeyObject;
  readonly privateKey: KeyObject;
}

export const keyPair = (namedCurve: Curve = "P-256"): KeyPair => generateKeyPairSync("ec", { namedCurve });

export interface CertificateOptions {
  readonly subject: string;
  readonly from?: Date;
  readonly to?: Date;
  readonly ca?: boolean;
  readonly pathLength?: number;
  /** Bits of key usage, first bit highest: 0x80 digitalSignature, 0x06 keyCertSign and cRLSign. Absent: no extension. */
  readonly usage?: number;
  readonly extendedUsage?: readonly string[];
  readonly email?: string;
  /** More extensions, whole. */
  readonly extensions?: readonly Buffer[];
}

export interface Issued {
  readonly certificate: X509Certificate;
  readonly keys: KeyPair;
}

export const CODE_SIGNING = "1.3.6.1.5.5.7.3.3";
export const TIME_STAMPING = "1.3.6.1.5.5.7.3.8";

const ECDSA: Readonly<Record<string, readonly [string, string]>> = {
  prime256v1: ["1.2.840.10045.4.3.2", "sha256"],
  secp384r1: ["1.2.840.10045.4.3.3", "sha384"],
  secp521r1: ["1.2.840.10045.4.3.4", "sha512"],
};

const nameDer = (subject: string): Buffer =>
  subject === "" ? sequence() : sequence(setOf(sequence(oid("2.5.4.3"), utf8(subject))));

export const extension = (id: string, value: Uint8Array, critical = false): Buffer =>
  sequence(oid(id), ...(critical ? [bool(true)] : []), octets(value));

const keyId = (key: KeyObject): Buffer =>
  createHash("sha1")
    .update(key.export({ type: "spki", format: "der" }))
    .digest();

/** The part of a certificate that is signed; `extra` comes last among its extensions. */
export function tbsCertificate(
  options: CertificateOptions,
  publicKey: KeyObject,
  issuer: { readonly subject: string; readonly key: KeyObject },
  serial: Buffer,
  extra: readonly Buffer[] = [],
): Buffer {
  const { subject, from = new Date("2020-01-01"), to = new Date("2099-01-01"), ca = false, usage, email } = options;
  const extensions = [
    extension(
      "2.5.29.19",
      sequence(...(ca ? [bool(true)] : []), ...(options.pathLength === undefined ? [] : [integer(options.pathLength)])),
      true,
    ),
    ...(usage === undefined ? [] : [extension("2.5.29.15", bits(Buffer.of(usage)), true)]),
    ...(options.extendedUsage ? [extension("2.5.29.37", sequence(...options.extendedUsage.map(oid)))] : []),
    extension("2.5.29.14", octets(keyId(publicKey))),
    extension("2.5.29.35", sequence(tlv(0x80, keyId(issuer.key)))),
    ...(email === undefined ? [] : [extension("2.5.29.17", sequence(ia5(0x81, email)), subject === "")]),
    ...(options.extensions ?? []),
    ...extra,
  ];
  return sequence(
    context(0, integer(2)),
    integer(serial),
    sequence(oid(algorithmOf(issuer.key)[0])),
    nameDer(issuer.subject),
    sequence(time(from), time(to)),
    nameDer(subject),
    publicKey.export({ type: "spki", format: "der" }),
    context(3, sequence(...extensions)),
  );
}

export const algorithmOf = (key: KeyObject): readonly [string, string] =>
  ECDSA[key.asymmetricKeyDetails?.namedCurve ?? ""] ?? ["", "sha256"];

export function signCertificate(tbs: Buffer, key: KeyObject): X509Certificate {
  const [algorithm, hash] = algorithmOf(key);
  return new X509Certificate(
    sequence(tbs, sequence(oid(algorithm)), bits(sign(hash, tbs, { key, dsaEncoding: "der" }))),
  );
}

let serials = 0;
export const nextSerial = (): Buffer => createHash("sha256").update(`serial ${serials++}`).digest().subarray(0, 16);

/** A certificate by `issuer`, or by itself. */
export function issue(options: CertificateOptions, issuer?: Issued, keys: KeyPair = keyPair()): Issued {
  const by = issuer
    ? {
        subject: issuer.certificate.subject.replace(/^CN=/, ""),
        key: issuer.keys.privateKey,
        public: issuer.keys.publicKey,
      }
    : { subject: options.subject, key: keys.privateKey, public: keys.publicKey };
  const tbs = tbsCertificate(options, keys.publicKey, { subject: by.subject, key: by.public }, nextSerial());
  return { certificate: signCertificate(tbs, by.key), keys };
}

export const rootAuthority = (subject = "test root", options: Partial<CertificateOptions> = {}): Issued =>
  issue({ subject, ca: true, usage: 0x06, ...options });
export const leafOf = (issuer: Issued, options: Partial<CertificateOptions> = {}, keys?: KeyPair): Issued =>
  issue({ subject: "test signer", usage: 0x80, ...options }, issuer, keys);
