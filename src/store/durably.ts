// Files that are there whole or not at all: written under another name, on the disk before they take their own, and the
// name on the disk too. After a kill or a power cut the old file is there or the new one, never a half.
import { closeSync, fsyncSync, mkdirSync, openSync, renameSync, rmSync, writeSync } from "node:fs";
import { randomBytes } from "node:crypto";
import { dirname, resolve } from "node:path";
import { outputFailed } from "../core/errors.ts";

export const temporaryName = (path: string): string => `${path}.${randomBytes(4).toString("hex")}.part`;

/** Puts a file that is on the disk in its place, and the place on the disk. */
export function settle(temporary: string, path: string): void {
  renameSync(temporary, path);
  let folder: number | undefined;
  try {
    folder = openSync(dirname(resolve(path)), "r");
    fsyncSync(folder);
  } catch {
    // Some systems cannot sync a folder.
  } finally {
    if (folder !== undefined) closeSync(folder);
  }
}

/** Its folder is made where it is not there. */
export function writeDurably(path: string, bytes: Uint8Array | string): void {
  mkdirSync(dirname(path), { recursive: true });
  const temporary = temporaryName(path);
  try {
    const handle = openSync(temporary, "wx");
    try {
      const all = Buffer.from(bytes as Uint8Array);
      for (let at = 0; at < all.length;) at += writeSync(handle, all, at);
      fsyncSync(handle);
    } finally {
      closeSync(handle);
    }
    settle(temporary, path);
  } catch (error) {
    rmSync(temporary, { force: true });
    throw writeFailure(path, error);
  }
}

/** An error of the system as an operational one, in words; any other as it is. */
export function writeFailure(path: string, error: unknown): Error {
  const { code } = error as NodeJS.ErrnoException;
  if (code === undefined || !/^E[A-Z0-9]+$/.test(code)) return error as Error;
  return outputFailed(path, WHY[code] ?? `writing failed (${code}).`, error);
}

const WHY: Readonly<Record<string, string>> = {
  ENOENT: "its folder does not exist. Make it first.",
  ENOTDIR: "what should be its folder is a file.",
  EISDIR: "it is a folder. Name a file.",
  EACCES: "no permission to write there.",
  EPERM: "no permission to write there.",
  EROFS: "the disk is read-only.",
  ENOSPC: "the disk is full.",
  EDQUOT: "the disk quota is used up.",
  EFBIG: "the file would be larger than the system allows.",
};
