// Names that git itself gave (git 2.39): of blobs, of the empty tree, of a tree whose order is not that of its names.
import assert from "node:assert/strict";
import { test } from "node:test";
import { gitBlobHash, gitTree } from "./git-digest.ts";

const blob = (text: string): string => gitBlobHash(Buffer.byteLength(text)).update(text).digest("hex");

test("blobs and trees have the names that git gives them", () => {
  assert.equal(blob(""), "e69de29bb2d1d6434b8b29ae775ad8c2e48c5391");
  assert.equal(blob("hello\n"), "ce013625030ba8dba906f756967f9e9ca394464a");
  assert.equal(gitTree([]), "4b825dc642cb6eb9a060e54bf8d69288fbee4904");
  const files = ["a/b", "a.txt", "a-b", "run"].map((path) => ({
    path,
    blob: blob("hello\n"),
    executable: path === "run",
  }));
  assert.equal(gitTree(files), "b6c34bde849313b4bf6a3af361e205436d2c563b");
  assert.equal(gitTree(files.toReversed()), gitTree(files));
  assert.equal(gitTree([{ path: "d/".repeat(100_000), blob: blob("") }]), undefined);
});
