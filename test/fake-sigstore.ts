// Fulcio, a certificate log, Rekor (v1 and v2) and a timestamp authority on this machine, with keys of their own and the
// trusted root that names them. They do what the real ones do to the byte as far as a verifier looks; a test turns a knob
// to make one of them wrong.
import {
  createHash,
  createPublicKey,
  generateKeyPairSync,
  randomBytes,
  sign,
  verify,
  X509Certificate,
  type KeyObject,
} from "node:crypto";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import {
  algorithmOf,
  CODE_SIGNING,
  extension,
  issue,
  keyPair,
  leafOf,
  nextSerial,
  rootAuthority,
  signCertificate,
  tbsCertificate,
  TIME_STAMPING,
  type CertificateOptions,
} from "../src/attest/testing/certificates.ts";
import {
  context,
  ia5,
  integer,
  nothing,
  octets,
  oid,
  sequence,
  setOf,
  time,
  tlv,
  utf8,
} from "../src/attest/testing/der.ts";
import { inclusionProof, leafHash, nodeHash, treeRoot } from "../src/tlog/merkle.ts";

export const ISSUER = "https://issuer.example/oauth";

export interface Knobs {
  /** Leave the certificate out of the certificate log. */
  noSct?: boolean;
  /** Sign the log's entry with a key that nobody trusts. */
  strangerLog?: boolean;
  /** Say another root than the proof leads to. */
  wrongRoot?: boolean;
  /** Log another certificate than the one that signed. */
  logOther?: boolean;
  /** Stamp other bytes than were asked for. */
  stampOther?: boolean;
  /** When the certificate ends; default ten minutes on. */
  certificateEnds?: Date;
  /** The time that is stamped; default now. */
  stampAt?: Date;
  extendedUsage?: readonly string[];
  otherKey?: boolean;
  redirect?: string;
  status?: number;
}

const sha256 = (...parts: readonly (Uint8Array | string)[]): Buffer => {
  const hash = createHash("sha256");
  for (const part of parts) hash.update(part);
  return hash.digest();
};
const spki = (key: KeyObject): Buffer => key.export({ type: "spki", format: "der" });
const uint = (n: number | bigint, bytes: number): Buffer =>
  Buffer.from(
    BigInt(n)
      .toString(16)
      .padStart(2 * bytes, "0"),
    "hex",
  );
const wholeSecond = (date: Date): Date => new Date(Math.floor(date.getTime() / 1000) * 1000);

export class FakeSigstore {
  readonly knobs: Knobs = {};
  readonly #root = rootAuthority("fulcio root");
  readonly #middle = issue({ subject: "fulcio", ca: true, usage: 0x06, extendedUsage: [CODE_SIGNING] }, this.#root);
  readonly #ct = keyPair();
  readonly #log = keyPair();
  readonly #logV2 = generateKeyPairSync("ed25519");
  readonly #stranger = keyPair();
  readonly #clockRoot = rootAuthority("clock root");
  readonly #clock = leafOf(this.#clockRoot, { subject: "clock", extendedUsage: [TIME_STAMPING] });
  readonly #leaves: Buffer[] = [];
  /** Bodies that were posted, by path. */
  readonly asked: { path: string; body: string }[] = [];
  #server: Server | undefined;
  url = "";

