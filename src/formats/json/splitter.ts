// Finds records in a stream of JSON without parsing it: the items of the list or object at a path, wherever it occurs, or
// the values that follow each other in the file. Holds one buffer; an item longer than the limit is passed by in pieces.
// It tracks only strings and nesting, so what is broken inside an item is found when the item is parsed.
import type { Limits } from "../../base/limits.ts";
import { afterSpace, afterString, CLASS, COMMA, CUT_ESCAPE, keyText, OPEN_LIST, OPEN_OBJECT } from "./cursor.ts";
import { sameStep } from "./layout.ts";
import { BATCH_BYTES } from "./lines.ts";
import { countLines, Spans } from "./spans.ts";

export interface Target {
  /** Keys that lead to the container. */
  readonly path: readonly string[];
  /** `values`: no container, the file's own values. */
  readonly container: "array" | "object" | "values";
}

export interface ItemPiece {
  /** Every byte of the text lies in exactly one piece, in order. Valid until the next one is asked for. */
  readonly bytes: Buffer;
  /** Bytes of the text before this piece, and the line number of its first byte. */
  readonly offset: number;
  readonly line: number;
  readonly starts: Uint32Array;
  readonly ends: Uint32Array;
  /** FIRST of its container, OVERLONG though the buffer holds it, or both, for each item. */
  readonly marks: Uint8Array;
  /** Bytes at the front that belong to an overlong item of an earlier piece. */
  readonly tail: number;
  /** Where an overlong item begins that does not end in this piece; -1 for none. */
  readonly overlongAt: number;
  readonly overlongIsFirst: boolean;
  /** The white space between two items is cut here, for want of room. */
  readonly gapCut: boolean;
}

export const FIRST = 1;
export const OVERLONG = 2;

// A key that is longer leads nowhere.
const KEY_BYTES_MAX = 64 * 1024;
const GAP_BYTES = 64 * 1024;

export class Splitter {
  restLost = false;
  /** Values at the top of the file; text there that is none. */
  values = 0;
  stray = false;
  /** Commas with no item before or after them. */
  gaps = 0;
  /** The text ended inside a value. */
  cut = false;
  readonly #target: Target;
  readonly #limits: Limits;
  readonly #opener: number;
  readonly #loose: boolean;
  readonly #spans = new Spans();
  // The state between two bytes; positions are in the buffer, -1 for none.
  #inside: boolean;
  #inString = false;
  #escaped = false;
  // Inside a container: nesting within it, the item begun, whether one is due, whether an overlong one is passing by.
  #depth = 0;
  #itemStart = -1;
  #itemEnd = 0;
  #isFirst = true;
  #afterComma = false;
  #skipping = false;
  #tail = 0;
  // Outside: nesting, how many of those objects lie on the path, whether the value to come is the next on the path.
  #outerDepth = 0;
  #onPath = 0;
  #leads = true;
  #keyNext = false;
  #keyStart = -1;
  #restFrom = 0;
  #restHeld: Buffer = Buffer.alloc(0);
  #restBytes = 0;

  constructor(target: Target, limits: Limits) {
    this.#target = target;
    this.#limits = limits;
    this.#opener = target.container === "object" ? OPEN_OBJECT : OPEN_LIST;
    this.#loose = target.container === "values";
    this.#inside = this.#loose;
  }

