// Shows each dataset, all files of a target together, to the detectors of datasets. Compared with another revision, it
// finds the records that were added by their digests, and looks at them a second time beside old records that serve as a
// clean background: what is weak in the whole may be strong among what came since.
import type { Carries, DatasetDetector, DatasetHit, DatasetSettings } from "../core/detector.ts";
import type { Table } from "../core/table.ts";
import { fitTables, joinTables, keptRecords, selectRecords } from "../mining/table.ts";
import type { ScannedArtifact } from "./merge.ts";
import type { Limits } from "../base/limits.ts";
import { SCORE, type ArtifactPartial } from "./partial.ts";

/** Records of the older revision that serve as background: enough to know its ways, and a few times those added. */
const BACKGROUND_MIN = 2_000;
const BACKGROUND_TIMES = 4;
/** Past this share of added records the whole is what was added, and a second look sees nothing else. */
const ADDED_SHARE_MAX = 0.5;
/** Of a rule's records, the share that must have been added for it to be the revision's. */
const ADDED_PURITY_MIN = 0.9;
/** Two hits with this share of common records are one. */
const OVERLAP_MIN = 0.8;

export interface Compared {
  readonly records: number;
  readonly added: number;
  readonly removed: number;
}

interface Dataset {
  readonly table: Table;
  /** Of one too large to hold, its records that statistics are made of. */
  readonly kept: readonly number[] | undefined;
  readonly owners: readonly ArtifactPartial[];
  /** The first record of each owner in the table. */
  readonly bases: readonly number[];
}

/** The hits of each detector, in its order. */
export type Conclude = (
  detectors: readonly DatasetDetector[],
  table: Table,
  settings: DatasetSettings,
) => Promise<readonly (readonly DatasetHit[])[]>;

/** The same with its settings given. */
export type Shown = (detectors: readonly DatasetDetector[], table: Table) => ReturnType<Conclude>;

export const concludeHere: Conclude = (detectors, table, settings) =>
  Promise.resolve(
    detectors.map((detector) => {
      const hits: DatasetHit[] = [];
      detector.conclude(table, (hit) => hits.push(hit), settings);
      return hits;
    }),
  );

/** Reads files again and gives, for each of them, the records that carry each of what is asked for. */
export type Follow = (
  owners: readonly ArtifactPartial[],
  carries: readonly Carries[],
) => Promise<readonly (readonly (readonly number[])[])[]>;

/** `older`: the revision to compare with, its records digested as these are. */
export async function concludeDatasets(
  scanned: readonly ScannedArtifact[],
  detectors: readonly DatasetDetector[],
  limits: Limits,
  conclude: Shown,
  follow: Follow,
  older?: Table,
): Promise<Compared | undefined> {
  const known = older && new Set(older.digests);
  const held = new Set<number>();
  let added = 0;
  for (const { table, kept, owners, bases } of datasetsOf(scanned, limits)) {
    let hits = await concluded(detectors, table, conclude, kept);
    if (kept || table.cut) hits = await followed(hits, owners, bases, follow, kept !== undefined);
    if (older && known) {
      const fresh: number[] = [];
      table.digests.forEach((digest, record) => {
        if (known.has(digest)) held.add(digest);
        else fresh.push(record);
      });
      added += fresh.length;
      const drawn = kept && new Set(kept);
      const seen = drawn ? fresh.filter((record) => drawn.has(record)) : fresh;
      hits.push(...(await secondLook(detectors, table, seen, older, hits, conclude)));
      markOwners(owners, bases, new Set(fresh));
      for (const { detector, hit } of hits) share(hit, detector, owners, bases, new Set(fresh));
    } else for (const { detector, hit } of hits) share(hit, detector, owners, bases);
  }
  return older && known ? { records: older.records, added, removed: known.size - held.size } : undefined;
}

/** The table of everything that was scanned, and whether something of it is missing. */
export function tableOf(
  scanned: readonly ScannedArtifact[],
  limits: Limits,
): {
  readonly table: Table | undefined;
  readonly whole: boolean;
} {
  const tables = fitTables(
    datasetsOf(scanned, limits).map(({ table }) => table),
    limits.tableTokensMax,
  );
  const whole = scanned.every(({ partials }) => partials.every(({ lost }) => !lost));
  return { table: tables.length === 0 ? undefined : joinTables(tables), whole };
}

interface Concluded {
  readonly detector: DatasetDetector;
  readonly hit: DatasetHit;
}

/** What the detectors find in the table, or in some of its records. */
async function concluded(
  detectors: readonly DatasetDetector[],
  table: Table,
  conclude: Shown,
  records?: readonly number[],
): Promise<Concluded[]> {
  const all = await conclude(detectors, records ? selectRecords(table, records) : table);
  return detectors.flatMap((detector, d) =>
    (all[d] ?? []).map((hit) => ({
      detector,
      hit: records ? { ...hit, records: hit.records.map((record) => records[record] as number) } : hit,
    })),
  );
}

/**
 * What was found in a sample, or in the ends of long texts, with all of its records where the rest can be searched for
 * it.
 */
