// Settings that name code to run: trust_remote_code, auto_map, Hydra targets, YAML tags of Python objects, install
// scripts. Custom model code inside the same repository is common and low. Chat templates have detectors of their own.
import type { DocumentDetector, Hit } from "../../core/detector.ts";
import type { Severity } from "../../core/severity.ts";
import { quote } from "../../base/escape.ts";
import { reportAll } from "../program/payload.ts";
import { canonical, isSink, kindOf } from "../program/names.ts";
import { Program } from "../program/program.ts";
import { oneEdit } from "../network/lookalike-domain.ts";
import {
  dangerOf,
  LIBRARIES,
  NAMES_A_TARGET,
  ORDINARY_OBJECT,
  otherRepository,
  PIPELINES,
  PLAIN_TAG,
} from "./named-code.ts";
import { judge as judgeShell } from "../program/unsafe-shell-line.ts";
import { leavesOf, lineOf, settingsOf, type Leaf } from "./tree.ts";

export const executableConfig: DocumentDetector = {
  id: "executable-config",
  family: "metadata",
  reads: "document",
  languages: ["card", "json", "yaml", "infos", "other"],
  title: "Settings that make a loader run code",
  severity: "medium",
  confidence: "high",
  maturity: "stable",
  since: "0.1.0",
  references: ["AML.T0010", "CWE-829", "CWE-502", "https://huggingface.co/docs/transformers/custom_models"],
  docs: {
    finds:
      "auto_map, custom pipelines, custom_generate and modules of sentence-transformers that take classes from another repository (high; medium from a well-known publisher, since saving a model writes such references), from outside the repository (high) or from this one (info); trust_remote_code in the settings of a model (high) and elsewhere (medium); parts of diffusers pipelines and libraries of adapters that are no library of models (high where they run things, else medium or low); a base model at an address or of a publisher one letter away from a known one (high); `_target_`, `class_path`, `py/object` and their like that name a function which runs, fetches or loads (high); Python tags of YAML that call something (high) or make an object (medium; low for what training writes); settings that hold a program or a harmful command (high); install scripts in package.json that fetch and run (high).",
    matters: "A file of settings is not reviewed as a program, and runs as one.",
    misses:
      "Settings of tools that are not known here, code named indirectly, and what the code of this repository does: the detectors of programs read that where it is scanned too.",
    remedy: "Remove the setting, or read the code it names and pin its revision.",
  },
  inspect(document, report) {
    const hits: Hit[] = [];
    const add = (severity: Severity, message: string, where: string): void => {
      hits.push({
        message,
        severity,
        lineNumber: lineOf(document.text, where),
        excerpt: where.slice(0, 300),
        group: message.slice(0, 60),
      });
    };
    const tree = document.language === "other" ? undefined : settingsOf(document);
    const isModel = document.language === "json" && MODEL_SETTINGS.test(document.text.slice(0, SEARCHED_MAX));
    for (const leaf of leavesOf(tree)) judgeLeaf(leaf, add, isModel);
    judgeModules(tree, add);
    judgePipeline(tree, add);
    // A tag is not in the tree; it decides what a loader makes of it.
    if (document.language !== "json" && document.language !== "infos") {
      for (const { 0: tag, 1: kind = "", 2: name = "" } of document.text.slice(0, SEARCHED_MAX).matchAll(PYTHON_TAG)) {
        if (document.language === "other" && !document.text.includes(": ")) break;
        if (PLAIN_TAG.test(kind)) continue;
        const runs =
          isSink(canonical(name.replace(/^(?:__builtin__|builtins)?\.?(?=(?:eval|exec)$)/, "builtins."))) ||
          dangerOf(name) !== undefined;
        // `name` and `module` only look a thing up; `object` makes one, and `apply` and `new` call it.
        const makes = /^object$/.test(kind) && /\/(?:apply|new)/.test(tag);
        const severity = runs ? "high" : ORDINARY_OBJECT.test(name) ? "low" : makes ? "high" : "medium";
        add(
          severity,
          `A YAML tag makes a loader ${kind === "module" || kind === "name" ? "import" : "call"} ${quote(name === "" ? tag : name)}.`,
          tag,
        );
        if (hits.length > 200) break;
      }
    }
    reportAll(hits, report, "medium");
  },
};

const SEARCHED_MAX = 4 * 1024 * 1024;
const MODEL_SETTINGS =
  /"(?:model_type|architectures|auto_map|tokenizer_class|processor_class|image_processor_type|feature_extractor_type|_class_name|peft_type|transformers_version)"\s{0,10}:/;
const PYTHON_TAG = /(?:!!python\/|tag:yaml\.org,2002:python\/)([a-z_]{1,20})(?:\/apply|\/new)?(?::([\w.]{1,120}))?/g;

