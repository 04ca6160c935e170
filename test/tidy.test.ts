// What must never be true of the source, checked like any other behaviour. The floors are those of ARCHITECTURE.md.
import assert from "node:assert/strict";
import { globSync, readFileSync } from "node:fs";
import { basename, dirname, join, normalize } from "node:path";
import { test } from "node:test";

/** Floor -> floors it may import. A change here is a decision, with a page in docs/decisions. */
const FLOORS: Readonly<Record<string, readonly string[]>> = {
  base: [],
  core: ["base"],
  formats: ["base", "core"],
  mining: ["base", "core"],
  tlog: ["base", "core"],
  report: ["base", "core"],
  sources: ["base", "core"],
  detectors: ["base", "core", "mining"],
  attest: ["base", "core", "tlog"],
  store: ["base", "core", "tlog"],
  policy: ["base", "core", "attest"],
  scan: ["base", "core", "formats", "detectors", "mining"],
  jobs: ["base", "core", "scan"],
  cli: [
    "base",
    "core",
    "formats",
    "mining",
    "tlog",
    "report",
    "sources",
    "detectors",
    "attest",
    "store",
    "policy",
    "scan",
    "jobs",
  ],
};

/** Floors that touch the disk or the network. */
const IO_FLOORS = new Set(["sources", "store", "cli"]);

const sources = globSync("src/**/*.ts").sort();
const product = sources.filter((path) => !/\.(test|examples)\.ts$|\/testing(\/|\.ts$)/.test(path));
const read = (path: string): string => readFileSync(path, "utf8");
const floorOf = (path: string): string => path.split("/")[1] ?? "";
const importsOf = (text: string): string[] =>
  [...text.matchAll(/(?:^|[;\n])\s*(?:import|export)\s[^;]*?from\s+"([^"]+)"|import\("([^"]+)"\)/g)].map(
    (match) => match[1] ?? match[2] ?? "",
  );

test("every import stays on its floor", () => {
  const wrong: string[] = [];
  for (const path of product) {
    const floor = floorOf(path);
    if (floor === "index.ts") continue;
    const allowed = FLOORS[floor];
    assert.ok(allowed, `${path}: the floor ${floor} is not in the table`);
    for (const target of importsOf(read(path))) {
      if (!target.startsWith(".")) continue;
      const other = floorOf(normalize(join(dirname(path), target)));
      if (other !== floor && !allowed.includes(other)) wrong.push(`${path} imports ${target}`);
    }
  }
  assert.deepEqual(wrong, []);
});

test("nothing that is read can be run", () => {
  // `eval` and `new Function` are refused by the linter, which knows a call from a word in a string.
  const banned = [/from "node:vm"/, /from "node:child_process"/, /\bawait import\((?!")/];
  const wrong = product.flatMap((path) => {
    const code = withoutComments(read(path));
    return banned.filter((pattern) => pattern.test(code)).map((pattern) => `${path}: ${pattern}`);
  });
  assert.deepEqual(wrong, []);
});

test("below the command line there is no clock, no randomness, no console", () => {
  const banned = [
    /\bDate\.now\(/,
    /new Date\(\)/,
    /Math\.random\(/,
    /\bconsole\./,
    /process\.(exit|stdout|stderr|argv)\b/,
  ];
  const wrong = product
    .filter((path) => floorOf(path) !== "cli" && floorOf(path) !== "sources")
    .flatMap((path) => {
      const code = withoutComments(read(path));
      return banned.filter((pattern) => pattern.test(code)).map((pattern) => `${path}: ${pattern}`);
    });
  assert.deepEqual(wrong, []);
});

test("only the I/O floors touch files and sockets", () => {
  const banned = /from "node:(fs|fs\/promises|net|http|https|dns|tls)"/;
  const wrong = product.filter((path) => !IO_FLOORS.has(floorOf(path)) && banned.test(read(path)));
  assert.deepEqual(wrong, []);
});

test("every file opens by saying what it is", () => {
  const wrong = product.filter((path) => !/^(#!.*\n)?\/\/ \S/.test(read(path)));
  assert.deepEqual(wrong, []);
});

test("files are kebab-case and a unit exports its file's name", () => {
  const wrong: string[] = [];
  for (const path of sources) {
    const name = basename(path)
      .replace(/\.(test|examples|data)?\.?ts$/, "")
      .replace(/\.ts$/, "");
    if (!/^[a-z0-9]+(-[a-z0-9]+)*$/.test(name)) wrong.push(`${path}: not kebab-case`);
    const unit =
      /^export const (\w+): (?:Format|RecordDetector|DocumentDetector|ModelDetector|ArtifactDetector|DatasetDetector) =/m.exec(
        read(path),
      )?.[1];
    const camel = name.replaceAll(/-(\w)/g, (_, letter: string) => letter.toUpperCase());
    if (unit && unit !== camel) wrong.push(`${path}: exports ${unit}, not ${camel}`);
  }
  assert.deepEqual(wrong, []);
});

test("dependencies are few, pinned and known", () => {
  const manifest = JSON.parse(read("package.json")) as {
    dependencies: Record<string, string>;
    devDependencies: Record<string, string>;
  };
  for (const [name, version] of Object.entries({ ...manifest.dependencies, ...manifest.devDependencies })) {
    assert.match(version, /^\d+\.\d+\.\d+$/, `${name} is not pinned`);
  }
  assert.deepEqual(Object.keys(manifest.dependencies).sort(), DEPENDENCIES);
});

/** A new one is a decision: its upkeep, its licence, its weight. */
const DEPENDENCIES = [
  "@huggingface/hub",
  "@lezer/python",
  "@sigstore/bundle",
  "@sigstore/core",
  "@sigstore/protobuf-specs",
  "@sigstore/verify",
  "commander",
  "hyparquet",
  "hyparquet-compressors",
  "hyparquet-writer",
  "saxes",
  "yaml",
];

test("no line says what only its author could know", () => {
  const banned = [/registry\.npmjs\.org/i, /\/work\//, /\/root\//, /\/tmp\/d\b/];
  const files = [
    ...product,
    ...globSync("test/**/*.ts"),
    ...globSync("scripts/**/*.ts"),
    ...globSync("docs/**/*.md"),
    ...globSync("*.md"),
    "package-lock.json",
  ];
  const wrong = files
    .filter((path) => path !== "test/tidy.test.ts")
    .flatMap((path) => banned.filter((pattern) => pattern.test(read(path))).map((pattern) => `${path}: ${pattern}`));
  assert.deepEqual(wrong, []);
});

function withoutComments(code: string): string {
  return code.replaceAll(/\/\*[\s\S]*?\*\//g, "").replaceAll(/(^|\s)\/\/[^\n]*/g, "$1");
}
