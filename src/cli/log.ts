// `bezoar log …`: a checksum log for datasets and models. Operators add and serve, clients look up and verify, witnesses
// sign what they have seen grow.
import { randomBytes } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { Command, InvalidArgumentError, Option } from "commander";
import { repeated } from "./flags.ts";
import { badConfig, outputExists, ToolError, usage } from "../core/errors.ts";
import { visible } from "../base/escape.ts";
import { plural } from "../report/figures.ts";
import { interruptible } from "./interrupt.ts";
import type { Check } from "../core/check.ts";
import type { LogFlags } from "./log-client.ts";
import type { NoteSigner } from "../tlog/note.ts";

interface ServeFlags {
  dir: string;
  key: string;
  port: number;
  host: string;
}
interface AddFlags {
  dir: string;
  key: string;
}
interface ClientFlags extends LogFlags {
  lockfile: string;
  format: "text" | "json";
  detailedExitCode?: boolean;
  key: string;
  output: string;
}

const number = (value: string): number => {
  const n = Number(value);
  if (!Number.isInteger(n) || n < 0 || n > 1e12) throw new InvalidArgumentError("It must be a whole number.");
  return n;
};

const client = (command: Command): Command =>
  command
    .requiredOption("--url <url>", "where the log is")
    .requiredOption("--log-key <vkey>", "its verifier key, or a file that holds it")
    .option("--witness <vkey>", "the verifier key of a witness, or a file that holds it (repeatable)", repeated)
    .option("--witnesses <n>", "how many of them must have signed (default: all)", number)
    .option("--age-max <seconds>", "refuse witnesses' signatures that are older", number)
    .option("--state <file>", "where the latest tree head is kept (default: in the user's state folder)")
    .addOption(new Option("-f, --format <format>", "how to print the answer").choices(["text", "json"]).default("text"))
    .option("--detailed-exit-code", "exit with the code of the gravest refusal, not with 1")
    .option("--allow-http", "ask http:// addresses too");

const EXAMPLE = "--url https://log.example --log-key log.vkey";

export function logCommand(): Command {
  const log = new Command("log")
    .description("A public log of what each commit holds: whoever is shown something else finds out.")
    .addHelpText("after", `\nExamples:\n  bezoar log lookup ${EXAMPLE}\n  bezoar log verify ${EXAMPLE}`);
  log.addCommand(
    new Command("keygen")
      .description("Make the key of a log or of a witness; its verifier key is printed.")
      .argument("<name>", "the log's origin or the witness's name, such as log.example/models")
      .requiredOption("--key <file>", "where the private key goes")
      .option("--for-witness", "a key that cosigns")
      .addHelpText("after", "\nExamples:\n  bezoar log keygen log.example/models --key log.key > log.vkey")
      .action(keygen),
  );
  log.addCommand(
    new Command("add")
      .description("Add the public repositories of a lockfile to a log of your own.")
      .argument("<lockfile...>", "lockfiles")
      .requiredOption("--dir <folder>", "the log")
      .requiredOption("--key <file>", "its private key")
      .addHelpText("after", "\nExamples:\n  bezoar log add bezoar.lock --dir log/ --key log.key")
      .action(add),
  );
  log.addCommand(
    new Command("serve")
      .description("Serve a log over HTTP.")
      .requiredOption("--dir <folder>", "the log")
      .requiredOption("--key <file>", "its private key")
      .option("--port <n>", "the port", number, 8790)
      .option("--host <address>", "the address to listen on", "127.0.0.1")
      .addHelpText("after", "\nExamples:\n  bezoar log serve --dir log/ --key log.key --port 8790")
      .action(serve),
  );
  log.addCommand(
    client(
      new Command("lookup").description(
        "Check what is pinned against the log: the same commit must be the same content for everybody.",
      ),
    )
      .argument("[entry...]", "sources of the lockfile; all if none")
      .option("--lockfile <file>", "the lockfile", "bezoar.lock")
      .addHelpText(
        "after",
        `\nBEZOAR_NOLOG=acme/*,internal/** keeps names on this machine.\n\nExamples:\n  bezoar log lookup ${EXAMPLE}`,
      )
      .action(async (entries: string[], flags: ClientFlags) =>
        interruptible((signal) => lookup(entries, flags, signal)),
      ),
  );
  log.addCommand(
    client(new Command("verify").description("Check that the log still holds all that it held when it was last seen."))
      .addHelpText("after", `\nExamples:\n  bezoar log verify ${EXAMPLE} --witness witness.vkey`)
      .action(async (flags: ClientFlags) => interruptible((signal) => verify(flags, signal))),
  );
  log.addCommand(
    client(new Command("witness").description("Cosign the log's tree head, if it goes on from the last one."))
      .requiredOption("--key <file>", "the witness's private key")
      .requiredOption("-o, --output <file>", "where the cosigned tree head goes")
      .addHelpText("after", `\nExamples:\n  bezoar log witness ${EXAMPLE} --key witness.key -o cosigned.note`)
      .action(async (flags: ClientFlags) => interruptible((signal) => witness(flags, signal))),
  );
  return log;
}

async function keygen(name: string, flags: { key: string; forWitness?: boolean }): Promise<void> {
  const [{ signerOf, signerText, verifierText }, { print, writeWhole }] = await Promise.all([
    import("../tlog/note.ts"),
    import("./output.ts"),
  ]);
  if (existsSync(flags.key)) throw outputExists(flags.key);
  const seed = randomBytes(32);
  const signer = signerOf(name, seed, flags.forWitness ? "cosignature" : "ed25519");
  if (!signer) throw usage("A name of a key has no space and no plus.");
  const before = process.umask(0o077);
  try {
    writeWhole(flags.key, [`${signerText(signer, seed)}\n`]);
  } finally {
    process.umask(before);
  }
  await print(`${verifierText(signer)}\n`);
}

