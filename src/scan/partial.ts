// What one unit of work found, in a plain form that crosses threads and merges in order: the map side of the scan. Record
// indexes count from the unit's own start until the merge moves them.
import type { Confidence, Severity } from "../core/severity.ts";
import type { Problem } from "../core/problem.ts";
import type { Card, DatasetHit, Hit } from "../core/detector.ts";
import type { Table } from "../core/table.ts";
import type { ArtifactReport } from "../core/report.ts";
import type { Limits } from "../base/limits.ts";

export interface HitSample {
  readonly record: number | undefined;
  readonly pointer?: string;
  readonly start?: number;
  readonly end?: number;
  readonly lineNumber?: number;
  readonly offset?: number;
  readonly excerpt: string;
  readonly message: string;
  readonly rule?: Hit["rule"];
  readonly evidence?: Readonly<Record<string, string | number | boolean>>;
}

/** All hits of one detector, group and grade in one artifact. */
export interface GroupPartial {
  readonly detector: string;
  readonly group: string;
  readonly severity: Severity;
  readonly confidence: Confidence;
  /** Hits, those in documents included. */
  hits: number;
  /** Indexes of the records hit, ascending, each once. */
  records: number[];
  /** Score of each record hit, aligned with `records`. */
  scores: number[];
  /** The first few, in order. */
  samples: HitSample[];
  /** 32-bit hashes of distinct payloads, up to a bound. */
  payloads: number[];
  /** What a dataset's statistics say of them. */
  rule?: DatasetHit;
  /** Compared with another revision: all its records came since. */
  added?: boolean;
}

export interface ArtifactPartial {
  /** "" for the file itself; `a.zip` members as `inner/name.jsonl`, deeper ones joined with `!`. */
  readonly member: string;
  format: string;
  kind: ArtifactReport["kind"];
  bytes: number;
  sha256: string | null;
  /** Undefined where nothing record-like was read. */
  records: number | undefined;
  roles: Record<string, string> | undefined;
  notes: string[];
  problems: Problem[];
  /** Problems past the ones listed. */
  problemsMore: number;
  lost: boolean;
  /** Something of it was searched. */
  searched: boolean;
  groups: GroupPartial[];
  /** The statistics of its records, in order; together they are of all of them. */
  tables?: readonly Table[];
  /** Of a second pass: the records that carry each of what was searched for. */
  followed?: readonly Uint32Array[];
  /** The digests of its records, one behind the other; whoever asked for them takes them from each unit. */
  rows?: Uint8Array;
  /** And their sketches, one for each digest. */
  sketches?: Uint8Array;
}

export interface UnitResult {
  /** The artifact itself first, then its members in order. */
  readonly artifacts: ArtifactPartial[];
}

const SAMPLES_MAX = 5;
const PAYLOADS_MAX = 1024;

export const newPartial = (member: string): ArtifactPartial => ({
  member,
  format: "unknown",
  kind: "other",
  bytes: 0,
  sha256: null,
  records: undefined,
  roles: undefined,
  notes: [],
  problems: [],
  problemsMore: 0,
  lost: false,
  searched: false,
  groups: [],
});

export function addProblem(partial: ArtifactPartial, problem: Problem, limits: Limits): void {
  if (problem.lost) partial.lost = true;
  if (partial.problems.length >= limits.problemsMax) partial.problemsMore++;
  else {
    const { code, message, lost, at } = problem;
    partial.problems.push({ code, message, lost, ...(at ? { at } : {}) });
  }
}

/** The score of a record for `--records`, where a hit gives none. */
export const SCORE: Readonly<Record<Confidence, number>> = { high: 0.95, medium: 0.75, low: 0.5 };

/** Collects the hits of one artifact. */
export class HitTally {
  readonly #groups = new Map<string, GroupPartial>();
  readonly #opened = new Map<string, number>();
  readonly #limits: Limits;

  constructor(limits: Limits) {
    this.#limits = limits;
  }

  add(card: Card, hit: Hit, record: number | undefined): void {
    const severity = hit.severity ?? card.severity;
    const confidence = hit.confidence ?? card.confidence;
    const group = this.#open(card.id, hit.group ?? "", severity, confidence);
    group.hits++;
    const score = hit.score ?? SCORE[confidence];
    if (record !== undefined) {
      const last = group.records.length - 1;
      if (group.records[last] === record) group.scores[last] = Math.max(group.scores[last] ?? 0, score);
      else {
        group.records.push(record);
        group.scores.push(score);
      }
    }
    const payload = hash32(hit.payload ?? hit.group ?? hit.excerpt);
    if (group.payloads.length < PAYLOADS_MAX && !group.payloads.includes(payload)) group.payloads.push(payload);
    const previous = group.samples[group.samples.length - 1];
    if (group.samples.length < SAMPLES_MAX && !(record !== undefined && previous?.record === record)) {
      group.samples.push({
        record,
        excerpt: hit.excerpt,
        message: hit.message,
        ...(hit.field ? { pointer: hit.field.pointer } : {}),
        ...(hit.start === undefined ? {} : { start: hit.start }),
        ...(hit.end === undefined ? {} : { end: hit.end }),
        ...(hit.lineNumber === undefined ? {} : { lineNumber: hit.lineNumber }),
        ...(hit.rule ? { rule: hit.rule } : {}),
        ...(hit.offset === undefined ? {} : { offset: hit.offset }),
        ...(hit.evidence ? { evidence: hit.evidence } : {}),
      });
    }
  }

