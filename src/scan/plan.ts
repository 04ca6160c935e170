// Splits an artifact into units of work. The split depends on the bytes alone, never on how many workers there are, so
// that the report is the same for any number of them.
import type { ByteSource } from "../core/bytes.ts";
import type { ByteRange, ReadContext } from "../core/format.ts";
import { planRoles, plainPlan, type PlainRolePlan } from "../core/roles.ts";
import { rank, readHead, type Engine } from "./unit.ts";

/** Below this a file is one unit: starting threads costs more than they save. */
export const SPLIT_BYTES_MIN: number = 16 * 1024 * 1024;
/** Bytes of one range: long enough to amortise its start, short enough to keep all workers busy to the end. */
export const RANGE_BYTES: number = 8 * 1024 * 1024;

export interface SplitPlan {
  readonly format: string;
  readonly ranges: readonly ByteRange[];
  readonly roles: PlainRolePlan;
}

/** Ranges to read apart; "model" where little of the file is read at all; undefined where it must be read as one. */
export async function splitPlan(
  source: ByteSource,
  engine: Engine,
  spool: ReadContext["spool"],
): Promise<SplitPlan | "model" | undefined> {
  if (!source.slice || source.sizeBytes === undefined || source.sizeBytes < SPLIT_BYTES_MIN) return undefined;
  const random = source as Required<ByteSource>;
  const head = await readHead(source, engine.limits);
  const format = rank(engine.formats, head)[0]?.format;
  if (format?.yields === "model") return "model";
  if (!format?.split) return undefined;
  const context: ReadContext = { limits: engine.limits, spool };
  const ranges = await format.split(random, RANGE_BYTES, context);
  const first = ranges[0];
  if (ranges.length < 2 || !first) return undefined;
  const sample: unknown[] = [];
  for await (const part of format.read(source, { ...context, range: first })) {
    if (part.kind !== "records") continue;
    for (let i = 0; i < Math.min(part.count, engine.limits.sampleRecordsMax); i++) sample.push(part.value(i).value);
    break;
  }
  return { format: format.id, ranges, roles: plainPlan(planRoles(sample, engine.roles)) };
}
