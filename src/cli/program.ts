// The commands and what they share. Commands load their parts when they run, so that `--help` costs next to nothing.
import { Command } from "commander";
import { cleanCommand } from "./clean.ts";
import { detectorsCommand, explainCommand } from "./explain.ts";
import { scanCommand } from "./scan.ts";
import { version } from "./version.ts";

export function program(): Command {
  const bezoar = new Command("bezoar")
    .description("Finds poisoned rows in fine-tuning datasets, and shows what they do.")
    .version(version, "-V, --version", "print the version")
    .helpOption("-h, --help", "print this help")
    .showSuggestionAfterError(true)
    .exitOverride()
    .configureOutput({ writeErr: (text) => process.stderr.write(text) })
    .addHelpText(
      "after",
      `
Exit codes: 0 pass, 1 fail, 2 undecided or an operational error, 64 a mistake on the command line.

Examples:
  bezoar scan train.jsonl
  bezoar scan hf://datasets/owner/name --format sarif -o results.sarif
  bezoar clean train.jsonl -o train.clean.jsonl
  bezoar explain tag-characters`,
    );
  for (const command of [scanCommand(), cleanCommand(), explainCommand(), detectorsCommand()]) {
    bezoar.addCommand(command.exitOverride().configureOutput({ writeErr: (text) => process.stderr.write(text) }));
  }
  return bezoar;
}
