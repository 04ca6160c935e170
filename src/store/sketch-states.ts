// How the texts of a dataset can be known again in another one: each alone, each only by all of its words, or not at all,
// by what else the dataset holds. A template gives records that are like one another, and like those of every other set
// that it made: likeness of those is no copy.
import {
  ALIKE_MIN,
  equalMinHashes,
  MINHASHES,
  SKETCH_BYTES,
  SLOT_BYTES,
  SLOT_DIGEST_BYTES,
  SLOTS,
} from "../core/record-sketch.ts";

const BAND_VALUES = 4;
export const BANDS: number = MINHASHES / BAND_VALUES;
/** Records whose likes among themselves are looked for together: so much memory, and no more, for a dataset of any size. */
export const WINDOW_RECORDS: number = 1 << 19;
/** A text that more records of its dataset hold is part of how the set is made. */
const REPEATED_MAX = 4;
/** Where more than this share of the texts of a template has an equal in its own dataset, the template gives few texts, and
 * another set that it made holds the same ones. Half of the share that two sets must have in common (lineage-walk). */
const TWINS_SHARE_MAX = 0.01;
/** Where more than this share of the records has no text without a like, a template made the others too. */
const TEMPLATED_SHARE_MIN = 0.5;
/** Others of one band in its dataset with which a text is compared (CWE-400). */
const NEIGHBOURS_MAX = 16;

/** What a text can be recognised by. */
export const NONE = 0;
export const REPEATED = 1;
export const BY_DIGEST = 2;
export const DISTINCT = 3;

export interface Knowable {
  /** One for each text. */
  readonly states: Uint8Array;
  /** Records of which every text has a like in the dataset, and records with a text that has none. */
  readonly made: number;
  readonly distinct: number;
}

/** At most `WINDOW_RECORDS` sketches. */
export function knowable(window: Uint8Array): Knowable {
  const slots = (window.length / SKETCH_BYTES) * SLOTS;
  const states = new Uint8Array(slots);
  const keys = new Float64Array(slots);
  // A key and the place it is of, in one number: sorting it brings equals together.
  const runs = function* (keyOf: (at: number) => number, takes: (state: number) => boolean): Iterable<Float64Array> {
    let n = 0;
    for (let slot = 0; slot < slots; slot++)
      if (takes(states[slot] as number)) keys[n++] = keyOf(slot * SLOT_BYTES) * SLOTS * WINDOW_RECORDS + slot;
    const sorted = keys.subarray(0, n).sort();
    for (let from = 0; from < n;) {
      const key = Math.floor((sorted[from] as number) / (SLOTS * WINDOW_RECORDS));
      let to = from + 1;
      while (to < n && Math.floor((sorted[to] as number) / (SLOTS * WINDOW_RECORDS)) === key) to++;
      const run = sorted.subarray(from, to);
      for (let i = 0; i < run.length; i++) run[i] = (run[i] as number) % (SLOTS * WINDOW_RECORDS);
      if (run.length > 1) yield run;
      from = to;
    }
  };
  for (let slot = 0; slot < slots; slot++) {
    const at = slot * SLOT_BYTES;
    states[slot] = isEmpty(window, at) ? NONE : isShort(window, at) ? BY_DIGEST : DISTINCT;
  }
  for (const run of runs(
    (at) => hash32(window, at),
    (state) => state !== NONE,
  )) {
    if (run.length <= REPEATED_MAX) continue;
    for (const slot of run) {
      let same = 0;
      for (const other of run.length > 64 ? run.subarray(0, 64) : run)
        if (sameDigest(window, slot * SLOT_BYTES, window, other * SLOT_BYTES)) same++;
      if (same > REPEATED_MAX) states[slot] = REPEATED;
    }
  }
  for (let band = 0; band < BANDS; band++)
    for (const run of runs(
      (at) => bandHash(window, at, band),
      (state) => state === DISTINCT || state === BY_DIGEST,
    ))
      run.forEach((slot, i) => {
        if (isShort(window, slot * SLOT_BYTES)) return;
        for (let step = 1; step <= Math.min(NEIGHBOURS_MAX, run.length - 1); step++) {
          const other = run[(i + step) % run.length] as number;
          const [a, b] = [slot * SLOT_BYTES, other * SLOT_BYTES];
          if (sameDigest(window, a, window, b) || equalMinHashes(window, a, window, b) < ALIKE_MIN) continue;
          // Two texts of one record are no others.
          if (Math.floor(slot / SLOTS) === Math.floor(other / SLOTS)) continue;
          states[slot] = BY_DIGEST;
          states[other] = BY_DIGEST;
        }
      });
  let made = 0;
  let distinct = 0;
  for (let slot = 0; slot < slots; slot += SLOTS) {
    const own = states.subarray(slot, slot + SLOTS);
    if (own.includes(DISTINCT)) distinct++;
    else if (own.some((state, i) => state === BY_DIGEST && !isShort(window, (slot + i) * SLOT_BYTES))) made++;
  }
  if (made > TEMPLATED_SHARE_MIN * (made + distinct))
    for (let slot = 0; slot < slots; slot++) if (states[slot] === DISTINCT) states[slot] = BY_DIGEST;
  for (const short of [true, false]) {
    const takes = (slot: number): boolean => states[slot] === BY_DIGEST && isShort(window, slot * SLOT_BYTES) === short;
    let texts = 0;
    let twins = 0;
    for (let slot = 0; slot < slots; slot++) if (takes(slot)) texts++;
    for (const run of runs(
      (at) => hash32(window, at),
      (state) => state === BY_DIGEST,
    ))
      for (const slot of run) if (takes(slot)) twins++;
    if (twins > TWINS_SHARE_MAX * texts) for (let slot = 0; slot < slots; slot++) if (takes(slot)) states[slot] = NONE;
  }
  return { states, made, distinct };
}

export const isEmpty = (bytes: Uint8Array, at: number): boolean => {
  for (let i = 0; i < SLOT_DIGEST_BYTES; i++) if (bytes[at + i] !== 0) return false;
  return true;
};

/** Its words were too few for a MinHash. */
export const isShort = (bytes: Uint8Array, at: number): boolean => {
  for (let i = SLOT_DIGEST_BYTES; i < SLOT_BYTES; i++) if (bytes[at + i] !== 0) return false;
  return true;
};

export const sameDigest = (a: Uint8Array, aAt: number, b: Uint8Array, bAt: number): boolean => {
  for (let i = 0; i < SLOT_DIGEST_BYTES; i++) if (a[aAt + i] !== b[bAt + i]) return false;
  return true;
};

const word = (bytes: Uint8Array, at: number): number =>
  (((bytes[at] as number) << 24) |
    ((bytes[at + 1] as number) << 16) |
    ((bytes[at + 2] as number) << 8) |
    (bytes[at + 3] as number)) >>>
  0;

/** 31 bits, so that a place fits beside them in a number. */
const hash32 = (bytes: Uint8Array, at: number): number => word(bytes, at + 4) >>> 1;
const bandHash = (bytes: Uint8Array, at: number, band: number): number =>
  word(bytes, at + SLOT_DIGEST_BYTES + BAND_VALUES * band);

/** Keys of the table: 0 to 3 and a band, or 4 and more and a digest. */
export const bandKey = (bytes: Uint8Array, at: number, band: number): number =>
  band * 2 ** 32 + bandHash(bytes, at, band);
export const digestKey = (bytes: Uint8Array, at: number): number =>
  BANDS * 2 ** 32 + (word(bytes, at) & 0x3fff) * 2 ** 32 + word(bytes, at + 4);
