// Go's own checksum database code against our notes, proofs, digests and log, and ours against Go's. It needs a Go
// toolchain and golang.org/x/mod (Debian: golang-go with golang-golang-x-mod-dev, or golang-src, which holds a copy); where
// there is none it says so and is no pass. Our logs are those of C2SP and differ from Go's on purpose in three things:
// the origin line is the log's name and not `go.sum database tree` (here the log is made with Go's line, for the rest to
// be judged), tile paths leave the height out, and names are percent-encoded and not written with `!` for capitals.
import { spawn, spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import {
  cpSync,
  existsSync,
  globSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { logServer } from "../../src/cli/log-server.ts";
import { dirHash } from "../../src/core/tree-digest.ts";
import { LogStore } from "../../src/store/log-store.ts";
import { renderCheckpoint } from "../../src/tlog/checkpoint.ts";
import { consistencyProof, inclusionProof, leafHash, MerkleFold, type ReadHash } from "../../src/tlog/merkle.ts";
import {
  noteSignedBy,
  parseNote,
  parseVerifier,
  renderNote,
  signerOf,
  signNote,
  verifierText,
  type NoteSigner,
} from "../../src/tlog/note.ts";
import type { LogRecord } from "../../src/tlog/record.ts";

const SIZES = [1, 2, 3, 7, 8, 255, 256, 257, 300, 1000];

const GO_ORIGIN = "go.sum database tree";

const recordOf = (i: number): LogRecord => ({
  name: `huggingface.co/datasets/acme/set-${i}`,
  commit: createHash("sha1").update(`commit ${i}`).digest("hex"),
  h1: `h1:${createHash("sha256").update(`content ${i}`).digest("base64")}`,
  ...(i % 3 === 0 ? { identity: `id${i}` } : {}),
});

/** A GOPATH with golang.org/x/mod and no more; undefined where the machine has no copy. */
function goPath(go: string, folder: string): string | undefined {
  const root = spawnSync(go, ["env", "GOROOT"], { encoding: "utf8" }).stdout.trim();
  for (const place of ["/usr/share/gocode/src/golang.org", join(root, "src/cmd/vendor/golang.org")]) {
    if (!existsSync(join(place, "x/mod/sumdb/client.go"))) continue;
    cpSync(place, join(folder, "src/golang.org"), { recursive: true, dereference: true });
    mkdirSync(join(folder, "src/peer"));
    symlinkSync(resolve("test/interop/sumdb-peer/main.go"), join(folder, "src/peer/main.go"));
    return folder;
  }
  return undefined;
}

/** Our log with so many records, served; `changed`: one that says another digest. */
async function served(
  folder: string,
  signer: NoteSigner,
  size: number,
  changed = -1,
): Promise<{ url: string; close(): void }> {
  const store = new LogStore(folder, signer, GO_ORIGIN);
  for (let i = 0; i < size; i++) store.add(i === changed ? { ...recordOf(i), h1: recordOf(i + size).h1 } : recordOf(i));
  store.publish();
  const server = logServer(folder, store);
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, close: () => server.close() };
}

export type InteropResult = { readonly missing: string } | { readonly checked: number };

/** Throws where Go does not accept what we make, or we not what Go makes. */
export async function sumdbInterop(): Promise<InteropResult> {
  const go = globSync(["/usr/lib/go-*/bin/go", "/usr/lib/go/bin/go", "/usr/local/go/bin/go", "/usr/bin/go"])
    .sort()
    .at(-1);
  if (!go) return { missing: "no Go toolchain (Debian: apt-get install golang-go golang-golang-x-mod-dev)" };
  const folder = mkdtempSync(join(tmpdir(), "bezoar-sumdb-"));
  const logs: { url: string; close(): void }[] = [];
  try {
    const path = goPath(go, folder);
    if (path === undefined) return { missing: "no golang.org/x/mod (Debian: apt-get install golang-golang-x-mod-dev)" };
    const names = ["a.txt", "b/c d.txt", "b/é.txt", "\u{1f600}.txt"];
    for (const name of names) {
      mkdirSync(dirname(join(folder, "tree", name)), { recursive: true });
      writeFileSync(join(folder, "tree", name), `content of ${name}\n`);
    }
    const h1 = dirHash(
      names.map((path) => ({ path, sha256: createHash("sha256").update(`content of ${path}\n`).digest("hex") })),
    );
    const signer = signerOf("log.example/models", Buffer.alloc(32, 1));
    if (!signer) throw new Error("no signer");
    const nodes = new Map<string, Uint8Array>();
    const read: ReadHash = (level, index) => nodes.get(`${level}/${index}`) as Uint8Array;
    const fold = new MerkleFold();
    const roots: string[] = [fold.root().toString("base64")];
    const leaves = Array.from({ length: Math.max(...SIZES) }, (_, i) => Buffer.from(`record ${i}\n`));
    for (const leaf of leaves) {
      fold.push(leafHash(leaf), (level, index, hash) => nodes.set(`${level}/${index}`, hash));
      roots.push(fold.root().toString("base64"));
    }
    const text = (hashes: readonly Uint8Array[]): string[] =>
      hashes.map((hash) => Buffer.from(hash).toString("base64"));
    const trees = SIZES.flatMap((size) =>
      [...new Set([0, Math.floor(size / 2), size - 1])].map((index) => {
        const older = Math.max(1, Math.floor(size * 0.6));
        const head = renderCheckpoint({
          origin: "go.sum database tree",
          size,
          root: Buffer.from(roots[size] as string, "base64"),
        });
        return {
          Size: size,
          Index: index,
          Older: older,
          Note: renderNote(signNote({ text: head, signatures: [] }, signer)),
          Leaf: leaves[index]?.toString("base64"),
          Root: roots[size],
          OlderRoot: roots[older],
          Inclusion: text(inclusionProof(index, size, read)),
          Consistency: text(consistencyProof(older, size, read)),
        };
      }),
    );
    // 600 records: three tiles at the bottom, the last of them partial, and one above.
    logs.push(await served(join(folder, "log"), signer, 600), await served(join(folder, "fork"), signer, 601, 17));
    const [log, fork] = logs;
    const judged = await runGo(go, path, {
      VKey: verifierText(signer),
      Trees: trees,
      Folder: join(folder, "tree"),
      H1: h1,
      Server: log?.url,
      Forked: fork?.url,
      Lookups: [17, 0, 255, 256, 511, 599].map(recordOf).map(({ name, commit, h1: content }) => ({
        Path: name,
        Version: commit,
        Line: `${name} ${commit} ${content}`,
      })),
    });
    if (judged.status !== 0) throw new Error(`Go refuses: ${judged.text}`);
    const made = JSON.parse(readFileSync(join(folder, "src/peer/go.json"), "utf8")) as {
      vkey: string;
      note: string;
      checked: number;
    };
    const [key, note] = [parseVerifier(made.vkey), parseNote(made.note)];
    if (!key || !note || typeof noteSignedBy(note, key) === "string")
      throw new Error("a note that Go signed is not accepted here");
    return { checked: made.checked + 1 };
  } finally {
    for (const log of logs) log.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Not blocking: the program asks servers of this process. */
function runGo(go: string, path: string, input: object): Promise<{ status: number | null; text: string }> {
  return new Promise((done, fail) => {
    const child = spawn(go, ["run", "."], {
      cwd: join(path, "src/peer"),
      env: {
        ...process.env,
        GO111MODULE: "off",
        GOFLAGS: "",
        GOPATH: path,
        GOPROXY: "off",
        GOTOOLCHAIN: "local",
        GOCACHE: join(path, "cache"),
      },
    });
    let text = "";
    for (const stream of [child.stdout, child.stderr]) stream.on("data", (chunk: Buffer) => (text += chunk.toString()));
    child.on("error", fail);
    child.on("close", (status) => done({ status, text }));
    child.stdin.end(JSON.stringify(input));
  });
}
