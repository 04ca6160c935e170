import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { REFUSAL_CODES, type Refusal, type RefusalCode } from "../core/refusal.ts";
import { LogStore } from "../store/log-store.ts";
import { parseCheckpoint, renderCheckpoint } from "./checkpoint.ts";
import {
  advance,
  openCheckpoint,
  parseLookup,
  proveLookup,
  renderLookup,
  type LogTrust,
  type LogView,
} from "./client.ts";
import { leafHash } from "./merkle.ts";
import {
  noteSignedBy,
  parseNote,
  parseSigner,
  parseVerifier,
  renderNote,
  signerOf,
  signNote,
  verifierText,
  type NoteSigner,
} from "./note.ts";
import { parseRecord, renderRecord, type LogRecord } from "./record.ts";
import { parseEntries, parseTilePath, renderEntries, tilePath } from "./tile.ts";

const root = mkdtempSync(join(tmpdir(), "bezoar-log-"));
after(() => rmSync(root, { recursive: true, force: true }));

test("the note of Go's documentation opens, and is written again byte for byte", () => {
  const key = parseVerifier("PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW");
  const signer = parseSigner("PRIVATE+KEY+PeterNeumann+c74f20a3+AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz");
  assert.ok(key && signer);
  const text = "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n";
  const given = `${text}\n— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n`;
  const note = parseNote(given);
  assert.ok(note);
  assert.deepEqual(noteSignedBy(note, key), { seconds: 0 });
  assert.equal(renderNote(signNote({ text, signatures: [] }, signer)), given);
  assert.equal(verifierText(signer), verifierText(key));
  for (const bad of ["PeterNeumann+c74f20a4+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW", "a b+0+AA==", "", "x+y"])
    assert.equal(parseVerifier(bad), undefined);
});

test("tiles, entries, checkpoints and records have one spelling", () => {
  assert.equal(tilePath(0, 1_234_067), "tile/0/x001/x234/067");
  assert.equal(tilePath("entries", 5, 7), "tile/entries/005.p/7");
  for (const path of ["tile/0/000", "tile/3/x001/000.p/255", "tile/entries/999"]) {
    const name = parseTilePath(path);
    assert.ok(name);
    assert.equal(tilePath(name.level, name.index, name.width), path);
  }
  for (const path of [
    "tile/0/1",
    "tile/0/x000/001",
    "tile/0/000.p/0",
    "tile/0/000.p/256",
    "tile/0/../x",
    "tile/00/000",
    "checkpoint",
  ])
    assert.equal(parseTilePath(path), undefined, path);
  const entries = [Buffer.from("a"), Buffer.alloc(0), Buffer.alloc(65_535, 1)];
  assert.deepEqual(
    parseEntries(renderEntries(entries))?.map((entry) => Buffer.from(entry)),
    entries,
  );
  assert.equal(parseEntries(Buffer.of(0)), undefined);
  assert.equal(parseEntries(Buffer.of(0, 5, 1)), undefined);
  for (const text of ["", "o\n01\nAA==\n", "o\n1\nAA==\n", "o\n-1\n"]) assert.equal(parseCheckpoint(text), undefined);
  const hash = Buffer.alloc(32, 7).toString("base64");
  assert.deepEqual(parseCheckpoint(`o\n9007199254740991\n${hash}\n`)?.size, Number.MAX_SAFE_INTEGER);
  // Lines behind the third are extensions: signed with the rest, and nothing that we read.
  assert.equal(parseCheckpoint(`o\n5\n${hash}\nextension of somebody\n`)?.size, 5);
  for (const size of ["9007199254740992", "18446744073709551617", "1e3", "0x10", "+1", "1.0", " 1", "1 ", "٣"])
    assert.equal(parseCheckpoint(`o\n${size}\n${hash}\n`), undefined, size);
  for (const text of [
    `o\n1\n${hash}`,
    `o\n1\n${hash}\n\n`,
    `o\n1\n${hash}\n\nx\n`,
    `\n1\n${hash}\n`,
    `o\n1\n${hash.slice(0, -1)}\n`,
  ])
    assert.equal(parseCheckpoint(text), undefined, text);
  const record = recordOf(1);
  assert.deepEqual(parseRecord(renderRecord(record)), record);
  for (const text of [
    "",
    "x",
    renderRecord(record).replace("h1:", "h2:"),
    `${renderRecord(record)}more\n`,
    renderRecord(record).replace("/acme/", "/../"),
  ])
    assert.equal(parseRecord(text), undefined, text);
});

const recordOf = (i: number, salt = 0): LogRecord => ({
  name: `huggingface.co/datasets/acme/set-${i}`,
  commit: i.toString(16).padStart(40, "0"),
  h1: `h1:${Buffer.alloc(32, (i % 200) + salt).toString("base64")}`,
  identity: `id-${i}`,
});
const signer = signerOf("log.example/models", Buffer.alloc(32, 1)) as NoteSigner;
const witness = signerOf("witness.example", Buffer.alloc(32, 2), "cosignature") as NoteSigner;
const trust: LogTrust = { origin: signer.name, key: signer, witnesses: [], witnessesMin: 0 };

