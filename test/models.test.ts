// Model files end to end: what a whole scan says of a file that is two files, of programs, and of a repository.
import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { after, before, test } from "node:test";
import { scan } from "../src/cli/pipeline.ts";
import { ggufFile, protoMessage, safetensorsFile, zipFile } from "../src/formats/model/testing/writers.ts";

let folder = "";
before(() => {
  folder = mkdtempSync(join(tmpdir(), "bezoar-models-"));
});
after(() => rmSync(folder, { recursive: true, force: true }));

const file = (name: string, content: string | Uint8Array): string => {
  const path = join(folder, name);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, content);
  return path;
};
const said = async (path: string): Promise<{ verdict: string; found: string[]; members: string[] }> => {
  const { report } = await scan([path]);
  return {
    verdict: report.verdict,
    found: report.findings.map(({ detector, severity }) => `${detector} ${severity}`),
    members: report.artifacts.map(({ uri, format }) => `${uri.slice(folder.length + 1)} ${format}`),
  };
};

const TENSOR = { dtype: "F32", shape: [2], data_offsets: [0, 8] };
const archive = zipFile({ "labels.txt": "one\ntwo\n" });

test("an archive behind a model is a second file, and is read", async () => {
  const path = file("two.gguf", Buffer.concat([ggufFile([["general.architecture", "llama"]]), archive]));
  const { verdict, found, members } = await said(path);
  assert.equal(verdict, "fail");
  assert.ok(found.includes("irregular-structure high"), found.join("; "));
  assert.ok(
    members.some((member) => member.startsWith("two.gguf!labels.txt")),
    members.join("; "),
  );
});

test("an archive behind bytes that nobody knows is read, and the bytes are said not to be", async () => {
  const { verdict, members } = await said(file("weights.bin", Buffer.concat([Buffer.alloc(999, 0x81), archive])));
  assert.equal(verdict, "fail");
  assert.ok(
    members.some((member) => member.startsWith("weights.bin!labels.txt")),
    members.join("; "),
  );
});

test("a native program among the files of a model fails, and is said not to have been looked into", async () => {
  const elf = Buffer.concat([Buffer.from([0x7f, 0x45, 0x4c, 0x46, 2, 1, 1]), Buffer.alloc(200)]);
  const { verdict, found } = await said(file("model.zip", zipFile({ "libhelper.so": elf })));
  assert.equal(verdict, "fail");
  assert.deepEqual(found, ["irregular-structure high"]);
  // Two letters are no program.
  const letters = Buffer.concat([Buffer.from("MZ"), Buffer.alloc(200, 0x91)]);
  assert.deepEqual((await said(file("letters.bin", letters))).found, []);
});

test("a clean repository passes, file by file", async () => {
  file("clean/model.safetensors", safetensorsFile({ w: TENSOR, __metadata__: { format: "pt" } }, Buffer.alloc(8)));
  file("clean/model.gguf", ggufFile([["general.architecture", "llama"]]));
  file(
    "clean/model.onnx",
    protoMessage([
      [1, 9],
      [
        7,
        [
          [1, [[4, "Relu"]]],
          [2, "g"],
        ],
      ],
      [8, [[2, 18]]],
    ]),
  );
  file(
    "clean/tf/saved_model.pb",
    protoMessage([
      [1, 1],
      [
        2,
        [
          [1, [[4, "serve"]]],
          [
            2,
            [
              [
                1,
                [
                  [1, "x"],
                  [2, "Placeholder"],
                ],
              ],
            ],
          ],
        ],
      ],
    ]),
  );
  file("clean/tf/variables/variables.data-00000-of-00001", Buffer.from(new Float32Array([1.5, -2.25, 1e-9]).buffer));
  const { verdict, found } = await said(join(folder, "clean"));
  assert.deepEqual([verdict, found], ["pass", []]);
});
