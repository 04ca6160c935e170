// Random access to a model file through one held page: headers are many small reads that lie close together, and a
// source may be a ranged URL. What is asked for is bounded by the caller; a read past the end gives fewer bytes.
import type { ByteSource } from "../../core/bytes.ts";
import type { Format, Part, ReadContext } from "../../core/format.ts";
import { randomAccess } from "../shared/part-of.ts";

const PAGE_BYTES = 256 * 1024;
/** How far a page may grow. */
const GROWTH_MAX = 16;

export class Pages {
  readonly name: string;
  readonly size: number;
  private readonly source: Required<ByteSource>;
  private held: Buffer = Buffer.alloc(0);
  private heldAt = 0;
  private pageBytes: number;
  private readonly pageBytesMax: number;

  constructor(source: Required<ByteSource>, pageBytes: number = PAGE_BYTES) {
    this.source = source;
    this.pageBytes = pageBytes;
    this.pageBytesMax = pageBytes * GROWTH_MAX;
    this.name = source.name;
    this.size = source.sizeBytes ?? 0;
  }

  /** Bytes [start, start + length), fewer at the end of the source; none where `start` is no place in it. */
  async at(start: number, length: number): Promise<Buffer> {
    if (!(start >= 0) || !(length > 0) || start >= this.size) return Buffer.alloc(0);
    const end = Math.min(this.size, start + length);
    if (start < this.heldAt || end > this.heldAt + this.held.length) {
      // Whoever reads on where the page ends reads more of it: a long header should not be a hundred requests.
      const goesOn = this.held.length > 0 && start >= this.heldAt && start <= this.heldAt + this.held.length;
      if (goesOn) this.pageBytes = Math.min(this.pageBytesMax, this.pageBytes * 2);
      const to = Math.min(this.size, Math.max(end, start + this.pageBytes));
      const bytes = await this.source.slice(start, to);
      this.held = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
      this.heldAt = start;
    }
    return this.held.subarray(start - this.heldAt, end - this.heldAt);
  }
}

/** A reader of a format that looks at pages: of a source that can only be read forward, once it is spooled. */
export const paged = (
  read: (pages: Pages, context: ReadContext, source: ByteSource) => AsyncIterable<Part>,
  pageBytes?: number,
): Format["read"] =>
  async function* (source, context) {
    const random = randomAccess(source);
    const held = random ?? (await context.spool(source));
    if ("code" in held) yield { kind: "problem", ...held };
    else yield* read(new Pages(held, pageBytes), context, source);
  };
