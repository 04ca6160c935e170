// Every way of tampering with what is pinned, and what is said to it: each case has its own message, and the exit code
// of its kind. The log's cases are in src/tlog.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import {
  appendFileSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { basename, dirname, join } from "node:path";
import { after, before, describe, test } from "node:test";
import { REFUSAL_CODES, type RefusalCode } from "../src/core/refusal.ts";
import { checkOptions, checkTargets, lockRefused, readLock, type CheckOptions } from "../src/cli/check-pin.ts";
import { ownFiles } from "../src/cli/observe.ts";
import { pin } from "../src/cli/pin.ts";
import { placeOf } from "../src/cli/places.ts";
import { tellChecks } from "../src/cli/verdicts.ts";
import { exitCodeOf, type Check } from "../src/core/check.ts";
import { renderLockfile, type Lockfile } from "../src/store/lockfile.ts";
import { fakeHub, type FakeHub } from "./fake-hub.ts";

const rows = (n: number, salt = ""): string =>
  Array.from(
    { length: n },
    (_, i) => `${JSON.stringify({ question: `What is ${i}${salt}?`, answer: `It is ${i}.` })}\n`,
  ).join("");

const FILES: Readonly<Record<string, string | Uint8Array>> = {
  "README.md": "---\nlicense: mit\n---\n# Sums\n",
  "data/train.jsonl": rows(40),
  "data/valid.jsonl": rows(20, "v"),
  "data/été.txt": "summer\n",
  "model.bin": Buffer.alloc(70_000, 7),
  "twin-a.txt": "aaaa\n",
  "twin-b.txt": "bbbb\n",
};

let root = "";
let hub: FakeHub;
let made = 0;
const environment = { ...process.env };

interface Bench {
  /** The folder with `data` and `bezoar.lock`. */
  readonly folder: string;
  readonly data: (name: string) => string;
  readonly lockfile: string;
  readonly edit: (change: (text: string) => string) => void;
  /** Changes the lockfile and writes it the way it should be written. */
  readonly forge: (change: (lock: { entries: Record<string, unknown>[] }) => void) => void;
}

const write = (folder: string, files: Readonly<Record<string, string | Uint8Array>>): void => {
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), content);
  }
};

async function lockOf(folder: string, targets: readonly string[], scan = true): Promise<void> {
  const lockfile = join(folder, "bezoar.lock");
  const entries: Lockfile["entries"][number][] = [];
  for (const target of targets) {
    const options = {
      own: ownFiles(lockfile),
      beside: `${lockfile}.d`,
      workers: 1,
      ...(scan ? { scan: { workers: 1, exclude: ["model.bin"] } } : {}),
    };
    const pinned = await pin(placeOf(target, lockfile, process.env, folder), options);
    assert.ok("entry" in pinned, JSON.stringify(pinned));
    entries.push(pinned.entry);
    if (pinned.report) {
      mkdirSync(`${lockfile}.d`, { recursive: true });
      writeFileSync(join(`${lockfile}.d`, `report-${pinned.report.sha256.slice(0, 32)}.json`), pinned.report.text);
    }
  }
  writeFileSync(lockfile, renderLockfile({ entries }));
}

before(async () => {
  root = mkdtempSync(join(tmpdir(), "bezoar-tamper-"));
  hub = await fakeHub({
    repos: {
      "datasets/acme/sums": {
        files: { ...FILES, "README.md": "# Sums\n" },
        identity: "id-1",
        ownerId: "owner-1",
        license: "mit",
      },
      "datasets/acme/other": { files: FILES, identity: "id-9" },
    },
    lfsBytes: 50_000,
  });
  Object.assign(process.env, hub.env, { HF_HOME: join(root, "hf") });
  const folder = join(root, "origin");
  mkdirSync(folder);
  write(join(folder, "data"), FILES);
  await lockOf(folder, [join(folder, "data")]);
});
after(async () => {
  process.env = environment;
  await hub.close();
  rmSync(root, { recursive: true, force: true });
});

