// `npm run interop`: our signatures before the implementations of others, and theirs before ours; model files as their own
// library writes them. Each part says what it did in one line, or why it was skipped: the Python package needs a package
// index, the conformance suites a checkout of their own (OMS_CONFORMANCE, SIGSTORE_CONFORMANCE), git needs git, files of
// PyTorch need a Python with it (TORCH_PYTHON).
import { execFileSync, spawnSync } from "node:child_process";
import { generateKeyPairSync } from "node:crypto";
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { bundleFromJSON } from "@sigstore/bundle";
import { toSignedEntity, Verifier } from "@sigstore/verify";
import { issue, leafOf, rootAuthority } from "../../src/attest/testing/certificates.ts";
import { PUBLIC_GOOD_ROOT } from "../../src/attest/trusted-root.data.ts";
import { trustedRoot } from "../../src/attest/trusted-root.ts";
import { gitTree, type GitFile } from "../../src/core/git-digest.ts";
import { scan } from "../../src/index.ts";

import { sumdbInterop } from "./sumdb.ts";
import { gitBlobOf, strictTree } from "../../src/sources/strict-tree.ts";

const PACKAGES = ["model-signing==1.1.1", "pyopenssl", "certifi"];
const folder = mkdtempSync(join(tmpdir(), "bezoar-interop-"));
let failed = false;

class Skipped extends Error {}

async function part(name: string, work: () => string | Promise<string>): Promise<void> {
  try {
    console.log(`${name}: ${await work()}`);
  } catch (error) {
    if (error instanceof Skipped) return console.log(`${name}: skipped: ${error.message}`);
    failed = true;
    console.log(`${name}: FAILED: ${error instanceof Error ? error.message : String(error)}`);
  }
}

/** Eight shapes of trees: name -> content. */
const SHAPES: Readonly<Record<string, Readonly<Record<string, string | Buffer>>>> = {
  flat: { "a.txt": "a", "b.txt": "b" },
  nested: { "one/two/three/deep.bin": "x", "a-b": "1", "a.txt": "2", "a/b": "3" },
  unicode: { "日本/データ.jsonl": "{}", "straße.txt": "s", "\u{1f600}.bin": "e", "\uffee": "h" },
  spaces: { "a b c.txt": "1", " leading": "2", "trailing ": "3" },
  empty: { empty: "", "also/empty": "" },
  hidden: { ".hidden/file": "h", ".dotfile": "d", "sub/.gitignore": "kept: it is not at the top" },
  git: {
    "weights.bin": "w",
    ".git/config": "not signed",
    ".gitattributes": "not signed",
    ".github/x.yml": "not signed",
  },
  binary: { "weights.safetensors": Buffer.alloc(3_000_001, 7), "index.json": "{}" },
};
const CURVES = ["P-256", "P-384", "P-521"];

const bezoar = (...args: string[]): number =>
  spawnSync(process.execPath, [resolve("bin/bezoar.js"), ...args], {
    cwd: folder,
    stdio: ["ignore", "ignore", "inherit"],
  }).status ?? -1;

function pythonWithPackages(): string {
  const place = join(folder, "venv");
  const python = join(place, "bin", "python");
  if (spawnSync("python3", ["-m", "venv", place], { stdio: "ignore" }).status !== 0)
    throw new Skipped("no python3 with venv");
  const install = spawnSync(python, ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", ...PACKAGES], {
    encoding: "utf8",
    timeout: 300_000,
  });
  if (install.status !== 0) throw new Skipped("no Python package index at hand");
  return python;
}

/** A Python with PyTorch: the one named, the one at hand, or a new one where a package index has it for the processor. */
function pythonWithTorch(): string {
  const has = (python: string): boolean => spawnSync(python, ["-c", "import torch"], { stdio: "ignore" }).status === 0;
  const atHand = [process.env["TORCH_PYTHON"] ?? "python3", "python3"].find((python) => has(python));
  if (atHand !== undefined) return atHand;
  const place = join(folder, "torch-venv");
  const python = join(place, "bin", "python");
  if (spawnSync("python3", ["-m", "venv", place], { stdio: "ignore" }).status !== 0)
    throw new Skipped("no python3 with venv");
  const needed = ["filelock", "fsspec", "jinja2", "networkx", "sympy", "typing_extensions"];
  for (const names of [["torch==2.13.0", "numpy", "--no-deps"], needed])
    if (spawnSync(python, ["-m", "pip", "install", "--quiet", ...names], { timeout: 900_000 }).status !== 0)
      throw new Skipped("no PyTorch (TORCH_PYTHON names a Python that has it), and no package index at hand");
  if (!has(python)) throw new Skipped("the PyTorch that was installed cannot be imported here");
  return python;
}

