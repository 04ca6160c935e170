// The values of the pickle machine, in typed arrays: a number (a handle) for each, nothing of their content. Small whole
// numbers are their own handle; texts are where they stand in the file. A list or dictionary keeps its first few items:
// enough for operands and settings of a class, constant for a million numbers.

import { putAway, type MemoValue } from "./memo.ts";

export const NONE = 0;
export const TRUE = 2;
export const FALSE = 4;
/** Any other value without an inside: a float, a long, an ellipsis. */
export const NUMBER = 6;

export const Kind = {
  None: 0,
  True: 1,
  False: 2,
  Number: 3,
  /** Text or bytes in the file: `at` is the offset, `count` the length. */
  Text: 4,
  Bytes: 5,
  /** Text that stands in the file in another spelling: `at` is an index into `texts`. */
  Spelled: 6,
  Tuple: 7,
  List: 8,
  Dict: 9,
  Set: 10,
  /** `at` is an index into the machine's names. */
  Global: 11,
  /** What an operation gives: `at` is its index. */
  Result: 12,
  /** What a loader makes of a persistent id: `at` is the handle of the id. */
  Persistent: 13,
  /** A container that was put away: of what it holds only depth and size are known. */
  Forgotten: 14,
} as const;

/** What the memo puts away, by tag: `at` and `count` as above; of a container its depth and its size as a power. */
const TAG_KINDS = [Kind.Text, Kind.Bytes, Kind.Result, Kind.Global, Kind.Forgotten] as const;
const FORGOTTEN_TAG = 4;
const KIND_TAGS = Int8Array.from({ length: 16 }, (_, kind) =>
  kind >= Kind.Tuple && kind <= Kind.Set ? FORGOTTEN_TAG : TAG_KINDS.indexOf(kind as (typeof TAG_KINDS)[number]),
);
/** Steps between powers of two in which the size of what is forgotten is kept. */
const SIZE_STEPS = 8;
/** Of small sizes, which most are. */
const SIZES = Uint8Array.from({ length: 256 }, (_, size) => Math.floor(Math.log2(Math.max(1, size)) * SIZE_STEPS));

/** Items that a container keeps. */
export const KEPT_MAX = 64;

export const isSmall = (handle: number): boolean => (handle & 1) === 1;
export const small = (value: number): number => (value << 1) | 1;
export const SMALL_MAX: number = 2 ** 29;

const FIXED = 4;
/** The handle of the first value that is no constant. */
export const FIRST: number = FIXED << 1;

export class Values {
  size: number = FIXED;
  kinds: Uint8Array = Uint8Array.of(Kind.None, Kind.True, Kind.False, Kind.Number, 0, 0, 0, 0);
  at: Float64Array = new Float64Array(8);
  count: Int32Array = new Int32Array(8);
  /** How deep containers nest below it, and how many values it would be written out in full. */
  depth: Int32Array = new Int32Array(8);
  written: Float64Array = new Float64Array(8).fill(1);
  /** Handles of kept items, a run for each container. */
  kept: Int32Array = new Int32Array(64);
  keptSize = 0;
  readonly texts: string[] = [];
  #textBytes = 0;

  /** Bytes held, about. */
  get bytes(): number {
    return this.kinds.length * 25 + this.kept.length * 4 + this.#textBytes;
  }

  add(kind: number, at: number, count: number): number {
    const id = this.size++;
    if (id >= this.kinds.length) this.#grow();
    this.kinds[id] = kind;
    this.at[id] = at;
    this.count[id] = count;
    this.depth[id] = 0;
    this.written[id] = 1;
    return id << 1;
  }

  spelled(text: string): number {
    this.texts.push(text);
    this.#textBytes += 2 * text.length + 64;
    return this.add(Kind.Spelled, this.texts.length - 1, text.length);
  }

  kind(handle: number): number {
    return (handle & 1) === 1 ? Kind.Number : (this.kinds[handle >> 1] as number);
  }

  /** A container of the handles [from, to) of a stack. */
  container(kind: number, stack: Int32Array, from: number, to: number): number {
    const handle = this.add(kind, this.keptSize, 0);
    this.fill(handle, stack, from, to);
    return handle;
  }

  /** Puts more items into a container. */
  fill(container: number, stack: Int32Array, from: number, to: number): void {
    this.#weigh(container, stack, from, to);
    const id = container >> 1;
    if (this.kinds[id] === Kind.Forgotten) return;
    const had = this.count[id] as number;
    const more = Math.min(KEPT_MAX - had, to - from);
    if (more <= 0) return;
    let start = this.at[id] as number;
    this.#room(had + more);
    if (had > 0 && start + had !== this.keptSize) {
      this.kept.copyWithin(this.keptSize, start, start + had);
      start = this.keptSize;
      this.keptSize += had;
    } else if (had === 0) start = this.keptSize;
    for (let i = 0; i < more; i++) this.kept[this.keptSize++] = stack[from + i] as number;
    this.at[id] = start;
    this.count[id] = had + more;
  }

