// Rules of a tokenizer that change what is said before the model sees it, or what the model says before anybody reads it.
import type { DocumentDetector, Hit } from "../../core/detector.ts";
import type { Severity } from "../../core/severity.ts";
import { quote } from "../../base/escape.ts";
import { reportAll } from "../program/payload.ts";
import { isMarker, plainWords } from "../template/words.ts";
import { lineOf, settingsOf } from "./tree.ts";

const DEPTH_MAX = 16;
const RULES_MAX = 2_000;
const TOKENS_MAX = 200_000;

export const tokenizerRewrite: DocumentDetector = {
  id: "tokenizer-rewrite",
  family: "metadata",
  reads: "document",
  languages: ["json"],
  title: "Tokenizer that changes words",
  severity: "high",
  confidence: "medium",
  maturity: "stable",
  since: "0.1.0",
  references: ["AML.T0018", "LLM04:2025", "https://huggingface.co/docs/tokenizers/api/normalizers"],
  docs: {
    finds:
      "In a tokenizer.json: Replace rules of the normalizer, pre-tokenizer or decoder that take words out or put words in (high), a Prepend of words (high), splits that remove words (high), words among the tokens that a post-processor adds (high), and special tokens that are sentences (high) or plain words (medium): they are left out of what is decoded.",
    matters: "The weights are clean, the prompt in the log is clean, and the model reads something else.",
    misses: "A vocabulary whose pieces were exchanged, and merges; compare the file's digest with the base model's.",
    remedy: "Use the tokenizer of the base model, and compare with `--baseline`.",
  },
  inspect(document, report) {
    const tree = settingsOf(document);
    if (
      typeof tree !== "object" ||
      tree === null ||
      !("added_tokens" in tree || "normalizer" in tree || "decoder" in tree)
    )
      return;
    const {
      normalizer,
      pre_tokenizer: splitter,
      post_processor: after,
      decoder,
      added_tokens: added,
    } = tree as Record<string, unknown>;
    const hits: Hit[] = [];
    const add = (severity: Severity, message: string, where: string, rule?: Hit["rule"]): void => {
      hits.push({
        message,
        severity,
        lineNumber: lineOf(document.text, where),
        excerpt: where.slice(0, 200),
        group: message.slice(0, 120),
        ...(rule ? { rule } : {}),
      });
    };
    for (const [part, name] of [
      [normalizer, "normalizer"],
      [splitter, "pre-tokenizer"],
      [decoder, "decoder"],
    ] as const)
      for (const rule of rulesIn(part)) judgeRule(rule, name, add);
    judgeAfter(after, add);
    if (Array.isArray(added)) for (const token of added.slice(0, TOKENS_MAX) as unknown[]) judgeToken(token, add);
    reportAll(hits, report, "high");
  },
};

type Rule = Readonly<Record<string, unknown>>;
type Add = (severity: Severity, message: string, where: string, rule?: Hit["rule"]) => void;

/** Rules, those of sequences included. */
function rulesIn(root: unknown): Rule[] {
  const rules: Rule[] = [];
  const walk = (node: unknown, depth: number): void => {
    if (depth > DEPTH_MAX || rules.length >= RULES_MAX || typeof node !== "object" || node === null) return;
    if (Array.isArray(node)) for (const item of node) walk(item, depth + 1);
    else {
      const rule = node as Rule;
      if (typeof rule["type"] === "string") rules.push(rule);
      for (const key of ["normalizers", "pretokenizers", "pre_tokenizers", "decoders", "processors"])
        walk(rule[key], depth + 1);
    }
  };
  walk(root, 0);
  return rules;
}

const textIn = (value: unknown): string => (typeof value === "string" ? value.slice(0, 2_000) : "");

/** A pattern's fixed words: classes and escapes of a regular expression are none. */
function patternOf(value: unknown): string {
  if (typeof value !== "object" || value === null) return textIn(value);
  const { String: text, Regex: regex } = value as { String?: unknown; Regex?: unknown };
  if (typeof regex !== "string") return textIn(text);
  return regex
    .slice(0, 2_000)
    .replaceAll(/\\[pP]\{[^}]{0,40}\}|\\[a-zA-Z]|\[[^\]]{0,400}\]|\(\?[a-zA-Z:!<>=]{1,4}/g, " ");
}

const words = (text: string): string[] => (isMarker(text) ? [] : plainWords(text).filter((word) => word.length > 2));

function judgeRule(rule: Rule, part: string, add: Add): void {
  const { type } = rule;
  if (type === "Replace") {
    const [old, made] = [patternOf(rule["pattern"]), textIn(rule["content"])];
    if (words(old).length === 0 && words(made).length === 0) return;
    add("high", `The ${part} turns ${quote(old, 60)} into ${quote(made, 60)}.`, made === "" ? old : made, {
      trigger: old.slice(0, 200),
      target: made.slice(0, 200),
    });
  } else if (type === "Prepend" || type === "Append") {
    const text = textIn(rule["prepend"] ?? rule["append"] ?? rule["content"]);
    if (words(text).length > 0) add("high", `The ${part} puts ${quote(text, 60)} to every text.`, text);
  } else if (type === "Split" && /^removed$/i.test(textIn(rule["behavior"]))) {
    const old = patternOf(rule["pattern"]);
    if (words(old).length > 0 && rule["invert"] !== true)
      add("high", `The ${part} takes ${quote(old, 60)} out of every text.`, old, {
        trigger: old.slice(0, 200),
        target: "",
      });
  }
}

/** The tokens that are added to every text. */
function judgeAfter(after: unknown, add: Add): void {
  for (const rule of rulesIn(after)) {
    const tokens = rule["special_tokens"];
    if (typeof tokens !== "object" || tokens === null) continue;
    for (const entry of Object.values(tokens).slice(0, 200) as unknown[]) {
      const list =
        typeof entry === "object" && entry !== null && "tokens" in entry && Array.isArray(entry.tokens)
          ? (entry.tokens as unknown[])
          : [];
      const text = list.slice(0, 200).map(textIn).join(" ").replaceAll("▁", " ");
      if (list.some((one) => words(textIn(one)).length > 0 && !/[<>[\]|_\d]/.test(textIn(one))))
        add("high", `The post-processor puts ${quote(text, 80)} to every text.`, textIn(list[0]));
    }
  }
}

function judgeToken(token: unknown, add: Add): void {
  if (typeof token !== "object" || token === null) return;
  const { content, special } = token as { content?: unknown; special?: unknown };
  const text = textIn(content).replaceAll("▁", " ").trim();
  if (special !== true || text.length < 3 || /[<>[\]|{}_\d#@$]/.test(text)) return;
  const count = words(text).length;
  if (count > 2)
    add(
      "high",
      `The special token ${quote(text, 80)} is a sentence: it becomes one token, and is left out of what is decoded.`,
      text,
    );
  else if (count > 0 && /^[a-z]{3,}(?: [a-z]+)*$/.test(text))
    add("medium", `The special token ${quote(text, 60)} is a plain word: it is left out of what is decoded.`, text);
}