function theirs(python: string, commands: readonly (readonly string[])[]): number[] {
  const out = join(folder, "codes.json");
  const run = spawnSync(python, [resolve("test/interop/model-signing.py"), out], {
    input: JSON.stringify(commands),
    cwd: folder,
    encoding: "utf8",
    maxBuffer: 1 << 26,
  });
  if (run.status !== 0) throw new Error(run.stderr.slice(-2000));
  return JSON.parse(readFileSync(out, "utf8")) as number[];
}

function writeTree(at: string, files: Readonly<Record<string, string | Buffer>>): void {
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(join(at, name, ".."), { recursive: true });
    writeFileSync(join(at, name), content);
  }
}

const must = (holds: boolean, what: string): void => {
  if (!holds) throw new Error(what);
};

await part("Go's checksum database, our notes, proofs, digests and log", async () => {
  const result = await sumdbInterop();
  if ("missing" in result) throw new Skipped(result.missing);
  return `${result.checked} checks passed`;
});
await part("model_signing 1.1.1", () => {
  const python = pythonWithPackages();
  for (const [shape, files] of Object.entries(SHAPES)) writeTree(join(folder, shape), files);
  for (const curve of CURVES) {
    const { privateKey, publicKey } = generateKeyPairSync("ec", { namedCurve: curve });
    writeFileSync(join(folder, `${curve}.pem`), privateKey.export({ type: "pkcs8", format: "pem" }));
    writeFileSync(join(folder, `${curve}.pub`), publicKey.export({ type: "spki", format: "pem" }));
  }
  const pairs = Object.keys(SHAPES).flatMap((shape) =>
    CURVES.map((curve) => ({ shape, curve, name: `${shape}-${curve}` })),
  );
  const key = (curve: string): string => join(folder, `${curve}.pem`);
  const pub = (curve: string): string => join(folder, `${curve}.pub`);
  for (const { shape, curve, name } of pairs)
    must(
      bezoar("sign", shape, "--key", key(curve), "--signature", `ours-${name}.sig`) === 0,
      `we did not sign ${name}`,
    );
  const verify = (shape: string, curve: string, sig: string): string[] => [
    "verify",
    "key",
    shape,
    "--signature",
    sig,
    "--public_key",
    pub(curve),
  ];
  const codes = theirs(python, [
    ...pairs.map(({ shape, curve, name }) => verify(shape, curve, `ours-${name}.sig`)),
    ...pairs.map(({ shape, curve, name }) => [
      "sign",
      "key",
      shape,
      "--signature",
      `theirs-${name}.sig`,
      "--private_key",
      key(curve),
    ]),
  ]);
  pairs.forEach(({ name }, i) => {
    must(codes[i] === 0, `they refuse ours: ${name}`);
    must(codes[pairs.length + i] === 0, `they did not sign ${name}`);
  });
  for (const { shape, curve, name } of pairs)
    must(
      bezoar("verify", shape, "--signature", `theirs-${name}.sig`, "--public-key", pub(curve)) === 0,
      `we refuse theirs: ${name}`,
    );

  // Certificates, both ways, through an intermediate.
  const root = rootAuthority();
  const middle = issue({ subject: "middle", ca: true, usage: 0x06 }, root);
  const leaf = leafOf(middle);
  writeFileSync(join(folder, "root.crt"), root.certificate.toString());
  writeFileSync(join(folder, "middle.crt"), middle.certificate.toString());
  writeFileSync(join(folder, "leaf.crt"), leaf.certificate.toString());
  writeFileSync(join(folder, "leaf.pem"), leaf.keys.privateKey.export({ type: "pkcs8", format: "pem" }));
  must(
    bezoar(
      "sign",
      "nested",
      "--key",
      "leaf.pem",
      "--certificate",
      "leaf.crt",
      "--chain",
      "middle.crt",
      "--signature",
      "c.sig",
    ) === 0,
    "we did not sign by certificate",
  );
  const [accepts, signs] = theirs(python, [
    ["verify", "certificate", "nested", "--signature", "c.sig", "--certificate_chain", "root.crt"],
    [
      "sign",
      "certificate",
      "nested",
      "--signature",
      "d.sig",
      "--private_key",
      "leaf.pem",
      "--signing_certificate",
      "leaf.crt",
      "--certificate_chain",
      "middle.crt",
    ],
  ]);
  must(accepts === 0, "they refuse ours by certificate");
  must(signs === 0, "they did not sign by certificate");
  must(
    bezoar("verify", "nested", "--signature", "d.sig", "--roots", "root.crt") === 0,
    "we refuse theirs by certificate",
  );

  // What either refuses, both refuse.
  const tampered: readonly (readonly [string, () => void])[] = [
    ["a changed file", () => writeFileSync(join(folder, "flat", "a.txt"), "A")],
    ["an extra file", () => writeFileSync(join(folder, "flat", "c.txt"), "c")],
    ["a missing file", () => rmSync(join(folder, "flat", "b.txt"))],
  ];
  for (const [what, change] of tampered) {
    rmSync(join(folder, "flat"), { recursive: true });
    writeTree(join(folder, "flat"), SHAPES["flat"] ?? {});
    change();
    must(theirs(python, [verify("flat", "P-256", "ours-flat-P-256.sig")])[0] !== 0, `they accept ${what}`);
    must(
      bezoar("verify", "flat", "--signature", "theirs-flat-P-256.sig", "--public-key", pub("P-256")) === 1,
      `we accept ${what}`,
    );
  }
  return `${pairs.length} trees of ours accepted, ${pairs.length} of theirs, certificates both ways, ${tampered.length} changes refused by both`;
});

