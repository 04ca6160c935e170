// Why something is not what was pinned, signed, attested or logged. A refusal is an answer, not a failure of the tool:
// whoever made the artifact is the one who may be lying. Each kind has a permanent code and an exit code of its own
// (used with `--detailed-exit-code`; without it every refusal exits 1), and each refusal says in a sentence what and where.

const CODES = {
  // The lockfile
  "lock-malformed": 66,
  "lock-version": 67,
  "lock-rewritten": 68,
  "lock-duplicate": 69,
  "lock-order": 70,
  "lock-path": 71,
  "lock-collision": 72,
  "lock-digest": 73,
  "lock-field": 74,
  // The files
  "file-changed": 75,
  "file-shortened": 76,
  "file-lengthened": 77,
  "file-emptied": 78,
  "file-pointer": 79,
  "file-missing": 80,
  "file-extra": 81,
  "file-renamed": 82,
  "files-swapped": 83,
  "file-name-case": 84,
  "file-name-form": 85,
  "file-link": 86,
  "file-special": 87,
  "file-unreadable": 88,
  "file-collision": 89,
  // The revision and its repository
  "revision-moved": 90,
  "revision-vanished": 91,
  "revision-forced": 92,
  "revision-absent": 93,
  "repository-replaced": 94,
  "repository-renamed": 95,
  "owner-changed": 96,
  "entry-missing": 97,
  "licence-changed": 98,
  // Row indexes and reports beside the lockfile
  "rows-missing": 99,
  "rows-changed": 100,
  "rows-shortened": 101,
  "report-missing": 102,
  "report-changed": 103,
  "scan-failed": 104,
  // The checksum log
  "log-note": 105,
  "log-key": 106,
  "log-signature": 107,
  "log-checkpoint": 108,
  "log-inclusion": 109,
  "log-consistency": 110,
  "log-rollback": 111,
  "log-record": 112,
  "log-conflict": 113,
  "log-tile": 114,
  "log-witness": 115,
  "log-expired": 116,
  // Repositories, continued
  "repository-gone": 117,
  "kind-changed": 118,
  // Beside the lockfile, continued
  "sketches-changed": 119,
  "verdict-changed": 120,
  // Files, continued
  "size-changed": 121,
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
  "file-unsigned": 208,
  "file-ignored": 209, // present, and the signer left it out
  // policy
  "claim-missing": 210,
  "claim-failed": 211,
} as const;

export type RefusalCode = keyof typeof CODES;

export interface Refusal {
  readonly code: RefusalCode;
  /** What, where and what to do. Text from an artifact in it is quoted. */
  readonly message: string;
  /** The file it is about, as it is named; data. */
  readonly path?: string;
}

export const REFUSAL_CODES: Readonly<Record<RefusalCode, number>> = CODES;

/** The exit code of the first refusal: they are told gravest first. */
export const refusalExitCode = (refusals: readonly Refusal[]): number =>
  refusals[0] === undefined ? 0 : CODES[refusals[0].code];

/** Thrown where nothing further can be believed, and turned into a `Refusal` at the edge of what returns one. */
export class Refused extends Error implements Refusal {
  override name = "Refused";
  readonly code: RefusalCode;
  readonly path?: string;
  constructor(code: RefusalCode, message: string, cause?: unknown, path?: string) {
    super(message, cause === undefined ? undefined : { cause });
    this.code = code;
    if (path !== undefined) this.path = path;
  }

  /** The refusal as data. */
  get refusal(): Refusal {
    const { code, message, path } = this;
    return { code, message, ...(path === undefined ? {} : { path }) };
  }
}

export function refuse(code: RefusalCode, message: string, cause?: unknown): never {
  throw new Refused(code, message, cause);
}
