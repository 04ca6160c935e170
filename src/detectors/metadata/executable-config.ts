// Settings that name code to run: trust_remote_code, auto_map, Hydra targets, YAML tags of Python objects, install
// scripts. Custom model code inside the same repository is common and low. Chat templates have detectors of their own.
import type { DocumentDetector, Hit } from "../../core/detector.ts";
import type { Severity } from "../../core/severity.ts";
import { quote } from "../../base/escape.ts";
import { reportAll } from "../program/payload.ts";
import { canonical, isSink } from "../program/names.ts";
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
      "trust_remote_code set to true (medium); auto_map and custom pipelines that take classes from another repository (medium) or from this one (info); `_target_` and YAML tags that name a function which starts processes or runs text (high); other Python object tags (medium); install scripts in package.json that fetch and run (high).",
    matters: "A file of settings is not reviewed as a program, and runs as one.",
    misses: "Settings of tools that are not known here, and code named indirectly.",
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
    for (const leaf of leavesOf(tree)) judgeLeaf(leaf, add);
    // A tag is not in the tree; it decides what a loader makes of it.
    if (document.language !== "json" && document.language !== "infos") {
      for (const { 0: tag, 1: kind = "", 2: name = "" } of document.text.slice(0, SEARCHED_MAX).matchAll(PYTHON_TAG)) {
        if (document.language === "other" && !document.text.includes(": ")) break;
        if (/^(?:tuple|str|unicode|int|float|long|bool|none|list|dict|complex|bytes)$/.test(kind)) continue;
        const runs = isSink(canonical(name.replace(/^(?:__builtin__|builtins)?\.?(?=(?:eval|exec)$)/, "builtins.")));
        add(runs ? "high" : "medium", `A YAML tag makes a loader call ${quote(name === "" ? tag : name)}.`, tag);
        if (hits.length > 200) break;
      }
    }
    reportAll(hits, report, "medium");
  },
};

const SEARCHED_MAX = 4 * 1024 * 1024;
const PYTHON_TAG = /(?:!!python\/|tag:yaml\.org,2002:python\/)([a-z_]{1,20})(?:\/apply|\/new)?(?::([\w.]{1,120}))?/g;

function judgeLeaf({ path, value }: Leaf, add: (severity: Severity, message: string, where: string) => void): void {
  const keys = path.filter((key) => typeof key === "string");
  const key = keys[keys.length - 1] ?? "";
  if (key === "trust_remote_code" && (value === true || value === "true" || value === "True"))
    return add(
      "medium",
      "trust_remote_code is set: what loads this runs programs from the repository without asking.",
      key,
    );
  if (typeof value !== "string") return;
  if (keys.includes("auto_map") || (keys.includes("custom_pipelines") && key === "impl")) {
    const [repository] = value.includes("--") ? value.split("--", 1) : [];
    if (repository)
      add("medium", `${quote(key)} takes its class from another repository, ${quote(repository)}.`, value);
    else
      add(
        "info",
        `${quote(key)} is a class of this repository, ${quote(value)}: loading with trust_remote_code runs it.`,
        value,
      );
    return;
  }
  if (key === "_target_" && isSink(canonical(value.replace(/^(eval|exec)$/, "builtins.$1"))))
    return add("high", `_target_ makes a loader call ${quote(value)}.`, value);
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
}
