// Writing results: to standard output, or to a file that appears whole or not at all.
import { closeSync, fsyncSync, openSync, rmSync, statSync, writeSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { settle, temporaryName, writeFailure } from "../store/durably.ts";

/** Writes `path` through a temporary file beside it, so that an interruption leaves the old file or none. */
export function writeWhole(path: string, chunks: Iterable<string | Uint8Array>): void {
  const temporary = temporaryFor(path);
  let handle: number | undefined;
  try {
    handle = openSync(temporary, temporary === path ? "w" : "wx");
    for (const chunk of chunks) {
      const bytes = typeof chunk === "string" ? Buffer.from(chunk) : chunk;
      for (let at = 0; at < bytes.length;) at += writeSync(handle, bytes, at);
    }
    if (temporary !== path) fsyncSync(handle);
    closeSync(handle);
    handle = undefined;
    if (temporary !== path) settle(temporary, path);
  } catch (error) {
    if (handle !== undefined) closeSync(handle);
    if (temporary !== path) rmSync(temporary, { force: true });
    throw writeFailure(path, error);
  }
}

/** A device or a pipe (`/dev/null`) is written to as it is: putting a file in its place would break it for everybody. */
function temporaryFor(path: string): string {
  const there = statSync(path, { throwIfNoEntry: false });
  return there && !there.isFile() && !there.isDirectory() ? path : temporaryName(path);
}

/** Refuses an output that cannot be written before a long scan, not after it. */
export function checkOutput(path: string): void {
  const folder = statSync(dirname(resolve(path)), { throwIfNoEntry: false });
  if (!folder) throw writeFailure(path, { code: "ENOENT" });
  if (!folder.isDirectory()) throw writeFailure(path, { code: "ENOTDIR" });
  if (statSync(path, { throwIfNoEntry: false })?.isDirectory()) throw writeFailure(path, { code: "EISDIR" });
}

/** The same for chunks that come in their own time. */
export async function writeWholeAsync(
  path: string,
  chunks: AsyncIterable<Uint8Array>,
  signal?: AbortSignal,
): Promise<void> {
  const temporary = temporaryFor(path);
  let handle: number | undefined;
  try {
    handle = openSync(temporary, temporary === path ? "w" : "wx");
    for await (const bytes of chunks) {
      signal?.throwIfAborted();
      for (let at = 0; at < bytes.length;) at += writeSync(handle, bytes, at);
    }
    if (temporary !== path) fsyncSync(handle);
    closeSync(handle);
    handle = undefined;
    if (temporary !== path) settle(temporary, path);
  } catch (error) {
    if (handle !== undefined) closeSync(handle);
    if (temporary !== path) rmSync(temporary, { force: true });
    throw writeFailure(path, error);
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
