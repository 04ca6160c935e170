// Loaded into a process before anything else (`node --import`), it ends or fails the Nth call that changes the disk under
// FAULT_UNDER: FAULT=kill ends the process on the spot, of a write half is done; FAULT=full answers that the disk is full
// from there on. So every place at which an interruption can strike is struck, one after another.
import fs from "node:fs";
import { syncBuiltinESMExports } from "node:module";
import { resolve } from "node:path";

const { FAULT, FAULT_AT = "0", FAULT_UNDER = "/" } = process.env;
const ours = (path: unknown): boolean => resolve(String(path)).startsWith(FAULT_UNDER);
let calls = 0;
const handles = new Set<number>();

function strike(half: () => void): void {
  const now = ++calls;
  if (now < Number(FAULT_AT)) return;
  if (FAULT === "full") throw Object.assign(new Error("ENOSPC: no space left on device"), { code: "ENOSPC" });
  if (now > Number(FAULT_AT)) return;
  half();
  process.kill(process.pid, "SIGKILL");
}

const { openSync, writeSync, fsyncSync, renameSync, closeSync } = fs;
fs.openSync = (path, flags, mode) => {
  const writes = ours(path) && typeof flags === "string" && /[wa+]/.test(flags);
  if (writes) strike(() => undefined);
  const handle = openSync(path, flags, mode);
  if (writes) handles.add(handle);
  return handle;
};
fs.writeSync = ((handle: number, bytes: Uint8Array, from?: number | null) => {
  if (handles.has(handle))
    strike(() => writeSync(handle, bytes, from ?? 0, Math.floor((bytes.length - (from ?? 0)) / 2)));
  return writeSync(handle, bytes, from ?? 0);
}) as typeof fs.writeSync;
fs.fsyncSync = (handle) => {
  if (handles.has(handle)) strike(() => undefined);
  fsyncSync(handle);
};
fs.closeSync = (handle) => {
  handles.delete(handle);
  closeSync(handle);
};
fs.renameSync = (from, to) => {
  // A full disk can rename within a folder.
  if (ours(from) && FAULT === "kill") strike(() => undefined);
  renameSync(from, to);
};
syncBuiltinESMExports();
