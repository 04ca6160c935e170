// How fast a scan is, side by side in one run on one machine: Bezoar with every detector on, a plain Node loop of
// JSON.parse a line, ripgrep with as many literals, and DuckDB reading the same with one regular expression. A peer that
// is not installed is said to be missing.
import { spawnSync } from "node:child_process";
import { createReadStream, existsSync, mkdirSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";
import { availableParallelism, cpus } from "node:os";
import type { Anchor } from "../src/core/detector.ts";
import { detectors } from "../src/detectors/index.ts";
import { writeJsonl } from "./data.ts";

interface Measure {
  readonly what: string;
  readonly megabytes: number;
  readonly seconds: number;
  readonly peakMb?: number;
  readonly note?: string;
}

export interface SpeedOptions {
  readonly megabytes: number;
  readonly folder: string;
  readonly runs: number;
}

const best = (runs: number, once: () => { seconds: number; peakMb?: number }): { seconds: number; peakMb?: number } => {
  let result = once();
  for (let i = 1; i < runs; i++) {
    const next = once();
    if (next.seconds < result.seconds) result = next;
  }
  return result;
};

/** Runs a command with `/usr/bin/time`-like accounting of our own: wall seconds, and peak memory from /proc where it is. */
function timed(command: string, args: readonly string[], ok: readonly number[]): { seconds: number; peakMb?: number } {
  const begun = process.hrtime.bigint();
  const gnuTime = existsSync("/usr/bin/time");
  const run = spawnSync(gnuTime ? "/usr/bin/time" : command, gnuTime ? ["-f", "%M", command, ...args] : [...args], {
    encoding: "utf8",
    maxBuffer: 1 << 30,
  });
  const seconds = Number(process.hrtime.bigint() - begun) / 1e9;
  if (run.error || !ok.includes(run.status ?? -1))
    throw new Error(`${command}: ${run.error?.message ?? run.stderr.slice(-400)}`);
  const peak = gnuTime ? Number(run.stderr.trim().split("\n").at(-1)) / 1024 : undefined;
  return { seconds, ...(peak === undefined ? {} : { peakMb: peak }) };
}

const literalsIn = (anchor: Anchor): string[] => {
  if (typeof anchor === "string") return [anchor];
  if ("word" in anchor) return [anchor.word];
  return "all" in anchor ? anchor.all.flat().flatMap(literalsIn) : [];
};

const literals = (): string[] => [
  ...new Set(detectors.flatMap((d) => (d.reads === "record" ? d.anchors.flatMap(literalsIn) : []))),
];

const STATISTICS = detectors.filter(({ reads }) => reads === "dataset").map(({ id }) => id);

export async function speed({ megabytes, folder, runs }: SpeedOptions): Promise<readonly Measure[]> {
  mkdirSync(folder, { recursive: true });
  const out: Measure[] = [];
  const duck = await duckdb(folder);
  for (const kind of ["everyday", "technical"] as const) {
    const jsonl = join(folder, `chat-${kind}-${megabytes}.jsonl`);
    if (!existsSync(jsonl)) writeJsonl(jsonl, megabytes * 1e6, kind);
    const size = statSync(jsonl).size / 1e6;
    const bezoar = (file: string, what: string, flags: readonly string[]): void => {
      const args = ["bin/bezoar.js", "scan", file, "--format", "json", "-o", join(folder, "report.json"), ...flags];
      out.push({
        what: `${kind}: ${what}`,
        megabytes: size,
        ...best(runs, () => timed(process.execPath, args, [0, 1])),
      });
    };
    const single = ["--skip", STATISTICS.join(",")];
    bezoar(
      jsonl,
      `bezoar, JSON Lines, ${detectors.length - STATISTICS.length} detectors of single records and files`,
      single,
    );
    bezoar(jsonl, "bezoar, JSON Lines, the statistics of the dataset too", []);
    let begun = process.hrtime.bigint();
    await parseLoop(jsonl);
    const seconds = Number(process.hrtime.bigint() - begun) / 1e9;
    out.push({ what: `${kind}: node, JSON.parse of each line, one thread`, megabytes: size, seconds });
    const patterns = join(folder, "literals.txt");
    writeFileSync(patterns, `${literals().join("\n")}\n`);
    const rg = ["-F", "-i", "-c", "-f", patterns, jsonl];
    out.push(peer(`${kind}: rg -F -i -c, the same ${literals().length} literals`, size, () => timed("rg", rg, [0, 1])));
    if (!duck) {
      out.push({
        what: `${kind}: DuckDB (not installed: npm install --prefix bench/out @duckdb/node-api)`,
        megabytes: size,
        seconds: Number.NaN,
      });
      continue;
    }
    const parquet = join(folder, `chat-${kind}-${megabytes}.parquet`);
    const source = `read_json('${jsonl}', format='newline_delimited')`;
    if (!existsSync(parquet))
      await duck(
        `COPY (SELECT * FROM ${source}) TO '${parquet}' (FORMAT parquet, COMPRESSION snappy, ROW_GROUP_SIZE 4096)`,
      );
    const query = (from: string): string =>
      `SELECT count(*) FROM ${from} WHERE regexp_matches(messages::VARCHAR, 'ignore (all )?previous')`;
    begun = process.hrtime.bigint();
    out.push({
      what: `${kind}: DuckDB, JSON Lines, one regexp_matches`,
      megabytes: size,
      seconds: await duck(query(source)),
    });
    bezoar(parquet, "bezoar, the same as Parquet (snappy), MB as JSON Lines", single);
    out.push({
      what: `${kind}: DuckDB, Parquet, one regexp_matches`,
      megabytes: size,
      seconds: await duck(query(`'${parquet}'`)),
    });
  }
  return out;
}

function peer(what: string, megabytes: number, run: () => { seconds: number; peakMb?: number }): Measure {
  try {
    return { what, megabytes, ...run() };
  } catch (error) {
    return { what: `${what} (missing: ${(error as Error).message.slice(0, 60)})`, megabytes, seconds: Number.NaN };
  }
}

async function parseLoop(path: string): Promise<number> {
  let rows = 0;
  let carry = "";
  for await (const chunk of createReadStream(path, { encoding: "utf8", highWaterMark: 1 << 20 })) {
    const lines = (carry + String(chunk)).split("\n");
    carry = lines.pop() ?? "";
    for (const line of lines) if (line) rows += JSON.parse(line) ? 1 : 0;
  }
  return rows;
}

/** A function that runs one statement and gives its seconds. */
async function duckdb(folder: string): Promise<((sql: string) => Promise<number>) | undefined> {
  try {
    const entry = createRequire(join(process.cwd(), folder, "x.js")).resolve("@duckdb/node-api");
    const { DuckDBInstance } = (await import(pathToFileURL(entry).href)) as {
      DuckDBInstance: { create(): Promise<{ connect(): Promise<{ run(sql: string): Promise<unknown> }> }> };
    };
    const connection = await (await DuckDBInstance.create()).connect();
    return async (sql) => {
      const begun = process.hrtime.bigint();
      await connection.run(sql);
      return Number(process.hrtime.bigint() - begun) / 1e9;
    };
  } catch {
    return undefined;
  }
}

export function table(measures: readonly Measure[]): string {
  const rows = measures.map(
    ({ what, megabytes, seconds, peakMb }) =>
      `| ${what} | ${megabytes.toFixed(0)} | ${Number.isNaN(seconds) ? "-" : seconds.toFixed(2)} | ${Number.isNaN(seconds) ? "-" : (megabytes / seconds).toFixed(0)} | ${peakMb === undefined ? "-" : peakMb.toFixed(0)} |`,
  );
  return [
    `${cpus()[0]?.model ?? "unknown CPU"}, ${availableParallelism()} cores, Node ${process.versions.node}`,
    "",
    "| what | MB | seconds | MB/s | peak MB |",
    "|---|---:|---:|---:|---:|",
    ...rows,
    "",
  ].join("\n");
}
