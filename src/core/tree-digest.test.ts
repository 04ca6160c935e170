import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { dirHash, omsRoot } from "./tree-digest.ts";

const sha256 = (text: string): string => createHash("sha256").update(text).digest("hex");

test("h1 is what coreutils make of the same files, and binds their names", () => {
  const folder = mkdtempSync(join(tmpdir(), "bezoar-h1-"));
  try {
    const names = ["b.txt", "a b.txt", "\u{1f600}.txt", "\ufb33.txt", "Z.txt"];
    for (const name of names) writeFileSync(join(folder, name), `content of ${name}\n`);
    const files = names.map((path) => ({ path, sha256: sha256(`content of ${path}\n`) }));
    const text = execFileSync(
      "sh",
      ["-c", "ls | LC_ALL=C sort | while read -r f; do sha256sum \"$f\"; done | sha256sum | cut -d' ' -f1"],
      { cwd: folder, encoding: "utf8" },
    );
    assert.equal(dirHash(files), `h1:${Buffer.from(text.trim(), "hex").toString("base64")}`);
    assert.equal(dirHash(files.toReversed()), dirHash(files));
    const renamed = files.map((file) => ({ ...file, path: `x${file.path}` }));
    assert.notEqual(dirHash(renamed), dirHash(files));
    // The root of OpenSSF Model Signing does not see names: an alias, no identity.
    assert.equal(omsRoot(renamed), omsRoot(files));
    assert.match(omsRoot(files), /^[0-9a-f]{64}$/);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
