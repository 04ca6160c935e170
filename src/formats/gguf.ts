// GGUF (ggml docs/gguf.md, versions 1 to 3, either byte order): counts, keys and values, tensor infos, aligned data. Only
// the header is read. The chat templates in it are handed on as documents. Every count and length is the file author's:
// parsers in C have multiplied and allocated by them (CVE-2024-21802 and later, CVE-2025-53630), so what no writer
// produces is told.
import { templateParts } from "./shared/template-parts.ts";
import type { DocumentPart, Format, Part, ProblemPart } from "../core/format.ts";
import { problem } from "../core/format.ts";
import type { ModelPart } from "../core/model.ts";
import { quote } from "../base/escape.ts";
import { decodeText } from "../base/utf8.ts";
import { Facts } from "./model/facts.ts";
import { BLOCKS } from "./model/ggml-types.ts";
import { paged, type Pages } from "./model/pages.ts";
import { layOut, type Span } from "./model/spans.ts";

const MAGIC = Buffer.from("GGUF");
const VERSION_MAX = 3;
/** Section "general.alignment" and ggml.h: GGUF_DEFAULT_ALIGNMENT, GGML_MAX_DIMS, GGML_MAX_NAME. */
const ALIGNMENT = 32;
const DIMENSIONS_MAX = 4;
const NAME_BYTES_MAX = 64;
/** "Keys … must be at most 65535 bytes long." */
const KEY_BYTES_MAX = 65_535;
/** A text past this is no chat template, token or licence: a length that only an attacker writes (CWE-770). */
const TEXT_BYTES_MAX = 64 * 1024 * 1024;
/** The same of a text that the file is too short for: what is cut off a download is never that long. */
const TEXT_BYTES_USUAL = 1024 * 1024;
/** An array of this many values would be a gigabyte at the least: no vocabulary, no list of merges is. */
const ARRAY_MAX = 1 << 30;
const ARRAY_USUAL = 1 << 22;
/** The largest models have some thousands of each. */
const COUNT_USUAL = 1 << 14;
const COUNT_MAX = 1 << 24;
const ARRAY_DEPTH_MAX = 4;
const PIECE_BYTES = 1024 * 1024;
/** There are 42 types of tensors; what is not far from that may be a later one. */
const TYPE_MAX = 63;
/** Keys and tensors that are held to find doubles (CWE-770). */
const HELD_MAX = 1 << 20;

const U32 = 4;
const BOOL = 7;
const TEXT = 8;
const ARRAY = 9;
/** Bytes of a value by its type: u8, i8, u16, i16, u32, i32, f32, bool, text, array, u64, i64, f64. */
const WIDTHS: readonly number[] = [1, 1, 2, 2, 4, 4, 4, 1, 0, 0, 8, 8, 8];

/** The file ends before what it announced. */
class Short extends Error {}
/** A number that makes reading on pointless; it is among the facts. */
class Impossible extends Error {}

class GgufReader {
  readonly facts = new Facts();
  readonly documents: DocumentPart[] = [];
  at = MAGIC.length;
  private readonly pages: Pages;
  private swapped = false;
  private version = 0;
  private alignment = ALIGNMENT;

  constructor(pages: Pages) {
    this.pages = pages;
  }

  /** Reads the header; what goes wrong is thrown, after the facts so far. Gives where the tensors should end. */
  async read(): Promise<number> {
    const raw = await this.bytes(4);
    this.swapped = raw.readUInt32LE(0) > 0xffff;
    this.version = this.swapped ? raw.readUInt32BE(0) : raw.readUInt32LE(0);
    if (this.version === 0 || this.version > VERSION_MAX)
      this.refuse("version-unknown", `The version of the file is ${this.version}; there are 1 to ${VERSION_MAX}`, 4);
    const tensors = await this.size();
    const keys = await this.size();
    // A key takes twelve bytes at the least and a tensor twenty-four; more of them than a short file could hold is a
    // count that no writer gave.
    const room = this.pages.size;
    if (keys > COUNT_MAX || (keys > COUNT_USUAL && keys * 12 > room))
      this.refuse("count-impossible", `The header claims ${keys} keys in a file of ${room} bytes`, 16, { keys });
    if (tensors > COUNT_MAX || (tensors > COUNT_USUAL && tensors * 24 > room))
      this.refuse("count-impossible", `The header claims ${tensors} tensors in a file of ${room} bytes`, 8, {
        tensors,
      });
    await this.readKeys(keys);
    return this.readTensors(tensors);
  }

