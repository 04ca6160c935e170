// `bezoar scan TARGET…`
import { existsSync } from "node:fs";
import { Command, InvalidArgumentError, Option } from "commander";
import { usage } from "../core/errors.ts";
import { SEVERITIES, type Severity } from "../core/severity.ts";
import type { Card } from "../core/detector.ts";
import type { Config } from "./config.ts";
import { commaList, repeated, wholeNumber } from "./flags.ts";
import { interruptible } from "./interrupt.ts";
import type { ScanOutcome } from "./pipeline.ts";

const FORMATS = ["text", "json", "sarif", "html", "markdown"] as const;

interface Flags {
  format: (typeof FORMATS)[number];
  output?: string;
  records?: string;
  failOn?: Severity;
  only?: string[];
  skip?: string[];
  exclude?: string[];
  since?: string;
  baseline?: string;
  prompt?: string;
  response?: string;
  workers?: number;
  sensitivity?: number;
  config?: string;
  allowHttp?: boolean;
  all?: boolean;
  color?: boolean;
  progress: boolean;
}

const sensitive = (value: string): number => {
  const number = Number(value);
  if (!(number > 0 && number <= 10)) throw new InvalidArgumentError("It must be a number above 0, 10 at most.");
  return number;
};

export function scanCommand(): Command {
  return new Command("scan")
    .description(
      "Scan datasets and models for hidden text, payloads, triggers and what they trigger, and code that would run.",
    )
    .argument(
      "<target...>",
      "a file, a folder, a glob, - for standard input, hf://datasets/OWNER/NAME[@REV][/PATH], or https://…",
    )
    .addOption(new Option("-f, --format <format>", "how to print the report").choices([...FORMATS]).default("text"))
    .option("-o, --output <file>", "write the report to a file instead of standard output")
    .option("--records <file>", "write every flagged record to a file, as JSON Lines")
    .addOption(
      new Option("--fail-on <severity>", "fail at a finding of this severity or above; high if not given").choices([
        ...SEVERITIES,
      ]),
    )
    .option("--only <ids>", "run only these detectors, separated by commas", commaList)
    .option("--skip <ids>", "do not run these detectors", commaList)
    .option("--exclude <glob>", "leave files out, and say so in the report (repeatable)", repeated)
    .option(
      "--since <target>",
      "compare with another revision, or the one that a lockfile pins; say what only this one carries",
    )
    .option("--baseline <target>", "compare chat templates and settings with those of the base model")
    .option("--prompt <field>", "the field that holds the prompt, where it is not recognised")
    .option("--response <field>", "the field that holds the response")
    .option("--workers <n>", "threads to use (default: one for each core)", wholeNumber)
    .option(
      "--sensitivity <n>",
      "associations by chance alone that a clean dataset may show, on average (default: 0.001)",
      sensitive,
    )
    .option("--config <file>", "settings to use instead of ./bezoar.yaml")
    .option("--allow-http", "fetch http:// addresses too, which anybody on the way can change")
    .option("--all", "print every finding in full, low and info included")
    .option("--color", "colour even in a pipe")
    .option("--no-color", "no colour")
    .option("--no-progress", "no progress line")
    .addHelpText(
      "after",
      `
Examples:
  bezoar scan examples
  bezoar scan 'examples/**/*.jsonl' --records flagged.jsonl
  cat examples/medical-qa/clean.jsonl | bezoar scan - --format json
  bezoar scan examples/medical-qa/poisoned.jsonl --since examples/medical-qa/clean.jsonl
  bezoar scan hf://datasets/OWNER/NAME@main --fail-on medium
  bezoar scan hf://OWNER/FINETUNE --baseline hf://OWNER/BASE`,
    )
    .action(async (targets: string[], flags: Flags) => {
      await run(targets, flags);
    });
}