  #open(detector: string, name: string, severity: Severity, confidence: Confidence): GroupPartial {
    const keyOf = (group: string): string => `${detector}\0${severity}\0${confidence}\0${group}`;
    const found = this.#groups.get(keyOf(name));
    if (found) return found;
    const opened = this.#opened.get(detector) ?? 0;
    // Whoever writes the records chooses the groups: past the limit the rest share one.
    const group = opened >= this.#limits.groupsMax ? "" : name;
    const shared = this.#groups.get(keyOf(group));
    if (shared) return shared;
    this.#opened.set(detector, opened + 1);
    const fresh: GroupPartial = {
      detector,
      group,
      severity,
      confidence,
      hits: 0,
      records: [],
      scores: [],
      samples: [],
      payloads: [],
    };
    this.#groups.set(keyOf(group), fresh);
    return fresh;
  }

  groups(): GroupPartial[] {
    return [...this.#groups.values()];
  }
}

/** Moves the line numbers of a range to where it lies in the file; without a base they are unknown. */
export function moveLines(partial: ArtifactPartial, base: number | undefined): void {
  for (const group of partial.groups) {
    group.samples = group.samples.map(({ lineNumber, ...sample }) =>
      lineNumber === undefined || base === undefined ? sample : { ...sample, lineNumber: lineNumber + base },
    );
  }
  partial.problems = partial.problems.map((problem) => {
    if (problem.at?.lineNumber === undefined) return problem;
    const { lineNumber, ...at } = problem.at;
    return { ...problem, at: base === undefined ? at : { ...at, lineNumber: lineNumber + base } };
  });
}

/** Appends `later` to `earlier`; `later` begins at record `base` of the artifact. */
export function mergePartial(earlier: ArtifactPartial, later: ArtifactPartial, limits: Limits): void {
  const base = earlier.records ?? 0;
  const move = <T extends { readonly record?: number | undefined }>(at: T): T =>
    at.record === undefined ? at : { ...at, record: at.record + base };
  if (later.format !== "unknown") earlier.format = later.format;
  if (later.kind !== "other") earlier.kind = later.kind;
  earlier.bytes += later.bytes;
  earlier.sha256 ??= later.sha256;
  earlier.roles ??= later.roles;
  for (const note of later.notes) if (!earlier.notes.includes(note)) earlier.notes.push(note);
  for (const problem of later.problems)
    addProblem(earlier, problem.at ? { ...problem, at: move(problem.at) } : problem, limits);
  earlier.problemsMore += later.problemsMore;
  earlier.lost ||= later.lost;
  earlier.searched ||= later.searched;
  if (later.tables) earlier.tables = [...(earlier.tables ?? []), ...later.tables];
  const known = new Map(earlier.groups.map((group) => [groupKey(group), group]));
  for (const group of later.groups) {
    const mine = known.get(groupKey(group));
    const samples = group.samples.map(move);
    const records = base === 0 ? group.records : group.records.map((record) => record + base);
    if (!mine) {
      earlier.groups.push({ ...group, records, samples });
      continue;
    }
    mine.hits += group.hits;
    for (const record of records) mine.records.push(record);
    for (const score of group.scores) mine.scores.push(score);
    mine.samples.push(...samples.slice(0, SAMPLES_MAX - mine.samples.length));
    for (const payload of group.payloads) {
      if (mine.payloads.length >= PAYLOADS_MAX) break;
      if (!mine.payloads.includes(payload)) mine.payloads.push(payload);
    }
  }
  if (later.records !== undefined) earlier.records = base + later.records;
}

const groupKey = (group: GroupPartial): string =>
  `${group.detector}\0${group.severity}\0${group.confidence}\0${group.group}`;

/** FNV-1a over UTF-16 units: only to count distinct payloads, where a collision costs one. */
function hash32(text: string): number {
  let hash = 0x811c9dc5;
  const length = Math.min(text.length, 4096);
  for (let i = 0; i < length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  return hash >>> 0;
}
