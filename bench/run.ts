// npm run bench [-- MEGABYTES [RUNS]]     how fast a scan is
// npm run bench -- scale [ROWS...]        how the statistics of a dataset scale
import { execFileSync } from "node:child_process";
import { scale, scaleTable } from "./scale.ts";
import { speed, table } from "./speed.ts";

const args = process.argv.slice(2);
const folder = "bench/out";
execFileSync(process.execPath, ["scripts/build.ts"], { stdio: "inherit" });
if (args[0] === "scale") {
  const rows = args.length > 1 ? args.slice(1).map(Number) : [10_000, 100_000, 1_000_000];
  console.log(scaleTable(scale(rows, ["everyday", "technical"], folder)));
} else {
  const [megabytes = "500", runs = "3"] = args;
  console.log(table(await speed({ megabytes: Number(megabytes), folder, runs: Number(runs) })));
}
