// What the statistics over a dataset know of it: for each record the tokens of its prompt side and of its response side,
// as numbers into one dictionary. Plain data: it crosses threads, and tables of parts join to the table of the whole.

export interface Side {
  /** Token numbers of all records, one after another. */
  readonly tokens: Uint32Array;
  /** Where each record ends in `tokens`. */
  readonly ends: Uint32Array;
}

export interface Table {
  /** Records, those left out of the statistics included. */
  readonly records: number;
  /** 48 bits of the SHA-256 of each record's bytes, by which samples are drawn; -1 for those left out of the sample. */
  readonly rows: Float64Array;
  /** Of a dataset too large to hold, one record in 2^level is kept; the others are empty. */
  readonly level: number;
  /** Of some text only the beginning and the end were counted. */
  readonly cut: boolean;
  readonly words: readonly string[];
  readonly prompt: Side;
  readonly response: Side;
  /** Of preference pairs the answer that was not preferred; the preferred one is the response. */
  readonly rejected: Side;
  /** A hash of the whole text of each response, however long. */
  readonly whole: Uint32Array;
  /** Short statements about single records that their tokens do not tell (`weak:…`), and for each record the numbers of
   * its own. */
  readonly factTexts: readonly string[];
  readonly facts: Side;
  /** Where asked for: 53 bits of the SHA-256 of each record's texts, whatever the order of its fields; else empty. */
  readonly digests: Float64Array;
}
