// Files that a program about data has no business with: keys and passwords, places whose content runs by itself, the
// system's own folders. Paths are followed through joins, home folders and variables.
import type { DocumentDetector, Hit } from "../../core/detector.ts";
import { quote, visible } from "../../base/escape.ts";
import type { Call } from "./evaluate.ts";
import { hitAt, reportAll } from "./payload.ts";
import { AUTORUN_PATH, SECRET_PATH, SYSTEM_PATH } from "./names.ts";
import { programOf } from "./program.ts";
import type { Value } from "./value.ts";

const TOUCHES =
  /(?:^|\.)(?:open|read_text|read_bytes|write_text|write_bytes|copy\w*|move|rename|replace|listdir|scandir|walk|r?glob|iterdir|ZipFile|make_archive|mkdir|symlink(?:_to)?|readlines|load|read_csv|loadtxt|rmtree|unlink|remove)$/;
const WRITES = /(?:^|\.)(?:write_text|write_bytes|copy\w*|move|rename|replace|symlink(?:_to)?)$/;

export const foreignFileAccess: DocumentDetector = {
  id: "foreign-file-access",
  family: "program",
  reads: "document",
  languages: ["python"],
  title: "Program that touches files outside its dataset",
  severity: "high",
  confidence: "medium",
  maturity: "stable",
  since: "0.1.0",
  references: ["AML.T0025", "CWE-552", "ATT&CK T1552.001", "ATT&CK T1547"],
  docs: {
    finds:
      "Reads of files with keys, passwords, browser sessions or wallets (high in a loading script or installer, else medium); writes to files that run by themselves, such as shell profiles, cron, SSH keys and start-up hooks of Python (high); writes into folders of the system (medium); removal of a whole home or root folder (high).",
    matters: "A key file read is a key lost; a line in a shell profile outlives the training run.",
    misses: "Paths that are computed from unknown parts, and files touched by processes that the program starts.",
    remedy: "Ask what the file is for. If nothing about the data needs it, do not run the program.",
  },
  inspect(document, report) {
    const program = programOf(document);
    const hits: Hit[] = [];
    for (const call of program.calls) {
      const found = judge(call, program.isBuilder || program.isSetup);
      if (!found) continue;
      const [severity, path, what] = found;
      hits.push(
        hitAt(
          program,
          call.node,
          `Line ${program.lineOf(call.node)} ${what} ${quote(path)} with ${visible(call.name)}.`,
          { severity, group: path },
        ),
      );
    }
    reportAll(hits, report, "high");
  },
};

function judge(call: Call, isLoader: boolean): ["high" | "medium", string, string] | undefined {
  if (!TOUCHES.test(call.name)) return undefined;
  // Texts and lists have methods of the same names.
  if (call.name.startsWith("?.") && !/(?:open|_text|_bytes|unlink)$/.test(call.name)) return undefined;
  const short = call.name.slice(call.name.lastIndexOf(".") + 1);
  const isPathMethod = call.name.startsWith("pathlib") || call.name.startsWith("?.");
  const values = isPathMethod ? [call.receiver, ...call.args] : call.args;
  const mode = (call.keywords.get("mode") ?? (isPathMethod ? call.args[0] : call.args[1]))?.text ?? "";
  const isWrite = WRITES.test(call.name) || (short === "open" && /^[rb]?[waxt+]*[wax+]/.test(mode) && mode.length < 5);
  const written = isWrite
    ? short === "open" || short.startsWith("write_")
      ? values[0]
      : values[values.length - 1]
    : undefined;
  const text = (value: Value | undefined): string =>
    value?.text !== undefined && value.text.length < 400 ? value.text : "";
  if (short === "rmtree" && /^(?:~|\/|\/home|\/root|\/Users)[/\\*]*$/.test(text(values[0])))
    return ["high", text(values[0]), "removes"];
  if (AUTORUN_PATH.test(text(written))) return ["high", text(written), "writes to a file that runs by itself,"];
  const secret = values.map(text).find((path) => SECRET_PATH.test(path));
  if (secret !== undefined)
    return [
      isLoader || /\.ssh|shadow|wallet|Login Data/.test(secret) ? "high" : "medium",
      secret,
      `${isWrite ? "writes" : "reads"} a file with secrets,`,
    ];
  return SYSTEM_PATH.test(text(written)) ? ["medium", text(written), "writes into a folder of the system,"] : undefined;
}
