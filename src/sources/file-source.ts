// A local file as a ByteSource. Opened once, checked to be the file that was listed, read by position. What is not a
// regular file is refused: reading a pipe or a device would wait for ever or never end.
import { constants, type Stats } from "node:fs";
import { open, type FileHandle } from "node:fs/promises";
import type { ByteSource } from "../core/bytes.ts";
import type { ArtifactLocation } from "../core/artifact.ts";
import { sourceUnreachable } from "../core/errors.ts";

export type FileLocation = Extract<ArtifactLocation, { type: "file" }>;
export type OpenSource = ByteSource & { close(): Promise<void> };

const CHUNK_BYTES = 1024 * 1024;
const LARGE_CHUNK_BYTES = 4 * CHUNK_BYTES;

/** Tells one state of a file from another without reading it. */
export const versionOf = (stats: Stats): string => `${stats.ino}-${stats.size}-${stats.mtimeMs}`;

export async function fileSource(uri: string, name: string, location: FileLocation): Promise<OpenSource> {
  const path = location.pathBytes === undefined ? location.path : Buffer.from(location.pathBytes, "base64");
  let handle: FileHandle | undefined;
  try {
    // Whoever can write to the folder can put a pipe or a link in the file's place after it was listed. O_NONBLOCK does
    // not wait for a pipe's other end; O_NOFOLLOW and the version refuse what took the place.
    handle = await open(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0) | (constants.O_NOFOLLOW ?? 0));
    const stats = await handle.stat();
    if (!stats.isFile()) throw sourceUnreachable(uri, "it is not a regular file any more.");
    if (location.version !== undefined && versionOf(stats) !== location.version) throw changed(uri);
    return handleSource(uri, name, handle, stats.size);
  } catch (error) {
    await handle?.close();
    throw readFailure(uri, error);
  }
}

// A chunk is gone when the next one is asked for, so its buffer can serve the next stream: garbage of buffers is
// collected late, and a large file is read in many streams.
const SPARE_MAX = 4;
const spare: Uint8Array[] = [];

const take = (bytes: number): Uint8Array => {
  const at = spare.findIndex(({ length }) => length === bytes);
  return (at < 0 ? undefined : spare.splice(at, 1)[0]) ?? Buffer.allocUnsafeSlow(bytes);
};

const give = (buffer: Uint8Array | undefined): void => {
  if (buffer && spare.length < SPARE_MAX && (buffer.length === CHUNK_BYTES || buffer.length === LARGE_CHUNK_BYTES))
    spare.push(buffer);
};

/** A source over an open file of known size. */
export function handleSource(
  uri: string,
  name: string,
  handle: FileHandle,
  sizeBytes: number,
): Required<ByteSource> & OpenSource {
  /** Fills `buffer` from `at`, and gives the filled part: all of it, or the file was cut. */
  const read = async (buffer: Uint8Array, at: number): Promise<Uint8Array> => {
    let filled = 0;
    try {
      while (filled < buffer.length) {
        const { bytesRead } = await handle.read(buffer, filled, buffer.length - filled, at + filled);
        if (bytesRead === 0) throw changed(uri);
        filled += bytesRead;
      }
    } catch (error) {
      throw readFailure(uri, error);
    }
    return buffer;
  };

  async function* stream(start = 0, end: number = sizeBytes): AsyncIterable<Uint8Array> {
    const to = Math.min(end, sizeBytes);
    // Two buffers in turn: one is read into while the other is looked at.
    const buffers: Uint8Array[] = [];
    let turn = 0;
    const next = (at: number): Promise<Uint8Array> | undefined => {
      if (at >= to) return undefined;
      const want = at - start >= 2 * LARGE_CHUNK_BYTES ? LARGE_CHUNK_BYTES : CHUNK_BYTES;
      turn ^= 1;
      if ((buffers[turn]?.length ?? 0) < want) {
        give(buffers[turn]);
        buffers[turn] = want <= to - at ? take(want) : Buffer.allocUnsafe(to - at);
      }
      const pending = read((buffers[turn] as Uint8Array).subarray(0, Math.min(want, to - at)), at);
      pending.catch(() => {}); // Reported where it is awaited; until then it is not lost.
      return pending;
    };
    let at = start;
    let pending = next(at);
    try {
      while (pending) {
        const chunk: Uint8Array = await pending;
        at += chunk.length;
        pending = next(at);
        yield chunk;
      }
    } finally {
      // Nobody may close the file under a read.
      await pending?.catch(() => {});
      for (const buffer of buffers) give(buffer);
    }
  }

  return {
    name,
    sizeBytes,
    slice: (start, end) => read(Buffer.allocUnsafe(Math.max(0, Math.min(end, sizeBytes) - start)), start),
    stream,
    close: () => handle.close(),
  };
}

const changed = (uri: string): Error =>
  sourceUnreachable(uri, "it changed while it was read. Scan again when nothing writes to it.");

/** A system error as an operational one, in words. */
export function readFailure(uri: string, error: unknown): Error {
  const code = (error as NodeJS.ErrnoException).code;
  if (!(error instanceof Error) || code === undefined || "cause" in error || error.name === "ToolError")
    return error as Error;
  if (code === "EACCES" || code === "EPERM") return sourceUnreachable(uri, "no permission to read it.", error);
  if (code === "ENOENT") return sourceUnreachable(uri, "it is gone.", error);
  if (code === "ELOOP") return sourceUnreachable(uri, "a link took its place.", error);
  return sourceUnreachable(uri, `reading failed (${code}).`, error);
}
