// A scan from targets to a report: resolve, plan, run on as many threads as help, merge in order, decide. The library's
// `scan` and the command line's are this one.
import { matchesGlob, resolve } from "node:path";
import { availableParallelism } from "node:os";
import type { DocumentPart } from "../core/format.ts";
import type { ArtifactRef, TargetProblem } from "../core/artifact.ts";
import { SENSITIVITY, type Card, type Carries } from "../core/detector.ts";
import type { Finding, RecordLine, ScanReport } from "../core/report.ts";
import type { RoleOverride } from "../core/roles.ts";
import { atLeast, type Severity } from "../core/severity.ts";
import type { Table } from "../core/table.ts";
import { usage } from "../core/errors.ts";
import { LIMITS, type Limits } from "../base/limits.ts";
import { quote } from "../base/escape.ts";
import { concludeOnThreads } from "../jobs/conclude.ts";
import { IN_HAND, runPool } from "../jobs/pool.ts";
import { readOnce, SharedBuffers } from "../jobs/read-once.ts";
import { perform, type WorkItem } from "../jobs/work.ts";
import { decide, type Waiver } from "../policy/decide.ts";
import { concludeDatasets, tableOf, type Compared, type Follow, type Shown } from "../scan/conclude.ts";
import { drawnBy, HeldTables } from "../scan/held.ts";
import { mergeFindings, type ScannedArtifact } from "../scan/merge.ts";
import {
  addProblem,
  mergePartial,
  moveLines,
  newPartial,
  type ArtifactPartial,
  type UnitResult,
} from "../scan/partial.ts";
import { splitPlan, SPLIT_BYTES_MIN } from "../scan/plan.ts";
import { asProblem, digestOf, type Engine } from "../scan/unit.ts";
import { absentPrograms, companionsOf, isSettings } from "../sources/companions.ts";
import { documentsOf, IN_BASELINE } from "../scan/baseline.ts";
import { formats } from "../formats/index.ts";
import { resolveTargets } from "../sources/resolve.ts";
import { detectors } from "../detectors/index.ts";
import { illustrate } from "./illustrate.ts";
import { engineFor, opener, type EngineSettings } from "./engine.ts";
import { version } from "./version.ts";

export interface ScanOptions {
  /** Detector ids to run, and not to run. Unknown ids are a usage error of the caller. */
  readonly only?: readonly string[];
  readonly skip?: readonly string[];
  /** Globs of artifact names that are left out, and said to be. */
  readonly exclude?: readonly string[];
  readonly roles?: RoleOverride;
  readonly failOn?: Severity;
  readonly waivers?: readonly Waiver[];
  readonly workers?: number;
  readonly limits?: Partial<Limits>;
  /** Fetch http:// addresses that are not loopback. */
  readonly allowHttp?: boolean;
  /** Another revision of the same data: what only this one carries is said apart. */
  readonly since?: string;
  /** How many associations that chance alone makes may be reported of a clean dataset, on average. */
  readonly sensitivity?: number;
  /** The base model, or one file of it: templates and settings that say something else are findings. */
  readonly baseline?: string;
  /** What is being pinned: each file as it is found, and the digests and sketches of its records unit by unit, in order. */
  readonly inventory?: {
    /** False for a file of our own, which is passed over. */
    file(ref: ArtifactRef): boolean;
    problem(problem: TargetProblem): void;
    rows(ref: ArtifactRef, digests: Uint8Array, sketches: Uint8Array): void;
    /** Digests of records that were looked at before, as EngineSettings has them. */
    readonly known?: Uint8Array;
  };
  readonly onProgress?: (progress: Progress) => void;
  readonly signal?: AbortSignal;
  /** For waivers; default today. */
  readonly now?: Date;
}

export interface Progress {
  readonly bytes: number;
  readonly records: number;
  /** Known bytes of everything found so far; more may come. */
  readonly totalBytes: number;
}

export interface ScanOutcome {
  readonly report: ScanReport;
  /** Every flagged record, complete. */
  records(): Iterable<RecordLine>;
}

/** Work smaller than this in all runs on the calling thread. */
const INLINE_BYTES_MAX = 8 * 1024 * 1024;
/** Opening a file costs as much as searching this many bytes. */
const FILE_COST_BYTES = 16 * 1024;

export const cards: ReadonlyMap<string, Card> = new Map(detectors.map((detector) => [detector.id, detector]));

