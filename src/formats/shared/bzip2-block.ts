// One block of bzip2: Huffman codes, move to front, Burrows-Wheeler, runs. Every count in it is controlled by whoever
// made the file and is checked before it is used as an index.

/** A block has at most 900,000 symbols of at most 20 bits, and its tables. */
export const BZIP2_INPUT_MAX: number = 2_500_000;
const OUTPUT_BYTES = 256 * 1024;
const CODE_BITS_MAX = 20;
const FAST_BITS = 10;
const GROUP = 50;
const SELECTORS_MAX = 18_002;

export class BlockFault extends Error {
  readonly code: "corrupt" | "truncated" | "unsupported";
  constructor(code: "corrupt" | "truncated" | "unsupported", message: string) {
    super(message);
    this.code = code;
  }
}

const corrupt = (message: string): BlockFault => new BlockFault("corrupt", message);

export class BitReader {
  private readonly bytes: Uint8Array;
  private at: number;
  /** Bits of the byte at `at` that are used. */
  private bit: number;

  constructor(bytes: Uint8Array, bit: number) {
    this.bytes = bytes;
    this.at = 0;
    this.bit = bit;
  }

  get byteOffset(): number {
    return this.at;
  }

  get bitOffset(): number {
    return this.bit;
  }

  /** The next 20 bits, zeros past the end, without taking them. */
  peek(): number {
    const { bytes, at } = this;
    const word =
      ((bytes[at] ?? 0) << 24) | ((bytes[at + 1] ?? 0) << 16) | ((bytes[at + 2] ?? 0) << 8) | (bytes[at + 3] ?? 0);
    return (word << this.bit) >>> (32 - CODE_BITS_MAX);
  }

  take(count: number): void {
    const bit = this.bit + count;
    this.at += bit >> 3;
    this.bit = bit & 7;
    if (this.at > this.bytes.length || (this.at === this.bytes.length && this.bit > 0))
      throw new BlockFault("truncated", "it ends too early");
  }

  /** Up to 20 bits. */
  read(count: number): number {
    const value = this.peek() >>> (CODE_BITS_MAX - count);
    this.take(count);
    return value;
  }
}

interface Code {
  /** For the next 10 bits: length << 9 | symbol, 0 where the code is longer. */
  readonly fast: Uint16Array;
  /** By length: the first code that is too large, aligned to 20 bits, and what to add to find the symbol. */
  readonly limits: Uint32Array;
  readonly offsets: Int32Array;
  readonly symbols: Uint16Array;
}

export class Bzip2Block {
  /** As the block, or the end of the stream, claims it. */
  checksum = 0;
  /** Of what `output` gave. */
  crc = 0;
  private readonly symbolsMax: number;
  private readonly cells: Uint32Array;
  private length = 0;
  private origin = 0;

  constructor(symbolsMax: number) {
    this.symbolsMax = symbolsMax;
    this.cells = new Uint32Array(symbolsMax);
  }

  /** True when the stream ends here. */
  readHeader(reader: BitReader): boolean {
    const [a, b, c] = [reader.read(16), reader.read(16), reader.read(16)];
    this.checksum = ((reader.read(16) << 16) | reader.read(16)) >>> 0;
    if (a === 0x1772 && b === 0x4538 && c === 0x5090) return true;
    if (a !== 0x3141 || b !== 0x5926 || c !== 0x5359) throw corrupt("no block where one should be");
    return false;
  }

  read(reader: BitReader): void {
    if (reader.read(1) === 1) throw new BlockFault("unsupported", "a randomised block");
    this.origin = (reader.read(12) << 12) | reader.read(12);
    const used = readUsed(reader);
    const { codes, selectors } = readCodes(reader, used.length + 2);
    this.readSymbols(reader, used, codes, selectors);
    if (this.origin >= this.length) throw corrupt("the origin lies outside of the block");
    // The inverse transform: the upper bits of each cell become the place of the next byte.
    const { cells, length } = this;
    const next = new Uint32Array(256);
    for (let i = 0; i < length; i++) next[cells[i]! & 0xff]!++;
    for (let byte = 0, sum = 0; byte < 256; byte++) {
      sum += next[byte]!;
      next[byte] = sum - next[byte]!;
    }
    for (let i = 0; i < length; i++) {
      const place = next[cells[i]! & 0xff]!++;
      cells[place] = cells[place]! | (i << 8);
    }
  }

  /** The bytes of the block, runs expanded. */
  *output(): Generator<Uint8Array> {
    const { cells, length } = this;
    let out = new Uint8Array(OUTPUT_BYTES);
    let at = 0;
    let crc = 0xffffffff;
    let cell = cells[this.origin]! >>> 8;
    let run = 0;
    let previous = -1;
    for (let i = 0; i < length; i++) {
      cell = cells[cell]!;
      const byte = cell & 0xff;
      cell >>>= 8;
      let times = 1;
      let value = byte;
      if (run === 4) {
        // The byte after four equal ones counts how many more follow.
        times = byte;
        value = previous;
        run = 0;
        previous = -1;
      } else if (byte === previous) run++;
      else {
        run = 1;
        previous = byte;
      }
      for (; times > 0; times--) {
        crc = (crc << 8) ^ CRC[(crc >>> 24) ^ value]!;
        out[at++] = value;
      }
      if (at > OUTPUT_BYTES - 256) {
        yield out.subarray(0, at);
        out = new Uint8Array(OUTPUT_BYTES);
        at = 0;
      }
    }
    this.crc = ~crc >>> 0;
    if (at > 0) yield out.subarray(0, at);
  }

