// What a record is recognised by after an edit: for its two longest texts, a digest of the words and a MinHash of their
// pairs (docs/specs/record-sketch.md, with vectors). Keyed by nothing, the same on every machine. Names of fields, order,
// case, punctuation, white space and Unicode forms do not count; of a long text its first 256 words do. No commitment:
// whoever wants two texts to look alike can make them so.
import type { RecordValue } from "./record.ts";

/** A slot is 8 bytes of digest and 16 of MinHash; a digest of zeros is no slot, a MinHash of zeros a text that is short. */
export const SLOTS = 2;
export const SLOT_BYTES = 24;
export const SLOT_DIGEST_BYTES = 8;
export const MINHASHES = 16;
export const SKETCH_BYTES: number = SLOTS * SLOT_BYTES;

/** Equal MinHash values, of 16, from which on two texts count as nearly the same: see the error table of the specification. */
export const ALIKE_MIN = 11;

/** Words of a text: a copy that was cut behind them is still recognised, and a book costs no more than a page. */
const WORDS_MAX = 256;
/** Characters that are looked at for them (CWE-400). */
const CHARS_MAX = 16_384;
/** Fewer words say too little to be alike: they are equal or they are not. */
const WORDS_MIN = 5;
/** And fewer in a whole record say nothing: "yes". */
const RECORD_WORDS_MIN = 3;
/** Texts of a record, and how deep they may stand (CWE-674, CWE-770). */
const TEXTS_MAX = 256;
const DEPTH_MAX = 32;

/** MurmurHash3's finaliser. */
function mixed(x: number): number {
  x = Math.imul(x ^ (x >>> 16), 0x85ebca6b);
  x = Math.imul(x ^ (x >>> 13), 0xc2b2ae35);
  return (x ^ (x >>> 16)) >>> 0;
}

const FLIPS = Uint32Array.from({ length: MINHASHES }, (_, i) => mixed(2 * i + 1));
const FACTORS = Uint32Array.from({ length: MINHASHES }, (_, i) => mixed(2 * i + 2) | 1);

const FNV_BASIS = 0x811c9dc5;
const FNV_PRIME = 0x01000193;

const INVISIBLE = /\p{Cf}/gu;
// Scripts that write no spaces are taken letter by letter.
const WORDS =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}\p{Script=Myanmar}]|[[\p{L}\p{M}\p{N}]--[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}\p{Script=Myanmar}]]+/gv;

const words = new Uint32Array(WORDS_MAX);

/** The hashes of the words of a text, in `words`; how many. */
function wordsOf(text: string): number {
  const length = Math.min(text.length, CHARS_MAX);
  let count = 0;
  let hash = FNV_BASIS;
  let open = false;
  for (let i = 0; i < length; i++) {
    let c = text.charCodeAt(i);
    if (c > 0x7f) return wordsOfAny(text.slice(0, CHARS_MAX));
    if (c >= 0x41 && c <= 0x5a) c += 0x20;
    if ((c >= 0x61 && c <= 0x7a) || (c >= 0x30 && c <= 0x39)) {
      hash = Math.imul(hash ^ c, FNV_PRIME);
      open = true;
    } else if (open) {
      words[count++] = mixed(hash);
      if (count === WORDS_MAX) return count;
      hash = FNV_BASIS;
      open = false;
    }
  }
  if (open) words[count++] = mixed(hash);
  return count;
}

function wordsOfAny(text: string): number {
  let count = 0;
  for (const [word] of text.normalize("NFKC").toLowerCase().replace(INVISIBLE, "").matchAll(WORDS)) {
    let hash = FNV_BASIS;
    for (let i = 0; i < word.length; i++) hash = Math.imul(hash ^ word.charCodeAt(i), FNV_PRIME);
    words[count++] = mixed(hash);
    if (count === WORDS_MAX) break;
  }
  return count;
}

interface Slot {
  readonly count: number;
  readonly bytes: Uint8Array;
}

const lowest = new Uint32Array(MINHASHES);
const pairs = new Uint32Array(MINHASHES);