export async function scan(targets: readonly string[], options: ScanOptions = {}): Promise<ScanOutcome> {
  const begun = performance.now();
  const baseline = options.baseline === undefined ? undefined : await documentsAt(options.baseline, options);
  const settings: EngineSettings = {
    ...(baseline ? { baseline } : {}),
    ...(options.only || options.skip ? { detectors: selected(options) } : {}),
    roles: options.roles ?? {},
    ...(options.limits ? { limits: options.limits } : {}),
    ...(options.allowHttp ? { allowHttp: true } : {}),
    ...(options.since === undefined ? {} : { digests: true }),
    ...(options.inventory ? { rows: true } : {}),
    ...(options.inventory?.known ? { known: options.inventory.known } : {}),
  };
  const limits = { ...LIMITS, ...options.limits };
  const engine = engineFor(settings);
  const run = new Run(targets, options, engine, limits);
  await run.perform(settings);

  const older = options.since === undefined ? undefined : await revision(options.since, options, engine, limits);
  let compared: Compared | undefined;
  if (engine.datasets.length > 0) {
    const threads = concludeOnThreads({
      entry: threadEntry("concluder"),
      size: workersOf(options),
      signal: options.signal,
    });
    const sensitivity = options.sensitivity ?? SENSITIVITY;
    const conclude: Shown = (own, table) => threads(own, table, { sensitivity });
    const follow: Follow = (owners, carries) => run.follow(owners, carries);
    compared = await concludeDatasets(run.scanned(), engine.datasets, limits, conclude, follow, older?.table);
    await run.illustrate();
  }
  await run.absentPrograms();
  const merged = mergeFindings(run.scanned(), cards);
  const decision = decide(merged.artifacts, merged.findings, {
    failOn: options.failOn ?? "high",
    waivers: options.waivers ?? [],
    today: (options.now ?? new Date()).toISOString().slice(0, 10),
  });
  let records = 0;
  let bytes = 0;
  for (const artifact of merged.artifacts) {
    records += artifact.records ?? 0;
    bytes += artifact.bytes;
  }
  return {
    report: {
      schema: "bezoar.report/v1",
      tool: { name: "bezoar", version },
      verdict: decision.verdict,
      reasons: decision.reasons,
      artifacts: decision.artifacts,
      findings: decision.findings,
      ...(run.excluded.length > 0 ? { excluded: run.excluded } : {}),
      ...(options.since !== undefined && compared && older
        ? {
            since: {
              target: options.since,
              ...compared,
              findings: decision.findings.filter(({ added }) => added).map(({ id }) => id),
              coverage: older.whole ? ("full" as const) : ("partial" as const),
            },
          }
        : {}),
      stats: {
        records,
        flagged: flagged(merged.records(), decision.findings),
        bytes,
        seconds: Math.round(performance.now() - begun) / 1000,
      },
    },
    records: () => merged.records(),
  };
}

/** The templates and settings of a base model. Throws a usage error where there are none. */
async function documentsAt(target: string, options: ScanOptions): Promise<DocumentPart[]> {
  const limits = { ...LIMITS, ...options.limits };
  const { allowHttp, signal } = options;
  const io = opener(limits, allowHttp, signal);
  const documents: DocumentPart[] = [];
  for await (const found of resolveTargets([target], {
    limits,
    ...(allowHttp ? { allowHttp } : {}),
    ...(signal ? { signal } : {}),
  })) {
    if (found.kind !== "artifact" || !IN_BASELINE.test(found.name)) continue;
    const { spool, close } = io.spooler();
    let source;
    try {
      source = await io.open(found);
      documents.push(...(await documentsOf(source, formats, { limits, spool })));
    } finally {
      await Promise.allSettled([close(), source?.close()]);
    }
  }
  if (documents.length === 0)
    throw usage(`--baseline ${quote(target)}: it holds no chat template and no settings to compare with.`);
  return documents;
}

