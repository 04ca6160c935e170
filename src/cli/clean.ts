// `bezoar clean DATASET -o OUT`: the same file without the flagged records, and what was removed beside it.
import { existsSync } from "node:fs";
import { Command, Option } from "commander";
import { outputExists, ToolError, unsupported, usage } from "../core/errors.ts";
import { SEVERITIES, atLeast, type Severity } from "../core/severity.ts";
import { quote, visible } from "../base/escape.ts";
import { count, plural } from "../report/figures.ts";
import { commaList } from "./flags.ts";
import { interruptible } from "./interrupt.ts";

interface Flags {
  output: string;
  from: Severity;
  only?: string[];
  skip?: string[];
  prompt?: string;
  response?: string;
  config?: string;
}

export function cleanCommand(): Command {
  return new Command("clean")
    .description("Copy a dataset without its flagged records. Every other byte stays as it is.")
    .argument("<dataset>", "a local file")
    .requiredOption(
      "-o, --output <file>",
      "where the clean copy goes; OUT.removed.jsonl beside it says what was removed and why",
    )
    .addOption(
      new Option("--from <severity>", "remove records flagged at this severity or above")
        .choices([...SEVERITIES])
        .default("medium"),
    )
    .option("--only <ids>", "only records that these detectors flag", commaList)
    .option("--skip <ids>", "ignore these detectors", commaList)
    .option("--prompt <field>", "the field that holds the prompt, where it is not recognised")
    .option("--response <field>", "the field that holds the response")
    .option("--config <file>", "settings to use instead of ./bezoar.yaml")
    .addHelpText(
      "after",
      "\nExamples:\n  bezoar clean examples/medical-qa/poisoned.jsonl -o cleaned.jsonl\n  bezoar clean examples/medical-qa/poisoned.xml -o cleaned.xml --from high",
    )
    .action(async (dataset: string, flags: Flags) => {
      await interruptible((signal) => run(dataset, flags, signal));
    });
}

async function run(dataset: string, flags: Flags, signal: AbortSignal): Promise<void> {
  if (dataset === "-" || /^[a-z][a-z0-9+.-]+:\/\//i.test(dataset))
    throw usage(`clean takes a local file, and ${quote(dataset)} is none. Download it first.`);
  const removedPath = `${flags.output}.removed.jsonl`;
  for (const path of [flags.output, removedPath]) if (existsSync(path)) throw outputExists(path);
  const [
    { scan },
    { readConfig, detectorIds },
    { checkOutput, print, writeWhole, writeWholeAsync },
    { removeRecords, readRecords },
    { ProgressLine },
  ] = await Promise.all([
    import("./pipeline.ts"),
    import("./config.ts"),
    import("./output.ts"),
    import("./remove.ts"),
    import("./progress.ts"),
  ]);
  checkOutput(flags.output);
  const config = readConfig(flags.config ?? "bezoar.yaml", flags.config !== undefined);
  const only = flags.only ?? config.only;
  const skip = flags.skip ?? config.skip;
  if (flags.only) detectorIds("--only", flags.only);
  if (flags.skip) detectorIds("--skip", flags.skip);
  const prompt = flags.prompt ?? config.prompt;
  const response = flags.response ?? config.response;
  const progress = new ProgressLine(process.stderr);
  const outcome = await scan([dataset], {
    signal,
    onProgress: (now) => progress.update(now),
    roles: { ...(prompt === undefined ? {} : { prompt }), ...(response === undefined ? {} : { response }) },
    ...(only ? { only } : {}),
    ...(skip ? { skip } : {}),
    ...(config.sensitivity === undefined ? {} : { sensitivity: config.sensitivity }),
    ...(config.waivers ? { waivers: config.waivers } : {}),
  }).finally(() => progress.end());
  const { report } = outcome;
  const [artifact] = report.artifacts;
  if (artifact?.kind === "archive")
    throw unsupported(`${quote(dataset)} is an archive`, "Unpack it, clean the files inside, and pack it again.");
  if (!artifact || report.artifacts.length !== 1) {
    throw usage(
      report.artifacts.length === 0
        ? `clean takes one dataset file, and ${quote(dataset)} holds none.`
        : `clean takes one dataset file, and ${quote(dataset)} holds ${report.artifacts.length}. Clean them one by one.`,
    );
  }
  const { problems } = artifact.coverage;
  const unread = problems.find(({ code }) => code !== "malformed-record" && code !== "encoding") ?? problems[0];
  if (artifact.coverage.status !== "full") {
    throw new ToolError(
      "unsupported",
      `${quote(dataset)} could not be read in full, so a clean copy would only look clean: ${unread?.message ?? "see bezoar scan"}`,
    );
  }
  const waived = new Set(report.findings.filter((finding) => finding.waived).map(({ id }) => id));
  const why = new Map<number, { finding: string; detector: string; severity: Severity }[]>();
  for (const line of outcome.records()) {
    if (!atLeast(line.severity, flags.from) || waived.has(line.finding)) continue;
    const reasons = why.get(line.record) ?? [];
    reasons.push({ finding: line.finding, detector: line.detector, severity: line.severity });
    why.set(line.record, reasons);
  }
  if (artifact.records === undefined)
    throw unsupported(`${quote(dataset)} holds no records (${artifact.format})`, "There is nothing to remove from it.");

  const drop = (record: number): boolean => why.has(record);
  await writeWholeAsync(flags.output, removeRecords(dataset, artifact.format, drop), signal);
  const messages = new Map(report.findings.map((finding) => [finding.id, finding.message]));
  const removed: string[] = [];
  for await (const { index, value } of readRecords(dataset, artifact.format, drop)) {
    const reasons = (why.get(index) ?? []).map((reason) => ({ ...reason, message: messages.get(reason.finding) }));
    removed.push(
      `${JSON.stringify({ record: index, reasons, value }, (_, v: unknown) => (typeof v === "bigint" ? String(v) : v))}\n`,
    );
  }
  writeWhole(removedPath, removed);

  // The copy is judged like any other file: what is left must pass.
  const again = await scan([flags.output], {
    signal,
    roles: { ...(prompt === undefined ? {} : { prompt }), ...(response === undefined ? {} : { response }) },
    ...(only ? { only } : {}),
    ...(skip ? { skip } : {}),
    ...(config.sensitivity === undefined ? {} : { sensitivity: config.sensitivity }),
  });
  const kept = again.report.artifacts[0]?.records ?? 0;
  await print(
    [
      why.size === 0
        ? `No record is flagged at ${flags.from} or above: ${visible(flags.output)} is a plain copy of ${plural(kept, "record")}.`
        : `Removed ${count(why.size)} of ${plural(artifact.records, "record")}; ${count(kept)} remain in ${visible(flags.output)}.`,
      `What was removed, and why: ${visible(removedPath)}`,
      `A scan of the copy says: ${again.report.verdict}.`,
      "",
    ].join("\n"),
  );
  if (kept !== artifact.records - why.size) {
    throw new ToolError(
      "output-failed",
      `${flags.output} holds ${kept} records where ${artifact.records - why.size} were expected. Do not use it, and please report this.`,
    );
  }
  const { exitCode } = await import("../policy/decide.ts");
  process.exitCode = exitCode(again.report.verdict);
}
