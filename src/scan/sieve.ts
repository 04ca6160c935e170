// The inner loop of the literal search, in WebAssembly: it runs once for every byte that is ever scanned, and is four
// times as fast as the same loop in JavaScript. It reads bytes and a bitmap, writes positions, and can do nothing else:
// its memory is its own, and every address in it is given by the code below.
//
// For each byte: key = (key << 6 | code[byte]) & 0xffffff; the position is kept when code[byte] has bit 6 set and the byte
// after it is one of its followers, when it has bit 7 set and the byte before is the same, or when bit hash(key) of the
// bitmap is set.

/** Bits of an index into the bitmap. */
const INDEX_BITS = 20;

/** Multiplicative hashing, Knuth, The Art of Computer Programming 3, 6.4: four codes to an index of the bitmap. */
const MULTIPLIER = 0x9e3779b1;
export const hashOf = (key: number): number => Math.imul(key, MULTIPLIER) >>> (32 - INDEX_BITS);

/** A code with this bit keeps its position before certain bytes. */
export const BEFORE = 0x40;
/** A code with this bit keeps its position after a byte of the same value. */
export const DOUBLED = 0x80;

// Where things lie in the module's memory.
const CODES_AT = 0;
const KEY_AT = 256;
const OUT_END_AT = 260;
/** For each byte with BEFORE, a bit set of follower kinds; for each byte, the kinds it is of. */
const FOLLOWERS_AT = 512;
const KINDS_AT = 768;
const BITMAP_AT = 4096;
const OUT_AT = BITMAP_AT + (1 << (INDEX_BITS - 3));
const OUT_BYTES = 1 << 18;
const DATA_AT = OUT_AT + OUT_BYTES;
const DATA_BYTES = 1 << 20;

const unsigned = (value: number): number[] => {
  const out: number[] = [];
  do {
    const rest = value >>> 7;
    out.push((value & 0x7f) | (rest === 0 ? 0 : 0x80));
    value = rest;
  } while (value !== 0);
  return out;
};
const signed = (value: number): number[] => {
  const out: number[] = [];
  for (;;) {
    const low = value & 0x7f;
    value >>= 7;
    const last = (value === 0 && (low & 0x40) === 0) || (value === -1 && (low & 0x40) !== 0);
    out.push(last ? low : low | 0x80);
    if (last) return out;
  }
};

// WebAssembly core specification 2.0, binary format. Locals: 0 at, 1 end, 2 key, 3 out, 4 last place for out, 5 and 6
// scratch, 7 the byte before.
const get = (local: number): number[] => [0x20, local];
const set = (local: number): number[] => [0x21, local];
const tee = (local: number): number[] => [0x22, local];
const constant = (value: number): number[] => [0x41, ...signed(value)];
const load8 = (offset: number): number[] => [0x2d, 0, ...unsigned(offset)];
const store32 = [0x36, 2, 0];
const SHL = 0x74;
const SHR = 0x76;
const AND = 0x71;
const OR = 0x72;
const ADD = 0x6a;
const MUL = 0x6c;
const EQUAL = 0x46;

