// The inner loop of the literal search, in WebAssembly: it runs once for every byte that is ever scanned, and is several
// times as fast as the same loop in JavaScript. It reads bytes and tables, writes what it found, and can do nothing else:
// its memory is its own, and every address in it comes from the code below and from tables that no input reaches.
//
// For each byte: a byte with a flag is told when the byte after it is one of its followers, or when it is one that counts
// doubled and the byte before is the same. The key of a place is its byte and the three before, with bit 5 of each set,
// which makes upper case lower. Where bit hash(key) of the bitmap is set, the entries of that hash are compared with the
// bytes around, ASCII letters in either case, and each that matches is told. No step waits for the one before it.

import { assert } from "../base/assert.ts";

/** Bits of an index into the bitmap. */
const INDEX_BITS = 20;
/** Indexes that share a chain of entries. */
const CHAIN_BITS = 5;

/** Multiplicative hashing, Knuth, The Art of Computer Programming 3, 6.4: four bytes to an index of the bitmap. */
const MULTIPLIER = 0x9e3779b1;
const hashOf = (key: number): number => Math.imul(key, MULTIPLIER) >>> (32 - INDEX_BITS);

/** Bit 5 of four bytes. */
export const LOWER = 0x20202020;
/** A byte with this flag is told before certain bytes. */
const BEFORE = 1;
/** A byte with this flag is told after a byte of the same value. */
const DOUBLED = 2;

/** A literal is compared with at most this many bytes on either side of its key. */
export const LITERAL_BYTES_MAX = 255;

// Where things lie in the module's memory. An entry is five 32-bit words: where the next of its chain lies (0 for none),
// its index, its literal's address, the literal's end, and what it is told as with the bytes from its start to the end
// of its key: id << 8 | back.
const FLAGS_AT = 0;
const OUT_END_AT = 256;
/** For each byte with BEFORE, a bit set of follower kinds; for each byte, the kinds it is of; each byte in lower case. */
const FOLLOWERS_AT = 512;
const KINDS_AT = 768;
const FOLD_AT = 1024;
const BITMAP_AT = 4096;
const CHAINS_AT = BITMAP_AT + (1 << (INDEX_BITS - 3));
const OUT_AT = CHAINS_AT + (4 << (INDEX_BITS - CHAIN_BITS));
const OUT_BYTES = 1 << 18;
const CHUNK_AT = OUT_AT + OUT_BYTES;
const CHUNK_BYTES = 1 << 18;
const MARGIN = 256;
const DATA_AT = CHUNK_AT + MARGIN;
const ENTRIES_AT = DATA_AT + CHUNK_BYTES + MARGIN;
const ENTRY_BYTES = 20;

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

// WebAssembly core specification 2.0, binary format.
const PARAMETERS = 4;
/** AT is where the four bytes of the key begin. */
const [AT, END, OUT, OUT_LAST] = [0, 1, 2, 3];
const [FLAGS, BYTE, INDEX, ENTRY, LITERAL, TEXT, WORD] = [4, 5, 6, 7, 8, 9, 10];
const LOCALS = 7;
const get = (local: number): number[] => [0x20, local];
const set = (local: number): number[] => [0x21, local];
const tee = (local: number): number[] => [0x22, local];
const constant = (value: number): number[] => [0x41, ...signed(value)];
const load8 = (offset: number): number[] => [0x2d, 0, ...unsigned(offset)];
const load32 = (offset: number): number[] => [0x28, 2, ...unsigned(offset)];
const loadUnaligned = [0x28, 0, 0];
const store32 = [0x36, 2, 0];
const EQUAL = 0x46;
const DIFFERENT = 0x47;
const NOT = 0x45;
const LESS = 0x49;
const AT_LEAST = 0x4f;
const ADD = 0x6a;
const SUBTRACT = 0x6b;
const MULTIPLY = 0x6c;
const AND = 0x71;
const OR = 0x72;
const SHL = 0x74;
const SHR = 0x76;
const block = (...body: number[][]): number[] => [0x02, 0x40, ...body.flat(), 0x0b];
const loop = (...body: number[][]): number[] => [0x03, 0x40, ...body.flat(), 0x0b];
const when = (...body: number[][]): number[] => [0x04, 0x40, ...body.flat(), 0x0b];
const value = (condition: number[], then: number[], otherwise: number[]): number[] => [
  ...[...condition, 0x04, 0x7f, ...then],
  ...[0x05, ...otherwise, 0x0b],
];
const leave = (depth: number): number[] => [0x0c, depth];
const leaveIf = (depth: number): number[] => [0x0d, depth];
const add = (local: number, by: number): number[] => [...get(local), ...constant(by), ADD, ...set(local)];
/** Writes a place in the data and what stands there. */
const tell = (what: number[]): number[] => [
  ...[...get(OUT), ...get(AT), ...store32],
  ...[...get(OUT), ...constant(4), ADD, ...what, ...store32],
  ...add(OUT, 8),
];

