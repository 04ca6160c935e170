// The framing of Arrow IPC: encapsulated messages one behind the other (stream), or listed in a footer (file). Lengths
// are the author's: metadata is bounded by `documentBytesMax`, a body by `rowGroupBytesMax`, and neither is read before
// it is checked.
import type { ByteSource } from "../../core/bytes.ts";
import type { Limits } from "../../base/limits.ts";
import { Fault, malformed, overLimit } from "./fault.ts";
import { Table } from "./flatbuffer.ts";
import { keyValues } from "./arrow-schema.ts";
import type { Pair } from "./metadata.ts";

export interface Message {
  readonly kind: "schema" | "dictionary" | "batch";
  /** Where its first byte lies. */
  readonly start: number;
  /** The whole metadata, framing included, and the place of its flatbuffer in it. */
  readonly prefix: Uint8Array;
  readonly framing: number;
  readonly message: Table;
  readonly header: Table;
  readonly bodyLength: number;
  metadata(): Pair[];
  /** Once, before the next message is asked for. */
  body(): Promise<Uint8Array>;
}

export interface Messages {
  readonly footer: ArrowFooter | undefined;
  readonly source: Reader;
  readonly broken?: Fault;
  readonly messages: AsyncIterable<Message>;
}

/** Bytes in order, or at a place where the source allows it. */
export interface Reader {
  readonly sizeBytes: number | undefined;
  position: number;
  /** The next `length` bytes, fewer at the end. */
  read(length: number): Promise<Uint8Array>;
  skip(length: number): Promise<void>;
  readonly seekable: boolean;
  close(): Promise<void>;
}

export function sliced(source: Required<ByteSource>): Reader {
  return {
    sizeBytes: source.sizeBytes,
    position: 0,
    seekable: true,
    async read(length) {
      const bytes = await source.slice(this.position, this.position + length);
      this.position += bytes.length;
      return bytes;
    },
    async skip(length) {
      this.position += length;
    },
    async close() {},
  };
}

export function sequential(source: ByteSource): Reader {
  const chunks = source.stream()[Symbol.asyncIterator]();
  let held: Uint8Array = new Uint8Array(0);
  const more = async (): Promise<boolean> => {
    const { done, value } = await chunks.next();
    // A chunk lives until the next one: what is kept of it is copied.
    if (!done) held = Uint8Array.from(value);
    return !done;
  };
  const take = async (length: number, each: (part: Uint8Array) => void): Promise<number> => {
    let left = length;
    while (left > 0) {
      if (held.length === 0 && !(await more())) break;
      const part = held.subarray(0, left);
      held = held.subarray(part.length);
      left -= part.length;
      each(part);
    }
    return length - left;
  };
  return {
    sizeBytes: source.sizeBytes,
    position: 0,
    seekable: false,
    async read(length) {
      const parts: Uint8Array[] = [];
      this.position += await take(length, (part) => parts.push(part));
      return parts.length === 1 && parts[0] ? parts[0] : Buffer.concat(parts);
    },
    async skip(length) {
      this.position += await take(length, () => {});
    },
    async close() {
      await chunks.return?.();
    },
  };
}

export const isFile = (bytes: Uint8Array): boolean => Buffer.from(bytes.subarray(0, 6)).toString("latin1") === "ARROW1";

const KINDS = [undefined, "schema", "dictionary", "batch"] as const;

/** A message whose framing begins at `start`. `taken` holds bytes of it that were read already. */
async function next(reader: Reader, taken: Uint8Array, limits: Limits): Promise<Message | undefined> {
  const start = reader.position - taken.length;
  const all = async (length: number): Promise<Uint8Array> => {
    const bytes = await reader.read(length);
    if (bytes.length < length) throw new Fault("truncated", "it ends in the middle of a message.");
    return bytes;
  };
  let head = taken.length < 4 ? Buffer.concat([taken, await reader.read(4 - taken.length)]) : taken;
  if (head.length === 0) return undefined;
  if (head.length < 4) throw new Fault("truncated", "it ends in the middle of a message.");
  const word = (at: number): number => new DataView(head.buffer, head.byteOffset).getInt32(at, true);
  // Before Arrow 0.15 there was no continuation mark.
  const framing = word(0) === -1 ? 8 : 4;
  if (head.length < framing) head = Buffer.concat([head, await all(framing - head.length)]);
  const length = word(framing - 4);
  if (length === 0) return undefined;
  if (length < 0) throw malformed("a message has an impossible length.");
  if (length > limits.documentBytesMax)
    throw overLimit("documentBytesMax", `a message's metadata claims ${length} bytes`);
  const prefix = Buffer.concat([head, await all(framing + length - head.length)]);
  const message = Table.root(prefix.subarray(framing));
  const kind = KINDS[message.i8(1)];
  const header = message.table(2);
  if (!kind || !header) throw new Fault("unsupported", "a message is neither schema, dictionary nor record batch.");
  const bodyLength = message.i64(3);
  if (bodyLength < 0 || !Number.isSafeInteger(bodyLength)) throw malformed("a message has an impossible length.");
  return {
    kind,
    start,
    prefix,
    framing,
    message,
    header,
    bodyLength,
    metadata: () => keyValues(message, 4),
    async body() {
      if (bodyLength > limits.rowGroupBytesMax)
        throw overLimit("rowGroupBytesMax", `a record batch claims ${bodyLength} bytes`);
      const { sizeBytes } = reader;
      if (sizeBytes !== undefined && start + bodyLength > sizeBytes)
        throw new Fault("truncated", "it ends in the middle of a message.");
      return all(bodyLength);
    },
  };
}

