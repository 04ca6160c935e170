// node bench/artifacts.ts [--artifacts DIR] [--runs N] [--picklescan COMMAND] [--folder DIR]
// How well and how fast model files are judged. With labelled files (DIR/manifest.json: [{path, format, family, verdict:
// "malicious" | "benign"}]) the table by family; always the speed, start-up included, beside picklescan (where it is
// installed) and a plain read of the same file.
import { spawnSync } from "node:child_process";
import {
  existsSync,
  ftruncateSync,
  mkdirSync,
  openSync,
  closeSync,
  readFileSync,
  statSync,
  writeFileSync,
  writeSync,
} from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { assemble, type Step } from "../src/formats/pickle/testing/assemble.ts";
import { machineAt } from "../src/formats/pickle/run.ts";
import { LIMITS } from "../src/base/limits.ts";
import { makeZip } from "../src/formats/shared/testing/make-zip.ts";
import { scan } from "../src/index.ts";

interface Sample {
  readonly path: string;
  readonly format: string;
  readonly family: string;
  readonly verdict: "malicious" | "benign";
}

export interface Tally {
  flagged: number;
  undecided: number;
  passed: number;
}

/** Family -> what became of its malicious files and of its benign ones. Each file is scanned alone. */
export async function judgeFolder(
  folder: string,
  onWrong: (line: string) => void = () => {},
): Promise<Map<string, Record<Sample["verdict"], Tally>>> {
  const samples = JSON.parse(readFileSync(join(folder, "manifest.json"), "utf8")) as readonly Sample[];
  const tallies = new Map<string, Record<Sample["verdict"], Tally>>();
  const fresh = (): Tally => ({ flagged: 0, undecided: 0, passed: 0 });
  for (const { path, family, verdict } of samples) {
    const { report } = await scan([join(folder, path)], { workers: 1 });
    for (const row of [family, "all"]) {
      const tally = tallies.get(row) ?? { malicious: fresh(), benign: fresh() };
      tallies.set(row, tally);
      tally[verdict][report.verdict === "fail" ? "flagged" : report.verdict === "pass" ? "passed" : "undecided"]++;
    }
    if (report.verdict !== (verdict === "malicious" ? "fail" : "pass"))
      onWrong(
        `${verdict} -> ${report.verdict}: ${path}: ${report.findings[0]?.message ?? report.reasons[0]?.message ?? ""}`,
      );
  }
  return tallies;
}

export function judgedTable(tallies: ReadonlyMap<string, Record<Sample["verdict"], Tally>>): string {
  const cell = ({ flagged, undecided, passed }: Tally): string => `${flagged} | ${undecided} | ${passed}`;
  const rows = [...tallies]
    .sort(([a], [b]) => (a === "all" ? 1 : b === "all" ? -1 : a < b ? -1 : 1))
    .map(([family, { malicious, benign }]) => `| ${family} | ${cell(malicious)} | ${cell(benign)} |`);
  return [
    "| family | malicious: fail | undecided | pass | benign: fail | undecided | pass |",
    "|---|---:|---:|---:|---:|---:|---:|",
    ...rows,
  ].join("\n");
}

export interface Timing {
  readonly what: string;
  readonly megabytes: number;
  readonly bezoar: number;
  readonly read: number;
  /** Undefined where it is not installed. */
  readonly picklescan: number | undefined;
}

export interface SpeedOptions {
  readonly folder: string;
  readonly runs: number;
  /** 1 for the sizes that are published; smaller to see that the bench runs. */
  readonly scale: number;
  readonly picklescan: string;
}

/** Best of some runs, in seconds; undefined where the command cannot be run. */
function seconds(command: string, args: readonly string[], runs: number): number | undefined {
  let best: number | undefined;
  for (let i = 0; i < runs; i++) {
    const begun = process.hrtime.bigint();
    const { error, status } = spawnSync(command, args, { stdio: "ignore" });
    if (error || status === null || status > 2) return undefined;
    best = Math.min(best ?? Infinity, Number(process.hrtime.bigint() - begun) / 1e9);
  }
  return best;
}

