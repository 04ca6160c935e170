// Settings from which Keras (2 and 3, keras/src/saving/serialization_lib.py and its legacy form) builds a model: every
// object that names a class, however it is nested, every function that is looked up by name, every piece of compiled
// Python, every file and address. One walk serves .keras, HDF5, SavedModel metadata and model.to_json().
import type { Part } from "../../core/format.ts";
import { problem } from "../../core/format.ts";
import type { Argument, Operation } from "../../core/model.ts";
import type { Limits } from "../../base/limits.ts";
import { parseJson } from "../../base/json.ts";
import { quote } from "../../base/escape.ts";
import { Facts } from "./facts.ts";
import { Operations } from "./operations.ts";

/** Models nest in models, and their lists in objects: deeper than records do. */
const DEPTH_MAX = 512;
const TEXT_MAX = 200;

type Settings = Readonly<Record<string, unknown>>;
const isSettings = (value: unknown): value is Settings =>
  typeof value === "object" && value !== null && !Array.isArray(value);
const textOf = (value: unknown): string | undefined => (typeof value === "string" ? value : undefined);

/** What a class is given where it stands for a value and not for a layer; nothing is called to make it. */
const VALUES = new Set([
  "__tensor__",
  "__numpy__",
  "__bytes__",
  "__ellipsis__",
  "__slice__",
  "__tuple__",
  "__typespec__",
  "__keras_tensor__",
]);
/** Keys whose text is a place to read from or write to, whatever class they belong to. */
const PLACE_KEYS =
  /^(?:vocabulary|vocab|vocabulary_file|vocab_file|idf_weights|file|filename|file_name|filepath|file_path|path|dirname|directory|log_dir|cache_dir|fname|origin|url|uri|weights_path|backup_dir|embeddings_file|proto|merges|spm_proto)$/;
const CALL_KEYS = /^(?:inbound_nodes|call_args|call_kwargs|args|kwargs)$/;
const ADDRESS = /^[a-z][a-z0-9+.-]{1,15}:\/\//i;
const ROOTED = /^(?:\/[\w.-]|~\/|[A-Za-z]:[\\/]|\\\\|\.\.?[\\/])/;

class KerasWalk {
  readonly operations = new Operations();
  readonly facts = new Facts();
  deep = false;

  visit(value: unknown, key: string, owner: string, depth: number): void {
    if (depth > DEPTH_MAX) {
      this.deep = true;
      return;
    }
    if (typeof value === "string") this.text(value, key, owner);
    // A list of texts is data, such as a vocabulary, but for what a layer is called with.
    else if (Array.isArray(value)) {
      const called = CALL_KEYS.test(key) ? key : "";
      for (const item of value)
        if (called !== "" || typeof item !== "string") this.visit(item, called, owner, depth + 1);
    } else if (isSettings(value)) this.settings(value, key, owner, depth);
  }

  private settings(value: Settings, passed: string, owner: string, depth: number): void {
    const className = textOf(value["class_name"]);
    let name = owner;
    if (className !== undefined) {
      if (className === "__lambda__") this.code(value, owner);
      else if (!VALUES.has(className)) {
        name = className;
        this.object(value, className);
      }
    }
    this.oldLambda(value, name);
    for (const [key, item] of Object.entries(value)) {
      if (key === "class_name" || key === "module" || key === "registered_name") continue;
      this.visit(item, CALL_KEYS.test(passed) ? passed : key, name, depth + 1);
    }
  }

  private object(value: Settings, className: string): void {
    const module = textOf(value["module"]) ?? "";
    const registered = textOf(value["registered_name"]);
    const { config } = value;
    const given: Argument[] = [];
    if (className === "function" && typeof config === "string") {
      // Looked up in `module`, which is imported for it.
      this.add("import", module, config, [], `from ${module || "builtins"} import ${config}`);
      return;
    }
    if (registered !== undefined && registered !== className) given.push({ kind: "text", text: registered });
    const calls = Array.isArray(value["inbound_nodes"]) ? argumentsOf(value["inbound_nodes"]) : "";
    const shown = isSettings(config) ? Object.keys(config).slice(0, 6).join(", ") : "";
    this.add(
      "layer",
      module,
      className,
      given,
      `${module ? `${module}.` : ""}${className}(${shown})${calls ? `(${calls})` : ""}`,
    );
    const called =
      isSettings(config) && /^(?:TFOp|Slicing|TensorFlowOp)/.test(className) ? config["function"] : undefined;
    if (typeof called === "string") this.add("call", "tensorflow", called, [], `tf.${called}(…)`);
    const node = isSettings(config) && className === "TensorFlowOpLayer" ? config["node_def"] : undefined;
    const op =
      typeof node === "string" ? /(?:^|[\s{,])"?op"?\s{0,4}:\s{0,4}"([\w>]{1,100})"/.exec(node)?.[1] : undefined;
    if (op !== undefined) this.add("call", "tensorflow", `raw_ops.${op}`, [], `tf.raw_ops.${op}(…)`);
  }

