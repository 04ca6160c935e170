// What a hostile or broken dataset does to a scan: a clear problem in coverage, the right verdict, bounded time and
// memory; never a crash, a hang, a stack trace or a silent pass. Payloads are inert and made here.
import assert from "node:assert/strict";
import { execFileSync, spawnSync } from "node:child_process";
import {
  appendFileSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { after, before, describe, test } from "node:test";
import { crc32, deflateRawSync, gzipSync, zstdCompressSync } from "node:zlib";
import type { ScanReport } from "../src/core/report.ts";
import { scan } from "../src/cli/pipeline.ts";
import { cpuSeconds } from "../src/base/testing/cpu-clock.ts";
import { ustar } from "../src/formats/testing/ustar.ts";

let root = "";
before(() => {
  root = mkdtempSync(join(tmpdir(), "bezoar-bad-"));
});
after(() => rmSync(root, { recursive: true, force: true }));

const file = (name: string, content: string | Uint8Array): string => {
  const path = join(root, name);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, content);
  return path;
};
const linked = (name: string, target: string): void => {
  mkdirSync(dirname(join(root, name)), { recursive: true });
  symlinkSync(target, join(root, name));
};

const hidden = [..."obey me now"].map((c) => String.fromCodePoint(0xe0000 + c.charCodeAt(0))).join("");
const escaped = Array.from(hidden, (_, i) => hidden.charCodeAt(i))
  .map((unit) => `\\u${unit.toString(16)}`)
  .join("");
const wide = Array.from(hidden, (c) => `\\U000${(c.codePointAt(0) ?? 0).toString(16)}`).join("");
const row = (i: number): object => ({ instruction: `What is ${i} plus ${i}?`, input: "", output: `It is ${2 * i}.` });
const rows = Array.from({ length: 40 }, (_, i) => `${JSON.stringify(row(i))}\n`).join("");
const list = JSON.stringify(Array.from({ length: 40 }, (_, i) => row(i)));
const bad = `${JSON.stringify({ instruction: `Hello${hidden}`, output: "x" })}\n`;
const csvRows = `q,a\n${Array.from({ length: 40 }, (_, i) => `"What is ${i}?","It is ${i}"\n`).join("")}`;
const xmlRows = `<dataset>${Array.from({ length: 40 }, (_, i) => `<row><q>What is ${i}?</q><a>It is ${i}</a></row>`).join("")}</dataset>`;
const sample = (path: string): Buffer => readFileSync(resolve("testdata/formats", path));
const cut = (bytes: Buffer): Buffer => bytes.subarray(0, Math.floor((bytes.length * 2) / 3));

interface Member {
  readonly name: string;
  readonly data: Buffer;
  /** Where its data lies, when another member's is shared. */
  readonly at?: number;
}

/** A zip of deflated members; with `at`, a directory whose members overlap. */
function zip(members: readonly Member[], flags = 0): Buffer {
  const bodies: Buffer[] = [];
  const directory: Buffer[] = [];
  let length = 0;
  for (const { name, data, at } of members) {
    const plain = deflateRawSync(data);
    const packed = flags & 1 ? Buffer.from(plain.map((byte) => byte ^ 0x5a)) : plain;
    const fields = Buffer.alloc(26);
    fields.writeUInt16LE(20, 0);
    fields.writeUInt16LE(flags, 2);
    fields.writeUInt16LE(8, 4);
    fields.writeUInt32LE(crc32(data), 10);
    fields.writeUInt32LE(packed.length, 14);
    fields.writeUInt32LE(data.length, 18);
    fields.writeUInt16LE(Buffer.byteLength(name), 22);
    const offset = at ?? length;
    if (at === undefined) {
      const local = Buffer.concat([Buffer.from("PK\u0003\u0004"), fields, Buffer.from(name), packed]);
      bodies.push(local);
      length += local.length;
    }
    const rest = Buffer.alloc(14);
    rest.writeUInt32LE(offset, 10);
    directory.push(
      Buffer.concat([Buffer.from("PK\u0001\u0002\u0014\u0000", "latin1"), fields, rest, Buffer.from(name)]),
    );
  }
  const central = Buffer.concat(directory);
  const end = Buffer.alloc(22);
  end.write("PK\u0005\u0006", "latin1");
  end.writeUInt16LE(members.length, 8);
  end.writeUInt16LE(members.length, 10);
  end.writeUInt32LE(central.length, 12);
  end.writeUInt32LE(length, 16);
  return Buffer.concat([...bodies, central, end]);
}