interface Bench {
  readonly store: LogStore;
  readonly view: (latest?: string) => LogView;
  readonly lookup: (i: number) => string;
  readonly folder: string;
}
let made = 0;
function logOf(size: number, salt = 0): Bench {
  const folder = join(root, `log-${made++}`);
  const store = new LogStore(folder, signer);
  for (let i = 0; i < size; i++) store.add(recordOf(i, salt));
  store.publish();
  return {
    store,
    folder,
    view: (latest = "") => ({
      latest,
      tile: (path) => {
        try {
          return Promise.resolve(readFileSync(join(folder, path)));
        } catch {
          return Promise.resolve(undefined);
        }
      },
    }),
    lookup: (i) =>
      renderLookup({
        ...(store.find(`${recordOf(i).name}@${recordOf(i).commit}`) as { index: number; record: string }),
        note: store.note,
      }),
  };
}
const ask = (
  bench: Bench,
  i: number,
  text = bench.lookup(i),
  latest = "",
  given = trust,
): ReturnType<typeof proveLookup> => {
  const answer = parseLookup(text);
  assert.ok(answer, text);
  return proveLookup(answer, recordOf(i), given, bench.view(latest));
};

test("records are proven in logs of every shape, and each later head goes on from the one before", async () => {
  let latest = "";
  const bench = logOf(0);
  let size = 0;
  for (const next of [1, 2, 3, 7, 8, 255, 256, 257, 300, 1000]) {
    for (; size < next; size++) assert.equal(bench.store.add(recordOf(size)), "added");
    bench.store.publish();
    for (const i of [0, Math.floor(next / 2), next - 1]) {
      const found = await ask(bench, i, undefined, latest);
      assert.ok("record" in found, JSON.stringify(found));
      assert.deepEqual(found.record, recordOf(i));
      latest = found.latest;
    }
  }
  assert.equal(bench.store.add(recordOf(5)), "known");
  assert.equal(bench.store.add(recordOf(5, 9)), "conflict");
  const again = new LogStore(bench.folder, signer);
  assert.equal(again.size, 1000);
  assert.equal(again.note, bench.store.note);
  const other = signerOf(signer.name, Buffer.alloc(32, 9)) as NoteSigner;
  assert.throws(() => new LogStore(bench.folder, other), /signed by this key/);
  const tile = join(bench.folder, "tile/entries/000");
  writeFileSync(tile, readFileSync(tile).fill(0x41, 40, 41));
  assert.throws(() => new LogStore(bench.folder, signer), /was changed|does not hold/);
});

const resign = (
  bench: Bench,
  change: Partial<{ origin: string; size: number; root: Buffer }>,
  by: NoteSigner = signer,
): string => {
  const head = parseCheckpoint(parseNote(bench.store.note)?.text ?? "");
  assert.ok(head);
  return renderNote(signNote({ text: renderCheckpoint({ ...head, ...change }), signatures: [] }, by));
};