const BODY = [
  ...[1, LOCALS, 0x7f], // locals, i32
  ...block(
    loop(
      [...get(AT), ...get(END), AT_LEAST, ...leaveIf(1)],
      [...get(AT), ...load8(3), ...tee(BYTE), ...load8(FLAGS_AT), ...tee(FLAGS)],
      when(
        value(
          [...get(FLAGS), ...constant(BEFORE), AND],
          [...get(BYTE), ...load8(FOLLOWERS_AT), ...get(AT), ...load8(4), ...load8(KINDS_AT), AND],
          constant(0),
        ),
        value([...get(FLAGS), ...constant(DOUBLED), AND], [...get(BYTE), ...get(AT), ...load8(2), EQUAL], constant(0)),
        [OR],
        when(tell(constant(-1))),
      ),
      [...get(AT), ...loadUnaligned, ...constant(LOWER), OR],
      [...constant(MULTIPLIER | 0), MULTIPLY, ...constant(32 - INDEX_BITS), SHR, ...set(INDEX)],
      add(AT, 1),
      [...get(INDEX), ...constant(3), SHR, ...load8(BITMAP_AT), ...get(INDEX), ...constant(7), AND, SHR],
      [...constant(1), AND, NOT, ...leaveIf(0)],
      [...get(INDEX), ...constant(CHAIN_BITS), SHR, ...constant(2), SHL, ...load32(CHAINS_AT), ...set(ENTRY)],
      block(
        loop(
          [...get(ENTRY), NOT, ...leaveIf(1)],
          block(
            [...get(ENTRY), ...load32(4), ...get(INDEX), DIFFERENT, ...leaveIf(0)],
            [...get(ENTRY), ...load32(8), ...set(LITERAL)],
            [...get(AT), ...get(ENTRY), ...load32(16), ...tee(WORD), ...constant(0xff), AND, SUBTRACT, ...set(TEXT)],
            loop(
              [...get(TEXT), ...load8(3), ...load8(FOLD_AT), ...get(LITERAL), ...load8(0), DIFFERENT, ...leaveIf(1)],
              add(TEXT, 1),
              add(LITERAL, 1),
              [...get(LITERAL), ...get(ENTRY), ...load32(12), LESS, ...leaveIf(0)],
            ),
            tell(get(WORD)),
          ),
          [...get(ENTRY), ...load32(0), ...set(ENTRY)],
          leave(0),
        ),
      ),
      [...get(OUT), ...get(OUT_LAST), LESS, ...leaveIf(0)],
    ),
  ),
  ...[...constant(OUT_END_AT), ...get(OUT), ...store32],
  ...[...get(AT), 0x0b], // the position reached
];
const section = (id: number, content: readonly number[]): number[] => [id, ...unsigned(content.length), ...content];
const MODULE = Uint8Array.from([
  ...[0x00, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
  ...section(1, [1, 0x60, PARAMETERS, ...Array<number>(PARAMETERS).fill(0x7f), 1, 0x7f]), // (i32 × 4) -> i32
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
let compiled: object | undefined;

export interface Sieve {
  /**
   * Calls `visit` for each literal that lies whole in [from, to), with its id and where it begins, in the order of their
   * keys, and `visitByte` with the place of each byte that is told by itself.
   */
  run(
    bytes: Uint8Array,
    from: number,
    to: number,
    visit: (id: number, start: number) => void,
    visitByte: (at: number) => void,
  ): void;
}

/** Bytes that are told before certain others, or before any. */
export type Singles = readonly { readonly bytes: readonly number[]; readonly before?: readonly number[] }[];

/** A way to notice a literal: four bytes of it with LOWER, the first the lowest; its id; how far after its start they end. */
export const ENTRY_WORDS = 3;

/** `fold` makes ASCII letters lower case, as `literals` are; `doubled` bytes are told after another of the same. */
export function buildSieve(
  fold: Uint8Array,
  literals: readonly Uint8Array[],
  entries: Int32Array,
  singles: Singles,
  doubled: readonly number[],
): Sieve {
  const count = entries.length / ENTRY_WORDS;
  const literalsAt = ENTRIES_AT + count * ENTRY_BYTES;
  const total = literals.reduce((sum, literal) => sum + literal.length, 0);
  const memory = new Memory({ initial: Math.ceil((literalsAt + total) / 65536) });
  const instance = new Instance((compiled ??= new Module(MODULE)), { m: { m: memory } });
  const step = instance.exports["f"] as (at: number, end: number, out: number, outLast: number) => number;
  const data = new Uint8Array(memory.buffer);
  const words = new Int32Array(memory.buffer);
  data.set(fold, FOLD_AT);
  data.fill(0x80, KINDS_AT, KINDS_AT + 256);
  singles.forEach(({ bytes, before }, kind) => {
    for (const byte of bytes) {
      data[FLAGS_AT + byte]! |= BEFORE;
      data[FOLLOWERS_AT + byte] = before ? 1 << kind : 0x80;
    }
    for (const byte of before ?? []) data[KINDS_AT + byte]! |= 1 << kind;
  });
  for (const byte of doubled) data[FLAGS_AT + byte]! |= DOUBLED;
  const addresses: number[] = [];
  let free = literalsAt;
  for (const literal of literals) {
    addresses.push(free);
    data.set(literal, free);
    free += literal.length;
  }
  for (let e = 0; e < count; e++) {
    const id = entries[ENTRY_WORDS * e + 1] as number;
    const back = entries[ENTRY_WORDS * e + 2] as number;
    const index = hashOf(entries[ENTRY_WORDS * e] as number);
    data[BITMAP_AT + (index >> 3)]! |= 1 << (index & 7);
    const chain = (CHAINS_AT >> 2) + (index >> CHAIN_BITS);
    const at = ENTRIES_AT + e * ENTRY_BYTES;
    const address = addresses[id] as number;
    const word = at >> 2;
    words[word] = words[chain] as number;
    words[word + 1] = index;
    words[word + 2] = address;
    words[word + 3] = address + (literals[id] as Uint8Array).length;
    words[word + 4] = (id << 8) | back;
    words[chain] = at;
  }
  const lengths = Int32Array.from(literals, (literal) => literal.length);
  // A place may tell its byte and every literal of its chain.
  assert(count < OUT_BYTES / 16, "too many literals for the sieve");
  const outLast = OUT_AT + OUT_BYTES - 8 * (count + 2);
  return {
    run(bytes, from, to, visit, visitByte) {
      for (let base = from; base < to; base += CHUNK_BYTES) {
        const length = Math.min(CHUNK_BYTES, to - base);
        // With what stands around the chunk, for literals across its ends; beyond the range there is nothing.
        const lead = Math.min(MARGIN, base - from);
        const tail = Math.min(MARGIN, to - base - length);
        data.set(bytes.subarray(base - lead, base + length + tail), DATA_AT - lead);
        data.fill(0, DATA_AT - MARGIN, DATA_AT - lead);
        data.fill(0, DATA_AT + length + tail, DATA_AT + length + MARGIN);
        // What looks ahead of the range looks at the byte that stands there.
        if (tail === 0) data[DATA_AT + length] = bytes[to] ?? 0;
        const end = DATA_AT + length - 3;
        const shift = base - DATA_AT + 3;
        for (let at = DATA_AT - 3; at < end;) {
          at = step(at, end, OUT_AT, outLast);
          const outEnd = (words[OUT_END_AT >> 2] as number) >> 2;
          for (let o = OUT_AT >> 2; o < outEnd; o += 2) {
            const place = (words[o] as number) + shift;
            const told = words[o + 1] as number;
            if (told === -1) {
              visitByte(place);
              continue;
            }
            const id = told >> 8;
            const start = place - (told & 0xff);
            if (start >= from && start + (lengths[id] as number) <= to) visit(id, start);
          }
        }
      }
    },
  };
}
