// Where an escape that the byte search does not know hides text, the decoded strings stand beside the raw record, so that
// the search sees both.
import type { RecordBatch } from "../../core/record.ts";

const NEWLINE = Buffer.from("\n");

/** The batch with `decoded[i]` after the bytes of record i; it then no longer says where its bytes lie. */
export function withBeside(batch: RecordBatch, decoded: readonly (Buffer | undefined)[]): RecordBatch {
  if (decoded.length === 0) return batch;
  const pieces: Uint8Array[] = [];
  const starts = new Uint32Array(batch.count);
  const ends = new Uint32Array(batch.count);
  let length = 0;
  const push = (piece: Uint8Array): void => {
    pieces.push(piece);
    length += piece.length;
  };
  for (let i = 0; i < batch.count; i++) {
    starts[i] = length;
    push(batch.bytes.subarray(batch.starts[i], batch.ends[i]));
    const more = decoded[i];
    if (more) {
      push(NEWLINE);
      push(more);
    }
    ends[i] = length;
    push(NEWLINE);
  }
  const { offset: _, ...rest } = batch;
  return { ...rest, bytes: Buffer.concat(pieces), starts, ends };
}
