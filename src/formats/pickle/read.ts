// All that a file of pickles holds: one pickle after another, the files inside of their values, the data that PyTorch and
// joblib append, and what stands behind all that, where another pickle may hide.
import type { ByteSource } from "../../core/bytes.ts";
import type { Part, ReadContext } from "../../core/format.ts";
import { problem } from "../../core/format.ts";
import { memorySource } from "../../core/bytes.ts";
import { partOf } from "../shared/part-of.ts";
import { isPickleHead, isTextPickle, unspelled, unwrapped } from "./embedded.ts";
import { modelParts, runPickle, type PickleRun } from "./run.ts";

/** Pickles read from one file (CWE-770). */
const PICKLES_MAX = 10_000;
/** Bytes behind a pickle that are searched for another, and places that are tried. */
const TRAILING_BYTES_MAX = 256 * 1024 * 1024;
const PLACES_MAX = 2_000;
const PIECE_BYTES = 4 * 1024 * 1024;
/** Bytes of a value that is unwrapped; longer ones are not compressed pickles but data. */
const EMBEDDED_BYTES_MAX = 64 * 1024 * 1024;

/** How a legacy PyTorch file begins: a pickle of its magic number. */
const TORCH_MAGIC = Buffer.from("80028a0a6cfc9c46f9206aa850192e", "hex");
/** Magic number, protocol, system, object, keys of storages. */
const TORCH_PICKLES = 5;

export async function* readPickles(
  source: Required<ByteSource>,
  context: ReadContext,
  from = 0,
  depth = 0,
): AsyncGenerator<Part> {
  const { limits } = context;
  const size = source.sizeBytes ?? 0;
  const torch = from === 0 && TORCH_MAGIC.equals(await source.slice(0, TORCH_MAGIC.length));
  const storages = new Map<string, number | undefined>();
  let at = from;
  let broken = false;
  for (let pickles = 0; at < size; pickles++) {
    if (pickles >= PICKLES_MAX) {
      yield problem("limit", `More than ${PICKLES_MAX} pickles stand in it. The rest was not read.`, {
        at: { offset: at },
      });
      return;
    }
    if (pickles > 0) {
      if (torch && pickles === TORCH_PICKLES) break;
      const head = await source.slice(at, at + 256);
      if (!(torch || isPickleHead(head) || isTextPickle(head))) break;
    }
    const run = await runPickle(source, at, limits);
    for (const [key, bytes] of run.machine.storages) storages.set(key, bytes);
    yield* told(run);
    if (depth < limits.containerDepthMax) yield* insides(run, source, context, depth);
    at = run.end;
    if (!run.finished) {
      broken = true;
      break;
    }
  }
  if (torch && !broken) {
    let bytes: number | undefined = 0;
    for (const own of storages.values()) bytes = own === undefined || bytes === undefined ? undefined : bytes + 8 + own;
    if (bytes !== undefined) {
      if (at + bytes > size) {
        yield problem("truncated", "The data of its tensors ends early. All of its pickles were read.", {
          lost: false,
          at: { offset: size },
        });
      }
      at += bytes;
    }
  }
  if (at < size) yield* behind(source, context, broken ? at + 1 : at, broken);
}

function* told(run: PickleRun): Generator<Part> {
  yield* modelParts(run);
  const { machine } = run;
  if (machine.operations.full)
    yield problem("limit", "The pickle does more different things than are told apart. The rest was not judged.", {
      at: { offset: run.start },
    });
  if (run.machine.embeddedFull)
    yield problem("limit", "More values in the pickle may be files than are looked at. The rest was not.", {
      at: { offset: run.start },
    });
  if (run.finished) return;
  const code = machine.limited ? "limit" : machine.truncated ? "truncated" : "malformed";
  yield problem(
    code,
    `The pickle that begins at byte ${run.start} cannot be read on at byte ${run.end}: ${machine.why}. What stands before was read; it runs before a loader notices.`,
    { at: { offset: run.end } },
  );
}

/** Files inside of values. */
async function* insides(
  run: PickleRun,
  source: Required<ByteSource>,
  context: ReadContext,
  depth: number,
): AsyncGenerator<Part> {
  for (const { offset, length, spelled, text, loaded } of run.machine.embedded) {
    if (spelled && length > 2 * EMBEDDED_BYTES_MAX) {
      yield tooLong(offset);
      continue;
    }
    if (spelled) {
      const bytes =
        text === undefined ? unspelled(await source.slice(offset, offset + length)) : Buffer.from(text, "latin1");
      yield* spelledOut(bytes, source, context, depth, offset, loaded);
      continue;
    }
    const head = await source.slice(offset, offset + Math.min(length, 256));
    if (isPickleHead(head) || isTextPickle(head) || (loaded && head[0] !== 0x50)) {
      yield* guessed(partOf(source, source.name, offset, offset + length), context, depth, offset, loaded);
      continue;
    }
    if (length > EMBEDDED_BYTES_MAX) {
      // An archive is read where it lies, however long; compressed data of this size is data, unless it is loaded.
      if (isZip(head))
        yield {
          kind: "member",
          name: `value at byte ${offset}`,
          source: partOf(source, source.name, offset, offset + length),
        };
      else if (loaded) yield tooLong(offset);
      continue;
    }
    const content = unwrapped(await source.slice(offset, offset + length), EMBEDDED_BYTES_MAX);
    if (!content) continue;
    yield* spelledOut(content, source, context, depth, offset, loaded);
  }
  for (const one of run.inner) yield* insides(one, source, context, depth);
}

