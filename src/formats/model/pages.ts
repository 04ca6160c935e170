// Random access to a model file through one held page: headers are many small reads that lie close together, and a
// source may be a ranged URL. What is asked for is bounded by the caller; a read past the end gives fewer bytes.
import type { ByteSource } from "../../core/bytes.ts";
import type { ProblemPart, ReadContext } from "../../core/format.ts";
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

/** The pages of a source, which is spooled where it can only be read forward. */
export async function pagesOf(
  source: ByteSource,
  context: ReadContext,
  pageBytes?: number,
): Promise<Pages | ProblemPart> {
  const random = randomAccess(source);
  if (random) return new Pages(random, pageBytes);
  const spooled = await context.spool(source);
  return "code" in spooled ? { kind: "problem", ...spooled } : new Pages(spooled, pageBytes);
}
