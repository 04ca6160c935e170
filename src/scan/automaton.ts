// Aho-Corasick over bytes, as one dense table: Aho and Corasick, "Efficient string matching", CACM 18(6), 1975. ASCII
// letters match in either case. One pass over the bytes finds every occurrence of every pattern, whatever their number;
// time is linear in the bytes and no input can make it slower.

import { assert } from "../base/assert.ts";

export interface Automaton {
  /** Next state, at (state << shift) | class of the byte. Two bytes a state keep the hot rows in the nearest cache. */
  readonly next: Uint16Array;
  /** Class of each byte. */
  readonly classOf: Uint8Array;
  readonly shift: number;
  /** States from this one on end a pattern. */
  readonly firstFinal: number;
  /** For final state s, the patterns that end there: `ending[s - firstFinal]`. */
  readonly ending: readonly (readonly number[])[];
}

const fold = (byte: number): number => (byte >= 0x41 && byte <= 0x5a ? byte + 0x20 : byte);

export function buildAutomaton(patterns: readonly Uint8Array[]): Automaton {
  // Bytes that no pattern holds share class 0.
  const classOf = new Uint8Array(256);
  let classes = 1;
  for (const pattern of patterns) {
    for (const byte of pattern) {
      const folded = fold(byte);
      if (classOf[folded] === 0) classOf[folded] = classes++;
    }
  }
  for (let byte = 0x41; byte <= 0x5a; byte++) classOf[byte] = classOf[fold(byte)] ?? 0;

  const children: Int32Array[] = [new Int32Array(classes).fill(-1)];
  const ends: number[][] = [[]];
  patterns.forEach((pattern, id) => {
    let node = 0;
    for (const byte of pattern) {
      const c = classOf[byte] ?? 0;
      let child = children[node]?.[c] ?? -1;
      if (child < 0) {
        child = children.length;
        children.push(new Int32Array(classes).fill(-1));
        ends.push([]);
        (children[node] as Int32Array)[c] = child;
      }
      node = child;
    }
    ends[node]?.push(id);
  });

  // Breadth first: failure links become plain transitions, and a node inherits the patterns of its failure.
  const count = children.length;
  const failure = new Int32Array(count);
  const order: number[] = [];
  const root = children[0] as Int32Array;
  for (let c = 0; c < classes; c++) {
    const child = root[c] ?? -1;
    if (child < 0) root[c] = 0;
    else order.push(child);
  }
  for (let i = 0; i < order.length; i++) {
    const node = order[i] as number;
    const own = children[node] as Int32Array;
    const back = failure[node] as number;
    ends[node]?.push(...(ends[back] ?? []));
    const fallback = children[back] as Int32Array;
    for (let c = 0; c < classes; c++) {
      const child = own[c] ?? -1;
      if (child < 0) own[c] = fallback[c] as number;
      else {
        failure[child] = fallback[c] as number;
        order.push(child);
      }
    }
  }

  // Renumber so that final states come last: the search then needs one comparison per byte.
  const number = new Int32Array(count);
  let at = 0;
  for (let node = 0; node < count; node++) if (ends[node]?.length === 0) number[node] = at++;
  const firstFinal = at;
  const ending: (readonly number[])[] = [];
  for (let node = 0; node < count; node++) {
    const list = ends[node] ?? [];
    if (list.length > 0) {
      number[node] = at++;
      ending.push([...new Set(list)].sort((a, b) => a - b));
    }
  }
  assert(count <= 0x10000, `${count} states do not fit in two bytes`);
  const shift = Math.ceil(Math.log2(classes));
  const next = new Uint16Array(count << shift);
  for (let node = 0; node < count; node++) {
    const row = children[node] as Int32Array;
    const base = (number[node] as number) << shift;
    for (let c = 0; c < classes; c++) next[base + c] = number[row[c] as number] as number;
  }
  return { next, classOf, shift, firstFinal, ending };
}
