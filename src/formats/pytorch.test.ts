import assert from "node:assert/strict";
import { test } from "node:test";
import type { ByteSource } from "../core/bytes.ts";
import { LIMITS } from "../base/limits.ts";
import { assemble, calling } from "./pickle/testing/assemble.ts";
import { readingOf } from "./pickle/testing/read.ts";
import { pytorch } from "./pytorch.ts";
import { caseBytes, hearCase, hearText } from "./shared/testing.ts";
import { makeZip, type Made } from "./shared/testing/make-zip.ts";

const PAYLOAD = calling("os", "system", "true");
const CLEAN = assemble(["PROTO", 2], "EMPTY_DICT", "STOP");
const heard = (members: readonly Made[], before?: Buffer): ReturnType<typeof hearText> =>
  hearText(pytorch, "m.pt", makeZip(members, before));
const names = async (members: readonly Made[]): Promise<string[]> =>
  (await heard(members)).members.map(({ name }) => name);
const codes = async (members: readonly Made[]): Promise<string[]> =>
  (await heard(members)).models.flatMap(({ irregularities }) => irregularities.map(({ code }) => code));

test("of an archive only its pickles are handed on", async () => {
  const { members, problems } = await hearCase(pytorch, "tensors.pt");
  assert.deepEqual(
    members.map(({ name }) => name),
    ["net/data.pkl"],
  );
  assert.deepEqual(problems, []);
});

test("a tensor that is a pickle, or an archive, is handed on", async () => {
  assert.deepEqual(
    await names([
      { name: "m/data.pkl", data: CLEAN },
      { name: "m/data/0", data: PAYLOAD },
      { name: "m/data/1", data: Buffer.alloc(64, 0x80), stored: true },
      { name: "m/data/2", data: makeZip([{ name: "a", data: PAYLOAD }]), stored: true },
      { name: "m/version", data: Buffer.concat([Buffer.from("3\n"), PAYLOAD]) },
      { name: "m/extra/data.bin", data: Buffer.alloc(9) },
    ]),
    ["m/data.pkl", "m/data/0", "m/data/2", "m/version", "m/extra/data.bin"],
  );
});

test("exports and packages keep their tensors elsewhere, and name no data.pkl", async () => {
  const data = Buffer.alloc(64, 0x3f);
  assert.deepEqual(
    await names([
      { name: "m/data/weights/weight_0", data, stored: true },
      { name: "m/data/constants/tensor_0", data, stored: true },
      { name: "m/data/weights/model_weights_config.json", data: Buffer.from("{}") },
      { name: "m/data/model.py", data: Buffer.from("x = 1\n") },
      { name: "m/.data/0.storage", data, stored: true },
      { name: "m/.data/1.storage", data: PAYLOAD, stored: true },
      { name: "m/archive_format", data: Buffer.from("pt2") },
      { name: "m/.data/serialization_id", data: Buffer.from("0123456789") },
    ]),
    ["m/data/weights/model_weights_config.json", "m/data/model.py", "m/.data/1.storage"],
  );
});

test("a distributed checkpoint is one archive behind another, each read", async () => {
  const one = (data: Buffer): Buffer => makeZip([{ name: "archive/data.pkl", data }]);
  const { members, problems } = await hearText(
    pytorch,
    "__0_0.distcp",
    Buffer.concat([one(PAYLOAD), one(CLEAN), one(CLEAN)]),
  );
  assert.deepEqual(problems, []);
  assert.deepEqual(
    members.map(({ name }) => name),
    ["archive at byte 0", `archive at byte ${one(PAYLOAD).length}`, "archive/data.pkl"],
  );
  const cut = await hearText(pytorch, "__0_0.distcp", Buffer.concat([one(PAYLOAD).subarray(0, -1), one(CLEAN)]));
  // No archive ends where the next begins: what stands there is told as hidden, and read.
  assert.equal(cut.members.length, 2);
  assert.ok(cut.models.some(({ irregularities }) => irregularities.length > 0));
});

test("names are looked up without regard to case, and none hides a pickle", async () => {
  assert.deepEqual(
    await names([
      { name: "M/DATA.PKL", data: PAYLOAD },
      { name: "M/DATA/0", data: Buffer.alloc(64) },
    ]),
    ["M/DATA.PKL"],
  );
});

