// safetensors (huggingface/safetensors, README "Format", 0.6): eight bytes of length, a JSON header, tensors end to end.
// Only the header is read, so a file of 40 GB costs its header; of an adapter some of its weights too. Refuses nothing: what the reference parser would refuse,
// and what two parsers would read differently, is told as an irregularity.
import type { Format, Head, Part } from "../core/format.ts";
import { problem } from "../core/format.ts";
import type { Irregularity } from "../core/model.ts";
import { parseJson } from "../base/json.ts";
import { quote } from "../base/escape.ts";
import { paged, type Pages } from "./model/pages.ts";
import { Facts } from "./model/facts.ts";
import { layOut, type Span } from "./model/spans.ts";
import { weightFacts } from "./model/weights.ts";

/** The reference parser's own bound (MAX_HEADER_SIZE): a longer header is a memory attack (CWE-770). */
const HEADER_BYTES_MAX = 100_000_000;
const LENGTH_BYTES = 8;
/** The header, its tensors, their lists: nothing in a valid header lies deeper. */
const DEPTH_MAX = 4;

/** Bits of one element, by the names of the reference parser. */
const BITS: Readonly<Record<string, number>> = {
  BOOL: 8,
  F4: 4,
  F6_E2M3: 6,
  F6_E3M2: 6,
  U8: 8,
  I8: 8,
  F8_E5M2: 8,
  F8_E4M3: 8,
  F8_E8M0: 8,
  F8_E4M3FNUZ: 8,
  F8_E5M2FNUZ: 8,
  I16: 16,
  U16: 16,
  F16: 16,
  BF16: 16,
  I32: 32,
  U32: 32,
  F32: 32,
  C64: 64,
  F64: 64,
  I64: 64,
  U64: 64,
};
/** A name that a later version may give to a type. */
const PLAUSIBLE_TYPE = /^(?:BOOL|B?F|T?F|U|I|C|UINT|INT|FLOAT)\d{1,3}(?:_\w{1,12})?$/;

export interface Tensor extends Span {
  readonly dtype: string;
  readonly shape: readonly number[];
}

export interface SafetensorsHeader {
  readonly tensors: readonly Tensor[];
  readonly metadata: Readonly<Record<string, unknown>>;
  readonly irregularities: readonly Irregularity[];
}

/** What a header says. `dataStart` is where the tensors begin in the file, which has `size` bytes. */
export function readHeader(header: Uint8Array, dataStart: number, size: number): SafetensorsHeader {
  const facts = new Facts();
  const text = utf8(header, facts);
  if (header[0] !== 0x7b) facts.say("header-start", "The header does not begin with {", LENGTH_BYTES);
  const { value, shadowed, problem: broken } = parseJson(text, DEPTH_MAX);
  const deep = broken?.includes("nested deeper") === true;
  if (deep) facts.say("header-deep", "The header nests deeper than a header of safetensors can", LENGTH_BYTES);
  else if (broken !== undefined)
    facts.say("header-not-json", `The header is no JSON that parsers agree on (${broken})`, LENGTH_BYTES);
  for (const { pointer } of shadowed)
    facts.say("duplicate-key", `The key ${quote(pointer)} stands twice in the header`, LENGTH_BYTES);
  const tensors: Tensor[] = [];
  let metadata: Record<string, unknown> = {};
  if (isObject(value)) {
    for (const [name, entry] of Object.entries(value)) {
      if (name === "__metadata__") metadata = readMetadata(entry, facts);
      else {
        const tensor = readTensor(name, entry, dataStart, facts);
        if (tensor) tensors.push(tensor);
      }
    }
  } else if (broken === undefined) facts.say("header-not-object", "The header is JSON and no object", LENGTH_BYTES);
  const reached = layOut(tensors, dataStart, facts);
  if (reached < size)
    facts.say("trailing-bytes", `${size - reached} bytes follow the last tensor`, reached, { bytes: size - reached });
  return { tensors, metadata, irregularities: facts.all };
}

function utf8(bytes: Uint8Array, facts: Facts): string {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    facts.say("header-encoding", "The header is not UTF-8", LENGTH_BYTES);
    return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("latin1");
  }
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

function readMetadata(entry: unknown, facts: Facts): Record<string, unknown> {
  if (!isObject(entry)) {
    facts.say("metadata-form", "__metadata__ is no object", LENGTH_BYTES);
    return {};
  }
  const odd = Object.keys(entry).find((key) => typeof entry[key] !== "string");
  if (odd !== undefined)
    facts.say("metadata-form", `The value of ${quote(odd)} in __metadata__ is no text`, LENGTH_BYTES);
  return entry;
}

const isSize = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) >= 0;

