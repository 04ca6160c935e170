// LZMA2, as the .xz file format uses it, and LZMA by itself, after the LZMA specification (lzma-specification.txt, LZMA SDK 23.01) and its
// reference decoder. A chunk is decoded at a time. Every distance and length in it is controlled by whoever made the
// file and is checked against what has been written.

/** A chunk's header, and at most 64 KiB of input. */
export const CHUNK_INPUT_MAX: number = 6 + 0x10000;
const CHUNK_OUTPUT_MAX = 0x200000;
const ROOM_MIN = 0x100000;
const PROBABILITY = 1024;
const MATCH_MAX = 273;
const STEP_OUTPUT = 0x40000;
/** A symbol takes fewer bytes of input. */
export const SYMBOL_INPUT_MAX: number = 32;

export class LzmaFault extends Error {}

// Places in the table of probabilities.
const IS_MATCH = 0; // 12 states x 16
const IS_REP = 192;
const IS_REP_G0 = 204;
const IS_REP_G1 = 216;
const IS_REP_G2 = 228;
const IS_REP0_LONG = 240; // 12 x 16
const SLOT = 432; // 4 x 64
const SPECIAL = 688; // 115, one more for a tree that begins at 1
const ALIGN = 804; // 16
const LENGTH = 820; // 2 + 16 x 8 + 16 x 8 + 256
const REP_LENGTH = 1334;
const LITERAL = 1848;
const LENGTH_LOW = 2;
const LENGTH_MID = 130;
const LENGTH_HIGH = 258;

export class Lzma2 {
  private readonly dictionaryBytes: number;
  private window = new Uint8Array(0);
  private position = 0;
  /** Where the dictionary begins: nothing before it may be referred to. */
  private base = 0;
  /** What to add to `position` to count from the last reset of the dictionary. */
  private phase = 0;
  private needsDictionary = true;
  private needsProperties = true;
  private needsState = true;

  private probabilities = new Uint16Array(LITERAL);
  private lc = 0;
  private lpMask = 0;
  private pbMask = 0;
  private state = 0;
  private readonly reps = new Int32Array(4);

  private input: Uint8Array = new Uint8Array(0);
  private at = 0;
  private range = 0;
  private code = 0;

  constructor(dictionaryBytes: number) {
    this.dictionaryBytes = dictionaryBytes;
  }

  /** How many bytes the chunk at the start of `bytes` takes, its header included; 0 for the end marker, -1 for too few. */
  static chunkLength(bytes: Uint8Array): number {
    const [control = -1, , , high = -1, low = -1] = bytes;
    if (control < 0) return -1;
    if (control === 0) return 0;
    if (control <= 2) return bytes.length < 3 ? -1 : 3 + ((bytes[1] ?? 0) << 8) + (bytes[2] ?? 0) + 1;
    return low < 0 ? -1 : (control >= 0xc0 ? 6 : 5) + (high << 8) + low + 1;
  }

  /** Decodes one whole chunk. The result is valid until the next call. */
  decode(chunk: Uint8Array): Uint8Array {
    const control = chunk[0] ?? 0;
    if (control >= 0xe0 || control === 1) {
      this.base = this.position;
      this.phase = -this.position;
      this.needsDictionary = false;
    } else if (this.needsDictionary) throw new LzmaFault("no dictionary to begin with");
    if (control < 0x80) {
      if (control > 2) throw new LzmaFault("a chunk of an unknown kind");
      const start = this.makeRoom(chunk.length - 3);
      this.window.set(chunk.subarray(3), start);
      this.position += chunk.length - 3;
      return this.window.subarray(start, this.position);
    }
    const size = (((control & 0x1f) << 16) | ((chunk[1] ?? 0) << 8) | (chunk[2] ?? 0)) + 1;
    if (control >= 0xc0) this.readProperties(chunk[5] ?? 0xff);
    else if (this.needsProperties) throw new LzmaFault("no properties to begin with");
    if (control >= 0xa0) this.resetState();
    else if (this.needsState) throw new LzmaFault("no state to begin with");
    const start = this.makeRoom(size);
    this.begin(chunk, control >= 0xc0 ? 6 : 5);
    this.run(start + size, this.input.length, start + size);
    if (this.position < start + size) throw new LzmaFault("a chunk that is too short");
    if (this.at !== this.input.length || this.code !== 0) throw new LzmaFault("a chunk of a wrong length");
    return this.window.subarray(start, this.position);
  }

