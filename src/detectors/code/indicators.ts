// How the detectors of malicious commands work: each technique is an indicator (anchors, an expression that starts at
// a literal, what must stand near it), and every match is judged by where it stands. Whoever wrote the record controls
// the text, so no expression here has nested or unbounded repetition over it: cost is linear.
import type { DataRecord, Field } from "../../core/record.ts";
import type { Anchor, Report } from "../../core/detector.ts";
import type { Severity } from "../../core/severity.ts";
import { SEVERITIES, severityRank } from "../../core/severity.ts";
import { excerpt, quote } from "../../base/escape.ts";
import { endpointIn } from "./endpoint.ts";
import type { Endpoint } from "./endpoint.ts";
import { fitOf, recordSubject, warnedOf } from "./context.ts";
import type { Fit, Topic } from "./context.ts";

export interface Indicator {
  /** What a colleague calls it. */
  readonly technique: string;
  /** In lower case; at least one stands in every record that matches (or else the detector names a byte class). */
  readonly anchors: readonly string[];
  /** What stands in every field that matches, where that is too short to be an anchor. Default: the anchors. */
  readonly literals?: readonly string[];
  /** Global; begins with a literal; bounded repetition only. */
  readonly pattern: RegExp;
  /** Must match the text right before the match; ends in `$`. Apart from the pattern, so that it is tried only where the
   * pattern's literal stands. */
  readonly before?: RegExp;
  /** All of these must match from `span` characters before the match to twice as many after it. */
  readonly near?: readonly RegExp[];
  readonly span?: number;
  /** Out of place, in a record about something else. */
  readonly severity: "critical" | "high" | "medium";
  /** True where a well-known host makes it ordinary (installers). */
  readonly installer?: boolean;
}

export interface Match {
  readonly indicator: Indicator;
  readonly start: number;
  readonly end: number;
}

// Matches judged in one field. An attacker could stuff a field with harmless ones; more than this many commands in a
// field that has no business with commands is reported by the first of them anyway.
const MATCHES_MAX = 64;

// Anchors that ordinary prose holds inside other words (`combine`, `environment`, `raindrops`); the techniques use them
// as words of their own.
const WHOLE: ReadonlySet<string> = new Set(
  "atob axel bash bin bomb cmd copy delete drop env exec fetch fork iex inet login npm pip proc shadow shred spawn tcp udp union yarn zero".split(
    " ",
  ),
);

export const anchorsOf = (indicators: readonly Indicator[]): readonly Anchor[] =>
  [...new Set(indicators.flatMap((indicator) => indicator.anchors))]
    .sort()
    .map((anchor) => (WHOLE.has(anchor) ? { word: anchor } : anchor));

const BEFORE_MAX = 2_100;

export function search(text: string, indicators: readonly Indicator[]): Match[] {
  const matches: Match[] = [];
  const lower = text.toLowerCase();
  for (const indicator of indicators) {
    if (!(indicator.literals ?? indicator.anchors).some((anchor) => lower.includes(anchor))) continue;
    const span = indicator.span ?? 240;
    let clearTo = 0;
    for (const match of text.matchAll(indicator.pattern)) {
      const start = match.index;
      const end = start + match[0].length;
      if (indicator.before && !indicator.before.test(text.slice(Math.max(0, start - BEFORE_MAX), start))) continue;
      if (indicator.near) {
        // An attacker may repeat the literal a million times: each look around clears the whole span that it read.
        if (start < clearTo) continue;
        const around = text.slice(Math.max(0, start - span), end + 2 * span);
        if (!indicator.near.every((pattern) => pattern.test(around))) {
          clearTo = start + span;
          continue;
        }
      }
      matches.push({ indicator, start, end });
      if (matches.length >= MATCHES_MAX) return matches;
    }
  }
  return matches;
}

// Columns in which a command is the column's purpose, whatever the schema is called.
const CODE_COLUMN =
  /(?:^|[._[\]-])(?:\w{0,24}_)?(?:cmd|cmds|command|commands|code|codes|script|scripts|patch|diff|setup|install|bash|shell|sql|query|queries|snippet|func|function|content|contents|solution|solutions|test|tests|program|source_code|body|readme|log|logs|stdout|stderr|trajectory|invocation|invocations|nl|explanation|text|sentence|question|problem_statement|answer|explanations?|options?|choices?|step|steps|file|files|yaml|json|notebook)(?:$|[._[\]-]|\d)/i;

