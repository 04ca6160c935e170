// Small writers of model files for tests: as honest as their input, and no more.
import { crc32, deflateRawSync } from "node:zlib";

const u32 = (value: number): Buffer => {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value >>> 0);
  return bytes;
};
const u64 = (value: number | bigint): Buffer => {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64LE(BigInt.asUintN(64, BigInt(value)));
  return bytes;
};

/** A safetensors file of a header, as a value or as it should stand, and what follows it. */
export function safetensorsFile(header: unknown, data: Uint8Array = Buffer.alloc(0), length?: bigint): Buffer {
  const text = typeof header === "string" ? header : JSON.stringify(header);
  const bytes = Buffer.from(text);
  return Buffer.concat([u64(length ?? bytes.length), bytes, data]);
}

export type GgufValue = string | number | boolean | readonly string[] | { readonly type: number; readonly raw: Buffer };
export interface GgufTensor {
  readonly name: string;
  readonly shape: readonly (number | bigint)[];
  readonly type: number;
  readonly offset: number | bigint;
}

/** A GGUF file of version 3, little-endian; counts may be claimed. */
export function ggufFile(
  keys: readonly (readonly [string, GgufValue])[],
  tensors: readonly GgufTensor[] = [],
  data: Uint8Array = Buffer.alloc(0),
  claimed: { readonly keys?: bigint; readonly tensors?: bigint; readonly version?: number } = {},
): Buffer {
  const text = (value: string): Buffer => Buffer.concat([u64(Buffer.byteLength(value)), Buffer.from(value)]);
  const value = (given: GgufValue): Buffer => {
    if (typeof given === "string") return Buffer.concat([u32(8), text(given)]);
    if (typeof given === "number") return Buffer.concat([u32(4), u32(given)]);
    if (typeof given === "boolean") return Buffer.concat([u32(7), Buffer.from([given ? 1 : 0])]);
    if ("raw" in given) return Buffer.concat([u32(given.type), given.raw]);
    return Buffer.concat([u32(9), u32(8), u64(given.length), ...given.map(text)]);
  };
  const header = Buffer.concat([
    Buffer.from("GGUF"),
    u32(claimed.version ?? 3),
    u64(claimed.tensors ?? tensors.length),
    u64(claimed.keys ?? keys.length),
    ...keys.map(([key, given]) => Buffer.concat([text(key), value(given)])),
    ...tensors.map(({ name, shape, type, offset }) =>
      Buffer.concat([text(name), u32(shape.length), ...shape.map(u64), u32(type), u64(offset)]),
    ),
  ]);
  const padding = tensors.length === 0 && data.length === 0 ? 0 : (32 - (header.length % 32)) % 32;
  return Buffer.concat([header, Buffer.alloc(padding), data]);
}

/** A field of Protocol Buffers: a text, a number, or a message of such fields. */
export type ProtoField = readonly [
  number: number,
  value: string | number | bigint | Uint8Array | readonly ProtoField[],
];

export function protoMessage(fields: readonly ProtoField[]): Buffer {
  return Buffer.concat(
    fields.map(([number, value]) => {
      if (typeof value === "number" || typeof value === "bigint")
        return Buffer.concat([varint(number * 8), varint(value)]);
      const bytes =
        typeof value === "string"
          ? Buffer.from(value)
          : value instanceof Uint8Array
            ? Buffer.from(value)
            : protoMessage(value);
      return Buffer.concat([varint(number * 8 + 2), varint(bytes.length), bytes]);
    }),
  );
}

function varint(value: number | bigint): Buffer {
  const bytes: number[] = [];
  for (let left = BigInt.asUintN(64, BigInt(value)); ; left >>= 7n) {
    const low = Number(left & 0x7fn);
    if (left < 0x80n) {
      bytes.push(low);
      return Buffer.from(bytes);
    }
    bytes.push(low | 0x80);
  }
}

/** A zip archive of deflated members, with a directory and nothing odd. */
export function zipFile(members: Readonly<Record<string, string | Uint8Array>>): Buffer {
  const locals: Buffer[] = [];
  const directory: Buffer[] = [];
  let offset = 0;
  for (const [name, content] of Object.entries(members)) {
    const bytes = Buffer.from(content);
    const packed = deflateRawSync(bytes);
    const common = Buffer.alloc(26);
    common.writeUInt16LE(20, 0);
    common.writeUInt16LE(8, 4);
    common.writeUInt32LE(crc32(bytes), 10);
    common.writeUInt32LE(packed.length, 14);
    common.writeUInt32LE(bytes.length, 18);
    common.writeUInt16LE(Buffer.byteLength(name), 22);
    locals.push(u32(0x04034b50), common, Buffer.from(name), packed);
    const tail = Buffer.alloc(14);
    tail.writeUInt32LE(offset, 10);
    directory.push(u32(0x02014b50), Buffer.from([20, 0]), common, tail, Buffer.from(name));
    offset += 30 + Buffer.byteLength(name) + packed.length;
  }
  const index = Buffer.concat(directory);
  const end = Buffer.alloc(18);
  end.writeUInt16LE(Object.keys(members).length, 4);
  end.writeUInt16LE(Object.keys(members).length, 6);
  end.writeUInt32LE(index.length, 8);
  end.writeUInt32LE(offset, 12);
  return Buffer.concat([...locals, index, u32(0x06054b50), end]);
}
