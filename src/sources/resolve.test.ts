import { after, before, test } from "node:test";
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import {
  appendFileSync,
  chmodSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  closeSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import type { ArtifactRef, Target } from "../core/artifact.ts";
import type { ByteSource } from "../core/bytes.ts";
import { ToolError } from "../core/errors.ts";
import { LIMITS } from "../base/limits.ts";
import { openSource, problemOf } from "./open.ts";
import { resolveTargets, type ResolveOptions } from "./resolve.ts";
import { spooler } from "./spool.ts";

let folder = "";
before(() => {
  folder = mkdtempSync(join(tmpdir(), "bezoar-test-"));
});
after(() => rmSync(folder, { recursive: true, force: true }));

let count = 0;
const tree = (files: Readonly<Record<string, string>> = {}): string => {
  const root = join(folder, `t${count++}`);
  mkdirSync(root);
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(join(root, name, ".."), { recursive: true });
    writeFileSync(join(root, name), content);
  }
  return root;
};
async function found(targets: readonly string[], options: ResolveOptions = {}): Promise<Target[]> {
  const all: Target[] = [];
  for await (const target of resolveTargets(targets, { env: {}, ...options })) all.push(target);
  return all;
}
const refs = (targets: readonly Target[]): ArtifactRef[] => targets.filter((target) => target.kind === "artifact");
const names = async (...targets: string[]): Promise<string[]> => refs(await found(targets)).map(({ name }) => name);
const problems = (targets: readonly Target[]): string[] =>
  targets.flatMap((target) =>
    target.kind === "problem"
      ? [`${target.code} ${target.uri.slice(target.uri.lastIndexOf("/") + 1)} ${target.lost}`]
      : [],
  );
const textOf = async (source: ByteSource, start?: number, end?: number): Promise<string> => {
  const chunks: Uint8Array[] = [];
  for await (const chunk of source.stream(start, end)) chunks.push(Uint8Array.from(chunk));
  return Buffer.concat(chunks).toString();
};

test("a folder's files come in the order of the bytes of their names", async () => {
  const root = tree({
    "b.txt": "",
    "a/z.txt": "",
    "a.txt": "",
    "a-b": "",
    Z: "",
    ".hidden": "",
    "\u{1F600}.txt": "",
    "\uFFEE.txt": "",
    "a/.x/y": "",
  });
  assert.deepEqual(await names(root), [
    ".hidden",
    "Z",
    "a-b",
    "a.txt",
    "a/.x/y",
    "a/z.txt",
    "b.txt",
    "\uFFEE.txt",
    "\u{1F600}.txt",
  ]);
  assert.equal(refs(await found([`${root}///`]))[0]?.uri, `${root}/.hidden`);
  assert.deepEqual(await names(join(root, "a.txt"), root, join(root, "a.txt")), [
    "a.txt",
    ".hidden",
    "Z",
    "a-b",
    "a/.x/y",
    "a/z.txt",
    "b.txt",
    "\uFFEE.txt",
    "\u{1F600}.txt",
  ]);
});

test("odd names are opened, and no two share a URI", async () => {
  const root = tree();
  const odd = ["line\nbreak.json", "\u202Egpj.exe", " ", "%FF.json", "-", "*.json", "\u001b[31m"];
  for (const name of odd) writeFileSync(join(root, name), name);
  const raw = Buffer.concat([Buffer.from(`${root}/`), Buffer.from([0xff]), Buffer.from(".json")]);
  let bytes = true;
  try {
    writeFileSync(raw, "raw");
  } catch {
    bytes = false; // A file system that takes only UTF-8.
  }
  const all = refs(await found([root]));
  assert.equal(all.length, odd.length + Number(bytes));
  assert.equal(new Set(all.map(({ uri }) => uri)).size, all.length);
  for (const ref of all) {
    const sent = JSON.parse(JSON.stringify(ref)) as ArtifactRef;
    const source = await openSource(sent);
    assert.equal(await textOf(source), ref.location.type === "file" && ref.location.pathBytes ? "raw" : ref.name);
    await source.close();
  }
});

test("links are followed inside of the folder only; loops end", async () => {
  const root = tree({ "a/real.jsonl": "{}", "other/x": "" });
  const outside = tree({ secret: "s" });
  symlinkSync("a/real.jsonl", join(root, "inside.jsonl"));
  symlinkSync("..", join(root, "a", "up"));
  symlinkSync("self", join(root, "self"));
  symlinkSync("nowhere", join(root, "dangling"));
  symlinkSync(join(outside, "secret"), join(root, "leak"));
  symlinkSync(outside, join(root, "leaks"));
  symlinkSync("../other", join(root, "a", "sibling"));
  symlinkSync("/etc/passwd", join(root, "other", "passwd"));
  const all = await found([root]);
  assert.deepEqual(
    refs(all).map(({ name }) => name),
    ["a/real.jsonl", "a/sibling/x", "inside.jsonl", "other/x"],
  );
  assert.deepEqual(problems(all), [
    "link passwd true",
    "link up false",
    "link dangling true",
    "link leak true",
    "link leaks true",
    "link passwd true",
    "link self true",
  ]);
  // A link that a person typed leads where it leads.
  assert.deepEqual(await names(join(root, "leaks")), ["secret"]);
});