  /**
   * A whole LZMA stream, as .7z keeps one: `properties` is the byte that begins its five, `size` how much it gives. Input
   * that goes on behind the last byte is not looked at.
   */
  static decodeStream(properties: number, dictionaryBytes: number, input: Uint8Array, size: number): Uint8Array {
    const lzma = new Lzma2(Math.max(4096, dictionaryBytes));
    lzma.readProperties(properties);
    lzma.resetState();
    lzma.window = new Uint8Array(size);
    lzma.begin(input, 0);
    lzma.run(size, input.length, size);
    if (lzma.position < size) throw new LzmaFault("a stream that is too short");
    return lzma.window;
  }

  /** LZMA without chunks: begins with the properties and the five bytes behind them. */
  open(properties: number, bytes: Uint8Array): void {
    this.readProperties(properties);
    this.resetState();
    this.needsDictionary = false;
    this.begin(bytes, 0);
  }

  /** The end marker was read. */
  ended: boolean = false;

  /**
   * Decodes up to `size` bytes of LZMA without chunks, fewer where `bytes` run short (a symbol takes no more than
   * `SYMBOL_INPUT_MAX`), and says how many of `bytes` it used, and whether it needed more. The output is valid until the next call.
   */
  step(
    bytes: Uint8Array,
    size: number,
    last: boolean,
  ): { readonly output: Uint8Array; readonly used: number; readonly short: boolean } {
    this.input = bytes;
    this.at = 0;
    const start = this.makeRoom(Math.min(size, STEP_OUTPUT) + MATCH_MAX);
    const end = start + Math.min(size, STEP_OUTPUT);
    this.run(
      end,
      last ? bytes.length : bytes.length - SYMBOL_INPUT_MAX,
      end + Math.min(MATCH_MAX, size - (end - start)),
    );
    return {
      output: this.window.subarray(start, this.position),
      used: Math.min(this.at, bytes.length),
      short: this.at > bytes.length,
    };
  }

  private readProperties(byte: number): void {
    if (byte >= 225) throw new LzmaFault("wrong properties");
    this.lc = byte % 9;
    const rest = Math.floor(byte / 9);
    const lp = rest % 5;
    if (this.lc + lp > 4) throw new LzmaFault("wrong properties");
    this.lpMask = (1 << lp) - 1;
    this.pbMask = (1 << Math.floor(rest / 5)) - 1;
    this.probabilities = new Uint16Array(LITERAL + (0x300 << (this.lc + lp)));
    this.needsProperties = false;
  }

  private resetState(): void {
    this.probabilities.fill(PROBABILITY);
    this.state = 0;
    this.reps.fill(0);
    this.needsState = false;
  }

  /** Makes room for `size` bytes. The window grows with what is written, never with what the file says it needs. */
  private makeRoom(size: number): number {
    if (this.position + size > this.window.length) {
      const keep = Math.min(this.position - this.base, this.dictionaryBytes);
      const from = this.position - keep;
      const window = new Uint8Array(Math.max(keep * 2, keep + CHUNK_OUTPUT_MAX, ROOM_MIN));
      window.set(this.window.subarray(from, this.position));
      this.window = window;
      this.base = Math.max(0, this.base - from);
      this.phase += from;
      this.position = keep;
    }
    return this.position;
  }

  private begin(chunk: Uint8Array, at: number): void {
    this.input = chunk;
    if (chunk.length - at < 5 || chunk[at] !== 0) throw new LzmaFault("a chunk without a beginning");
    this.range = 0xffffffff;
    this.code =
      (((chunk[at + 1] ?? 0) << 24) |
        ((chunk[at + 2] ?? 0) << 16) |
        ((chunk[at + 3] ?? 0) << 8) |
        (chunk[at + 4] ?? 0)) >>>
      0;
    this.at = at + 5;
  }

  private bit(index: number): number {
    const probability = this.probabilities[index]!;
    const bound = (this.range >>> 11) * probability;
    let bit = 0;
    if (this.code < bound) {
      this.range = bound;
      this.probabilities[index] = probability + ((2048 - probability) >> 5);
    } else {
      this.range -= bound;
      this.code -= bound;
      this.probabilities[index] = probability - (probability >> 5);
      bit = 1;
    }
    if (this.range < 0x1000000) {
      this.range = (this.range << 8) >>> 0;
      this.code = ((this.code << 8) | this.input[this.at++]!) >>> 0;
    }
    return bit;
  }

  private tree(index: number, bits: number): number {
    let symbol = 1;
    for (let i = 0; i < bits; i++) symbol = (symbol << 1) | this.bit(index + symbol);
    return symbol - (1 << bits);
  }