test("what an archive says of itself and is not true", async () => {
  const data = CLEAN;
  assert.deepEqual(
    await codes([
      { name: "m/data.pkl", data },
      { name: "m/data.pkl", data: PAYLOAD },
    ]),
    ["duplicate-pickle"],
  );
  assert.deepEqual(await codes([{ name: "m/data.pkl", data, flags: 0x41 }]), ["false-encryption"]);
  assert.deepEqual(await codes([{ name: "m/data.pkl", data, local: "m/none.pkl" }]), ["other-name"]);
  assert.deepEqual(await codes([{ name: "../data.pkl", data }]), ["path-escapes"]);
  assert.deepEqual(await codes([{ name: "/m/data.pkl", data }]), ["path-escapes"]);
  // The second member stands there and is named by nothing.
  const hidden = makeZip([
    { name: "m/data.pkl", data },
    { name: "m/other.pkl", data: PAYLOAD },
    { name: "z", data },
  ]);
  const at = hidden.indexOf(Buffer.from("PK\x01\x02"));
  const entry = 46 + "m/data.pkl".length;
  const removed = 46 + "m/other.pkl".length;
  const end = Buffer.from(hidden.subarray(at + entry + removed));
  const tail = end.length - 22;
  end.writeUInt16LE(2, tail + 8);
  end.writeUInt16LE(2, tail + 10);
  end.writeUInt32LE(end.readUInt32LE(tail + 12) - removed, tail + 12);
  const found = await hearText(pytorch, "m.pt", Buffer.concat([hidden.subarray(0, at + entry), end]));
  assert.deepEqual(
    found.models.flatMap(({ irregularities }) => irregularities.map(({ code }) => code)),
    ["hidden-member"],
  );
  assert.ok(found.members.some(({ name }) => name === "m/other.pkl"));
});

test("the code of TorchScript: its operators are told, and what is no TorchScript is a program", async () => {
  const script = await hearCase(pytorch, "script.pt");
  assert.deepEqual(
    script.models.map(({ loader, operations }) => [loader, operations.map(({ module, name }) => `${module}.${name}`)]),
    [["torchscript", ["torch.relu"]]],
  );
  assert.deepEqual(script.documents, []);
  const code = Buffer.from("import os\nos.getcwd()\nops.aten.from_file(x)\n");
  const other = await heard([
    { name: "m/data.pkl", data: CLEAN },
    { name: "m/code/a.py", data: code },
  ]);
  assert.equal(other.documents.length, 1);
  assert.equal(other.models[0]?.operations[0]?.name, "from_file");
});

test("512 MiB of tensors cost their directory, their pickles and the first bytes of each", async () => {
  const small = makeZip([
    { name: "m/data.pkl", data: CLEAN, stored: true },
    { name: "m/data/0", data: Buffer.alloc(64), stored: true },
  ]);
  const big = 512 * 1024 * 1024;
  const extra = big - 64;
  const local = small.indexOf("m/data/0") - 30;
  const dataStart = local + 30 + "m/data/0".length;
  const head = Buffer.from(small.subarray(0, dataStart + 64));
  head.writeUInt32LE(big, local + 18);
  head.writeUInt32LE(big, local + 22);
  const tail = Buffer.from(small.subarray(dataStart + 64));
  const second = 46 + "m/data.pkl".length;
  tail.writeUInt32LE(big, second + 20);
  tail.writeUInt32LE(big, second + 24);
  tail.writeUInt32LE(tail.readUInt32LE(tail.length - 6) + extra, tail.length - 6);
  const sizeBytes = head.length + extra + tail.length;
  let read = 0;
  const slice = (start: number, end: number): Promise<Uint8Array> => {
    const [from, to] = [Math.min(start, sizeBytes), Math.min(end, sizeBytes)];
    read += to - from;
    const bytes = Buffer.alloc(to - from);
    for (let i = from; i < to; i++) {
      if (i < head.length) bytes[i - from] = head[i] as number;
      else if (i >= head.length + extra) bytes[i - from] = tail[i - head.length - extra] as number;
    }
    return Promise.resolve(bytes);
  };
  const source: ByteSource = {
    name: "m.pt",
    sizeBytes,
    slice,
    async *stream(start = 0, end = sizeBytes) {
      yield await slice(start, end);
    },
  };
  const members: string[] = [];
  for await (const part of pytorch.read(source, { limits: LIMITS, spool: () => Promise.reject(new Error("no spool")) }))
    if (part.kind === "member") members.push(part.name);
  assert.deepEqual(members, ["m/data.pkl"]);
  assert.ok(read < 1024 * 1024, `${read} bytes were read`);
});

test("a legacy file: the data behind its pickles is accounted for, and what follows is not", async () => {
  const bytes = caseBytes("pickle", "legacy.pth");
  assert.deepEqual((await readingOf(bytes)).irregularities, []);
  const behind = await readingOf(Buffer.concat([bytes, PAYLOAD]));
  assert.deepEqual(
    behind.irregularities.map(({ code }) => code),
    ["pickle-behind"],
  );
  assert.ok(behind.said.includes('os.system("true")'));
});
