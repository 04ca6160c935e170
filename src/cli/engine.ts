// Wires the parts that know nothing of each other: readers, detectors and sources, for the main thread and for workers.
import type { Carries, Detector } from "../core/detector.ts";
import type { DocumentPart } from "../core/format.ts";
import type { RoleOverride } from "../core/roles.ts";
import { LIMITS, type Limits } from "../base/limits.ts";
import { detectors } from "../detectors/index.ts";
import { formats } from "../formats/index.ts";
import { buildEngine, type Engine } from "../scan/unit.ts";
import type { Opener } from "../jobs/work.ts";
import { holdsPrefix } from "../store/row-index.ts";
import { openSource } from "../sources/open.ts";
import { spooler } from "../sources/spool.ts";

/** Plain data: it is sent to worker threads. */
export interface EngineSettings {
  /** Detector ids to run; absent for all. */
  readonly detectors?: readonly string[];
  readonly roles: RoleOverride;
  readonly limits?: Partial<Limits>;
  /** Fetch http:// addresses that are not loopback. */
  readonly allowHttp?: boolean;
  /** Digest each record, to compare with another revision. */
  readonly digests?: boolean;
  /** Commit to each record. */
  readonly rows?: boolean;
  /** Digests of records that are known, 16 bytes of each, ascending: they are not looked at again. Shared memory. */
  readonly known?: Uint8Array;
  /** Of a second pass: what the records are searched for. */
  readonly follow?: readonly Carries[];
  /** Templates and settings of the model that is compared with. */
  readonly baseline?: readonly DocumentPart[];
}

export const selectDetectors = (ids: readonly string[] | undefined): readonly Detector[] =>
  ids ? detectors.filter(({ id }) => ids.includes(id)) : detectors;

export function engineFor(settings: EngineSettings): Engine {
  const { detectors: ids, limits, roles, digests = false, baseline = [], rows = false, known, follow } = settings;
  return {
    ...buildEngine(formats, selectDetectors(ids), { ...LIMITS, ...limits }, roles, digests, baseline),
    rows,
    ...(follow ? { follow } : {}),
    ...(known ? { known: (digest) => holdsPrefix(known, digest) } : {}),
  };
}

export const opener = (limits: Limits, allowHttp = false, signal?: AbortSignal): Opener => ({
  open: (ref) => openSource(ref, { env: process.env, allowHttp, ...(signal ? { signal } : {}) }),
  spooler: () => spooler({ limits, ...(signal ? { signal } : {}) }),
});
