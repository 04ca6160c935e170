// What a pickle memorises. Picklers memorise nearly every value and look few up again, so what only the memo holds is put
// away in eight bytes: a text by where it stands, a result or a name by its number, a container without names inside by
// its depth alone. Handles of values are positive; -1 is an empty place; what is put away is below that.
/** What a number stands for. */
export interface MemoValue {
  readonly tag: number;
  readonly at: number;
  readonly count: number;
}

const CHUNK_BITS = 16;
const CHUNK = 1 << CHUNK_BITS;
/** Most files are small: the first chunk begins so and grows. */
const FIRST_CHUNK = 64;
const EMPTY = -1;
/** A place in the map for indices that lie far apart, about. */
const SPARSE_BYTES = 100;
/** Longer texts are few for the bytes that they take, and stay. */
const LENGTH_MAX = 1 << 12;
const TAGS = 8;
const OFFSET_MAX = 2 ** 37;

export class Memo {
  count = 0;
  /** Places written or read since the last collection: only they can hold values that are not put away. */
  fresh: Float64Array = new Float64Array(FIRST_CHUNK);
  freshCount = 0;
  readonly #chunks: Float64Array[] = [];
  #sparse: Map<number, number> | undefined;

  get bytes(): number {
    const first = this.#chunks[0]?.length ?? 0;
    const chunks = first + Math.max(0, this.#chunks.length - 1) * CHUNK;
    return (chunks + this.fresh.length) * 8 + (this.#sparse?.size ?? 0) * SPARSE_BYTES;
  }

  /** A handle, or a value that was put away; -1 where there is none. */
  get(index: number): number {
    const chunk = this.#chunks[Math.floor(index / CHUNK)];
    return chunk ? (chunk[index % CHUNK] ?? EMPTY) : (this.#sparse?.get(index) ?? EMPTY);
  }

  /** False where the index lies far behind what is memorised so far. */
  set(index: number, handle: number): boolean {
    if (this.freshCount === this.fresh.length) {
      const next = new Float64Array(this.freshCount * 2);
      next.set(this.fresh);
      this.fresh = next;
    }
    this.fresh[this.freshCount++] = index;
    const at = Math.floor(index / CHUNK);
    if (at < this.#chunks.length || index <= 4 * (this.count + 1024)) {
      while (this.#chunks.length <= at) this.#add();
      let chunk = this.#chunks[at] as Float64Array;
      if (index % CHUNK >= chunk.length) chunk = this.#grow(index);
      if (chunk[index % CHUNK] === EMPTY) this.count++;
      chunk[index % CHUNK] = handle;
      return true;
    }
    this.#sparse ??= new Map();
    if (!this.#sparse.has(index)) this.count++;
    this.#sparse.set(index, handle);
    return false;
  }

  /** Puts another value in a place that is written, which is not news. */
  replace(index: number, value: number): void {
    const chunk = this.#chunks[Math.floor(index / CHUNK)];
    if (chunk) chunk[index % CHUNK] = value;
    else this.#sparse?.set(index, value);
  }

  /** The first chunk, with room for this index. */
  #grow(index: number): Float64Array {
    const old = this.#chunks[0] as Float64Array;
    let { length } = old;
    while (length <= index) length *= 4;
    const chunk = new Float64Array(Math.min(CHUNK, length)).fill(EMPTY);
    chunk.set(old);
    this.#chunks[0] = chunk;
    return chunk;
  }

  #add(): void {
    const first = this.#chunks.length * CHUNK;
    // All but the first are whole: by then there is enough to fill them.
    if (first === CHUNK && this.#chunks[0]?.length !== CHUNK) this.#grow(CHUNK - 1);
    const chunk = new Float64Array(first === 0 && !this.#sparse ? FIRST_CHUNK : CHUNK).fill(EMPTY);
    for (const [index, value] of this.#sparse ?? [])
      if (index >= first && index < first + CHUNK) {
        chunk[index - first] = value;
        this.#sparse?.delete(index);
      }
    this.#chunks.push(chunk);
  }
}

/** A value in one number below -1; 0 where it does not fit. */
export function putAway(tag: number, at: number, count: number): number {
  if (at >= OFFSET_MAX || count >= LENGTH_MAX) return 0;
  return -2 - ((at * LENGTH_MAX + count) * TAGS + tag);
}

export function takenOut(value: number): MemoValue {
  const code = -2 - value;
  const rest = Math.floor(code / TAGS);
  return { tag: code % TAGS, at: Math.floor(rest / LENGTH_MAX), count: rest % LENGTH_MAX };
}
