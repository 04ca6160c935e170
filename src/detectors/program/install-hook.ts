// Code that runs while a package is installed: commands of setuptools that a setup script replaces, and network calls
// at its top. A dataset or model repository with a setup script is installed by `pip install git+…`.
import type { DocumentDetector, Hit } from "../../core/detector.ts";
import { atLeast } from "../../core/severity.ts";
import { quote, visible } from "../../base/escape.ts";
import { functionAround } from "./evaluate.ts";
import { hitAt, payloadSeverity, reportAll } from "./payload.ts";
import { kindOf } from "./names.ts";
import { programOf } from "./program.ts";
import type { Node } from "./syntax.ts";

const COMMAND =
  /(?:^|\.)(?:setuptools|distutils)\.command\.|(?:^|\.)(?:install|develop|egg_info|build_py|build_ext|bdist_wheel|sdist)$/;

export const installHook: DocumentDetector = {
  id: "install-hook",
  family: "program",
  reads: "document",
  languages: ["python"],
  title: "Code that runs when a package is installed",
  severity: "high",
  confidence: "medium",
  maturity: "stable",
  since: "0.1.0",
  references: ["AML.T0010", "CWE-506", "ATT&CK T1195.002"],
  docs: {
    finds:
      "In a script that calls setup(): a class that replaces an install or build command and connects, decodes, or starts an unknown process; network calls at the top of the script.",
    matters: "Installing is enough: nobody has to import the package. It is how most malicious packages run.",
    misses: "Build back ends configured in pyproject.toml, and hooks that live in another file.",
    remedy: "Do not install it. Read the hook; install wheels, which run nothing, from an index that you trust.",
  },
  inspect(document, report) {
    const program = programOf(document);
    if (!program.isSetup) return;
    const hits: Hit[] = [];
    const commands = program.classes.filter(({ bases }) => bases.some((base) => COMMAND.test(base)));
    for (const call of program.calls) {
      const kind = kindOf(call.name);
      const severity = payloadSeverity(call, program);
      const acts = kind === "fetch" || kind === "send" || (severity !== undefined && atLeast(severity, "medium"));
      if (!acts) continue;
      const hook = commands.find(({ node }) => isInside(call.node, node));
      const line = program.lineOf(call.node);
      if (hook)
        hits.push(
          hitAt(
            program,
            call.node,
            `Line ${line} calls ${visible(call.name)} when the package is installed, in the command ${quote(hook.name)}.`,
            { severity: severity === "critical" ? "critical" : "high", group: call.name },
          ),
        );
      else if (
        !functionAround(call.node) &&
        (kind === "fetch" || kind === "send" || (severity !== undefined && atLeast(severity, "high")))
      )
        hits.push(
          hitAt(program, call.node, `Line ${line} calls ${visible(call.name)} whenever the setup script runs.`, {
            severity: severity ?? "medium",
            group: call.name,
          }),
        );
    }
    reportAll(hits, report, "high");
  },
};

function isInside(node: Node, outer: Node): boolean {
  return node.from >= outer.from && node.to <= outer.to;
}
