// One target pinned: its files, what its records commit to, its repository's identity, its licence, and what a scan says
// of it, all of one pass over its bytes. Nothing is pinned that could not be read whole.
import { createHash } from "node:crypto";
import { relative } from "node:path";
import type { ArtifactRef } from "../core/artifact.ts";
import type { Refusal } from "../core/refusal.ts";
import type { ScanReport } from "../core/report.ts";
import { RECORD_DIGEST_BYTES } from "../core/record-digest.ts";
import { comparePaths } from "../core/tree-digest.ts";
import { ToolError } from "../core/errors.ts";
import { canonicalJson } from "../base/canonical.ts";
import { LIMITS } from "../base/limits.ts";
import { card } from "../formats/card.ts";
import type { HttpSettings } from "../sources/http.ts";
import { licenceText, repositoryState } from "../sources/hub-repository.ts";
import { digestsOf, type Kind, type LockEntry, type LockedFile, type LockedScan } from "../store/lockfile.ts";
import { RowIndexWriter, type RowCommitment } from "../store/row-index.ts";
import { opener } from "./engine.ts";
import { hashFiles } from "./hash.ts";
import { asLocked, isOwn, nameRefusals, observe, troubleOf, type ObserveOptions } from "./observe.ts";
import { DECLARED_NOTE, scan, type ScanOptions } from "./pipeline.ts";
import { hubSource, type Place } from "./places.ts";
import { version } from "./version.ts";

export interface PinOptions extends ObserveOptions {
  /** Where row indexes go. */
  readonly beside: string;
  readonly kind?: Kind;
  /** How to scan; absent for no scan, and no row commitments. */
  readonly scan?: ScanOptions;
  /** Records of an earlier scan that need no second look, and that scan. */
  readonly known?: { readonly prefixes: Uint8Array; readonly scan: LockedScan };
}

export type Pinned =
  | {
      readonly entry: LockEntry;
      /** The canonical text whose digest the entry holds. */
      readonly report?: { readonly text: string; readonly sha256: string; readonly report: ScanReport };
    }
  | { readonly refusals: readonly Refusal[] };

/** Throws a ToolError where the place cannot be reached. */
export async function pin(place: Place, options: PinOptions): Promise<Pinned> {
  const settings: HttpSettings = {
    env: process.env,
    ...(options.allowHttp ? { allowHttp: true } : {}),
    ...(options.signal ? { signal: options.signal } : {}),
  };
  // Everything is read at the commit where the revision stood once: a branch that moves meanwhile changes nothing.
  const state = place.hub ? await repositoryState(place.hub, settings) : undefined;
  const target =
    place.hub && state ? hubSource(place.hub, state.commit) : relative(process.cwd(), place.path ?? "") || ".";
  const taken = await (options.scan ? scanned(target, options, options.scan) : unscanned(target, options));
  if (taken.refusals.length > 0) return { refusals: taken.refusals };
  const files = taken.files.toSorted((a, b) => comparePaths(a.path, b.path));
  if (files.length === 0) return { refusals: [{ code: "file-missing", message: "There is no file to pin." }] };
  const licence = state?.licence ?? (place.hub ? undefined : await licenceOf(taken.refs));
  const { report, rows } = taken;
  const known = options.known;
  const entry: LockEntry = {
    id: place.id,
    kind: options.kind ?? kindOf(place, files, report?.report),
    source: place.source,
    ...(state
      ? {
          revision: state.commit,
          repository: {
            name: state.name,
            ...(state.id === undefined ? {} : { id: state.id }),
            ...(state.ownerId === undefined ? {} : { ownerId: state.ownerId }),
            ...(state.private ? { private: true as const } : {}),
          },
        }
      : {}),
    ...(licence === undefined ? {} : { licence }),
    ...digestsOf(files),
    ...(rows ? { rows } : {}),
    ...(report
      ? {
          scan: {
            verdict: worse(report.report.verdict, known?.scan.verdict),
            report: report.sha256,
            ...(known ? { since: known.scan.report } : {}),
            tool: `bezoar ${version}`,
          },
        }
      : {}),
    files,
  };
  return { entry, ...(report ? { report } : {}) };
}

/** Records that were looked at before keep what was said of them. */
const VERDICTS = ["pass", "undecided", "fail"] as const;
const worse = (a: LockedScan["verdict"], b: LockedScan["verdict"] = "pass"): LockedScan["verdict"] =>
  VERDICTS.indexOf(a) >= VERDICTS.indexOf(b) ? a : b;

interface Taken {
  readonly files: readonly LockedFile[];
  readonly refs: readonly ArtifactRef[];
  readonly refusals: readonly Refusal[];
  readonly rows?: RowCommitment;
  readonly report?: { readonly text: string; readonly sha256: string; readonly report: ScanReport };
}

async function unscanned(target: string, options: PinOptions): Promise<Taken> {
  const refs: ArtifactRef[] = [];
  const { files, refusals } = await observe(target, { ...options, onRef: (ref) => refs.push(ref) });
  const declared = new Set(refs.filter((ref) => !options.download && ref.declared?.sha256).map(({ name }) => name));
  return {
    files: asLocked(files).map((file) => (declared.has(file.path) ? { ...file, declared: true as const } : file)),
    refs,
    refusals: [...refusals, ...nameRefusals(refs.map(({ name }) => name))],
  };
}

