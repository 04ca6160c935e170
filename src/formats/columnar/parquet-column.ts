// One leaf column of one row group, read page by page: never more than the pages that the next rows need are held. A
// column that breaks stops alone; its row group goes on without it.
import { quote } from "../../base/escape.ts";
import type { Limits } from "../../base/limits.ts";
import type { Chunk, Leaf } from "./parquet-footer.ts";
import {
  decodeDictionary,
  decodePage,
  openPage,
  parsePageHeader,
  type Entries,
  type Numbers,
  type PageHeader,
} from "./parquet-page.ts";
import type { Budget } from "./budget.ts";
import { faultOf, Fault, malformed, overLimit } from "./fault.ts";
import { loadCodec } from "./codec.ts";
import { isTextual } from "./scalar.ts";
import type { TextLeaf } from "./batch.ts";

export type Slice = (start: number, end: number) => Promise<Uint8Array>;

const HEADER_BYTES = 16 * 1024;
const HEADER_BYTES_MAX = 1024 * 1024;

export class ParquetColumn {
  readonly leaf: Leaf;
  /** Set when the column broke: what it held before is still served. */
  fault: Fault | undefined;
  /** Rows loaded and not consumed, whole ones only. */
  rows = 0;
  entries: Entries | undefined;
  /** Row i begins at entry rowAt[base + i]; absent for columns that do not repeat: base + i. */
  rowAt: Uint32Array | undefined;
  base = 0;
  /** For columns of untyped bytes: 1 where an entry is text. */
  textual: Uint8Array | undefined;
  binarySeen = false;

  private readonly chunk: Chunk;
  private readonly slice: Slice;
  private readonly limits: Limits;
  private readonly budget: Budget;
  private readonly windowBytes: number;
  private offset: number;
  private window: Uint8Array = new Uint8Array(0);
  private left: number;
  private dictionary: ReturnType<typeof decodeDictionary> | undefined;
  private heldBytes = 0;

  constructor(leaf: Leaf, chunk: Chunk, slice: Slice, limits: Limits, budget: Budget, windowBytes: number) {
    this.leaf = leaf;
    this.chunk = chunk;
    this.slice = slice;
    this.limits = limits;
    this.budget = budget;
    this.windowBytes = windowBytes;
    this.offset = chunk.start;
    this.left = chunk.values;
    this.fault = chunk.fault;
  }

  get ended(): boolean {
    return this.fault !== undefined || this.left <= 0;
  }

  /** True when entries follow the last row that was asked for. */
  get surplus(): boolean {
    return this.rows > 0 || (this.fault === undefined && this.left > 0);
  }

  /** Loads pages until `rows` whole rows are there, or the column ends or breaks. */
  async fill(rows: number): Promise<void> {
    if (this.rows >= rows || this.ended) return;
    const pages: Entries[] = this.entries
      ? [rest(this.entries, this.rowAt ? (this.rowAt[this.base] ?? 0) : this.base)]
      : [];
    // A row held back because it may go on counts as begun.
    let loaded = this.rowAt ? this.rowAt.length - 1 - this.base : this.rows;
    try {
      await loadCodec(this.chunk.codec);
      // A repeated column needs one row's beginning more, to know that the last one is whole.
      while (this.left > 0 && loaded < rows + (this.leaf.maxRep > 0 ? 1 : 0)) {
        const page = await this.nextPage();
        if (page === undefined) continue;
        pages.push(page);
        loaded += page.reps ? zeros(page.reps) : page.count;
      }
    } catch (error) {
      this.fault = faultOf(error);
    }
    this.adopt(pages);
  }

  /** Passes over `rows` rows; whole pages are not decompressed where their header says how many rows they hold. */
  async skip(rows: number): Promise<void> {
    let left = rows;
    while (left > 0 && !(this.ended && this.rows === 0)) {
      if (this.rows === 0 && this.entries === undefined) left -= await this.skipPages(left);
      if (left === 0) return;
      await this.fill(1);
      const step = Math.min(left, this.rows);
      if (step === 0) return;
      this.consume(step);
      left -= step;
    }
  }

  consume(rows: number): void {
    this.base += rows;
    this.rows -= rows;
    // A column that does not repeat and is used up can let its page go.
    if (this.rows === 0 && this.rowAt === undefined) this.adopt([]);
  }

