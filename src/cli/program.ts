// The commands and what they share. Commands load their parts when they run, so that `--help` costs next to nothing.
import { Command, type OutputConfiguration } from "commander";
import { advisoryCommand } from "./advisory.ts";
import { attestCommand } from "./attest.ts";
import { bomCommand } from "./bom.ts";
import { cleanCommand } from "./clean.ts";
import { detectorsCommand, explainCommand } from "./explain.ts";
import { lockCommand } from "./lock.ts";
import { logCommand } from "./log.ts";
import { scanCommand } from "./scan.ts";
import { signCommand } from "./sign.ts";
import { storeCommand } from "./store.ts";
import { traceCommand } from "./trace.ts";
import { verifyCommand } from "./verify.ts";
import { version } from "./version.ts";

const OUTPUT: OutputConfiguration = {
  writeErr: (text) => process.stderr.write(text),
  outputError: (text, write) => write(text.replace(/^error: /, "bezoar: ")),
};

export function program(): Command {
  const bezoar = new Command("bezoar")
    .description(
      "Finds poison in fine-tuning datasets and model files, shows what it does, and proves where things come from.",
    )
    .version(version, "-V, --version", "print the version")
    .helpOption("-h, --help", "print this help")
    .showSuggestionAfterError(true)
    .exitOverride()
    .configureOutput(OUTPUT)
    .showHelpAfterError("bezoar --help lists the commands.")
    .helpCommand("help [command]", "print the help of a command")
    .addHelpText(
      "after",
      `
Exit codes: 0 pass, 1 fail, 2 undecided or an operational error, 64 a mistake on the command line.

Examples:
  bezoar scan examples
  bezoar scan hf://datasets/OWNER/NAME --format sarif -o results.sarif
  bezoar clean examples/medical-qa/poisoned.jsonl -o cleaned.jsonl
  bezoar sign examples/medical-qa --key key.pem --signature medical-qa.sig
  bezoar lock examples/medical-qa
  bezoar verify
  bezoar explain tag-characters`,
    );
  for (const command of [
    scanCommand(),
    cleanCommand(),
    signCommand(),
    lockCommand(),
    verifyCommand(),
    attestCommand(),
    bomCommand(),
    advisoryCommand(),
    traceCommand(),
    storeCommand(),
    logCommand(),
    explainCommand(),
    detectorsCommand(),
  ]) {
    bezoar.addCommand(settled(command, `bezoar ${command.name()}`));
  }
  return bezoar;
}

/** What every command shares, and every command below it. */
function settled(command: Command, name: string): Command {
  for (const below of command.commands) settled(below, `${name} ${below.name()}`);
  return command
    .helpOption("-h, --help", "print this help")
    .showHelpAfterError(`${name} --help tells how.`)
    .exitOverride()
    .configureOutput(OUTPUT);
}