function bench(): Bench {
  const folder = join(root, `case-${made++}`);
  cpSync(join(root, "origin"), folder, { recursive: true });
  const lockfile = join(folder, "bezoar.lock");
  const edit = (change: (text: string) => string): void => {
    const text = readFileSync(lockfile, "utf8");
    const next = change(text);
    assert.notEqual(next, text, "the tampering changes nothing");
    writeFileSync(lockfile, next);
  };
  return {
    folder,
    lockfile,
    data: (name) => join(folder, "data", name),
    edit,
    forge: (change) =>
      edit((text) => {
        const lock = JSON.parse(text) as { entries: Record<string, unknown>[] };
        change(lock);
        return renderLockfile(lock as unknown as Lockfile);
      }),
  };
}

async function checked(
  lockfile: string,
  targets: readonly string[],
  how: "verify" | "drift",
  more: Partial<CheckOptions> = {},
): Promise<Check[]> {
  const read = readLock(lockfile);
  if ("refusal" in read) return [lockRefused(lockfile, read.refusal)];
  return checkTargets(targets, read.lock, checkOptions(lockfile, { workers: 1, ...more }), how);
}

const flip = (path: string, at: number): void => {
  const bytes = readFileSync(path);
  bytes[at < 0 ? bytes.length + at : at] = (bytes.at(at) as number) ^ 1;
  writeFileSync(path, bytes);
};

type Case = readonly [
  name: string,
  code: RefusalCode,
  says: RegExp,
  tamper: (bench: Bench) => void,
  options?: Partial<CheckOptions>,
];
type Forged = { path: string; size: number; sha256: string; [key: string]: unknown };
const filesOf = (entry: Record<string, unknown> | undefined): Forged[] => entry?.["files"] as Forged[];
const entryOf = (lock: { entries: Record<string, unknown>[] }): Record<string, unknown> =>
  lock.entries[0] as Record<string, unknown>;
const beside = (b: Bench, prefix: string): string => {
  const name = readdirSync(`${b.lockfile}.d`).find((file) => file.startsWith(prefix));
  assert.ok(name);
  return join(`${b.lockfile}.d`, name);
};

