// Why something is not what was pinned, signed or logged. Each kind has a permanent code and an exit code of its own
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