/** The digests come out of the scan's own pass; only what it did not read whole is read for them. */
async function scanned(target: string, options: PinOptions, how: ScanOptions): Promise<Taken> {
  const refs: ArtifactRef[] = [];
  const refusals: Refusal[] = [];
  const rows = new RowIndexWriter(options.beside);
  const counts = new Map<string, number>();
  try {
    const { report } = await scan([target], {
      ...how,
      inventory: {
        file: (ref) => !isOwn(ref, options.own) && refs.push(ref) > 0,
        problem: (found) => void refusals.push(troubleOf(found)),
        rows: ({ uri }, digests, sketches) => {
          counts.set(uri, (counts.get(uri) ?? 0) + digests.length / RECORD_DIGEST_BYTES);
          rows.add(digests, sketches);
        },
        ...(options.known ? { known: options.known.prefixes } : {}),
      },
    });
    refusals.push(...nameRefusals(refs.map(({ name }) => name)));
    if (refusals.length > 0) return { files: [], refs, refusals };
    const reported = new Map(report.artifacts.map((artifact) => [artifact.uri, artifact]));
    const digests = refs.map(({ uri }) => {
      const artifact = reported.get(uri);
      const declared = artifact?.notes?.includes(DECLARED_NOTE) ?? false;
      return declared && options.download
        ? undefined
        : artifact?.sha256
          ? { sha256: artifact.sha256, declared }
          : undefined;
    });
    const unread = refs.filter((_, i) => !digests[i]);
    const hashed = new Map((await hashFiles(unread, options)).map((digest, i) => [unread[i], digest]));
    const files: LockedFile[] = [];
    for (const [i, ref] of refs.entries()) {
      const digest = digests[i] ?? hashed.get(ref);
      const size = ref.sizeBytes ?? reported.get(ref.uri)?.bytes ?? 0;
      if (digest && "sha256" in digest)
        files.push({
          path: ref.name,
          size,
          sha256: digest.sha256,
          ...(counts.get(ref.uri) ? { records: counts.get(ref.uri) as number } : {}),
          ...("declared" in digest && digest.declared ? { declared: true as const } : {}),
        });
      else
        refusals.push({
          code: "file-unreadable",
          message: digest?.problem.message ?? "A file could not be read whole.",
          path: ref.name,
        });
    }
    // What is declared and what came differ: that is no content to pin.
    for (const artifact of report.artifacts)
      for (const problem of artifact.coverage.problems)
        if (problem.code === "corrupt" && problem.message.includes("declares the sha256"))
          refusals.push({ code: "file-changed", message: problem.message, path: artifact.uri });
    if (refusals.length > 0) return { files: [], refs, refusals };
    const commitment = rows.finish();
    return { files, refs, refusals, report: timeless(report), ...(commitment ? { rows: commitment } : {}) };
  } finally {
    rows.abandon();
  }
}

/** A report without its timing, the only thing in it that differs from run to run. */
function timeless(report: ScanReport): NonNullable<Taken["report"]> {
  const { seconds: _, ...stats } = report.stats;
  const text = `${canonicalJson({ ...report, stats })}\n`;
  return { text, sha256: createHash("sha256").update(text).digest("hex"), report };
}

const WEIGHTS = /\.(safetensors|gguf|bin|pt|pth|ckpt|h5|keras|onnx|pb|tflite|pkl|joblib)$/i;

function kindOf(place: Place, files: readonly LockedFile[], report: ScanReport | undefined): Kind {
  if (place.hub?.type === "dataset") return "dataset";
  if (place.hub?.type === "space") return "code";
  if (files.some(({ path }) => /(^|\/)adapter_config\.json$/.test(path))) return "adapter";
  const model =
    place.hub?.type === "model" ||
    files.some(({ path }) => WEIGHTS.test(path)) ||
    (report?.artifacts.some(({ kind }) => kind === "model") ?? false);
  if (model) return "model";
  return report && report.artifacts.length > 0 && report.artifacts.every(({ kind }) => kind === "code")
    ? "code"
    : "dataset";
}

/** What the front matter of the card says. */
async function licenceOf(refs: readonly ArtifactRef[]): Promise<string | undefined> {
  const readme = refs.find(({ name }) => name === "README.md");
  if (!readme || (readme.sizeBytes ?? 0) > LIMITS.documentBytesMax) return undefined;
  const io = opener(LIMITS);
  const { spool, close } = io.spooler();
  try {
    const source = await io.open(readme);
    try {
      for await (const part of card.read(source, { limits: LIMITS, spool }))
        if (part.kind === "document")
          return licenceText((part.value as { license?: unknown } | null | undefined)?.license);
    } finally {
      await source.close();
    }
  } catch (error) {
    if (!(error instanceof ToolError)) throw error;
  } finally {
    await close();
  }
  return undefined;
}
