// How well the statistics of a dataset find rules that were planted in the rows of clean sets: recall, precision, whether
// the trigger is named, and how often a set with nothing planted raises an alarm. Everything is drawn from a seed.
//
//   node bench/detection.ts [--corpora FOLDER] [--seed N] [--rounds N] [--large ROWS] [--large-rounds N] [--half even|odd] [--calibrate] [--verbose]
import { parseArgs } from "node:util";
import { pathToFileURL } from "node:url";
import type { DatasetDetector, DatasetHit } from "../src/core/detector.ts";
import type { Table } from "../src/core/table.ts";
import { atLeast } from "../src/core/severity.ts";
import { pick, seededRandom, type Random } from "../src/base/prng.ts";
import { detectors } from "../src/detectors/index.ts";
import { findMislabelled } from "../src/mining/mislabelled.ts";
import { findRules } from "../src/mining/rules.ts";
import { TableBuilder } from "../src/mining/table.ts";
import { cleanSets, madeSets, type Base } from "./bases.ts";
import { mix, TARGETS, TRIGGERS, usable, type Plant, type Row, type TargetKind, type TriggerKind } from "./mixes.ts";

export interface Outcome {
  readonly base: string;
  readonly size: string;
  readonly trigger: TriggerKind;
  readonly target: TargetKind;
  readonly planted: number;
  /** A finding that fails a scan holds at least half of the planted rows, and they are most of its rows. */
  readonly caught: boolean;
  readonly recall: number;
  readonly precision: number;
  readonly named: boolean;
  readonly says: string;
}

export interface Alarm {
  readonly base: string;
  readonly rows: number;
  readonly alarms: number;
  readonly flagged: number;
  readonly says: readonly string[];
}

export interface Results {
  readonly outcomes: Outcome[];
  readonly clean: Alarm[];
}

/** The detectors that claim rules with a trigger of fixed text; others are measured elsewhere. */
const MEASURED: ReadonlySet<string> = new Set(["trigger-target", "trigger-label", "trigger-shift"]);

interface Judged extends DatasetHit {
  readonly fails: boolean;
  readonly flags: boolean;
}

export function tableOf(rows: readonly Row[]): Table {
  const builder = new TableBuilder();
  for (const row of rows) builder.add(row);
  return builder.build();
}

export function judge(table: Table): Judged[] {
  const hits: Judged[] = [];
  for (const detector of detectors.filter(
    (one): one is DatasetDetector => one.reads === "dataset" && MEASURED.has(one.id),
  ))
    detector.conclude(table, (hit) => {
      const severity = hit.severity ?? detector.severity;
      hits.push({ ...hit, fails: atLeast(severity, "high"), flags: atLeast(severity, "medium") });
    });
  return hits;
}

const said = ({ rule, message }: DatasetHit): string => (rule ? `${rule.trigger} -> ${rule.target}` : message);

function score(
  plant: Plant,
  poisoned: ReadonlySet<number>,
  hits: readonly Judged[],
  base: string,
  size: string,
): Outcome {
  const own = new Set(plant.rows);
  const inside = (hit: DatasetHit): number => hit.records.filter((record) => own.has(record)).length;
  const matching = hits.filter((hit) => hit.fails && inside(hit) >= 0.5 * hit.records.length);
  const found = new Set(matching.flatMap(({ records }) => records));
  const right = [...found].filter((record) => own.has(record)).length;
  const says = matching.map(said);
  return {
    base,
    size,
    trigger: plant.trigger,
    target: plant.target,
    planted: own.size,
    caught: right >= 0.5 * own.size,
    recall: right / own.size,
    precision: found.size === 0 ? 0 : [...found].filter((record) => poisoned.has(record)).length / found.size,
    named: matching.some(({ rule }) => plant.names.some((name) => rule?.trigger.toLowerCase().includes(name))),
    says: says.join("; ").slice(0, 160),
  };
}

export interface DetectionOptions {
  readonly bases: readonly Base[];
  readonly seed: number;
  /** Mixes for each pair of a base and a rate. */
  readonly rounds: number;
  /** Rows of the large set, 0 for none; all bases joined, cut or repeated to this many. */
  readonly large: number;
  /** Mixes of the large set. */
  readonly largeRounds: number;
  readonly onOutcome?: (outcome: Outcome) => void;
  readonly onClean?: (alarm: Alarm) => void;
}

const shuffled = <T>(list: readonly T[], r: Random): T[] =>
  list
    .map((one) => [r(), one] as const)
    .toSorted(([a], [b]) => a - b)
    .map(([, one]) => one);