  /** Its strings, for the search; undefined for numbers. */
  text(): TextLeaf | undefined {
    const { entries, rowAt, base, textual } = this;
    if (!entries || entries.numbers || !isSearched(this.leaf)) return undefined;
    return { data: entries.data, starts: entries.starts, ends: entries.ends, rowAt, base, textual };
  }

  private adopt(pages: readonly Entries[]): void {
    this.budget.hold(-this.heldBytes);
    this.heldBytes = 0;
    this.base = 0;
    this.rowAt = undefined;
    this.textual = undefined;
    this.entries = pages.length === 0 ? undefined : join(pages, this.leaf.maxDef);
    this.rows = 0;
    if (!this.entries) return;
    const { count, reps, data, numbers } = this.entries;
    if (reps) {
      const rowAt = new Uint32Array(zeros(reps) + 1);
      let row = 0;
      for (let i = 0; i < count; i++) if (reps[i] === 0) rowAt[row++] = i;
      rowAt[row] = count;
      this.rowAt = rowAt;
      // Entries before the first row would be read by nobody and searched by nobody.
      if (count > 0 && rowAt[0] !== 0) this.fault ??= malformed("it does not begin with a row.");
      // The last row may go on in the next page.
      this.rows = this.left > 0 && this.fault === undefined ? Math.max(0, row - 1) : row;
    } else this.rows = count;
    if (isSearched(this.leaf) && this.leaf.meaning.kind === "plain") this.textual = this.classify(this.entries);
    this.heldBytes = data.length + (numbers?.byteLength ?? 0) + count * 10;
    try {
      this.budget.hold(this.heldBytes);
    } catch (error) {
      this.fault = faultOf(error);
    }
  }

  private classify({ data, starts, ends, count }: Entries): Uint8Array {
    const textual = new Uint8Array(count);
    for (let i = 0; i < count; i++) {
      if (isTextual(data.subarray(starts[i], ends[i]))) textual[i] = 1;
      else this.binarySeen = true;
    }
    return textual;
  }

  private async skipPages(rows: number): Promise<number> {
    let skipped = 0;
    try {
      while (this.left > 0) {
        const header = await this.peek();
        const pageRows = header.rows ?? (this.leaf.maxRep === 0 ? header.values : undefined);
        const isData = header.kind === "data" || header.kind === "data-v2";
        if (!isData || pageRows === undefined || pageRows > rows - skipped) {
          // The dictionary must be read; any other page ends the skipping.
          if (isData) return skipped;
          await this.nextPage();
          continue;
        }
        this.advance(header);
        this.left -= header.values;
        skipped += pageRows;
      }
    } catch (error) {
      this.fault = faultOf(error);
    }
    return skipped;
  }

  private async nextPage(): Promise<Entries | undefined> {
    const header = await this.peek();
    const start = this.offset + header.headerBytes;
    const body = await this.bytes(start, start + header.compressed);
    if (body.length < header.compressed) throw new Fault("truncated", "a page ends after the column does.");
    this.advance(header);
    if (header.kind === "other") return undefined;
    this.budget.expand(header.uncompressed);
    const page = openPage(header, body, this.chunk.codec);
    if (header.kind === "dictionary") {
      this.dictionary = decodeDictionary(header, page, this.leaf);
      return undefined;
    }
    this.budget.expand(header.values);
    this.left -= header.values;
    const bytes = header.uncompressed + header.values * 10;
    this.heldBytes += bytes;
    this.budget.hold(bytes);
    const entries = decodePage(header, page, this.leaf, this.dictionary, this.limits);
    if (!entries.numbers && entries.data !== page) {
      let copied = 0;
      for (let i = 0; i < entries.count; i++) copied += (entries.ends[i] ?? 0) - (entries.starts[i] ?? 0);
      this.budget.expand(copied);
    }
    return entries;
  }

  private advance(header: PageHeader): void {
    this.offset += header.headerBytes + header.compressed;
  }

  private async peek(): Promise<PageHeader> {
    if (this.offset >= this.chunk.end) throw new Fault("truncated", "it ends before all its values.");
    for (let size = HEADER_BYTES; ; size *= 8) {
      const bytes = await this.bytes(this.offset, this.offset + size);
      try {
        return parsePageHeader(bytes, this.limits);
      } catch (error) {
        // Statistics in a header can be long; more bytes are tried before it is given up.
        if (bytes.length < size || size >= HEADER_BYTES_MAX || (error as Fault).code === "limit") throw error;
      }
    }
  }

