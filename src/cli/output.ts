// Writing results: to standard output, or to a file that appears whole or not at all.
import { closeSync, fsyncSync, openSync, renameSync, rmSync, writeSync } from "node:fs";
import { randomBytes } from "node:crypto";
import { outputFailed } from "../core/errors.ts";

/** Writes `path` through a temporary file beside it, so that an interruption leaves the old file or none. */
export function writeWhole(path: string, chunks: Iterable<string | Uint8Array>): void {
  const temporary = `${path}.${randomBytes(4).toString("hex")}.part`;
  let handle: number | undefined;
  try {
    handle = openSync(temporary, "wx");
    for (const chunk of chunks) {
      const bytes = typeof chunk === "string" ? Buffer.from(chunk) : chunk;
      for (let at = 0; at < bytes.length;) at += writeSync(handle, bytes, at);
    }
    fsyncSync(handle);
    closeSync(handle);
    handle = undefined;
    renameSync(temporary, path);
  } catch (error) {
    if (handle !== undefined) closeSync(handle);
    rmSync(temporary, { force: true });
    throw outputFailed(path, (error as Error).message, error);
  }
}

/** The same for chunks that come in their own time. */
export async function writeWholeAsync(
  path: string,
  chunks: AsyncIterable<Uint8Array>,
  signal?: AbortSignal,
): Promise<void> {
  const temporary = `${path}.${randomBytes(4).toString("hex")}.part`;
  let handle: number | undefined;
  try {
    handle = openSync(temporary, "wx");
    for await (const bytes of chunks) {
      signal?.throwIfAborted();
      for (let at = 0; at < bytes.length;) at += writeSync(handle, bytes, at);
    }
    fsyncSync(handle);
    closeSync(handle);
    handle = undefined;
    renameSync(temporary, path);
  } catch (error) {
    if (handle !== undefined) closeSync(handle);
    rmSync(temporary, { force: true });
    throw error;
  }
}

/** Standard output may be a pipe that closes early (`| head`): that is the reader's choice, not an error. */
export async function print(text: string): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    process.stdout.write(text, (error) => {
      if (error && (error as NodeJS.ErrnoException).code !== "EPIPE") reject(error);
      else resolve();
    });
  });
}