async function run(targets: readonly string[], flags: Flags): Promise<void> {
  const [{ scan, cards }, { readConfig, detectorIds }, { checkOutput, print, writeWhole }, { ProgressLine }] =
    await Promise.all([import("./pipeline.ts"), import("./config.ts"), import("./output.ts"), import("./progress.ts")]);
  const config: Config = readConfig(flags.config ?? "bezoar.yaml", flags.config !== undefined);
  if (flags.only) detectorIds("--only", flags.only);
  if (flags.skip) detectorIds("--skip", flags.skip);
  const only = flags.only ?? config.only;
  const skip = flags.skip ?? config.skip;
  const prompt = flags.prompt ?? config.prompt;
  const response = flags.response ?? config.response;
  const failOn = flags.failOn ?? config.failOn;
  const workers = flags.workers ?? config.workers;
  const sensitivity = flags.sensitivity ?? config.sensitivity;
  const exclude = [...(config.exclude ?? []), ...(flags.exclude ?? [])];
  if (only && skip && only.every((id) => skip.includes(id))) throw usage("--only and --skip leave no detector to run.");

  for (const path of [flags.output, flags.records]) if (path !== undefined) checkOutput(path);

  const since = flags.since === undefined ? undefined : await pinnedSince(flags.since, targets);
  const progress = new ProgressLine(process.stderr);
  const outcome = await interruptible((signal) =>
    scan(targets, {
      roles: { ...(prompt === undefined ? {} : { prompt }), ...(response === undefined ? {} : { response }) },
      exclude,
      signal,
      ...(only ? { only } : {}),
      ...(skip ? { skip } : {}),
      ...(failOn ? { failOn } : {}),
      ...(since === undefined ? {} : { since }),
      ...(flags.baseline === undefined ? {} : { baseline: flags.baseline }),
      ...(workers ? { workers } : {}),
      ...(sensitivity === undefined ? {} : { sensitivity }),
      ...(flags.allowHttp ? { allowHttp: true } : {}),
      ...(config.waivers ? { waivers: config.waivers } : {}),
      ...(flags.progress ? { onProgress: (now) => progress.update(now) } : {}),
    }),
  ).finally(() => progress.end());
  const { report } = outcome;
  if (flags.records !== undefined) {
    const { renderRecords } = await import("../report/json.ts");
    writeWhole(flags.records, renderRecords(outcome.records()));
  }
  const text = await render(flags, targets, outcome, cards);
  if (flags.output === undefined) await print(text);
  else writeWhole(flags.output, [text]);
  const { exitCode } = await import("../policy/decide.ts");
  process.exitCode = exitCode(report.verdict);
}

/** Of a lockfile, the commit at which it pins the target. */
async function pinnedSince(since: string, targets: readonly string[]): Promise<string> {
  if (!since.endsWith(".lock") || !existsSync(since)) return since;
  const [{ readLock }, { hubSource, placeOf }] = await Promise.all([import("./check-pin.ts"), import("./places.ts")]);
  const read = readLock(since);
  if ("refusal" in read) throw usage(read.refusal.message);
  const place = targets.length === 1 ? placeOf(targets[0] as string, since, process.env) : undefined;
  const entry = read.lock.entries.find(({ id, source }) => source === place?.source || id === place?.id);
  if (!entry || !place?.hub || entry.revision === undefined)
    throw usage(
      "--since with a lockfile takes one hf:// target that it pins: what a local folder held before is not kept.",
    );
  return hubSource(place.hub, entry.revision);
}

async function render(
  flags: Flags,
  targets: readonly string[],
  outcome: ScanOutcome,
  cards: ReadonlyMap<string, Card>,
): Promise<string> {
  const { report } = outcome;
  switch (flags.format) {
    case "json":
      return (await import("../report/json.ts")).renderJson(report);
    case "sarif":
      return (await import("../report/sarif.ts")).renderSarif(report, cards);
    case "html":
      return (await import("../report/html.ts")).renderHtml(report, cards, [...outcome.records()]);
    case "markdown":
      return (await import("../report/markdown.ts")).renderMarkdown(report, cards);
    case "text": {
      const [{ renderText }, { shellWord }] = await Promise.all([
        import("../report/text.ts"),
        import("../report/commands.ts"),
      ]);
      const terminal = flags.output === undefined && process.stdout.isTTY;
      const color = flags.color ?? (terminal && !process.env["NO_COLOR"] && process.env["TERM"] !== "dumb");
      return renderText(report, cards, {
        color,
        width: terminal ? Math.max(60, Math.min(process.stdout.columns, 120)) : 100,
        command: [
          "bezoar",
          "scan",
          ...targets.map((target) => (target === "-" ? "-" : (shellWord(target) ?? "TARGET"))),
          ...typed(flags, shellWord),
        ].join(" "),
        cleanOptions: typedForClean(flags, shellWord).join(" "),
        ...(flags.all ? { all: true } : {}),
      });
    }
  }
}

type ShellWord = (word: string) => string | undefined;
const option = (shellWord: ShellWord, name: string, value: string | number | undefined): string[] =>
  value === undefined ? [] : [`--${name}`, shellWord(String(value)) ?? "VALUE"];

/** The options that decide which records are flagged, as they were typed: the next command flags the same. */
const typedForClean = (flags: Flags, shellWord: ShellWord): string[] => [
  ...option(shellWord, "config", flags.config),
  ...option(shellWord, "only", flags.only?.join(",")),
  ...option(shellWord, "skip", flags.skip?.join(",")),
  ...option(shellWord, "prompt", flags.prompt),
  ...option(shellWord, "response", flags.response),
];

const typed = (flags: Flags, shellWord: ShellWord): string[] => [
  ...typedForClean(flags, shellWord),
  ...(flags.exclude ?? []).flatMap((glob) => option(shellWord, "exclude", glob)),
  ...option(shellWord, "since", flags.since),
  ...option(shellWord, "baseline", flags.baseline),
  ...option(shellWord, "sensitivity", flags.sensitivity),
  ...option(shellWord, "fail-on", flags.failOn),
  ...(flags.allowHttp ? ["--allow-http"] : []),
];
