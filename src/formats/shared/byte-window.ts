// A sliding view over a stream: bytes are added at its end and given up at its start. What was handed out stays valid
// until the next `fill`, as a record batch needs. A failing stream ends the window; `rethrow` passes the failure on once
// everything before it has been used.

/** Room that is made at once when a caller wants much: a window that grew chunk by chunk would copy again and again. */
const ROOM_MAX = 4 * 1024 * 1024;

export class ByteWindow {
  /** Where `bytes[0]` lies in the stream. */
  offset: number;
  /** True when the stream has no more to give, for whatever reason. */
  ended = false;
  private readonly chunks: AsyncIterator<Uint8Array>;
  private buffer: Buffer = Buffer.alloc(0);
  private start = 0;
  private end = 0;
  private failure: { readonly error: unknown } | undefined;

  constructor(chunks: AsyncIterable<Uint8Array>, offset = 0) {
    this.chunks = chunks[Symbol.asyncIterator]();
    this.offset = offset;
  }

  get length(): number {
    return this.end - this.start;
  }

  get bytes(): Buffer {
    return this.buffer.subarray(this.start, this.end);
  }

  /** Reads until `count` bytes are there; false when the stream ends before. */
  async fill(count: number): Promise<boolean> {
    while (this.length < count && !this.ended) {
      try {
        const next = await this.chunks.next();
        if (next.done) this.ended = true;
        else this.append(next.value, count);
      } catch (error) {
        this.failure = { error };
        this.ended = true;
      }
    }
    return this.length >= count;
  }

  /** Gives up the first `count` bytes. */
  skip(count: number): void {
    this.start += count;
    this.offset += count;
  }

  /** Gives up `count` bytes that need not be there yet; false when the stream ends before. */
  async discard(count: number): Promise<boolean> {
    for (let left = count; left > 0;) {
      if (!(await this.fill(1))) return false;
      const step = Math.min(left, this.length);
      this.skip(step);
      left -= step;
    }
    return true;
  }

  /** What is left, as a stream. */
  async *rest(): AsyncGenerator<Uint8Array> {
    while (await this.fill(1)) {
      const bytes = this.bytes;
      this.skip(bytes.length);
      yield bytes;
    }
    this.rethrow();
  }

  rethrow(): void {
    if (this.failure) throw this.failure.error;
  }

  get failed(): boolean {
    return this.failure !== undefined;
  }

  async close(): Promise<void> {
    this.ended = true;
    await this.chunks.return?.();
  }

  private append(chunk: Uint8Array, wanted: number): void {
    if (this.end + chunk.length > this.buffer.length) {
      // A new buffer, never a move inside the old one: views into the old one are still in use. Doubling keeps the copy
      // linear when one record fills the window.
      const held = this.bytes;
      const room = held.length === 0 ? 0 : Math.max(held.length * 2, Math.min(wanted, ROOM_MAX) + chunk.length);
      this.buffer = Buffer.allocUnsafeSlow(Math.max(held.length + chunk.length, room));
      held.copy(this.buffer);
      this.start = 0;
      this.end = held.length;
    }
    this.buffer.set(chunk, this.end);
    this.end += chunk.length;
  }
}
