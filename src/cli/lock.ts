// `bezoar lock TARGET…`, `bezoar lock --check`, `bezoar lock update`: pin, refuse drift, and pin again what changed.
import { existsSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { Command, Option } from "commander";
import { usage } from "../core/errors.ts";
import { quote, visible } from "../base/escape.ts";
import { wholeNumber } from "./flags.ts";
import { STORE } from "./store.ts";
import { interruptible } from "./interrupt.ts";
import type { Kind, LockEntry, Lockfile } from "../store/lockfile.ts";
import type { Check } from "../core/check.ts";
import type { Pinned, PinOptions } from "./pin.ts";
import type { Place } from "./places.ts";

interface Flags {
  lockfile: string;
  check?: boolean;
  kind?: Kind;
  scan: boolean;
  store: string;
  download?: boolean;
  offline?: boolean;
  workers?: number;
  config?: string;
  format: "text" | "json";
  detailedExitCode?: boolean;
  allowHttp?: boolean;
  progress: boolean;
}

const common = (command: Command): Command =>
  command
    .option("--lockfile <file>", "the lockfile", "bezoar.lock")
    .option("--store <file>", "the provenance store to keep up to date, where there is one", STORE)
    .option("--no-scan", "pin without a scan, and without row commitments")
    .option("--download", "read every byte of a repository, and believe no digest that the Hub declares")
    .option("--workers <n>", "threads to use (default: one for each core)", wholeNumber)
    .option("--config <file>", "settings of the scan to use instead of ./bezoar.yaml")
    .addOption(new Option("-f, --format <format>", "how to print the answer").choices(["text", "json"]).default("text"))
    .option(
      "--detailed-exit-code",
      "exit with the code of the gravest refusal (docs/reference/refusals.md), not with 1",
    )
    .option("--allow-http", "ask http:// addresses too, which anybody on the way can change")
    .option("--no-progress", "no progress line");

export function lockCommand(): Command {
  const lock = common(new Command("lock"))
    .description("Pin datasets, models and adapters to a revision and digests, with what a scan says of them.")
    .argument("[target...]", "a file, a folder, or hf://datasets/OWNER/NAME[@REV][/PATH]")
    .option("--check", "pin nothing: refuse where a source is not what was pinned any more, and say why")
    .option("--offline", "with --check: ask no Hub, look for repositories in the local cache")
    .addOption(
      new Option("--kind <kind>", "what it is, where that is not recognised").choices([
        "dataset",
        "model",
        "adapter",
        "code",
      ]),
    )
    .addHelpText(
      "after",
      `
Examples:
  bezoar lock examples/medical-qa
  bezoar lock hf://datasets/OWNER/NAME@main hf://OWNER/MODEL
  bezoar lock --check --detailed-exit-code
  bezoar lock update examples/medical-qa`,
    )
    .action(async (targets: string[], _: unknown, command: Command) => {
      const flags = command.optsWithGlobals<Flags>();
      await interruptible((signal) => (flags.check ? check(targets, flags, signal) : pinAll(targets, flags, signal)));
    });
  const update = common(new Command("update"))
    .description("Pin again what changed: which records were added, removed and altered; only new ones are scanned.")
    .argument("[target...]", "entries of the lockfile; all if none")
    .addHelpText("after", "\nExamples:\n  bezoar lock update\n  bezoar lock update data/ --format json")
    .action(async (targets: string[], _: unknown, command: Command) => {
      const flags = command.optsWithGlobals<Flags>();
      await interruptible((signal) => updateAll(targets, flags, signal));
    });
  lock.addCommand(update);
  return lock;
}

async function check(targets: readonly string[], flags: Flags, signal: AbortSignal): Promise<void> {
  const { offline, download, workers, allowHttp } = flags;
  const { checkLock } = await import("./check-lock.ts");
  await checkLock(targets, "drift", flags, { offline, download, workers, allowHttp }, signal);
}

interface Change {
  readonly entry: LockEntry;
  readonly before?: LockEntry;
  readonly lines: readonly string[];
  readonly rows?: object;
}

async function pinAll(targets: readonly string[], flags: Flags, signal: AbortSignal): Promise<void> {
  if (targets.length === 0) throw usage("Name what to pin, or `bezoar lock --check` to check what is pinned.");
  const { placeOf } = await import("./places.ts");
  const places = targets.map((target) => placeOf(target, flags.lockfile, process.env));
  const lock = await lockAt(flags.lockfile);
  await pinPlaces(places, lock, flags, signal, false);
}

async function updateAll(targets: readonly string[], flags: Flags, signal: AbortSignal): Promise<void> {
  const { placeOf, placeOfSource } = await import("./places.ts");
  const lock = await lockAt(flags.lockfile);
  if (lock.entries.length === 0)
    throw usage(`${visible(flags.lockfile)} pins nothing yet. \`bezoar lock TARGET\` does.`);
  const places =
    targets.length === 0
      ? lock.entries.map(({ source }) => placeOfSource(source, flags.lockfile, process.env))
      : targets.map((target) => placeOf(target, flags.lockfile, process.env));
  for (const { source } of places)
    if (!lock.entries.some((entry) => entry.source === source))
      throw usage(`${quote(source)} is not in the lockfile. \`bezoar lock\` pins it.`);
  await pinPlaces(places, lock, flags, signal, true);
}

/** The lockfile as it is; an empty one where there is none. A changed one is never written over. */
async function lockAt(path: string): Promise<Lockfile> {
  if (!existsSync(path)) return { entries: [] };
  const [{ readLock }, { ToolError }] = await Promise.all([import("./check-pin.ts"), import("../core/errors.ts")]);
  const read = readLock(path);
  if ("refusal" in read) throw new ToolError("output-exists", `${path}: ${read.refusal.message} Nothing was written.`);
  return read.lock;
}

async function pinPlaces(
  places: readonly Place[],
  lock: Lockfile,
  flags: Flags,
  signal: AbortSignal,
  updating: boolean,
): Promise<void> {
  const [
    { pin },
    { checkOutput, print, writeWhole },
    { reportName },
    { renderLockfile },
    { besideLock, ownFiles },
    { HashProgress },
  ] = await Promise.all([
    import("./pin.ts"),
    import("./output.ts"),
    import("./beside-lock.ts"),
    import("../store/lockfile.ts"),
    import("./observe.ts"),
    import("./progress.ts"),
  ]);
  checkOutput(flags.lockfile);
  const beside = besideLock(flags.lockfile);
  const how = await scanOptions(flags);
  const entries = new Map(lock.entries.map((entry) => [entry.source, entry]));
  const changes: Change[] = [];
  for (const place of places) {
    const before = entries.get(place.source);
    const progress = new HashProgress(process.stderr, flags.progress);
    const kind = flags.kind ?? (updating ? before?.kind : undefined);
    const options: PinOptions = {
      own: ownFiles(flags.lockfile),
      beside,
      signal,
      ...(flags.download ? { download: true } : {}),
      ...(flags.allowHttp ? { allowHttp: true } : {}),
      ...(flags.workers ? { workers: flags.workers } : {}),
      ...(kind ? { kind } : {}),
      ...(how
        ? { scan: { ...how, signal, ...(flags.progress ? { onProgress: (now) => progress.show(now) } : {}) } }
        : progress.watch()),
      ...(updating && how && before ? await knownOf(before, beside) : {}),
    };
    const pinned: Pinned = await pin(place, options).finally(() => progress.end());
    if ("refusals" in pinned) {
      const { conclude } = await import("./verdicts.ts");
      const refused: Check = {
        target: place.source,
        verdict: "fail",
        refusals: pinned.refusals,
        notes: ["Nothing was pinned."],
        files: 0,
        bytes: 0,
      };
      await conclude([refused], flags);
      return;
    }
    if (pinned.report) {
      mkdirSync(beside, { recursive: true });
      writeWhole(join(beside, reportName(pinned.report.sha256)), [pinned.report.text]);
    }
    // What was there before stays where nothing changed: an update of nothing changes nothing.
    const entry = updating && before && sameContent(before, pinned.entry) ? before : pinned.entry;
    entries.set(place.source, entry);
    changes.push(await changeOf(before, entry, beside));
  }
  signal.throwIfAborted();
  writeWhole(flags.lockfile, [renderLockfile({ entries: [...entries.values()] })]);
  if (existsSync(flags.store)) {
    const [{ ProvenanceStore }, { addFile }] = await Promise.all([
      import("../store/provenance.ts"),
      import("./store-add.ts"),
    ]);
    const store = new ProvenanceStore(flags.store);
    await addFile(store, flags.lockfile).finally(() => store.close());
  }
  await print(tell(changes, flags));
  const { exitCode } = await import("../policy/decide.ts");
  const verdicts = changes.map(({ entry }) => entry.scan?.verdict ?? "pass");
  process.exitCode = exitCode(
    verdicts.includes("fail") ? "fail" : verdicts.includes("undecided") ? "undecided" : "pass",
  );
}

const sameContent = (a: LockEntry, b: LockEntry): boolean =>
  a.h1 === b.h1 &&
  a.revision === b.revision &&
  a.licence === b.licence &&
  JSON.stringify(a.repository) === JSON.stringify(b.repository) &&
  (a.scan !== undefined || b.scan === undefined) &&
  a.rows?.sketches === b.rows?.sketches;

async function scanOptions(flags: Flags): Promise<PinOptions["scan"]> {
  if (!flags.scan) return undefined;
  const { readConfig } = await import("./config.ts");
  const { prompt, response, workers, ...config } = readConfig(
    flags.config ?? "bezoar.yaml",
    flags.config !== undefined,
  );
  return {
    ...config,
    roles: { ...(prompt === undefined ? {} : { prompt }), ...(response === undefined ? {} : { response }) },
    ...((flags.workers ?? workers) ? { workers: flags.workers ?? (workers as number) } : {}),
    ...(flags.allowHttp ? { allowHttp: true } : {}),
  };
}

/** The records of an entry that was scanned, where their index is at hand and sound. */
async function knownOf(before: LockEntry, beside: string): Promise<Pick<PinOptions, "known">> {
  const { rowIndexFault, rowIndexName, sortedPrefixes } = await import("../store/row-index.ts");
  if (!before.rows || !before.scan) return {};
  const path = join(beside, rowIndexName(before.rows.root));
  if (rowIndexFault(path, before.rows) !== undefined) return {};
  return { known: { prefixes: sortedPrefixes(path, before.rows.count), scan: before.scan } };
}

async function changeOf(before: LockEntry | undefined, entry: LockEntry, beside: string): Promise<Change> {
  const { describeChange } = await import("./pin-change.ts");
  return { entry, ...(before ? { before } : {}), ...describeChange(before, entry, beside) };
}

function tell(changes: readonly Change[], flags: Flags): string {
  if (flags.format === "json") {
    const pinned = changes.map(({ entry, before, rows }) => {
      const { files, ...rest } = entry;
      return {
        ...rest,
        files: files.length,
        changed: before ? before.h1 !== entry.h1 : true,
        ...(rows ? { rowChanges: rows } : {}),
      };
    });
    return `${JSON.stringify({ schema: "bezoar.lock-result/v1", lockfile: flags.lockfile, pinned }, null, 2)}\n`;
  }
  return `${changes.flatMap(({ lines }) => lines).join("\n")}\n`;
}