  /** Bytes [start, end) of the chunk, fewer at its end. */
  private async bytes(start: number, end: number): Promise<Uint8Array> {
    const stop = Math.min(end, this.chunk.end);
    const { window } = this;
    const from = start - this.windowStart;
    if (from >= 0 && stop - this.windowStart <= window.length) return window.subarray(from, stop - this.windowStart);
    this.windowStart = start;
    this.window = await this.slice(start, Math.min(this.chunk.end, Math.max(stop, start + this.windowBytes)));
    return this.window.subarray(0, stop - start);
  }
  private windowStart = 0;
}

/** Byte arrays that are strings or may be. Decimals, UUIDs and the like are not. */
export const isSearched = ({ physical, meaning }: Leaf): boolean =>
  (physical === "BYTE_ARRAY" || physical === "FIXED_LEN_BYTE_ARRAY") &&
  (meaning.kind === "string" || meaning.kind === "json" || meaning.kind === "plain" || meaning.kind === "bson");

export const columnName = (leaf: Leaf): string => quote(leaf.path.join("."));

function zeros(reps: Uint8Array): number {
  let count = 0;
  for (let i = 0; i < reps.length; i++) if (reps[i] === 0) count++;
  return count;
}

function rest(entries: Entries, from: number): Entries {
  const { count, defs, reps, data, starts, ends, numbers } = entries;
  return {
    count: count - from,
    defs: defs?.subarray(from),
    reps: reps?.subarray(from),
    data,
    starts: starts.subarray(from),
    ends: ends.subarray(from),
    numbers: numbers?.subarray(from),
  };
}

/** Entries of several pages as one. Data that pages share (a dictionary) is kept once. */
function join(pages: readonly Entries[], maxDef: number): Entries {
  const live = pages.filter((page) => page.count > 0);
  const first = live[0] ?? pages[0];
  if (first === undefined) throw malformed("it has no pages.");
  if (live.length <= 1) return first;
  let count = 0;
  for (const page of live) count += page.count;
  const defs = live.some((page) => page.defs) ? new Uint8Array(count).fill(maxDef) : undefined;
  const reps = first.reps ? new Uint8Array(count) : undefined;
  const numbers = first.numbers && new (first.numbers.constructor as new (length: number) => Numbers)(count);
  const starts = new Uint32Array(numbers ? 0 : count);
  const ends = new Uint32Array(numbers ? 0 : count);
  const stretches = new Map<Uint8Array, Stretch>();
  if (!numbers) for (const page of live) stretch(stretches, page);
  let bytes = 0;
  for (const part of stretches.values()) {
    part.at = bytes;
    bytes += Math.max(0, part.high - part.low);
  }
  if (bytes > 0xffffffff)
    throw overLimit("rowGroupBytesMax", "the pages of one row group that belong together are too large");
  let at = 0;
  for (const page of live) {
    if (page.defs) defs?.set(page.defs, at);
    if (page.reps) reps?.set(page.reps, at);
    const part = stretches.get(page.data);
    if (numbers) numbers.set(page.numbers as never, at);
    else if (part) {
      const shift = part.at - part.low;
      for (let i = 0; i < page.count; i++) {
        const end = page.ends[i] ?? 0;
        if (end === 0) continue;
        starts[at + i] = (page.starts[i] ?? 0) + shift;
        ends[at + i] = end + shift;
      }
    }
    at += page.count;
  }
  const data = Buffer.concat(
    [...stretches].map(([from, { low, high }]) => from.subarray(Math.min(low, high), high)),
    bytes,
  );
  return { count, defs, reps, data, starts, ends, numbers };
}

/** The part of a page's data that its entries use. */
interface Stretch {
  low: number;
  high: number;
  at: number;
}

function stretch(stretches: Map<Uint8Array, Stretch>, page: Entries): void {
  const part = stretches.get(page.data) ?? { low: page.data.length, high: 0, at: 0 };
  for (let i = 0; i < page.count; i++) {
    const end = page.ends[i] ?? 0;
    if (end === 0) continue;
    part.low = Math.min(part.low, page.starts[i] ?? 0);
    part.high = Math.max(part.high, end);
  }
  stretches.set(page.data, part);
}
