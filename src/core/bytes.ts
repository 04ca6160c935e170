// The two seams between readers and the world. A file, a ranged URL and an archive member all look like a ByteSource;
// readers never open a path or a socket.

export interface ByteSource {
  /** File name or member name, as data: only its extension is ever used, to order candidates. */
  readonly name: string;
  /** Undefined while unknown (a pipe, a compressed stream). */
  readonly sizeBytes: number | undefined;
  /** Bytes [start, end), fewer at the end of the source. Absent where only a forward read is possible. */
  readonly slice?: (start: number, end: number) => Promise<Uint8Array>;
  /** The bytes from `start` (0) to `end` (the end), in order. A chunk is valid until the next one is asked for. With no
   * `slice`, `start` and `end` are not honoured and each call begins anew. */
  stream(start?: number, end?: number): AsyncIterable<Uint8Array>;
}

/** A source over bytes in memory. */
export function memorySource(name: string, bytes: Uint8Array): ByteSource {
  return {
    name,
    sizeBytes: bytes.length,
    slice: (start, end) => Promise.resolve(bytes.subarray(start, end)),
    async *stream(start = 0, end = bytes.length) {
      if (end > start) yield bytes.subarray(start, end);
    },
  };
}
