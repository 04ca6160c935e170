// How the statistics of a dataset scale: sets of generated chat of ten times as many rows each, scanned by the detectors
// of single records and files, and by those of the dataset too. What is shown is what the machine gave at that moment:
// the load is printed with it, and CPU time says more than seconds where others work, too.
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, statSync } from "node:fs";
import { availableParallelism, cpus, loadavg } from "node:os";
import { join } from "node:path";
import { detectors } from "../src/detectors/index.ts";
import { shortChatRows, writeRows, type Kind } from "./data.ts";

export interface Used {
  readonly seconds: number;
  /** Of all threads. */
  readonly cpuSeconds: number;
  readonly peakMb: number;
}

export interface Scaled {
  readonly kind: Kind;
  readonly rows: number;
  readonly megabytes: number;
  readonly load: number;
  readonly single: Used;
  readonly statistics: Used;
}

const STATISTICS = detectors.filter(({ reads }) => reads === "dataset").map(({ id }) => id);
/** Leaves what the process used where it is told to, at its end. */
const ACCOUNT =
  'import{writeFileSync}from"node:fs";process.on("exit",()=>writeFileSync(process.env.BENCH_USAGE,JSON.stringify(process.resourceUsage())))';

function scanned(file: string, folder: string, flags: readonly string[]): Used {
  const usage = join(folder, "usage.json");
  const account = `data:text/javascript,${encodeURIComponent(ACCOUNT)}`;
  const report = ["--format", "json", "-o", join(folder, "report.json")];
  const begun = process.hrtime.bigint();
  const run = spawnSync(process.execPath, ["--import", account, "bin/bezoar.js", "scan", file, ...report, ...flags], {
    encoding: "utf8",
    env: { ...process.env, BENCH_USAGE: usage },
  });
  const seconds = Number(process.hrtime.bigint() - begun) / 1e9;
  if (run.error || ![0, 1].includes(run.status ?? -1))
    throw new Error(`bezoar: ${run.error?.message ?? run.stderr.slice(-400)}`);
  const { userCPUTime, systemCPUTime, maxRSS } = JSON.parse(readFileSync(usage, "utf8")) as NodeJS.ResourceUsage;
  return { seconds, cpuSeconds: (userCPUTime + systemCPUTime) / 1e6, peakMb: maxRSS / 1024 };
}

export function scale(sizes: readonly number[], kinds: readonly Kind[], folder: string): Scaled[] {
  mkdirSync(folder, { recursive: true });
  return kinds.flatMap((kind) =>
    sizes.map((rows) => {
      const file = join(folder, `short-${kind}-${rows}.jsonl`);
      if (!existsSync(file)) writeRows(file, rows, shortChatRows(kind));
      return {
        kind,
        rows,
        megabytes: statSync(file).size / 1e6,
        load: loadavg()[0] as number,
        single: scanned(file, folder, ["--skip", STATISTICS.join(",")]),
        statistics: scanned(file, folder, []),
      };
    }),
  );
}

export function scaleTable(measures: readonly Scaled[]): string {
  const used = ({ seconds, cpuSeconds, peakMb }: Used): string =>
    `${seconds.toFixed(1)} | ${cpuSeconds.toFixed(1)} | ${peakMb.toFixed(0)}`;
  return [
    `${cpus()[0]?.model ?? "unknown CPU"}, ${availableParallelism()} cores, Node ${process.versions.node}`,
    "",
    "| rows | MB | load | single records: s | CPU s | peak MB | with statistics: s | CPU s | peak MB |",
    "|---|---:|---:|---:|---:|---:|---:|---:|---:|",
    ...measures.map(
      ({ kind, rows, megabytes, load, single, statistics }) =>
        `| ${kind}, ${rows} | ${megabytes.toFixed(0)} | ${load.toFixed(1)} | ${used(single)} | ${used(statistics)} |`,
    ),
    "",
  ].join("\n");
}