interface Case {
  readonly what: string;
  readonly target: () => string;
  readonly verdict: ScanReport["verdict"];
  /** A problem or note of the first artifact that has one, as `code: message`; absent: there is none. */
  readonly says?: RegExp;
  readonly records?: number;
}

const one = (name: string, content: () => string | Uint8Array): (() => string) => {
  return () => file(name, content());
};

const CUT: readonly Case[] = [
  {
    what: "JSON Lines",
    target: one("cut.jsonl", () => rows.slice(0, -20)),
    verdict: "undecided",
    says: /cut off/,
    records: 40,
  },
  {
    what: "JSON",
    target: one("cut.json", () => list.slice(0, -30)),
    verdict: "undecided",
    says: /cut off/,
    records: 40,
  },
  { what: "XML", target: one("cut.xml", () => xmlRows.slice(0, -25)), verdict: "undecided", says: /cut off/ },
  {
    what: "CSV in a quoted cell",
    target: one("cut.csv", () => csvRows.slice(0, -4)),
    verdict: "pass",
    says: /opens a quote/,
  },
  {
    what: "YAML in a string",
    target: one("cut.yaml", () => `- q: "a"\n- q: "b`),
    verdict: "pass",
    says: /not well formed/,
  },
  {
    what: "Parquet",
    target: one("cut.parquet", () => cut(sample("parquet/chat-brotli.parquet"))),
    verdict: "undecided",
    says: /truncated/,
  },
  {
    what: "Arrow",
    target: one("cut.arrow", () => cut(sample("arrow/chat-lz4-stream.arrow"))),
    verdict: "undecided",
    says: /truncated/,
  },
  {
    what: "a notebook",
    target: one("cut.ipynb", () => cut(sample("notebook/explore.ipynb"))),
    verdict: "undecided",
    says: /Not the JSON of a notebook/,
  },
  {
    what: "gzip",
    target: one("cut.jsonl.gz", () => gzipSync(rows).subarray(0, -20)),
    verdict: "undecided",
    says: /gzip data ends too early/,
    records: 39,
  },
  {
    what: "zstd",
    target: one("cut.jsonl.zst", () => cut(sample("zstd/frames.jsonl.zst"))),
    verdict: "undecided",
    says: /zstd data ends too early/,
  },
  {
    what: "a zip",
    target: one("cut.zip", () => zip([{ name: "a.jsonl", data: Buffer.from(rows) }]).subarray(0, -40)),
    verdict: "undecided",
    says: /its end is missing/,
    records: 40,
  },
  {
    what: "a tar",
    target: one("cut.tar", () => ustar({ name: "a.jsonl", bytes: Buffer.from(rows) }).subarray(0, 2000)),
    verdict: "undecided",
    says: /ends inside of/,
  },
];

