// Evidence from the weights of an adapter (LoRA): how large each update B·A is, and how much of it lies in one direction.
// Neither needs the product: the norm comes from two matrices of the rank's size, the direction from a few rounds of a
// power iteration. One module that stands far out of all others, or an update that is nearly of rank one among others
// that are not, deserves a look and no verdict.
import type { Irregularity } from "../../core/model.ts";
import { quote } from "../../base/escape.ts";
import { seededRandom } from "../../base/prng.ts";
import type { Tensor } from "../safetensors.ts";
import type { Pages } from "./pages.ts";

/** Read of one adapter; of a larger one every n-th module, so that all its layers are seen. */
const READ_BYTES_MAX = 32 * 1024 * 1024;
/** Multiplications, about a second of them. */
const WORK_MAX = 1_000_000_000;
const MODULE_BYTES_MAX = 32 * 1024 * 1024;
/** Below this there is no crowd to stand out of. */
const MODULES_MIN = 8;
const ITERATIONS = 6;
/** An update this many times the median, and this many deviations above it. */
const RATIO_MIN = 8;
const DEVIATIONS_MIN = 12;
/** Share of an update in its first direction, and what half of the others stay under. */
const RANK_ONE = 0.98;
const RANK_ONE_MEDIAN_MAX = 0.7;
const SHOWN = 3;

const DOWN = /^(.+)\.(?:lora_A(?:\.[\w-]{1,40})?\.weight|lora_A|lora_down\.weight|lora\.down\.weight)$/;
const UP: readonly (readonly [RegExp, string])[] = [
  [/lora_A/, "lora_B"],
  [/lora_down/, "lora_up"],
  [/lora\.down/, "lora.up"],
];

interface Module {
  readonly name: string;
  readonly down: Tensor;
  readonly up: Tensor;
}

interface Measured {
  readonly name: string;
  readonly offset: number;
  /** Frobenius norm of the update. */
  readonly norm: number;
  /** Share of its square in the first direction. */
  readonly first: number;
}

export interface WeightFacts {
  readonly irregularities: readonly Irregularity[];
  /** What a reviewer may want to know of any adapter. */
  readonly note?: string;
}

export async function weightFacts(tensors: readonly Tensor[], pages: Pages): Promise<WeightFacts> {
  const modules = modulesOf(tensors);
  if (modules.length < MODULES_MIN) return { irregularities: [] };
  const bytes = modules.reduce((sum, { down, up }) => sum + down.end - down.start + up.end - up.start, 0);
  const work = modules.reduce((sum, { down, up }) => sum + (down.shape[0] ?? 0) * (product(down) + product(up)), 0);
  const step = Math.max(1, Math.ceil(bytes / READ_BYTES_MAX), Math.ceil(work / WORK_MAX));
  const measured: Measured[] = [];
  const broken: Module[] = [];
  for (let i = 0; i < modules.length; i += step) {
    const one = modules[i] as Module;
    const found = await measure(one, pages);
    if (!found) continue;
    if (Number.isFinite(found.norm)) measured.push(found);
    else broken.push(one);
  }
  const irregularities = broken.slice(0, SHOWN).map(({ name, down }): Irregularity => ({
    code: "weight-not-finite",
    message: `The update of ${quote(name)} holds numbers that are none (NaN or infinity)`,
    offset: down.start,
  }));
  if (measured.length < MODULES_MIN) return { irregularities };
  const norms = measured.map(({ norm }) => norm);
  const middle = median(norms);
  const deviation = median(norms.map((norm) => Math.abs(norm - middle)));
  const largest = measured.toSorted((a, b) => b.norm - a.norm);
  for (const { name, norm, offset } of largest.slice(0, SHOWN)) {
    if (middle === 0 || norm < RATIO_MIN * middle || norm < middle + DEVIATIONS_MIN * 1.4826 * deviation) break;
    irregularities.push({
      code: "weight-norm",
      message: `The update of ${quote(name)} is ${(norm / middle).toFixed(1)} times as large as half of the others`,
      offset,
      values: { norm: round(norm), median: round(middle), modules: measured.length },
    });
  }
  const firsts = median(measured.map(({ first }) => first));
  if (firsts < RANK_ONE_MEDIAN_MAX) {
    for (const { name, first, offset } of measured
      .filter((one) => one.first > RANK_ONE && one.norm > middle)
      .slice(0, SHOWN))
      irregularities.push({
        code: "weight-rank-one",
        message: `${(first * 100).toFixed(1)} % of the update of ${quote(name)} lie in one direction, and ${(firsts * 100).toFixed(0)} % of that of others`,
        offset,
        values: { first: round(first), median: round(firsts), modules: measured.length },
      });
  }
  const [top] = largest;
  const note = `Adapter of ${modules.length} modules${step > 1 ? ` (${measured.length} looked at)` : ""}: the norm of an update is ${round(middle)} in the middle and ${round(top?.norm ?? 0)} at most, in ${quote(top?.name ?? "")}.`;
  return { irregularities, note };
}