async function signerAt(path: string): Promise<NoteSigner> {
  const { parseSigner } = await import("../tlog/note.ts");
  const signer = existsSync(path) ? parseSigner(readFileSync(path, "utf8")) : undefined;
  if (!signer) throw badConfig(path, "is no private key of a log. `bezoar log keygen` makes one.");
  return signer;
}

async function add(lockfiles: string[], flags: AddFlags): Promise<void> {
  const [{ LogStore }, { readLock }, { recordOf }, { print }] = await Promise.all([
    import("../store/log-store.ts"),
    import("./check-pin.ts"),
    import("./log-client.ts"),
    import("./output.ts"),
  ]);
  const store = new LogStore(flags.dir, await signerAt(flags.key));
  const lines: string[] = [];
  let conflicts = 0;
  for (const file of lockfiles) {
    const read = readLock(file);
    if ("refusal" in read) throw badConfig(file, read.refusal.message);
    for (const entry of read.lock.entries) {
      const record = recordOf(entry, hiddenNames(), process.env);
      const outcome = typeof record === "string" ? `left out: ${record}` : store.add(record);
      if (outcome === "conflict") conflicts++;
      lines.push(`${visible(entry.source)}: ${outcome}\n`);
    }
  }
  store.publish();
  await print(`${lines.join("")}The log holds ${plural(store.size, "record")}.\n`);
  if (conflicts > 0)
    throw new ToolError(
      "output-exists",
      `${plural(conflicts, "record")} of these commits say something else already. What a log has said it never takes back; nothing of those was added.`,
    );
}

async function serve(flags: ServeFlags): Promise<void> {
  const [{ LogStore }, { logServer }] = await Promise.all([import("../store/log-store.ts"), import("./log-server.ts")]);
  const server = logServer(flags.dir, new LogStore(flags.dir, await signerAt(flags.key)));
  await interruptible(
    (signal) =>
      new Promise<void>((resolve, reject) => {
        server.on("error", (error: NodeJS.ErrnoException) =>
          reject(badConfig("--port", `${flags.host}:${flags.port} cannot be listened on (${error.code}).`)),
        );
        server.listen(flags.port, flags.host, () => {
          const address = server.address();
          process.stderr.write(
            `Serving on http://${flags.host}:${typeof address === "object" ? address?.port : flags.port}\n`,
          );
        });
        signal.addEventListener("abort", () => {
          server.closeAllConnections();
          server.close(() => resolve());
        });
      }),
  );
}

const hiddenNames = (): string[] =>
  (process.env["BEZOAR_NOLOG"] ?? "")
    .split(",")
    .map((glob) => glob.trim())
    .filter(Boolean);

async function tell(checks: readonly Check[], flags: ClientFlags): Promise<void> {
  const { conclude } = await import("./verdicts.ts");
  await conclude(checks, flags);
}

async function lookup(sources: readonly string[], flags: ClientFlags, signal: AbortSignal): Promise<void> {
  const [{ checkEntry, LogClient }, { lockRefused, readLock }] = await Promise.all([
    import("./log-client.ts"),
    import("./check-pin.ts"),
  ]);
  const read = readLock(flags.lockfile);
  if ("refusal" in read) return tell([lockRefused(flags.lockfile, read.refusal)], flags);
  const entries = read.lock.entries.filter(
    ({ source, id }) => sources.length === 0 || sources.includes(source) || sources.includes(id),
  );
  if (entries.length === 0) throw usage("The lockfile has no such entry.");
  const log = new LogClient(flags, signal);
  const checks: Check[] = [];
  for (const entry of entries) checks.push(await checkEntry(entry, log, hiddenNames()));
  await tell(checks, flags);
}

const headCheck = (url: string, size: number): Check => ({
  target: url,
  verdict: "pass",
  refusals: [],
  notes: [`The log holds ${plural(size, "record")}.`],
  files: 0,
  bytes: 0,
});

async function verify(flags: ClientFlags, signal: AbortSignal): Promise<void> {
  const { LogClient } = await import("./log-client.ts");
  const head = await new LogClient(flags, signal).head();
  await tell(
    [
      "code" in head
        ? { ...headCheck(flags.url, 0), verdict: "fail", refusals: [head], notes: [] }
        : headCheck(flags.url, head.size),
    ],
    flags,
  );
}

async function witness(flags: ClientFlags, signal: AbortSignal): Promise<void> {
  const [{ LogClient }, { parseNote, renderNote, signNote }, { writeWhole }, signer] = await Promise.all([
    import("./log-client.ts"),
    import("../tlog/note.ts"),
    import("./output.ts"),
    signerAt(flags.key),
  ]);
  if (signer.algorithm !== "cosignature")
    throw badConfig(flags.key, "is a log's key. `bezoar log keygen --for-witness` makes one that cosigns.");
  const head = await new LogClient(flags, signal).head();
  if ("code" in head)
    return tell([{ ...headCheck(flags.url, 0), verdict: "fail", refusals: [head], notes: [] }], flags);
  const note = parseNote(head.note);
  if (!note) throw new Error("a note that was verified parses");
  writeWhole(flags.output, [renderNote(signNote(note, signer, Math.floor(Date.now() / 1000)))]);
  await tell([headCheck(flags.url, head.size)], flags);
}
