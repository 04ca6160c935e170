// What a card tells people to do on their machines: pipe a download into a shell, switch a protection off. A card is
// read by people and, more and more, by agents that do what it says.
import type { DocumentDetector, Hit } from "../../core/detector.ts";
import type { Severity } from "../../core/severity.ts";
import { quote } from "../../base/escape.ts";
import { reportAll } from "../program/payload.ts";
import { judge } from "../program/unsafe-shell-line.ts";

const LINES_MAX = 50_000;
const LINE_MAX = 2_000;

const PROTECTIONS: readonly (readonly [RegExp, Severity, string])[] = [
  [
    /\b(?:disable|turn off|switch off|deactivate|uninstall|pause)\b.{0,60}\b(?:anti-?virus|defender|firewall|gatekeeper|selinux|endpoint protection|malware (?:scan|protection))/i,
    "medium",
    "asks to switch a protection of the machine off",
  ],
  [
    /\bSet-MpPreference\b.{0,100}\b(?:Disable\w+|ExclusionPath)|\bxattr\s{1,5}-\w{0,3}d\w{0,3}\s{1,5}com\.apple\.quarantine|\bspctl\b.{0,40}--(?:master|global)-disable|\bsetenforce\s{1,5}0/i,
    "medium",
    "switches a protection of the machine off",
  ],
  [
    /\b(?:disable|ignore|skip|bypass|turn off)\b.{0,60}\b(?:(?:pickle|malware|security|safety) (?:scan\w*|check\w*|warning\w*)|trust check\w*|checksum\w*|signature (?:check\w*|verification)|picklescan|modelscan)/i,
    "medium",
    "asks to pass over a security check",
  ],
  [
    /\bweights_only\s{0,3}=\s{0,3}False\b|\ballow_pickle\s{0,3}=\s{0,3}True\b|\bverification_mode\s{0,3}=\s{0,3}["']no_checks["']|\bignore_verifications\s{0,3}=\s{0,3}True\b/,
    "low",
    "loads without a check",
  ],
  [/\btrust_remote_code\s{0,3}=\s{0,3}True\b/, "info", "loads with programs from the repository"],
];

export const unsafeCardInstruction: DocumentDetector = {
  id: "unsafe-card-instruction",
  family: "metadata",
  reads: "document",
  languages: ["card", "markdown"],
  title: "Card that tells people to lower their guard",
  severity: "medium",
  confidence: "medium",
  maturity: "stable",
  since: "0.1.0",
  references: ["AML.T0011", "CWE-494", "ATT&CK T1204", "ATT&CK T1562"],
  docs: {
    finds:
      "In cards and other Markdown: downloads piped into an interpreter or decoded text that runs (medium, low for well-known installers), requests to switch off a virus scanner, firewall or security check (medium), loads without checks (low), trust_remote_code in a sample (info).",
    matters: "It is the shortest way from a repository into a machine: the reader does the work.",
    misses: "Instructions in pictures or on linked pages, and in words that are not English.",
    remedy: "Do not follow it. Judge why loading the dataset would need it.",
  },
  inspect(document, report) {
    const hits: Hit[] = [];
    for (const [i, whole] of document.text.split("\n", LINES_MAX).entries()) {
      const line = whole.slice(0, LINE_MAX);
      const shell = judge(line.replace(/^[\s>$#`!-]{1,20}/, ""));
      // Here it is words, not something that runs: medium at most.
      const found: readonly [Severity, string] | undefined = shell
        ? [
            shell.severity === "low" || shell.severity === "info" ? shell.severity : "medium",
            `tells to run a line that ${shell.what}`,
          ]
        : PROTECTIONS.filter(([pattern]) => pattern.test(line)).map(
            ([, severity, what]) => [severity, what] as const,
          )[0];
      if (!found || /\b(?:never|do not|don't|dangerous|avoid|instead of|attack)\b/i.test(line)) continue;
      hits.push({
        message: `Line ${i + 1} ${found[1]}: ${quote(line.trim(), 100)}.`,
        severity: found[0],
        lineNumber: i + 1,
        excerpt: line.trim().slice(0, 300),
        group: found[1],
      });
    }
    reportAll(hits, report, "medium");
  },
};
