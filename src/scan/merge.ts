// The reduce side: partial results, in order, become artifacts and findings. Here, and only here, a hit is seen in the
// light of the whole dataset: what most records do is how the set is written, and a thousand different commands are a
// subject, while one command in unrelated records is an attack.
import { createHash } from "node:crypto";
import type { Card } from "../core/detector.ts";
import type { ArtifactReport, Finding, RecordLine } from "../core/report.ts";
import { severityRank, type Severity } from "../core/severity.ts";
import type { ArtifactPartial, GroupPartial } from "./partial.ts";

export interface ScannedArtifact {
  readonly uri: string;
  /** Artifacts of one target (a folder, a repository) are one dataset. */
  readonly target: number;
  readonly partials: readonly ArtifactPartial[];
}

export interface Findings {
  readonly artifacts: ArtifactReport[];
  readonly findings: Finding[];
  /** Every flagged record of every finding, ordered by artifact, record and finding. */
  records(): Iterable<RecordLine>;
}

/** A subject is told by this many records at least: fewer are a handful of hits. */
const SUBJECT_RECORDS_MIN = 20;
/** And by payloads of which at least this share differ from each other. */
const SUBJECT_DISTINCT_MIN = 0.5;

interface Scope {
  records: number;
  /** Detector -> what it hit in the whole dataset. */
  readonly detectors: Map<string, { records: number; hits: number; payloads: Set<number>; seen: number }>;
  /** Detector and group -> records. */
  readonly groups: Map<string, number>;
}

export function mergeFindings(scanned: readonly ScannedArtifact[], cards: ReadonlyMap<string, Card>): Findings {
  const scopes = new Map<number, Scope>();
  for (const { target, partials } of scanned) {
    const scope = scopes.get(target) ?? { records: 0, detectors: new Map(), groups: new Map() };
    scopes.set(target, scope);
    for (const partial of partials) {
      scope.records += partial.records ?? 0;
      for (const group of partial.groups) count(scope, group);
    }
  }
  const artifacts: ArtifactReport[] = [];
  const findings: { finding: Finding; group: GroupPartial; order: number }[] = [];
  for (const { uri, target, partials } of scanned) {
    const scope = scopes.get(target) as Scope;
    for (const partial of partials) {
      const own = partial.member === "" ? uri : `${uri}!${partial.member}`;
      const order = artifacts.push(artifactReport(own, partial, membersOf(partial, partials))) - 1;
      for (const group of partial.groups) {
        const card = cards.get(group.detector);
        if (card) findings.push({ finding: finding(own, partial, group, card, scope), group, order });
      }
    }
  }
  findings.sort(
    (a, b) =>
      severityRank(b.finding.severity) - severityRank(a.finding.severity) ||
      // A rule says what a backdoor does: first among equals.
      Number(b.finding.rule !== undefined) - Number(a.finding.rule !== undefined) ||
      (b.finding.records?.count ?? 0) - (a.finding.records?.count ?? 0) ||
      a.order - b.order ||
      compare(a.finding.detector, b.finding.detector) ||
      (a.finding.location.record ?? -1) - (b.finding.location.record ?? -1) ||
      compare(a.finding.id, b.finding.id),
  );
  return {
    artifacts,
    findings: findings.map(({ finding: f }) => f),
    *records() {
      const byArtifact = new Map<number, typeof findings>();
      for (const entry of findings) byArtifact.set(entry.order, [...(byArtifact.get(entry.order) ?? []), entry]);
      for (const order of [...byArtifact.keys()].sort((a, b) => a - b)) yield* recordLines(byArtifact.get(order) ?? []);
    },
  };
}

function* recordLines(
  entries: readonly { readonly finding: Finding; readonly group: GroupPartial }[],
): Iterable<RecordLine> {
  // A merge of ascending lists: lines of one record stand together.
  const cursors = entries.map(() => 0);
  for (;;) {
    let lowest = Infinity;
    entries.forEach(({ group }, e) => {
      const record = group.records[cursors[e] as number];
      if (record !== undefined && record < lowest) lowest = record;
    });
    if (lowest === Infinity) return;
    for (const [e, { finding: f, group }] of entries.entries()) {
      const at = cursors[e] as number;
      if (group.records[at] !== lowest) continue;
      cursors[e] = at + 1;
      yield {
        uri: f.location.uri,
        record: lowest,
        finding: f.id,
        detector: f.detector,
        severity: f.severity,
        score: group.scores[at] ?? 0.5,
      };
    }
  }
}

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
const groupKey = (group: GroupPartial): string => `${group.detector}\0${group.group}`;

function count(scope: Scope, group: GroupPartial): void {
  const detector = scope.detectors.get(group.detector) ?? { records: 0, hits: 0, payloads: new Set<number>(), seen: 0 };
  scope.detectors.set(group.detector, detector);
  detector.records += group.records.length;
  detector.hits += group.hits;
  // Payload sets are bounded, so the share of distinct ones is taken over as many hits as could be told apart.
  detector.seen += group.payloads.length < 1024 ? group.hits : Math.min(group.hits, group.payloads.length);
  for (const payload of group.payloads) detector.payloads.add(payload);
  scope.groups.set(groupKey(group), (scope.groups.get(groupKey(group)) ?? 0) + group.records.length);
}