await part("PyTorch's own files", async () => {
  const python = pythonWithTorch();
  const files = join(folder, "torch");
  execFileSync(python, [resolve("test/interop/torch-files.py"), files], { stdio: ["ignore", "ignore", "pipe"] });
  const wrong: string[] = [];
  let count = 0;
  for (const kind of ["pass", "fail"])
    for (const name of readdirSync(join(files, kind)).toSorted()) {
      count++;
      const { report } = await scan([join(files, kind, name)], { workers: 1 });
      if (report.verdict !== kind)
        wrong.push(`${kind}/${name} is ${report.verdict}: ${report.findings[0]?.message ?? ""}`);
    }
  must(wrong.length === 0, `${wrong.length} of ${count} otherwise: ${wrong.join("; ")}`);
  return `${count} files as expected`;
});

await part("git", async () => {
  if (spawnSync("git", ["--version"], { stdio: "ignore" }).status !== 0) throw new Skipped("no git");
  const at = join(folder, "repository");
  const names = ["a.txt", "a-b", "a/b", "a/c/d", "ab", "straße", "日本/データ", "empty", "run.sh"];
  writeTree(at, Object.fromEntries(names.map((path) => [path, path === "empty" ? "" : `content of ${path}\n`])));
  chmodSync(join(at, "run.sh"), 0o755);
  const { files } = strictTree(at);
  const git = (...args: string[]): string =>
    execFileSync("git", ["-C", at, "-c", "core.autocrlf=false", ...args], { encoding: "utf8" }).trim();
  git("init", "--quiet");
  git("add", "--all");
  const named: GitFile[] = [];
  for (const file of files) {
    const blob = await gitBlobOf(file);
    must(git("hash-object", file.path) === blob, `blob of ${file.path}`);
    named.push({ path: file.path, blob, executable: file.executable ?? false });
  }
  must(git("write-tree") === gitTree(named), "tree");
  return `${files.length} blobs and their tree`;
});

await part("OMS conformance suite", () => {
  const place = process.env["OMS_CONFORMANCE"];
  if (place === undefined || !existsSync(place)) throw new Skipped("OMS_CONFORMANCE names no checkout of it");
  const entry = join(folder, "adapter");
  writeFileSync(entry, `#!/bin/sh\nexec ${process.execPath} ${resolve("test/interop/oms-adapter.ts")} "$@"\n`, {
    mode: 0o755,
  });
  const run = spawnSync("python3", ["-m", "pytest", "test/", `--entrypoint=${entry}`, "-q"], {
    cwd: place,
    encoding: "utf8",
  });
  const last = run.stdout.trim().split("\n").at(-1) ?? "";
  must(run.status === 0, last || run.stderr.slice(-500));
  return last;
});

await part("sigstore-conformance bundle-verify", () => {
  const place = process.env["SIGSTORE_CONFORMANCE"];
  if (place === undefined || !existsSync(place)) throw new Skipped("SIGSTORE_CONFORMANCE names no checkout of it");
  const assets = join(place, "test", "assets", "bundle-verify");
  const wrong: string[] = [];
  const names = readdirSync(assets).filter((name) => existsSync(join(assets, name, "bundle.sigstore.json")));
  for (const name of names) {
    let accepted = false;
    try {
      const own = join(assets, name, "trusted_root.json");
      const root = trustedRoot(existsSync(own) ? readFileSync(own) : Buffer.from(PUBLIC_GOOD_ROOT), own);
      const bundle = bundleFromJSON(JSON.parse(readFileSync(join(assets, name, "bundle.sigstore.json"), "utf8")));
      const artifact = join(assets, name, "artifact");
      new Verifier(root).verify(
        toSignedEntity(bundle, readFileSync(existsSync(artifact) ? artifact : join(assets, "a.txt"))),
      );
      accepted = true;
    } catch {
      accepted = false;
    }
    if (accepted === name.endsWith("_fail")) wrong.push(name);
  }
  must(wrong.length === 0, `${wrong.length} of ${names.length} otherwise: ${wrong.join(", ")}`);
  return `${names.length} bundles as expected`;
});

rmSync(folder, { recursive: true, force: true });
if (failed) process.exitCode = 1;