const DEEP = 100_000;
const NESTED: readonly Case[] = [
  {
    what: "lists in JSON",
    target: one("deep.json", () => "[".repeat(DEEP) + "]".repeat(DEEP)),
    verdict: "pass",
    says: /nested deeper/,
  },
  {
    what: "lists that never close",
    target: one("open.json", () => "[".repeat(DEEP)),
    verdict: "undecided",
    says: /cut off/,
  },
  {
    what: "objects in a line",
    target: one("deep.jsonl", () => `${rows}${'{"a":'.repeat(DEEP)}1${"}".repeat(DEEP)}\n${rows}`),
    verdict: "pass",
    says: /nested deeper/,
    records: 81,
  },
  {
    what: "text hidden below the limit",
    target: one("below.jsonl", () => `${rows}${'{"a":'.repeat(200)}"${escaped}"${"}".repeat(200)}\n`),
    verdict: "fail",
    says: /nested deeper/,
  },
  {
    what: "flow lists in YAML",
    target: one("deep.yaml", () => `${"[".repeat(200)}"${wide}"${"]".repeat(200)}`),
    verdict: "fail",
    says: /nested deeper/,
  },
  {
    what: "block lists in YAML",
    target: one("dash.yaml", () => `${"- ".repeat(DEEP)}x\n`),
    verdict: "undecided",
    says: /nest/,
  },
  {
    what: "maps that never close in YAML",
    target: one("map.yaml", () => "{a: ".repeat(DEEP)),
    verdict: "pass",
    says: /nested too deeply/,
  },
  {
    what: "aliases in YAML",
    target: one(
      "alias.yaml",
      () =>
        `a: &a [x,x,x,x,x,x]\n${Array.from({ length: 20 }, (_, i) => `${"bcdefghijklmnopqrstu"[i]}: &${"bcdefghijklmnopqrstu"[i]} [${Array(9).fill(`*${"abcdefghijklmnopqrstu"[i]}`).join(",")}]\n`).join("")}`,
    ),
    verdict: "pass",
    says: /too many aliases/,
  },
  {
    what: "elements in XML",
    target: one("deep.xml", () => `<d>${"<a>".repeat(DEEP)}x${"</a>".repeat(DEEP)}</d>`),
    verdict: "pass",
    says: /depthMax/,
  },
  {
    what: "entities in XML",
    target: one(
      "bomb.xml",
      () =>
        `<!DOCTYPE d [<!ENTITY a "ha"><!ENTITY b "${"&a;".repeat(99)}"><!ENTITY c SYSTEM "file:///etc/hostname">]><d><row><q>&b;&c;</q></row><row><q>x</q></row></d>`,
    ),
    verdict: "pass",
    says: /not expanded/,
  },
  {
    what: "a literal in Python lines",
    target: one("deep.txt", () => `${"{'a': 'b'}\n".repeat(20)}${"{'a': ".repeat(DEEP)}\n`),
    verdict: "pass",
    says: /not well formed/,
  },
];

const NOTHING: readonly Case[] = [
  {
    what: "an empty file",
    target: one("empty.jsonl", () => ""),
    verdict: "undecided",
    says: /^empty: The file is empty/,
  },
  {
    what: "a byte order mark",
    target: one("bom.jsonl", () => "\ufeff"),
    verdict: "undecided",
    says: /^empty: .*white space/,
  },
  {
    what: "white space",
    target: one("space.jsonl", () => " \n\t\n"),
    verdict: "undecided",
    says: /^empty: .*white space/,
  },
  { what: "[]", target: one("list.json", () => "[]"), verdict: "undecided", says: /^empty: It holds no records/ },
  { what: "{}", target: one("object.json", () => "{}"), verdict: "pass", records: 1 },
  {
    what: "a CSV header",
    target: one("header.csv", () => "a,b,c\n"),
    verdict: "undecided",
    says: /^empty: It holds no records/,
  },
  {
    what: "an XML root",
    target: one("root.xml", () => "<dataset></dataset>"),
    verdict: "undecided",
    says: /^empty: It holds no records/,
  },
  {
    what: "an empty gzip",
    target: one("empty.jsonl.gz", () => gzipSync("")),
    verdict: "undecided",
    says: /^empty: The file is empty/,
  },
  {
    what: "an empty zip",
    target: one("empty.zip", () => zip([])),
    verdict: "undecided",
    says: /^empty: It holds no files/,
  },
  {
    what: "an empty folder",
    target: () => (mkdirSync(join(root, "void/a/b"), { recursive: true }), join(root, "void")),
    verdict: "undecided",
    says: /^empty: The folder holds no files/,
  },
  {
    what: "zero bytes",
    target: one("zero.jsonl", () => Buffer.alloc(100_000)),
    verdict: "undecided",
    says: /^unknown-format: .*zero bytes/,
  },
  {
    what: "an LFS pointer",
    target: one(
      "lfs.parquet",
      () => `version https://git-lfs.github.com/spec/v1\noid sha256:${"4d".repeat(32)}\nsize 12345\n`,
    ),
    verdict: "undecided",
    says: /^pointer: .*not looked at/,
  },
];