test("a snapshot in a Hugging Face cache is a folder of links to its blobs", async () => {
  const cache = tree({
    "datasets--o--n/blobs/abc": "{}",
    "datasets--o--n/snapshots/123/README.md": "#",
    "datasets--x--y/blobs/def": "",
  });
  const snapshot = join(cache, "datasets--o--n", "snapshots", "123");
  symlinkSync("../../blobs/abc", join(snapshot, "train.jsonl"));
  symlinkSync("../../../datasets--x--y/blobs/def", join(snapshot, "foreign.jsonl"));
  const all = await found([snapshot]);
  assert.deepEqual(
    refs(all).map(({ name }) => name),
    ["README.md", "train.jsonl"],
  );
  assert.deepEqual(problems(all), ["link foreign.jsonl true"]);
  const source = await openSource(refs(all)[1] as ArtifactRef);
  assert.equal(await textOf(source), "{}");
  await source.close();
});

test("pipes and devices are never opened", async (t) => {
  const root = tree({ ok: "" });
  try {
    execFileSync("mkfifo", [join(root, "pipe")]);
  } catch {
    return t.skip("no mkfifo here");
  }
  const all = await found([root, join(root, "pipe"), "/dev/null"]);
  assert.deepEqual(problems(all), ["special-file pipe true", "special-file pipe true", "special-file null true"]);
  // A pipe that takes a listed file's place does not block the scan.
  const [ref] = refs(all);
  rmSync(join(root, "ok"));
  renameSync(join(root, "pipe"), join(root, "ok"));
  await assert.rejects(openSource(ref as ArtifactRef), (error: unknown) => problemOf(error)?.code === "unreadable");
});

test("what cannot be read is said", async (t) => {
  const root = tree({ "closed.json": "{}", "shut/x": "" });
  chmodSync(join(root, "closed.json"), 0);
  chmodSync(join(root, "shut"), 0);
  try {
    if (process.getuid?.() === 0) return t.skip("root reads everything");
    const all = await found([root]);
    assert.deepEqual(problems(all), ["unreadable  true"]);
    await assert.rejects(openSource(refs(all)[0] as ArtifactRef), /no permission/);
  } finally {
    chmodSync(join(root, "shut"), 0o700);
  }
});

test("a file that changes after it was listed is not read as if it had not", async () => {
  const root = tree({ a: "first", b: "x".repeat(5_000_000), c: "" });
  const [a, b, c] = refs(await found([root])) as [ArtifactRef, ArtifactRef, ArtifactRef];
  appendFileSync(join(root, "a"), "more");
  await assert.rejects(openSource(a), /changed while it was read/);
  const source = await openSource(b);
  truncateSync(join(root, "b"), 2_000_000);
  await assert.rejects(textOf(source), /changed while it was read/);
  await source.close();
  rmSync(join(root, "c"));
  await assert.rejects(openSource(c), /it is gone/);
});

test("a file is read whole and by ranges, past the size of a chunk", async () => {
  const text = Array.from({ length: 1_400_000 }, (_, i) => String.fromCharCode(97 + (i % 23)))
    .join("")
    .repeat(10);
  const root = tree({ big: text, empty: "" });
  const [big, empty] = refs(await found([root])) as [ArtifactRef, ArtifactRef];
  const source = await openSource(big);
  assert.ok((await textOf(source)) === text);
  assert.equal(await textOf(source, 3, 9), text.slice(3, 9));
  assert.equal(await textOf(source, text.length - 2), text.slice(-2));
  assert.equal(Buffer.from((await source.slice?.(text.length - 3, text.length + 99)) ?? []).toString(), text.slice(-3));
  assert.equal((await source.slice?.(text.length + 1, text.length + 2))?.length, 0);
  for await (const chunk of source.stream()) {
    assert.ok(chunk.length > 0);
    break; // Leaving early closes nothing under a read.
  }
  await source.close();
  const none = await openSource(empty);
  assert.equal(await textOf(none), "");
  await none.close();
});

test("bookkeeping folders are left out, and named", async () => {
  const root = tree({
    ".git/config": "",
    "sub/.git/objects/x": "",
    ".cache/huggingface/x.metadata": "",
    ".cache/other/y": "",
    ".gitattributes": "",
  });
  const all = await found([root]);
  assert.deepEqual(
    refs(all).map(({ name }) => name),
    [".cache/other/y", ".gitattributes"],
  );
  assert.equal(all.filter(({ kind }) => kind === "note").length, 3);
});