export function speed({ folder, runs, scale, picklescan }: SpeedOptions): Timing[] {
  mkdirSync(folder, { recursive: true });
  const targets: [what: string, path: string, megabytes: number][] = [];
  const count = Math.ceil(1_000_000 * scale);
  const ints = join(folder, "ints.pkl");
  writeFileSync(ints, integers(count));
  targets.push([`a list of ${count.toLocaleString("en")} numbers`, ints, statSync(ints).size / 1e6]);
  const torch = join(folder, "tensors.pt");
  const bytes = Math.ceil(512 * 1024 * 1024 * scale);
  writeTorch(torch, bytes);
  targets.push([`a PyTorch archive of ${Math.round(bytes / 1024 / 1024)} MiB`, torch, statSync(torch).size / 1e6]);
  const small = join(folder, "small");
  mkdirSync(small, { recursive: true });
  const files = Math.ceil(500 * scale);
  for (let i = 0; i < files; i++) writeFileSync(join(small, `${i}.pkl`), integers(20 + i));
  targets.push([`${files} small pickles`, small, 0]);
  return targets.map(([what, path, megabytes]) => ({
    what,
    megabytes,
    bezoar:
      seconds(
        process.execPath,
        ["bin/bezoar.js", "scan", path, "--format", "json", "-o", join(folder, "report.json")],
        runs,
      ) ?? Number.NaN,
    read: seconds("sh", ["-c", 'find "$0" -type f -exec cat {} + > /dev/null', path], runs) ?? Number.NaN,
    picklescan: seconds(picklescan, ["-p", path], runs),
  }));
}

export const timingTable = (timings: readonly Timing[]): string =>
  [
    "| file | bezoar | picklescan | plain read |",
    "|---|---:|---:|---:|",
    ...timings.map(
      ({ what, bezoar, picklescan, read }) =>
        `| ${what} | ${bezoar.toFixed(2)} s | ${picklescan === undefined ? "not installed (pip install picklescan)" : `${picklescan.toFixed(2)} s`} | ${read.toFixed(2)} s |`,
    ),
  ].join("\n");

/** Megabytes of dense opcodes that the pickle machine alone works out in a second. */
export function machineSpeed(count: number): number {
  const bytes = integers(count);
  let best = Infinity;
  for (let i = 0; i < 5; i++) {
    const begun = process.cpuUsage();
    const machine = machineAt(0, bytes.length, LIMITS);
    machine.run(bytes, 0);
    const { user, system } = process.cpuUsage(begun);
    best = Math.min(best, (user + system) / 1e6);
  }
  return bytes.length / 1e6 / best;
}

/** A list as a pickler writes it: a thousand numbers to an APPENDS. */
function integers(count: number): Buffer {
  const chunks: Buffer[] = [assemble(["PROTO", 4], "EMPTY_LIST", "MEMOIZE")];
  for (let i = 0; i < count; i += 1_000) {
    const steps: Step[] = ["MARK"];
    for (let k = i; k < Math.min(count, i + 1_000); k++)
      steps.push(k < 256 ? ["BININT1", k] : k < 65_536 ? ["BININT2", k] : ["BININT", k]);
    chunks.push(assemble(...steps, "APPENDS"));
  }
  return Buffer.concat([...chunks, assemble("STOP")]);
}

/** An archive with one tensor of so many bytes, which are a hole in the file. */
function writeTorch(path: string, bytes: number): void {
  const data = assemble(["PROTO", 2], "EMPTY_DICT", "STOP");
  const whole = makeZip([
    { name: "m/data.pkl", data, stored: true },
    { name: "m/data/0", data: Buffer.alloc(64), stored: true },
  ]);
  const local = whole.indexOf("m/data/0") - 30;
  const end = local + 38;
  const head = Buffer.from(whole.subarray(0, end));
  const tail = Buffer.from(whole.subarray(end + 64));
  const central = 46 + "m/data.pkl".length;
  for (const [buffer, at] of [
    [head, local + 18],
    [head, local + 22],
    [tail, central + 20],
    [tail, central + 24],
  ] as const)
    buffer.writeUInt32LE(bytes, at);
  tail.writeUInt32LE(tail.readUInt32LE(tail.length - 6) + bytes - 64, tail.length - 6);
  const file = openSync(path, "w");
  writeSync(file, head, 0, head.length, 0);
  ftruncateSync(file, end + bytes);
  writeSync(file, tail, 0, tail.length, end + bytes);
  closeSync(file);
}

if (import.meta.main) {
  const { values } = parseArgs({
    options: {
      artifacts: { type: "string" },
      runs: { type: "string", default: "3" },
      picklescan: { type: "string", default: "picklescan" },
      folder: { type: "string", default: "bench/out" },
    },
  });
  if (values.artifacts && existsSync(values.artifacts))
    console.log(judgedTable(await judgeFolder(values.artifacts, (line) => console.error(line))), "\n");
  console.log(
    timingTable(speed({ folder: values.folder, runs: Number(values.runs), scale: 1, picklescan: values.picklescan })),
  );
  console.log(`\nThe pickle machine alone, a list of numbers: ${machineSpeed(1_000_000).toFixed(0)} MB/s of CPU time.`);
}