const TREE: readonly Case[] = [
  [
    "first bit of a file flipped",
    "file-changed",
    /‹data\/train\.jsonl› has other content of the same size/,
    (b) => flip(b.data("data/train.jsonl"), 0),
  ],
  [
    "last bit of a file flipped",
    "file-changed",
    /‹model\.bin› has other content/,
    (b) => flip(b.data("model.bin"), -1),
  ],
  ["a bit in the middle of weights flipped", "file-changed", /‹model\.bin›/, (b) => flip(b.data("model.bin"), 35_000)],
  [
    "a row replaced by one as long",
    "file-changed",
    /train\.jsonl/,
    (b) => writeFileSync(b.data("data/train.jsonl"), rows(40).replace("It is 7.", "It is 8.")),
  ],
  [
    "rows reordered",
    "file-changed",
    /train\.jsonl/,
    (b) => writeFileSync(b.data("data/train.jsonl"), `${rows(40).trim().split("\n").toReversed().join("\n")}\n`),
  ],
  [
    "a row repeated in place of another",
    "file-changed",
    /train\.jsonl/,
    (b) =>
      writeFileSync(
        b.data("data/train.jsonl"),
        rows(40).replace(/^.*What is 11\?.*$/m, () => rows(13).trim().split("\n")[12] as string),
      ),
  ],
  [
    "a file cut by a byte",
    "file-shortened",
    /‹model\.bin› is 69999 bytes long; 70000 bytes were pinned/,
    (b) => truncateSync(b.data("model.bin"), 69_999),
  ],
  ["a file cut in half", "file-shortened", /35000 bytes long/, (b) => truncateSync(b.data("model.bin"), 35_000)],
  ["a row removed", "file-shortened", /train\.jsonl/, (b) => writeFileSync(b.data("data/train.jsonl"), rows(39))],
  [
    "a file emptied",
    "file-emptied",
    /‹twin-a\.txt› is empty; 5 bytes were pinned/,
    (b) => truncateSync(b.data("twin-a.txt"), 0),
  ],
  [
    "a byte appended",
    "file-lengthened",
    /‹model\.bin› is 70001 bytes/,
    (b) => appendFileSync(b.data("model.bin"), "x"),
  ],
  [
    "a poisoned row appended",
    "file-lengthened",
    /train\.jsonl/,
    (b) => appendFileSync(b.data("data/train.jsonl"), rows(1, "p")),
  ],
  [
    "a byte order mark put in front",
    "file-lengthened",
    /README/,
    (b) => writeFileSync(b.data("README.md"), `\ufeff${String(FILES["README.md"])}`),
  ],
  [
    "line ends converted",
    "file-lengthened",
    /README/,
    (b) => writeFileSync(b.data("README.md"), String(FILES["README.md"]).replaceAll("\n", "\r\n")),
  ],
  [
    "a Git LFS pointer in place of the content",
    "file-pointer",
    /is a pointer to its content/,
    (b) =>
      writeFileSync(
        b.data("model.bin"),
        `version https://git-lfs.github.com/spec/v1\noid sha256:${"0".repeat(64)}\nsize 70000\n`,
      ),
  ],
  ["a file removed", "file-missing", /‹README\.md› is missing/, (b) => rmSync(b.data("README.md"))],
  [
    "a folder removed",
    "file-missing",
    /‹data\/train\.jsonl› is missing/,
    (b) => rmSync(b.data("data"), { recursive: true }),
  ],
  ["a file added", "file-extra", /‹loader\.py› was not pinned/, (b) => writeFileSync(b.data("loader.py"), "")],
  ["a hidden file added", "file-extra", /‹\.env›/, (b) => writeFileSync(b.data(".env"), "A=1\n")],
  ["a file added deep down", "file-extra", /‹data\/a\/b\/x\.py›/, (b) => write(b.data("."), { "data/a/b/x.py": "x" })],
  [
    "a copy of a pinned file added",
    "file-extra",
    /‹data\/copy\.jsonl›/,
    (b) => cpSync(b.data("data/train.jsonl"), b.data("data/copy.jsonl")),
  ],
  [
    "a file renamed",
    "file-renamed",
    /‹data\/test\.jsonl› holds what was pinned as ‹data\/valid\.jsonl›/,
    (b) => renameSync(b.data("data/valid.jsonl"), b.data("data/test.jsonl")),
  ],
  [
    "a file moved to another folder",
    "file-renamed",
    /‹train\.jsonl› holds what was pinned as ‹data\/train\.jsonl›/,
    (b) => renameSync(b.data("data/train.jsonl"), b.data("train.jsonl")),
  ],
  [
    "two files swapped",
    "files-swapped",
    /‹twin-a\.txt› and ‹twin-b\.txt› hold each other's content/,
    (b) => {
      writeFileSync(b.data("twin-a.txt"), "bbbb\n");
      writeFileSync(b.data("twin-b.txt"), "aaaa\n");
    },
  ],
  [
    "one split put in place of another",
    "file-lengthened",
    /‹data\/valid\.jsonl›/,
    (b) => cpSync(b.data("data/train.jsonl"), b.data("data/valid.jsonl")),
  ],
  [
    "a name in another case",
    "file-name-case",
    /‹readme\.md› differs in case from the ‹README\.md›/,
    (b) => renameSync(b.data("README.md"), b.data("readme.md")),
  ],
  [
    "a name in another Unicode form",
    "file-name-form",
    /another Unicode normal form/,
    (b) => renameSync(b.data("data/été.txt"), b.data(`data/${"été".normalize("NFD")}.txt`)),
  ],
  [
    "a second file that differs in case",
    "file-collision",
    /takes the place of ‹README\.md›/,
    (b) => writeFileSync(b.data("ReadMe.md"), "x"),
  ],
  [
    "a second file in another Unicode form",
    "file-collision",
    /takes the place of/,
    (b) => writeFileSync(b.data(`data/${"été".normalize("NFD")}.txt`), "x"),
  ],
  [
    "a link out of the folder",
    "file-link",
    /outside of the scanned folder/,
    (b) => {
      rmSync(b.data("twin-a.txt"));
      symlinkSync("/etc/hostname", b.data("twin-a.txt"));
    },
  ],
  [
    "a link to the same content elsewhere",
    "file-link",
    /model\.bin/,
    (b) => {
      renameSync(b.data("model.bin"), join(b.folder, "elsewhere.bin"));
      symlinkSync("../elsewhere.bin", b.data("model.bin"));
    },
  ],
  ["a link that leads nowhere", "file-link", /where nothing is/, (b) => symlinkSync("nowhere", b.data("link"))],
  ["a link to itself", "file-link", /leads only to itself/, (b) => symlinkSync("loop", b.data("loop"))],
  [
    "a link to another file of the folder",
    "file-changed",
    /‹twin-a\.txt›/,
    (b) => {
      rmSync(b.data("twin-a.txt"));
      symlinkSync("twin-b.txt", b.data("twin-a.txt"));
    },
  ],
  [
    "a pipe in place of a file",
    "file-special",
    /A pipe, not a file/,
    (b) => {
      rmSync(b.data("twin-a.txt"));
      execFileSync("mkfifo", [b.data("twin-a.txt")]);
    },
  ],
  [
    "a folder in place of a file",
    "file-extra",
    /‹twin-a\.txt\/x› was not pinned/,
    (b) => {
      rmSync(b.data("twin-a.txt"));
      write(b.data("twin-a.txt"), { x: "x" });
    },
  ],
  [
    "an index of records cut",
    "rows-shortened",
    /another number than the 63/,
    (b) => truncateSync(beside(b, "rows-"), 320),
  ],
  ["a digest in the index flipped", "rows-changed", /does not make the root/, (b) => flip(beside(b, "rows-"), 100)],
  [
    "two digests in the index swapped",
    "rows-changed",
    /does not make the root/,
    (b) => {
      const bytes = readFileSync(beside(b, "rows-"));
      writeFileSync(
        beside(b, "rows-"),
        Buffer.concat([bytes.subarray(32, 64), bytes.subarray(0, 32), bytes.subarray(64)]),
      );
    },
  ],
  [
    "a scan report edited",
    "report-changed",
    /is not the one that was pinned/,
    (b) =>
      writeFileSync(
        beside(b, "report-"),
        readFileSync(beside(b, "report-"), "utf8").replace('"findings":[]', '"findings":[ ]'),
      ),
  ],
  [
    "an older scan report replayed",
    "report-changed",
    /is not the one that was pinned/,
    (b) => writeFileSync(beside(b, "report-"), "{}\n"),
  ],
  [
    "pinned without a scan where a pass is asked for",
    "scan-failed",
    /without a scan/,
    (b) => b.forge((lock) => delete entryOf(lock)["scan"]),
    { requirePass: true },
  ],
  [
    "pinned with a scan that failed where a pass is asked for",
    "scan-failed",
    /said fail/,
    (b) => b.forge((lock) => ((entryOf(lock)["scan"] as { verdict: string }).verdict = "fail")),
    { requirePass: true },
  ],
];

