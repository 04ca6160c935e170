// `bezoar sign DIR`: an OpenSSF Model Signing v1.0 signature over every file of a folder.
import { Command } from "commander";
import { repeated } from "./flags.ts";
import { quote, visible } from "../base/escape.ts";
import { ToolError, usage } from "../core/errors.ts";
import { interruptible } from "./interrupt.ts";
import { withSignFlags, type SignFlags } from "./signing.ts";

interface Flags extends SignFlags {
  signature: string;
  ignore?: string[];
  allowLinks?: boolean;
}

export function signCommand(): Command {
  return withSignFlags(
    new Command("sign")
      .description("Sign every file of a model or dataset (OpenSSF Model Signing v1.0).")
      .argument("<folder>", "what to sign; git's own files at its top are left out")
      .option("--signature <file>", "where the signature goes", "model.sig"),
  )
    .option("--ignore <path>", "leave out a path of the folder; the signature says so (repeatable)", repeated)
    .option("--allow-links", "sign what symbolic links lead to, as far as they stay in the folder")
    .addHelpText(
      "after",
      `
A passphrase of the key is read from the environment variable BEZOAR_KEY_PASSPHRASE.

Examples:
  openssl ecparam -name prime256v1 -genkey -noout -out key.pem
  openssl ec -in key.pem -pubout -out public.pem
  bezoar sign examples/medical-qa --key key.pem --signature medical-qa.sig
  bezoar verify examples/medical-qa --signature medical-qa.sig --public-key public.pem
  bezoar sign examples/medical-qa --keyless --identity-token token.txt`,
    )
    .action(async (folder: string, flags: Flags) => {
      await interruptible((signal) => run(folder, flags, signal));
    });
}

async function run(folder: string, flags: Flags, signal: AbortSignal): Promise<void> {
  const [
    { digestsOf, listTree, signerOf },
    { checkOutput, print, writeWhole },
    { modelStatement },
    { Refused },
    { badName },
  ] = await Promise.all([
    import("./signing.ts"),
    import("./output.ts"),
    import("../attest/model-signing.ts"),
    import("../core/refusal.ts"),
    import("../attest/file-names.ts"),
  ]);
  const ignore = (flags.ignore ?? []).map((path) => path.replace(/^\.\//, "").replace(/\/+$/, ""));
  for (const path of ignore)
    if (badName(path)) throw usage(`--ignore takes a path inside of the folder, and ${quote(path)} is none.`);
  checkOutput(flags.signature);
  const signer = await signerOf(flags);
  const tree = listTree(folder, flags.signature, {
    leaveOut: ignore,
    ...(flags.allowLinks ? { followLinks: true } : {}),
  });
  const [trouble] = tree.troubles;
  if (trouble) throw new ToolError("unsupported", `${visible(folder)} cannot be signed. ${trouble.message}`);
  try {
    const files = await digestsOf(tree.files, signal);
    const ignored = [...ignore, ...(tree.signatureName === undefined ? [] : [tree.signatureName])];
    const statement = modelStatement(tree.name, files, {
      ignored,
      ...(flags.allowLinks ? { allowSymlinks: true } : {}),
    });
    writeWhole(flags.signature, [await signer.sign(statement), "\n"]);
    await print(
      `Signed ${files.length} ${files.length === 1 ? "file" : "files"} of ${visible(folder)}: ${visible(flags.signature)}\n`,
    );
  } catch (error) {
    if (error instanceof Refused)
      throw new ToolError("unsupported", `${visible(folder)} cannot be signed. ${error.message}`);
    throw error;
  }
}
