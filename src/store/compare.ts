// What stands at a place now against what was pinned, file by file: changed, cut, emptied, gone, new, renamed, swapped,
// or a name that differs only in how a file system folds it. Each difference is told once, by what most likely happened.
import type { Refusal } from "../core/refusal.ts";
import { foldPath } from "../core/safe-path.ts";
import { quote } from "../base/escape.ts";
import type { LockedFile } from "./lockfile.ts";

export interface SeenFile {
  readonly path: string;
  readonly size: number;
  /** Hex; undefined where the bytes could not be read, and a refusal beside says why. */
  readonly sha256: string | undefined;
  /** It is a Git LFS or Xet pointer, which stands where the content should be. */
  readonly pointer?: boolean;
}

export interface CompareOptions {
  /** Missing files are no refusal: a copy of a part. */
  readonly partial?: boolean;
}

const ORDER: readonly Refusal["code"][] = [
  "file-changed",
  "size-changed",
  "files-swapped",
  "file-shortened",
  "file-lengthened",
  "file-emptied",
  "file-pointer",
  "file-renamed",
  "file-name-case",
  "file-name-form",
  "file-collision",
  "file-extra",
  "file-missing",
];

const bytes = (count: number): string => (count === 1 ? "1 byte" : `${count} bytes`);

/** Refusals, the gravest kind first, each kind in order of its paths. */
export function compareFiles(
  pinned: readonly LockedFile[],
  seen: readonly SeenFile[],
  options: CompareOptions = {},
): Refusal[] {
  const out: Refusal[] = [];
  const refuse = (code: Refusal["code"], path: string, message: string): void => void out.push({ code, path, message });
  const here = new Map(seen.map((file) => [file.path, file]));
  const known = new Map(pinned.map((file) => [file.path, file]));
  const changed = pinned.filter((file) => {
    const now = here.get(file.path);
    return now?.sha256 !== undefined && now.sha256 !== file.sha256;
  });
  // Whoever made the tree chose its names and contents: pairs are found by what they hold, not by trying all.
  const wanted = new Map(changed.map((file) => [`${file.sha256} ${here.get(file.path)?.sha256}`, file]));
  const told = new Set<LockedFile>();
  for (const file of changed) {
    const now = here.get(file.path) as SeenFile;
    if (told.has(file)) continue;
    const twin = wanted.get(`${now.sha256} ${file.sha256}`);
    if (twin && here.get(twin.path)?.sha256 === file.sha256) {
      told.add(twin);
      refuse(
        "files-swapped",
        file.path,
        `${quote(file.path)} and ${quote(twin.path)} hold each other's content: they were swapped.`,
      );
    } else if (now.size === 0)
      refuse("file-emptied", file.path, `${quote(file.path)} is empty; ${bytes(file.size)} were pinned.`);
    else if (now.pointer)
      refuse(
        "file-pointer",
        file.path,
        `${quote(file.path)} is a pointer to its content and not the content. Fetch it (git lfs pull).`,
      );
    else if (now.size < file.size)
      refuse(
        "file-shortened",
        file.path,
        `${quote(file.path)} is ${bytes(now.size)} long; ${bytes(file.size)} were pinned. It was cut, or another file took its place.`,
      );
    else if (now.size > file.size)
      refuse(
        "file-lengthened",
        file.path,
        `${quote(file.path)} is ${bytes(now.size)} long; ${bytes(file.size)} were pinned. Something was added, or another file took its place.`,
      );
    else
      refuse(
        "file-changed",
        file.path,
        `${quote(file.path)} has other content of the same size: sha256 ${now.sha256}; ${file.sha256} was pinned.`,
      );
  }
  // The digest of the whole does not bind sizes: who edits a lockfile could make one say what its files are not.
  for (const file of pinned) {
    const now = here.get(file.path);
    if (now?.sha256 === file.sha256 && now.size > 0 && now.size !== file.size)
      refuse(
        "size-changed",
        file.path,
        `${quote(file.path)} is what was pinned and is ${bytes(now.size)} long; the lockfile says ${bytes(file.size)}: it was edited.`,
      );
  }
  const missing = new Set(pinned.filter(({ path }) => !here.has(path)));
  const byFold = new Map([...missing].map((file) => [foldPath(file.path), file]));
  const byDigest = new Map([...missing].filter(({ size }) => size > 0).map((file) => [file.sha256, file]));
  const folds = new Map(pinned.filter(({ path }) => here.has(path)).map((file) => [foldPath(file.path), file.path]));
  for (const { path, sha256 } of seen.filter((file) => !known.has(file.path))) {
    const folded = byFold.get(foldPath(path));
    const beside = folds.get(foldPath(path));
    const old = sha256 === undefined ? undefined : byDigest.get(sha256);
    if (beside !== undefined)
      refuse(
        "file-collision",
        path,
        `${quote(path)} was not pinned, and on many systems it takes the place of ${quote(beside)}, which was.`,
      );
    else if (folded && missing.delete(folded)) {
      if (folded.path.normalize("NFC") === path.normalize("NFC"))
        refuse(
          "file-name-form",
          path,
          `${quote(path)} is written in another Unicode normal form than the ${quote(folded.path)} that was pinned.`,
        );
      else
        refuse(
          "file-name-case",
          path,
          `${quote(path)} differs in case from the ${quote(folded.path)} that was pinned.`,
        );
    } else if (old && missing.delete(old))
      refuse("file-renamed", path, `${quote(path)} holds what was pinned as ${quote(old.path)}.`);
    else refuse("file-extra", path, `${quote(path)} was not pinned.`);
  }
  if (!options.partial)
    for (const { path, size } of missing)
      refuse("file-missing", path, `${quote(path)} is missing; ${bytes(size)} were pinned.`);
  return out.toSorted((a, b) => ORDER.indexOf(a.code) - ORDER.indexOf(b.code));
}
