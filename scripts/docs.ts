// The pages under docs/ that code knows the content of: one for each detector with its examples as they ran, the
// formats, the command line as it prints its help, the settings, and the schema of the report.
import { existsSync, globSync } from "node:fs";
import { basename } from "node:path";
import { pathToFileURL } from "node:url";
import type { Command } from "commander";
import type { Example } from "../src/core/detector.ts";
import { LIMITS } from "../src/base/limits.ts";
import { hitsOf } from "../src/detectors/testing/examples.ts";

type Put = (path: string, content: string) => void;

export async function writeDocs(put: Put): Promise<void> {
  const { detectors } = await import("../src/detectors/index.ts");
  const { formats } = await import("../src/formats/index.ts");
  const { renderDetectorIndex, renderDetectorPage } = await import("../src/report/detector-page.ts");
  const { renderReportSchema } = await import("../src/report/schema.ts");
  const { renderVerifySchema } = await import("../src/report/checks.ts");
  const examples = new Map(
    globSync("src/detectors/*/*.examples.ts").map((path) => [basename(path, ".examples.ts"), path]),
  );

  for (const detector of detectors) {
    const path = examples.get(detector.id);
    const list =
      path && existsSync(path)
        ? ((await import(pathToFileURL(path).href)) as { examples: readonly Example[] }).examples
        : [];
    put(
      `docs/detectors/${detector.id}.md`,
      renderDetectorPage(
        detector,
        list.map((example) => ({ example, hits: hitsOf(detector, example) })),
      ),
    );
  }
  put("docs/detectors/README.md", renderDetectorIndex(detectors));
  put("docs/reference/report.schema.json", renderReportSchema());
  put("docs/reference/verify.schema.json", renderVerifySchema());

  const rows = formats.map(({ id, title, spec, extensions, split, remove, yields }) => {
    const reads = {
      records: "records",
      members: "the files inside",
      stream: "what it compresses",
      document: "a document",
      model: "what a model does when loaded",
    }[yields];
    return `| \`${id}\` | ${title} | ${reads} | ${extensions.map((e) => `\`${e}\``).join(" ")} | ${split ? "yes" : ""} | ${remove ? "yes" : ""} | ${spec} |`;
  });
  put(
    "docs/formats/README.md",
    `# Formats\n\nContent decides which reader a file gets; the extension only breaks ties. *Parallel* files are read by several threads at once. *Clean* says whether \`bezoar clean\` can write the format.\n\n| id | format | what it yields | extensions | parallel | clean | specification |\n|---|---|---|---|---|---|---|\n${rows.join("\n")}\n`,
  );

  const { program } = await import("../src/cli/program.ts");
  const bezoar = program();
  const help = (command: Command): string => {
    let text = "";
    command.configureOutput({
      writeOut: (chunk) => (text += chunk),
      getOutHelpWidth: () => 100,
      getOutHasColors: () => false,
    });
    command.outputHelp();
    return text.trimEnd();
  };
  const sections = (command: Command, name: string): string[] => [
    `## ${name}\n\n\`\`\`text\n${help(command)}\n\`\`\`\n`,
    ...command.commands.flatMap((below) => sections(below, `${name} ${below.name()}`)),
  ];
  const commands = sections(bezoar, "bezoar");
  put(
    "docs/reference/command-line.md",
    `# The command line\n\nExit codes: 0 pass; 1 fail (a finding at or above \`--fail-on\`, default \`high\`); 2 undecided (something could not be looked at) or an operational error; 64 a mistake on the command line or in the configuration. The report is written before the exit code is decided.\n\n${commands.join("\n")}`,
  );
  const { REFUSAL_CODES } = await import("../src/core/refusal.ts");
  const refusals = Object.entries(REFUSAL_CODES).map(([code, exit]) => `| \`${code}\` | ${exit} |`);
  put(
    "docs/reference/refusals.md",
    `# Refusals\n\nWhy \`bezoar verify\` and \`bezoar lock --check\` refuse something. The code is permanent, stands before each message and in \`--format json\`. A refusal exits 1; with \`--detailed-exit-code\` it exits with the number below, that of the first refusal, which is the gravest.\n\n| code | exit |\n|---|---:|\n${refusals.join("\n")}\n`,
  );
  const { SETTINGS } = await import("../src/cli/config.ts");
  const settings = Object.entries(SETTINGS).map(
    ([name, { about, example }]) => `## ${name}\n\n${about}\n\n\`\`\`yaml\n${example}\n\`\`\`\n`,
  );
  put(
    "docs/reference/configuration.md",
    `# Configuration\n\n\`bezoar.yaml\` in the working directory, or the file named with \`--config\`, holds what a team agrees on. It is never read from what is being scanned: a pulled dataset must not configure its own judge. A flag on the command line wins over a setting. An unknown setting is refused.\n\n${settings.join("\n")}`,
  );
  const limits = Object.entries(LIMITS).map(([name, value]) => `| \`${name}\` | ${value.toLocaleString("en")} |`);
  put(
    "docs/reference/limits.md",
    `# Limits\n\nEvery loop over bytes that somebody else wrote is bounded by one of these. Crossing one is a problem in the report's coverage that names it, never a crash and never a silent stop. Reasons stand in \`src/base/limits.ts\`.\n\n| limit | value |\n|---|---:|\n${limits.join("\n")}\n`,
  );
}
