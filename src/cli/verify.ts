// `bezoar verify`: is this what was signed? Each way of pinning has a file of its own; this one holds the flags.
import { Command, Option } from "commander";
import { usage } from "../core/errors.ts";
import { interruptible } from "./interrupt.ts";
import { repeated, withTrustFlags } from "./signing.ts";
import type { SignatureFlags } from "./verify-signature.ts";

interface Flags extends Omit<SignatureFlags, "signature"> {
  signature?: string;
  format: "text" | "json";
}

export function verifyCommand(): Command {
  return withTrustFlags(
    new Command("verify")
      .description("Check that a model or dataset is what was signed, and by whom.")
      .argument("<target>", "a folder, or a file")
      .addOption(
        new Option("-f, --format <format>", "how to print the answer").choices(["text", "json"]).default("text"),
      )
      .option("--signature <file>", "an OpenSSF Model Signing signature"),
  )
    .option("--allow-unsigned", "accept files that the signature does not cover")
    .option("--allow-ignored <path>", "accept that the signer left this path out (repeatable)", repeated)
    .option("--allow-links", "follow symbolic links, as far as they stay in the folder")
    .addHelpText(
      "after",
      `
Examples:
  bezoar verify examples/medical-qa --signature medical-qa.sig --public-key public.pem
  bezoar verify examples/medical-qa --signature medical-qa.sig --roots ca.pem --format json`,
    )
    .action(async (target: string, flags: Flags) => {
      await interruptible((signal) => run(target, flags, signal));
    });
}

async function run(target: string, flags: Flags, signal: AbortSignal): Promise<void> {
  const { signature } = flags;
  if (signature === undefined) throw usage("Say what to verify against: --signature FILE.");
  const [{ renderVerification, verifyTree }, { print }, { jsonText }, { exitCode }] = await Promise.all([
    import("./verify-signature.ts"),
    import("./output.ts"),
    import("../report/json.ts"),
    import("../policy/decide.ts"),
  ]);
  const result = await verifyTree(target, { ...flags, signature }, signal);
  await print(flags.format === "json" ? jsonText(result, 2) : renderVerification(result));
  process.exitCode = exitCode(result.verdict);
}
