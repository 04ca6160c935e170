// The report as SARIF 2.1.0 (OASIS, errata 01), shaped for GitHub code scanning: its limits on rules and results, its
// `security-severity`, its fingerprints. https://docs.github.com/code-security/code-scanning, "SARIF support".
import { visible } from "../base/escape.ts";
import type { Card } from "../core/detector.ts";
import type { ArtifactReport, Finding, FindingLocation, ReportProblem, ScanReport } from "../core/report.ts";
import type { Severity } from "../core/severity.ts";
import { plural, percent } from "./figures.ts";
import { jsonText } from "./json.ts";
import { helpUrl } from "./links.ts";
import { sortFindings } from "./order.ts";
import { placeParts, problemPlace } from "./place.ts";
import { proseMarkdown } from "./prose.ts";

// Code scanning refuses a file past these.
const RESULTS_MAX = 25_000;
const RULES_MAX = 25_000;
const TAGS_MAX = 20;
const ARTIFACTS_MAX = 25_000;
const NOTIFICATIONS_MAX = 5_000;
const MESSAGE_MAX = 1_000;
const SAMPLES_MAX = 3;

const LEVEL = { critical: "error", high: "error", medium: "warning", low: "note", info: "note" } as const;
/** Bands of code scanning: above 9 critical, 7 high, 4 medium, below that low. */
const SECURITY_SEVERITY: Readonly<Record<Severity, string>> = {
  critical: "9.5",
  high: "8.0",
  medium: "5.5",
  low: "3.0",
  info: "0.5",
};

export function renderSarif(report: ScanReport, cards: ReadonlyMap<string, Card>): string {
  const findings = sortFindings(report.findings);
  const results = findings.slice(0, RESULTS_MAX);
  const rules = ruleTable(results, cards);
  const index = new Map(rules.map((rule, i) => [rule.id, i]));
  const notifications = [
    ...(findings.length > RESULTS_MAX
      ? [
          notice(
            "results-cut",
            "warning",
            `${plural(findings.length - RESULTS_MAX, "finding")} of the lowest severity left out: the format's limit is ${RESULTS_MAX}.`,
          ),
        ]
      : []),
    ...report.artifacts.flatMap((artifact) => artifact.coverage.problems.map((p) => problemNotice(artifact, p))),
  ];
  return jsonText(
    {
      $schema: "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json",
      version: "2.1.0",
      runs: [
        {
          tool: {
            driver: { name: "Bezoar", version: report.tool.version, semanticVersion: report.tool.version, rules },
          },
          invocations: [
            {
              // "Nothing found" and "not looked at" must not look the same: a run that could not look is not a success.
              executionSuccessful:
                report.verdict !== "undecided" && report.artifacts.every((a) => a.coverage.status === "full"),
              toolExecutionNotifications: notifications.slice(0, NOTIFICATIONS_MAX),
            },
          ],
          artifacts: report.artifacts.slice(0, ARTIFACTS_MAX).map(artifactOf),
          results: results.map((finding) => resultOf(finding, index)),
          columnKind: "utf16CodeUnits",
          properties: { verdict: report.verdict, reasons: report.reasons.map((r) => visible(r.message)) },
        },
      ],
    },
    2,
  );
}

// Code scanning takes the severity from the rule, not the result. A finding whose severity is not its card's gets a rule
// of its own, so that a set's subject, lowered to a note, does not show as critical.
const ruleId = (finding: Finding, card: Card | undefined): string =>
  card && card.severity !== finding.severity ? `${finding.detector}/${finding.severity}` : finding.detector;

interface Rule {
  readonly id: string;
  readonly [property: string]: unknown;
}

function ruleTable(results: readonly Finding[], cards: ReadonlyMap<string, Card>): Rule[] {
  const rules = new Map<string, Rule>();
  for (const card of cards.values()) rules.set(card.id, ruleOf(card.id, card, card.severity));
  for (const finding of results) {
    const card = cards.get(finding.detector);
    const id = ruleId(finding, card);
    if (!rules.has(id)) rules.set(id, card ? ruleOf(id, card, finding.severity) : bareRule(id, finding));
  }
  return [...rules.values()].toSorted((a, b) => (a.id < b.id ? -1 : 1)).slice(0, RULES_MAX);
}

function ruleOf(id: string, card: Card, severity: Severity): Rule {
  const url = helpUrl(card.references);
  const { finds, matters, misses, remedy } = card.docs;
  return {
    id,
    name: pascal(card.id),
    shortDescription: { text: card.title },
    fullDescription: { text: finds },
    ...(url === undefined ? {} : { helpUri: url }),
    help: {
      text: `Finds: ${finds}\n\nWhy it matters: ${matters}\n\nWhat to do: ${remedy}\n\nWhat it misses: ${misses}\n\nbezoar explain ${card.id}`,
      markdown: `**Finds.** ${proseMarkdown(finds)}\n\n**Why it matters.** ${proseMarkdown(matters)}\n\n**What to do.** ${proseMarkdown(remedy)}\n\n**What it misses.** ${proseMarkdown(misses)}\n\n\`bezoar explain ${card.id}\``,
    },
    defaultConfiguration: { level: LEVEL[severity] },
    properties: {
      tags: ["security", card.family, ...card.references].slice(0, TAGS_MAX),
      precision: PRECISION[card.confidence],
      "security-severity": SECURITY_SEVERITY[severity],
      maturity: card.maturity,
      since: card.since,
    },
  };
}

