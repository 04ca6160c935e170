// Object headers of HDF5 (specification 3.0, section IV.A), of both versions: their messages, through all continuations,
// and of these what names something: links, attributes, data that lies in other files.
import { Hdf5Fault, type Cursor, type Hdf5Bytes } from "./hdf5-bytes.ts";
import { globalObject, heapObjects, localHeap, nameAt } from "./hdf5-heap.ts";

/** Messages of one header and nodes of one group (CWE-770); continuations that lead back end here too. */
const MESSAGES_MAX = 200_000;
const CHUNKS_MAX = 10_000;
const NODES_MAX = 200_000;
/** The text of an attribute: settings of a model are a few megabytes at the most. */
const TEXT_BYTES_MAX = 32 * 1024 * 1024;

export interface Message {
  readonly type: number;
  readonly flags: number;
  readonly body: Cursor;
}

export type Link =
  | { readonly kind: "hard"; readonly name: string; readonly address: number }
  | { readonly kind: "soft"; readonly name: string; readonly path: string }
  | { readonly kind: "external"; readonly name: string; readonly file: string; readonly path: string }
  | { readonly kind: "other"; readonly name: string; readonly type: number };

export interface Attribute {
  readonly name: string;
  /** Its bytes where it is text or bytes; undefined for numbers and structures. */
  readonly bytes: Buffer | undefined;
}

export async function readMessages(file: Hdf5Bytes, address: number): Promise<Message[]> {
  const first = await file.block(address, 16, "an object header");
  return first.bytes.toString("latin1", 0, 4) === "OHDR" ? messages2(file, address) : messages1(file, first, address);
}

interface Chunk {
  readonly address: number;
  readonly length: number;
}

async function messages1(file: Hdf5Bytes, head: Cursor, address: number): Promise<Message[]> {
  if (head.byte() !== 1) throw new Hdf5Fault("malformed", "no object header where one should be");
  head.skip(1);
  const count = head.number(2);
  head.skip(4);
  const messages: Message[] = [];
  const chunks: Chunk[] = [{ address: address + 16, length: head.number(4) }];
  for (let i = 0; i < chunks.length; i++) {
    if (i >= CHUNKS_MAX) throw new Hdf5Fault("limit", `a header in more than ${CHUNKS_MAX} pieces`);
    const { address: at, length } = chunks[i] as Chunk;
    const block = await file.block(at, length, "an object header");
    while (block.left >= 8 && messages.length < count) {
      const type = block.number(2);
      const size = block.number(2);
      const flags = block.byte();
      block.skip(3);
      add({ type, flags, body: block.part(Math.min(size, block.left)) }, messages, chunks);
    }
  }
  return messages;
}

async function messages2(file: Hdf5Bytes, address: number): Promise<Message[]> {
  const head = await file.block(address, 6, "an object header");
  head.skip(4);
  if (head.byte() !== 2) throw new Hdf5Fault("malformed", "an object header of an unknown version");
  const flags = head.byte();
  const width = 1 << (flags & 3);
  const skipped = 6 + (flags & 0x20 ? 16 : 0) + (flags & 0x10 ? 4 : 0);
  const size = (await file.block(address + skipped, width, "an object header")).number(width);
  const messages: Message[] = [];
  const chunks: Chunk[] = [{ address: address + skipped + width, length: size }];
  const headerBytes = flags & 4 ? 6 : 4;
  for (let i = 0; i < chunks.length; i++) {
    if (i >= CHUNKS_MAX) throw new Hdf5Fault("limit", `a header in more than ${CHUNKS_MAX} pieces`);
    const { address: at, length } = chunks[i] as Chunk;
    const block = i === 0 ? await file.block(at, length, "an object header") : await file.signed(at, "OCHK", length);
    // A checksum of four bytes ends a continuation; the first chunk's stands behind it.
    const end = i === 0 ? 0 : 4;
    while (block.left - end >= headerBytes) {
      const type = block.byte();
      const bytes = block.number(2);
      const messageFlags = block.byte();
      if (flags & 4) block.skip(2);
      add({ type, flags: messageFlags, body: block.part(Math.min(bytes, block.left - end)) }, messages, chunks);
    }
  }
  return messages;
}

function add(message: Message, messages: Message[], chunks: Chunk[]): void {
  if (message.type === 0) return;
  if (message.type === 0x10) {
    const address = message.body.offset();
    chunks.push({ address, length: message.body.length() });
    return;
  }
  if (messages.length >= MESSAGES_MAX) throw new Hdf5Fault("limit", `a header of more than ${MESSAGES_MAX} messages`);
  messages.push(message);
}

