import assert from "node:assert/strict";
import { globSync, readFileSync } from "node:fs";
import { basename } from "node:path";
import { test } from "node:test";
import { memorySource } from "../core/bytes.ts";
import type { Part } from "../core/format.ts";
import { LIMITS } from "../base/limits.ts";
import { foreign, foreignKind } from "./foreign.ts";

const readAll = async (name: string, bytes: Uint8Array): Promise<Part[]> => {
  const parts: Part[] = [];
  for await (const part of foreign.read(memorySource(name, bytes), {
    limits: LIMITS,
    spool: () => Promise.reject(new Error("no spool")),
  }))
    parts.push(part);
  return parts;
};
const sniff = (bytes: Uint8Array): number =>
  foreign.sniff({ bytes, text: Buffer.from(bytes).toString("utf8"), extension: "", name: "x", whole: true });

test("every file is named, and said not to have been looked at", async () => {
  const names: Record<string, RegExp> = {
    "dot.png": /PNG/,
    program: /ELF/,
    "setup.exe": /Windows/,
    "page.pdf": /PDF/,
    "rows.sqlite": /SQLite/,
    "tone.wav": /WAVE/,
  };
  const files = globSync("testdata/formats/foreign/*");
  assert.equal(files.length, Object.keys(names).length);
  for (const path of files) {
    const bytes = readFileSync(path);
    assert.ok(sniff(bytes) > 0.9, path);
    const [first] = await readAll(basename(path), bytes);
    assert.ok(first?.kind === "problem" && first.code === "unsupported" && first.lost, path);
    assert.match(first.message, names[basename(path)] ?? /^$/);
  }
});

test("text that begins like a magic number stays text", () => {
  for (const text of [
    "MZ is the signature of Mark Zbikowski\n",
    "BMW,Audi\n1,2\n",
    "ID3 tags in music\n",
    "ORC and elf\n",
    "GGUF models\n",
    "(see below)\n",
    "cat\ndog\nbird\n",
    "(list\n",
    "12345678WEBP\n",
  ]) {
    assert.equal(sniff(Buffer.from(text)), 0, text);
  }
});

test("the name decides nothing", () => {
  assert.equal(foreignKind(Buffer.from("hello"), true), undefined);
  assert.equal(sniff(Buffer.from([0x80, 0x02])), 0);
});
