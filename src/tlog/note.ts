// Signed notes (C2SP signed-note v1.0.0) and cosignatures of witnesses (C2SP tlog-cosignature v1, Ed25519). A note comes
// from another machine: reading one never throws, it says what is wrong. Signatures of keys that nobody asked for are
// passed over; a bad one of a key that was asked for spoils the note.
import { createHash, createPrivateKey, createPublicKey, sign, verify, type KeyObject } from "node:crypto";

export type KeyAlgorithm = "ed25519" | "cosignature";
const ALGORITHMS: Readonly<Record<KeyAlgorithm, number>> = { ed25519: 1, cosignature: 4 };

export interface NoteKey {
  readonly name: string;
  /** Four bytes, hex. */
  readonly id: string;
  readonly algorithm: KeyAlgorithm;
  readonly key: KeyObject;
}

export interface NoteSigner extends NoteKey {
  readonly secret: KeyObject;
}

const NOTE_BYTES_MAX = 1_000_000;
const SIGNATURES_MAX = 100;
const SPKI = Buffer.from("302a300506032b6570032100", "hex");
const PKCS8 = Buffer.from("302e020100300506032b657004220420", "hex");
/** As in C2SP: no space, no plus. */
const isName = (name: string): boolean => name !== "" && name.isWellFormed() && !/[\s+]/u.test(name);

const keyId = (name: string, typed: Uint8Array): string =>
  createHash("sha256").update(`${name}\n`).update(typed).digest("hex").slice(0, 8);

const publicOf = (raw: Uint8Array): KeyObject =>
  createPublicKey({ key: Buffer.concat([SPKI, raw]), format: "der", type: "spki" });
const rawOf = (key: KeyObject): Buffer => key.export({ format: "der", type: "spki" }).subarray(SPKI.length);

/** `name+id+base64(algorithm || public key)`; undefined where it is no such key, or its id is another's. */
export function parseVerifier(text: string): NoteKey | undefined {
  const [name = "", id = "", ...rest] = text.trim().split("+");
  const typed = Buffer.from(rest.join("+"), "base64");
  const algorithm = typed[0] === 1 ? "ed25519" : typed[0] === 4 ? "cosignature" : undefined;
  if (!isName(name) || algorithm === undefined || typed.length !== 33 || keyId(name, typed) !== id) return undefined;
  return { name, id, algorithm, key: publicOf(typed.subarray(1)) };
}

export const verifierText = ({ name, id, algorithm, key }: NoteKey): string =>
  `${name}+${id}+${Buffer.concat([Buffer.of(ALGORITHMS[algorithm]), rawOf(key)]).toString("base64")}`;

/** `seed`: 32 secret bytes. */
export function signerOf(name: string, seed: Uint8Array, algorithm: KeyAlgorithm = "ed25519"): NoteSigner | undefined {
  if (!isName(name) || seed.length !== 32) return undefined;
  const secret = createPrivateKey({ key: Buffer.concat([PKCS8, seed]), format: "der", type: "pkcs8" });
  const key = createPublicKey(secret);
  const id = keyId(name, Buffer.concat([Buffer.of(ALGORITHMS[algorithm]), rawOf(key)]));
  return { name, id, algorithm, key, secret };
}

/** `PRIVATE+KEY+name+id+base64(algorithm || seed)`, as Go writes it. */
export function parseSigner(text: string): NoteSigner | undefined {
  const match = /^PRIVATE\+KEY\+([^+]+)\+([0-9a-f]{8})\+(.+)$/.exec(text.trim());
  const typed = Buffer.from(match?.[3] ?? "", "base64");
  if (!match || typed.length !== 33) return undefined;
  const signer = signerOf(match[1] ?? "", typed.subarray(1), typed[0] === 4 ? "cosignature" : "ed25519");
  return signer?.id === match[2] ? signer : undefined;
}

export const signerText = (signer: NoteSigner, seed: Uint8Array): string =>
  `PRIVATE+KEY+${signer.name}+${signer.id}+${Buffer.concat([Buffer.of(ALGORITHMS[signer.algorithm]), seed]).toString("base64")}`;

export interface NoteSignature {
  readonly name: string;
  readonly id: string;
  readonly bytes: Buffer;
}

export interface Note {
  /** With its line feed at the end. */
  readonly text: string;
  readonly signatures: readonly NoteSignature[];
}

const signatureLine = ({ name, id }: NoteKey, bytes: Uint8Array): string =>
  `\u2014 ${name} ${Buffer.concat([Buffer.from(id, "hex"), bytes]).toString("base64")}\n`;

/** The note with a signature more. `seconds`: when a cosignature is made, since 1970. */
export function signNote(note: Note, signer: NoteSigner, seconds = 0): Note {
  if (signer.algorithm === "ed25519")
    return {
      ...note,
      signatures: [
        ...note.signatures,
        { name: signer.name, id: signer.id, bytes: sign(null, Buffer.from(note.text), signer.secret) },
      ],
    };
  const time = Buffer.alloc(8);
  time.writeBigUInt64BE(BigInt(seconds));
  const bytes = Buffer.concat([
    time,
    sign(null, Buffer.from(`cosignature/v1\ntime ${seconds}\n${note.text}`), signer.secret),
  ]);
  return { ...note, signatures: [...note.signatures, { name: signer.name, id: signer.id, bytes }] };
}

export const renderNote = ({ text, signatures }: Note): string =>
  `${text}\n${signatures.map(({ name, id, bytes }) => signatureLine({ name, id } as NoteKey, bytes)).join("")}`;

/** The note's text and signature lines, not yet believed; undefined where it is no signed note. */
export function parseNote(given: string): Note | undefined {
  if (given.length > NOTE_BYTES_MAX || !given.isWellFormed() || /[\u0000-\u0009\u000b-\u001f]/u.test(given))
    return undefined;
  const split = given.lastIndexOf("\n\n");
  if (split < 0 || !given.endsWith("\n")) return undefined;
  const lines = given.slice(split + 2, -1).split("\n");
  if (lines.length > SIGNATURES_MAX) return undefined;
  const signatures: NoteSignature[] = [];
  for (const line of lines) {
    const match = /^\u2014 (\S+) ([A-Za-z0-9+/]+={0,2})$/u.exec(line);
    const bytes = Buffer.from(match?.[2] ?? "", "base64");
    if (!match || bytes.length < 5 || !isName(match[1] ?? "") || bytes.toString("base64") !== match[2])
      return undefined;
    signatures.push({ name: match[1] as string, id: bytes.toString("hex", 0, 4), bytes: bytes.subarray(4) });
  }
  return { text: given.slice(0, split + 1), signatures };
}

export type NoteFault = "unsigned" | "wrong-key" | "bad-signature";

/** Whether `key` signed the note; a cosignature gives its time. */
export function noteSignedBy(note: Note, key: NoteKey): { readonly seconds: number } | NoteFault {
  const named = note.signatures.filter(({ name }) => name === key.name);
  if (named.length === 0) return "unsigned";
  const own = named.filter(({ id }) => id === key.id);
  if (own.length === 0) return "wrong-key";
  let seconds = 0;
  for (const { bytes } of own) {
    let text = note.text;
    let signature = bytes;
    if (key.algorithm === "cosignature") {
      if (bytes.length !== 72) return "bad-signature";
      seconds = Number(bytes.readBigUInt64BE(0));
      text = `cosignature/v1\ntime ${bytes.readBigUInt64BE(0)}\n${note.text}`;
      signature = bytes.subarray(8);
    }
    if (!verify(null, Buffer.from(text), key.key, signature)) return "bad-signature";
  }
  return { seconds };
}
