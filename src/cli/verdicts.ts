// How the checks of `verify` and `lock --check` are told, and what exit code they end with.
import { visible } from "../base/escape.ts";
import { refusalExitCode } from "../core/refusal.ts";
import { count, plural } from "../report/figures.ts";
import type { Check } from "./check-pin.ts";

export interface Telling {
  readonly format: "text" | "json";
  readonly detailedExitCode?: boolean;
}

const WORD = { pass: "as pinned", fail: "REFUSED", undecided: "UNDECIDED" } as const;

/** 0 pass, 1 refused, 2 undecided; with a code for each kind of refusal where that is asked for. */
export function exitCodeOf(checks: readonly Check[], detailed = false): number {
  const refusals = checks.flatMap((check) => check.refusals);
  if (refusals.length > 0) return detailed ? refusalExitCode(refusals) : 1;
  return checks.length === 0 || checks.some(({ verdict }) => verdict === "undecided") ? 2 : 0;
}

const REFUSALS_SHOWN = 50;

export function tellChecks(checks: readonly Check[], { format }: Telling): string {
  const verdict = checks.some(({ verdict: own }) => own === "fail")
    ? "fail"
    : checks.length === 0 || checks.some(({ verdict: own }) => own === "undecided")
      ? "undecided"
      : "pass";
  if (format === "json") return `${JSON.stringify({ schema: "bezoar.verify/v1", verdict, checks }, null, 2)}\n`;
  const lines: string[] = [];
  for (const { target, verdict: own, refusals, notes, files, entry } of checks) {
    const of = entry !== undefined && entry !== target ? ` (pinned as ${visible(entry)})` : "";
    lines.push(`${visible(target)}${of}: ${WORD[own]}${own === "pass" ? `, ${plural(files, "file")}` : ""}`);
    for (const { code, message } of refusals.slice(0, REFUSALS_SHOWN)) lines.push(`  ${code}: ${message}`);
    if (refusals.length > REFUSALS_SHOWN)
      lines.push(`  and ${count(refusals.length - REFUSALS_SHOWN)} more; --format json lists all.`);
    for (const note of notes) lines.push(`  note: ${visible(note)}`);
  }
  if (checks.length === 0) lines.push("The lockfile pins nothing: there is nothing to check.");
  return `${lines.join("\n")}\n`;
}
