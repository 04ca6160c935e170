// Random access for a source that can only be read forward: held in memory while small, else in a temporary file that
// only its owner can read and that is gone when the process is, however it ends.
import { constants, rmSync } from "node:fs";
import { mkdtemp, open, rm, unlink, type FileHandle } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { memorySource, type ByteSource } from "../core/bytes.ts";
import type { ReadContext } from "../core/format.ts";
import type { Problem } from "../core/problem.ts";
import { LIMITS, type Limits } from "../base/limits.ts";
import { outputFailed, ToolError } from "../core/errors.ts";
import { handleSource } from "./file-source.ts";

/** Held in memory up to here: most members are smaller, and a disk is slower and may be full. */
const MEMORY_BYTES = 64 * 1024 * 1024;

export interface Spool {
  readonly spool: ReadContext["spool"];
  /** Releases everything that was spooled. */
  close(): Promise<void>;
}

export interface SpoolOptions {
  readonly limits?: Pick<Limits, "spoolBytesMax">;
  readonly signal?: AbortSignal;
  readonly memoryBytes?: number;
}

export function spooler(options: SpoolOptions = {}): Spool {
  const { limits = LIMITS, signal, memoryBytes = MEMORY_BYTES } = options;
  const files: FileHandle[] = [];
  const spool: Spool["spool"] = async (source) => {
    if (source.slice && source.sizeBytes !== undefined) return source as Required<ByteSource>;
    const held: Uint8Array[] = [];
    let handle: FileHandle | undefined;
    let total = 0;
    for await (const chunk of source.stream()) {
      if (signal?.aborted) throw new ToolError("interrupted", "Stopped.");
      total += chunk.length;
      // A compressed member decides how long it grows (CWE-409).
      if (total > limits.spoolBytesMax) return tooLong(limits.spoolBytesMax);
      if (!handle && total > memoryBytes) {
        handle = await unlinkedFile();
        files.push(handle);
        await write(handle, held.splice(0));
      }
      if (handle) await write(handle, [chunk]);
      else held.push(Uint8Array.from(chunk));
    }
    if (!handle) return { ...memorySource(source.name, Buffer.concat(held)) } as Required<ByteSource>;
    return handleSource(source.name, source.name, handle, total);
  };
  const close = async (): Promise<void> => {
    await Promise.all(files.splice(0).map((file) => file.close()));
  };
  return { spool, close };
}

const tooLong = (bytesMax: number): Problem => ({
  code: "limit",
  message: `Needs random access, and is longer than can be held for it (limit spoolBytesMax, ${bytesMax} bytes). Unpack it, and scan what comes out.`,
  lost: true,
});

const endless = (bytesMax: number): Problem => ({
  code: "limit",
  message: `More than ${bytesMax} bytes came, which is longer than is held (limit spoolBytesMax): not looked at. Write them to a file, and scan that.`,
  lost: true,
});

async function write(handle: FileHandle, chunks: readonly Uint8Array[]): Promise<void> {
  try {
    for (const chunk of chunks) await handle.appendFile(chunk);
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    throw outputFailed(tmpdir(), `${code}. Free some space, or point TMPDIR elsewhere.`, error);
  }
}

// O_EXCL and a name nobody can guess: another user of the machine could otherwise put a link there first (CWE-377).
async function temporary(): Promise<{ readonly path: string; readonly handle: FileHandle; readonly folder: string }> {
  const folder = await mkdtemp(join(tmpdir(), "bezoar-"));
  const path = join(folder, "spool");
  const handle = await open(path, constants.O_RDWR | constants.O_CREAT | constants.O_EXCL, 0o600);
  return { path, handle, folder };
}

/** A file without a name: it needs no cleaning up even after a crash. */
async function unlinkedFile(): Promise<FileHandle> {
  const { path, handle, folder } = await temporary();
  await unlink(path);
  await rm(folder, { recursive: true, force: true });
  return handle;
}

/** The whole of a stream as a file that other threads can open by its path; removed when this process exits. */
export async function spoolToFile(
  chunks: AsyncIterable<Uint8Array>,
  options: Omit<SpoolOptions, "memoryBytes"> = {},
): Promise<{ readonly path: string; readonly sizeBytes: number } | Problem> {
  const { limits = LIMITS, signal } = options;
  const { path, handle, folder } = await temporary();
  const remove = (): void => rmSync(folder, { recursive: true, force: true });
  let kept = false;
  let total = 0;
  try {
    for await (const chunk of chunks) {
      if (signal?.aborted) throw new ToolError("interrupted", "Stopped.");
      total += chunk.length;
      if (total > limits.spoolBytesMax) return endless(limits.spoolBytesMax);
      await write(handle, [chunk]);
    }
    kept = true;
    process.once("exit", remove);
    return { path, sizeBytes: total };
  } finally {
    await handle.close();
    if (!kept) remove();
  }
}