  async *split(chunks: AsyncIterable<Uint8Array>, sizeBytes?: number): AsyncGenerator<ItemPiece> {
    const room = Math.max(1, Math.min(BATCH_BYTES, (sizeBytes ?? BATCH_BYTES) + 1));
    // An item may fill the buffer beside the white space before it.
    const roomMax = Math.max(room, this.#limits.recordBytesMax + GAP_BYTES);
    let held = Buffer.allocUnsafeSlow(room);
    let length = 0;
    let offset = 0;
    let line = 1;
    const piece = (to: number, overlongAt = -1, gapCut = false): ItemPiece => {
      const bytes = held.subarray(0, to);
      const made: ItemPiece = {
        bytes,
        offset,
        line,
        starts: this.#spans.starts,
        ends: this.#spans.ends,
        marks: this.#spans.marks,
        tail: this.#skipping ? to : this.#tail,
        overlongAt,
        overlongIsFirst: overlongAt >= 0 && this.#isFirst,
        gapCut,
      };
      offset += to;
      line += countLines(bytes);
      return made;
    };
    for await (const chunk of chunks) {
      for (let taken = 0; taken < chunk.length;) {
        const n = Math.min(chunk.length - taken, held.length - length);
        held.set(chunk.subarray(taken, taken + n), length);
        this.#scan(held, length, length + n);
        length += n;
        taken += n;
        if (length < held.length) continue;
        let cut = this.#cutAt(length);
        if (cut === 0 && held.length < roomMax) {
          const wider = Buffer.allocUnsafeSlow(Math.min(roomMax, held.length * 2));
          held.copy(wider, 0, 0, length);
          held = wider;
          continue;
        }
        if (cut > 0) yield piece(cut);
        else {
          cut = length;
          this.#keyStart = -1;
          const begun = this.#itemStart >= 0;
          yield piece(cut, this.#itemStart, !begun && this.#inside);
          if (begun) {
            this.#skipping = true;
            this.#isFirst = false;
          }
        }
        held.copyWithin(0, cut, length);
        length -= cut;
        this.#moved(cut);
        if (held.length > room && length < room) {
          const narrower = Buffer.allocUnsafeSlow(room);
          held.copy(narrower, 0, 0, length);
          held = narrower;
        }
      }
    }
    this.#finish(length);
    if (length > 0) yield piece(length);
  }

  /** The text outside the items, cut at `documentBytesMax`. */
  get rest(): Buffer {
    return this.#restHeld.subarray(0, this.#restBytes);
  }

  /** Everything before this index can leave the buffer. The gap before an item stays with it, unless it is the first. */
  #cutAt(length: number): number {
    if (this.#inside && this.#skipping) return length;
    if (this.#spans.count > 0) return this.#spans.lastEnd;
    if (!this.#inside) return this.#keyStart >= 0 ? this.#keyStart : length;
    if (this.#isFirst) return this.#itemStart >= 0 ? this.#itemStart : length;
    return this.#tail;
  }

  #moved(by: number): void {
    this.#spans.clear();
    this.#tail = Math.max(0, this.#tail - by);
    if (this.#itemStart >= 0) this.#itemStart = Math.max(0, this.#itemStart - by);
    this.#itemEnd = Math.max(0, this.#itemEnd - by);
    if (this.#keyStart >= 0) this.#keyStart -= by;
    this.#restFrom = Math.max(0, this.#restFrom - by);
  }

  #scan(bytes: Buffer, from: number, to: number): void {
    for (let at = from; at < to;)
      at = this.#inside ? this.#scanInside(bytes, at, to) : this.#scanOutside(bytes, at, to);
    if (!this.#inside) this.#keep(bytes, to);
  }

  /** The index after the string that goes on at `from`; -1 while it does not end. */
  #string(bytes: Buffer, from: number, to: number): number {
    if (this.#escaped) {
      if (from >= to) return -1;
      from++;
      this.#escaped = false;
    }
    const end = afterString(bytes, from, to);
    this.#inString = end < 0;
    this.#escaped = end === CUT_ESCAPE;
    return end < 0 ? -1 : end;
  }

  #scanInside(bytes: Buffer, from: number, to: number): number {
    let at = from;
    let depth = this.#depth;
    while (at < to) {
      const byte = bytes[at] as number;
      const kind = this.#inString ? 1 : (CLASS[byte] as number);
      if (depth > 0 && kind === 0) {
        at++;
        continue;
      }
      if (kind === 1) {
        if (!this.#inString && this.#itemStart < 0) this.#itemStart = at;
        at = this.#string(bytes, this.#inString ? at : at + 1, to);
        if (at < 0) break;
        if (depth === 0) this.#ended(at);
      } else if (depth > 0) {
        at++;
        if (kind === 2) depth++;
        else if (--depth === 0) this.#ended(at);
      } else if (byte <= 32) {
        if (this.#loose) this.#complete();
        at = afterSpace(bytes, at + 1, to);
      } else if (byte === COMMA) {
        if (this.#itemStart < 0 && (!this.#loose || this.#afterComma)) this.gaps++;
        this.#complete();
        this.#afterComma = true;
        at++;
      } else if (kind === 3 && !this.#loose) {
        if (this.#itemStart < 0 && this.#afterComma) this.gaps++;
        this.#complete();
        this.#inside = false;
        this.#restFrom = at;
        at++;
        break;
      } else {
        if (this.#itemStart < 0) this.#itemStart = at;
        at++;
        if (kind === 2) depth++;
        else this.#itemEnd = at;
      }
    }
    this.#depth = depth;
    return at < 0 ? to : at;
  }

  /** A nested value or a string ended at the level of the items. */
  #ended(at: number): void {
    this.#itemEnd = at;
    if (this.#loose) this.#complete();
  }

  #complete(): void {
    if (this.#itemStart < 0) return;
    if (this.#skipping) {
      this.#skipping = false;
      this.#tail = this.#itemEnd;
    } else {
      const overlong = this.#itemEnd - this.#itemStart > this.#limits.recordBytesMax ? OVERLONG : 0;
      this.#spans.add(this.#itemStart, this.#itemEnd, overlong | (this.#isFirst ? FIRST : 0));
    }
    this.#isFirst = false;
    this.#afterComma = false;
    this.#itemStart = -1;
  }

  #scanOutside(bytes: Buffer, from: number, to: number): number {
    const { path } = this.#target;
    for (let at = from; at < to;) {
      const byte = bytes[at] as number;
      const here = this.#outerDepth === this.#onPath;
      if (this.#inString || byte === 0x22) {
        if (!this.#inString) {
          if (here && this.#onPath > 0 && this.#keyNext) this.#keyStart = at;
          if (this.#outerDepth === 0) this.stray = true;
          at++;
        }
        at = this.#string(bytes, at, to);
        if (this.#keyStart >= 0 && (at < 0 ? to : at) - this.#keyStart > KEY_BYTES_MAX) this.#keyStart = -1;
        if (at < 0) return to;
        if (here && this.#onPath > 0 && this.#keyNext) {
          const key = this.#keyStart >= 0 ? keyText(bytes.subarray(this.#keyStart, at)) : undefined;
          this.#leads = key !== undefined && sameStep(path[this.#onPath - 1] as string, key);
          this.#keyNext = false;
          this.#keyStart = -1;
        }
        continue;
      }
      at++;
      const kind = CLASS[byte];
      if (kind === 2) {
        if (this.#outerDepth === 0) this.values++;
        if (here && this.#leads && this.#onPath === path.length && byte === this.#opener) {
          this.#keep(bytes, at);
          this.#inside = true;
          this.#isFirst = true;
          this.#afterComma = false;
          this.#leads = this.#onPath === 0;
          return at;
        }
        this.#outerDepth++;
        if (here && this.#leads && this.#onPath < path.length && byte === OPEN_OBJECT) {
          this.#onPath++;
          this.#keyNext = true;
        }
        this.#leads = false;
      } else if (kind === 3) {
        if (this.#outerDepth === 0) this.stray = true;
        else this.#outerDepth--;
        this.#onPath = Math.min(this.#onPath, this.#outerDepth);
        this.#leads = this.#onPath === 0 && this.#outerDepth === 0;
      } else if (byte === COMMA && here && this.#onPath > 0) {
        this.#keyNext = true;
        this.#leads = false;
      } else if (this.#outerDepth === 0 && byte > 32) this.stray = true;
    }
    return to;
  }

  /** Takes the text up to `to` into the rest. Whoever wrote the file chooses how much that is (CWE-770). */
  #keep(bytes: Buffer, to: number): void {
    if (this.#restFrom === to) return;
    if (this.#restBytes >= this.#limits.documentBytesMax) {
      this.restLost = true;
      this.#restFrom = to;
      return;
    }
    const part = bytes.subarray(
      this.#restFrom,
      Math.min(to, this.#restFrom + this.#limits.documentBytesMax - this.#restBytes),
    );
    if (this.#restBytes + part.length > this.#restHeld.length) {
      const wider = Buffer.allocUnsafeSlow(Math.max(1024, 2 * (this.#restBytes + part.length)));
      this.#restHeld.copy(wider, 0, 0, this.#restBytes);
      this.#restHeld = wider;
    }
    this.#restHeld.set(part, this.#restBytes);
    this.#restBytes += part.length;
    if (part.length < to - this.#restFrom) this.restLost = true;
    this.#restFrom = to;
  }

  #finish(length: number): void {
    const open = this.#depth > 0 || this.#inString;
    this.cut = this.#loose ? open : this.#inside || this.#outerDepth > 0 || this.#inString;
    if (!this.#inside || this.#itemStart < 0) return;
    if (open) this.#itemEnd = length;
    this.#complete();
  }
}