  /** How deep a container nests and how much it holds, with more items. */
  #weigh(container: number, stack: Int32Array, from: number, to: number): void {
    const id = container >> 1;
    let depth = this.depth[id] as number;
    let written = this.written[id] as number;
    for (let i = from; i < to; i++) {
      const item = stack[i] as number;
      if ((item & 1) === 1) {
        written++;
        continue;
      }
      const below = (this.depth[item >> 1] as number) + 1;
      if (below > depth) depth = below;
      written += this.written[item >> 1] as number;
    }
    this.depth[id] = depth;
    this.written[id] = written;
  }

  /** The kept items of a container. */
  items(handle: number): Int32Array {
    const id = handle >> 1;
    const start = this.at[id] as number;
    return this.kept.subarray(start, start + (this.count[id] as number));
  }

  /** A value as one number below -1; 0 where it has to stay. */
  away(handle: number): number {
    const id = handle >> 1;
    const tag = KIND_TAGS[this.kinds[id] as number] as number;
    if (tag < 0) return 0;
    if (tag < FORGOTTEN_TAG) return putAway(tag, this.at[id] as number, this.count[id] as number);
    const written = this.written[id] as number;
    const size = written < SIZES.length ? (SIZES[written] as number) : Math.floor(Math.log2(written) * SIZE_STEPS);
    return putAway(tag, this.depth[id] as number, size);
  }

  /** Makes a value again of what was put away. */
  again({ tag, at, count }: MemoValue): number {
    const kind = TAG_KINDS[tag] as number;
    if (kind !== Kind.Forgotten) return this.add(kind, at, count);
    const handle = this.add(kind, 0, 0);
    this.depth[handle >> 1] = at;
    this.written[handle >> 1] = 2 ** (count / SIZE_STEPS);
    return handle;
  }

  /** Which values `roots` reach: 1 at their ids. */
  reached(roots: Iterable<number>): Uint8Array {
    const marks = new Uint8Array(this.size);
    const open: number[] = [];
    const reach = (handle: number): void => {
      if ((handle & 1) === 1 || marks[handle >> 1] === 1) return;
      marks[handle >> 1] = 1;
      open.push(handle);
    };
    for (const root of roots) reach(root);
    for (let handle = open.pop(); handle !== undefined; handle = open.pop()) {
      if (this.kind(handle) === Kind.Persistent) reach(this.at[handle >> 1] as number);
      else if (this.isContainer(handle)) for (const item of this.items(handle)) reach(item);
    }
    return marks;
  }

  /** Drops all values but those that `roots` reach. Gives the new handle of each id; -1 for what is gone. */
  collect(roots: Iterable<number>): Int32Array {
    const marks = this.reached(roots);
    const renamed = new Int32Array(this.size).fill(-1);
    let size = FIXED;
    for (let id = FIXED; id < this.size; id++) if (marks[id] === 1) renamed[id] = size++ << 1;
    for (let id = 0; id < FIXED; id++) renamed[id] = id << 1;
    const again = (handle: number): number => ((handle & 1) === 1 ? handle : (renamed[handle >> 1] as number));
    let room = 0;
    for (let id = FIXED; id < this.size; id++)
      if (renamed[id] !== -1 && this.isContainer(id << 1)) room += this.count[id] as number;
    const kept = new Int32Array(room + 1024);
    let keptSize = 0;
    for (let id = FIXED; id < this.size; id++) {
      const to = (renamed[id] as number) >> 1;
      if (renamed[id] === -1) continue;
      const kind = this.kinds[id] as number;
      let at = this.at[id] as number;
      if (kind === Kind.Persistent) at = again(at);
      else if (this.isContainer(id << 1)) {
        const items = this.items(id << 1);
        at = keptSize;
        for (const item of items) kept[keptSize++] = again(item);
      }
      this.kinds[to] = kind;
      this.at[to] = at;
      this.count[to] = this.count[id] as number;
      this.depth[to] = this.depth[id] as number;
      this.written[to] = this.written[id] as number;
    }
    this.kept = kept;
    this.keptSize = keptSize;
    this.size = size;
    return renamed;
  }

  isContainer(handle: number): boolean {
    const kind = this.kind(handle);
    return (kind >= Kind.Tuple && kind <= Kind.Set) || kind === Kind.Forgotten;
  }

  #room(count: number): void {
    if (this.keptSize + count + KEPT_MAX <= this.kept.length) return;
    const next = new Int32Array((this.kept.length + count + KEPT_MAX) * 2);
    next.set(this.kept);
    this.kept = next;
  }

  #grow(): void {
    const length = this.kinds.length * 2;
    const grown = <T extends Uint8Array | Int32Array | Float64Array>(old: T, next: T): T => {
      next.set(old);
      return next;
    };
    this.kinds = grown(this.kinds, new Uint8Array(length));
    this.at = grown(this.at, new Float64Array(length));
    this.count = grown(this.count, new Int32Array(length));
    this.depth = grown(this.depth, new Int32Array(length));
    this.written = grown(this.written, new Float64Array(length));
  }
}
