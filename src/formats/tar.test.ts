import assert from "node:assert/strict";
import { test } from "node:test";
import { memorySource } from "../core/bytes.ts";
import { caseBytes, codes, hear, hearCase, hearText, readContext, sequentialSource } from "./shared/testing.ts";
import { tar } from "./tar.ts";
import { webdataset } from "./webdataset.ts";

const LONG = `${"long/".repeat(30)}name.txt`;

function header(name: string, size: number, type = "0"): Buffer {
  const block = Buffer.alloc(512);
  block.write(name, 0);
  block.write(`${size.toString(8).padStart(11, "0")}\0`, 124);
  block.write("        ", 148);
  block.write(type, 156);
  block.write("ustar\x0000", 257, "latin1");
  block.write(
    `${block
      .reduce((sum, byte) => sum + byte, 0)
      .toString(8)
      .padStart(6, "0")}\0 `,
    148,
  );
  return block;
}

function member(name: string, data: string | Buffer, type = "0"): Buffer {
  const bytes = Buffer.from(data as string);
  return Buffer.concat([header(name, bytes.length, type), bytes, Buffer.alloc((512 - (bytes.length % 512)) % 512)]);
}

const END = Buffer.alloc(1024);

test("ustar, pax and GNU members", async () => {
  const ustar = await hearCase(tar, "ustar.tar");
  assert.deepEqual(
    ustar.members.map(({ name }) => name),
    ["a.txt", "b.jsonl"],
  );
  assert.deepEqual(codes(ustar), ["special-file"]);
  for (const name of ["pax.tar", "gnu.tar"]) {
    const heard = await hearCase(tar, name);
    assert.deepEqual(
      [heard.members[0]?.name, heard.members[0]?.bytes.toString(), heard.problems],
      [LONG, "long\n", []],
    );
  }
});

test("a member of a sequential archive can be read again", async () => {
  const big = Buffer.alloc(3_000_000, "0123456789");
  const bytes = Buffer.concat([member("a", "first"), member("big", big), member("z", "last"), END]);
  const sizes: number[] = [];
  for await (const part of tar.read(sequentialSource("a.tar", bytes), readContext())) {
    if (part.kind !== "member") continue;
    for (let time = 0; time < 2; time++) {
      let size = 0;
      for await (const chunk of part.source.stream()) size += chunk.length;
      sizes.push(size);
    }
    for await (const _ of part.source.stream()) break;
  }
  assert.deepEqual(sizes, [5, 5, 3_000_000, 3_000_000, 4, 4]);
});

test("damage, cuts and what follows the end are told", async () => {
  const damaged = Buffer.concat([member("a", "first"), member("b", "second"), member("c", "third"), END]);
  damaged.write("X", 1024 + 3);
  const heard = await hearText(tar, "a.tar", damaged);
  assert.deepEqual([codes(heard), heard.members.map(({ name }) => name)], [["malformed lost"], ["a", "c"]]);
  const cut = await hearText(tar, "a.tar", member("a", "x".repeat(600)).subarray(0, 900));
  assert.deepEqual([codes(cut), cut.members[0]?.bytes.length], [["truncated lost"], 388]);
  const hidden = await hearText(tar, "a.tar", Buffer.concat([member("a", "seen"), END, member("b", "hidden"), END]));
  assert.deepEqual([codes(hidden), hidden.members.length], [["malformed"], 2]);
  const sparse = await hearText(tar, "a.tar", Buffer.concat([member("s", "x", "S"), END]));
  assert.deepEqual([codes(sparse), sparse.members.length], [["unsupported lost"], 0]);
  const many = Buffer.concat([...Array.from({ length: 5 }, (_, i) => member(`m${i}`, "x")), END]);
  assert.deepEqual(codes(await hearText(tar, "a.tar", many, { membersMax: 3 })), ["limit lost"]);
});

test("neighbours of one name are one record of a WebDataset", async () => {
  const heard = await hearCase(webdataset, "shard.tar");
  assert.deepEqual(heard.values, [
    { __key__: "0001", json: { caption: "a pear" }, txt: "a pear", jpg: "4 bytes" },
    { __key__: "0002", json: '{"caption": ', cls: "3" },
  ]);
  assert.deepEqual(
    heard.members.map(({ name }) => name),
    ["README"],
  );
  assert.equal(heard.notes.length, 1);
  assert.match(heard.troubles[1] ?? "", /json/);
});

test("a WebDataset is told from other archives", () => {
  const sniffed = (bytes: Buffer): number[] => {
    const head = { bytes, text: "", extension: ".tar", name: "a.tar", whole: true };
    return [tar.sniff(head), webdataset.sniff(head)];
  };
  assert.deepEqual(sniffed(caseBytes("webdataset", "shard.tar")), [0.99, 1]);
  assert.deepEqual(sniffed(caseBytes("tar", "ustar.tar")), [0.99, 0]);
  assert.deepEqual(sniffed(Buffer.from("text")), [0, 0]);
});

test("many records of a WebDataset come in several batches", async () => {
  const members = Array.from({ length: 3000 }, (_, i) => [
    member(`${i}.json`, `{"n":${i}}`),
    member(`${i}.cls`, String(i % 3)),
  ]).flat();
  const heard = await hear(webdataset, memorySource("a.tar", Buffer.concat([...members, END])));
  assert.deepEqual(
    heard.values,
    Array.from({ length: 3000 }, (_, i) => ({ __key__: String(i), json: { n: i }, cls: String(i % 3) })),
  );
});

test("names and links that leave the folder are facts, and those that stay are told apart", async () => {
  const linked = (name: string, target: string, type: string): Buffer => {
    const block = header(name, 0, type);
    block.fill(0, 157, 257);
    block.write(target, 157);
    block.write("        ", 148);
    block.write(
      `${block
        .reduce((a, b) => a + b, 0)
        .toString(8)
        .padStart(6, "0")}\0 `,
      148,
    );
    return block;
  };
  const heard = await hearText(
    tar,
    "a.tar",
    Buffer.concat([
      member("../../up.txt", "x"),
      member("./fine.txt", "x"),
      linked("a/b/inside", "../c", "2"),
      linked("a/out", "../../c", "2"),
      linked("hard", "/etc/x", "1"),
      END,
    ]),
  );
  assert.deepEqual(
    heard.models.flatMap(({ irregularities }) => irregularities.map(({ code }) => code)),
    ["path-escapes", "link-member", "link-escapes", "link-escapes"],
  );
});