const BODY = [
  ...[1, 3, 0x7f], // three more locals, i32
  ...[0x02, 0x40, 0x03, 0x40], // block, loop
  ...[...get(0), ...get(1), 0x4f, 0x0d, 1], // at >= end: leave the block
  ...[...get(0), ...load8(0), ...tee(6), ...load8(CODES_AT), ...set(5)], // 6 = byte, 5 = code[byte]
  ...[...get(2), ...constant(6), SHL, ...get(5), ...constant(0x3f), AND, OR, ...constant(0xffffff), AND, ...set(2)],
  ...[...get(0), ...constant(1), ADD, ...set(0)],
  // code & BEFORE and a follower behind it, or code & DOUBLED where the byte repeats, or the bit of the bitmap
  ...[...get(5), ...constant(BEFORE), AND, 0x04, 0x7f], // if
  ...[...get(6), ...load8(FOLLOWERS_AT), ...get(0), ...load8(0), ...load8(KINDS_AT), AND],
  ...[0x05, ...constant(0), 0x0b], // else, end
  ...[...get(6), ...get(7), EQUAL, ...constant(7), SHL, ...get(5), AND, OR],
  ...[...get(6), ...set(7)],
  ...[...get(2), ...constant(MULTIPLIER | 0), MUL, ...constant(32 - INDEX_BITS), SHR, ...set(5)],
  ...[
    ...get(5),
    ...constant(3),
    SHR,
    ...load8(BITMAP_AT),
    ...get(5),
    ...constant(7),
    AND,
    SHR,
    ...constant(1),
    AND,
    OR,
  ],
  ...[0x45, 0x0d, 0], // neither: next byte
  ...[...get(3), ...get(0), ...store32], // keep the position after the byte
  ...[...get(3), ...constant(4), ADD, ...set(3)],
  ...[...get(3), ...get(4), 0x48, 0x0d, 0], // room for more: next byte
  ...[0x0b, 0x0b], // end of loop, of block
  ...[...constant(KEY_AT), ...get(2), ...store32, ...constant(OUT_END_AT), ...get(3), ...store32],
  ...[...get(0), 0x0b], // the position reached
];
const section = (id: number, content: readonly number[]): number[] => [id, ...unsigned(content.length), ...content];
const MODULE = Uint8Array.from([
  ...[0x00, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
  ...section(1, [1, 0x60, 5, 0x7f, 0x7f, 0x7f, 0x7f, 0x7f, 1, 0x7f]), // (i32 × 5) -> i32
  ...section(2, [1, 1, 0x6d, 1, 0x6d, 2, 0, 1]), // import m.m, a memory
  ...section(3, [1, 0]),
  ...section(7, [1, 1, 0x66, 0, 0]), // export f
  ...section(10, [1, ...unsigned(BODY.length), ...BODY]),
]);

// The part of the JavaScript API of WebAssembly that is used; it comes with no types of its own here.
interface WasmApi {
  readonly Memory: new (size: { initial: number }) => { readonly buffer: ArrayBuffer };
  readonly Module: new (bytes: Uint8Array) => object;
  readonly Instance: new (module: object, imports: object) => { readonly exports: Record<string, unknown> };
}
const { Memory, Module, Instance } = (globalThis as unknown as { WebAssembly: WasmApi }).WebAssembly;

export interface Sieve {
  /** Calls `keep` with each position in [from, to) that the codes or the bitmap keep, ascending. */
  run(bytes: Uint8Array, from: number, to: number, keep: (at: number) => void): void;
}

/** Bytes that are kept before certain others, or before any. */
export type Singles = readonly { readonly bytes: readonly number[]; readonly before?: readonly number[] }[];

/** `codes` gives each byte six bits and perhaps DOUBLED; `indexes` are the bits to set in the bitmap. */
export function buildSieve(codes: Uint8Array, singles: Singles, indexes: Iterable<number>): Sieve {
  const memory = new Memory({ initial: Math.ceil((DATA_AT + DATA_BYTES + 1) / 65536) });
  const instance = new Instance(new Module(MODULE), { m: { m: memory } });
  const step = instance.exports["f"] as (at: number, end: number, key: number, out: number, outLast: number) => number;
  const data = new Uint8Array(memory.buffer);
  const words = new Int32Array(memory.buffer);
  data.set(codes, CODES_AT);
  data.fill(0x80, KINDS_AT, KINDS_AT + 256);
  singles.forEach(({ bytes, before }, kind) => {
    for (const byte of bytes) {
      data[CODES_AT + byte]! |= BEFORE;
      data[FOLLOWERS_AT + byte] = before ? 1 << kind : 0x80;
    }
    for (const byte of before ?? []) data[KINDS_AT + byte]! |= 1 << kind;
  });
  for (const index of indexes) data[BITMAP_AT + (index >> 3)]! |= 1 << (index & 7);
  return {
    run(bytes, from, to, keep) {
      let key = 0;
      for (let base = from; base < to; base += DATA_BYTES) {
        const length = Math.min(DATA_BYTES, to - base);
        data.set(bytes.subarray(base, base + length), DATA_AT);
        // The byte after a chunk, for what looks ahead.
        data[DATA_AT + length] = bytes[base + length] ?? 0;
        const end = DATA_AT + length;
        const shift = base - DATA_AT - 1;
        for (let at = DATA_AT; at < end;) {
          at = step(at, end, key, OUT_AT, OUT_AT + OUT_BYTES - 4);
          key = words[KEY_AT >> 2] as number;
          const outEnd = (words[OUT_END_AT >> 2] as number) >> 2;
          for (let o = OUT_AT >> 2; o < outEnd; o++) keep((words[o] as number) + shift);
        }
      }
    },
  };
}
