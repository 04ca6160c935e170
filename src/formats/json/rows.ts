// Records that do not stand in one piece in the file (a row across columns, a question with its context), put together as
// JSON text in a buffer of our own, so that they are searched and parsed like any others.
import type { RecordBatch } from "../../core/record.ts";
import type { Limits } from "../../base/limits.ts";
import { jsonValue, recordBatch, Spans } from "./spans.ts";

const BATCH_BYTES = 2 * 1024 * 1024;

export class Rows {
  /** Records in the batches taken so far. */
  first = 0;
  readonly #limits: Limits;
  readonly #spans = new Spans();
  #bytes: Buffer = Buffer.allocUnsafeSlow(64 * 1024);
  #length = 0;
  #start = 0;

  constructor(limits: Limits) {
    this.#limits = limits;
  }

  push(part: Uint8Array): void {
    if (this.#length + part.length > this.#bytes.length) {
      const wider = Buffer.allocUnsafeSlow(2 * (this.#length + part.length));
      this.#bytes.copy(wider, 0, 0, this.#length);
      this.#bytes = wider;
    }
    this.#bytes.set(part, this.#length);
    this.#length += part.length;
  }

  /** Ends the record that the parts since the last end make. */
  end(): void {
    this.#spans.add(this.#start, this.#length);
    this.push(NEWLINE);
    this.#start = this.#length;
  }

  get pushed(): number {
    return this.#length - this.#start;
  }

  get full(): boolean {
    return this.#length >= BATCH_BYTES;
  }

  /** The records so far. The batch is valid until `clear`, which must follow. */
  batch(): RecordBatch {
    return recordBatch({
      first: this.first,
      bytes: this.#bytes.subarray(0, this.#length),
      starts: this.#spans.starts,
      ends: this.#spans.ends,
      escapes: "backslash",
      value: (raw) => jsonValue(raw, this.#limits),
    });
  }

  clear(): void {
    this.first += this.#spans.count;
    this.#spans.clear();
    this.#length = this.#start = 0;
  }

  get count(): number {
    return this.#spans.count;
  }
}

const NEWLINE = Buffer.from("\n");