  private async readKeys(keys: number): Promise<void> {
    const names = new Set<string>();
    for (let i = 0; i < keys; i++) {
      const start = this.at;
      const key = await this.text("key", KEY_BYTES_MAX);
      if (!/^[\x21-\x7e\x80-\uffff]+$/.test(key))
        this.facts.say("key-form", `The key ${quote(key)} is ${key === "" ? "empty" : "no name"}`, start);
      if (names.has(key)) this.facts.say("duplicate-key", `The key ${quote(key)} stands twice`, start, { key });
      else if (names.size < HELD_MAX) names.add(key);
      const kind = await this.u32();
      if (key === "general.alignment" && kind !== U32)
        this.facts.say("alignment-impossible", "The alignment of the tensors is no 32-bit number", start);
      if (kind === TEXT) {
        const value = await this.text(`value of ${quote(key)}`, TEXT_BYTES_MAX);
        this.take(key, value);
      } else if (kind === U32 && key === "general.alignment") this.setAlignment(await this.u32(), start);
      else await this.value(kind, key, 0);
    }
  }

  /** Texts that a loader renders or shows. */
  private take(key: string, text: string): void {
    if (/^tokenizer\.chat_template(?:\.|$)/.test(key))
      this.documents.push({ kind: "document", language: "template", name: key, text });
  }

  private setAlignment(alignment: number, at: number): void {
    if (alignment >= 8 && (alignment & (alignment - 1)) === 0 && alignment <= 1 << 20) this.alignment = alignment;
    else
      this.facts.say("alignment-impossible", `The alignment of the tensors is ${alignment}, no power of two`, at, {
        alignment,
      });
  }

  private async value(kind: number, key: string, depth: number): Promise<void> {
    const start = this.at - 4;
    if (kind === TEXT) {
      await this.text(`value of ${quote(key)}`, TEXT_BYTES_MAX);
      return;
    }
    if (kind === BOOL) {
      const byte = (await this.bytes(1))[0] ?? 0;
      if (byte > 1) this.facts.say("bool-impossible", `The truth value of ${quote(key)} is ${byte}`, start);
      return;
    }
    if (kind !== ARRAY) {
      const width = WIDTHS[kind];
      if (width === undefined) this.refuse("type-unknown", `The value of ${quote(key)} has the type ${kind}`, start);
      else await this.bytes(width);
      return;
    }
    if (depth >= ARRAY_DEPTH_MAX)
      this.refuse("array-deep", `The value of ${quote(key)} is an array nested ${ARRAY_DEPTH_MAX} times`, start);
    const inner = await this.u32();
    const count = await this.size();
    const width = WIDTHS[inner];
    if (width === undefined)
      this.refuse("type-unknown", `The array ${quote(key)} has elements of type ${inner}`, start);
    const least = inner === TEXT || inner === ARRAY ? 4 : (width ?? 1);
    if (count > ARRAY_MAX)
      this.refuse("length-impossible", `The array ${quote(key)} claims ${count} values`, start, { count });
    if (this.at + count * least > this.pages.size) {
      if (count > ARRAY_USUAL)
        this.refuse("length-impossible", `The array ${quote(key)} claims ${count} values`, start, { count });
      throw new Short();
    }
    if (inner === TEXT) await this.skipTexts(count, key);
    else if (inner === ARRAY) for (let i = 0; i < count; i++) await this.value(ARRAY, key, depth + 1);
    else this.at += count * (width ?? 1);
  }