/** The statistics of an older revision; nothing is searched for in it. */
async function revision(
  target: string,
  options: ScanOptions,
  engine: Engine,
  limits: Limits,
): Promise<{ readonly table: Table; readonly whole: boolean }> {
  if (engine.datasets.length === 0)
    throw usage("--since compares statistics, and no detector of datasets is left to run.");
  const { since: _, onProgress: __, inventory: ___, ...rest } = options;
  const settings: EngineSettings = {
    detectors: engine.datasets.map(({ id }) => id),
    roles: options.roles ?? {},
    digests: true,
    ...(options.limits ? { limits: options.limits } : {}),
    ...(options.allowHttp ? { allowHttp: true } : {}),
  };
  const run = new Run([target], rest, engineFor(settings), limits);
  await run.perform(settings);
  const { table, whole } = tableOf(run.scanned(), limits);
  if (!table || table.records === 0) throw usage(`--since ${quote(target)}: it holds no records to compare with.`);
  return { table, whole };
}

const workersOf = ({ workers }: ScanOptions): number => Math.max(1, workers ?? availableParallelism());

/** Beside this file in the sources; in what is built this file may be in a folder next to it. */
const threadEntry = (name: string): URL =>
  new URL(`../cli/${name}.${import.meta.url.endsWith(".ts") ? "ts" : "js"}`, import.meta.url);

/** Distinct records flagged at medium or above; lines come ordered by artifact and record. */
function flagged(lines: Iterable<RecordLine>, findings: readonly Finding[]): number {
  const waived = new Set(findings.filter((finding) => finding.waived).map(({ id }) => id));
  let count = 0;
  let uri = "";
  let record = -1;
  for (const line of lines) {
    if (!atLeast(line.severity, "medium") || waived.has(line.finding) || (line.uri === uri && line.record === record))
      continue;
    ({ uri, record } = line);
    count++;
  }
  return count;
}

const selected = ({ only, skip }: ScanOptions): string[] =>
  detectors.map(({ id }) => id).filter((id) => (!only || only.includes(id)) && !skip?.includes(id));

interface Entry {
  readonly uri: string;
  readonly target: number;
  readonly partials: ArtifactPartial[];
  ref?: ArtifactRef;
}

/** The digest of a file was taken from what its repository says. */
export const DECLARED_NOTE = "The sha256 is the one its repository declares; it was not computed here.";

class Run {
  readonly excluded: string[] = [];
  readonly #entries: Entry[] = [];
  readonly #byUri = new Map<string, Entry>();
  readonly #places = new Set<string>();
  readonly #targets: readonly string[];
  readonly #options: ScanOptions;
  readonly #engine: Engine;
  readonly #limits: Limits;
  /** Of each target. */
  readonly #held = new Map<number, HeldTables>();
  /** Of each file whose records are drawn. */
  readonly #keys = new Map<string, number>();
  /** As many as the threads can have in hand, and one that is read into. */
  readonly #buffers: SharedBuffers;
  #bytes = 0;
  #records = 0;
  #total = 0;

  constructor(targets: readonly string[], options: ScanOptions, engine: Engine, limits: Limits) {
    this.#targets = targets;
    this.#options = options;
    this.#engine = engine;
    this.#limits = limits;
    this.#buffers = new SharedBuffers(IN_HAND * workersOf(options) + 1);
  }

  scanned(): readonly ScannedArtifact[] {
    return this.#entries;
  }

