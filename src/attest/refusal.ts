// Why a signature, a statement or a tree is not accepted. A refusal is an answer, not a failure of the tool: whoever
// made the artifact is the one who may be lying. Codes are a closed set, so that a program can tell one from another;
// each message says what was found, in a sentence.

/** Each with the exit code that `--detailed-exit-code` ends with; those of pins and logs are in core/refusal. */
const CODES = {
  // the file that carries the signature
  "bundle-malformed": 170, // not JSON, duplicate keys, missing or extra fields, bad base64
  "bundle-version": 171, // a media type other than Sigstore bundle v0.3
  "bundle-content": 172, // a message signature, or no envelope: nothing that says what it means
  "signature-count": 173, // none or several signatures
  "payload-type": 174, // an envelope that carries something else than an in-toto statement
  // who signed
  "material-mismatch": 175, // signed in another way than the one asked for
  "key-unsupported": 176, // a kind of key or curve outside of the specification
  "key-mismatch": 177, // the bundle names another key
  "key-embedded": 178, // the bundle brings its own key, which proves nothing
  "signature-wrong": 179, // the bytes were not signed by that key
  "certificate-malformed": 180,
  "certificate-untrusted": 181, // no path to a given root
  "certificate-expired": 182,
  "certificate-not-yet-valid": 183,
  "certificate-usage": 184, // it may not sign, or an issuer may not issue
  "identity-mismatch": 185,
  "log-entry": 186, // the transparency log's promise or proof does not hold
  timestamp: 187, // no trusted time, or one that does not hold
  "trust-root": 188, // the file of trusted keys does not say what it must
  // what was signed
  "statement-malformed": 189,
  "predicate-type": 190,
  "predicate-malformed": 191,
  "subject-count": 192,
  "subject-mismatch": 193, // the statement is about something else
  "root-digest": 194, // the digest of the whole does not follow from its parts
  "name-duplicate": 195,
  "name-escapes": 196, // `..`, absolute, empty, a backslash or a control character
  "name-collision": 197, // two names that are one where case or Unicode form does not count
  "method-unsupported": 198,
  replayed: 199, // the same attestation twice, or older than what is required
  // the tree itself
  "tree-empty": 200,
  "tree-unreadable": 201,
  "tree-link": 202,
  "tree-special": 203,
  "tree-limit": 204,
  "tree-name": 205,
  "file-changed": 75,
  "file-missing": 80,
  "file-unsigned": 208,
  "file-ignored": 209, // present, and the signer left it out
  // policy
  "claim-missing": 210,
  "claim-failed": 211,
} as const;

export type RefusalCode = keyof typeof CODES;
export const SIGNATURE_REFUSALS: Readonly<Record<RefusalCode, number>> = CODES;

export interface Refusal {
  readonly code: RefusalCode;
  /** One sentence or two. Text from the artifact in it is quoted. */
  readonly message: string;
}

/** Thrown inside of attest, and turned into a `Refusal` at the edge of each public function that returns one. */
export class Refused extends Error implements Refusal {
  override name = "Refused";
  readonly code: RefusalCode;
  constructor(code: RefusalCode, message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.code = code;
  }
}

export function refuse(code: RefusalCode, message: string, cause?: unknown): never {
  throw new Refused(code, message, cause);
}