  private async readTensors(count: number): Promise<number> {
    const spans: { name: string; offset: number; bytes: number; at: number }[] = [];
    const names = new Set<string>();
    for (let i = 0; i < count; i++) {
      const at = this.at;
      const name = await this.text("tensor name", KEY_BYTES_MAX);
      const nameBytes = Buffer.byteLength(name);
      if (nameBytes >= NAME_BYTES_MAX)
        this.facts.say(
          nameBytes >= 2 * NAME_BYTES_MAX ? "name-overlong" : "name-long",
          `The tensor name ${quote(name)} has ${nameBytes} bytes`,
          at,
          { nameBytes },
        );
      if (names.has(name)) this.facts.say("duplicate-tensor", `The tensor ${quote(name)} stands twice`, at, { name });
      else if (names.size < HELD_MAX) names.add(name);
      const dimensions = await this.u32();
      if (dimensions > DIMENSIONS_MAX)
        this.refuse("dimensions-impossible", `The tensor ${quote(name)} claims ${dimensions} dimensions`, at, {
          dimensions,
        });
      const shape: bigint[] = [];
      for (let d = 0; d < dimensions; d++) shape.push(await this.whole());
      const type = await this.u32();
      const offset = await this.u64();
      const bytes = this.tensorBytes(name, shape, type, at);
      if (offset > BigInt(Number.MAX_SAFE_INTEGER))
        this.facts.say("offset-impossible", `The tensor ${quote(name)} lies at ${offset}`, at, {
          offset: String(offset),
        });
      else spans.push({ name, offset: Number(offset), bytes, at });
    }
    if (count === 0) return this.at;
    const from = Math.ceil(this.at / this.alignment) * this.alignment;
    for (const { name, offset, at } of spans) {
      if (offset % this.alignment !== 0)
        this.facts.say("misaligned", `The tensor ${quote(name)} does not lie on a multiple of ${this.alignment}`, at, {
          offset,
        });
    }
    const laid: Span[] = spans.map(({ name, offset, bytes }) => ({
      name,
      start: from + offset,
      end: from + offset + bytes,
    }));
    // Of a type that we do not know the room is not known either.
    if (this.facts.has("tensor-type-unknown") || this.facts.has("tensor-type-impossible")) return this.pages.size;
    // Writers pad the last tensor too.
    const end = layOut(laid, from, this.facts, this.alignment);
    const reached = Math.min(Math.ceil(end / this.alignment) * this.alignment, Math.max(end, this.pages.size));
    // Behind tensors that lie without a gap a missing end is a short file; a tensor far outside is not.
    if (reached > this.pages.size && this.facts.has("hole")) {
      const outside = laid.find(({ end }) => end > this.pages.size);
      this.facts.say(
        "out-of-bounds",
        `The tensor ${quote(outside?.name ?? "")} reaches past the end of the file`,
        from,
      );
    }
    return reached;
  }

  private tensorBytes(name: string, shape: readonly bigint[], type: number, at: number): number {
    let elements = 1n;
    for (const size of shape) {
      elements *= size;
      if (size >= 1n << 63n || elements >= 1n << 63n) {
        // Whoever wrote the sizes lets the product of a C parser wrap around: a small buffer for many values (CWE-190).
        this.facts.say("shape-overflow", `The shape of ${quote(name)} has more elements than 64 bits can count`, at);
        return 0;
      }
    }
    if (shape.includes(0n)) this.facts.say("dimension-zero", `The tensor ${quote(name)} has a dimension of none`, at);
    const block = BLOCKS.get(type);
    if (!block) {
      this.facts.say(
        type > TYPE_MAX ? "tensor-type-impossible" : "tensor-type-unknown",
        `The tensor ${quote(name)} has the type ${type}`,
        at,
        { type },
      );
      return 0;
    }
    const row = shape[0] ?? 1n;
    if (row % BigInt(block.elements) !== 0n)
      this.facts.say("row-impossible", `A row of ${quote(name)} is no multiple of its type's block`, at, { type });
    const bytes = (elements / BigInt(block.elements)) * BigInt(block.bytes);
    if (bytes < 1n << 62n) return Number(bytes);
    this.facts.say("shape-overflow", `The tensor ${quote(name)} claims ${bytes} bytes`, at);
    return 0;
  }

  private refuse(code: string, message: string, at: number, values?: Record<string, number>): never {
    this.facts.say(code, message, at, values);
    throw new Impossible();
  }

  private async bytes(length: number): Promise<Buffer> {
    const bytes = await this.pages.at(this.at, length);
    if (bytes.length < length) throw new Short();
    this.at += length;
    return bytes;
  }

  private async u32(): Promise<number> {
    const bytes = await this.bytes(4);
    return this.swapped ? bytes.readUInt32BE(0) : bytes.readUInt32LE(0);
  }

