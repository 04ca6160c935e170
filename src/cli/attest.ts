// `bezoar attest scan|train|vsa|bom|vex`: signed statements about a folder, one line each in claims.jsonl.
import { Command, Option } from "commander";
import { interruptible } from "./interrupt.ts";
import { commaList, repeated } from "./flags.ts";
import { withSignFlags, withTrustFlags } from "./signing.ts";
import type { AttestFlags, BomFlags, ScanFlags, TrainFlags, VexFlags, VsaFlags } from "./attestation.ts";

type Work = typeof import("./attestation.ts");

function statementCommand<F extends AttestFlags>(
  name: string,
  about: string,
  examples: string,
  more: (command: Command) => Command,
  run: (work: Work, folder: string, flags: F, signal: AbortSignal) => Promise<void>,
): Command {
  const command = withSignFlags(
    new Command(name)
      .description(about)
      .argument("<folder>", "what the statement is about")
      .option("--claims <file>", "where the signed statement is added, as one line", "claims.jsonl"),
  ).option("--ignore <path>", "leave out a path of the folder (repeatable)", repeated);
  return more(command)
    .addHelpText("after", `\nExamples:\n${examples}`)
    .action(async (folder: string, flags: F) => {
      const work = await import("./attestation.ts");
      await interruptible((signal) => run(work, folder, flags, signal));
    });
}

export function attestCommand(): Command {
  return new Command("attest")
    .description("Sign statements about a model or dataset: scanned, trained, verified, described.")
    .addCommand(
      statementCommand<ScanFlags>(
        "scan",
        "State what a scan of the folder found.",
        `  bezoar attest scan examples/medical-qa --key key.pem
  bezoar attest scan examples/medical-qa --report report.json --key key.pem`,
        (command) =>
          command.option("--report <file>", "a JSON report of a scan of exactly these bytes, instead of scanning now"),
        (work, folder, flags, signal) => work.attestScan(folder, flags, signal),
      ),
    )
    .addCommand(
      statementCommand<TrainFlags>(
        "train",
        "State what a model or dataset was made from (SLSA provenance).",
        `  bezoar attest train out/model --run run.yaml --key key.pem

docs/specs/fine-tuning.md shows a run file.`,
        (command) => command.requiredOption("--run <file>", "what went in and how, YAML or JSON"),
        (work, folder, flags, signal) => work.attestTrain(folder, flags, signal),
      ),
    )
    .addCommand(
      statementCommand<VsaFlags>(
        "vsa",
        "Verify the claims about the folder, and state the outcome (SLSA verification summary).",
        `  bezoar attest vsa examples/medical-qa --public-key public.pem --require scan --key key.pem`,
        (command) =>
          withTrustFlags(command)
            .option("--require <kinds>", "what must have been attested: signature, scan, train, bom, vex", commaList)
            .option("--resource-uri <uri>", "the address under which the folder is used"),
        (work, folder, flags, signal) => work.attestVsa(folder, flags, signal),
      ),
    )
    .addCommand(
      statementCommand<BomFlags>(
        "bom",
        "State the bill of materials of the folder (CycloneDX).",
        `  bezoar bom examples/medical-qa -o bom.json
  bezoar attest bom examples/medical-qa --bom bom.json --key key.pem`,
        (command) =>
          command.requiredOption(
            "--bom <file>",
            "a CycloneDX document of exactly these bytes, as bezoar bom writes it",
          ),
        (work, folder, flags, signal) => work.attestBom(folder, flags, signal),
      ),
    )
    .addCommand(
      statementCommand<VexFlags>(
        "vex",
        "State whether an advisory affects the folder (OpenVEX).",
        `  bezoar attest vex examples/medical-qa --advisory x_BEZOAR-2026-0001 --status not_affected \\
    --justification vulnerable_code_not_present --author security@example.com --key key.pem`,
        (command) =>
          command
            .requiredOption("--advisory <id>", "the advisory's id")
            .addOption(
              new Option("--status <status>", "whether it is affected")
                .choices(["not_affected", "affected", "fixed", "under_investigation"])
                .makeOptionMandatory(),
            )
            .addOption(
              new Option("--justification <why>", "why it is not affected").choices([
                "component_not_present",
                "vulnerable_code_not_present",
                "vulnerable_code_not_in_execute_path",
                "vulnerable_code_cannot_be_controlled_by_adversary",
                "inline_mitigations_already_exist",
              ]),
            )
            .option("--action <text>", "what to do where it is affected")
            .requiredOption("--author <who>", "who says so"),
        (work, folder, flags, signal) => work.attestVex(folder, flags, signal),
      ),
    );
}
