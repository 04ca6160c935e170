import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { after, test } from "node:test";
import { companionsOf } from "./companions.ts";

const folder = mkdtempSync(join(tmpdir(), "bezoar-companions-"));
after(() => rmSync(folder, { recursive: true, force: true }));
const put = (name: string, text: string): string => {
  writeFileSync(join(folder, name), text);
  return join(folder, name);
};

test("settings lead to the programs beside them, and those to what they import", () => {
  put(
    "modeling_a.py",
    "from .layers_a import (Layer, Other)\nfrom . import rope_a, missing\nfrom ..outside import x\nimport os\n",
  );
  put("layers_a.py", "");
  put("rope_a.py", "");
  put("unused.py", "");
  const names = (value: unknown, file = "config.json"): string[] =>
    companionsOf(put(file, JSON.stringify(value))).map((path) => basename(path));
  assert.deepEqual(names({ auto_map: { AutoModel: "modeling_a.A", AutoTokenizer: ["other/b--modeling_a.B", null] } }), [
    "modeling_a.py",
    "layers_a.py",
    "rope_a.py",
  ]);
  assert.deepEqual(names([{ idx: 0, path: "", type: "unused.Pooling" }], "modules.json"), ["unused.py"]);
  assert.deepEqual(names({ _class_name: "P", unet: ["unused", "Net"] }, "model_index.json"), ["unused.py"]);
  assert.deepEqual(names({ auto_mapping: { parent_library: "rope_a" } }, "adapter_config.json"), ["rope_a.py"]);
  assert.deepEqual(names({ auto_map: { AutoModel: "../modeling_a.A" } }), []);
  assert.deepEqual(names({ auto_map: { AutoModel: "nowhere.A" } }), []);
  assert.deepEqual(names({ auto_map: { AutoModel: "modeling_a.A" } }, "data.json"), []);
  assert.deepEqual(companionsOf(put("config.json", "{")), []);
  assert.deepEqual(companionsOf(join(folder, "absent", "config.json")), []);
});

test("links and folders beside it are not followed", () => {
  mkdirSync(join(folder, "folder.py"));
  symlinkSync("/dev/zero", join(folder, "linked.py"));
  assert.deepEqual(
    companionsOf(put("config.json", JSON.stringify({ auto_map: { A: "folder.A", B: "linked.B" } }))),
    [],
  );
});
