// `bezoar bom DIR`: a CycloneDX ML-BOM of a model or dataset.
import { Command, Option } from "commander";
import { repeated } from "./flags.ts";
import { usage } from "../core/errors.ts";
import { interruptible } from "./interrupt.ts";
import { withTrustFlags, type TrustFlags } from "./signing.ts";

interface Flags extends TrustFlags {
  specVersion: "1.6" | "1.7";
  type?: "model" | "dataset";
  report?: string;
  claims?: string;
  output?: string;
  ignore?: string[];
  revision?: string;
}

export function bomCommand(): Command {
  return withTrustFlags(
    new Command("bom")
      .description("Write a bill of materials of a model or dataset (CycloneDX ML-BOM).")
      .argument("<folder>", "the model or dataset")
      .option("-o, --output <file>", "write it to a file instead of standard output")
      .addOption(
        new Option("--spec-version <version>", "the version of CycloneDX").choices(["1.6", "1.7"]).default("1.7"),
      )
      .addOption(new Option("--type <type>", "what it is, where its files do not tell").choices(["model", "dataset"]))
      .option("--report <file>", "a JSON report of a scan, whose findings become vulnerabilities")
      .option("--claims <file>", "signed statements; verified provenance among them becomes lineage")
      .option("--revision <commit>", "the revision it is")
      .option("--ignore <path>", "leave out a path of the folder (repeatable)", repeated),
  )
    .addHelpText(
      "after",
      `
The time written is that of SOURCE_DATE_EPOCH where it is set, and now otherwise.

Examples:
  bezoar bom examples/medical-qa -o bom.json
  bezoar bom out/model --claims claims.jsonl --public-key public.pem --report report.json`,
    )
    .action(async (folder: string, flags: Flags) => {
      await interruptible((signal) => run(folder, flags, signal));
    });
}

async function run(folder: string, flags: Flags, signal: AbortSignal): Promise<void> {
  const [
    { digestTree, reportOf },
    { renderBom, checkReport },
    { readCard },
    { readClaims, isAbout },
    { PREDICATES },
    output,
    { jsonText },
  ] = await Promise.all([
    import("./attestation.ts"),
    import("../attest/bom.ts"),
    import("./card.ts"),
    import("../attest/claims.ts"),
    import("../attest/predicates.ts"),
    import("./output.ts"),
    import("../report/json.ts"),
  ]);
  const { readNamed, trustOf } = await import("./signing.ts");
  const { readClaimsFile } = await import("./claims-file.ts");
  const { Refused } = await import("../core/refusal.ts");
  const { version } = await import("./version.ts");
  const { badConfig } = await import("../core/errors.ts");
  if (flags.claims === undefined && (flags.publicKey ?? flags.roots) !== undefined)
    throw usage("--public-key and --roots say whose --claims count.");
  if (flags.output !== undefined) output.checkOutput(flags.output);
  const report = flags.report === undefined ? undefined : reportOf(readNamed(flags.report), flags.report);
  const trust = flags.claims === undefined ? undefined : await trustOf(flags);
  const { files, subject } = await digestTree(
    folder,
    { beside: flags.output ?? flags.claims ?? "bom.json", ...(flags.ignore ? { ignore: flags.ignore } : {}) },
    signal,
  );
  try {
    if (report) checkReport(report, files);
  } catch (error) {
    if (error instanceof Refused) throw badConfig(flags.report ?? "--report", error.message);
    throw error;
  }
  const claims = trust && flags.claims !== undefined ? readClaims(readClaimsFile(flags.claims), [trust]) : undefined;
  for (const { lineNumber, code, message } of claims?.troubles ?? [])
    process.stderr.write(`bezoar: line ${lineNumber} of the claims counts for nothing: ${message} [${code}]\n`);
  const bom = renderBom({
    subject,
    files,
    type: flags.type ?? (files.some(({ path }) => WEIGHTS.test(path)) ? "model" : "dataset"),
    card: readCard(
      folder,
      files.map(({ path }) => path),
    ),
    provenance: (claims?.verified ?? []).filter(
      ({ value }) => value.predicateType === PREDICATES.train && isAbout(value, subject),
    ),
    specVersion: flags.specVersion,
    at: timeOf(process.env["SOURCE_DATE_EPOCH"]),
    version,
    ...(report ? { report } : {}),
    ...(flags.revision === undefined ? {} : { revision: flags.revision }),
  });
  const text = jsonText(bom, 2);
  if (flags.output === undefined) await output.print(text);
  else output.writeWhole(flags.output, [text]);
}

const WEIGHTS = /\.(safetensors|gguf|ggml|pt|pth|ckpt|onnx|h5|keras|tflite|mlmodel|bin|pkl|npz|msgpack)$/i;

function timeOf(epoch: string | undefined): Date {
  if (epoch === undefined || epoch === "") return new Date();
  if (!/^\d{1,12}$/.test(epoch)) throw usage("SOURCE_DATE_EPOCH must be a number of seconds.");
  return new Date(Number(epoch) * 1000);
}
