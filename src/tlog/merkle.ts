// Merkle trees of RFC 6962 (section 2.1) over SHA-256: roots, inclusion and consistency proofs, and their checks. A tree
// is known by a function that reads the hash of a complete subtree, so that a log of any length costs its logarithm.
// Sizes are plain integers below 2^53. A proof comes from another machine: checking one never throws, it says no.
import { createHash } from "node:crypto";
import { assert } from "../base/assert.ts";

export const HASH_BYTES = 32;
const LEAF = Uint8Array.of(0);
const NODE = Uint8Array.of(1);

export const leafHash = (data: Uint8Array): Buffer => createHash("sha256").update(LEAF).update(data).digest();
export const nodeHash = (left: Uint8Array, right: Uint8Array): Buffer =>
  createHash("sha256").update(NODE).update(left).update(right).digest();
export const EMPTY_ROOT: Buffer = createHash("sha256").digest();

/** The hash of the complete subtree of 2^level leaves that begins at leaf `index * 2^level`. */
export type ReadHash = (level: number, index: number) => Uint8Array;

/** Takes leaf hashes in order and knows the root of what it took; holds one hash for each level. */
export class MerkleFold {
  readonly #stack: { readonly level: number; readonly hash: Uint8Array }[] = [];
  #size = 0;

  get size(): number {
    return this.#size;
  }

  /** `onNode` is told of every subtree that becomes complete, the leaf included. */
  push(leaf: Uint8Array, onNode?: (level: number, index: number, hash: Uint8Array) => void): void {
    let node = { level: 0, hash: Uint8Array.from(leaf) as Uint8Array };
    onNode?.(0, this.#size, node.hash);
    for (let last = this.#stack.at(-1); last?.level === node.level; last = this.#stack.at(-1)) {
      this.#stack.pop();
      node = { level: node.level + 1, hash: nodeHash(last.hash, node.hash) };
      onNode?.(node.level, Math.floor(this.#size / 2 ** node.level), node.hash);
    }
    this.#stack.push(node);
    this.#size++;
  }

  root(): Buffer {
    const [last, ...rest] = this.#stack.toReversed();
    if (!last) return EMPTY_ROOT;
    return Buffer.from(rest.reduce((hash, { hash: left }) => nodeHash(left, hash), last.hash));
  }
}

/** The largest power of two below `n`, for n of at least 2. */
function below(n: number): number {
  let k = 1;
  while (k * 2 < n) k *= 2;
  return k;
}

function subtree(from: number, to: number, read: ReadHash): Uint8Array {
  const size = to - from;
  assert(size > 0, "an empty subtree has no hash");
  const level = Math.round(Math.log2(size));
  if (2 ** level === size && from % size === 0) return read(level, from / size);
  const split = from + below(size);
  return nodeHash(subtree(from, split, read), subtree(split, to, read));
}

export const treeRoot = (size: number, read: ReadHash): Uint8Array =>
  size === 0 ? EMPTY_ROOT : subtree(0, size, read);

/** Hashes from the leaf's sibling up. */
export function inclusionProof(index: number, size: number, read: ReadHash): Uint8Array[] {
  assert(index >= 0 && index < size, "the leaf is in the tree");
  const path = (from: number, to: number): Uint8Array[] => {
    if (to - from === 1) return [];
    const split = from + below(to - from);
    return index < split
      ? [...path(from, split), subtree(split, to, read)]
      : [...path(split, to), subtree(from, split, read)];
  };
  return path(0, size);
}

/** Proves that the tree of `size` begins with the tree of `older`. */
export function consistencyProof(older: number, size: number, read: ReadHash): Uint8Array[] {
  assert(older > 0 && older <= size, "the older tree is no larger, and not empty");
  const path = (m: number, from: number, to: number, whole: boolean): Uint8Array[] => {
    if (m === to) return whole ? [] : [subtree(from, to, read)];
    const split = from + below(to - from);
    return m <= split
      ? [...path(m, from, split, whole), subtree(split, to, read)]
      : [...path(m, split, to, false), subtree(from, split, read)];
  };
  return path(older, 0, size, true);
}

const same = (a: Uint8Array, b: Uint8Array): boolean => a.length === HASH_BYTES && Buffer.compare(a, b) === 0;
const sound = (size: number): boolean => Number.isSafeInteger(size) && size >= 0;

/** RFC 9162, section 2.1.3.2. */
export function provesInclusion(
  proof: readonly Uint8Array[],
  leaf: Uint8Array,
  index: number,
  size: number,
  root: Uint8Array,
): boolean {
  if (!sound(index) || !sound(size) || index >= size || proof.length > 64) return false;
  let fn = index;
  let sn = size - 1;
  let hash = leaf;
  for (const step of proof) {
    if (sn === 0 || step.length !== HASH_BYTES) return false;
    if (fn % 2 === 1 || fn === sn) {
      hash = nodeHash(step, hash);
      while (fn % 2 === 0 && fn !== 0) {
        fn = Math.floor(fn / 2);
        sn = Math.floor(sn / 2);
      }
    } else hash = nodeHash(hash, step);
    fn = Math.floor(fn / 2);
    sn = Math.floor(sn / 2);
  }
  return sn === 0 && same(hash, root);
}

/** RFC 9162, section 2.1.4.2. A tree is consistent with itself and with the empty tree, by an empty proof. */
export function provesConsistency(
  proof: readonly Uint8Array[],
  older: number,
  olderRoot: Uint8Array,
  size: number,
  root: Uint8Array,
): boolean {
  if (!sound(older) || !sound(size) || older > size || proof.length > 64) return false;
  if (older === 0) return proof.length === 0 && same(olderRoot, EMPTY_ROOT);
  if (older === size) return proof.length === 0 && same(olderRoot, root);
  const power = 2 ** Math.round(Math.log2(older)) === older;
  const [first, ...rest] = power ? [olderRoot, ...proof] : proof;
  if (!first || proof.some((step) => step.length !== HASH_BYTES)) return false;
  let fn = older - 1;
  let sn = size - 1;
  while (fn % 2 === 1) {
    fn = Math.floor(fn / 2);
    sn = Math.floor(sn / 2);
  }
  let fr = first;
  let sr = first;
  for (const step of rest) {
    if (sn === 0) return false;
    if (fn % 2 === 1 || fn === sn) {
      fr = nodeHash(step, fr);
      sr = nodeHash(step, sr);
      while (fn % 2 === 0 && fn !== 0) {
        fn = Math.floor(fn / 2);
        sn = Math.floor(sn / 2);
      }
    } else sr = nodeHash(sr, step);
    fn = Math.floor(fn / 2);
    sn = Math.floor(sn / 2);
  }
  return sn === 0 && same(fr, olderRoot) && same(sr, root);
}