function modulesOf(tensors: readonly Tensor[]): Module[] {
  const byName = new Map(tensors.map((tensor) => [tensor.name, tensor]));
  return tensors.flatMap((down) => {
    const name = DOWN.exec(down.name)?.[1];
    const [from, to] = UP.find(([pattern]) => pattern.test(down.name)) ?? [];
    const up = name !== undefined && from && to ? byName.get(down.name.replace(from, to)) : undefined;
    const fits = up && down.shape.length === 2 && up.shape.length === 2 && down.shape[0] === up.shape[1];
    const small = up && down.end - down.start + up.end - up.start <= MODULE_BYTES_MAX;
    return name !== undefined && up && fits && small ? [{ name, down, up }] : [];
  });
}

async function measure({ name, down, up }: Module, pages: Pages): Promise<Measured | undefined> {
  const [rank = 0, input = 0] = down.shape;
  const [output = 0] = up.shape;
  const a = numbers(await pages.at(down.start, down.end - down.start), down.dtype);
  const b = numbers(await pages.at(up.start, up.end - up.start), up.dtype);
  if (!a || !b || rank === 0 || input === 0 || output === 0) return undefined;
  // ‖BA‖² = tr((BᵀB)(AAᵀ)).
  const rows = gram(a, rank, input, input, 1);
  const columns = gram(b, rank, output, 1, rank);
  const square = rows.reduce((sum, value, i) => sum + value * (columns[i] as number), 0);
  const random = seededRandom(rank * 31 + input);
  let vector = Float64Array.from({ length: input }, () => random() - 0.5);
  let first = 0;
  for (let i = 0; i < ITERATIONS; i++) {
    const length = Math.sqrt(lengthSquared(vector));
    if (!(length > 0)) break;
    for (let j = 0; j < input; j++) vector[j] = (vector[j] as number) / length;
    const image = times(b, times(a, vector, rank), output);
    first = lengthSquared(image);
    vector = timesBack(a, timesBack(b, image, rank), input);
  }
  return {
    name,
    offset: down.start,
    norm: Math.sqrt(square),
    first: square > 0 ? Math.min(1, first / square) : 0,
  };
}

const product = ({ shape }: Tensor): number => shape.reduce((all, size) => all * size, 1);

/** The products of `count` vectors with each other: vector i begins at i * stride and has `length` elements, `step` apart. */
function gram(matrix: Float32Array, count: number, length: number, stride: number, step: number): Float64Array {
  const out = new Float64Array(count * count);
  for (let i = 0; i < count; i++) {
    for (let j = i; j < count; j++) {
      let sum = 0;
      for (let k = 0, x = i * stride, y = j * stride; k < length; k++, x += step, y += step)
        sum += (matrix[x] as number) * (matrix[y] as number);
      out[i * count + j] = sum;
      out[j * count + i] = sum;
    }
  }
  return out;
}

/** A matrix of `rows` rows times a vector. */
function times(matrix: Float32Array, vector: Float64Array, rows: number): Float64Array {
  const out = new Float64Array(rows);
  const columns = vector.length;
  for (let row = 0, at = 0; row < rows; row++) {
    let sum = 0;
    for (let column = 0; column < columns; column++) sum += (matrix[at++] as number) * (vector[column] as number);
    out[row] = sum;
  }
  return out;
}

/** A vector times a matrix of `columns` columns. */
function timesBack(matrix: Float32Array, vector: Float64Array, columns: number): Float64Array<ArrayBuffer> {
  const out = new Float64Array(columns);
  for (let row = 0, at = 0; row < vector.length; row++) {
    const factor = vector[row] as number;
    for (let column = 0; column < columns; column++)
      out[column] = (out[column] as number) + factor * (matrix[at++] as number);
  }
  return out;
}

const lengthSquared = (vector: Float64Array): number => vector.reduce((sum, value) => sum + value * value, 0);

function numbers(bytes: Buffer, dtype: string): Float32Array | undefined {
  if (dtype === "F32") {
    const copy = Uint8Array.from(bytes);
    return new Float32Array(copy.buffer, 0, copy.length >> 2);
  }
  if (dtype !== "BF16" && dtype !== "F16") return undefined;
  const out = new Float32Array(bytes.length >> 1);
  const bits = new Uint32Array(out.buffer);
  for (let i = 0; i < out.length; i++) {
    const half = (bytes[2 * i] as number) | ((bytes[2 * i + 1] as number) << 8);
    if (dtype === "BF16") bits[i] = half << 16;
    else out[i] = float16(half);
  }
  return out;
}

function float16(half: number): number {
  const sign = half & 0x8000 ? -1 : 1;
  const exponent = (half >> 10) & 0x1f;
  const fraction = half & 0x3ff;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 31) return fraction === 0 ? sign * Infinity : Number.NaN;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}

const round = (value: number): number => Number(value.toPrecision(3));

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  return ((sorted[(sorted.length - 1) >> 1] ?? 0) + (sorted[sorted.length >> 1] ?? 0)) / 2;
}
