// `bezoar store add FILE…` and `bezoar store show`: what the provenance store is fed with.
import { existsSync } from "node:fs";
import { Command, Option } from "commander";
import { targetMissing } from "../core/errors.ts";
import { visible } from "../base/escape.ts";
import { count, plural } from "../report/figures.ts";
import { withTrustFlags, type TrustFlags } from "./signing.ts";

interface Flags extends TrustFlags {
  store: string;
  format: "text" | "json";
}

export const STORE = "bezoar.store";
const format = (): Option =>
  new Option("-f, --format <format>", "how to print the answer").choices(["text", "json"]).default("text");

export function storeCommand(): Command {
  const store = new Command("store")
    .description("Keep what is known of where artifacts came from and where they went.")
    .addHelpText("after", "\nExamples:\n  bezoar store add bezoar.lock claims.jsonl\n  bezoar store show");
  store.addCommand(
    withTrustFlags(
      new Command("add")
        .description(
          "Add lockfiles, scan reports, in-toto statements and bundles, CycloneDX, OpenLineage, Croissant and MLflow files.",
        )
        .argument("<file...>", "files to add; one that was added before changes nothing")
        .option("--store <file>", "the store", STORE)
        .addOption(format()),
    )
      .addHelpText(
        "after",
        "\nExamples:\n  bezoar store add bezoar.lock\n  bezoar store add claims.jsonl --public-key trainer.pem\n  bezoar store add bom.cdx.json run.json --store team.store",
      )
      .action(add),
  );
  store.addCommand(
    new Command("show")
      .description("How much the store knows.")
      .option("--store <file>", "the store", STORE)
      .addOption(format())
      .addHelpText("after", "\nExamples:\n  bezoar store show\n  bezoar store show --format json")
      .action(show),
  );
  return store;
}

async function add(files: string[], flags: Flags): Promise<void> {
  const [{ ProvenanceStore }, { addFile }, { trustOf }, { print }] = await Promise.all([
    import("../store/provenance.ts"),
    import("./store-add.ts"),
    import("./signing.ts"),
    import("./output.ts"),
  ]);
  const trust = flags.publicKey !== undefined || flags.roots ? await trustOf(flags) : undefined;
  const store = new ProvenanceStore(flags.store);
  try {
    const added = [];
    for (const file of files) added.push(await addFile(store, file, trust));
    if (flags.format === "json")
      await print(`${JSON.stringify({ schema: "bezoar.store-result/v1", added }, null, 2)}\n`);
    else
      await print(
        added
          .map(
            ({ file, format: kind, links, proven, notes }) =>
              `${visible(file)}: ${kind}, ${plural(links, "link")}${proven > 0 ? `, ${count(proven)} proven` : ""}\n${notes.map((note) => `  note: ${visible(note)}\n`).join("")}`,
          )
          .join(""),
      );
  } finally {
    store.close();
  }
}

async function show(flags: Flags): Promise<void> {
  const [{ ProvenanceStore }, { print }] = await Promise.all([import("../store/provenance.ts"), import("./output.ts")]);
  if (!existsSync(flags.store)) throw targetMissing(flags.store);
  const store = new ProvenanceStore(flags.store);
  try {
    const counts = store.counts();
    await print(
      flags.format === "json"
        ? `${JSON.stringify({ schema: "bezoar.store/v1", ...counts }, null, 2)}\n`
        : `${plural(counts.artifacts, "artifact")}, ${plural(counts.edges, "link")}, ${plural(counts.documents, "document")}, ${plural(counts.records, "record")}\n`,
    );
  } finally {
    store.close();
  }
}
