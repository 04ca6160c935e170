// Requirement files that install from addresses instead of an index by name and version, or from names that only look
// like well-known packages. Known by their lines, since a document carries no file name.
import type { DocumentDetector, Hit } from "../../core/detector.ts";
import type { Severity } from "../../core/severity.ts";
import { quote } from "../../base/escape.ts";
import { oneEdit } from "../network/lookalike-domain.ts";
import { urlsIn } from "../network/address.ts";
import { oddDestination, reportAll } from "../program/payload.ts";
import { judgeInstall } from "../program/unsafe-shell-line.ts";

const LINES_MAX = 20_000;
const LINE_MAX = 500;
const OPTION = /^\s*-{0,2}\s*["']?(?:--?(?:extra-)?index-url|-i|-f|--find-links|--trusted-host|-e|--editable)[\s=]/;
const ADDRESS =
  /^[\s"'-]{0,20}(?:-e\s{1,5})?(?:[\w.-]{1,80}(?:\[[\w, .-]{0,80}\])?\s{0,5}@\s{0,5})?(?:(?:git|hg|svn|bzr)\+[a-z]{2,6}:\/\/|https?:\/\/)\S+/;
const SPEC =
  /^\s*([A-Za-z0-9][A-Za-z0-9._-]{0,80})(?:\[[\w, .-]{0,80}\])?\s{0,5}(?:(?:[=<>!~]=?=?|;)[^\n]{0,200}|#[^\n]{0,200})?\s*$/;

/** Hosts from which wheels are commonly pinned by address. */
const WHEELS =
  /^(?:github\.com|(?:objects|release-assets|raw)\.githubusercontent\.com|files\.pythonhosted\.org|pypi\.org|huggingface\.co|download\.pytorch\.org|data\.pyg\.org|storage\.googleapis\.com|.{1,60}\.github\.io|gitlab\.com)$/;

const POPULAR =
  `requests numpy pandas transformers datasets tensorflow tokenizers accelerate matplotlib scikit-learn setuptools
  huggingface-hub safetensors sentencepiece bitsandbytes diffusers evaluate openai anthropic langchain pillow pyyaml urllib3
  cryptography beautifulsoup4 selenium colorama jupyter tensorboard torchvision torchaudio pydantic sqlalchemy gradio
  streamlit opencv-python xgboost lightgbm deepspeed flash-attn protobuf psutil pytest tiktoken`.split(/\s+/);
/** Real packages that are one letter from another. */
const REAL = new Set([
  "dataset",
  "request",
  "pillows",
  "gradios",
  "tokenizer",
  "evaluator",
  "torchvision2",
  "selenium2",
  "pytest7",
  "openais",
  "requests2",
  "urllib2",
  "beautifulsoup",
]);

export const unsafeRequirement: DocumentDetector = {
  id: "unsafe-requirement",
  family: "metadata",
  reads: "document",
  languages: ["other", "yaml"],
  title: "Requirement from an address or under a look-alike name",
  severity: "low",
  confidence: "medium",
  maturity: "stable",
  since: "0.1.0",
  references: ["AML.T0010", "CWE-829", "CWE-1357", "ATT&CK T1195.001"],
  docs: {
    finds:
      "Lines of a requirement file that install over plain http, from a bare address or drop site (high), from another package index (medium), from a repository or an archive by its address (low), and package names one letter away from a well-known one (high; medium for names of seven letters and less).",
    matters: "Installing a package runs its code. An index that somebody added can answer for any name.",
    misses: "Packages that are harmful under their own good name, and constraints in formats not read line by line.",
    remedy: "Install by name, version and hash from an index that you trust.",
  },
  inspect(document, report) {
    const lines = document.text.split("\n", LINES_MAX).map((line) => line.slice(0, LINE_MAX));
    const told = lines.filter((line) => line.trim() !== "" && !/^\s*#/.test(line));
    const specs = told.filter((line) => SPEC.test(line) || OPTION.test(line) || ADDRESS.test(line)).length;
    const isList = document.language === "other" && told.length > 0 && specs >= told.length * 0.8;
    const hits: Hit[] = [];
    lines.forEach((line, i) => {
      const found = judge(line, isList) ?? quoted(line);
      if (found)
        hits.push({
          message: `Line ${i + 1} ${found[1]}: ${quote(line.trim(), 100)}.`,
          severity: found[0],
          lineNumber: i + 1,
          excerpt: line.trim(),
          group: found[1],
          payload: line.trim(),
        });
    });
    reportAll(hits, report, "low");
  },
};

/** Requirements in a list of texts: `requires = ["setuptools", "tool @ https://…"]`. */
function quoted(line: string): readonly [Severity, string] | undefined {
  for (const { 1: text = "" } of line.matchAll(/["']([^"']{3,300})["']/g)) {
    const found = ADDRESS.test(text) && text !== line ? judge(text, false) : undefined;
    if (found) return found;
  }
  return undefined;
}

function judge(line: string, isList: boolean): readonly [Severity, string] | undefined {
  if (OPTION.test(line) && /:\/\/|trusted-host/.test(line)) {
    const found = judgeInstall(line.replace(/^[\s"'-]{0,20}?(?=-)/, " "));
    return found && found.severity !== "info" ? [found.severity, found.what] : undefined;
  }
  if (ADDRESS.test(line)) {
    // A bare address in a licence or a readme is no requirement.
    const isPackage =
      /\b(?:git|hg|svn|bzr)\+|\.(?:whl|tar\.gz|zip)\b/.test(line) ||
      /^\s*["'-]{0,3}\s{0,3}[\w.-]{1,80}(?:\[[^\]]{0,80}\])?\s{0,5}@/.test(line);
    if (!isPackage) return undefined;
    const odd = oddDestination(line);
    if (odd !== undefined) return ["high", `installs from ${odd}`];
    const found = judgeInstall(line);
    if (found && /(?:^|@\s{0,5}|\+)http:\/\//.test(line)) return ["high", found.what];
    if (found) return found.severity === "info" ? undefined : [found.severity, found.what];
    return [...urlsIn(line)].some(({ host }) => !WHEELS.test(host))
      ? ["low", "installs an archive by its address"]
      : undefined;
  }
  const name = isList ? SPEC.exec(line)?.[1]?.toLowerCase().replaceAll(/[._]/g, "-") : undefined;
  if (name === undefined || name.length < 6 || REAL.has(name) || POPULAR.includes(name)) return undefined;
  const like = POPULAR.find((popular) => Math.abs(popular.length - name.length) < 2 && oneEdit(popular, name));
  // The longer the name, the less it is there by chance.
  return like === undefined
    ? undefined
    : [name.length > 7 ? "high" : "medium", `names a package one letter away from ${like}`];
}