export async function* streamMessages(reader: Reader, head: Uint8Array, limits: Limits): AsyncGenerator<Message> {
  let taken = head;
  for (;;) {
    const message = await next(reader, taken, limits);
    taken = new Uint8Array(0);
    if (!message) break;
    const end = message.start + message.prefix.length + message.bodyLength;
    yield message;
    await reader.skip(end - reader.position);
    if (reader.seekable && reader.sizeBytes !== undefined && end > reader.sizeBytes)
      throw new Fault("truncated", "it ends in the middle of a message.");
  }
}

export interface ArrowFooter {
  /** The footer's flatbuffer, and in it the blocks: places of the messages. */
  readonly bytes: Uint8Array;
  readonly schema: Table;
  readonly metadata: readonly Pair[];
  readonly dictionaries: readonly Block[];
  readonly batches: readonly Block[];
}

export interface Block {
  /** Where its struct lies in the footer's bytes. */
  readonly place: number;
  readonly offset: number;
  readonly metadataLength: number;
  readonly bodyLength: number;
}

export async function readFooter(source: Required<ByteSource>, limits: Limits): Promise<ArrowFooter> {
  const size = source.sizeBytes ?? 0;
  const tail = await source.slice(Math.max(0, size - 10), size);
  if (size < 24 || tail.length < 10 || !isFile(tail.subarray(4))) throw new Fault("truncated", "the end is missing.");
  const length = new DataView(tail.buffer, tail.byteOffset).getInt32(0, true);
  if (length <= 0 || length > size - 18) throw malformed("it claims an impossible length.");
  if (length > limits.documentBytesMax * 4) throw overLimit("documentBytesMax", `it claims ${length} bytes`);
  const bytes = Uint8Array.from(await source.slice(size - 10 - length, size - 10));
  const footer = Table.root(bytes);
  const schema = footer.table(1);
  if (!schema) throw malformed("it holds no schema.");
  const blocks = (id: number): Block[] => {
    const { start, length: count } = footer.vector(id, 24);
    return Array.from({ length: count }, (_, i) => {
      const place = start + 24 * i;
      const block = {
        place,
        offset: footer.long(place),
        metadataLength: footer.int(place + 8),
        bodyLength: footer.long(place + 16),
      };
      // A block outside the file, or inside another, would be read where nothing of the kind lies.
      if (
        block.offset < 8 ||
        block.metadataLength < 8 ||
        block.bodyLength < 0 ||
        block.offset + block.metadataLength + block.bodyLength > size
      ) {
        throw malformed("a block lies outside the file.");
      }
      return block;
    });
  };
  const found = { dictionaries: blocks(2), batches: blocks(3) };
  const total = [...found.dictionaries, ...found.batches].reduce(
    (sum, block) => sum + block.bodyLength + block.metadataLength,
    0,
  );
  if (total > size) throw malformed("its blocks overlap.");
  return { bytes, schema, metadata: keyValues(footer, 4), ...found };
}

/** The footer's schema, then all dictionaries, then the record batches in the footer's order. */
export async function* fileMessages(reader: Reader, footer: ArrowFooter, limits: Limits): AsyncGenerator<Message> {
  yield {
    kind: "schema",
    start: 0,
    prefix: new Uint8Array(0),
    framing: 0,
    message: footer.schema,
    header: footer.schema,
    bodyLength: 0,
    metadata: () => [...footer.metadata],
    body: () => Promise.resolve(new Uint8Array(0)),
  };
  for (const [kind, blocks] of [
    ["dictionary", footer.dictionaries],
    ["batch", footer.batches],
  ] as const) {
    for (const block of blocks) {
      reader.position = block.offset;
      const message = await next(reader, new Uint8Array(0), limits);
      if (message?.kind !== kind) throw malformed("the footer points to something else than it says.");
      yield message;
    }
  }
}