  private code(value: Settings, owner: string): void {
    const config = isSettings(value["config"]) ? value["config"] : value;
    const held = config["value"];
    const code = textOf(config["code"]) ?? (Array.isArray(held) ? textOf(held[0]) : textOf(held)) ?? "";
    this.add("code", "", "__lambda__", [{ kind: "text", text: owner }], `${owner || "?"}(function=<${sizeOf(code)}>)`);
  }

  /** Keras 2: `"function": ["<base64>", defaults, closure], "function_type": "lambda"`. */
  private oldLambda(value: Settings, owner: string): void {
    for (const part of ["function", "output_shape", "mask", "arguments"]) {
      const held = value[part];
      const type = textOf(value[`${part}_type`]);
      const code = Array.isArray(held) ? textOf(held[0]) : isSettings(held) ? undefined : textOf(held);
      if (code === undefined) continue;
      if ((Array.isArray(held) && isMarshalled(code)) || type === "lambda")
        this.add("code", "", "__lambda__", [{ kind: "text", text: owner }], `${owner}(${part}=<${sizeOf(code)}>)`);
      else if (type === "function")
        this.add("import", textOf(value["module"]) ?? "", code, [], `${owner}(${part}=${code})`);
      else if (type === "raw" && part === "function")
        this.add("import", textOf(value["module"]) ?? "", code, [], `${owner}(${part}=${code})`);
    }
  }

  private text(text: string, key: string, owner: string): void {
    if (text.length > 4096) return;
    const given: Argument[] = [
      { kind: "text", text: owner },
      { kind: "text", text: key },
    ];
    if (ADDRESS.test(text)) this.add("url", "", text, given, `${owner}(${key}=${JSON.stringify(text)})`);
    else if ((PLACE_KEYS.test(key) && text !== "") || (ROOTED.test(text) && key !== "name" && !/[\s<>|]/.test(text)))
      this.add("path", "", text, given, `${owner}(${key}=${JSON.stringify(text)})`);
  }

  private add(use: Operation["use"], module: string, name: string, given: readonly Argument[], text: string): void {
    this.operations.add({
      use,
      module,
      name: name.slice(0, TEXT_MAX),
      arguments: given,
      text,
    });
  }
}

const sizeOf = (base64: string): string => `${Math.floor((base64.length * 3) / 4)} bytes of compiled Python`;

/** The base64 of a code object as marshal writes one: the letter c, with or without the mark of a reference. */
const isMarshalled = (text: string): boolean =>
  text.length > 40 && /^[A-Za-z0-9+/=\s]+$/.test(text.slice(0, 400)) && /^(?:4[w-z]|Y[w-z])/.test(text);

/** Constants that a layer is called with, as far as they are texts and numbers. */
function argumentsOf(nodes: readonly unknown[]): string {
  const shown: string[] = [];
  const walk = (value: unknown, depth: number): void => {
    if (shown.length >= 6 || depth > 6) return;
    if (typeof value === "string" || typeof value === "number") shown.push(JSON.stringify(value).slice(0, 80));
    else if (Array.isArray(value)) value.forEach((item) => walk(item, depth + 1));
    else if (isSettings(value) && !("class_name" in value))
      Object.values(value).forEach((item) => walk(item, depth + 1));
  };
  walk(nodes, 0);
  return shown.join(", ");
}

/** Whether a JSON text names classes the way that Keras does. */
export function holdsKeras(value: unknown, depth = 0): boolean {
  if (depth > 64 || typeof value !== "object" || value === null) return false;
  if (Array.isArray(value)) return value.some((item) => holdsKeras(item, depth + 1));
  const settings = value as Settings;
  if (typeof settings["class_name"] === "string" && ("config" in settings || "module" in settings)) return true;
  return Object.values(settings).some((item) => holdsKeras(item, depth + 1));
}

/** What building from these settings does, and the settings themselves as a document. */
export function* kerasSettings(text: string, name: string, limits: Limits): Generator<Part> {
  const plain = text.replace(/^\ufeff/, "");
  const { value, shadowed, problem: broken } = parseJson(plain, DEPTH_MAX);
  const walk = new KerasWalk();
  walk.visit(value, "", "", 0);
  for (const { pointer, value: hidden } of shadowed) {
    walk.facts.say(
      "duplicate-key",
      `The key ${quote(pointer)} of the settings stands twice, and readers take different ones`,
    );
    walk.visit(hidden, "", "", 0);
  }
  if (plain.length !== text.length)
    walk.facts.say("byte-order-mark", "The settings begin with a byte order mark, which not every reader takes");
  yield* walk.operations.parts("keras", walk.facts.all);
  if (broken !== undefined)
    yield problem(
      "malformed",
      `The Keras settings ${quote(name)} are not JSON (${broken}). What could be read was looked at.`,
    );
  else if (walk.deep) yield problem("limit", `The Keras settings ${quote(name)} nest deeper than is looked at.`);
  if (text.length <= limits.documentBytesMax) yield { kind: "document", language: "json", name, text, value };
}
