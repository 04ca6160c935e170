// NumPy arrays: .npy, versions 1 to 3 of its header (numpy/lib/format.py, NumPy 2.4). An array of objects is a pickle,
// and is read as one; any other is numbers. What stands behind the array is looked at too.
import type { ByteSource } from "../core/bytes.ts";
import type { Format, Part, ReadContext } from "../core/format.ts";
import { problem } from "../core/format.ts";
import { partOf, randomAccess } from "./shared/part-of.ts";
import { isPickleHead, isTextPickle } from "./pickle/embedded.ts";
import { readPickles } from "./pickle/read.ts";
import { widthOf } from "./pickle/run.ts";

const MAGIC = Buffer.from("\x93NUMPY", "latin1");
/** NumPy refuses longer ones (max_header_size), unless it is told to trust the file. */
const HEADER_BYTES_MAX = 1024 * 1024;

async function* read(source: ByteSource, context: ReadContext): AsyncGenerator<Part> {
  let random = randomAccess(source);
  if (!random) {
    const spooled = await context.spool(source);
    if ("code" in spooled) {
      yield { kind: "problem", ...spooled };
      return;
    }
    random = spooled;
  }
  const size = random.sizeBytes ?? 0;
  const head = Buffer.from(await random.slice(0, 12));
  if (head.length < 12) {
    yield problem("truncated", "The NumPy array ends inside of its header.");
    return;
  }
  const wide = (head[6] ?? 0) >= 2;
  const headerBytes = wide ? head.readUInt32LE(8) : head.readUInt16LE(8);
  const dataStart = (wide ? 12 : 10) + headerBytes;
  if (headerBytes > HEADER_BYTES_MAX || dataStart > size) {
    yield problem(
      "malformed",
      `The header of the NumPy array says that it is ${headerBytes} bytes long. It was not read.`,
    );
    return;
  }
  const text = Buffer.from(await random.slice(wide ? 12 : 10, dataStart)).toString("utf8");
  const { objects, bytes } = described(text);
  yield { kind: "model", loader: "pickle", operations: [], irregularities: [] };
  const rest = partOf(random, source.name, dataStart, size);
  // A pickle where numbers should be is no chance either: a loader that is told so unpickles it.
  const start = await random.slice(dataStart, dataStart + 256);
  if (objects) {
    yield* shifted(readPickles(rest, context), dataStart);
    return;
  }
  if (bytes === undefined) {
    if (isPickleHead(start) || isTextPickle(start)) yield* shifted(readPickles(rest, context), dataStart);
    yield problem("malformed", "The header of the NumPy array does not say what its elements are.", { lost: false });
    return;
  }
  if (dataStart + bytes > size)
    yield problem("truncated", `The NumPy array ends ${dataStart + bytes - size} bytes too early.`, { lost: false });
  const behind = await random.slice(dataStart + bytes, dataStart + bytes + 256);
  if (isPickleHead(behind) || isTextPickle(behind))
    yield* shifted(readPickles(partOf(random, source.name, dataStart + bytes, size), context), dataStart + bytes);
}

/** The header is a dictionary of Python: `{'descr': '<f8', 'fortran_order': False, 'shape': (3, 4), }`. */
function described(header: string): { readonly objects: boolean; readonly bytes?: number } {
  // Only a quoted type can hold an O: any of them, at any depth, makes NumPy unpickle. No writer escapes one.
  if (header.includes("\\") || /['"][<>|=]?O\d{0,3}['"]/.test(header)) return { objects: true };
  const type = /['"]descr['"]\s{0,20}:\s{0,20}['"]([^'"]{1,40})['"]/.exec(header)?.[1];
  const shape = /['"]shape['"]\s{0,20}:\s{0,20}\(([\d,\sL]{0,400})\)/.exec(header)?.[1];
  const width = type === undefined ? undefined : widthOf({ kind: "text", text: type.replace(/\[[^\]]{0,20}\]$/, "") });
  const structured = type === undefined && /['"]descr['"]\s{0,20}:\s{0,20}\[/.test(header);
  if (shape === undefined) return { objects: false };
  const elements = shape
    .split(",")
    .map((part) => part.trim().replace(/L$/, ""))
    .filter((part) => part !== "")
    .reduce((product, part) => product * Number(part), 1);
  if (structured) return { objects: false, bytes: structuredBytes(header) * elements };
  return typeof width === "number" ? { objects: false, bytes: width * elements } : { objects: false };
}

/** Bytes of a record: of each field its type, times its own shape. */
function structuredBytes(header: string): number {
  let bytes = 0;
  for (const [, type = "", shape = ""] of header.matchAll(
    /,\s{0,20}['"]([<>|=]?[a-zA-Z?]\d{0,9})(?:\[[^\]]{0,20}\])?['"]\s{0,20}(?:,\s{0,20}\(([\d,\s]{0,100})\)\s{0,20})?\)/g,
  )) {
    const width = widthOf({ kind: "text", text: type });
    const count = shape
      .split(",")
      .filter((part) => part.trim() !== "")
      .reduce((product, part) => product * Number(part), 1);
    bytes += (typeof width === "number" ? width : 0) * count;
  }
  return bytes;
}

/** Offsets count from the start of the file. */
async function* shifted(parts: AsyncIterable<Part>, by: number): AsyncGenerator<Part> {
  for await (const part of parts) {
    if (part.kind !== "model") yield part;
    else
      yield {
        ...part,
        operations: part.operations.map((one) => ({ ...one, offset: (one.offset ?? 0) + by })),
        irregularities: part.irregularities.map((one) => ({ ...one, offset: (one.offset ?? 0) + by })),
      };
  }
}

export const numpy: Format = {
  id: "numpy",
  title: "NumPy array",
  spec: "https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html, versions 1.0 to 3.0",
  extensions: [".npy"],
  yields: "model",
  sniff: ({ bytes }) => (MAGIC.every((byte, i) => bytes[i] === byte) ? 1 : 0),
  read,
};
