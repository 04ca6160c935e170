// How long a tree takes to be pinned, and how often its bytes are read, side by side with `sha256sum` in one run:
//   node bench/lock.ts [GIGABYTES] [--scan]
// The bytes are written for it (no sparse files) and removed again. Bytes read are those of the process, as Linux counts
// them (/proc/PID/io), start of the program included.
import { spawn } from "node:child_process";
import { randomFillSync } from "node:crypto";
import {
  closeSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
  writeSync,
} from "node:fs";
import { availableParallelism, tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";

export interface Timed {
  readonly seconds: number;
  /** Bytes that the process read; undefined where the system does not say. */
  readonly read: number | undefined;
}

export interface LockBench {
  readonly bytes: number;
  readonly sum: Timed | undefined;
  readonly pinned: Timed;
  readonly scanned?: Timed;
}

const CHUNK_BYTES = 4 * 1024 * 1024;

/** Files of random bytes, and as many bytes again of JSON Lines where they are to be scanned. */
function makeTree(folder: string, bytes: number, files: number, records: boolean): number {
  mkdirSync(folder, { recursive: true });
  const chunk = Buffer.alloc(CHUNK_BYTES);
  let written = 0;
  for (let f = 0; f < files; f++) {
    const handle = openSync(join(folder, records ? `part-${f}.jsonl` : `part-${f}.bin`), "w");
    for (let left = Math.ceil(bytes / files); left > 0; left -= CHUNK_BYTES) {
      const part = records ? recordsOf(written, Math.min(left, CHUNK_BYTES)) : randomFillSync(chunk).subarray(0, left);
      written += writeSync(handle, part);
    }
    closeSync(handle);
  }
  return written;
}

function recordsOf(seed: number, bytes: number): Buffer {
  const lines: string[] = [];
  for (let at = 0, i = 0; at < bytes; i++) {
    const word = (n: number): string => (Math.imul(seed + 31 * i + n, 0x9e3779b1) >>> 0).toString(36);
    const words = Array.from({ length: 24 }, (_, n) => word(n * n)).join(" ");
    const line = `${JSON.stringify({ question: `${words.slice(0, 60)}?`, answer: words })}\n`;
    lines.push(line);
    at += line.length;
  }
  return Buffer.from(lines.join(""));
}

/** Runs a command and looks at what its process has read, until it ends. */
function timed(command: string, args: readonly string[], cwd: string): Promise<Timed> {
  return new Promise((done, fail) => {
    const from = performance.now();
    const child = spawn(command, args, { cwd, stdio: ["ignore", "ignore", "inherit"] });
    let read: number | undefined;
    const look = (): void => {
      try {
        const count = /^rchar: (\d+)$/m.exec(readFileSync(`/proc/${child.pid}/io`, "utf8"))?.[1];
        if (count !== undefined) read = Number(count);
      } catch {
        // It has ended, or this is another system.
      }
    };
    const timer = setInterval(look, 5);
    child.on("error", fail);
    child.on("exit", () => {
      clearInterval(timer);
      done({ seconds: (performance.now() - from) / 1000, read });
    });
  });
}

export async function lockBench(options: {
  readonly bytes: number;
  readonly files: number;
  readonly scan: boolean;
  /** The one detector to scan with, where not all. */
  readonly detector?: string;
}): Promise<LockBench> {
  const root = mkdtempSync(join(tmpdir(), "bezoar-lock-bench-"));
  const main = resolve("src/cli/main.ts");
  try {
    const bytes = makeTree(join(root, "tree"), options.bytes, options.files, options.scan);
    if (options.detector !== undefined) writeFileSync(join(root, "bezoar.yaml"), `only: [${options.detector}]\n`);
    const names = readdirSync(join(root, "tree")).map((name) => join("tree", name));
    // sha256sum on as many files at once as there are cores.
    const sums = (): Promise<Timed | undefined> =>
      timed(
        "sh",
        ["-c", `printf '%s\\0' ${names.join(" ")} | xargs -0 -n 1 -P ${availableParallelism()} sha256sum`],
        root,
      ).catch(() => undefined);
    // The first run finds the bytes where the system left them; what is compared runs after it.
    await sums();
    const sum = await sums();
    const lock = (...more: string[]): Promise<Timed> =>
      timed(process.execPath, [main, "lock", "tree", "--no-progress", "--kind", "dataset", ...more], root);
    const pinned = await lock("--no-scan");
    return { bytes, sum, pinned, ...(options.scan ? { scanned: await lock("--lockfile", "scanned.lock") } : {}) };
  } finally {
    rmSync(root, { recursive: true, force: true });
  }
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) {
  const gigabytes = process.argv.slice(2).find((arg) => !arg.startsWith("--")) ?? "4";
  const scan = process.argv.includes("--scan");
  console.log(await lockBench({ bytes: Number(gigabytes) * 1e9, files: 8, scan }));
}