function finding(uri: string, partial: ArtifactPartial, group: GroupPartial, card: Card, scope: Scope): Finding {
  const first = group.samples[0];
  const lowered = lower(group, card, scope);
  const severity = lowered?.severity ?? group.severity;
  const records = group.records.length;
  // How many records it is in stands beside the message everywhere.
  const more = !group.rule && records === 0 && group.hits > 1 ? ` ${group.hits} places in all.` : "";
  const id = createHash("sha256")
    .update(JSON.stringify([group.detector, uri, group.group, group.severity, group.confidence]))
    .digest("hex")
    .slice(0, 16);
  return {
    id,
    detector: group.detector,
    severity,
    confidence: group.confidence,
    title: card.title,
    message: `${sentence(first?.message ?? card.title)}${more}${lowered ? ` ${lowered.why}` : ""}`,
    references: card.references,
    location: {
      uri,
      ...(first?.record === undefined ? {} : { record: first.record }),
      ...(first?.pointer === undefined || first.record === undefined ? {} : { pointer: first.pointer }),
      ...(first?.start === undefined || first.record === undefined ? {} : { start: first.start }),
      ...(first?.end === undefined || first.record === undefined ? {} : { end: first.end }),
      ...(first?.lineNumber === undefined ? {} : { lineNumber: first.lineNumber }),
      ...(partial.member === "" ? {} : { member: partial.member }),
      ...(first?.offset === undefined ? {} : { offset: first.offset }),
    },
    ...(records === 0
      ? {}
      : {
          records: {
            count: records,
            share: round(records / Math.max(1, partial.records ?? records)),
            sample: group.samples.flatMap(({ record, pointer, excerpt }) =>
              record === undefined ? [] : [{ record, ...(pointer === undefined ? {} : { pointer }), excerpt }],
            ),
          },
        }),
    ...(group.rule?.rule ? { rule: group.rule.rule } : first?.rule ? { rule: first.rule } : {}),
    ...(group.added ? { added: true } : {}),
    evidence: {
      ...(records === 0 && first ? { excerpt: first.excerpt } : {}),
      ...first?.evidence,
    },
  };
}

/** Hits speak of "what it does"; a report speaks in sentences. */
const sentence = (text: string): string =>
  `${text.charAt(0).toUpperCase()}${text.slice(1)}${/[.!?…]$/.test(text) ? "" : "."}`;

/** Six significant digits: enough to read, and the same on every machine. */
const round = (share: number): number => Number(share.toPrecision(6));

function lower(group: GroupPartial, card: Card, scope: Scope): { severity: Severity; why: string } | undefined {
  const detector = scope.detectors.get(card.id);
  if (!detector || scope.records === 0) return undefined;
  const { rare, subject } = card;
  const groupRecords = scope.groups.get(groupKey(group)) ?? 0;
  if (
    rare &&
    groupRecords >= SUBJECT_RECORDS_MIN &&
    groupRecords > rare.shareMax * scope.records &&
    severityRank(group.severity) > 0
  ) {
    return { severity: "info", why: `So many records hold it that it is how this dataset is written.` };
  }
  if (
    subject &&
    detector.records >= SUBJECT_RECORDS_MIN &&
    detector.records >= subject.share * scope.records &&
    detector.payloads.size >= SUBJECT_DISTINCT_MIN * detector.seen &&
    severityRank(group.severity) > severityRank(subject.severity)
  ) {
    return {
      severity: subject.severity,
      why: `They are many and all different, so they look like the subject of this dataset.`,
    };
  }
  return undefined;
}

function membersOf(partial: ArtifactPartial, partials: readonly ArtifactPartial[]): readonly ArtifactPartial[] {
  if (partial.kind !== "archive" && partial.kind !== "model") return [];
  const prefix = partial.member === "" ? "" : `${partial.member}!`;
  return partials.filter((other) => other !== partial && other.member.startsWith(prefix));
}

function artifactReport(uri: string, partial: ArtifactPartial, members: readonly ArtifactPartial[]): ArtifactReport {
  // A pointer is text, and that was searched; what it points to was not.
  const pointer = partial.problems.some(({ code }) => code === "pointer");
  const searched = (partial.searched && !pointer) || members.some((member) => member.searched);
  const status = !partial.lost ? "full" : searched ? "partial" : "none";
  // A file in which there was nothing to search must not look like one in which nothing was found.
  const hollow =
    (partial.kind === "dataset" || partial.kind === "archive") &&
    status === "full" &&
    !searched &&
    members.length === 0 &&
    !partial.problems.some(({ code }) => code === "empty");
  return {
    uri,
    kind: partial.kind,
    format: partial.format,
    bytes: partial.bytes,
    sha256: partial.sha256,
    ...(partial.records === undefined ? {} : { records: partial.records }),
    ...(partial.roles && Object.keys(partial.roles).length > 0 ? { roles: partial.roles } : {}),
    ...(partial.notes.length > 0 ? { notes: partial.notes } : {}),
    coverage: {
      status,
      problems: [
        ...partial.problems.map(({ code, message, at }) => ({ code, message, ...(at ? { at } : {}) })),
        ...(hollow
          ? [
              {
                code: "empty" as const,
                message: `It holds no ${partial.kind === "archive" ? "files" : "records"}: there is nothing to look at.`,
              },
            ]
          : []),
        ...(partial.problemsMore > 0
          ? [
              {
                code: "limit" as const,
                message: `${partial.problemsMore} more problems of this artifact are not listed.`,
              },
            ]
          : []),
      ],
    },
  };
}
