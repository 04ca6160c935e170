// Go's own checksum database code against our notes, proofs and digests, and ours against Go's. It needs a Go toolchain
// with its source (Debian: golang-go, golang-src); where there is none it says so and is no pass.
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { cpSync, existsSync, globSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { dirHash } from "../../src/core/tree-digest.ts";
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
} from "../../src/tlog/note.ts";

const SIZES = [1, 2, 3, 7, 8, 255, 256, 257, 300, 1000];

/** The Go program that judges: reads cases from standard input, prints one line for each that fails. */
const JUDGE = `package main

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"peer/dirhash"
	"peer/note"
	"peer/tlog"
)

type input struct {
	VKey  string
	Trees []struct {
		Size, Index, Older                int64
		Note, Leaf, Root, OlderRoot       string
		Inclusion, Consistency            []string
	}
	Folder, H1 string
}

func hash(s string) tlog.Hash {
	h, err := tlog.ParseHash(s)
	if err != nil {
		panic(err)
	}
	return h
}

func main() {
	var in input
	data, _ := io.ReadAll(os.Stdin)
	if err := json.Unmarshal(data, &in); err != nil {
		panic(err)
	}
	bad := 0
	fail := func(what string, err error) {
		if err != nil {
			bad++
			fmt.Println(what, err)
		}
	}
	verifier, err := note.NewVerifier(in.VKey)
	fail("vkey", err)
	for _, t := range in.Trees {
		n, err := note.Open([]byte(t.Note), note.VerifierList(verifier))
		fail("note", err)
		if err == nil {
			tree, err := tlog.ParseTree([]byte(n.Text))
			fail("tree", err)
			if tree.N != t.Size || tree.Hash != hash(t.Root) {
				fail("tree", fmt.Errorf("another tree"))
			}
		}
		leaf, _ := base64.StdEncoding.DecodeString(t.Leaf)
		var p tlog.RecordProof
		for _, h := range t.Inclusion {
			p = append(p, hash(h))
		}
		fail("inclusion", tlog.CheckRecord(p, t.Size, hash(t.Root), t.Index, tlog.RecordHash(leaf)))
		var c tlog.TreeProof
		for _, h := range t.Consistency {
			c = append(c, hash(h))
		}
		fail("consistency", tlog.CheckTree(c, t.Size, hash(t.Root), t.Older, hash(t.OlderRoot)))
	}
	h1, err := dirhash.HashDir(in.Folder, "", dirhash.Hash1)
	fail("dirhash", err)
	if h1 != in.H1 {
		fail("dirhash", fmt.Errorf("%s is not %s", h1, in.H1))
	}
	skey, vkey, err := note.GenerateKey(nil, "go.example")
	fail("key", err)
	signer, err := note.NewSigner(skey)
	fail("signer", err)
	signed, err := note.Sign(&note.Note{Text: "from Go\\n"}, signer)
	fail("sign", err)
	out, _ := json.Marshal(map[string]string{"vkey": vkey, "note": string(signed)})
	os.WriteFile("go.json", out, 0o600)
	fmt.Println("bad", bad)
	if bad > 0 {
		os.Exit(1)
	}
}
`;

export type InteropResult = { readonly missing: string } | { readonly checked: number };

/** Throws where Go does not accept what we make, or we not what Go makes. */
export function sumdbInterop(): InteropResult {
  const go = globSync(["/usr/lib/go-*/bin/go", "/usr/lib/go/bin/go", "/usr/local/go/bin/go", "/usr/bin/go"])
    .sort()
    .at(-1);
  if (!go) return { missing: "no Go toolchain (Debian: apt-get install golang-go golang-src)" };
  const root = spawnSync(go, ["env", "GOROOT"], { encoding: "utf8" }).stdout.trim();
  const peer = join(root, "src/cmd/vendor/golang.org/x/mod/sumdb");
  if (!existsSync(join(peer, "note/note.go"))) return { missing: `${peer} is not there: install Go's source` };
  const folder = mkdtempSync(join(tmpdir(), "bezoar-sumdb-"));
  try {
    for (const part of ["note", "tlog", "dirhash"])
      cpSync(join(peer, part), join(folder, part), { recursive: true, dereference: true });
    for (const file of globSync(join(folder, "*/*.go"))) {
      if (file.endsWith("_test.go")) rmSync(file);
      // The library's import of a module that the standard library holds too.
      else writeFileSync(file, readFileSync(file, "utf8").replace('"golang.org/x/crypto/ed25519"', '"crypto/ed25519"'));
    }
    writeFileSync(join(folder, "go.mod"), "module peer\n\ngo 1.19\n");
    writeFileSync(join(folder, "main.go"), JUDGE);
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
    const judged = spawnSync(go, ["run", "."], {
      cwd: folder,
      encoding: "utf8",
      input: JSON.stringify({ VKey: verifierText(signer), Trees: trees, Folder: join(folder, "tree"), H1: h1 }),
      env: {
        ...process.env,
        GOFLAGS: "-mod=mod",
        GOPROXY: "off",
        GOTOOLCHAIN: "local",
        GOCACHE: join(folder, "cache"),
      },
    });
    if (judged.status !== 0) throw new Error(`Go refuses: ${judged.stdout}${judged.stderr}`);
    const made = JSON.parse(readFileSync(join(folder, "go.json"), "utf8")) as { vkey: string; note: string };
    const [key, note] = [parseVerifier(made.vkey), parseNote(made.note)];
    if (!key || !note || typeof noteSignedBy(note, key) === "string")
      throw new Error("a note that Go signed is not accepted here");
    return { checked: 3 * trees.length + 3 };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