const BROKEN: readonly Case[] = [
  {
    what: "every second line",
    target: one("half.jsonl", () => rows.replaceAll("\n", '\n{"instruction": "What is the \n')),
    verdict: "pass",
    says: /40 lines are not well formed/,
    records: 80,
  },
  {
    what: "every line",
    target: one("all.jsonl", () => '{"a": "b"\n'.repeat(50)),
    verdict: "pass",
    says: /50 lines are not well formed/,
    records: 50,
  },
  {
    what: "text hidden in a broken line",
    target: one("comma.jsonl", () => `${rows}{"a":"x${escaped}",}\n`),
    verdict: "fail",
    says: /not well formed/,
  },
  {
    what: "a key that hides another",
    target: one("twice.jsonl", () => `{"a":"x${escaped}","a":"x"}\n${rows}`),
    verdict: "fail",
  },
  {
    what: "not JSON under its name",
    target: one("prose.jsonl", () => "Once upon a time.\n".repeat(30)),
    verdict: "pass",
    says: /named ‹\.jsonl›/,
    records: 30,
  },
  {
    what: "zero bytes between lines",
    target: one("nul.jsonl", () => `${rows}${"\0".repeat(1000)}\n${rows}`),
    verdict: "pass",
    says: /not well formed/,
  },
  {
    what: "line ends of three kinds",
    target: one("ends.jsonl", () =>
      rows
        .trimEnd()
        .split("\n")
        .map((line, i) => line + ["\n", "\r\n", "\r"][i % 3])
        .join(""),
    ),
    verdict: "pass",
    records: 40,
  },
  {
    what: "no line ends",
    target: one("joined.jsonl", () => rows.replaceAll("\n", "") + bad),
    verdict: "fail",
    records: 41,
  },
  {
    what: "Latin-1",
    target: one("latin.jsonl", () => Buffer.from('{"q":"caf\u00e9"}\n'.repeat(20), "latin1")),
    verdict: "pass",
    says: /^encoding: /,
    records: 20,
  },
  {
    what: "UTF-16",
    target: one("wide.jsonl", () => Buffer.from(`\ufeff${rows}${bad}`, "utf16le")),
    verdict: "fail",
    says: /UTF-16LE/,
    records: 41,
  },
  {
    what: "a quote that never closes",
    target: one("quote.csv", () => `a,b\n"x,y\n${"1,2\n".repeat(1000)}`),
    verdict: "pass",
    says: /opens a quote/,
    records: 1001,
  },
  {
    what: "20,000 columns",
    target: one(
      "wide.csv",
      () => `${Array.from({ length: 20_000 }, (_, i) => `c${i}`).join()}\n${"x,".repeat(19_999)}${hidden}\n`,
    ),
    verdict: "fail",
    says: /20000 columns/,
    records: 1,
  },
  {
    what: "a card with hostile YAML",
    target: () => (
      file("card/train.jsonl", rows),
      file("card/README.md", `---\nconfigs: [*nowhere]\nx: ${"- ".repeat(9_999)}\n---\n# x\n`),
      join(root, "card")
    ),
    verdict: "undecided",
    says: /YAML is broken/,
  },
];

const png = Buffer.from("iVBORw0KGgoAAAANSUhEUgAAAAEAAAAB", "base64");
const DISGUISED: readonly Case[] = [
  { what: "Parquet", target: one("as/parquet.jsonl", () => sample("parquet/chat-brotli.parquet")), verdict: "pass" },
  { what: "Arrow", target: one("as/arrow.jsonl", () => sample("arrow/chat-lz4-stream.arrow")), verdict: "pass" },
  {
    what: "zip",
    target: one("as/zip.jsonl", () => zip([{ name: "a.jsonl", data: Buffer.from(rows) }])),
    verdict: "pass",
  },
  {
    what: "tar",
    target: one("as/tar.jsonl", () => ustar({ name: "a.jsonl", bytes: Buffer.from(rows) })),
    verdict: "pass",
  },
  { what: "PNG", target: one("as/png.jsonl", () => png), verdict: "fail", says: /PNG image/ },
  {
    what: "pickle",
    target: one("as/pickle.jsonl", () =>
      Buffer.from("\x80\x04\x95\x10\0\0\0\0\0\0\0}\x94\x8c\x01a\x94\x8c\x01b\x94s.", "latin1"),
    ),
    verdict: "fail",
    says: /Read for what loading it does|holds pickle/,
  },
];