async function followed(
  hits: readonly Concluded[],
  owners: readonly ArtifactPartial[],
  bases: readonly number[],
  follow: Follow,
  sampled: boolean,
): Promise<Concluded[]> {
  const carries = hits.flatMap(({ hit }) => hit.carries ?? []);
  const found = carries.length > 0 ? await follow(owners, carries) : [];
  let next = 0;
  return hits.map(({ detector, hit }) => {
    if (!hit.carries) {
      if (!sampled) return { detector, hit };
      return { detector, hit: { ...hit, message: `${hit.message} Seen in a sample; only its records are listed.` } };
    }
    const own = next++;
    const records = new Set(hit.records);
    found.forEach((lists, o) => {
      for (const record of lists[own] ?? []) records.add(record + (bases[o] as number));
    });
    const more = (records.size - hit.records.length).toLocaleString("en");
    const said = sampled
      ? ` Counted in a sample; ${records.size.toLocaleString("en")} records of the whole dataset carry it.`
      : records.size > hit.records.length
        ? ` In the middle of longer texts ${more} more carry it.`
        : "";
    const message = `${hit.message}${said}`;
    return { detector, hit: { ...hit, message, records: [...records].sort((a, b) => a - b) } };
  });
}

/** What only the added records carry, seen beside records of the older revision. */
async function secondLook(
  detectors: readonly DatasetDetector[],
  table: Table,
  fresh: readonly number[],
  older: Table,
  found: readonly Concluded[],
  conclude: Shown,
): Promise<Concluded[]> {
  if (fresh.length === 0 || fresh.length > ADDED_SHARE_MAX * table.records) return [];
  const sample = Math.max(BACKGROUND_MIN, BACKGROUND_TIMES * fresh.length);
  // Drawn by digest: the same records whatever their order.
  const background = keptRecords(older)
    .map((record) => ({ digest: older.digests[record] as number, record }))
    .sort((a, b) => a.digest - b.digest || a.record - b.record)
    .slice(0, sample)
    .map(({ record }) => record)
    .sort((a, b) => a - b);
  const both = joinTables([
    { ...selectRecords(table, fresh), level: 0 },
    { ...selectRecords(older, background), level: 0 },
  ]);
  return (await concluded(detectors, both, conclude)).flatMap(({ detector, hit }) => {
    const records = hit.records.filter((record) => record < fresh.length).map((record) => fresh[record] as number);
    if (records.length < ADDED_PURITY_MIN * hit.records.length) return [];
    const known = found.some(
      (other) => other.detector === detector && overlap(other.hit.records, records) >= OVERLAP_MIN,
    );
    if (known) return [];
    return [
      {
        detector,
        hit: { ...hit, records, message: `Among the ${fresh.length} records that were added: ${hit.message}` },
      },
    ];
  });
}

function overlap(a: readonly number[], b: readonly number[]): number {
  const known = new Set(a);
  return b.filter((record) => known.has(record)).length / Math.max(1, b.length);
}

/** The tables of each target joined; they are taken from the partial results. */
function datasetsOf(scanned: readonly ScannedArtifact[], limits: Limits): Dataset[] {
  const out: Dataset[] = [];
  for (const [, members] of Map.groupBy(scanned, ({ target }) => target)) {
    const owners: ArtifactPartial[] = [];
    const bases: number[] = [];
    const tables: Table[] = [];
    let records = 0;
    for (const partial of members.flatMap(({ partials }) => partials)) {
      const own = partial.tables ?? [];
      delete partial.tables;
      if (own.length === 0) continue;
      owners.push(partial);
      bases.push(records);
      tables.push(...own);
      records += own.reduce((sum, table) => sum + table.records, 0);
    }
    if (owners.length === 0) continue;
    const table = joinTables(fitTables(tables, limits.tableTokensMax));
    const kept = table.level > 0 ? keptRecords(table) : undefined;
    if (kept) {
      for (const { notes } of owners)
        notes.push(
          `The dataset is too large for its statistics to be held whole (tableTokensMax). Associations were searched for in ${kept.length} of its ${table.records} records, drawn by a hash of their texts.`,
        );
    }
    out.push({ table, kept, owners, bases });
  }
  return out;
}

/** Marks what other detectors found in added records only. */
function markOwners(owners: readonly ArtifactPartial[], bases: readonly number[], fresh: ReadonlySet<number>): void {
  owners.forEach((partial, o) => {
    for (const group of partial.groups) {
      if (group.records.length > 0 && group.records.every((record) => fresh.has(record + (bases[o] as number))))
        group.added = true;
    }
  });
}

/** Gives each artifact its own records of a hit. */
function share(
  hit: DatasetHit,
  detector: DatasetDetector,
  owners: readonly ArtifactPartial[],
  bases: readonly number[],
  fresh?: ReadonlySet<number>,
): void {
  let next = 0;
  owners.forEach((partial, o) => {
    const base = bases[o] as number;
    const end = bases[o + 1] ?? Infinity;
    // Both ascend: each record is looked at once, however many files there are.
    const records: number[] = [];
    for (; (hit.records[next] ?? Infinity) < end; next++) records.push((hit.records[next] as number) - base);
    if (records.length === 0) return;
    const confidence = hit.confidence ?? detector.confidence;
    partial.groups.push({
      detector: detector.id,
      group: hit.rule ? `${hit.rule.trigger}\0${hit.rule.target}` : (hit.group ?? ""),
      severity: hit.severity ?? detector.severity,
      confidence,
      hits: records.length,
      records,
      scores: records.map(() => SCORE[confidence]),
      samples: records.slice(0, 5).map((record) => ({
        record,
        excerpt: (hit.rule ? `${hit.rule.trigger} → ${hit.rule.target}` : (hit.group ?? "")).slice(0, 400),
        message: hit.message,
        ...(hit.evidence ? { evidence: hit.evidence } : {}),
      })),
      payloads: [],
      rule: hit,
      ...(fresh && hit.records.every((record) => fresh.has(record)) ? { added: true } : {}),
    });
  });
}
