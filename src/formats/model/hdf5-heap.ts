// The heaps of HDF5 (specification 3.0, sections III.D to III.G) and the trees that find things in them: names of old
// groups, texts of variable length, and the links and attributes of objects that have many.
import { Hdf5Fault, type Cursor, type Hdf5Bytes } from "./hdf5-bytes.ts";

/** Nodes of one tree, rows of one heap (CWE-674, CWE-770). */
const NODES_MAX = 100_000;
const DEPTH_MAX = 32;
const RECORDS_MAX = 1_000_000;

/** The data of a local heap: names at offsets. */
export async function localHeap(file: Hdf5Bytes, address: number): Promise<Cursor> {
  const head = await file.signed(address, "HEAP", 8 + 2 * file.lengthBytes + file.offsetBytes);
  head.skip(4);
  const size = head.length();
  head.length();
  return file.block(head.offset(), size, "a heap of names");
}

export function nameAt(heap: Cursor, offset: number): string {
  if (offset >= heap.bytes.length) throw new Hdf5Fault("malformed", "a name outside of its heap");
  heap.at = offset;
  return heap.string();
}

/** One object of a global heap. */
export async function globalObject(file: Hdf5Bytes, address: number, index: number): Promise<Cursor> {
  const head = await file.signed(address, "GCOL", 8 + file.lengthBytes);
  head.skip(4);
  const size = head.length();
  const heap = await file.block(address, size, "a global heap");
  heap.skip(8 + file.lengthBytes);
  while (heap.left >= 8 + file.lengthBytes) {
    const id = heap.number(2);
    heap.skip(6);
    const length = heap.length();
    if (id === 0) break;
    if (id === index) return heap.part(length);
    heap.skip(Math.min(heap.left, Math.ceil(length / 8) * 8));
  }
  throw new Hdf5Fault("malformed", "no object in the global heap where one should be");
}

interface FractalHeap {
  readonly idBytes: number;
  readonly filtered: boolean;
  readonly checksums: boolean;
  readonly width: number;
  readonly startBytes: number;
  readonly directMax: number;
  readonly offsetBytes: number;
  readonly lengthBytes: number;
  readonly root: number;
  readonly rows: number;
  /** The tree of objects that are too long for a block. */
  readonly huge: number;
}

async function fractalHeap(file: Hdf5Bytes, address: number): Promise<FractalHeap> {
  const { offsetBytes: o, lengthBytes: l } = file;
  const head = await file.signed(address, "FRHP", 26 + 3 * o + 12 * l);
  head.skip(1);
  const idBytes = head.number(2);
  const filters = head.number(2);
  const flags = head.byte();
  const managedMax = head.number(4);
  head.skip(l);
  const huge = head.offset();
  head.skip(l + o + 8 * l);
  const width = head.number(2);
  const startBytes = head.length();
  const directMax = head.length();
  const bits = head.number(2);
  head.skip(2);
  const root = head.offset();
  const rows = head.number(2);
  if (width === 0 || startBytes === 0 || bits > 64) throw new Hdf5Fault("malformed", "a heap of an impossible form");
  return {
    idBytes,
    filtered: filters > 0,
    checksums: (flags & 2) !== 0,
    width,
    startBytes,
    directMax,
    offsetBytes: Math.ceil(bits / 8),
    lengthBytes: Math.ceil(Math.log2(Math.max(2, Math.min(directMax, managedMax) + 1)) / 8),
    root,
    rows,
    huge,
  };
}

/** The bytes of blocks in row `row` of a doubling table. */
const rowBytes = (heap: FractalHeap, row: number): number => heap.startBytes * 2 ** Math.max(0, row - 1);

/** Where the direct block lies that holds `offset` of the heap, and where that block begins in the heap. */
async function findBlock(
  file: Hdf5Bytes,
  heap: FractalHeap,
  offset: number,
): Promise<{ readonly address: number; readonly from: number; readonly size: number }> {
  let { root: address, rows } = heap;
  if (rows === 0) return { address, from: 0, size: heap.startBytes };
  let from = 0;
  for (let depth = 0; depth < DEPTH_MAX; depth++) {
    if (rows > 64) break;
    const head = 5 + file.offsetBytes + heap.offsetBytes;
    const block = await file.signed(address, "FHIB", head + rows * heap.width * file.offsetBytes);
    block.skip(head - 4);
    let row = 0;
    let at = from;
    while (row < rows && at + rowBytes(heap, row) * heap.width <= offset) at += rowBytes(heap, row++) * heap.width;
    const size = rowBytes(heap, row);
    const column = Math.floor((offset - at) / size);
    if (row >= rows || column < 0 || column >= heap.width) break;
    address = block.skip((row * heap.width + column) * file.offsetBytes).offset();
    from = at + column * size;
    if (!file.isAddress(address)) break;
    if (size <= heap.directMax) return { address, from, size };
    rows = Math.floor(Math.log2(size / (heap.startBytes * heap.width))) + 1;
  }
  throw new Hdf5Fault("malformed", "no block in the heap where one should be");
}

