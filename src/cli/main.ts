// The command line's entry: runs one command, and turns whatever ends it into an exit code and one sentence.
import { setFlagsFromString } from "node:v8";
import { CommanderError } from "commander";
import { ToolError } from "../core/errors.ts";
import { visible } from "../base/escape.ts";
import { program } from "./program.ts";

export async function main(argv: readonly string[]): Promise<number> {
  try {
    await program().parseAsync(argv as string[], { from: "user" });
    return typeof process.exitCode === "number" ? process.exitCode : 0;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 64;
    if (error instanceof ToolError) {
      process.stderr.write(`bezoar: ${visible(error.message)}\n`);
      return error.code === "usage" || error.code === "config" ? 64 : 2;
    }
    if (error instanceof Error && error.name === "AbortError") {
      process.stderr.write("bezoar: interrupted; nothing was written.\n");
      return 130;
    }
    process.stderr.write(
      `bezoar: this is a bug, please report it: ${visible(error instanceof Error ? (error.stack ?? error.message) : String(error)).replaceAll("⏎", "\n")}\n`,
    );
    return 2;
  }
}

// A reader that goes away (`| head`) ends the output, not the program.
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  if (error.code !== "EPIPE") throw error;
});

// Collect garbage before a heap has grown by a third, not when it has doubled: a scan keeps little and drops much, and its
// memory must not grow with the file.
setFlagsFromString("--heap-growing-percent=30");

process.exitCode = await main(process.argv.slice(2));