function readTensor(name: string, entry: unknown, dataStart: number, facts: Facts): Tensor | undefined {
  const offsets = isObject(entry) ? entry["data_offsets"] : undefined;
  const shape = isObject(entry) ? entry["shape"] : undefined;
  const dtype = isObject(entry) ? entry["dtype"] : undefined;
  if (!Array.isArray(offsets) || offsets.length !== 2 || !Array.isArray(shape) || typeof dtype !== "string") {
    facts.say("tensor-form", `The entry ${quote(name)} has not the form of a tensor`, LENGTH_BYTES);
    return undefined;
  }
  const [start, end] = offsets as unknown[];
  if (!isSize(start) || !isSize(end) || end < start) {
    facts.say(
      "offsets-impossible",
      `The offsets of ${quote(name)} are ${quote(JSON.stringify(offsets))}, which is no span`,
      LENGTH_BYTES,
    );
    return undefined;
  }
  const span = { name, start: dataStart + start, end: dataStart + end };
  if (!shape.every((size) => typeof size === "number" && Number.isInteger(size) && size >= 0)) {
    facts.say("shape-impossible", `The shape of ${quote(name)} is no list of sizes`, LENGTH_BYTES);
    return undefined;
  }
  const bits = Object.hasOwn(BITS, dtype) ? BITS[dtype] : undefined;
  const sizes = shape as number[];
  const elements = sizes.reduce((product, size) => product * size, 1);
  // Past 2^53 nothing can be there; a parser whose product wraps around would take it for little (CWE-190). A zero hides it.
  const largest = sizes.filter((size) => size > 0).reduce((product, size) => product * size, 1);
  if (largest > Number.MAX_SAFE_INTEGER)
    facts.say(
      "shape-overflow",
      `The shape of ${quote(name)} has more elements than 64-bit parsers can count`,
      span.start,
    );
  else if (bits === undefined)
    facts.say(
      PLAUSIBLE_TYPE.test(dtype) ? "dtype-unknown" : "dtype-impossible",
      `The tensor ${quote(name)} has the type ${quote(dtype)}, which the format does not have`,
      LENGTH_BYTES,
    );
  else if (Math.ceil((elements * bits) / 8) !== end - start)
    facts.say(
      "span-mismatch",
      `The tensor ${quote(name)} needs ${Math.ceil((elements * bits) / 8)} bytes by its shape and type and has ${end - start}`,
      span.start,
      { needed: Math.ceil((elements * bits) / 8), given: end - start },
    );
  return { ...span, dtype, shape: sizes };
}

async function* read(pages: Pages): AsyncGenerator<Part> {
  const first = await pages.at(0, LENGTH_BYTES);
  if (first.length < LENGTH_BYTES) {
    yield problem("truncated", "The file ends inside of the length of its safetensors header.");
    return;
  }
  const headerBytes = Number(first.readBigUInt64LE(0));
  if (headerBytes > HEADER_BYTES_MAX) {
    const message = `The header claims ${headerBytes} bytes, more than the format allows (${HEADER_BYTES_MAX}); the file has ${pages.size}`;
    yield model([{ code: "header-too-long", message, offset: 0, values: { headerBytes, fileBytes: pages.size } }]);
    yield problem("limit", "The safetensors header claims more bytes than the format allows, so it was not read.");
    return;
  }
  const header = await pages.at(LENGTH_BYTES, headerBytes);
  const facts = readHeader(header, LENGTH_BYTES + headerBytes, pages.size);
  if (header.length < headerBytes) {
    // Cut short, unless what is there was never the beginning of a header.
    const wrong = facts.irregularities.filter(({ code }) => code === "header-start" || code === "header-deep");
    if (wrong.length > 0) yield model(wrong);
    yield problem("truncated", "The file ends inside of its safetensors header. Fetch it again.");
    return;
  }
  yield model(facts.irregularities);
  const end = facts.tensors.reduce((last, tensor) => Math.max(last, tensor.end), 0);
  if (end > pages.size) {
    yield problem(
      "truncated",
      `The safetensors file ends ${end - pages.size} bytes before its last tensor does. Fetch it again.`,
    );
  } else if (facts.irregularities.length === 0) {
    const { irregularities, note } = await weightFacts(facts.tensors, pages);
    if (irregularities.length > 0) yield model(irregularities);
    if (note !== undefined) yield { kind: "note", message: note };
  }
  const text = JSON.stringify(facts.metadata);
  if (text.length > 2) yield { kind: "document", language: "json", name: "__metadata__", text, value: facts.metadata };
}

const model = (irregularities: readonly Irregularity[]): Part => ({
  kind: "model",
  loader: "safetensors",
  operations: [],
  irregularities,
});

export const safetensors: Format = {
  id: "safetensors",
  title: "safetensors",
  spec: "https://github.com/huggingface/safetensors#format",
  extensions: [".safetensors"],
  yields: "model",
  sniff(head: Head) {
    const { bytes } = head;
    if (bytes.length < LENGTH_BYTES + 2) return 0;
    const high = Buffer.from(bytes.buffer, bytes.byteOffset, LENGTH_BYTES).readUInt32LE(4);
    const opens = Buffer.from(
      bytes.buffer,
      bytes.byteOffset + LENGTH_BYTES,
      Math.min(bytes.length - LENGTH_BYTES, 4096),
    )
      .toString("latin1")
      .trimStart();
    const begins = /^\{\s*(?:\}|"(?:[^"\\]|\\.){0,512}"\s*:)/.test(opens);
    // Text has no zeros in its first eight bytes; a header of less than 4 GiB has.
    if (begins && (high === 0 || /"(?:dtype|data_offsets)"/.test(opens))) return 0.98;
    // Nothing else knows it by its content: it is at least called so.
    return head.extension === ".safetensors" ? 0.3 : 0;
  },
  read: paged(read),
};