/** A value that does not stand in the file as it is: bytes that were text, or compressed. */
async function* spelledOut(
  bytes: Uint8Array,
  { name }: ByteSource,
  context: ReadContext,
  depth: number,
  offset: number,
  loaded: boolean,
): AsyncGenerator<Part> {
  const content = unwrapped(bytes, EMBEDDED_BYTES_MAX) ?? (loaded ? bytes : undefined);
  if (!content) return;
  const inner = memorySource(name, content) as Required<ByteSource>;
  if (isZip(content)) yield { kind: "member", name: `value at byte ${offset}`, source: inner };
  else yield* guessed(inner, context, depth, offset, loaded);
}

const isZip = ([first, second]: Uint8Array): boolean => first === 0x50 && second === 0x4b;

const tooLong = (offset: number): Part =>
  problem("limit", `A value at byte ${offset} is loaded as a file, and is too long to be looked at.`, {
    at: { offset },
  });

/** A value that may be a pickle: where it breaks before it does anything, it was none. */
async function* guessed(
  source: Required<ByteSource>,
  context: ReadContext,
  depth: number,
  offset: number,
  loaded: boolean,
): AsyncGenerator<Part> {
  const trial = await runPickle(source, 0, context.limits);
  if (!loaded && !trial.finished && trial.machine.done.length === 0) return;
  // A whole PyTorch file in a value is as usual as an archive in one; what it does is judged below.
  if (!loaded && !TORCH_MAGIC.equals(await source.slice(0, TORCH_MAGIC.length)))
    yield {
      kind: "model",
      loader: "pickle",
      operations: [],
      irregularities: [
        {
          code: "pickle-in-value",
          message: `A value at byte ${offset} is itself a pickle, where scanners do not look. Whoever unpickles it runs it.`,
          offset,
        },
      ],
    };
  for await (const part of readPickles(source, context, 0, depth + 1)) {
    if (part.kind === "model") {
      yield {
        ...part,
        operations: part.operations.map((one) => ({ ...one, offset })),
        irregularities: part.irregularities.map((one) => ({ ...one, offset })),
      };
    } else yield part;
  }
}

/** What stands behind the last pickle: another archive, a pickle behind junk, or nothing that loads. */
async function* behind(
  source: Required<ByteSource>,
  context: ReadContext,
  from: number,
  broken: boolean,
): AsyncGenerator<Part> {
  const size = source.sizeBytes ?? 0;
  const end = Math.min(size, from + TRAILING_BYTES_MAX);
  let places = 0;
  let found = false;
  for (let base = from; base < end && places < PLACES_MAX;) {
    const piece = await source.slice(base, Math.min(end, base + PIECE_BYTES));
    if (piece.length === 0) break;
    let next = base + Math.max(1, piece.length - 512);
    if (base + piece.length >= end) next = end;
    for (const place of candidates(piece)) {
      if (base + place >= next) break;
      if (++places > PLACES_MAX) break;
      const run = await runPickle(source, base + place, context.limits);
      if (!isReal(run)) continue;
      found = true;
      run.machine.irregular(
        "pickle-behind",
        `A pickle stands at byte ${run.start}, behind the end of what a loader reads first.`,
        run.start,
      );
      yield* modelParts(run);
      if (run.end > base + place) next = Math.max(base + place + 1, run.end);
      break;
    }
    base = next;
  }
  if (places > PLACES_MAX || end < size)
    yield problem("limit", `What stands behind byte ${from} is too much to be searched for further pickles.`, {
      at: { offset: from },
    });
  if (!found && !broken)
    yield {
      kind: "model",
      loader: "pickle",
      operations: [],
      irregularities: [
        {
          code: "bytes-behind",
          message: `${size - from} bytes stand behind the last pickle; nothing in them can be unpickled.`,
          offset: from,
          values: { bytes: size - from },
        },
      ],
    };
}

/** Where a pickle could begin, ascending. */
function* candidates(bytes: Uint8Array): Generator<number> {
  for (let at = 0; at + 3 < bytes.length; at++) {
    const byte = bytes[at];
    if (byte === 0x80) {
      if (isPickleHead(bytes, at)) yield at;
    } else if (byte === 0x63 || byte === 0x28 || byte === 0x69) {
      if (isTextPickle(bytes.subarray(at, at + 200))) yield at;
    }
  }
}

const IDENTIFIER = /^[A-Za-z_][\w.]*$/;

/** Chance gives no pickle that names something and calls it, nor one that names something and ends in order. */
function isReal({ machine, finished, start, end }: PickleRun): boolean {
  const { done } = machine;
  if (done.length === 0) return finished && end - start > 16;
  const imports = done.filter(({ use }) => use === "import");
  if (!imports.every(({ module, name }) => IDENTIFIER.test(module ?? "") && IDENTIFIER.test(name))) return false;
  return finished || done.some(({ use }) => use !== "import");
}
