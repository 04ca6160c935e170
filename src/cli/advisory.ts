// `bezoar advisory new|export|import|check`: which datasets and models are known to be poisoned, and which of ours they are.
import { Command, Option } from "commander";
import { interruptible } from "./interrupt.ts";
import { commaList, repeated, wholeDays } from "./flags.ts";
import { withSignFlags, withTrustFlags } from "./signing.ts";
import type { CheckFlags, ExportFlags, ImportFlags, NewFlags } from "./advisory-work.ts";

const FOLDER = "advisories";

export function advisoryCommand(): Command {
  return new Command("advisory")
    .description("Write, exchange and check advisories about poisoned datasets and models (OSV).")
    .addCommand(
      new Command("new")
        .description("Write an advisory.")
        .requiredOption("--id <id>", "its id, such as x_ACME-2026-0001")
        .requiredOption("--summary <text>", "one line")
        .option("--details <text>", "what the poison does, and how to tell")
        .option("--repo <name>", "the repository: datasets/OWNER/NAME or OWNER/NAME")
        .option("--introduced <commit>", "the first poisoned commit; all from the beginning if not given")
        .option("--fixed <commit>", "the first clean commit after it")
        .option("--commit <commit>", "a poisoned commit, by itself (repeatable)", repeated)
        .option("--file <file>", "a poisoned file, named by its digest (repeatable)", repeated)
        .option("--records <file>", "the flagged records of a scan (bezoar scan --records), named by digest")
        .option("--report <file>", "the JSON report of the same scan")
        .option("--reference <url>", "where the evidence is (repeatable)", repeated)
        .option("--atlas <ids>", "MITRE ATLAS techniques", commaList)
        .option("-o, --output <file>", "write it to a file instead of standard output")
        .addHelpText(
          "after",
          `
Examples:
  bezoar advisory new --id x_ACME-2026-0001 --summary "Poisoned medical answers" \\
    --repo datasets/OWNER/NAME --file examples/medical-qa/poisoned.jsonl -o x_ACME-2026-0001.json
  bezoar scan examples/medical-qa/poisoned.jsonl -f json --records flagged.jsonl > report.json
  bezoar advisory new --id x_ACME-2026-0002 --summary "A trigger in medical answers" \\
    --records flagged.jsonl --report report.json`,
        )
        .action(async (flags: NewFlags) => {
          const work = await import("./advisory-work.ts");
          await interruptible((signal) => work.writeNew(flags, signal));
        }),
    )
    .addCommand(
      withSignFlags(
        new Command("export")
          .description("Put advisories into one signed file that needs no network.")
          .argument("<advisory...>", "the advisories, JSON files")
          .requiredOption("-o, --output <file>", "where the feed goes")
          .option("--name <name>", "the feed's name", "advisories")
          .requiredOption("--sequence <n>", "its number, higher than that of the feed before", wholeDays)
          .option("--days <n>", "for how long it may be used", wholeDays, 30),
      )
        .addHelpText(
          "after",
          "\nExamples:\n  bezoar advisory export advisories/*.json --sequence 12 --key key.pem -o feed.sig",
        )
        .action(async (advisories: string[], flags: ExportFlags) => {
          const work = await import("./advisory-work.ts");
          await interruptible(() => work.exportFeed(advisories, flags));
        }),
    )
    .addCommand(
      withTrustFlags(
        new Command("import")
          .description("Take over the advisories of a signed feed, once its signature holds.")
          .argument("<feed>", "the feed")
          .option("--advisories <folder>", "where advisories are kept", FOLDER),
      )
        .addHelpText("after", "\nExamples:\n  bezoar advisory import feed.sig --public-key public.pem")
        .action(async (feed: string, flags: ImportFlags) => {
          const work = await import("./advisory-work.ts");
          await interruptible(() => work.importFeed(feed, flags));
        }),
    )
    .addCommand(
      new Command("check")
        .description("Is anything that is pinned, known or here named by an advisory, or made from what is?")
        .argument("[target...]", "files and folders to look at besides what the lockfile pins")
        .option("--advisories <folder>", "where advisories are kept", FOLDER)
        .option("--lockfile <file>", "what is pinned; bezoar.lock where it is there")
        .option("--store <file>", "the provenance store, whose descendants count too; bezoar.store where it is there")
        .option("--history <file>", "commits of a repository from the newest on, as git log --format=%H prints them")
        .addOption(
          new Option("-f, --format <format>", "how to print the answer").choices(["text", "json"]).default("text"),
        )
        .addHelpText(
          "after",
          "\nExamples:\n  bezoar advisory check\n  bezoar advisory check examples/medical-qa --advisories advisories",
        )
        .action(async (targets: string[], flags: CheckFlags) => {
          const work = await import("./advisory-work.ts");
          await interruptible((signal) => work.check(targets, flags, signal));
        }),
    );
}