const MEBI = 1024 * 1024;
const PACKED: readonly Case[] = [
  {
    what: "a gzip bomb",
    target: one("bomb.jsonl.gz", () => gzipSync(Buffer.alloc(100 * MEBI, "a"))),
    verdict: "undecided",
    says: /expansionRatioMax.*bomb/,
  },
  {
    what: "a zstd bomb",
    target: one("bomb.jsonl.zst", () => zstdCompressSync(Buffer.alloc(100 * MEBI, "a"))),
    verdict: "undecided",
    says: /expansionRatioMax.*bomb/,
  },
  {
    what: "a zip bomb",
    target: one("bomb.zip", () => zip([{ name: "a.jsonl", data: Buffer.alloc(100 * MEBI, "a") }])),
    verdict: "undecided",
    says: /expansionRatioMax.*bomb/,
  },
  {
    what: "gzip in gzip in gzip",
    target: one("nest.gz", () => [1, 2, 3, 4, 5, 6].reduce((inner) => gzipSync(inner), Buffer.from(rows))),
    verdict: "undecided",
    says: /containerDepthMax/,
  },
  {
    what: "members that share bytes",
    target: one("over.zip", () =>
      zip([
        { name: "a.jsonl", data: Buffer.from(rows) },
        ...Array.from({ length: 99 }, (_, i) => ({ name: `b${i}.jsonl`, data: Buffer.from(rows), at: 0 })),
      ]),
    ),
    verdict: "undecided",
    says: /shares bytes with another member/,
    records: 40,
  },
  {
    what: "an encrypted member",
    target: one("secret.zip", () => zip([{ name: "a.jsonl", data: Buffer.from(rows) }], 1)),
    verdict: "undecided",
    says: /^encrypted: /,
  },
  {
    what: "member names that are paths",
    target: one("slip.zip", () => zip([{ name: "../../etc/x.jsonl", data: Buffer.from(rows) }])),
    verdict: "fail",
    records: 40,
  },
];

const tree = (name: string, make: (folder: string) => void): (() => string) => {
  return () => {
    file(`${name}/train.jsonl`, rows);
    make(name);
    return join(root, name);
  };
};
const PLACED: readonly Case[] = [
  {
    what: "links that loop",
    target: tree("loop", (at) => (linked(`${at}/a`, "b"), linked(`${at}/b`, "a"))),
    verdict: "undecided",
    says: /^link: .*only to itself/,
    records: 40,
  },
  {
    what: "a link to the folder itself",
    target: tree("self", (at) => linked(`${at}/again`, ".")),
    verdict: "pass",
    says: /^link: .*scanned there/,
    records: 40,
  },
  {
    what: "a link out of the folder",
    target: tree("out", (at) => linked(`${at}/x.jsonl`, "/etc/hostname")),
    verdict: "undecided",
    says: /^link: .*outside/,
    records: 40,
  },
  {
    what: "a link to nothing",
    target: tree("dangling", (at) => linked(`${at}/x.jsonl`, "nowhere")),
    verdict: "undecided",
    says: /^link: .*where nothing is/,
    records: 40,
  },
  {
    what: "a pipe",
    target: tree("pipe", (at) => execFileSync("mkfifo", [join(root, at, "p.jsonl")])),
    verdict: "undecided",
    says: /^special-file: A pipe/,
    records: 40,
  },
  { what: "a device", target: () => "/dev/zero", verdict: "undecided", says: /^special-file: A device/ },
  {
    what: "20 folders deep",
    target: () => (file(`${["d20", ..."abcdefghijklmnopqrst"].join("/")}/train.jsonl`, rows + bad), join(root, "d20")),
    verdict: "fail",
    records: 41,
  },
  {
    what: "40 folders deep",
    target: () => (
      file(`${["d40", ...Array<string>(40).fill("x")].join("/")}/train.jsonl`, rows + bad),
      join(root, "d40")
    ),
    verdict: "undecided",
    says: /folderDepthMax/,
  },
  {
    what: "a slash after a folder",
    target: () => (file("slash/train.jsonl", rows), `${join(root, "slash")}/`),
    verdict: "pass",
    records: 40,
  },
  {
    what: "a Git repository",
    target: tree("git", (at) => file(`${at}/.git/config`, "[core]\n")),
    verdict: "pass",
    says: /Git's own folder/,
    records: 40,
  },
];