export const isCodeColumn = (field: Field): boolean => CODE_COLUMN.test(field.column);

export interface Placement {
  readonly severity: Severity;
  readonly endpoint: Endpoint;
  readonly fit: Fit;
  readonly strict: boolean;
  readonly warned: boolean;
}

const shift = (severity: Severity, by: number): Severity =>
  SEVERITIES[Math.max(0, Math.min(SEVERITIES.length - 1, severityRank(severity) + by))] ?? severity;

/**
 * The severity of a match where it stands. Out of place: the technique's own. In a record that is technical otherwise:
 * two less, one less for a routable address. At home: low. A hidden field is judged more strictly, a warning and a
 * stand-in for an address less.
 */
export function place(match: Match, field: Field, fit: Fit, security: boolean): Placement {
  const { indicator, start, end } = match;
  const base = indicator.severity;
  const endpoint = endpointIn(field.text.slice(Math.max(0, start - 60), end + 60));
  const strict =
    (field.role === "metadata" || field.role === "label" || field.role === "system") && !isCodeColumn(field);
  const warned = warnedOf(field.text, start, end);
  let severity: Severity = base;
  if (fit === "near") severity = shift(base, endpoint === "live" || strict ? -1 : -2);
  else if (fit === "home") {
    // A routable address in a record that talks of shells but not of attacks, or a hidden field beside the subject.
    const stands = !security && base === "critical" && (endpoint === "live" || strict);
    severity = stands ? "medium" : "low";
  }
  if (indicator.installer && endpoint === "known") severity = fit === "none" && strict ? "medium" : "low";
  if (endpoint === "placeholder" || endpoint === "private") severity = severity === "low" ? "low" : shift(severity, -1);
  if (warned) severity = shift(severity, fit === "none" && base === "critical" && endpoint === "live" ? -1 : -2);
  return { severity, endpoint, fit, strict, warned };
}

const WHERE: Readonly<Record<Fit, string>> = {
  none: "in a record that asks for nothing technical",
  near: "in a record that asks for something else",
  home: "where the record's own prompt talks about such things",
};

const GROUP: Readonly<Record<Fit, string>> = {
  none: "out of place",
  near: "beside its subject",
  home: "in its place",
};

const payloadOf = (text: string): string => text.toLowerCase().replaceAll(/\s+/g, " ").slice(0, 200);

/** Judges every field of a record by one family of indicators; the worst match of a field is its hit. */
export function inspectCommands(
  record: DataRecord,
  report: Report,
  family: {
    readonly what: string;
    readonly indicators: readonly Indicator[];
    readonly home: readonly Topic[];
  },
): void {
  for (const field of record.fields) {
    const matches = search(field.text, family.indicators);
    if (matches.length === 0) continue;
    const subject = recordSubject(record, field, matches);
    const fit = fitOf(subject, family.home);
    const security = subject.topics.has("security");
    let worst: { match: Match; placement: Placement } | undefined;
    for (const match of matches) {
      const placement = place(match, field, fit, security);
      if (!worst || severityRank(placement.severity) > severityRank(worst.placement.severity))
        worst = { match, placement };
    }
    if (!worst) continue;
    const { match, placement } = worst;
    const { start, end, indicator } = match;
    const found = field.text.slice(start, end);
    report({
      message: `${family.what} (${indicator.technique}) ${quote(found)} ${WHERE[fit]}`,
      field,
      start,
      end,
      excerpt: excerpt(field.text, start, end),
      severity: placement.severity,
      confidence: fit === "none" && !placement.warned ? "high" : fit === "home" || placement.warned ? "low" : "medium",
      group: placement.warned ? "in a warning" : GROUP[fit],
      payload: payloadOf(found),
      evidence: {
        technique: indicator.technique,
        endpoint: placement.endpoint,
        matches: matches.length,
      },
    });
  }
}