  async start(): Promise<void> {
    this.#leaves.push(leafHash(randomBytes(8)), leafHash(randomBytes(8)), leafHash(randomBytes(8)));
    this.#server = createServer((request, response) => {
      const chunks: Buffer[] = [];
      request.on("data", (chunk: Buffer) => chunks.push(chunk));
      request.on("end", () => {
        const body = Buffer.concat(chunks).toString();
        const path = request.url ?? "";
        this.asked.push({ path, body });
        if (this.knobs.redirect !== undefined)
          return void response.writeHead(307, { location: this.knobs.redirect }).end();
        if (this.knobs.status !== undefined) return void response.writeHead(this.knobs.status).end("no");
        try {
          const answer = this.#answer(path, JSON.parse(body) as Record<string, never>);
          response.writeHead(201).end(Buffer.isBuffer(answer) ? answer : JSON.stringify(answer));
        } catch (error) {
          response.writeHead(400).end(String(error));
        }
      });
    });
    await new Promise<void>((done) => this.#server?.listen(0, "127.0.0.1", done));
    this.url = `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  stop(): void {
    this.#server?.closeAllConnections();
    this.#server?.close();
  }

  #answer(path: string, body: Record<string, never>): object | Buffer {
    if (path.endsWith("/signingCert")) return this.#certify(body);
    if (path.endsWith("/timestamp")) return this.#stamp(Buffer.from(String(body["artifactHash"]), "base64"));
    if (path.endsWith("/v1/log/entries")) return this.#enterV1(body);
    return this.#enterV2(body);
  }

  /** An OpenID token; nobody checks its signature here. */
  token(claims: object): string {
    const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString("base64url");
    return `${part({ alg: "none" })}.${part({ iss: ISSUER, aud: "sigstore", ...claims })}.c2ln`;
  }

  #certify(body: Record<string, never>): object {
    const { credentials, publicKeyRequest } = body as unknown as {
      credentials: { oidcIdentityToken: string };
      publicKeyRequest: { publicKey: { content: string }; proofOfPossession: string };
    };
    const claims = JSON.parse(
      Buffer.from(credentials.oidcIdentityToken.split(".")[1] ?? "", "base64url").toString(),
    ) as Record<string, string>;
    const publicKey = this.knobs.otherKey ? keyPair().publicKey : createPublicKey(publicKeyRequest.publicKey.content);
    const name = claims["email"] ?? claims["sub"] ?? "";
    const proof = Buffer.from(publicKeyRequest.proofOfPossession, "base64");
    if (!this.knobs.otherKey && !verify("sha256", Buffer.from(name), publicKey, proof))
      throw new Error("proof of possession");
    const options: CertificateOptions = {
      subject: "",
      from: wholeSecond(new Date(Date.now() - 60_000)),
      to: this.knobs.certificateEnds ?? wholeSecond(new Date(Date.now() + 600_000)),
      usage: 0x80,
      extendedUsage: this.knobs.extendedUsage ?? [CODE_SIGNING],
      extensions: [
        extension("2.5.29.17", sequence(ia5(claims["email"] ? 0x81 : 0x86, name)), true),
        extension("1.3.6.1.4.1.57264.1.8", utf8(claims["iss"] ?? "")),
      ],
    };
    const issuer = { subject: "fulcio", key: this.#middle.keys.publicKey };
    const serial = nextSerial();
    const unlogged = tbsCertificate(options, publicKey, issuer, serial);
    const tbs = this.knobs.noSct ? unlogged : tbsCertificate(options, publicKey, issuer, serial, [this.#sct(unlogged)]);
    const certificate = signCertificate(tbs, this.#middle.keys.privateKey);
    const chain = [certificate, this.#middle.certificate, this.#root.certificate].map(String);
    return { signedCertificateEmbeddedSct: { chain: { certificates: chain } } };
  }

  /** RFC 6962, section 3.2 and 3.3. */
  #sct(tbs: Buffer): Buffer {
    const timestamp = uint(Date.now(), 8);
    const signed = Buffer.concat([
      Buffer.of(0, 0),
      timestamp,
      uint(1, 2),
      sha256(spki(this.#middle.keys.publicKey)),
      uint(tbs.length, 3),
      tbs,
      uint(0, 2),
    ]);
    const signature = sign("sha256", signed, this.#ct.privateKey);
    const sct = Buffer.concat([
      Buffer.of(0),
      sha256(spki(this.#ct.publicKey)),
      timestamp,
      uint(0, 2),
      Buffer.of(4, 3),
      uint(signature.length, 2),
      signature,
    ]);
    const list = Buffer.concat([uint(sct.length + 2, 2), uint(sct.length, 2), sct]);
    return extension("1.3.6.1.4.1.11129.2.4.2", octets(list));
  }

  #append(body: Buffer): { index: number; size: number; root: Buffer; hashes: Buffer[] } {
    const index = this.#leaves.push(leafHash(body)) - 1;
    const size = this.#leaves.length;
    const read = (level: number, at: number): Uint8Array =>
      level === 0 ? (this.#leaves[at] as Buffer) : nodeHash(read(level - 1, 2 * at), read(level - 1, 2 * at + 1));
    const hashes = inclusionProof(index, size, read).map((hash) => Buffer.from(hash));
    const root = this.knobs.wrongRoot ? randomBytes(32) : Buffer.from(treeRoot(size, read));
    return { index, size, root, hashes };
  }

  #checkpoint(size: number, root: Buffer, keyId: Buffer, key: KeyObject): string {
    const note = `127.0.0.1\n${size}\n${root.toString("base64")}\n`;
    const hash = key.asymmetricKeyType === "ed25519" ? null : "sha256";
    const signature = sign(hash, Buffer.from(note), key);
    return `${note}\n\u2014 127.0.0.1 ${Buffer.concat([keyId.subarray(0, 4), signature]).toString("base64")}\n`;
  }

  get #logId(): Buffer {
    return sha256(spki(this.#log.publicKey));
  }

  get #logV2Id(): Buffer {
    return sha256("127.0.0.1\n", Buffer.of(1), spki(this.#logV2.publicKey).subarray(-32));
  }

  #enterV1(body: Record<string, never>): object {
    const { envelope, verifiers } = (
      body as unknown as { spec: { proposedContent: { envelope: string; verifiers: string[] } } }
    ).spec.proposedContent;
    const { payload, signatures } = JSON.parse(envelope) as { payload: string; signatures: { sig: string }[] };
    const other = Buffer.from(this.#clock.certificate.toString()).toString("base64");
    // Keys in the order of RFC 8785, as Rekor writes them.
    const entry = Buffer.from(
      JSON.stringify({
        apiVersion: "0.0.1",
        kind: "dsse",
        spec: {
          envelopeHash: { algorithm: "sha256", value: sha256(envelope).toString("hex") },
          payloadHash: { algorithm: "sha256", value: sha256(Buffer.from(payload, "base64")).toString("hex") },
          signatures: [{ signature: signatures[0]?.sig, verifier: this.knobs.logOther ? other : verifiers[0] }],
        },
      }),
    );
    const { index, size, root, hashes } = this.#append(entry);
    const key = this.knobs.strangerLog ? this.#stranger.privateKey : this.#log.privateKey;
    const integratedTime = Math.floor(Date.now() / 1000);
    const promise = {
      body: entry.toString("base64"),
      integratedTime,
      logID: this.#logId.toString("hex"),
      logIndex: index,
    };
    return {
      [randomBytes(32).toString("hex")]: {
        ...promise,
        verification: {
          signedEntryTimestamp: sign("sha256", Buffer.from(JSON.stringify(promise)), key).toString("base64"),
          inclusionProof: {
            checkpoint: this.#checkpoint(size, root, this.#logId, key),
            hashes: hashes.map((hash) => hash.toString("hex")),
            logIndex: index,
            rootHash: root.toString("hex"),
            treeSize: size,
          },
        },
      },
    };
  }

  #enterV2(body: Record<string, never>): object {
    const { digest, signature } = (
      body as unknown as {
        hashedRekordRequestV002: { digest: string; signature: { content: string; verifier: object } };
      }
    ).hashedRekordRequestV002;
    const other = {
      keyDetails: "PKIX_ECDSA_P256_SHA_256",
      x509Certificate: { rawBytes: this.#clock.certificate.raw.toString("base64") },
    };
    const entry = Buffer.from(
      JSON.stringify({
        apiVersion: "0.0.2",
        kind: "hashedrekord",
        spec: {
          hashedRekordV002: {
            data: { algorithm: "SHA2_256", digest },
            signature: { content: signature.content, verifier: this.knobs.logOther ? other : signature.verifier },
          },
        },
      }),
    );
    const { index, size, root, hashes } = this.#append(entry);
    const key = this.knobs.strangerLog ? generateKeyPairSync("ed25519").privateKey : this.#logV2.privateKey;
    return {
      logIndex: String(index),
      logId: { keyId: this.#logV2Id.toString("base64") },
      kindVersion: { kind: "hashedrekord", version: "0.0.2" },
      inclusionProof: {
        logIndex: String(index),
        rootHash: root.toString("base64"),
        treeSize: String(size),
        hashes: hashes.map((hash) => hash.toString("base64")),
        checkpoint: { envelope: this.#checkpoint(size, root, this.#logV2Id, key) },
      },
      canonicalizedBody: entry.toString("base64"),
    };
  }

  /** RFC 3161, section 2.4.2, and RFC 5652. */
  #stamp(hash: Buffer): Buffer {
    const algorithm = sequence(oid("2.16.840.1.101.3.4.2.1"), nothing());
    const info = sequence(
      integer(1),
      oid("1.3.6.1.4.1.57264.2"),
      sequence(algorithm, octets(this.knobs.stampOther ? sha256("other") : hash)),
      integer(nextSerial()),
      time(wholeSecond(this.knobs.stampAt ?? new Date())),
    );
    const attributes = Buffer.concat([
      sequence(oid("1.2.840.113549.1.9.3"), setOf(oid("1.2.840.113549.1.9.16.1.4"))),
      sequence(oid("1.2.840.113549.1.9.4"), setOf(octets(sha256(info)))),
    ]);
    const { certificate, keys } = this.#clock;
    const [signatureOid] = algorithmOf(keys.privateKey);
    const signer = sequence(
      integer(1),
      sequence(
        sequence(setOf(sequence(oid("2.5.4.3"), utf8("clock root")))),
        integer(Buffer.from(certificate.serialNumber, "hex")),
      ),
      algorithm,
      context(0, attributes),
      sequence(oid(signatureOid)),
      octets(sign("sha256", tlv(0x31, attributes), keys.privateKey)),
    );
    const signed = sequence(
      integer(3),
      setOf(algorithm),
      sequence(oid("1.2.840.113549.1.9.16.1.4"), context(0, octets(info))),
      setOf(signer),
    );
    return sequence(sequence(integer(0)), sequence(oid("1.2.840.113549.1.7.2"), context(0, signed)));
  }

  trustedRoot(): object {
    const certificates = (...chain: readonly X509Certificate[]): object => ({
      certificates: chain.map(({ raw }) => ({ rawBytes: raw.toString("base64") })),
    });
    const validFor = { start: "2020-01-01T00:00:00Z" };
    const log = (key: KeyObject, keyDetails: string, id: Buffer): object => ({
      baseUrl: this.url,
      hashAlgorithm: "SHA2_256",
      publicKey: { rawBytes: spki(key).toString("base64"), keyDetails, validFor },
      logId: { keyId: id.toString("base64") },
    });
    const ecdsa = "PKIX_ECDSA_P256_SHA_256";
    return {
      mediaType: "application/vnd.dev.sigstore.trustedroot+json;version=0.1",
      tlogs: [log(this.#log.publicKey, ecdsa, this.#logId), log(this.#logV2.publicKey, "PKIX_ED25519", this.#logV2Id)],
      certificateAuthorities: [
        {
          subject: { commonName: "fulcio" },
          uri: this.url,
          certChain: certificates(this.#middle.certificate, this.#root.certificate),
          validFor,
        },
      ],
      ctlogs: [log(this.#ct.publicKey, ecdsa, sha256(spki(this.#ct.publicKey)))],
      timestampAuthorities: [
        {
          subject: { commonName: "clock" },
          uri: this.url,
          certChain: certificates(this.#clock.certificate, this.#clockRoot.certificate),
          validFor,
        },
      ],
    };
  }
}
