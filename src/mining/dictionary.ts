// Numbers for tokens, in the order in which they are first seen. Words of ASCII letters, most of any text, are hashed and
// compared in place, without a string for each; the rest goes through a Map. Whoever writes the text knows the hash: a
// word that finds no place near its own goes to the Map too, whose hash nobody knows (CWE-407).
import { lowerAscii } from "../base/ascii.ts";

const PROBES_MAX = 12;

export class Dictionary {
  readonly words: string[] = [];
  /** A token's number plus one, by hash; 0 for none. */
  #slots = new Int32Array(1 << 12);
  /** Units of the words that the slots know, and where each ends by number; others are empty. */
  #units = new Uint8Array(1 << 14);
  #used = 0;
  #hashes = new Int32Array(1 << 10);
  #ends = new Uint32Array(1 << 10);
  #slotted = 0;
  readonly #others = new Map<string, number>();
  /** The number plus one of each character that is a token by itself. */
  #ofUnit = new Uint32Array(0x100);

  /** The number of a token in lower case. */
  of(token: string): number {
    const known = this.#others.get(token);
    if (known !== undefined) return known;
    const number = this.#add(token);
    this.#others.set(token, number);
    return number;
  }

  /** Room for all units: most files, and all that are no datasets, need none beyond Latin-1. */
  #widened(): number {
    const wide = new Uint32Array(0x10000);
    wide.set(this.#ofUnit);
    this.#ofUnit = wide;
    return 0;
  }

  /** The number of the token that is one UTF-16 unit. */
  ofUnit(unit: number): number {
    const known = this.#ofUnit[unit] ?? this.#widened();
    if (known > 0) return known - 1;
    const number = this.of(String.fromCharCode(unit).toLowerCase());
    this.#ofUnit[unit] = number + 1;
    return number;
  }

  /**
   * The number of the word of ASCII letters, digits and underscores at [start, end) of `text`, in either case; `hash` is
   * `mix` over its units in lower case.
   */
  ofAscii(text: string, start: number, end: number, hash: number): number {
    const mask = this.#slots.length - 1;
    const length = end - start;
    let slot = (hash ^ (hash >>> 15)) & mask;
    for (let probe = 0; probe < PROBES_MAX; probe++, slot = (slot + 1) & mask) {
      const held = this.#slots[slot] as number;
      if (held === 0) return this.#enter(text.slice(start, end).toLowerCase(), slot, hash);
      const number = held - 1;
      if (this.#hashes[number] !== hash) continue;
      const to = this.#ends[number] as number;
      const from = to - length;
      if (from !== (number === 0 ? 0 : (this.#ends[number - 1] as number))) continue;
      let k = 0;
      while (k < length && lowerAscii(text.charCodeAt(start + k)) === this.#units[from + k]) k++;
      if (k === length) return number;
    }
    return this.of(text.slice(start, end).toLowerCase());
  }

  #enter(word: string, slot: number, hash: number): number {
    // A word that came while its place was crowded stays where it is.
    const elsewhere = this.#others.get(word);
    if (elsewhere !== undefined) return elsewhere;
    if (this.#used + word.length > this.#units.length) {
      const larger = new Uint8Array(2 * (this.#used + word.length));
      larger.set(this.#units);
      this.#units = larger;
    }
    for (let k = 0; k < word.length; k++) this.#units[this.#used + k] = word.charCodeAt(k);
    this.#used += word.length;
    const number = this.#add(word);
    this.#hashes[number] = hash;
    this.#slots[slot] = number + 1;
    if (++this.#slotted * 2 > this.#slots.length) this.#grow();
    return number;
  }

  #add(word: string): number {
    const number = this.words.length;
    this.words.push(word);
    if (number >= this.#ends.length) {
      const hashes = new Int32Array(this.#hashes.length * 2);
      hashes.set(this.#hashes);
      this.#hashes = hashes;
      const ends = new Uint32Array(this.#ends.length * 2);
      ends.set(this.#ends);
      this.#ends = ends;
    }
    this.#ends[number] = this.#used;
    return number;
  }

  #grow(): void {
    const old = this.#slots;
    const slots = new Int32Array(old.length * 2);
    const mask = slots.length - 1;
    for (const held of old) {
      if (held === 0) continue;
      const hash = this.#hashes[held - 1] as number;
      let slot = (hash ^ (hash >>> 15)) & mask;
      let probe = 0;
      while (probe < PROBES_MAX && slots[slot] !== 0) {
        probe++;
        slot = (slot + 1) & mask;
      }
      if (probe < PROBES_MAX) slots[slot] = held;
      else this.#others.set(this.words[held - 1] as string, held - 1);
    }
    this.#slots = slots;
  }
}

/** Adds a unit to a hash (FNV-1a). */
export const mix = (hash: number, unit: number): number => Math.imul(hash ^ unit, 0x01000193);
export const HASH_START: number = 0x811c9dc5 | 0;
