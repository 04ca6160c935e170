// Drives the pickle machine over a source with random access: bytes in pieces, texts that lie behind read again, arrays
// in the stream (joblib) stepped over. Memory holds one piece, and no value's content.
import type { ByteSource } from "../../core/bytes.ts";
import type { Argument, ModelPart } from "../../core/model.ts";
import type { Limits } from "../../base/limits.ts";
import { Machine, Status, WANTED } from "./machine.ts";
import { Kind } from "./values.ts";

const PIECE_BYTES = 1024 * 1024;
/** The opcode of PROTO. */
const PICKLE_HEAD = 0x80;
/** An array of objects stands in the stream as a pickle of its own, which may hold others (CWE-674). */
const ARRAYS_DEPTH_MAX = 4;
/** Keys of the state of an array, all of them kept: more than it has (CWE-834). */
const TEXTS_FETCHED_MAX = 256;

export interface PickleRun {
  readonly machine: Machine;
  readonly start: number;
  /** Where the next byte after it is; where it broke, the opcode that broke it. */
  readonly end: number;
  readonly finished: boolean;
  /** Runs of pickles that stood inside of its stream. */
  readonly inner: readonly PickleRun[];
}

export const machineAt = (start: number, end: number, limits: Limits): Machine =>
  new Machine(start, end, { heldBytesMax: limits.pickleHeldBytesMax, lineBytesMax: limits.documentBytesMax });

export async function runPickle(
  source: Required<ByteSource>,
  start: number,
  limits: Limits,
  depth = 0,
): Promise<PickleRun> {
  const size = source.sizeBytes ?? 0;
  const machine = machineAt(start, size, limits);
  const inner: PickleRun[] = [];
  let piece: Uint8Array = new Uint8Array(0);
  let base = start;
  let wanted = PIECE_BYTES;
  for (;;) {
    const status = machine.run(piece, base);
    if (status === Status.Done) return { machine, start, end: machine.at, finished: true, inner };
    if (status === Status.Broken) return { machine, start, end: machine.at, finished: false, inner };
    if (status === Status.Text) {
      await supply(machine, source);
      continue;
    }
    if (status === Status.Array) {
      const [head = 0] = await source.slice(machine.at, machine.at + 1);
      const array = await withTexts(machine, source, () => arrayOf(machine, head === PICKLE_HEAD));
      if (array === "objects" && depth < ARRAYS_DEPTH_MAX) {
        const run = await runPickle(source, machine.at, limits, depth + 1);
        inner.push(run);
        if (!run.finished) return stopped(machine, start, inner, "An array of objects in it cannot be read to its end");
        machine.at = run.end;
      } else if (typeof array === "object") {
        const [padding = 0] = array.aligned ? await source.slice(machine.at, machine.at + 1) : [];
        machine.at += array.bytes + (array.aligned ? 1 + padding : 0);
      } else return stopped(machine, start, inner, "An array stands in it of a type that is not known");
    }
    // No progress within a whole piece: an operand is longer than it.
    if (status === Status.More && machine.at === base && piece.length > 0) wanted *= 2;
    else wanted = PIECE_BYTES;
    base = machine.at;
    piece = base < size ? await source.slice(base, Math.min(size, base + wanted)) : new Uint8Array(0);
    if (piece.length === 0 && base < size) return stopped(machine, start, inner, "Its bytes cannot be read to the end");
  }
}

async function supply(machine: Machine, source: Required<ByteSource>): Promise<void> {
  const { offset, length, encoding } = machine.wanted;
  machine.supply(offset, Buffer.from(await source.slice(offset, offset + length)).toString(encoding));
}

/** Work that asks for texts which may lie outside of the piece at hand: as often as there are texts to fetch. */
async function withTexts<T>(machine: Machine, source: Required<ByteSource>, work: () => T): Promise<T | undefined> {
  for (let fetched = 0; fetched <= TEXTS_FETCHED_MAX; fetched++) {
    try {
      return work();
    } catch (error) {
      if (error !== WANTED) throw error;
      await supply(machine, source);
    }
  }
  return undefined;
}

function stopped(machine: Machine, start: number, inner: PickleRun[], why: string): PickleRun {
  machine.why = why;
  return { machine, start, end: machine.at, finished: false, inner };
}

/** What follows a joblib wrapper: raw bytes (behind a byte that says how many bytes pad them), or a pickle. */
function arrayOf(machine: Machine, pickled: boolean): { bytes: number; aligned: boolean } | "objects" | undefined {
  const { array: state, values } = machine;
  const [shape, dtype, alignment] = ["shape", "dtype", "numpy_array_alignment_bytes"].map((key) =>
    machine.lookup(state, key),
  );
  if (shape === undefined || dtype === undefined || values.kind(shape) !== Kind.Tuple) return undefined;
  const made = values.kind(dtype) === Kind.Result ? machine.done[values.at[dtype >> 1] as number] : undefined;
  const type = made?.arguments[0];
  // A record may hold objects among its fields: then no padding stands before it, which is shorter than this byte.
  if (pickled && type?.kind === "text" && /^\|?V/.test(type.text)) return "objects";
  const width = widthOf(type);
  if (width === undefined || width === "objects") return width;
  let bytes = width;
  for (const dimension of values.items(shape)) {
    if ((dimension & 1) !== 1 || dimension < 0) return undefined;
    bytes *= dimension >> 1;
  }
  return { bytes, aligned: alignment !== undefined && (alignment & 1) === 1 };
}

/** Bytes of an element of a NumPy type by its name. */
export function widthOf(type: Argument | undefined): number | "objects" | undefined {
  if (type?.kind !== "text") return undefined;
  const match = /^[<>|=]?([a-zA-Z?])(\d{0,9})$/.exec(type.text);
  if (!match) return undefined;
  const [, letter = "", digits = ""] = match;
  if (letter === "O") return "objects";
  const count = digits === "" ? undefined : Number(digits);
  if (letter === "U") return 4 * (count ?? 0);
  if (letter === "?" || (letter === "b" && count === undefined)) return 1;
  return count;
}

/** The parts of a run, those of the pickles inside of its stream after it. */
export function* modelParts(run: PickleRun): Generator<ModelPart> {
  const { machine, inner } = run;
  yield {
    kind: "model",
    loader: "pickle",
    operations: [...machine.done],
    irregularities: machine.irregularities,
  };
  for (const one of inner) yield* modelParts(one);
}
