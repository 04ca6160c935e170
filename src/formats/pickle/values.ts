// The values of the pickle machine, in typed arrays: a number (a handle) for each, nothing of their content. Small whole
// numbers are their own handle; texts are where they stand in the file. A list or dictionary keeps its first few items:
// enough for operands and settings of a class, constant for a million numbers.

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
} as const;

/** Items that a container keeps. */
export const KEPT_MAX = 64;

export const isSmall = (handle: number): boolean => (handle & 1) === 1;
export const small = (value: number): number => (value << 1) | 1;
export const SMALL_MAX: number = 2 ** 29;

const FIXED = 4;

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
    return this.size * 33 + this.keptSize * 4 + this.#textBytes;
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

  /** The kept items of a container. */
  items(handle: number): Int32Array {
    const id = handle >> 1;
    const start = this.at[id] as number;
    return this.kept.subarray(start, start + (this.count[id] as number));
  }

  isContainer(handle: number): boolean {
    const kind = this.kind(handle);
    return kind >= Kind.Tuple && kind <= Kind.Set;
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