  private reversed(index: number, bits: number): number {
    let symbol = 1;
    let value = 0;
    for (let i = 0; i < bits; i++) {
      const bit = this.bit(index + symbol);
      symbol = (symbol << 1) | bit;
      value |= bit << i;
    }
    return value;
  }

  private direct(bits: number): number {
    let value = 0;
    for (let i = 0; i < bits; i++) {
      this.range >>>= 1;
      const bit = this.code >= this.range ? 1 : 0;
      if (bit === 1) this.code -= this.range;
      value = (value << 1) | bit;
      if (this.range < 0x1000000) {
        this.range = (this.range << 8) >>> 0;
        this.code = ((this.code << 8) | this.input[this.at++]!) >>> 0;
      }
    }
    return value;
  }

  private length(index: number, posState: number): number {
    if (this.bit(index) === 0) return 2 + this.tree(index + LENGTH_LOW + posState * 8, 3);
    if (this.bit(index + 1) === 0) return 10 + this.tree(index + LENGTH_MID + posState * 8, 3);
    return 18 + this.tree(index + LENGTH_HIGH, 8);
  }

  private distance(length: number): number {
    const slot = this.tree(SLOT + Math.min(length - 2, 3) * 64, 6);
    if (slot < 4) return slot;
    const bits = (slot >> 1) - 1;
    const high = (2 | (slot & 1)) << bits;
    if (slot < 14) return high + this.reversed(SPECIAL + high - slot, bits);
    return (high | (this.direct(bits - 4) << 4)) + this.reversed(ALIGN, 4);
  }

  private literal(): void {
    const { window, position } = this;
    const previous = position > this.base ? window[position - 1]! : 0;
    const place = position + this.phase;
    const index = LITERAL + 0x300 * (((place & this.lpMask) << this.lc) + (previous >> (8 - this.lc)));
    let symbol = 1;
    if (this.state >= 7) {
      let match = this.matchByte();
      while (symbol < 0x100) {
        match <<= 1;
        const expected = match & 0x100;
        const bit = this.bit(index + 0x100 + expected + symbol);
        symbol = (symbol << 1) | bit;
        if (expected !== bit << 8) break;
      }
    }
    while (symbol < 0x100) symbol = (symbol << 1) | this.bit(index + symbol);
    window[this.position++] = symbol & 0xff;
    this.state = this.state < 4 ? 0 : this.state < 10 ? this.state - 3 : this.state - 6;
  }

  private matchByte(): number {
    this.checkDistance();
    return this.window[this.position - this.reps[0]! - 1]!;
  }

  private checkDistance(): void {
    const distance = this.reps[0]!;
    if (distance < 0 || distance >= this.position - this.base || distance >= this.dictionaryBytes) {
      throw new LzmaFault("a reference to before the beginning");
    }
  }

  /** Until `end` or, of the input, `stop`; the last match may reach up to `limit`. */
  private run(end: number, stop: number, limit: number): void {
    const { reps } = this;
    while (this.position < end && this.at <= stop) {
      const posState = (this.position + this.phase) & this.pbMask;
      const { state } = this;
      if (this.bit(IS_MATCH + state * 16 + posState) === 0) {
        this.literal();
        continue;
      }
      let length = 0;
      if (this.bit(IS_REP + state) === 0) {
        length = this.length(LENGTH, posState);
        reps.copyWithin(1, 0, 3);
        reps[0] = this.distance(length);
        if (reps[0] === -1) {
          this.ended = true;
          return;
        }
        this.state = state < 7 ? 7 : 10;
      } else {
        if (this.bit(IS_REP_G0 + state) === 0) {
          if (this.bit(IS_REP0_LONG + state * 16 + posState) === 0) {
            this.state = state < 7 ? 9 : 11;
            length = 1;
          }
        } else {
          const which = this.bit(IS_REP_G1 + state) === 0 ? 1 : this.bit(IS_REP_G2 + state) === 0 ? 2 : 3;
          const distance = reps[which]!;
          reps.copyWithin(1, 0, which);
          reps[0] = distance;
        }
        if (length === 0) {
          length = this.length(REP_LENGTH, posState);
          this.state = state < 7 ? 8 : 11;
        }
      }
      this.copy(length, limit);
    }
  }

  private copy(length: number, end: number): void {
    this.checkDistance();
    if (this.position + length > end) throw new LzmaFault("a match that is too long");
    const { window } = this;
    let to = this.position;
    const stop = to + length;
    for (let from = to - this.reps[0]! - 1; to < stop;) window[to++] = window[from++]!;
    this.position = to;
  }
}