function slotOf(text: string): Slot | undefined {
  const count = wordsOf(text);
  if (count === 0) return undefined;
  const bytes = new Uint8Array(SLOT_BYTES);
  let [high, low] = [0, 0];
  for (let i = 0; i < count; i++) [high, low] = folded(high, low, words[i] as number);
  writeDigest(bytes, high, low);
  if (count < WORDS_MIN) return { count, bytes };
  lowest.fill(0xffffffff);
  for (let i = 1; i < count; i++) {
    const pair = mixed(Math.imul(words[i - 1] as number, 0x9e3779b1) + (words[i] as number));
    for (let k = 0; k < MINHASHES; k++) {
      const value = Math.imul(pair ^ (FLIPS[k] as number), FACTORS[k] as number) >>> 0;
      if (value >= (lowest[k] as number)) continue;
      lowest[k] = value;
      pairs[k] = pair;
    }
  }
  for (let k = 0; k < MINHASHES; k++) bytes[SLOT_DIGEST_BYTES + k] = (pairs[k] as number) >>> 24;
  return { count, bytes };
}

const folded = (high: number, low: number, word: number): [number, number] => [
  mixed(Math.imul(high, 31) + word),
  mixed(Math.imul(low ^ word, 0x9e3779b1) + 1),
];

function writeDigest(bytes: Uint8Array, high: number, low: number): void {
  const view = new DataView(bytes.buffer, bytes.byteOffset);
  view.setUint32(0, high);
  // Zeros stand for no text.
  view.setUint32(4, high === 0 && low === 0 ? 1 : low);
}

/** 48 bytes; zeros where the record holds too little text. */
export function recordSketch({ value, problem }: RecordValue): Uint8Array {
  const out = new Uint8Array(SKETCH_BYTES);
  if (problem !== undefined) return out;
  const slots: Slot[] = [];
  const walk = (item: unknown, depth: number): void => {
    if (slots.length >= TEXTS_MAX || depth > DEPTH_MAX) return;
    if (typeof item === "string") {
      const slot = slotOf(item);
      if (slot) slots.push(slot);
    } else if (Array.isArray(item)) {
      for (let i = 0; i < item.length && slots.length < TEXTS_MAX; i++) walk(item[i], depth + 1);
    } else if (typeof item === "object" && item !== null && !(item instanceof Date) && !ArrayBuffer.isView(item)) {
      for (const key of Object.keys(item)) walk((item as Record<string, unknown>)[key], depth + 1);
    }
  };
  walk(value, 0);
  // The order hangs on the texts alone: fields change their names and places. Texts of one length keep their order when
  // one of their words changes, because the MinHash comes first.
  const long = slots.filter(({ count }) => count >= WORDS_MIN).sort((a, b) => b.count - a.count || byMinHash(a, b));
  let filled = 0;
  for (const { bytes } of long) {
    if (filled === SLOTS) break;
    if (filled > 0 && long[0] && Buffer.compare(long[0].bytes, bytes) === 0) continue;
    out.set(bytes, SLOT_BYTES * filled++);
  }
  if (filled > 0 || slots.reduce((sum, { count }) => sum + count, 0) < RECORD_WORDS_MIN) return out;
  let [high, low] = [0, 0];
  for (const { bytes } of slots.sort((a, b) => Buffer.compare(a.bytes, b.bytes))) {
    const view = new DataView(bytes.buffer);
    [high, low] = folded(high, low, view.getUint32(0));
    [high, low] = folded(high, low, view.getUint32(4));
  }
  writeDigest(out, high, low);
  return out;
}

const byMinHash = (a: Slot, b: Slot): number =>
  Buffer.compare(a.bytes.subarray(SLOT_DIGEST_BYTES), b.bytes.subarray(SLOT_DIGEST_BYTES)) ||
  Buffer.compare(a.bytes, b.bytes);

/** How many of the 16 values two slots share, in arrays that hold them at these places. */
export function equalMinHashes(a: Uint8Array, aAt: number, b: Uint8Array, bAt: number): number {
  let equal = 0;
  for (let i = SLOT_DIGEST_BYTES; i < SLOT_BYTES; i++) if (a[aAt + i] === b[bAt + i]) equal++;
  return equal;
}
