// Bundles for tests, right and wrong: the same pieces a signer puts together, each open to be replaced.
import { createHash, sign, type KeyObject } from "node:crypto";
import { BUNDLE_TYPE } from "../bundle.ts";
import { IN_TOTO_JSON, pae } from "../dsse.ts";
import { hashOf, keyHint } from "../keys.ts";
import type { Issued } from "./certificates.ts";

export interface BundleParts {
  mediaType: string;
  verificationMaterial: Record<string, unknown>;
  dsseEnvelope: { payload: string; payloadType: string; signatures: { sig: string; keyid: string }[] };
}

export const signature = (
  key: KeyObject,
  payload: Buffer,
  type: string = IN_TOTO_JSON,
  hash: string | undefined = hashOf(key),
): string => sign(hash, pae(type, payload), { key, dsaEncoding: "der" }).toString("base64");

export function bundleParts(key: KeyObject, statement: unknown, material: Record<string, unknown>): BundleParts {
  const payload = Buffer.from(typeof statement === "string" ? statement : JSON.stringify(statement));
  return {
    mediaType: BUNDLE_TYPE,
    verificationMaterial: { ...material, tlogEntries: [] },
    dsseEnvelope: {
      payload: payload.toString("base64"),
      payloadType: IN_TOTO_JSON,
      signatures: [{ sig: signature(key, payload), keyid: "" }],
    },
  };
}

export const keyMaterial = (key: KeyObject): Record<string, unknown> => ({ publicKey: { hint: keyHint(key) } });

export const chainMaterial = (...chain: readonly Issued[]): Record<string, unknown> => ({
  x509CertificateChain: {
    certificates: chain.map(({ certificate }) => ({ rawBytes: certificate.raw.toString("base64") })),
  },
});

export interface Predicate {
  serialization: Record<string, unknown>;
  resources: { name: string; algorithm: string; digest: string }[];
  [extra: string]: unknown;
}

export interface ModelStatement {
  _type: string;
  subject: { name: string; digest: Record<string, string> }[];
  predicateType: string;
  predicate: Predicate;
}

/** A model signature over `files` (name -> content), its root made to fit. `change` alters the predicate before that. */
export function modelStatementOf(
  files: Readonly<Record<string, string>>,
  change: (predicate: Predicate) => void = () => undefined,
): ModelStatement {
  const sha256 = (text: string): string => createHash("sha256").update(text).digest("hex");
  const predicate: Predicate = {
    serialization: { method: "files", hash_type: "sha256", allow_symlinks: false },
    resources: Object.entries(files)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([name, content]) => ({ name, algorithm: "sha256", digest: sha256(content) })),
  };
  change(predicate);
  const root = createHash("sha256");
  for (const { digest } of predicate.resources) root.update(digest, "hex");
  return {
    _type: "https://in-toto.io/Statement/v1",
    subject: [{ name: "model", digest: { sha256: root.digest("hex") } }],
    predicateType: "https://model_signing/signature/v1.0",
    predicate,
  };
}