test("every tampering with a log is refused by its own name", async () => {
  const bench = logOf(300);
  const { note } = bench.store;
  const fork = logOf(300, 3);
  const longer = logOf(400, 3);
  const same = signerOf(signer.name, Buffer.alloc(32, 7)) as NoteSigner;
  const seconds = 1_900_000_000;
  const cosigned = renderNote(signNote(parseNote(note) as NonNullable<ReturnType<typeof parseNote>>, witness, seconds));
  const witnessed: LogTrust = { ...trust, witnesses: [witness], witnessesMin: 1 };
  const broken = (bench: Bench, path: string): LogView => ({
    latest: "",
    tile: async (asked) => (asked === path ? undefined : bench.view().tile(asked)),
  });
  const changed = (bench: Bench, path: string): LogView => ({
    latest: "",
    tile: async (asked) => {
      const bytes = await bench.view().tile(asked);
      if (asked === path && bytes) bytes[40] = (bytes[40] as number) ^ 1;
      return bytes;
    },
  });
  const swap = (text: string, from: string | RegExp, to: string): string => {
    const next = text.replace(from, to);
    assert.notEqual(next, text);
    return next;
  };
  const cases: readonly (readonly [string, RefusalCode, Promise<unknown> | unknown])[] = [
    ["the note cut", "log-note", openCheckpoint(note.slice(0, -5), trust)],
    ["the note empty", "log-note", openCheckpoint("", trust)],
    ["a control character in it", "log-note", openCheckpoint(swap(note, "\n", "\u0007\n"), trust)],
    ["a signature line without a dash", "log-note", openCheckpoint(swap(note, "\u2014", "-"), trust)],
    ["no signature of the log", "log-key", openCheckpoint(resign(bench, {}, witness), trust)],
    ["a key that calls itself the log", "log-key", openCheckpoint(resign(bench, {}, same), trust)],
    ["the size changed after signing", "log-signature", openCheckpoint(swap(note, "\n300\n", "\n299\n"), trust)],
    ["the root changed after signing", "log-signature", openCheckpoint(swap(note, /\n300\n./, "\n300\n/"), trust)],
    [
      "the origin changed after signing",
      "log-signature",
      openCheckpoint(swap(note, "log.example/models\n", "log.example/other\n"), trust),
    ],
    [
      "the head of another log of the same key",
      "log-checkpoint",
      openCheckpoint(resign(bench, { origin: "log.example/other" }), trust),
    ],
    [
      "a signed text that is no head",
      "log-checkpoint",
      openCheckpoint(renderNote(signNote({ text: "hello\n", signatures: [] }, signer)), trust),
    ],
    ["no witness", "log-witness", openCheckpoint(note, witnessed)],
    [
      "a witness of an older head",
      "log-witness",
      openCheckpoint(
        swap(
          note,
          /$/,
          `${cosigned
            .split("\n")
            .find((line) => line.includes("witness.example"))
            ?.replace(/.{6}=*$/, "AAAAAA==")}\n`,
        ),
        witnessed,
      ),
    ],
    ["a stale witness", "log-expired", openCheckpoint(cosigned, { ...witnessed, ageMax: 3600, now: seconds + 7200 })],
    ["a fork of the same size", "log-consistency", advance(fork.store.note, trust, fork.view(note))],
    ["a fork that goes on", "log-consistency", advance(longer.store.note, trust, longer.view(note))],
    ["a fork that is shorter", "log-consistency", advance(logOf(200, 3).store.note, trust, bench.view(note))],
    [
      "a signed root that the tiles do not make",
      "log-tile",
      advance(resign(bench, { root: Buffer.alloc(32, 5) }), trust, bench.view()),
    ],
    ["a tile that is not served", "log-tile", advance(note, trust, broken(bench, "tile/0/001.p/44"))],
    ["a tile that was changed", "log-tile", advance(note, trust, changed(bench, "tile/0/001.p/44"))],
    ["a record that was changed", "log-inclusion", ask(bench, 7, swap(bench.lookup(7), /h1:./, "h1:/"))],
    ["a record with another identity", "log-inclusion", ask(bench, 7, swap(bench.lookup(7), "id:id-7", "id:id-8"))],
    ["a record at another place", "log-inclusion", ask(bench, 7, swap(bench.lookup(7), /^7\n/, "8\n"))],
    ["a record beyond the tree", "log-inclusion", ask(bench, 7, swap(bench.lookup(7), /^7\n/, "300\n"))],
    ["the record of another commit", "log-record", ask(bench, 7, bench.lookup(8))],
    ["a record that is none", "log-record", ask(bench, 7, swap(bench.lookup(7), / h1:\S+/, " h3:x"))],
    ["a record of a fork", "log-consistency", ask(fork, 7, undefined, note)],
    ["a record under a changed head", "log-signature", ask(bench, 7, swap(bench.lookup(7), "\n300\n", "\n301\n"))],
  ];
  for (const [name, code, outcome] of cases) {
    const refusal = (await outcome) as Refusal;
    assert.equal(refusal.code, code, `${name}: ${JSON.stringify(refusal)}`);
    assert.ok(refusal.message.length > 20 && REFUSAL_CODES[code] > 64, name);
  }
  assert.ok("size" in openCheckpoint(cosigned, { ...witnessed, ageMax: 3600, now: seconds + 60 }));
  const rolled = (await advance(logOf(200).store.note, trust, logOf(200).view(note))) as Refusal;
  assert.equal(rolled.code, "log-rollback");
  const older = logOf(200);
  const back = await advance(older.store.note, trust, bench.view(note));
  assert.ok(
    "latest" in back && back.latest === note,
    "an older head that is consistent does not replace the later one",
  );
  assert.deepEqual(leafHash(Buffer.from(renderRecord(recordOf(1)))).length, 32);
});

test("the vector of the specification holds", () => {
  const page = readFileSync("docs/specs/checksum-log.md", "utf8");
  const blocks = [...page.matchAll(/```\n([^`]+)```/g)].map(([, text = ""]) => text);
  const record = blocks.flatMap((text) => parseRecord(text) ?? [])[0];
  const [vkey = "", ...rest] = (blocks.at(-1) ?? "").split("\n\n");
  const store = new LogStore(join(root, "vector"), signer);
  assert.ok(record);
  store.add(record);
  store.publish();
  assert.equal(store.note, rest.join("\n\n"));
  assert.equal(verifierText(signer), vkey);
});
