// The packed tarball, installed into an empty prefix as a user installs it, works like the checkout. Needs the package
// registry for the dependencies; without one it says so and is skipped.
import assert from "node:assert/strict";
import { execFileSync, spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, dirname, join, resolve } from "node:path";
import { test } from "node:test";

interface Packed {
  readonly filename: string;
  readonly files: readonly { readonly path: string }[];
}

test("npm pack, npm install -g, bezoar scan", { timeout: 300_000 }, (t) => {
  const folder = mkdtempSync(join(tmpdir(), "bezoar-pack-"));
  try {
    const [packed] = JSON.parse(
      execFileSync("npm", ["pack", "--json", "--ignore-scripts", "--pack-destination", folder], {
        encoding: "utf8",
        stdio: ["ignore", "pipe", "ignore"],
      }),
    ) as [Packed];
    const paths = packed.files.map(({ path }) => path);
    assert.ok(
      paths.includes("bin/bezoar.js") && paths.includes("dist/cli/main.js") && paths.includes("dist/index.d.ts"),
    );
    assert.deepEqual(
      paths.filter((path) => /(^|\/)(test|testdata|examples|bench|fuzz)\/|\.(test|examples)\./.test(path)),
      [],
      "tests or examples are packed",
    );

    const prefix = join(folder, "prefix");
    const env = { ...process.env, PATH: `${dirname(process.execPath)}${delimiter}${process.env["PATH"] ?? ""}` };
    const install = spawnSync(
      "npm",
      ["install", "-g", "--prefix", prefix, "--no-audit", "--no-fund", join(folder, packed.filename)],
      { encoding: "utf8", env },
    );
    if (install.status !== 0 && /ENOTFOUND|ECONNREFUSED|EAI_AGAIN|ETIMEDOUT|ENOTCACHED/.test(install.stderr)) {
      t.skip("no package registry at hand");
      return;
    }
    assert.equal(install.status, 0, install.stderr);
    const bin = join(prefix, "bin", "bezoar");
    assert.ok(existsSync(bin));
    const run = (args: readonly string[]): ReturnType<typeof spawnSync> =>
      spawnSync(bin, args, { encoding: "utf8", cwd: folder, env });
    assert.equal(run(["--version"]).status, 0);
    const scan = run(["scan", resolve("examples/medical-qa/poisoned.jsonl"), "--format", "json"]);
    assert.equal(scan.status, 1, String(scan.stderr));
    assert.equal((JSON.parse(String(scan.stdout)) as { verdict: string }).verdict, "fail");
    assert.equal(run(["scan", resolve("examples/medical-qa/clean.jsonl")]).status, 0);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});

test("an older Node gets one sentence and no stack trace", () => {
  // The entry is run with the version that an old Node would report.
  const source = `Object.defineProperty(process, "versions", { value: { ...process.versions, node: "18.20.0" } }); await import(${JSON.stringify(resolve("bin/bezoar.js"))});`;
  const run = spawnSync(process.execPath, ["--input-type=module", "-e", source], {
    encoding: "utf8",
    env: { ...process.env, BEZOAR_HANDED_OVER: "1" },
  });
  assert.equal(run.status, 2);
  assert.match(run.stderr, /^bezoar needs Node 22\.22\.2, 24\.15 or 26 and later; this is 18\.20\.0\. .*\n$/);
  assert.equal(run.stdout, "");
});
