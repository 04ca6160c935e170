// Every bound on a loop over bytes that somebody else wrote. Crossing one is a problem in coverage, never a crash and
// never a silent stop. Each has its reason and the weakness (CWE) it answers; a test lowers it and sees coverage change.

export interface Limits {
  /** Bytes read to guess a format. 64 KiB holds any magic number, a CSV header and a few records. */
  readonly headBytes: number;
  /** One record, in raw bytes. A longer one is skipped and said so: JavaScript strings end at 512 MiB, and a gigantic
   * line is a memory attack (CWE-770). */
  readonly recordBytesMax: number;
  /** Records sampled from the head of a file to recognise its roles. */
  readonly sampleRecordsMax: number;
  /** Nesting of JSON, YAML, XML, Arrow and Parquet values (CWE-674, uncontrolled recursion). */
  readonly depthMax: number;
  /** String leaves taken from one record (CWE-770). */
  readonly fieldsPerRecordMax: number;
  /** Findings kept from one record by one detector; a record full of them is bad enough at this many (CWE-770). */
  readonly hitsPerRecordMax: number;
  /** Containers in containers: zip in tar in gzip (CWE-409, recursive bombs). */
  readonly containerDepthMax: number;
  /** Members read from one container (CWE-770). */
  readonly membersMax: number;
  /** Bytes one compressed stream may grow to (CWE-409). */
  readonly expandedBytesMax: number;
  /** Output over input of one compressed stream, once past `expandedFreeBytes` (CWE-409). Text compresses 3 to 20
   * times, a column of equal values a few hundred. */
  readonly expansionRatioMax: number;
  /** Output under which the ratio is not judged: small files of one repeated byte are common and harmless. */
  readonly expandedFreeBytes: number;
  /** A member or stream that needs random access (Parquet in a zip) is spooled up to this size. */
  readonly spoolBytesMax: number;
  /** Files taken from one folder or repository (CWE-770). */
  readonly filesMax: number;
  /** Folders in folders (CWE-674), which also ends a loop of links. */
  readonly folderDepthMax: number;
  /** A document read whole: a card, a loading script, a notebook, a YAML file (CWE-770). */
  readonly documentBytesMax: number;
  /** Layers of encoding unwrapped from one string: base64 of gzip of hex (CWE-674). */
  readonly decodeDepthMax: number;
  /** Bytes decoded from one field, all layers together (CWE-409). */
  readonly decodedBytesMax: number;
  /** Distinct groups a detector may open in one artifact before the rest share one (CWE-770). */
  readonly groupsMax: number;
  /** Problems listed for one artifact; the rest are counted (CWE-770). */
  readonly problemsMax: number;
  /** Columns of a CSV, Parquet or Arrow file (CWE-770). */
  readonly columnsMax: number;
  /** What the values of one pickle may take of memory while its loading is worked out (CWE-770). Their content is not
   * held, and of what is memorised and not looked up again eight bytes: this is sixty million texts. */
  readonly pickleHeldBytesMax: number;
  /** Tokens that the statistics of one dataset may hold; past them they are those of a sample (CWE-770). Four bytes
   * each, twice while tables are joined, and as much again while rules are looked for. */
  readonly tableTokensMax: number;
  /** Rows of a column-oriented document that are held together (CWE-770). */
  readonly rowGroupBytesMax: number;
  /** One signature file, with the manifest in it (CWE-770). A hundred thousand files take 20 MB of it. */
  readonly signatureBytesMax: number;
  /** Certificates in one signature or one file of roots: each may be tried against each (CWE-407). */
  readonly certificatesMax: number;
  /** Attestations in one file of claims: each costs a signature check (CWE-770). */
  readonly claimsMax: number;
}

const KIB = 1024;
const MIB = 1024 * KIB;
const GIB = 1024 * MIB;

export const LIMITS: Limits = Object.freeze({
  headBytes: 64 * KIB,
  recordBytesMax: 64 * MIB,
  sampleRecordsMax: 200,
  depthMax: 128,
  fieldsPerRecordMax: 50_000,
  hitsPerRecordMax: 16,
  containerDepthMax: 4,
  membersMax: 200_000,
  expandedBytesMax: 256 * GIB,
  expansionRatioMax: 1_000,
  expandedFreeBytes: 64 * MIB,
  spoolBytesMax: 8 * GIB,
  filesMax: 100_000,
  folderDepthMax: 32,
  documentBytesMax: 16 * MIB,
  decodeDepthMax: 4,
  decodedBytesMax: 4 * MIB,
  groupsMax: 200,
  problemsMax: 50,
  columnsMax: 10_000,
  pickleHeldBytesMax: 512 * MIB,
  tableTokensMax: 16_000_000,
  rowGroupBytesMax: 1 * GIB,
  signatureBytesMax: 64 * MIB,
  certificatesMax: 16,
  claimsMax: 10_000,
});