/** Links of a group, however they are kept. */
export async function* linksOf(file: Hdf5Bytes, messages: readonly Message[]): AsyncGenerator<Link> {
  for (const { type, body } of messages) {
    if (type === 0x06) yield readLink(body);
    else if (type === 0x11) {
      const tree = body.offset();
      yield* oldLinks(file, tree, body.offset());
    } else if (type === 0x02) {
      body.skip(1);
      const flags = body.byte();
      if (flags & 1) body.skip(8);
      const heap = body.offset();
      const tree = body.offset();
      if (!file.isAddress(heap)) continue;
      for await (const object of heapObjects(file, heap, tree)) yield readLink(object);
    }
  }
}

function readLink(body: Cursor): Link {
  if (body.byte() !== 1) throw new Hdf5Fault("malformed", "a link of an unknown version");
  const flags = body.byte();
  const kind = flags & 8 ? body.byte() : 0;
  if (flags & 4) body.skip(8);
  if (flags & 0x10) body.skip(1);
  const name = body.take(body.number(1 << (flags & 3))).toString("utf8");
  if (kind === 0) return { kind: "hard", name, address: body.offset() };
  const value = body.part(body.number(2));
  if (kind === 1) return { kind: "soft", name, path: value.bytes.toString("utf8") };
  if (kind !== 64) return { kind: "other", name, type: kind };
  value.skip(1);
  return { kind: "external", name, file: value.string(), path: value.string() };
}

async function* oldLinks(file: Hdf5Bytes, tree: number, heapAddress: number): AsyncGenerator<Link> {
  const heap = await localHeap(file, heapAddress);
  const stack = [tree];
  let visited = 0;
  for (let address = stack.pop(); address !== undefined; address = stack.pop()) {
    if (++visited > NODES_MAX) throw new Hdf5Fault("limit", `a group of more than ${NODES_MAX} nodes`);
    const letters = (await file.block(address, 8, "a group")).bytes;
    if (letters.toString("latin1", 0, 4) === "TREE") {
      const used = letters.readUInt16LE(6);
      const length = 8 + 2 * file.offsetBytes + used * (file.offsetBytes + file.lengthBytes);
      const node = await file.signed(address, "TREE", length);
      if (node.byte() !== 0) throw new Hdf5Fault("malformed", "a tree of a group that is none");
      node.skip(3 + 2 * file.offsetBytes);
      const children: number[] = [];
      for (let i = 0; i < used; i++) children.push(node.skip(file.lengthBytes).offset());
      stack.push(...children.reverse());
      continue;
    }
    const entryBytes = 2 * file.offsetBytes + 24;
    const count = letters.readUInt16LE(6);
    const node = await file.signed(address, "SNOD", 8 + count * entryBytes);
    node.skip(4);
    for (let i = 0; i < count; i++) {
      const entry = node.part(entryBytes);
      const name = nameAt(heap, entry.offset());
      const object = entry.offset();
      const cached = entry.number(4);
      entry.skip(4);
      if (cached === 2) yield { kind: "soft", name, path: nameAt(heap, entry.number(4)) };
      else yield { kind: "hard", name, address: object };
    }
  }
}

/** Attributes of an object, however they are kept. */
export async function* attributesOf(file: Hdf5Bytes, messages: readonly Message[]): AsyncGenerator<Attribute> {
  for (const { type, flags, body } of messages) {
    // A shared message is a reference; the libraries that models are written with share none.
    if (type === 0x0c && (flags & 2) === 0) yield await readAttribute(file, body);
    else if (type === 0x0c) throw new Hdf5Fault("unsupported", "an attribute that is shared");
    else if (type === 0x15) {
      body.skip(1);
      const has = body.byte();
      if (has & 1) body.skip(2);
      const heap = body.offset();
      const tree = body.offset();
      if (!file.isAddress(heap)) continue;
      for await (const object of heapObjects(file, heap, tree)) yield await readAttribute(file, object);
    }
  }
}

async function readAttribute(file: Hdf5Bytes, body: Cursor): Promise<Attribute> {
  const version = body.byte();
  if (version < 1 || version > 3) throw new Hdf5Fault("malformed", "an attribute of an unknown version");
  const flags = body.byte();
  const sizes = [body.number(2), body.number(2), body.number(2)];
  if (version === 3) body.skip(1);
  const [nameBytes = 0, typeBytes = 0, spaceBytes = 0] = sizes.map((size) =>
    version === 1 ? Math.ceil(size / 8) * 8 : size,
  );
  const name = body.part(nameBytes).string();
  const type = body.part(typeBytes);
  const elements = version > 1 && flags & 2 ? 1 : elementsOf(body.part(spaceBytes));
  const own = version > 1 && flags & 1 ? await sharedType(file, type) : type;
  return { name, bytes: await textOf(file, own, elements, body) };
}