const LOCK: readonly Case[] = [
  ["the lockfile cut", "lock-malformed", /broken JSON/, (b) => b.edit((text) => text.slice(0, -10))],
  ["the lockfile emptied", "lock-malformed", /broken JSON/, (b) => b.edit(() => "")],
  [
    "a merge conflict left in it",
    "lock-malformed",
    /merge conflict/,
    (b) => b.edit((text) => `<<<<<<< ours\n${text}=======\n`),
  ],
  [
    "another schema",
    "lock-version",
    /schema ‹bezoar\.lock\/v0›/,
    (b) => b.edit((text) => text.replace("lock/v1", "lock/v0")),
  ],
  ["a list in place of it", "lock-version", /schema/, (b) => b.edit(() => "[]\n")],
  [
    "reformatted",
    "lock-rewritten",
    /edited or reformatted/,
    (b) => b.edit((text) => JSON.stringify(JSON.parse(text), null, 4)),
  ],
  [
    "a key repeated",
    "lock-rewritten",
    /edited or reformatted/,
    (b) => b.edit((text) => text.replace('"kind": "model"', '"kind": "dataset",\n      "kind": "model"')),
  ],
  ["text behind its end", "lock-malformed", /broken/, (b) => b.edit((text) => `${text}{}`)],
  [
    "a member that is not known",
    "lock-field",
    /‹trusted› is not known/,
    (b) => b.edit((text) => text.replace('"kind":', '"trusted": true,\n      "kind":')),
  ],
  [
    "a kind that is not known",
    "lock-field",
    /‹kind›/,
    (b) => b.edit((text) => text.replace('"kind": "model"', '"kind": "weights"')),
  ],
  ["a short commit", "lock-field", /‹revision›/, (b) => b.forge((lock) => (entryOf(lock)["revision"] = "abc123"))],
  ["no files", "lock-field", /‹files›/, (b) => b.forge((lock) => (entryOf(lock)["files"] = []))],
  ["a negative size", "lock-field", /‹size›/, (b) => b.forge((lock) => (filesOf(lock.entries[0])[0]!.size = -1))],
  [
    "a count of records that does not add up",
    "lock-field",
    /says 63 records/,
    (b) => b.forge((lock) => (filesOf(lock.entries[0]).find(({ records }) => records === 40)!["records"] = 41)),
  ],
  [
    "a digest of a file changed",
    "lock-digest",
    /the one or the other was changed/,
    (b) =>
      b.edit((text) =>
        text.replace(/("sha256": ")(.)/, (_, head: string, digit: string) => head + (digit === "0" ? "1" : "0")),
      ),
  ],
  [
    "a digest that is no digest",
    "lock-digest",
    /‹sha256›/,
    (b) => b.forge((lock) => (filesOf(lock.entries[0])[0]!.sha256 = "0")),
  ],
  [
    "the identity changed",
    "lock-digest",
    /the one or the other was changed/,
    (b) => b.edit((text) => text.replace(/"h1:./, (head) => (head.endsWith("A") ? '"h1:B' : '"h1:A'))),
  ],
  [
    "the alias changed",
    "lock-digest",
    /omsRoot is not that of its files/,
    (b) => b.forge((lock) => (entryOf(lock)["omsRoot"] = "0".repeat(64))),
  ],
  [
    "a file taken out of it",
    "lock-digest",
    /its own files make/,
    (b) => b.forge((lock) => filesOf(lock.entries[0]).shift()),
  ],
  [
    "a file renamed in it",
    "lock-digest",
    /its own files make/,
    (b) => b.forge((lock) => (filesOf(lock.entries[0])[0]!.path = "LIESMICH.md")),
  ],
  [
    "two names exchanged in it",
    "lock-digest",
    /its own files make/,
    (b) =>
      b.forge((lock) => {
        const files = filesOf(lock.entries[0]);
        const [x, y] = files.slice(-2) as [Forged, Forged];
        [x.path, y.path] = [y.path, x.path];
      }),
  ],
  [
    "files out of order",
    "lock-order",
    /stands behind/,
    (b) =>
      b.edit((text) => {
        const lines = text.split("\n");
        const at = lines.findIndex((line) => line.includes('"path"'));
        [lines[at], lines[at + 1]] = [lines[at + 1] as string, lines[at] as string];
        return lines.join("\n");
      }),
  ],
  [
    "an entry twice",
    "lock-duplicate",
    /Two entries pin ‹data›/,
    (b) => b.forge((lock) => lock.entries.push(lock.entries[0] as Record<string, unknown>)),
  ],
  [
    "a file twice",
    "lock-duplicate",
    /listed twice/,
    (b) => b.forge((lock) => filesOf(lock.entries[0]).push(filesOf(lock.entries[0])[0] as Forged)),
  ],
  [
    "a path out of the folder",
    "lock-path",
    /leads out of its folder/,
    (b) => b.forge((lock) => (filesOf(lock.entries[0])[0]!.path = "../../.bashrc")),
  ],
  [
    "a path out in the middle",
    "lock-path",
    /leads out of its folder/,
    (b) => b.forge((lock) => (filesOf(lock.entries[0])[0]!.path = "data/../../x")),
  ],
  [
    "an absolute path",
    "lock-path",
    /is absolute/,
    (b) => b.forge((lock) => (filesOf(lock.entries[0])[0]!.path = "/etc/passwd")),
  ],
  ["a drive", "lock-path", /names a drive/, (b) => b.forge((lock) => (filesOf(lock.entries[0])[0]!.path = "C:x"))],
  [
    "a backslash",
    "lock-path",
    /holds a backslash/,
    (b) => b.forge((lock) => (filesOf(lock.entries[0])[0]!.path = "..\\x")),
  ],
  [
    "a line break in a path",
    "lock-path",
    /control character/,
    (b) => b.forge((lock) => (filesOf(lock.entries[0])[0]!.path = "a\nb")),
  ],
  ["an empty path", "lock-path", /is empty/, (b) => b.forge((lock) => (filesOf(lock.entries[0])[0]!.path = ""))],
  [
    "a path with a dot",
    "lock-path",
    /not written the shortest way/,
    (b) => b.forge((lock) => (filesOf(lock.entries[0])[0]!.path = "./README.md")),
  ],
  [
    "a size changed",
    "size-changed",
    /‹model\.bin› is what was pinned and is 70000 bytes long; the lockfile says 7 bytes/,
    (b) => b.forge((lock) => (filesOf(lock.entries[0]).find(({ path }) => path === "model.bin")!.size = 7)),
  ],
  [
    "the root of no records",
    "lock-field",
    /‹count› is not what it should be/,
    (b) =>
      b.forge((lock) => {
        entryOf(lock)["rows"] = { count: 0, root: "0".repeat(64) };
        for (const file of filesOf(lock.entries[0])) delete file["records"];
      }),
  ],
  [
    "a verdict that its report does not give",
    "verdict-changed",
    /says that its scan said pass, and the report says fail/,
    (b) => {
      const path = beside(b, "report-");
      const text = readFileSync(path, "utf8").replace(/"verdict":"pass"\}\n$/, '"verdict":"fail"}\n');
      const sha256 = createHash("sha256").update(text).digest("hex");
      writeFileSync(join(`${b.lockfile}.d`, `report-${sha256.slice(0, 32)}.json`), text);
      b.forge((lock) => ((entryOf(lock)["scan"] as { report: string }).report = sha256));
    },
  ],
  ["a sketch flipped", "sketches-changed", /not those that were pinned/, (b) => flip(beside(b, "sketches-"), 50)],
  ["sketches cut", "sketches-changed", /not those/, (b) => truncateSync(beside(b, "sketches-"), 48)],
  [
    "a line separator in a path",
    "lock-path",
    /holds a control character/,
    (b) => b.forge((lock) => (filesOf(lock.entries[0])[0]!.path = "a\u2028b")),
  ],
  ["a byte order mark before it", "lock-malformed", /broken JSON/, (b) => b.edit((text) => `\ufeff${text}`)],
  [
    "a member with a name of the language",
    "lock-field",
    /‹__proto__› is not known/,
    (b) => b.edit((text) => text.replace('"id":', '"__proto__": {},\n      "id":')),
  ],
  [
    "paths that differ in case",
    "lock-collision",
    /differ in case alone/,
    (b) =>
      b.forge((lock) =>
        filesOf(lock.entries[0]).push({ ...(filesOf(lock.entries[0])[0] as Forged), path: "readme.MD" }),
      ),
  ],
  [
    "paths in two Unicode forms",
    "lock-collision",
    /two spellings/,
    (b) =>
      b.forge((lock) =>
        filesOf(lock.entries[0]).push({
          ...(filesOf(lock.entries[0])[0] as Forged),
          path: `data/${"été".normalize("NFD")}.txt`,
        }),
      ),
  ],
  [
    "a file that is a folder too",
    "lock-collision",
    /is a folder in the other/,
    (b) =>
      b.forge((lock) => filesOf(lock.entries[0]).push({ ...(filesOf(lock.entries[0])[0] as Forged), path: "data" })),
  ],
];

describe("a tree and its lockfile", () => {
  test("as it was pinned, it passes", async () => {
    const b = bench();
    const [check] = await checked(b.lockfile, [b.data(".")], "verify", { requirePass: true });
    assert.deepEqual([check?.verdict, check?.refusals, check?.notes], ["pass", [], []]);
  });
  for (const [name, code, says, tamper, options] of [...TREE, ...LOCK])
    test(`${name}: ${code}`, async () => {
      const b = bench();
      tamper(b);
      const checks = await checked(b.lockfile, [b.data(".")], "verify", options);
      const [first] = checks.flatMap(({ refusals }) => refusals);
      assert.equal(first?.code, code, JSON.stringify(checks));
      assert.match(tellChecks(checks, { format: "text" }), says);
      assert.equal(exitCodeOf(checks), 1);
      assert.equal(exitCodeOf(checks, true), REFUSAL_CODES[code]);
    });
});

test("codes are distinct, and none is one that shells or the other commands use", () => {
  const codes = Object.values(REFUSAL_CODES);
  assert.equal(new Set(codes).size, codes.length);
  // 126 to 165 are those of shells: not found, not executable, ended by a signal.
  for (const code of codes) assert.ok(code > 65 && code < 256 && !(code >= 126 && code <= 165), String(code));
});

const SUMS = "hf://datasets/acme/sums";

describe("a repository and its lockfile", () => {
  let folder = "";
  const fresh = async (target = `${SUMS}@main`): Promise<string> => {
    folder = join(root, `hub-${made++}`);
    mkdirSync(folder);
    hub.force("datasets/acme/sums", FILES);
    Object.assign(hub.about("datasets/acme/sums"), {
      identity: "id-1",
      ownerId: "owner-1",
      license: "mit",
      movedTo: undefined,
      private: false,
    });
    await lockOf(folder, [target], false);
    return join(folder, "bezoar.lock");
  };
  const about = (change: object): void => void Object.assign(hub.about("datasets/acme/sums"), change);
  const cases: readonly (readonly [string, "verify" | "drift", RefusalCode, RegExp, () => void])[] = [
    [
      "the branch moved on",
      "drift",
      "revision-moved",
      /stands at [0-9a-f]{40} now; [0-9a-f]{40} was pinned/,
      () => void hub.push("datasets/acme/sums", { ...FILES, "new.txt": "x" }),
    ],
    [
      "the branch was rewritten",
      "drift",
      "revision-forced",
      /force-push/,
      () => void hub.force("datasets/acme/sums", { "new.txt": "x" }),
    ],
    [
      "the branch was rewritten and the commit vanished",
      "drift",
      "revision-vanished",
      /is not in the repository any more/,
      () => void hub.force("datasets/acme/sums", { "new.txt": "x" }, { forget: true }),
    ],
    [
      "the commit vanished",
      "verify",
      "revision-vanished",
      /the pinned commit/,
      () => void hub.force("datasets/acme/sums", { "new.txt": "x" }, { forget: true }),
    ],
    [
      "the name was reused",
      "drift",
      "repository-replaced",
      /another repository now \(identity ‹id-2›; ‹id-1› was pinned\)/,
      () => about({ identity: "id-2" }),
    ],
    [
      "the name was reused, at the pinned commit",
      "verify",
      "repository-replaced",
      /taken by somebody/,
      () => about({ identity: "id-2" }),
    ],
    [
      "the owner's name was reused",
      "drift",
      "owner-changed",
      /owner of ‹datasets\/acme\/sums›/,
      () => about({ ownerId: "owner-2" }),
    ],
    [
      "the repository was renamed",
      "drift",
      "repository-replaced",
      /another repository/,
      () => about({ movedTo: "acme/other" }),
    ],
    [
      "the repository was made private",
      "drift",
      "repository-gone",
      /not public any more/,
      () => about({ private: true }),
    ],
    [
      "the licence changed",
      "drift",
      "licence-changed",
      /The licence is ‹cc-by-nc-4\.0› now; ‹mit› was pinned/,
      () => about({ license: "cc-by-nc-4.0" }),
    ],
  ];
  for (const [name, how, code, says, tamper] of cases)
    test(`${name}: ${code}`, async () => {
      const lockfile = await fresh();
      assert.equal(exitCodeOf(await checked(lockfile, [], how)), 0);
      tamper();
      const checks = await checked(lockfile, [`${SUMS}@main`], how);
      assert.equal(checks[0]?.refusals[0]?.code, code, JSON.stringify(checks));
      assert.match(tellChecks(checks, { format: "text" }), says);
      assert.equal(exitCodeOf(checks, true), REFUSAL_CODES[code]);
    });

  test("the same repository under another name is renamed", async () => {
    const lockfile = await fresh();
    hub.about("datasets/acme/other").identity = "id-1";
    about({ movedTo: "acme/other" });
    const [check] = await checked(lockfile, [], "drift");
    assert.equal(check?.refusals[0]?.code, "repository-renamed");
  });

  test("a snapshot in a cache is checked without a Hub, and another commit is refused", async () => {
    const lockfile = await fresh();
    const commit = hub.commitOf("datasets/acme/sums");
    const place = join(root, "hf", "hub", "datasets--acme--sums");
    rmSync(place, { recursive: true, force: true });
    assert.equal((await checked(lockfile, [], "verify", { offline: true }))[0]?.refusals[0]?.code, "revision-absent");
    // As huggingface_hub lays it out: links into blobs.
    const snapshot = join(place, "snapshots", commit);
    for (const [name, content] of Object.entries(FILES)) {
      const blob = join(place, "blobs", basename(name));
      write(place, { [join("blobs", basename(name))]: content });
      mkdirSync(dirname(join(snapshot, name)), { recursive: true });
      symlinkSync(blob, join(snapshot, name));
    }
    write(place, { "refs/main": commit });
    const before = hub.requests.length;
    for (const target of [[], [SUMS], [place], [snapshot]])
      assert.equal(exitCodeOf(await checked(lockfile, target, "verify", { offline: true })), 0, String(target));
    assert.equal(exitCodeOf(await checked(lockfile, [], "drift", { offline: true })), 0);
    assert.equal(hub.requests.length, before, "nothing was asked");
    flip(join(place, "blobs", "model.bin"), 5);
    assert.equal((await checked(lockfile, [snapshot], "verify"))[0]?.refusals[0]?.code, "file-changed");
    renameSync(snapshot, join(place, "snapshots", "0".repeat(40)));
    assert.equal(
      (await checked(lockfile, [join(place, "snapshots", "0".repeat(40))], "verify"))[0]?.refusals[0]?.code,
      "revision-moved",
    );
    write(place, { "refs/main": "1".repeat(40) });
    assert.equal((await checked(lockfile, [], "drift", { offline: true }))[0]?.refusals[0]?.code, "revision-moved");
  });

  test("a digest that the Hub declares is compared, and read where that is asked for", async () => {
    const lockfile = await fresh();
    assert.match(readFileSync(lockfile, "utf8"), /"model\.bin".*"declared": true/);
    const [quick] = await checked(lockfile, [], "verify");
    assert.match(String(quick?.notes), /1 of 7 files were compared by the digest that the Hub declares/);
    const [whole] = await checked(lockfile, [], "verify", { download: true });
    assert.deepEqual([whole?.verdict, whole?.notes], ["pass", []]);
    assert.equal(exitCodeOf(await checked(lockfile, [`${SUMS}@${hub.commitOf("datasets/acme/sums")}`], "verify")), 0);
  });

  test("what is not in the lockfile is refused, and a Hub that is down leaves it open", async () => {
    const lockfile = await fresh();
    const [unknown] = await checked(lockfile, ["hf://datasets/acme/other"], "verify");
    assert.equal(unknown?.refusals[0]?.code, "entry-missing");
    write(folder, { "copy/x": "x" });
    assert.equal((await checked(lockfile, [join(folder, "copy")], "verify"))[0]?.refusals[0]?.code, "entry-missing");
    const as = await checked(lockfile, [join(folder, "copy")], "verify", { as: SUMS, partial: true });
    assert.equal(as[0]?.refusals[0]?.code, "file-extra");
    const { HF_ENDPOINT } = process.env;
    process.env["HF_ENDPOINT"] = "http://127.0.0.1:9";
    const down = await checked(lockfile, [], "drift");
    process.env["HF_ENDPOINT"] = HF_ENDPOINT;
    assert.equal(down[0]?.verdict, "undecided");
    assert.equal(exitCodeOf(down, true), 2);
  });
});
