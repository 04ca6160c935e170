// How fast a scan is, side by side in one run on one machine: Bezoar with every detector on, a plain Node loop of
// JSON.parse a line, ripgrep with as many literals, and DuckDB reading the same with one regular expression. A peer that
// is not installed is said to be missing.
import { spawnSync } from "node:child_process";
import { createReadStream, existsSync, mkdirSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";
import { availableParallelism, cpus } from "node:os";
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

const literals = (): string[] => [
  ...new Set(
    detectors.flatMap((d) => (d.reads === "record" ? d.anchors.filter((a): a is string => typeof a === "string") : [])),
  ),
];

export async function speed({ megabytes, folder, runs }: SpeedOptions): Promise<readonly Measure[]> {
  mkdirSync(folder, { recursive: true });
  const jsonl = join(folder, `chat-${megabytes}.jsonl`);
  if (!existsSync(jsonl)) writeJsonl(jsonl, megabytes * 1e6);
  const size = statSync(jsonl).size / 1e6;
  const out: Measure[] = [];
  const bezoar = (file: string, mb: number, what: string): void => {
    out.push({
      what,
      megabytes: mb,
      ...best(runs, () =>
        timed(
          process.execPath,
          ["bin/bezoar.js", "scan", file, "--format", "json", "-o", join(folder, "report.json")],
          [0, 1],
        ),
      ),
    });
  };
  bezoar(jsonl, size, `bezoar scan, JSON Lines, all ${detectors.length} detectors, ${availableParallelism()} workers`);

  const begun = process.hrtime.bigint();
  await parseLoop(jsonl);
  out.push({
    what: "node: JSON.parse of each line, one thread",
    megabytes: size,
    seconds: Number(process.hrtime.bigint() - begun) / 1e9,
  });

  const patterns = join(folder, "literals.txt");
  writeFileSync(patterns, `${literals().join("\n")}\n`);
  out.push(
    peer(`rg -F -i -c, the same ${literals().length} literals`, size, () =>
      timed("rg", ["-F", "-i", "-c", "-f", patterns, jsonl], [0, 1]),
    ),
  );

  const duck = await duckdb(folder);
  if (duck) {
    const parquet = join(folder, `chat-${megabytes}.parquet`);
    if (!existsSync(parquet))
      await duck(
        `COPY (SELECT * FROM read_json('${jsonl}', format='newline_delimited')) TO '${parquet}' (FORMAT parquet, COMPRESSION snappy)`,
      );
    const query = (from: string): string =>
      `SELECT count(*) FROM ${from} WHERE regexp_matches(messages::VARCHAR, 'ignore (all )?previous')`;
    out.push({
      what: "DuckDB: read JSON Lines, one regexp_matches",
      megabytes: size,
      seconds: await duck(query(`read_json('${jsonl}', format='newline_delimited')`)),
    });
    bezoar(parquet, size, `bezoar scan, the same as Parquet (snappy), MB of JSON Lines`);
    out.push({
      what: "DuckDB: read Parquet, one regexp_matches",
      megabytes: size,
      seconds: await duck(query(`'${parquet}'`)),
    });
  } else
    out.push({
      what: "DuckDB (not installed: npm install --no-save --prefix bench/out @duckdb/node-api)",
      megabytes: size,
      seconds: Number.NaN,
    });
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