const PRECISION = { high: "very-high", medium: "high", low: "medium" } as const;

const bareRule = (id: string, { title, severity }: Finding): Rule => ({
  id,
  shortDescription: { text: said(title) },
  defaultConfiguration: { level: LEVEL[severity] },
  properties: { tags: ["security"], "security-severity": SECURITY_SEVERITY[severity] },
});

function resultOf(finding: Finding, index: ReadonlyMap<string, number>): object {
  const { id, detector, severity, confidence, records, evidence, rule, waived } = finding;
  const own = index.has(`${detector}/${severity}`) ? `${detector}/${severity}` : detector;
  return {
    ruleId: own,
    ...(index.has(own) ? { ruleIndex: index.get(own) } : {}),
    level: LEVEL[severity],
    message: { text: message(finding) },
    locations: [locationOf(finding.location)],
    partialFingerprints: { "bezoarFinding/v1": id, primaryLocationLineHash: `${id}:1` },
    ...(waived
      ? {
          suppressions: [
            {
              kind: "external",
              status: "accepted",
              justification: said(`${waived.reason} (${waived.owner}, until ${waived.expires})`),
            },
          ],
        }
      : {}),
    properties: {
      severity,
      confidence,
      ...(records
        ? { records: { count: records.count, share: records.share, first: records.sample.map((s) => s.record) } }
        : {}),
      ...(rule ? { rule: { trigger: said(rule.trigger), target: said(rule.target) } } : {}),
      ...(evidence
        ? { evidence: Object.entries(evidence).map(([name, value]) => `${said(name)}: ${said(String(value))}`) }
        : {}),
    },
  };
}

function message({ message: sentence, records }: Finding): string {
  const rows = records
    ? ` ${plural(records.count, "record")} (${percent(records.share)})${
        records.sample.length > 0
          ? `, first: ${records.sample
              .slice(0, SAMPLES_MAX)
              .map((s) => s.record)
              .join(", ")}`
          : ""
      }.`
    : "";
  return `${said(sentence)}${rows}`;
}

// A viewer renders `[text](target)` in a message as a link, and whoever wrote the artifact may have put one there.
const said = (text: string): string => {
  const drawn = visible(text.slice(0, MESSAGE_MAX * 2)).replaceAll("](", "] (");
  return drawn.length <= MESSAGE_MAX ? drawn : `${drawn.slice(0, MESSAGE_MAX).toWellFormed()}…`;
};

function locationOf(location: FindingLocation): object {
  const { uri, record, pointer, lineNumber, offset } = location;
  const region =
    lineNumber !== undefined ? { startLine: lineNumber } : offset !== undefined ? { byteOffset: offset } : undefined;
  const inRecord = record === undefined ? undefined : `/${record}${pointer ?? ""}`;
  return {
    physicalLocation: { artifactLocation: { uri: uriOf(uri) }, ...(region ? { region } : {}) },
    ...(inRecord === undefined
      ? {}
      : {
          logicalLocations: [
            { name: said(pointer ?? `record ${record}`), fullyQualifiedName: said(inRecord), kind: "value" },
          ],
        }),
    ...(placeParts(location).length > 0 ? { message: { text: said(placeParts(location).join(", ")) } } : {}),
  };
}

// A URI reference (RFC 3986): what a path holds beyond the unreserved characters is percent-encoded, so that a name
// cannot pass for a scheme, a query or another host.
function uriOf(uri: string): string {
  const [, scheme = "", rest = uri] = /^((?:hf|https?|s3|file):\/\/)(.*)$/s.exec(uri) ?? [];
  const prefix = scheme !== "" ? scheme : rest.startsWith("/") ? "file://" : "";
  const path = rest
    .toWellFormed()
    .replace(/^(?:\.\/)+/, "")
    .split("/")
    .map((segment) => encodeURIComponent(segment).replaceAll("%40", "@"))
    .join("/");
  // An empty reference would mean the log file itself.
  return prefix + (path === "" ? "." : path);
}

const artifactOf = ({ uri, bytes, sha256, kind, format, records, coverage }: ArtifactReport): object => ({
  location: { uri: uriOf(uri) },
  length: bytes,
  roles: ["analysisTarget"],
  ...(sha256 === null ? {} : { hashes: { "sha-256": sha256 } }),
  properties: { kind, format: said(format), ...(records === undefined ? {} : { records }), coverage: coverage.status },
});

const PROBLEM_LEVEL = { none: "error", partial: "warning", full: "note" } as const;

const problemNotice = (artifact: ArtifactReport, problem: ReportProblem): object =>
  notice(
    `coverage/${problem.code}`,
    PROBLEM_LEVEL[artifact.coverage.status],
    said(`${problem.message}${problemPlace(problem)}`),
    locationOf({ uri: artifact.uri, ...problem.at }),
  );

const notice = (id: string, level: string, text: string, location?: object): object => ({
  descriptor: { id },
  level,
  message: { text },
  ...(location ? { locations: [location] } : {}),
});

const pascal = (id: string): string =>
  id
    .split("-")
    .map((word) => word.charAt(0).toUpperCase() + word.slice(1))
    .join("");
