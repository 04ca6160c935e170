// npm run fuzz [-- FORMAT [SECONDS [SEED]]]: damages the files of testdata/formats without end and reads them with the
// reader they belong to and with every reader that claims them. A throw that is not a ReadProblem, or a reader that
// stops answering, is a bug; the seed and the step that found it are printed, and the file is kept.
import { globSync, readFileSync, writeFileSync } from "node:fs";
import { basename } from "node:path";
import { memorySource, type ByteSource } from "../src/core/bytes.ts";
import { LIMITS, type Limits } from "../src/base/limits.ts";
import { pick, seededRandom, type Random } from "../src/base/prng.ts";
import { formats } from "../src/formats/index.ts";
import { ReadProblem } from "../src/formats/shared/read-problem.ts";
import { rank, readHead } from "../src/scan/unit.ts";

const limits: Limits = {
  ...LIMITS,
  expandedBytesMax: 32 * 1024 * 1024,
  spoolBytesMax: 32 * 1024 * 1024,
  recordBytesMax: 1024 * 1024,
};
/** One input must be answered within this; inputs are a few kilobytes. */
const ANSWER_MS_MAX = 5_000;

async function spool(source: ByteSource): Promise<Required<ByteSource>> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of source.stream()) chunks.push(Uint8Array.from(chunk));
  return memorySource(source.name, Buffer.concat(chunks)) as Required<ByteSource>;
}

const TOKENS = [
  "{",
  "}",
  "[",
  "]",
  '"',
  "\\",
  "\\u0000",
  "\0",
  "<",
  ">",
  "&",
  "<!DOCTYPE",
  ",",
  "\n",
  "\r\n",
  "'",
  "'''",
  "---",
  "&a *a",
  "PAR1",
  "\x1f\x8b",
  "-1",
  "1e999",
  "\ufeff",
  "\u{1f6a8}",
  "=",
  ";",
  "\t",
];

export function damage(bytes: Buffer, random: Random): Buffer {
  let out = Buffer.from(bytes);
  const times = 1 + Math.floor(random() * 6);
  for (let i = 0; i < times; i++) {
    const at = Math.floor(random() * (out.length + 1));
    const length = Math.floor(random() ** 3 * out.length);
    switch (Math.floor(random() * 7)) {
      case 0:
        if (at < out.length) out[at] = Math.floor(random() * 256);
        break;
      case 1:
        out = out.subarray(0, at);
        break;
      case 2:
        out = Buffer.concat([out.subarray(0, at), out.subarray(at + length)]);
        break;
      case 3:
        out = Buffer.concat([out.subarray(0, at), out.subarray(at, at + length), out.subarray(at)]);
        break;
      case 4:
        out = Buffer.concat([out.subarray(0, at), Buffer.from(pick(random, TOKENS)), out.subarray(at)]);
        break;
      case 5:
        if (at + 4 <= out.length) out.writeUInt32LE(pick(random, [0, 1, 0x7fffffff, 0x80000000, 0xffffffff]), at);
        break;
      default:
        if (at + 8 <= out.length)
          out.writeBigUInt64LE(pick(random, [0n, 0xffffffffffffffffn, 0x7fffffffffffffffn, 1n << 40n]), at);
    }
    if (out.length > 200_000) out = out.subarray(0, 200_000);
  }
  return Buffer.from(out);
}

export interface FuzzFailure {
  readonly file: string;
  readonly seed: number;
  readonly step: number;
  readonly format: string;
  readonly error: string;
  readonly bytes: Buffer;
}

/** Runs until `seconds` have passed or something fails. */
export async function fuzz(
  only: string | undefined,
  seconds: number,
  seed: number,
  onStep?: (steps: number) => void,
): Promise<{ steps: number; failure?: FuzzFailure }> {
  const files = globSync(`testdata/formats/${only ?? "*"}/*`).sort();
  const random = seededRandom(seed);
  const end = performance.now() + seconds * 1000;
  let steps = 0;
  while (performance.now() < end) {
    const file = pick(random, files);
    const id = file.split("/")[2];
    const bytes = damage(readFileSync(file), random);
    const name = random() < 0.5 ? basename(file) : "unknown";
    const claimed = rank(formats, await readHead(memorySource(name, bytes), limits)).map(({ format }) => format);
    for (const format of new Set([...formats.filter((f) => f.id === id), ...claimed])) {
      const begun = performance.now();
      try {
        let records = 0;
        for await (const part of format.read(memorySource(name, bytes), { limits, spool })) {
          if (part.kind === "records") for (let i = 0; i < part.count && records < 2_000; i++, records++) part.value(i);
          else if (part.kind === "member") for await (const chunk of part.source.stream()) void chunk;
        }
      } catch (error) {
        if (!(error instanceof ReadProblem))
          return {
            steps,
            failure: {
              file,
              seed,
              step: steps,
              format: format.id,
              error: (error as Error).stack ?? String(error),
              bytes,
            },
          };
      }
      const took = performance.now() - begun;
      if (took > ANSWER_MS_MAX)
        return {
          steps,
          failure: { file, seed, step: steps, format: format.id, error: `took ${Math.round(took)} ms`, bytes },
        };
    }
    steps++;
    if (steps % 500 === 0) onStep?.(steps);
  }
  return { steps };
}

if (import.meta.main) {
  const [only, seconds = "60", seed = String(Date.now() % 1_000_000)] = process.argv.slice(2);
  const { steps, failure } = await fuzz(only === "all" ? undefined : only, Number(seconds), Number(seed), (n) =>
    process.stderr.write(`\r${n} inputs`),
  );
  process.stderr.write("\n");
  if (failure) {
    writeFileSync("fuzz-failure.bin", failure.bytes);
    console.error(
      `seed ${failure.seed}, input ${failure.step}, from ${failure.file}, reader ${failure.format} (kept as fuzz-failure.bin):\n${failure.error}`,
    );
    process.exit(1);
  }
  console.log(`${steps} damaged inputs read, seed ${seed}: every one was answered.`);
}
