// Names of files as an artifact's author chose them, checked before anything is done under them: no way out of the
// folder (CWE-22), nothing that another system reads as another name, no two names that one file system keeps as one.
import { quote } from "../base/escape.ts";

const PATH_CHARACTERS_MAX = 4096;

/** Why a relative path is not one that every system takes for the same file below a folder; undefined where it is. */
export function pathFault(path: string): string | undefined {
  if (path === "") return "is empty";
  if (path.length > PATH_CHARACTERS_MAX) return `is longer than ${PATH_CHARACTERS_MAX} characters`;
  if (path.startsWith("/")) return "is absolute";
  if (/^[A-Za-z]:/.test(path)) return "names a drive";
  if (path.includes("\\")) return "holds a backslash, which some systems read as a folder";
  // Line separators too: a list of names must have one reading.
  if (/[\p{Cc}\p{Zl}\p{Zp}]/u.test(path)) return "holds a control character";
  if (!path.isWellFormed()) return "is no well-formed text";
  const parts = path.split("/");
  if (parts.includes("..")) return "leads out of its folder";
  if (parts.includes(".") || parts.includes("")) return "is not written the shortest way";
  return undefined;
}

export interface PathCollision {
  readonly first: string;
  readonly second: string;
  readonly why: "same" | "case" | "form" | "folder";
}

const formOf = (path: string): string => path.normalize("NFC");
/** How a disk that ignores case and Unicode form sees a name (APFS, NTFS). */
export const foldPath = (path: string): string => formOf(path.normalize("NFD").toUpperCase().toLowerCase());

/** Two of the paths that some file system would keep as one file; undefined where there are none. */
export function pathCollision(paths: Iterable<string>): PathCollision | undefined {
  const seen = new Map<string, string>();
  const folders = new Map<string, string>();
  for (const path of paths) {
    const key = foldPath(path);
    const known = seen.get(key);
    if (known !== undefined)
      return {
        first: known,
        second: path,
        why: known === path ? "same" : formOf(known) === formOf(path) ? "form" : "case",
      };
    seen.set(key, path);
    for (let slash = key.indexOf("/"); slash >= 0; slash = key.indexOf("/", slash + 1))
      folders.set(key.slice(0, slash), path);
  }
  for (const [key, path] of seen) {
    const inside = folders.get(key);
    if (inside !== undefined) return { first: path, second: inside, why: "folder" };
  }
  return undefined;
}

export function collisionText({ first, second, why }: PathCollision): string {
  if (why === "same") return `${quote(first)} is listed twice`;
  const names = `${quote(first)} and ${quote(second)}`;
  if (why === "folder") return `${names}: what is a file in one is a folder in the other`;
  return why === "case"
    ? `${names} differ in case alone, and are one file on many systems`
    : `${names} are two spellings (Unicode normal forms) of one name, and one file on many systems`;
}
