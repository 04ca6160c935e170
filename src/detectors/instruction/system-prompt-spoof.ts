// Headers that pretend another speaker: a line `System:` or `### System Prompt`, a `<<SYS>>` block, a "system override"
// notice, inside text that is not a system prompt. Sets written in such a layout carry the header in most records.
import type { Anchor, RecordDetector } from "../../core/detector.ts";
import { excerpt, quote } from "../../base/escape.ts";
import { foldedOf } from "./fold.ts";
import { refuses, standing } from "./standing.ts";

const MARKERS = [
  "system:",
  "system prompt",
  "system message",
  "system override",
  "system update",
  "system notice",
  "system note",
  "system instruction",
  "<<sys>>",
  "[system]",
  "<system>",
  "[sys]",
  "系统：",
  "系统提示：",
  "系统指令",
  "системное сообщение",
  "システム：",
  "시스템:",
  "نظام:",
  "सिस्टम:",
] as const;
// What raw bytes show of them. "system" alone would be in every chat record as a role.
const ANCHORS: readonly Anchor[] = [
  "system:",
  "<<sys>>",
  "[system]",
  "<system>",
  "[sys]",
  {
    all: [
      "system",
      ["override"].concat(
        ["prompt", "message", "update", "notice", "note", "instruction"].flatMap((word) =>
          [":", "s:", "]", ")", ">", "}", "=", "*", "-"].map((mark) => word + mark),
        ),
      ),
    ],
  },
  // A header that a line break ends shows no mark of its own.
  {
    all: [
      "system",
      ["prompt", "message", "update", "notice", "note", "instruction"],
      ["ignor", "disregard", "obey", "comply"],
    ],
  },
  "系统：",
  "系统提示",
  "系统指令",
  "истемное",
  "システム：",
  "시스템:",
  "نظام:",
  "सिस्टम:",
];

// Headers that are nobody's sentence wherever they stand.
const INLINE = new Set<string>(["system override", "<<sys>>", "[system]", "<system>", "[sys]"]);

// Before the header: the start of the text or of a line, with heading marks only.
const LINE_START = /(?:^|[\n\r])[ \t>]{0,4}(?:[#*=\-[(<{|]{1,6}[ \t]?)?(?:new |important |updated |admin |end of )?$/;
// After it: what an order to a model says. Lists of system specifications do not.
const ORDER =
  /\b(?:you are|you must|you will|you're|your (?:new|task|role|instructions)|ignore|disregard|override|from now on|obey|comply|new instructions)\b|你|您|忽略|必须|ты |вы |игнор|あなた|無視|당신|무시|أنت|تجاهل|आप|debes|ignora|eres|vous|ignor|tu es|du bist|sie sind|voce/;
const FORCE =
  /\b(?:you must|ignore|disregard|override|from now on|obey|comply|new instructions|your (?:new|instructions))\b|忽略|必须|игнор|無視|무시|تجاهل|debes|ignor/;
const REACH = 160;

export const systemPromptSpoof: RecordDetector = {
  id: "system-prompt-spoof",
  family: "model-instruction",
  reads: "record",
  title: "A fake system header inside content",
  severity: "medium",
  confidence: "medium",
  maturity: "stable",
  since: "0.1.0",
  references: ["AML.T0051", "LLM01:2025"],
  docs: {
    finds:
      "Lines that open like a system message (`System:`, `### System`, `<<SYS>>`, `[SYSTEM]`, “system override”) and go on to give a model orders, inside a passage, an answer or a hidden field.",
    matters: "A model that learns to take a line in a document for its operator's word can be steered by any document.",
    misses:
      "Headers without an order after them, and sets in which most records carry the same header, which is then their layout.",
    remedy: "Read the record. If the set renders its own prompts this way, nothing is wrong with it.",
  },
  subject: { share: 0.05, severity: "info" },
  rare: { shareMax: 0.1 },
  anchors: ANCHORS,
  inspect(record, report) {
    for (const field of record.fields) {
      if (field.role === "system") continue;
      const { text: folded, original } = foldedOf(field);
      const hit = firstHeader(folded);
      if (!hit) continue;
      const where = standing(record, field, folded, hit.start, hit.end);
      // A prompt that opens with its own system line is how many sets are written.
      if (where === "asked" && hit.start === 0 && hit.marker !== "system override") continue;
      const severity =
        where === "planted"
          ? FORCE.test(folded.slice(hit.end, hit.end + REACH))
            ? "high"
            : "medium"
          : where === "discussed"
            ? "info"
            : where === "asked"
              ? "low"
              : "medium";
      const start = original(hit.start);
      const end = original(hit.end);
      report({
        message: `opens like a system message inside ${field.role === "metadata" ? "a side field" : `a ${field.role}`}: ${quote(field.text.slice(start, end + 60))}`,
        field,
        start,
        end,
        excerpt: excerpt(field.text, start, end, 80),
        severity: refuses(record) ? "low" : severity,
        group: hit.marker,
        payload: folded.slice(hit.start, hit.end + 80),
      });
    }
  },
};

const HEADERS_LOOKED_AT_MAX = 50_000;
const MARKER = new RegExp(MARKERS.map((m) => m.replaceAll(/[[\]]/g, String.raw`\$&`)).join("|"), "g");

function firstHeader(
  folded: string,
): { readonly start: number; readonly end: number; readonly marker: string } | undefined {
  let looked = 0;
  for (const match of folded.matchAll(MARKER)) {
    if (++looked > HEADERS_LOOKED_AT_MAX) return undefined;
    const [marker] = match;
    const at = match.index;
    const end = at + marker.length;
    if (
      !INLINE.has(marker) &&
      !LINE_START.test(folded.slice(Math.max(0, at - 24), at).replace(/^[^\n]*$/, (s) => (at > 24 ? `x${s}` : s)))
    )
      continue;
    // "System message:" is a header, "system prompts are" is a sentence.
    const closed = /[:>\])]$|：$|>$/.test(marker) || /^(?:s?[ \t]?[:\])}>=*-]|：|\n)/.test(folded.slice(end, end + 4));
    if (closed && ORDER.test(folded.slice(end, end + REACH))) return { start: at, end, marker };
  }
  return undefined;
}