/** The objects that the records of a tree name in a fractal heap: messages of links or attributes. */
export async function* heapObjects(file: Hdf5Bytes, heapAddress: number, treeAddress: number): AsyncGenerator<Cursor> {
  const heap = await fractalHeap(file, heapAddress);
  if (heap.filtered) throw new Hdf5Fault("unsupported", "a heap that is compressed");
  for await (const { record, type } of treeRecords(file, treeAddress)) {
    // Types 5 and 6 are of links, 8 and 9 of attributes; the id stands behind a hash or an order, or before it.
    if (type === 5) record.skip(4);
    else if (type === 6) record.skip(8);
    else if (type !== 8 && type !== 9) throw new Hdf5Fault("unsupported", `a tree of the type ${type}`);
    const id = record.part(Math.min(heap.idBytes, record.left));
    const flags = id.byte();
    if ((flags & 0x30) === 0x20) {
      // Small enough to stand in the id itself.
      const length = (flags & 0x0f) + 1;
      yield id.part(Math.min(length, id.left));
      continue;
    }
    if ((flags & 0x30) === 0x10) {
      yield await hugeObject(file, heap.huge, id.number(Math.min(file.lengthBytes, id.left)));
      continue;
    }
    if ((flags & 0x30) !== 0) throw new Hdf5Fault("unsupported", "an object of an unknown kind in a heap");
    const offset = id.number(Math.min(heap.offsetBytes, id.left));
    const length = id.number(Math.min(heap.lengthBytes, id.left));
    const block = await findBlock(file, heap, offset);
    yield await file.block(block.address + offset - block.from, length, "an object in a heap");
  }
}

/** An object that lies outside of its heap, by its number. */
async function hugeObject(file: Hdf5Bytes, treeAddress: number, wanted: number): Promise<Cursor> {
  for await (const { record, type } of treeRecords(file, treeAddress)) {
    if (type !== 1) break;
    const address = record.offset();
    const length = record.length();
    if (record.length() === wanted) return file.block(address, length, "a huge object");
  }
  throw new Hdf5Fault("unsupported", "a huge object in a heap");
}

async function* treeRecords(
  file: Hdf5Bytes,
  address: number,
): AsyncGenerator<{ readonly record: Cursor; readonly type: number }> {
  const head = await file.signed(address, "BTHD", 18 + file.offsetBytes + file.lengthBytes);
  head.skip(1);
  const type = head.byte();
  const nodeBytes = head.number(4);
  const recordBytes = head.number(2);
  const depth = head.number(2);
  head.skip(2);
  const root = head.offset();
  const records = head.number(2);
  if (recordBytes === 0 || depth > DEPTH_MAX) throw new Hdf5Fault("malformed", "a tree of an impossible form");
  // Records that fit into a node of each depth decide how wide the counts of its parent are.
  const leafMax = Math.floor(Math.max(0, nodeBytes - 10) / recordBytes);
  let total = 0;
  let visited = 0;
  const widths = [byteWidth(leafMax)];
  const totals = [0];
  let below = leafMax;
  for (let level = 1; level <= depth; level++) {
    const pointer = file.offsetBytes + (widths[level - 1] ?? 1) + (totals[level - 1] ?? 0);
    const max = Math.floor(Math.max(0, nodeBytes - 10 - pointer) / (recordBytes + pointer));
    below = (max + 1) * below + max;
    widths.push(byteWidth(max));
    totals.push(byteWidth(below));
  }
  const stack = [{ address: root, count: records, depth }];
  for (let node = stack.pop(); node; node = stack.pop()) {
    if (!file.isAddress(node.address)) continue;
    if (++visited > NODES_MAX) throw new Hdf5Fault("limit", `a tree of more than ${NODES_MAX} nodes`);
    const block = await file.signed(node.address, node.depth === 0 ? "BTLF" : "BTIN", nodeBytes);
    block.skip(2);
    for (let i = 0; i < node.count; i++) {
      if (++total > RECORDS_MAX) throw new Hdf5Fault("limit", `a tree of more than ${RECORDS_MAX} records`);
      yield { record: block.part(recordBytes), type };
    }
    for (let i = 0; node.depth > 0 && i <= node.count; i++) {
      const child = block.offset();
      const count = block.number(widths[node.depth - 1] ?? 1);
      if (node.depth > 1) block.skip(totals[node.depth - 1] ?? 0);
      stack.push({ address: child, count, depth: node.depth - 1 });
    }
  }
}

const byteWidth = (max: number): number => Math.floor(Math.log2(Math.max(1, max)) / 8) + 1;