type Add = (severity: Severity, message: string, where: string) => void;

const isOn = (value: Leaf["value"]): boolean =>
  value === true || value === 1 || /^(?:true|yes|on|1)$/i.test(String(value));

function judgeLeaf({ path, value }: Leaf, add: Add, isModel: boolean): void {
  const keys = path.filter((key) => typeof key === "string");
  const key = keys[keys.length - 1] ?? "";
  if (
    /^(?:trust_remote_code|trust_repo|allow_(?:code_execution|dangerous_\w{1,30}|remote_code|pickle)|enable_unsafe_\w{1,40}|unsafe_(?:load|deserialization))$/i.test(
      key,
    ) &&
    isOn(value)
  )
    return add(
      isModel && /trust_remote_code/i.test(key) ? "high" : "medium",
      `${key} is set${isModel ? " in the settings of a model, where nobody who loads it decides" : ""}: what loads this runs programs without asking.`,
      key,
    );
  if (/^weights_only$/i.test(key) && value === false)
    return add("low", "weights_only is switched off: what loads this unpickles.", key);
  if (typeof value !== "string" || value === "") return;
  if (keys.includes("auto_map") || (keys.includes("custom_pipelines") && key === "impl"))
    return judgeClass(key, value, add);
  if (key === "custom_generate" && /^[\w.-]{1,96}\/[\w.-]{1,96}$/.test(value))
    return add("high", `Generation takes its program from the repository ${quote(value)}.`, value);
  if (key === "parent_library" && keys.includes("auto_mapping")) return judgeLibrary(key, value, add);
  if (
    /^(?:base_model_name_or_path|_name_or_path|base_model|tokenizer_name_or_path|pretrained_model_name_or_path|processor_name_or_path)$/.test(
      key,
    )
  )
    return judgeBase(key, value, add);
  const danger = NAMES_A_TARGET.test(key) ? dangerOf(value) : undefined;
  if (danger && /^[\w.]{3,200}$/.test(value))
    return add(
      danger === "runs" || /^(?:_target_|class_path|py\/)/.test(key) ? "high" : "medium",
      `${key} makes a loader call ${quote(value)}.`,
      value,
    );
  if (/^py\/(?:reduce|newargs|initargs|state)$/.test(key))
    return add("medium", `${key} makes a loader build an object of ${quote(value)}.`, value);
  if (/^(?:pre|post)?install$|^prepare$/.test(key) && keys[keys.length - 2] === "scripts") {
    const judged = judgeShell(value);
    if (judged)
      add(
        judged.severity === "low" ? "medium" : judged.severity,
        `An install script ${judged.what}: ${quote(value)}.`,
        value,
      );
    return;
  }
  judgeText(key, value, add);
}

/** `module.Class` of this repository, or `owner/name--module.Class` of another. */
function judgeClass(key: string, value: string, add: Add): void {
  const other = otherRepository(value);
  const danger = dangerOf(value.slice(value.lastIndexOf("--") < 0 ? 0 : value.lastIndexOf("--") + 2));
  if (danger) return add("high", `${quote(key)} makes a loader import ${quote(value)}.`, value);
  if (other)
    return add(
      other.isKnown ? "medium" : "high",
      `${quote(key)} takes its class from another repository, ${quote(other.repository)}, at whatever it holds then.`,
      value,
    );
  if (/[\\/]|\.\./.test(value))
    return add("high", `${quote(key)} takes its class from outside the repository, ${quote(value)}.`, value);
  add(
    "info",
    `${quote(key)} is a class of this repository, ${quote(value)}: loading with trust_remote_code runs it.`,
    value,
  );
}

function judgeLibrary(key: string, value: string, add: Add): void {
  if (dangerOf(`${value}.x`) || dangerOf(value))
    return add("high", `${key} makes a loader import ${quote(value)}.`, value);
  if (!LIBRARIES.test(value) && value !== "__main__")
    add("medium", `${key} makes a loader import ${quote(value)}, which is no library of models that is known.`, value);
}

