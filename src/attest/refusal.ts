// Why a signature, a statement or a tree is not accepted. A refusal is an answer, not a failure of the tool: whoever
// made the artifact is the one who may be lying. Codes are a closed set, so that a program can tell one from another;
// each message says what was found, in a sentence.

export type RefusalCode =
  // the file that carries the signature
  | "bundle-malformed" // not JSON, duplicate keys, missing or extra fields, bad base64
  | "bundle-version" // a media type other than Sigstore bundle v0.3
  | "bundle-content" // a message signature, or no envelope: nothing that says what it means
  | "signature-count" // none or several signatures
  | "payload-type" // an envelope that carries something else than an in-toto statement
  // who signed
  | "material-mismatch" // signed in another way than the one asked for
  | "key-unsupported" // a kind of key or curve outside of the specification
  | "key-mismatch" // the bundle names another key
  | "key-embedded" // the bundle brings its own key, which proves nothing
  | "signature-wrong" // the bytes were not signed by that key
  | "certificate-malformed"
  | "certificate-untrusted" // no path to a given root
  | "certificate-expired"
  | "certificate-not-yet-valid"
  | "certificate-usage" // it may not sign, or an issuer may not issue
  | "identity-mismatch"
  | "log-entry" // the transparency log's promise or proof does not hold
  | "timestamp" // no trusted time, or one that does not hold
  | "trust-root" // the file of trusted keys does not say what it must
  // what was signed
  | "statement-malformed"
  | "predicate-type"
  | "predicate-malformed"
  | "subject-count"
  | "subject-mismatch" // the statement is about something else
  | "root-digest" // the digest of the whole does not follow from its parts
  | "name-duplicate"
  | "name-escapes" // `..`, absolute, empty, a backslash or a control character
  | "name-collision" // two names that are one where case or Unicode form does not count
  | "method-unsupported"
  | "replayed" // the same attestation twice, or older than what is required
  // the tree itself
  | "tree-empty"
  | "tree-unreadable"
  | "tree-link"
  | "tree-special"
  | "tree-limit"
  | "tree-name"
  | "file-changed"
  | "file-missing"
  | "file-unsigned"
  | "file-ignored" // present, and the signer left it out
  // policy
  | "claim-missing"
  | "claim-failed";

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
