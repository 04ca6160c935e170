// What every output says first: the verdict as a word, what it means, and how much was found. The verdict and its
// reasons come from the report; this only puts them into words.
import { quote } from "../base/escape.ts";
import type { ScanReport } from "../core/report.ts";
import { byCoverage, splitWaived, tally, WORST_FIRST } from "./order.ts";
import { count, plural } from "./figures.ts";

export interface Headline {
  readonly word: "PASS" | "FAIL" | "UNDECIDED";
  readonly sentence: string;
  /** What was found, and in how much of what was looked at. */
  readonly found: string;
  /** How much was looked at, and that it is no proof. */
  readonly looked: string;
  /** What another revision says of this one; empty where none was named. */
  readonly compared: string;
}

export function headline(report: ScanReport): Headline {
  const { full, partial, none } = byCoverage(report.artifacts);
  const lookedAt = full.length + partial.length;
  const unlooked = [
    ...(none.length > 0 ? [`${plural(none.length, "file")} not looked at`] : []),
    ...(partial.length > 0 ? [`${plural(partial.length, "file")} only in part`] : []),
  ].join(", ");
  const { records } = report.stats;
  const what = `${records > 0 ? `${plural(records, "record")} in ` : ""}${plural(lookedAt, "file")}`;
  const looked =
    lookedAt === 0
      ? "Nothing was looked at."
      : unlooked !== ""
        ? `Looked at ${what}; ${unlooked}.`
        : report.verdict === "pass"
          ? `Looked at all of ${what}. A pass is not proof that nothing is there.`
          : `Looked at all of ${what}.`;
  return {
    word: WORDS[report.verdict],
    sentence: sentence(report),
    found: found(report),
    looked,
    compared: compared(report),
  };
}

/** A dataset is trained on; a model is loaded, and that alone may be the harm. */
const advice = ({ artifacts }: ScanReport): string => {
  const bad = artifacts.filter(({ verdict }) => verdict === "fail");
  return bad.length > 0 && bad.every(({ kind }) => kind === "model")
    ? "Do not load this."
    : "Do not train on this as it is.";
};

function compared({ since }: ScanReport): string {
  if (!since) return "";
  const { target, records, added, removed, findings, coverage } = since;
  const only =
    findings.length === 0
      ? "No finding is of added records alone."
      : `${plural(findings.length, "finding")} ${findings.length === 1 ? "is" : "are"} of added records alone.`;
  const part = coverage === "full" ? "" : " Not all of it could be read, so more seems added than was.";
  return `Since ${quote(target, 80)} (${plural(records, "record")}): ${count(added)} added, ${count(removed)} gone. ${only}${part}`;
}

const WORDS = { pass: "PASS", fail: "FAIL", undecided: "UNDECIDED" } as const;

function sentence(report: ScanReport): string {
  const codes = new Set(report.reasons.map((r) => r.code));
  switch (report.verdict) {
    case "pass":
      return report.findings.length === 0 ? "Nothing was found." : "Nothing was found that fails this scan.";
    case "fail":
      return codes.has("finding") || !codes.has("policy") ? advice(report) : "Refused by policy.";
    case "undecided":
      return codes.has("nothing-scanned")
        ? "There was nothing to look at. That is not a pass."
        : "Not everything could be looked at. That is not a pass.";
  }
}

function found(report: ScanReport): string {
  const { active, waived } = splitWaived(report.findings);
  const counts = tally(active);
  const parts = WORST_FIRST.filter((s) => counts[s] > 0).map((s) => `${counts[s]} ${s}`);
  const waivedPart = waived.length > 0 ? `${waived.length} waived` : "";
  if (parts.length === 0) return waivedPart === "" ? "No findings." : `No findings that count; ${waivedPart}.`;
  const { flagged, records } = report.stats;
  const rows = flagged > 0 ? ` in ${count(flagged)} of ${plural(records, "record")}` : "";
  const findings =
    parts.length === 1
      ? `${parts[0]} ${active.length === 1 ? "finding" : "findings"}`
      : `${plural(active.length, "finding")} (${parts.join(", ")})`;
  return `${findings}${rows}${waivedPart === "" ? "" : `; ${waivedPart}`}.`;
}