  private readSymbols(reader: BitReader, used: Uint8Array, codes: readonly Code[], selectors: Uint8Array): void {
    const { cells, symbolsMax } = this;
    const front = used.slice();
    const end = used.length + 1;
    let length = 0;
    let run = 0;
    let weight = 1;
    let group = -1;
    let left = 0;
    let code = codes[0]!;
    for (;;) {
      if (left === 0) {
        group++;
        if (group >= selectors.length) throw corrupt("too few selectors");
        code = codes[selectors[group]!]!;
        left = GROUP;
      }
      left--;
      const symbol = readSymbol(reader, code);
      if (symbol <= 1) {
        // Run lengths are bijective base 2. The bound also ends a run of zeros that would overflow.
        run += weight << symbol;
        weight <<= 1;
        if (run > symbolsMax) throw corrupt("a run is longer than the block");
        continue;
      }
      if (run > 0) {
        if (length + run > symbolsMax) throw corrupt("more symbols than a block may hold");
        cells.fill(front[0]!, length, length + run);
        length += run;
        run = 0;
        weight = 1;
      }
      if (symbol === end) break;
      if (length >= symbolsMax) throw corrupt("more symbols than a block may hold");
      const byte = front[symbol - 1]!;
      front.copyWithin(1, 0, symbol - 1);
      front[0] = byte;
      cells[length++] = byte;
    }
    this.length = length;
  }
}

function readUsed(reader: BitReader): Uint8Array {
  const rows = reader.read(16);
  const used: number[] = [];
  for (let row = 0; row < 16; row++) {
    if ((rows & (0x8000 >> row)) === 0) continue;
    const columns = reader.read(16);
    for (let column = 0; column < 16; column++) if (columns & (0x8000 >> column)) used.push(row * 16 + column);
  }
  if (used.length === 0) throw corrupt("a block without symbols");
  return Uint8Array.from(used);
}

function readCodes(reader: BitReader, symbols: number): { codes: Code[]; selectors: Uint8Array } {
  const count = reader.read(3);
  if (count < 2 || count > 6) throw corrupt("a wrong number of code tables");
  const selectorCount = reader.read(15);
  if (selectorCount === 0) throw corrupt("no selectors");
  const front = Array.from({ length: count }, (_, i) => i);
  // More than a block can use are allowed and never looked at (bzip2 1.0.8 reads them so).
  const selectors = new Uint8Array(Math.min(selectorCount, SELECTORS_MAX));
  for (let i = 0; i < selectorCount; i++) {
    let place = 0;
    while (reader.read(1) === 1) if (++place >= count) throw corrupt("a selector of no table");
    const [table = 0] = front.splice(place, 1);
    front.unshift(table);
    if (i < selectors.length) selectors[i] = table;
  }
  const codes: Code[] = [];
  for (let table = 0; table < count; table++) {
    const lengths = new Uint8Array(symbols);
    let length = reader.read(5);
    for (let symbol = 0; symbol < symbols; symbol++) {
      for (;;) {
        if (length < 1 || length > CODE_BITS_MAX) throw corrupt("a code of a wrong length");
        if (reader.read(1) === 0) break;
        length += reader.read(1) === 0 ? 1 : -1;
      }
      lengths[symbol] = length;
    }
    codes.push(buildCode(lengths));
  }
  return { codes, selectors };
}

function buildCode(lengths: Uint8Array): Code {
  const counts = new Uint32Array(CODE_BITS_MAX + 2);
  for (const length of lengths) counts[length]!++;
  const symbols = new Uint16Array(lengths.length);
  const limits = new Uint32Array(CODE_BITS_MAX + 2);
  const offsets = new Int32Array(CODE_BITS_MAX + 2);
  const fast = new Uint16Array(1 << FAST_BITS);
  let code = 0;
  let index = 0;
  for (let length = 1; length <= CODE_BITS_MAX; length++) {
    offsets[length] = index - code;
    for (let symbol = 0; symbol < lengths.length; symbol++) {
      if (lengths[symbol] !== length) continue;
      symbols[index++] = symbol;
      if (length <= FAST_BITS) {
        const shift = FAST_BITS - length;
        fast.fill((length << 9) | symbol, code << shift, (code + 1) << shift);
      }
      code++;
    }
    // An over-full code is damaged; clamped, it decodes to wrong symbols, which the checksum tells.
    limits[length] = Math.min(code * 2 ** (CODE_BITS_MAX - length), 1 << CODE_BITS_MAX);
    code = Math.min(code * 2, 1 << CODE_BITS_MAX);
  }
  return { fast, limits, offsets, symbols };
}

function readSymbol(reader: BitReader, code: Code): number {
  const bits = reader.peek();
  const entry = code.fast[bits >>> (CODE_BITS_MAX - FAST_BITS)]!;
  if (entry !== 0) {
    reader.take(entry >>> 9);
    return entry & 0x1ff;
  }
  for (let length = 1; length <= CODE_BITS_MAX; length++) {
    if (bits >= code.limits[length]!) continue;
    const symbol = code.symbols[(bits >>> (CODE_BITS_MAX - length)) + code.offsets[length]!];
    reader.take(length);
    if (symbol === undefined) break;
    return symbol;
  }
  throw corrupt("a code that is not in its table");
}

/** CRC-32 with the bits of each byte from the top, polynomial 0x04c11db7. */
const CRC: Int32Array = Int32Array.from({ length: 256 }, (_, byte) => {
  let crc = byte << 24;
  for (let bit = 0; bit < 8; bit++) crc = crc < 0 ? (crc << 1) ^ 0x04c11db7 : crc << 1;
  return crc;
});