/** A type that stands in an object of its own; a reference to one of version 2 or 3 holds the address of its header. */
async function sharedType(file: Hdf5Bytes, reference: Cursor): Promise<Cursor> {
  const version = reference.byte();
  const kind = reference.byte();
  if (version === 1) reference.skip(6);
  else if (kind !== 2 && kind !== 0) throw new Hdf5Fault("unsupported", "a type that is shared in a heap");
  const messages = await readMessages(file, reference.offset());
  const found = messages.find(({ type, flags }) => type === 0x03 && (flags & 2) === 0);
  if (!found) throw new Hdf5Fault("malformed", "no type where one should be");
  return found.body;
}

function elementsOf(space: Cursor): number {
  const version = space.byte();
  const dimensions = space.byte();
  space.skip(version === 1 ? 6 : 2);
  let elements = 1;
  for (let i = 0; i < dimensions; i++) elements *= space.length();
  return elements;
}

async function textOf(file: Hdf5Bytes, type: Cursor, elements: number, data: Cursor): Promise<Buffer | undefined> {
  const head = type.byte();
  const bits = type.number(3);
  const size = type.number(4);
  const kind = head & 0x0f;
  // Opaque bytes (5) and texts of a fixed length (3).
  if (kind === 3 || kind === 5) {
    const bytes = data.take(Math.min(data.left, size * elements));
    return elements === 1 ? bytes : undefined;
  }
  if (kind !== 9) return undefined;
  if (elements !== 1) return undefined;
  const count = data.number(4);
  const address = data.offset();
  const index = data.number(4);
  if (count === 0 || !file.isAddress(address)) return Buffer.alloc(0);
  // A text, or a list of bytes, which some writers use for one.
  if ((bits & 0x0f) !== 1 && type.left >= 8 && type.bytes.readUInt32LE(type.at + 4) !== 1) return undefined;
  const object = await globalObject(file, address, index);
  if (count > TEXT_BYTES_MAX) throw new Hdf5Fault("limit", `a text of ${count} bytes`);
  return object.take(Math.min(count, object.left));
}

/** Names of the files in which the raw data of a data set lies. */
export async function outsideOf(
  file: Hdf5Bytes,
  messages: readonly Message[],
): Promise<{ what: string; file: string }[]> {
  const found: { what: string; file: string }[] = [];
  for (const { type, body } of messages) {
    if (type === 0x07) {
      body.skip(6);
      const used = body.number(2);
      const heap = await localHeap(file, body.offset());
      for (let i = 0; i < used; i++) {
        found.push({ what: "external data", file: nameAt(heap, body.length()) });
        body.skip(Math.min(body.left, 2 * file.lengthBytes));
      }
    } else if (type === 0x08 && body.byte() >= 3 && body.byte() === 3) {
      const address = body.offset();
      if (!file.isAddress(address)) continue;
      const mapping = await globalObject(file, address, body.number(4));
      for (const source of sourcesOf(mapping)) found.push({ what: "virtual source", file: source });
    }
  }
  return found;
}

/** Files of a virtual data set. Each entry holds two names and two selections; of the selections only the end matters,
 * and what follows them is found by its form: a name that ends with a zero. */
function sourcesOf(mapping: Cursor): string[] {
  mapping.skip(1);
  const entries = mapping.length();
  const names: string[] = [];
  for (let i = 0; i < entries && mapping.left > 0 && names.length < 64; i++) {
    const name = mapping.string();
    const set = mapping.string();
    if (!/^[\x20-\x7e\x80-\uffff]{1,4096}$/.test(name) || set === "") break;
    if (name !== ".") names.push(name);
    const next = nextName(mapping);
    if (next < 0) break;
    mapping.at = next;
  }
  return names;
}

/** Two texts that end with zeros, the second a path from the root or a plain name. */
function nextName(mapping: Cursor): number {
  const pattern = /[\x21-\x7e][\x20-\x7e]{0,1024}\0[\x21-\x7e][\x20-\x7e]{0,1024}\0/g;
  const text = mapping.bytes.toString("latin1", mapping.at, mapping.at + 64 * 1024);
  const found = pattern.exec(text);
  return found ? mapping.at + found.index : -1;
}
