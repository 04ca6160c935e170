// npm run bench [-- MEGABYTES [RUNS]]
import { execFileSync } from "node:child_process";
import { speed, table } from "./speed.ts";

const [megabytes = "500", runs = "3"] = process.argv.slice(2);
execFileSync(process.execPath, ["scripts/build.ts"], { stdio: "inherit" });
console.log(table(await speed({ megabytes: Number(megabytes), folder: "bench/out", runs: Number(runs) })));