/** What holds for every scan of anything. */
function sane(report: ScanReport): void {
  for (const { uri, coverage, records, kind } of report.artifacts) {
    for (const { code, message } of coverage.problems) {
      assert.notEqual(code, "bug", `${uri}: ${message}`);
      assert.match(message, /[.?!]$/, message);
      assert.doesNotMatch(message, /undefined|NaN|\[object|node:internal|\bat \//, message);
    }
    if (coverage.status !== "full") assert.notEqual(coverage.problems.length, 0, uri);
    if (kind === "dataset" && records === 0) assert.notEqual(coverage.problems.length, 0, `${uri}: silent`);
  }
  if (report.artifacts.some(({ coverage }) => coverage.status !== "full")) assert.notEqual(report.verdict, "pass");
}

const SECONDS_MAX = 8;
for (const [group, cases] of Object.entries({ CUT, NESTED, NOTHING, BROKEN, DISGUISED, PACKED, PLACED })) {
  describe(group.toLowerCase(), () => {
    for (const { what, target, verdict, says, records } of cases) {
      test(`${what}: ${verdict}`, async () => {
        const path = target();
        const begun = cpuSeconds();
        const { report } = await scan([path], { workers: 1 });
        const seconds = cpuSeconds() - begun;
        sane(report);
        const said = report.artifacts.flatMap(({ coverage, notes = [] }) => [
          ...coverage.problems.map(({ code, message }) => `${code}: ${message}`),
          ...notes,
        ]);
        assert.equal(report.verdict, verdict, said.join("\n"));
        if (says)
          assert.ok(
            said.some((text) => says.test(text)),
            said.join("\n") || "nothing was said",
          );
        else assert.deepEqual(said, []);
        if (records !== undefined) assert.equal(report.stats.records, records);
        assert.ok(seconds < SECONDS_MAX, `took ${seconds.toFixed(1)} s`);
      });
    }
  });
}

const root0 = process.getuid?.() === 0;
test("an unreadable file", { skip: root0 ? "root reads everything" : false }, async () => {
  const path = file("locked/train.jsonl", rows);
  execFileSync("chmod", ["000", path]);
  const { report } = await scan([join(root, "locked")]);
  assert.equal(report.verdict, "undecided");
  assert.match(report.artifacts[0]?.coverage.problems[0]?.message ?? "", /no permission/);
});

test("file names that drive a terminal, hide or are no UTF-8 are all scanned and told apart", async () => {
  const names = ["new\nline", "\u001b[31mred", "\u202etxt", "-dash", "`id`$(id)", "[a]*", "'\"", "%FF"].map((name) =>
    Buffer.from(`${name}.jsonl`),
  );
  names.push(Buffer.from("\xff\xfe.jsonl", "latin1"), Buffer.from(`${"l".repeat(245)}.jsonl`));
  mkdirSync(join(root, "names"));
  for (const name of names) writeFileSync(Buffer.concat([Buffer.from(`${root}/names/`), name]), rows + bad);
  const { report } = await scan([join(root, "names")]);
  sane(report);
  assert.equal(new Set(report.findings.map(({ location }) => location.uri)).size, names.length);
  const { stdout } = cli(["scan", join(root, "names"), "--all"]);
  assert.doesNotMatch(stdout, /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202e\u{e0000}-\u{e007f}]/u);
});

test("10,000 small files", async () => {
  mkdirSync(join(root, "many"));
  for (let i = 0; i < 10_000; i++) writeFileSync(join(root, "many", `${i}.jsonl`), `{"a":"row ${i}"}\n`);
  const begun = cpuSeconds();
  const { report } = await scan([join(root, "many")]);
  assert.equal(report.verdict, "pass");
  assert.equal(report.stats.records, 10_000);
  assert.ok(cpuSeconds() - begun < 30);
});

interface Run {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
  readonly peakMb: number;
  /** Of the processor. */
  readonly seconds: number;
}

// Prints the peak and the processor time of the whole process as it ends.
const METER = `data:text/javascript,${encodeURIComponent(
  'import { isMainThread } from "node:worker_threads"; if (isMainThread) process.on("exit", () => { const { maxRSS, userCPUTime, systemCPUTime } = process.resourceUsage(); process.stderr.write(`\\npeak ${maxRSS} ${userCPUTime + systemCPUTime}`); });',
)}`;

function cli(args: readonly string[], input?: string): Run {
  const run = spawnSync(process.execPath, ["--import", METER, resolve("src/cli/main.ts"), ...args], {
    encoding: "utf8",
    maxBuffer: 1 << 28,
    ...(input === undefined ? {} : { input }),
  });
  assert.doesNotMatch(run.stderr, /\n {4}at /, run.stderr);
  const [, peak, cpu] = /peak (\d+) (\d+)$/.exec(run.stderr) ?? [];
  const peakMb = Number(peak) / 1024;
  return {
    status: run.status,
    stdout: run.stdout,
    stderr: run.stderr,
    peakMb,
    seconds: Number(cpu) / 1e6,
  };
}

/** Without the statistics over the whole dataset, which hold a table of it. */
const STREAMS = ["--workers", "2", "--skip", "trigger-target,trigger-label"];

describe("memory and time of a process of its own", () => {
  test("a line of 1 GB is passed over, in 600 MB and 40 s of the processor", () => {
    const path = file("line.jsonl", `${rows}{"a":"`);
    truncateSync(path, 1e9);
    appendFileSync(path, `"}\n${rows}`);
    const run = cli(["scan", path, "--format", "json", ...STREAMS]);
    rmSync(path);
    const report = JSON.parse(run.stdout) as ScanReport;
    sane(report);
    assert.equal(run.status, 2);
    assert.equal(report.stats.records, 80);
    assert.match(JSON.stringify(report.artifacts[0]?.coverage.problems), /recordBytesMax/);
    assert.ok(run.peakMb < 600, `${run.peakMb} MB`);
    assert.ok(run.seconds < 40, `${run.seconds} s`);
  });

  test("a sparse file of 5 GB is refused at once, in 350 MB", () => {
    const path = file("sparse.jsonl", "");
    truncateSync(path, 5e9);
    const run = cli(["scan", path, "--workers", "2"]);
    rmSync(path);
    assert.equal(run.status, 2);
    assert.match(run.stdout, /zero bytes only/);
    assert.ok(run.peakMb < 350, `${run.peakMb} MB`);
    assert.ok(run.seconds < 15, `${run.seconds} s`);
  });

  test("memory does not grow with the file: 20 and 100 MB in under 400 MB, a JSON list on one line too", () => {
    const peaks = [20, 100].map((megabytes) => {
      const path = file("grow.jsonl", rows.repeat(Math.round((megabytes * 1e6) / rows.length)));
      const run = cli(["scan", path, "--only", "tag-characters,reverse-shell", "--workers", "2"]);
      rmSync(path);
      assert.equal(run.status, 0, run.stdout);
      return run.peakMb;
    });
    const path = file(
      "line.json",
      `[${rows.trimEnd().replaceAll("\n", ", ").concat(", ").repeat(20_000).slice(0, -2)}]`,
    );
    const run = cli(["scan", path, "--only", "tag-characters,reverse-shell", "--workers", "2"]);
    rmSync(path);
    assert.equal(run.status, 0, run.stdout);
    peaks.push(run.peakMb);
    assert.ok(
      peaks.every((peak) => peak < 400),
      peaks.join(", "),
    );
  });

  test("nothing on standard input is no pass", () => {
    const run = cli(["scan", "-"], "");
    assert.equal(run.status, 2);
    assert.match(run.stdout, /nothing to look at/);
  });
});

test("a file that grows or is cut while it is scanned is undecided", async () => {
  for (const size of [1_000, 300e6]) {
    const path = file("moving.jsonl", rows.repeat(20_000));
    let changed = false;
    const { report } = await scan([path], {
      workers: 2,
      only: ["tag-characters", "reverse-shell"],
      onProgress: () => {
        if (!changed) truncateSync(path, size);
        changed = true;
      },
    });
    rmSync(path);
    sane(report);
    assert.equal(report.verdict, "undecided");
    assert.match(JSON.stringify(report.artifacts[0]?.coverage.problems), /changed while it was read/);
  }
});
