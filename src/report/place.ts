// A location as words: `a.jsonl, record 17, /input`.
import type { FindingLocation, ReportProblem } from "../core/report.ts";
import { count } from "./figures.ts";

/** Raw: what calls it escapes it for its output. */
export function placeParts(location: Omit<FindingLocation, "uri">): string[] {
  return [
    ...(location.member === undefined ? [] : [location.member]),
    ...(location.record === undefined ? [] : [`record ${count(location.record)}`]),
    ...(location.pointer === undefined || location.pointer === "" ? [] : [location.pointer]),
    ...(location.lineNumber === undefined ? [] : [`line ${count(location.lineNumber)}`]),
    ...(location.offset === undefined ? [] : [`byte ${count(location.offset)}`]),
  ];
}

/** A member is named by the URI already, after a `!`. */
export function place({ uri, member, ...location }: FindingLocation): string {
  const named = member === undefined || uri.endsWith(`!${member}`);
  return [uri, ...placeParts(named ? location : { ...location, member })].join(", ");
}

/** Where a problem lies within its artifact, in parentheses, or nothing. */
export function problemPlace(problem: ReportProblem): string {
  const parts = placeParts(problem.at ?? {});
  return parts.length === 0 ? "" : ` (${parts.join(", ")})`;
}