test("limits on files, folders and depth are problems", async () => {
  const root = tree(Object.fromEntries(Array.from({ length: 20 }, (_, i) => [`d${i % 4}/f${i}`, ""])));
  const few = await found([root], { limits: { ...LIMITS, filesMax: 7 } });
  assert.equal(refs(few).length, 7);
  assert.deepEqual(
    problems(few).map((line) => line.split(" ")[0]),
    ["limit"],
  );
  const flat = await found([root], { limits: { ...LIMITS, folderDepthMax: 0 } });
  assert.deepEqual(
    problems(flat).map((line) => line.split(" ")[0]),
    ["limit", "limit", "limit", "limit"],
  );
  // Two links per level name 2^40 folders, and not one file.
  const bomb = tree();
  for (let i = 0; i < 40; i++) mkdirSync(join(bomb, `${i}`));
  for (let i = 0; i < 39; i++) for (const link of ["x", "y"]) symlinkSync(`../${i + 1}`, join(bomb, `${i}`, link));
  const began = performance.now();
  const stopped = await found([bomb], { limits: { ...LIMITS, filesMax: 500 } });
  assert.ok(problems(stopped).some((line) => line.startsWith("limit")));
  assert.ok(performance.now() - began < 5_000);
});

test("ten thousand empty files are listed quickly", async () => {
  const root = tree();
  for (let i = 0; i < 10_000; i++) closeSync(openSync(join(root, `f${i}`), "w"));
  const began = performance.now();
  assert.equal(refs(await found([root])).length, 10_000);
  assert.ok(performance.now() - began < 5_000, `${performance.now() - began} ms`);
});

test("patterns are expanded where no such file exists", async () => {
  const root = tree({
    "data/b.xml": "",
    "data/a.xml": "",
    "data/c.json": "",
    "x/y/z.parquet": "",
    "[a].txt": "",
    "data/deep/q.xml": "",
  });
  const outside = tree({ "s.xml": "" });
  symlinkSync(join(outside, "s.xml"), join(root, "data", "leak.xml"));
  const all = await found([`${root}/data/*.xml`]);
  assert.deepEqual(
    refs(all).map(({ uri }) => uri),
    [`${root}/data/a.xml`, `${root}/data/b.xml`],
  );
  assert.deepEqual(
    refs(all).map(({ name }) => name),
    ["a.xml", "b.xml"],
  );
  assert.deepEqual(problems(all), ["link leak.xml true"]);
  assert.deepEqual(await names(`${root}/**/*.parquet`), ["x/y/z.parquet"]);
  assert.deepEqual(await names(`${root}/[a].txt`), ["[a].txt"]);
  for (const target of [`${root}/*.none`, `${root}/none`, "", "ftp://example.com/x"])
    await assert.rejects(found([target]), ToolError);
});

test("standard input is a file like any other, bounded, for its owner only", async () => {
  const stdin = Readable.from([Buffer.from('{"a":1}\n'), Buffer.from('{"a":2}\n')]);
  const [ref] = refs(await found(["-"], { stdin }));
  assert.deepEqual([ref?.uri, ref?.name, ref?.sizeBytes], ["stdin", "stdin", 16]);
  const source = await openSource(ref as ArtifactRef);
  assert.equal(Buffer.from((await source.slice?.(8, 15)) ?? []).toString(), '{"a":2}');
  await source.close();
  if (ref?.location.type === "file") {
    assert.equal(statSync(ref.location.path).mode & 0o077, 0);
  }
  const endless = Readable.from(
    (function* () {
      for (;;) yield Buffer.alloc(1_000);
    })(),
  );
  assert.deepEqual(problems(await found(["-"], { stdin: endless, limits: { ...LIMITS, spoolBytesMax: 5_000 } })), [
    "limit stdin true",
  ]);
});

test("a spool gives random access, in memory or in a file that has no name", async (t) => {
  const forward = (size: number): ByteSource => ({
    name: "m.parquet",
    sizeBytes: undefined,
    async *stream() {
      // One buffer used again and again, as decompressors do.
      const chunk = Buffer.alloc(10);
      for (let at = 0; at < size; at += 10) yield chunk.fill((at / 10) & 0xff);
    },
  });
  const own = tree();
  const { TMPDIR } = process.env;
  process.env["TMPDIR"] = own;
  t.after(() => {
    if (TMPDIR === undefined) delete process.env["TMPDIR"];
    else process.env["TMPDIR"] = TMPDIR;
  });
  const { spool, close } = spooler({ limits: { spoolBytesMax: 5_000 }, memoryBytes: 100 });
  for (const size of [0, 50, 100, 1_000]) {
    const held = await spool(forward(size));
    assert.ok("slice" in held, String(size));
    assert.equal(held.sizeBytes, size);
    if (size > 40) assert.deepEqual(Buffer.from(await held.slice(29, 31)), Buffer.from([2, 3]));
    assert.equal((await textOf(held)).length, size);
  }
  assert.deepEqual(readdirSync(own), []);
  const refused = await spool(forward(6_000));
  assert.ok("code" in refused && refused.code === "limit");
  await close();
});
