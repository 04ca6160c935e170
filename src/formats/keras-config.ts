// Keras' settings of a model as JSON for themselves: model.to_json(), or the config.json of an unpacked .keras. Known by
// the classes that they name, wherever they stand. The weights lie elsewhere.
import type { ByteSource } from "../core/bytes.ts";
import type { Format, Head, Part, ReadContext } from "../core/format.ts";
import { parseJson } from "../base/json.ts";
import { isText, wholeText } from "./document/whole.ts";
import { holdsKeras, kerasSettings } from "./model/keras-config.ts";

/** A class with its settings, or with where it comes from, as every version of Keras writes them. */
const CLASS =
  /"class_name"\s{0,20}:\s{0,20}"[^"]{1,200}"\s{0,20},\s{0,20}"(?:config|module|registered_name)"|"module"\s{0,20}:\s{0,20}(?:null|"[^"]{1,200}")\s{0,20},\s{0,20}"class_name"/;

function sniff(head: Head): number {
  if (!isText(head) || !/^\s{0,1000}\{/.test(head.text)) return 0;
  // A list of records whose labels happen to be called so stays what it is: settings are one object that begins here.
  if (CLASS.test(head.text)) return head.text.search(CLASS) < 4096 || head.name === "config.json" ? 0.97 : 0;
  if (!head.whole || !/"class_name"|\\u/.test(head.text)) return 0;
  return holdsKeras(parseJson(head.text).value) ? 0.97 : 0;
}

async function* read(source: ByteSource, context: ReadContext): AsyncGenerator<Part> {
  const { text, problems } = await wholeText(source, context.limits);
  yield* problems;
  yield* kerasSettings(text, source.name, context.limits);
}

export const kerasConfig: Format = {
  id: "keras-config",
  title: "Keras model as JSON",
  spec: "https://keras.io/api/models/model_saving_apis/",
  extensions: [".json"],
  yields: "model",
  sniff,
  read,
};