/** Where the weights come from that this is put on. */
function judgeBase(key: string, value: string, add: Add): void {
  if (
    /^(?:[a-z][a-z0-9+.-]{1,20}:)?\/\/|^\\\\/i.test(value) &&
    !/^https:\/\/(?:www\.)?(?:huggingface\.co|hf\.co|github\.com|modelscope\.cn)\//i.test(value) &&
    !/^(?:hf|gs|s3|file|azure|abfss?|dbfs|wandb|models):/i.test(value)
  )
    return add("high", `${key} takes the model from an address, ${quote(value)}.`, value);
  if (/(?:^|[\\/])\.\.[\\/]/.test(value)) add("low", `${key} leaves the folder, ${quote(value)}.`, value);
  const owner = /^([\w.-]{6,40})\/[\w.-]+$/.exec(value)?.[1]?.toLowerCase();
  const like =
    owner === undefined
      ? undefined
      : OWNERS.find((one) => oneEdit(one, owner) && one.replaceAll("-", "") !== owner.replaceAll(/[-_.]/g, ""));
  if (like !== undefined) add("high", `${key} names a publisher one letter away from ${like}: ${quote(value)}.`, value);
}
const OWNERS = [
  "meta-llama",
  "mistralai",
  "microsoft",
  "facebook",
  "deepseek-ai",
  "stabilityai",
  "huggingface",
  "huggingfaceh4",
  "huggingfacetb",
  "black-forest-labs",
  "google-bert",
  "openai-community",
  "ibm-granite",
  "moonshotai",
  "bigscience",
  "eleutherai",
  "sentence-transformers",
  "distilbert",
  "cohereforai",
  "openbmb",
  "internlm",
  "unsloth",
  "allenai",
  "nvidia",
];

const RUNS_KEY =
  /(?:^|_)(?:cmd|command|exec\w{0,4}|execute|shell|eval|code|script|hook|callback|on_?load|init\w{0,8}|startup|bootstrap|payload|post_?install|pre_?load)(?:_|s?$)/i;
const LOOKS_LIKE_CODE =
  /__import__|\bimport\s+\w|\b(?:eval|exec|compile|getattr)\s{0,3}\(|\b(?:os|subprocess|pty|socket|ctypes|importlib|builtins)\.\w+|\blambda\b/;
const WRECKS =
  /\brm\s{1,5}-[a-z]{0,4}r[a-z]{0,4}\s{1,5}(?:--\S{1,30}\s{1,5})?(?:\/(?:\s|$|\*)|~|\$HOME)|\bmkfs\b|\bdd\s[^\n]{0,80}of=\/dev\/|:\(\)\s?\{/;
const CODE_MAX = 4_000;

/** A text in a setting that is a program or a command. */
function judgeText(key: string, value: string, add: Add): void {
  if (value.length > CODE_MAX) return;
  const isRun = RUNS_KEY.test(key);
  if (LOOKS_LIKE_CODE.test(value)) {
    const program = new Program({ kind: "document", language: "python", text: value });
    const call = program.calls.find(({ name, disguised }) => {
      const kind = kindOf(name);
      return kind === "process" || kind === "code" || kind === "native" || (disguised && kind !== undefined);
    });
    const isCommand = /^\s{0,10}python[0-9.]{0,4}\s/.test(value);
    if (call && !isCommand)
      return add(
        isRun || /__import__/.test(value) ? "high" : "medium",
        `${quote(key)} holds a program that calls ${quote(call.name)}: ${quote(value, 100)}.`,
        value,
      );
  }
  if (!isRun) return;
  const judged = judgeShell(value);
  if (judged && judged.severity !== "low" && judged.severity !== "info")
    add("high", `${quote(key)} is a command that ${judged.what}: ${quote(value)}.`, value);
  else if (WRECKS.test(value)) add("high", `${quote(key)} is a command that destroys files: ${quote(value)}.`, value);
}

/** `modules.json` of sentence-transformers: a list of modules with a class each. */
function judgeModules(tree: unknown, add: Add): void {
  if (!Array.isArray(tree)) return;
  for (const item of tree.slice(0, 64) as unknown[]) {
    if (typeof item !== "object" || item === null || !("type" in item) || !("idx" in item || "path" in item)) continue;
    const type = item.type;
    if (typeof type !== "string" || /^(?:sentence_transformers|pylate)\./.test(type)) continue;
    judgeClass("type", type, add);
  }
}

/** `model_index.json` of diffusers: components as [library, class]. */
function judgePipeline(tree: unknown, add: Add): void {
  if (typeof tree !== "object" || tree === null || Array.isArray(tree) || !("_class_name" in tree)) return;
  for (const [key, item] of Object.entries(tree).slice(0, 200)) {
    if (!Array.isArray(item) || typeof item[0] !== "string") continue;
    const [library, name] = item as unknown[];
    if (typeof library !== "string" || typeof name !== "string" || LIBRARIES.test(library) || PIPELINES.test(library))
      continue;
    const whole = `${library}.${name}`;
    if (dangerOf(whole)) add("high", `The part ${quote(key)} makes a loader import ${quote(whole)}.`, library);
    else if (otherRepository(library)) judgeClass(key, whole, add);
    else if (/[\\/]|\.\./.test(library))
      add("high", `The part ${quote(key)} is taken from outside the repository, ${quote(library)}.`, library);
    else
      add(
        "low",
        `The part ${quote(key)} is a class of this repository or of a package that is not known, ${quote(whole)}.`,
        library,
      );
  }
}