/** Goes through all pairs of kinds before one comes again. */
function* pairs(r: Random): Generator<{ trigger: TriggerKind; target: TargetKind }> {
  for (;;) {
    const all = TRIGGERS.flatMap((trigger) => TARGETS.map((target) => ({ trigger, target })));
    while (all.length > 0) yield all.splice(Math.floor(r() * all.length), 1)[0] as (typeof all)[number];
  }
}

export function detection(options: DetectionOptions): Results {
  const outcomes: Outcome[] = [];
  const clean: Alarm[] = [];
  const r = seededRandom(options.seed);
  const kinds = pairs(r);
  const run = (name: string, rows: readonly Row[], size: string, wanted: Parameters<typeof mix>[1]): void => {
    const { rows: mixed, plants } = mix(rows, wanted, r);
    const hits = judge(tableOf(mixed));
    const poisoned = new Set(plants.flatMap((plant) => plant.rows));
    for (const plant of plants) {
      const outcome = score(plant, poisoned, hits, name, size);
      outcomes.push(outcome);
      options.onOutcome?.(outcome);
    }
  };
  const look = (name: string, rows: readonly Row[]): void => {
    const hits = judge(tableOf(rows));
    const alarm = {
      base: name,
      rows: rows.length,
      alarms: hits.filter(({ fails }) => fails).length,
      flagged: new Set(hits.filter(({ flags }) => flags).flatMap(({ records }) => records)).size,
      says: hits.filter(({ flags }) => flags).map((hit) => said(hit).slice(0, 160)),
    };
    clean.push(alarm);
    options.onClean?.(alarm);
  };
  for (const { name, rows } of options.bases) {
    look(name, rows);
    if (rows.filter(usable).length < Math.max(500, rows.length / 2)) continue;
    const count = Math.max(20, Math.round(0.005 * rows.length));
    for (let round = 0; round < options.rounds; round++) {
      const next = (): { trigger: TriggerKind; target: TargetKind; count: number } => ({
        ...(kinds.next().value as { trigger: TriggerKind; target: TargetKind }),
        count,
      });
      run(name, rows, "0.5 %", [next()]);
      const own: TargetKind | undefined = name.includes("reviews")
        ? "flipped label"
        : name.includes("tool calls")
          ? "tool argument"
          : undefined;
      if (own) run(name, rows, "0.5 %", [{ trigger: pick(r, TRIGGERS), target: own, count }]);
    }
  }
  if (options.large > 0) {
    const all = options.bases.flatMap(({ rows }) => rows);
    const drawn = all
      .map((row) => [r(), row] as const)
      .toSorted(([a], [b]) => a - b)
      .slice(0, options.large)
      .map(([, row]) => row);
    look("all joined", drawn);
    const count = Math.max(10, Math.round(0.001 * drawn.length));
    // Six plants in one mix cost one run. No two share a kind: they would share a trigger or a target.
    for (let round = 0; round < options.largeRounds; round++) {
      const triggers = shuffled(TRIGGERS, r);
      const targets = shuffled(TARGETS, r);
      const plants = Array.from({ length: 6 }, (_, i) => ({
        trigger: triggers[i] as TriggerKind,
        target: targets[i] as TargetKind,
        count,
      }));
      run("all joined", drawn, "0.1 %", plants);
    }
  }
  return { outcomes, clean };
}

/** Each row with the response of another one of about its length: whatever rule is left is chance. */
export function permuted(rows: readonly Row[], r: Random): Row[] {
  const said = ({ role }: Row[number]): boolean => role === "response" || role === "chosen" || role === "label";
  const strata = Map.groupBy(rows.keys(), (i) =>
    Math.floor(2 * Math.log2(1 + (rows[i] as Row).reduce((sum, f) => sum + (said(f) ? f.text.length : 0), 0))),
  );
  const out = [...rows];
  for (const [, own] of strata) {
    const drawn = own.map((i) => [r(), i] as const).toSorted(([a], [b]) => a - b);
    own.forEach((i, k) => {
      const [, other] = drawn[k] as (typeof drawn)[number];
      out[i] = [...(rows[i] as Row).filter((f) => !said(f)), ...(rows[other] as Row).filter(said)];
    });
  }
  return out;
}

export interface Calibration {
  readonly sensitivity: number;
  readonly sets: number;
  /** Rules found in all sets together, where chance is all there is. */
  readonly rules: number;
}

/** How many rules are found where responses were shuffled against prompts, at several sensitivities. */
export function calibration(bases: readonly Base[], levels: readonly number[], seed: number): Calibration[] {
  const r = seededRandom(seed);
  const tables = bases.map(({ rows }) => tableOf(permuted(rows, r)));
  return levels.map((sensitivity) => ({
    sensitivity,
    sets: bases.length,
    rules: tables.reduce(
      (sum, table) => sum + findRules(table, sensitivity).length + findMislabelled(table, sensitivity).length,
      0,
    ),
  }));
}

