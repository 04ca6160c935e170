// `bezoar verify TARGET…`: is this what was signed (`--signature`), has it been attested (`--claims`), or else is it what was
// pinned in the lockfile. Each way has a file of its own; this one holds the flags.
import { Command, Option } from "commander";
import { usage } from "../core/errors.ts";
import { interruptible } from "./interrupt.ts";
import { commaList, repeated, wholeNumber } from "./flags.ts";
import { withTrustFlags } from "./signing.ts";
import type { SignatureFlags } from "./verify-signature.ts";

interface Flags extends Omit<SignatureFlags, "signature"> {
  signature?: string;
  claims?: string;
  require?: string[];
  lockfile: string;
  as?: string;
  offline?: boolean;
  download?: boolean;
  partial?: boolean;
  requirePass?: boolean;
  workers?: number;
  format: "text" | "json";
  detailedExitCode?: boolean;
  allowHttp?: boolean;
  progress: boolean;
}

export function verifyCommand(): Command {
  return withTrustFlags(
    new Command("verify")
      .description("Check that files, a cache or a repository are what was pinned, or what was signed, and by whom.")
      .argument(
        "[target...]",
        "a folder, a file, a snapshot in a cache, or hf://…; every entry of the lockfile if none",
      )
      .option("--signature <file>", "an OpenSSF Model Signing signature to check instead of the lockfile")
      .option("--claims <file>", "signed statements, as bezoar attest writes them, to check instead of the lockfile")
      .option("--require <kinds>", "what must have been attested: signature, scan, train, vsa, bom, vex", commaList),
  )
    .option("--allow-unsigned", "accept files that the signature does not cover")
    .option("--allow-ignored <path>", "accept that the signer left this path out (repeatable)", repeated)
    .option("--allow-links", "follow symbolic links, as far as they stay in the folder")
    .option("--lockfile <file>", "the lockfile", "bezoar.lock")
    .option("--as <entry>", "the id of the entry that the target is a copy of, where its own name does not say")
    .option("--offline", "ask no Hub: look for repositories in the local cache")
    .option("--download", "read every byte of a repository, and believe no digest that the Hub declares")
    .option("--partial", "files may be missing: it is a copy of a part")
    .option("--require-pass", "refuse what was pinned without a scan that passed")
    .option("--workers <n>", "threads to use (default: one for each core)", wholeNumber)
    .addOption(new Option("-f, --format <format>", "how to print the answer").choices(["text", "json"]).default("text"))
    .option(
      "--detailed-exit-code",
      "exit with the code of the gravest refusal (docs/reference/refusals.md), not with 1",
    )
    .option("--allow-http", "ask http:// addresses too, which anybody on the way can change")
    .option("--no-progress", "no progress line")
    .addHelpText(
      "after",
      `
Examples:
  bezoar verify
  bezoar verify data/ --lockfile bezoar.lock
  bezoar verify examples/medical-qa --signature medical-qa.sig --public-key public.pem
  bezoar verify out/model --signature model.sig --identity me@example.com --issuer https://accounts.example.com
  bezoar verify examples/medical-qa --claims claims.jsonl --public-key public.pem --require scan
  bezoar verify ./copy --as hf://datasets/OWNER/NAME
  bezoar verify hf://datasets/OWNER/NAME --offline --require-pass`,
    )
    .action(async (targets: string[], flags: Flags) => {
      const { signature, claims } = flags;
      if (signature !== undefined && claims !== undefined)
        throw usage("Verify by --signature or by --claims; a signature may be among the claims.");
      if (claims === undefined && flags.require) throw usage("--require says what the --claims must hold.");
      await interruptible((signal) =>
        signature === undefined && claims === undefined
          ? pinned(targets, flags, signal)
          : signed(targets, flags, signal),
      );
    });
}

/** By a signature, or by signed claims. */
async function signed(targets: readonly string[], flags: Flags, signal: AbortSignal): Promise<void> {
  const { signature, claims = "" } = flags;
  const [target] = targets;
  if (target === undefined || targets.length > 1) throw usage("A signature is of one folder or file: name that.");
  const [{ renderVerification, verifyTree }, { verifyClaims }, { exitCodeOf }, { print }, { renderChecksJson }] =
    await Promise.all([
      import("./verify-signature.ts"),
      import("./verify-claims.ts"),
      import("../core/check.ts"),
      import("./output.ts"),
      import("../report/checks.ts"),
    ]);
  const result =
    signature === undefined
      ? await verifyClaims(target, { ...flags, claims }, signal)
      : await verifyTree(target, { ...flags, signature }, signal);
  await print(flags.format === "json" ? renderChecksJson([result]) : renderVerification(result));
  process.exitCode = exitCodeOf([result], flags.detailedExitCode);
}

/** Against the lockfile. */
async function pinned(targets: readonly string[], flags: Flags, signal: AbortSignal): Promise<void> {
  const { as, offline, download, partial, requirePass, workers, allowHttp } = flags;
  const { checkLock } = await import("./check-lock.ts");
  await checkLock(
    targets,
    "verify",
    flags,
    { as, offline, download, partial, requirePass, workers, allowHttp },
    signal,
  );
}
