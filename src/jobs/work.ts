// One item of work and how it is performed, the same on the main thread and on a worker: open the source, scan or hash
// it, close it. A failure of the source is a problem of its artifact, never the end of the run.
import type { ArtifactRef } from "../core/artifact.ts";
import type { ByteSource } from "../core/bytes.ts";
import { memorySource } from "../core/bytes.ts";
import type { ByteRange, ReadContext } from "../core/format.ts";
import { rolePlan, type PlainRolePlan } from "../core/roles.ts";
import { addProblem, newPartial, type UnitResult } from "../scan/partial.ts";
import { drawnBy, type Sample } from "../scan/held.ts";
import { asProblem, digestOf, scanUnit, type Engine, type UnitInput } from "../scan/unit.ts";
import { sharedSource, type SharedBytes } from "./read-once.ts";
import { createHash } from "node:crypto";

export type WorkItem = {
  readonly ref: ArtifactRef;
  /** Of the statistics, as far as is known when the work is handed out. */
  readonly sample?: Sample;
} &
  /** `light`: of its bytes few are read. */
  (
    | { readonly task: "whole"; readonly light?: boolean }
    | {
        readonly task: "range";
        readonly index: number;
        readonly range: ByteRange;
        readonly format: string;
        readonly roles: PlainRolePlan;
        /** Its bytes, where they were read already. */
        readonly bytes?: SharedBytes;
        /** Lines of the file before it, and the digest of the whole file with its last range; for whoever takes the result. */
        readonly linesBefore?: number;
        readonly sha256?: string;
      }
    | { readonly task: "hash" }
  );

export interface OpenedSource extends ByteSource {
  close(): Promise<void>;
}

/** The I/O that work needs, handed in by whoever may do I/O. */
export interface Opener {
  open(ref: ArtifactRef): Promise<OpenedSource>;
  /** Holds forward-only sources for readers that need random access, until it is closed. */
  spooler(): { readonly spool: ReadContext["spool"]; close(): Promise<void> };
}

type Common = Pick<UnitInput, "spool" | "sample" | "key" | "onBytes">;

/** A local file up to this size is read once, and hashed and scanned in memory. */
const MEMORY_BYTES_MAX = 16 * 1024 * 1024;

export async function perform(
  item: WorkItem,
  engine: Engine,
  opener: Opener,
  onBytes?: (bytes: number, records: number) => void,
): Promise<UnitResult> {
  let source: OpenedSource | undefined;
  const { spool, close } = opener.spooler();
  try {
    source = await opener.open(item.ref);
    const common: Common = {
      spool,
      ...(item.sample ? { sample: item.sample } : {}),
      ...(onBytes ? { onBytes } : {}),
    };
    if (item.task === "hash") {
      const partial = newPartial("");
      partial.sha256 = await digestOf(source, (bytes) => onBytes?.(bytes, 0));
      return { artifacts: [partial] };
    }
    if (item.task === "whole") {
      const own = source;
      // Only a dataset too large to hold is read a second time for it.
      const key = async (): Promise<number> =>
        drawnBy(item.ref, item.ref.location.type === "file" ? await digestOf(own) : null);
      return await whole(own, { ...common, key }, engine);
    }
    const { range, format, roles, bytes } = item;
    if (bytes) source = sharedSource(source, bytes);
    return await scanUnit({ source, range, format, plan: rolePlan(roles), ...common }, engine);
  } catch (error) {
    const partial = newPartial("");
    partial.bytes = 0;
    addProblem(partial, asProblem(error), engine.limits);
    return { artifacts: [partial] };
  } finally {
    await Promise.allSettled([close(), source?.close()]);
  }
}

async function whole(source: OpenedSource, common: Common, engine: Engine): Promise<UnitResult> {
  if (source.slice && source.sizeBytes !== undefined && source.sizeBytes <= MEMORY_BYTES_MAX) {
    const bytes = await source.slice(0, source.sizeBytes);
    const result = await scanUnit({ source: memorySource(source.name, bytes), ...common }, engine);
    const own = result.artifacts[0];
    if (own) {
      own.sha256 = createHash("sha256").update(bytes).digest("hex");
      own.bytes = bytes.length;
    }
    return result;
  }
  const hashing = hashed(source);
  const result = await scanUnit({ source: hashing.source, ...common }, engine);
  const own = result.artifacts[0];
  if (own) {
    own.sha256 = hashing.digest();
    if (source.sizeBytes === undefined) own.bytes = hashing.bytes();
  }
  return result;
}

/** A source whose digest is known once somebody has read it from start to end. */
function hashed(source: ByteSource): { source: ByteSource; digest: () => string | null; bytes: () => number } {
  let digest: string | null = null;
  let length = 0;
  const { slice } = source;
  return {
    digest: () => digest,
    bytes: () => length,
    source: {
      name: source.name,
      sizeBytes: source.sizeBytes,
      ...(slice ? { slice } : {}),
      async *stream(start, end) {
        const whole = (start ?? 0) === 0 && (end === undefined || end === source.sizeBytes) && digest === null;
        if (!whole) {
          yield* source.stream(start, end);
          return;
        }
        const hash = createHash("sha256");
        let read = 0;
        for await (const chunk of source.stream(start, end)) {
          hash.update(chunk);
          read += chunk.length;
          yield chunk;
        }
        digest = hash.digest("hex");
        length = read;
      },
    },
  };
}