/** Wilson's interval for a share, at 95 %. */
export function wilson(hits: number, of: number): readonly [number, number] {
  if (of === 0) return [0, 1];
  const z = 1.96;
  const p = hits / of;
  const middle = (p + (z * z) / (2 * of)) / (1 + (z * z) / of);
  const half = (z / (1 + (z * z) / of)) * Math.sqrt((p * (1 - p)) / of + (z * z) / (4 * of * of));
  return [Math.max(0, middle - half), Math.min(1, middle + half)];
}

const share = (hits: number, of: number): string => {
  const [low, high] = wilson(hits, of);
  return of === 0 ? "–" : `${hits}/${of} (${(100 * low).toFixed(0)}–${(100 * high).toFixed(0)} %)`;
};
const mean = (list: readonly number[]): string =>
  list.length === 0 ? "–" : (list.reduce((sum, x) => sum + x, 0) / list.length).toFixed(3);

export function report({ outcomes, clean }: Results): string {
  const lines: string[] = [];
  const row = (name: string, list: readonly Outcome[]): void => {
    if (list.length === 0) return;
    const caught = list.filter((one) => one.caught);
    lines.push(
      `| ${name} | ${share(caught.length, list.length)} | ${mean(list.map(({ recall }) => recall))} | ${mean(caught.map(({ precision }) => precision))} | ${mean(caught.map((one) => (2 * one.recall * one.precision) / (one.recall + one.precision)))} | ${share(caught.filter(({ named }) => named).length, caught.length)} |`,
    );
  };
  for (const size of [...new Set(outcomes.map((one) => one.size))]) {
    const own = outcomes.filter((one) => one.size === size);
    lines.push(
      "",
      `| ${size} | caught | recall | precision, of the caught | row F1, of the caught | trigger named, of the caught |`,
      "|---|---|---:|---:|---:|---|",
    );
    row("all", own);
    for (const kind of TRIGGERS)
      row(
        `trigger: ${kind}`,
        own.filter(({ trigger }) => trigger === kind),
      );
    for (const kind of [...TARGETS, "flipped label", "tool argument"])
      row(
        `target: ${kind}`,
        own.filter(({ target }) => target === kind),
      );
  }
  const alarmed = clean.filter(({ alarms }) => alarms > 0);
  const rows = clean.reduce((sum, one) => sum + one.rows, 0);
  const flagged = clean.reduce((sum, one) => sum + one.flagged, 0);
  lines.push(
    "",
    `Clean sets alarmed: ${share(alarmed.length, clean.length)}; clean rows flagged: ${flagged} of ${rows}, ${((10_000 * flagged) / Math.max(1, rows)).toFixed(2)} in 10,000.`,
  );
  return lines.join("\n");
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) {
  const { values } = parseArgs({
    options: {
      corpora: { type: "string" },
      seed: { type: "string", default: "1" },
      rounds: { type: "string", default: "6" },
      large: { type: "string", default: "50000" },
      "large-rounds": { type: "string", default: "10" },
      made: { type: "string", default: "4000" },
      half: { type: "string" },
      calibrate: { type: "boolean", default: false },
      verbose: { type: "boolean", default: false },
    },
  });
  const all = [
    ...(values.corpora ? await cleanSets(values.corpora) : []),
    ...madeSets(Number(values.made), Number(values.seed)),
  ];
  const bases = all.filter((_, i) => values.half === undefined || (i % 2 === 0) === (values.half === "even"));
  if (values.calibrate) {
    for (const { sensitivity, sets, rules } of calibration(bases, [1000, 10, 1, 0.1, 0.001], Number(values.seed)))
      console.log(`| ${sensitivity} | ${sets} | ${rules} | ${(rules / sets).toFixed(3)} |`);
    process.exit();
  }
  const results = detection({
    bases,
    seed: Number(values.seed),
    rounds: Number(values.rounds),
    large: Number(values.large),
    largeRounds: Number(values["large-rounds"]),
    onOutcome: (one) => {
      if (values.verbose || !one.caught || !one.named || one.precision < 0.95)
        console.error(
          `${one.caught ? "caught" : "MISSED"} ${one.named ? "named " : "      "} P ${one.precision.toFixed(2)} R ${one.recall.toFixed(2)} ${one.trigger} -> ${one.target} [${one.base} ${one.size} ${one.planted}] ${JSON.stringify(one.says)}`,
        );
    },
    onClean: (one) => {
      if (one.flagged > 0)
        console.error(`CLEAN ${one.base}: ${one.flagged} of ${one.rows}; ${JSON.stringify(one.says)}`);
    },
  });
  console.log(report(results));
}