  private async u64(): Promise<bigint> {
    const bytes = await this.bytes(8);
    return this.swapped ? bytes.readBigUInt64BE(0) : bytes.readBigUInt64LE(0);
  }

  /** A count or length: 32 bits in version 1, 64 later. */
  private async size(): Promise<number> {
    return Number(await this.whole());
  }

  private async whole(): Promise<bigint> {
    return this.version === 1 ? BigInt(await this.u32()) : this.u64();
  }

  private async textBytes(what: string, max: number): Promise<number> {
    const start = this.at;
    const length = await this.size();
    if (length > max || (length > TEXT_BYTES_USUAL && this.at + length > this.pages.size))
      this.refuse("length-impossible", `A ${what} claims ${length} bytes`, start, { length });
    return length;
  }

  private async text(what: string, max: number): Promise<string> {
    const length = await this.textBytes(what, max);
    return length === 0 ? "" : decodeText(await this.bytes(length)).text;
  }

  /** A vocabulary is hundreds of thousands of short texts: as many as a piece of the file holds are passed at once. */
  private async skipTexts(count: number, key: string): Promise<void> {
    const width = this.version === 1 ? 4 : 8;
    for (let i = 0; i < count;) {
      const piece = await this.pages.at(this.at, PIECE_BYTES);
      let at = 0;
      while (i < count && at + width <= piece.length) {
        const low = this.swapped ? piece.readUInt32BE(at + width - 4) : piece.readUInt32LE(at);
        const high = width === 4 ? 0 : this.swapped ? piece.readUInt32BE(at) : piece.readUInt32LE(at + 4);
        if (high !== 0 || low > piece.length - at - width) break;
        at += width + low;
        i++;
      }
      this.at += at;
      if (at > 0) continue;
      // One that is longer than the piece, or than can be.
      await this.skipText(key);
      i++;
    }
  }

  private async skipText(key: string): Promise<void> {
    const length = await this.textBytes(`value in ${quote(key)}`, TEXT_BYTES_MAX);
    if (this.at + length > this.pages.size) throw new Short();
    this.at += length;
  }
}

async function* read(pages: Pages): AsyncGenerator<Part> {
  const reader = new GgufReader(pages);
  let trouble: ProblemPart | undefined;
  try {
    const reached = await reader.read();
    if (reached > pages.size && !reader.facts.has("out-of-bounds"))
      trouble = problem(
        "truncated",
        `The file ends ${reached - pages.size} bytes before its last tensor. Fetch it again.`,
      );
    else if (reached < pages.size && (await hasBytes(pages, reached)))
      reader.facts.say("trailing-bytes", `${pages.size - reached} bytes follow the last tensor`, reached, {
        bytes: pages.size - reached,
      });
  } catch (error) {
    if (error instanceof Short)
      trouble = problem("truncated", "The file ends inside of its GGUF header. What comes before was looked at.", {
        at: { offset: reader.at },
      });
    else if (error instanceof Impossible)
      trouble = problem("malformed", "The GGUF header claims what cannot be, so the rest of it was not read.", {
        at: { offset: reader.at },
      });
    else throw error;
  }
  yield {
    kind: "model",
    loader: "gguf",
    operations: [],
    irregularities: reader.facts.all,
  } satisfies ModelPart;
  for (const { name = "", text } of reader.documents) yield* templateParts(name, text);
  if (trouble) yield trouble;
}

/** Anything but zeros in what follows; a long tail counts as something. */
async function hasBytes(pages: Pages, from: number): Promise<boolean> {
  const tail = await pages.at(from, TAIL_BYTES);
  return pages.size - from > TAIL_BYTES || tail.some((byte) => byte !== 0);
}
const TAIL_BYTES = 4096;

export const gguf: Format = {
  id: "gguf",
  title: "GGUF",
  spec: "https://github.com/ggml-org/ggml/blob/master/docs/gguf.md",
  extensions: [".gguf"],
  yields: "model",
  sniff({ bytes }) {
    if (bytes.length < 8 || !MAGIC.equals(bytes.subarray(0, 4))) return 0;
    // Text may begin with the four letters; a version has zeros.
    return bytes[6] === 0 || bytes[5] === 0 ? 1 : 0.4;
  },
  read: paged(read),
};
