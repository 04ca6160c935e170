// How the checks of `verify`, `lock --check` and `log` are told, and what exit code they end with.
import { visible } from "../base/escape.ts";
import { exitCodeOf, type Check } from "../core/check.ts";
import { renderChecksJson } from "../report/checks.ts";
import { count, plural } from "../report/figures.ts";
import { print } from "./output.ts";

export interface Telling {
  readonly format: "text" | "json";
  readonly detailedExitCode?: boolean;
}

/** Tells them and sets the exit code. */
export async function conclude(checks: readonly Check[], flags: Telling): Promise<void> {
  await print(tellChecks(checks, flags));
  process.exitCode = exitCodeOf(checks, flags.detailedExitCode);
}

const WORD = { pass: "as pinned", fail: "REFUSED", undecided: "UNDECIDED" } as const;

const REFUSALS_SHOWN = 50;

export function tellChecks(checks: readonly Check[], { format }: Telling): string {
  if (format === "json") return renderChecksJson(checks);
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