  async perform(settings: EngineSettings): Promise<void> {
    // Refs first, as long as they are few and small: most scans end here, without a thread.
    const refs = this.#refs()[Symbol.asyncIterator]();
    const first: ArtifactRef[] = [];
    let bytes = 0;
    let more = true;
    while (bytes < INLINE_BYTES_MAX) {
      const step = await refs.next();
      if (step.done) {
        more = false;
        break;
      }
      first.push(step.value);
      bytes += Math.max(FILE_COST_BYTES, step.value.sizeBytes ?? INLINE_BYTES_MAX);
    }
    // One large file may still be little work: of a model the tensors are not read.
    if (more && first.length === 1) {
      const step = await refs.next();
      if (step.done) more = false;
      else first.push(step.value);
    }
    const items = this.#items(first, more ? refs : undefined)[Symbol.asyncIterator]();
    const head = more || first.length > 1 ? undefined : await items.next();
    // An interruption while the file was looked at is no problem of the file.
    this.#options.signal?.throwIfAborted();
    const light = head?.done === false && head.value.task === "whole" && head.value.light === true;
    const all = async function* (): AsyncIterable<WorkItem> {
      try {
        if (head && !head.done) yield head.value;
        if (!head?.done) for (let step = await items.next(); !step.done; step = await items.next()) yield step.value;
      } finally {
        // Files that are being read are closed, whoever stops.
        await items.return?.();
      }
    };
    const size = workersOf(this.#options);
    const onBytes = (addedBytes: number, addedRecords: number): void => {
      this.#bytes += addedBytes;
      this.#records += addedRecords;
      this.#options.onProgress?.({ bytes: this.#bytes, records: this.#records, totalBytes: this.#total });
    };
    if (light || (!more && bytes < INLINE_BYTES_MAX)) {
      const io = opener(this.#limits, this.#options.allowHttp, this.#options.signal);
      for await (const item of all()) {
        this.#options.signal?.throwIfAborted();
        await this.#add(item, await perform(item, this.#engine, io, onBytes));
      }
      return;
    }
    const pool = runPool(all(), {
      entry: threadEntry("worker"),
      data: settings,
      size,
      limits: this.#limits,
      onBytes,
      onReturn: (item) => {
        if (item.task === "range" && item.bytes) this.#buffers.give(item.bytes.buffer);
      },
      ...(this.#options.signal ? { signal: this.#options.signal } : {}),
    });
    for await (const { item, result } of pool) await this.#add(item, result);
  }

  /** Reads the files of `owners` a second time; the records of each that carry each of what is asked for. */
  async follow(
    owners: readonly ArtifactPartial[],
    carries: readonly Carries[],
  ): Promise<readonly (readonly number[])[][]> {
    const { allowHttp, roles = {}, limits, signal } = this.#options;
    const settings: EngineSettings = {
      detectors: [],
      roles,
      follow: carries,
      ...(limits ? { limits } : {}),
      ...(allowHttp ? { allowHttp } : {}),
    };
    const wanted = new Set(owners);
    const entries = this.#entries.filter(({ partials }) => partials.some((partial) => wanted.has(partial)));
    const itemsOf = this.#itemsOf.bind(this);
    const items = async function* (): AsyncIterable<WorkItem> {
      for (const { ref } of entries) if (ref) yield* itemsOf(ref, false);
    };
    const found = new Map(owners.map((owner) => [owner, carries.map((): number[] => [])]));
    /** Records of a split file before the range that is next. */
    const read = new Map<string, number>();
    const pool = runPool(items(), {
      entry: threadEntry("worker"),
      data: settings,
      size: workersOf(this.#options),
      limits: this.#limits,
      ...(signal ? { signal } : {}),
    });
    for await (const { item, result } of pool) {
      const left = [...(this.#byUri.get(item.ref.uri) as Entry).partials];
      const base = item.task === "range" ? (read.get(item.ref.uri) ?? 0) : 0;
      for (const { member, followed, records = 0, lost, problems } of result.artifacts) {
        if (item.task === "range") read.set(item.ref.uri, base + records);
        // Two members of an archive may have one name.
        const place = left.findIndex((partial) => partial.member === member);
        const [owner] = place < 0 ? [] : left.splice(place, 1);
        if (owner && lost && !owner.lost)
          for (const found of problems) if (found.lost) addProblem(owner, found, this.#limits);
        const lists = owner && found.get(owner);
        followed?.forEach((list, i) => {
          for (const record of list) lists?.[i]?.push(record + base);
        });
      }
    }
    return owners.map((owner) => found.get(owner) ?? []);
  }

  /** Shows the records behind the rules of datasets; what cannot be read again keeps its tokens. */
  async illustrate(): Promise<void> {
    for (const { ref, partials } of this.#entries) {
      const own = partials[0];
      if (!ref || !own?.groups.some(({ rule }) => rule)) continue;
      try {
        await illustrate(own, ref, this.#options.roles ?? {});
      } catch (error) {
        addProblem(own, asProblem(error), this.#limits);
      }
    }
  }

  /** Says which programs settings name, or such a program imports, that were not there to be looked at. */
  async absentPrograms(): Promise<void> {
    for (const { target, ref, partials } of this.#entries) {
      const own = partials[0];
      if (!ref || !own || !isSettings(ref.name)) continue;
      const beside = new Map<string, ArtifactRef>();
      for (const entry of this.#entries)
        if (entry.target === target && entry.ref) beside.set(entry.ref.name, entry.ref);
      const absent = await absentPrograms(ref.name, new Set(beside.keys()), (name) => this.#start(beside.get(name)));
      if (absent.length > 0)
        own.notes.push(
          `It names programs that were not there to be looked at: ${absent.map((name) => quote(name)).join(", ")}.`,
        );
    }
  }

  /** The text of a small file; undefined where it cannot be read again. */
  async #start(ref: ArtifactRef | undefined): Promise<string | undefined> {
    if (!ref || (ref.sizeBytes ?? 0) > this.#limits.documentBytesMax) return undefined;
    const io = opener(this.#limits, this.#options.allowHttp, this.#options.signal);
    const source = await io.open(ref).catch(() => undefined);
    try {
      const chunks: Uint8Array[] = [];
      let bytes = 0;
      for await (const chunk of source?.stream() ?? []) {
        chunks.push(Uint8Array.from(chunk));
        bytes += chunk.length;
        if (bytes > this.#limits.documentBytesMax) return undefined;
      }
      return Buffer.concat(chunks).toString("utf8");
    } catch {
      // What cannot be read is told where it is scanned.
      return undefined;
    } finally {
      await source?.close();
    }
  }

  async *#refs(): AsyncIterable<ArtifactRef> {
    for (const [target, given] of this.#targets.entries()) {
      yield* this.#found(given, target);
      // Settings that are scanned alone import programs beside them: their verdict is about those too.
      if (!/^[a-z][a-z0-9+.-]+:\/\//i.test(given))
        for (const companion of companionsOf(given)) yield* this.#found(companion, target);
    }
  }

  async *#found(given: string, target: number): AsyncIterable<ArtifactRef> {
    for await (const found of resolveTargets([given], this.#access())) {
      if (found.kind === "artifact") {
        if (this.#options.inventory?.file(found) === false) continue;
        if (this.#excludes(found)) {
          this.excluded.push(found.uri);
          continue;
        }
        // A file that two targets name is scanned once.
        const place =
          found.location.type === "file"
            ? (found.location.pathBytes ?? resolve(found.location.path))
            : found.location.url;
        if (this.#places.has(place)) continue;
        this.#places.add(place);
        this.#enter(found.uri, target).ref = found;
        this.#total += found.sizeBytes ?? 0;
        yield found;
        continue;
      }
      const entry = this.#enter(found.uri, target);
      const partial = (entry.partials[0] ??= newPartial(""));
      if (found.kind === "note") partial.notes.push(found.message);
      else {
        addProblem(partial, found, this.#limits);
        if (found.lost) this.#options.inventory?.problem(found);
      }
    }
  }

  #access(): { limits: Limits; allowHttp?: boolean; signal?: AbortSignal } {
    const { allowHttp, signal } = this.#options;
    return { limits: this.#limits, ...(allowHttp ? { allowHttp } : {}), ...(signal ? { signal } : {}) };
  }

  #excludes(ref: ArtifactRef): boolean {
    return (this.#options.exclude ?? []).some(
      (glob) => matchesGlob(ref.name, glob) || matchesGlob(ref.name, `**/${glob}`),
    );
  }

  #enter(uri: string, target: number): Entry {
    const known = this.#byUri.get(uri);
    if (known) return known;
    const entry: Entry = { uri, target, partials: [] };
    this.#entries.push(entry);
    this.#byUri.set(uri, entry);
    return entry;
  }

  async *#items(first: readonly ArtifactRef[], rest: AsyncIterator<ArtifactRef> | undefined): AsyncIterable<WorkItem> {
    const all = async function* (this: Run): AsyncIterable<WorkItem> {
      for (const ref of first) yield* this.#itemsOf(ref);
      if (!rest) return;
      for (let step = await rest.next(); !step.done; step = await rest.next()) yield* this.#itemsOf(step.value);
    };
    for await (const item of all.call(this)) {
      const { level } = this.#heldFor(item.ref);
      const key = this.#keys.get(item.ref.uri);
      yield level === 0 || key === undefined ? item : { ...item, sample: { level, key } };
    }
  }

  /** `hashing`: each byte goes into the digest of its file too. */
  async *#itemsOf(ref: ArtifactRef, hashing = true): AsyncIterable<WorkItem> {
    if ((ref.sizeBytes ?? 0) < SPLIT_BYTES_MIN) {
      yield { ref, task: "whole" };
      return;
    }
    const io = opener(this.#limits, this.#options.allowHttp, this.#options.signal);
    const { spool, close } = io.spooler();
    let source;
    try {
      source = await io.open(ref);
      const plan = await splitPlan(source, this.#engine, spool);
      if (!plan || plan === "model") {
        yield { ref, task: "whole", ...(plan ? { light: true } : {}) };
        return;
      }
      const { format, roles, ranges } = plan;
      // A remote file that is read by ranges is not read whole for its digest: the one its repository declares stands.
      const read = hashing && ref.location.type === "file" ? readOnce(source, ranges, this.#buffers) : ranges.entries();
      for await (const next of read) {
        const own = Array.isArray(next) ? { index: next[0], range: next[1] } : next;
        yield { ref, task: "range", format, roles, ...own };
      }
    } catch (error) {
      const entry = this.#enter(ref.uri, 0);
      addProblem((entry.partials[0] ??= newPartial("")), asProblem(error), this.#limits);
    } finally {
      await Promise.allSettled([close(), source?.close()]);
    }
  }

  #heldFor({ uri }: ArtifactRef): HeldTables {
    const { target } = this.#enter(uri, 0);
    const known = this.#held.get(target);
    if (known) return known;
    const held = new HeldTables(this.#limits);
    this.#held.set(target, held);
    return held;
  }

  /** What the records of a file are drawn by. One that is read in ranges is read a second time for it. */
  async #drawnBy(ref: ArtifactRef): Promise<number> {
    const known = this.#keys.get(ref.uri);
    if (known !== undefined) return known;
    let sha256 = this.#byUri.get(ref.uri)?.partials[0]?.sha256 ?? null;
    if (sha256 === null && ref.location.type === "file") {
      // What cannot be read is told where its records are.
      const source = await opener(this.#limits)
        .open(ref)
        .catch(() => undefined);
      sha256 = source ? await digestOf(source).catch(() => null) : null;
      await source?.close();
    }
    const key = drawnBy(ref, sha256);
    this.#keys.set(ref.uri, key);
    return key;
  }

  async #add(item: WorkItem, result: UnitResult): Promise<void> {
    this.#take(item, result);
    const held = this.#heldFor(item.ref);
    for (const partial of this.#byUri.get(item.ref.uri)?.partials ?? [])
      await held.add(partial, () => this.#drawnBy(item.ref));
  }

  #take(item: WorkItem, result: UnitResult): void {
    const entry = this.#byUri.get(item.ref.uri);
    if (!entry) throw new Error(`unknown artifact ${quote(item.ref.uri)}`);
    for (const partial of result.artifacts) {
      if (!partial.rows || !partial.sketches) continue;
      this.#options.inventory?.rows(item.ref, partial.rows, partial.sketches);
      delete partial.rows;
      delete partial.sketches;
    }
    if (item.task === "whole") {
      const { ref } = item;
      const own = result.artifacts[0];
      if (own && ref.declared?.sha256) this.#compare(own, ref.declared.sha256);
      entry.partials.push(...result.artifacts);
      return;
    }
    const own = result.artifacts[0] as ArtifactPartial;
    const mine = entry.partials[0];
    if (item.task === "range") moveLines(own, item.linesBefore);
    if (!mine) entry.partials.push(own);
    else mergePartial(mine, own, this.#limits);
    if (item.task === "range" && item.ref.location.type !== "file" && item.ref.declared?.sha256) {
      this.#compare(entry.partials[0] as ArtifactPartial, item.ref.declared.sha256);
    }
    if (item.task === "range") {
      const merged = entry.partials[0] as ArtifactPartial;
      merged.roles ??= Object.fromEntries(item.roles.columns);
      merged.sha256 ??= item.sha256 ?? null;
    }
  }

  /** A repository says which bytes it serves; other bytes are not what was reviewed there. */
  #compare(partial: ArtifactPartial, declared: string): void {
    if (partial.sha256 === null) {
      const note = DECLARED_NOTE;
      partial.sha256 = declared;
      if (!partial.notes.includes(note)) partial.notes.push(note);
    } else if (partial.sha256 !== declared && !partial.problems.some(({ code }) => code === "corrupt")) {
      addProblem(
        partial,
        {
          code: "corrupt",
          message: `Its repository declares the sha256 ${declared}, and other bytes came. Fetch it again, and do not use it until they agree.`,
          lost: true,
        },
        this.#limits,
      );
    }
  }
}
