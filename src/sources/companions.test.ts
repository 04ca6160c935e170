import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { after, test } from "node:test";
import { absentPrograms, companionsOf } from "./companions.ts";

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

test("programs that are named and not there are told, through what the others import", async () => {
  const files: Readonly<Record<string, string>> = {
    "sub/config.json": JSON.stringify({
      auto_map: { AutoModel: "modeling_a.A", AutoConfig: "absent_b.B", Other: "own/er--far.C" },
    }),
    "sub/modeling_a.py": "from .layers import L\nfrom .pack.more import M\nfrom .gone import G\nimport numpy\n",
    "sub/layers.py": "from . import something\n  from .also_gone import X\n",
    "sub/pack/__init__.py": "",
    "sub/pack/more.py": "from ..layers import L\nfrom .third import T\n",
    "broken/config.json": "{",
  };
  const absent = (settings: string): Promise<string[]> =>
    absentPrograms(settings, new Set(Object.keys(files)), (name) => Promise.resolve(files[name]));
  assert.deepEqual(await absent("sub/config.json"), [
    "sub/absent_b.py",
    "sub/gone.py",
    "sub/also_gone.py",
    "sub/pack/third.py",
  ]);
  assert.deepEqual(await absent("broken/config.json"), []);
  assert.deepEqual(await absent("none/config.json"), []);
});

test("links and folders beside it are not followed", () => {
  mkdirSync(join(folder, "folder.py"));
  symlinkSync("/dev/zero", join(folder, "linked.py"));
  assert.deepEqual(
    companionsOf(put("config.json", JSON.stringify({ auto_map: { A: "folder.A", B: "linked.B" } }))),
    [],
  );
});
