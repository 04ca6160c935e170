// What each detector costs on the benchmark's data: the share of records that its anchors select, and the time of its
// exact check for each megabyte scanned. The way to see which anchor is too common and which check too slow.
import { mkdirSync, readFileSync } from "node:fs";
import type { RecordDetector } from "../src/core/detector.ts";
import { planRoles } from "../src/core/roles.ts";
import { toRecord } from "../src/core/fields.ts";
import { detectors } from "../src/detectors/index.ts";
import { buildSearch } from "../src/scan/search.ts";
import { writeJsonl } from "./data.ts";

const [path = "bench/out/chat-20.jsonl"] = process.argv.slice(2);
mkdirSync("bench/out", { recursive: true });
if (path === "bench/out/chat-20.jsonl") writeJsonl(path, 20e6);
const bytes = readFileSync(path);
const starts: number[] = [];
const ends: number[] = [];
for (let at = 0, end = bytes.indexOf(10); end >= 0; at = end + 1, end = bytes.indexOf(10, at)) {
  starts.push(at);
  ends.push(end);
}
const records = detectors.filter((d): d is RecordDetector => d.reads === "record");
const search = buildSearch(records);
const masks = new Uint32Array(starts.length * search.words);
const input = {
  bytes,
  starts: Uint32Array.from(starts),
  ends: Uint32Array.from(ends),
  count: starts.length,
  escapes: "backslash" as const,
};
search.mark(input, masks);
let begun = performance.now();
search.mark(input, masks);
const megabytes = bytes.length / 1e6;
console.log(
  `search: ${(megabytes / ((performance.now() - begun) / 1000)).toFixed(0)} MB/s; ${starts.length} records, ${megabytes.toFixed(0)} MB`,
);

begun = performance.now();
const values = starts.map((start, i) => JSON.parse(bytes.toString("utf8", start, ends[i])) as unknown);
console.log(`JSON.parse: ${(megabytes / ((performance.now() - begun) / 1000)).toFixed(0)} MB/s`);
const plan = planRoles(values.slice(0, 200));
begun = performance.now();
const parsed = values.map((value, i) => toRecord(i, { value }, plan));
console.log(`fields: ${(megabytes / ((performance.now() - begun) / 1000)).toFixed(0)} MB/s`);

const rows = records.map((detector, d) => {
  const chosen = parsed.filter((_, i) => ((masks[i * search.words + (d >> 5)] ?? 0) >>> (d & 31)) & 1);
  let hits = 0;
  const once = (): number => {
    const start = performance.now();
    for (const record of chosen) detector.inspect(record, () => hits++);
    return performance.now() - start;
  };
  once();
  hits = 0;
  return { id: detector.id, share: chosen.length / parsed.length, ms: once() / megabytes, hits };
});
for (const { id, share, ms, hits } of rows.sort((a, b) => b.ms - a.ms)) {
  console.log(
    `${id.padEnd(28)} ${(share * 100).toFixed(1).padStart(5)} % of records  ${ms.toFixed(3).padStart(8)} ms/MB  ${hits} hits`,
  );
}
const any = parsed.filter((_, i) =>
  masks.subarray(i * search.words, (i + 1) * search.words).some((word) => word !== 0),
).length;
console.log(
  `any: ${((any / parsed.length) * 100).toFixed(1)} % of records; all checks ${rows.reduce((sum, { ms }) => sum + ms, 0).toFixed(2)} ms/MB`,
);
