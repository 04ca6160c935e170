// How the detectors of malicious commands work: each technique is an indicator (the literals it begins with and cannot do
// without, an expression for the rest, what must stand near it), and every match is judged by where it stands. One pass
// over a text finds all literals of a family; an expression is tried only where its own stand. Whoever wrote the record
// controls the text, so no expression here has nested or unbounded repetition over it: cost is linear.
import type { DataRecord, Field } from "../../core/record.ts";
import type { Anchor, Report } from "../../core/detector.ts";
import type { Severity } from "../../core/severity.ts";
import { SEVERITIES, severityRank } from "../../core/severity.ts";
import { assert } from "../../base/assert.ts";
import { excerpt, quote } from "../../base/escape.ts";
import { endpointIn } from "./endpoint.ts";
import type { Endpoint } from "./endpoint.ts";
import { buildLiterals } from "./literals.ts";
import type { Literals } from "./literals.ts";
import { fitOf, recordSubject, warnedOf } from "./context.ts";
import type { Fit, Topic } from "./context.ts";

export interface Indicator {
  /** What a colleague calls it. */
  readonly technique: string;
  /** Where a match begins: ASCII literals in lower case, any one of them. */
  readonly starts: readonly string[];
  /** True where no letter, digit or `_` stands before the start. */
  readonly whole?: boolean;
  /** What else stands in every field that matches: of each part, any one literal. */
  readonly needs?: readonly (readonly string[])[];
  /** What the byte search looks for, where the starts and the needs are too short or too common for it. */
  readonly anchors?: readonly Anchor[];
  /** Must match right before the start and belongs to the match; ends in `$`. */
  readonly lead?: RegExp;
  /** From the start on. Sticky; bounded repetition only. */
  readonly pattern: RegExp;
  /** Must match in the at most `reach` characters of the same line before the match. */
  readonly before?: RegExp;
  readonly reach?: number;
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

const ANCHOR = /^[a-z0-9_.:$@#!<>&=/()[\]{}*|,;~^?+-]{3,}$/;

/** What the byte search must find in a record for one of the indicators to be possible. */
export function anchorsOf(indicators: readonly Indicator[]): readonly Anchor[] {
  const anchors = indicators.flatMap(({ technique, starts, needs = [], anchors: own }): readonly Anchor[] => {
    if (own) return own;
    const parts = [starts, ...needs].filter((part) => part.every((literal) => ANCHOR.test(literal)));
    const [first, second] = parts;
    assert(first !== undefined, `${technique} has no literal that the byte search can find`);
    // A name of letters alone stands as a word where it is a command.
    if (!second) return first.map((literal) => (/^[a-z]{3,5}$/.test(literal) ? { word: literal } : literal));
    return [{ all: parts.map((part) => (part.length === 1 ? (part[0] as string) : part)) }];
  });
  return [...new Map(anchors.map((anchor) => [JSON.stringify(anchor), near(anchor)] as const)).values()];
}

/** A command and what it needs stand within a few lines of each other: LEAD_MAX and REACH_MAX, in escaped bytes. */
const COMMAND_BYTES_MAX = 1700;
const near = (anchor: Anchor): Anchor =>
  typeof anchor === "object" && "all" in anchor ? { within: COMMAND_BYTES_MAX, ...anchor } : anchor;

const LEAD_MAX = 120;
const REACH_MAX = 160;

interface Family {
  readonly indicators: readonly Indicator[];
  readonly literals: Literals;
  /** For each literal: the parts it is in, those it is in only at the edge of a word, and the indicators it begins. */
  readonly entries: readonly Entry[];
  /** For each indicator: the parts it cannot do without. */
  readonly wanted: readonly (readonly number[])[];
  /** How many parts there are. */
  readonly parts: number;
}

interface Entry {
  readonly parts: number[];
  readonly edgeParts: number[];
  readonly begins: number[];
}

function compile(indicators: readonly Indicator[]): Family {
  const parts = new Map<string, number>();
  const entries = new Map<string, Entry>();
  const wanted = indicators.map(({ technique, starts, needs = [], pattern, whole = false }, index) => {
    assert(pattern.sticky, `${technique}: its pattern is sticky`);
    return [starts, ...needs].map((literals, n) => {
      const edge = whole && n === 0;
      const key = `${edge}\0${literals.join("\0")}`;
      const known = parts.get(key);
      const part = known ?? parts.size;
      parts.set(key, part);
      for (const literal of literals) {
        const entry = entries.get(literal) ?? { parts: [], edgeParts: [], begins: [] };
        entries.set(literal, entry);
        if (known === undefined) (edge ? entry.edgeParts : entry.parts).push(part);
        if (n === 0) entry.begins.push(index);
      }
      return part;
    });
  });
  assert(entries.size <= LITERALS_MAX, "too many literals");
  return {
    indicators,
    literals: buildLiterals([...entries.keys()]),
    entries: [...entries.values()],
    wanted,
    parts: parts.size,
  };
}

const isWordUnit = (unit: number): boolean =>
  (unit >= 0x61 && unit <= 0x7a) || (unit >= 0x41 && unit <= 0x5a) || (unit >= 0x30 && unit <= 0x39) || unit === 0x5f;

/** A search for indicators, which builds its tables when it is first used. */
export function searchFor(indicators: readonly Indicator[]): (text: string) => readonly Match[] {
  let family: Family | undefined;
  return (text) => search(text, (family ??= compile(indicators)));
}

// Places of literals kept from the first look at a text; one with more is looked at again.
const PLACES_MAX = 4_096;
const LITERALS_MAX = 1_024;

function search(text: string, family: Family): readonly Match[] {
  const { indicators, literals, entries, wanted } = family;
  const seen = new Uint8Array(family.parts);
  const places: number[] = [];
  literals.find(text, (literal, at) => {
    const { parts, edgeParts, begins } = entries[literal] as Entry;
    for (let i = 0; i < parts.length; i++) seen[parts[i] as number] = 1;
    if (begins.length === 0) return;
    if (edgeParts.length > 0 && !isWordUnit(text.charCodeAt(at - 1)))
      for (let i = 0; i < edgeParts.length; i++) seen[edgeParts[i] as number] = 1;
    if (places.length < PLACES_MAX) places.push(at * LITERALS_MAX + literal);
  });
  let trials: (Trial | undefined)[] | undefined;
  for (let index = 0; index < wanted.length; index++) {
    if (!(wanted[index] as readonly number[]).every((part) => seen[part] === 1)) continue;
    trials ??= [];
    trials[index] = { indicator: indicators[index] as Indicator, from: 0, matches: [] };
  }
  if (!trials) return [];
  const visit = (literal: number, at: number): void => {
    for (const index of (entries[literal] as Entry).begins) {
      const trial = trials[index];
      if (trial) attempt(text, at, trial);
    }
  };
  if (places.length === PLACES_MAX) literals.find(text, visit);
  else for (const place of places.sort((a, b) => a - b)) visit(place % LITERALS_MAX, Math.floor(place / LITERALS_MAX));
  return trials.flatMap((trial) => trial?.matches ?? []).slice(0, MATCHES_MAX);
}

interface Trial {
  readonly indicator: Indicator;
  /** A match may not begin before this. */
  from: number;
  readonly matches: Match[];
}

/** Tries an indicator whose literal stands at `at`. */
function attempt(text: string, at: number, trial: Trial): void {
  const { indicator, matches } = trial;
  if (at < trial.from || matches.length === MATCHES_MAX) return;
  if (indicator.whole === true && isWordUnit(text.charCodeAt(at - 1))) return;
  indicator.pattern.lastIndex = at;
  const match = indicator.pattern.exec(text);
  if (!match) return;
  const end = at + match[0].length;
  let start = at;
  if (indicator.lead) {
    const lead = indicator.lead.exec(text.slice(Math.max(0, at - LEAD_MAX), at));
    if (!lead) return;
    start = at - lead[0].length;
    if (start < trial.from) return;
  }
  if (indicator.before) {
    // Only of this line: an attacker may fill the one above with what nearly matches. A command may still begin on it.
    const line = text.slice(Math.max(0, start - (indicator.reach ?? REACH_MAX)), start);
    if (!indicator.before.test(line.slice(line.lastIndexOf("\n", line.length - 9) + 1))) return;
  }
  if (indicator.near) {
    const span = indicator.span ?? 240;
    const around = text.slice(Math.max(0, start - span), end + 2 * span);
    // An attacker may repeat the literal a million times: each look around clears the whole span that it read.
    trial.from = start + span;
    if (!indicator.near.every((pattern) => pattern.test(around))) return;
  }
  trial.from = Math.max(end, start + 1);
  matches.push({ indicator, start, end });
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
    readonly search: (text: string) => readonly Match[];
    readonly home: readonly Topic[];
  },
): void {
  for (const field of record.fields) {
    const matches = family.search(field.text);
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
