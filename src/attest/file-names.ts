// Names of files in a signed manifest or a tree to be signed. Whoever wrote the manifest chose them: one that leaves the
// folder, or two that become one file on a disk where case or Unicode form does not count, would let a verified name stand
// for other bytes than were verified.
import { quote } from "../base/escape.ts";
import { foldPath } from "../core/safe-path.ts";
import type { Refusal } from "../core/refusal.ts";

// A backslash or a drive is a path on Windows; a control character is a name that nobody can type or see.
const BAD_CHARACTER = /[\\\p{Cc}\p{Zl}\p{Zp}]/u;

/** Why a relative path with `/` separators may not stand for a file; undefined if it may. */
export function badName(name: string): Refusal | undefined {
  const escapes = (why: string): Refusal => ({ code: "name-escapes", message: `${quote(name)} ${why}.` });
  if (name === "") return escapes("is an empty name");
  if (name.startsWith("/") || /^[A-Za-z]:/.test(name)) return escapes("is an absolute path");
  const parts = name.split("/");
  if (parts.includes("..")) return escapes("leads out of the folder");
  if (parts.some((part) => part === "" || part === ".")) return escapes("is not written in its plain form");
  if (BAD_CHARACTER.test(name)) return escapes("holds a backslash or a control character");
  if (!name.isWellFormed()) return escapes("is not well-formed Unicode");
  return undefined;
}

/** Names that cannot stand in one tree together. Linear. */
export function clashes(names: readonly string[]): Refusal[] {
  const found: Refusal[] = [];
  const files = new Map<string, string>();
  for (const name of names) {
    const folded = foldPath(name);
    const other = files.get(folded);
    if (other === name) found.push({ code: "name-duplicate", message: `${quote(name)} is named twice.` });
    else if (other !== undefined)
      found.push({
        code: "name-collision",
        message: `${quote(other)} and ${quote(name)} are one file where case or Unicode form does not count.`,
      });
    else files.set(folded, name);
  }
  for (const name of names) {
    const parts = foldPath(name).split("/");
    let folder = "";
    for (const part of parts.slice(0, -1)) {
      folder = folder === "" ? part : `${folder}/${part}`;
      const file = files.get(folder);
      if (file === undefined) continue;
      found.push({
        code: "name-collision",
        message: `${quote(file)} is a file, and ${quote(name)} needs it as a folder.`,
      });
      break;
    }
  }
  return found;
}
